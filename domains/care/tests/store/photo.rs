//! The photo: two consents, and gone in the second in which the first is; and what goes into the copy of one's own data.

use super::planning::inner;
use super::{PHONE, Town, daughter_as, other, refused};
use care::app::family::{self, Do, ElderSaid, Question};
use care::app::photo::{self, Picture};
use care::app::{contacts, finder, own, threads};
use care::model::{Consented, NewContact, Whom};
use kernel::{Purpose, Role};
use people::app::consents::Answer;
use people::model::Place;
use people::policy::DataRequestFacts;

fn picture(n: u8) -> Picture {
    Picture { jpeg: vec![n; 500], width: 20, height: 30 }
}

impl Town {
    fn photos(&self) -> i64 {
        self.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_photo", &[])?.i64("n"))
    }
}

testkit::both_databases! {
    fn a_photo_is_seen_by_whom_it_was_agreed_and_gone_when_it_is_not(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        let put = |t: &Town, n| t.with(letter, move |cx, h| family::write_photo(cx, h, Some(&picture(n))));
        let says = |t: &Town, what, answer| {
            t.advance(1);
            t.with(letter, move |cx, h| family::answer(cx, h, Question::Care(what), answer, Some(ElderSaid::Cannot))).unwrap();
        };
        assert_eq!(refused(put(&t, 1)), "no-consent-photo");
        says(&t, Consented::Photo, Answer::Given);
        put(&t, 1).unwrap();
        put(&t, 2).unwrap();
        let (elder, (_, made)) = (t.elder, t.carded());
        let seen = t.working(t.officer, move |cx, why| photo::view(cx, elder, why)).unwrap().unwrap();
        assert_eq!((seen.jpeg.len(), seen.jpeg[0]), (500, 2), "the newer one");
        assert_eq!(t.photos(), 1);
        let lies = t.world.look(|cx| cx.query_one("SELECT sealed FROM care_photo", &[])?.blob("sealed"));
        assert!(!lies.windows(50).any(|w| w == vec![2u8; 50]), "sealed");
        // A finder: not by this answer.
        let card = t.open_card(&made.token);
        assert!(!card.photo);
        let asked = card.clone();
        assert_eq!(refused(t.public(move |cx| finder::photo(cx, &asked))), "not-found");
        says(&t, Consented::PhotoCard, Answer::Given);
        assert!(t.open_card(&made.token).photo);
        let asked = card.clone();
        assert_eq!(t.public(move |cx| finder::photo(cx, &asked)).unwrap().len(), 500);
        says(&t, Consented::PhotoCard, Answer::Refused);
        let asked = card.clone();
        assert_eq!(refused(t.public(move |cx| finder::photo(cx, &asked))), "not-found", "in the same second, for an open page too");
        // Who may not: nobody without a purpose, not the link alone.
        let elsewhere = t.world.who(t.duty, Purpose::Administration);
        assert_eq!(refused(t.world.act_as(elsewhere, move |cx| photo::view(cx, elder, &people::app::persons::For::Window))), "purpose");
        assert_eq!(refused(t.family(move |cx| photo::view(cx, elder, &people::app::persons::For::Own))), "not-yours");
        assert_eq!(refused(t.working(t.far, move |cx, why| {
            let people::app::persons::For::Matter(m) = why else { unreachable!() };
            let of_other = people::policy::MatterFacts { owner: kernel::ids::AccountId(uuid::Uuid::from_u128(3)), ..(**m).clone() };
            photo::put(cx, elder, &people::app::persons::For::Matter(Box::new(of_other)), &picture(3))
        })), "elsewhere");
        // Withdrawn: key and bytes are gone, and a yes brings nothing back.
        says(&t, Consented::PhotoCard, Answer::Given);
        says(&t, Consented::Photo, Answer::Refused);
        assert_eq!(t.photos(), 0);
        assert!(!t.open_card(&made.token).photo);
        says(&t, Consented::Photo, Answer::Given);
        assert_eq!(t.working(t.officer, move |cx, why| photo::view(cx, elder, why)).unwrap(), None);
        put(&t, 4).unwrap();
        t.with(letter, |cx, h| family::write_photo(cx, h, None)).unwrap();
        assert_eq!(t.photos(), 0);
        put(&t, 5).unwrap();
        // The end of care, too.
        t.working(t.officer, move |cx, why| Ok(people::app::persons::end_care(cx, elder, why, people::app::persons::EndReason::Died)?)).unwrap();
        store::jobs::run_due(&t.world.house.rt, t.world.house.district, &care::handlers()).unwrap();
        assert_eq!(t.photos(), 0);
    }

    fn a_photo_that_nobody_is_asked_about_again_goes_by_itself(t: Town) {
        let letter = t.stood_for(t.letter(None));
        t.with(letter, |cx, h| family::answer(cx, h, Question::Care(Consented::Photo), Answer::Given, None)).unwrap();
        t.with(letter, |cx, h| family::write_photo(cx, h, Some(&picture(1)))).unwrap();
        let rule = care::RETENTION.iter().find(|r| r.key == "care_photos").unwrap();
        let gone = |t: &Town| {
            let now = t.world.house.rt.now();
            let span = store::retention::Span { from: kernel::Moment::from_micros(0), before: now.plus_days(-rule.days) };
            t.world.act(move |cx| (rule.erase)(cx, span, 100))
        };
        t.advance((365 + 179) * 86_400);
        assert_eq!((gone(&t), t.photos()), (0, 1));
        t.advance(2 * 86_400);
        assert_eq!((gone(&t), t.photos()), (1, 0));
    }

    fn the_copy_holds_ones_own_and_nothing_of_others(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        t.write_plan(0, inner("请慢慢说话")).unwrap();
        t.add(daughter_as(Whom::Guardian(t.daughter()))).unwrap();
        t.add(other("王强", "021-0555 0103")).unwrap();
        t.add(NewContact { barred: true, ..other("张三", "021-0555 0177") }).unwrap();
        t.agree(Consented::Approach);
        let (_, made) = t.carded();
        let card = t.open_card(&made.token);
        let secret = "s".repeat(40);
        let said = finder::Said { words: "她在桥头，我叫赵六".into(), place: kernel::Point::new(121.5, 30.9).ok(), again: "1".into() };
        let thread = t.public(move |cx| { finder::scanned(cx, &card)?; finder::say(cx, &card, &secret, &said) }).unwrap();
        t.family(move |cx| threads::answer(cx, thread, "谢谢，我来接", "2")).unwrap();
        let state = t.with(letter, family::open).unwrap().contacts_state;
        t.with(letter, move |cx, h| family::contact(cx, h, state, &Do::Add(other("周邻居", "021-0555 0104")))).unwrap();
        use care::app::visits;
        let elder = t.elder;
        t.desk(t.officer, move |cx| visits::begin(cx, elder, people::app::consents::By::Subject, care::model::visit::VisitKind::Chat)).unwrap();
        let on = visits::day_of(t.world.house.rt.now());
        let fact = visits::NewFact {
            kind: care::model::visit_plan::FactKind::Alone,
            source: care::model::visit_plan::FactSource::Neighbour,
            on,
            until: None,
        };
        t.desk(t.officer, move |cx| visits::state_fact(cx, elder, &fact)).unwrap();
        let head = t.world.staff(Role::PostHead, Place { post: Some(t.post), ..Place::default() }, "head", "季站").0;
        let (elder, of) = (t.elder, DataRequestFacts::default());
        let who = t.world.who(head, Purpose::Administration);
        let copy = t.world.act_as(who, move |cx| own::kept(cx, elder, of)).unwrap();
        let text = format!("{copy:?}");
        for mine in ["请慢慢说话", "清早去老菜场", "女儿", "谢谢，我来接", "K-0000", "approach / given / subject", "contacts",
            "visit_plan", "alone", "neighbour"] {
            assert!(text.contains(mine), "{mine} is missing: {text}");
        }
        for others in ["王强", "0103", "张三", "0177", "赵六", "桥头", "121.5", "周邻居", "0104", PHONE, "limin@", "李敏", "周警官"] {
            assert!(!text.contains(others), "{others} is somebody else's");
        }
        // Only the second person takes it.
        for id in [t.officer, t.duty] {
            let who = t.world.who(id, Purpose::Administration);
            assert_eq!(refused(t.world.act_as(who, move |cx| own::kept(cx, elder, of))), "role");
        }
        assert_eq!(refused(t.family(move |cx| own::kept(cx, elder, of))), "not-signed-in");
        // Erased: nothing of it is left that could be read.
        let gone = t.working(t.officer, move |cx, why| contacts::of(cx, elder, why)).unwrap();
        assert_eq!(gone.len(), 4);
    }
}

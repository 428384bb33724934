//! What the card says reaches the case: scans and finders' words in it, a case begun from them, and who may not.

use crate::Town;
use crate::town::{found, point, refused};
use care::app::finder::{self, Answer, OpenCard, Said};
use care::app::{cards, scans, threads};
use care::model::{CloseReason, From};
use kernel::ids::{CaseId, ThreadId};
use kernel::{Point, Purpose};
use lost::app::{self, EntryKind, relay};
use lost::model::{How, Kind, Report, State};
use testkit::both_databases;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

impl Town {
    /// A card in the elder's hands, given in the name of a case that is closed again.
    fn carded(&self) -> cards::Made {
        let post = self.post;
        let made =
            self.world.act_as(self.world.who(self.duty, Purpose::Administration), move |cx| cards::make(cx, post, 1));
        let made = made.unwrap().remove(0);
        let case = self.public_reports(found()).case;
        self.identify(case);
        let (elder, code) = (self.elder, made.code.clone());
        self.on(self.duty, case, move |cx| {
            let why = app::in_the_name_of(cx, case, elder)?;
            Ok(cards::issue(cx, elder, &why, &code)?)
        })
        .unwrap();
        self.step(self.duty, case, move |cx, v| app::answer(cx, case, v, "谢谢", app::Reached::Page)).unwrap();
        self.step(self.duty, case, move |cx, v| app::close(cx, case, v, lost::model::Outcome::NotLost, "")).unwrap();
        // Long ago.
        self.advance(3 * 24 * 60);
        made
    }
    fn card(&self, made: &cards::Made) -> OpenCard {
        let token = made.token.clone();
        match self.world.act_as(self.world.public(), move |cx| finder::resolve(cx, &token)).unwrap() {
            Answer::Open(card) => *card,
            other => panic!("does not open: {other:?}"),
        }
    }
    fn scan(&self, made: &cards::Made) {
        let card = self.card(made);
        self.world.act_as(self.world.public(), move |cx| relay::scanned(cx, &card)).unwrap();
    }
    fn says(&self, made: &cards::Made, words: &str, place: Option<Point>) -> ThreadId {
        let (card, said) = (self.card(made), Said { words: words.into(), place, again: format!("{words}-again") });
        self.world.act_as(self.world.public(), move |cx| relay::said(cx, &card, SECRET, &said)).unwrap()
    }
    fn opens(&self, who: kernel::ids::AccountId, from: relay::From) -> lost::Result<CaseId> {
        self.world.act_as(self.world.who(who, Purpose::Administration), move |cx| relay::open_from(cx, from))
    }
}

fn bridge() -> Point {
    Point::new(121.46, 30.91).unwrap()
}

both_databases! {
    fn a_scan_while_the_family_searches_stands_in_its_case_and_rings_the_owner(t: Town) {
        let made = t.carded();
        let missing = t.public_reports(Report { kind: Kind::Missing, place: point(121.452), ..found() }).case;
        t.identify(missing);
        t.step(t.duty, missing, move |cx, v| app::take(cx, missing, v)).unwrap();
        t.advance(30);
        t.take_told("lost_card");
        let mut news = t.world.act_as(t.staff(t.duty, missing), app::News::from_now).unwrap();
        t.scan(&made);
        t.run_jobs();
        assert!(t.take_told("lost_card").contains(&t.duty), "whoever works on it is rung at once");
        let changed = t.world.act_as(t.staff(t.duty, missing), move |cx| news.next(cx)).unwrap();
        assert_eq!(changed, [missing], "open desks hear of it");
        t.scan(&made);
        t.run_jobs();
        assert!(t.take_told("lost_card").is_empty(), "once in ten minutes");

        let thread = t.says(&made, "她在桥边", Some(bridge()));
        t.run_jobs();
        assert!(t.take_told("lost_card").contains(&t.duty), "what a finder writes is news of its own");
        let heard = t.view(t.duty, missing).unwrap().circle.unwrap().heard;
        assert_eq!((heard.scans.len(), heard.threads.len()), (2, 1));
        assert_eq!(t.view(t.duty, missing).unwrap().row.state, State::Missing, "a scan proves nothing: she is still missing");
        assert!(t.view(t.head, missing).unwrap().circle.is_some());

        // The officer spoke with the finder.
        t.step(t.duty, missing, move |cx, v| relay::seen_there(cx, missing, v, thread)).unwrap();
        let view = t.view(t.duty, missing).unwrap();
        assert_eq!((view.row.state, view.point), (State::Sighted, Some(bridge())));
        t.on(t.duty, missing, move |cx| relay::answer_thread(cx, missing, thread, "我们来了", "1")).unwrap();
        let far = t.far;
        assert!(refused(t.on(far, missing, move |cx| relay::answer_thread(cx, missing, thread, "x", "2"))).starts_with("denied"));
        let nobodys = ThreadId(uuid::Uuid::from_u128(9));
        assert!(t.on(t.duty, missing, move |cx| relay::answer_thread(cx, missing, nobodys, "x", "3")).is_err());

        t.advance(1);
        // Home: the finder is thanked and nobody writes any more.
        let daughter = t.contact(missing, "李敏", false);
        t.step(t.duty, missing, move |cx, v| app::hand_over(cx, missing, v, &Town::to_contact(daughter))).unwrap();
        t.advance(1);
        t.step(t.duty, missing, move |cx, v| app::answer(cx, missing, v, "她到家了，谢谢您", app::Reached::Page)).unwrap();
        let card = t.card(&made);
        let seen = t.world.act_as(t.world.public(), move |cx| finder::thread(cx, &card, SECRET)).unwrap().unwrap();
        assert_eq!(seen.closed, Some(CloseReason::Home));
        let last = seen.messages.last().unwrap();
        assert_eq!((last.from, last.words.as_str()), (From::Post, "她到家了，谢谢您"));
        assert_eq!(refused(t.on(t.duty, missing, move |cx| relay::answer_thread(cx, missing, thread, "x", "4"))), "care-thread-closed");
    }

    fn an_old_card_is_told_to_the_open_case_of_its_person(t: Town) {
        let made = t.carded();
        let card = t.card(&made);
        let missing = t.public_reports(Report { kind: Kind::Missing, place: point(121.452), ..found() }).case;
        t.identify(missing);
        let (elder, id) = (t.elder, card.id);
        t.on(t.duty, missing, move |cx| {
            let why = app::in_the_name_of(cx, missing, elder)?;
            Ok(cards::lose(cx, elder, &why, id)?)
        }).unwrap();
        t.run_jobs();
        t.take_told("lost_card");
        t.world.act_as(t.world.public(), move |cx| relay::old_card_used(cx, id)).unwrap();
        t.run_jobs();
        assert!(t.take_told("lost_card").contains(&t.duty));
        let heard = t.view(t.duty, missing).unwrap().circle.unwrap().heard;
        assert!(heard.scans.last().unwrap().over);
    }

    fn a_case_begins_with_what_a_finder_wrote_and_nobody_goes_home_before_somebody_compared(t: Town) {
        let made = t.carded();
        t.scan(&made);
        let thread = t.says(&made, "她在桥边，说要去老纺织厂", Some(bridge()));
        assert_eq!(refused(t.opens(t.far, relay::From::Thread(thread))), "denied-elsewhere");
        assert!(refused(t.opens(t.volunteers[0], relay::From::Thread(thread))).starts_with("denied"));
        assert!(refused(t.opens(t.far, relay::From::Card(t.card(&made).id))).starts_with("denied"));
        t.run_jobs();
        t.news.lock().unwrap().clear();

        let case = t.opens(t.duty, relay::From::Thread(thread)).unwrap();
        assert_eq!(t.opens(t.duty, relay::From::Thread(thread)).unwrap(), case, "a second tap leads to the same case");
        assert_eq!(t.opens(t.head, relay::From::Card(t.card(&made).id)).unwrap(), case);
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.row.state, view.point, view.row.taken_by), (State::Sighted, Some(bridge()), Some(t.duty)));
        assert!(view.scene.words.contains("老纺织厂"));
        assert_eq!(view.row.reporter_account, None, "the officer who opened it is not the one who found her");
        assert_eq!(view.timeline.iter().filter(|e| e.kind == EntryKind::Linked).count(), 2);
        let heard = view.circle.unwrap().heard;
        assert_eq!((heard.scans.len(), heard.threads.len()), (1, 1), "the scan before it belongs to it");
        t.run_jobs();
        assert!(t.news.lock().unwrap().is_empty(), "nobody tells the family that she was found before somebody compared");
        let lines = t.world.act_as(t.world.who(t.duty, Purpose::Administration), threads::of_desk).unwrap();
        let (person, at) = (lines[0].person, lines[0].last_at);
        let who = |a| t.world.who(a, Purpose::Administration);
        assert_eq!(t.world.act_as(who(t.duty), move |cx| relay::case_of(cx, person, at)).unwrap().unwrap().0, case);
        assert_eq!(t.world.act_as(who(t.far), move |cx| relay::case_of(cx, person, at)).unwrap(), None);

        let daughter = t.contact(case, "李敏", false);
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &Town::to_contact(daughter)))), "not-compared");
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| relay::compared(cx, case, v, How::Scan))), "how-missing");
        t.step(t.duty, case, move |cx, v| relay::compared(cx, case, v, How::Card)).unwrap();
        t.run_jobs();
        assert_eq!(t.news.lock().unwrap().drain(..).collect::<Vec<_>>(), ["found"]);
        t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &Town::to_contact(daughter))).unwrap();
    }

    fn no_case_begins_with_a_card_that_nobody_scanned_lately(t: Town) {
        let made = t.carded();
        let card = t.card(&made).id;
        assert_eq!(refused(t.opens(t.duty, relay::From::Card(card))), "not-found");
        t.scan(&made);
        t.advance(scans::HOURS * 60 + 1);
        assert_eq!(refused(t.opens(t.duty, relay::From::Card(card))), "not-found");
        t.scan(&made);
        let desk = t.world.act_as(t.world.who(t.duty, Purpose::Administration), scans::of_desk).unwrap();
        assert_eq!(desk.iter().map(|s| (s.card, s.times)).collect::<Vec<_>>(), [(card, 1)]);
        let far = t.world.act_as(t.world.who(t.far, Purpose::Administration), scans::of_desk).unwrap();
        assert!(far.is_empty(), "another post sees none of it");
        let case = t.opens(t.duty, relay::From::Card(card)).unwrap();
        assert_eq!(t.view(t.duty, case).unwrap().row.identified_how.as_deref(), Some("scan"));
        // It was somebody else.
        t.step(t.duty, case, app_unidentified(case)).unwrap();
        assert!(t.view(t.duty, case).unwrap().circle.is_none());
    }
}

fn app_unidentified(case: CaseId) -> impl FnOnce(&mut store::Cx<'_>, i64) -> lost::Result<()> + Send + 'static {
    move |cx, v| app::unidentified(cx, case, v)
}

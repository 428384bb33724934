//! The family writes itself: only with a letter that a second person stands for, in one's own name, and told to the others.

use super::{Town, daughter_as, other, refused};
use care::app::family::{self, Daily, Do, ElderSaid, Question};
use care::app::{contacts, finder, plan};
use care::model::schedule::{Schedule, Slot, Where};
use care::model::{Consented, Haunt, NewContact, Outer, Whom};
use kernel::{Actor, Purpose};
use people::app::consents::{Answer, Standing};
use people::app::door::{self, Door};
use people::app::links::{self, Holder, Proof};
use people::app::persons;
use people::model::GuardianId;
use people::model::person::{GuardianName, NewGuardian, Part};
use store::{Cx, Who};

impl Town {
    /// A letter of the elder or a guardian.
    pub(crate) fn letter(&self, to: Option<GuardianId>) -> Holder {
        let elder = self.elder;
        let code = self.working(self.officer, move |cx, why| Ok(links::issue(cx, elder, why, to, Proof::IdCard)?.code));
        let code = code.unwrap();
        self.public(move |cx| Ok(links::find_by_code(cx, &code)?)).unwrap()
    }
    /// Somebody else says that they were there.
    pub(crate) fn stood_for(&self, letter: Holder) -> Holder {
        let elder = self.elder;
        self.working(self.duty, move |cx, why| Ok(links::confirm(cx, elder, why, letter.link)?)).unwrap();
        letter
    }
    pub(crate) fn with<T: Send + 'static>(
        &self,
        letter: Holder,
        f: impl FnOnce(&mut Cx<'_>, &Holder) -> care::Result<T> + Send + 'static,
    ) -> care::Result<T> {
        let who = Who::new(Actor::subject(self.world.house.district, letter.person), Purpose::OwnRecord);
        self.world.act_as(who, move |cx| f(cx, &letter))
    }
    pub(crate) fn son(&self) -> GuardianId {
        let elder = self.elder;
        let who = GuardianName { name: "李强".into(), relation: "儿子".into() };
        let new = NewGuardian { who, phone: Some("021-0555 0109".into()) };
        self.working(self.officer, move |cx, why| Ok(persons::add_guardian(cx, elder, why, &new)?)).unwrap()
    }
    fn says(&self, letter: Holder, what: Question, answer: Answer) -> care::Result<()> {
        self.advance(1);
        self.with(letter, move |cx, h| family::answer(cx, h, what, answer, h.guardian.map(|_| ElderSaid::Cannot)))
    }
    fn holds(&self, letter: Holder, what: Question) -> bool {
        let all = self.with(letter, family::open).unwrap().asked;
        matches!(all.iter().find(|a| a.question == what).unwrap().standing, Standing::Given { .. })
    }
}

const APPROACH: Question = Question::Care(Consented::Approach);
const FIND: Question = Question::Care(Consented::Identification);

fn daily(approach: &str) -> Daily {
    Daily {
        language: "苏北话".into(),
        approach: approach.into(),
        habits: "清早去菜场".into(),
        found_before: String::new(),
    }
}

testkit::both_databases! {
    fn a_letter_alone_opens_nothing_and_writes_nothing(t: Town) {
        let letter = t.letter(Some(t.daughter()));
        let all: Vec<(&str, care::Result<()>)> = vec![
            ("open", t.with(letter, |cx, h| family::open(cx, h).map(drop))),
            ("daily", t.with(letter, |cx, h| family::write_daily(cx, h, 0, &daily("慢慢说")))),
            ("places", t.with(letter, |cx, h| family::write_places(cx, h, 0, &[], None))),
            ("looks", t.with(letter, |cx, h| family::write_looks(cx, h, 0, Outer::default()))),
            ("contact", t.with(letter, |cx, h| family::contact(cx, h, 0, &Do::Add(other("王强", "021-0555 0103"))))),
            ("hours", t.with(letter, |cx, h| family::write_hours(cx, h, 0, &Schedule::default()))),
            ("answer", t.with(letter, |cx, h| family::answer(cx, h, APPROACH, Answer::Given, Some(ElderSaid::Yes)))),
        ];
        for (what, done) in all {
            assert_eq!(refused(done), "not-yours", "{what}: whoever made the letter knows its code");
        }
        t.stood_for(letter);
        t.with(letter, family::open).unwrap();
        // Somebody else's letter opens not this elder's plan, a forged guardian neither, and staff do not come in by this door.
        let forged = Holder { guardian: None, ..letter };
        assert_eq!(refused(t.with(forged, |cx, h| family::open(cx, h).map(drop))), "not-yours");
        let stranger = Who::new(Actor::subject(t.world.house.district, kernel::ids::PersonId(uuid::Uuid::from_u128(4))), Purpose::OwnRecord);
        assert_eq!(refused(t.world.act_as(stranger, move |cx| family::open(cx, &letter).map(drop))), "not-yours");
        for id in [t.officer, t.duty, t.far] {
            let who = t.world.who(id, Purpose::Administration);
            assert_eq!(refused(t.world.act_as(who, move |cx| family::open(cx, &letter).map(drop))), "purpose");
        }
        // Taken back: in the same second.
        let elder = t.elder;
        t.working(t.officer, move |cx, why| Ok(links::revoke(cx, elder, why, letter.link)?)).unwrap();
        assert_eq!(refused(t.with(letter, |cx, h| family::open(cx, h).map(drop))), "not-yours");
    }

    fn the_door_asks_for_the_end_of_ones_own_number_and_shuts_after_five(t: Town) {
        let letter = t.letter(Some(t.daughter()));
        let knock = |t: &Town, typed: &'static str| t.with(letter, move |cx, h| Ok(door::knock(cx, h, typed)?)).unwrap();
        assert_eq!(knock(&t, "0102"), Door::Waits);
        t.stood_for(letter);
        assert_eq!(knock(&t, "0101"), Door::Wrong { left: 4 }, "that is the elder's");
        assert_eq!(knock(&t, "2"), Door::Wrong { left: 3 }, "too short");
        let Door::Open(kept) = knock(&t, "０１０２") else { panic!("her own number") };
        let passes = |t: &Town, kept: &str| { let kept = kept.to_owned(); t.with(letter, move |cx, h| Ok(door::passes(cx, h, &kept)?)).unwrap() };
        assert!(passes(&t, &kept) && !passes(&t, "") && !passes(&t, &kept.replace('a', "b").replace('0', "1")));
        t.advance(3_600);
        assert!(passes(&t, &kept), "an hour at least");
        t.advance(3_600);
        assert!(!passes(&t, &kept));
        for _ in 0..4 {
            assert!(matches!(knock(&t, "9999"), Door::Wrong { .. }));
        }
        assert_eq!(knock(&t, "9999"), Door::Shut);
        assert_eq!(knock(&t, "0102"), Door::Shut, "the right one, too: nobody learns which it was");
        t.advance(86_401);
        assert!(matches!(knock(&t, "021-0555 0102"), Door::Open(_)), "the whole number is right as well");
    }

    fn what_the_daughter_writes_stands_in_the_plan_and_a_quicker_one_is_not_overwritten(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        t.with(letter, |cx, h| family::write_daily(cx, h, 0, &daily("请慢慢说话"))).unwrap();
        let late = t.with(letter, |cx, h| family::write_daily(cx, h, 0, &daily("大声一点")));
        assert!(matches!(late, Err(care::Error::Stale { seen: 0, current: 1 })), "{late:?}");
        assert_eq!(refused(t.with(letter, |cx, h| family::write_daily(cx, h, 1, &daily("她叫王桂芳")))), "approach gives-away");
        let place = || Some(Haunt { kind: "work".into(), label: "老纺织厂，江边".into(), lon: None, lat: None });
        assert_eq!(refused(t.with(letter, move |cx, h| family::write_places(cx, h, 1, &[], place()))), "no-consent-places");
        t.says(letter, Question::Record(Part::Location), Answer::Given).unwrap();
        t.with(letter, move |cx, h| family::write_places(cx, h, 1, &[], place())).unwrap();
        let looks = || Outer { height_cm: Some(155), build: "thin".into(), marks: None, home: None };
        assert_eq!(refused(t.with(letter, move |cx, h| family::write_looks(cx, h, 2, looks()))), "no-consent-identification");
        t.says(letter, FIND, Answer::Given).unwrap();
        t.with(letter, move |cx, h| family::write_looks(cx, h, 2, looks())).unwrap();
        // The desk reads what the family wrote, and the search finds by it.
        let elder = t.elder;
        let seen = t.working(t.officer, move |cx, why| plan::open(cx, elder, why)).unwrap();
        assert_eq!((seen.inner.approach.as_str(), seen.inner.haunts[0].label.as_str()), ("请慢慢说话", "老纺织厂，江边"));
        let near = t.world.look(move |cx| plan::outer_near(cx, &[]));
        assert_eq!((near[0].1.height_cm, near[0].1.dialect.as_deref()), (Some(155.0), Some("苏北话")), "typed once, in the record");
        // It is in the log as hers, and the page says who changed what.
        let changes = t.with(letter, family::open).unwrap().changes;
        assert_eq!(changes.len(), 5);
        assert!(changes.iter().all(|(_, _, by)| *by == family::ByWhom::Me));
        let reads: i64 = t.world.look(move |cx| cx.query_one(
            "SELECT COUNT(*) AS n FROM audit_read WHERE subject = $1 AND fields LIKE '%plan%' AND actor LIKE 'subject%'", store::params![elder])?.i64("n"));
        assert!(reads >= 1, "who looked: the family, too");
    }

    fn two_who_disagree_the_narrower_holds_for_every_consent(t: Town) {
        let (daughter, son) = (t.stood_for(t.letter(Some(t.daughter()))), t.stood_for(t.letter(Some(t.son()))));
        for what in Question::ALL.iter().copied() {
            t.says(daughter, what, Answer::Given).unwrap();
            assert!(t.holds(son, what), "{what:?}");
            t.says(son, what, Answer::Refused).unwrap();
            assert!(!t.holds(daughter, what), "in the same second: {what:?}");
            t.says(daughter, what, Answer::Given).unwrap();
            assert!(!t.holds(daughter, what), "a yes of the other does not lift it: {what:?}");
            let mine = t.with(daughter, family::open).unwrap().asked.into_iter().find(|a| a.question == what).unwrap();
            assert!(mine.narrowed && mine.mine == Some(Answer::Given));
            t.says(son, what, Answer::Given).unwrap();
            assert!(t.holds(daughter, what), "{what:?}");
            assert_eq!(refused(t.says(son, what, Answer::Given)), "agreed-already");
        }
    }

    fn a_no_on_the_page_takes_effect_in_the_same_second(t: Town) {
        let letter = t.stood_for(t.letter(None));
        for what in Question::ALL.iter().copied() {
            t.says(letter, what, Answer::Given).unwrap();
        }
        t.with(letter, |cx, h| family::write_daily(cx, h, 0, &daily("请慢慢说话"))).unwrap();
        t.with(letter, |cx, h| family::write_looks(cx, h, 1, Outer { height_cm: Some(155), ..Outer::default() })).unwrap();
        let (_, made) = t.carded();
        assert_eq!(t.open_card(&made.token).approach.as_deref(), Some("请慢慢说话"));
        assert_eq!(t.world.look(|cx| plan::outer_near(cx, &[])).len(), 1);
        t.says(letter, APPROACH, Answer::Refused).unwrap();
        assert_eq!(t.open_card(&made.token).approach, None);
        t.says(letter, FIND, Answer::Refused).unwrap();
        assert!(t.world.look(|cx| plan::outer_near(cx, &[])).is_empty());
        let left = t.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_plan WHERE outer_part IS NOT NULL", &[])?.i64("n"));
        assert_eq!(left, 0);
        assert!(matches!(t.resolve(&made.token), finder::Answer::Open(_)), "no other service is less");
    }

    fn a_guardian_has_asked_the_elder_and_goes_by_the_answer(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        let says = |answer, elder| t.with(letter, move |cx, h| family::answer(cx, h, APPROACH, answer, elder));
        assert_eq!(refused(says(Answer::Given, None)), "elder missing");
        assert_eq!(refused(says(Answer::Given, Some(ElderSaid::No))), "elder-said-no");
        says(Answer::Refused, Some(ElderSaid::No)).unwrap();
        let said = t.world.look(|cx| cx.query_one("SELECT elder_said FROM care_consent", &[])?.text("elder_said"));
        assert_eq!(said, "no");
    }

    fn contacts_are_ones_own_and_who_is_kept_away_stays_away(t: Town) {
        let (mother, son) = (t.daughter(), t.son());
        let (daughter, son_too) = (t.stood_for(t.letter(Some(mother))), t.stood_for(t.letter(Some(son))));
        let add = |t: &Town, by: Holder, new: NewContact| {
            let seen = t.with(by, family::open).unwrap().contacts_state;
            t.with(by, move |cx, h| family::contact(cx, h, seen, &Do::Add(new)))
        };
        add(&t, daughter, daughter_as(Whom::Guardian(mother))).unwrap();
        add(&t, daughter, NewContact { may_collect: true, ..other("周邻居", "021-0555 0104") }).unwrap();
        let all = t.with(son_too, family::open).unwrap();
        assert_eq!((all.contacts.len(), all.contacts[0].name.as_str()), (2, "李敏"));
        let (hers, neighbour, state) = (all.contacts[0].id, all.contacts[1].id, all.contacts_state);
        let change = |t: &Town, by: Holder, what: Do| {
            let seen = t.with(by, family::open).unwrap().contacts_state;
            t.with(by, move |cx, h| family::contact(cx, h, seen, &what))
        };
        assert_eq!(refused(change(&t, son_too, Do::End(hers))), "other-guardian");
        assert_eq!(refused(change(&t, son_too, Do::Change(hers, other("x", "021-0555 0105")))), "other-guardian");
        // Who may take her home: one no is a no.
        let collect = |yes| NewContact { may_collect: yes, ..other("周邻居", "021-0555 0104") };
        change(&t, son_too, Do::Change(neighbour, collect(false))).unwrap();
        assert_eq!(refused(change(&t, daughter, Do::Change(neighbour, collect(true)))), "collect-disagreed");
        change(&t, son_too, Do::Change(neighbour, collect(true))).unwrap();
        change(&t, daughter, Do::Up(neighbour)).unwrap();
        let stale = t.with(daughter, move |cx, h| family::contact(cx, h, state, &Do::End(neighbour)));
        assert!(matches!(stale, Err(care::Error::Stale { .. })), "{stale:?}");
        assert_eq!(t.with(daughter, family::open).unwrap().contacts[0].id, neighbour);
        // A protection order against the son: his letter opens no more, he is on no page, and nobody adds him by another name.
        let elder = t.elder;
        let barred = NewContact { barred: true, ..daughter_as(Whom::Guardian(son)) };
        t.working(t.officer, move |cx, why| contacts::add(cx, elder, why, &barred)).unwrap();
        assert_eq!(refused(t.with(son_too, |cx, h| family::open(cx, h).map(drop))), "not-yours");
        let seen = t.with(daughter, family::open).unwrap();
        assert!(seen.contacts.iter().all(|c| !c.barred && c.name != "李强"));
        assert_eq!(refused(add(&t, daughter, other("邻居老张", "021-0555 0109"))), "call-committee");
        assert_eq!(refused(add(&t, daughter, other("李强", "021-0555 0199"))), "call-committee");
        assert_eq!(refused(add(&t, daughter, NewContact { barred: true, ..other("老张", "021-0555 0177") })), "call-committee");
        change(&t, daughter, Do::Up(hers)).unwrap();
        let staff = t.working(t.officer, move |cx, why| contacts::of(cx, elder, why)).unwrap();
        assert!(staff.last().unwrap().barred, "the warning stays for whoever works on it");
    }

    fn the_week_is_written_by_the_family_and_others_are_told(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        let week = vec![Slot { days: vec![0, 1], from: 450, to: 1_110, at: Where::Alone }];
        let s = Schedule { week, exceptions: vec![] };
        let again = s.clone();
        t.with(letter, move |cx, h| family::write_hours(cx, h, 0, &s)).unwrap();
        assert_eq!(t.jobs("care.changed"), 1);
        assert!(matches!(t.with(letter, move |cx, h| family::write_hours(cx, h, 0, &again)), Err(care::Error::Stale { .. })));
        t.with(letter, move |cx, h| family::write_hours(cx, h, 1, &Schedule::default())).unwrap();
        assert_eq!(t.jobs("care.changed"), 1, "told once in a while");
        t.advance(700);
        t.with(letter, move |cx, h| family::write_hours(cx, h, 2, &Schedule::default())).unwrap();
        assert_eq!(t.jobs("care.changed"), 2);
    }

    fn the_day_of_review_is_a_task_while_it_still_stands(t: Town) {
        let letter = t.stood_for(t.letter(Some(t.daughter())));
        t.says(letter, APPROACH, Answer::Given).unwrap();
        t.says(letter, FIND, Answer::Given).unwrap();
        assert_eq!(t.jobs("care.consent_review"), 2);
        t.says(letter, FIND, Answer::Refused).unwrap();
        t.advance(366 * 86_400);
        store::jobs::run_due(&t.world.house.rt, t.world.house.district, &care::handlers()).unwrap();
        assert_eq!(t.jobs("consent.ask_again"), 1, "of what still stands");
    }
}

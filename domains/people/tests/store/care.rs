//! Moving house, and the end of care: what goes at once, what is kept, and for how long.

use super::{World, area, refused};
use kernel::Role;
use kernel::ids::PersonId;
use people::Error;
use people::app::Flat;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
use people::app::persons::{self, ChangeRecord, EndReason, For, Shown};
use people::model::person::{Contact, Health, Part};

fn refusal<T: std::fmt::Debug>(done: people::Result<T>) -> &'static str {
    match done {
        Err(Error::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

impl World {
    fn found(&self, who: kernel::ids::AccountId) -> usize {
        self.working(who, |cx, why| persons::find_person(cx, "王桂芳", why, &[area(1), area(2)])).unwrap().0.len()
    }
    fn with_health(&self, who: kernel::ids::AccountId, person: PersonId) {
        let review_on = self.house.rt.now().plus_days(90);
        let new = NewConsent {
            part: Part::Health,
            answer: Answer::Given,
            by: By::Subject,
            guardian: None,
            aim: Aim::Care,
            way: Way::Visit,
            witness: "李华".into(),
            review_on,
            by_themselves: true,
        };
        self.working(who, move |cx, why| consents::record(cx, person, why, &new)).unwrap();
        let version = self.open(who, person).unwrap().version;
        let change = ChangeRecord { health: Some(Health { notes: "高血压".into() }), ..ChangeRecord::default() };
        self.working(who, move |cx, why| persons::change_record(cx, person, version, why, &change)).unwrap();
    }
}

testkit::both_databases! {
    fn somebody_moves_and_it_is_known_from_where(w: World) {
        let (me, other) = (w.worker(Role::CommitteeWorker, "me"), w.worker(Role::CommitteeWorker, "other"));
        let person = w.resident();
        w.working(me, move |cx, why| persons::move_person(cx, &Flat, person, why, area(2))).unwrap();
        assert_eq!(w.open(me, person).unwrap().area, area(2));
        let moves = w.working(me, move |cx, why| persons::moves(cx, person, why)).unwrap();
        assert_eq!(moves.iter().map(|m| (m.from, m.to, m.by)).collect::<Vec<_>>(), [(area(1), area(2), Some(me))]);
        assert!(w.working(me, move |cx, why| persons::move_person(cx, &Flat, person, why, area(2))).is_err(), "is there");
        // Found around the new area, not around the old one.
        let at = |areas: Vec<_>| w.working(me, move |cx, why| persons::find_person(cx, "王桂芳", why, &areas)).unwrap().0.len();
        assert_eq!((at(vec![area(1)]), at(vec![area(2)])), (0, 1));
        // Who may not: somebody else's matter, another purpose, administrators.
        let why = || For::Matter(Box::new(crate::persons::matter_of(me)));
        let ask = |who| { let why = why(); refused(w.house.rt.write_now(who, move |cx| persons::move_person(cx, &Flat, person, &why, area(1)))) };
        assert_eq!(ask(w.on_matter(other)), "elsewhere");
        assert_eq!(ask(w.as_account(me)), "purpose");
        assert_eq!(ask(w.on_matter(w.first.system)), "role");
        assert_eq!(w.logged("person.moved"), 1);
    }

    fn the_end_of_care_erases_what_was_agreed_to_and_starts_the_time_of_the_rest(w: World) {
        let (me, other) = (w.worker(Role::CommitteeWorker, "me"), w.worker(Role::CommitteeWorker, "other"));
        let person = w.resident();
        w.with_health(me, person);
        assert_eq!(w.found(me), 1);
        let end = |who, reason| {
            let why = For::Matter(Box::new(crate::persons::matter_of(me)));
            w.house.rt.write_now(who, move |cx| persons::end_care(cx, person, &why, reason))
        };
        assert_eq!(refused(end(w.on_matter(other), EndReason::Died)), "elsewhere");
        assert_eq!(refused(end(w.as_account(me), EndReason::Died)), "purpose");
        assert_eq!(refused(end(w.on_matter(w.first.security), EndReason::Died)), "role");
        end(w.on_matter(me), EndReason::Withdrew).unwrap();
        assert_eq!(refusal(end(w.on_matter(me), EndReason::Died)), "care-ended");
        assert_eq!(w.found(me), 0, "nobody finds them by name");
        let record = w.open(me, person).unwrap();
        assert_eq!(record.health, Shown::NoConsent);
        let change = ChangeRecord { contact: Some(Contact::default()), ..ChangeRecord::default() };
        let version = record.version;
        let write = w.working(me, move |cx, why| persons::change_record(cx, person, version, why, &change));
        assert_eq!(refusal(write), "care-ended");
        let (_, why) = w.working(me, move |cx, why| persons::ended(cx, person, why)).unwrap().unwrap();
        assert_eq!(why, EndReason::Withdrew);
        // A mistake is put right; what was erased stays erased.
        w.working(me, move |cx, why| persons::resume_care(cx, person, why)).unwrap();
        assert_eq!(w.found(me), 1);
        assert_eq!(w.open(me, person).unwrap().health, Shown::NoConsent);
        end(w.on_matter(me), EndReason::Died).unwrap();

        // Retention counts from the end, not from the beginning.
        let rule = people::RETENTION.iter().find(|r| r.key == "records").unwrap();
        let ended = w.house.rt.now();
        let span = move |days: i64| store::retention::Span { from: kernel::Moment::from_micros(0), before: ended.plus_days(days) };
        let due = |days| w.look(move |cx| Ok((rule.due)(cx, span(days))?)).unwrap();
        assert_eq!((due(-1), due(1)), (0, 1));
        w.resident();
        assert_eq!(w.act(move |cx| Ok((rule.erase)(cx, span(1), 10)?)).unwrap(), 1);
        assert_eq!(due(1), 0);
        assert!(matches!(w.open(me, person), Err(Error::Store(store::Error::NotFound))));
        assert_eq!(w.found(me), 1, "those in care stay");
        let left = w.look(move |cx| Ok(cx.query_one("SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1", store::params![person])?.i64("n")?)).unwrap();
        assert_eq!(left, 0, "no key is left to read an older copy with");
    }
}

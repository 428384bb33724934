//! Found and missed, and nobody knows who (L3): the open cases of the other kind come before the registry, and two about the same
//! elder become one.

use crate::Town;
use crate::town::{found, point, refused};
use kernel::ids::CaseId;
use lost::app::{self, Alikes, EntryKind, Reported};
use lost::model::{Described, Kind, Outcome, Report, State};
use testkit::both_databases;

fn described(sex: &str, age: i64) -> Described {
    Described { sex: sex.into(), age: Some(age), ..Described::default() }
}

fn missing(sex: &str, age: i64, lon: f64) -> Report {
    Report { kind: Kind::Missing, described: described(sex, age), place: point(lon), ..found() }
}

impl Town {
    fn alike(&self, case: CaseId) -> Alikes {
        self.on(self.duty, case, move |cx| app::alike(cx, case)).unwrap().unwrap()
    }
    fn version(&self, case: CaseId) -> i64 {
        self.world.look(move |cx| app::load(cx, case).map(|c| c.version).map_err(|_| store::Error::NotFound))
    }
    /// Somebody says so, from the first of the two.
    fn same(&self, who: kernel::ids::AccountId, case: CaseId, other: CaseId) -> lost::Result<CaseId> {
        let seen = self.version(other);
        self.step(who, case, move |cx, v| app::same(cx, case, v, other, seen))
    }
    fn tracked(&self, reported: &Reported) -> app::Tracked {
        let code = reported.code.clone();
        self.world
            .act_as(self.world.public(), move |cx| {
                let found = app::find_by_code(cx, &code)?;
                app::track(cx, found)
            })
            .unwrap()
    }
}

both_databases! {
    fn whom_a_family_misses_is_ranked_by_what_was_said_and_nobody_is_left_out(t: Town) {
        let he = t.public_reports(missing("m", 60, 121.452));
        let she = t.public_reports(missing("f", 83, 121.452));
        let known = t.public_reports(missing("f", 84, 121.452)).case;
        t.identify(known);
        let other = t.public_reports(found());
        let case = t.public_reports(found()).case;
        let list = t.alike(case);
        let numbers: Vec<_> = list.shown.iter().map(|a| a.number.clone()).collect();
        assert_eq!(numbers, [she.number.clone(), he.number.clone()], "the other kind, not known yet; the nearer one first");
        let against = list.shown[1].evidence.iter().find(|e| e.field == identify::Field::Sex).unwrap();
        assert!(against.bits < -3.0, "what contradicts is told: {}", against.bits);
        assert!(list.shown[0].evidence.iter().any(|e| e.field == identify::Field::Place && e.bits > 0.0));
        assert!(list.shown.iter().all(|a| a.case.is_some() && a.may_join), "{list:?}");
        // The other way round.
        let list = t.alike(she.case);
        assert_eq!(list.shown.len(), 2);
        assert!(list.shown.iter().any(|a| a.number == other.number));
        assert_eq!(t.on(t.duty, known, move |cx| app::alike(cx, known)).unwrap(), None, "it is known who it is");
        assert!(refused(t.on(t.volunteers[0], case, move |cx| app::alike(cx, case))).starts_with("denied"));
    }

    fn more_than_eight_are_counted(t: Town) {
        for _ in 0..9 {
            t.public_reports(missing("f", 80, 121.452));
        }
        let case = t.public_reports(found()).case;
        let list = t.alike(case);
        assert_eq!((list.shown.len(), list.more), (8, 1));
    }

    fn a_case_of_another_place_is_a_number_and_a_post(t: Town) {
        let far = t.public_reports(missing("f", 84, 121.55));
        let case = t.public_reports(found()).case;
        let list = t.alike(case);
        assert_eq!((list.shown[0].case, list.shown[0].may_join), (None, false));
        assert_eq!(list.shown[0].post, Some(t.far_post), "whom to call");
        assert!(refused(t.same(t.duty, case, far.case)).starts_with("denied"), "nobody joins what they may not see");
        assert_eq!(t.view(t.far, far.case).unwrap().row.state, State::Missing);
    }

    fn two_about_the_same_elder_become_one_and_both_pages_say_how_it_stands(t: Town) {
        let family = t.public_reports(missing("f", 84, 121.452));
        let finder = t.public_reports(found());
        let (missed, case) = (family.case, finder.case);
        assert!(refused(t.same(t.volunteers[0], case, missed)).starts_with("denied"));
        let stale = t.step(t.duty, case, move |cx, v| app::same(cx, case, v, missed, 99));
        assert!(matches!(stale, Err(lost::Error::Stale { .. })));
        t.same(t.duty, case, missed).unwrap();
        let (ended, goes_on) = (t.view(t.duty, missed).unwrap(), t.view(t.duty, case).unwrap());
        assert_eq!((ended.row.state, ended.row.outcome), (State::Closed, Some(Outcome::Duplicate)));
        assert_eq!(goes_on.row.state, State::Sighted, "the one in which somebody sees the elder goes on");
        for (view, number) in [(&ended, &finder.number), (&goes_on, &family.number)] {
            let entry = view.timeline.iter().find(|e| e.kind == EntryKind::Joined).unwrap();
            assert_eq!(entry.code.as_ref(), Some(number));
        }
        let (post, duty) = (t.post, t.duty);
        t.step(duty, case, move |cx, v| app::keep(cx, case, v, post, "")).unwrap();
        let page = t.tracked(&family);
        assert_eq!((page.state, page.goes_on.as_ref(), page.open), (State::Kept, Some(&finder.number), false));
        assert_eq!(page.number, family.number);
        let page = t.tracked(&finder);
        assert_eq!((page.state, page.goes_on, page.open), (State::Kept, None, true));
        assert!(refused(t.same(t.duty, case, missed)).contains("not-there"), "once");
    }

    fn of_two_in_the_same_state_the_newer_one_ends(t: Town) {
        let finder = t.public_reports(found());
        let case = finder.case;
        t.step(t.duty, case, move |cx, v| app::leave(cx, case, v, true, "")).unwrap();
        t.world.house.clock.advance_secs(60);
        let missed = t.public_reports(missing("f", 84, 121.452)).case;
        let into = t.same(t.duty, case, missed).unwrap();
        assert_eq!(into, case);
        assert_eq!(t.view(t.duty, missed).unwrap().row.outcome, Some(Outcome::Duplicate));
    }

    fn two_elders_who_are_with_us_are_not_one(t: Town) {
        let (case, missed) = (t.public_reports(found()).case, t.public_reports(missing("f", 84, 121.452)).case);
        let post = t.post;
        for id in [case, missed] {
            t.step(t.duty, id, move |cx, v| app::keep(cx, id, v, post, "")).unwrap();
        }
        assert!(!t.alike(case).shown[0].may_join);
        assert!(refused(t.same(t.duty, case, missed)).contains("state"));
        assert!(t.view(t.duty, case).unwrap().row.state == State::Kept && t.view(t.duty, missed).unwrap().row.state == State::Kept);
    }
}

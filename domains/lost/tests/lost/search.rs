//! Candidates (L3): enrolled elders who agreed, those whom a family misses first; each one shown is logged.

use crate::Town;
use crate::town::{found, refused};
use care::model::plan::{Consented, Haunt, HauntKind, Inner, Outer};
use kernel::ids::{CaseId, PersonId};
use lost::app::{self, Candidate, Candidates, CloseTo};
use lost::model::{Described, How, Kind, Report, State, Task};
use people::app::Flat;
use people::app::consents::{Aim, Answer, By, NewConsent, Way};
use people::app::persons;
use people::model::person::{Contact, Identity, NewPerson, Part};
use store::params;
use testkit::both_databases;

impl Town {
    fn resident(&self, name: &str, sex: &str, year: i16) -> PersonId {
        let person = NewPerson {
            area: self.community,
            identity: Identity { name: name.into(), sex: sex.into(), birth_year: Some(year), id_number: None },
            contact: Contact::default(),
            guardians: vec![],
        };
        self.world.act(move |cx| persons::register_person(cx, &Flat, &person))
    }
    /// Enrolled in the name of a case of their own, which is then over.
    fn enrol(&self, person: PersonId, marks: &[&str]) {
        let case = self.public_reports(found()).case;
        let marks: Vec<String> = marks.iter().map(|m| (*m).to_owned()).collect();
        self.step(self.duty, case, move |cx, v| app::identified(cx, case, v, person, How::Known)).unwrap();
        let review_on = self.now().plus_days(300);
        self.on(self.duty, case, move |cx| {
            let why = app::in_the_name_of(cx, case, person)?;
            let consent = care::app::consents::NewConsent {
                what: Consented::Identification,
                answer: Answer::Given,
                by: By::Subject,
                guardian: None,
                way: Way::Visit,
                witness: "居委干部".into(),
                review_on,
                by_themselves: false,
            };
            care::app::consents::record(cx, person, &why, &consent)?;
            let outer = Outer { marks: Some(marks), home: Some((121.45, 30.9)), ..Outer::default() };
            let plan = care::app::plan::WritePlan { inner: None, outer: Some(outer) };
            Ok(care::app::plan::write(cx, person, &why, 0, &plan)?)
        })
        .unwrap();
        self.step(self.duty, case, move |cx, v| app::unidentified(cx, case, v)).unwrap();
    }
    /// By a case of their own, with the consent to keep usual places; gives that case, which goes on.
    fn names_a_place(&self, person: PersonId, haunt: Haunt) -> CaseId {
        let case = self.public_reports(found()).case;
        self.step(self.duty, case, move |cx, v| app::identified(cx, case, v, person, How::Known)).unwrap();
        let review_on = self.now().plus_days(300);
        self.on(self.duty, case, move |cx| {
            let why = app::in_the_name_of(cx, case, person)?;
            let consent = NewConsent {
                part: Part::Location,
                answer: Answer::Given,
                by: By::Subject,
                guardian: None,
                aim: Aim::GettingHome,
                way: Way::Visit,
                witness: "居委干部".into(),
                review_on,
                by_themselves: false,
            };
            people::app::consents::record(cx, person, &why, &consent)?;
            let inner = Inner { haunts: vec![haunt], ..Inner::default() };
            let plan = care::app::plan::WritePlan { inner: Some(inner), outer: None };
            Ok(care::app::plan::write(cx, person, &why, 1, &plan)?)
        })
        .unwrap();
        case
    }
    fn candidates(&self, case: CaseId) -> Candidates {
        self.on(self.duty, case, move |cx| app::candidates(cx, case)).unwrap()
    }
}

both_databases! {
    fn the_one_who_is_described_comes_first_and_nobody_who_did_not_agree(t: Town) {
        let (wang, li) = (t.resident("王秀英", "f", 1941), t.resident("李建国", "m", 1950));
        let silent = t.resident("王秀兰", "f", 1941);
        t.enrol(wang, &["拐杖"]);
        t.enrol(li, &["眼镜"]);
        let described = Described { sex: "f".into(), age: Some(85), surname: "王".into(), marks: vec!["拐杖".into()], ..Described::default() };
        let case = t.public_reports(Report { described, ..found() }).case;
        let list = t.candidates(case);
        assert_eq!((list.enrolled, list.shown.len()), (2, 2), "nobody is filtered away");
        assert_eq!(list.shown[0].person, wang);
        assert!(list.shown.iter().all(|c| c.person != silent), "whoever did not agree is not searched");
        let sum: f64 = list.shown.iter().map(|c| c.p).sum::<f64>() + list.not_registered;
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        let looks = t.world.look(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'person' AND fields LIKE 'candidate%'";
            cx.query_one(sql, &[])?.i64("n")
        });
        assert_eq!(looks, 2, "one entry for each who was shown");
        assert!(refused(t.on(t.volunteers[0], case, move |cx| app::candidates(cx, case))).starts_with("denied"));
    }

    fn a_place_that_the_family_named_is_evidence_while_they_agree(t: Town) {
        let (wang, li) = (t.resident("王秀英", "f", 1941), t.resident("李秀英", "f", 1941));
        t.enrol(wang, &[]);
        t.enrol(li, &[]);
        // Four kilometres from both homes, around the corner from where 李 lived once.
        let place = crate::town::point(121.495);
        let described = Described { sex: "f".into(), ..Described::default() };
        let case = t.public_reports(Report { described, place, ..found() }).case;
        let bits = |c: &Candidate| c.evidence.iter().find(|e| e.field == identify::Field::Place).unwrap().bits;
        let p = |list: &Candidates, who| list.shown.iter().find(|c| c.person == who).map(|c| (bits(c), c.close_to));
        let (before, none) = p(&t.candidates(case), li).unwrap();
        assert_eq!(none, None);
        let why = t.names_a_place(li, Haunt { kind: "former-home".into(), label: "老街 7 号".into(), lon: Some(121.4965), lat: Some(30.9) });
        let list = t.candidates(case);
        let (after, near) = p(&list, li).unwrap();
        assert!(after > before + 3.0 && list.shown[0].person == li, "{before} {after}");
        assert_eq!(near, Some(CloseTo { kind: HauntKind::FormerHome, metres: 100 }), "to a hundred metres, without its name");
        assert_eq!(p(&list, wang).unwrap().1, None);
        let looks = |fields: &'static str| {
            t.world.look(move |cx| {
                let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'person' AND subject = $1 AND fields LIKE $2";
                cx.query_one(sql, params![li, fields])?.i64("n")
            })
        };
        assert_eq!((looks("%haunts%"), looks("candidate%")), (1, 2), "the log says that their places were used");
        t.on(t.duty, why, move |cx| {
            let why = app::in_the_name_of(cx, why, li)?;
            Ok(people::app::consents::withdraw(cx, li, &why, Part::Location, By::Subject, Way::Phone)?)
        })
        .unwrap();
        let (again, none) = p(&t.candidates(case), li).unwrap();
        assert!(again < after - 3.0 && none.is_none(), "withdrawn is withdrawn at once: {before} {after} {again}");
    }

    fn whom_a_family_misses_comes_first(t: Town) {
        let (wang, li) = (t.resident("王秀英", "f", 1941), t.resident("李建国", "m", 1950));
        t.enrol(wang, &[]);
        t.enrol(li, &[]);
        let missing = t.public_reports(Report { kind: Kind::Missing, ..found() }).case;
        t.step(t.duty, missing, move |cx, v| app::identified(cx, missing, v, li, How::Family)).unwrap();
        let case = t.public_reports(found()).case;
        let list = t.candidates(case);
        assert_eq!((list.shown[0].person, list.shown[0].missed_in), (li, Some(missing)));
    }

    fn a_volunteer_who_finds_somebody_stays_with_them_and_a_second_is_missing(t: Town) {
        let one = t.volunteers[0];
        let report = lost::model::Report { key: Some("tap".into()), ..found() };
        let finds = |who, report: lost::model::Report| {
            t.world.act_as(t.world.who(who, kernel::Purpose::Administration), move |cx| app::found_by_helper(cx, &report))
        };
        let case = finds(one, report.clone()).unwrap();
        assert_eq!(finds(one, report).unwrap(), case, "a double tap is one case");
        let view = t.view(t.duty, case).unwrap();
        assert_eq!((view.row.reporter_account, view.row.state), (Some(one), State::Sighted), "one alone is no escort");
        assert_eq!(view.helpers.iter().map(|h| (h.account, h.task)).collect::<Vec<_>>(), [(one, Task::Escort)]);
        assert!(t.on(one, case, move |cx| app::needed(cx, case)).is_ok());
        t.step(t.duty, case, move |cx, v| app::call_help(cx, case, v, 1_000)).unwrap();
        let two = t.volunteers[1];
        t.step(t.duty, case, move |cx, v| app::take_helper(cx, case, v, two, Task::Escort)).unwrap();
        assert_eq!(t.view(t.duty, case).unwrap().row.state, State::Escorted);
        assert!(refused(finds(t.head, found())).starts_with("denied"), "whoever works at a desk takes it down there");
    }
}

//! Volunteers: from the form to the door of somebody in care, one step at a time, by two bodies; declining costs nothing.

use super::{Town, refused};
use care::app::visits::{self, Filter as Due};
use care::app::volunteers::{self, Approval, Filter, NewVolunteer, SignedUp};
use care::model::visit::{VisitKind, VisitState};
use care::model::volunteer::{RefuseWhy, VolunteerId, VolunteerState, VolunteerStep};
use jiff::civil::Date;
use kernel::Role;
use kernel::ids::AccountId;
use people::app::consents::By;
use people::model::Place;
use store::Value;
use testkit::{Kind, Setup};

struct Club {
    t: Town,
    committee: AccountId,
}

impl Setup for Club {
    fn setup(kind: Kind) -> Self {
        let t = Town::setup(kind);
        let here = Place { area: Some(t.area), ..Place::default() };
        let committee = t.world.staff(Role::CommitteeWorker, here, "committee", "陈主任").0;
        Self { t, committee }
    }
}

impl Club {
    fn form(&self) -> NewVolunteer {
        NewVolunteer {
            key: "k1".into(),
            name: "许文".into(),
            phone: "021-0571 0155".into(),
            area: Some(self.t.area),
            tongues: vec!["local".into(), "klingon".into()],
            skills: vec!["phone".into()],
            week: vec!["2a".into(), "6m".into()],
            more: "退休电工".into(),
            grown_up: true,
            agrees: true,
            ..NewVolunteer::default()
        }
    }
    fn sign_up(&self) -> SignedUp {
        let form = self.form();
        self.t.public(move |cx| volunteers::sign_up(cx, &form)).unwrap()
    }
    fn version(&self, id: VolunteerId) -> i64 {
        self.t.desk(self.committee, move |cx| volunteers::one(cx, id)).unwrap().volunteer.version
    }
    fn step(&self, who: AccountId, id: VolunteerId, step: VolunteerStep) -> care::Result<()> {
        let (seen, on) = (self.version(id), self.day(0));
        let why = (step == VolunteerStep::Refuse).then_some(RefuseWhy::NotNow);
        self.t.desk(who, move |cx| volunteers::step(cx, id, seen, step, Some(on), why))
    }
    fn day(&self, ahead: i64) -> Date {
        visits::day_of(self.t.world.house.rt.now().plus_days(ahead))
    }
    fn approval(&self) -> Approval {
        Approval {
            insured_until: self.day(200),
            until: self.day(365),
            title: "青禾志愿者".into(),
            login: None,
            password: None,
        }
    }
    fn approve(&self, who: AccountId, id: VolunteerId) -> care::Result<volunteers::Approved> {
        let (seen, with) = (self.version(id), self.approval());
        self.t.desk(who, move |cx| volunteers::approve(cx, id, seen, &with))
    }
    fn approved(&self) -> (VolunteerId, AccountId) {
        let id = self.sign_up().id;
        self.step(self.committee, id, VolunteerStep::Check).unwrap();
        self.step(self.committee, id, VolunteerStep::Train).unwrap();
        (id, self.approve(self.t.officer, id).unwrap().account)
    }
    fn send(&self, who: AccountId) -> care::Result<visits::Visit> {
        let (elder, duty) = (self.t.elder, self.t.duty);
        let planned = self.t.desk(self.t.officer, move |cx| visits::planned(cx, elder)).unwrap();
        if !planned {
            self.t.desk(self.t.officer, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        }
        let due = self.t.desk(self.t.officer, |cx| visits::due(cx, Due::All, 10)).unwrap().remove(0).visit;
        self.t.desk(self.t.officer, move |cx| visits::assign(cx, due.id, due.version, &[duty, who]))
    }
}

testkit::both_databases! {
    fn a_form_is_taken_once_and_what_is_personal_is_sealed(c: Club) {
        let first = c.sign_up();
        assert_eq!(c.sign_up(), first, "sent twice");
        let found = c.t.desk(c.committee, |cx| volunteers::list(cx, Filter::Open, 10)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].volunteer.tongues, ["local"]);
        assert_eq!(found[0].volunteer.week, ["2a", "6m"]);
        let one = c.t.desk(c.committee, move |cx| volunteers::one(cx, first.id)).unwrap();
        assert_eq!((one.name.as_deref(), one.words.as_deref()), (Some("许文"), Some("退休电工")));
        let rows = c.t.world.look(|cx| {
            let row = cx.query_one("SELECT identity, contact, words FROM care_volunteer", &[])?;
            Ok::<_, store::Error>([row.blob("identity")?, row.blob("contact")?, row.blob("words")?].concat())
        });
        let text = String::from_utf8_lossy(&rows).into_owned();
        assert!(!text.contains("许文") && !text.contains("0155") && !text.contains("电工"));
        for (change, wrong) in [
            (NewVolunteer { name: String::new(), ..c.form() }, "name missing"),
            (NewVolunteer { phone: "12".into(), ..c.form() }, "phone phone"),
            (NewVolunteer { area: None, ..c.form() }, "area missing"),
            (NewVolunteer { more: "310101196001011234".into(), ..c.form() }, "more id-number"),
            (NewVolunteer { agrees: false, ..c.form() }, "agrees missing"),
            (NewVolunteer { grown_up: false, ..c.form() }, "grown missing"),
        ] {
            let form = NewVolunteer { key: "other".into(), ..change };
            assert_eq!(refused(c.t.public(move |cx| volunteers::sign_up(cx, &form))), wrong);
        }
    }

    fn whoever_checked_does_not_approve_and_each_step_has_its_turn(c: Club) {
        let id = c.sign_up().id;
        assert_eq!(refused(c.step(c.committee, id, VolunteerStep::Train)), "volunteer-step");
        assert_eq!(refused(c.step(c.t.officer, id, VolunteerStep::Check)), "role");
        assert_eq!(refused(c.step(c.t.duty, id, VolunteerStep::Check)), "role");
        assert!(c.t.desk(c.t.far, |cx| volunteers::list(cx, Filter::All, 10)).unwrap().is_empty());
        c.step(c.committee, id, VolunteerStep::Check).unwrap();
        assert_eq!(refused(c.approve(c.t.officer, id)), "volunteer-step");
        c.step(c.committee, id, VolunteerStep::Train).unwrap();
        assert_eq!(refused(c.approve(c.committee, id)), "role", "who leads does not approve");
        let done = c.approve(c.t.officer, id).unwrap();
        assert!(done.made && done.login.starts_with("vol"));
        let one = c.t.desk(c.committee, move |cx| volunteers::one(cx, id)).unwrap();
        assert_eq!((one.volunteer.state, one.steps.len()), (VolunteerState::Approved, 3));
        assert_eq!(refused(c.step(c.committee, id, VolunteerStep::TakeAlong)), "volunteer-no-mentor");
        let (seen, mentor) = (c.version(id), c.committee);
        c.t.desk(c.committee, move |cx| volunteers::set_mentor(cx, id, seen, Some(mentor))).unwrap();
        assert_eq!(refused(c.step(c.committee, id, VolunteerStep::TakeAlong)), "volunteer-no-visit");
        let stale = c.t.desk(c.committee, move |cx| volunteers::set_mentor(cx, id, seen, None));
        assert!(matches!(stale, Err(care::Error::Stale { .. })));
    }

    fn only_the_approved_and_insured_are_sent_and_anybody_may_decline(c: Club) {
        let here = Place { area: Some(c.t.area), ..Place::default() };
        let unknown = c.t.world.staff(Role::Volunteer, here, "unknown", "无名").0;
        let (id, account) = c.approved();
        assert_eq!(refused(c.send(unknown)), "volunteer-unknown");
        let seen = c.version(id);
        c.t.desk(c.committee, move |cx| volunteers::insure(cx, id, seen, None)).unwrap();
        assert_eq!(refused(c.send(account)), "volunteer-not-insured");
        let (seen, until) = (c.version(id), c.day(100));
        c.t.desk(c.committee, move |cx| volunteers::insure(cx, id, seen, Some(until))).unwrap();
        let (seen, pause) = (c.version(id), c.day(60));
        c.t.desk(account, move |cx| volunteers::set_own_week(cx, seen, &["1m".into()], &[], &[], Some(pause))).unwrap();
        assert_eq!(refused(c.send(account)), "volunteer-paused");
        let seen = c.version(id);
        c.t.desk(account, move |cx| volunteers::set_own_week(cx, seen, &["1m".into()], &[], &[], None)).unwrap();
        let visit = c.send(account).unwrap();
        let own = c.t.desk(account, volunteers::own).unwrap().unwrap();
        assert_eq!(own.tasks.len(), 1);
        let visit = visit.id;
        c.t.desk(account, move |cx| volunteers::decline(cx, visit)).unwrap();
        c.t.desk(account, move |cx| volunteers::decline(cx, visit)).unwrap();
        let after = c.t.desk(c.t.officer, move |cx| visits::load(cx, visit)).unwrap();
        assert_eq!((after.state, after.pair()), (VisitState::Planned, vec![c.t.duty]));
        let own = c.t.desk(account, volunteers::own).unwrap().unwrap();
        assert_eq!((own.tasks.len(), own.volunteer.state), (0, VolunteerState::Approved), "no consequence");
        assert!(c.t.desk(c.t.officer, move |cx| volunteers::decline(cx, visit)).is_ok(), "nothing to decline");
    }

    fn thanks_arrive_and_whoever_leaves_is_sent_no_more(c: Club) {
        let (id, account) = c.approved();
        c.t.desk(c.committee, move |cx| volunteers::thank(cx, id, "王奶奶说谢谢您")).unwrap();
        let own = c.t.desk(account, volunteers::own).unwrap().unwrap();
        assert_eq!(own.thanks[0].text, "王奶奶说谢谢您");
        let visit = c.send(account).unwrap();
        c.step(c.committee, id, VolunteerStep::Leave).unwrap();
        let after = c.t.desk(c.t.officer, move |cx| visits::load(cx, visit.id)).unwrap();
        assert!(!after.sends(account));
        let status = c.t.world.look(move |cx| people::app::accounts::account(cx, account)).status;
        assert_eq!(status, people::model::AccountStatus::Closed);
    }

    fn a_code_follows_and_takes_back_and_what_is_over_is_erased_in_time(c: Club) {
        let signed = c.sign_up();
        let code = signed.code.clone();
        let seen = c.t.public(move |cx| volunteers::follow(cx, &code.to_lowercase())).unwrap();
        assert_eq!(seen.state, VolunteerState::SignedUp);
        assert_eq!(refused(c.t.public(|cx| volunteers::follow(cx, "0000-0000-0000-0000"))), "not-found");
        let code = signed.code.clone();
        c.t.public(move |cx| volunteers::withdraw(cx, &code)).unwrap();
        let code = signed.code;
        assert_eq!(refused(c.t.public(move |cx| volunteers::follow(cx, &code))), "not-found");
        let id = c.sign_up().id;
        c.step(c.committee, id, VolunteerStep::Refuse).unwrap();
        let rule = care::RETENTION.iter().find(|r| r.key == "volunteers").unwrap();
        let span = store::retention::Span { from: kernel::Moment::from_micros(0), before: c.t.world.house.rt.now().plus_days(1) };
        assert_eq!(c.t.world.act(move |cx| (rule.erase)(cx, span, 100)), 1);
        let left = c.t.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_volunteer", &[])?.i64("n"));
        assert_eq!(left, 0);
        let keys = c.t.world.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1", &[Value::Uuid(id.0)])?.i64("n")
        });
        assert_eq!(keys, 0, "the keys are gone");
    }
}

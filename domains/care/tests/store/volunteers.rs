//! Volunteers: from the form to the door of somebody in care, one step at a time, by two bodies; declining costs nothing.

use super::{Town, refused};
use care::app::company::{self, NewWish};
use care::app::telling;
use care::app::visits::{self, Filter as Due};
use care::app::volunteers::{self, Approval, Filter, NewVolunteer, SignedUp};
use care::events::{News, TellColleagues};
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
    fn a_volunteer_stops_by_themselves_and_what_they_held_goes_back(c: Club) {
        let (id, vol) = c.approved();
        let visit = c.send(vol).unwrap();
        let (elder, area, committee) = (c.t.elder, c.t.area, c.committee);
        c.t.world.act(move |cx| {
            let team = uuid::Uuid::from_u128(7);
            let sql = "INSERT INTO care_team (id, district_id, area_id, name, base, since, version) VALUES ($1, $2, $3, 'x', '', 0, 1)";
            cx.execute(sql, store::params![team, cx.district(), area])?;
            let sql = "INSERT INTO care_team_member (team_id, account_id, district_id, force_code, hours, languages, since) \
                       VALUES ($1, $2, $3, 'support', 4, '', 0)";
            cx.execute(sql, store::params![team, vol, cx.district()])?;
            let sql = "INSERT INTO care_team_person (person_id, district_id, agreed_by, agreed_at, own_language, team_id, main_account, \
                       deputy_account, given_at, version) VALUES ($1, $2, 'subject', 0, $3, $4, $5, $6, 0, 1)";
            cx.execute(sql, store::params![elder, cx.district(), false, team, committee, vol])?;
            Ok::<_, care::Error>(())
        });
        let wish = NewWish { calls: true, activities: false, agreed: By::Subject, caller: Some(vol), part: String::new() };
        c.t.desk(c.t.officer, move |cx| company::set_wish(cx, elder, 0, &wish)).unwrap();
        let seen = c.version(id);
        assert!(matches!(c.t.desk(vol, move |cx| volunteers::leave(cx, seen - 1)), Err(care::Error::Stale { .. })));
        c.t.desk(vol, move |cx| volunteers::leave(cx, seen)).unwrap();
        let one = c.t.desk(c.committee, move |cx| volunteers::one(cx, id)).unwrap();
        assert_eq!(one.volunteer.state, VolunteerState::Left);
        assert!(one.name.is_some(), "kept until its time is over, like everybody who left");
        assert!(one.steps.iter().any(|s| s.step == "leave" && s.by == Some(vol)), "by themselves");
        let id_of = visit.id;
        assert_eq!(c.t.world.look(move |cx| visits::load(cx, id_of)).state, VisitState::Planned, "somebody else is sent");
        let given = c.t.world.look(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM care_team_person WHERE team_id IS NOT NULL";
            let people = cx.query_one(sql, &[])?.i64("n")?;
            let sql = "SELECT COUNT(*) AS n FROM care_team_member WHERE ended_at IS NULL";
            Ok::<_, care::Error>((people, cx.query_one(sql, &[])?.i64("n")?))
        });
        assert_eq!(given, (0, 0), "the elder stands on the list again");
        assert_eq!(c.t.desk(c.t.officer, |cx| company::calls(cx, 10)).unwrap()[0].caller, None);
        let roles = c.t.world.look(move |cx| people::app::terms::roles_now(cx, &[vol]));
        assert!(roles.is_empty(), "no seat");
        let coordinator = c.t.world.staff(Role::Coordinator, Place::default(), "co", "协调员").0;
        let job = TellColleagues { news: News::VolunteerLeft, about: id.0, to: Vec::new() };
        let told = c.t.world.look(move |cx| telling::colleagues(cx, &job));
        assert!(told.contains(&coordinator) && told.contains(&c.committee) && !told.contains(&vol), "{told:?}");
        assert_eq!(c.t.jobs("care.colleagues"), 1);
    }

    fn who_can_on_that_day_stands_first_and_nobody_is_hidden(c: Club) {
        let (_, vol) = c.approved();
        let (elder, day) = (c.t.elder, |n: i64| c.day(n));
        // Tuesday afternoon and Saturday morning; it is Monday.
        let on = |days: Vec<Date>| c.t.desk(c.t.officer, move |cx| visits::colleagues(cx, &[elder], &days)).unwrap();
        let place = |all: &[visits::Colleague]| all.iter().position(|x| x.who.account == vol).unwrap();
        let tuesday = on(vec![day(1)]);
        assert!(!tuesday[place(&tuesday)].away);
        let wednesday = on(vec![day(2)]);
        let at = place(&wednesday);
        assert!(wednesday[at].away && at == wednesday.len() - 1, "behind everybody who can");
        let both = on(vec![day(1), day(2)]);
        assert!(both[place(&both)].away, "one of the days is enough");
        c.send(vol).unwrap();
    }

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

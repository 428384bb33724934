//! A matter about a unit goes past it, and its people have no way to it (R3). People in care are opened through a matter.

use super::town::{COMMUNITY, Town, something};
use kernel::ids::{AccountId, MatterId, OrgId, SeatId};
use kernel::{Actor, Purpose, Role};
use matters::Error;
use matters::app::{self, Act, Filter, News, Queue, Receipt, persons};
use matters::model::Command;
use matters::redaction::Correction;
use people::app::orgs::{NewOrg, create_org};
use people::app::persons::{open_record, register_person};
use people::app::{Flat, NewTerm};
use people::model::person::{Contact, Identity, NewPerson};
use people::model::{OrgKind, Place};
use people::policy::Why;
use store::Who;

struct Unit {
    committee: OrgId,
    below: OrgId,
    /// Works for the committee, looks after the community, and would be the first choice.
    member: (AccountId, SeatId),
    /// Works for the body below it.
    junior: (AccountId, SeatId),
}

impl Town {
    fn org(&self, name: &'static str, parent: Option<OrgId>) -> OrgId {
        self.world.act(move |cx| {
            let area = Some(COMMUNITY);
            create_org(
                cx,
                &NewOrg { kind: OrgKind::Committee, name: name.into(), parent, area, post: None, phone: None },
            )
        })
    }
    fn unit(&self) -> Unit {
        let committee = self.org("桂花里居委会", None);
        let below = self.org("桂花里服务站", Some(committee));
        let at = |org| Place { org: Some(org), area: Some(COMMUNITY), post: None };
        let member = self.world.staff(Role::PostHead, at(committee), "member", "周站");
        let junior = self.world.staff(Role::CommitteeWorker, at(below), "junior", "吴小");
        Unit { committee, below, member, junior }
    }
    fn complaint(&self, about: OrgId) -> Receipt {
        let raise = something("dispute", "办事大厅态度恶劣");
        self.world
            .act_as(self.world.public(), move |cx| app::raise_about(cx, raise, &Correction::default(), Some(about)))
            .unwrap()
    }
    fn desk(&self, who: AccountId) -> Who {
        self.world.who(who, Purpose::Administration)
    }
}

fn about_you<T: std::fmt::Debug>(done: Result<T, Error>) -> bool {
    match done {
        Err(Error::Denied(d) | Error::People(people::Error::Denied(d))) => d.why == Why::AboutYou,
        other => panic!("not refused as it should be: {other:?}"),
    }
}

testkit::both_databases! {
    fn a_matter_about_a_unit_goes_past_it(t: Town) {
        let unit = t.unit();
        for _ in 0..8 {
            let r = t.complaint(unit.committee);
            assert_ne!(r.owner_account, unit.member.0);
            assert_ne!(r.owner_account, unit.junior.0, "nor to a body below it");
        }
        // Even when everybody near works there.
        let all = t.org("全部在这里", None);
        for (n, who) in [t.worker.0, t.catch_all.0].into_iter().enumerate() {
            let at = Place { org: Some(all), area: Some(COMMUNITY), post: None };
            let seat = t.world.seat(Role::Mediator, at, if n == 0 { "一" } else { "二" });
            t.world.sit(NewTerm::holder(seat, who));
        }
        let r = t.complaint(all);
        assert!(![t.worker.0, t.catch_all.0].contains(&r.owner_account));
        // An ordinary matter still takes its ordinary way.
        let mut ordinary = Vec::new();
        for _ in 0..12 { ordinary.push(t.dispute().owner_account); }
        assert!(ordinary.contains(&t.worker.0) || ordinary.contains(&unit.junior.0));
        let nobody = t.world.act_as(t.world.public(), |cx| app::raise_about(cx, something("dispute", "无此单位"),
            &Correction::default(), Some(OrgId(uuid::Uuid::from_u128(1)))));
        assert!(matches!(nobody, Err(Error::Invalid(_))));
    }

    fn its_people_cannot_open_list_search_count_or_hear_of_it(t: Town) {
        let unit = t.unit();
        let mut hears: Vec<(AccountId, News)> = Vec::new();
        for who in [unit.member.0, unit.junior.0, t.second.0] {
            let news = t.world.act_as(t.desk(who), News::from_now).unwrap();
            hears.push((who, news));
        }
        let count = |who| t.world.act_as(t.desk(who), |cx| {
            let all = app::list(cx, &Filter { queue: Queue::Place, limit: 200, ..Filter::default() })?;
            Ok::<_, Error>((all.lines.len(), app::counts(cx)?, app::map(cx, &Filter { queue: Queue::Place, ..Filter::default() })?.len()))
        }).unwrap();
        let before = count(unit.member.0);
        let (before_second, r) = (count(t.second.0).0, t.complaint(unit.committee));
        let m = r.matter;
        for who in [unit.member.0, unit.junior.0] {
            assert!(about_you(t.detail(who, m).map(drop)));
            assert!(about_you(t.try_act(who, m, Command::AddNote { text: "看看".into() }).map(drop)));
            assert!(about_you(t.try_act(who, m, Command::Accept).map(drop)));
            assert!(about_you(t.world.act_as(t.staff(who, m), move |cx| matters::raiser::reveal(cx, m)).map(drop)));
            assert!(about_you(t.world.act_as(t.staff(who, m), move |cx| app::duplicates_of(cx, m)).map(drop)));
            assert!(about_you(t.world.act_as(t.staff(who, m), move |cx| persons::find(cx, m, "王")).map(drop)));
            let found = t.world.act_as(t.desk(who), |cx| app::search(cx, "办事大厅", &Filter::default())).unwrap();
            assert!(found.lines.is_empty());
            let number = r.number.clone();
            let found = t.world.act_as(t.desk(who), move |cx| app::search(cx, &number, &Filter::default())).unwrap();
            assert!(found.lines.is_empty(), "nor by its number");
        }
        assert_eq!(count(unit.member.0), before, "not counted either");
        assert_eq!(count(t.second.0).0, before_second + 1, "others of the place see it");
        for (who, news) in &mut hears {
            let mut taken = std::mem::take(news);
            let ids = t.world.act_as(t.desk(*who), move |cx| taken.next(cx)).unwrap();
            assert_eq!(ids.contains(&m), *who == t.second.0, "live news");
        }
        // Nobody can be talked into giving it to them.
        let giver = r.owner_account;
        let give = |seat| t.try_act(giver, m, Command::Assign { seat, note: None });
        let refused = |done: Result<app::Acted, Error>| match done {
            Err(Error::Refused(r)) => r.key,
            other => panic!("{other:?}"),
        };
        let coordinator = t.world.first.coordinator;
        t.act(coordinator, m, Command::Accept);
        let _ = give;
        for seat in [unit.member.1, unit.junior.1] {
            assert_eq!(refused(t.try_act(coordinator, m, Command::Assign { seat, note: None })), "refuse-about-unit");
        }
        let offered = t.world.act_as(t.staff(coordinator, m), move |cx| app::takers(cx, m)).unwrap();
        assert!(!offered.iter().any(|o| [unit.member.0, unit.junior.0].contains(&o.account)));
        // Whoever raised it follows it, also when they work there.
        assert!(t.track(&r.code).is_ok());
        assert_ne!(unit.below, unit.committee);
    }

    /// Found out only later: its people lose it the same minute, and what they handled is handled elsewhere.
    fn it_can_be_said_afterwards_that_it_is_about_a_unit(t: Town) {
        let unit = t.unit();
        // The owner works for the unit and has it in hand.
        let r = loop {
            let r = t.dispute();
            if r.owner_account == unit.junior.0 { break r; }
        };
        let (m, junior, coordinator, committee) = (r.matter, unit.junior.0, t.world.first.coordinator, unit.committee);
        t.act(junior, m, Command::Sign);
        t.act(junior, m, Command::AddNote { text: "我们自己的事".into() });
        let mark = |who: AccountId, org: OrgId, why: &'static str| {
            t.world.act_as(t.staff(who, m), move |cx| app::mark_about(cx, m, org, why))
        };
        // Who may not: strangers, administrators, whoever only raised it, nobody.
        assert!(matches!(mark(t.stranger.0, committee, "因为"), Err(Error::Denied(_))));
        assert!(matches!(mark(t.world.first.system, committee, "因为"), Err(Error::Denied(_))));
        let raiser = Who::new(Actor::raiser(t.world.house.district, m), Purpose::OwnMatter);
        assert!(t.world.act_as(raiser, move |cx| app::mark_about(cx, m, committee, "因为")).is_err());
        assert!(matches!(mark(coordinator, OrgId(uuid::Uuid::from_u128(1)), "因为"), Err(Error::Invalid(_))));
        assert!(matches!(mark(coordinator, committee, "  "), Err(Error::Invalid(_))), "not without a reason");
        assert!(t.detail(junior, m).is_ok());
        mark(coordinator, committee, "来信说的是他们").unwrap();
        for who in [unit.member.0, unit.junior.0] {
            assert!(about_you(t.detail(who, m).map(drop)));
            assert!(about_you(t.try_act(who, m, Command::AddNote { text: "看看".into() }).map(drop)));
            let found = t.world.act_as(t.desk(who), |cx| app::list(cx, &Filter { queue: Queue::Place, limit: 200, ..Filter::default() })).unwrap();
            assert!(found.lines.iter().all(|l| l.matter != m));
        }
        let now = t.detail(coordinator, m).unwrap();
        assert_eq!(now.about_org, Some(committee));
        assert!(![unit.member.0, unit.junior.0].contains(&now.owner), "R1: somebody else answers for it");
        assert_eq!(now.line.state, matters::model::State::Assigned, "who gets it has not signed yet");
        match mark(coordinator, unit.below, "又一个") {
            Err(Error::Refused(r)) => assert_eq!(r.key, "refuse-about-already"),
            other => panic!("{other:?}"),
        }
        // The raiser follows it as before and is not told of the unit.
        assert!(t.track(&r.code).is_ok());
        assert_eq!(t.world.logged("matter.about"), 1);
        // Programs and groups hear nothing more of it, nor of what was before.
        let end = t.world.act(|cx| Ok::<_, Error>(cx.query_one("SELECT MAX(n) AS n FROM event", &[])?.i64("n")?));
        let sender = Who::system(t.world.house.district, people::policy::jobs::DELIVERY);
        let told = t.world.act_as(sender, move |cx| app::moves(cx, 0, end, 500)).unwrap();
        assert!(told.iter().all(|x| x.matter != m));
    }

    /// Handed in for checking by the unit itself: nobody there checks or answers it any more.
    fn what_a_unit_handed_in_about_itself_is_answered_by_others(t: Town) {
        let unit = t.unit();
        let r = loop {
            let r = t.dispute();
            if r.owner_account == unit.junior.0 { break r; }
        };
        let (m, junior, committee) = (r.matter, unit.junior.0, unit.committee);
        t.act(junior, m, Command::Sign);
        t.act(junior, m, Command::Contact { outcome: matters::model::ContactOutcome::Reached, note: None });
        t.act(junior, m, Command::Submit { outcome: matters::model::Outcome::Done, answer: "没有问题。".into() });
        t.world.act_as(t.staff(t.world.first.coordinator, m), move |cx| app::mark_about(cx, m, committee, "是他们自己")).unwrap();
        let now = t.detail(t.world.first.coordinator, m).unwrap();
        assert!(![unit.member.0, unit.junior.0].contains(&now.owner));
        assert_eq!(now.line.state, matters::model::State::ToVerify);
        assert!(about_you(t.try_act(unit.member.0, m, Command::Verify { note: None }).map(drop)));
        t.act(t.world.first.coordinator, m, Command::SendBack { reason: "请别处的人重新看".into() });
    }

    fn nothing_of_it_goes_out_to_programs_groups_or_everybody(t: Town) {
        use matters::app::ChangeFilter;
        let unit = t.unit();
        // Of a class that lies open otherwise.
        let raise = |about: Option<OrgId>| t.world.act_as(t.world.public(), move |cx|
            app::raise_about(cx, something("lighting", "路灯不亮"), &Correction::default(), about)).unwrap();
        let (secret, open) = (raise(Some(unit.committee)), raise(None));
        for r in [&secret, &open] {
            t.act(t.world.first.coordinator, r.matter, Command::Accept);
        }
        let end = t.world.act(|cx| Ok::<_, Error>(cx.query_one("SELECT MAX(n) AS n FROM event", &[])?.i64("n")?));
        let sender = Who::system(t.world.house.district, people::policy::jobs::DELIVERY);
        let told = t.world.act_as(sender, move |cx| app::moves(cx, 0, end, 500)).unwrap();
        let numbers: Vec<&str> = told.iter().map(|m| m.number.as_str()).collect();
        assert!(numbers.contains(&open.number.as_str()), "webhooks and robots hear of matters: {numbers:?}");
        assert!(!numbers.contains(&secret.number.as_str()), "but not of one about a unit");
        let now = t.world.house.rt.now();
        let between = (now.plus_days(-1), now.plus_days(1));
        let only = ChangeFilter { numbers: vec![], between, skip: 0, limit: 100 };
        let steps = t.world.act_as(t.world.public(), move |cx| app::published_changes(cx, &only)).unwrap();
        assert!(steps.iter().any(|c| c.number == open.number));
        assert!(steps.iter().all(|c| c.number != secret.number), "nor do its steps stand in Open311");
        let asked = secret.number.clone();
        let one = ChangeFilter { numbers: vec![asked.clone()], between, skip: 0, limit: 100 };
        assert!(t.world.act_as(t.world.public(), move |cx| app::published_changes(cx, &one)).unwrap().is_empty());
        let found = t.world.act_as(t.world.public(), move |cx| app::published_one(cx, &asked));
        assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
    }

    fn a_record_opens_through_a_matter_about_that_person_and_closes_with_it(t: Town) {
        let person = t.world.act(|cx| register_person(cx, &Flat, &NewPerson {
            area: COMMUNITY,
            identity: Identity { name: "王桂芳".into(), ..Identity::default() },
            contact: Contact::default(), guardians: vec![],
        }));
        let m: MatterId = t.dispute().matter;
        let (me, stranger) = (t.worker.0, t.stranger.0);
        let open = |who: AccountId, of: MatterId| t.world.act_as(t.staff(who, of), move |cx| {
            let why = persons::in_the_name_of(cx, of, person)?;
            Ok::<_, Error>(open_record(cx, person, &why)?)
        });
        let why = |done: Result<people::app::persons::Record, Error>| match done {
            Err(Error::Denied(d) | Error::People(people::Error::Denied(d))) => d.why.code(),
            other => panic!("{other:?}"),
        };
        assert_eq!(why(open(me, m)), "purpose", "not before it is about them");
        assert_eq!(t.world.act_as(t.staff(me, m), move |cx| persons::find(cx, m, "王桂芳")).unwrap().0.len(), 1);
        assert!(t.world.act_as(t.staff(stranger, m), move |cx| persons::find(cx, m, "王桂芳")).is_err());
        assert!(t.world.act_as(t.staff(stranger, m), move |cx| persons::link(cx, m, person)).is_err());
        t.world.act_as(t.staff(me, m), move |cx| persons::link(cx, m, person)).unwrap();
        t.world.act_as(t.staff(me, m), move |cx| persons::link(cx, m, person)).unwrap();
        assert_eq!(t.world.logged("person.linked"), 1);
        assert_eq!(open(me, m).unwrap().identity.yes().unwrap().name, "王桂芳");
        assert_eq!(why(open(stranger, m)), "elsewhere");
        let other = t.dispute().matter;
        assert_eq!(why(open(me, other)), "purpose", "not in the name of another matter of one's own");
        let public = Who::new(Actor::public(t.world.house.district), Purpose::Matter(m));
        assert!(t.world.act_as(public, move |cx| persons::in_the_name_of(cx, m, person)
            .and_then(|why| Ok(open_record(cx, person, &why)?))).is_err());
        t.answered(m);
        t.world.act_as(t.staff(me, m), move |cx| app::act(cx, Act::new(m, Command::AddNote { text: "记一笔".into() }))).unwrap();
        assert!(open(me, m).is_ok(), "until it is closed");
        let raiser = t.detail(me, m).unwrap().raisers[0].id;
        t.act(me, m, Command::RecordDelivery { raiser, result: matters::model::DeliveryResult::CallAnswered, note: None });
        assert_eq!(t.state_now(m), matters::model::State::Closed);
        assert_eq!(why(open(me, m)), "not-open");
        assert!(t.world.act_as(t.staff(me, m), move |cx| persons::find(cx, m, "王桂芳")).is_err());
    }
}

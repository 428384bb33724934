//! People in care around a matter: taken in within it, and the day on which a consent is to be asked about again is a task for
//! whoever looks after their area.

use crate::town::{COMMUNITY, Town, something};
use kernel::ids::{AccountId, AreaId, MatterId, PersonId};
use kernel::{Actor, Purpose, Role};
use matters::Error;
use matters::app::{self, Filter, Queue, Raise, RaisedPlace, persons};
use matters::model::{Command, State};
use people::app::Flat;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
use people::app::persons::{EndReason, Registered, end_care, open_record, register_person};
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson, Part};
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use store::Who;

fn wang(area: AreaId) -> NewPerson {
    NewPerson {
        area,
        identity: Identity { name: "王桂芳".into(), birth_year: Some(1941), ..Identity::default() },
        contact: Contact::default(),
        guardians: vec![],
    }
}

impl Town {
    /// Two communities, each of a town of its own, drawn.
    fn two_communities(&self) -> (AreaId, AreaId) {
        let area = |kind, code: &str, name: &str, west: f64, east: f64| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "d", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "t1", "青禾镇", 121.4, 121.5).within("d"),
            area(AreaKind::Town, "t2", "归雁镇", 121.5, 121.6).within("d"),
            area(AreaKind::Community, "c1", "桂花里", 121.4, 121.5).within("t1"),
            area(AreaKind::Community, "c2", "归雁苑", 121.5, 121.6).within("t2"),
            area(AreaKind::Police, "p", "青禾警务区", 121.4, 121.6),
        ];
        let saved = self.world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        (saved[3].0, saved[4].0)
    }
    fn wang(&self) -> (PersonId, MatterId) {
        let person = self.world.act(|cx| register_person(cx, &Flat, &wang(COMMUNITY)));
        let matter = self.dispute().matter;
        self.world.act_as(self.staff(self.worker.0, matter), move |cx| persons::link(cx, matter, person)).unwrap();
        (person, matter)
    }
    fn agrees(&self, person: PersonId, matter: MatterId, days: i64) -> Result<uuid::Uuid, Error> {
        let review_on = self.now().plus_days(days);
        self.world.act_as(self.staff(self.worker.0, matter), move |cx| {
            let why = persons::in_the_name_of(cx, matter, person)?;
            let new = NewConsent {
                part: Part::Health,
                answer: Answer::Given,
                by: By::Subject,
                guardian: None,
                aim: Aim::Care,
                way: Way::Visit,
                witness: "李华".into(),
                review_on,
                by_themselves: false,
            };
            Ok(consents::record(cx, person, &why, &new)?)
        })
    }
    /// Open matters of the place that are about this person, beside `but`.
    fn tasks(&self, who: AccountId, person: PersonId, but: MatterId) -> Vec<MatterId> {
        let all = self.world.act_as(self.world.who(who, Purpose::Administration), |cx| {
            app::list(cx, &Filter { queue: Queue::Place, limit: 200, ..Filter::default() })
        });
        let about = |matter: MatterId| {
            let linked = self.world.act_as(self.staff(who, matter), move |cx| persons::linked(cx, matter)).unwrap();
            linked.iter().any(|l| l.person == person)
        };
        all.unwrap().lines.into_iter().map(|l| l.matter).filter(|m| *m != but && about(*m)).collect()
    }
}

testkit::both_databases! {
    fn a_consent_whose_day_of_review_comes_is_a_task_for_the_seat_in_charge(t: Town) {
        let (person, matter) = t.wang();
        t.agrees(person, matter, 90).unwrap();
        t.advance(89 * 86_400);
        assert!(t.tasks(t.second.0, person, matter).is_empty(), "not before its day");
        t.advance(86_400);
        let tasks = t.tasks(t.second.0, person, matter);
        let [task] = tasks.as_slice() else { panic!("{tasks:?}") };
        let task = *task;
        let detail = t.detail(t.second.0, task).unwrap();
        assert_eq!((detail.owner, detail.line.state), (t.worker.0, State::Received), "the committee of the area");
        assert!(detail.texts.iter().any(|n| n.text.contains("健康情况")));
        assert!(!detail.texts.iter().any(|n| n.text.contains("王桂芳")), "nobody's name in the words");
        // In its name the record opens, for the owner and nobody elsewhere.
        let open = |who: AccountId| t.world.act_as(t.staff(who, task), move |cx| {
            let why = persons::in_the_name_of(cx, task, person)?;
            Ok::<_, Error>(open_record(cx, person, &why)?)
        });
        assert!(open(t.worker.0).is_ok());
        assert!(open(t.stranger.0).is_err());
        let public = Who::new(Actor::public(t.world.house.district), Purpose::Matter(task));
        assert!(t.world.act_as(public, move |cx| persons::in_the_name_of(cx, task, person)
            .and_then(|why| Ok(open_record(cx, person, &why)?))).is_err());
        // Asked again, it holds again; one task for each review.
        t.agrees(person, task, 200).unwrap();
        t.run_jobs();
        assert_eq!(t.tasks(t.second.0, person, matter), [task]);
        t.advance(201 * 86_400);
        assert_eq!(t.tasks(t.second.0, person, matter).len(), 2);
    }

    /// The same for what is agreed to beside the record: whoever keeps that asks for the task.
    fn a_consent_about_care_is_asked_again_by_the_same_task(t: Town) {
        let (person, matter) = t.wang();
        let consent = uuid::Uuid::from_u128(0xc0);
        t.world.act(move |cx| consents::ask_again(cx, consent, person, "photo"));
        t.run_jobs();
        let tasks = t.tasks(t.second.0, person, matter);
        let [task] = tasks.as_slice() else { panic!("{tasks:?}") };
        let detail = t.detail(t.second.0, *task).unwrap();
        assert_eq!((detail.owner, detail.line.state), (t.worker.0, State::Received));
        assert!(detail.texts.iter().any(|n| n.text.contains("照片") && n.text.contains("照护页")));
        t.world.act(move |cx| consents::ask_again(cx, consent, person, "photo"));
        t.run_jobs();
        assert_eq!(t.tasks(t.second.0, person, matter).len(), 1, "once for each consent");
    }

    /// What visitors find, and a door that stayed shut, is one matter for each key, with an owner.
    fn what_visitors_find_is_one_matter_about_the_person(t: Town) {
        let (person, matter) = t.wang();
        for (n, (key, what)) in [("v:1", "welfare"), ("v:2", "hazard-gas"), ("v:2", "hazard-gas")].into_iter().enumerate() {
            let payload = serde_json::json!({ "person": person, "what": what, "key": key });
            t.world.act(move |cx| {
                let job = format!("{key}/{n}");
                cx.enqueue(store::NewJob { kind: care::events::VISIT_TASK, key: job, run_at: cx.now, payload })
            });
        }
        t.run_jobs();
        let tasks = t.tasks(t.second.0, person, matter);
        assert_eq!(tasks.len(), 2, "once for each key");
        for task in tasks {
            assert_eq!(t.detail(t.second.0, task).unwrap().owner, t.worker.0);
        }
    }

    /// The same need or hazard found at a second visit is the same matter, until it is done; then it is another one.
    fn what_is_found_again_is_one_more_report_in_the_open_matter(t: Town) {
        let (person, matter) = t.wang();
        let found = |key: &str, what: &str| {
            let payload = serde_json::json!({ "person": person, "what": what, "key": key });
            let job = format!("{key}/{}", uuid::Uuid::now_v7());
            t.world.act(move |cx| {
                cx.enqueue(store::NewJob { kind: care::events::VISIT_TASK, key: job, run_at: cx.now, payload })
            });
            t.run_jobs();
            t.tasks(t.second.0, person, matter)
        };
        let tasks = found("a:gas", "hazard-gas");
        let [gas] = tasks.as_slice() else { panic!("{tasks:?}") };
        let gas = *gas;
        let texts = || t.detail(t.second.0, gas).unwrap().texts.iter().filter(|n| n.text.contains("燃气")).count();
        assert_eq!(texts(), 1);
        // Another thing, and another person, are other matters.
        assert_eq!(found("a:floor", "hazard-floor").len(), 2);
        let (other, of_other) = t.wang();
        let payload = serde_json::json!({ "person": other, "what": "hazard-gas", "key": "o:gas" });
        t.world.act(move |cx| {
            cx.enqueue(store::NewJob { kind: care::events::VISIT_TASK, key: "o".into(), run_at: cx.now, payload })
        });
        t.run_jobs();
        assert_eq!(t.tasks(t.second.0, other, of_other).len(), 1);
        // Found again: a second report in it, once, however often the job runs; also while somebody works on it.
        for _ in 0..2 {
            assert_eq!(found("b:gas", "hazard-gas").len(), 2);
        }
        assert_eq!(texts(), 2);
        t.act(t.worker.0, gas, Command::Sign);
        assert_eq!(found("c:gas", "hazard-gas").len(), 2);
        assert_eq!((texts(), t.detail(t.second.0, gas).unwrap().line.state), (3, State::Signed));
        // Handed in, and not checked yet.
        t.act(t.worker.0, gas, Command::Contact { outcome: matters::model::ContactOutcome::OnSite, note: None });
        t.act(t.worker.0, gas, Command::Submit { outcome: matters::model::Outcome::Done, answer: "软管换好了。".into() });
        assert_eq!(found("d:gas", "hazard-gas").len(), 2, "whoever checks it reads that it was found again");
        t.act(t.second.0, gas, Command::Verify { note: None });
        let tasks = found("e:gas", "hazard-gas");
        assert_eq!(tasks.len(), 3, "it was done, and is there again");
        assert!(tasks.contains(&gas));
    }

    /// There is nobody to be told of what the program raised: its answer closes it, after somebody else has checked it.
    fn what_visitors_find_closes_with_its_answer(t: Town) {
        let (person, matter) = t.wang();
        let payload = serde_json::json!({ "person": person, "what": "need-meal", "key": "v:1" });
        t.world.act(move |cx| {
            cx.enqueue(store::NewJob { kind: care::events::VISIT_TASK, key: "v".to_owned(), run_at: cx.now, payload })
        });
        t.run_jobs();
        let task = t.tasks(t.second.0, person, matter)[0];
        assert!(t.detail(t.second.0, task).unwrap().by_program);
        assert!(!t.detail(t.second.0, matter).unwrap().by_program);
        t.answered(task);
        assert_eq!(t.state(task), State::Closed);
    }

    /// A welfare check has hours, not days; it rings like every matter, and moves on by itself when somebody has seen the person.
    fn a_welfare_check_has_its_hours_and_moves_on_when_they_are_seen(t: Town) {
        let (person, matter) = t.wang();
        let job = |kind, key: &'static str, payload: serde_json::Value| t.world.act(move |cx| {
            cx.enqueue(store::NewJob { kind, key: key.to_owned(), run_at: cx.now, payload })
        });
        job(care::events::VISIT_TASK, "w", serde_json::json!({ "person": person, "what": "welfare", "key": "welfare:1" }));
        let came = t.now();
        t.run_jobs();
        let check = t.tasks(t.second.0, person, matter)[0];
        let seen = |t: &Town| t.detail(t.second.0, check).unwrap();
        let detail = seen(&t);
        assert_eq!((detail.line.class.as_str(), detail.line.state), ("welfare-check", State::Received));
        assert_eq!((detail.owner, detail.line.due_at), (t.worker.0, came.plus_hours(1)));
        t.act(t.worker.0, check, Command::Sign);
        assert_eq!(seen(&t).line.due_at, came.plus_hours(4), "contact");
        t.advance(5 * 3_600);
        t.run_jobs();
        assert_eq!(seen(&t).line.level, matters::model::Level::Red);
        t.act(t.worker.0, check, Command::Contact { outcome: matters::model::ContactOutcome::NoAnswer, note: None });
        assert_eq!(seen(&t).line.due_at, came.plus_hours(24), "24 hours in all");
        job(care::events::WELFARE_OVER, "o", serde_json::json!({ "person": person, "why": "seen" }));
        t.run_jobs();
        assert_eq!(seen(&t).line.state, State::ToVerify);
        job(care::events::WELFARE_OVER, "o2", serde_json::json!({ "person": person, "why": "seen" }));
        t.run_jobs();
        assert_eq!(seen(&t).line.state, State::ToVerify, "once");
        // Nobody raises one by hand.
        let by_hand = t.world.act_as(t.world.who(t.worker.0, Purpose::Administration), |cx| {
            app::raise(cx, something("welfare-check", "想确认平安"))
        });
        assert!(by_hand.is_err());
    }

    /// Until when somebody must have made sure stands in the class alone: the list of visits follows it, also when it is changed.
    fn the_hours_of_a_welfare_check_are_those_of_its_class(t: Town) {
        let (person, _) = t.wang();
        let asked = t.now();
        t.world.act(move |cx| {
            cx.execute(
                "INSERT INTO care_visit_plan (person_id, district_id, begun_on, agreed_by, kind, misses, welfare_due, version) \
                 VALUES ($1, $2, '2026-06-01', 'subject', 'chat', 2, $3, 1)",
                store::params![person, cx.district(), cx.now],
            )?;
            let payload = serde_json::json!({ "person": person, "what": "welfare", "key": "welfare:1" });
            cx.enqueue(store::NewJob { kind: care::events::VISIT_TASK, key: "w".into(), run_at: cx.now, payload })
        });
        t.run_jobs();
        let until = || t.world.look(move |cx| {
            cx.query_one("SELECT welfare_due FROM care_visit_plan WHERE person_id = $1", store::params![person])?.moment("welfare_due")
        });
        assert_eq!(until(), asked.plus_hours(24));
        t.world.act(|cx| {
            let classes = app::classes(cx)?;
            let mut rule = (**classes.iter().find(|c| c.code == "welfare-check").unwrap()).clone();
            rule.handle = "12h".parse().unwrap();
            app::save_class(cx, rule)
        });
        t.run_jobs();
        assert_eq!(until(), asked.plus_hours(12));
    }

    fn what_was_withdrawn_or_ended_meanwhile_raises_nothing(t: Town) {
        let (person, matter) = t.wang();
        t.agrees(person, matter, 30).unwrap();
        t.world.act_as(t.staff(t.worker.0, matter), move |cx| {
            let why = persons::in_the_name_of(cx, matter, person)?;
            Ok::<_, Error>(consents::withdraw(cx, person, &why, Part::Health, By::Subject, Way::Visit)?)
        }).unwrap();
        let (other, of_other) = t.wang();
        t.agrees(other, of_other, 30).unwrap();
        t.world.act_as(t.staff(t.worker.0, of_other), move |cx| {
            let why = persons::in_the_name_of(cx, of_other, other)?;
            Ok::<_, Error>(end_care(cx, other, &why, EndReason::Died)?)
        }).unwrap();
        t.advance(31 * 86_400);
        assert!(t.tasks(t.second.0, person, matter).is_empty());
        assert!(t.tasks(t.second.0, other, of_other).is_empty());
    }

    /// Duplicates are looked for around the matter and nowhere else; nobody elsewhere takes anybody in here.
    fn somebody_is_taken_in_within_a_matter(t: Town) {
        let (here, there) = t.two_communities();
        let place = |area| Place { area: Some(area), ..Place::default() };
        let worker = t.world.staff(Role::CommitteeWorker, place(here), "here", "周近").0;
        let elsewhere = t.world.staff(Role::CommitteeWorker, place(there), "there", "吴远").0;
        let raise = Raise {
            place: RaisedPlace { area: Some(here), ..RaisedPlace::default() },
            ..something("elder-care", "有位老人坐在楼下不知道回家")
        };
        let matter = t.raise(raise).matter;
        t.act(worker, matter, Command::Sign);
        t.world.act(move |cx| {
            let ground = matters::Ground(places::snapshot(cx)?);
            Ok::<_, Error>(register_person(cx, &ground, &wang(there))?)
        });
        let register = |who: AccountId, area, sure: bool| t.world.act_as(t.staff(who, matter), move |cx| {
            persons::register(cx, matter, &wang(area), sure)
        });
        let Registered::New(person) = register(worker, here, false).unwrap() else {
            panic!("the one of that name lives elsewhere and is not shown")
        };
        let linked = t.world.act_as(t.staff(worker, matter), move |cx| persons::linked(cx, matter)).unwrap();
        assert_eq!(linked[0].person, person);
        match register(worker, here, false).unwrap() {
            Registered::Alike(found, false) => assert_eq!(found.iter().map(|f| f.person).collect::<Vec<_>>(), [person]),
            other => panic!("{other:?}"),
        }
        assert!(matches!(register(worker, here, true), Ok(Registered::New(twin)) if twin != person));
        assert!(matches!(register(worker, there, true), Err(Error::People(people::Error::Invalid { field: "area", .. }))));
        for who in [elsewhere, t.stranger.0, t.world.first.system, t.world.first.audit] {
            assert!(matches!(register(who, here, true), Err(Error::People(people::Error::Denied(_)) | Error::Denied(_))));
        }
        let raiser = t.world.act_as(t.as_raiser(matter), move |cx| persons::register(cx, matter, &wang(here), true));
        assert!(raiser.is_err());
        // They move next door: whoever looks after that community finds them there.
        t.world.act_as(t.staff(worker, matter), move |cx| persons::move_to(cx, matter, person, there)).unwrap();
        assert!(t.world.act_as(t.staff(elsewhere, matter), move |cx| persons::move_to(cx, matter, person, here)).is_err());
        let areas = t.world.look(move |cx| people::app::persons::areas_of(cx, person));
        assert!(areas.contains(&there) && !areas.contains(&here));
    }
}

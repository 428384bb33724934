//! The raiser's page is the log, row by row; what is withheld needs two people and a date; the audit administrator sees
//! who looked and nothing else.

use crate::town::{SECRETS, Town};
use audit::looker::{Looker, Reason};
use audit::search::{Filter, Half, search};
use audit::{Error, seen, withhold};
use kernel::Role;
use people::policy::Why;
use store::params;

/// A row as a page shows it, to be compared with the table.
type Plain = (i64, i64, String, String, String, String);

fn plain(look: &seen::Look) -> Plain {
    let actor = match &look.who {
        Looker::Person { account, .. } | Looker::Gone(account) => format!("account:{account}"),
        Looker::Program(job) => format!("system:{job}"),
        Looker::Raiser => "raiser".into(),
        Looker::Subject => "subject".into(),
        Looker::Anybody => "public".into(),
    };
    let purpose = match &look.why {
        Reason::Matter(id) => format!("matter:{id}"),
        Reason::Other(code) => code.clone(),
    };
    (look.n, look.at.micros(), actor, purpose, look.kind.clone(), look.fields.join(","))
}

testkit::both_databases! {
    fn the_raisers_page_equals_the_log_row_by_row(t: Town) {
        t.opens(t.worker);
        t.wait(60);
        t.reveals(t.worker);
        t.opens(t.head);
        t.wait(60);
        t.reveals(t.head);
        t.opens(t.world.first.coordinator);
        let (matter, raiser) = (t.matter, t.sql(|cx| cx.query_one("SELECT id FROM matter_raiser", &[])?.uuid("id")));
        t.world
            .house
            .rt
            .write_now(store::Who::system(t.world.house.district, people::policy::jobs::DELIVERY), move |cx| {
                matters::raiser::reveal_for_delivery(cx, matter, raiser.into()).map(drop)
            })
            .unwrap();
        let shown: Vec<Plain> = t.seen().looks.iter().map(plain).collect();
        let logged: Vec<Plain> = t.sql(move |cx| {
            let sql = "SELECT n, at, actor, purpose, subject_kind, fields FROM audit_read WHERE subject IN ($1, $2) ORDER BY n DESC";
            cx.query(sql, params![matter, raiser])?
                .iter()
                .map(|r| {
                    Ok((r.i64("n")?, r.i64("at")?, r.text("actor")?, r.text("purpose")?, r.text("subject_kind")?, r.text("fields")?))
                })
                .collect()
        });
        assert_eq!(logged.len(), 6);
        assert_eq!(shown, logged);
    }

    fn the_persons_page_equals_the_log_row_by_row(t: Town) {
        let person = t.resident();
        t.found_and_opened(t.worker, person);
        t.wait(60);
        t.found_and_opened(t.head, person);
        let window = t.breaks_the_glass(t.head, person);
        let code = t.link(t.worker, person);
        let shown: Vec<Plain> = t.seen_by(&code).looks.iter().map(plain).collect();
        let logged: Vec<Plain> = t.sql(move |cx| {
            let sql = "SELECT n, at, actor, purpose, subject_kind, fields FROM audit_read WHERE subject = $1 ORDER BY n DESC";
            cx.query(sql, params![person])?
                .iter()
                .map(|r| {
                    // Pages say break-glass without the id of the window.
                    let purpose = r.text("purpose")?;
                    let purpose = if purpose.starts_with("matter:") { purpose } else { purpose.split(':').next().unwrap_or_default().to_owned() };
                    Ok((r.i64("n")?, r.i64("at")?, r.text("actor")?, purpose, r.text("subject_kind")?, r.text("fields")?))
                })
                .collect()
        });
        // Twice found and opened, once in a window, the name for the letter.
        assert_eq!(logged.len(), 6, "{logged:?}");
        assert_eq!(shown, logged);
        let seen = t.seen_by(&code);
        let glass = seen.looks.iter().find(|l| l.reason.is_some()).unwrap();
        assert_eq!((glass.reason.as_deref(), &glass.why), (Some("老人独自在家昏倒"), &Reason::Other("break_glass".into())));
        let Looker::Person { role, name, .. } = &glass.who else { panic!("{glass:?}") };
        assert_eq!((name.as_str(), *role), ("陈站", Some(Role::PostHead)), "{window}");
        // Nobody else reads it: the public, staff, an administrator, the link of somebody else, the code of a matter.
        let other = t.resident();
        let district = t.world.house.district;
        let foreign = store::Who::new(kernel::Actor::subject(district, other), kernel::Purpose::OwnRecord);
        let raiser = store::Who::new(kernel::Actor::raiser(district, t.matter), kernel::Purpose::OwnRecord);
        for who in [t.world.public(), t.staff(t.worker), t.auditor(), foreign, raiser] {
            assert!(t.world.act_as(who, move |cx| seen::by_person(cx, person)).is_err());
        }
    }

    fn a_look_at_a_person_is_withheld_by_name_only_and_counted(t: Town) {
        let person = t.resident();
        t.found_and_opened(t.worker, person);
        let opened = t.last_read("person");
        t.breaks_the_glass(t.worker, person);
        let glass = t.last_read("person");
        let code = t.link(t.worker, person);
        let all = t.seen_by(&code).looks.len();
        let until = t.now().plus_days(20);
        // A break-glass look is always told.
        assert!(t.world.act_as(t.desk(t.head), move |cx| withhold::ask(cx, glass, until, "7号")).is_err());
        let number = t.number.clone();
        let (_, listed) = t.world.house.rt.read_now(t.desk(t.head), move |cx| withhold::readings_of(cx, &number)).unwrap();
        assert!(listed.iter().any(|r| r.n == opened) && listed.iter().all(|r| r.n != glass));
        let id = t.world.act_as(t.desk(t.head), move |cx| withhold::ask(cx, opened, until, "7号")).unwrap();
        assert_eq!(t.seen_by(&code).withheld, 0, "asked is not approved");
        t.world.act_as(t.desk(t.second), move |cx| withhold::settle(cx, id, true)).unwrap();
        let seen = t.seen_by(&code);
        assert_eq!((seen.looks.len(), seen.withheld, seen.withheld_until), (all - 1, 1, Some(until)));
        t.world.house.clock.set(until);
        assert_eq!((t.seen_by(&code).looks.len(), t.seen_by(&code).withheld), (all, 0));
    }

    fn who_looked_is_told_as_they_were_then(t: Town) {
        t.reveals(t.worker);
        t.wait(3_600);
        // The next day somebody else has the seat; the look stays the worker's, in the role of that day.
        let worker = t.worker;
        t.world.act(move |cx| people::app::accounts::close_account(cx, worker));
        let seen = t.seen();
        let [look] = seen.looks.as_slice() else { panic!("{seen:?}") };
        let Looker::Person { name, role, seat, .. } = &look.who else { panic!("{look:?}") };
        assert_eq!((name.as_str(), *role, seat.as_deref()), ("王明", Some(Role::CommitteeWorker), Some("王明")));
        assert_eq!(look.why, Reason::Matter(t.matter));
        assert_eq!(look.fields, ["name", "phone", "email", "address"]);
    }

    fn a_raiser_sees_nothing_of_others(t: Town) {
        let code = t.code.clone();
        let found = t.world.act_as(t.world.public(), move |cx| matters::app::find_by_code(cx, &code)).unwrap();
        t.reveals(t.worker);
        for who in [t.world.public(), t.staff(t.worker), t.auditor()] {
            assert!(t.world.act_as(who, move |cx| seen::by_raiser(cx, found)).is_err());
        }
        // The code of one matter with the block of another.
        let forged = matters::app::Found { raiser: kernel::ids::RaiserId(uuid::Uuid::from_u128(3)), ..found };
        let raiser = store::Who::new(kernel::Actor::raiser(t.world.house.district, t.matter), kernel::Purpose::OwnMatter);
        assert!(t.world.act_as(raiser, move |cx| seen::by_raiser(cx, forged)).is_err());
    }

    fn a_look_is_withheld_only_by_two_people_and_until_a_date(t: Town) {
        t.reveals(t.worker);
        let first = t.last_read("raiser");
        t.wait(60);
        t.reveals(t.head);
        let n = t.last_read("raiser");
        let until = t.now().plus_days(30);
        let ask = |who, n: i64, until, document: &'static str| {
            t.world.act_as(t.desk(who), move |cx| withhold::ask(cx, n, until, document))
        };
        let coordinator = t.world.first.coordinator;
        for who in [t.worker, t.clerk, t.world.first.audit, t.world.first.system, t.world.first.security] {
            assert!(matches!(ask(who, first, until, "公函12号"), Err(Error::Denied(_))), "who may not");
        }
        assert!(matches!(ask(t.head, n, until, "公函12号"), Err(Error::Refused("own-look"))));
        assert!(matches!(ask(t.head, first, until, "  "), Err(Error::Invalid { field: "document", .. })));
        for wrong in [t.now(), t.now().plus_days(withhold::MOST_DAYS + 1)] {
            assert!(matches!(ask(t.head, first, wrong, "公函12号"), Err(Error::Invalid { field: "until", .. })));
        }
        let id = ask(t.head, first, until, "公函〔2026〕12号").unwrap();
        assert!(matches!(ask(coordinator, first, until, "公函13号"), Err(Error::Refused("asked-already"))));
        assert_eq!(t.seen().looks.len(), 2, "asked is not approved");
        assert!(t.notices(coordinator).contains(&"withhold_asked".to_owned()));

        let settle = |who, id, yes| t.world.act_as(t.desk(who), move |cx| withhold::settle(cx, id, yes));
        for who in [t.head, t.worker, t.world.first.audit, t.world.first.security] {
            assert!(matches!(settle(who, id, true), Err(Error::Denied(_))), "who may not");
        }
        settle(coordinator, id, true).unwrap();
        assert!(matches!(settle(t.second, id, false), Err(Error::Refused("decided-already"))));
        let seen = t.seen();
        assert_eq!((seen.looks.len(), seen.withheld, seen.withheld_until), (1, 1, Some(until)));
        assert!(seen.looks.iter().all(|l| l.n != first));
        assert!(t.notices(t.head).contains(&"withhold_decided".to_owned()));

        // Whoever asked does not approve, not even a coordinator.
        t.wait(1);
        let own = ask(coordinator, n, until, "公函14号").unwrap();
        assert!(matches!(settle(coordinator, own, true), Err(Error::Refused("second-person"))));
        settle(t.second, own, false).unwrap();
        assert_eq!(t.seen().withheld, 1, "a refused one is told");

        let listed = t.world.act_as(t.auditor(), withhold::list).unwrap();
        assert_eq!(listed.iter().map(|w| w.state.code()).collect::<Vec<_>>(), ["refused", "approved"]);
        assert!(listed.iter().any(|w| w.document == "公函〔2026〕12号" && w.number == t.number && !w.may_decide));
        assert!(t.world.act_as(t.desk(t.worker), withhold::list).is_err());
        assert_eq!(t.world.act_as(t.desk(t.head), withhold::list).unwrap().len(), 1, "one's own");

        t.world.house.clock.set(until);
        assert_eq!((t.seen().looks.len(), t.seen().withheld), (2, 0), "it ends by itself");
    }

    fn a_withheld_look_can_be_told_early(t: Town) {
        t.reveals(t.worker);
        let (n, until) = (t.last_read("raiser"), t.now().plus_days(9));
        let id = t.world.act_as(t.desk(t.head), move |cx| withhold::ask(cx, n, until, "1号")).unwrap();
        t.world.act_as(t.desk(t.second), move |cx| withhold::settle(cx, id, true)).unwrap();
        assert_eq!(t.seen().withheld, 1);
        assert!(t.world.act_as(t.desk(t.clerk), move |cx| withhold::end(cx, id)).is_err());
        t.world.act_as(t.desk(t.head), move |cx| withhold::end(cx, id)).unwrap();
        assert_eq!((t.seen().withheld, t.seen().looks.len()), (0, 1));
    }

    fn who_has_seen_the_name_is_exact_and_the_question_is_logged(t: Town) {
        t.opens(t.worker);
        t.reveals(t.worker);
        t.reveals(t.head);
        t.reveals(t.head);
        let number = t.number.clone();
        let ask = |who| {
            let number = number.clone();
            t.world.house.rt.read_now(who, move |cx| seen::of_number(cx, &number))
        };
        let (_, looks) = ask(t.auditor()).unwrap();
        let by: Vec<_> = looks.iter().filter_map(|l| l.who.account()).collect();
        assert_eq!(by, [t.head, t.head, t.worker], "newest first, nobody else, nobody missing");
        for who in [t.worker, t.head, t.world.first.coordinator, t.world.first.system, t.world.first.security] {
            assert!(matches!(ask(t.desk(who)), Err(Error::Denied(d)) if d.why == Why::Role));
        }
        assert_eq!(t.last_read("log"), t.sql(|cx| cx.query_one("SELECT MAX(n) AS n FROM audit_read", &[])?.i64("n")));
        let missing = t.world.house.rt.read_now(t.auditor(), |cx| seen::of_number(cx, "HQ-1900-1"));
        assert!(matches!(missing, Err(Error::Matters(matters::Error::NotFound))));
    }

    fn the_log_is_searched_by_who_when_what_and_holds_no_content(t: Town) {
        t.opens(t.worker);
        t.wait(3_600);
        t.reveals(t.head);
        let find = |filter: Filter| t.world.house.rt.read_now(t.auditor(), move |cx| search(cx, &filter)).unwrap();
        let numbers = |filter: Filter| find(filter).lines.iter().map(|l| l.subject_kind.clone()).collect::<Vec<_>>();
        let all = numbers(Filter::default());
        assert_eq!(all[..2], ["raiser", "matter"], "newest first");
        assert_eq!(numbers(Filter { actor: "worker".into(), ..Filter::default() }), ["matter"]);
        assert_eq!(numbers(Filter { kind: "rais".into(), ..Filter::default() }), ["raiser"]);
        assert_eq!(numbers(Filter { number: t.number.to_lowercase(), ..Filter::default() }), ["raiser", "matter"]);
        let from = Some(t.now().plus_minutes(-1));
        assert_eq!(numbers(Filter { from, kind: "raiser".into(), ..Filter::default() }), ["raiser"]);
        assert_eq!(numbers(Filter { to: from, actor: "head".into(), ..Filter::default() }), [""; 0]);
        let changes = find(Filter { half: Half::Changes, number: t.number.clone(), ..Filter::default() });
        assert!(changes.lines.iter().any(|l| l.kind == "matter.raise"), "{changes:?}");
        assert!(changes.lines.iter().all(|l| l.number.as_deref() == Some(t.number.as_str())));
        let before = find(Filter::default()).lines[0].n;
        assert!(find(Filter { before: Some(before), ..Filter::default() }).lines.iter().all(|l| l.n < before));

        let everything = [Half::Views, Half::Changes].map(|half| find(Filter { half, ..Filter::default() }));
        let text = format!("{everything:?}");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret}");
        }
        for wrong in [Filter { actor: "nobody".into(), ..Filter::default() }, Filter { number: "X".into(), ..Filter::default() }] {
            let answer = t.world.house.rt.read_now(t.auditor(), move |cx| search(cx, &wrong));
            assert!(matches!(answer, Err(Error::Invalid { .. })));
        }
        for who in [t.head, t.world.first.coordinator, t.world.first.system, t.world.first.security] {
            let answer = t.world.house.rt.read_now(t.desk(who), |cx| search(cx, &Filter::default()));
            assert!(matches!(answer, Err(Error::Denied(_))));
        }
    }

    fn the_audit_administrator_opens_nothing(t: Town) {
        let matter = t.matter;
        for purpose in [kernel::Purpose::Matter(matter), kernel::Purpose::Administration, kernel::Purpose::Proxy] {
            let who = || t.world.who(t.world.first.audit, purpose);
            assert!(t.world.act_as(who(), move |cx| matters::app::detail(cx, matter)).is_err());
            assert!(t.world.act_as(who(), move |cx| matters::raiser::reveal(cx, matter)).is_err());
            assert!(t.world.act_as(who(), move |cx| matters::app::timeline(cx, matter)).is_err());
            assert!(t.world.act_as(who(), move |cx| matters::app::attachments(cx, matter)).is_err());
            assert!(t.world.act_as(who(), |cx| matters::app::list(cx, &matters::app::Filter::default())).is_err());
        }
    }
}

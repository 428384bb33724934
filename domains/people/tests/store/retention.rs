//! What belongs to records of people goes when its time is over, and the record of somebody in care does not.

use super::World;
use kernel::Role;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
use people::app::links;
use people::app::persons::{self, ChangeRecord};
use people::model::person::{Health, Part};
use std::collections::BTreeMap;
use store::params;
use store::retention::{configured, report, run};

fn consent(w: &World, part: Part, answer: Answer) -> NewConsent {
    NewConsent {
        part,
        answer,
        by: By::Subject,
        guardian: None,
        aim: Aim::Care,
        way: Way::Paper,
        witness: "陈医生".into(),
        review_on: w.house.rt.now().plus_days(300),
        by_themselves: false,
    }
}

impl World {
    fn due(&self) -> BTreeMap<&'static str, i64> {
        let rules = || configured(&[people::RETENTION], &BTreeMap::new()).unwrap();
        let lines = self.look(move |cx| Ok(report(cx, &rules())?)).unwrap();
        lines.into_iter().map(|l| (l.rule, l.due)).collect()
    }
}

testkit::both_databases! {
    fn everything_around_a_record_has_its_time_and_the_record_stays(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let guardian = w.open(me, person).unwrap().guardians[0].id;
        let yes = consent(&w, Part::Health, Answer::Given);
        w.working(me, move |cx, why| consents::record(cx, person, why, &yes)).unwrap();
        let notes = ChangeRecord { health: Some(Health { notes: "高血压".into() }), ..ChangeRecord::default() };
        w.working(me, move |cx, why| persons::change_record(cx, person, 1, why, &notes)).unwrap();
        let no = consent(&w, Part::Location, Answer::Refused);
        w.working(me, move |cx, why| consents::record(cx, person, why, &no)).unwrap();
        w.link(me, person, None);
        w.working(me, move |cx, why| links::links(cx, person, why)).unwrap();
        w.working(me, move |cx, why| persons::end_guardian(cx, person, why, guardian)).unwrap();
        // A window that was looked into, and a demand that was told.
        w.act(move |cx| {
            let id: uuid::Uuid = cx.new_id();
            let sealed = cx.seal(store::KeyClass::Text, id, b"x")?;
            let sql = "INSERT INTO break_glass (id, district_id, account_id, reason, opened_at, until_at, supervisor, review_due, \
                       provisional, reviewed_at) VALUES ($1, $2, $3, $4, $5, $5, $3, $5, $6, $5)";
            cx.execute(sql, params![id, cx.district(), me, sealed.clone(), cx.now, false])?;
            let sql = "INSERT INTO break_glass_person (window_id, person_id, district_id, first_at) VALUES ($1, $2, $3, $4)";
            cx.execute(sql, params![id, person, cx.district(), cx.now])?;
            for (n, state, told) in [(1u128, "exported", Some(cx.now)), (2, "exported", None), (3, "refused", None)] {
                let sql = "INSERT INTO lawful_demand (id, district_id, person_id, document, authority, parts, state, asked_by, \
                           asked_at, told_at) VALUES ($1, $2, $3, $4, $4, 'identity', $5, $6, $7, $8)";
                let id = uuid::Uuid::from_u128(n);
                cx.execute(sql, params![id, cx.district(), person, sealed.clone(), state, me, cx.now, told])?;
            }
            Ok(())
        }).unwrap();
        let nothing = w.due();
        assert!(nothing.values().all(|n| *n == 0), "{nothing:?}");
        w.house.clock.advance_secs(2_600 * 86_400);
        let due = w.due();
        for (rule, n) in [("lapsed_parts", 1), ("consents", 1), ("guardians", 1), ("person_links", 1), ("lookups", 1), ("break_glass", 1), ("demands", 2)] {
            assert_eq!(due[rule], n, "{rule}: {due:?}");
        }
        let erased = run(&w.house.rt, &w.operator(), &configured(&[people::RETENTION], &BTreeMap::new()).unwrap()).unwrap();
        assert_eq!((erased["lapsed_parts"], erased["demands"], erased["break_glass"]), (1, 2, 1), "{erased:?}");
        let left = w.due();
        assert!(left.values().all(|n| *n == 0), "{left:?}");
        // A demand that was not told yet is never over; the record stands, its health part has lapsed.
        let count = |table: &'static str| w.look(move |cx| Ok(cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n")?)).unwrap();
        assert_eq!((count("lawful_demand"), count("break_glass_person"), count("person_lookup"), count("person_link")), (1, 0, 0, 0));
        let record = w.open(me, person).unwrap();
        assert_eq!(record.identity.yes().unwrap().name, "王桂芳");
        assert!(record.health.yes().is_none());
        let kept = w.look(move |cx| Ok(cx.query_one("SELECT health FROM person WHERE id = $1", params![person])?.opt_blob("health")?)).unwrap();
        assert!(kept.is_none());
        assert_eq!(w.logged("consent.lapsed"), 1);
    }
}

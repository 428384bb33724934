//! The invented district in a database: every rule kept, every state there, the same rows each time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::World;
use demo::seed::{Seeded, seed_some};
use kernel::{ManualClock, Moment, SeededIds};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Keys, Options, Runtime, Who};

const START: &str = "2026-06-24T10:00:00+08:00";

fn fill(dir: &std::path::Path, count: usize) -> (Runtime, Seeded) {
    fill_at(START, dir, count)
}

fn fill_at(start: &str, dir: &std::path::Path, count: usize) -> (Runtime, Seeded) {
    let start = Moment::parse_rfc3339(start).unwrap();
    let url = format!("sqlite:{}", dir.join("mulin.db").display());
    let ids = Arc::new(SeededIds::new(demo::SEED));
    let keys = Keys::generate(ids.as_ref());
    let rt = Runtime::open(Options::new(&url, Arc::new(ManualClock::at(start)), ids, keys)).unwrap();
    rt.migrate(&[
        places::MIGRATIONS,
        people::MIGRATIONS,
        care::MIGRATIONS,
        lost::MIGRATIONS,
        locators::MIGRATIONS,
        matters::MIGRATIONS,
    ])
    .unwrap();
    let seeded = seed_some(&rt, World::new(demo::SEED), start, count).unwrap();
    (rt, seeded)
}

fn counts(rt: &Runtime, seeded: &Seeded, sql: &'static str) -> BTreeMap<String, i64> {
    let rows = rt.read_now(Who::system(seeded.district, "test"), move |cx| cx.query(sql, &[])).unwrap();
    rows.iter().map(|r| (r.text("k").unwrap(), r.i64("n").unwrap())).collect()
}

#[test]
fn a_district_lives() {
    let dir = tempfile::tempdir().unwrap();
    let (rt, seeded) = fill(dir.path(), 1_000);
    let states = counts(&rt, &seeded, "SELECT state AS k, COUNT(*) AS n FROM matter GROUP BY state");
    assert_eq!(seeded.matters, 1_000);
    assert_eq!(seeded.refused, Vec::<String>::new(), "the invented people know the rules");
    for state in matters::model::State::ALL {
        assert!(states.contains_key(state.code()), "no matter is {}", state.code());
    }
    assert_eq!(seeded.accounts.len(), kernel::Role::ALL.len());
    assert!(seeded.track.len() >= 3);
    let cared = "SELECT 'people' AS k, COUNT(*) AS n FROM person UNION ALL SELECT 'linked', COUNT(*) FROM matter_person \
                 UNION ALL SELECT 'windows', COUNT(*) FROM break_glass WHERE reviewed_at IS NULL \
                 UNION ALL SELECT 'health', COUNT(*) FROM person WHERE health IS NOT NULL";
    let cared = counts(&rt, &seeded, cared);
    let cards = &seeded.care.cards;
    assert!(cards.iter().filter(|c| c.state == "active").count() >= 3, "{cards:?}");
    assert!(cards.iter().any(|c| c.state == "retired") && !seeded.care.secrets.iter().any(String::is_empty));
    assert!(cared["people"] >= 100 && cared["linked"] > 0 && cared["health"] > 0 && cared["windows"] == 1, "{cared:?}");
}

/// Who is linked with a matter, and so lost, depends on the days that were lived through: here on a Sunday before dawn.
#[test]
fn a_district_can_be_made_at_any_hour() {
    let dir = tempfile::tempdir().unwrap();
    let (rt, seeded) = fill_at("2026-11-29T04:42:00+08:00", dir.path(), 1_000);
    let cases = counts(&rt, &seeded, "SELECT kind AS k, COUNT(*) AS n FROM lost_case GROUP BY kind");
    assert_eq!((cases["found"], cases["missing"]), (3, 1), "{cases:?}");
}

/// Watches were handed out, by tasks that are done; some of their wearers said otherwise since.
#[test]
fn elders_wear_locators_and_some_do_not_want_to() {
    let dir = tempfile::tempdir().unwrap();
    let (rt, seeded) = fill(dir.path(), 300);
    let walking = seeded.locators.iter().filter(|l| l.walks).count();
    assert_eq!(walking, demo::seed::locators::WALKING);
    let resting: Vec<_> = seeded.locators.iter().filter(|l| !l.walks).collect();
    assert!(resting.iter().all(|l| l.protocol == "watch") && resting.len() == 2, "{resting:?}");
    assert!(seeded.locators.iter().all(|l| l.letter.len() >= 16 && l.digits.len() == 4));
    let spoken: std::collections::BTreeSet<&str> = seeded.locators.iter().map(|l| l.protocol.as_str()).collect();
    assert_eq!(
        spoken.into_iter().collect::<Vec<_>>(),
        ["gt06", "h02", "jt808", "osmand", "owntracks", "tk103", "watch"]
    );
    let sql = "SELECT why AS k, COUNT(*) AS n FROM locator_permit GROUP BY why UNION ALL \
               SELECT 'bound', COUNT(*) FROM locator_binding WHERE ended_at IS NULL UNION ALL \
               SELECT 'pauses', COUNT(*) FROM locator_pause WHERE ended_at IS NULL UNION ALL \
               SELECT 'fences', COUNT(*) FROM locator_fence WHERE ended_at IS NULL";
    let found = counts(&rt, &seeded, sql);
    assert_eq!((found["bound"], found["disagreed"], found["refused"]), (62, 1, 1), "{found:?}");
    assert!(found["agreed"] == 60 && found["pauses"] >= 4 && found["fences"] > 80, "{found:?}");
}

/// Twelve hundred agreed to be visited: everybody has a date, some are late, pairs are sent, one is missed, three reports wait.
#[test]
fn everybody_in_care_has_a_plan_and_a_month_behind_them() {
    let dir = tempfile::tempdir().unwrap();
    let (rt, seeded) = fill(dir.path(), 300);
    let sql = "SELECT 'plans' AS k, COUNT(*) AS n FROM care_visit_plan UNION ALL \
               SELECT state, COUNT(*) FROM care_visit GROUP BY state UNION ALL \
               SELECT 'open', COUNT(*) FROM care_visit WHERE state IN ('planned', 'assigned') UNION ALL \
               SELECT 'welfare', COUNT(*) FROM care_visit_plan WHERE welfare_due IS NOT NULL UNION ALL \
               SELECT 'conflicts', COUNT(*) FROM care_visit_report WHERE state = 'conflict' UNION ALL \
               SELECT 'late', COUNT(*) FROM care_visit WHERE state IN ('planned', 'assigned') AND due_on < '2026-06-24' UNION ALL \
               SELECT 'week', COUNT(*) FROM care_visit WHERE state IN ('planned', 'assigned') AND due_on <= '2026-07-01' UNION ALL \
               SELECT 'circles', COUNT(DISTINCT person_id) FROM care_contact UNION ALL \
               SELECT 'facts', COUNT(*) FROM care_visit_fact UNION ALL SELECT 'rounds', COUNT(*) FROM care_visit_round";
    let found = counts(&rt, &seeded, sql);
    let exactly = ["plans", "open", "circles"].map(|k| found[k]);
    assert_eq!(exactly, [1_200; 3], "{found:?}");
    assert_eq!((found["welfare"], found["conflicts"], found["rounds"]), (1, 3, 1), "{found:?}");
    assert!(found["seen"] > 900 && found["assigned"] >= 30 && found["facts"] > 600, "{found:?}");
    assert!((20..200).contains(&found["late"]) && found["week"] > 150, "{found:?}");
}

#[test]
fn two_seedings_give_the_same_rows() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ((one, seeded), (two, again)) = (fill(a.path(), 60), fill(b.path(), 60));
    assert_eq!(seeded, again);
    let tables = "SELECT name AS k, 0 AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_fts%' ESCAPE '\\'";
    for table in counts(&one, &seeded, tables).into_keys() {
        if table == "schema_migration" {
            continue;
        }
        let rows = |rt: &Runtime| {
            let sql = format!("SELECT * FROM {table} ORDER BY 1, 2");
            let rows = rt.read_now(Who::system(seeded.district, "test"), move |cx| cx.query(&sql, &[])).unwrap();
            rows.iter().map(|r| format!("{r:?}")).collect::<Vec<_>>()
        };
        let (left, right) = (rows(&one), rows(&two));
        assert_eq!(left.len(), right.len(), "{table}");
        for (l, r) in left.iter().zip(&right) {
            assert_eq!(l, r, "{table}");
        }
    }
}

#[test]
fn benchmark_matters_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (rt, seeded) = fill(dir.path(), 5);
    let world = Arc::new(World::new(demo::SEED));
    demo::bench::fill(&rt, seeded.district, &world, seeded.start, 120, |_| {}).unwrap();
    let states = counts(&rt, &seeded, "SELECT state AS k, COUNT(*) AS n FROM matter GROUP BY state");
    // One more is about a unit; and each locator was handed out by a task.
    assert_eq!(states.values().sum::<i64>(), 126 + 62);
    assert!(states["closed"] > 100, "{states:?}");
    // Every closed one: its log, its text and answer, its raiser with proof, its clock at rest.
    let whole = "SELECT 'whole' AS k, COUNT(*) AS n FROM matter m WHERE m.state = 'closed' AND m.alarm_at IS NULL \
                 AND m.version = 10 AND (SELECT COUNT(*) FROM event e WHERE e.subject = m.id) = 10 \
                 AND EXISTS (SELECT 1 FROM matter_note x WHERE x.id = m.answer_note) \
                 AND EXISTS (SELECT 1 FROM matter_raiser r WHERE r.matter_id = m.id AND r.proof IS NOT NULL)";
    assert!(counts(&rt, &seeded, whole)["whole"] > 100, "{:?}", counts(&rt, &seeded, whole));
    // The clocks computed anew from the log say what the rows say.
    let who = Who::system(seeded.district, people::policy::jobs::DEMO);
    let changed = rt.write_now(who, |cx| matters::app::recompute(cx, None)).unwrap();
    assert_eq!(changed, 0);
}

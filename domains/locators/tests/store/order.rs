//! Readings come in any order, twice, and in any batches: what is kept and told is the same.

use crate::town::{NUMBER, Town, at, fix, home};
use kernel::ids::LocatorId;
use locators::model::{Taken, When};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use trackers::{Alarms, Status};

/// Half an hour of readings: at home, out for a while, home again; two calls for help, one without a place.
fn readings(locator: LocatorId) -> Vec<Taken> {
    let start = at("2026-06-29T06:00:00Z");
    (0..30_i64)
        .map(|n| {
            let received = start.plus_minutes(n).plus_secs(3);
            let away = if (10..20).contains(&n) { 700.0 } else { 0.0 };
            let alarms = if n == 5 || n == 15 { Alarms::SOS } else { Alarms::NONE };
            let status =
                Status { time: Some(start.plus_minutes(n)), battery_pct: Some(70), alarms, ..Status::default() };
            let fixes = if n == 15 { vec![] } else { vec![fix(start.plus_minutes(n), away, 0.0)] };
            Taken { locator, received, fixes, status }
        })
        .collect()
}

/// Everything that is the same whatever the order: positions kept, calls heard.
fn kept(t: &Town) -> (i64, i64) {
    let table = t.world.look(|cx| {
        let day = cx.query_one("SELECT day FROM locator_day", &[])?.i64("day")?;
        let name = format!("locator_track_{:012x}_{day}", cx.district().0.as_u128() & 0xffff_ffff_ffff);
        cx.query_one(&format!("SELECT COUNT(*) AS n FROM {name}"), &[])?.i64("n")
    });
    (table, t.rows("SELECT COUNT(*) AS n FROM locator_alarm"))
}

testkit::both_databases! {
    fn any_order_and_any_batches_keep_the_same_and_tell_no_call_twice(t: Town) {
        let (daughter, _) = t.worn();
        t.draw(daughter, home(When::Always));
        t.set_clock("2026-06-29T07:00:00Z");
        let all = readings(t.locator(NUMBER));
        let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
        let orders = (Just((0..all.len()).collect::<Vec<_>>()).prop_shuffle(), 1usize..8, prop::collection::vec(0..all.len(), 0..10));
        let outcome = runner.run(&orders, |(order, size, again)| {
            // As if nothing had come yet.
            t.world.act(|cx| {
                let day = cx.query_opt("SELECT day FROM locator_day", &[])?;
                if let Some(day) = day {
                    let name = format!("locator_track_{:012x}_{}", cx.district().0.as_u128() & 0xffff_ffff_ffff, day.i64("day")?);
                    cx.execute(&format!("DELETE FROM {name}"), &[])?;
                }
                for table in ["locator_alarm", "locator_alert", "locator_state", "job"] {
                    cx.execute(&format!("DELETE FROM {table}"), &[])?;
                }
                Ok::<_, store::Error>(())
            });
            t.told.lock().unwrap().clear();
            let mut sequence: Vec<usize> = order;
            sequence.extend(again);
            for batch in sequence.chunks(size) {
                t.take_in(batch.iter().map(|n| all[*n].clone()).collect());
            }
            prop_assert_eq!(kept(&t), (29, 2));
            let told = t.told();
            let calls = told.iter().filter(|n| *n == "family sos").count();
            prop_assert_eq!(calls, 1, "one episode: {:?}", told);
            let left = told.iter().filter(|n| *n == "family alert").count();
            prop_assert!(left <= 1, "{:?}", told);
            Ok(())
        });
        outcome.unwrap();
        // In order, in one batch: out and home again before anybody heard of it is told to nobody.
        let view = t.view(daughter).unwrap();
        prop_assert_path(&view.path);
    }
}

/// The path is in the order of its times.
fn prop_assert_path(path: &[locators::model::Fix]) {
    assert_eq!(path.len(), 29);
    assert!(path.windows(2).all(|w| w[0].at < w[1].at));
}

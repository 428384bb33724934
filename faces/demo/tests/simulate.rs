//! Elders who are not there: they keep to the streets and to the pace of the old, and what their devices say errs as receivers do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::rng::Rng;
use demo::simulate::device::{Device, Dial, Make, Said, What};
use demo::simulate::senses::{DRIFT_M, Receiver, TAU_SECS, WHITE_M};
use demo::simulate::town::{Town, apart, distance_m};
use demo::simulate::walker::{About, SPEEDS, Walker};
use kernel::time::shanghai;
use kernel::{Datum, Moment};
use std::sync::LazyLock;
use trackers::{Alarms, DeviceId, Protocol};

static TOWN: LazyLock<Town> =
    LazyLock::new(|| Town::read(include_bytes!("../data/shanghai-centre.osm.pbf").as_slice(), 7).unwrap());

fn start() -> Moment {
    Moment::parse_rfc3339("2026-06-24T00:00:00+08:00").unwrap()
}

fn walker(n: u64) -> Walker {
    let home = TOWN.anywhere(&mut Rng::new(n, "home")).unwrap();
    Walker::new(TOWN.clone(), 7, &format!("w{n}"), home, start())
}

fn device(n: u64, make: Make) -> Device {
    let home = TOWN.anywhere(&mut Rng::new(n, "home")).unwrap();
    Device::new(DeviceId::new(&format!("{n:010}")).unwrap(), make, &TOWN, 7, home, start())
}

const WATCH: Make = Make { protocol: Protocol::Watch, datum: Datum::Wgs84 };

#[test]
fn they_walk_on_streets_at_the_pace_of_the_old() {
    let mut walked = 0;
    for n in 0..12 {
        let mut elder = walker(n);
        let mut before = elder.at(start());
        for step in 1..8_640 {
            let here = elder.at(start().plus_secs(step * 10));
            let gone = distance_m(before.at, here.at);
            assert!(gone <= SPEEDS.end * 10.0 * 1.01, "{gone} m in ten seconds");
            if here.about == About::Walking {
                walked += 1;
                assert!(SPEEDS.contains(&here.speed) || (here.speed - SPEEDS.end).abs() < 1e-9, "{here:?}");
            }
            if step % 10 == 0 && here.about == About::Walking {
                let off = TOWN.near(here.at, 50.0).unwrap().distance_m;
                assert!(off < 0.5, "{off} m beside every street");
            }
            before = here;
        }
    }
    assert!(walked > 2_000, "{walked}");
}

#[test]
fn asking_more_often_changes_nothing() {
    for n in 0..6 {
        let (mut often, mut seldom) = (walker(n), walker(n));
        for step in 1..=14_400 {
            let now = start().plus_secs(step * 6);
            let here = often.at(now);
            if step % 200 == 0 {
                assert_eq!(here, seldom.at(now));
            }
        }
    }
}

#[test]
fn they_are_out_by_day_and_asleep_by_night() {
    let (mut day, mut out_by_day, mut night, mut out_by_night) = (0, 0, 0, 0);
    for n in 0..30 {
        let mut elder = walker(n);
        let mut left = false;
        for minute in 1..3 * 1_440 {
            let now = start().plus_minutes(minute);
            let out = elder.at(now).about != About::Home;
            left |= out;
            match now.zoned(&shanghai()).hour() {
                8..18 => (day, out_by_day) = (day + 1, out_by_day + i32::from(out)),
                1..5 => (night, out_by_night) = (night + 1, out_by_night + i32::from(out)),
                _ => {}
            }
        }
        assert!(left, "{n} stayed at home for three days");
    }
    let share = |of: i32, all: i32| f64::from(of) / f64::from(all);
    assert!((0.12..0.65).contains(&share(out_by_day, day)), "{}", share(out_by_day, day));
    assert!((0.0005..0.08).contains(&share(out_by_night, night)), "{}", share(out_by_night, night));
}

#[test]
fn whoever_is_sent_off_arrives_and_comes_home() {
    let at = start().plus_hours(15);
    let mut elder = (0..20).map(walker).find_map(|mut w| (w.at(at).about == About::Home).then_some(w)).unwrap();
    let home = elder.home();
    assert!(elder.leave(at, 300.0, 500.0, 6 * 3_600));
    assert_eq!(elder.at(at.plus_secs(1)).about, About::Walking);
    let there = distance_m(home, elder.at(at.plus_hours(2)).at);
    assert!((180.0..620.0).contains(&there), "{there} m from home");
    assert!((6 * 60..10 * 60).any(|m| distance_m(elder.at(at.plus_minutes(m)).at, home) < 0.01), "not home again");
}

/// The error at `lag` seconds, correlated with itself: what the formula says.
#[test]
fn errors_of_receivers_last_for_minutes() {
    let truth = [121.5, 31.2];
    let every = 30;
    let mut receiver = Receiver::new(Rng::new(1, "receiver"));
    let errors: Vec<(f64, f64)> =
        (0..40_000).map(|n| apart(truth, receiver.look(truth, false, start().plus_secs(n * every)).at)).collect();
    let mut lengths: Vec<f64> = errors.iter().map(|(x, y)| x.hypot(*y)).collect();
    lengths.sort_unstable_by(f64::total_cmp);
    let (half, most) = (lengths[20_000], lengths[38_000]);
    assert!((5.3..6.3).contains(&half) && (11.0..13.2).contains(&most), "half within {half} m, 95 % within {most} m");
    let correlated = |lag: usize| {
        let product: f64 = errors.iter().zip(&errors[lag..]).map(|(a, b)| a.0 * b.0 + a.1 * b.1).sum();
        product / errors.iter().map(|a| a.0 * a.0 + a.1 * a.1).sum::<f64>()
    };
    let share = DRIFT_M * DRIFT_M / (DRIFT_M * DRIFT_M + WHITE_M * WHITE_M);
    for lag in [1, 2, 4, 8, 40] {
        let wanted = share * (-(lag as f64) * every as f64 / TAU_SECS).exp();
        let found = correlated(lag);
        assert!((found - wanted).abs() < 0.04, "after {} s: {found}, not {wanted}", lag * 30);
    }
}

fn life(device: &mut Device, days: i64) -> Vec<Said> {
    let mut said = Vec::new();
    device.live(start().plus_days(days), &mut said);
    said
}

#[test]
fn the_same_seed_gives_the_same_life_and_another_device_another() {
    let one = life(&mut device(1, WATCH), 2);
    assert!(one.len() > 300, "{}", one.len());
    assert_eq!(one, life(&mut device(1, WATCH), 2));
    assert_ne!(one, life(&mut device(2, WATCH), 2));
    // In whatever pieces it is lived through.
    let (mut again, mut said) = (device(1, WATCH), Vec::new());
    (1..=96).for_each(|half| again.live(start().plus_minutes(half * 30), &mut said));
    assert_eq!(one, said);
}

#[test]
fn everything_that_goes_wrong_with_devices_goes_wrong() {
    let mut found = std::collections::BTreeMap::new();
    let mut count = |what: &'static str| *found.entry(what).or_insert(0) += 1;
    let (mut errors, mut last_at) = (Vec::new(), start());
    for n in 0..60 {
        let mut device = device(n, WATCH);
        let wrong = device.dial != Dial::Right;
        let said = life(&mut device, 4);
        if wrong {
            count("wrong clock");
        }
        let mut before: Option<&What> = None;
        for one in &said {
            match &one.what {
                What::Login => count("switched on"),
                What::Status(s) if s.alarms.has(Alarms::SOS) => count("SOS without a place"),
                What::Status(s) if s.alarms.has(Alarms::POWER_OFF) => count("went dark"),
                What::Status(s) if !s.wifi.is_empty() => count("access points"),
                What::Fixes(fixes) if fixes.len() > 1 => count("late bundle"),
                What::Fixes(fixes) if fixes[0].alarms.has(Alarms::POWER_ON) => count("stale at power-on"),
                What::Fixes(fixes) if fixes[0].alarms.has(Alarms::LOW_BATTERY) => count("low battery"),
                What::Fixes(fixes) if !fixes[0].valid => count("old place, said so"),
                _ => {}
            }
            if before == Some(&one.what) && matches!(one.what, What::Fixes(_)) {
                count("duplicate");
            }
            if let What::Fixes(fixes) = &one.what
                && let [fix] = fixes.as_slice()
                && fix.valid
                && fix.satellites.is_some_and(|s| s >= 7)
                && !fix.alarms.has(Alarms::POWER_ON)
            {
                errors.push(distance_m(one.truth, [fix.lon, fix.lat]));
            }
            before = Some(&one.what);
        }
        last_at = last_at.max(said.last().unwrap().at);
    }
    for wanted in [
        "wrong clock",
        "switched on",
        "went dark",
        "access points",
        "late bundle",
        "stale at power-on",
        "low battery",
        "old place, said so",
        "duplicate",
        "SOS without a place",
    ] {
        assert!(found.contains_key(wanted), "never {wanted}: {found:?}");
    }
    assert!(last_at <= start().plus_days(4).plus_secs(5));
    errors.sort_unstable_by(f64::total_cmp);
    let half = errors[errors.len() / 2];
    assert!((5.0..6.6).contains(&half), "half of {} fixes within {half} m", errors.len());
}

#[test]
fn coordinates_are_in_the_datum_of_the_device() {
    let make = Make { protocol: Protocol::Watch, datum: Datum::Gcj02 };
    let said = life(&mut device(1, make), 1);
    let mut fixes = 0;
    for one in said {
        let What::Fixes(all) = one.what else { continue };
        for fix in all.iter().filter(|f| f.valid && f.satellites >= Some(7)) {
            let point = Datum::Gcj02.to_wgs84(fix.lon, fix.lat).unwrap();
            assert!(distance_m([fix.lon, fix.lat], [point.lon(), point.lat()]) > 300.0);
            fixes += usize::from(distance_m(one.truth, [point.lon(), point.lat()]) < 40.0);
        }
    }
    assert!(fixes > 20, "{fixes}");
}

//! Entering, leaving and staying: what must be told and what must not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use fence::{Event, Fix, Happened, Hours, PassedOver, Rules, Schedule, Shape, Watch};
use kernel::Moment;
use proptest::prelude::*;

/// A home: 200 m on each side around 121.47, 30.92.
fn home() -> Shape {
    let (dx, dy) = (100.0 / 95_500.0, 100.0 / 111_195.0);
    Shape::new([[
        [121.47 - dx, 30.92 - dy],
        [121.47 + dx, 30.92 - dy],
        [121.47 + dx, 30.92 + dy],
        [121.47 - dx, 30.92 + dy],
    ]])
    .unwrap()
}

/// A fix so many seconds after noon of 1 June 2026 in Shanghai (a Monday), so many metres east of home.
fn fix(secs: i64, east_m: f64, accuracy_m: f64) -> Fix {
    let noon = Moment::parse_rfc3339("2026-06-01T12:00:00+08:00").unwrap();
    Fix { time: noon.plus_secs(secs), lon: 121.47 + east_m / 95_500.0, lat: 30.92, accuracy_m: Some(accuracy_m) }
}

fn told(rules: &Rules, fixes: &[Fix]) -> Vec<Event> {
    let (mut watch, home) = (Watch::default(), home());
    fixes.iter().flat_map(|fix| watch.step(rules, &home, fix).unwrap_or_default()).collect()
}
fn what(rules: &Rules, fixes: &[Fix]) -> Vec<Happened> {
    told(rules, fixes).iter().map(|e| e.what).collect()
}

#[test]
fn leaving_and_coming_back() {
    let walk: Vec<Fix> = (0..40).map(|n| fix(n * 30, if (10..25).contains(&n) { 400.0 } else { 0.0 }, 10.0)).collect();
    let events = told(&Rules::default(), &walk);
    assert_eq!(events.iter().map(|e| e.what).collect::<Vec<_>>(), [Happened::Left, Happened::Entered]);
    assert_eq!(events[0].since, walk[10].time, "since the first fix outside");
    assert_eq!(events[0].time, walk[12].time, "sure a minute later");
}

#[test]
fn where_it_is_at_first_is_no_event() {
    assert_eq!(what(&Rules::default(), &[fix(0, 900.0, 10.0), fix(60, 900.0, 10.0), fix(120, 900.0, 10.0)]), []);
}

#[test]
fn a_jump_within_the_accuracy_is_no_exit() {
    let mut fixes: Vec<Fix> = (0..4).map(|n| fix(n * 60, 0.0, 10.0)).collect();
    // 150 m outside, and accurate to 200 m: for an hour.
    fixes.extend((4..64).map(|n| fix(n * 60, 250.0, 200.0)));
    assert_eq!(what(&Rules::default(), &fixes), []);
    // The same place with an accuracy of 20 m.
    fixes.extend((64..68).map(|n| fix(n * 60, 250.0, 20.0)));
    assert_eq!(what(&Rules::default(), &fixes), [Happened::Left]);
}

#[test]
fn one_wild_fix_is_no_exit() {
    let fixes: Vec<Fix> = (0..30).map(|n| fix(n * 300, if n % 5 == 4 { 30_000.0 } else { 0.0 }, 10.0)).collect();
    assert_eq!(what(&Rules::default(), &fixes), []);
}

#[test]
fn nobody_is_forty_kilometres_away_in_a_minute() {
    let (mut watch, home, rules) = (Watch::default(), home(), Rules { fixes: 1, leave_after_s: 0, ..Rules::default() });
    let mut step = |fix| watch.step(&rules, &home, &fix);
    assert_eq!(step(fix(0, 0.0, 10.0)), Ok(vec![]));
    assert_eq!(step(fix(60, 40_000.0, 10.0)), Err(PassedOver::TooFast));
    assert_eq!(step(fix(120, 0.0, 10.0)), Ok(vec![]), "back where it was: nothing happened");
    assert_eq!(step(fix(180, 40_000.0, 10.0)), Err(PassedOver::TooFast));
    // Another one there: so the fix at home was the wrong one, or the locator was silent on a train.
    let left = step(fix(240, 40_100.0, 10.0)).unwrap();
    assert_eq!(left.iter().map(|e| e.what).collect::<Vec<_>>(), [Happened::Left]);
    // Within what two bad accuracies explain it is no jump.
    assert_eq!(step(fix(241, 40_500.0, 450.0)), Ok(vec![]));
}

#[test]
fn a_stay_is_told_by_the_clock_as_well() {
    let rules = Rules { dwell_after_s: Some(600), ..Rules::default() };
    let (mut watch, home) = (Watch::default(), home());
    let at = |secs| fix(secs, 0.0, 10.0).time;
    assert_eq!((watch.due(&rules), watch.tick(&rules, at(0))), (None, vec![]));
    for n in 0..3 {
        assert_eq!(watch.step(&rules, &home, &fix(n * 60, 0.0, 10.0)), Ok(vec![]));
    }
    assert_eq!(watch.due(&rules), Some(at(600)));
    assert_eq!(watch.tick(&rules, at(599)), []);
    let told = watch.tick(&rules, at(600));
    assert_eq!(told, [Event { what: Happened::Dwelt, since: at(0), time: at(600) }]);
    assert_eq!((watch.due(&rules), watch.tick(&rules, at(900))), (None, vec![]), "once for each stay");
    // Somebody who may have left is not said to stay.
    let mut other = Watch::default();
    for (secs, east) in [(0, 0.0), (60, 0.0), (120, 900.0)] {
        other.step(&rules, &home, &fix(secs, east, 10.0)).unwrap();
    }
    assert_eq!((other.due(&rules), other.tick(&rules, at(700))), (None, vec![]));
}

#[test]
fn what_the_hours_held_back_is_told_when_they_begin() {
    let night = Hours { days: [true; 7], from: 20 * 60, until: 6 * 60 };
    let rules = Rules { schedule: Schedule::weekly(vec![night], kernel::time::shanghai()), ..Rules::default() };
    let (mut watch, home) = (Watch::default(), home());
    for hour in [21, 39] {
        for secs in [0, 120] {
            let east = if hour == 39 { 900.0 } else { 0.0 };
            watch.step(&rules, &home, &fix((hour - 12) * 3_600 + secs, east, 10.0)).unwrap();
        }
    }
    // Nobody hears from the locator again: at eight in the evening it is told all the same.
    assert_eq!(watch.tick(&rules, fix(31 * 3_600, 0.0, 1.0).time), []);
    let told = watch.tick(&rules, fix(32 * 3_600, 0.0, 1.0).time);
    assert_eq!(told.iter().map(|e| e.what).collect::<Vec<_>>(), [Happened::Left]);
}

#[test]
fn what_is_no_position_moves_nothing() {
    let (mut watch, home, rules) = (Watch::default(), home(), Rules::default());
    for n in 0..3 {
        watch.step(&rules, &home, &fix(n * 60, 0.0, 10.0)).unwrap();
    }
    let before = watch.clone();
    for (lon, lat) in [(0.0, 0.0), (f64::NAN, 30.0), (121.0, f64::INFINITY), (999.0, 30.0), (30.9, 121.4)] {
        let bad = Fix { lon, lat, ..fix(600, 0.0, 10.0) };
        assert_eq!(watch.step(&rules, &home, &bad), Err(PassedOver::NoPosition));
    }
    assert_eq!(watch.step(&rules, &home, &fix(600, 9_000.0, 5_000.0)), Err(PassedOver::Coarse));
    assert_eq!(watch.step(&rules, &home, &fix(60, 900.0, 10.0)), Err(PassedOver::Old));
    assert_eq!(watch, before);
    assert_eq!(watch.inside(), Some(true));
}

#[test]
fn staying_is_told_once_for_each_stay() {
    let rules = Rules { dwell_after_s: Some(600), ..Rules::default() };
    let fixes: Vec<Fix> = (0..90).map(|n| fix(n * 60, if (30..40).contains(&n) { 900.0 } else { 0.0 }, 10.0)).collect();
    assert_eq!(what(&rules, &fixes), [Happened::Dwelt, Happened::Left, Happened::Entered, Happened::Dwelt]);
}

#[test]
fn outside_of_its_hours_it_watches_silently() {
    // Every night from 20:00 to 6:00; it is noon.
    let night = Hours { days: [true; 7], from: 20 * 60, until: 6 * 60 };
    let rules = Rules { schedule: Schedule::weekly(vec![night], kernel::time::shanghai()), ..Rules::default() };
    let at = |hour: i64, east| [fix((hour - 12) * 3_600, east, 10.0), fix((hour - 12) * 3_600 + 120, east, 10.0)];
    // At home in the evening; out at 8 and back at 10 the next morning: nothing. Out at 15:00 and not back at 20:00: told then.
    let fixes = [at(21, 0.0), at(32, 900.0), at(34, 0.0), at(39, 900.0), at(44, 900.0)].concat();
    let events = told(&rules, &fixes);
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].what, events[0].since), (Happened::Left, fixes[6].time));
}

#[test]
fn hours_past_midnight_belong_to_the_day_they_begin_on() {
    let mut days = [false; 7];
    days[0] = true;
    let schedule = Schedule::weekly(vec![Hours { days, from: 22 * 60, until: 2 * 60 }], kernel::time::shanghai());
    let at = |text: &str| schedule.holds(Moment::parse_rfc3339(text).unwrap());
    assert!(!at("2026-06-01T01:00:00+08:00") && at("2026-06-01T22:00:00+08:00") && at("2026-06-02T01:59:00+08:00"));
    assert!(!at("2026-06-02T02:00:00+08:00") && !at("2026-06-02T23:00:00+08:00"));
}

proptest! {
    /// Whatever comes in: entering and leaving take turns, staying is told at most once between them, times never run
    /// backwards, a replay tells the same, and a copy taken on the way goes on alike.
    #[test]
    fn any_fixes(
        steps in proptest::collection::vec((-5i64..400, prop_oneof![-400.0..400.0, -90_000.0..90_000.0, any::<f64>()], prop_oneof![Just(None), (0.0..700.0).prop_map(Some), any::<f64>().prop_map(Some)]), 0..80),
        ticks in proptest::collection::vec(-9i64..400, 80),
        fixes in 0u32..4, leave_after_s in 0i64..300, dwell in proptest::option::of(0i64..900), cut in 0usize..80,
    ) {
        let rules = Rules { fixes, leave_after_s, dwell_after_s: dwell, ..Rules::default() };
        let mut secs = 0;
        let all: Vec<Fix> = steps.iter().map(|(step, east, accuracy_m)| {
            secs += step;
            Fix { accuracy_m: *accuracy_m, ..fix(secs, *east, 1.0) }
        }).collect();
        let events = told(&rules, &all);
        prop_assert_eq!(&events, &told(&rules, &all));
        prop_assert!(events.windows(2).all(|w| w[0].time <= w[1].time));
        prop_assert!(events.iter().all(|e| e.since <= e.time));
        let turns: Vec<Happened> = events.iter().map(|e| e.what).filter(|w| *w != Happened::Dwelt).collect();
        prop_assert!(turns.windows(2).all(|w| w[0] != w[1]));
        prop_assert!(events.windows(2).all(|w| w[0].what != Happened::Dwelt || w[1].what != Happened::Dwelt));
        let (mut watch, home) = (Watch::default(), home());
        let mut halves: Vec<Event> = Vec::new();
        for (n, fix) in all.iter().enumerate() {
            if n == cut {
                watch = watch.clone();
            }
            halves.extend(watch.step(&rules, &home, fix).unwrap_or_default());
        }
        prop_assert_eq!(&halves, &events);
        // A clock between the fixes changes no side and tells no stay twice; it never runs past the next fix.
        let mut watch = Watch::default();
        let mut ticked: Vec<Event> = Vec::new();
        for (n, fix) in all.iter().enumerate() {
            ticked.extend(watch.step(&rules, &home, fix).unwrap_or_default());
            let next = all.get(n + 1).map_or(fix.time.plus_secs(400), |next| next.time);
            let now = fix.time.plus_secs(ticks[n]).min(next.plus_secs(-1));
            let due = watch.due(&rules);
            let told = watch.tick(&rules, now);
            prop_assert!(told.iter().all(|e| e.what == Happened::Dwelt && due.is_some_and(|due| due <= now)));
            ticked.extend(told);
        }
        let sides = |events: &[Event]| events.iter().filter(|e| e.what != Happened::Dwelt).copied().collect::<Vec<_>>();
        prop_assert_eq!(sides(&ticked), sides(&events));
        prop_assert!(ticked.windows(2).all(|w| w[0].what != Happened::Dwelt || w[1].what != Happened::Dwelt));
        let stays = |events: &[Event]| events.iter().filter(|e| e.what == Happened::Dwelt).count();
        prop_assert!(stays(&ticked) >= stays(&events));
    }
}

proptest! {
    /// Somebody stays at home, anywhere in it, with a locator that is off by as much as it admits, in any direction; now and then it says
    /// 0,0, repeats a time or runs back. Nothing is told. Then they go out for a walk: that is told once, and coming home once.
    #[test]
    fn no_false_exit_and_no_missed_one(
        jitter in proptest::collection::vec((0i64..240, -99.0..99.0, -99.0..99.0, 0.0..1.0, 0.0..std::f64::consts::TAU, 5.0..450.0, 0u8..12), 2..120),
        far in 700.0..3_000.0,
    ) {
        let rules = Rules::default();
        let at = |secs: i64, east: f64, north: f64, accuracy: f64| {
            let plain = fix(secs, east, accuracy);
            Fix { lat: plain.lat + north / 111_195.0, ..plain }
        };
        let (mut watch, home) = (Watch::default(), home());
        let (mut secs, mut told) = (0, Vec::new());
        for fix in [at(-120, 0.0, 0.0, 10.0), at(-60, 0.0, 0.0, 10.0)] {
            told.extend(watch.step(&rules, &home, &fix).unwrap());
        }
        for (step, east, north, share, angle, accuracy, odd) in jitter {
            secs += step;
            let fix = match odd {
                0 => Fix { lon: 0.0, lat: 0.0, ..at(secs, 0.0, 0.0, 5.0) },
                1 => at(secs - 900, 2_000.0, 0.0, 5.0),
                _ => at(secs, east + share * accuracy * angle.cos(), north + share * accuracy * angle.sin(), accuracy),
            };
            // Late ones are passed over once something is known of that time; the first of them come before everything.
            if odd != 1 || secs > 900 {
                told.extend(watch.step(&rules, &home, &fix).unwrap_or_default());
            }
        }
        prop_assert_eq!(told.as_slice(), &[]);
        for n in 1..=42_i64 {
            let away = f64::min(far, far / 10.0 * n.min(40 - n).max(0) as f64);
            told.extend(watch.step(&rules, &home, &at(secs + n * 300, away, 0.0, 20.0)).unwrap_or_default());
        }
        let what: Vec<Happened> = told.iter().map(|e| e.what).collect();
        prop_assert_eq!(what, [Happened::Left, Happened::Entered]);
    }
}

//! Plans against an enumeration of all plans, the rules on problems made at random, and the benchmarks' own files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod brute;

use proptest::prelude::*;
use rounds::formats::{Day, Flat, Hhcrsp};
use rounds::{Break, Invalid, Late, Look, Pair, Plan, Problem, Until, Visit, Visitor, Weights, check, solve};

fn steps(problem: &Problem, seed: u64, n: u64) -> Plan {
    solve(problem, seed, Until::Steps(n)).unwrap()
}

fn travel(points: &[(f64, f64)]) -> Vec<f64> {
    let way = |a: &(f64, f64), b: &(f64, f64)| ((a.0 - b.0).hypot(a.1 - b.1) * 10.0).round() / 10.0;
    points.iter().flat_map(|a| points.iter().map(move |b| way(a, b))).collect()
}

/// What the strategy draws for one visit: place, length, window, which visitors may not, lateness.
type Drawn = ((f64, f64), f64, (f64, f64), u8, bool);

fn problem(points: Vec<Drawn>, visitors: usize, pair: Option<(usize, f64, f64)>, rest: bool) -> Problem {
    let mut places = vec![(50.0, 50.0)];
    places.extend(points.iter().map(|p| p.0));
    let visits: Vec<Visit> = points
        .iter()
        .enumerate()
        .map(|(i, (_, lasts, (open, wide), not, soft))| Visit {
            place: i + 1,
            lasts: lasts.round(),
            windows: vec![(open.round(), (open + wide).round())],
            late: if *soft { Late::Costs } else { Late::Never },
            demand: 1.0,
            may: (0..visitors).map(|v| visitors == 1 || not % visitors as u8 != v as u8 || not % 3 == 0).collect(),
            liking: vec![(i % visitors, -2.0)],
            without: Some(500.0),
            locked: None,
        })
        .collect();
    let pairs = pair.filter(|p| p.0 + 1 < visits.len()).map(|(first, least, wide)| Pair {
        first,
        second: first + 1,
        least,
        most: least + wide,
        mixed: false,
    });
    let rest = rest.then_some(Break { from: 120.0, latest: 240.0, lasts: 30.0 });
    Problem {
        places: places.len(),
        travel: travel(&places),
        distance: None,
        visitors: (0..visitors)
            .map(|person| Visitor { start: 0, end: 0, from: 0.0, to: 600.0, capacity: 4.0, rest, force: 0, person })
            .collect(),
        visits,
        pairs: pairs.into_iter().collect(),
        weights: Weights { distance: 1.0, late: 0.5, latest: 2.0, fair: 0.0 },
    }
}

fn drawn(most: usize) -> impl Strategy<Value = Vec<Drawn>> {
    let one = ((0.0..100.0, 0.0..100.0), 5.0..40.0, (0.0..400.0, 20.0..150.0), any::<u8>(), any::<bool>());
    proptest::collection::vec(one, 2..=most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// No better plan exists than the one found, for what can be enumerated.
    #[test]
    fn small_problems_are_solved_to_the_end(
        points in drawn(4), visitors in 1..=2_usize, pair in proptest::option::of((0..3_usize, 0.0..30.0, 0.0..40.0)),
    ) {
        let pair = pair.filter(|_| visitors > 1).map(|(a, b, c): (usize, f64, f64)| (a, b.round(), c.round()));
        let problem = problem(points, visitors, pair, false);
        let plan = steps(&problem, 7, 12_000);
        let (wrong, cost) = check(&problem, &plan);
        prop_assert_eq!(wrong, vec![]);
        let least = brute::least(&problem);
        prop_assert!((cost.total - least).abs() < 1e-6, "found {}, least {}", cost.total, least);
    }

    /// Whatever is asked, no rule is broken and the cost told is the cost by the rules.
    #[test]
    fn no_rule_is_ever_broken(
        points in drawn(14), visitors in 1..=4_usize, pair in proptest::option::of((0..12_usize, 0.0..30.0, 0.0..40.0)),
        rest in any::<bool>(), seed in any::<u64>(),
    ) {
        let problem = problem(points, visitors, pair.filter(|_| visitors > 1), rest);
        let plan = steps(&problem, seed, 3_000);
        let (wrong, cost) = check(&problem, &plan);
        prop_assert_eq!(wrong, vec![]);
        prop_assert!((cost.total - plan.cost.total).abs() < 1e-6, "by the rules {:?}, told {:?}", cost, plan.cost);
        prop_assert_eq!(steps(&problem, seed, 3_000), plan, "the same seed, another plan");
    }
}

#[test]
fn what_is_watched_is_the_same_and_can_be_ended_at_any_look() {
    let day = Day::read(&serde_json::from_str(DAY).unwrap()).unwrap().problem;
    let flat = Flat::read(include_str!("data/RC208.vrp")).unwrap();
    for problem in [day, flat.problem(flat.usual())] {
        let mut looks = Vec::new();
        let mut all = |look: Look| {
            looks.push(look);
            true
        };
        let whole = solve(&problem, 4, Until::Watched(2_000, &mut all)).unwrap();
        assert_eq!(whole, steps(&problem, 4, 2_000));
        assert!(looks.len() > 3 && looks.is_sorted_by_key(|l| l.steps) && looks.iter().all(|l| l.of == 2_000));
        for (last, look) in looks.iter().enumerate() {
            let mut n = 0;
            let mut some = |_: Look| {
                n += 1;
                n <= last
            };
            let cut = solve(&problem, 4, Until::Watched(2_000, &mut some)).unwrap();
            assert_eq!(check(&problem, &cut).0, []);
            assert!(cut.cost.total >= whole.cost.total - 1e-9);
            assert_eq!(cut.unplanned.len(), look.left);
        }
    }
}

fn hhcrsp(text: &str) -> Hhcrsp {
    Hhcrsp::read(&serde_json::from_str(text).unwrap()).unwrap()
}

/// Best known 776.1 (Solomon's RC208, distances cut to one decimal).
#[test]
fn rc208_comes_within_one_percent() {
    let flat = Flat::read(include_str!("data/RC208.vrp")).unwrap();
    let problem = flat.problem(flat.usual());
    let plan = steps(&problem, 1, 60_000);
    let (wrong, cost) = check(&problem, &plan);
    assert_eq!(wrong, []);
    assert!(cost.total <= 776.1 * 1.01 && cost.total >= 776.1 - 1e-6, "{}", cost.total);
    assert!(flat.number(plan.routes.iter().find_map(|r| r.stops.first()).unwrap().visit) >= 2);
}

/// Best known 218.1987 and 428.0967.
#[test]
fn home_health_care_comes_to_the_best_known() {
    for (text, best, n) in [
        (include_str!("data/hhcrsp_10_1.json"), 218.1987, 40_000),
        (include_str!("data/hhcrsp_25_1.json"), 428.0967, 300_000),
    ] {
        let problem = hhcrsp(text).problem;
        let plan = steps(&problem, 1, n);
        let (wrong, cost) = check(&problem, &plan);
        assert_eq!(wrong, []);
        assert!((cost.total / best - 1.0).abs() < 0.005, "{} instead of {best}", cost.total);
    }
}

#[test]
fn a_visit_that_nobody_may_make_is_named() {
    let mut file = hhcrsp(include_str!("data/hhcrsp_10_1.json"));
    file.problem.visits[3].may.fill(false);
    assert_eq!(solve(&file.problem, 1, Until::Steps(10)), Err(Invalid::Nobody(3)));
    assert!(file.name(3).starts_with("patient p4"), "{}", file.name(3));
}

const DAY: &str = include_str!("data/day.json");

#[test]
fn a_day_is_planned_with_pairs_breaks_and_reasons() {
    let day = Day::read(&serde_json::from_str(DAY).unwrap()).unwrap();
    let plan = steps(&day.problem, 1, 20_000);
    let (wrong, _) = check(&day.problem, &plan);
    assert_eq!(wrong, []);
    let routes = day.routes(&plan);
    let stops: Vec<&serde_json::Value> =
        routes.as_array().unwrap().iter().flat_map(|r| r["stops"].as_array().unwrap()).collect();
    let two: Vec<_> = stops.iter().filter(|s| s["visit"] == "two-forces").collect();
    assert_eq!(two.len(), 2, "{routes}");
    assert_eq!(two[0]["start"], two[1]["start"]);
    assert!(two[0]["start"].as_str().unwrap().ends_with("+08:00"), "{routes}");
    assert_eq!(stops.iter().find(|s| s["visit"] == "nurse-only").unwrap()["with"], serde_json::Value::Null);
    let nurse = routes.as_array().unwrap().iter().find(|r| r["stops"].to_string().contains("nurse-only")).unwrap();
    assert_eq!(nurse["visitor"], "li");
    let out = day.unplanned(&plan);
    assert_eq!(out[0]["visit"], "too-much", "{out}");
    assert!(out[0]["why"].as_str().unwrap().contains("could make it"), "{out}");
}

/// 40 visits for 8 who go: windows, lunch, pairs of visits, nurses. With as many steps as the desk takes.
#[test]
fn a_day_of_forty_visits_leaves_nobody_out() {
    let day = Day::read(&serde_json::from_str(include_str!("data/forty.json")).unwrap()).unwrap();
    let plan = steps(&day.problem, 8, 180_000);
    assert_eq!((check(&day.problem, &plan).0, day.unplanned(&plan)), (vec![], serde_json::json!([])));
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    let read = |text: &str| Day::read(&serde_json::from_str(text).unwrap()).unwrap_err().to_string();
    let outside = DAY.replace(
        "2026-06-29T09:00:00+08:00\",\"to\":\"2026-06-29T10:00",
        "2026-06-28T01:00:00+08:00\",\"to\":\"2026-06-28T02:00",
    );
    assert!(read(&outside).contains("nurse-only: its windows lie outside of the shifts"), "{}", read(&outside));
    let skill = DAY.replace("[\"nurse\"],\"windows\"", "[\"diver\"],\"windows\"");
    assert!(read(&skill).contains("nurse-only: nobody has what it asks for"), "{}", read(&skill));
    let time = DAY.replace("2026-06-29T08:00:00+08:00", "eight o'clock");
    assert!(read(&time).contains("“eight o'clock” is no time"), "{}", read(&time));
    let cut = include_str!("data/RC208.vrp").replace("2 25 85", "2 25");
    assert!(Flat::read(&cut).unwrap_err().to_string().starts_with("line "), "{:?}", Flat::read(&cut));
}

#[test]
fn solomon_and_vrplib_say_the_same() {
    let text = "C\n\nVEHICLE\nNUMBER CAPACITY\n 2 10\n\nCUSTOMER\nCUST NO. X Y DEMAND READY DUE SERVICE\n\n0 0 0 0 0 100 0\n1 3 4 5 0 50 10\n2 6 8 5 0 90 10\n";
    let vrp = "DIMENSION : 3\nVEHICLES : 2\nCAPACITY : 10\nSERVICE_TIME : 10\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\nDEMAND_SECTION\n1 0\n2 5\n3 5\nTIME_WINDOW_SECTION\n1 0 100\n2 0 50\n3 0 90\nDEPOT_SECTION\n1\n-1\nEOF\n";
    let (a, b) = (Flat::read(text).unwrap(), Flat::read(vrp).unwrap());
    assert_eq!(a.problem(a.usual()), b.problem(b.usual()));
    assert_eq!((a.number(0), b.number(0)), (1, 2));
    assert!((steps(&a.problem(a.usual()), 1, 500).cost.total - 20.0).abs() < 1e-9);
}

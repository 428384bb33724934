//! The worked values of search theory, each to 1e-6 (published digits where the fixture was rounded).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use seek::theory::{
    Box, Detection, Region, charnes_cooper, circular_normal, expected_cost, forward_and_backward, looks, shift,
};
use serde_json::Value;

fn fixtures() -> Value {
    serde_json::from_str(include_str!("data/search_theory_fixtures.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn near(ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-6, "{ours} is not {theirs}");
}

#[test]
fn detection_curves() {
    for (coverage, row) in fixtures()["pod"].as_object().unwrap() {
        let c: f64 = coverage.parse().unwrap();
        near(Detection::Random.pod(c), &row["random"]);
        near(Detection::InverseCube.pod(c), &row["inverse_cube"]);
        near(Detection::Definite.pod(c), &row["definite"]);
    }
    assert!((Detection::InverseCube.pod(3.6) - 0.999_993_6).abs() < 1e-6, "past the end of the series");
    assert!([Detection::Random, Detection::Definite].iter().all(|d| d.pod(-1.0).abs() < 1e-12));
}

#[test]
fn effort_by_charnes_and_cooper() {
    for name in ["cc_three_cells", "cc_unequal"] {
        let f = &fixtures()[name];
        let (p, area, w) = (numbers(&f["p"]), numbers(&f["area"]), numbers(&f["sweep_w"]));
        let regions: Vec<Region> = (0..p.len()).map(|n| Region { p: p[n], area: area[n], sweep_width: w[n] }).collect();
        let length = f["track_len"].as_f64().unwrap();
        let ours = charnes_cooper(&regions, length);
        near(ours.pos, &f["pos"]);
        near(ours.pos, &f["slsqp"]);
        near(ours.margin, &f["lam"]);
        ours.effort.iter().zip(f["alloc"].as_array().unwrap()).for_each(|(a, b)| near(*a, b));
        assert!((ours.effort.iter().sum::<f64>() - length).abs() < 1e-9);
    }
}

#[test]
fn a_million_cells_are_no_trouble() {
    let cell = |n: u32| Region { p: 1.0 / f64::from(n + 1), area: 1.0 + f64::from(n % 7), sweep_width: 0.1 };
    let regions: Vec<Region> = (0..1_000_000).map(cell).collect();
    let ours = charnes_cooper(&regions, 5_000.0);
    assert!((ours.effort.iter().sum::<f64>() - 5_000.0).abs() < 1e-3);
    assert!(charnes_cooper(&regions, 0.0).effort.iter().all(|e| *e == 0.0));
    assert!(charnes_cooper(&[], 1.0).pos.abs() < 1e-12);
}

#[test]
fn circular_normal_by_koopman() {
    for row in fixtures()["circular_normal"].as_array().unwrap() {
        let (pos, radius) = circular_normal(row["effort_over_sigma2"].as_f64().unwrap());
        near(pos, &row["closed_form"]);
        near(radius, &row["radius_over_sigma"]);
    }
}

#[test]
fn the_published_shift() {
    let f = &fixtures()["shift"];
    let ours = shift(&numbers(&f["poa"]), &numbers(&f["pod"]));
    ours.iter().zip(f["new"].as_array().unwrap()).for_each(|(a, b)| near(*a, b));
    assert_eq!(shift(&[1.0], &[1.0]), [1.0]);
}

#[test]
fn moving_target_by_brown() {
    let f = &fixtures()["fab_line5"];
    let mut transition = vec![vec![0.0; 5]; 5];
    for from in 0..5_usize {
        transition[from][from] += 0.4;
        transition[from][from.saturating_sub(1)] += 0.3;
        transition[from][(from + 1).min(4)] += 0.3;
    }
    let mut start = vec![0.0; 5];
    start[f["start_cell"].as_u64().unwrap() as usize] = 1.0;
    let ours = forward_and_backward(&start, &transition, f["steps"].as_u64().unwrap() as usize, 1.0, 10_000);
    near(ours.pd, &f["pd_fab"]);
    near(ours.pd, &f["pd_slsqp"]);
    near(ours.pd_myopic, &f["pd_after_1_pass"]);
    near(ours.pd_myopic, &f["pd_myopic"]);
    // The fixture's plan is written with five digits.
    for (ours, theirs) in ours.effort.iter().zip(f["plan"].as_array().unwrap()) {
        ours.iter().zip(numbers(theirs)).for_each(|(a, b)| assert!((a - b).abs() < 1.5e-5, "{a} {b}"));
    }
}

#[test]
fn discrete_looks_by_blackwell() {
    let f = &fixtures()["blackwell"];
    let (p, q, cost) = (numbers(&f["p"]), numbers(&f["q"]), numbers(&f["cost"]));
    let boxes: Vec<Box> = (0..p.len()).map(|n| Box { p: p[n], q: q[n], cost: cost[n] }).collect();
    let theirs: Vec<usize> = numbers(&f["first12"]).into_iter().map(|n| n as usize).collect();
    assert_eq!(looks(&boxes, 12), theirs);
    near(expected_cost(&boxes), &f["expected_cost"]);
    assert!(expected_cost(&[Box { p: 1.0, q: 0.0, cost: 1.0 }]).is_infinite());
}

//! On invented registries whose true rates are known: how often the right person comes first, beside
//! what the true rates themselves reach, how honest the probabilities are, and that hard filters do worse.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests; figures for whoever reads them"
)]

mod world;

use identify::{Case, Index, Profile, fit};
use world::{Law, World};

/// Share of registered people who come first.
fn first(answers: &[(Option<usize>, Option<usize>)]) -> f64 {
    let registered: Vec<_> = answers.iter().filter(|(truth, _)| truth.is_some()).collect();
    registered.iter().filter(|(truth, said)| truth == said).count() as f64 / registered.len() as f64
}

/// Expected calibration error in ten bins of the highest probability (Naeini and others, AAAI 2015).
fn calibration_error(said: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for (p, right) in said {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f64::from(u8::from(*right)));
    }
    bins.iter()
        .map(|(n, p, right): &(f64, f64, f64)| (p - right).abs() / said.len() as f64 * f64::from(u8::from(*n > 0.0)))
        .sum()
}

struct Measured {
    first: f64,
    ideal: f64,
    filtered: f64,
    calibration: f64,
}

fn measure(law: Law, people: usize, fitted: bool) -> Measured {
    let world = World::new(7, people, law);
    let queries = world.queries(11, 600);
    let index = Index::new(world.people.clone());
    let mut profile = Profile::default();
    if fitted {
        let cases: Vec<Case> = queries.iter().map(|q| Case { seen: q.seen.clone(), confirmed: None }).collect();
        profile = fit(&index, &profile, &cases);
    }
    let (mut ours, mut ideal, mut filtered, mut said) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for q in &queries {
        let answer = index.identify(&profile, &q.seen, 1);
        let best = &answer.candidates[0];
        ours.push((q.truth, Some(best.person)));
        said.push((best.p, q.truth == Some(best.person)));
        ideal.push((q.truth, world.ideal(q)));
        filtered.push((q.truth, world.filtered(q)));
    }
    Measured {
        first: first(&ours),
        ideal: first(&ideal),
        filtered: first(&filtered),
        calibration: calibration_error(&said),
    }
}

fn report(name: &str, m: &Measured) {
    eprintln!(
        "{name}: first {:.1} %, ideal {:.1} %, hard filters {:.1} %, calibration error {:.3}",
        m.first * 100.0,
        m.ideal * 100.0,
        m.filtered * 100.0,
        m.calibration
    );
}

#[test]
fn the_default_rates_come_near_the_ideal_on_the_world_they_describe() {
    let m = measure(Law::AsPublished, 20_000, false);
    report("published", &m);
    assert!(m.first >= m.ideal - 0.03, "{} of {}", m.first, m.ideal);
    assert!(m.calibration <= 0.06, "{}", m.calibration);
    assert!(m.filtered < m.first - 0.05, "{} {}", m.filtered, m.first);
}

#[test]
fn another_world_is_learnt_from_its_cases_without_knowing_who_it_was() {
    let plain = measure(Law::Other, 6_000, false);
    report("other, default rates", &plain);
    let m = measure(Law::Other, 6_000, true);
    report("other, fitted", &m);
    assert!(m.first >= m.ideal - 0.03, "{} of {}", m.first, m.ideal);
    assert!(m.calibration <= 0.06, "{}", m.calibration);
    assert!(m.first >= plain.first);
}

//! `cargo run --release -p rounds --example solve -- FILE [SECONDS] [SEED] [BEST]`: one file, what it costs and what is wrong with it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example")]

use rounds::formats::{Flat, Hhcrsp};
use rounds::{Until, check, solve};
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, usual: f64| args.get(i).map_or(usual, |a| a.parse().unwrap());
    let text = std::fs::read_to_string(args.first().expect("a file")).unwrap();
    let problem = match serde_json::from_str(&text) {
        Ok(value) => Hhcrsp::read(&value).unwrap().problem,
        Err(_) => {
            let flat = Flat::read(&text).unwrap();
            flat.problem(flat.usual())
        }
    };
    let (seconds, seed, best) = (number(1, 10.0), number(2, 1.0) as u64, number(3, f64::NAN));
    let begun = Instant::now();
    let plan = solve(&problem, seed, Until::Share(&mut || begun.elapsed().as_secs_f64() / seconds)).unwrap();
    let (wrong, cost) = check(&problem, &plan);
    let used = plan.routes.iter().filter(|r| !r.stops.is_empty()).count();
    println!(
        "{} {:.4} ({:+.2} %) kept {:.4} routes {used} steps {} wrong {wrong:?} {:?} {:.1} s",
        args.first().unwrap().rsplit('/').next().unwrap(),
        cost.total,
        (cost.total / best - 1.0) * 100.0,
        plan.cost.total,
        plan.steps,
        cost,
        begun.elapsed().as_secs_f64()
    );
}

//! `mulin rounds`: who visits whom and when, from a file; no database (contract and schema: docs/rounds.md).

use anyhow::{Context as _, anyhow};
use clap::{Args, ValueEnum};
use rounds::formats::{Day, Flat, Hhcrsp, Rounding};
use rounds::{Invalid, Plan, Problem, Until, check, solve};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Plans the visits of a file: VRPLIB (.vrp), Solomon (.txt), HHCRSP (.json) or our own JSON.
#[derive(Debug, Args)]
pub struct RoundsArgs {
    /// The problem; the schema of our own JSON stands with an example in docs/rounds.md
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// How long to look for better plans
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub seconds: f64,
    /// The same seed and --iterations give the same plan
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// So many searches at once, with seeds that follow each other; the best one is told
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub threads: u64,
    /// So many steps instead of a time
    #[arg(long, value_name = "N")]
    pub iterations: Option<u64>,
    /// How straight lines of .vrp and .txt become distances; with time windows trunc1 is usual, else round
    #[arg(long, value_enum)]
    pub distance: Option<Distance>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Distance {
    Exact,
    Round,
    /// Cut to one decimal
    Trunc1,
}

enum File {
    Flat(Flat, Rounding),
    Hhcrsp(Hhcrsp),
    Day(Day),
}

const LONGEST_SECONDS: f64 = 86_400.0;
/// A file with the largest table of ways that can be planned.
const LARGEST: u64 = 256 << 20;

/// Runs the command: one JSON object to `out`.
///
/// # Errors
/// When the file cannot be read, or a visit cannot be made by anybody: which one.
pub fn run(args: &RoundsArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let seconds = (0.0..=LONGEST_SECONDS).contains(&args.seconds);
    anyhow::ensure!(seconds, crate::WrongUse("--seconds takes a number from 0 to 86400".into()));
    let begun = Instant::now();
    let name = args.input.display().to_string();
    let long = std::fs::metadata(&args.input).with_context(|| name.clone())?.len();
    anyhow::ensure!(long <= LARGEST, "{name}: {} MB; files up to {} MB are read", long >> 20, LARGEST >> 20);
    let bytes = std::fs::read(&args.input).with_context(|| name.clone())?;
    let file = read(&bytes, args.distance).with_context(|| name.clone())?;
    let problem = file.problem();
    let plan = best(&problem, args, begun).map_err(|e| file.named(&e)).with_context(|| name)?;
    let (wrong, cost) = check(&problem, &plan);
    let mut answer = json!({
        "cost": file.shown(cost.total),
        "violations": wrong.len(),
        "seconds": (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        "routes": file.routes(&plan),
    });
    if let (File::Day(day), Some(answer)) = (&file, answer.as_object_mut()) {
        answer.insert("unplanned".into(), day.unplanned(&plan));
    }
    serde_json::to_writer(&mut *out, &answer)?;
    writeln!(out)?;
    anyhow::ensure!(wrong.is_empty(), "no plan that keeps every rule was found: {}", file.violation(&wrong));
    Ok(())
}

fn read(bytes: &[u8], distance: Option<Distance>) -> anyhow::Result<File> {
    let text = std::str::from_utf8(bytes).map_err(|e| anyhow!("not UTF-8 from byte {}", e.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let value: Value = serde_json::from_str(text)?;
        if Hhcrsp::is(&value) {
            return Ok(File::Hhcrsp(Hhcrsp::read(&value)?));
        }
        anyhow::ensure!(Day::is(&value), "expected “visitors” and “visits”, or “patients” and “caregivers”");
        return Ok(File::Day(Day::read(&value)?));
    }
    let flat = Flat::read(text)?;
    let rounding = match distance {
        None => flat.usual(),
        Some(Distance::Exact) => Rounding::Exact,
        Some(Distance::Round) => Rounding::Round,
        Some(Distance::Trunc1) => Rounding::Trunc1,
    };
    Ok(File::Flat(flat, rounding))
}

/// The best of the plans that the threads find.
fn best(problem: &Problem, args: &RoundsArgs, begun: Instant) -> Result<Plan, Invalid> {
    let one = |seed: u64| match args.iterations {
        Some(steps) => solve(problem, seed, Until::Steps(steps)),
        None => {
            let mut share = || if args.seconds > 0.0 { begun.elapsed().as_secs_f64() / args.seconds } else { 1.0 };
            solve(problem, seed, Until::Share(&mut share))
        }
    };
    let plans: Vec<Result<Plan, Invalid>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..args.threads).map(|t| scope.spawn(move || one(args.seed.wrapping_add(t)))).collect();
        let first = one(args.seed);
        let others = others.into_iter().filter_map(|t| t.join().ok());
        std::iter::once(first).chain(others).collect()
    });
    let plans = plans.into_iter().collect::<Result<Vec<Plan>, Invalid>>()?;
    let least = plans.into_iter().min_by(|a, b| a.cost.total.total_cmp(&b.cost.total));
    least.ok_or(Invalid::Nobody(0))
}

impl File {
    fn problem(&self) -> Problem {
        match self {
            Self::Flat(flat, rounding) => flat.problem(*rounding),
            Self::Hhcrsp(file) => file.problem.clone(),
            Self::Day(day) => day.problem.clone(),
        }
    }

    fn name(&self, visit: usize) -> String {
        match self {
            Self::Flat(flat, _) => format!("node {}", flat.number(visit)),
            Self::Hhcrsp(file) => file.name(visit),
            Self::Day(day) => day.name(visit),
        }
    }

    fn visitor(&self, visitor: usize) -> String {
        match self {
            Self::Flat(..) => format!("vehicle {}", visitor + 1),
            Self::Hhcrsp(file) => file.visitor(visitor),
            Self::Day(day) => day.visitor(visitor),
        }
    }

    /// It asks for more than any vehicle holds.
    fn too_much(&self, visit: usize) -> bool {
        let Self::Flat(flat, rounding) = self else { return false };
        let problem = flat.problem(*rounding);
        let most = problem.visitors.iter().map(|v| v.capacity).fold(0.0, f64::max);
        problem.visits.get(visit).is_some_and(|v| v.demand > most)
    }

    /// The reason, with the file's own names.
    fn named(&self, why: &Invalid) -> anyhow::Error {
        match why {
            Invalid::Unreachable(v) if self.too_much(*v) => {
                anyhow!("{}: it asks for more than any vehicle holds", self.name(*v))
            }
            Invalid::Shift(v) => anyhow!("{}: the shift or the break ends before it begins", self.visitor(*v)),
            Invalid::TwoShifts(v, _) => anyhow!("{}: two shifts lie at the same time", self.visitor(*v)),
            Invalid::Apart(v, _) => anyhow!("{}: the two of a pair can never be in step", self.name(*v)),
            Invalid::Nobody(v) => anyhow!("{}: nobody may do it", self.name(*v)),
            Invalid::Unreachable(v) => {
                anyhow!("{}: nobody can make it within its window and their own shift", self.name(*v))
            }
            Invalid::Window(v) => anyhow!("{}: no window, or one that ends before it begins", self.name(*v)),
            Invalid::Amount(v) => anyhow!("{}: lasts or asks for less than nothing", self.name(*v)),
            Invalid::NoTwo(a, _) => anyhow!("{}: there are no two people for it", self.name(*a)),
            other => anyhow!("{other}"),
        }
    }

    fn violation(&self, wrong: &[rounds::Violation]) -> String {
        use rounds::Violation::LeftOut;
        let left: Vec<String> = wrong
            .iter()
            .filter_map(|w| if let LeftOut { visit } = w { Some(self.name(*visit)) } else { None })
            .collect();
        if left.is_empty() {
            format!("{} are broken", wrong.len())
        } else {
            format!("{} found no place", left.join(", "))
        }
    }

    fn shown(&self, cost: f64) -> f64 {
        match self {
            Self::Flat(_, rounding) => rounding.shown(cost),
            Self::Hhcrsp(_) | Self::Day(_) => (cost * 1e4).round() / 1e4,
        }
    }

    fn routes(&self, plan: &Plan) -> Value {
        match self {
            Self::Hhcrsp(file) => file.routes(plan),
            Self::Day(day) => day.routes(plan),
            Self::Flat(flat, _) => {
                let used = plan.routes.iter().filter(|r| !r.stops.is_empty());
                let routes = used.enumerate().map(|(i, route)| {
                    let stops: Vec<i64> = route.stops.iter().map(|s| flat.number(s.visit)).collect();
                    json!({"vehicle": i + 1, "stops": stops})
                });
                Value::Array(routes.collect())
            }
        }
    }
}

//! Rounds: who visits whom, in which order and when (N4, N5).
//!
//! A [`Problem`] holds visitors with their shift, visits with their time windows, and pairs of visits that two people make at once or
//! one after the other. [`solve`] looks for a plan of low cost; [`check`] judges any plan by the same rules, with code of its own.
//! The unit of time is the caller's (minutes or the file's own).
//!
//! Two methods stand behind it (docs/rounds.md): where every visit stands alone and its window is hard, slack induction by string
//! removals (Christiaens and Vanden Berghe 2020, `ruin`); otherwise simulated annealing on whole schedules (`anneal`), after Ceschia,
//! Di Gaspero, Rosati and Schaerf (2024).
//!
//! Pure: no clock, no file. Whoever calls says how far the work is ([`Until`]) and passes the seed.

mod anneal;
mod check;
pub mod formats;
mod moves;
mod plan;
mod problem;
mod rebuild;
mod ruin;
mod schedule;

pub use check::{Violation, check};
pub use plan::{Cost, Plan, Route, Stop};
pub use problem::{Break, Invalid, Late, Pair, Problem, Visit, Visitor, Weights};

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub steps: u64,
    pub of: u64,
    /// Visits that the best plan so far leaves out.
    pub left: usize,
}

/// How long to go on. Asked every some hundred steps.
pub enum Until<'a> {
    /// So many steps: the same seed gives the same plan on every machine.
    Steps(u64),
    /// The share of the time that has passed, 0 to 1; at 1 the search ends. The same seed may end elsewhere.
    Share(&'a mut dyn FnMut() -> f64),
    /// As [`Self::Steps`], and looked at now and then: after `false` the best plan so far is the answer.
    Watched(u64, &'a mut dyn FnMut(Look) -> bool),
}

impl Until<'_> {
    /// The share of the work that is done after `steps` steps.
    fn share(&mut self, steps: u64, left: usize) -> f64 {
        let of = |all: u64| steps as f64 / all.max(1) as f64;
        match self {
            Self::Steps(all) => of(*all),
            Self::Share(ask) => ask(),
            Self::Watched(all, go_on) => {
                if go_on(Look { steps, of: *all, left }) {
                    of(*all)
                } else {
                    1.0
                }
            }
        }
    }
}

/// A plan of low cost. Visits that may stay out and found no place stand in [`Plan::unplanned`].
///
/// # Errors
/// [`Invalid`] when the problem contradicts itself or a visit has nobody who may do it.
pub fn solve(problem: &Problem, seed: u64, until: Until<'_>) -> Result<Plan, Invalid> {
    problem.validate()?;
    let plan =
        if ruin::suits(problem) { ruin::solve(problem, seed, until) } else { anneal::solve(problem, seed, until) };
    Ok(plan)
}

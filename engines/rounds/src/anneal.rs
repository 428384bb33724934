//! Simulated annealing on whole schedules: for pairs, lateness that costs, breaks, visits that may stay out.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes come from the state (docs/decisions/0029)"
)]

use crate::Until;
use crate::moves::{self, Near};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::rebuild;
use crate::schedule::{Kept, State};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

/// Steps between two looks at how far the work is.
const STRIDE: u64 = 512;
/// The part of the work that goes into the larger change.
const LARGE: f64 = 0.5;
/// Temperatures at the beginning and at the end, in typical legs.
const HOT: f64 = 3.0;
const COLD: f64 = 0.02;

struct Search<'p> {
    state: State<'p>,
    near: Near,
    rng: Xoshiro256PlusPlus,
    /// Who is not in the plan.
    left: Vec<u32>,
    cost: f64,
    temperature: f64,
    best: Kept,
    best_cost: f64,
    best_left: usize,
    small: u64,
    large: u64,
}

pub(crate) fn solve(problem: &Problem, seed: u64, mut until: Until<'_>) -> Plan {
    let mut state = State::empty(problem);
    fill(&mut state);
    let leg = typical_leg(problem);
    let mut search = Search {
        near: Near::new(problem),
        rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        left: unplanned(&state),
        cost: state.cost(),
        temperature: leg,
        best: Kept::default(),
        best_cost: state.cost(),
        best_left: unplanned(&state).len(),
        small: 0,
        large: 0,
        state,
    };
    search.state.keep(&mut search.best);
    let cycles = cycles(problem.visits.len());
    let (mut steps, mut cycle) = (0_u64, 0);
    loop {
        if steps.is_multiple_of(STRIDE) {
            let share = until.share(steps, search.best_left);
            if share >= 1.0 {
                break;
            }
            let now = (share * f64::from(cycles)) as u32;
            if now != cycle {
                cycle = now;
                search.go_back();
            }
            search.temperature = leg * HOT * (COLD / HOT).powf(share * f64::from(cycles) - f64::from(cycle));
            search.state.refresh();
            search.cost = search.state.cost();
        }
        steps += 1;
        search.step();
    }
    search.go_back();
    search.state.plan(steps)
}

impl Search<'_> {
    /// From the best plan so far.
    fn go_back(&mut self) {
        self.state.back_to(&self.best);
        self.left = unplanned(&self.state);
    }

    fn step(&mut self) {
        self.state.begin();
        let before = self.state.work;
        let large = (self.large as f64) < LARGE * (self.small + self.large) as f64;
        let allowed = self.cost - self.temperature * (1.0 - self.rng.random::<f64>()).ln();
        let new = if large { self.large_change(allowed) } else { self.small_change(allowed) };
        let worked = self.state.work - before + 1;
        *(if large { &mut self.large } else { &mut self.small }) += worked;
        let Some(new) = new else { return };
        self.cost = new;
        if self.state.planning_changed() {
            self.left = unplanned(&self.state);
        }
        if new < self.best_cost - 1e-9 {
            self.best_cost = new;
            self.best_left = self.left.len();
            self.state.keep(&mut self.best);
        }
    }

    /// The new cost; `None`: refused, and as it was.
    fn small_change(&mut self, allowed: f64) -> Option<f64> {
        if !moves::one(&mut self.state, &self.near, &self.left, &mut self.rng) {
            return None;
        }
        // What a change adds to the way cannot be won back by more than all lateness there is.
        if self.state.rough() > allowed {
            self.state.abandon();
            return None;
        }
        let settled = self.state.settle();
        self.accept(settled, allowed)
    }

    fn large_change(&mut self, allowed: f64) -> Option<f64> {
        let settled = rebuild::one(&mut self.state, &self.near, &mut self.rng);
        self.accept(settled, allowed)
    }

    fn accept(&mut self, settled: bool, allowed: f64) -> Option<f64> {
        let new = settled.then(|| self.state.cost()).filter(|new| *new <= allowed);
        if new.is_none() {
            self.state.undo();
        }
        new
    }
}

/// Small problems are cooled several times: the first time may end in the wrong valley.
fn cycles(visits: usize) -> u32 {
    match visits {
        0..20 => 8,
        20..40 => 4,
        40..90 => 2,
        _ => 1,
    }
}

/// What the way between two neighbours costs, in the middle.
fn typical_leg(problem: &Problem) -> f64 {
    let table = problem.distance.as_ref().unwrap_or(&problem.travel);
    let mut legs: Vec<f64> = table.iter().copied().filter(|d| *d > 0.0).collect();
    legs.sort_by(f64::total_cmp);
    let middle = legs.get(legs.len() / 2).copied().unwrap_or(1.0);
    (middle * problem.weights.distance).max(1e-6)
}

fn unplanned(state: &State<'_>) -> Vec<u32> {
    (0..state.route_of.len() as u32).filter(|v| !state.is_planned(*v)).collect()
}

pub(crate) fn from_routes<'p>(problem: &'p Problem, routes: &[Vec<u32>]) -> State<'p> {
    let mut state = State::empty(problem);
    state.begin();
    for (r, stops) in routes.iter().enumerate() {
        for (at, v) in stops.iter().enumerate() {
            state.put_in(*v, r as u32, at);
        }
    }
    let timed = state.settle_all();
    debug_assert!(timed, "a plan that was settled before settles again");
    state.refresh();
    state
}

/// A first plan: everybody in the order of their windows, where it costs least; who fits nowhere stays out.
fn fill(state: &mut State<'_>) {
    let visits = &state.problem.visits;
    let mut order: Vec<u32> = (0..visits.len() as u32).collect();
    order.sort_by(|a, b| {
        let key = |v: u32| visits[v as usize].windows.last().map_or(0.0, |w| w.1);
        key(*a).total_cmp(&key(*b)).then(a.cmp(b))
    });
    for v in order {
        if state.is_planned(v) {
            continue;
        }
        match state.partner(v) {
            None => best_alone(state, v),
            Some(p) => best_together(state, v, p),
        }
    }
}

fn slots(state: &State<'_>, v: u32) -> Vec<(u32, usize)> {
    let routes = 0..state.routes.len() as u32;
    routes
        .filter(|r| state.may(v, *r))
        .flat_map(|r| (0..=state.routes[r as usize].len()).map(move |at| (r, at)))
        .collect()
}

fn best_alone(state: &mut State<'_>, v: u32) {
    let mut best: Option<(f64, u32, usize)> = None;
    for (route, at) in slots(state, v) {
        let Some(cost) = tried(state, &[(v, route, at)]) else { continue };
        if best.is_none_or(|(least, ..)| cost < least) {
            best = Some((cost, route, at));
        }
    }
    if let Some((_, route, at)) = best {
        keep(state, &[(v, route, at)]);
    }
}

/// The end of two routes first; all pairs of positions would be too many.
fn best_together(state: &mut State<'_>, v: u32, p: u32) {
    let mut best: Option<(f64, u32, usize, u32, usize)> = None;
    for (a, at_a) in slots(state, v) {
        if at_a + 2 < state.routes[a as usize].len() {
            continue;
        }
        for (b, at_b) in slots(state, p) {
            if at_b + 2 < state.routes[b as usize].len() || !state.may_together(v, a, b) {
                continue;
            }
            let Some(cost) = tried(state, &[(v, a, at_a), (p, b, at_b)]) else { continue };
            if best.is_none_or(|(least, ..)| cost < least) {
                best = Some((cost, a, at_a, b, at_b));
            }
        }
    }
    if let Some((_, a, at_a, b, at_b)) = best {
        keep(state, &[(v, a, at_a), (p, b, at_b)]);
    }
}

fn tried(state: &mut State<'_>, into: &[(u32, u32, usize)]) -> Option<f64> {
    state.begin();
    into.iter().for_each(|(v, route, at)| state.put_in(*v, *route, *at));
    let cost = state.settle().then(|| state.cost());
    state.undo();
    cost
}

fn keep(state: &mut State<'_>, into: &[(u32, u32, usize)]) {
    state.begin();
    into.iter().for_each(|(v, route, at)| state.put_in(*v, *route, *at));
    state.settle();
}

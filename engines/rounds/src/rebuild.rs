//! The larger change: some visits near each other leave the plan at once, and each comes back where it then costs least.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes come from the state (docs/decisions/0029)"
)]

use crate::moves::Near;
use crate::schedule::State;
use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus;

/// Chance that a place is passed over.
const BLINK: f64 = 0.03;
/// In each route so many places around the time of a visit are tried for a pair.
const AROUND: usize = 2;
/// For a pair so many places of each of the two are combined.
const TRIED: usize = 12;

/// The state is settled afterwards, unless the answer is `false`: then it is to be taken back.
pub(crate) fn one(state: &mut State<'_>, near: &Near, rng: &mut Xoshiro256PlusPlus) -> bool {
    let n = state.route_of.len();
    let seed = rng.random_range(0..n as u32);
    let many = rng.random_range(3..=9.min(n.max(3)));
    let mut out: Vec<u32> = Vec::with_capacity(2 * many);
    let mut add = |state: &State<'_>, v: u32| {
        if !out.contains(&v) {
            out.push(v);
            out.extend(state.partner(v));
        }
    };
    add(state, seed);
    // Half of the time whoever stands on the same route as the seed goes, too: routes are emptied, not only thinned.
    let route = state.route_of[seed as usize];
    if state.is_planned(seed) && rng.random_bool(0.5) {
        let at = state.at[seed as usize] as usize;
        let stops = state.routes[route as usize].clone();
        for v in stops.iter().skip(at.saturating_sub(2)).take(5) {
            add(state, *v);
        }
    }
    for _ in 0..many {
        if let Some(v) = near.pick(seed, rng) {
            add(state, v);
        }
    }
    for v in &out {
        if state.is_planned(*v) {
            state.take_out(*v);
            state.forget(*v);
        }
    }
    if !state.settle() {
        return false;
    }
    for i in (1..out.len()).rev() {
        out.swap(i, rng.random_range(0..=i));
    }
    if rng.random_bool(0.5) {
        // Who can be visited by few comes first.
        let able = |v: u32| (0..state.routes.len() as u32).filter(|r| state.may(v, *r)).count();
        let mut keyed: Vec<(usize, u32)> = out.iter().map(|v| (able(*v), *v)).collect();
        keyed.sort_by_key(|k| k.0);
        out = keyed.into_iter().map(|k| k.1).collect();
    }
    out.into_iter().all(|v| state.is_planned(v) || back(state, v, rng))
}

fn back(state: &mut State<'_>, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    match state.partner(v) {
        None => alone(state, v, rng),
        Some(p) => together(state, v, p, rng),
    }
}

fn alone(state: &mut State<'_>, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let mut best: Option<(f64, u32, usize)> = None;
    for route in 0..state.routes.len() as u32 {
        if !state.may(v, route) {
            continue;
        }
        for at in 0..=state.routes[route as usize].len() {
            if rng.random_bool(BLINK) || best.is_some_and(|b| state.rough_with(v, route, at) >= b.0) {
                continue;
            }
            let mark = state.mark();
            state.put_in(v, route, at);
            let cost = if state.settle() { state.cost() } else { f64::INFINITY };
            state.undo_to(&mark);
            if best.is_none_or(|b| cost < b.0) && cost.is_finite() {
                best = Some((cost, route, at));
            }
        }
    }
    let Some((_, route, at)) = best else { return state.may_stay_out(v) };
    state.put_in(v, route, at);
    state.settle()
}

fn together(state: &mut State<'_>, v: u32, p: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let (some_v, some_p) = (near_places(state, v), near_places(state, p));
    let rough = state.rough();
    let mut best: Option<(f64, u32, usize, u32, usize)> = None;
    for (way_v, a, at_a) in &some_v {
        for (way_p, b, at_b) in &some_p {
            let least = best.map_or(f64::INFINITY, |b| b.0);
            if !state.may_together(v, *a, *b) || way_v + way_p - rough >= least || rng.random_bool(BLINK) {
                continue;
            }
            let mark = state.mark();
            state.put_in(v, *a, *at_a);
            state.put_in(p, *b, *at_b);
            let cost = if state.settle() { state.cost() } else { f64::INFINITY };
            state.undo_to(&mark);
            if cost < least {
                best = Some((cost, *a, *at_a, *b, *at_b));
            }
        }
    }
    let Some((_, a, at_a, b, at_b)) = best else { return state.may_stay_out(v) };
    state.put_in(v, a, at_a);
    state.put_in(p, b, at_b);
    state.settle()
}

/// The places around the time of a visit that add the least to the way: what they would come to, route and position.
fn near_places(state: &State<'_>, v: u32) -> Vec<(f64, u32, usize)> {
    let mut some: Vec<(f64, u32, usize)> =
        places(state, v).into_iter().map(|(route, at)| (state.rough_with(v, route, at), route, at)).collect();
    some.sort_by(|a, b| a.0.total_cmp(&b.0));
    some.truncate(TRIED);
    some
}

/// In every route that may do it the places around where the visit belongs in time.
fn places(state: &State<'_>, v: u32) -> Vec<(u32, usize)> {
    let open = state.problem.visits[v as usize].windows[0].0;
    let mut some = Vec::new();
    for route in 0..state.routes.len() as u32 {
        if !state.may(v, route) {
            continue;
        }
        let stops = &state.routes[route as usize];
        let first = stops.partition_point(|s| state.start[*s as usize] < open);
        some.extend((first.saturating_sub(1)..=(first + AROUND).min(stops.len())).map(|at| (route, at)));
    }
    some
}

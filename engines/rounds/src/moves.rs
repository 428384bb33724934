//! The changes that the search tries: one visit or a few, to where something near in place and time stands.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes come from the state (docs/decisions/0029)"
)]

use crate::problem::Problem;
use crate::schedule::State;
use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus;

/// For each visit the others in order of what it costs to have them next to each other: the way, and waiting or lateness that the
/// windows force.
pub(crate) struct Near {
    lists: Vec<Vec<u32>>,
}

/// So many neighbours of a visit are tried.
const NEIGHBOURS: usize = 30;

impl Near {
    pub fn new(problem: &Problem) -> Self {
        let lists = (0..problem.visits.len()).map(|v| Self::list(problem, v)).collect();
        Self { lists }
    }

    fn list(problem: &Problem, v: usize) -> Vec<u32> {
        let gap = |a: usize, b: usize| {
            let (one, two) = (&problem.visits[a], &problem.visits[b]);
            let on = problem.travel(one.place, two.place);
            let (open, close) = (one.windows[0].0, one.windows.last().map_or(0.0, |w| w.1));
            let (open_b, close_b) = (two.windows[0].0, two.windows.last().map_or(0.0, |w| w.1));
            let wait = (open_b - (close + one.lasts + on)).max(0.0);
            let late = (open + one.lasts + on - close_b).max(0.0);
            on + 0.3 * wait + late
        };
        let mut others: Vec<(f64, u32)> =
            (0..problem.visits.len()).filter(|u| *u != v).map(|u| (gap(u, v).min(gap(v, u)), u as u32)).collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        others.truncate(NEIGHBOURS);
        others.into_iter().map(|o| o.1).collect()
    }

    /// One of the neighbours, the nearer ones more often.
    pub fn pick(&self, v: u32, rng: &mut Xoshiro256PlusPlus) -> Option<u32> {
        let list = &self.lists[v as usize];
        if list.is_empty() {
            return None;
        }
        let x: f64 = rng.random();
        Some(list[(x * x * list.len() as f64) as usize])
    }
}

fn any(n: usize, rng: &mut Xoshiro256PlusPlus) -> u32 {
    rng.random_range(0..n as u32)
}

/// Tries one change, chosen at random. The state is in the middle of it afterwards (not settled); `false`: nothing fit, nothing was done.
pub(crate) fn one(state: &mut State<'_>, near: &Near, left: &[u32], rng: &mut Xoshiro256PlusPlus) -> bool {
    let n = state.route_of.len();
    if !left.is_empty() && rng.random_bool(0.3) {
        let v = left[any(left.len(), rng) as usize];
        return bring_in(state, near, v, rng);
    }
    let v = any(n, rng);
    if !state.is_planned(v) {
        return bring_in(state, near, v, rng);
    }
    match any(100, rng) {
        0..40 => relocate(state, near, v, rng),
        40..62 => exchange(state, near, v, rng),
        62..78 => both(state, near, v, rng),
        78..84 => change_over(state, v),
        84..92 => tails(state, near, v, rng),
        92..98 => segment(state, near, v, rng),
        _ => give_up(state, v),
    }
}

/// Beside a neighbour of `v`, or anywhere: route and position, counted with `v` out of its route.
fn slot(state: &State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> Option<(u32, usize)> {
    if rng.random_bool(0.06) {
        let route = any(state.routes.len(), rng);
        let len = state.routes[route as usize].iter().filter(|u| **u != v).count();
        return state.may(v, route).then(|| (route, rng.random_range(0..=len)));
    }
    let u = near.pick(v, rng)?;
    let route = state.route_of[u as usize];
    if !state.is_planned(u) || !state.may(v, route) {
        return None;
    }
    let mut at = state.at[u as usize] as usize + usize::from(rng.random_bool(0.5));
    if state.route_of[v as usize] == route && (state.at[v as usize] as usize) < at {
        at -= 1;
    }
    Some((route, at))
}

fn fits_partner(state: &State<'_>, v: u32, route: u32) -> bool {
    state.partner(v).is_none_or(|p| state.may_together(v, route, state.route_of[p as usize]))
}

fn relocate(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let Some((route, at)) = slot(state, near, v, rng) else { return false };
    if (state.route_of[v as usize], state.at[v as usize] as usize) == (route, at) || !fits_partner(state, v, route) {
        return false;
    }
    state.take_out(v);
    state.put_in(v, route, at);
    true
}

fn exchange(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let Some(u) = near.pick(v, rng) else { return false };
    if !state.is_planned(u) || state.partner(v) == Some(u) {
        return false;
    }
    let (a, b) = (state.route_of[v as usize], state.route_of[u as usize]);
    if !state.may(v, b) || !state.may(u, a) || !fits_partner(state, v, b) || !fits_partner(state, u, a) {
        return false;
    }
    let (at_v, at_u) = (state.at[v as usize] as usize, state.at[u as usize] as usize);
    // In one route the earlier one leaves first and comes back last, so that both positions stay true.
    let (first, second, at_first, at_second, ra, rb) =
        if at_v <= at_u { (v, u, at_v, at_u, a, b) } else { (u, v, at_u, at_v, b, a) };
    state.take_out(second);
    state.take_out(first);
    if ra == rb {
        state.put_in(second, ra, at_first);
        state.put_in(first, rb, at_second);
    } else {
        state.put_in(first, rb, at_second);
        state.put_in(second, ra, at_first);
    }
    true
}

/// Both visits of a pair to new places.
fn both(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let Some(p) = state.partner(v) else { return relocate(state, near, v, rng) };
    state.take_out(v);
    state.take_out(p);
    place_two(state, near, v, p, rng)
}

/// Two unplanned visits of a pair; `true` also when only a settling would show that it is not done: then one of them is missing
/// and the settling refuses.
fn place_two(state: &mut State<'_>, near: &Near, v: u32, p: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    for _ in 0..3 {
        if let Some((route, at)) = slot(state, near, v, rng) {
            for _ in 0..3 {
                let Some((other, at_p)) = slot(state, near, p, rng) else { continue };
                if state.may_together(v, route, other) {
                    state.put_in(v, route, at);
                    state.put_in(p, other, at_p);
                    return true;
                }
            }
        }
    }
    state.abandon();
    false
}

/// The two people of a pair change over.
fn change_over(state: &mut State<'_>, v: u32) -> bool {
    let Some(p) = state.partner(v) else { return false };
    let (a, b) = (state.route_of[v as usize], state.route_of[p as usize]);
    if !state.may(v, b) || !state.may(p, a) {
        return false;
    }
    let (at_v, at_p) = (state.at[v as usize] as usize, state.at[p as usize] as usize);
    state.take_out(v);
    state.take_out(p);
    state.put_in(v, b, at_p);
    state.put_in(p, a, at_v);
    true
}

fn tails(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let Some(u) = near.pick(v, rng) else { return false };
    if !state.is_planned(u) {
        return false;
    }
    let (a, b) = (state.route_of[v as usize], state.route_of[u as usize]);
    let (at_a, at_b) = (state.at[v as usize] as usize + 1, state.at[u as usize] as usize);
    if !state.swap_tails(a, at_a, b, at_b) {
        return false;
    }
    let moved = |state: &State<'_>, route: u32, from: usize| {
        state.routes[route as usize].iter().skip(from).all(|w| fits_partner(state, *w, route))
    };
    if moved(state, a, at_a) && moved(state, b, at_b) {
        return true;
    }
    state.abandon();
    false
}

/// Two or three that follow each other, beside a neighbour of the first.
fn segment(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    let (from, at) = (state.route_of[v as usize], state.at[v as usize] as usize);
    let long = if rng.random_bool(0.5) { 2 } else { 3 };
    let Some(u) = near.pick(v, rng) else { return false };
    if !state.is_planned(u) || at + long > state.routes[from as usize].len() {
        return false;
    }
    let (to, at_u) = (state.route_of[u as usize], state.at[u as usize] as usize);
    if to == from && (at..at + long).contains(&at_u) {
        return false;
    }
    let mut moving = [0; 3];
    for (slot, w) in moving.iter_mut().zip(&state.routes[from as usize][at..at + long]) {
        *slot = *w;
    }
    let moving = &moving[..long];
    if moving.iter().any(|w| !state.may(*w, to) || (to != from && !fits_partner(state, *w, to))) {
        return false;
    }
    for w in moving.iter().rev() {
        state.take_out(*w);
    }
    let target = state.at[u as usize] as usize + 1;
    let turned = rng.random_bool(0.25);
    for i in 0..long {
        state.put_in(moving[if turned { long - 1 - i } else { i }], to, target + i);
    }
    true
}

/// A visit that may stay out leaves the plan, its partner with it.
fn give_up(state: &mut State<'_>, v: u32) -> bool {
    if state.problem.visits[v as usize].without.is_none() {
        return false;
    }
    for one in [Some(v), state.partner(v)].into_iter().flatten() {
        state.take_out(one);
        state.forget(one);
    }
    true
}

fn bring_in(state: &mut State<'_>, near: &Near, v: u32, rng: &mut Xoshiro256PlusPlus) -> bool {
    if let Some(p) = state.partner(v) {
        return place_two(state, near, v, p, rng);
    }
    let Some((route, at)) = slot(state, near, v, rng) else { return false };
    state.put_in(v, route, at);
    true
}

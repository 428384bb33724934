//! Slack induction by string removals, for visits that stand alone and have hard windows.
//!
//! After J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation Science 54
//! (2020) 417–433: strings of neighbouring visits are taken out of several routes and put back one by one at their cheapest place, now and
//! then passing a place over (a "blink"); the result is taken by simulated annealing. Whether a visit fits is known at once from the
//! earliest start forwards and the latest start backwards (Savelsbergh 1992).
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes are made here (docs/decisions/0029)"
)]

use crate::Until;
use crate::anneal;
use crate::plan::Plan;
use crate::problem::{Late, Problem, TINY};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

/// Average number of visits taken out, longest string, chance of passing a place over, chance that a string keeps a middle piece
/// (section 4 of the paper).
const AVERAGE: f64 = 10.0;
const LONGEST: f64 = 10.0;
const BLINK: f64 = 0.01;
const SPLIT: f64 = 0.5;
const DEPTH: f64 = 0.01;

/// Pairs, lateness that costs, breaks, holes in windows, visits that may stay out, preferences and fair loads are for the annealing.
pub(crate) fn suits(problem: &Problem) -> bool {
    let plain = |v: &crate::Visit| {
        v.late == Late::Never
            && v.windows.len() == 1
            && v.without.is_none()
            && v.liking.is_empty()
            && v.demand.is_finite()
    };
    problem.pairs.is_empty()
        && problem.weights.fair == 0.0
        && problem.visitors.iter().all(|v| v.rest.is_none())
        && problem.visits.iter().all(plain)
}

#[derive(Debug, Clone, Default)]
struct Route {
    stops: Vec<u32>,
    load: f64,
    way: f64,
}

struct Search<'p> {
    problem: &'p Problem,
    table: &'p [f64],
    routes: Vec<Route>,
    route_of: Vec<u32>,
    /// Earliest start, and latest start that the rest of the route allows.
    earliest: Vec<f64>,
    latest: Vec<f64>,
    /// For each visit all others by distance.
    near: Vec<Vec<u32>>,
    /// All visitors are alike: an empty route is as good as any other.
    alike: bool,
}

const OUT: u32 = u32::MAX;

pub(crate) fn solve(problem: &Problem, seed: u64, mut until: Until<'_>) -> Plan {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut search = Search::new(problem);
    let all: Vec<u32> = (0..problem.visits.len() as u32).collect();
    let mut absent = search.recreate(all, &mut rng, 0.0);
    let mut here = search.routes.clone();
    let (mut cost, mut best, mut best_cost) = (search.way(), here.clone(), search.way());
    let mut best_absent = absent.len();
    let scale = search.scale();
    let (mut steps, mut temperature) = (0_u64, scale);
    loop {
        if steps % 64 == 0 {
            let share = until.share(steps, best_absent);
            if share >= 1.0 {
                break;
            }
            // 100 to 1 in the paper, for instances whose legs are about 20.
            temperature = 2.0 * scale * (0.005_f64).powf(share);
        }
        steps += 1;
        let mut out = absent.clone();
        search.ruin(&mut out, &mut rng);
        let missing = search.recreate(out, &mut rng, BLINK);
        let new = search.way();
        let threshold = cost - temperature * (1.0 - rng.random::<f64>()).ln();
        let better = missing.len() < absent.len() || (missing.len() == absent.len() && new < threshold);
        if better {
            (cost, absent) = (new, missing);
            search.save(&mut here);
            if absent.len() < best_absent || (absent.len() == best_absent && cost < best_cost - 1e-9) {
                (best_cost, best_absent) = (cost, absent.len());
                best.clone_from(&here);
            }
        } else {
            search.restore(&here);
        }
    }
    let routes: Vec<Vec<u32>> = best.into_iter().map(|r| r.stops).collect();
    anneal::from_routes(problem, &routes).plan(steps)
}

impl<'p> Search<'p> {
    fn new(problem: &'p Problem) -> Self {
        let n = problem.visits.len();
        let table: &[f64] = problem.distance.as_ref().unwrap_or(&problem.travel);
        let near = (0..n)
            .map(|v| {
                let from = problem.visits[v].place;
                let key = |u: u32| table[from * problem.places + problem.visits[u as usize].place];
                let mut all: Vec<u32> = (0..n as u32).collect();
                all.sort_by(|a, b| key(*a).total_cmp(&key(*b)).then(a.cmp(b)));
                all
            })
            .collect();
        let alike = problem.visitors.windows(2).all(|w| {
            matches!(w, [a, b]
            if (a.start, a.end, a.from.to_bits(), a.to.to_bits(), a.capacity.to_bits())
                == (b.start, b.end, b.from.to_bits(), b.to.to_bits(), b.capacity.to_bits()))
        }) && problem.visits.iter().all(|v| v.locked.is_none() && v.may.iter().all(|m| *m));
        Self {
            problem,
            table,
            routes: vec![Route::default(); problem.visitors.len()],
            route_of: vec![OUT; n],
            earliest: vec![0.0; n],
            latest: vec![0.0; n],
            near,
            alike,
        }
    }

    fn way(&self) -> f64 {
        self.routes.iter().map(|r| r.way).sum()
    }

    /// What a leg costs in the middle of the table.
    fn scale(&self) -> f64 {
        let mut legs: Vec<f64> = self.table.iter().copied().filter(|d| *d > 0.0).collect();
        legs.sort_by(f64::total_cmp);
        legs.get(legs.len() / 2).copied().unwrap_or(1.0)
    }

    fn place(&self, visit: u32) -> usize {
        self.problem.visits[visit as usize].place
    }

    fn cost(&self, from: usize, to: usize) -> f64 {
        self.table[from * self.problem.places + to]
    }

    fn time(&self, from: usize, to: usize) -> f64 {
        self.problem.travel[from * self.problem.places + to]
    }

    fn save(&self, into: &mut [Route]) {
        for (old, new) in into.iter_mut().zip(&self.routes) {
            if old.stops != new.stops {
                old.stops.clone_from(&new.stops);
                (old.load, old.way) = (new.load, new.way);
            }
        }
    }

    fn restore(&mut self, from: &[Route]) {
        self.route_of.fill(OUT);
        for (r, old) in from.iter().enumerate() {
            if self.routes[r].stops != old.stops {
                self.routes[r].stops.clone_from(&old.stops);
                self.update(r);
            }
            for v in &old.stops {
                self.route_of[*v as usize] = r as u32;
            }
        }
    }

    /// Times, load and way of a route, from its stops.
    fn update(&mut self, r: usize) {
        let visitor = &self.problem.visitors[r];
        let stops = std::mem::take(&mut self.routes[r].stops);
        let (mut free, mut place, mut way, mut load) = (visitor.from, visitor.start, 0.0, 0.0);
        for v in &stops {
            let visit = &self.problem.visits[*v as usize];
            let start = (free + self.time(place, visit.place)).max(visit.windows[0].0);
            self.earliest[*v as usize] = start;
            way += self.cost(place, visit.place);
            load += visit.demand;
            (free, place) = (start + visit.lasts, visit.place);
        }
        if !stops.is_empty() {
            way += self.cost(place, visitor.end);
        }
        let (mut must, mut next) = (visitor.to, visitor.end);
        for v in stops.iter().rev() {
            let visit = &self.problem.visits[*v as usize];
            let latest = (must - self.time(visit.place, next) - visit.lasts).min(visit.windows[0].1);
            self.latest[*v as usize] = latest;
            (must, next) = (latest, visit.place);
        }
        self.routes[r] = Route { stops, load, way };
    }

    /// Takes strings out of routes near a visit chosen at random.
    fn ruin(&mut self, out: &mut Vec<u32>, rng: &mut Xoshiro256PlusPlus) {
        let used: Vec<usize> = (0..self.routes.len()).filter(|r| !self.routes[*r].stops.is_empty()).collect();
        if used.is_empty() {
            return;
        }
        let n = self.problem.visits.len();
        let mean = used.iter().map(|r| self.routes[*r].stops.len()).sum::<usize>() as f64 / used.len() as f64;
        let longest = LONGEST.min(mean);
        let most = 4.0 * AVERAGE / (1.0 + longest) - 1.0;
        let strings = (rng.random::<f64>() * most + 1.0).floor() as usize;
        let seed = rng.random_range(0..n);
        let mut ruined: Vec<u32> = Vec::with_capacity(strings);
        for i in 0..n {
            if ruined.len() >= strings {
                break;
            }
            let v = self.near[seed][i];
            let r = self.route_of[v as usize];
            if r == OUT || ruined.contains(&r) {
                continue;
            }
            let len = self.routes[r as usize].stops.len();
            let most = longest.min(len as f64);
            let string = (rng.random::<f64>() * most + 1.0).floor() as usize;
            self.take_string(r as usize, v, string.min(len), out, rng);
            ruined.push(r);
        }
        ruined.iter().for_each(|r| self.update(*r as usize));
    }

    /// `long` visits in a row, `v` among them; half of the time a piece in the middle stays.
    fn take_string(&mut self, r: usize, v: u32, long: usize, out: &mut Vec<u32>, rng: &mut Xoshiro256PlusPlus) {
        let len = self.routes[r].stops.len();
        let at = self.routes[r].stops.iter().position(|s| *s == v).unwrap_or(0);
        let mut stays = 0;
        if long > 1 && long < len && rng.random_bool(SPLIT) {
            stays = 1;
            while long + stays < len && rng.random::<f64>() < DEPTH {
                stays += 1;
            }
        }
        let span = long + stays;
        let first = rng.random_range((at + 1).saturating_sub(span)..=at.min(len - span));
        let keep_from = first + if stays > 0 { rng.random_range(1..long) } else { 0 };
        let keep = keep_from..keep_from + stays;
        let mut i = 0;
        let (route_of, stops) = (&mut self.route_of, &mut self.routes[r].stops);
        stops.retain(|s| {
            let goes = (first..first + span).contains(&i) && !keep.contains(&i);
            i += 1;
            if goes {
                route_of[*s as usize] = OUT;
                out.push(*s);
            }
            !goes
        });
    }

    /// Puts visits back, each where it costs least; returns those that fit nowhere.
    fn recreate(&mut self, mut out: Vec<u32>, rng: &mut Xoshiro256PlusPlus, blink: f64) -> Vec<u32> {
        self.order(&mut out, rng);
        let mut missing = Vec::new();
        for v in out {
            match self.cheapest(v, rng, blink) {
                Some((r, at)) => {
                    self.routes[r].stops.insert(at, v);
                    self.route_of[v as usize] = r as u32;
                    self.update(r);
                }
                None => missing.push(v),
            }
        }
        missing
    }

    fn order(&self, out: &mut [u32], rng: &mut Xoshiro256PlusPlus) {
        let visit = |v: u32| &self.problem.visits[v as usize];
        let home = self.problem.visitors.first().map_or(0, |v| v.start);
        let by = |out: &mut [u32], key: &dyn Fn(u32) -> f64| {
            out.sort_by(|a, b| key(*a).total_cmp(&key(*b)).then(a.cmp(b)));
        };
        match rng.random_range(0..17) {
            0..4 => {
                for i in (1..out.len()).rev() {
                    out.swap(i, rng.random_range(0..=i));
                }
            }
            4..8 => by(out, &|v| -visit(v).demand),
            8..10 => by(out, &|v| -self.cost(home, visit(v).place)),
            10 => by(out, &|v| self.cost(home, visit(v).place)),
            11..13 => by(out, &|v| visit(v).windows[0].1 - visit(v).windows[0].0),
            13..15 => by(out, &|v| visit(v).windows[0].0),
            _ => by(out, &|v| -visit(v).windows[0].1),
        }
    }

    fn cheapest(&self, v: u32, rng: &mut Xoshiro256PlusPlus, blink: f64) -> Option<(usize, usize)> {
        let visit = &self.problem.visits[v as usize];
        let (mut best, mut least, mut empty_seen) = (None, f64::INFINITY, false);
        for r in 0..self.routes.len() {
            let route = &self.routes[r];
            let visitor = &self.problem.visitors[r];
            if route.stops.is_empty() && self.alike && std::mem::replace(&mut empty_seen, true) {
                continue;
            }
            if route.load + visit.demand > visitor.capacity + TINY || !self.problem.may(v as usize, r) {
                continue;
            }
            let (mut free, mut place) = (visitor.from, visitor.start);
            for at in 0..=route.stops.len() {
                let next = route.stops.get(at).copied();
                let to = next.map_or(visitor.end, |s| self.place(s));
                let must = next.map_or(visitor.to, |s| self.latest[s as usize]);
                let start = (free + self.time(place, visit.place)).max(visit.windows[0].0);
                if start > visit.windows[0].1 + TINY {
                    break;
                }
                if start + visit.lasts + self.time(visit.place, to) <= must + TINY {
                    let direct = if route.stops.is_empty() { 0.0 } else { self.cost(place, to) };
                    let more = self.cost(place, visit.place) + self.cost(visit.place, to) - direct;
                    if more < least && (blink == 0.0 || rng.random::<f64>() >= blink) {
                        (best, least) = (Some((r, at)), more);
                    }
                }
                if let Some(s) = next {
                    free = self.earliest[s as usize] + self.problem.visits[s as usize].lasts;
                    place = to;
                }
            }
        }
        best
    }
}

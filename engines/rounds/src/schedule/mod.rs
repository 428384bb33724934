//! A plan under change: routes, and the earliest instant at which every visit can begin.
//!
//! A visit begins when its visitor is there, its window is open and, in a pair, its partner lets it. Every start is recomputed from what
//! stands before it until nothing changes any more. In an acyclic plan that ends at the one solution, in whatever order it is done; in a plan in which
//! two pairs wait for each other it never ends, and is given up after a bounded number of steps.
#![expect(
    clippy::indexing_slicing,
    reason = "the hot path; numbers of visits and routes are made here (docs/decisions/0029)"
)]

mod edit;
mod timing;

use crate::plan::{Cost, Plan, Route, Stop};
use crate::problem::{Late, Problem};

pub(crate) const NOBODY: u32 = u32::MAX;

/// A change that can be taken back.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Out { visit: u32, route: u32, at: u32 },
    In { visit: u32 },
    Tails { a: u32, at_a: u32, b: u32, at_b: u32 },
}

/// A plan to come back to.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub routes: Vec<Vec<u32>>,
    start: Vec<f64>,
    lateness: Vec<f64>,
    rested: Vec<bool>,
}

/// See [`State::mark`].
pub(crate) struct Mark {
    edits: usize,
    old: usize,
    sums: (f64, f64, f64, f64),
}

/// A visit, as the search needs it.
#[derive(Debug, Clone, Copy)]
struct Node {
    place: u32,
    partner: u32,
    /// This is the second of its pair.
    second: bool,
    single_window: bool,
    hard: bool,
    mixed: bool,
    lasts: f64,
    open: f64,
    close: f64,
    least: f64,
    most: f64,
}

pub(crate) struct State<'p> {
    pub problem: &'p Problem,
    nodes: Vec<Node>,
    /// `may[visit * visitors + visitor]`.
    may: Vec<bool>,
    liking: Vec<f64>,
    way: &'p [f64],
    cost_way: &'p [f64],
    pub routes: Vec<Vec<u32>>,
    pub route_of: Vec<u32>,
    pub at: Vec<u32>,
    pub start: Vec<f64>,
    lateness: Vec<f64>,
    /// The break is behind the visitor when this visit begins.
    rested: Vec<bool>,
    loads: Vec<f64>,
    carried: Vec<f64>,
    distance: f64,
    late: f64,
    without: f64,
    liked: f64,
    // of the change under way
    edits: Vec<Edit>,
    old: Vec<(u32, f64, bool)>,
    queue: Vec<u32>,
    queued: Vec<bool>,
    touched: Vec<u32>,
    touched_mark: Vec<bool>,
    before: (f64, f64, f64, f64),
    any_rest: bool,
    /// So many recomputations are a plan in which pairs wait for each other.
    patience: usize,
    /// Starts recomputed so far: the measure of work.
    pub work: u64,
}

impl<'p> State<'p> {
    /// Nobody visits anybody.
    pub fn empty(problem: &'p Problem) -> Self {
        let (n, k) = (problem.visits.len(), problem.visitors.len());
        let mut nodes: Vec<Node> = problem
            .visits
            .iter()
            .map(|v| Node {
                place: v.place as u32,
                partner: NOBODY,
                second: false,
                single_window: v.windows.len() == 1,
                hard: v.late == Late::Never,
                mixed: false,
                lasts: v.lasts,
                open: v.windows[0].0,
                close: v.windows.last().map_or(f64::INFINITY, |w| w.1),
                least: 0.0,
                most: 0.0,
            })
            .collect();
        for pair in &problem.pairs {
            for (one, other, second) in [(pair.first, pair.second, false), (pair.second, pair.first, true)] {
                let node = &mut nodes[one];
                (node.partner, node.second) = (other as u32, second);
                (node.least, node.most, node.mixed) = (pair.least, pair.most, pair.mixed);
            }
        }
        let may = (0..n).flat_map(|i| (0..k).map(move |v| (i, v))).map(|(i, v)| problem.may(i, v)).collect();
        let mut liking = vec![0.0; n * k];
        for (i, visit) in problem.visits.iter().enumerate() {
            for (who, cost) in visit.liking.iter().filter(|l| l.0 < k) {
                liking[i * k + who] += cost;
            }
        }
        let without = problem.visits.iter().map(out_cost).sum();
        Self {
            problem,
            nodes,
            may,
            liking,
            way: &problem.travel,
            cost_way: problem.distance.as_ref().unwrap_or(&problem.travel),
            routes: vec![Vec::new(); k],
            route_of: vec![NOBODY; n],
            at: vec![0; n],
            start: vec![0.0; n],
            lateness: vec![0.0; n],
            rested: vec![false; n],
            loads: vec![0.0; k],
            carried: vec![0.0; k],
            distance: 0.0,
            late: 0.0,
            without,
            liked: 0.0,
            edits: Vec::new(),
            old: Vec::new(),
            queue: Vec::new(),
            queued: vec![false; n],
            touched: Vec::new(),
            touched_mark: vec![false; k],
            before: (0.0, 0.0, without, 0.0),
            any_rest: problem.visitors.iter().any(|v| v.rest.is_some()),
            patience: 6 * n + 64,
            work: 0,
        }
    }

    pub fn may(&self, visit: u32, route: u32) -> bool {
        self.may[visit as usize * self.routes.len() + route as usize]
    }

    pub fn partner(&self, visit: u32) -> Option<u32> {
        let partner = self.nodes[visit as usize].partner;
        (partner != NOBODY).then_some(partner)
    }

    pub fn is_planned(&self, visit: u32) -> bool {
        self.route_of[visit as usize] != NOBODY
    }

    fn place_before(&self, route: usize, at: usize) -> u32 {
        match at.checked_sub(1) {
            Some(i) => self.nodes[self.routes[route][i] as usize].place,
            None => self.problem.visitors[route].start as u32,
        }
    }

    fn place_at(&self, route: usize, at: usize) -> u32 {
        match self.routes[route].get(at) {
            Some(v) => self.nodes[*v as usize].place,
            None => self.problem.visitors[route].end as u32,
        }
    }

    fn way(&self, from: u32, to: u32) -> f64 {
        self.way[from as usize * self.problem.places + to as usize]
    }

    fn cost_way(&self, from: u32, to: u32) -> f64 {
        self.cost_way[from as usize * self.problem.places + to as usize]
    }

    /// What one more visit between `at - 1` and `at` adds to the way.
    pub fn detour(&self, visit: u32, route: u32, at: usize) -> f64 {
        let (r, here) = (route as usize, self.nodes[visit as usize].place);
        let (prev, next) = (self.place_before(r, at), self.place_at(r, at));
        let direct = if self.routes[r].is_empty() { 0.0 } else { self.cost_way(prev, next) };
        self.cost_way(prev, here) + self.cost_way(here, next) - direct
    }

    fn route_way(&self, route: usize) -> f64 {
        let stops = &self.routes[route];
        if stops.is_empty() {
            return 0.0;
        }
        (0..=stops.len()).map(|at| self.cost_way(self.place_before(route, at), self.place_at(route, at))).sum()
    }

    /// Way and liking as they stand now, before any timing: a quick look at what a change can be worth.
    pub fn rough(&self) -> f64 {
        self.problem.weights.distance * self.distance + self.liked + self.without
    }

    /// [`Self::rough`] with one more visit in the plan.
    pub fn rough_with(&self, visit: u32, route: u32, at: usize) -> f64 {
        let v = visit as usize;
        let liking = self.liking[v * self.routes.len() + route as usize];
        self.rough() + self.problem.weights.distance * self.detour(visit, route, at) + liking
            - out_cost(&self.problem.visits[v])
    }

    pub fn may_stay_out(&self, visit: u32) -> bool {
        self.problem.visits[visit as usize].without.is_some()
    }

    /// What lateness costs at present: no change can save more than that.
    pub fn late_cost(&self) -> f64 {
        let w = self.problem.weights;
        w.late * self.late + if w.latest == 0.0 { 0.0 } else { w.latest * self.latest() }
    }

    fn latest(&self) -> f64 {
        self.lateness.iter().fold(0.0, |a: f64, b| a.max(*b))
    }

    pub fn cost(&self) -> f64 {
        let w = self.problem.weights;
        let fair = if w.fair == 0.0 { 0.0 } else { w.fair * crate::check::fairness(&self.loads) };
        self.rough() + self.late_cost() + fair
    }

    /// Sums that were kept by differences, added up anew.
    pub fn refresh(&mut self) {
        self.distance = (0..self.routes.len()).map(|r| self.route_way(r)).sum();
        self.late = self.lateness.iter().sum();
        let (k, visits) = (self.routes.len(), &self.problem.visits);
        let planned = |v: &usize| self.route_of[*v] != NOBODY;
        self.liked = (0..visits.len()).filter(planned).map(|v| self.liking[v * k + self.route_of[v] as usize]).sum();
        self.without = (0..visits.len()).filter(|v| !planned(v)).map(|v| out_cost(&visits[v])).sum();
    }

    /// May these two visits of a pair stand in these routes?
    pub fn may_together(&self, visit: u32, route: u32, other_route: u32) -> bool {
        let node = &self.nodes[visit as usize];
        if node.partner == NOBODY {
            return true;
        }
        let (a, b) = (&self.problem.visitors[route as usize], &self.problem.visitors[other_route as usize]);
        route != other_route && a.person != b.person && (a.force != b.force || !node.mixed)
    }

    pub fn plan(&self, steps: u64) -> Plan {
        let w = self.problem.weights;
        let routes = self.routes.iter().enumerate().map(|(visitor, stops)| Route {
            visitor,
            stops: stops
                .iter()
                .map(|v| {
                    let start = self.start[*v as usize];
                    Stop { visit: *v as usize, start, end: start + self.nodes[*v as usize].lasts }
                })
                .collect(),
        });
        let left = (0..self.nodes.len()).filter(|v| self.route_of[*v] == NOBODY);
        let out: f64 = left.clone().filter_map(|v| self.problem.visits[v].without).sum();
        let cost = Cost {
            distance: self.distance,
            late: self.late,
            latest: self.latest(),
            without: out,
            liking: self.liked,
            fair: if w.fair == 0.0 { 0.0 } else { crate::check::fairness(&self.loads) },
            total: self.cost(),
        };
        Plan { routes: routes.collect(), unplanned: left.collect(), cost, steps }
    }
}

/// What leaving a visit out costs the search: more than any way of making it, where it must be made.
fn out_cost(visit: &crate::problem::Visit) -> f64 {
    visit.without.unwrap_or(1e7)
}

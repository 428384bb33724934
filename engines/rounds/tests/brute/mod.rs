//! The least cost by trying everything: who does what, in which order. Starts are found by going round until nothing moves.

use rounds::{Late, Plan, Problem, Route, Stop, check};

pub fn least(problem: &Problem) -> f64 {
    let n = problem.visits.len();
    let mut best = f64::INFINITY;
    let mut routes = vec![Vec::new(); problem.visitors.len()];
    place(problem, 0, n, &mut routes, &mut best);
    best
}

/// Puts visit `i` everywhere, or leaves it out.
fn place(problem: &Problem, i: usize, n: usize, routes: &mut Vec<Vec<usize>>, best: &mut f64) {
    if i == n {
        if let Some(plan) = timed(problem, routes) {
            let (wrong, cost) = check(problem, &plan);
            if wrong.is_empty() {
                *best = best.min(cost.total);
            }
        }
        return;
    }
    place(problem, i + 1, n, routes, best);
    for r in 0..routes.len() {
        for at in 0..=routes[r].len() {
            routes[r].insert(at, i);
            place(problem, i + 1, n, routes, best);
            routes[r].remove(at);
        }
    }
}

fn timed(problem: &Problem, routes: &[Vec<usize>]) -> Option<Plan> {
    let n = problem.visits.len();
    let mut start = vec![0.0_f64; n];
    for round in 0..=4 * n {
        let before = start.clone();
        for (r, stops) in routes.iter().enumerate() {
            let visitor = &problem.visitors[r];
            let (mut free, mut place) = (visitor.from, visitor.start);
            for v in stops {
                let visit = &problem.visits[*v];
                let ready = free + problem.travel[place * problem.places + visit.place];
                start[*v] = start[*v].max(ready).max(visit.windows[0].0);
                (free, place) = (start[*v] + visit.lasts, visit.place);
            }
        }
        for pair in &problem.pairs {
            start[pair.second] = start[pair.second].max(start[pair.first] + pair.least);
            start[pair.first] = start[pair.first].max(start[pair.second] - pair.most);
        }
        if start == before {
            break;
        }
        if round == 4 * n {
            return None;
        }
    }
    let late = |v: usize| problem.visits[v].late == Late::Never && start[v] > problem.visits[v].windows[0].1;
    if routes.iter().flatten().any(|v| late(*v)) {
        return None;
    }
    let planned: Vec<usize> = routes.iter().flatten().copied().collect();
    let stop = |v: usize| Stop { visit: v, start: start[v], end: start[v] + problem.visits[v].lasts };
    Some(Plan {
        routes: routes
            .iter()
            .enumerate()
            .map(|(visitor, stops)| Route { visitor, stops: stops.iter().map(|v| stop(*v)).collect() })
            .collect(),
        unplanned: (0..n).filter(|v| !planned.contains(v)).collect(),
        cost: rounds::Cost::default(),
        steps: 0,
    })
}

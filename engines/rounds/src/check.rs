//! Is a plan allowed, and what does it cost: by the words of the problem, one stop after the other, with none of the search's code.

use crate::plan::{Cost, Plan};
use crate::problem::{Late, Problem};

/// Something that a plan must not do. Visits and visitors by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// Neither planned nor said to be left out.
    Forgotten {
        visit: usize,
    },
    /// Planned more than once, or planned and left out.
    Twice {
        visit: usize,
    },
    /// Left out although it must be planned.
    LeftOut {
        visit: usize,
    },
    /// By somebody who may not do it.
    NotAllowed {
        visit: usize,
        visitor: usize,
    },
    /// Begins before its window, between two windows, or before the visitor can be there.
    TooEarly {
        visit: usize,
    },
    /// Begins after its window, which is hard.
    TooLate {
        visit: usize,
    },
    /// Does not end when it lasts to.
    WrongLength {
        visit: usize,
    },
    /// Back after the end of the shift.
    LateHome {
        visitor: usize,
    },
    TooMuch {
        visitor: usize,
    },
    /// No room for the break where it belongs.
    NoBreak {
        visitor: usize,
    },
    /// The two visits of a pair by people who may not be one.
    NotTwo {
        first: usize,
        second: usize,
    },
    /// The second visit of a pair begins too early or too late after the first.
    OutOfStep {
        first: usize,
        second: usize,
    },
}

/// What rounding may add up to over a day.
const TINY: f64 = 1e-6;

/// Every rule that this plan breaks, and its cost.
pub fn check(problem: &Problem, plan: &Plan) -> (Vec<Violation>, Cost) {
    let mut wrong = Vec::new();
    let mut cost = Cost::default();
    let mut made: Vec<Option<(usize, f64)>> = vec![None; problem.visits.len()];
    let mut loads = vec![0.0; problem.visitors.len()];
    for route in &plan.routes {
        walk(problem, route.visitor, route, &mut made, &mut wrong, &mut cost, &mut loads);
    }
    for (i, visit) in problem.visits.iter().enumerate() {
        let out = plan.unplanned.contains(&i);
        match (made.get(i).copied().flatten(), out) {
            (None, false) => wrong.push(Violation::Forgotten { visit: i }),
            (Some(_), true) => wrong.push(Violation::Twice { visit: i }),
            (None, true) => match visit.without {
                Some(without) => cost.without += without,
                None => wrong.push(Violation::LeftOut { visit: i }),
            },
            (Some(_), false) => {}
        }
    }
    for pair in &problem.pairs {
        let (first, second) = (pair.first, pair.second);
        let of = |v: usize| made.get(v).copied().flatten();
        match (of(first), of(second)) {
            (Some((a, at)), Some((b, then))) => {
                if !problem.may_together(pair, a, b) {
                    wrong.push(Violation::NotTwo { first, second });
                }
                if then - at < pair.least - TINY || then - at > pair.most + TINY {
                    wrong.push(Violation::OutOfStep { first, second });
                }
            }
            (None, None) => {}
            _ => wrong.push(Violation::NotTwo { first, second }),
        }
    }
    cost.fair = fairness(&loads);
    let w = problem.weights;
    cost.total = w.distance * cost.distance
        + w.late * cost.late
        + w.latest * cost.latest
        + w.fair * cost.fair
        + cost.without
        + cost.liking;
    (wrong, cost)
}

/// Σ (load − mean)² / mean; 0 when nobody does anything.
pub(crate) fn fairness(loads: &[f64]) -> f64 {
    let mean = loads.iter().sum::<f64>() / loads.len().max(1) as f64;
    if mean <= 0.0 { 0.0 } else { loads.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / mean }
}

fn walk(
    problem: &Problem,
    number: usize,
    route: &crate::plan::Route,
    made: &mut [Option<(usize, f64)>],
    wrong: &mut Vec<Violation>,
    cost: &mut Cost,
    loads: &mut [f64],
) {
    let Some(visitor) = problem.visitors.get(number) else { return };
    let way = |from: usize, to: usize| {
        let table = problem.distance.as_ref().unwrap_or(&problem.travel);
        table.get(from * problem.places + to).copied().unwrap_or(f64::INFINITY)
    };
    // The latest instant at which the visitor can still be said to be free: a break is one gap that is long enough.
    let (mut free, mut place, mut carried) = (visitor.from, visitor.start, 0.0);
    let mut rested = visitor.rest.is_none() || route.stops.is_empty();
    let mut gap = |free: f64, on: f64, next: f64| {
        if let Some(b) = visitor.rest.filter(|_| !rested) {
            let begin = free.max(b.from);
            if begin <= b.latest + TINY && begin + b.lasts + on <= next + TINY {
                rested = true;
            }
        }
    };
    for stop in &route.stops {
        let Some(visit) = problem.visits.get(stop.visit) else { continue };
        let before = made.get_mut(stop.visit).and_then(|slot| slot.replace((number, stop.start)));
        if before.is_some() {
            wrong.push(Violation::Twice { visit: stop.visit });
        }
        if !problem.may(stop.visit, number) {
            wrong.push(Violation::NotAllowed { visit: stop.visit, visitor: number });
        }
        let on = problem.travel(place, visit.place);
        gap(free, on, stop.start);
        if stop.start < free + on - TINY {
            wrong.push(Violation::TooEarly { visit: stop.visit });
        }
        let last = visit.windows.last().map_or(0.0, |w| w.1);
        let inside = visit.windows.iter().any(|w| stop.start >= w.0 - TINY && stop.start <= w.1 + TINY);
        if stop.start > last + TINY {
            match visit.late {
                Late::Never => wrong.push(Violation::TooLate { visit: stop.visit }),
                Late::Costs => {
                    cost.late += stop.start - last;
                    cost.latest = cost.latest.max(stop.start - last);
                }
            }
        } else if !inside {
            wrong.push(Violation::TooEarly { visit: stop.visit });
        }
        if (stop.end - stop.start - visit.lasts).abs() > TINY {
            wrong.push(Violation::WrongLength { visit: stop.visit });
        }
        cost.distance += way(place, visit.place);
        cost.liking += visit.liking.iter().filter(|l| l.0 == number).map(|l| l.1).sum::<f64>();
        if let Some(load) = loads.get_mut(number) {
            *load += visit.lasts;
        }
        carried += visit.demand;
        (free, place) = (stop.end, visit.place);
    }
    if route.stops.is_empty() {
        return;
    }
    let home = problem.travel(place, visitor.end);
    cost.distance += way(place, visitor.end);
    gap(free, home, visitor.to);
    if free + home > visitor.to + TINY {
        wrong.push(Violation::LateHome { visitor: number });
    }
    if carried > visitor.capacity + TINY {
        wrong.push(Violation::TooMuch { visitor: number });
    }
    if !rested {
        wrong.push(Violation::NoBreak { visitor: number });
    }
}

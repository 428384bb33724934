//! Customers around a depot with a capacity and time windows: VRPLIB (`.vrp`) and Solomon (`.txt`).

use super::{Unreadable, few_enough, vrplib};
use crate::problem::{Late, Problem, Visit, Visitor, Weights};
use std::collections::HashSet;

/// How a straight line becomes a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    Exact,
    /// To the nearest whole number (VRPLIB without time windows).
    Round,
    /// Cut to one decimal (the convention for Solomon's instances with time windows, DIMACS 2021).
    Trunc1,
}

impl Rounding {
    fn of(self, distance: f64) -> f64 {
        match self {
            Self::Exact => distance,
            Self::Round => (distance + 0.5).floor(),
            // 0.3 × 10 is 2.9999…: what is a decimal already stays it.
            Self::Trunc1 => (distance * 10.0 + 1e-9).floor() / 10.0,
        }
    }

    /// A cost as the benchmark writes it.
    pub fn shown(self, cost: f64) -> f64 {
        match self {
            Self::Exact => cost,
            Self::Round => cost.round(),
            Self::Trunc1 => (cost * 10.0).round() / 10.0,
        }
    }
}

/// A node of such a file; the first one is the depot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub number: i64,
    pub at: Option<(f64, f64)>,
    pub demand: f64,
    pub window: (f64, f64),
    pub lasts: f64,
}

impl Node {
    /// What is wrong with it.
    pub(super) fn fits(&self) -> Result<(), String> {
        let number = self.number;
        if self.demand < 0.0 || self.lasts < 0.0 {
            return Err(format!("node {number} asks for less than nothing, or lasts less"));
        }
        let (open, close) = self.window;
        if open > close {
            return Err(format!("the window of node {number} ends ({close}) before it begins ({open})"));
        }
        Ok(())
    }
}

/// A file of this kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Flat {
    pub(crate) nodes: Vec<Node>,
    pub(crate) vehicles: usize,
    pub(crate) capacity: f64,
    pub(crate) table: Option<Vec<f64>>,
    pub windows: bool,
}

impl Flat {
    /// Reads either form; which one shows in its first words.
    ///
    /// # Errors
    /// [`Unreadable`] with the line.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.contains("_SECTION") { vrplib::read(text) } else { solomon(text) }
    }

    /// The rounding that the benchmark uses where nobody says.
    pub fn usual(&self) -> Rounding {
        if self.windows { Rounding::Trunc1 } else { Rounding::Round }
    }

    /// The number in the file of visit `i` of the problem.
    pub fn number(&self, visit: usize) -> i64 {
        self.nodes.get(visit + 1).map_or(0, |n| n.number)
    }

    pub fn problem(&self, rounding: Rounding) -> Problem {
        let n = self.nodes.len();
        let straight = |a: &Node, b: &Node| match (a.at, b.at) {
            (Some(a), Some(b)) => rounding.of((a.0 - b.0).hypot(a.1 - b.1)),
            _ => f64::NAN,
        };
        let travel = self.table.clone().unwrap_or_else(|| {
            self.nodes.iter().flat_map(|a| self.nodes.iter().map(move |b| straight(a, b))).collect()
        });
        let depot = self.nodes.first();
        let (from, to) = depot.map_or((0.0, f64::INFINITY), |d| d.window);
        let visitors = (0..self.vehicles)
            .map(|v| Visitor { start: 0, end: 0, from, to, capacity: self.capacity, rest: None, force: 0, person: v })
            .collect();
        let visits = self.nodes.iter().enumerate().skip(1).map(|(place, node)| Visit {
            place,
            lasts: node.lasts,
            windows: vec![node.window],
            late: Late::Never,
            demand: node.demand,
            may: vec![true; self.vehicles],
            liking: Vec::new(),
            without: None,
            locked: None,
        });
        Problem {
            places: n,
            travel,
            distance: None,
            visitors,
            visits: visits.collect(),
            pairs: Vec::new(),
            weights: Weights { distance: 1.0, late: 0.0, latest: 0.0, fair: 0.0 },
        }
    }
}

/// `VEHICLE`, a line with number and capacity, `CUSTOMER`, then one line of seven numbers for each node.
fn solomon(text: &str) -> Result<Flat, Unreadable> {
    let mut fleet = None;
    let mut nodes = Vec::new();
    let mut numbers_seen = HashSet::new();
    for (i, line) in text.lines().enumerate() {
        let wrong = |what: String| Unreadable::Line { line: i + 1, what };
        let words: Vec<Option<f64>> = line.split_whitespace().map(|w| w.parse().ok()).collect();
        if fleet.is_some() && words.iter().any(Option::is_some) && words.iter().any(Option::is_none) {
            return Err(wrong("a word among the numbers".into()));
        }
        let numbers: Option<Vec<f64>> = words.into_iter().collect();
        if numbers.iter().flatten().any(|n| !n.is_finite()) {
            return Err(wrong("not a number".into()));
        }
        match numbers.as_deref() {
            Some([number, capacity]) if fleet.is_none() => {
                if *number < 1.0 || *capacity < 0.0 {
                    return Err(wrong("at least one vehicle, and a capacity that is not less than nothing".into()));
                }
                fleet = Some((*number as usize, *capacity));
            }
            Some([number, x, y, demand, open, close, lasts]) => {
                let node = Node {
                    number: *number as i64,
                    at: Some((*x, *y)),
                    demand: *demand,
                    window: (*open, *close),
                    lasts: *lasts,
                };
                node.fits().map_err(wrong)?;
                if !numbers_seen.insert(node.number) {
                    return Err(wrong(format!("node {} stands there twice", node.number)));
                }
                nodes.push(node);
            }
            Some([]) | None => {}
            Some(_) => {
                let what =
                    "expected 2 numbers (vehicles, capacity) or 7 (node, x, y, demand, ready, due, service)".into();
                return Err(Unreadable::Line { line: i + 1, what });
            }
        }
    }
    let (vehicles, capacity) =
        fleet.ok_or_else(|| Unreadable::file("the line with number of vehicles and capacity is missing"))?;
    if nodes.len() < 2 {
        return Err(Unreadable::file("no customers: expected lines of 7 numbers after CUSTOMER"));
    }
    few_enough(nodes.len(), "nodes")?;
    // More than one for each customer would stand idle.
    let vehicles = vehicles.min(nodes.len() - 1);
    Ok(Flat { nodes, vehicles, capacity, table: None, windows: true })
}

//! Questions about distances and ways: one to many, many to many, the nearest of some, a route.
#![expect(clippy::indexing_slicing, reason = "numbers of targets and rows are made here, for the vectors made here")]

use crate::LonLat;
use crate::metric::metres;
use crate::network::{Network, Snap};
use crate::osm::degrees;
use crate::search::{FAR, Search, bounded};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

/// A way from one place to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub length_m: f64,
    /// From the one place to the other.
    pub line: Vec<LonLat>,
    /// Every node of OSM between the two, in order; neighbours in this list are neighbours on a way of the file.
    pub osm_nodes: Vec<i64>,
}

/// From so many places on the hierarchy is asked where there is one.
const MANY: usize = 4;
/// From and to so many places, and looking so far, it is worth being built where there is none.
const VERY_MANY: usize = 100;
const FAR_ENOUGH_M: f64 = 3_000.0;

impl Network {
    /// Metres from one place to each of these, where it is not more than the limit (and never more than 200 km).
    pub fn one_to_many(&self, from: &Snap, to: &[Snap], limit_m: f64) -> Vec<Option<f64>> {
        self.any_to_many(&[*from], to, limit_m)
    }

    /// From the nearest of some places, each with what it costs to begin there.
    pub(crate) fn row_from(&self, from: &[(Snap, u32)], to: &[Snap], limit: u32) -> Vec<Option<u32>> {
        let ends = Ends::new(self, to);
        let mut row = vec![FAR; to.len()];
        self.searches.with(self.junctions(), |search| self.row(search, from, to, &ends, limit, &mut row));
        row.into_iter().map(|d| (d != FAR).then_some(d)).collect()
    }

    /// Metres from each of the places to each of the others: all of the first one's, then all of the second one's.
    pub fn matrix(&self, from: &[Snap], to: &[Snap], limit_m: f64) -> Vec<Option<f64>> {
        if from.len().min(to.len()) >= MANY {
            if limit_m >= FAR_ENOUGH_M && from.len().min(to.len()) >= VERY_MANY {
                self.prepare();
            }
            if let Some(hierarchy) = self.hierarchy.get().and_then(Option::as_ref) {
                return hierarchy.matrix(self, from, to, bounded(limit_m)).into_iter().map(found).collect();
            }
        }
        self.plain_matrix(from, to, limit_m)
    }

    /// The same, searched from each place by itself: for tests and measurements.
    #[doc(hidden)]
    pub fn plain_matrix(&self, from: &[Snap], to: &[Snap], limit_m: f64) -> Vec<Option<f64>> {
        let ends = Ends::new(self, to);
        let mut all = Vec::with_capacity(from.len() * to.len());
        self.searches.with(self.junctions(), |search| {
            let mut row = vec![FAR; to.len()];
            for from in from {
                search.begin(self.junctions());
                row.fill(FAR);
                self.row(search, &[(*from, 0)], to, &ends, bounded(limit_m), &mut row);
                all.extend(row.iter().map(|d| found(*d)));
            }
        });
        all
    }

    fn row(&self, search: &mut Search, from: &[(Snap, u32)], to: &[Snap], ends: &Ends, limit: u32, row: &mut [u32]) {
        for (from, begun) in from.iter().filter(|f| f.1 <= limit) {
            for (n, to) in to.iter().enumerate().filter(|(_, to)| to.edge == from.edge) {
                row[n] = row[n].min(self.direct(from, to).saturating_add(*begun));
            }
            for (junction, cost) in self.leave(from) {
                search.reach(junction, cost + begun);
            }
        }
        let mut open = ends.distinct;
        if open > 0 {
            search.run(self.rows(), limit, |_, junction, dist| {
                let here = ends.at(junction);
                for (_, target, cost) in here {
                    let known = &mut row[*target as usize];
                    *known = (*known).min(dist + cost);
                }
                open -= usize::from(!here.is_empty());
                if open == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        row.iter_mut().filter(|d| **d > limit).for_each(|d| *d = FAR);
    }

    /// The nearest of some places, nearest first: which of them, and how many metres.
    pub fn nearest_k(&self, from: &Snap, of: &[Snap], k: usize, limit_m: f64) -> Vec<(usize, f64)> {
        let (limit, ends) = (bounded(limit_m), Ends::new(self, of));
        // Those that may still turn out to be nearer by another way.
        let mut maybe: BinaryHeap<Reverse<(u32, u32)>> = of
            .iter()
            .enumerate()
            .map(|(n, to)| Reverse((self.direct(from, to), n as u32)))
            .filter(|m| m.0.0 <= limit)
            .collect();
        let mut taken = vec![false; of.len()];
        let mut nearest = Vec::new();
        let mut take = |maybe: &mut BinaryHeap<Reverse<(u32, u32)>>, up_to: u32| {
            while let Some(Reverse((dist, n))) = maybe.peek().copied().filter(|m| m.0.0 <= up_to) {
                maybe.pop();
                if nearest.len() < k && !std::mem::replace(&mut taken[n as usize], true) {
                    nearest.push((n as usize, metres(dist)));
                }
            }
            nearest.len() >= k
        };
        self.searches.with(self.junctions(), |search| {
            for (junction, cost) in self.leave(from) {
                search.reach(junction, cost);
            }
            search.run(self.rows(), limit, |_, junction, dist| {
                // Nothing that comes from here on is nearer than this junction.
                if dist > 0 && take(&mut maybe, dist - 1) {
                    return ControlFlow::Break(());
                }
                let found = ends.at(junction).iter().map(|(_, n, cost)| Reverse((dist + cost, *n)));
                maybe.extend(found.filter(|m| m.0.0 <= limit));
                ControlFlow::Continue(())
            });
        });
        take(&mut maybe, limit);
        nearest
    }

    /// The shortest way, if there is one of at most 200 km.
    pub fn route(&self, from: &Snap, to: &Snap) -> Option<Route> {
        let direct = self.direct(from, to);
        let limit = direct.min(crate::metric::LONGEST);
        let targets: Vec<_> = self.enter(to).collect();
        let mut best: Option<(u32, u32)> = None;
        let edges = self.searches.with(self.junctions(), |search| {
            search.came = vec![FAR; self.junctions()];
            for (junction, cost) in self.leave(from) {
                search.reach(junction, cost);
            }
            search.run(self.rows(), limit, |_, junction, dist| {
                for (_, cost) in targets.iter().filter(|(j, _)| *j == junction) {
                    if best.is_none_or(|b| dist + cost < b.0) {
                        best = Some((dist + cost, junction));
                    }
                }
                if best.is_some_and(|b| b.0 <= dist) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            best.filter(|(length, _)| *length < direct).map(|(_, junction)| self.back(search, junction))
        });
        match edges {
            _ if direct == FAR && edges.is_none() => None,
            None => Some(self.along_one(from, to, direct)),
            Some((first, edges)) => Some(self.along(from, to, first, &edges, best?.0)),
        }
    }

    /// The arcs that led to a junction, in order, and the junction where they began.
    fn back(&self, search: &Search, junction: u32) -> (u32, Vec<(u32, u32)>) {
        let (mut at, mut edges) = (junction, Vec::new());
        while let Some(arc) = search.came.get(at as usize).copied().filter(|a| *a != FAR) {
            let edge = self.arc_edges[arc as usize];
            edges.push((edge, at));
            let e = self.edges[edge as usize];
            at = if e.to == at { e.from } else { e.to };
        }
        edges.reverse();
        (at, edges)
    }

    fn along_one(&self, from: &Snap, to: &Snap, length: u32) -> Route {
        let range = self.range(from.edge);
        let marks = self.marks(from.edge);
        let (low, high) = (from.along.min(to.along), from.along.max(to.along));
        let mut between: Vec<usize> = (0..marks.len()).filter(|n| marks[*n] >= low && marks[*n] <= high).collect();
        if from.along > to.along {
            between.reverse();
        }
        let mut route = Route { length_m: metres(length), line: vec![from.at], osm_nodes: Vec::new() };
        for n in between {
            self.step(&mut route, range.start + n);
        }
        route.line.push(to.at);
        route
    }

    fn along(&self, from: &Snap, to: &Snap, first: u32, edges: &[(u32, u32)], length: u32) -> Route {
        let mut route = Route { length_m: metres(length), line: vec![from.at], osm_nodes: Vec::new() };
        // From the place to the first junction: by that end of the edge which costs what was paid.
        let start = self.edges[from.edge as usize];
        let marks = self.marks(from.edge);
        let begin = start.shape as usize;
        let costs = self.leave(from).filter(|(j, _)| *j == first).map(|(_, cost)| cost).min();
        if start.from == first && costs == Some(from.along) {
            (0..marks.len()).rev().filter(|n| marks[*n] <= from.along).for_each(|n| self.step(&mut route, begin + n));
        } else {
            (0..marks.len()).filter(|n| marks[*n] >= from.along).for_each(|n| self.step(&mut route, begin + n));
        }
        let mut last = first;
        for (edge, towards) in edges {
            let range = self.range(*edge);
            let forward = self.edges[*edge as usize].to == *towards;
            if forward {
                range.for_each(|n| self.step(&mut route, n));
            } else {
                range.rev().for_each(|n| self.step(&mut route, n));
            }
            last = *towards;
        }
        let end = self.edges[to.edge as usize];
        let marks = self.marks(to.edge);
        let begin = end.shape as usize;
        let costs = self.enter(to).filter(|(j, _)| *j == last).map(|(_, cost)| cost).min();
        if end.from == last && costs == Some(to.along) {
            (0..marks.len()).filter(|n| marks[*n] <= to.along).for_each(|n| self.step(&mut route, begin + n));
        } else {
            (0..marks.len()).rev().filter(|n| marks[*n] >= to.along).for_each(|n| self.step(&mut route, begin + n));
        }
        route.line.push(to.at);
        route
    }

    fn step(&self, route: &mut Route, n: usize) {
        if route.osm_nodes.last() != Some(&self.ids[n]) {
            route.osm_nodes.push(self.ids[n]);
            route.line.push(degrees(self.shape[n]));
        }
    }

    /// How far along an edge each of its nodes lies.
    pub(crate) fn marks(&self, edge: u32) -> Vec<u32> {
        let shape = self.shape_of(edge);
        let len = self.edges[edge as usize].len;
        let mut sum = 0.0;
        let mut marks = vec![0];
        for w in shape.windows(2) {
            sum += crate::metric::distance_m(w[0], w[1]) * crate::metric::UNITS_PER_M;
            marks.push((sum.round() as u32).min(len));
        }
        if let Some(last) = marks.last_mut() {
            *last = len;
        }
        marks
    }
}

fn found(dist: u32) -> Option<f64> {
    (dist != FAR).then(|| metres(dist))
}

/// Which targets are entered from which junction.
struct Ends {
    /// Junction, target, cost; in order of junctions.
    sorted: Vec<(u32, u32, u32)>,
    /// One bit for each junction, so that most are passed without a search.
    marked: Vec<u64>,
    distinct: usize,
}

impl Ends {
    fn new(network: &Network, to: &[Snap]) -> Self {
        let mut sorted: Vec<_> = to
            .iter()
            .enumerate()
            .flat_map(|(n, to)| network.enter(to).map(move |(j, cost)| (j, n as u32, cost)))
            .collect();
        sorted.sort_unstable();
        let mut marked = vec![0_u64; network.junctions() / 64 + 1];
        let mut distinct = 0;
        for (junction, ..) in &sorted {
            let (word, bit) = (&mut marked[*junction as usize / 64], 1 << (junction % 64));
            distinct += usize::from(*word & bit == 0);
            *word |= bit;
        }
        Self { sorted, marked, distinct }
    }

    #[inline]
    fn at(&self, junction: u32) -> &[(u32, u32, u32)] {
        if self.marked[junction as usize / 64] & 1 << (junction % 64) == 0 {
            return &[];
        }
        let begin = self.sorted.partition_point(|e| e.0 < junction);
        let len = self.sorted[begin..].partition_point(|e| e.0 == junction);
        &self.sorted[begin..begin + len]
    }
}

//! What lies within reach of some places: the pieces of ways, and an outline around them for a map.
#![expect(clippy::indexing_slicing, reason = "junctions, arcs and edges come from the network itself")]

use crate::LonLat;
use crate::metric::{Plane, metres};
use crate::network::{BACKWARD, FORWARD, Network, Snap};
use crate::osm::{E7, degrees};
use crate::outline::{Outline, around};
use crate::search::bounded;
use std::ops::ControlFlow;

/// What can be reached from some places within a limit.
#[derive(Debug, Clone)]
pub struct Reach<'n> {
    network: &'n Network,
    junctions: Vec<(u32, u32)>,
    parts: Vec<Part>,
}

/// A piece of an edge, in tenths of a millimetre from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub edge: u32,
    pub from: u32,
    pub to: u32,
}

impl Network {
    /// What is within so many metres of any of these places.
    pub fn reach(&self, from: &[Snap], limit_m: f64) -> Reach<'_> {
        let limit = bounded(limit_m);
        let mut parts = Vec::new();
        for snap in from {
            if let Some(edge) = self.edges.get(snap.edge as usize).filter(|e| snap.along <= e.len) {
                let back = if edge.ways & BACKWARD == 0 { 0 } else { limit };
                let on = if edge.ways & FORWARD == 0 { 0 } else { limit };
                let to = snap.along.saturating_add(on).min(edge.len);
                parts.push(Part { edge: snap.edge, from: snap.along.saturating_sub(back), to });
            }
        }
        let junctions = self.searches.with(self.junctions(), |search| {
            for (junction, cost) in from.iter().flat_map(|snap| self.leave(snap)).filter(|end| end.1 <= limit) {
                search.reach(junction, cost);
            }
            let mut junctions = Vec::new();
            search.run(self.rows(), limit, |_, junction, dist| {
                junctions.push((junction, dist));
                ControlFlow::Continue(())
            });
            junctions
        });
        for (junction, dist) in &junctions {
            let (left, j) = (limit - dist, *junction as usize);
            for arc in self.first[j]..self.first[j + 1] {
                let number = self.arc_edges[arc as usize];
                let edge = &self.edges[number as usize];
                if edge.from == *junction && edge.ways & FORWARD != 0 {
                    parts.push(Part { edge: number, from: 0, to: left.min(edge.len) });
                }
                if edge.to == *junction && edge.ways & BACKWARD != 0 {
                    parts.push(Part { edge: number, from: edge.len.saturating_sub(left), to: edge.len });
                }
            }
        }
        parts.sort_unstable();
        parts.dedup_by(|next, kept| {
            let joined = next.edge == kept.edge && next.from <= kept.to;
            if joined {
                kept.to = kept.to.max(next.to);
            }
            joined
        });
        Reach { network: self, junctions, parts }
    }
}

impl Reach<'_> {
    /// The pieces of edges, in the order of their numbers, none of them touching another.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
    /// The junctions and how far they are, nearest first.
    pub fn junctions(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.junctions.iter().map(|(junction, dist)| (*junction, metres(*dist)))
    }
    pub fn length_m(&self) -> f64 {
        self.parts.iter().map(|p| metres(p.to - p.from)).sum()
    }
    pub fn contains(&self, snap: &Snap) -> bool {
        let after = self.parts.partition_point(|p| (p.edge, p.from) <= (snap.edge, snap.along));
        let last = after.checked_sub(1).and_then(|n| self.parts.get(n));
        last.is_some_and(|p| p.edge == snap.edge && snap.along <= p.to)
    }

    /// The pieces as lines, cut where the limit lies.
    pub fn lines(&self) -> Vec<Vec<LonLat>> {
        let mut lines = Vec::with_capacity(self.parts.len());
        self.each_line(|line| lines.push(line.iter().copied().map(degrees).collect()));
        lines
    }

    /// Outlines around everything within reach, about 30 m outside of the ways: first the outer ring (against the clock), then its
    /// holes (with the clock), all closed. Holes smaller than a block of houses (4 ha) are filled.
    pub fn polygon(&self) -> Vec<Outline> {
        let mut bounds: Option<[E7; 2]> = None;
        self.each_line(|line| {
            for at in line {
                let [low, high] = bounds.get_or_insert([*at, *at]);
                *low = [low[0].min(at[0]), low[1].min(at[1])];
                *high = [high[0].max(at[0]), high[1].max(at[1])];
            }
        });
        let Some([low, high]) = bounds else { return Vec::new() };
        let plane = Plane::new([i32::midpoint(low[0], high[0]), i32::midpoint(low[1], high[1])]);
        around(plane, plane.to(low), plane.to(high), |draw| {
            self.each_line(|line| line.windows(2).for_each(|w| draw(plane.to(w[0]), plane.to(w[1]))));
        })
    }

    fn each_line(&self, mut each: impl FnMut(&[E7])) {
        let mut line = Vec::new();
        for part in &self.parts {
            let shape = self.network.shape_of(part.edge);
            if part.from == 0 && part.to == self.network.edges[part.edge as usize].len {
                each(shape);
                continue;
            }
            let marks = self.network.marks(part.edge);
            let inside = |n: &usize| marks[*n] > part.from && marks[*n] < part.to;
            line.clear();
            line.extend(self.network.at(part.edge, part.from));
            line.extend((0..shape.len()).filter(inside).map(|n| shape[n]));
            line.extend(self.network.at(part.edge, part.to));
            each(&line);
        }
    }

    /// Every node of OSM within reach, each once, ascending.
    pub fn osm_nodes(&self) -> Vec<i64> {
        let mut nodes = Vec::new();
        for part in &self.parts {
            let ids = self.network.osm_nodes(part.edge);
            let marks = self.network.marks(part.edge);
            nodes.extend(ids.iter().zip(marks).filter(|(_, m)| (part.from..=part.to).contains(m)).map(|(id, _)| *id));
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

//! From the ways of a file to junctions and edges.
//!
//! 1. The ways that the profile can use, cut where a node is missing and at nodes that let nobody past.
//! 2. Their pieces from node to node, each pair of neighbours once.
//! 3. A node between exactly two neighbours, where one cannot do anything but go on, is no junction: edges run through it.
//! 4. What remains is numbered along a Hilbert curve, so that neighbours lie near each other in memory.
#![expect(
    clippy::indexing_slicing,
    reason = "numbers of vertices and segments are made here, for the vectors made here"
)]

use crate::grid::Grid;
use crate::metric::{LONGEST, UNITS_PER_M, distance_m, metres};
use crate::network::{Arc, BACKWARD, Component, Edge, FORWARD, Network};
use crate::osm::{E7, Osm};
use crate::profile::Profile;
use crate::search::Searches;
use std::sync::OnceLock;

/// Why there is no network. Messages are for whoever brought the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("the file holds no way that can be used {0}")]
    Empty(Profile),
    #[error("the file is too large for one network: cut it to the district first (osmium extract)")]
    TooLarge,
}

/// Nobody goes so far from one node to the next; such a line is an error of the file.
const LONGEST_SEGMENT_M: f64 = 100_000.0;
const NONE: u32 = u32::MAX;

impl Network {
    pub fn build(osm: &Osm, profile: Profile) -> Result<Self, BuildError> {
        let plan = Plan::new(osm, profile)?;
        if plan.segments.is_empty() {
            return Err(BuildError::Empty(profile));
        }
        let gaps = plan.gaps;
        let (edges, shape, ids) = plan.edges()?;
        Ok(Self::assemble(profile, edges, shape, ids, gaps))
    }

    /// From what is kept in a file to what questions need. The numbers have been checked.
    pub(crate) fn assemble(profile: Profile, edges: Vec<Edge>, shape: Vec<E7>, ids: Vec<i64>, gaps: usize) -> Self {
        let junctions = edges.iter().map(|e| e.from.max(e.to) + 1).max().unwrap_or(0) as usize;
        let (first, arcs, arc_edges) = rows(&edges, junctions);
        let (component_of, components) = components(&edges, junctions);
        let grid = Grid::new(&edges, &shape, &component_of, &components);
        Self {
            profile,
            edges,
            shape,
            ids,
            first,
            arcs,
            arc_edges,
            component_of,
            components,
            grid,
            gaps,
            hierarchy: OnceLock::new(),
            searches: Searches::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Segment {
    a: u32,
    b: u32,
    ways: u8,
}

struct Plan {
    ids: Vec<i64>,
    places: Vec<E7>,
    segments: Vec<Segment>,
    gaps: usize,
}

impl Plan {
    fn new(osm: &Osm, profile: Profile) -> Result<Self, BuildError> {
        let usable: Vec<_> = osm.ways().iter().filter_map(|w| profile.passage(&w.tags).map(|p| (w, p))).collect();
        let mut ids: Vec<i64> = usable.iter().flat_map(|(w, _)| w.refs.iter().copied()).collect();
        if ids.len() > (u32::MAX / 4) as usize {
            return Err(BuildError::TooLarge);
        }
        ids.sort_unstable();
        ids.dedup();
        let mut places = Vec::with_capacity(ids.len());
        ids.retain(|id| osm.place(*id).map(|at| places.push(at)).is_some());
        let known = ids.len();
        let mut stops: Vec<i64> = osm.tagged_nodes().filter(|(_, t)| profile.stops(t)).map(|(n, _)| n.id).collect();
        stops.sort_unstable();

        let mut plan = Self { ids, places, segments: Vec::new(), gaps: 0 };
        for (way, passage) in usable {
            let ways = if passage.forward { FORWARD } else { 0 } | if passage.backward { BACKWARD } else { 0 };
            let mut before = None;
            for (n, id) in way.refs.iter().enumerate() {
                let Ok(vertex) = plan.ids[..known].binary_search(id) else {
                    plan.gaps += 1;
                    before = None;
                    continue;
                };
                if stops.binary_search(id).is_ok() {
                    // One can go up to a closed gate, from each side: each side has a node of its own there.
                    if let Some(before) = before {
                        let end = plan.again(vertex);
                        plan.link(before, end, ways);
                    }
                    before = (n + 1 < way.refs.len()).then(|| plan.again(vertex));
                } else {
                    if let Some(before) = before {
                        plan.link(before, vertex as u32, ways);
                    }
                    before = Some(vertex as u32);
                }
            }
        }
        // Two ways that run along the same nodes are one.
        plan.segments.sort_unstable();
        plan.segments.dedup_by(|next, kept| {
            let same = (kept.a, kept.b) == (next.a, next.b);
            kept.ways |= if same { next.ways } else { 0 };
            same
        });
        Ok(plan)
    }

    fn again(&mut self, vertex: usize) -> u32 {
        self.ids.push(self.ids[vertex]);
        self.places.push(self.places[vertex]);
        self.ids.len() as u32 - 1
    }

    fn link(&mut self, a: u32, b: u32, ways: u8) {
        let long = || distance_m(self.places[a as usize], self.places[b as usize]) > LONGEST_SEGMENT_M;
        if a == b || long() {
            return;
        }
        let turned = (ways & FORWARD) << 1 | (ways & BACKWARD) >> 1;
        self.segments.push(if a < b { Segment { a, b, ways } } else { Segment { a: b, b: a, ways: turned } });
    }

    fn edges(self) -> Result<(Vec<Edge>, Vec<E7>, Vec<i64>), BuildError> {
        let around = Around::new(&self.segments, self.ids.len());
        let mut used = vec![false; self.segments.len()];
        let mut chains: Vec<(Vec<u32>, u8)> = Vec::new();
        let junctions: Vec<u32> = (0..self.ids.len() as u32).filter(|v| around.is_junction(*v)).collect();
        for start in junctions {
            for side in around.of(start) {
                if !used[side.segment as usize] {
                    chains.push(around.follow(start, *side, &mut used));
                }
            }
        }
        // What is left are rings that meet nothing: one of their nodes has to be a junction.
        for n in 0..self.segments.len() {
            if !used[n] {
                let start = self.segments[n].a;
                let side = *around.of(start).iter().find(|s| s.segment as usize == n).ok_or(BuildError::TooLarge)?;
                chains.push(around.follow(start, side, &mut used));
            }
        }
        let number = self.number(&chains);
        let mut ordered: Vec<_> = chains
            .into_iter()
            .map(|(chain, ways)| {
                let end = |v: Option<&u32>| v.map_or(0, |v| number[*v as usize]);
                (end(chain.first()), end(chain.last()), chain, ways)
            })
            .collect();
        ordered.sort_unstable();
        let (mut edges, mut shape, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for (from, to, chain, ways) in ordered {
            let begin = shape.len() as u32;
            shape.extend(chain.iter().map(|v| self.places[*v as usize]));
            ids.extend(chain.iter().map(|v| self.ids[*v as usize]));
            let length: f64 = shape[begin as usize..].windows(2).map(|w| distance_m(w[0], w[1])).sum();
            let len = (length * UNITS_PER_M).round();
            if len >= f64::from(LONGEST) {
                return Err(BuildError::TooLarge);
            }
            edges.push(Edge { from, to, len: len as u32, shape: begin, ways });
        }
        Ok((edges, shape, ids))
    }

    /// Vertex → junction, in the order of a Hilbert curve over the bounds.
    fn number(&self, chains: &[(Vec<u32>, u8)]) -> Vec<u32> {
        let mut ends: Vec<u32> = chains.iter().flat_map(|(c, _)| [c.first(), c.last()]).flatten().copied().collect();
        ends.sort_unstable();
        ends.dedup();
        let axis = |n: usize| {
            let all = || ends.iter().map(|v| i64::from(self.places[*v as usize][n]));
            let (low, high) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
            (low, (high - low).max(1))
        };
        let axes = [axis(0), axis(1)];
        let mut ordered: Vec<(u64, u32)> = ends
            .into_iter()
            .map(|v| {
                let at = self.places[v as usize];
                let scaled = |n: usize| ((i64::from(at[n]) - axes[n].0) * 0xFFFF / axes[n].1) as u32;
                (hilbert(scaled(0), scaled(1)), v)
            })
            .collect();
        ordered.sort_unstable();
        let mut number = vec![NONE; self.ids.len()];
        for (n, (_, v)) in ordered.into_iter().enumerate() {
            number[v as usize] = n as u32;
        }
        number
    }
}

/// Along the curve that fills a square of 65,536 by 65,536 (Hilbert, 1891; the turning as in Warren, *Hacker's Delight*).
fn hilbert(mut x: u32, mut y: u32) -> u64 {
    let mut d = 0;
    for s in (0..16).rev() {
        let (rx, ry) = (x >> s & 1, y >> s & 1);
        d = d << 2 | u64::from((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                (x, y) = (!x, !y);
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    d
}

/// What is around each vertex.
struct Around {
    first: Vec<u32>,
    sides: Vec<Side>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Side {
    other: u32,
    segment: u32,
    /// Forward is away from the vertex.
    ways: u8,
}

impl Around {
    fn new(segments: &[Segment], vertices: usize) -> Self {
        let mut first = vec![0_u32; vertices + 1];
        for s in segments {
            first[s.a as usize + 1] += 1;
            first[s.b as usize + 1] += 1;
        }
        for v in 0..vertices {
            first[v + 1] += first[v];
        }
        let mut next = first.clone();
        let mut sides = vec![Side::default(); segments.len() * 2];
        for (n, s) in segments.iter().enumerate() {
            let turned = (s.ways & FORWARD) << 1 | (s.ways & BACKWARD) >> 1;
            for (here, other, ways) in [(s.a, s.b, s.ways), (s.b, s.a, turned)] {
                sides[next[here as usize] as usize] = Side { other, segment: n as u32, ways };
                next[here as usize] += 1;
            }
        }
        Self { first, sides }
    }

    fn of(&self, vertex: u32) -> &[Side] {
        &self.sides[self.first[vertex as usize] as usize..self.first[vertex as usize + 1] as usize]
    }

    fn is_junction(&self, vertex: u32) -> bool {
        match self.of(vertex) {
            [] => false,
            // In by the one is out by the other, in both directions.
            [one, other] => (one.ways & FORWARD) << 1 | (one.ways & BACKWARD) >> 1 != other.ways,
            _ => true,
        }
    }

    /// From a vertex along one side to the next junction, or round to the vertex itself.
    fn follow(&self, start: u32, mut side: Side, used: &mut [bool]) -> (Vec<u32>, u8) {
        let (mut chain, ways) = (vec![start], side.ways);
        loop {
            used[side.segment as usize] = true;
            chain.push(side.other);
            if side.other == start || self.is_junction(side.other) {
                return (chain, ways);
            }
            let Some(next) = self.of(side.other).iter().find(|s| s.segment != side.segment) else {
                return (chain, ways);
            };
            side = *next;
        }
    }
}

fn rows(edges: &[Edge], junctions: usize) -> (Vec<u32>, Vec<Arc>, Vec<u32>) {
    let mut arcs: Vec<(u32, Arc, u32)> = Vec::with_capacity(edges.len() * 2);
    for (n, e) in edges.iter().enumerate() {
        let both = [(e.from, e.to, FORWARD), (e.to, e.from, BACKWARD)];
        for (from, to, _) in both.into_iter().filter(|(_, _, way)| e.ways & way != 0) {
            arcs.push((from, Arc { to, len: e.len }, n as u32));
        }
    }
    arcs.sort_unstable_by_key(|(from, arc, edge)| (*from, arc.to, arc.len, *edge));
    let mut first = vec![0_u32; junctions + 1];
    for (from, ..) in &arcs {
        first[*from as usize + 1] += 1;
    }
    for j in 0..junctions {
        first[j + 1] += first[j];
    }
    (first, arcs.iter().map(|a| a.1).collect(), arcs.iter().map(|a| a.2).collect())
}

fn components(edges: &[Edge], junctions: usize) -> (Vec<u32>, Vec<Component>) {
    let mut parent: Vec<u32> = (0..junctions as u32).collect();
    let root = |parent: &mut [u32], mut j: u32| {
        while parent[j as usize] != j {
            parent[j as usize] = parent[parent[j as usize] as usize];
            j = parent[j as usize];
        }
        j
    };
    for e in edges {
        let (a, b) = (root(&mut parent, e.from), root(&mut parent, e.to));
        parent[a.max(b) as usize] = a.min(b);
    }
    let roots: Vec<u32> = (0..junctions as u32).map(|j| root(&mut parent, j)).collect();
    let mut size = vec![Component { junctions: 0, length_m: 0.0 }; junctions];
    roots.iter().for_each(|r| size[*r as usize].junctions += 1);
    edges.iter().for_each(|e| size[roots[e.from as usize] as usize].length_m += metres(e.len));
    let mut order: Vec<u32> = (0..junctions as u32).filter(|j| size[*j as usize].junctions > 0).collect();
    order.sort_by(|a, b| size[*b as usize].length_m.total_cmp(&size[*a as usize].length_m).then(a.cmp(b)));
    let mut number = vec![0; junctions];
    order.iter().enumerate().for_each(|(n, r)| number[*r as usize] = n as u32);
    let components = order.iter().map(|r| size[*r as usize]).collect();
    (roots.iter().map(|r| number[*r as usize]).collect(), components)
}

#[cfg(test)]
mod tests {
    use super::hilbert;

    #[test]
    fn each_step_of_the_curve_is_one_cell() {
        let mut cells: Vec<(u64, i32, i32)> =
            (0..64).flat_map(|x| (0..64).map(move |y| (hilbert(x << 10, y << 10), x as i32, y as i32))).collect();
        cells.sort_unstable();
        assert!(cells.windows(2).all(|w| (w[0].1 - w[1].1).abs() + (w[0].2 - w[1].2).abs() == 1));
    }
}

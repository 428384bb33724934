//! The blocks of the plan as a planar mesh: corners, edges between them, who lies beside whom, and the outline of any set
//! of blocks. Only blocks of the district are kept.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use super::cut::{Cut, Rect};
use crate::rng::noise;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A stretch of border without a corner inside; `a < b` as vertex numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub a: usize,
    pub b: usize,
    /// The block to the left going from `a` to `b`, and the one to the right; `None` is abroad or sea.
    pub left: Option<usize>,
    pub right: Option<usize>,
    /// Index into [`Cut::lines`].
    pub line: usize,
}

/// Blocks, corners and edges.
#[derive(Debug)]
pub struct Mesh {
    pub cells: Vec<Rect>,
    /// Corners on the plan.
    pub vertices: Vec<(i64, i64)>,
    pub edges: Vec<Edge>,
    /// Of each cell, counter-clockwise: corner numbers, the first not repeated.
    pub rings: Vec<Vec<usize>>,
    edge_of: HashMap<(usize, usize), usize>,
}

/// Whether a spot of the plan belongs to the district: ragged towards its neighbours, straight at the sea.
fn within(seed: u64, (u, v): (f64, f64)) -> bool {
    let rough = |k: u64, t: f64| 950.0 * noise(seed ^ k, t / 2_600.0, 0.5) + 420.0 * noise(seed ^ k, t / 800.0, 9.5);
    let west = -12_300.0 + rough(21, v) + 0.0009 * (v - 9_000.0).powi(2) / 60.0;
    let east = 12_600.0 + rough(22, v) - 0.0008 * (v - 7_000.0).powi(2) / 60.0;
    let north = 19_000.0 + rough(23, u) - 0.0011 * (u + 1_500.0).powi(2) / 60.0;
    u > west && u < east && v < north
}

/// Keeps the district's blocks: those [`within`], in one piece and without holes.
fn keep(seed: u64, all: &[Rect]) -> Vec<Rect> {
    let mut kept: Vec<bool> = all.iter().map(|r| within(seed, r.centre())).collect();
    let neighbours = touching(all);
    let flood = |start: usize, of: &[bool]| {
        let mut seen = vec![false; all.len()];
        let mut stack = vec![start];
        seen[start] = true;
        while let Some(cell) = stack.pop() {
            for &next in &neighbours[cell] {
                if !seen[next] && of[next] == of[start] {
                    seen[next] = true;
                    stack.push(next);
                }
            }
        }
        seen
    };
    let middle = |r: &Rect| r.centre().0.abs() + (r.centre().1 - 10_000.0).abs();
    if let Some(start) =
        (0..all.len()).filter(|&i| kept[i]).min_by(|&i, &j| middle(&all[i]).total_cmp(&middle(&all[j])))
    {
        kept = flood(start, &kept);
    }
    // A block that sticks out on three sides was never somebody's outline.
    for _ in 0..3 {
        let out: Vec<usize> = (0..all.len())
            .filter(|&i| kept[i] && all[i].v0 > 0 && shared(all, i, &neighbours[i], &kept) < 0.4)
            .collect();
        for i in out {
            kept[i] = false;
        }
    }
    // A corner of the plan is certainly abroad; what is not kept and not connected with it is a hole.
    if let Some(abroad) = (0..all.len()).max_by_key(|&i| all[i].v1 + all[i].u1) {
        let outside = flood(abroad, &kept);
        for (i, keep) in kept.iter_mut().enumerate() {
            *keep |= !outside[i] && all[i].v0 > 0 && !on_rim(&all[i]);
        }
    }
    all.iter().zip(kept).filter(|(_, k)| *k).map(|(r, _)| *r).collect()
}

/// Share of a block's outline that it has in common with kept neighbours.
fn shared(all: &[Rect], i: usize, neighbours: &[usize], kept: &[bool]) -> f64 {
    let a = &all[i];
    let common = |b: &Rect| (a.u1.min(b.u1) - a.u0.max(b.u0)).max(0) + (a.v1.min(b.v1) - a.v0.max(b.v0)).max(0);
    let sum: i64 = neighbours.iter().filter(|&&n| kept[n]).map(|&n| common(&all[n])).sum();
    sum as f64 / (2 * (a.width() + a.height())) as f64
}

fn on_rim(r: &Rect) -> bool {
    use super::cut::PLAN;
    r.u0 == PLAN.u0 || r.u1 == PLAN.u1 || r.v1 == PLAN.v1 || r.v0 == PLAN.v0
}

/// Which blocks share a stretch of border.
fn touching(all: &[Rect]) -> Vec<Vec<usize>> {
    let mut by_side: HashMap<(bool, i64), (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (i, r) in all.iter().enumerate() {
        by_side.entry((true, r.v1)).or_default().0.push(i);
        by_side.entry((true, r.v0)).or_default().1.push(i);
        by_side.entry((false, r.u1)).or_default().0.push(i);
        by_side.entry((false, r.u0)).or_default().1.push(i);
    }
    let mut out = vec![Vec::new(); all.len()];
    for ((across, _), (below, above)) in &by_side {
        for &i in below {
            for &j in above {
                let (a, b) = (&all[i], &all[j]);
                let (lo, hi) =
                    if *across { (a.u0.max(b.u0), a.u1.min(b.u1)) } else { (a.v0.max(b.v0), a.v1.min(b.v1)) };
                if lo < hi {
                    out[i].push(j);
                    out[j].push(i);
                }
            }
        }
    }
    for list in &mut out {
        list.sort_unstable();
    }
    out
}

impl Mesh {
    pub fn new(seed: u64, cut: &Cut) -> Self {
        let cells = keep(seed, &cut.rects);
        let corners: BTreeSet<(i64, i64)> =
            cells.iter().flat_map(|r| [(r.u0, r.v0), (r.u1, r.v0), (r.u1, r.v1), (r.u0, r.v1)]).collect();
        let vertices: Vec<(i64, i64)> = corners.into_iter().collect();
        let mut rows: BTreeMap<i64, Vec<(i64, usize)>> = BTreeMap::new();
        let mut columns: BTreeMap<i64, Vec<(i64, usize)>> = BTreeMap::new();
        for (n, &(u, v)) in vertices.iter().enumerate() {
            rows.entry(v).or_default().push((u, n));
            columns.entry(u).or_default().push((v, n));
        }
        let along = |lines: &BTreeMap<i64, Vec<(i64, usize)>>, at: i64, from: i64, to: i64| -> Vec<usize> {
            let on = lines.get(&at).map_or(&[][..], Vec::as_slice);
            let mut found: Vec<usize> =
                on.iter().filter(|(p, _)| (from.min(to)..=from.max(to)).contains(p)).map(|(_, n)| *n).collect();
            if from > to {
                found.reverse();
            }
            found.pop();
            found
        };
        let ring = |r: &Rect| {
            let mut ring = along(&rows, r.v0, r.u0, r.u1);
            ring.extend(along(&columns, r.u1, r.v0, r.v1));
            ring.extend(along(&rows, r.v1, r.u1, r.u0));
            ring.extend(along(&columns, r.u0, r.v1, r.v0));
            ring
        };
        let rings: Vec<Vec<usize>> = cells.iter().map(ring).collect();
        let mut mesh = Self { cells, vertices, edges: Vec::new(), rings, edge_of: HashMap::new() };
        mesh.link(cut);
        mesh
    }

    fn link(&mut self, cut: &Cut) {
        let mut lines: HashMap<(bool, i64), Vec<usize>> = HashMap::new();
        for (n, line) in cut.lines.iter().enumerate() {
            lines.entry((line.across, line.at)).or_default().push(n);
        }
        for cell in 0..self.rings.len() {
            for k in 0..self.rings[cell].len() {
                let (from, to) = (self.rings[cell][k], self.rings[cell][(k + 1) % self.rings[cell].len()]);
                let key = (from.min(to), from.max(to));
                let edge = *self.edge_of.entry(key).or_insert_with(|| {
                    let ((u0, v0), (u1, v1)) = (self.vertices[key.0], self.vertices[key.1]);
                    let (across, at, lo, hi) =
                        if v0 == v1 { (true, v0, u0.min(u1), u0.max(u1)) } else { (false, u0, v0.min(v1), v0.max(v1)) };
                    let holds = |n: &usize| cut.lines[*n].lo <= lo && cut.lines[*n].hi >= hi;
                    let line = lines.get(&(across, at)).and_then(|all| all.iter().copied().find(holds)).unwrap_or(0);
                    self.edges.push(Edge { a: key.0, b: key.1, left: None, right: None, line });
                    self.edges.len() - 1
                });
                if from < to {
                    self.edges[edge].left = Some(cell);
                } else {
                    self.edges[edge].right = Some(cell);
                }
            }
        }
    }

    /// Neighbours of each cell inside the district, in order of their number.
    pub fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut out = vec![BTreeSet::new(); self.cells.len()];
        for edge in &self.edges {
            if let (Some(a), Some(b)) = (edge.left, edge.right) {
                out[a].insert(b);
                out[b].insert(a);
            }
        }
        out.into_iter().map(|set| set.into_iter().collect()).collect()
    }

    /// Outlines of the set of cells for which `label` gives `want`: corner numbers, counter-clockwise around land and
    /// clockwise around holes. Every corner joins at most three cells, so each outline is simple.
    pub fn outlines(&self, label: &[usize], want: usize) -> Vec<Vec<usize>> {
        let mut next: BTreeMap<usize, usize> = BTreeMap::new();
        let is = |cell: Option<usize>| cell.is_some_and(|c| label[c] == want);
        for edge in &self.edges {
            match (is(edge.left), is(edge.right)) {
                (true, false) => drop(next.insert(edge.a, edge.b)),
                (false, true) => drop(next.insert(edge.b, edge.a)),
                _ => {}
            }
        }
        let mut rings = Vec::new();
        while let Some((&start, _)) = next.iter().next() {
            let mut ring = Vec::new();
            let mut at = start;
            while let Some(to) = next.remove(&at) {
                ring.push(at);
                at = to;
            }
            rings.push(ring);
        }
        rings
    }

    /// The edge between two neighbouring corners.
    pub fn edge_between(&self, a: usize, b: usize) -> Option<usize> {
        self.edge_of.get(&(a.min(b), a.max(b))).copied()
    }
}

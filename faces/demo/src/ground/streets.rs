//! The street skeleton: a graph of nodes and named ways along the cuts, with lanes into the blocks and bridges over the
//! canals. Later parts import it as if it came from OpenStreetMap, hence ids, ways and the words for their kinds.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use super::Town;
use super::cut::{Cut, PLAN};
use super::lanes::{self, Lane};
use super::mesh::Mesh;
use super::warp::{LonLat, Warp};
use super::water::Water;
use crate::names::Names;
use crate::rng::Rng;
use std::collections::{BTreeMap, HashMap};

/// Kind of a way, in OpenStreetMap's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WayKind {
    Primary,
    Secondary,
    Tertiary,
    Residential,
    Unclassified,
    LivingStreet,
    Pedestrian,
    Service,
}

impl WayKind {
    /// Value of the `highway` tag.
    pub const fn highway(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Residential => "residential",
            Self::Unclassified => "unclassified",
            Self::LivingStreet => "living_street",
            Self::Pedestrian => "pedestrian",
            Self::Service => "service",
        }
    }
}

/// A point of a street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    pub id: i64,
    pub at: LonLat,
}

/// A street or a piece of one; consecutive nodes are neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub id: i64,
    pub kind: WayKind,
    /// Empty when nobody named it.
    pub name: String,
    /// Indices into [`Streets::nodes`].
    pub nodes: Vec<usize>,
    pub bridge: bool,
}

/// The graph, and the cuts it was made from.
#[derive(Debug, Default)]
pub struct Streets {
    pub nodes: Vec<Node>,
    /// Where each node lies on the plan.
    pub spots: Vec<(i64, i64)>,
    pub ways: Vec<Way>,
    /// Class and name of each group of cuts, and its lowest coordinate (house numbers start there).
    pub roads: BTreeMap<usize, Road>,
    /// Lanes inside the blocks.
    pub lanes: Vec<Lane>,
    /// For each edge of the mesh: does a street run there?
    pub open: Vec<bool>,
}

/// A road: all cuts of one group.
#[derive(Debug, Clone)]
pub struct Road {
    pub kind: WayKind,
    pub name: String,
    pub lo: i64,
    pub length: i64,
    /// Mean built-up share along it.
    pub built: f64,
}

/// First id of nodes and ways: far from any in use, so that imports never collide.
pub(crate) const FIRST_ID: i64 = 90_000_000_001;

pub(crate) fn span(mesh: &Mesh, cut: &Cut, edge: usize) -> (i64, i64) {
    let e = &mesh.edges[edge];
    let (a, b) = (mesh.vertices[e.a], mesh.vertices[e.b]);
    let (a, b) = if cut.lines[e.line].across { (a.0, b.0) } else { (a.1, b.1) };
    (a.min(b), a.max(b))
}

fn roads(seed: u64, mesh: &Mesh, cut: &Cut, towns: &[Town], warp: &Warp, names: &mut Names) -> BTreeMap<usize, Road> {
    let mut rng = Rng::new(seed, "roads");
    let mut out: BTreeMap<usize, Road> = BTreeMap::new();
    let mut central = std::collections::BTreeSet::new();
    for (n, e) in mesh.edges.iter().enumerate() {
        let line = &cut.lines[e.line];
        let (lo, hi) = span(mesh, cut, n);
        let road = out.entry(line.group).or_insert(Road {
            kind: WayKind::Unclassified,
            name: String::new(),
            lo,
            length: 0,
            built: 0.0,
        });
        road.lo = road.lo.min(lo);
        road.length += hi - lo;
        let (u, v) = if line.across { (i64::midpoint(lo, hi), line.at) } else { (line.at, i64::midpoint(lo, hi)) };
        road.built += warp.built(u as f64, v as f64) * (hi - lo) as f64;
        if towns.iter().any(|t| (t.u - u).abs().max((t.v - v).abs()) < 260 && (t.u - u).abs().min((t.v - v).abs()) < 30)
        {
            central.insert(line.group);
        }
    }
    for (group, road) in &mut out {
        road.built /= road.length.max(1) as f64;
        let through = central.contains(group);
        road.kind = match road.length {
            _ if *group == 0 => WayKind::Secondary,
            5_500.. if through => WayKind::Primary,
            4_500.. => WayKind::Secondary,
            1_700.. => WayKind::Tertiary,
            900.. if through => WayKind::Tertiary,
            _ if road.built > 0.45 => WayKind::Residential,
            _ => WayKind::Unclassified,
        };
        let stem = names.road();
        road.name = match road.kind {
            _ if *group == 0 => "海堤路".to_owned(),
            WayKind::Primary if road.built < 0.4 => format!("{stem}公路"),
            WayKind::Primary => format!("{stem}大道"),
            WayKind::Unclassified if road.length < 700 => String::new(),
            WayKind::Residential if rng.chance(0.12) => format!("{stem}街"),
            _ => format!("{stem}路"),
        };
    }
    out
}

/// Sets of nodes that are joined, for keeping the network in one piece.
struct Joined(Vec<usize>);

impl Joined {
    fn root(&mut self, mut x: usize) -> usize {
        while self.0[x] != x {
            self.0[x] = self.0[self.0[x]];
            x = self.0[x];
        }
        x
    }
    /// True when the two were apart.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
        a != b
    }
}

/// Which cuts carry a street: all named ones; of the rest in the fields some are only ditches.
fn open(seed: u64, mesh: &Mesh, cut: &Cut, roads: &BTreeMap<usize, Road>) -> Vec<bool> {
    let mut rng = Rng::new(seed, "open");
    let mut joined = Joined((0..mesh.vertices.len()).collect());
    let mut open = vec![true; mesh.edges.len()];
    let mut doubtful = Vec::new();
    for (n, e) in mesh.edges.iter().enumerate() {
        let (lo, hi) = span(mesh, cut, n);
        let field = roads.get(&cut.lines[e.line].group).is_some_and(|r| r.kind == WayKind::Unclassified);
        let border = e.left.is_none() || e.right.is_none();
        if hi - lo > 4 && cut.lines[e.line].at != PLAN.v0 && (field || border) {
            doubtful.push((n, border));
        } else {
            joined.join(e.a, e.b);
        }
    }
    rng.shuffle(&mut doubtful);
    for (n, border) in doubtful {
        let apart = joined.join(mesh.edges[n].a, mesh.edges[n].b);
        open[n] = apart || rng.chance(if border { 0.25 } else { 0.55 });
    }
    open
}

/// Builds the streets of a seed.
pub fn streets(
    seed: u64,
    mesh: &Mesh,
    cut: &Cut,
    towns: &[Town],
    warp: &Warp,
    water: &Water,
    names: &mut Names,
) -> Streets {
    let roads = roads(seed, mesh, cut, towns, warp, names);
    let open = open(seed, mesh, cut, &roads);
    let mut streets = Streets { roads, open, ..Streets::default() };
    streets.lanes = lanes::lanes(seed, mesh, cut, towns, warp, &streets);
    let mut draft = Draft { warp, water, streets: &mut streets, spots: HashMap::new() };
    draft.merge_corners(mesh);
    draft.along_cuts(mesh, cut);
    draft.along_lanes();
    streets
}

struct Draft<'a> {
    warp: &'a Warp,
    water: &'a Water,
    streets: &'a mut Streets,
    /// Node at a spot of the plan.
    spots: HashMap<(i64, i64), usize>,
}

impl Draft<'_> {
    fn node(&mut self, spot: (i64, i64)) -> usize {
        let streets = &mut *self.streets;
        *self.spots.entry(spot).or_insert_with(|| {
            let id = FIRST_ID + streets.nodes.len() as i64;
            streets.nodes.push(Node { id, at: self.warp.lonlat(spot.0 as f64, spot.1 as f64) });
            streets.spots.push(spot);
            streets.nodes.len() - 1
        })
    }

    /// Corners two metres apart are one crossing.
    fn merge_corners(&mut self, mesh: &Mesh) {
        let mut joined = Joined((0..mesh.vertices.len()).collect());
        for e in &mesh.edges {
            let (a, b) = (mesh.vertices[e.a], mesh.vertices[e.b]);
            if (a.0 - b.0).abs() + (a.1 - b.1).abs() <= 8 {
                joined.join(e.a, e.b);
            }
        }
        for n in 0..mesh.vertices.len() {
            let root = joined.root(n);
            let node = self.node(mesh.vertices[root]);
            self.spots.insert(mesh.vertices[n], node);
        }
    }

    /// Positions of bridge ends on a street along `(across, at)` between `lo` and `hi`: pairs of bank and bank.
    fn bridges(&self, across: bool, at: i64, lo: i64, hi: i64) -> Vec<(i64, i64)> {
        let crosses = |r: &&super::water::Reach| r.across != across && r.lo < at && at < r.hi && lo < r.at && r.at < hi;
        let mut out: Vec<(i64, i64)> = self
            .water
            .reaches
            .iter()
            .filter(crosses)
            .map(|r| (r.at - r.width / 2 - 2, r.at + r.width / 2 + 2))
            .collect();
        out.sort_unstable();
        out
    }

    fn along_cuts(&mut self, mesh: &Mesh, cut: &Cut) {
        let mut doors: HashMap<(bool, i64), Vec<i64>> = HashMap::new();
        for lane in &self.streets.lanes {
            for &(across, at, along) in &lane.doors {
                doors.entry((across, at)).or_default().push(along);
            }
        }
        let mut edges: Vec<usize> = (0..mesh.edges.len()).filter(|&n| self.streets.open[n]).collect();
        let key =
            |n: usize| (cut.lines[mesh.edges[n].line].group, span(mesh, cut, n).0, cut.lines[mesh.edges[n].line].at);
        edges.sort_by_key(|&n| key(n));
        let mut chain: Vec<(usize, bool)> = Vec::new();
        let mut group = usize::MAX;
        for n in edges {
            let line = cut.lines[mesh.edges[n].line];
            let (lo, hi) = span(mesh, cut, n);
            let none = Vec::new();
            let steps =
                self.steps((line.across, line.at, lo, hi), doors.get(&(line.across, line.at)).unwrap_or(&none), 75);
            let first = steps.first().map(|s| s.0);
            if group != line.group || chain.last().map(|c| c.0) != first {
                self.finish(group, std::mem::take(&mut chain));
                group = line.group;
            } else {
                chain.pop();
            }
            chain.extend(steps);
        }
        self.finish(group, chain);
    }

    /// Nodes along a stretch, each with whether the piece after it is a bridge.
    fn steps(&mut self, (across, at, lo, hi): (bool, i64, i64, i64), doors: &[i64], step: i64) -> Vec<(usize, bool)> {
        let bridges: Vec<(i64, i64)> =
            self.bridges(across, at, lo, hi).into_iter().map(|(a, b)| (a.max(lo), b.min(hi))).collect();
        let on_bridge = |p: i64| bridges.iter().any(|&(a, b)| a <= p && p < b);
        let mut marks = vec![lo, hi];
        marks.extend(bridges.iter().flat_map(|&(a, b)| [a, b]));
        marks.extend(doors.iter().copied().filter(|p| (lo..=hi).contains(p)));
        marks.sort_unstable();
        marks.dedup();
        let mut all = Vec::new();
        for pair in marks.windows(2) {
            let n = ((pair[1] - pair[0]) / step).max(1);
            all.extend((0..n).map(|k| pair[0] + (pair[1] - pair[0]) * k / n));
        }
        all.push(hi);
        all.dedup();
        let mut out: Vec<(usize, bool)> = Vec::new();
        for p in all {
            let node = self.node(if across { (p, at) } else { (at, p) });
            if out.last().is_none_or(|l| l.0 != node) {
                out.push((node, on_bridge(p)));
            }
        }
        out
    }

    fn finish(&mut self, group: usize, chain: Vec<(usize, bool)>) {
        let Some(road) = self.streets.roads.get(&group) else { return };
        let (kind, name) = (road.kind, road.name.clone());
        self.ways(kind, &name, &chain);
    }

    /// One way per stretch on land or on a bridge.
    fn ways(&mut self, kind: WayKind, name: &str, chain: &[(usize, bool)]) {
        let mut from = 0;
        for k in 1..chain.len() {
            let last = k + 1 == chain.len();
            if last || chain[k].1 != chain[from].1 {
                let id = FIRST_ID + self.streets.ways.len() as i64;
                let nodes = chain[from..=k].iter().map(|c| c.0).collect();
                self.streets.ways.push(Way { id, kind, name: name.to_owned(), nodes, bridge: chain[from].1 });
                from = k;
            }
        }
    }

    fn along_lanes(&mut self) {
        for n in 0..self.streets.lanes.len() {
            let lane = self.streets.lanes[n].clone();
            let mut chain: Vec<(usize, bool)> = Vec::new();
            for spot in &lane.path {
                let node = self.node(*spot);
                if chain.last().is_none_or(|l| l.0 != node) {
                    chain.push((node, false));
                }
            }
            // A lane over a canal has a footbridge.
            for k in 1..chain.len() {
                let (a, b) = (lane.path[k - 1], lane.path[k.min(lane.path.len() - 1)]);
                chain[k - 1].1 = self.water.reaches.iter().any(|r| {
                    let (along, from, to) = if r.across {
                        (i64::midpoint(a.0, b.0), a.1, b.1)
                    } else {
                        (i64::midpoint(a.1, b.1), a.0, b.0)
                    };
                    (r.lo..=r.hi).contains(&along) && (from.min(to)..=from.max(to)).contains(&r.at)
                });
            }
            self.ways(lane.kind, &lane.name, &chain);
        }
    }
}

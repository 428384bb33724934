//! Addresses: doors along the streets, houses in the lanes, homes in the hamlets. Each lies beside a street of the
//! skeleton and in a known grid cell.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use crate::ground::lanes::{Lane, OLD_STREET};
use crate::ground::streets::span;
use crate::ground::{AreaKind, Ground, LonLat, WayKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What kind of door it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// On a street of a town: shops and offices.
    Street,
    /// A house of flats in a lane of a town.
    Block,
    /// A house on the old street.
    Old,
    /// A home in a hamlet.
    Hamlet,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Without the town: 望苇路128弄5号.
    pub text: String,
    pub door: Door,
    /// Cell of the mesh.
    pub cell: usize,
    /// On the plan, metres.
    pub spot: (i64, i64),
    /// Direction of the street it stands by, on the plan; of any length.
    pub along: (i64, i64),
}

impl Address {
    pub fn at(&self, ground: &Ground) -> LonLat {
        ground.warp.lonlat(self.spot.0 as f64, self.spot.1 as f64)
    }
    /// With the town in front.
    pub fn full(&self, ground: &Ground) -> String {
        let areas = &ground.areas;
        format!("{}{}", areas.all[areas.town[self.cell]].name, self.text)
    }
}

/// All addresses, and which lie in each cell.
#[derive(Debug, Default)]
pub struct Addresses {
    pub all: Vec<Address>,
    pub of_cell: Vec<Vec<usize>>,
}

/// Metres from the middle of a street to the doors beside it.
const SET_BACK: i64 = 16;

struct Builder<'a> {
    ground: &'a Ground,
    used: BTreeSet<String>,
    /// Next house number under a prefix.
    next: HashMap<String, u32>,
    /// Sequence of each cell within its committee (the village group).
    group: Vec<u32>,
    out: Addresses,
}

pub fn addresses(ground: &Ground) -> Addresses {
    let cells = ground.mesh.cells.len();
    let mut seen: BTreeMap<usize, u32> = BTreeMap::new();
    let group = (0..cells)
        .map(|c| {
            let n = seen.entry(ground.areas.community[c]).or_default();
            *n += 1;
            *n
        })
        .collect();
    let out = Addresses { all: Vec::new(), of_cell: vec![Vec::new(); cells] };
    let mut builder = Builder { ground, used: BTreeSet::new(), next: HashMap::new(), group, out };
    builder.streets();
    for lane in &ground.streets.lanes {
        builder.lane(lane);
    }
    builder.out
}

impl Builder<'_> {
    fn put(&mut self, text: String, door: Door, cell: usize, spot: (i64, i64), along: (i64, i64)) {
        let r = self.ground.mesh.cells[cell];
        let inside = r.u0 + 5 < spot.0 && spot.0 < r.u1 - 5 && r.v0 + 5 < spot.1 && spot.1 < r.v1 - 5;
        if inside && !self.wet(spot) && self.used.insert(text.clone()) {
            self.out.of_cell[cell].push(self.out.all.len());
            self.out.all.push(Address { text, door, cell, spot, along });
        }
    }

    fn wet(&self, (u, v): (i64, i64)) -> bool {
        self.ground.water.reaches.iter().any(|r| {
            let (along, aside) = if r.across { (u, v) } else { (v, u) };
            (r.lo..=r.hi).contains(&along) && (aside - r.at).abs() < r.width / 2 + 7
        })
    }

    /// Number of a door `along` a road: odd on one side, even on the other, growing from the road's beginning.
    fn number(&self, group: usize, along: i64, even: bool) -> i64 {
        let lo = self.ground.streets.roads.get(&group).map_or(0, |r| r.lo);
        2 * ((along - lo).max(0) / 15) + if even { 2 } else { 1 }
    }

    fn streets(&mut self) {
        let ground = self.ground;
        for (n, edge) in ground.mesh.edges.iter().enumerate() {
            let line = ground.cut.lines[edge.line];
            let Some(road) = ground.streets.roads.get(&line.group) else { continue };
            let (lo, hi) = span(&ground.mesh, &ground.cut, n);
            let (u, v) = if line.across { (i64::midpoint(lo, hi), line.at) } else { (line.at, i64::midpoint(lo, hi)) };
            if road.name.is_empty() || !ground.streets.open[n] || ground.warp.built(u as f64, v as f64) < 0.45 {
                continue;
            }
            let step = if ground.warp.built(u as f64, v as f64) > 0.8 { 30 } else { 45 };
            let mut along = lo + 22;
            while along < hi - 18 {
                // Left of an edge drawn from low to high is north of an east–west street and west of a north–south one.
                for (cell, even, side) in [
                    (edge.left, true, if line.across { 1 } else { -1 }),
                    (edge.right, false, if line.across { -1 } else { 1 }),
                ] {
                    let Some(cell) = cell else { continue };
                    let text = format!("{}{}号", road.name, self.number(line.group, along, even));
                    let aside = line.at + side * SET_BACK;
                    let (spot, way) = if line.across { ((along, aside), (1, 0)) } else { ((aside, along), (0, 1)) };
                    self.put(text, Door::Street, cell, spot, way);
                }
                along += step;
            }
        }
    }

    /// What stands before the house number in this lane, and what kind of houses it has.
    fn prefix(&self, lane: &Lane) -> (String, Door) {
        let ground = self.ground;
        let community = &ground.areas.all[ground.areas.community[lane.cell]];
        let (u, v) = ground.mesh.cells[lane.cell].centre();
        if lane.kind == WayKind::Pedestrian {
            return (OLD_STREET.to_owned(), Door::Old);
        }
        let road = lane.entry.map(|e| (e, ground.cut.lines[ground.mesh.edges[e].line]));
        if ground.warp.built(u, v) > 0.5
            && let Some((edge, line)) = road
            && let Some(road) = ground.streets.roads.get(&line.group).filter(|r| !r.name.is_empty())
        {
            let (lo, hi) = span(&ground.mesh, &ground.cut, edge);
            let first = lane.path[0];
            let along = (if line.across { first.0 } else { first.1 }).clamp(lo, hi);
            let even = ground.mesh.edges[edge].left == Some(lane.cell);
            return (format!("{}{}弄", road.name, self.number(line.group, along, even)), Door::Block);
        }
        if community.kind == AreaKind::Community && community.village {
            (format!("{}{}组", community.name, self.group[lane.cell]), Door::Hamlet)
        } else {
            (community.name.clone(), Door::Hamlet)
        }
    }

    fn lane(&mut self, lane: &Lane) {
        let (prefix, door) = self.prefix(lane);
        let (step, aside) = match door {
            Door::Block => (34, 14),
            Door::Old => (14, 8),
            Door::Hamlet | Door::Street => (24, 13),
        };
        for pair in lane.path.windows(2) {
            let ((u0, v0), (u1, v1)) = (pair[0], pair[1]);
            let length = ((u1 - u0) as f64).hypot((v1 - v0) as f64);
            let houses = (length / f64::from(step)) as i64;
            for k in 0..houses {
                let t = (k as f64 + 0.5) / houses as f64;
                let (u, v) = (u0 as f64 + (u1 - u0) as f64 * t, v0 as f64 + (v1 - v0) as f64 * t);
                let (nu, nv) = (-(v1 - v0) as f64 / length, (u1 - u0) as f64 / length);
                for side in [-1.0, 1.0] {
                    let n = self.next.entry(prefix.clone()).or_default();
                    *n += 1;
                    let text = format!("{prefix}{n}号");
                    let away = side * f64::from(aside);
                    let spot = ((u + nu * away) as i64, (v + nv * away) as i64);
                    self.put(text, door, lane.cell, spot, (u1 - u0, v1 - v0));
                }
            }
        }
    }
}

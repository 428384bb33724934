//! What lies inside the blocks: lanes (弄) of the towns, hamlets of the villages, and the old street.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use super::Town;
use super::cut::{Cut, Rect};
use super::mesh::Mesh;
use super::streets::{Streets, WayKind, span};
use super::warp::Warp;
use crate::rng::Rng;

/// A lane on the plan.
#[derive(Debug, Clone)]
pub struct Lane {
    pub cell: usize,
    pub kind: WayKind,
    pub name: String,
    pub path: Vec<(i64, i64)>,
    /// Where it meets streets: direction and position of the cut, and how far along.
    pub doors: Vec<(bool, i64, i64)>,
    /// The edge of the mesh it is entered from (its address names that street).
    pub entry: Option<usize>,
}

pub const OLD_STREET: &str = "青禾老街";
/// As part of the names of its shops.
pub const OLD_STREET_STEM: &str = "老街";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    South,
    East,
    North,
    West,
}

impl Side {
    const ALL: [Self; 4] = [Self::South, Self::East, Self::North, Self::West];
    const fn opposite(self) -> Self {
        match self {
            Self::South => Self::North,
            Self::North => Self::South,
            Self::East => Self::West,
            Self::West => Self::East,
        }
    }
    const fn across(self) -> bool {
        matches!(self, Self::South | Self::North)
    }
    const fn at(self, r: &Rect) -> i64 {
        match self {
            Self::South => r.v0,
            Self::North => r.v1,
            Self::East => r.u1,
            Self::West => r.u0,
        }
    }
    /// A spot `deep` metres inside from this side, `along` the axis.
    const fn spot(self, r: &Rect, along: i64, deep: i64) -> (i64, i64) {
        match self {
            Self::South => (along, r.v0 + deep),
            Self::North => (along, r.v1 - deep),
            Self::East => (r.u1 - deep, along),
            Self::West => (r.u0 + deep, along),
        }
    }
}

struct Digger<'a> {
    mesh: &'a Mesh,
    cut: &'a Cut,
    open: &'a [bool],
    rng: Rng,
    out: Vec<Lane>,
}

/// Digs the lanes of every block.
pub fn lanes(seed: u64, mesh: &Mesh, cut: &Cut, towns: &[Town], warp: &Warp, streets: &Streets) -> Vec<Lane> {
    let mut digger = Digger { mesh, cut, open: &streets.open, rng: Rng::new(seed, "lanes"), out: Vec::new() };
    let old = old_quarter(mesh, towns[0]);
    for cell in 0..mesh.cells.len() {
        let r = mesh.cells[cell];
        let (u, v) = r.centre();
        if old.contains(&cell) {
            digger.old_street(cell);
        } else if warp.built(u, v) > 0.5 {
            digger.block(cell);
        } else {
            digger.hamlet(cell);
        }
    }
    digger.out
}

/// Blocks of the old street: a row of three just south-west of the first town's centre.
fn old_quarter(mesh: &Mesh, seat: Town) -> Vec<usize> {
    let probe = |du: i64| {
        let (u, v) = (seat.u + du, seat.v - 130);
        mesh.cells.iter().position(|r| r.u0 < u && u < r.u1 && r.v0 < v && v < r.v1)
    };
    let mut cells: Vec<usize> = [-690, -420, -130, 130, 420].into_iter().filter_map(probe).collect();
    cells.dedup();
    cells
}

impl Digger<'_> {
    /// The open edge of this side at a position, if a street runs there with room to spare.
    fn door(&self, cell: usize, side: Side, along: i64) -> Option<usize> {
        let ring = &self.mesh.rings[cell];
        let (across, at) = (side.across(), side.at(&self.mesh.cells[cell]));
        (0..ring.len()).find_map(|k| {
            let edge = self.mesh.edge_between(ring[k], ring[(k + 1) % ring.len()])?;
            let line = &self.cut.lines[self.mesh.edges[edge].line];
            let (lo, hi) = span(self.mesh, self.cut, edge);
            (self.open[edge] && line.across == across && line.at == at && lo + 12 < along && along < hi - 12)
                .then_some(edge)
        })
    }

    fn extent(&self, cell: usize, side: Side) -> (i64, i64, i64) {
        let r = self.mesh.cells[cell];
        if side.across() { (r.u0, r.u1, r.height()) } else { (r.v0, r.v1, r.width()) }
    }

    /// From a door straight inwards, wandering a little; `deep` metres.
    fn trunk(&mut self, cell: usize, side: Side, along: i64, deep: i64, wander: i64) -> Vec<(i64, i64)> {
        let r = self.mesh.cells[cell];
        let n = (deep / 45).max(1);
        let mut shift = 0;
        let mut path = vec![side.spot(&r, along, 0)];
        for k in 1..=n {
            shift += self.rng.between(-wander, wander);
            path.push(side.spot(&r, along + shift, deep * k / n));
        }
        path
    }

    /// A block in town: a lane through it or into it, with side lanes.
    fn block(&mut self, cell: usize) {
        let r = self.mesh.cells[cell];
        let side = if (r.width() > r.height()) == self.rng.chance(0.85) { Side::South } else { Side::West };
        let side = if self.rng.chance(0.5) { side } else { side.opposite() };
        let (lo, hi, depth) = self.extent(cell, side);
        let lanes = if hi - lo > 330 { 2 } else { 1 };
        for k in 0..lanes {
            let along = lo + (hi - lo) * (2 * k + 1) / (2 * lanes) + self.rng.between(-25, 25);
            let Some(entry) = self.door(cell, side, along) else { continue };
            let through = self.rng.chance(0.6) && self.door(cell, side.opposite(), along).is_some();
            let deep = if through { depth } else { depth * self.rng.between(62, 82) / 100 };
            let path = self.trunk(cell, side, along, deep, 0);
            let mut doors = vec![(side.across(), side.at(&r), along)];
            if through {
                doors.push((side.across(), side.opposite().at(&r), along));
            }
            let ribs: Vec<(i64, i64)> = path[1..path.len() - 1].to_vec();
            self.out.push(Lane {
                cell,
                kind: WayKind::LivingStreet,
                name: String::new(),
                path,
                doors,
                entry: Some(entry),
            });
            let reach = (hi - lo) / (2 * lanes) - 38;
            for (n, spot) in ribs.into_iter().enumerate() {
                if n % 2 == 0 || reach < 30 || self.rng.chance(0.15) {
                    continue;
                }
                for sign in [-1, 1] {
                    let step = |far: i64| {
                        if side.across() { (spot.0 + sign * far, spot.1) } else { (spot.0, spot.1 + sign * far) }
                    };
                    let far = reach * self.rng.between(65, 100) / 100;
                    let path = if far > 70 { vec![spot, step(far / 2), step(far)] } else { vec![spot, step(far)] };
                    self.out.push(Lane {
                        cell,
                        kind: WayKind::Service,
                        name: String::new(),
                        path,
                        doors: Vec::new(),
                        entry: Some(entry),
                    });
                }
            }
        }
    }

    /// A hamlet in the fields: a track to a row or two of houses, along the water or the field's edge.
    fn hamlet(&mut self, cell: usize) {
        let r = self.mesh.cells[cell];
        let hamlets = if r.width().min(r.height()) > 480 { 2 } else { 1 };
        let mut sides = Side::ALL;
        self.rng.shuffle(&mut sides);
        let mut made = 0;
        for side in sides {
            let (lo, hi, depth) = self.extent(cell, side);
            let along = lo + (hi - lo) * self.rng.between(24, 76) / 100;
            let Some(entry) = self.door(cell, side, along) else { continue };
            let deep = depth * self.rng.between(16, 40) / 100;
            let path = self.trunk(cell, side, along, deep, 9);
            let spine: Vec<(i64, i64)> = path[1..].to_vec();
            let doors = vec![(side.across(), side.at(&r), along)];
            self.out.push(Lane {
                cell,
                kind: WayKind::Unclassified,
                name: String::new(),
                path,
                doors,
                entry: Some(entry),
            });
            let rows = self.rng.between(1, 2) as usize;
            for spot in spine.into_iter().rev().step_by(2).take(rows) {
                for sign in [-1, 1] {
                    let room = if side.across() {
                        if sign > 0 { r.u1 - spot.0 } else { spot.0 - r.u0 }
                    } else if sign > 0 {
                        r.v1 - spot.1
                    } else {
                        spot.1 - r.v0
                    };
                    let far = (room - 45).min(self.rng.between(70, 230));
                    if far < 40 {
                        continue;
                    }
                    let n = (far / 40).max(1);
                    let mut bow = 0;
                    let mut path = vec![spot];
                    for k in 1..=n {
                        bow += self.rng.between(-7, 7);
                        let f = sign * far * k / n;
                        path.push(if side.across() { (spot.0 + f, spot.1 + bow) } else { (spot.0 + bow, spot.1 + f) });
                    }
                    self.out.push(Lane {
                        cell,
                        kind: WayKind::Service,
                        name: String::new(),
                        path,
                        doors: Vec::new(),
                        entry: Some(entry),
                    });
                }
            }
            made += 1;
            if made == hamlets {
                break;
            }
        }
    }

    /// A piece of the old street: narrow, winding, on foot, right through the block from west to east, with short
    /// alleys down to the water.
    fn old_street(&mut self, cell: usize) {
        let r = self.mesh.cells[cell];
        let along = r.v1 - (r.height() * 2 / 5).clamp(60, 110);
        let (west, east) = (self.door(cell, Side::West, along), self.door(cell, Side::East, along));
        let mut path = Vec::new();
        let n = (r.width() / 28).max(2);
        let mut bow = 0;
        for k in 0..=n {
            if k > 0 && k < n {
                bow = (bow + self.rng.between(-6, 6)).clamp(-16, 16);
            }
            let ease = if k == 0 || k == n { 0 } else { bow };
            path.push((r.u0 + r.width() * k / n, along + ease));
        }
        let mut doors = Vec::new();
        if west.is_some() {
            doors.push((false, r.u0, along))
        } else {
            path.remove(0);
        }
        if east.is_some() {
            doors.push((false, r.u1, along))
        } else {
            path.pop();
        }
        if doors.is_empty() {
            return self.block(cell);
        }
        let alleys: Vec<(i64, i64)> = path.iter().skip(2).step_by(3).copied().filter(|p| r.u1 - p.0 > 20).collect();
        self.out.push(Lane {
            cell,
            kind: WayKind::Pedestrian,
            name: OLD_STREET.to_owned(),
            path,
            doors,
            entry: west.or(east),
        });
        for spot in alleys {
            let down = self.rng.between(35, 60).min(spot.1 - r.v0 - 20);
            let path = vec![spot, (spot.0 + self.rng.between(-4, 4), spot.1 - down / 2), (spot.0, spot.1 - down)];
            self.out.push(Lane {
                cell,
                kind: WayKind::Pedestrian,
                name: String::new(),
                path,
                doors: Vec::new(),
                entry: west.or(east),
            });
        }
    }
}

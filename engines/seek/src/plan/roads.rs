//! How long a team takes along every link.
#![expect(clippy::indexing_slicing, reason = "links, junctions and pieces are numbered by the terrain")]

use super::Team;
use crate::terrain::{Mode, Terrain};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Where a vehicle may not go its crew walks.
const AFOOT_MPS: f64 = 1.2;

#[derive(Debug)]
pub(super) struct Roads {
    mode: Mode,
    speed: f64,
    /// Seconds along each link, and against it.
    pub seconds: Vec<[f32; 2]>,
}

/// How one gets to junctions from a vertex.
#[derive(Debug)]
pub(super) struct Reached {
    pub seconds: Vec<f32>,
    /// The link by which, and whether along it.
    pub by: Vec<(u32, bool)>,
}

pub(super) const NO_LINK: u32 = u32::MAX;

impl Roads {
    pub fn new(terrain: &Terrain, mode: Mode, speed: f64) -> Self {
        let mut roads = Self { mode, speed, seconds: Vec::new() };
        roads.seconds = terrain
            .links
            .iter()
            .map(|l| {
                let pieces = l.first..l.end;
                [true, false].map(|along| pieces.clone().map(|n| roads.piece(terrain, n, along)).sum())
            })
            .collect();
        roads
    }

    pub fn is(&self, team: &Team) -> bool {
        self.mode == team.mode && self.speed.to_bits() == team.speed_mps.to_bits()
    }

    /// Seconds over one piece, from its first vertex or towards it.
    pub fn piece(&self, terrain: &Terrain, piece: u32, along: bool) -> f32 {
        let p = &terrain.pieces[piece as usize];
        let bits = match self.mode {
            Mode::Foot => 0,
            Mode::Bicycle => 1,
            Mode::Car => 4,
        };
        let open = bits == 0 || p.ways & if along { bits } else { bits << 1 } != 0;
        p.len / (if open { self.speed } else { self.speed.min(AFOOT_MPS) }) as f32
    }

    pub fn from(&self, terrain: &Terrain, begin: &[(u32, f32)], limit: f32) -> Reached {
        let n = terrain.junctions;
        let mut reached = Reached { seconds: vec![f32::INFINITY; n], by: vec![(NO_LINK, false); n] };
        let mut queue = BinaryHeap::new();
        for (junction, seconds) in begin {
            if *seconds < reached.seconds[*junction as usize] {
                reached.seconds[*junction as usize] = *seconds;
                queue.push(Reverse(((seconds * 100.0) as u32, *junction)));
            }
        }
        let mut done = vec![false; n];
        while let Some(Reverse((_, j))) = queue.pop() {
            if std::mem::replace(&mut done[j as usize], true) {
                continue;
            }
            for l in terrain.links_at(j) {
                let link = &terrain.links[*l as usize];
                let along = link.from == j;
                let to = if along { link.to } else { link.from };
                let there = reached.seconds[j as usize] + self.seconds[*l as usize][usize::from(!along)];
                if there < reached.seconds[to as usize] && there <= limit {
                    reached.seconds[to as usize] = there;
                    reached.by[to as usize] = (*l, along);
                    queue.push(Reverse(((there * 100.0) as u32, to)));
                }
            }
        }
        reached
    }
}

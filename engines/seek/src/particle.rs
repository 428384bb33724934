//! One way it may have gone: where to, how fast, and what then. Where a particle is at any instant follows from its few numbers, so evidence
//! can be applied at any time and in any order.
#![expect(
    clippy::indexing_slicing,
    reason = "ends, pieces, sources and trees are numbered by whoever made the particle"
)]

use crate::random::{Rng, mix, unit};
use crate::source::{End, NONE, Source};
use crate::terrain::Terrain;
use crate::tree::Tree;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Never went: in the house, at the door, or stuck where they are.
    Here,
    /// Goes and stays.
    Stays,
    /// Goes, and then to and fro in the streets around.
    Mills,
    /// Goes round and round at one distance.
    Circles,
    /// Goes and comes back the same way.
    Returns,
    /// Goes beyond the streets that are loaded.
    Leaves,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    pub tree: u32,
    pub end: u32,
    pub len: f32,
}

impl Leg {
    pub const NONE: Self = Self { tree: NONE, end: NONE, len: 0.0 };
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Particle {
    pub leg: Leg,
    /// From the place that the first leg leads to.
    pub then: Leg,
    pub source: u32,
    /// Minutes after they were last seen.
    pub departs: f32,
    /// Metres a minute.
    pub pace: f32,
    pub salt: u32,
    pub kind: Kind,
}

/// How long who goes to and fro stays in one piece of street, in minutes.
const TO_AND_FRO_MIN: f64 = 6.0;
const ROUND_MIN: f64 = 8.0;

/// What particles are made of: shared by all of a search.
#[derive(Debug)]
pub(crate) struct Stage {
    pub terrain: Arc<Terrain>,
    pub ends: Vec<End>,
    /// The first end of each piece.
    pub end_of: Vec<u32>,
    pub trees: Vec<Arc<Tree>>,
    pub sources: Vec<Arc<Source>>,
}

impl Stage {
    /// A leg to an end; none where the tree does not lead.
    pub fn leg(&self, tree: u32, end: u32) -> Option<Leg> {
        let (vertex, more) = self.enters(tree, end);
        let len = self.trees[tree as usize].dist(vertex) + more;
        len.is_finite().then_some(Leg { tree, end, len })
    }

    /// From which vertex a tree comes to an end, and how far from there.
    fn enters(&self, tree: u32, end: u32) -> (u32, f32) {
        let (tree, end) = (&self.trees[tree as usize], &self.ends[end as usize]);
        let p = &self.terrain.pieces[end.piece as usize];
        let (by_a, by_b) = (tree.dist(p.a) + end.along, tree.dist(p.b) + p.len - end.along);
        if by_a <= by_b { (p.a, end.along) } else { (p.b, p.len - end.along) }
    }

    fn door(&self, tree: u32) -> u32 {
        let around = self.terrain.around(self.trees[tree as usize].root).iter().map(|a| a.piece);
        let len = |n: &u32| self.terrain.pieces[*n as usize].len;
        around.min_by(|a, b| len(a).total_cmp(&len(b))).unwrap_or(0)
    }

    /// Where they stand before they set out: somewhere around where they were seen, as exactly as that is known.
    fn waits(&self, p: &Particle) -> u32 {
        let near = &self.sources[p.source as usize].near;
        let end = near.get(p.salt as usize % near.len().max(1));
        end.map_or_else(|| self.door(p.leg.tree), |end| self.ends[*end as usize].piece)
    }

    fn follow(&self, leg: &Leg, metres: f32) -> u32 {
        if metres <= 0.0 {
            return self.door(leg.tree);
        }
        let (vertex, more) = self.enters(leg.tree, leg.end);
        if metres >= leg.len - more {
            return self.ends[leg.end as usize].piece;
        }
        let piece = self.trees[leg.tree as usize].piece_at(vertex, metres);
        if piece == NONE { self.door(leg.tree) } else { piece }
    }

    /// The piece where a particle is so many minutes after they were last seen; none beyond the streets.
    pub fn place(&self, p: &Particle, minutes: f64) -> u32 {
        if p.kind == Kind::Here {
            return self.ends[p.leg.end as usize].piece;
        }
        let gone = (minutes - f64::from(p.departs)) as f32 * p.pace;
        let back = if p.kind == Kind::Returns && gone > p.leg.len { 2.0 * p.leg.len - gone } else { gone };
        if back <= 0.0 {
            return self.waits(p);
        }
        if back < p.leg.len || p.kind == Kind::Returns {
            return self.follow(&p.leg, back);
        }
        let mut last = &p.leg;
        if p.then.tree != NONE {
            let gone = gone - p.leg.len;
            if gone < p.then.len {
                return self.follow(&p.then, gone);
            }
            last = &p.then;
        }
        let end = &self.ends[last.end as usize];
        match p.kind {
            Kind::Leaves => NONE,
            Kind::Mills => self.near(end.piece, mix(u64::from(p.salt), (minutes / TO_AND_FRO_MIN) as u64)),
            Kind::Circles => {
                let source = &self.sources[p.source as usize];
                let radius = (end.xy[0] - source.xy[0]).hypot(end.xy[1] - source.xy[1]);
                let mut rng = Rng::new(mix(u64::from(p.salt), (minutes / ROUND_MIN) as u64));
                source
                    .ring(f64::from(radius))
                    .map_or(end.piece, |ring| self.ends[source.pick(&ring, &mut rng) as usize].piece)
            }
            _ => end.piece,
        }
    }

    /// Some pieces further, by chance.
    pub fn near(&self, piece: u32, bits: u64) -> u32 {
        let mut at = piece;
        let steps = bits & 3;
        for k in 0..steps {
            let p = &self.terrain.pieces[at as usize];
            let bits = mix(bits, k + 1);
            let around = self.terrain.around(if bits & 1 == 0 { p.a } else { p.b });
            at = around[((unit(bits) * around.len() as f64) as usize).min(around.len() - 1)].piece;
        }
        at
    }
}

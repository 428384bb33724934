//! A place where somebody was seen, and how they may go on from there: the law of distances laid over the streets around it.
#![expect(clippy::indexing_slicing, reason = "spots, pieces and trees are numbered here, for the vectors made here")]

use crate::profile::{Law, Profile};
use crate::random::{Rng, mix};
use crate::terrain::Terrain;
use crate::tree::Tree;
use std::sync::Arc;
use streets::LonLat;

/// A place on a piece where somebody may end, about 25 m of street each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub piece: u32,
    /// Metres from the piece's first vertex.
    pub along: f32,
    pub len: f32,
    pub xy: [f32; 2],
}

const END_M: f32 = 25.0;
/// Ways to try from where they were last seen, and from where somebody says to have seen them.
pub(crate) const WAYS: usize = 16;
pub(crate) const WAYS_AFTER: usize = 6;
const SECTORS: usize = 72;
/// Twice this is the logarithm of how much likelier on is than back: 4.5 times, an assumption.
const ON_RATHER_THAN_BACK: f32 = 0.75;

/// All places where somebody may end, in the order of the pieces.
pub(crate) fn ends(terrain: &Terrain) -> Vec<End> {
    let mut ends = Vec::new();
    for (n, p) in (0_u32..).zip(&terrain.pieces) {
        let (a, b) = (terrain.xy[p.a as usize], terrain.xy[p.b as usize]);
        let parts = (p.len / END_M).ceil().max(1.0);
        for k in 0..parts as u32 {
            let t = (k as f32 + 0.5) / parts;
            let xy = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            ends.push(End { piece: n, along: p.len * t, len: p.len / parts, xy });
        }
    }
    ends
}

#[derive(Debug)]
pub(crate) struct Source {
    pub xy: [f32; 2],
    pub trees: Vec<Arc<Tree>>,
    /// Distances from the place, ascending, and which end.
    pub by_distance: Vec<(f32, u32)>,
    /// Length of street up to each of them, the first left out.
    lengths: Vec<f64>,
    hull: Vec<[f32; 2]>,
    /// Where those are who never went far.
    pub near: Vec<u32>,
    /// In each direction the end that is farthest.
    farthest: Vec<u32>,
    /// Where they came from, as a direction to go on in: radians, none at the start.
    pub heading: Option<f32>,
}

impl Source {
    pub fn new(
        terrain: &Terrain,
        ends: &[End],
        at: LonLat,
        spread_m: f64,
        heading: Option<f32>,
        ways: usize,
        near_m: f64,
        seed: u64,
    ) -> Self {
        let xy = terrain.plane.to(at);
        let distance = |to: [f32; 2]| (to[0] - xy[0]).hypot(to[1] - xy[1]);
        let mut by_distance: Vec<(f32, u32)> = (0..).zip(ends).map(|(n, e)| (distance(e.xy), n)).collect();
        by_distance.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut lengths = Vec::with_capacity(by_distance.len() + 1);
        lengths.push(0.0);
        for (_, n) in &by_distance {
            lengths.push(lengths[lengths.len() - 1] + f64::from(ends[*n as usize].len));
        }
        let mut rng = Rng::new(mix(seed, 1));
        let roots: Vec<u32> = (0..ways.max(2))
            .map(|n| {
                let away = if n == 0 { [0.0; 2] } else { [rng.normal(), rng.normal()].map(|z| z * spread_m) };
                let there = [f64::from(xy[0]) + away[0], f64::from(xy[1]) + away[1]];
                terrain.nearest(terrain.plane.exactly_back(there))
            })
            .collect();
        let grow = |n: usize| Arc::new(Tree::grow(terrain, roots[n], mix(seed, 100 + n as u64)));
        let half = roots.len() / 2;
        // Two at a time: trees are most of the work.
        let trees: Vec<Arc<Tree>> = std::thread::scope(|scope| {
            let other = scope.spawn(|| (half..roots.len()).map(grow).collect::<Vec<_>>());
            let mut trees: Vec<Arc<Tree>> = (0..half).map(grow).collect();
            trees.extend(other.join().unwrap_or_default());
            trees
        });
        let mut far = vec![(0.0_f32, NONE); SECTORS];
        for (d, n) in &by_distance {
            let to = ends[*n as usize].xy;
            let sector = sector(f64::from(to[1] - xy[1]).atan2(f64::from(to[0] - xy[0])));
            far[sector] = (*d, *n);
        }
        let known: Vec<u32> = far.iter().map(|f| f.1).filter(|n| *n != NONE).collect();
        let farthest =
            far.iter().enumerate().map(|(k, f)| if f.1 == NONE { known[k % known.len()] } else { f.1 }).collect();
        let mut source =
            Self { xy, trees, by_distance, lengths, hull: hull(ends), near: Vec::new(), farthest, heading };
        source.near = source.doors(near_m, terrain, ends);
        source
    }

    /// The share of the circle with this radius that lies within the hull of the streets.
    pub fn loaded(&self, radius: f64) -> f64 {
        let inside = (0..SECTORS).filter(|k| {
            let angle = (*k as f64 + 0.5) / SECTORS as f64 * std::f64::consts::TAU;
            self.inside([f64::from(self.xy[0]) + radius * angle.cos(), f64::from(self.xy[1]) + radius * angle.sin()])
        });
        inside.count() as f64 / SECTORS as f64
    }

    pub fn inside(&self, [x, y]: [f64; 2]) -> bool {
        let n = self.hull.len();
        n > 2
            && (0..n).all(|k| {
                let (a, b) = (self.hull[k].map(f64::from), self.hull[(k + 1) % n].map(f64::from));
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= -1e-6
            })
    }

    /// The end that is farthest in a direction: where those go out who leave the streets that are loaded.
    pub fn way_out(&self, angle: f64) -> u32 {
        self.farthest[sector(angle)]
    }

    /// Ends near the door: on pieces whose middle is so near, or any so near, or the nearest.
    fn doors(&self, near_m: f64, terrain: &Terrain, ends: &[End]) -> Vec<u32> {
        let all = self.by_distance.partition_point(|e| f64::from(e.0) < near_m);
        let near: Vec<u32> = self.by_distance[..all].iter().map(|e| e.1).collect();
        let middle = |n: &u32| {
            let m = terrain.middle(ends[*n as usize].piece);
            f64::from((m[0] - self.xy[0]).hypot(m[1] - self.xy[1])) < near_m
        };
        let whole: Vec<u32> = near.iter().copied().filter(middle).collect();
        if !whole.is_empty() {
            return whole;
        }
        if near.is_empty() {
            self.ring(0.0).map_or(Vec::new(), |r| self.by_distance[r].iter().map(|e| e.1).collect())
        } else {
            near
        }
    }

    /// Ends at about this distance, as a range of [`Source::by_distance`]; none where there is no street near it.
    pub fn ring(&self, radius: f64) -> Option<std::ops::Range<usize>> {
        let nearest = self.by_distance.first().map_or(0.0, |e| f64::from(e.0));
        // Nearer than any street: the nearest ones.
        let radius = radius.max(nearest);
        let mut width = (radius * 0.03).max(12.0);
        for _ in 0..4 {
            let at = |d: f64| self.by_distance.partition_point(|e| f64::from(e.0) < d);
            let ring = at(radius - width)..at(radius + width);
            if !ring.is_empty() {
                return Some(ring);
            }
            width *= 2.0;
        }
        None
    }

    /// One of a range, by the length of street it stands for.
    pub fn pick(&self, range: &std::ops::Range<usize>, rng: &mut Rng) -> u32 {
        let (low, high) = (self.lengths[range.start], self.lengths[range.end]);
        let at = low + rng.unit() * (high - low);
        let n = self.lengths[range.clone()].partition_point(|l| *l <= at);
        self.by_distance[(range.start + n.max(1) - 1).min(range.end - 1)].1
    }

    /// The law of distances over the pieces, without any noise, and what lies beyond the streets. Sums to 1.
    pub fn laid_out(&self, law: &Law, ends: &[End], pieces: usize) -> (Vec<f64>, f64) {
        let mut p = vec![0.0; pieces];
        let mut outside = 0.0;
        let mut lay = |mass: f64, from: f64, to: f64| {
            let at = |d: f64| self.by_distance.partition_point(|e| f64::from(e.0) < d);
            let middle = if to.is_finite() { f64::midpoint(from, to) } else { from };
            let loaded = self.loaded(middle);
            let mut range = at(from)..at(to);
            if range.is_empty() {
                range = self.ring(middle).unwrap_or(0..0);
            }
            let total = self.lengths[range.end] - self.lengths[range.start];
            let here = if total > 0.0 { mass * loaded } else { 0.0 };
            outside += mass - here;
            for (_, n) in &self.by_distance[range] {
                let end = &ends[*n as usize];
                p[end.piece as usize] += here * f64::from(end.len) / total;
            }
        };
        // Rings by quantiles: fine where the law is steep.
        let mut before = 0.0;
        for n in 1..=600 {
            let share = law.near + (1.0 - law.near) * f64::from(n) / 600.0;
            let radius = if n < 600 { law.distance_m(share) } else { f64::INFINITY };
            lay((1.0 - law.near) / 600.0, before, radius);
            before = radius;
        }
        let doors: f64 = self.near.iter().map(|n| f64::from(ends[*n as usize].len)).sum();
        for end in self.near.iter().map(|n| &ends[*n as usize]) {
            p[end.piece as usize] += law.near * f64::from(end.len) / doors;
        }
        (p, outside)
    }

    /// How likely they are to turn in a direction, against any other: who has been seen under way goes on rather than back.
    pub fn goes_on(&self, end: &End, rng: &mut Rng) -> bool {
        self.heading.is_none_or(|heading| {
            let angle = (end.xy[1] - self.xy[1]).atan2(end.xy[0] - self.xy[0]);
            rng.unit() < f64::from(((angle - heading).cos() - 1.0) * ON_RATHER_THAN_BACK).exp()
        })
    }
}

pub(crate) const NONE: u32 = u32::MAX;

fn sector(angle: f64) -> usize {
    let turn = (angle / std::f64::consts::TAU).rem_euclid(1.0);
    ((turn * SECTORS as f64) as usize).min(SECTORS - 1)
}

/// Around all ends, against the clock (Andrew's monotone chain, 1979).
fn hull(ends: &[End]) -> Vec<[f32; 2]> {
    let mut points: Vec<[f32; 2]> = ends.iter().map(|e| e.xy).collect();
    points.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let turn = |o: [f32; 2], a: [f32; 2], b: [f32; 2]| {
        let [o, a, b] = [o, a, b].map(|p| p.map(f64::from));
        (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
    };
    let half = |points: &mut dyn Iterator<Item = [f32; 2]>| {
        let mut chain: Vec<[f32; 2]> = Vec::new();
        for p in points {
            while chain.len() > 1 && turn(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut points.iter().copied());
    lower.extend(half(&mut points.iter().rev().copied()));
    lower
}

/// A quantile of the law that is spread evenly over all that are drawn.
pub(crate) fn spread(law: &Law, n: usize, of: usize, rng: &mut Rng) -> f64 {
    law.distance_m(((n as f64 + rng.unit()) / of.max(1) as f64).clamp(1e-6, 1.0 - 1e-6))
}

/// Metres a minute, standing included.
pub(crate) fn pace(profile: &Profile, rng: &mut Rng) -> f32 {
    let p = &profile.pace;
    let walking = (p.mean_mps + p.sd_mps * rng.normal()).clamp(0.3, 1.6);
    // Some hardly stop, others often.
    let standing = (p.standing * 2.0 * rng.unit()).min(0.9);
    (walking * (1.0 - standing) * 60.0) as f32
}

//! What looking at a piece of street is worth in the minutes to come.
#![expect(clippy::indexing_slicing, reason = "pieces and links are numbered by the terrain")]

use super::FirstLook;
use crate::evidence::Evidence;
use crate::search::{Search, minutes};
use crate::source::NONE;
use crate::terrain::Terrain;

pub(super) const BIN_MIN: f64 = 10.0;
/// What has been searched fills again with those who move: half of it in so many minutes.
const FILLS_MIN: f64 = 90.0;
/// Near what is to be looked at first everything counts for more, because help is needed soonest there.
const FIRST: f32 = 1.5;

/// The expected probability on each piece in each ten minutes from now.
#[derive(Debug)]
pub(super) struct Worth {
    pub bins: Vec<Vec<f32>>,
}

impl Worth {
    pub fn new(search: &mut Search, ahead_min: f64, looks: &[FirstLook]) -> Self {
        let belief = search.belief(search.now, true);
        let terrain = &search.stage.terrain;
        let now = minutes(search.now);
        let unsearched = unsearched(search);
        let overlooked = overlooked(search);
        let bins = (ahead_min / BIN_MIN).ceil() as usize;
        let bins = (0..bins)
            .map(|k| {
                let mut p: Vec<f32> = belief.background.iter().map(|b| *b as f32).collect();
                // Twice in every ten minutes: who is under way counts on each street he comes through.
                for part in [0.25, 0.75] {
                    let places = belief.places(&search.stage, now + (k as f64 + part) * BIN_MIN);
                    for (piece, w) in places.iter().zip(&belief.weights).filter(|(piece, _)| **piece != NONE) {
                        p[*piece as usize] += (w / 2.0) as f32;
                    }
                }
                smooth(terrain, &mut p, &unsearched);
                overlooked.iter().for_each(|(n, more)| p[*n as usize] += more);
                looks.iter().filter(|l| l.due).flat_map(|l| &l.pieces).for_each(|n| p[*n as usize] *= FIRST);
                p
            })
            .collect();
        Self { bins }
    }

    pub fn bin(&self, seconds: f32) -> &[f32] {
        &self.bins[((f64::from(seconds) / 60.0 / BIN_MIN) as usize).min(self.bins.len() - 1)]
    }

    /// By link, after what others are going to look at.
    pub fn links(&self, terrain: &Terrain, left: &[f32]) -> Vec<Vec<f32>> {
        let of = |p: &Vec<f32>| {
            terrain.links.iter().map(|l| (l.first..l.end).map(|n| p[n as usize] * left[n as usize]).sum()).collect()
        };
        self.bins.iter().map(of).collect()
    }
}

/// Around the door somebody who is indoors is overlooked more often than a look on the street says: the share of those who never went far, halved by each look,
/// so that teams come by again. Only plans count on it; the map follows what was reported.
fn overlooked(search: &Search) -> Vec<(u32, f32)> {
    let near = search.stage.sources.first().map_or(&[][..], |s| &s.near);
    let mut pieces: Vec<u32> = near.iter().map(|n| search.stage.ends[*n as usize].piece).collect();
    pieces.sort_unstable();
    pieces.dedup();
    let len = |n: u32| search.stage.terrain.pieces[n as usize].len.max(1.0);
    let all: f32 = pieces.iter().map(|n| len(*n)).sum();
    let looks = |n: u32| {
        let seen = |e: &&Evidence| matches!(e, Evidence::Searched { pieces, .. } if pieces.binary_search(&n).is_ok());
        search.log.range(..=search.now).flat_map(|(_, e)| e).filter(seen).count()
    };
    let share = search.profile.law.near as f32;
    // Nothing to add before the first look: the map has it all.
    let more = |n: u32| if looks(n) == 0 { 0.0 } else { share * len(n) / all * 0.5_f32.powi(looks(n).min(30) as i32) };
    pieces.into_iter().map(|n| (n, more(n))).collect()
}

/// For each piece what earlier looks have left of it, filling again as time passes.
fn unsearched(search: &Search) -> Vec<f32> {
    let mut left = vec![1.0_f32; search.stage.terrain.pieces.len()];
    for (when, evidence) in search.log.range(..=search.now) {
        let age = minutes(search.now - when);
        for e in evidence {
            if let Evidence::Searched { pieces, pod } = e {
                let factor = 1.0 - (pod * 0.5_f64.powf(age / FILLS_MIN)) as f32;
                pieces.iter().for_each(|n| left[*n as usize] *= factor);
            }
        }
    }
    left
}

/// Particles are a sample; neighbouring streets are alike where neither has been searched. Without this a plan runs after chance.
fn smooth(terrain: &Terrain, p: &mut [f32], unsearched: &[f32]) {
    let size: Vec<f32> = terrain.pieces.iter().zip(unsearched).map(|(p, u)| p.len.max(1.0) * u.max(0.02)).collect();
    for _ in 0..3 {
        let density: Vec<f32> = (0..terrain.ids.len() as u32)
            .map(|v| {
                let around = terrain.around(v);
                let sum = |of: &[f32]| around.iter().map(|a| of[a.piece as usize]).sum::<f32>();
                sum(p) / sum(&size).max(1e-3)
            })
            .collect();
        for (n, piece) in terrain.pieces.iter().enumerate() {
            let around = f32::midpoint(density[piece.a as usize], density[piece.b as usize]) * size[n];
            p[n] = f32::midpoint(p[n], around);
        }
    }
}

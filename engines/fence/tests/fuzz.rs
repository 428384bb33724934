//! Anything at all as outlines and points: the index and the plain test agree, nothing panics. Runs on the stable compiler for a
//! fixed number of rounds; with `FUZZ_SECONDS` it goes on with other ones for a quarter of that time: most of it is for the readers of files.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    dead_code,
    reason = "tests, with what the bench shares"
)]

mod world;

use fence::{At, Index, Shape};
use std::sync::Arc;
use world::{Chance, slowly};

/// Coordinates from a family that a whole round shares: so that they meet, line up and differ by the least possible.
struct Family {
    kind: u64,
    known: Vec<f64>,
}

impl Family {
    fn coordinate(&mut self, chance: &mut Chance) -> f64 {
        if !self.known.is_empty() && chance.below(3) > 0 {
            let c = self.known[chance.below(self.known.len() as u64) as usize];
            return match chance.below(6) {
                0 => c.next_up(),
                1 => c.next_down(),
                2 => -c,
                _ => c,
            };
        }
        let c = match self.kind {
            0 => chance.below(12) as f64,
            1 => 121.4 + chance.below(1_000) as f64 * 1e-6,
            2 => chance.between(-1.0, 1.0),
            3 => f64::from_bits(chance.number()),
            4 => chance.between(-1.0, 1.0) * 10.0_f64.powi(chance.below(130) as i32 - 65),
            5 => 1e15 + chance.below(64) as f64,
            _ => 0.1 * chance.below(10) as f64,
        };
        self.known.push(c);
        c
    }
    fn at(&mut self, chance: &mut Chance) -> At {
        [self.coordinate(chance), self.coordinate(chance)]
    }
    fn shape(&mut self, chance: &mut Chance) -> Option<Shape> {
        let rings: Vec<Vec<At>> = (0..chance.below(4))
            .map(|_| {
                let most = if chance.below(20) == 0 { 400 } else { 12 };
                (0..chance.below(most)).map(|_| self.at(chance)).collect()
            })
            .collect();
        Shape::new(rings).ok()
    }
}

fn round(seed: u64) {
    let mut chance = Chance(seed);
    let mut family = Family { kind: chance.below(7), known: Vec::new() };
    let count = chance.below(12);
    let shapes: Vec<Shape> = (0..count).filter_map(|_| family.shape(&mut chance)).collect();
    let mut index = Index::new(shapes);
    for _ in 0..2 {
        let points: Vec<At> = (0..150).map(|_| family.at(&mut chance)).collect();
        let mut many: Vec<Vec<u32>> = vec![Vec::new(); points.len()];
        index.locate_many(&points, |point, area| many[point].push(area));
        for (at, mut together) in points.iter().zip(many) {
            together.sort_unstable();
            let slow = slowly(&index, *at);
            assert_eq!(index.containing(*at), slow, "seed {seed}, at {at:?}");
            assert_eq!(together, slow, "seed {seed}, at {at:?}, many at once");
        }
        let number = chance.below(12) as u32;
        index = index.with(number, family.shape(&mut chance).map(Arc::new));
    }
}

#[test]
fn anything_at_all() {
    let seconds: f64 = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0.0);
    let began = std::time::Instant::now();
    let mut seed = 0;
    while seed < 600 || began.elapsed().as_secs_f64() < seconds / 4.0 {
        let told = Seed(seed);
        round(seed);
        drop(told);
        seed += 1;
    }
}

/// Says which round it was when one panics: `round` of this number does the same again.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

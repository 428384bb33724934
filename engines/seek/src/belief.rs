//! Where they may be: weighted particles over a background that keeps every street possible, and Bayes' rule on both.
#![expect(clippy::indexing_slicing, reason = "pieces and particles are numbered by the stage")]

use crate::evidence::{Evidence, Likelihood};
use crate::particle::{Particle, Stage};
use crate::random::{Rng, mix};
use crate::source::NONE;

#[derive(Debug, Clone)]
pub(crate) struct Belief {
    pub particles: Vec<Particle>,
    pub weights: Vec<f64>,
    /// By piece: they are there and do not move.
    pub background: Vec<f64>,
    /// Beyond the streets and not moving.
    pub outside: f64,
}

/// A row for every piece, and what is beyond. Sums to 1.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub p: Vec<f64>,
    pub outside: f64,
}

/// What stands of the reports of one instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    pub likelihood: Likelihood,
    pub source: u32,
    pub first_tree: u32,
    pub beyond: bool,
}

impl Belief {
    pub fn places(&self, stage: &Stage, minutes: f64) -> Vec<u32> {
        let work = |from: usize, to: usize| -> Vec<u32> {
            self.particles[from..to].iter().map(|p| stage.place(p, minutes)).collect()
        };
        let half = self.particles.len() / 2;
        if half < 2_000 {
            return work(0, self.particles.len());
        }
        std::thread::scope(|scope| {
            let second = scope.spawn(|| work(half, self.particles.len()));
            let mut places = work(0, half);
            places.extend(second.join().unwrap_or_default());
            places
        })
    }

    pub fn rows(&self, places: &[u32]) -> Rows {
        let (mut p, mut outside) = (self.background.clone(), self.outside);
        for (piece, w) in places.iter().zip(&self.weights) {
            if *piece == NONE { outside += w } else { p[*piece as usize] += w }
        }
        Rows { p, outside }
    }

    /// Bayes' rule for all evidence of one instant: every part of a row is multiplied by the same number, so every row is.
    pub fn learn(&mut self, stage: &Stage, places: &[u32], evidence: &[Evidence], reports: &[Report]) {
        let mut factor = vec![1.0_f64; self.background.len()];
        let mut beyond = 1.0;
        for e in evidence {
            if let Evidence::Searched { pieces, pod } = e {
                pieces.iter().for_each(|n| factor[*n as usize] *= 1.0 - pod);
            }
        }
        for report in reports {
            let scale = 1.0 / report.likelihood.false_m2;
            for (n, f) in (0_u32..).zip(&mut factor) {
                *f *= report.likelihood.at(stage.terrain.middle(n)) * scale;
            }
            beyond *= report.likelihood.outside(report.beyond) * scale;
        }
        self.background.iter_mut().zip(&factor).for_each(|(b, f)| *b *= f);
        self.outside *= beyond;
        for (w, piece) in self.weights.iter_mut().zip(places) {
            *w *= if *piece == NONE { beyond } else { factor[*piece as usize] };
        }
        self.normalise();
    }

    pub fn total(&self) -> f64 {
        self.weights.iter().sum::<f64>() + self.background.iter().sum::<f64>() + self.outside
    }

    fn normalise(&mut self) {
        let scale = 1.0 / self.total();
        self.weights.iter_mut().chain(&mut self.background).for_each(|w| *w *= scale);
        self.outside *= scale;
    }

    /// As many particles as wanted, drawn in even steps of their weight (systematic resampling, Kitagawa 1996), all of
    /// one weight. Those drawn more than once are moved a little, so that they are not one.
    pub fn draw_again(&mut self, stage: &Stage, wanted: usize, rng: &mut Rng) {
        let sum: f64 = self.weights.iter().sum();
        if wanted == 0 || sum <= 0.0 {
            self.particles.clear();
            self.weights.clear();
            return;
        }
        let step = sum / wanted as f64;
        let (mut at, mut passed, mut kept) = (step * rng.unit(), 0.0, Vec::with_capacity(wanted));
        for (particle, w) in self.particles.iter().zip(&self.weights) {
            passed += w;
            let mut first = true;
            while at < passed && kept.len() < wanted {
                let mut copy = *particle;
                if !first {
                    let bits = rng.next();
                    copy.salt = bits as u32;
                    copy.pace *= 0.9 + 0.2 * (mix(bits, 7) >> 40) as f32 / (1_u64 << 24) as f32;
                    let piece = stage.near(stage.ends[copy.leg.end as usize].piece, bits | 1);
                    if copy.then.tree == NONE
                        && let Some(leg) = stage.leg(copy.leg.tree, stage.end_of[piece as usize])
                    {
                        copy.leg = leg;
                    }
                }
                kept.push(copy);
                first = false;
                at += step;
            }
        }
        self.weights = vec![sum / kept.len().max(1) as f64; kept.len()];
        self.particles = kept;
    }

    /// As if so many particles of equal weight.
    pub fn effective(&self) -> f64 {
        let (sum, squares) = self.weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }
}

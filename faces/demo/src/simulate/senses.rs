//! What a receiver makes of where it is: an error that drifts slowly, a little noise on top, nothing under a roof.
//!
//! The drift is a Gauss–Markov process in each direction, exact for any time between two looks:
//! e(t+Δ) = e(t)·exp(−Δ/τ) + N(0, σ²·(1 − exp(−2Δ/τ))).
//! Errors of receivers in streets are mostly reflections and the atmosphere; they last for minutes, and averaging some fixes
//! does not help against them. White noise alone would make every fence look easy.

use super::town::moved;
use crate::rng::Rng;
use ::streets::LonLat;
use kernel::Moment;

/// How long an error lasts, in seconds: it has fallen to 1/e then.
pub const TAU_SECS: f64 = 120.0;
/// Standard deviation of the drift in each direction, in metres, under the open sky: with the noise on top half of all fixes lie within
/// 6 m, as of phones in streets (GPS.gov gives 4.9 m for phones under an open sky).
pub const DRIFT_M: f64 = 4.7;
/// The same in a house, where a receiver by the window still hears something.
pub const DRIFT_INDOORS_M: f64 = 22.0;
/// Standard deviation of the noise in each direction, in metres.
pub const WHITE_M: f64 = 1.5;

/// The receiver of one device.
#[derive(Debug)]
pub struct Receiver {
    rng: Rng,
    /// In standard deviations, east and north.
    drift: [f64; 2],
    last: Option<Moment>,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensed {
    pub at: LonLat,
    /// What it believes of itself, in metres; receivers flatter themselves now and then.
    pub accuracy_m: f64,
    pub satellites: u8,
}

impl Receiver {
    pub fn new(rng: Rng) -> Self {
        Self { rng, drift: [0.0; 2], last: None }
    }

    /// A look at the sky at `now`, not before the last one.
    pub fn look(&mut self, truth: LonLat, indoors: bool, now: Moment) -> Sensed {
        let since = self.last.map_or(f64::INFINITY, |l| (now.micros() - l.micros()) as f64 / 1e6);
        self.last = Some(now);
        let keeps = (-since / TAU_SECS).exp();
        for e in &mut self.drift {
            *e = *e * keeps + gauss(&mut self.rng) * (1.0 - keeps * keeps).sqrt();
        }
        let sigma = if indoors { DRIFT_INDOORS_M } else { DRIFT_M };
        let [east, north] = self.drift.map(|e| e * sigma);
        let at = moved(truth, east + gauss(&mut self.rng) * WHITE_M, north + gauss(&mut self.rng) * WHITE_M);
        let accuracy_m = sigma * self.rng.range(0.9, 2.2);
        let satellites = if indoors { self.rng.between(4, 6) } else { self.rng.between(7, 14) };
        Sensed { at, accuracy_m, satellites: satellites as u8 }
    }
}

/// A normal deviate, by Box and Muller.
pub fn gauss(rng: &mut Rng) -> f64 {
    let (u, v) = (1.0 - rng.unit(), rng.unit());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

//! What is learned while a search runs, and what it says about every segment.

use crate::profile::{Law, Reports};
use streets::LonLat;

/// Milliseconds after the person was last seen.
pub(crate) type Millis = i64;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Evidence {
    /// Segments were looked at and nobody was found.
    Searched {
        pieces: Vec<u32>,
        pod: f64,
    },
    Seen(Seen),
}

/// Somebody, or a locator, says where they were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub at: LonLat,
    pub sigma_m: f64,
    pub confidence: f64,
    pub by_locator: bool,
}

impl Evidence {
    /// An order that does not depend on which of two came first: evidence of one instant then gives the same digits either way.
    pub fn key(&self) -> (u8, u64, u64, u64, u64, &[u32]) {
        match self {
            Self::Searched { pieces, pod } => (0, pod.to_bits(), 0, 0, 0, pieces),
            Self::Seen(s) => {
                let [lon, lat] = s.at.map(f64::to_bits);
                (1 + u8::from(s.by_locator), lon, lat, s.sigma_m.to_bits(), s.confidence.to_bits(), &[])
            }
        }
    }
}

/// A report as a likelihood: c·g(d) + (1 − c)·q. With g normal around the place reported, and q the density of false reports, which come
/// from where the law of distances says, and a few from anywhere: no place ever becomes impossible, and a report that fits nothing else
/// is believed less.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Likelihood {
    pub xy: [f32; 2],
    true_m2: f64,
    pub false_m2: f64,
    two_sigma2: f64,
}

impl Likelihood {
    pub fn new(seen: &Seen, xy: [f32; 2], from_start_m: f64, law: &Law, reports: &Reports) -> Self {
        let c = seen.confidence.min(reports.most.max(if seen.by_locator { reports.fix_confidence } else { 0.0 }));
        let two_sigma2 = 2.0 * seen.sigma_m.powi(2);
        let d = from_start_m.max(law.near_m);
        let by_law = (1.0 - law.near) * law.density_of_log(d) / (std::f64::consts::TAU * d * d);
        let false_m2 = (1.0 - c) * (by_law + reports.false_per_km2 * 1e-6);
        Self { xy, true_m2: c / (std::f64::consts::PI * two_sigma2), false_m2, two_sigma2 }
    }

    /// Of the part that is true, at a place.
    pub fn true_at(&self, xy: [f32; 2]) -> f64 {
        let (dx, dy) = (f64::from(xy[0] - self.xy[0]), f64::from(xy[1] - self.xy[1]));
        self.true_m2 * (-(dx * dx + dy * dy) / self.two_sigma2).exp()
    }
    pub fn at(&self, xy: [f32; 2]) -> f64 {
        self.true_at(xy) + self.false_m2
    }
    /// How much of being at a place is owed to the report being true.
    pub fn owed(&self, xy: [f32; 2]) -> f64 {
        let t = self.true_at(xy);
        t / (t + self.false_m2)
    }
    /// Beyond the streets, when the report itself lies beyond them: somewhere within some kilometres of it.
    pub fn outside(&self, beyond: bool) -> f64 {
        const AROUND_M2: f64 = 8e7;
        self.false_m2 + if beyond { self.true_m2 * std::f64::consts::PI * self.two_sigma2 / AROUND_M2 } else { 0.0 }
    }
}

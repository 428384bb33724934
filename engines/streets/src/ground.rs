//! Ways on foot, whether streets are loaded or not: the same questions, and an honest word about how good the answer is.

use crate::LonLat;
use crate::metric::{LONGEST, distance_m, e7, metres, units};
use crate::network::{Network, Snap};
use std::sync::Arc;

/// What distances are measured on.
#[derive(Debug, Clone)]
pub enum Ground {
    Streets(Arc<Network>),
    /// Nothing is known of streets: the straight line times a factor.
    Straight {
        detour: f64,
    },
}

/// How much longer the way on foot is than the straight line: docs/streets.md says where this number was measured.
pub const DETOUR: f64 = 1.35;

/// So far away from any street a place still belongs to the network: the depth of a large block. Beyond, the straight line is taken.
const OFF_THE_STREET_M: f64 = 300.0;

impl Default for Ground {
    fn default() -> Self {
        Self::Straight { detour: DETOUR }
    }
}

impl Ground {
    /// Whether answers are estimates from straight lines, so that pages can say so.
    pub fn is_estimate(&self) -> bool {
        matches!(self, Self::Straight { .. })
    }

    /// Metres on foot from one place to each of these, where it is not more than the limit.
    ///
    /// On streets: from the place straight to the nearest street, along streets, and straight to the other place. A place far from
    /// every street (300 m) is measured by the straight line times the factor; a place that no street leads to from here is
    /// not reached.
    pub fn distances(&self, from: LonLat, to: &[LonLat], limit_m: f64) -> Vec<Option<f64>> {
        self.any_to_many(&[from], to, limit_m)
    }

    /// The way from one place to another as it is drawn: along the streets, or straight where there are none or none leads there.
    pub fn line(&self, from: LonLat, to: LonLat) -> Vec<LonLat> {
        let straight = vec![from, to];
        let Self::Streets(network) = self else { return straight };
        let ends = network.nearest(from, OFF_THE_STREET_M).zip(network.nearest(to, OFF_THE_STREET_M));
        let Some(route) = ends.and_then(|(a, b)| network.route(&a, &b)) else { return straight };
        std::iter::once(from).chain(route.line).chain(std::iter::once(to)).collect()
    }

    /// Streets that touch a frame of corners south-west and north-east, at most so many: for a drawing. None where none are loaded.
    pub fn streets_within(&self, low: LonLat, high: LonLat, most: usize) -> Vec<Vec<LonLat>> {
        let Self::Streets(network) = self else { return Vec::new() };
        let inside = |[lon, lat]: LonLat| (low[0]..=high[0]).contains(&lon) && (low[1]..=high[1]).contains(&lat);
        let count = u32::try_from(network.edges()).unwrap_or(u32::MAX);
        let lines = (0..count).filter(|edge| network.line(*edge).any(inside));
        lines.take(most).map(|edge| network.line(edge).collect()).collect()
    }

    /// The nearest of some places, nearest first: which of them, and how many metres.
    pub fn nearest(&self, from: LonLat, of: &[LonLat], k: usize, limit_m: f64) -> Vec<(usize, f64)> {
        let distances = self.distances(from, of, limit_m);
        let mut found: Vec<(usize, f64)> =
            distances.into_iter().enumerate().filter_map(|(n, d)| Some((n, d?))).collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found.truncate(k);
        found
    }

    /// Which of some places can be reached within the limit from any of the others.
    pub fn within(&self, from: &[LonLat], of: &[LonLat], limit_m: f64) -> Vec<usize> {
        let distances = self.any_to_many(from, of, limit_m);
        distances.into_iter().enumerate().filter_map(|(n, d)| d.map(|_| n)).collect()
    }

    /// Metres on foot to each of these from the nearest of the others.
    pub fn any_to_many(&self, from: &[LonLat], to: &[LonLat], limit_m: f64) -> Vec<Option<f64>> {
        let straight = |to: &LonLat, detour: f64| {
            from.iter().filter_map(|from| line_m(*from, *to)).map(|d| d * detour).min_by(f64::total_cmp)
        };
        let network = match self {
            Self::Straight { detour } => {
                return to.iter().map(|to| straight(to, *detour).filter(|d| *d <= limit_m)).collect();
            }
            Self::Streets(network) => network,
        };
        let snap = |at: &LonLat| network.nearest(*at, OFF_THE_STREET_M);
        let (here, there): (Vec<_>, Vec<_>) = (from.iter().map(snap).collect(), to.iter().map(snap).collect());
        let starts: Vec<(Snap, u32)> = here.iter().flatten().map(|s| (*s, units(s.distance_m))).collect();
        let known: Vec<Snap> = there.iter().flatten().copied().collect();
        let mut along = network.begun_to_many(&starts, &known, limit_m).into_iter();
        let off = |n: usize| here.get(n).is_none_or(Option::is_none);
        to.iter()
            .zip(&there)
            .map(|(to, snap)| {
                let by_street = snap.as_ref().and_then(|s| along.next().flatten().map(|d| d + s.distance_m));
                // Straight where there is no street, and between neighbours who need none.
                let by_line = from.iter().zip(&here).enumerate().filter_map(|(n, (from, here))| {
                    let line = line_m(*from, *to)?;
                    let legs = here.as_ref().zip(snap.as_ref()).map_or(0.0, |(h, s)| h.distance_m + s.distance_m);
                    (off(n) || snap.is_none() || line <= legs).then_some(line * DETOUR)
                });
                by_line.chain(by_street).min_by(f64::total_cmp).filter(|d| *d <= limit_m)
            })
            .collect()
    }
}

fn line_m(a: LonLat, b: LonLat) -> Option<f64> {
    Some(distance_m(e7(a)?, e7(b)?))
}

impl Network {
    /// Metres to each of these from the nearest of the others.
    pub fn any_to_many(&self, from: &[Snap], to: &[Snap], limit_m: f64) -> Vec<Option<f64>> {
        let starts: Vec<(Snap, u32)> = from.iter().map(|s| (*s, 0)).collect();
        self.begun_to_many(&starts, to, limit_m)
    }

    fn begun_to_many(&self, from: &[(Snap, u32)], to: &[Snap], limit_m: f64) -> Vec<Option<f64>> {
        let row = self.row_from(from, to, units(limit_m).min(LONGEST));
        row.into_iter().map(|d| d.map(metres)).collect()
    }
}

//! How far from home people are found.

use crate::profile::Distance;
use kernel::geo::{EARTH_RADIUS_M, Point};
use std::f64::consts::{PI, TAU};

/// Metres are blurred by where people stand when they tell; below this distance all places are alike.
const BLUR_KM: f64 = 0.02;

/// Equirectangular distance from a fixed point: within 0.1 % up to 100 km at these latitudes, and three times as quick
/// as the great circle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct From {
    lat: f64,
    lon: f64,
    east: f64,
}

impl From {
    pub(crate) fn new(point: Point) -> Self {
        let lat = point.lat().to_radians();
        Self { lat, lon: point.lon().to_radians(), east: lat.cos() }
    }

    /// Kilometres to a place in radians.
    pub(crate) fn km(&self, lat: f64, lon: f64) -> f64 {
        let mut dlon = (lon - self.lon).abs();
        if dlon > PI {
            dlon = TAU - dlon;
        }
        let (x, y) = (dlon * self.east, lat - self.lat);
        (x * x + y * y).sqrt() * (EARTH_RADIUS_M / 1000.0)
    }
}

impl Distance {
    /// Probability per km² of being found at a certain place `km` from home; the three parts of the mixture.
    pub(crate) fn parts(&self, km: f64) -> [f64; 3] {
        let km = km.max(BLUR_KM);
        let disc = |share: f64, scale: f64| share / (TAU * scale * scale) * (-0.5 * (km / scale).powi(2)).exp();
        let z = (km.ln() - self.mu) / self.sigma;
        let law = (1.0 - self.near - self.far) * (-0.5 * z * z).exp() / (self.sigma * TAU.sqrt() * km * TAU * km);
        // A tail that falls slowly: nobody is excluded by distance, wherever a train took them.
        let scale = self.far_km;
        let far = self.far * scale / (TAU * (scale * scale + km * km).powf(1.5));
        [disc(self.near, self.near_km), law, far]
    }

    pub(crate) fn density(&self, km: f64) -> f64 {
        self.parts(km).iter().sum()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Profile;

    #[test]
    fn the_density_is_one_over_the_plane() {
        let law = Profile::default().place;
        // Rings of growing width, to 100,000 km.
        let (mut sum, mut r) = (0.0, 0.0);
        while r < 1e5 {
            let next = if r < 1.0 { r + 5e-4 } else { r * 1.001 };
            let middle = f64::midpoint(r, next);
            sum += law.density(middle) * PI * (next * next - r * r);
            r = next;
        }
        // The blur takes the sharp tip of the law.
        assert!((sum - 1.0).abs() < 0.02, "{sum}");
    }

    #[test]
    fn distances_agree_with_the_great_circle() {
        let (a, b) = (Point::new(121.47, 30.92).unwrap(), Point::new(121.61, 31.05).unwrap());
        let km = From::new(a).km(b.lat().to_radians(), b.lon().to_radians());
        assert!((km - a.distance_m(b) / 1000.0).abs() < 0.02, "{km}");
    }
}

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

/// The other places named for each person, in radians, side by side.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// Where each person's places begin; one more than there are people.
    starts: Vec<usize>,
    at: Vec<(f64, f64)>,
}

impl Named {
    pub(crate) fn new<'a>(people: impl Iterator<Item = &'a [Point]>) -> Self {
        let mut out = Self { starts: vec![0], at: Vec::new() };
        for places in people {
            out.at.extend(places.iter().map(|p| (p.lat().to_radians(), p.lon().to_radians())));
            out.starts.push(out.at.len());
        }
        out
    }

    pub(crate) fn of(&self, person: usize) -> &[(f64, f64)] {
        match (self.starts.get(person), self.starts.get(person + 1)) {
            (Some(from), Some(to)) => self.at.get(*from..*to).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Probability per km² of being found at a certain place, for who is at one of theirs; `None` when none is named.
    pub(crate) fn density(&self, person: usize, law: &Distance, from: &From) -> Option<f64> {
        let places = self.of(person);
        let sum: f64 = places.iter().map(|(lat, lon)| disc(from.km(*lat, *lon), law.named_km)).sum();
        (!places.is_empty()).then(|| sum / places.len() as f64)
    }
}

/// Per km²: normal in two dimensions.
fn disc(km: f64, scale: f64) -> f64 {
    (-0.5 * (km / scale).powi(2)).exp() / (TAU * scale * scale)
}

impl Distance {
    /// Probability per km² of being found at a certain place `km` from home; the three parts of the mixture.
    pub(crate) fn parts(&self, km: f64) -> [f64; 3] {
        let km = km.max(BLUR_KM);
        let z = (km.ln() - self.mu) / self.sigma;
        let law = (1.0 - self.near - self.far) * (-0.5 * z * z).exp() / (self.sigma * TAU.sqrt() * km * TAU * km);
        // A tail that falls slowly: nobody is excluded by distance, wherever a train took them.
        let scale = self.far_km;
        let far = self.far * scale / (TAU * (scale * scale + km * km).powf(1.5));
        [self.near * disc(km, self.near_km), law, far]
    }

    #[cfg(test)]
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
    fn a_named_place_takes_its_share_and_the_density_stays_one() {
        let law = Profile::default().place;
        let (mut sum, mut r) = (0.0, 0.0);
        while r < 5.0 {
            let (middle, next) = (r + 5e-4, r + 1e-3);
            sum += disc(middle, law.named_km) * PI * (next * next - r * r);
            r = next;
        }
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        let (a, b) = (Point::new(121.47, 30.92).unwrap(), Point::new(121.52, 30.92).unwrap());
        let named = Named::new([&[][..], &[a, b][..]].into_iter());
        let at = From::new(a);
        assert_eq!(named.density(0, &law, &at), None, "nobody named a place");
        let two = named.density(1, &law, &at).unwrap();
        assert!((two - disc(0.0, law.named_km) / 2.0).abs() < 1e-9, "{two}");
        assert_eq!(named.of(2), &[], "nobody of that number");
    }

    #[test]
    fn distances_agree_with_the_great_circle() {
        let (a, b) = (Point::new(121.47, 30.92).unwrap(), Point::new(121.61, 31.05).unwrap());
        let km = From::new(a).km(b.lat().to_radians(), b.lon().to_radians());
        assert!((km - a.distance_m(b) / 1000.0).abs() < 0.02, "{km}");
    }
}

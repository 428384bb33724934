//! Metres: the great circle on the mean sphere, the same as `kernel::Point::distance_m`, so that all parts of Mulin agree.

use crate::osm::E7;
use kernel::geo::EARTH_RADIUS_M;

/// Lengths inside of the network are whole numbers of tenths of a millimetre: sums are exact and the same on every machine.
pub(crate) const UNITS_PER_M: f64 = 10_000.0;
/// The longest distance that is ever looked for, 200 km. Two of it fit into a `u32`.
pub(crate) const LONGEST: u32 = 2_000_000_000;

/// Up to the longest; what is no number is nothing.
pub(crate) fn units(metres: f64) -> u32 {
    (metres * UNITS_PER_M).round().clamp(0.0, f64::from(LONGEST)) as u32
}

pub(crate) fn metres(units: u32) -> f64 {
    f64::from(units) / UNITS_PER_M
}

pub(crate) fn radians(e7: i32) -> f64 {
    (f64::from(e7) / 1e7).to_radians()
}

pub(crate) fn distance_m([lon1, lat1]: E7, [lon2, lat2]: E7) -> f64 {
    let (a, b) = (radians(lat1), radians(lat2));
    let half_lat = ((b - a) / 2.0).sin();
    let half_lon = ((radians(lon2) - radians(lon1)) / 2.0).sin();
    let h = half_lat * half_lat + a.cos() * b.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

/// A plane around a place: metres to the east and north of it. Good for some kilometres.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    at: E7,
    east: f64,
    north: f64,
}

impl Plane {
    pub fn new(at: E7) -> Self {
        let north = EARTH_RADIUS_M * 1e-7_f64.to_radians();
        Self { at, east: north * radians(at[1]).cos().max(1e-6), north }
    }
    pub fn to(&self, [lon, lat]: E7) -> [f64; 2] {
        let [lon0, lat0] = self.at.map(f64::from);
        [(f64::from(lon) - lon0) * self.east, (f64::from(lat) - lat0) * self.north]
    }
    /// Degrees of a place so many metres away.
    pub fn back(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [lon0, lat0] = self.at.map(f64::from);
        [(lon0 + x / self.east) / 1e7, (lat0 + y / self.north) / 1e7]
    }
    /// Metres of one step of 1e-7 degrees: east, north.
    pub fn scale(&self) -> [f64; 2] {
        [self.east, self.north]
    }
}

/// From the origin to the piece of line between `a` and `b`: the square of the distance, and where on it, from 0 to 1.
pub(crate) fn to_segment(a: [f64; 2], b: [f64; 2]) -> (f64, f64) {
    let d = [b[0] - a[0], b[1] - a[1]];
    let len2 = d[0] * d[0] + d[1] * d[1];
    let t = if len2 > 0.0 { (-(a[0] * d[0] + a[1] * d[1]) / len2).clamp(0.0, 1.0) } else { 0.0 };
    let p = [a[0] + t * d[0], a[1] + t * d[1]];
    (p[0] * p[0] + p[1] * p[1], t)
}

/// Nearest whole 1e-7 degrees; `None` for what is no place.
pub(crate) fn e7([lon, lat]: [f64; 2]) -> Option<E7> {
    let inside = lon.abs() <= 180.0 && lat.abs() <= 90.0;
    inside.then(|| [(lon * 1e7).round() as i32, (lat * 1e7).round() as i32])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_same_metres_as_everywhere() {
        let (a, b) = ([121.47, 31.23], [121.48, 31.2412]);
        let point = |[lon, lat]: [f64; 2]| kernel::Point::new(lon, lat).unwrap();
        let (ours, theirs) = (distance_m(e7(a).unwrap(), e7(b).unwrap()), point(a).distance_m(point(b)));
        assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
        let plane = Plane::new(e7(a).unwrap());
        let [x, y] = plane.to(e7(b).unwrap());
        assert!((x.hypot(y) - ours).abs() < 0.5);
        let back = plane.back([x, y]);
        assert!((back[0] - b[0]).abs() < 1e-9 && (back[1] - b[1]).abs() < 1e-9);
    }

    #[test]
    fn lengths_that_are_none() {
        assert_eq!([units(f64::NAN), units(-1.0), units(f64::INFINITY), units(1.5)], [0, 0, LONGEST, 15_000]);
        assert_eq!((e7([f64::NAN, 0.0]), e7([0.0, 90.1])), (None, None));
    }
}

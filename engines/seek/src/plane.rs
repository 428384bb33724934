//! Metres around a place, and cells of equal area on the ground.

use kernel::geo::EARTH_RADIUS_M;
use streets::LonLat;

/// The sinusoidal projection about a meridian: areas are true everywhere, distances near the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plane {
    middle: LonLat,
}

impl Plane {
    pub fn around(middle: LonLat) -> Self {
        Self { middle }
    }
    pub fn middle(&self) -> LonLat {
        self.middle
    }
    /// Metres to the east and north.
    pub fn exactly(&self, [lon, lat]: LonLat) -> [f64; 2] {
        let [lon0, lat0] = self.middle;
        let turned = (lon - lon0 + 540.0).rem_euclid(360.0) - 180.0;
        [EARTH_RADIUS_M * lat.to_radians().cos() * turned.to_radians(), EARTH_RADIUS_M * (lat - lat0).to_radians()]
    }
    pub fn to(&self, at: LonLat) -> [f32; 2] {
        self.exactly(at).map(|c| c as f32)
    }
    pub fn back(&self, xy: [f32; 2]) -> LonLat {
        self.exactly_back(xy.map(f64::from))
    }
    pub fn exactly_back(&self, [x, y]: [f64; 2]) -> LonLat {
        let lat = self.middle[1] + (y / EARTH_RADIUS_M).to_degrees();
        let lon = self.middle[0] + (x / (EARTH_RADIUS_M * lat.to_radians().cos().max(1e-9))).to_degrees();
        [lon, lat]
    }
}

//! Flat metres around a district: good to 0.1 % over 100 km, which is enough for areas of pieces and distances of posts.

use geo::{Coord, MapCoords, MultiPolygon};
use kernel::geo::EARTH_RADIUS_M;

/// A local plane with its origin in degrees. x grows east, y north, both in metres.
#[derive(Debug, Clone, Copy)]
pub struct Plane {
    lon: f64,
    lat: f64,
    /// Metres per degree.
    east: f64,
    north: f64,
}

impl Plane {
    pub fn around(lon: f64, lat: f64) -> Self {
        let north = EARTH_RADIUS_M.to_radians();
        Self { lon, lat, east: north * lat.to_radians().cos(), north }
    }
    pub fn to_metres(self, shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        shape.map_coords(|c| Coord { x: (c.x - self.lon) * self.east, y: (c.y - self.lat) * self.north })
    }
    pub fn to_degrees(self, shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        shape.map_coords(|c| self.degrees(c))
    }
    pub fn degrees(self, c: Coord) -> Coord {
        Coord { x: c.x / self.east + self.lon, y: c.y / self.north + self.lat }
    }
    pub fn metres(self, lon: f64, lat: f64) -> Coord {
        Coord { x: (lon - self.lon) * self.east, y: (lat - self.lat) * self.north }
    }
}

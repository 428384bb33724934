//! The plane that tiles are cut from: the web's Mercator projection in whole units, fine enough that a tile of the finest zoom
//! needs no rounding of its own.

use crate::LonLat;

/// Finest zoom that tiles are made for; maps draw nearer views from its tiles.
pub const FINEST: u8 = 15;
/// Coarsest zoom: a whole district, some 60 km wide, on the screen of a phone.
pub const COARSEST: u8 = 8;
/// Units along the side of a tile.
pub const EXTENT: i32 = 4096;
/// Units around the world: tiles of the finest zoom, side by side (0.3 m at the equator).
const WORLD: f64 = ((1_u64 << FINEST) * EXTENT as u64) as f64;
/// Beyond it the projection has no square any more.
const MOST_LAT: f64 = 85.051_128;

/// Where a place lies on the plane: x to the east, y to the south; none for what is no place or lies at the poles.
pub fn project([lon, lat]: LonLat) -> Option<(i32, i32)> {
    if !(lon.abs() <= 180.0 && lat.abs() <= MOST_LAT) {
        return None;
    }
    let x = (lon / 360.0 + 0.5) * WORLD;
    let sine = lat.to_radians().sin();
    let y = (0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI)) * WORLD;
    let whole = |v: f64| v.round().clamp(0.0, WORLD - 1.0) as i32;
    Some((whole(x), whole(y)))
}

/// Units of the plane along the side of a tile.
pub const fn side(z: u8) -> i32 {
    EXTENT << (FINEST - z)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn known_places_lie_on_their_known_tiles() {
        // Tile numbers as every map server has them: floor((lon + 180) / 360 · 2^z) and its sister for the latitude.
        for (place, z, tile) in [
            ([121.4737, 31.2304], 10_u8, (857, 418)),
            ([121.4737, 31.2304], 15, (27_440, 13_389)),
            ([-51.23, -30.03], 12, (1465, 2406)),
            ([0.0, 0.0], 10, (512, 512)),
        ] {
            let (x, y) = project(place).unwrap();
            assert_eq!((x / side(z), y / side(z)), tile, "{place:?} at {z}");
        }
    }

    #[test]
    fn what_is_no_place_is_none() {
        for nowhere in [[f64::NAN, 0.0], [0.0, f64::INFINITY], [181.0, 0.0], [0.0, 90.0]] {
            assert_eq!(project(nowhere), None);
        }
    }
}

//! From the flat plan to the earth: a gentle bend, so that roads and canals wander as they do, then longitude and
//! latitude. The bend is small against its wavelength, therefore one-to-one: what does not cross on the plan does not
//! cross on the map.

use super::Town;
use crate::rng::noise;

/// WGS-84 longitude and latitude in degrees, rounded to 1e-7 (about a centimetre).
pub type LonLat = [f64; 2];

/// Where the middle of the plan lies: a place on a sea coast that is nobody's.
pub const ORIGIN: LonLat = [121.5, 30.9];
/// The plan's own middle in metres north of its coast.
const MIDDLE_V: f64 = 10_000.0;
/// Metres in a degree of latitude and of longitude at [`ORIGIN`] (WGS-84).
pub const DEGREE: [f64; 2] = [95_613.0, 110_858.0];
/// The whole plan is turned a little, as the coast is.
const TILT: f64 = 0.07;

/// The bend of one seed.
#[derive(Debug, Clone)]
pub struct Warp {
    seed: u64,
    towns: Vec<Town>,
}

impl Warp {
    pub fn new(seed: u64, towns: &[Town]) -> Self {
        Self { seed, towns: towns.to_vec() }
    }

    /// Plan to metres east and north of the origin.
    #[expect(clippy::many_single_char_names, reason = "u, v, x and y are coordinates")]
    pub fn metres(&self, u: f64, v: f64) -> (f64, f64) {
        let (mut u1, mut v1) = (u, v);
        for town in &self.towns {
            let (du, dv) = (u - town.u as f64, v - town.v as f64);
            let reach = 1.5 * town.radius;
            let angle = town.turn * (-(du * du + dv * dv) / (reach * reach)).exp();
            let (sin, cos) = angle.sin_cos();
            u1 += du * cos - dv * sin - du;
            v1 += du * sin + dv * cos - dv;
        }
        let built = self.built(u, v);
        let (mut x, mut y) = (u1, v1);
        // Amplitude and wavelength in metres: the lie of the land, the bends of a river, the wiggle of a ditch.
        for (k, (size, length, calm)) in
            [(620.0, 5_200.0, 0.0), (150.0, 1_500.0, 0.55), (26.0, 330.0, 0.85)].into_iter().enumerate()
        {
            let size = size * (1.0 - calm * built) * if k == 2 { (v / 400.0).clamp(0.0, 1.0) } else { 1.0 };
            let k = k as u64;
            x += size * noise(self.seed ^ (2 * k + 11), u / length, v / length);
            y += size * noise(self.seed ^ (2 * k + 12), u / length, v / length);
        }
        let (sin, cos) = TILT.sin_cos();
        let y = y - MIDDLE_V;
        (x * cos - y * sin, x * sin + y * cos)
    }

    /// Plan to the earth.
    pub fn lonlat(&self, u: f64, v: f64) -> LonLat {
        let (x, y) = self.metres(u, v);
        [round7(ORIGIN[0] + x / DEGREE[0]), round7(ORIGIN[1] + y / DEGREE[1])]
    }

    /// How built-up a spot is: 1 at a town's centre, 0 in the fields.
    pub fn built(&self, u: f64, v: f64) -> f64 {
        let near = |t: &Town| {
            let (du, dv) = (u - t.u as f64, v - t.v as f64);
            (1.6 - (du * du + dv * dv).sqrt() / (1.6 * t.radius)).clamp(0.0, 1.0)
        };
        self.towns.iter().map(near).fold(0.0, f64::max)
    }
}

fn round7(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Metres between two places a few kilometres apart.
pub fn distance(a: LonLat, b: LonLat) -> f64 {
    let (dx, dy) = ((a[0] - b[0]) * DEGREE[0], (a[1] - b[1]) * DEGREE[1]);
    (dx * dx + dy * dy).sqrt()
}

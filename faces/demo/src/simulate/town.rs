//! Where elders walk: a network of streets, with the stretches under a roof and the spots without a signal.

use crate::rng::Rng;
use ::streets::osm::{Limits, Osm};
use ::streets::{LonLat, Network, Profile, Route, Snap};
use kernel::geo::EARTH_RADIUS_M;
use std::io::Read;
use std::sync::Arc;

/// Of a hundred edges so many are arcades, underpasses or lie below an elevated road. Files of OpenStreetMap seldom say so, and a
/// network carries no tags: chance decides, the same way for everybody who walks there.
const COVERED_PERCENT: u64 = 2;
/// Of a hundred edges so many hear no mast.
const MUTE_PERCENT: u64 = 1;
/// So near a street one stands on it.
const ON_THE_STREET_M: f64 = 60.0;
/// Attempts before a place is said not to exist.
const TRIES: usize = 40;

/// A network that people walk on.
#[derive(Debug, Clone)]
pub struct Town {
    network: Arc<Network>,
    seed: u64,
}

/// Why there is no town to walk in.
#[derive(Debug, thiserror::Error)]
pub enum NoTown {
    #[error("the file of streets: {0}")]
    File(#[from] ::streets::osm::OsmError),
    #[error("{0}")]
    Streets(#[from] ::streets::BuildError),
}

/// What keeps signals away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sky {
    Open,
    /// No satellites.
    Covered,
}

impl Town {
    /// The seed decides where roofs are and where nothing is heard.
    pub fn new(network: Arc<Network>, seed: u64) -> Self {
        Self { network, seed }
    }

    /// From a file of OpenStreetMap, PBF or XML.
    ///
    /// # Errors
    /// When the file cannot be read or holds no way to walk on.
    pub fn read(file: impl Read, seed: u64) -> Result<Self, NoTown> {
        let osm = Osm::read(file, &Limits::default())?;
        Ok(Self::new(Arc::new(Network::build(&osm, Profile::Walk)?), seed))
    }

    /// The invented district: seconds of work.
    ///
    /// # Errors
    /// When it was invented wrongly.
    pub fn invented(seed: u64) -> Result<Self, NoTown> {
        let mut file = Vec::new();
        crate::osm::Map::new(&crate::World::new(seed))
            .write(&mut file)
            .map_err(|e| ::streets::osm::OsmError::Io(e.kind()))?;
        Self::read(file.as_slice(), seed)
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The nearest place on a street, at most `within_m` away.
    pub fn near(&self, at: LonLat, within_m: f64) -> Option<Snap> {
        self.network.nearest(at, within_m)
    }

    /// Somewhere on the streets of the largest part of the network, longer streets more often.
    pub fn anywhere(&self, rng: &mut Rng) -> Option<Snap> {
        for _ in 0..TRIES * 10 {
            let edge = u32::try_from(rng.below(self.network.edges())).ok()?;
            let length = self.network.edge_length_m(edge).unwrap_or(0.0);
            if self.network.component(edge) == Some(0) && rng.chance((length / 200.0).min(1.0)) {
                return self.network.place(edge, rng.range(0.0, length));
            }
        }
        None
    }

    /// Somewhere between `from_m` and `to_m` away as the crow flies, and the way there.
    pub fn errand(&self, rng: &mut Rng, from: &Snap, from_m: f64, to_m: f64) -> Option<(Snap, Route)> {
        for _ in 0..TRIES {
            let (far, turn) = (rng.range(from_m, to_m), rng.range(0.0, std::f64::consts::TAU));
            let Some(to) = self.near(moved(from.at, far * turn.sin(), far * turn.cos()), ON_THE_STREET_M * 2.0) else {
                continue;
            };
            // Not across the river by a bridge ten kilometres off.
            if let Some(route) = self.network.route(from, &to).filter(|r| r.length_m < 4.0 * to_m) {
                return Some((to, route));
            }
        }
        None
    }

    /// What is above somebody on the street.
    pub fn sky(&self, at: LonLat) -> Sky {
        if self.lot(at, "roof") < COVERED_PERCENT { Sky::Covered } else { Sky::Open }
    }

    /// Whether a mast is heard there.
    pub fn hears(&self, at: LonLat) -> bool {
        self.lot(at, "mast") >= MUTE_PERCENT
    }

    /// A number below 100 that belongs to the street here.
    fn lot(&self, at: LonLat, what: &str) -> u64 {
        let edge = self.near(at, ON_THE_STREET_M).map_or(u64::MAX, |s| u64::from(s.edge));
        Rng::new(self.seed ^ edge.wrapping_mul(0x9E37_79B9_7F4A_7C15), what).next_u64() % 100
    }
}

/// So many metres east and north of a place.
pub fn moved([lon, lat]: LonLat, east_m: f64, north_m: f64) -> LonLat {
    let per_degree = EARTH_RADIUS_M.to_radians();
    [lon + east_m / (per_degree * lat.to_radians().cos()), lat + north_m / per_degree]
}

/// Metres east and north from one place to another not far away.
pub fn apart([lon, lat]: LonLat, [to_lon, to_lat]: LonLat) -> (f64, f64) {
    let per_degree = EARTH_RADIUS_M.to_radians();
    ((to_lon - lon) * per_degree * lat.to_radians().cos(), (to_lat - lat) * per_degree)
}

/// Metres between two places not far from each other.
pub fn distance_m(a: LonLat, b: LonLat) -> f64 {
    let (east, north) = apart(a, b);
    east.hypot(north)
}

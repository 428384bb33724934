//! The ground of the invented district: how the land is cut, who governs which piece, where the streets and canals run.
//!
//! Everything is laid out on a flat plan in metres, `(u, v)`, where cuts run along the axes; [`warp`] then bends the plan
//! into the landscape. Because the bend is continuous and every border is one shared list of points, neighbouring areas
//! share identical vertices: no gap, no overlap.

pub mod areas;
pub mod cut;
pub mod group;
pub mod lanes;
pub mod mesh;
pub mod streets;
pub mod warp;
pub mod water;

pub use areas::{Area, AreaKind, DISTRICT_NAME};
pub use lanes::OLD_STREET_STEM;
pub use streets::{Node, Streets, Way, WayKind};
pub use warp::{LonLat, Warp};

/// A town: where its centre lies on the plan and how far its built-up part reaches, in metres.
#[derive(Debug, Clone, Copy)]
pub struct Town {
    pub u: i64,
    pub v: i64,
    pub radius: f64,
    /// How strongly it draws land to itself; 1 is usual.
    pub weight: f64,
    /// How its streets are turned against the countryside, in radians.
    pub turn: f64,
}

/// Centres of the twelve towns before they are shifted by the seed; the first is the seat of the district.
const CENTRES: [(i64, i64, f64, f64); 12] = [
    (-1_500, 10_900, 1_500.0, 1.15),
    (5_200, 10_300, 1_150.0, 1.05),
    (-9_300, 15_200, 850.0, 1.0),
    (-3_300, 16_400, 950.0, 1.0),
    (3_400, 15_800, 800.0, 0.95),
    (9_400, 14_700, 900.0, 1.0),
    (-8_700, 9_300, 1_000.0, 1.0),
    (10_400, 8_600, 700.0, 0.95),
    (-8_200, 3_600, 800.0, 1.0),
    (-2_700, 4_900, 750.0, 0.95),
    (3_300, 4_300, 900.0, 1.0),
    (9_100, 2_900, 750.0, 1.0),
];

/// The towns of a seed.
pub fn towns(seed: u64) -> Vec<Town> {
    let mut rng = crate::rng::Rng::new(seed, "towns");
    let shifted = CENTRES.iter().map(|&(u, v, radius, weight)| Town {
        u: u + rng.between(-500, 500),
        v: v + rng.between(-450, 450),
        radius: radius * rng.range(0.92, 1.08),
        weight: weight * rng.range(0.96, 1.04),
        turn: rng.range(-0.24, 0.24),
    });
    shifted.collect()
}

/// The ground of one seed.
#[derive(Debug)]
pub struct Ground {
    pub towns: Vec<Town>,
    pub warp: Warp,
    pub cut: cut::Cut,
    pub mesh: mesh::Mesh,
    pub areas: areas::Areas,
    pub water: water::Water,
    pub streets: Streets,
}

impl Ground {
    pub fn new(seed: u64, names: &mut crate::names::Names) -> Self {
        let towns = towns(seed);
        let warp = Warp::new(seed, &towns);
        let cut = cut::cut(seed, &towns);
        let mesh = mesh::Mesh::new(seed, &cut);
        let areas = areas::areas(seed, &mesh, &towns, &warp, names);
        let water = water::water(seed, &mesh, &cut, &warp, names);
        let streets = streets::streets(seed, &mesh, &cut, &towns, &warp, &water, names);
        Self { towns, warp, cut, mesh, areas, water, streets }
    }
}

//! The invented district 和邻区: generated from a seed, the same on every machine, with streets, people and matters that
//! look like a real one and belong to nobody.

pub mod ground;
pub mod names;
pub mod rng;
pub mod svg;

/// Seed of the district that `mulin demo` shows.
pub const SEED: u64 = 20_261_124;

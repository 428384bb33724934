//! The invented district 和邻区: generated from a seed, the same on every machine, with streets, people and matters that
//! look like a real one and belong to nobody.

pub mod addresses;
pub mod bench;
pub mod cast;
pub mod fill;
pub mod ground;
pub mod names;
pub mod osm;
pub mod posts;
pub mod rng;
pub mod run;
pub mod seed;
pub mod simulate;
pub mod stories;
pub mod svg;

/// Seed of the district that `mulin demo` shows.
pub const SEED: u64 = 20_261_124;

/// Everything about the district that can be made without a database.
#[derive(Debug)]
pub struct World {
    pub seed: u64,
    pub ground: ground::Ground,
    pub addresses: addresses::Addresses,
    pub posts: Vec<posts::Post>,
    pub cast: cast::Cast,
    /// Goes on handing out people: those who raise matters.
    pub people: names::People,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let mut names = names::Names::new(seed);
        let ground = ground::Ground::new(seed, &mut names);
        let addresses = addresses::addresses(&ground);
        let places = ground.areas.all.iter().map(|a| a.name.as_str());
        let places = places
            .chain(ground.streets.ways.iter().map(|w| w.name.as_str()))
            .chain(ground.water.names.iter().map(String::as_str));
        let mut people = names::People::new(seed, places);
        let posts = posts::posts(seed, &ground, &addresses, &mut names, &mut people);
        people.avoid(posts.iter().map(|p| p.name.as_str()));
        let cast = cast::cast(&ground, &posts, &mut people);
        Self { seed, ground, addresses, posts, cast, people }
    }
}

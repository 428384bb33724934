//! The city that is measured on: two hundred places of the largest component, and the peer beside.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what bench and example share; each uses a part"
)]

use super::plain::{Plain, places};
use super::{Chance, bytes, real};
use std::sync::LazyLock;
use streets::osm::Osm;
use streets::{Network, Profile, Snap};

pub const PLACES: usize = 200;
pub const WALK_M: f64 = 1_200.0;

pub struct World {
    pub file: Vec<u8>,
    pub osm: Osm,
    pub network: Network,
    pub bytes: Vec<u8>,
    pub plain: Plain,
    pub ids: Vec<i64>,
    pub snaps: Vec<Snap>,
}

pub static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (file, osm) = (bytes("porto-alegre"), real("porto-alegre"));
    let network = Network::build(&osm, Profile::Walk).unwrap();
    let bytes = network.to_bytes();
    let plain = Plain::on_foot(&osm);
    let places = places(&network);
    let mut ids: Vec<i64> = places
        .iter()
        .filter(|(id, p)| plain.vertex.contains_key(id) && network.component(p.edge) == Some(0))
        .map(|p| *p.0)
        .collect();
    ids.sort_unstable();
    let mut chance = Chance(7);
    let ids: Vec<i64> = (0..PLACES).map(|_| ids[chance.below(ids.len())]).collect();
    let snaps = ids.iter().map(|id| places[id]).collect();
    World { file, osm, network, bytes, plain, ids, snaps }
});

pub fn peer(world: &World) -> Vec<f64> {
    world
        .ids
        .iter()
        .flat_map(|id| {
            let all = world.plain.from(*id);
            world.ids.iter().map(|to| all[to]).collect::<Vec<_>>()
        })
        .collect()
}

//! `cargo bench -p streets`: the walking network of porto-alegre.osm.pbf, beside petgraph's Dijkstra on every node of the same file. On a busy machine
//! `cargo run --release -p streets --example processor` says more: it counts time on the processor.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

#[path = "../tests/world/mod.rs"]
mod world;

use divan::Bencher;
use streets::{Network, Profile};
use world::city::{PLACES, WALK_M, WORLD, peer};

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn matrix_petgraph() -> Vec<f64> {
    peer(&WORLD)
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn matrix_plain() -> Vec<Option<f64>> {
    WORLD.network.plain_matrix(&WORLD.snaps, &WORLD.snaps, 1e9)
}

#[divan::bench]
fn matrix_hierarchy() -> Vec<Option<f64>> {
    WORLD.network.matrix(&WORLD.snaps, &WORLD.snaps, 1e9)
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn built_into_bytes(bencher: Bencher) {
    bencher.with_inputs(|| Network::build(&WORLD.osm, Profile::Walk).unwrap()).bench_refs(|network| network.to_bytes());
}

#[divan::bench(sample_count = 20)]
fn loaded() -> Network {
    Network::from_bytes(&WORLD.bytes).unwrap()
}

#[divan::bench]
fn reach_with_outline(bencher: Bencher) {
    let mut turn = 0;
    bencher
        .with_inputs(|| {
            turn += 1;
            WORLD.snaps[turn % PLACES]
        })
        .bench_local_values(|snap| WORLD.network.reach(&[snap], WALK_M).polygon());
}

#[divan::bench]
fn nearest(bencher: Bencher) {
    let mut turn = 0;
    bencher
        .with_inputs(|| {
            turn += 1;
            WORLD.snaps[turn % PLACES].at
        })
        .bench_local_values(|[lon, lat]| WORLD.network.nearest([lon + 3e-4, lat], 300.0));
}

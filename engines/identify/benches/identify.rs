//! `cargo bench -p identify`: one description against 20,000 registered people, and what a search with hard filters over
//! the same people costs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "a bench, with what the tests share")]

#[path = "../tests/world/mod.rs"]
mod world;

use divan::Bencher;
use identify::{Index, Profile};
use std::cell::Cell;
use world::{Law, World};

fn main() {
    divan::main();
}

#[divan::bench]
fn identify(bencher: Bencher) {
    let world = World::new(7, 20_000, Law::AsPublished);
    let (index, queries, at) = (Index::new(world.people.clone()), world.queries(11, 200), Cell::new(0));
    bencher.bench_local(|| {
        at.set((at.get() + 1) % queries.len());
        index.identify(&Profile::default(), &queries[at.get()].seen, 8)
    });
}

#[divan::bench]
fn hard_filters(bencher: Bencher) {
    let world = World::new(7, 20_000, Law::AsPublished);
    let (queries, at) = (world.queries(11, 200), Cell::new(0));
    bencher.bench_local(|| {
        at.set((at.get() + 1) % queries.len());
        world.filtered(&queries[at.get()])
    });
}

#[divan::bench]
fn build_the_index(bencher: Bencher) {
    let world = World::new(7, 20_000, Law::AsPublished);
    bencher.bench_local(|| Index::new(world.people.clone()));
}

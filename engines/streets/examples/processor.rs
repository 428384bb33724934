//! `cargo run --release -p streets --example processor`: what the walking network costs, in time on the processor (from the kernel's own
//! book-keeping, Linux only), which a busy machine does not change much. Before anything is measured, all pairs of 200 places are
//! compared with the peer, petgraph's Dijkstra on every node of the same file.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for whoever changes the engine")]

#[path = "../tests/world/mod.rs"]
mod world;

use std::hint::black_box;
use streets::osm::{Limits, Osm};
use streets::{Network, Profile};
use world::city::{WALK_M, WORLD, peer};

fn on_processor() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

/// Milliseconds on the processor, the least of some runs.
fn took<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut once = || {
        let began = on_processor();
        black_box(work());
        on_processor() - began
    };
    (0..runs).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let world = &*WORLD;
    let (network, snaps) = (&world.network, &world.snaps);
    let fresh = || Network::from_bytes(&world.bytes).unwrap();
    let mut theirs = Vec::new();
    let by_peer = took(1, || theirs = peer(world));
    let ours = network.matrix(snaps, snaps, 1e9);
    let worst = ours.iter().zip(&theirs).map(|(a, b)| (a.unwrap() - b).abs()).fold(0.0, f64::max);
    assert!(worst < 0.1, "{worst}");
    println!(
        "{} nodes, {} junctions, {} edges, {:.1} MB in memory, {:.1} MB as bytes; differs from the peer by at most {:.2} mm",
        world.plain.graph.node_count(),
        network.junctions(),
        network.edges(),
        network.size() as f64 / 1e6,
        world.bytes.len() as f64 / 1e6,
        worst * 1e3
    );
    println!("ms on the processor");
    println!("{by_peer:10.2}  200 × 200, petgraph, every node");
    let all = |network: &Network| network.matrix(snaps, snaps, 1e9);
    println!("{:10.2}  200 × 200, Dijkstra on junctions", took(5, || network.plain_matrix(snaps, snaps, 1e9)));
    println!(
        "{:10.2}  200 × 200, hierarchy, built first",
        (0..3)
            .map(|_| {
                let n = Network::build(&world.osm, Profile::Walk).unwrap();
                took(1, || all(&n))
            })
            .fold(f64::INFINITY, f64::min)
    );
    println!("{:10.2}  200 × 200, hierarchy there", took(20, || all(network)));
    println!("{:10.2}  reading the PBF", took(5, || Osm::from_pbf(&*world.file, &Limits::default())));
    println!("{:10.2}  building the network", took(5, || Network::build(&world.osm, Profile::Walk)));
    println!("{:10.2}  loading it from bytes", took(10, fresh));
    println!(
        "{:10.3}  1.2 km around, mean of 200",
        took(5, || snaps.iter().for_each(|s| drop(black_box(network.reach(&[*s], WALK_M))))) / 200.0
    );
    println!(
        "{:10.3}  1.2 km around with outline, mean of 200",
        took(5, || snaps.iter().for_each(|s| drop(black_box(network.reach(&[*s], WALK_M).polygon())))) / 200.0
    );
    println!(
        "{:10.3}  nearest 3 of 200, mean of 200",
        took(5, || snaps.iter().for_each(|s| drop(black_box(network.nearest_k(s, snaps, 3, 1e5))))) / 200.0
    );
    println!(
        "{:10.3}  route, mean of 200",
        took(5, || snaps.iter().zip(snaps.iter().rev()).for_each(|(a, b)| drop(black_box(network.route(a, b)))))
            / 200.0
    );
    println!(
        "{:10.4}  nearest edge, mean of 200",
        took(5, || snaps.iter().for_each(|s| {
            black_box(network.nearest([s.at[0] + 3e-4, s.at[1]], 300.0));
        })) / 200.0
    );
}

//! Ways on foot with streets and without.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod world;

use std::sync::Arc;
use streets::osm::{Limits, Osm};
use streets::{DETOUR, Ground, LonLat, Network, Profile};
use world::plain::metres;
use world::write::Block;
use world::{Chance, FILES, real};

fn close(ours: Option<f64>, expected: f64) {
    assert!(ours.is_some_and(|d| (d - expected).abs() < 0.2), "{ours:?} instead of {expected}");
}

/// A canal between two streets; one bridge far in the east.
fn canal() -> Ground {
    let block = Block::default()
        .node(1, [121.0, 31.0], &[])
        .node(2, [121.02, 31.0], &[])
        .node(3, [121.0, 31.0005], &[])
        .node(4, [121.02, 31.0005], &[])
        .node(5, [121.0, 31.01], &[])
        .node(6, [121.01, 31.01], &[])
        .way(1, &[1, 2, 4, 3], &[("highway", "residential")])
        .way(2, &[5, 6], &[("highway", "residential")]);
    let osm = Osm::from_pbf(&*block.file(), &Limits::default()).unwrap();
    Ground::Streets(Arc::new(Network::build(&osm, Profile::Walk).unwrap()))
}

#[test]
fn without_streets_the_line_and_the_factor() {
    let ground = Ground::default();
    assert!(ground.is_estimate());
    let (a, b, c) = ([121.0, 31.0], [121.01, 31.0], [121.03, 31.0]);
    let d = metres(a, b);
    close(ground.distances(a, &[b], 5_000.0)[0], d * DETOUR);
    assert_eq!(ground.distances(a, &[b, c], d), [None, None], "by the line within the limit, on foot not");
    assert_eq!(ground.nearest(a, &[c, b, a], 2, 9_000.0).iter().map(|n| n.0).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(ground.within(&[a, c], &[b, [121.5, 31.0]], d * 1.4), [0]);
    assert_eq!(ground.distances(a, &[[f64::NAN, 1.0], [400.0, 0.0]], 1e9), [None, None]);
    assert!(ground.within(&[], &[a], 1e9).is_empty());
}

#[test]
fn across_a_canal_it_is_far() {
    let ground = canal();
    assert!(!ground.is_estimate());
    let (south, north) = ([121.001, 31.0], [121.001, 31.0005]);
    let round = metres(south, [121.02, 31.0]) * 2.0 + metres([121.02, 31.0], [121.02, 31.0005]);
    close(ground.distances(south, &[north], 1e9)[0], round);
    assert_eq!(ground.distances(south, &[north], 3_000.0), [None]);
    assert_eq!(ground.distances(south, &[[121.005, 31.01]], 1e9), [None], "no street leads there");
    assert_eq!(ground.within(&[south, [121.005, 31.01]], &[north, [121.006, 31.01]], 500.0), [1]);
    // Beside the street: the legs count.
    close(ground.distances([121.001, 30.999], &[[121.011, 31.0]], 1e9)[0], 111.2 + metres(south, [121.011, 31.0]));
    // Neighbours behind the same street do not walk to it and back.
    let (a, b) = ([121.001, 30.999], [121.0011, 30.999]);
    close(ground.distances(a, &[b], 1e9)[0], metres(a, b) * DETOUR);
    // Far from every street.
    let lonely = [121.001, 30.99];
    close(ground.distances(lonely, &[south], 1e9)[0], metres(lonely, south) * DETOUR);
    close(ground.distances(south, &[lonely], 1e9)[0], metres(lonely, south) * DETOUR);
    let nearest = ground.nearest(south, &[north, [121.005, 31.0], lonely], 2, 1e9);
    assert_eq!(nearest.iter().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
}

/// The factor is not taken from the air: the median over pairs of places in walking distance lies below it in each file, and the longer ways around it.
#[test]
fn the_factor_is_measured() {
    for name in FILES {
        let osm = real(name);
        let network = Network::build(&osm, Profile::Walk).unwrap();
        let mut chance = Chance(1);
        let spots: Vec<LonLat> = (0..150)
            .map(|_| network.line(chance.below(network.edges()) as u32).next().unwrap())
            .filter(|at| network.nearest(*at, 1.0).and_then(|s| network.component(s.edge)) == Some(0))
            .collect();
        let snaps: Vec<_> = spots.iter().map(|at| network.nearest(*at, 1.0).unwrap()).collect();
        let all = network.matrix(&snaps, &snaps, 1e9);
        let mut ratios = Vec::new();
        for (n, a) in spots.iter().enumerate() {
            for (m, b) in spots.iter().enumerate() {
                let line = metres(*a, *b);
                ratios.extend(all[n * spots.len() + m].filter(|_| (200.0..3_000.0).contains(&line)).map(|d| d / line));
            }
        }
        ratios.sort_by(f64::total_cmp);
        let part = |share: f64| ratios[(ratios.len() as f64 * share) as usize];
        // Half of the ways are shorter than that, and not much more than three quarters are.
        assert!(part(0.5) < DETOUR && part(0.85) > DETOUR, "{name}: {} {}", part(0.5), part(0.85));
    }
}

//! Damaged files: every answer is a value or an error, nothing panics and nothing eats memory. Runs on the stable compiler for a fixed
//! number of rounds; with `FUZZ_SECONDS=60`, as in `./dev test`, PBF goes on with other ones for a minute, the rest for a quarter of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod world;

use streets::osm::{Limits, Osm};
use streets::{Network, Profile, Snap};
use world::Chance;
use world::write::{Block, blob, header};

const LIMITS: Limits =
    Limits { bytes: 64 << 20, nodes: 100_000, ways: 10_000, relations: 1_000, references: 100_000, tags: 100_000 };

fn rounds(least: u64, share: f64, mut round: impl FnMut(&mut Chance)) {
    let seconds: f64 = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0.0);
    let began = std::time::Instant::now();
    let mut seed = 0;
    while seed < least || began.elapsed().as_secs_f64() < seconds * share {
        let told = Seed(seed);
        round(&mut Chance(seed));
        drop(told);
        seed += 1;
    }
}

/// Says which round it was when one panics: `Chance` of this number does the same again.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

/// A few bytes changed, taken out, put in or doubled.
fn damage(chance: &mut Chance, bytes: &mut Vec<u8>) {
    for _ in 0..=chance.below(6) {
        if bytes.is_empty() {
            return;
        }
        let at = chance.below(bytes.len());
        match chance.below(6) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][chance.below(5)],
            2 => bytes[at] = chance.number() as u8,
            3 => bytes.insert(at, chance.number() as u8),
            4 => drop(bytes.splice(at..(at + chance.below(9)).min(bytes.len()), [])),
            _ => {
                let piece = bytes[at..(at + chance.below(40)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
}

/// A little town with everything that a reader and a network may stumble over.
fn town(chance: &mut Chance) -> Block {
    let mut block = Block::default();
    let spot = |chance: &mut Chance| [121.0 + chance.share() / 100.0, 31.0 + chance.share() / 100.0];
    for id in 0..30 {
        let at = spot(chance);
        let tags: &[(&str, &str)] = [&[][..], &[("barrier", "gate")], &[("amenity", "toilets")]][chance.below(3)];
        block = block.node(id, at, tags);
    }
    for id in 0..10 {
        let refs: Vec<i64> = (0..chance.below(8)).map(|_| chance.below(32) as i64).collect();
        let tags: &[(&str, &str)] = [
            &[("highway", "footway")][..],
            &[("highway", "residential"), ("oneway", "yes")],
            &[("highway", "steps"), ("access", "private")],
            &[("route", "ferry")],
            &[],
        ][chance.below(5)];
        block = block.way(id, &refs, tags);
    }
    block.relation(1, &[(1, 2, "outer"), (1, 3, "inner")], &[("type", "multipolygon")])
}

fn look(read: &[u8]) {
    if let Ok(osm) = Osm::read(read, &LIMITS) {
        assert!(osm.ways().iter().all(|w| osm.way(w.id) == Some(w)));
        assert!(osm.tagged_nodes().all(|(n, _)| osm.node(n.id) == Some(n.at())));
        let _ = osm.bounds();
        for profile in [Profile::Walk, Profile::Bicycle, Profile::Car] {
            walk(&osm, profile);
        }
    }
}

fn walk(osm: &Osm, profile: Profile) {
    let Ok(network) = Network::build(osm, profile) else { return };
    let places: Vec<Snap> = (0..network.edges().min(9) as u32).filter_map(|e| network.place(e, 40.0)).collect();
    let all = network.matrix(&places, &places, 3_000.0);
    let again = Network::from_bytes(&network.to_bytes()).unwrap();
    assert_eq!(again.matrix(&places, &places, 3_000.0), all);
    for place in &places {
        assert!(network.nearest(place.at, 0.5).is_some(), "{place:?}");
        let nearest = network.nearest_k(place, &places, 1, 10.0);
        assert!(nearest.first().is_some_and(|n| n.1 == 0.0));
    }
    let reach = network.reach(&places[..places.len().min(2)], 500.0);
    assert!(places.iter().take(2).all(|p| reach.contains(p)));
    assert!(!reach.polygon().is_empty());
}

#[test]
fn damaged_pbf() {
    rounds(1_500, 1.0, |chance| {
        let block = town(chance).block();
        // Inside of the packing, where damage is not found by the check sum of zlib, or outside.
        let file = if chance.below(4) > 0 {
            let mut block = block;
            damage(chance, &mut block);
            [header(), blob("OSMData", &block)].concat()
        } else {
            let mut file = [header(), blob("OSMData", &block)].concat();
            damage(chance, &mut file);
            file
        };
        look(&file);
    });
}

#[test]
fn damaged_xml() {
    let whole = br#"<?xml version="1.0"?><osm version="0.6"><node id="1" lat="31" lon="121"/><node id="2" lat="31.1" lon="121"><tag k="a" v="&lt;"/></node>
<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way><relation id="9"><member type="way" ref="5" role=""/><tag k="type" v="x"/></relation></osm>"#;
    rounds(1_500, 0.25, |chance| {
        let mut file = whole.to_vec();
        damage(chance, &mut file);
        look(&file);
    });
}

#[test]
fn anything_behind_the_first_bytes() {
    rounds(500, 0.25, |chance| {
        let first: &[u8] = [&b"<osm>"[..], &[0, 0, 0, 14, 10], &[0x1F, 0x8B, 8, 0], b""][chance.below(4)];
        let rest: Vec<u8> = (0..chance.below(300)).map(|_| chance.number() as u8).collect();
        look(&[first, &rest].concat());
    });
}

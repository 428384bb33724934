//! The invented district as a file of streets: enough of them, in one piece, at every door, dry.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::World;
use demo::ground::LonLat;
use demo::osm::{Map, Way};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(demo::SEED));
static MAP: LazyLock<Map> = LazyLock::new(|| Map::new(&WORLD));

fn walkable() -> impl Iterator<Item = &'static Way> {
    MAP.ways.iter().filter(|w| w.tag("highway").is_some())
}

/// Metres east and north of somewhere in the district.
fn flat([lon, lat]: LonLat) -> (f64, f64) {
    ((lon - 121.5) * 95_613.0, (lat - 30.9) * 110_858.0)
}

fn line(way: &Way) -> Vec<(f64, f64)> {
    way.nodes.iter().map(|n| flat(MAP.nodes[*n].at)).collect()
}

/// Squares of this side are looked up.
const SQUARE: f64 = 120.0;

/// Stretches by the squares they touch.
fn squares<'a>(ways: impl Iterator<Item = &'a Way>) -> HashMap<(i64, i64), Vec<[(f64, f64); 2]>> {
    let mut out: HashMap<_, Vec<_>> = HashMap::new();
    for way in ways {
        for pair in line(way).windows(2) {
            let square = |x: f64| (x / SQUARE).floor() as i64;
            for x in square(pair[0].0.min(pair[1].0))..=square(pair[0].0.max(pair[1].0)) {
                for y in square(pair[0].1.min(pair[1].1))..=square(pair[0].1.max(pair[1].1)) {
                    out.entry((x, y)).or_default().push([pair[0], pair[1]]);
                }
            }
        }
    }
    out
}

#[test]
fn it_is_a_network_of_more_than_30_000_nodes_in_one_piece() {
    let mut beside: HashMap<usize, Vec<usize>> = HashMap::new();
    for way in walkable() {
        assert!(way.nodes.len() > 1);
        for pair in way.nodes.windows(2) {
            assert_ne!(pair[0], pair[1], "{:?}", way.tags);
            beside.entry(pair[0]).or_default().push(pair[1]);
            beside.entry(pair[1]).or_default().push(pair[0]);
        }
    }
    let (mut seen, mut largest) = (HashSet::new(), 0);
    for &start in beside.keys() {
        let before = seen.len();
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            if seen.insert(node) {
                stack.extend(&beside[&node]);
            }
        }
        largest = largest.max(seen.len() - before);
    }
    assert!(beside.len() >= 30_000, "{} nodes", beside.len());
    assert!(largest * 100 > beside.len() * 98, "{largest} of {}", beside.len());
}

#[test]
fn every_address_is_within_40_m_of_a_way() {
    let near = squares(walkable());
    for address in &WORLD.addresses.all {
        let p = flat(address.at(&WORLD.ground));
        let (x, y) = ((p.0 / SQUARE).floor() as i64, (p.1 / SQUARE).floor() as i64);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let stretches = around.filter_map(|s| near.get(&s)).flatten();
        let best = stretches.map(|[a, b]| distance(p, *a, *b)).fold(f64::INFINITY, f64::min);
        assert!(best <= 40.0, "{} is {best:.0} m from any way", address.full(&WORLD.ground));
    }
}

fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let t = (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
    (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
}

#[test]
fn no_way_runs_through_water_without_a_bridge() {
    let side = |a: (f64, f64), b: (f64, f64), p: (f64, f64)| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
    let water = squares(MAP.ways.iter().filter(|w| w.tag("waterway").is_some()));
    let mut wet = Vec::new();
    for way in walkable().filter(|w| w.tag("bridge").is_none()) {
        for pair in line(way).windows(2) {
            let middle = (f64::midpoint(pair[0].0, pair[1].0), f64::midpoint(pair[0].1, pair[1].1));
            let (x, y) = ((middle.0 / SQUARE).floor() as i64, (middle.1 / SQUARE).floor() as i64);
            let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
            for [a, b] in around.filter_map(|s| water.get(&s)).flatten() {
                let apart = side(*a, *b, pair[0]) * side(*a, *b, pair[1]) < 0.0;
                if apart && side(pair[0], pair[1], *a) * side(pair[0], pair[1], *b) < 0.0 {
                    wet.push((way.id, way.tag("name").unwrap_or_default(), middle));
                }
            }
        }
    }
    assert!(wet.is_empty(), "{}: {:?}", wet.len(), &wet[..wet.len().min(12)]);
    assert!(walkable().filter(|w| w.tag("bridge").is_some()).count() > 300);
}

#[test]
fn there_is_what_people_look_for() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let tags = MAP.nodes.iter().map(|n| &n.tags).chain(MAP.ways.iter().map(|w| &w.tags));
    for (key, value) in tags.flatten() {
        if matches!(*key, "amenity" | "place" | "water" | "landuse" | "leisure" | "building" | "highway" | "waterway") {
            *counts.entry(format!("{key}={value}")).or_default() += 1;
        }
    }
    let count = |what: &str| counts.get(what).copied().unwrap_or(0);
    for (what, least) in [
        ("amenity=police", 40),
        ("amenity=hospital", 1),
        ("amenity=clinic", 12),
        ("amenity=pharmacy", 36),
        ("amenity=bank", 24),
        ("amenity=school", 24),
        ("amenity=toilets", 30),
        ("amenity=marketplace", 12),
        ("highway=bus_stop", 200),
        ("place=town", 12),
        ("place=village", 100),
        ("water=pond", 100),
        ("water=river", 2),
        ("water=canal", 100),
        ("leisure=park", 10),
        ("landuse=farmland", 300),
        ("landuse=forest", 100),
        ("building=apartments", 1_000),
    ] {
        assert!(count(what) >= least, "{what}: {} of {least}; {counts:#?}", count(what));
    }
    let houses = MAP.ways.iter().filter(|w| w.tag("addr:housenumber").is_some()).count();
    let doors = MAP.nodes.iter().filter(|n| n.tags.iter().any(|(k, _)| *k == "addr:housenumber")).count();
    assert_eq!(houses + doors, WORLD.addresses.all.len(), "each address once");
    // The others are second doors where there is no room for a house more.
    assert!(houses * 10 > WORLD.addresses.all.len() * 8, "{doors} addresses of {} have no house", houses + doors);
}

#[test]
fn the_same_seed_gives_the_same_file() {
    let mut first = Vec::new();
    MAP.write(&mut first).unwrap();
    let mut second = Vec::new();
    Map::new(&World::new(demo::SEED)).write(&mut second).unwrap();
    assert!(first == second);
    let text = std::str::from_utf8(&first).unwrap();
    assert!(text.starts_with("<?xml") && text.ends_with("</osm>\n"));
}

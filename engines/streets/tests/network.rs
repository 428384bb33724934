//! The network answers what plain Dijkstra answers on every node of the file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod world;

use std::collections::{BTreeSet, HashMap, HashSet};
use streets::osm::{Limits, Osm};
use streets::{BuildError, Network, Profile, Route, Snap};
use world::plain::{Plain, metres, places};
use world::write::Block;
use world::{Chance, FILES, real};

/// What may lie between whole tenths of a millimetre and floating point, over a city.
const SAME_M: f64 = 0.1;

fn read(block: Block) -> Osm {
    Osm::from_pbf(&*block.file(), &Limits::default()).unwrap()
}

#[test]
fn every_piece_of_every_way_is_there_once() {
    for name in FILES {
        let osm = real(name);
        let network = Network::build(&osm, Profile::Walk).unwrap();
        let plain = Plain::on_foot(&osm);
        let mut ours = BTreeSet::new();
        for edge in 0..network.edges() as u32 {
            for pair in network.osm_nodes(edge).windows(2) {
                assert!(ours.insert((pair[0].min(pair[1]), pair[0].max(pair[1]))), "{name}: {pair:?} twice");
            }
        }
        let theirs: BTreeSet<(i64, i64)> = plain
            .graph
            .edge_indices()
            .map(|e| plain.graph.edge_endpoints(e).unwrap())
            .map(|(a, b)| (plain.graph[a], plain.graph[b]))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        assert_eq!(ours, theirs, "{name}");
        let length: f64 = plain.graph.edge_weights().sum::<f64>() / 2.0;
        assert!((network.length_m() - length).abs() < 1.0, "{name}: {} {length}", network.length_m());
        assert!(network.junctions() * 2 < plain.graph.node_count(), "{name}: nothing was contracted");
    }
}

fn follows_ways(osm: &Osm, route: &Route) {
    let neighbours: HashSet<(i64, i64)> =
        osm.ways().iter().flat_map(|w| w.refs.windows(2)).flat_map(|p| [(p[0], p[1]), (p[1], p[0])]).collect();
    for pair in route.osm_nodes.windows(2) {
        assert!(neighbours.contains(&(pair[0], pair[1])), "{pair:?} are no neighbours");
    }
    let length: f64 = route.line.windows(2).map(|w| metres(w[0], w[1])).sum();
    assert!((length - route.length_m).abs() < SAME_M, "a line of {length} m is said to be {} m", route.length_m);
}

#[test]
fn two_hundred_places_of_a_city() {
    let osm = real("porto-alegre");
    let network = Network::build(&osm, Profile::Walk).unwrap();
    let (plain, places) = (Plain::on_foot(&osm), places(&network));
    let mut chance = Chance(5);
    let mut ids: Vec<i64> = places.keys().copied().filter(|id| plain.vertex.contains_key(id)).collect();
    ids.sort_unstable();
    let ids: Vec<i64> = (0..200).map(|_| ids[chance.below(ids.len())]).collect();
    let snaps: Vec<Snap> = ids.iter().map(|id| places[id]).collect();
    let all = network.matrix(&snaps, &snaps, 1e9);
    assert!(all == network.plain_matrix(&snaps, &snaps, 1e9), "the two ways to search differ");
    let mut reached = 0;
    for (n, id) in ids.iter().enumerate() {
        // All of them in the bench; here every third, for the sake of whoever waits.
        if n % 3 > 0 {
            continue;
        }
        let truth = plain.from(*id);
        let row = network.one_to_many(&snaps[n], &snaps, 1e9);
        for (m, other) in ids.iter().enumerate() {
            let (ours, theirs) = (all[n * ids.len() + m], truth.get(other));
            assert_eq!(row[m], ours);
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    assert!((ours - theirs).abs() < SAME_M, "{id} → {other}: {ours}, {theirs}")
                }
                (None, None) => {}
                other => panic!("{id} → {}: {other:?}", ids[m]),
            }
            reached += usize::from(ours.is_some());
        }
        if n % 12 == 0 {
            let to = (n + 1) % ids.len();
            if let Some(route) = network.route(&snaps[n], &snaps[to]) {
                follows_ways(&osm, &route);
                assert_eq!((route.osm_nodes[0], *route.osm_nodes.last().unwrap()), (*id, ids[to]));
                assert_eq!(Some(route.length_m), all[n * ids.len() + to]);
            }
        }
    }
    assert!(reached > 10_000, "{reached}");
}

/// Some dozens of nodes, ways of all sorts between them.
fn anything(chance: &mut Chance) -> Block {
    let nodes = 5 + chance.below(40);
    let mut block = Block::default();
    for id in 0..nodes as i64 {
        // No two at one place.
        let at = [121.0 + chance.below(60) as f64 * 1e-4 + id as f64 * 1e-6, 31.0 + chance.below(60) as f64 * 1e-4];
        let tags: &[(&str, &str)] = match chance.below(12) {
            0 => &[("barrier", "gate"), ("locked", "yes")],
            1 => &[("barrier", "bollard")],
            _ => &[],
        };
        block = block.node(id, at, tags);
    }
    for id in 0..2 + chance.below(16) as i64 {
        // Now and then a node that is not there.
        let mut refs: Vec<i64> = (0..chance.below(8)).map(|_| chance.below(nodes + 2) as i64).collect();
        if chance.below(3) == 0 && refs.len() > 2 {
            refs.push(refs[0]);
        }
        let tags: &[(&str, &str)] = match chance.below(8) {
            0 => &[("highway", "residential"), ("oneway", "yes")],
            1 => &[("highway", "service"), ("oneway", "-1")],
            2 => &[("highway", "footway")],
            3 => &[("highway", "residential"), ("oneway", "yes"), ("oneway:bicycle", "no")],
            4 => &[("highway", "steps")],
            _ => &[("highway", "residential")],
        };
        block = block.way(id, &refs, tags);
    }
    block
}

fn plain_for(osm: &Osm, profile: Profile) -> Plain {
    if profile == Profile::Walk {
        return Plain::on_foot(osm);
    }
    let directions = move |t: &streets::osm::Tags| {
        if t.is("highway", &["footway", "steps"]) {
            return (false, false);
        }
        let free = profile == Profile::Bicycle && t.is("oneway:bicycle", &["no"]);
        match t.get("oneway") {
            Some("yes") if !free => (true, false),
            Some("-1") if !free => (false, true),
            _ => (true, true),
        }
    };
    let stops = move |t: &streets::osm::Tags| {
        t.is("locked", &["yes"]) || (profile == Profile::Car && t.is("barrier", &["bollard"]))
    };
    Plain::new(osm, directions, stops)
}

#[test]
fn any_small_network_at_all() {
    let mut built = 0;
    for seed in 0..700 {
        let mut chance = Chance(seed);
        let osm = read(anything(&mut chance));
        let profile = [Profile::Walk, Profile::Bicycle, Profile::Car][chance.below(3)];
        let Ok(network) = Network::build(&osm, profile) else { continue };
        built += 1;
        let plain = plain_for(&osm, profile);
        // Gates stand for several vertices: they are asked about as parts of ways only.
        let mut places: Vec<(i64, Snap)> =
            places(&network).into_iter().filter(|(id, _)| plain.vertex.contains_key(id)).collect();
        places.sort_unstable_by_key(|p| p.0);
        let snaps: Vec<Snap> = places.iter().map(|p| p.1).collect();
        let limit = [1e9, 700.0, 0.0][chance.below(3)];
        // With a hierarchy every other time.
        let network = if chance.below(2) == 0 { Network::from_bytes(&network.to_bytes()).unwrap() } else { network };
        let all = network.matrix(&snaps, &snaps, limit);
        assert_eq!(all, network.plain_matrix(&snaps, &snaps, limit), "seed {seed}");
        for (n, (id, snap)) in places.iter().enumerate() {
            let truth: HashMap<i64, f64> = plain.from(*id);
            for (m, (other, to)) in places.iter().enumerate() {
                let ours = all[n * places.len() + m];
                match (ours, truth.get(other)) {
                    (Some(ours), Some(theirs)) => {
                        assert!(
                            (ours - theirs).abs() < 0.01,
                            "seed {seed} {profile}: {id} → {other}: {ours}, {theirs}"
                        );
                    }
                    (None, None) => {}
                    (None, Some(theirs)) => assert!(*theirs > limit - 0.01, "seed {seed}: {id} → {other} {theirs}"),
                    (ours, None) => panic!("seed {seed} {profile}: {id} → {other}: {ours:?}"),
                }
                if chance.below(5) == 0 {
                    let route = network.route(snap, to);
                    assert_eq!(route.is_some(), truth.contains_key(other), "seed {seed}");
                    if let Some(route) = route {
                        follows_ways(&osm, &route);
                        assert!((route.length_m - truth[other]).abs() < 0.01, "seed {seed}");
                        assert_eq!(
                            (route.osm_nodes[0], *route.osm_nodes.last().unwrap()),
                            (*id, *other),
                            "seed {seed}"
                        );
                    }
                }
            }
            let k = 1 + chance.below(4);
            let nearest = network.nearest_k(snap, &snaps, k, limit);
            let row = &all[n * places.len()..][..places.len()];
            let mut expected: Vec<f64> = row.iter().flatten().copied().collect();
            expected.sort_by(f64::total_cmp);
            expected.truncate(k);
            assert_eq!(nearest.iter().map(|n| n.1).collect::<Vec<_>>(), expected, "seed {seed}");
            assert!(nearest.iter().all(|(m, d)| row[*m] == Some(*d)), "seed {seed}");
            assert_eq!(nearest.iter().map(|n| n.0).collect::<HashSet<_>>().len(), nearest.len(), "seed {seed}");
        }
    }
    assert!(built > 500, "{built}");
}

#[test]
fn the_two_ways_to_search_agree() {
    for profile in [Profile::Walk, Profile::Bicycle, Profile::Car] {
        let built = Network::build(&real("porto-alegre"), profile).unwrap();
        let network = Network::from_bytes(&built.to_bytes()).unwrap();
        let mut chance = Chance(2);
        let mut some = |n: usize| -> Vec<Snap> {
            (0..n)
                .map(|_| {
                    let edge = chance.below(network.edges()) as u32;
                    network.place(edge, network.edge_length_m(edge).unwrap() * chance.share()).unwrap()
                })
                .collect()
        };
        let (from, to) = (some(40), some(90));
        for limit in [1e9, 4_000.0, 900.0] {
            let (quick, plain) = (network.matrix(&from, &to, limit), network.plain_matrix(&from, &to, limit));
            assert!(quick == plain, "{profile} {limit}");
            assert!(quick.iter().flatten().count() > from.len() / 4, "{profile} {limit}");
        }
    }
}

/// Streets like a chessboard, where all ways are as long as others; with some left out there is a hierarchy with a core, without none.
#[test]
fn on_a_chessboard() {
    const SIDE: i64 = 40;
    for left_out in [0, 6] {
        let mut chance = Chance(4);
        let mut block = Block::default();
        for n in 0..SIDE * SIDE {
            block = block.node(n, [121.0 + (n % SIDE) as f64 * 1e-3, 31.0 + (n / SIDE) as f64 * 1e-3], &[]);
        }
        for n in 0..SIDE * (SIDE - 1) {
            let (line, at) = (n / (SIDE - 1), n % (SIDE - 1));
            let pairs = [[line * SIDE + at, line * SIDE + at + 1], [at * SIDE + line, (at + 1) * SIDE + line]];
            for (id, pair) in [n * 2, n * 2 + 1].into_iter().zip(pairs) {
                if left_out == 0 || chance.below(left_out) > 0 {
                    block = block.way(id, &pair, &[("highway", "path")]);
                }
            }
        }
        let built = Network::build(&read(block), Profile::Walk).unwrap();
        let network = Network::from_bytes(&built.to_bytes()).unwrap();
        let places: Vec<Snap> =
            (0..60).map(|_| network.place(chance.below(network.edges()) as u32, 30.0).unwrap()).collect();
        let all = network.matrix(&places, &places, 1e9);
        assert!(all == built.plain_matrix(&places, &places, 1e9), "{left_out}");
        assert!(all.iter().flatten().count() > 3_000, "{left_out}");
    }
}

#[test]
fn places_between_nodes() {
    // A loop of three at a junction, and a straight street.
    let block = Block::default()
        .node(1, [121.0, 31.0], &[])
        .node(2, [121.01, 31.0], &[])
        .node(3, [121.01, 31.001], &[])
        .node(4, [121.011, 31.001], &[])
        .way(1, &[1, 2], &[("highway", "residential")])
        .way(2, &[2, 3, 4, 2], &[("highway", "service")]);
    let network = Network::build(&read(block), Profile::Walk).unwrap();
    let near = |lon, lat| network.nearest([lon, lat], 50.0).unwrap();
    let (a, b) = (near(121.001, 31.0001), near(121.004, 30.9999));
    assert!((a.distance_m - 11.12).abs() < 0.01, "{}", a.distance_m);
    let straight = network.one_to_many(&a, &[b, a], 1e9);
    assert!((straight[0].unwrap() - metres([121.001, 31.0], [121.004, 31.0])).abs() < 0.01);
    assert_eq!(straight[1], Some(0.0));
    let route = network.route(&a, &b).unwrap();
    assert!(route.osm_nodes.is_empty() && route.line == [a.at, b.at], "{route:?}");
    // Along the loop the shorter way round is taken.
    let (early, late) = (near(121.01, 31.0001), near(121.0101, 31.0001));
    let round = network.one_to_many(&early, &[late], 1e9)[0].unwrap();
    assert!(round < 40.0, "{round}");
    let route = network.route(&early, &late).unwrap();
    assert_eq!(route.osm_nodes, [2]);
    assert_eq!(network.nearest([121.5, 31.0], 1_000.0), None);
    assert_eq!(network.nearest([f64::NAN, 31.0], 1_000.0), None);
    let far = network.nearest([122.0, 32.0], 1e9).unwrap();
    assert!(far.distance_m > 100_000.0);
}

#[test]
fn the_nearest_place_is_the_nearest() {
    for name in FILES {
        let osm = real(name);
        let network = Network::build(&osm, Profile::Walk).unwrap();
        let bounds = osm.bounds().unwrap();
        let large: Vec<bool> =
            network.components().iter().map(|c| c.length_m >= network.components()[0].length_m * 0.02).collect();
        let mut chance = Chance(3);
        for _ in 0..60 {
            let at = [
                bounds.west - 0.01 + chance.share() * (bounds.east - bounds.west + 0.02),
                bounds.south - 0.01 + chance.share() * (bounds.north - bounds.south + 0.02),
            ];
            let within = chance.share() * 1_500.0;
            // By hand: every piece of every edge.
            let (mut any, mut best) = (f64::INFINITY, f64::INFINITY);
            for edge in 0..network.edges() as u32 {
                let line: Vec<[f64; 2]> = network.line(edge).collect();
                for w in line.windows(2) {
                    let there = to_piece(at, w);
                    any = any.min(there);
                    if large[network.component(edge).unwrap()] {
                        best = best.min(there);
                    }
                }
            }
            let expected = if best <= any + 150.0 && best <= within { best } else { any };
            let found = network.nearest(at, within);
            match found {
                None => assert!(any > within - 0.1, "{name} {at:?}: {any}"),
                Some(found) => {
                    assert!(
                        (found.distance_m - expected).abs() < 0.1,
                        "{name} {at:?}: {} {expected}",
                        found.distance_m
                    );
                    assert!((metres(at, found.at) - found.distance_m).abs() < 0.5);
                    let again = network.place(found.edge, f64::from(found.along) / 1e4).unwrap();
                    assert!(metres(again.at, found.at) < 0.05, "along says the same as the place");
                }
            }
        }
    }
}

#[test]
fn a_large_component_is_preferred_to_a_courtyard() {
    let street = |block: Block, id: i64, lat: f64, east: f64| {
        block.node(id, [121.0, lat], &[]).node(id + 1, [121.0 + east, lat], &[]).way(
            id,
            &[id, id + 1],
            &[("highway", "path")],
        )
    };
    let town = street(street(Block::default(), 1, 31.0, 0.1), 3, 31.001, 0.001);
    let network = Network::build(&read(town), Profile::Walk).unwrap();
    assert_eq!(network.components().len(), 2);
    let near = |lat: f64, within| network.nearest([121.0005, lat], within).and_then(|s| network.component(s.edge));
    assert_eq!(near(31.001, 500.0), Some(0), "111 m further, but from there one gets somewhere");
    assert_eq!(near(31.001, 50.0), Some(1), "nothing else within reach");
    assert_eq!(near(31.0025, 500.0), Some(0));
}

#[test]
fn no_network() {
    let no_ways = read(Block::default().node(1, [121.0, 31.0], &[("amenity", "bank")]));
    assert_eq!(Network::build(&no_ways, Profile::Walk).unwrap_err(), BuildError::Empty(Profile::Walk));
    let nowhere = read(Block::default().way(1, &[1, 2, 3], &[("highway", "path")]));
    let error = Network::build(&nowhere, Profile::Car).unwrap_err();
    assert_eq!(error.to_string(), "the file holds no way that can be used by car");
    assert_eq!(nowhere.missing_nodes(), 3);
    // The way is cut where a node is missing.
    let gap = Block::default()
        .node(1, [121.0, 31.0], &[])
        .node(2, [121.001, 31.0], &[])
        .node(4, [121.003, 31.0], &[])
        .node(5, [121.004, 31.0], &[])
        .way(1, &[1, 2, 3, 4, 5], &[("highway", "path")]);
    let network = Network::build(&read(gap), Profile::Walk).unwrap();
    assert_eq!((network.edges(), network.components().len(), network.gaps()), (2, 2, 1));
}

/// Metres from a place to a straight piece.
fn to_piece(at: [f64; 2], w: &[[f64; 2]]) -> f64 {
    let (kx, ky) = (metres(at, [at[0] + 1e-3, at[1]]) / 1e-3, metres(at, [at[0], at[1] + 1e-3]) / 1e-3);
    let [a, b] = [w[0], w[1]].map(|p| [(p[0] - at[0]) * kx, (p[1] - at[1]) * ky]);
    let d = [b[0] - a[0], b[1] - a[1]];
    let len2 = d[0] * d[0] + d[1] * d[1];
    let t = if len2 > 0.0 { (-(a[0] * d[0] + a[1] * d[1]) / len2).clamp(0.0, 1.0) } else { 0.0 };
    (a[0] + t * d[0]).hypot(a[1] + t * d[1])
}

/// Even-odd over all rings.
fn inside(rings: &[Vec<[f64; 2]>], [x, y]: [f64; 2]) -> bool {
    let crossed = rings.iter().flat_map(|r| r.windows(2)).filter(|w| {
        let (a, b) = (w[0], w[1]);
        (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
    });
    crossed.count() % 2 == 1
}

#[test]
fn what_is_within_reach() {
    for (name, profile) in FILES.into_iter().zip([Profile::Walk, Profile::Walk, Profile::Car]) {
        let network = Network::build(&real(name), profile).unwrap();
        let mut chance = Chance(9);
        for sources in [1, 1, 3] {
            let from: Vec<Snap> = (0..sources)
                .map(|_| {
                    let edge = chance.below(network.edges()) as u32;
                    network.place(edge, network.edge_length_m(edge).unwrap() * chance.share()).unwrap()
                })
                .collect();
            let limit = 300.0 + chance.share() * 900.0;
            let reach = network.reach(&from, limit);
            // Places everywhere are within reach exactly when their distance says so.
            let places: Vec<Snap> = (0..network.edges() as u32)
                .filter_map(|e| network.place(e, network.edge_length_m(e).unwrap() * chance.share()))
                .collect();
            let distances = network.any_to_many(&from, &places, limit);
            for (place, distance) in places.iter().zip(&distances) {
                assert_eq!(reach.contains(place), distance.is_some(), "{name}: {place:?} {distance:?}");
            }
            assert!(reach.junctions().all(|(_, d)| d <= limit));
            let by_lines: f64 =
                reach.lines().iter().map(|l| l.windows(2).map(|w| metres(w[0], w[1])).sum::<f64>()).sum();
            assert!((by_lines - reach.length_m()).abs() < 0.02 * reach.parts().len() as f64 + 1.0, "{name}");
            let ids: HashSet<i64> = reach.osm_nodes().into_iter().collect();
            assert!(reach.parts().iter().all(|p| p.from > 0 || ids.contains(&network.osm_nodes(p.edge)[0])));

            let outlines = reach.polygon();
            let rings: Vec<_> = outlines.iter().flat_map(|o| o.rings.clone()).collect();
            for outline in &outlines {
                let area = |r: &[[f64; 2]]| r.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum::<f64>();
                assert!(area(&outline.rings[0]) > 0.0 && outline.rings[1..].iter().all(|r| area(r) < 0.0), "{name}");
                assert!(outline.rings.iter().all(|r| r.len() > 3 && r.first() == r.last()), "{name}");
            }
            let lines = reach.lines();
            for at in lines.iter().flatten() {
                assert!(inside(&rings, *at), "{name}: {at:?} is within reach and outside of the outline");
            }
            for ring in &rings {
                for corner in ring.iter().step_by(7) {
                    let far = lines
                        .iter()
                        .flat_map(|l| l.windows(2))
                        .map(|w| to_piece(*corner, w))
                        .fold(f64::INFINITY, f64::min);
                    assert!((20.0..40.0).contains(&far), "{name}: the outline is {far} m away");
                }
            }
        }
        assert!(network.reach(&[], 500.0).polygon().is_empty());
    }
}

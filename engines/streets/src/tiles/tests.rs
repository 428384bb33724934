#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::layers::Geometry;
use std::collections::BTreeMap;

/// A tile as a reader of our own sees it: layer → features with type, tags and integer geometry.
type Read = BTreeMap<String, Vec<(u64, BTreeMap<String, String>, Vec<Vec<(i32, i32)>>)>>;

fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, Vec<u8>)> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        if key & 7 == 2 {
            let length = varint(&mut bytes) as usize;
            out.push((key >> 3, 0, bytes[..length].to_vec()));
            bytes = &bytes[length..];
        } else {
            assert_eq!(key & 7, 0, "only varints and bytes");
            out.push((key >> 3, varint(&mut bytes), Vec::new()));
        }
    }
    out
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let b = bytes[0];
        *bytes = &bytes[1..];
        n |= u64::from(b & 0x7f) << shift;
        if b & 0x80 == 0 {
            break;
        }
    }
    n
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        out.push(varint(&mut bytes));
    }
    out
}

fn geometry(commands: &[u64]) -> Vec<Vec<(i32, i32)>> {
    let (mut paths, mut x, mut y, mut at) = (Vec::<Vec<(i32, i32)>>::new(), 0, 0, 0);
    while at < commands.len() {
        let (id, count) = (commands[at] & 7, commands[at] >> 3);
        at += 1;
        if id == 7 {
            continue;
        }
        for _ in 0..count {
            let back = |n: u64| (n >> 1) as i32 ^ -((n & 1) as i32);
            x += back(commands[at]);
            y += back(commands[at + 1]);
            at += 2;
            if id == 1 {
                paths.push(Vec::new());
            }
            paths.last_mut().unwrap().push((x, y));
        }
    }
    paths
}

fn read(tile: &[u8]) -> Read {
    let mut out = Read::new();
    for (field, _, layer) in fields(tile) {
        assert_eq!(field, 3);
        let parts = fields(&layer);
        let text = |n: u64| parts.iter().filter(move |p| p.0 == n).map(|p| String::from_utf8(p.2.clone()).unwrap());
        let name = text(1).next().unwrap();
        let keys: Vec<String> = text(3).collect();
        let value = |bytes: &[u8]| {
            let one = &fields(bytes)[0];
            if one.0 == 1 { String::from_utf8(one.2.clone()).unwrap() } else { (one.1 == 1).to_string() }
        };
        let values: Vec<String> = parts.iter().filter(|p| p.0 == 4).map(|p| value(&p.2)).collect();
        assert!(parts.iter().any(|p| p.0 == 15 && p.1 == 2) && parts.iter().any(|p| p.0 == 5 && p.1 == 4096));
        let features = parts.iter().filter(|p| p.0 == 2).map(|p| {
            let f = fields(&p.2);
            let packed = |n| numbers(&f.iter().find(|p| p.0 == n).unwrap().2);
            let tags =
                packed(2).chunks(2).map(|t| (keys[t[0] as usize].clone(), values[t[1] as usize].clone())).collect();
            (f.iter().find(|p| p.0 == 3).unwrap().1, tags, geometry(&packed(4)))
        });
        out.insert(name, features.collect());
    }
    out
}

fn all(features: &[Feature]) -> BTreeMap<TileId, Vec<u8>> {
    let mut out = BTreeMap::new();
    make(features, 100_000, &mut |id, tile| assert!(out.insert(id, tile).is_none())).unwrap();
    out
}

fn feature(layer: Layer, class: &'static str, from_zoom: u8, geometry: Geometry) -> Feature {
    let name = Some("望苇路".to_owned());
    Feature {
        layer,
        class,
        from_zoom,
        rank: 0,
        name,
        name_en: None,
        number: None,
        bridge: false,
        tunnel: false,
        geometry,
    }
}

fn ring(lon: f64, lat: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
}

#[test]
fn a_road_is_on_every_zoom_from_its_own_and_its_parts_meet() {
    let line: Vec<[f64; 2]> =
        (0..200).map(|i| [121.40 + f64::from(i) * 0.001, 31.2 + f64::from(i % 7) * 0.0003]).collect();
    let tiles = all(&[feature(Layer::Road, "minor", 12, Geometry::Line(line))]);
    let zooms: Vec<u8> = tiles.keys().map(|id| id.z).collect();
    assert_eq!(zooms.iter().min(), Some(&12));
    assert_eq!(zooms.iter().max(), Some(&15));
    let mut points = BTreeMap::new();
    for (id, tile) in &tiles {
        let road = &read(tile)["road"];
        assert_eq!((road[0].0, road[0].1["class"].as_str(), road[0].1["name"].as_str()), (2, "minor", "望苇路"));
        *points.entry(id.z).or_insert(0) += road.iter().flat_map(|f| &f.2).map(Vec::len).sum::<usize>();
        // Where it leaves to the east, the next tile begins at the same height.
        let east = tiles.get(&TileId { x: id.x + 1, ..*id });
        let leaves = road[0].2.iter().flatten().find(|p| p.0 == 4096 + SEAM);
        let comes = |tile: &Vec<u8>| read(tile)["road"][0].2.iter().flatten().any(|p| p.0 == -SEAM);
        if let (Some(_), Some(east)) = (leaves, east) {
            assert!(comes(east), "{id:?}");
        }
        let in_seam = |v: i32| (-SEAM..=4096 + SEAM).contains(&v);
        assert!(road.iter().flat_map(|f| f.2.iter().flatten()).all(|p| in_seam(p.0) && in_seam(p.1)));
    }
    assert!(points[&12] < points[&14] && points[&14] <= points[&15], "coarser views have fewer points: {points:?}");
}

#[test]
fn rings_turn_as_the_format_wants_whichever_way_they_were_drawn() {
    let mut outer = ring(121.40, 31.2, 0.01);
    let hole = ring(121.404, 31.204, 0.002);
    for _ in 0..2 {
        outer.reverse();
        let lake = Geometry::Area(vec![vec![outer.clone(), hole.clone()]]);
        for (id, tile) in all(&[feature(Layer::Water, "lake", 10, lake)]) {
            let water = read(&tile);
            let rings = &water["water"][0].2;
            assert!(double_area(&rings[0]) > 0, "{id:?}");
            assert!(rings.iter().skip(1).all(|r| double_area(r) < 0), "{id:?}");
        }
    }
}

#[test]
fn small_things_are_left_out_from_afar_and_points_are_on_one_tile_of_each_zoom() {
    let pond = feature(Layer::Water, "lake", 10, Geometry::Area(vec![vec![ring(121.4, 31.2, 0.0003)]]));
    let town = feature(Layer::Place, "town", 10, Geometry::Point([121.4, 31.2]));
    let tiles = all(&[pond, town]);
    let with = |layer: &str| {
        let mut zooms: Vec<u8> =
            tiles.iter().filter(|(_, t)| read(t).contains_key(layer)).map(|(id, _)| id.z).collect();
        zooms.dedup();
        zooms
    };
    let places = tiles.values().filter(|t| read(t).contains_key("place")).count();
    assert_eq!((places, with("place").len()), (6, 6));
    let ponds = with("water");
    assert!(ponds.contains(&15) && !ponds.contains(&11), "{ponds:?}");
}

#[test]
fn the_same_layers_give_the_same_bytes() {
    let line = Geometry::Line(vec![[121.4, 31.2], [121.45, 31.21], [121.5, 31.1]]);
    let features = [
        feature(Layer::Road, "major", 10, line),
        feature(Layer::Green, "park", 10, Geometry::Area(vec![vec![ring(121.41, 31.2, 0.02)]])),
    ];
    assert_eq!(all(&features), all(&features));
}

#[test]
fn what_is_too_large_is_refused() {
    let far = Geometry::Line(vec![[100.0, 20.0], [130.0, 40.0]]);
    let refused = make(&[feature(Layer::Road, "ferry", 10, far)], 50, &mut |_, _| ());
    assert_eq!(refused, Err(TooManyTiles { most: 50 }));
}

#[test]
fn nothing_that_can_be_drawn_is_nothing() {
    let nowhere = [
        Geometry::Point([f64::NAN, 1.0]),
        Geometry::Line(vec![[121.0, 31.0]]),
        Geometry::Line(vec![[121.0, 31.0]; 5]),
        Geometry::Area(vec![vec![vec![[121.0, 31.0], [121.0, 31.1], [121.0, 31.0]]]]),
        Geometry::Area(vec![vec![ring(121.0, 31.0, 0.0)]]),
        Geometry::Area(vec![Vec::new()]),
    ];
    for geometry in nowhere {
        assert!(all(&[feature(Layer::Poi, "bank", 10, geometry)]).is_empty());
    }
}

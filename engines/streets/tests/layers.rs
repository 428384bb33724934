//! Real files: what is found in them, and how large the tiles are.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;
use streets::layers::{Layer, Layers, NamedKind};
use streets::osm::{Limits, Osm};
use streets::tiles;

fn layers(file: &str) -> Layers {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    Layers::of(&Osm::read(std::fs::File::open(path).unwrap(), &Limits::default()).unwrap())
}

/// Number of tiles and bytes by zoom.
fn tiles(layers: &Layers) -> BTreeMap<u8, (usize, usize, usize)> {
    let mut by_zoom = BTreeMap::<u8, (usize, usize, usize)>::new();
    tiles::make(&layers.features, 100_000, &mut |id, tile| {
        let of = by_zoom.entry(id.z).or_default();
        (of.0, of.1, of.2) = (of.0 + 1, of.1 + tile.len(), of.2.max(tile.len()));
    })
    .unwrap();
    by_zoom
}

#[test]
fn shanghai_has_streets_with_chinese_names() {
    let layers = layers("shanghai-centre.osm.pbf");
    let streets: Vec<&str> =
        layers.named.iter().filter(|n| n.kind == NamedKind::Street).map(|n| n.name.as_str()).collect();
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    assert!(
        streets.len() > 20 && streets.iter().filter(|s| chinese(s)).count() * 10 > streets.len() * 9,
        "{streets:?}"
    );
    assert!(layers.features.iter().any(|f| f.layer == Layer::Road));
    assert!(layers.counts.road_km > 10.0);
    let by_zoom = tiles(&layers);
    assert_eq!(by_zoom.keys().copied().collect::<Vec<_>>(), (8..=15).collect::<Vec<u8>>());
}

#[test]
fn a_city_gives_tiles_that_a_telephone_can_load() {
    let layers = layers("porto-alegre.osm.pbf");
    for (zoom, (count, bytes, most)) in tiles(&layers) {
        assert!(most < 500_000, "zoom {zoom}: {count} tiles, {bytes} bytes, the largest {most}");
    }
}

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect, reason = "tests")]

use super::*;
use crate::osm::Limits;
use std::fmt::Write as _;

/// A file of OSM, by hand: `n` nodes, then whatever is written.
#[derive(Default)]
struct File(String);

impl File {
    fn nodes(mut self, all: &[(i64, f64, f64)]) -> Self {
        for (id, lon, lat) in all {
            writeln!(self.0, r#"<node id="{id}" lon="{lon}" lat="{lat}"/>"#).unwrap();
        }
        self
    }
    fn node(mut self, id: i64, at: LonLat, tags: &[(&str, &str)]) -> Self {
        writeln!(self.0, r#"<node id="{id}" lon="{}" lat="{}">{}</node>"#, at[0], at[1], tagged(tags)).unwrap();
        self
    }
    fn way(mut self, id: i64, refs: &[i64], tags: &[(&str, &str)]) -> Self {
        let refs: String = refs.iter().map(|r| format!(r#"<nd ref="{r}"/>"#)).collect();
        writeln!(self.0, r#"<way id="{id}">{refs}{}</way>"#, tagged(tags)).unwrap();
        self
    }
    fn area(mut self, id: i64, members: &[(i64, &str)], tags: &[(&str, &str)]) -> Self {
        let members: String =
            members.iter().map(|(w, role)| format!(r#"<member type="way" ref="{w}" role="{role}"/>"#)).collect();
        let kind = tagged(&[("type", "multipolygon")]);
        writeln!(self.0, r#"<relation id="{id}">{members}{kind}{}</relation>"#, tagged(tags)).unwrap();
        self
    }
    fn layers(self) -> Layers {
        let text = format!(r#"<osm version="0.6">{}</osm>"#, self.0);
        Layers::of(&Osm::read(text.as_bytes(), &Limits::default()).unwrap())
    }
}

fn tagged(tags: &[(&str, &str)]) -> String {
    tags.iter().map(|(k, v)| format!(r#"<tag k="{k}" v="{v}"/>"#)).collect()
}

/// A square of nodes, from `id` on, closed by repeating the first.
fn square(id: i64, lon: f64, lat: f64, side: f64) -> Vec<(i64, f64, f64)> {
    vec![(id, lon, lat), (id + 1, lon + side, lat), (id + 2, lon + side, lat + side), (id + 3, lon, lat + side)]
}

fn of(layers: &Layers, layer: Layer) -> Vec<&Feature> {
    layers.features.iter().filter(|f| f.layer == layer).collect()
}

#[test]
fn a_street_in_parts_is_one_line_with_its_chinese_name() {
    let name =
        &[("highway", "residential"), ("name", "Wangwei Lu"), ("name:zh", "望苇路"), ("name:en", "Wangwei Road")];
    let layers = File::default()
        .nodes(&[(1, 121.0, 31.0), (2, 121.001, 31.0), (3, 121.002, 31.0), (4, 121.003, 31.0)])
        .way(10, &[1, 2], name)
        // Drawn the other way round.
        .way(11, &[3, 2], name)
        .way(12, &[3, 4], &[("highway", "residential"), ("name", "另一条路")])
        .layers();
    let roads = of(&layers, Layer::Road);
    assert_eq!(roads.len(), 2);
    assert_eq!((roads[0].name.as_deref(), roads[0].name_en.as_deref()), (Some("望苇路"), Some("Wangwei Road")));
    let Geometry::Line(line) = &roads[0].geometry else { panic!() };
    assert_eq!(line.len(), 3);
    assert_eq!((roads[0].class, roads[0].from_zoom), ("minor", 13));
    let street = layers.named.iter().find(|n| n.name == "望苇路").unwrap();
    assert_eq!((street.kind, street.name_en.as_deref()), (NamedKind::Street, Some("Wangwei Road")));
    assert!((street.lon - 121.001).abs() < 1e-6, "in its middle: {street:?}");
    assert!((layers.counts.road_km - 0.286).abs() < 0.01);
    assert!((layers.counts.named_km - layers.counts.road_km).abs() < 1e-9);
}

#[test]
fn where_three_streets_meet_none_is_joined() {
    let tags = &[("highway", "residential"), ("name", "路")];
    let layers = File::default()
        .nodes(&[(1, 121.0, 31.0), (2, 121.001, 31.0), (3, 121.002, 31.0), (4, 121.001, 31.001)])
        .way(10, &[1, 2], tags)
        .way(11, &[2, 3], tags)
        .way(12, &[2, 4], tags)
        .layers();
    assert_eq!(of(&layers, Layer::Road).len(), 3);
}

#[test]
fn a_ring_of_two_ways_with_an_island_is_a_lake() {
    let mut nodes = square(1, 121.0, 31.0, 0.01);
    nodes.extend(square(11, 121.004, 31.004, 0.002));
    let layers = File::default()
        .nodes(&nodes)
        .way(20, &[1, 2, 3], &[])
        .way(21, &[1, 4, 3], &[])
        .way(22, &[11, 12, 13, 14, 11], &[])
        .area(30, &[(20, "outer"), (21, "outer"), (22, "inner")], &[("natural", "water"), ("name", "鹭湖")])
        .layers();
    let water = of(&layers, Layer::Water);
    assert_eq!(water.len(), 1);
    let Geometry::Area(polygons) = &water[0].geometry else { panic!() };
    assert_eq!((polygons.len(), polygons[0].len(), polygons[0][0].len()), (1, 2, 5));
    assert_eq!((water[0].class, layers.counts.broken_areas), ("lake", 0));
    let label = of(&layers, Layer::Poi);
    assert_eq!((label[0].class, label[0].name.as_deref()), ("lake", Some("鹭湖")));
    assert!(layers.named.iter().any(|n| n.kind == NamedKind::Water && n.name == "鹭湖"));
}

#[test]
fn what_is_broken_is_counted_and_the_rest_is_drawn() {
    let mut nodes = square(1, 121.0, 31.0, 0.01);
    nodes.extend(square(11, 122.0, 31.0, 0.002));
    let layers = File::default()
        .nodes(&nodes)
        // Does not close; has an island that lies elsewhere; names a way that is not there.
        .way(20, &[1, 2, 3], &[])
        .way(22, &[11, 12, 13, 14, 11], &[])
        .area(30, &[(20, "outer"), (22, "inner"), (99, "outer")], &[("natural", "water")])
        // A wood with a node that is not there, and one whose ring is open.
        .way(23, &[1, 2, 77, 4, 1], &[("natural", "wood")])
        .way(24, &[1, 2, 3, 4], &[("landuse", "forest")])
        // A road that is cut.
        .way(25, &[1, 2, 77, 3, 4], &[("highway", "footway")])
        .layers();
    assert_eq!(of(&layers, Layer::Water).len() + of(&layers, Layer::Green).len(), 0);
    assert_eq!(of(&layers, Layer::Road).len(), 2);
    assert_eq!(layers.counts.broken_areas, 4);
    assert_eq!((layers.counts.parted_relations, layers.counts.cut_ways), (1, 1));
}

#[test]
fn an_outline_that_has_the_tags_too_is_drawn_once() {
    let mut nodes = square(1, 121.0, 31.0, 0.01);
    nodes.extend(square(11, 121.004, 31.004, 0.002));
    let layers = File::default()
        .nodes(&nodes)
        .way(20, &[1, 2, 3, 4, 1], &[("natural", "water")])
        .way(22, &[11, 12, 13, 14, 11], &[("natural", "wood")])
        .area(30, &[(20, "outer"), (22, "inner")], &[])
        .layers();
    // The island is a wood of its own right.
    assert_eq!((of(&layers, Layer::Water).len(), of(&layers, Layer::Green).len()), (1, 1));
}

#[test]
fn doors_buildings_and_points_are_named() {
    let layers = File::default()
        .nodes(&square(1, 121.0, 31.0, 0.001))
        .way(
            20,
            &[1, 2, 3, 4, 1],
            &[
                ("building", "yes"),
                ("amenity", "hospital"),
                ("name", "青禾医院"),
                ("addr:street", "望苇路"),
                ("addr:housenumber", "128"),
            ],
        )
        .node(31, [121.01, 31.0], &[("addr:housenumber", "5号"), ("addr:street", "望苇路")])
        .node(32, [121.02, 31.0], &[("amenity", "toilets")])
        .node(33, [121.03, 31.0], &[("place", "village"), ("name", "水闸村")])
        .node(34, [121.03, 31.0], &[("place", "village")])
        .node(35, [121.04, 31.0], &[("highway", "bus_stop"), ("name", "水闸村站")])
        .layers();
    let building = of(&layers, Layer::Building);
    assert_eq!((building.len(), building[0].number.as_deref()), (1, Some("128")));
    let classes: Vec<_> = of(&layers, Layer::Poi).iter().map(|f| f.class).collect();
    assert_eq!(classes, ["hospital", "bus_stop", "toilet"], "the most important first");
    assert_eq!(of(&layers, Layer::Place).len(), 1, "a village without a name says nothing");
    let door = layers.named.iter().find(|n| n.kind == NamedKind::House).unwrap();
    assert_eq!((door.street.as_deref(), door.housenumber.as_deref()), (Some("望苇路"), Some("5号")));
    let house = layers.named.iter().find(|n| n.kind == NamedKind::Building).unwrap();
    assert_eq!((house.name.as_str(), house.housenumber.as_deref()), ("青禾医院", Some("128")));
    for (kind, name) in [(NamedKind::Poi, "青禾医院"), (NamedKind::Place, "水闸村"), (NamedKind::Poi, "水闸村站")]
    {
        assert!(layers.named.iter().any(|n| n.kind == kind && n.name == name), "{name}");
    }
}

#[test]
fn streets_of_one_name_in_two_towns_are_two() {
    let tags = &[("highway", "residential"), ("name", "人民路")];
    let layers = File::default()
        .nodes(&[(1, 121.0, 31.0), (2, 121.001, 31.0), (3, 121.1, 31.0), (4, 121.101, 31.0)])
        .nodes(&[(5, 121.0, 31.001), (6, 121.001, 31.001)])
        .way(10, &[1, 2], tags)
        .way(11, &[3, 4], tags)
        .way(12, &[5, 6], tags)
        .layers();
    assert_eq!(layers.named.iter().filter(|n| n.name == "人民路").count(), 2);
}

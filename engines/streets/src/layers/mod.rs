//! What people see on the map, out of OSM: roads, water, green, buildings, places, points that matter here, and the names by
//! which places are asked for.
//!
//! Names are Chinese where OSM has them (`name:zh`, else `name`), with `name:en` beside. What is broken is passed over and
//! counted: a map with a hole is of more use than none.

mod join;
mod named;
mod rings;
mod sorts;

pub use named::{Named, NamedKind};

use crate::LonLat;
use crate::osm::{Kind, Osm, Relation, Tags, Way};
use sorts::Sort;
use std::collections::{BTreeMap, HashSet};

/// Layers of a tile, in the order in which they are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Green,
    Water,
    Building,
    Road,
    Place,
    Poi,
}

impl Layer {
    pub const ALL: [Self; 6] = [Self::Green, Self::Water, Self::Building, Self::Road, Self::Place, Self::Poi];

    /// As tiles call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Water => "water",
            Self::Building => "building",
            Self::Road => "road",
            Self::Place => "place",
            Self::Poi => "poi",
        }
    }
}

/// Where something lies, in degrees (WGS-84).
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    Point(LonLat),
    Line(Vec<LonLat>),
    /// Polygons: the outer ring, then its holes; the last point of a ring is its first.
    Area(Vec<Vec<Vec<LonLat>>>),
}

/// One thing on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub layer: Layer,
    /// Its sort within the layer, such as `canal` or `hospital`.
    pub class: &'static str,
    /// From which zoom on it is drawn.
    pub from_zoom: u8,
    /// What comes first within the layer: 0 is the most important.
    pub rank: u8,
    pub name: Option<String>,
    pub name_en: Option<String>,
    /// House number of a building.
    pub number: Option<String>,
    pub bridge: bool,
    /// It runs below the ground: not to be walked on, but found by its name.
    pub tunnel: bool,
    pub geometry: Geometry,
}

/// What was found in the file, and what could not be used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Things by layer.
    pub by_layer: BTreeMap<&'static str, usize>,
    /// Points of interest and places by class.
    pub by_class: BTreeMap<&'static str, usize>,
    /// Roads and paths, in kilometres.
    pub road_km: f64,
    /// Roads and paths with a name, in kilometres.
    pub named_km: f64,
    /// Areas whose ring does not close or has less than three corners.
    pub broken_areas: usize,
    /// Relations of which members are not in the file.
    pub parted_relations: usize,
    /// Ways that were cut because nodes are not in the file.
    pub cut_ways: usize,
}

/// Everything that is drawn, and everything that has a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layers {
    /// By layer, the most important first.
    pub features: Vec<Feature>,
    pub named: Vec<Named>,
    pub counts: Counts,
}

impl Layers {
    /// Reads the layers out of a file of OSM.
    pub fn of(osm: &Osm) -> Self {
        let mut draft = Draft { osm, out: Self::default(), roads: Vec::new() };
        let outlines = draft.relations();
        for way in osm.ways() {
            draft.way(way, &outlines);
        }
        draft.roads();
        for (node, tags) in osm.tagged_nodes() {
            draft.point(tags, node.at());
        }
        draft.end()
    }
}

fn feature(sort: Sort, tags: &Tags, geometry: Geometry) -> Feature {
    let (name, name_en) = named::names(tags);
    let Sort { layer, class, from_zoom, rank } = sort;
    Feature { layer, class, from_zoom, rank, name, name_en, number: None, bridge: false, tunnel: false, geometry }
}

struct Draft<'a> {
    osm: &'a Osm,
    out: Layers,
    /// Roads wait until those that go on are joined.
    roads: Vec<join::Stretch<'a>>,
}

impl<'a> Draft<'a> {
    /// Areas made of several ways. Answers with the ways that are outlines of something that is drawn already.
    fn relations(&mut self) -> HashSet<i64> {
        let mut outlines = HashSet::new();
        let osm = self.osm;
        for relation in self.osm.relations() {
            if relation.tags.get("type") != Some("multipolygon") {
                continue;
            }
            let members = |inner: bool| {
                let of_role = move |role: &str| (role == "inner") == inner;
                relation
                    .members
                    .iter()
                    .filter(move |m| m.kind == Kind::Way && of_role(&m.role))
                    .filter_map(|m| osm.way(m.id))
            };
            // Older data has the tags on the outer way.
            let tags = if sorts::is_area(&relation.tags) {
                Some(&relation.tags)
            } else {
                members(false).map(|w| &w.tags).find(|t| sorts::is_area(t))
            };
            let Some(tags) = tags else { continue };
            if self.parted(relation) {
                self.out.counts.parted_relations += 1;
            }
            let outer = rings::join(self.osm, members(false));
            let inner = rings::join(self.osm, members(true));
            self.out.counts.broken_areas += outer.broken + inner.broken;
            let (polygons, stray) = rings::polygons(outer.rings, inner.rings);
            self.out.counts.broken_areas += stray;
            if polygons.is_empty() {
                continue;
            }
            let same = sorts::area(tags).map(|s| (s.layer, s.class));
            let drawn = members(false).filter(|w| sorts::area(&w.tags).map(|s| (s.layer, s.class)) == same);
            outlines.extend(drawn.map(|w| w.id));
            self.area(tags, polygons);
        }
        outlines
    }

    fn parted(&self, relation: &Relation) -> bool {
        relation.members.iter().any(|m| m.kind == Kind::Way && self.osm.way(m.id).is_none())
    }

    fn way(&mut self, way: &'a Way, outlines: &HashSet<i64>) {
        let closed = way.is_closed();
        if closed && sorts::is_area(&way.tags) {
            if outlines.contains(&way.id) {
                return;
            }
            let ring: Option<Vec<LonLat>> = way.refs.iter().map(|id| self.osm.node(*id)).collect();
            match ring {
                Some(ring) => self.area(&way.tags, vec![vec![ring]]),
                None => self.out.counts.broken_areas += 1,
            }
            return;
        }
        let Some(sort) = sorts::line(&way.tags) else {
            // An area whose ring is open.
            self.out.counts.broken_areas += usize::from(sorts::area(&way.tags).is_some());
            return;
        };
        let stretches = join::stretches(self.osm, way);
        self.out.counts.cut_ways += usize::from(stretches.cut);
        for (refs, line) in stretches.lines {
            let length = named::metres(&line);
            if sort.layer == Layer::Road && !matches!(sort.class, "rail" | "ferry") {
                self.out.counts.road_km += length / 1000.0;
                if way.tags.get("name").is_some() {
                    self.out.counts.named_km += length / 1000.0;
                }
            }
            let (bridge, tunnel) = (sorts::is_bridge(&way.tags), sorts::is_tunnel(&way.tags));
            self.roads.push(join::Stretch { sort, tags: &way.tags, bridge, tunnel, refs, line });
        }
        if let Some(name) = way.tags.get("bridge:name") {
            self.bridge(way, name);
        }
    }

    /// A bridge with a name of its own.
    fn bridge(&mut self, way: &Way, name: &str) {
        let Some(at) = way.refs.get(way.refs.len() / 2).and_then(|id| self.osm.node(*id)) else { return };
        let mut feature = feature(sorts::BRIDGE, &way.tags, Geometry::Point(at));
        feature.name = Some(name.to_owned());
        feature.name_en = way.tags.get("bridge:name:en").map(str::to_owned);
        self.push(feature);
    }

    /// Roads and waters that go on under the same name become one: their names find more room.
    fn roads(&mut self) {
        for stretch in join::joined(std::mem::take(&mut self.roads)) {
            let mut feature = feature(stretch.sort, stretch.tags, Geometry::Line(stretch.line));
            (feature.bridge, feature.tunnel) = (stretch.bridge, stretch.tunnel);
            self.push(feature);
        }
    }

    fn area(&mut self, tags: &Tags, polygons: Vec<Vec<Vec<LonLat>>>) {
        let middle = rings::middle(&polygons);
        if let Some(at) = middle {
            self.point(tags, at);
            if let Some(sort) = sorts::label_of_area(tags) {
                let feature = feature(sort, tags, Geometry::Point(at));
                if feature.name.is_some() {
                    self.push(feature);
                }
            }
        }
        let building = sorts::building(tags);
        let ground = sorts::area(tags);
        for sort in [ground, building].into_iter().flatten() {
            let mut feature = feature(sort, tags, Geometry::Area(polygons.clone()));
            feature.number = tags.get("addr:housenumber").filter(|_| sort.layer == Layer::Building).map(str::to_owned);
            self.push(feature);
        }
        let Some(at) = middle.filter(|_| building.is_some()) else { return };
        self.out.named.extend(Named::of_building(tags, at));
    }

    fn point(&mut self, tags: &Tags, at: LonLat) {
        for sort in [sorts::place(tags), sorts::poi(tags)].into_iter().flatten() {
            let feature = feature(sort, tags, Geometry::Point(at));
            // A place without a name says nothing.
            if sort.layer == Layer::Poi || feature.name.is_some() {
                self.push(feature);
            }
        }
        if tags.get("building").is_none() {
            self.out.named.extend(Named::of_door(tags, at));
        }
    }

    fn push(&mut self, feature: Feature) {
        let counts = &mut self.out.counts;
        *counts.by_layer.entry(feature.layer.name()).or_default() += 1;
        if matches!(feature.layer, Layer::Poi | Layer::Place) {
            *counts.by_class.entry(feature.class).or_default() += 1;
        }
        self.out.features.push(feature);
    }

    fn end(mut self) -> Layers {
        // Stable: things of one rank stay in the order of the file.
        self.out.features.sort_by_key(|f| (f.layer, f.rank));
        let named = named::of_features(&self.out.features);
        self.out.named.extend(named);
        self.out
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

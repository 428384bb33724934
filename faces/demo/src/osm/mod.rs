//! The invented district as an OpenStreetMap file: what `mulin import streets` reads. Streets and lanes are those of the
//! skeleton; houses stand at the addresses, and between them come paths, fields, parks, ponds and what people look for on
//! a map. Same seed, same file.

mod houses;
mod land;
mod paths;
mod plot;
mod points;
pub(crate) mod words;
mod write;

use crate::World;
use crate::ground::streets::FIRST_ID;
use crate::ground::{LonLat, Warp, WayKind};
use plot::{P, Plots};

/// Keys and values.
pub type Tags = Vec<(&'static str, String)>;

/// A point; most only give a way its shape and have no tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: i64,
    pub at: LonLat,
    pub tags: Tags,
}

/// A line, or an outline when its last node is its first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub id: i64,
    /// Indices into [`Map::nodes`].
    pub nodes: Vec<usize>,
    pub tags: Tags,
}

impl Way {
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(k, _)| *k == key).map(|(_, v)| v.as_str())
    }
}

/// The whole file.
#[derive(Debug, PartialEq)]
pub struct Map {
    pub nodes: Vec<Node>,
    pub ways: Vec<Way>,
}

impl Map {
    pub fn new(world: &World) -> Self {
        let mut sheet = Sheet::new(world);
        sheet.streets();
        let mut plots = Plots::new(world);
        houses::houses(&mut sheet, &mut plots);
        paths::paths(&mut sheet, &mut plots);
        land::land(&mut sheet, &mut plots);
        points::points(&mut sheet);
        sheet.map
    }
}

/// The map while it is drawn.
struct Sheet<'a> {
    world: &'a World,
    warp: &'a Warp,
    map: Map,
}

impl<'a> Sheet<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, warp: &world.ground.warp, map: Map { nodes: Vec::new(), ways: Vec::new() } }
    }

    fn streets(&mut self) {
        let streets = &self.world.ground.streets;
        self.map.nodes.extend(streets.nodes.iter().map(|n| Node { id: n.id, at: n.at, tags: Vec::new() }));
        for way in &streets.ways {
            let mut tags = vec![("highway", way.kind.highway().to_owned())];
            words::named(&mut tags, &way.name);
            if way.bridge {
                tags.extend([("bridge", "yes".to_owned()), ("layer", "1".to_owned())]);
            }
            if matches!(way.kind, WayKind::Primary | WayKind::Secondary) {
                tags.push(("sidewalk", "both".to_owned()));
            }
            self.way(way.nodes.clone(), tags);
        }
    }

    fn way(&mut self, nodes: Vec<usize>, tags: Tags) {
        let id = FIRST_ID + self.map.ways.len() as i64;
        self.map.ways.push(Way { id, nodes, tags });
    }

    /// A node at a spot of the plan.
    fn node(&mut self, (u, v): P, tags: Tags) -> usize {
        let id = FIRST_ID + self.map.nodes.len() as i64;
        self.map.nodes.push(Node { id, at: self.warp.lonlat(u, v), tags });
        self.map.nodes.len() - 1
    }

    /// An outline through the corners; a long side gets points between, so that it bends with the land.
    fn outline(&mut self, corners: &[P], every: f64, tags: Tags) {
        let mut nodes = Vec::new();
        for (&a, &b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            let n = (plot::apart(a, b) / every).ceil().max(1.0);
            for k in 0..n as usize {
                nodes.push(self.node(plot::between(a, b, k as f64 / n), Vec::new()));
            }
        }
        nodes.extend(nodes.first().copied());
        self.way(nodes, tags);
    }
}

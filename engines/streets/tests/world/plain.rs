//! The slow way, written for itself: every node of OSM is a vertex, nothing is contracted, and petgraph searches.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests; each uses a part")]

use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{HashMap, HashSet};
use streets::osm::{Osm, Tags};
use streets::{LonLat, Network, Snap};

pub struct Plain {
    pub graph: DiGraph<i64, f64>,
    pub vertex: HashMap<i64, NodeIndex>,
}

pub fn metres(a: LonLat, b: LonLat) -> f64 {
    kernel::Point::new(a[0], a[1]).unwrap().distance_m(kernel::Point::new(b[0], b[1]).unwrap())
}

/// The walking network in the words of the design: every `highway` way but …
pub fn walkable(tags: &Tags) -> bool {
    const NOT: [&str; 10] = [
        "motorway",
        "motorway_link",
        "construction",
        "proposed",
        "abandoned",
        "razed",
        "platform",
        "raceway",
        "elevator",
        "corridor",
    ];
    let foot_allowed = tags.is("foot", &["yes", "designated", "permissive"]);
    let ferry = tags.is("route", &["ferry"]) && foot_allowed && tags.get("highway").is_none();
    (tags.get("highway").is_some_and(|h| !NOT.contains(&h)) || ferry)
        && !tags.is("area", &["yes"])
        && !tags.is("foot", &["no", "private", "use_sidepath"])
        && (foot_allowed || !tags.is("access", &["no", "private", "customers"]))
}

impl Plain {
    /// `directions`: along the nodes of a way, and against them. A node that stops stands for itself in each way, and on each side.
    pub fn new(osm: &Osm, directions: impl Fn(&Tags) -> (bool, bool), stops: impl Fn(&Tags) -> bool) -> Self {
        let stops: HashSet<i64> = osm.tagged_nodes().filter(|(_, t)| stops(t)).map(|(n, _)| n.id).collect();
        let mut plain = Self { graph: DiGraph::new(), vertex: HashMap::new() };
        for way in osm.ways() {
            let (forward, backward) = directions(&way.tags);
            if !forward && !backward {
                continue;
            }
            for pair in way.refs.windows(2).filter(|p| p[0] != p[1]) {
                let (Some(a), Some(b)) = (osm.node(pair[0]), osm.node(pair[1])) else { continue };
                let [u, v] = [pair[0], pair[1]]
                    .map(|id| if stops.contains(&id) { plain.graph.add_node(id) } else { plain.vertex(id) });
                let len = metres(a, b);
                if forward {
                    plain.graph.update_edge(u, v, len);
                }
                if backward {
                    plain.graph.update_edge(v, u, len);
                }
            }
        }
        plain
    }

    pub fn on_foot(osm: &Osm) -> Self {
        let stops = |t: &Tags| {
            let allowed = t.is("foot", &["yes", "designated", "permissive"]);
            t.get("barrier").is_some()
                && (t.is("foot", &["no", "private", "use_sidepath"])
                    || (!allowed && (t.is("access", &["no"]) || t.is("locked", &["yes"]))))
        };
        Self::new(osm, |t| (walkable(t), walkable(t)), stops)
    }

    fn vertex(&mut self, id: i64) -> NodeIndex {
        *self.vertex.entry(id).or_insert_with(|| self.graph.add_node(id))
    }

    pub fn from(&self, id: i64) -> HashMap<i64, f64> {
        let dist = dijkstra(&self.graph, self.vertex[&id], None, |e| *e.weight());
        dist.into_iter().map(|(v, d)| (self.graph[v], d)).collect()
    }
}

/// Where each node of OSM lies on the network (one of the places, for junctions).
pub fn places(network: &Network) -> HashMap<i64, Snap> {
    let mut places = HashMap::new();
    for edge in 0..network.edges() as u32 {
        let mut along = 0.0;
        let mut before = None;
        for (id, at) in network.osm_nodes(edge).iter().zip(network.line(edge)) {
            along += before.map_or(0.0, |b| metres(b, at));
            before = Some(at);
            places.insert(*id, network.place(edge, along).unwrap());
        }
    }
    places
}

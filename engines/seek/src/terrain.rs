//! The streets as a search needs them: every OSM node a vertex, every piece between two neighbours a segment that can be searched.
#![expect(clippy::indexing_slicing, reason = "vertices, pieces and links are numbered here, for the vectors made here")]

use crate::plane::Plane;
use std::collections::{HashMap, HashSet};
use streets::osm::{Limits, Osm, OsmError};
use streets::{BuildError, LonLat, Network, Profile};

/// Why a search cannot work on a file. Messages are for whoever brought it.
#[derive(Debug, thiserror::Error)]
pub enum TerrainError {
    #[error(transparent)]
    Osm(#[from] OsmError),
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// How a team moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    Foot,
    Bicycle,
    Car,
}

/// Between two neighbouring nodes of a way: the row of the map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub a: u32,
    pub b: u32,
    pub len: f32,
    /// Bits: 1 and 2 for a bicycle from `a` and from `b`, 4 and 8 for a car.
    pub ways: u8,
    pub water: bool,
    pub link: u32,
}

/// Pieces one after the other between two junctions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub from: u32,
    pub to: u32,
    pub first: u32,
    pub end: u32,
    pub len: f32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc {
    pub to: u32,
    pub piece: u32,
}

/// Something of the map that is looked at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub at: LonLat,
    pub xy: [f32; 2],
}

/// The streets of a file, made ready once for any number of searches.
#[derive(Debug)]
pub struct Terrain {
    pub(crate) ids: Vec<i64>,
    pub(crate) at: Vec<LonLat>,
    pub(crate) xy: Vec<[f32; 2]>,
    pub(crate) plane: Plane,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) links: Vec<Link>,
    /// Of junctions: the links around them, compressed rows.
    pub(crate) link_first: Vec<u32>,
    pub(crate) link_arcs: Vec<u32>,
    pub(crate) junctions: usize,
    pub(crate) first: Vec<u32>,
    pub(crate) arcs: Vec<Arc>,
    /// Whether a vertex lies on a large component.
    pub(crate) large: Vec<bool>,
    pub(crate) components: Vec<u32>,
    by_pair: Vec<((i64, i64), u32)>,
    /// Vertices of large components by cells of 150 m.
    cells: Vec<((i32, i32), u32)>,
    pub(crate) water: Vec<Spot>,
    pub(crate) stops: Vec<Spot>,
    pub(crate) ends: Vec<u32>,
    /// Edges of the network that nobody searches.
    pub(crate) left_out: Vec<u32>,
    /// Names of streets; of each piece which, counted from 1, or 0.
    pub(crate) names: Vec<std::sync::Arc<str>>,
    pub(crate) name_of: Vec<u16>,
    pub(crate) whole: bool,
    /// Vertices in the order of their ids.
    by_id: Vec<u32>,
}

/// A component is large from this share of the length of the largest on, as in `streets`.
const LARGE_SHARE: f64 = 0.02;
/// A piece is beside water from so near.
const BESIDE_M: f32 = 40.0;

impl Terrain {
    /// Reads a file of OpenStreetMap (`.osm.pbf`, `.osm`, `.osm.gz`).
    ///
    /// # Errors
    /// When the bytes are no such file, or hold nothing that can be walked on.
    pub fn read(file: impl std::io::Read) -> Result<Self, TerrainError> {
        let osm = Osm::read(file, &Limits::default())?;
        Ok(Self::new(&osm)?)
    }

    /// # Errors
    /// When the file holds nothing that can be walked on.
    pub fn new(osm: &Osm) -> Result<Self, BuildError> {
        let network = Network::build(osm, Profile::Walk)?;
        let middle =
            osm.bounds().map_or([0.0, 0.0], |b| [f64::midpoint(b.west, b.east), f64::midpoint(b.south, b.north)]);
        // A ferry carries walkers, but nobody searches the water from it.
        let highways = highways(osm);
        let kept = |_, nodes: &[i64]| nodes.windows(2).all(|w| highways.contains(&pair(w[0], w[1])));
        let mut terrain = Self::of(&network, kept, Plane::around(middle));
        if terrain.pieces.is_empty() {
            return Err(BuildError::Empty(Profile::Walk));
        }
        for (profile, forward, backward) in [(Profile::Bicycle, 1, 2), (Profile::Car, 4, 8)] {
            // A town may have no road for cars; then none goes by car.
            if let Ok(network) = Network::build(osm, profile) {
                terrain.mark(&network, forward, backward);
            }
        }
        terrain.features(osm);
        terrain.call(osm);
        terrain.whole = true;
        Ok(terrain)
    }

    pub(crate) fn of(network: &Network, kept: impl Fn(u32, &[i64]) -> bool, plane: Plane) -> Self {
        let mut left_out = Vec::new();
        let junctions = network.junctions();
        let (mut ids, mut at) = (vec![0_i64; junctions], vec![[0.0; 2]; junctions]);
        let (mut pieces, mut links) = (Vec::new(), Vec::new());
        for edge in 0..network.edges() as u32 {
            let (nodes, line): (&[i64], Vec<LonLat>) = (network.osm_nodes(edge), network.line(edge).collect());
            let [from, to] = network.ends(edge).unwrap_or_default();
            if !kept(edge, nodes) {
                left_out.push(edge);
                continue;
            }
            let (begin, link) = (pieces.len() as u32, links.len() as u32);
            let mut before = from;
            for n in 1..nodes.len() {
                let here = if n + 1 == nodes.len() { to } else { ids.len() as u32 };
                if n + 1 < nodes.len() {
                    ids.push(nodes[n]);
                    at.push(line[n]);
                }
                let len = distance_m(line[n - 1], line[n]) as f32;
                pieces.push(Piece { a: before, b: here, len, ways: 0, water: false, link });
                before = here;
            }
            for (end, n) in [(from, 0), (to, nodes.len() - 1)] {
                ids[end as usize] = nodes[n];
                at[end as usize] = line[n];
            }
            let len = pieces[begin as usize..].iter().map(|p: &Piece| p.len).sum();
            links.push(Link { from, to, first: begin, end: pieces.len() as u32, len });
        }
        let xy = at.iter().map(|at| plane.to(*at)).collect();
        let rows = |n: usize, ends: &[(u32, u32)]| {
            let mut first = vec![0_u32; n + 1];
            ends.iter().for_each(|(v, _)| first[*v as usize + 1] += 1);
            (0..n).for_each(|v| first[v + 1] += first[v]);
            first
        };
        let mut sides: Vec<(u32, u32)> = (0_u32..).zip(&pieces).flat_map(|(n, p)| [(p.a, n), (p.b, n)]).collect();
        sides.sort_unstable();
        let first = rows(ids.len(), &sides);
        let other = |v: u32, n: u32| pieces[n as usize].a ^ pieces[n as usize].b ^ v;
        let arcs = sides.iter().map(|(v, n)| Arc { to: other(*v, *n), piece: *n }).collect();
        let mut around: Vec<(u32, u32)> = (0_u32..).zip(&links).flat_map(|(n, l)| [(l.from, n), (l.to, n)]).collect();
        around.sort_unstable();
        around.dedup();
        let (link_first, link_arcs) = (rows(junctions, &around), around.iter().map(|a| a.1).collect());
        let mut by_pair: Vec<((i64, i64), u32)> =
            (0_u32..).zip(&pieces).map(|(n, p)| (pair(ids[p.a as usize], ids[p.b as usize]), n)).collect();
        by_pair.sort_unstable();
        let mut by_id: Vec<u32> = (0..ids.len() as u32).collect();
        by_id.sort_unstable_by_key(|v| ids[*v as usize]);
        let mut terrain = Self {
            ids,
            at,
            xy,
            plane,
            pieces,
            links,
            link_first,
            link_arcs,
            junctions,
            first,
            arcs,
            large: Vec::new(),
            components: Vec::new(),
            by_pair,
            cells: Vec::new(),
            water: Vec::new(),
            stops: Vec::new(),
            ends: Vec::new(),
            left_out,
            names: Vec::new(),
            name_of: Vec::new(),
            whole: false,
            by_id,
        };
        terrain.connect();
        terrain
    }

    fn connect(&mut self) {
        let mut component = vec![u32::MAX; self.ids.len()];
        let mut lengths: Vec<f64> = Vec::new();
        for start in 0..self.ids.len() {
            if component[start] != u32::MAX {
                continue;
            }
            let number = lengths.len() as u32;
            let (mut open, mut twice) = (vec![start as u32], 0.0);
            component[start] = number;
            while let Some(v) = open.pop() {
                for arc in self.around(v) {
                    twice += f64::from(self.pieces[arc.piece as usize].len);
                    if component[arc.to as usize] == u32::MAX {
                        component[arc.to as usize] = number;
                        open.push(arc.to);
                    }
                }
            }
            lengths.push(twice / 2.0);
        }
        let largest = lengths.iter().copied().fold(0.0, f64::max);
        self.large = component.iter().map(|c| lengths[*c as usize] >= largest * LARGE_SHARE && largest > 0.0).collect();
        self.components = component;
        let large = |v: &u32| self.large[*v as usize];
        self.cells =
            (0..self.ids.len() as u32).filter(large).map(|v| (cell_of(self.xy[v as usize]).into(), v)).collect();
        self.cells.sort_unstable();
        self.ends =
            (0..self.junctions as u32).filter(|j| self.around(*j).len() == 1 && self.large[*j as usize]).collect();
    }

    fn mark(&mut self, network: &Network, forward: u8, backward: u8) {
        for edge in 0..network.edges() as u32 {
            let [there, back] = network.directions(edge);
            for w in network.osm_nodes(edge).windows(2) {
                if let Some(piece) = self.piece(w[0], w[1]) {
                    let p = &mut self.pieces[piece as usize];
                    let along = self.ids[p.a as usize] == w[0];
                    let (fore, aft) = if along { (forward, backward) } else { (backward, forward) };
                    p.ways |= if there { fore } else { 0 } | if back { aft } else { 0 };
                }
            }
        }
    }

    fn features(&mut self, osm: &Osm) {
        let mut wet = HashSet::new();
        let cell = |xy: [f32; 2]| xy.map(|c| (c / BESIDE_M).floor() as i32);
        let ways = osm.ways().iter().filter(|w| is_water(&w.tags)).map(|w| w.refs.as_slice());
        let members = osm.relations().iter().filter(|r| is_water(&r.tags)).flat_map(|r| &r.members);
        let rings = members.filter_map(|m| osm.way(m.id)).map(|w| w.refs.as_slice());
        for refs in ways.chain(rings) {
            let line: Vec<LonLat> = refs.iter().filter_map(|id| osm.node(*id)).collect();
            for w in line.windows(2) {
                let (a, b) = (self.plane.to(w[0]), self.plane.to(w[1]));
                let steps = ((b[0] - a[0]).hypot(b[1] - a[1]) / 25.0).ceil().clamp(1.0, 4_000.0);
                for n in 0..=steps as u32 {
                    let t = n as f32 / steps;
                    let xy = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
                    if wet.insert(cell(xy)) {
                        self.water.push(Spot { at: self.plane.back(xy), xy });
                    }
                }
            }
        }
        for n in 0..self.pieces.len() {
            let [x, y] = cell(self.middle(n as u32));
            let near = |dx: i32, dy: i32| wet.contains(&[x + dx, y + dy]);
            self.pieces[n].water = (-1..=1).any(|dx| (-1..=1).any(|dy| near(dx, dy)));
        }
        let stop = |t: &streets::osm::Tags| {
            t.is("highway", &["bus_stop"]) || (t.is("public_transport", &["platform"]) && t.is("bus", &["yes"]))
        };
        self.stops = osm
            .tagged_nodes()
            .filter(|(_, t)| stop(t))
            .map(|(n, _)| Spot { at: n.at(), xy: self.plane.to(n.at()) })
            .collect();
    }

    /// The names of streets.
    fn call(&mut self, osm: &Osm) {
        let mut numbers: HashMap<&str, u16> = HashMap::new();
        self.name_of = vec![0; self.pieces.len()];
        for way in osm.ways().iter().filter(|w| w.tags.get("highway").is_some()) {
            let Some(name) = way.tags.get("name").map(str::trim).filter(|n| !n.is_empty()) else { continue };
            let next = u16::try_from(numbers.len() + 1).unwrap_or(0);
            let number = *numbers.entry(name).or_insert(next);
            if number as usize == self.names.len() + 1 {
                self.names.push(name.into());
            }
            for w in way.refs.windows(2) {
                if let Some(piece) = self.piece(w[0], w[1]) {
                    self.name_of[piece as usize] = number;
                }
            }
        }
    }

    pub(crate) fn around(&self, v: u32) -> &[Arc] {
        &self.arcs[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }
    pub(crate) fn links_at(&self, junction: u32) -> &[u32] {
        let at = |j: u32| self.link_first[j as usize] as usize;
        if (junction as usize) < self.junctions { &self.link_arcs[at(junction)..at(junction + 1)] } else { &[] }
    }
    pub(crate) fn middle(&self, piece: u32) -> [f32; 2] {
        let p = &self.pieces[piece as usize];
        let (a, b) = (self.xy[p.a as usize], self.xy[p.b as usize]);
        [f32::midpoint(a[0], b[0]), f32::midpoint(a[1], b[1])]
    }
    /// The segment between two nodes, whichever comes first.
    pub(crate) fn piece(&self, one: i64, other: i64) -> Option<u32> {
        let key = pair(one, other);
        let n = self.by_pair.partition_point(|p| p.0 < key);
        self.by_pair.get(n).filter(|p| p.0 == key).map(|p| p.1)
    }
    /// The name of the street between two neighbouring nodes.
    pub fn street(&self, one: i64, other: i64) -> Option<&str> {
        let n = *self.name_of.get(self.piece(one, other)? as usize)?;
        self.names.get(usize::from(n).checked_sub(1)?).map(|name| &**name)
    }
    /// Where a node is.
    pub fn place(&self, node: i64) -> Option<LonLat> {
        let n = self.by_id.partition_point(|v| self.ids[*v as usize] < node);
        let v = *self.by_id.get(n)? as usize;
        (self.ids[v] == node).then(|| self.at[v])
    }
    /// Whether water, stops, names, and where bicycles and cars may go are known.
    pub fn is_whole(&self) -> bool {
        self.whole
    }
    /// Segments of the map.
    pub fn segments(&self) -> usize {
        self.pieces.len()
    }
    /// Nodes that can be walked over.
    pub fn nodes(&self) -> usize {
        self.ids.len()
    }
    /// The middle of the file.
    pub fn middle_of_all(&self) -> LonLat {
        self.plane.back([0.0, 0.0])
    }
    /// The id in OpenStreetMap and the place of the node nearest to a place, and how many metres away it is.
    pub fn nearest_node(&self, at: LonLat) -> (i64, LonLat, f64) {
        let v = self.nearest(at) as usize;
        (self.ids[v], self.at[v], distance_m(at, self.at[v]))
    }

    /// Some vertex of a large component within 150 m; the nearest of those in the cells around.
    pub(crate) fn nearest_quickly(&self, xy: [f32; 2]) -> Option<u32> {
        let [x, y] = cell_of(xy);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let found = around.flat_map(|key| {
            let begin = self.cells.partition_point(|c| c.0 < key);
            self.cells[begin..].iter().take_while(move |c| c.0 == key).map(|c| c.1)
        });
        let far = |v: u32| (self.xy[v as usize][0] - xy[0]).powi(2) + (self.xy[v as usize][1] - xy[1]).powi(2);
        found.min_by(|a, b| far(*a).total_cmp(&far(*b)))
    }

    /// The nearest vertex; one on a large component is taken instead of a nearer one on a small one, such as a courtyard whose gate is
    /// not drawn, unless the place is that very node.
    pub(crate) fn nearest(&self, at: LonLat) -> u32 {
        let [x, y] = self.plane.to(at);
        let (mut any, mut large) = ((f32::INFINITY, 0), (f32::INFINITY, 0));
        for (v, xy) in (0_u32..).zip(&self.xy) {
            let d = (xy[0] - x).powi(2) + (xy[1] - y).powi(2);
            if d < any.0 && self.first[v as usize] < self.first[v as usize + 1] {
                any = (d, v);
            }
            if d < large.0 && self.large[v as usize] {
                large = (d, v);
            }
        }
        if any.0.sqrt() > 5.0 && large.0.sqrt() < any.0.sqrt() + 150.0 { large.1 } else { any.1 }
    }
}

fn cell_of(xy: [f32; 2]) -> [i32; 2] {
    xy.map(|c| (c / 150.0).floor() as i32)
}

fn pair(a: i64, b: i64) -> (i64, i64) {
    (a.min(b), a.max(b))
}

/// All neighbours on ways with a `highway` tag.
fn highways(osm: &Osm) -> HashSet<(i64, i64)> {
    let roads = osm.ways().iter().filter(|w| w.tags.get("highway").is_some());
    roads.flat_map(|w| w.refs.windows(2)).map(|w| pair(w[0], w[1])).collect()
}

fn is_water(tags: &streets::osm::Tags) -> bool {
    tags.is("natural", &["water", "coastline"])
        || tags.is("waterway", &["river", "canal", "ditch", "drain", "stream", "riverbank"])
        || tags.is("landuse", &["reservoir", "basin"])
}

pub(crate) fn distance_m(a: LonLat, b: LonLat) -> f64 {
    let point = |[lon, lat]: LonLat| kernel::Point::new(lon, lat).ok();
    point(a).zip(point(b)).map_or(0.0, |(a, b)| a.distance_m(b))
}

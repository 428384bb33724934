//! From a file of OSM to everything that is written of it, without a database.

use ::streets::layers::{Counts, Layers, Named};
use ::streets::osm::Osm;
use ::streets::tiles::{self, TileId, TooManyTiles};
use ::streets::{BuildError, Network, Profile};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use uuid::Uuid;

/// A district of 2,000 km² has some 2,500 tiles of the finest zoom; more than this is a country.
const MOST_TILES: usize = 100_000;

/// Why nothing can be made of a file.
#[derive(Debug, thiserror::Error)]
pub enum NotPrepared {
    #[error(transparent)]
    TooManyTiles(#[from] TooManyTiles),
    #[error(transparent)]
    Network(#[from] BuildError),
    #[error("there is no road, path, water or building in the file")]
    Nothing,
    #[error("packing failed: {0}")]
    Packing(#[from] std::io::Error),
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Layers,
    Tiles { made: usize },
    Network,
    Done,
}

/// Everything that an import writes.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub token: Uuid,
    /// Each tile packed by gzip, the same bytes for the same content.
    pub tiles: Vec<(TileId, Vec<u8>)>,
    /// Names for the search of places.
    pub named: Vec<Named>,
    /// What is drawn, and what of the file could not be used.
    pub layers: Counts,
    pub bounds: [f64; 4],
    /// The network on foot as it is kept; none when there is no way to walk on.
    pub walk: Option<Vec<u8>>,
    /// What the search of a lost elder needs beside it.
    pub search: Option<Vec<u8>>,
    pub walked: Walked,
    /// Ways and nodes of the file, and references to nodes that it does not hold.
    pub ways: usize,
    pub nodes: usize,
    pub missing_nodes: usize,
}

/// What the network on foot is like.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Walked {
    pub km: f64,
    pub junctions: usize,
    pub edges: usize,
    /// Parts from which no way leads to the others, and how much of the length lies in the largest one (0 to 1).
    pub parts: usize,
    pub largest: f64,
}

/// Makes layers, tiles, names and the network of a file. Takes seconds for a city: not inside of a transaction.
pub fn prepare(osm: &Osm, mut tell: impl FnMut(Step)) -> Result<Prepared, NotPrepared> {
    tell(Step::Layers);
    let Layers { features, named, counts } = Layers::of(osm);
    let bounds = osm.bounds().filter(|_| !features.is_empty()).ok_or(NotPrepared::Nothing)?;
    let mut digest = Sha256::new();
    let mut packed = Vec::new();
    let mut failed = None;
    tiles::make(&features, MOST_TILES, &mut |id, tile| {
        match gzip(&tile) {
            Ok(body) => {
                digest.update([id.z]);
                digest.update(id.x.to_be_bytes());
                digest.update(id.y.to_be_bytes());
                digest.update(Sha256::digest(&tile));
                packed.push((id, body));
            }
            Err(e) => failed = Some(e),
        }
        tell(Step::Tiles { made: packed.len() });
    })?;
    if let Some(e) = failed {
        return Err(e.into());
    }
    drop(features);
    // A way that goes from a node to the same node is no street.
    if packed.is_empty() && named.is_empty() {
        return Err(NotPrepared::Nothing);
    }
    tell(Step::Network);
    let (walk, walked) = walk(osm)?;
    if let Some(bytes) = &walk {
        digest.update(Sha256::digest(bytes));
    }
    let search = walk.is_some().then(|| seek::Terrain::new(osm).map(|t| t.to_bytes())).transpose()?;
    if let Some(bytes) = &search {
        digest.update(Sha256::digest(bytes));
    }
    for n in &named {
        digest.update(format!("{n:?}\n"));
    }
    tell(Step::Done);
    Ok(Prepared {
        token: token(digest),
        tiles: packed,
        named,
        layers: counts,
        walk,
        search,
        walked,
        bounds: [bounds.west, bounds.south, bounds.east, bounds.north],
        ways: osm.ways().len(),
        nodes: osm.node_count(),
        missing_nodes: osm.missing_nodes(),
    })
}

fn walk(osm: &Osm) -> Result<(Option<Vec<u8>>, Walked), BuildError> {
    let network = match Network::build(osm, Profile::Walk) {
        Ok(network) => network,
        // Waters and houses are a map all the same.
        Err(BuildError::Empty(_)) => return Ok((None, Walked::default())),
        Err(e) => return Err(e),
    };
    let length = network.length_m();
    let walked = Walked {
        km: length / 1000.0,
        junctions: network.junctions(),
        edges: network.edges(),
        parts: network.components().len(),
        largest: network.components().first().map_or(0.0, |c| c.length_m / length.max(1.0)),
    };
    Ok((Some(network.to_bytes()), walked))
}

/// The content's own name.
fn token(digest: Sha256) -> Uuid {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest.finalize()) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::default());
    out.write_all(bytes)?;
    out.finish()
}

impl Prepared {
    /// Bytes of all tiles, as they are kept.
    pub fn tile_bytes(&self) -> usize {
        self.tiles.iter().map(|(_, body)| body.len()).sum()
    }

    /// What is kept about the import.
    pub fn counts(&self) -> Value {
        let km = |km: f64| (km * 10.0).round() / 10.0;
        let Counts { by_layer, by_class, road_km, named_km, broken_areas, parted_relations, cut_ways } = &self.layers;
        json!({
            "nodes": self.nodes, "ways": self.ways, "missing_nodes": self.missing_nodes, "tiles": self.tiles.len(),
            "names": self.named.len(), "layers": by_layer, "classes": by_class, "road_km": km(*road_km),
            "named_km": km(*named_km), "broken_areas": broken_areas, "parted_relations": parted_relations,
            "cut_ways": cut_ways, "walk": { "km": km(self.walked.km), "junctions": self.walked.junctions,
            "edges": self.walked.edges, "parts": self.walked.parts, "largest": self.walked.largest },
        })
    }

    /// The names as they are kept with the version: packed lines of JSON.
    pub(super) fn packed_names(&self) -> std::io::Result<Vec<u8>> {
        let mut out = GzEncoder::new(Vec::new(), Compression::default());
        for n in &self.named {
            let line = json!([n.kind.code(), n.class, n.name, n.name_en, n.lon, n.lat, n.street, n.housenumber]);
            writeln!(out, "{line}")?;
        }
        out.finish()
    }
}

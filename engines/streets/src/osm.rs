//! Files of OpenStreetMap: PBF and XML, also XML packed by gzip.
//!
//! The reader is for files that strangers send: what it keeps is bounded by [`Limits`], every length is checked before memory is
//! taken for it, and broken bytes are an [`OsmError`] that says where. Of a file with history each object's last version counts. Of a file only what somebody can use is kept: objects
//! with a tag, the members of relations, and the nodes that these refer to.

mod gather;
mod merge;
mod pbf;
mod wire;
mod xml;

use crate::LonLat;
use flate2::read::MultiGzDecoder;
use gather::Gather;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

/// What one file may hold. The default reads a city of ten million nodes in less than a gigabyte; more is refused with a word
/// about what was too much, and never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of the file, and of what it unpacks to.
    pub bytes: u64,
    pub nodes: usize,
    pub ways: usize,
    pub relations: usize,
    /// From ways to nodes and from relations to members.
    pub references: usize,
    /// On all objects.
    pub tags: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            nodes: 10_000_000,
            ways: 2_000_000,
            relations: 200_000,
            references: 30_000_000,
            tags: 12_000_000,
        }
    }
}

/// Why a file was not read. Messages are for whoever brought it.
#[derive(Debug, thiserror::Error)]
pub enum OsmError {
    #[error("this is neither OSM PBF nor OSM XML")]
    Unknown,
    #[error("the file is packed by {0}: unpack it first")]
    Packed(&'static str),
    #[error("the blocks of the file are packed by {0}: write it anew with zlib (osmium cat FILE -o NEW.osm.pbf)")]
    Blobs(&'static str),
    #[error("whoever made the file broke off, and it is not whole: {0}")]
    BrokenOff(String),
    #[error("the file ends in the middle (after {at} bytes)")]
    Cut { at: u64 },
    #[error("the file is damaged after {at} bytes: {what}")]
    Damaged { at: u64, what: &'static str },
    #[error("the file needs {0:?}, which is not read here")]
    Feature(String),
    #[error("more than {limit} {what}: cut the file to the district first (osmium extract), or raise the limit")]
    TooMuch { what: &'static str, limit: u64 },
    #[error("reading failed: {0}")]
    Io(io::ErrorKind),
}

/// A small set of keys and values, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Box<[(Arc<str>, Arc<str>)]>);

impl Tags {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (&**k, &**v))
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Whether the key has one of these values.
    pub fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|v| values.contains(&v))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Tags {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(tags: T) -> Self {
        Self(tags.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

/// A node that has tags of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub id: i64,
    at: E7,
}

/// East and north in 1e-7 degrees, as OSM keeps them.
pub(crate) type E7 = [i32; 2];

pub(crate) fn degrees([lon, lat]: E7) -> LonLat {
    [f64::from(lon) / 1e7, f64::from(lat) / 1e7]
}

impl Node {
    pub fn at(&self) -> LonLat {
        degrees(self.at)
    }
}

/// A line through nodes; closed when the first is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub id: i64,
    pub refs: Vec<i64>,
    pub tags: Tags,
}

impl Way {
    pub fn is_closed(&self) -> bool {
        self.refs.len() > 3 && self.refs.first() == self.refs.last()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Node,
    Way,
    Relation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub kind: Kind,
    pub id: i64,
    pub role: Arc<str>,
}

/// A group of objects: outlines of several rings, borders, bus lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub id: i64,
    pub members: Vec<Member>,
    pub tags: Tags,
}

/// Degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// What a file holds, in ascending order of ids, each id once.
#[derive(Debug, Clone, Default)]
pub struct Osm {
    ids: Vec<i64>,
    places: Vec<E7>,
    tagged: Vec<(Node, Tags)>,
    ways: Vec<Way>,
    relations: Vec<Relation>,
    missing: usize,
}

impl Osm {
    /// PBF or XML, whichever the first bytes say.
    pub fn read(mut from: impl Read, limits: &Limits) -> Result<Self, OsmError> {
        let mut first = Vec::new();
        from.by_ref().take(16).read_to_end(&mut first).map_err(|e| OsmError::Io(e.kind()))?;
        let whole = Cursor::new(first.clone()).chain(from);
        let text = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&first).trim_ascii_start();
        match *first {
            [0x1F, 0x8B, ..] => Self::from_xml(MultiGzDecoder::new(BufReader::new(whole)), limits),
            [b'B', b'Z', b'h', ..] => Err(OsmError::Packed("bzip2")),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Err(OsmError::Packed("zstd")),
            [0xFD, b'7', b'z', ..] => Err(OsmError::Packed("xz")),
            [b'P', b'K', 3, 4, ..] => Err(OsmError::Packed("zip")),
            [0, 0, _, _, 0x0A, ..] => Self::from_pbf(whole, limits),
            _ if text.starts_with(b"<") => Self::from_xml(whole, limits),
            _ => Err(OsmError::Unknown),
        }
    }

    pub fn from_pbf(from: impl Read, limits: &Limits) -> Result<Self, OsmError> {
        let mut gather = Gather::new(limits);
        pbf::read(from, limits.bytes, &mut gather)?;
        Ok(gather.finish())
    }

    pub fn from_xml(mut from: impl Read, limits: &Limits) -> Result<Self, OsmError> {
        let mut gather = Gather::new(limits);
        xml::read(&mut from, limits.bytes, &mut gather)?;
        Ok(gather.finish())
    }

    /// Where a node is, if some way, relation or tag made it worth keeping.
    pub fn node(&self, id: i64) -> Option<LonLat> {
        self.place(id).map(degrees)
    }
    pub(crate) fn place(&self, id: i64) -> Option<E7> {
        self.ids.binary_search(&id).ok().and_then(|n| self.places.get(n)).copied()
    }
    /// Nodes with tags of their own.
    pub fn tagged_nodes(&self) -> impl Iterator<Item = (&Node, &Tags)> {
        self.tagged.iter().map(|(node, tags)| (node, tags))
    }
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }
    pub fn way(&self, id: i64) -> Option<&Way> {
        self.ways.binary_search_by_key(&id, |way| way.id).ok().and_then(|n| self.ways.get(n))
    }
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }
    pub fn node_count(&self) -> usize {
        self.ids.len()
    }
    /// How many references of ways lead to nodes that the file does not hold. Nothing goes through these: a way ends before and
    /// begins anew after.
    pub fn missing_nodes(&self) -> usize {
        self.missing
    }
    /// Around all nodes.
    pub fn bounds(&self) -> Option<Bounds> {
        let axis = |n: usize| {
            let all = || self.places.iter().filter_map(move |at| at.get(n)).map(|c| f64::from(*c) / 1e7);
            Some((all().reduce(f64::min)?, all().reduce(f64::max)?))
        };
        let ((west, east), (south, north)) = (axis(0)?, axis(1)?);
        Some(Bounds { west, south, east, north })
    }
}

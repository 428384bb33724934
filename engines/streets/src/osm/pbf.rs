//! OSM PBF: blobs of packed blocks, each with its own table of texts (wiki.openstreetmap.org/wiki/PBF_Format).
//!
//! Read by hand and not by the crate `osmpbf`: decision 0018 says why; a test compares the two.

use super::gather::Gather;
use super::wire::{Broken, Field, Running, Wire};
use super::{E7, Kind, Member, OsmError, Relation, Tags, Way};
use flate2::read::ZlibDecoder;
use std::io::{ErrorKind, Read};

/// The format's own bounds: a header of a blob, and a blob packed or unpacked.
const MOST_HEADER: u64 = 64 * 1024;
const MOST_BLOB: u64 = 32 * 1024 * 1024;
const FEATURES: [&[u8]; 3] = [b"OsmSchema-V0.6", b"DenseNodes", b"HistoricalInformation"];
/// How a blob may be packed, by the number of the field.
const PACKINGS: [(u64, &str); 4] = [(4, "lzma"), (5, "bzip2"), (6, "lz4"), (7, "zstd")];

/// A file may say of itself how it is broken; where is known only outside of the blob.
enum Wrong {
    Broken(Broken),
    Other(OsmError),
}

impl From<Broken> for Wrong {
    fn from(what: Broken) -> Self {
        Self::Broken(what)
    }
}
impl From<OsmError> for Wrong {
    fn from(error: OsmError) -> Self {
        Self::Other(error)
    }
}

pub(super) fn read(mut from: impl Read, most: u64, to: &mut Gather) -> Result<(), OsmError> {
    let (mut at, mut unpacked) = (0_u64, 0_u64);
    let (mut buffer, mut plain) = (Vec::new(), Vec::new());
    let mut begun = false;
    let too_much = || OsmError::TooMuch { what: "bytes", limit: most };
    loop {
        let began = at;
        let damaged = |what| OsmError::Damaged { at: began, what };
        let mut len = [0; 4];
        match part(&mut from, 4, &mut buffer, &mut at) {
            Err(OsmError::Cut { .. }) if buffer.is_empty() && begun => return Ok(()),
            Err(OsmError::Cut { .. }) if buffer.is_empty() => return Err(OsmError::Unknown),
            other => other?,
        }
        len.copy_from_slice(&buffer);
        let len = u64::from(u32::from_be_bytes(len));
        if len > MOST_HEADER {
            return Err(if begun { damaged("a header is too long") } else { OsmError::Unknown });
        }
        part(&mut from, len, &mut buffer, &mut at)?;
        let (is_header, is_data, size) = blob_header(&buffer).map_err(damaged)?;
        if !is_header && !begun {
            return Err(OsmError::Unknown);
        }
        if size > MOST_BLOB {
            return Err(damaged("a blob is too long"));
        }
        if at.saturating_add(size) > most {
            return Err(too_much());
        }
        part(&mut from, size, &mut buffer, &mut at)?;
        if !is_header && !is_data {
            continue;
        }
        unpack(&buffer, &mut plain).map_err(|w| placed(w, began))?;
        unpacked += plain.len() as u64;
        if unpacked > most {
            return Err(too_much());
        }
        if is_header {
            begun = true;
            header(Wire(&plain)).map_err(|w| placed(w, began))?;
        } else {
            Block::read(Wire(&plain), to).map_err(|w| placed(w, began))?;
        }
    }
}

fn placed(wrong: Wrong, at: u64) -> OsmError {
    match wrong {
        Wrong::Broken(what) => OsmError::Damaged { at, what },
        Wrong::Other(error) => error,
    }
}

/// So many bytes and no fewer. Memory grows with what is there, not with what the file claims.
fn part(from: &mut impl Read, len: u64, into: &mut Vec<u8>, at: &mut u64) -> Result<(), OsmError> {
    into.clear();
    let got = from.take(len).read_to_end(into).map_err(|e| OsmError::Io(e.kind()))? as u64;
    *at += got;
    if got == len { Ok(()) } else { Err(OsmError::Cut { at: *at }) }
}

fn blob_header(bytes: &[u8]) -> Result<(bool, bool, u64), Broken> {
    let (mut kind, mut size, mut wire): (&[u8], _, _) = (&[], 0, Wire(bytes));
    while let Some(field) = wire.field()? {
        match field {
            (1, Field::Bytes(name)) => kind = name,
            (3, Field::Number(n)) => size = n,
            _ => {}
        }
    }
    Ok((kind == b"OSMHeader", kind == b"OSMData", size))
}

fn unpack(blob: &[u8], plain: &mut Vec<u8>) -> Result<(), Wrong> {
    plain.clear();
    let (mut size, mut wire) = (None, Wire(blob));
    let mut packed: Option<&[u8]> = None;
    let mut there = false;
    while let Some(field) = wire.field()? {
        match field {
            (1, Field::Bytes(raw)) => {
                there = true;
                plain.extend_from_slice(raw);
            }
            (2, Field::Number(n)) => size = Some(n),
            (3, Field::Bytes(zlib)) => packed = Some(zlib),
            (n, Field::Bytes(_)) if let Some((_, how)) = PACKINGS.iter().find(|p| p.0 == n) => {
                return Err(OsmError::Blobs(how).into());
            }
            _ => {}
        }
    }
    if let Some(zlib) = packed {
        there = true;
        plain.clear();
        let size = size.filter(|n| *n <= MOST_BLOB).ok_or("a blob unpacks to more than it may")?;
        ZlibDecoder::new(zlib).take(size + 1).read_to_end(plain).map_err(|e| match e.kind() {
            ErrorKind::OutOfMemory => Wrong::Other(OsmError::Io(e.kind())),
            _ => Wrong::Broken("a blob cannot be unpacked"),
        })?;
        if plain.len() as u64 != size {
            return Err("a blob unpacks to another length than it says".into());
        }
    }
    if there { Ok(()) } else { Err("a blob holds nothing".into()) }
}

fn header(mut wire: Wire) -> Result<(), Wrong> {
    while let Some(field) = wire.field()? {
        if let (4, Field::Bytes(feature)) = field
            && !FEATURES.contains(&feature)
        {
            let named: String = String::from_utf8_lossy(feature).chars().take(40).collect();
            return Err(OsmError::Feature(named).into());
        }
    }
    Ok(())
}

/// In what is known of an object besides: whether it still was there, in files with history.
const VISIBLE: u64 = 6;

fn deleted(mut info: Wire) -> Result<bool, Broken> {
    let mut deleted = false;
    while let Some(field) = info.field()? {
        if let (VISIBLE, Field::Number(n)) = field {
            deleted = n == 0;
        }
    }
    Ok(deleted)
}

struct Block<'a> {
    texts: Vec<&'a str>,
    granularity: i64,
    offset: [i64; 2],
}

/// Nanodegrees fit into an i64 many times over, so whatever overflows is no place.
const NOWHERE: Broken = "a node lies outside of the world";

impl<'a> Block<'a> {
    fn read(mut wire: Wire<'a>, to: &mut Gather) -> Result<(), Wrong> {
        let mut block = Self { texts: Vec::new(), granularity: 100, offset: [0, 0] };
        let mut groups = Vec::new();
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Bytes(table)) => block.table(Wire(table))?,
                (2, Field::Bytes(group)) => groups.push(group),
                (17, Field::Number(n)) => block.granularity = n as i64,
                (19, Field::Number(n)) => block.offset[1] = n as i64,
                (20, Field::Number(n)) => block.offset[0] = n as i64,
                _ => {}
            }
        }
        for group in groups {
            block.group(Wire(group), to)?;
        }
        Ok(())
    }

    fn table(&mut self, mut wire: Wire<'a>) -> Result<(), Wrong> {
        while let Some(field) = wire.field()? {
            if let (1, Field::Bytes(text)) = field {
                self.texts.push(std::str::from_utf8(text).map_err(|_| "a text is not UTF-8")?);
            }
        }
        Ok(())
    }

    fn text(&self, number: u64) -> Result<&'a str, Broken> {
        usize::try_from(number).ok().and_then(|n| self.texts.get(n)).copied().ok_or("a text is not in its table")
    }

    fn place(&self, lon: i64, lat: i64) -> Result<E7, Broken> {
        let axis = |n: i64, offset: i64, most: i64| {
            let nano = n.checked_mul(self.granularity)?.checked_add(offset)?;
            // Nearest, not downwards: files of finer granularity exist.
            let e7 = nano.checked_add(if nano < 0 { -50 } else { 50 })? / 100;
            i32::try_from(e7).ok().filter(|_| e7.abs() <= most)
        };
        let [east, north] = self.offset;
        Ok([axis(lon, east, 1_800_000_000).ok_or(NOWHERE)?, axis(lat, north, 900_000_000).ok_or(NOWHERE)?])
    }

    fn group(&self, mut wire: Wire<'a>, to: &mut Gather) -> Result<(), Wrong> {
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Bytes(node)) => self.node(Wire(node), to)?,
                (2, Field::Bytes(dense)) => self.dense(Wire(dense), to)?,
                (3, Field::Bytes(way)) => self.way(Wire(way), to)?,
                (4, Field::Bytes(relation)) => self.relation(Wire(relation), to)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn tags(&self, mut keys: Wire, mut values: Wire, to: &mut Gather) -> Result<Tags, Wrong> {
        let mut pairs = Vec::new();
        while !keys.is_empty() {
            pairs.push((self.text(keys.number()?)?, self.text(values.number()?)?));
        }
        Ok(to.tags(pairs.into_iter())?)
    }

    fn node(&self, mut wire: Wire, to: &mut Gather) -> Result<(), Wrong> {
        let (mut id, mut lon, mut lat) = (0, 0, 0);
        let [mut keys, mut values, mut info] = [Wire(&[]); 3];
        let signed = |n: u64| (n >> 1) as i64 ^ -((n & 1) as i64);
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Number(n)) => id = signed(n),
                (2, Field::Bytes(b)) => keys = Wire(b),
                (3, Field::Bytes(b)) => values = Wire(b),
                (4, Field::Bytes(b)) => info = Wire(b),
                (8, Field::Number(n)) => lat = signed(n),
                (9, Field::Number(n)) => lon = signed(n),
                _ => {}
            }
        }
        if deleted(info)? {
            return Ok(to.gone(Kind::Node, id)?);
        }
        let tags = self.tags(keys, values, to)?;
        Ok(to.node(id, self.place(lon, lat)?, tags)?)
    }

    fn dense(&self, mut wire: Wire, to: &mut Gather) -> Result<(), Wrong> {
        let [mut ids, mut lats, mut lons, mut tags, mut info, mut visible] = [Wire(&[]); 6];
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Bytes(b)) => ids = Wire(b),
                (5, Field::Bytes(b)) => info = Wire(b),
                (8, Field::Bytes(b)) => lats = Wire(b),
                (9, Field::Bytes(b)) => lons = Wire(b),
                (10, Field::Bytes(b)) => tags = Wire(b),
                _ => {}
            }
        }
        while let Some(field) = info.field()? {
            if let (VISIBLE, Field::Bytes(b)) = field {
                visible = Wire(b);
            }
        }
        let (mut id, mut lat, mut lon) = (Running::default(), Running::default(), Running::default());
        let mut pairs = Vec::new();
        while !ids.is_empty() {
            let id = id.add(ids.zigzag()?)?;
            let at = self.place(lon.add(lons.zigzag()?)?, lat.add(lats.zigzag()?)?);
            let gone = !visible.is_empty() && visible.number()? == 0;
            pairs.clear();
            // Key, value, key, value, 0 for each node; nothing at all when no node of the group has any.
            while !tags.is_empty() {
                let key = tags.number()?;
                if key == 0 {
                    break;
                }
                pairs.push((self.text(key)?, self.text(tags.number()?)?));
            }
            if gone {
                to.gone(Kind::Node, id)?;
                continue;
            }
            let tags = to.tags(pairs.iter().copied())?;
            to.node(id, at?, tags)?;
        }
        Ok(())
    }

    fn way(&self, mut wire: Wire, to: &mut Gather) -> Result<(), Wrong> {
        let mut id = 0;
        let [mut keys, mut values, mut nodes, mut info, mut lats, mut lons] = [Wire(&[]); 6];
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Number(n)) => id = n as i64,
                (2, Field::Bytes(b)) => keys = Wire(b),
                (3, Field::Bytes(b)) => values = Wire(b),
                (4, Field::Bytes(b)) => info = Wire(b),
                (8, Field::Bytes(b)) => nodes = Wire(b),
                (9, Field::Bytes(b)) => lats = Wire(b),
                (10, Field::Bytes(b)) => lons = Wire(b),
                _ => {}
            }
        }
        if deleted(info)? {
            return Ok(to.gone(Kind::Way, id)?);
        }
        let (mut node, mut lat, mut lon) = (Running::default(), Running::default(), Running::default());
        let mut refs = Vec::new();
        while !nodes.is_empty() {
            to.reference()?;
            let node = node.add(nodes.zigzag()?)?;
            refs.push(node);
            // A file may say here where the nodes are, and hold only those with tags (LocationsOnWays). What it does not
            // know lies outside of the world.
            if !lats.is_empty() && !lons.is_empty() {
                let (lon, lat) = (lon.add(lons.zigzag()?)?, lat.add(lats.zigzag()?)?);
                if let Ok(at) = self.place(lon, lat) {
                    to.node(node, at, Tags::default())?;
                }
            }
        }
        let tags = self.tags(keys, values, to)?;
        Ok(to.way(Way { id, refs, tags })?)
    }

    fn relation(&self, mut wire: Wire, to: &mut Gather) -> Result<(), Wrong> {
        let mut id = 0;
        let [mut keys, mut values, mut info, mut roles, mut ids, mut kinds] = [Wire(&[]); 6];
        while let Some(field) = wire.field()? {
            match field {
                (1, Field::Number(n)) => id = n as i64,
                (2, Field::Bytes(b)) => keys = Wire(b),
                (3, Field::Bytes(b)) => values = Wire(b),
                (4, Field::Bytes(b)) => info = Wire(b),
                (8, Field::Bytes(b)) => roles = Wire(b),
                (9, Field::Bytes(b)) => ids = Wire(b),
                (10, Field::Bytes(b)) => kinds = Wire(b),
                _ => {}
            }
        }
        if deleted(info)? {
            return Ok(to.gone(Kind::Relation, id)?);
        }
        let mut member = Running::default();
        let mut members = Vec::new();
        while !ids.is_empty() {
            to.reference()?;
            let kind = match kinds.number()? {
                0 => Kind::Node,
                1 => Kind::Way,
                2 => Kind::Relation,
                _ => return Err("a member of a kind that does not exist".into()),
            };
            let role = to.word(self.text(roles.number()?)?);
            members.push(Member { kind, id: member.add(ids.zigzag()?)?, role });
        }
        let tags = self.tags(keys, values, to)?;
        Ok(to.relation(Relation { id, members, tags })?)
    }
}

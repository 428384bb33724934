//! What a search needs beside the network on foot, as bytes for a row of a database: where bicycles and cars may go, water, stops, the names
//! of streets. With the network of the same file, kept by `streets`, it is the same terrain again.
//!
//! Little endian: `mulinsea`, version, middle; pieces and left-out edges; of each piece its flags and the number of its name; names; water; stops.

use crate::plane::Plane;
use crate::terrain::{Spot, Terrain};
use std::sync::Arc;
use streets::{LonLat, Network};

const MAGIC: &[u8; 8] = b"mulinsea";
const VERSION: u32 = 1;
/// In the flags of a piece: it is beside water.
const WATER: u8 = 16;
/// No name.
const NONE: u16 = 0;

impl Terrain {
    /// Everything that the network does not say.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.pieces.len() * 3);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        self.plane.middle().iter().for_each(|v| out.extend(v.to_le_bytes()));
        out.extend((self.pieces.len() as u32).to_le_bytes());
        out.extend((self.left_out.len() as u32).to_le_bytes());
        self.left_out.iter().for_each(|e| out.extend(e.to_le_bytes()));
        out.extend(self.pieces.iter().map(|p| p.ways | if p.water { WATER } else { 0 }));
        self.name_of.iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend((self.names.len() as u32).to_le_bytes());
        for name in &self.names {
            out.extend((name.len() as u32).to_le_bytes());
            out.extend(name.as_bytes());
        }
        out.extend((self.water.len() as u32).to_le_bytes());
        self.water.iter().flat_map(|s| s.xy).for_each(|v| out.extend(v.to_le_bytes()));
        out.extend((self.stops.len() as u32).to_le_bytes());
        self.stops.iter().flat_map(|s| s.at).for_each(|v| out.extend(v.to_le_bytes()));
        out
    }

    /// The terrain of a network on foot. Without what [`Terrain::to_bytes`] gave, or when that belongs to another network, nothing is known of
    /// water, stops and names, bicycles go everywhere and cars nowhere: [`Terrain::is_whole`] says so. None when nothing can be walked on.
    pub fn restore(network: &Network, kept: Option<&[u8]>) -> Option<Self> {
        let whole = kept.and_then(|bytes| whole(network, bytes));
        let terrain = whole.or_else(|| {
            let mut plain = Self::of(network, |_, _| true, Plane::around(middle_of(network)));
            plain.pieces.iter_mut().for_each(|p| p.ways = 3);
            plain.name_of = vec![NONE; plain.pieces.len()];
            Some(plain)
        })?;
        (!terrain.pieces.is_empty()).then_some(terrain)
    }
}

fn middle_of(network: &Network) -> LonLat {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for at in (0..network.edges() as u32).flat_map(|edge| network.line(edge)) {
        low = [low[0].min(at[0]), low[1].min(at[1])];
        high = [high[0].max(at[0]), high[1].max(at[1])];
    }
    if low[0] <= high[0] { [f64::midpoint(low[0], high[0]), f64::midpoint(low[1], high[1])] } else { [0.0, 0.0] }
}

fn whole(network: &Network, bytes: &[u8]) -> Option<Terrain> {
    let mut from = Reader(bytes);
    if from.take(8)? != MAGIC || from.u32()? != VERSION {
        return None;
    }
    let middle = [from.f64()?, from.f64()?];
    let pieces = from.u32()? as usize;
    let left_out: Vec<u32> = from.many(4, |r| r.u32())?;
    let mut terrain = Terrain::of(network, |edge, _| left_out.binary_search(&edge).is_err(), Plane::around(middle));
    if terrain.pieces.len() != pieces {
        return None;
    }
    for (piece, flags) in terrain.pieces.iter_mut().zip(from.take(pieces)?) {
        piece.ways = flags & 15;
        piece.water = flags & WATER != 0;
    }
    terrain.name_of =
        from.take(pieces * 2)?.chunks_exact(2).filter_map(|b| Some(u16::from_le_bytes(b.try_into().ok()?))).collect();
    let names = from.many(4, |r| {
        let len = r.u32()? as usize;
        std::str::from_utf8(r.take(len)?).ok().map(Arc::from)
    })?;
    terrain.names = names;
    let plane = terrain.plane;
    terrain.water = from.many(8, |r| {
        let xy = [r.f32()?, r.f32()?];
        Some(Spot { at: plane.back(xy), xy })
    })?;
    terrain.stops = from.many(16, |r| {
        let at = [r.f64()?, r.f64()?];
        Some(Spot { at, xy: plane.to(at) })
    })?;
    terrain.whole = true;
    Some(terrain)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }
    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
    fn f32(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
    fn f64(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
    /// A number of things, each of at least so many bytes.
    fn many<T>(&mut self, least: usize, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.u32()? as usize;
        if n.checked_mul(least)? > self.0.len() {
            return None;
        }
        (0..n).map(|_| one(self)).collect()
    }
}

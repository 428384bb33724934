//! A network as bytes, for a row of a database or a file. What can be counted again from the edges (rows, components, grid) is
//! counted again: that is quick, and there is less in the bytes that could be wrong.
//!
//! Little endian: `mulinway`, version, profile, numbers of edges and of nodes in them, gaps, check sum of all that follows; then
//! the edges (from, to, length, ways, nodes), the places, the ids, and the hierarchy, which takes too long to be made anew: ranks, and for
//! each side the number of arcs, where those of each rank begin, and the arcs. The check sum finds accidents; what somebody forged is
//! found by the checks, as far as it could do harm.

use crate::hierarchy::{Hierarchy, Up};
use crate::metric::LONGEST;
use crate::network::{Arc, BACKWARD, Edge, FORWARD, Network};
use crate::osm::E7;
use crate::profile::Profile;

const MAGIC: &[u8; 8] = b"mulinway";
const VERSION: u32 = 2;
const HEADER: usize = 8 + 4 + 4 + 8 + 8 + 8 + 8;
const EDGE: usize = 4 * 5;
/// Instead of a number of arcs: against the arcs is the same as along them.
const NONE: u64 = u64::MAX;
const NODE: usize = 4 * 2 + 8;

/// Why bytes are no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    #[error("these bytes are no network of streets")]
    Unknown,
    #[error("the network was written by another version ({0}): import the streets again")]
    Version(u32),
    #[error("the network is damaged: import the streets again")]
    Damaged,
}

impl Network {
    /// Builds the hierarchy first if nobody has, so that it is there when the bytes are read: about half a second for a city;
    /// networks of more than 100,000 junctions do without.
    pub fn to_bytes(&self) -> Vec<u8> {
        let hierarchy = self.prepare();
        let mut body = Vec::with_capacity(self.edges.len() * EDGE + self.shape.len() * NODE);
        for (n, e) in self.edges.iter().enumerate() {
            let nodes = self.range(n as u32).len() as u32;
            [e.from, e.to, e.len, u32::from(e.ways), nodes].iter().for_each(|v| body.extend(v.to_le_bytes()));
        }
        self.shape.iter().flatten().for_each(|v| body.extend(v.to_le_bytes()));
        self.ids.iter().for_each(|v| body.extend(v.to_le_bytes()));
        hierarchy.iter().flat_map(|h| &h.rank).for_each(|v| body.extend(v.to_le_bytes()));
        for up in [hierarchy.map(|h| &h.forward), hierarchy.and_then(|h| h.backward.as_ref())] {
            let Some(up) = up else {
                body.extend(NONE.to_le_bytes());
                continue;
            };
            let Up { first, arcs } = up;
            body.extend((arcs.len() as u64).to_le_bytes());
            first
                .iter()
                .chain(arcs.iter().flat_map(|arc| [&arc.to, &arc.len]))
                .for_each(|v| body.extend(v.to_le_bytes()));
        }
        let mut all = Vec::with_capacity(HEADER + body.len());
        all.extend(MAGIC);
        [VERSION, u32::from(self.profile.number())].iter().for_each(|v| all.extend(v.to_le_bytes()));
        let counts = [self.edges.len() as u64, self.shape.len() as u64, self.gaps as u64, sum(&body)];
        counts.iter().for_each(|v| all.extend(v.to_le_bytes()));
        all.extend(body);
        all
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BytesError> {
        let mut rest = Rest(bytes);
        if rest.take(8) != Some(MAGIC) {
            return Err(BytesError::Unknown);
        }
        let version = rest.u32()?;
        if version != VERSION {
            return Err(BytesError::Version(version));
        }
        let profile = u8::try_from(rest.u32()?).ok().and_then(Profile::from_number).ok_or(BytesError::Damaged)?;
        let [edge_count, node_count, gaps] = [rest.size()?, rest.size()?, rest.size()?];
        let check = rest.u64()?;
        let long = edge_count.checked_mul(EDGE).zip(node_count.checked_mul(NODE)).and_then(|(e, n)| e.checked_add(n));
        if long.is_none_or(|long| long > rest.0.len())
            || sum(rest.0) != check
            || edge_count == 0
            || node_count >= LONGEST as usize
        {
            return Err(BytesError::Damaged);
        }
        let mut shape = 0_usize;
        let mut edges = Vec::with_capacity(edge_count);
        for _ in 0..edge_count {
            let [from, to, len, ways, nodes] = [rest.u32()?, rest.u32()?, rest.u32()?, rest.u32()?, rest.u32()?];
            let sound = (from.max(to) as usize) < 2 * edge_count
                && len < LONGEST
                && (1..=u32::from(FORWARD | BACKWARD)).contains(&ways)
                && nodes >= 2;
            if !sound {
                return Err(BytesError::Damaged);
            }
            edges.push(Edge { from, to, len, shape: shape as u32, ways: ways as u8 });
            shape = shape.saturating_add(nodes as usize);
            if shape > node_count {
                return Err(BytesError::Damaged);
            }
        }
        let mut places: Vec<E7> = Vec::with_capacity(node_count);
        for _ in 0..node_count {
            let [lon, lat] = [rest.u32()? as i32, rest.u32()? as i32];
            if lon.unsigned_abs() > 1_800_000_000 || lat.unsigned_abs() > 900_000_000 {
                return Err(BytesError::Damaged);
            }
            places.push([lon, lat]);
        }
        let ids = (0..node_count).map(|_| rest.u64().map(|id| id as i64)).collect::<Result<Vec<_>, _>>()?;
        let network = Self::assemble(profile, edges, places, ids, gaps);
        let hierarchy = rest.hierarchy(network.junctions())?;
        if shape != node_count || !rest.0.is_empty() {
            return Err(BytesError::Damaged);
        }
        network.hierarchy.get_or_init(|| hierarchy);
        Ok(network)
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }
    fn u32(&mut self) -> Result<u32, BytesError> {
        let bytes = self.take(4).and_then(|b| b.try_into().ok()).ok_or(BytesError::Damaged)?;
        Ok(u32::from_le_bytes(bytes))
    }
    fn u64(&mut self) -> Result<u64, BytesError> {
        let bytes = self.take(8).and_then(|b| b.try_into().ok()).ok_or(BytesError::Damaged)?;
        Ok(u64::from_le_bytes(bytes))
    }
    fn u32s(&mut self, n: usize) -> Result<Vec<u32>, BytesError> {
        let bytes = n.checked_mul(4).and_then(|n| self.take(n)).ok_or(BytesError::Damaged)?;
        Ok(bytes.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }

    fn hierarchy(&mut self, junctions: usize) -> Result<Option<Hierarchy>, BytesError> {
        if self.0.len() == 2 * size_of::<u64>() {
            let nothing = self.u64()? == NONE && self.u64()? == NONE;
            return if nothing { Ok(None) } else { Err(BytesError::Damaged) };
        }
        let rank = self.u32s(junctions)?;
        let mut seen = vec![false; junctions];
        let once = |r: &u32| seen.get_mut(*r as usize).is_some_and(|seen| !std::mem::replace(seen, true));
        if !rank.iter().all(once) {
            return Err(BytesError::Damaged);
        }
        let forward = self.up(junctions)?.ok_or(BytesError::Damaged)?;
        Ok(Some(Hierarchy { rank, forward, backward: self.up(junctions)? }))
    }

    fn up(&mut self, junctions: usize) -> Result<Option<Up>, BytesError> {
        let count = match self.u64()? {
            NONE => return Ok(None),
            count => usize::try_from(count).map_err(|_| BytesError::Damaged)?,
        };
        let first = self.u32s(junctions + 1)?;
        let flat = self.u32s(count.checked_mul(2).ok_or(BytesError::Damaged)?)?;
        let arcs: Vec<Arc> = flat.as_chunks().0.iter().map(|[to, len]| Arc { to: *to, len: *len }).collect();
        let rows = first.is_sorted() && first.first() == Some(&0) && first.last().is_some_and(|n| *n as usize == count);
        let leads = |arc: &Arc| (arc.to as usize) < junctions && arc.len <= LONGEST;
        if rows && arcs.iter().all(leads) { Ok(Some(Up { first, arcs })) } else { Err(BytesError::Damaged) }
    }

    fn size(&mut self) -> Result<usize, BytesError> {
        usize::try_from(self.u64()?).map_err(|_| BytesError::Damaged)
    }
}

/// Eight bytes at a time, each mixed into all that came before (as FNV-1a does with single bytes).
fn sum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64 ^ 0xCBF2_9CE4_8422_2325;
    for eight in bytes.chunks(8) {
        let mut word = [0; 8];
        word.iter_mut().zip(eight).for_each(|(w, b)| *w = *b);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        sum ^= sum >> 29;
    }
    sum
}

//! Tiles out of a PMTiles file, version 3 (github.com/protomaps/PMTiles, spec/v3): one file with directories of ranges.
//!
//! The file is the operator's own; what it claims about itself is checked all the same before memory is taken for it. It is read by
//! position, so that many may read at once. Replace it by renaming another over it, then start the program anew.

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use streets::tiles::TileId;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PmtilesError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("this is no PMTiles file of version 3")]
    Unknown,
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    #[error("packed in a way that is not read here (gzip and none are)")]
    Packing,
}

/// Bytes of the head.
const HEAD: usize = 127;
/// A directory is some kilobytes; one that unpacks to more is none.
const MOST_DIRECTORY: u64 = 16 << 20;
/// A tile is some hundred kilobytes.
const MOST_TILE: u64 = 16 << 20;
/// Directories lead to directories; the format wants no more than two steps.
const MOST_STEPS: usize = 4;
/// Directories kept in memory.
const KEEP: usize = 64;

/// An open file.
#[derive(Debug)]
pub(crate) struct Archive {
    file: File,
    token: String,
    leaves: u64,
    tiles: u64,
    packed_directories: bool,
    kind: u8,
    zooms: (u8, u8),
    root: Arc<Vec<Entry>>,
    kept: Mutex<HashMap<u64, Arc<Vec<Entry>>>>,
}

/// A range of tiles, or another directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    first: u64,
    offset: u64,
    length: u64,
    /// So many tiles are the same; 0: this is a directory.
    run: u64,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self, PmtilesError> {
        let file = File::open(path)?;
        let mut head = [0; HEAD];
        file.read_exact_at(&mut head, 0).map_err(|_| PmtilesError::Unknown)?;
        if !head.starts_with(b"PMTiles\x03") {
            return Err(PmtilesError::Unknown);
        }
        let number = |at: usize| {
            let bytes = head.get(at..at + 8).and_then(|b| b.try_into().ok()).unwrap_or_default();
            u64::from_le_bytes(bytes)
        };
        let byte = |at: usize| head.get(at).copied().unwrap_or_default();
        // 1: as they are, 2: gzip.
        if !matches!(byte(97), 1 | 2) || !matches!(byte(98), 0..=2) {
            return Err(PmtilesError::Packing);
        }
        let packed_directories = byte(97) == 2;
        let root = read(&file, number(8), number(16), MOST_DIRECTORY)?;
        let mut digest = Sha256::new();
        digest.update(head);
        digest.update(&root);
        digest.update(file.metadata()?.len().to_be_bytes());
        let token: String =
            digest.finalize().iter().take(12).map(|b| format!("{b:02x}")).fold(String::new(), |a, b| a + &b);
        let root = Arc::new(directory(&root, packed_directories)?);
        Ok(Self {
            file,
            token,
            leaves: number(40),
            tiles: number(56),
            packed_directories,
            kind: byte(99),
            zooms: (byte(100), byte(101)),
            root,
            kept: Mutex::default(),
        })
    }

    /// Names the content in addresses.
    pub fn token(&self) -> &str {
        &self.token
    }
    pub const fn is_vector(&self) -> bool {
        self.kind <= 1
    }
    pub const fn zooms(&self) -> (u8, u8) {
        self.zooms
    }
    pub const fn media_type(&self) -> &'static str {
        match self.kind {
            2 => "image/png",
            3 => "image/jpeg",
            4 => "image/webp",
            5 => "image/avif",
            _ => super::VECTOR,
        }
    }

    /// One tile, as it stands in the file.
    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, PmtilesError> {
        let number = number(id);
        let mut at = Arc::clone(&self.root);
        for _ in 0..MOST_STEPS {
            let before = at.partition_point(|e| e.first <= number);
            let Some(entry) = before.checked_sub(1).and_then(|i| at.get(i)).copied() else { return Ok(None) };
            if entry.run > 0 {
                let inside = number - entry.first < entry.run;
                let read = || read(&self.file, self.tiles.saturating_add(entry.offset), entry.length, MOST_TILE);
                return inside.then(read).transpose();
            }
            at = self.leaf(entry)?;
        }
        Err(PmtilesError::Damaged("directories without end"))
    }

    fn leaf(&self, entry: Entry) -> Result<Arc<Vec<Entry>>, PmtilesError> {
        if let Some(known) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&entry.offset) {
            return Ok(Arc::clone(known));
        }
        let bytes = read(&self.file, self.leaves.saturating_add(entry.offset), entry.length, MOST_DIRECTORY)?;
        let leaf = Arc::new(directory(&bytes, self.packed_directories)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEEP {
            kept.clear();
        }
        kept.insert(entry.offset, Arc::clone(&leaf));
        Ok(leaf)
    }
}

fn read(file: &File, offset: u64, length: u64, most: u64) -> Result<Vec<u8>, PmtilesError> {
    if length > most {
        return Err(PmtilesError::Damaged("a piece is larger than any may be"));
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, offset).map_err(|e| match e.kind() {
        io::ErrorKind::UnexpectedEof => PmtilesError::Damaged("it ends too early"),
        _ => PmtilesError::Io(e),
    })?;
    Ok(bytes)
}

fn directory(bytes: &[u8], packed: bool) -> Result<Vec<Entry>, PmtilesError> {
    let mut plain = Vec::new();
    if packed {
        let unpacked = GzDecoder::new(bytes).take(MOST_DIRECTORY).read_to_end(&mut plain);
        unpacked.map_err(|_| PmtilesError::Damaged("a directory cannot be unpacked"))?;
    } else {
        plain = bytes.to_vec();
    }
    let mut rest = plain.as_slice();
    let count = varint(&mut rest)?;
    // Four numbers of a byte or more each.
    if count > plain.len() as u64 / 4 + 1 {
        return Err(PmtilesError::Damaged("a directory names more than it holds"));
    }
    let mut entries = vec![Entry { first: 0, offset: 0, length: 0, run: 0 }; count as usize];
    let mut first = 0_u64;
    for e in &mut entries {
        first = first.saturating_add(varint(&mut rest)?);
        e.first = first;
    }
    for e in &mut entries {
        e.run = varint(&mut rest)?;
    }
    for e in &mut entries {
        e.length = varint(&mut rest)?;
    }
    let mut follows = 0_u64;
    for e in &mut entries {
        e.offset = match varint(&mut rest)? {
            0 => follows,
            n => n - 1,
        };
        follows = e.offset.saturating_add(e.length);
    }
    Ok(entries)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, PmtilesError> {
    let mut n = 0_u64;
    for shift in (0..64).step_by(7) {
        let Some((first, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        n |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(n);
        }
    }
    Err(PmtilesError::Damaged("a number does not end"))
}

/// Number of a tile: all coarser ones first, then along Hilbert's curve.
fn number(id: TileId) -> u64 {
    let coarser = ((1_u64 << (2 * id.z)) - 1) / 3;
    let (mut x, mut y, mut d) = (u64::from(id.x), u64::from(id.y), 0_u64);
    let mut side = (1_u64 << id.z) >> 1;
    while side > 0 {
        let (rx, ry) = (u64::from(x & side > 0), u64::from(y & side > 0));
        d += side * side * ((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                let last = (1_u64 << id.z) - 1;
                (x, y) = (last - x, last - y);
            }
            (x, y) = (y, x);
        }
        side >>= 1;
    }
    coarser + d
}

#[cfg(test)]
#[path = "pmtiles_tests.rs"]
mod tests;

//! Length, checksum, bytes.

use crate::record::LONGEST;

/// Bytes before those of a record.
pub(super) const PREFIX: usize = 8;

/// Records that are appended together, and answered together.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    records: u64,
}

impl Batch {
    /// Adds the record that `write` appends to what it gets. One longer than [`LONGEST`] is left out, and `false` comes back.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; PREFIX]);
        write(&mut self.bytes);
        let len = self.bytes.len() - start - PREFIX;
        let framed = u32::try_from(len).ok().filter(|_| (1..=LONGEST).contains(&len)).and_then(|short| {
            let (prefix, record) = self.bytes.get_mut(start..)?.split_first_chunk_mut::<PREFIX>()?;
            let sum = checksum(short, record).to_le_bytes();
            for (to, from) in prefix.iter_mut().zip(short.to_le_bytes().into_iter().chain(sum)) {
                *to = from;
            }
            Some(())
        });
        if framed.is_none() {
            self.bytes.truncate(start);
        }
        self.records += u64::from(framed.is_some());
        framed.is_some()
    }

    pub fn records(&self) -> u64 {
        self.records
    }
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// The records without their prefixes.
    pub fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || match next(rest) {
            Next::Record { bytes, size } => {
                rest = rest.get(size..).unwrap_or_default();
                Some(bytes)
            }
            _ => None,
        })
    }
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.records = 0;
        self.bytes.shrink_to(64 * 1024);
    }
}

fn checksum(len: u32, record: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&len.to_le_bytes());
    sum.update(record);
    sum.finalize()
}

/// What stands at the beginning of some bytes.
pub(super) enum Next<'a> {
    Record {
        bytes: &'a [u8],
        /// With its prefix.
        size: usize,
    },
    /// It may go on where the bytes end.
    Cut,
    /// The checksum does not hold; where the length can be right, what would come after it.
    Damaged { size: Option<usize> },
}

pub(super) fn next(bytes: &[u8]) -> Next<'_> {
    let Some((len, rest)) = bytes.split_first_chunk::<4>() else { return Next::Cut };
    let len = u32::from_le_bytes(*len);
    let long = len as usize;
    if !(1..=LONGEST).contains(&long) {
        return Next::Damaged { size: None };
    }
    let Some((sum, rest)) = rest.split_first_chunk::<4>() else { return Next::Cut };
    let Some(record) = rest.get(..long) else { return Next::Cut };
    let size = PREFIX + long;
    if checksum(len, record) == u32::from_le_bytes(*sum) {
        Next::Record { bytes: record, size }
    } else {
        Next::Damaged { size: Some(size) }
    }
}

//! From a row of the log to its leaf. The same columns, in the same order, for sealing and for verifying.

use super::Algorithm;
use crate::conn::Cell;

/// The two tables of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Event,
    Read,
}

impl Table {
    pub(super) const ALL: [Self; 2] = [Self::Event, Self::Read];
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Read => "audit_read",
        }
    }
    pub(super) const fn tag(self) -> u8 {
        match self {
            Self::Event => 1,
            Self::Read => 2,
        }
    }
    pub(super) const fn of_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Event),
            2 => Some(Self::Read),
            _ => None,
        }
    }
    /// What goes into a leaf, beginning with the number.
    pub(super) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Event => &["n", "at", "subject", "actor", "purpose", "kind", "subject_kind", "payload"],
            Self::Read => &["n", "at", "subject", "actor", "purpose", "subject_kind", "fields"],
        }
    }
    /// Rows of `$1` with numbers in `($2, $3]`, in order.
    pub(super) fn select(self) -> String {
        format!(
            "SELECT {} FROM {} WHERE district_id = $1 AND n > $2 AND n <= $3 ORDER BY n",
            self.columns().join(", "),
            self.name()
        )
    }
}

/// Tag of the last leaf of a block, which stands for the block itself.
pub(super) const BLOCK_TAG: u8 = 3;
pub(super) const LEAF_BYTES: usize = 1 + 8 + 32;
/// No leaf is this: what a row that cannot be a row of ours (a null, a number for a text) is given.
pub(super) const NO_LEAF: [u8; 32] = [0xff; 32];

/// A leaf as a block keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    pub tag: u8,
    pub n: i64,
    pub hash: [u8; 32],
}

impl Leaf {
    pub(super) fn write(self, out: &mut Vec<u8>) {
        out.push(self.tag);
        out.extend_from_slice(&self.n.to_be_bytes());
        out.extend_from_slice(&self.hash);
    }
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let (n, hash) = rest.split_first_chunk::<8>()?;
        Some(Self { tag: *tag, n: i64::from_be_bytes(*n), hash: hash.try_into().ok()? })
    }
    /// The leaf of a block.
    pub(super) fn of_block(algorithm: Algorithm, at: i64, district: uuid::Uuid) -> Self {
        let mut buffer = vec![BLOCK_TAG];
        field(&mut buffer, &at.to_be_bytes());
        field(&mut buffer, algorithm.code().as_bytes());
        field(&mut buffer, district.as_bytes());
        Self { tag: BLOCK_TAG, n: at, hash: algorithm.of(&buffer) }
    }
}

fn field(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    buffer.extend_from_slice(bytes);
}

/// The leaf of a row as [`Table::select`] gives it, and its number. `buffer` is kept from row to row.
pub(super) fn leaf(algorithm: Algorithm, table: Table, row: &[Cell<'_>], buffer: &mut Vec<u8>) -> Leaf {
    buffer.clear();
    buffer.push(table.tag());
    let mut n = 0;
    let mut sound = true;
    for (i, cell) in row.iter().enumerate() {
        match cell {
            Cell::Int(v) if i < 2 => {
                if i == 0 {
                    n = *v;
                }
                field(buffer, &v.to_be_bytes());
            }
            Cell::Bytes(bytes) if i >= 2 => field(buffer, bytes),
            _ => sound = false,
        }
    }
    Leaf { tag: table.tag(), n, hash: if sound { algorithm.of(buffer) } else { NO_LEAF } }
}

/// As [`leaf`], from the bytes of each column after the number.
pub(super) fn leaf_of<'a>(
    algorithm: Algorithm,
    table: Table,
    n: i64,
    content: impl Iterator<Item = &'a [u8]>,
    buffer: &mut Vec<u8>,
) -> [u8; 32] {
    buffer.clear();
    buffer.push(table.tag());
    field(buffer, &n.to_be_bytes());
    content.for_each(|bytes| field(buffer, bytes));
    algorithm.of(buffer)
}

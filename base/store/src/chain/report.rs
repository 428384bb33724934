//! What a verification found, in words and as JSON.

use kernel::Moment;
use serde_json::{Value, json};

/// What `mulin audit verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub blocks: u64,
    /// Committed entries that the sealer has not linked yet.
    pub unsealed: u64,
    /// Head of the chain, hex; the empty chain's is 64 zeros.
    pub head: String,
    /// Anchors and marks that the chain was held against.
    pub anchors: u64,
    /// How many things are wrong: entries and blocks.
    pub faults: u64,
    /// The first of them, at most twenty, the first broken entry first.
    pub breaks: Vec<Break>,
}

impl Report {
    pub fn broken(&self) -> Option<&Break> {
        self.breaks.first()
    }

    /// For `--json`, and kept with the verification of the desk's page.
    pub fn json(&self) -> Value {
        json!({
            "whole": self.breaks.is_empty(),
            "entries": self.entries,
            "blocks": self.blocks,
            "unsealed": self.unsealed,
            "head": self.head,
            "anchors": self.anchors,
            "faults": self.faults,
            "breaks": self.breaks.iter().map(Break::json).collect::<Vec<_>>(),
        })
    }
}

/// An entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// `event` or `audit_read`.
    pub table: &'static str,
    pub n: i64,
    /// When its block was sealed: the entry's own time may be what was changed.
    pub sealed_at: Moment,
}

/// What is missing at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// First number that is missing, and the last one that was there.
    pub first: i64,
    pub last: i64,
}

/// One thing that is wrong, and of which kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// The entry is not what was sealed.
    Changed(Entry),
    /// The entry is gone.
    Removed(Entry),
    /// An entry stands between sealed ones that never was sealed.
    Inserted(Entry),
    /// What was sealed under this number now stands under another: `fields` names the columns, all of them or some.
    Reordered { entry: Entry, with: i64, fields: String },
    /// The block's own record was altered: it does not follow from the block before it.
    Rewritten { block: i64, sealed_at: Moment },
    /// Blocks before this one are missing.
    BlocksRemoved { before: i64, sealed_at: Moment },
    /// The chain ends, or ended for a while, before an anchor kept outside the database.
    Cut {
        /// Last block that is left; 0 when none is.
        after: i64,
        sealed_at: Moment,
        anchored_at: Option<Moment>,
        events: Option<Missing>,
        reads: Option<Missing>,
    },
    /// The chain has another head where the anchor says: it was written anew, all in itself consistent.
    Replaced {
        /// Block of the newest anchor that still holds.
        good_until: Option<i64>,
        block: i64,
        anchored_at: Option<Moment>,
    },
    /// This anchor or head belongs to no place of the chain.
    Unknown { head: String },
}

impl Break {
    /// Stable code, end of the key `audit-break-…`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Removed(_) => "removed",
            Self::Inserted(_) => "inserted",
            Self::Reordered { .. } => "reordered",
            Self::Rewritten { .. } => "block-rewritten",
            Self::BlocksRemoved { .. } => "blocks-removed",
            Self::Cut { .. } => "cut",
            Self::Replaced { .. } => "replaced",
            Self::Unknown { .. } => "unknown-head",
        }
    }

    /// The first entry concerned, when it is known: table and number.
    pub const fn entry(&self) -> Option<(&'static str, i64)> {
        match self {
            Self::Changed(e) | Self::Removed(e) | Self::Inserted(e) | Self::Reordered { entry: e, .. } => {
                Some((e.table, e.n))
            }
            Self::Cut { events: Some(m), .. } => Some(("event", m.first)),
            Self::Cut { reads: Some(m), .. } => Some(("audit_read", m.first)),
            _ => None,
        }
    }

    /// When what is broken was sealed or anchored.
    pub const fn at(&self) -> Option<Moment> {
        match self {
            Self::Changed(e) | Self::Removed(e) | Self::Inserted(e) | Self::Reordered { entry: e, .. } => {
                Some(e.sealed_at)
            }
            Self::Rewritten { sealed_at, .. } | Self::BlocksRemoved { sealed_at, .. } | Self::Cut { sealed_at, .. } => {
                Some(*sealed_at)
            }
            Self::Replaced { anchored_at, .. } => *anchored_at,
            Self::Unknown { .. } => None,
        }
    }

    pub fn json(&self) -> Value {
        let (table, n) = self.entry().unzip();
        let mut value = json!({
            "kind": self.code(), "table": table, "entry": n, "at": self.at().map(Moment::rfc3339), "says": self.to_string()
        });
        let more = match self {
            Self::Reordered { with, fields, .. } => json!({ "with": with, "fields": fields }),
            Self::Rewritten { block, .. } | Self::Replaced { block, .. } => json!({ "block": block }),
            Self::BlocksRemoved { before, .. } => json!({ "block": before }),
            Self::Cut { after, .. } => json!({ "block": after }),
            Self::Unknown { head } => json!({ "head": head }),
            _ => json!({}),
        };
        if let (Some(fields), Value::Object(more)) = (value.as_object_mut(), more) {
            fields.extend(more);
        }
        value
    }
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let on = |at: &Option<Moment>| at.map_or_else(String::new, |at| format!(" of {}", at.rfc3339()));
        let named = |e: &Entry| format!("{} entry {}, sealed at {},", e.table, e.n, e.sealed_at.rfc3339());
        match self {
            Self::Changed(e) => write!(f, "{} was changed afterwards", named(e)),
            Self::Removed(e) => write!(f, "{} was removed", named(e)),
            Self::Inserted(e) => {
                let (table, n, at) = (e.table, e.n, e.sealed_at.rfc3339());
                write!(f, "{table} entry {n} was inserted among entries sealed at {at}")
            }
            Self::Reordered { entry, with, fields } => {
                write!(f, "{} was reordered: its {fields} now stands in entry {with}", named(entry))
            }
            Self::Rewritten { block, sealed_at } => {
                let at = sealed_at.rfc3339();
                write!(f, "block {block}, sealed at {at}, was rewritten: it does not follow from the block before it")
            }
            Self::BlocksRemoved { before, sealed_at } => {
                write!(f, "blocks before block {before}, sealed at {}, were removed", sealed_at.rfc3339())
            }
            Self::Cut { after, sealed_at, anchored_at, events, reads } => {
                write!(f, "the log was cut after block {after}")?;
                if *after > 0 {
                    write!(f, ", sealed at {}", sealed_at.rfc3339())?;
                }
                write!(f, ": the anchor{} reaches further", on(anchored_at))?;
                for (table, missing) in [("event", events), ("audit_read", reads)] {
                    if let Some(m) = missing {
                        write!(f, "; {table} entries {} to {} are missing", m.first, m.last)?;
                    }
                }
                Ok(())
            }
            Self::Replaced { good_until, block, anchored_at } => {
                write!(
                    f,
                    "the log was written anew: block {block} has another head than the anchor{}",
                    on(anchored_at)
                )?;
                match good_until {
                    Some(good) => write!(f, "; block {good} is still as anchored"),
                    None => write!(f, "; no older anchor says where it begins"),
                }
            }
            Self::Unknown { head } => write!(f, "the chain never had the head {head}: it was written anew or cut"),
        }
    }
}

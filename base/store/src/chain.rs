//! The hash chain over changes and reads (R6).
//!
//! Rows are written without a hash, in the transaction of whoever writes them; a sealer links the committed rows
//! in blocks, at least once a second. `leaf = SHA-256(table ‖ every field, length-prefixed)`,
//! `head = SHA-256(previous head ‖ leaf)` for each leaf in turn. Rows hold digests, not personal values, so that
//! erasing a person does not break the chain.

use crate::{Cx, Error, Row, Runtime, Who, params};
use kernel::ids::DistrictId;
use sha2::{Digest as _, Sha256};

/// Entries sealed in one block at most; more wait for the next.
const BLOCK: i64 = 20_000;
const LEAF_BYTES: usize = 1 + 8 + 32;

/// What `mulin audit verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub blocks: u64,
    /// Committed entries that the sealer has not linked yet.
    pub unsealed: u64,
    /// Head of the chain, hex; the empty chain's is 64 zeros.
    pub head: String,
    /// First break, if any.
    pub broken: Option<Break>,
}

/// The first broken entry and the kind of break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    #[error("{table} entry {n} was changed after it was sealed")]
    Changed { table: &'static str, n: i64 },
    #[error("{table} entry {n} was removed")]
    Removed { table: &'static str, n: i64 },
    #[error("{table} entry {n} was inserted among sealed entries")]
    Inserted { table: &'static str, n: i64 },
    #[error("block {n} does not follow from the block before it: the chain was rewritten or reordered")]
    Chain { n: i64 },
    #[error("the chain does not reach the anchor {head}: it was cut at the end or rewritten")]
    Anchor { head: String },
}

/// Seals everything committed so far. Harmless to call at any time, by several processes too.
pub fn seal_now(rt: &Runtime, district: DistrictId) -> Result<(), Error> {
    let waiting = rt.read_now(Who::system(district, "sealer"), |cx| {
        let (event, read, _) = last_block(cx)?;
        let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM event WHERE n > $1) OR EXISTS (SELECT 1 FROM audit_read WHERE n > $2) \
                   THEN 1 ELSE 0 END AS waiting";
        Ok::<_, Error>(cx.query_one(sql, params![event, read])?.i64("waiting")? == 1)
    })?;
    if !waiting {
        return Ok(());
    }
    while rt.write_now(Who::system(district, "sealer"), seal_block)? == BLOCK {}
    Ok(())
}

fn last_block(cx: &mut Cx<'_>) -> Result<(i64, i64, Vec<u8>), Error> {
    let sql = "SELECT last_event, last_read, head FROM seal_block WHERE district_id = $1 ORDER BY n DESC LIMIT 1";
    Ok(match cx.query_opt(sql, params![cx.district()])? {
        Some(row) => (row.i64("last_event")?, row.i64("last_read")?, row.blob("head")?),
        None => (0, 0, vec![0; 32]),
    })
}

fn seal_block(cx: &mut Cx<'_>) -> Result<i64, Error> {
    cx.lock("sealer")?;
    cx.quiesce("event, audit_read")?;
    let (mut last_event, mut last_read, mut head) = last_block(cx)?;
    let mut leaves = Vec::new();
    let district = cx.district();
    let mut entries = 0;
    cx.each(&select_event("n > $2"), params![district, last_event, BLOCK], |row| {
        last_event = link(&mut head, &mut leaves, Table::Event, &row)?;
        entries += 1;
        Ok(())
    })?;
    cx.each(&select_read("n > $2"), params![district, last_read, BLOCK - entries], |row| {
        last_read = link(&mut head, &mut leaves, Table::Read, &row)?;
        entries += 1;
        Ok(())
    })?;
    if entries > 0 {
        let sql = "INSERT INTO seal_block (district_id, at, algorithm, last_event, last_read, entries, leaves, head) \
                   VALUES ($1, $2, 'sha256', $3, $4, $5, $6, $7)";
        cx.execute(sql, params![district, cx.now, last_event, last_read, entries, leaves, head])?;
    }
    Ok(entries)
}

fn select_event(condition: &str) -> String {
    format!(
        "SELECT n, at, actor, purpose, kind, subject_kind, subject, payload FROM event WHERE district_id = $1 AND {condition} ORDER BY n LIMIT $3"
    )
}
fn select_read(condition: &str) -> String {
    format!(
        "SELECT n, at, actor, purpose, subject_kind, subject, fields FROM audit_read WHERE district_id = $1 AND {condition} ORDER BY n LIMIT $3"
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Event,
    Read,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Read => "audit_read",
        }
    }
    const fn tag(self) -> u8 {
        match self {
            Self::Event => 1,
            Self::Read => 2,
        }
    }
}

fn link(head: &mut Vec<u8>, leaves: &mut Vec<u8>, table: Table, row: &Row) -> Result<i64, Error> {
    let n = row.i64("n")?;
    let leaf = leaf(table, row)?;
    leaves.push(table.tag());
    leaves.extend_from_slice(&n.to_be_bytes());
    leaves.extend_from_slice(&leaf);
    *head = next_head(head, &leaf);
    Ok(n)
}

fn next_head(head: &[u8], leaf: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(head).chain_update(leaf).finalize().to_vec()
}

fn leaf(table: Table, row: &Row) -> Result<[u8; 32], Error> {
    let mut hash = Sha256::new();
    hash.update([table.tag()]);
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(&row.i64("n")?.to_be_bytes());
    field(&row.i64("at")?.to_be_bytes());
    field(row.uuid("subject")?.as_bytes());
    let texts: &[&str] = match table {
        Table::Event => &["actor", "purpose", "kind", "subject_kind", "payload"],
        Table::Read => &["actor", "purpose", "subject_kind", "fields"],
    };
    for name in texts {
        field(row.text(name)?.as_bytes());
    }
    Ok(hash.finalize().into())
}

/// Head of the sealed chain (hex), to be kept outside the database: printed, mailed, on receipts.
pub fn head(cx: &mut Cx<'_>) -> Result<String, Error> {
    Ok(hex::encode(last_block(cx)?.2))
}

/// Recomputes the whole chain. `anchors` are heads kept outside the database that the chain must pass through.
pub fn verify(cx: &mut Cx<'_>, anchors: &[String]) -> Result<Report, Error> {
    let district = cx.district();
    let mut report = Report { entries: 0, blocks: 0, unsealed: 0, head: hex::encode([0; 32]), broken: None };
    let mut chain = Chain { head: vec![0; 32], seen: Vec::new(), last_event: 0, last_read: 0 };
    let numbers = cx.query("SELECT n FROM seal_block WHERE district_id = $1 ORDER BY n", params![district])?;
    for number in numbers {
        let n = number.i64("n")?;
        report.broken = verify_block(cx, n, &mut chain)?;
        if report.broken.is_some() {
            return Ok(report);
        }
        report.blocks += 1;
    }
    report.head = hex::encode(&chain.head);
    report.broken = anchors
        .iter()
        .find(|anchor| **anchor != hex::encode([0; 32]) && !chain.seen.iter().any(|h| hex::encode(h) == **anchor))
        .map(|anchor| Break::Anchor { head: anchor.clone() });
    let unsealed = "SELECT (SELECT COUNT(*) FROM event WHERE district_id = $1 AND n > $2) \
                    + (SELECT COUNT(*) FROM audit_read WHERE district_id = $1 AND n > $3) AS n";
    report.unsealed =
        cx.query_one(unsealed, params![district, chain.last_event, chain.last_read])?.i64("n")?.unsigned_abs();
    let total = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) AS n FROM seal_block WHERE district_id = $1";
    report.entries = cx.query_one(total, params![district])?.i64("n")?.unsigned_abs();
    Ok(report)
}

struct Chain {
    head: Vec<u8>,
    /// Heads after each block: where an anchor may lie.
    seen: Vec<Vec<u8>>,
    last_event: i64,
    last_read: i64,
}

fn verify_block(cx: &mut Cx<'_>, n: i64, chain: &mut Chain) -> Result<Option<Break>, Error> {
    let district = cx.district();
    let row = cx.query_one("SELECT last_event, last_read, leaves, head FROM seal_block WHERE n = $1", params![n])?;
    let (last_event, last_read) = (row.i64("last_event")?, row.i64("last_read")?);
    let sealed = parse_leaves(&row.blob("leaves")?);
    for (_, _, leaf) in &sealed {
        chain.head = next_head(&chain.head, leaf);
    }
    if chain.head != row.blob("head")? {
        return Ok(Some(Break::Chain { n }));
    }
    let mut found = Vec::with_capacity(sealed.len());
    let mut collect = |cx: &mut Cx<'_>, table: Table, sql: String, from: i64, to: i64| {
        cx.each(&sql, params![district, from, i64::MAX, to], |row| {
            found.push((table.tag(), row.i64("n")?, leaf(table, &row)?));
            Ok(())
        })
    };
    collect(cx, Table::Event, select_event("n > $2 AND n <= $4"), chain.last_event, last_event)?;
    collect(cx, Table::Read, select_read("n > $2 AND n <= $4"), chain.last_read, last_read)?;
    (chain.last_event, chain.last_read) = (last_event, last_read);
    chain.seen.push(chain.head.clone());
    Ok(first_difference(&sealed, &found))
}

type Leaf = (u8, i64, [u8; 32]);

fn parse_leaves(bytes: &[u8]) -> Vec<Leaf> {
    let one = |chunk: &[u8]| {
        let (tag, rest) = chunk.split_first()?;
        let (n, leaf) = rest.split_first_chunk::<8>()?;
        Some((*tag, i64::from_be_bytes(*n), leaf.try_into().ok()?))
    };
    bytes.chunks(LEAF_BYTES).filter_map(one).collect()
}

fn first_difference(sealed: &[Leaf], found: &[Leaf]) -> Option<Break> {
    let table = |tag: u8| {
        if tag == Table::Event.tag() { Table::Event.name() } else { Table::Read.name() }
    };
    let mut rest = found.iter().peekable();
    for (tag, n, leaf) in sealed {
        let key = (*tag, *n);
        match rest.peek() {
            Some((t, m, _)) if (*t, *m) < key => {
                return Some(Break::Inserted { table: table(*t), n: *m });
            }
            Some((t, m, l)) if (*t, *m) == key => {
                if l != leaf {
                    return Some(Break::Changed { table: table(*tag), n: *n });
                }
                rest.next();
            }
            _ => {
                return Some(Break::Removed { table: table(*tag), n: *n });
            }
        }
    }
    rest.next().map(|(t, m, _)| Break::Inserted { table: table(*t), n: *m })
}

//! Recomputing the whole chain. Sealed rows never change, so it is done in pieces of some blocks each, by several readers
//! at once; every piece begins at the head that the block before it states, which the piece before it checks.

use super::entry::{BLOCK_TAG, LEAF_BYTES, Leaf, Table, leaf};
use super::report::{Break, Report};
use super::{Against, Algorithm, anchor, diagnose};
use crate::conn::Cell;
use crate::{Cx, Error, Runtime, Who, params};
use kernel::Moment;
use kernel::ids::DistrictId;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Entries of a piece, about.
const PIECE: i64 = 16_384;
/// Readers at once; the others of a running server are left to its pages.
const READERS: usize = 2;
/// Faults that a piece keeps; more are only counted.
const KEPT: usize = 1_000;

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub entries: u64,
}

/// Something that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The block's own record.
    Block {
        gone: bool,
    },
    Entry {
        table: Table,
        n: i64,
        what: What,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What was sealed under the number.
    Changed([u8; 32]),
    Removed([u8; 32]),
    Inserted,
}

/// A fault with the block it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub block: i64,
    pub sealed_at: Moment,
    pub algorithm: Algorithm,
    pub fault: Fault,
}

/// Recomputes the whole chain and holds it against what lies outside the database. `told` hears of every piece done.
pub fn verify(
    rt: &Runtime,
    district: DistrictId,
    against: &Against,
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Report, Error> {
    let who = || Who::system(district, "verify");
    let plan = rt.read_now(who(), plan)?;
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let gathered: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    let work = || -> Result<(), Error> {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = plan.pieces.get(i).copied() else { return Ok(()) };
            let outcome = rt.read_now(who(), move |cx| verify_piece(cx, piece))?;
            gathered.lock().unwrap_or_else(PoisonError::into_inner).push((i, outcome));
            let entries = piece.entries.unsigned_abs();
            told(Progress { done: done.fetch_add(entries, Ordering::Relaxed) + entries, entries: plan.entries });
        }
    };
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS.min(plan.pieces.len())).map(|_| scope.spawn(work)).collect();
        readers.into_iter().try_for_each(|r| r.join().unwrap_or(Err(Error::Panicked)))
    })?;
    let mut outcomes = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(i, _)| *i);
    let faults: u64 = outcomes.iter().map(|(_, o)| o.faults).sum();
    let found: Vec<Found> = outcomes.into_iter().flat_map(|(_, o)| o.found).collect();
    let mut breaks = diagnose::explain(rt, district, &found, plan.end)?;
    let (against, last) = (against.clone(), plan.end.block);
    let (anchors, outside) = rt.read_now(who(), move |cx| anchor::check(cx, &against, last))?;
    let faults = faults + outside.len() as u64;
    breaks.extend(outside);
    let Plan { entries, blocks, unsealed, head, .. } = plan;
    Ok(Report { entries, blocks, unsealed, head, anchors, faults, breaks })
}

/// The end of a block: its number and the last entries in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct End {
    pub block: i64,
    pub event: i64,
    pub read: i64,
}

struct Plan {
    pieces: Vec<Piece>,
    entries: u64,
    blocks: u64,
    unsealed: u64,
    head: String,
    end: End,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    from: End,
    to: End,
    entries: i64,
}

fn plan(cx: &mut Cx<'_>) -> Result<Plan, Error> {
    let mut plan = Plan {
        pieces: Vec::new(),
        entries: 0,
        blocks: 0,
        unsealed: 0,
        head: super::head(cx)?.hex(),
        end: End::default(),
    };
    let mut piece = Piece { from: End::default(), to: End::default(), entries: 0 };
    let sql = "SELECT n, last_event, last_read, entries FROM seal_block WHERE district_id = $1 ORDER BY n";
    cx.each_cells(sql, params![cx.district()], |row| {
        let [Cell::Int(block), Cell::Int(event), Cell::Int(read), Cell::Int(entries)] = *row else {
            return Err(Error::Column("seal_block holds something else than numbers".into()));
        };
        plan.end = End { block, event, read };
        plan.blocks += 1;
        plan.entries += entries.unsigned_abs();
        piece.to = plan.end;
        piece.entries += entries.max(1);
        if piece.entries >= PIECE {
            plan.pieces.push(piece);
            piece = Piece { from: plan.end, to: plan.end, entries: 0 };
        }
        Ok(())
    })?;
    if piece.entries > 0 {
        plan.pieces.push(piece);
    }
    let sql = "SELECT (SELECT COUNT(*) FROM event WHERE district_id = $1 AND n > $2) \
               + (SELECT COUNT(*) FROM audit_read WHERE district_id = $1 AND n > $3) AS n";
    let tail = cx.query_one(sql, params![cx.district(), plan.end.event, plan.end.read])?;
    plan.unsealed = tail.i64("n")?.unsigned_abs();
    Ok(plan)
}

/// A block as it was read, and where its leaves lie.
struct Block {
    n: i64,
    at: i64,
    algorithm: Algorithm,
    last: [i64; 2],
    /// Its record does not hold; `gone` when blocks before it are missing.
    bad: Option<bool>,
}

#[derive(Default)]
struct Outcome {
    found: Vec<Found>,
    faults: u64,
}

fn verify_piece(cx: &mut Cx<'_>, piece: Piece) -> Result<Outcome, Error> {
    let (blocks, sealed) = read_blocks(cx, piece)?;
    let mut per_block: Vec<(usize, Fault)> =
        blocks.iter().enumerate().filter_map(|(i, b)| b.bad.map(|gone| (i, Fault::Block { gone }))).collect();
    let (from, to) = ([piece.from.event, piece.from.read], [piece.to.event, piece.to.read]);
    for (k, table) in Table::ALL.into_iter().enumerate() {
        let (Some(from), Some(to), Some(sealed)) = (from.get(k), to.get(k), sealed.get(k)) else { continue };
        // Nothing of ours stands before number 1, but somebody else's might.
        let from = if piece.from.block == 0 { i64::MIN } else { *from };
        let rows = read_rows(cx, table, (from, *to), k, &blocks)?;
        differences(table, sealed, &rows, &mut per_block);
    }
    // Stable: a block's own fault comes before its entries', events before reads, as they were sealed.
    per_block.sort_by_key(|(i, _)| *i);
    let faults = per_block.len() as u64;
    let found = per_block.into_iter().take(KEPT).filter_map(|(i, fault)| {
        let b = blocks.get(i)?;
        Some(Found { block: b.n, sealed_at: Moment::from_micros(b.at), algorithm: b.algorithm, fault })
    });
    Ok(Outcome { found: found.collect(), faults })
}

/// A sealed or found leaf with the place of its block among those of the piece.
type Placed = (usize, Leaf);

/// Blocks of a piece with their chain of heads checked, and the leaves of each table.
fn read_blocks(cx: &mut Cx<'_>, piece: Piece) -> Result<(Vec<Block>, [Vec<Placed>; 2]), Error> {
    let district = cx.district();
    let mut head = [0_u8; 32];
    if piece.from.block > 0 {
        let row = cx.query_one("SELECT head FROM seal_block WHERE n = $1", params![piece.from.block])?;
        // A head of another length fails at the next block, as it must.
        head = row.blob("head")?.try_into().unwrap_or_default();
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut sealed: [Vec<Placed>; 2] = Default::default();
    let mut before = piece.from;
    let sql = "SELECT n, at, last_event, last_read, entries, algorithm, leaves, head FROM seal_block \
               WHERE district_id = $1 AND n > $2 AND n <= $3 ORDER BY n";
    cx.each_cells(sql, params![district, piece.from.block, piece.to.block], |row| {
        let [
            Cell::Int(n),
            Cell::Int(at),
            Cell::Int(event),
            Cell::Int(read),
            Cell::Int(entries),
            Cell::Bytes(code),
            Cell::Bytes(leaves),
            Cell::Bytes(stated),
        ] = *row
        else {
            return Err(Error::Column("seal_block".into()));
        };
        let known = std::str::from_utf8(code).ok().and_then(Algorithm::from_code);
        let algorithm = known.unwrap_or_default();
        let mut last = [before.event, before.read];
        let (mut count, mut hole, mut sound) = (0, false, known.is_some());
        for bytes in leaves.chunks(LEAF_BYTES) {
            let Some(leaf) = Leaf::read(bytes) else {
                sound = false;
                continue;
            };
            head = algorithm.next(&head, &leaf.hash);
            match Table::of_tag(leaf.tag).map(|t| t as usize) {
                Some(k) => {
                    count += 1;
                    if let (Some(last), Some(sealed)) = (last.get_mut(k), sealed.get_mut(k)) {
                        hole |= leaf.n > *last + 1 && *last == [before.event, before.read].get(k).copied().unwrap_or(0);
                        sound &= leaf.n > *last;
                        *last = leaf.n;
                        sealed.push((blocks.len(), leaf));
                    }
                }
                None => sound &= leaf.tag == BLOCK_TAG && leaf == Leaf::of_block(algorithm, at, district.0),
            }
        }
        let follows = head == stated;
        sound &= last == [event, read] && count == entries;
        let gone = !follows && sound && hole && n > before.block + 1;
        let bad = (!follows || !sound).then_some(gone);
        // One broken block must not make every later one look broken.
        head = stated.try_into().unwrap_or_default();
        before = End { block: n, event, read };
        blocks.push(Block { n, at, algorithm, last: [event, read], bad });
        Ok(())
    })?;
    Ok((blocks, sealed))
}

fn read_rows(
    cx: &mut Cx<'_>,
    table: Table,
    (from, to): (i64, i64),
    k: usize,
    blocks: &[Block],
) -> Result<Vec<Placed>, Error> {
    let mut rows = Vec::new();
    let (mut place, mut buffer) = (0, Vec::new());
    cx.each_cells(&table.select(), params![cx.district(), from, to], |row| {
        let Some(Cell::Int(n)) = row.first() else { return Err(Error::Column("n".into())) };
        let ends = |i: usize| blocks.get(i).and_then(|b| b.last.get(k)).copied().unwrap_or(i64::MAX);
        while *n > ends(place) && place + 1 < blocks.len() {
            place += 1;
        }
        let algorithm = blocks.get(place).map_or_else(Algorithm::default, |b| b.algorithm);
        rows.push((place, leaf(algorithm, table, row, &mut buffer)));
        Ok(())
    })?;
    Ok(rows)
}

/// Walks both lists, each in the order of numbers.
fn differences(table: Table, sealed: &[Placed], rows: &[Placed], faults: &mut Vec<(usize, Fault)>) {
    let mut add = |place: usize, n: i64, what: What| faults.push((place, Fault::Entry { table, n, what }));
    let mut rest = rows.iter().peekable();
    for (place, leaf) in sealed {
        while let Some((at, row)) = rest.next_if(|(_, row)| row.n < leaf.n) {
            add(*at, row.n, What::Inserted);
        }
        match rest.next_if(|(_, row)| row.n == leaf.n) {
            Some((_, row)) if row.hash == leaf.hash => {}
            Some(_) => add(*place, leaf.n, What::Changed(leaf.hash)),
            None => add(*place, leaf.n, What::Removed(leaf.hash)),
        }
    }
    for (at, row) in rest {
        add(*at, row.n, What::Inserted);
    }
}

impl Found {
    /// Said plainly, before anything is known of where the content went.
    pub(super) const fn plainly(&self) -> Break {
        let sealed_at = self.sealed_at;
        match self.fault {
            Fault::Block { gone: true } => Break::BlocksRemoved { before: self.block, sealed_at },
            Fault::Block { gone: false } => Break::Rewritten { block: self.block, sealed_at },
            Fault::Entry { table, n, what } => {
                let entry = super::Entry { table: table.name(), n, sealed_at };
                match what {
                    What::Changed(_) => Break::Changed(entry),
                    What::Removed(_) => Break::Removed(entry),
                    What::Inserted => Break::Inserted(entry),
                }
            }
        }
    }
}

//! From faults to kinds of break. An entry whose content now stands under another number was not just changed: two were
//! exchanged, or one was moved. A leaf hides what it was made of, so possible contents are tried until one fits.

use super::entry::{Table, leaf_of};
use super::report::{Break, Entry};
use super::verify::{End, Fault, Found, What};
use crate::conn::Cell;
use crate::{Cx, Error, Runtime, Who, params};
use kernel::ids::DistrictId;

/// Breaks told one by one.
const TOLD: usize = 20;
/// Other entries that are tried for each.
const TRIED: usize = 400;

/// Names the first breaks.
pub(super) fn explain(rt: &Runtime, district: DistrictId, found: &[Found], end: End) -> Result<Vec<Break>, Error> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let found = found.to_vec();
    rt.read_now(Who::system(district, "verify"), move |cx| {
        let contents = [contents(cx, Table::Event, &found, end)?, contents(cx, Table::Read, &found, end)?];
        Ok(found.iter().take(TOLD).map(|f| name(f, &found, &contents)).collect())
    })
}

/// What stands in one row, column by column, without its number.
struct Content {
    n: i64,
    columns: Vec<Vec<u8>>,
}

/// Rows that may hold what belongs elsewhere: changed and inserted ones, and the first of those not yet sealed.
fn contents(cx: &mut Cx<'_>, table: Table, found: &[Found], end: End) -> Result<Vec<Content>, Error> {
    let standing = found.iter().filter_map(|f| match f.fault {
        Fault::Entry { table: t, n, what: What::Changed(_) | What::Inserted } if t == table => Some(n),
        _ => None,
    });
    let numbers: Vec<i64> = standing.take(TRIED).collect();
    let mut out = Vec::new();
    let sql = table.select();
    let mut read = |cx: &mut Cx<'_>, sql: &str, from: i64, to: i64| {
        cx.each_cells(sql, params![cx.district(), from, to], |row| {
            let Some((Cell::Int(n), rest)) = row.split_first() else { return Ok(()) };
            out.push(Content { n: *n, columns: rest.iter().map(bytes_of).collect() });
            Ok(())
        })
    };
    for n in numbers {
        read(cx, &sql, n - 1, n)?;
    }
    let sealed = if table == Table::Event { end.event } else { end.read };
    read(cx, &format!("{sql} LIMIT 100"), sealed, i64::MAX)?;
    Ok(out)
}

fn bytes_of(cell: &Cell<'_>) -> Vec<u8> {
    match cell {
        Cell::Int(v) => v.to_be_bytes().to_vec(),
        Cell::Bytes(bytes) => bytes.to_vec(),
        Cell::Null => Vec::new(),
    }
}

fn name(found: &Found, all: &[Found], contents: &[Vec<Content>; 2]) -> Break {
    let plain = found.plainly();
    let Fault::Entry { table, n, what: What::Changed(sealed) | What::Removed(sealed) } = found.fault else {
        return plain;
    };
    let Some(contents) = contents.get(table as usize) else { return plain };
    let entry = Entry { table: table.name(), n, sealed_at: found.sealed_at };
    let mut buffer = Vec::new();
    let own = contents.iter().find(|c| c.n == n);
    for other in contents.iter().filter(|c| c.n != n) {
        let whole = other.columns.iter().map(Vec::as_slice);
        if leaf_of(found.algorithm, table, n, whole, &mut buffer) == sealed {
            return Break::Reordered { entry, with: other.n, fields: "whole content".into() };
        }
        // Some columns only: it must be so in both directions, else entries that look alike would be taken for exchanged.
        let changed = |f: &&Found| matches!(f.fault, Fault::Entry { table: t, n, what: What::Changed(_) } if t == table && n == other.n);
        let (Some(own), Some(theirs)) = (own, all.iter().find(changed)) else { continue };
        if let Some(fields) = exchanged(table, (found, own), (theirs, other), &mut buffer) {
            return Break::Reordered { entry, with: other.n, fields };
        }
    }
    plain
}

/// The columns that two entries exchanged.
fn exchanged(
    table: Table,
    (here, own): (&Found, &Content),
    (there, other): (&Found, &Content),
    buffer: &mut Vec<u8>,
) -> Option<String> {
    let names = table.columns().get(1..).unwrap_or_default();
    let mut fits = |found: &Found, mine: &Content, theirs: &Content, choice: u32| {
        let Fault::Entry { n, what: What::Changed(sealed), .. } = found.fault else { return false };
        let columns = mine.columns.iter().zip(&theirs.columns).enumerate();
        let mixed = columns.map(|(i, (m, t))| if choice & (1 << i) == 0 { m.as_slice() } else { t.as_slice() });
        leaf_of(found.algorithm, table, n, mixed, buffer) == sealed
    };
    // Every choice but none and all; the smallest that fits names no column that is the same in both.
    let choice = (1..(1_u32 << names.len()) - 1).find(|c| fits(here, own, other, *c) && fits(there, other, own, *c))?;
    let taken = names.iter().enumerate().filter(|(i, _)| choice & (1 << i) != 0);
    Some(taken.map(|(_, name)| *name).collect::<Vec<_>>().join(", "))
}

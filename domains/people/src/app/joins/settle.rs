//! After a join: of what stands twice one is left out, and of what there is one only the other's is used instead. Each is noted like a row
//! that was moved, so that taking the join back finds both records as they were.

use super::follow::{keyed, note, row, shift};
use super::{Follow, Joined, Pair};
use crate::{Error, Result};
use kernel::ids::PersonId;
use store::imports::value_of;
use store::{Cx, Value, params};
use uuid::Uuid;

pub(super) const LEFT: &str = "left";
pub(super) const SWAPPED: &str = "swapped";

/// Ids of the rows of a table that came along.
pub fn came(cx: &mut Cx<'_>, join: &Joined, table: &str) -> Result<Vec<Uuid>> {
    let sql = "SELECT row_key FROM person_join_row WHERE join_id = $1 AND in_table = $2 AND did = 'moved' ORDER BY n";
    let mut out = Vec::new();
    for noted in cx.query(sql, params![join.id, table])? {
        let key: Vec<serde_json::Value> =
            serde_json::from_str(&noted.text("row_key")?).map_err(|_| store::Error::Sealed("no key of a row"))?;
        // One of the databases knows ids, the other their bytes.
        match key.first().map(value_of).transpose()? {
            Some(Value::Uuid(id)) => out.push(id),
            Some(Value::Blob(bytes)) => out.extend(Uuid::from_slice(&bytes).ok()),
            _ => {}
        }
    }
    Ok(out)
}

fn next(cx: &mut Cx<'_>, join: &Joined) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(n), -1) AS n FROM person_join_row WHERE join_id = $1";
    Ok(cx.query_one(sql, params![join.id])?.i64("n")? + 1)
}

/// A row of the kept record ends, because another says the same. False: it had ended already.
pub fn leave_out(cx: &mut Cx<'_>, join: &Joined, f: &Follow, id: Uuid) -> Result<bool> {
    let Some(ends) = f.ends else { return Ok(false) };
    let sql = format!("UPDATE {} SET {ends} = $1 WHERE {} = $2 AND id = $3 AND {ends} IS NULL", f.table, f.column);
    if cx.execute(&sql, params![cx.now, join.pair.kept, id])? == 0 {
        return Ok(false);
    }
    let n = next(cx, join)?;
    note(cx, join.id, n, f, &[Value::Uuid(id)], LEFT)?;
    Ok(true)
}

/// What was left out stands again.
pub(super) fn take_in(cx: &mut Cx<'_>, f: &Follow, pair: Pair, key: &[Value]) -> Result<()> {
    let Some(ends) = f.ends else { return Ok(()) };
    let sql = format!("UPDATE {} SET {ends} = NULL WHERE {} = $1{}", f.table, f.column, keyed(f, 2));
    let mut values = params![pair.kept].to_vec();
    values.extend(key.iter().cloned());
    cx.execute(&sql, &values)?;
    Ok(())
}

/// Is the other's used, of a table with one row for each person?
pub fn swapped(cx: &mut Cx<'_>, join: &Joined, table: &str) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM person_join_row WHERE join_id = $1 AND in_table = $2 AND did = $3";
    Ok(cx.query_opt(sql, params![join.id, table, SWAPPED])?.is_some())
}

/// Uses the other's, or the kept one's again. False: so it is already.
pub fn use_of(cx: &mut Cx<'_>, join: &Joined, f: &Follow, others: bool) -> Result<bool> {
    if swapped(cx, join, f.table)? == others {
        return Ok(false);
    }
    exchange(cx, f, join.pair)?;
    if others {
        let n = next(cx, join)?;
        note(cx, join.id, n, f, &[], SWAPPED)?;
    } else {
        let sql = "DELETE FROM person_join_row WHERE join_id = $1 AND in_table = $2 AND did = $3";
        cx.execute(sql, params![join.id, f.table, SWAPPED])?;
    }
    Ok(true)
}

/// Each gets the row of the other, over a third that nobody is.
pub(super) fn exchange(cx: &mut Cx<'_>, f: &Follow, pair: Pair) -> Result<()> {
    let between: PersonId = cx.new_id();
    let both = row(cx, f, &[], pair.kept)?.is_some() && row(cx, f, &[], pair.away)?.is_some();
    if !both {
        return Err(Error::Refused("join-one-only"));
    }
    for (from, to) in [(pair.kept, between), (pair.away, pair.kept), (between, pair.away)] {
        let found = row(cx, f, &[], from)?.ok_or(store::Error::NotFound)?;
        if !shift(cx, f, &found, &[], from, to)? {
            return Err(Error::Refused("join-one-only"));
        }
    }
    for (_, class) in f.sealed {
        cx.destroy_subject_key(*class, between.0)?;
    }
    Ok(())
}

/// Has each of them such a row?
pub fn both_have(cx: &mut Cx<'_>, pair: Pair, table: &str) -> Result<bool> {
    let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE person_id IN ($1, $2) AND district_id = $3");
    Ok(cx.query_one(&sql, params![pair.kept, pair.away, cx.district()])?.i64("n")? == 2)
}

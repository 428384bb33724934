//! What of a record goes with it when it is joined into another, said by each crate for its own tables, and the moving itself. A row is
//! moved as it is: only the column with the person changes, and what is sealed under the person is sealed anew. Each row that was
//! moved is noted, so that an undo finds it again whatever became of it meanwhile.

use super::settle;
use crate::Result;
use kernel::ids::PersonId;
use serde_json::Value as Json;
use store::imports::{value_of, written};
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Rows of a table that belong to a person.
#[derive(Debug, Clone, Copy)]
pub struct Follow {
    pub table: &'static str,
    /// Holds the id of the person.
    pub column: &'static str,
    /// Columns that tell a row from the others of the person; none: there is one for each person.
    pub key: &'static [&'static str],
    /// Columns that are sealed under the person.
    pub sealed: &'static [(&'static str, KeyClass)],
    /// Where the kept record has such a row already, the other stays where it is; or ends, by this column.
    pub ends: Option<&'static str>,
}

impl Follow {
    /// Rows with an `id` of their own.
    pub const fn of(table: &'static str) -> Self {
        Self { table, column: "person_id", key: &["id"], sealed: &[], ends: None }
    }
    /// One row for each person.
    pub const fn one(table: &'static str) -> Self {
        Self { key: &[], ..Self::of(table) }
    }
    pub const fn by(self, key: &'static [&'static str]) -> Self {
        Self { key, ..self }
    }
    pub const fn in_column(self, column: &'static str) -> Self {
        Self { column, ..self }
    }
    pub const fn sealed(self, sealed: &'static [(&'static str, KeyClass)]) -> Self {
        Self { sealed, ..self }
    }
    pub const fn or_ends(self, column: &'static str) -> Self {
        Self { ends: Some(column), ..self }
    }
}

/// What a crate does when records are joined.
#[derive(Debug, Clone, Copy)]
pub struct Follower {
    pub tables: &'static [Follow],
    /// Why these two cannot be joined, or taken apart again, now: the end of a key `rule-record-…`.
    pub hinders: fn(&mut Cx<'_>, Pair) -> std::result::Result<Option<&'static str>, store::Error>,
    /// Before anything is moved.
    pub before: fn(&mut Cx<'_>, Pair) -> std::result::Result<(), store::Error>,
    /// Afterwards, and after an undo: what is worked out from the rows is worked out anew.
    pub after: fn(&mut Cx<'_>, Pair) -> std::result::Result<(), store::Error>,
}

/// Two records of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The one that stays.
    pub kept: PersonId,
    pub away: PersonId,
}

impl Pair {
    pub const fn both(self) -> [PersonId; 2] {
        [self.kept, self.away]
    }
}

/// Nothing hinders, nothing is to be done.
pub const FREE: fn(&mut Cx<'_>, Pair) -> std::result::Result<Option<&'static str>, store::Error> = |_, _| Ok(None);
pub const NOTHING: fn(&mut Cx<'_>, Pair) -> std::result::Result<(), store::Error> = |_, _| Ok(());

const MOVED: &str = "moved";
const ENDED: &str = "ended";

/// Moves everything that follows; answers how many rows.
pub(super) fn carry(cx: &mut Cx<'_>, join: Uuid, pair: Pair, followers: &[Follower]) -> Result<i64> {
    let (mut n, mut moved) = (0, 0);
    for f in followers.iter().flat_map(|f| f.tables) {
        for row in rows(cx, f, pair.away)? {
            let key = f.key.iter().map(|column| value(&row, column)).collect::<Result<Vec<_>>>()?;
            let did = if there(cx, f, &key, pair.kept)? {
                let Some(ends) = f.ends else { continue };
                let sql = format!(
                    "UPDATE {} SET {ends} = $1 WHERE {} = $2 AND {ends} IS NULL{}",
                    f.table,
                    f.column,
                    keyed(f, 3)
                );
                let mut values = params![cx.now, pair.away].to_vec();
                values.extend(key.iter().cloned());
                if cx.execute(&sql, &values)? == 0 {
                    continue;
                }
                ENDED
            } else {
                // What is erased already cannot be sealed anew and stays.
                if !shift(cx, f, &row, &key, pair.away, pair.kept)? {
                    continue;
                }
                moved += 1;
                MOVED
            };
            note(cx, join, n, f, &key, did)?;
            n += 1;
        }
    }
    Ok(moved)
}

/// Moves back whatever is still there, the last first; answers how many rows.
pub(super) fn bring_back(cx: &mut Cx<'_>, join: Uuid, pair: Pair, followers: &[Follower]) -> Result<i64> {
    let sql = "SELECT in_table, in_column, row_key, did FROM person_join_row WHERE join_id = $1 ORDER BY n DESC";
    let mut moved = 0;
    for noted in cx.query(sql, params![join])? {
        let (table, column) = (noted.text("in_table")?, noted.text("in_column")?);
        let follow = followers.iter().flat_map(|f| f.tables).find(|f| f.table == table && f.column == column);
        let Some(f) = follow else { continue };
        let key: Vec<Json> = serde_json::from_str(&noted.text("row_key")?).map_err(|_| broken())?;
        let key = key.iter().map(value_of).collect::<std::result::Result<Vec<_>, _>>()?;
        let did = noted.text("did")?;
        if did == settle::LEFT {
            settle::take_in(cx, f, pair, &key)?;
            continue;
        }
        if did == settle::SWAPPED {
            // What ended meanwhile with a no cannot go back.
            if settle::both_have(cx, pair, f.table)? {
                settle::exchange(cx, f, pair)?;
            }
            continue;
        }
        if did == ENDED {
            if let Some(ends) = f.ends {
                let sql = format!("UPDATE {} SET {ends} = NULL WHERE {} = $1{}", f.table, f.column, keyed(f, 2));
                let mut values = params![pair.away].to_vec();
                values.extend(key);
                cx.execute(&sql, &values)?;
            }
            continue;
        }
        if there(cx, f, &key, pair.away)? && !f.key.contains(&"id") {
            continue;
        }
        let Some(row) = row(cx, f, &key, pair.kept)? else { continue };
        if shift(cx, f, &row, &key, pair.kept, pair.away)? {
            moved += 1;
        }
    }
    Ok(moved)
}

fn broken() -> crate::Error {
    store::Error::Sealed("no key of a row").into()
}

/// `AND a = $first AND b = …`
pub(super) fn keyed(f: &Follow, first: usize) -> String {
    let each = f.key.iter().enumerate().map(|(i, column)| format!(" AND {column} = ${}", first + i));
    each.collect::<Vec<_>>().concat()
}

fn columns(f: &Follow) -> String {
    let names = f.key.iter().copied().chain(f.sealed.iter().map(|(column, _)| *column)).collect::<Vec<_>>();
    if names.is_empty() { "1 AS one".to_owned() } else { names.join(", ") }
}

fn rows(cx: &mut Cx<'_>, f: &Follow, person: PersonId) -> Result<Vec<Row>> {
    let sql = format!("SELECT {} FROM {} WHERE {} = $1 AND district_id = $2", columns(f), f.table, f.column);
    Ok(cx.query(&sql, params![person, cx.district()])?)
}

pub(super) fn row(cx: &mut Cx<'_>, f: &Follow, key: &[Value], person: PersonId) -> Result<Option<Row>> {
    let sql = format!("SELECT {} FROM {} WHERE {} = $1{}", columns(f), f.table, f.column, keyed(f, 2));
    let mut values = params![person].to_vec();
    values.extend(key.iter().cloned());
    Ok(cx.query_opt(&sql, &values)?)
}

/// Has the person such a row already? Ids are nobody else's.
fn there(cx: &mut Cx<'_>, f: &Follow, key: &[Value], person: PersonId) -> Result<bool> {
    if f.key == ["id"] {
        return Ok(false);
    }
    Ok(row(cx, f, key, person)?.is_some())
}

fn value(row: &Row, column: &str) -> Result<Value> {
    let found = row.columns().find(|(name, _)| *name == column).map(|(_, value)| value.clone());
    found.ok_or_else(broken)
}

pub(super) fn shift(
    cx: &mut Cx<'_>,
    f: &Follow,
    row: &Row,
    key: &[Value],
    from: PersonId,
    to: PersonId,
) -> Result<bool> {
    let mut sets = vec![format!("{} = $1", f.column)];
    let mut values = params![to].to_vec();
    for (column, class) in f.sealed {
        let Some(sealed) = row.opt_blob(column)?.filter(|sealed| !sealed.is_empty()) else { continue };
        let plain = match cx.open(*class, from.0, &sealed) {
            Ok(plain) => plain,
            // The words are gone with a consent; the rest of the row is not.
            Err(store::Error::Erased) if matches!(class, KeyClass::Health | KeyClass::Location) => {
                sets.push(format!("{column} = NULL"));
                continue;
            }
            Err(store::Error::Erased | store::Error::Sealed(_)) => return Ok(false),
            Err(other) => return Err(other.into()),
        };
        values.push(cx.seal(*class, to.0, &plain)?.into());
        sets.push(format!("{column} = ${}", values.len()));
    }
    values.push(from.into());
    let at = values.len();
    let sql = format!("UPDATE {} SET {} WHERE {} = ${at}{}", f.table, sets.join(", "), f.column, keyed(f, at + 1));
    values.extend(key.iter().cloned());
    Ok(cx.execute(&sql, &values)? > 0)
}

pub(super) fn note(cx: &mut Cx<'_>, join: Uuid, n: i64, f: &Follow, key: &[Value], did: &str) -> Result<()> {
    let key = Json::from(key.iter().map(written).collect::<Vec<_>>()).to_string();
    let sql = "INSERT INTO person_join_row (join_id, n, district_id, in_table, in_column, row_key, did) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    cx.put(sql, params![join, n, cx.district(), f.table, f.column, key, did])?;
    Ok(())
}

//! Reading names by their keys.

use super::Kind;
use crate::Result;
use ::gazetteer::Match;
use ::gazetteer::keys::Sought;
use ::store::{Cx, Error, Row, Value, params};
use kernel::Point;
use kernel::ids::DistrictId;
use std::collections::HashSet;

/// A name of the tables.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub id: i64,
    pub kind: Kind,
    pub name: String,
    pub point: Point,
    pub doors: usize,
}

/// Rows that one look-up may bring.
const MOST: usize = 120;

/// A list for `IN` is as long as one of these, the last repeated: few texts of SQL, each prepared once.
fn padded(mut list: Vec<Value>) -> Vec<Value> {
    let length = [4, 8, 16, 32, 64].into_iter().find(|n| *n >= list.len()).unwrap_or(64);
    list.truncate(length);
    while let Some(last) = list.last().filter(|_| list.len() < length).cloned() {
        list.push(last);
    }
    list
}

/// `$from, $from+1, …`
fn places(from: usize, n: usize) -> String {
    (from..from + n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

/// Condition and parameters for a column that is one of these.
pub(super) fn any_of(column: &str, from: usize, list: Vec<Value>) -> (String, Vec<Value>) {
    let list = padded(list);
    (format!("{column} IN ({})", places(from, list.len())), list)
}

const NAME: &str = "SELECT k.key, n.id, n.kind, n.name, n.lon, n.lat, n.doors FROM place_key k \
                    JOIN place_name n ON n.district_id = k.district_id AND n.id = k.name_id WHERE k.district_id = $1";

/// A text of SQL with what goes into it.
pub(super) type Statement = (String, Vec<Value>);

pub(super) fn by_keys<'a>(district: DistrictId, keys: impl Iterator<Item = &'a str>) -> Statement {
    let (condition, list) = any_of("k.key", 2, keys.map(|key| Value::Blob(key.as_bytes().to_vec())).collect());
    let params = std::iter::once(Value::from(district)).chain(list).collect();
    (format!("{NAME} AND {condition} LIMIT {MOST}"), params)
}

pub(super) fn by_beginning(district: DistrictId, beginning: &str) -> Statement {
    let low = beginning.as_bytes().to_vec();
    // No key has this byte: keys are UTF-8.
    let high: Vec<u8> = low.iter().copied().chain([u8::MAX]).collect();
    let sql = format!("{NAME} AND k.key >= $2 AND k.key < $3 ORDER BY k.key LIMIT {MOST}");
    (sql, params![district, low, high].to_vec())
}

/// Names found by these keys, each once, by the best of its matches.
pub(super) fn names(cx: &mut Cx<'_>, sought: &Sought) -> Result<Vec<(Name, Match)>> {
    let mut out = Names::default();
    out.equal(cx, &sought.equal)?;
    for (beginning, found) in &sought.begins {
        out.begins(cx, beginning, *found)?;
    }
    // A slip is looked for when nothing is spelt like it.
    if out.all.is_empty() {
        out.equal(cx, &sought.alike)?;
    }
    Ok(out.all)
}

#[derive(Default)]
struct Names {
    all: Vec<(Name, Match)>,
    seen: HashSet<i64>,
}

impl Names {
    fn equal(&mut self, cx: &mut Cx<'_>, keys: &[(String, Match)]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let (sql, params) = by_keys(cx.district(), keys.iter().map(|(key, _)| key.as_str()));
        let mut found = Vec::new();
        for row in cx.query(&sql, &params)? {
            let key = row.blob("key")?;
            // Keys stand best first.
            if let Some(rank) = keys.iter().position(|(k, _)| k.as_bytes() == key) {
                found.push((rank, name(&row)?));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        for (rank, name) in found {
            if let Some((_, how)) = keys.get(rank) {
                self.add(name, *how);
            }
        }
        Ok(())
    }

    fn begins(&mut self, cx: &mut Cx<'_>, beginning: &str, how: Match) -> Result<()> {
        let (sql, params) = by_beginning(cx.district(), beginning);
        for row in cx.query(&sql, &params)? {
            self.add(name(&row)?, how);
        }
        Ok(())
    }

    fn add(&mut self, name: Name, how: Match) {
        if self.seen.insert(name.id) {
            self.all.push((name, how));
        }
    }
}

fn name(row: &Row) -> Result<Name, Error> {
    let kind = row.text("kind")?;
    Ok(Name {
        id: row.i64("id")?,
        kind: Kind::from_code(&kind).ok_or_else(|| Error::Column(format!("kind {kind}")))?,
        name: row.text("name")?,
        point: point(row)?,
        doors: usize::try_from(row.i64("doors")?).unwrap_or(0),
    })
}

pub(super) fn point(row: &Row) -> Result<Point, Error> {
    Point::new(row.f64("lon")?, row.f64("lat")?).map_err(|e| Error::Column(format!("lon, lat: {e}")))
}

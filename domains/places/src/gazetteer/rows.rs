//! Reading names by their keys.

use super::Kind;
use crate::Result;
use ::gazetteer::Match;
use ::gazetteer::keys::Sought;
use ::store::{Cx, Error, Row, Value};
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

/// Names with one of these keys, and names with a key that begins so, as one statement; `part` says which it was: 0 for equal.
pub(super) fn together(district: DistrictId, equal: &[&str], begins: &[&str]) -> Statement {
    let (sql, mut params) = by_keys(district, equal.iter().copied());
    let mut parts =
        vec![format!("SELECT * FROM ({}) AS p0", sql.replacen("SELECT ", "SELECT CAST(0 AS BIGINT) AS part, ", 1))];
    for (i, beginning) in begins.iter().enumerate() {
        let low = beginning.as_bytes().to_vec();
        // No key has this byte: keys are UTF-8.
        let high: Vec<u8> = low.iter().copied().chain([u8::MAX]).collect();
        let (part, from, to) = (i + 1, params.len() + 1, params.len() + 2);
        let name = NAME.replacen("SELECT ", &format!("SELECT CAST({part} AS BIGINT) AS part, "), 1);
        parts.push(format!(
            "SELECT * FROM ({name} AND k.key >= ${from} AND k.key < ${to} ORDER BY k.key LIMIT {MOST}) AS p{part}"
        ));
        params.extend([Value::Blob(low), Value::Blob(high)]);
    }
    (parts.join(" UNION ALL "), params)
}

/// Names found by these keys, each once, by the best of its matches.
pub(super) fn names(cx: &mut Cx<'_>, sought: &Sought) -> Result<Vec<(Name, Match)>> {
    let mut out = Names::default();
    out.first(cx, sought)?;
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

    /// Equal keys, best first, then beginnings in their order.
    fn first<'s>(&mut self, cx: &mut Cx<'_>, sought: &'s Sought) -> Result<()> {
        // Whoever has beginnings has whole keys, too.
        if sought.begins.is_empty() || sought.equal.is_empty() {
            return self.equal(cx, &sought.equal);
        }
        let texts = |keys: &'s [(String, Match)]| keys.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>();
        let (equal, begins) = (texts(&sought.equal), texts(&sought.begins));
        let (sql, params) = together(cx.district(), &equal, &begins);
        let mut found = Vec::new();
        for row in cx.query(&sql, &params)? {
            let (part, key) = (usize::try_from(row.i64("part")?).unwrap_or(0), row.blob("key")?);
            let rank = match part {
                0 => sought.equal.iter().position(|(k, _)| k.as_bytes() == key),
                part => Some(sought.equal.len() + part - 1),
            };
            if let Some(rank) = rank {
                found.push((rank, key, name(&row)?));
            }
        }
        // Keys stand best first; no database promises the order of parts that were put together.
        found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let how = |rank: usize| sought.equal.iter().chain(&sought.begins).nth(rank).map(|(_, how)| *how);
        for (rank, _, name) in found {
            if let Some(how) = how(rank) {
                self.add(name, how);
            }
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

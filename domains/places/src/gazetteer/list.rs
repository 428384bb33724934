//! The district's list of door plates, brought in whole: one import is one version. The version before stays until the next one,
//! so that an import can be put back. A plate says where a house stands, never who lives there.

use super::{Entry, Kind, Source, replace};
use crate::app::may_change;
use crate::{Error, Result, events, store};
use ::gazetteer::Path;
use ::store::imports::{self, Import, Reason};
use ::store::{Cx, Migration, params};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kernel::Point;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use uuid::Uuid;

/// Versions of the list, packed.
pub(crate) const LISTS: Migration = Migration {
    name: "places-gazetteer-0002-lists",
    sql: "
CREATE TABLE door_ground (district_id UUID PRIMARY KEY, token UUID NOT NULL, previous UUID);
CREATE TABLE door_version (
  district_id UUID NOT NULL, token UUID NOT NULL, file TEXT NOT NULL, imported_at BIGINT NOT NULL, entries BYTEA NOT NULL,
  PRIMARY KEY (district_id, token)
);
",
};

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    Added,
    /// It is there, elsewhere.
    Moved,
    Stays,
}

/// What a list would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// For each entry, in the order given.
    pub each: Vec<Becomes>,
    /// Entries of now that the list does not have: they go.
    pub gone: usize,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    pub compared: Compared,
    /// None: the list is here already.
    pub import: Option<i64>,
}

/// One line of the packed list: kind, name, path in hexadecimal digits, longitude, latitude.
type Packed = (String, String, String, f64, f64);

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let digit = |d: &u8| char::from(*d).to_digit(16);
    digits.chunks(2).map(|pair| Some((digit(pair.first()?)? * 16 + digit(pair.get(1)?)?) as u8)).collect()
}

/// To a centimetre: what comes back from a spreadsheet is the same place.
fn degrees(v: f64) -> f64 {
    (v * 1e7).round() / 1e7
}

fn packed(e: &Entry) -> Packed {
    let (lon, lat) = (degrees(e.point.lon()), degrees(e.point.lat()));
    (e.kind.code().to_owned(), e.name.clone(), hex(&e.path.key()), lon, lat)
}

fn entry((kind, name, path, lon, lat): Packed) -> Option<Entry> {
    let path = if path.is_empty() { Path::default() } else { Path::from_key(&bytes(&path)?)? };
    Some(Entry { kind: Kind::from_code(&kind)?, name, name_en: None, path, point: Point::new(lon, lat).ok()? })
}

/// The lines in one order, whatever the order of the file, and the name of their content.
fn pack(entries: &[Entry]) -> Result<(Uuid, Vec<u8>)> {
    let mut lines: Vec<String> = entries.iter().map(|e| json!(packed(e)).to_string()).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut digest = Sha256::new();
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    for line in &lines {
        digest.update(line.as_bytes());
        digest.update(b"\n");
        writeln!(out, "{line}").map_err(wrong)?;
    }
    let mut name = [0; 16];
    name.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    Ok((uuid::Builder::from_custom_bytes(name).into_uuid(), out.finish().map_err(wrong)?))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn wrong(e: impl ToString) -> Error {
    Error::Store(::store::Error::Column(format!("entries: {}", e.to_string())))
}

fn kept(cx: &mut Cx<'_>, token: Uuid) -> Result<Option<Vec<Entry>>> {
    let sql = "SELECT entries FROM door_version WHERE district_id = $1 AND token = $2";
    let Some(row) = cx.query_opt(sql, params![cx.district(), token])? else { return Ok(None) };
    let mut out = Vec::new();
    for line in BufReader::new(GzDecoder::new(row.blob("entries")?.as_slice())).lines() {
        out.extend(entry(serde_json::from_str(&line.map_err(wrong)?).map_err(wrong)?));
    }
    Ok(Some(out))
}

fn ground(cx: &mut Cx<'_>) -> Result<Option<Uuid>> {
    let sql = "SELECT token FROM door_ground WHERE district_id = $1";
    Ok(cx.query_opt(sql, params![cx.district()])?.map(|r| r.uuid("token")).transpose()?)
}

/// What a list would do to the one that is there.
///
/// # Errors
/// When it may not be changed.
pub fn compare(cx: &mut Cx<'_>, entries: &[Entry]) -> Result<Compared> {
    may_change(cx)?;
    let now = match ground(cx)? {
        Some(token) => kept(cx, token)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let ground = store::snapshot(cx)?;
    // The same name in two towns is two streets.
    let named = |e: &Entry| {
        let town = ground.locate(e.point).ok().and_then(|l| l.town);
        (::gazetteer::fold(&e.name), e.path.key(), town)
    };
    // A compound stands there once for each of its houses.
    let mut there: HashMap<_, Vec<Packed>> = HashMap::new();
    for e in &now {
        there.entry(named(e)).or_default().push(packed(e));
    }
    let mut seen = HashSet::new();
    let each = entries.iter().map(|e| {
        let name = named(e);
        let becomes = match there.get(&name) {
            None => Becomes::Added,
            Some(old) if old.contains(&packed(e)) => Becomes::Stays,
            Some(_) => Becomes::Moved,
        };
        seen.insert(name);
        becomes
    });
    let each = each.collect();
    Ok(Compared { each, gone: there.keys().filter(|name| !seen.contains(*name)).count() })
}

/// Puts this list in the place of the one before, all or nothing. The same list again changes nothing, in whatever order.
///
/// # Errors
/// When it may not be changed.
pub fn bring(cx: &mut Cx<'_>, entries: &[Entry], file: &str, draft: Option<Uuid>) -> Result<Brought> {
    let compared = compare(cx, entries)?;
    cx.lock("doors")?;
    let (token, body) = pack(entries)?;
    let previous = ground(cx)?;
    if previous == Some(token) {
        return Ok(Brought { compared, import: None });
    }
    let sql = "INSERT INTO door_version (district_id, token, file, imported_at, entries) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (district_id, token) DO NOTHING";
    cx.execute(sql, params![cx.district(), token, file, cx.now, body])?;
    stand(cx, token, previous, entries.to_vec())?;
    forget_others(cx, Some(token), previous)?;
    let count = |what: Becomes| compared.each.iter().filter(|b| **b == what).count();
    let (added, changed) = (count(Becomes::Added), count(Becomes::Moved));
    cx.record(events::DOORS_BROUGHT, "doors", token, &json!({ "entries": entries.len(), "previous": previous }))?;
    let about = imports::About {
        kind: "addresses",
        file: file.to_owned(),
        rows: entries.len(),
        added,
        changed,
        detail: json!({ "token": token, "previous": previous }),
        draft,
    };
    let id = cx.new_id();
    let import = imports::write(cx, id, &about, 0)?;
    Ok(Brought { compared, import: Some(import.n) })
}

fn stand(cx: &mut Cx<'_>, token: Uuid, previous: Option<Uuid>, entries: Vec<Entry>) -> Result<()> {
    let sql = "INSERT INTO door_ground (district_id, token, previous) VALUES ($1, $2, $3) \
               ON CONFLICT (district_id) DO UPDATE SET token = excluded.token, previous = excluded.previous";
    cx.execute(sql, params![cx.district(), token, previous])?;
    replace(cx, Source::Addresses, entries).map(drop)
}

/// Takes away every version but these two.
fn forget_others(cx: &mut Cx<'_>, token: Option<Uuid>, previous: Option<Uuid>) -> Result<()> {
    let token = token.unwrap_or_default();
    let sql = "DELETE FROM door_version WHERE district_id = $1 AND token <> $2 AND token <> $3";
    cx.execute(sql, params![cx.district(), token, previous.unwrap_or(token)])?;
    Ok(())
}

fn token_of(import: &Import, key: &str) -> Option<Uuid> {
    import.detail.get(key)?.as_str()?.parse().ok()
}

/// Why the list of an import stays: another came later.
///
/// # Errors
/// When the database fails.
pub fn built_on(cx: &mut Cx<'_>, import: &Import) -> Result<Vec<Reason>> {
    let brought = token_of(import, "token").ok_or_else(|| wrong("token"))?;
    let reason = Reason { row: None, thing: "addresses", id: brought, why: "replaced", n: 1, label: None };
    Ok(if ground(cx)? == Some(brought) { Vec::new() } else { vec![reason] })
}

/// Puts back the list that stood there before. Answers whether there was one that is still kept: else there is none now.
///
/// # Errors
/// When it may not be changed.
pub fn undo(cx: &mut Cx<'_>, import: &Import) -> Result<bool> {
    may_change(cx)?;
    cx.lock("doors")?;
    let previous = token_of(import, "previous");
    let before = match previous {
        Some(token) => kept(cx, token)?.map(|entries| (token, entries)),
        None => None,
    };
    let back = before.as_ref().map(|(token, _)| *token);
    match before {
        Some((token, entries)) => stand(cx, token, None, entries)?,
        None => {
            cx.execute("DELETE FROM door_ground WHERE district_id = $1", params![cx.district()])?;
            replace(cx, Source::Addresses, Vec::new())?;
        }
    }
    forget_others(cx, back, None)?;
    imports::undo(cx, import, &[])?;
    Ok(back.is_some() || previous.is_none())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_the_order_does_not_matter() {
        let at = |lon| Point::new(lon, 30.9).unwrap();
        let door = Entry::address("望苇路128弄5号", at(121.46)).unwrap();
        let name = Entry::named(Kind::Compound, "月季大厦", at(121.47));
        for e in [&door, &name] {
            assert_eq!(entry(packed(e)).as_ref(), Some(e));
        }
        let (one, body) = pack(&[door.clone(), name.clone()]).unwrap();
        let (two, other) = pack(&[name.clone(), door.clone(), door.clone()]).unwrap();
        assert_eq!((one, body), (two, other));
        assert_ne!(pack(&[door]).unwrap().0, one);
        assert_eq!(bytes("0g"), None);
    }
}

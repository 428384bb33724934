//! Writing a version of the streets, and putting back the one before.

use super::Prepared;
use crate::app::may_change;
use crate::{Error, Result, events};
use ::store::imports::{self, Import, Reason};
use ::store::{Cx, params};
use serde_json::json;
use uuid::Uuid;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// The version that stood there before.
    pub previous: Option<Uuid>,
    /// None: what the files hold is here already.
    pub import: Option<i64>,
}

/// Replaces the district's streets, all or nothing: whoever reads has the old ones until the commit. `file` names what they
/// were made of.
pub fn bring(cx: &mut Cx<'_>, prepared: &Prepared, file: &str) -> Result<Brought> {
    may_change(cx)?;
    cx.lock("streets")?;
    let (current, _) = ground(cx)?;
    if current == Some(prepared.token) {
        return Ok(Brought { previous: current, import: None });
    }
    if !is_kept(cx, prepared.token)? {
        write(cx, prepared, file)?;
    }
    stand(cx, prepared.token, current)?;
    forget_others(cx, Some(prepared.token), current)?;
    let tiles = prepared.tiles.len();
    cx.record(events::STREETS_BROUGHT, "streets", prepared.token, &json!({ "tiles": tiles, "previous": current }))?;
    let about = imports::About {
        kind: "streets",
        file: file.to_owned(),
        rows: prepared.ways,
        added: tiles,
        changed: 0,
        detail: json!({ "token": prepared.token, "previous": current }),
        draft: None,
    };
    let id = cx.new_id();
    let import = imports::write(cx, id, &about, 0)?;
    Ok(Brought { previous: current, import: Some(import.n) })
}

/// The current version and the one before it.
fn ground(cx: &mut Cx<'_>) -> Result<(Option<Uuid>, Option<Uuid>)> {
    let sql = "SELECT token, previous FROM street_ground WHERE district_id = $1";
    let Some(row) = cx.query_opt(sql, params![cx.district()])? else { return Ok((None, None)) };
    Ok((Some(row.uuid("token")?), row.opt_uuid("previous")?))
}

fn is_kept(cx: &mut Cx<'_>, token: Uuid) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM street_version WHERE district_id = $1 AND token = $2";
    Ok(cx.query_opt(sql, params![cx.district(), token])?.is_some())
}

fn stand(cx: &mut Cx<'_>, token: Uuid, previous: Option<Uuid>) -> Result<()> {
    let sql = "INSERT INTO street_ground (district_id, token, previous) VALUES ($1, $2, $3) \
               ON CONFLICT (district_id) DO UPDATE SET token = excluded.token, previous = excluded.previous";
    cx.execute(sql, params![cx.district(), token, previous])?;
    cx.signal("streets", cx.district().0);
    crate::gazetteer::follow_streets(cx)
}

fn write(cx: &mut Cx<'_>, prepared: &Prepared, file: &str) -> Result<()> {
    let names = prepared.packed_names().map_err(|e| ::store::Error::Column(format!("names: {e}")))?;
    let [west, south, east, north] = prepared.bounds;
    let (district, token) = (cx.district(), prepared.token);
    let sql = "INSERT INTO street_version (district_id, token, file, imported_at, counts, west, south, east, north, names) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let counts = prepared.counts().to_string();
    cx.execute(sql, params![district, token, file, cx.now, counts, west, south, east, north, names])?;
    for (profile, body) in [(super::WALK, &prepared.walk), (super::SEARCH, &prepared.search)] {
        let Some(body) = body else { continue };
        let sql = "INSERT INTO street_network (district_id, token, profile, body) VALUES ($1, $2, $3, $4)";
        cx.execute(sql, params![district, token, profile, body.as_slice()])?;
    }
    let sql = "INSERT INTO map_tile (district_id, token, z, x, y, body) VALUES ($1, $2, $3, $4, $5, $6)";
    for (id, body) in &prepared.tiles {
        let (z, x, y) = (i64::from(id.z), i64::from(id.x), i64::from(id.y));
        cx.put(sql, params![district, token, z, x, y, body.as_slice()])?;
    }
    Ok(())
}

/// Takes away every version but these two.
fn forget_others(cx: &mut Cx<'_>, token: Option<Uuid>, previous: Option<Uuid>) -> Result<()> {
    let token = token.unwrap_or_default();
    let previous = previous.unwrap_or(token);
    for table in ["map_tile", "street_network", "street_version"] {
        let sql = format!("DELETE FROM {table} WHERE district_id = $1 AND token <> $2 AND token <> $3");
        cx.execute(&sql, params![cx.district(), token, previous])?;
    }
    Ok(())
}

/// Why the streets of an import stay: others came later.
pub fn built_on(cx: &mut Cx<'_>, import: &Import) -> Result<Vec<Reason>> {
    let brought = token_of(import, "token")?;
    let (current, _) = ground(cx)?;
    let reason = Reason { row: None, thing: "streets", id: brought, why: "replaced", n: 1, label: None };
    Ok(if current == Some(brought) { Vec::new() } else { vec![reason] })
}

/// Puts back the streets that stood there before. Answers whether there were any that are still kept: else there are none now.
pub fn undo(cx: &mut Cx<'_>, import: &Import) -> Result<bool> {
    may_change(cx)?;
    cx.lock("streets")?;
    let previous = import.detail.get("previous").and_then(|v| v.as_str()).and_then(|v| v.parse().ok());
    let back = match previous {
        Some(token) if is_kept(cx, token)? => Some(token),
        _ => None,
    };
    match back {
        Some(token) => stand(cx, token, None)?,
        None => {
            cx.execute("DELETE FROM street_ground WHERE district_id = $1", params![cx.district()])?;
            cx.signal("streets", cx.district().0);
            crate::gazetteer::follow_streets(cx)?;
        }
    }
    forget_others(cx, back, None)?;
    imports::undo(cx, import, &[])?;
    Ok(back.is_some() || previous.is_none())
}

fn token_of(import: &Import, key: &str) -> Result<Uuid> {
    let text = import.detail.get(key).and_then(|v| v.as_str()).unwrap_or_default();
    text.parse().map_err(|_| Error::Store(::store::Error::Column(format!("import {key}"))))
}

//! The district's streets: the map that people see, as tiles, and the network that distances on foot are counted on.
//!
//! One import is one version, known by a token made of its content: the same file again is the same token, and whoever keeps a
//! tile under it may keep it for ever. The version before the current one stays until the next import, so that pages that are open
//! go on showing their map and an import can be undone. Nothing here is about a person: everybody may see it.

mod ground;
mod keep;
mod prepare;
pub(crate) mod schema;
mod terrain;

pub use ground::ground;
pub use keep::{Brought, bring, built_on, undo};
pub use prepare::{NotPrepared, Prepared, Step, prepare};
pub use terrain::{Written, written};

use crate::Result;
use ::store::{Cx, Row, params};
use ::streets::tiles::TileId;
use kernel::Moment;
use uuid::Uuid;

/// The network of people on foot, as `street_network.profile` has it.
const WALK: &str = "walk";
/// What the search of a lost elder needs beside it: water, stops, names, where bicycles and cars may go.
const SEARCH: &str = "search";

/// What is imported now, or was until the last import.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    pub token: Uuid,
    /// Names of the files it was made of.
    pub file: String,
    pub imported_at: Moment,
    /// What is in it, as [`Prepared::counts`] says it.
    pub counts: serde_json::Value,
    /// West, south, east, north: degrees, WGS-84.
    pub bounds: [f64; 4],
}

/// The streets that the district has now; none while none were imported.
pub fn current(cx: &mut Cx<'_>) -> Result<Option<Version>> {
    let sql = "SELECT v.token, v.file, v.imported_at, v.counts, v.west, v.south, v.east, v.north FROM street_ground g \
               JOIN street_version v ON v.district_id = g.district_id AND v.token = g.token WHERE g.district_id = $1";
    cx.query_opt(sql, params![cx.district()])?.as_ref().map(version).transpose()
}

fn version(r: &Row) -> Result<Version> {
    Ok(Version {
        token: r.uuid("token")?,
        file: r.text("file")?,
        imported_at: r.moment("imported_at")?,
        counts: serde_json::from_str(&r.text("counts")?).unwrap_or_default(),
        bounds: [r.f64("west")?, r.f64("south")?, r.f64("east")?, r.f64("north")?],
    })
}

/// The token of [`current`] alone.
pub fn token(cx: &mut Cx<'_>) -> Result<Option<Uuid>> {
    let sql = "SELECT token FROM street_ground WHERE district_id = $1";
    Ok(cx.query_opt(sql, params![cx.district()])?.map(|r| r.uuid("token")).transpose()?)
}

/// What there is under a tile's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tile {
    /// A vector tile, packed by gzip.
    Drawn(Vec<u8>),
    /// Nothing lies there.
    Empty,
    /// There is no such version, or none any more.
    Unknown,
}

/// One tile of a version.
pub fn tile(cx: &mut Cx<'_>, token: Uuid, id: TileId) -> Result<Tile> {
    let sql = "SELECT body FROM map_tile WHERE district_id = $1 AND token = $2 AND z = $3 AND x = $4 AND y = $5";
    let place = params![cx.district(), token, i64::from(id.z), i64::from(id.x), i64::from(id.y)];
    if let Some(row) = cx.query_opt(sql, place)? {
        return Ok(Tile::Drawn(row.blob("body")?));
    }
    let known = "SELECT 1 AS one FROM street_version WHERE district_id = $1 AND token = $2";
    let known = cx.query_opt(known, params![cx.district(), token])?.is_some();
    Ok(if known { Tile::Empty } else { Tile::Unknown })
}

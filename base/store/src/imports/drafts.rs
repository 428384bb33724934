//! Files that were uploaded and are looked through before they are brought in. Sealed, seen by whoever uploaded them only, and
//! gone after a day.

use crate::{Cx, Error, KeyClass, params};
use kernel::Moment;
use uuid::Uuid;

/// How long somebody may think about it.
const HOURS: i64 = 24;

/// An uploaded file with what was stated about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub id: Uuid,
    pub file: String,
    /// JSON of the face that asked.
    pub stated: String,
    pub bytes: Vec<u8>,
}

/// Keeps a file for whoever acts; older ones of everybody that nobody came back for go.
pub fn keep(cx: &mut Cx<'_>, file: &str, stated: &str, bytes: &[u8]) -> Result<Uuid, Error> {
    let old = Moment::from_micros(cx.now.plus_hours(-HOURS).micros());
    let sql = "SELECT id FROM import_draft WHERE district_id = $1 AND at < $2";
    let gone = cx.query(sql, params![cx.district(), old])?;
    for row in gone {
        forget(cx, row.uuid("id")?)?;
    }
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Identity, id, bytes)?;
    let sql = "INSERT INTO import_draft (id, district_id, by_actor, at, file, stated, body) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    cx.execute(sql, params![id, cx.district(), cx.actor.log_name(), cx.now, file, stated, sealed])?;
    Ok(id)
}

/// A file that whoever acts has uploaded.
pub fn find(cx: &mut Cx<'_>, id: Uuid) -> Result<Draft, Error> {
    let sql = "SELECT file, stated, body FROM import_draft WHERE id = $1 AND district_id = $2 AND by_actor = $3";
    let row = cx.query_one(sql, params![id, cx.district(), cx.actor.log_name()])?;
    let bytes = cx.open(KeyClass::Identity, id, &row.blob("body")?)?;
    Ok(Draft { id, file: row.text("file")?, stated: row.text("stated")?, bytes })
}

/// It was brought in, or is not wanted.
pub fn forget(cx: &mut Cx<'_>, id: Uuid) -> Result<(), Error> {
    cx.destroy_subject_key(KeyClass::Identity, id)?;
    cx.execute("DELETE FROM import_draft WHERE id = $1 AND district_id = $2", params![id, cx.district()]).map(drop)
}

//! Do these keys belong to this database? Asked at every start: a program with other keys would read nothing personal,
//! find nobody by a keyed hash, and write rows that the right keys could not read later.
//!
//! One row of `subject_key` belongs to nobody. What it wraps is no random key but a keyed hash, so that it proves both the
//! wrapping keys and the hash keys; it is wrapped anew by a key rotation like every other row.

use crate::conn::{Conn, Dialect};
use crate::keys::{KeyClass, Keys, SubjectKey, keyed_hash};
use crate::{Error, Row, params};
use kernel::Ids;
use uuid::Uuid;

/// The class and subject of the row that belongs to nobody.
const CLASS: KeyClass = KeyClass::Identity;
const NOBODY: Uuid = Uuid::nil();

pub(crate) fn check(conn: &mut Conn, keys: &Keys, ids: &dyn Ids) -> Result<(), Error> {
    let sql = "SELECT class, subject, key_version, wrapped FROM subject_key WHERE class = $1 AND subject = $2";
    let row = conn.query(sql, params![CLASS.code(), NOBODY])?.into_iter().next();
    if let Some(row) = row {
        let kept = unwrapped(keys, &row)?;
        return if kept == proof(keys) { Ok(()) } else { Err(foreign()) };
    }
    // A database from before this check: any row tells.
    if let Some(row) = conn.query("SELECT class, subject, key_version, wrapped FROM subject_key LIMIT 1", &[])?.first()
    {
        unwrapped(keys, row)?;
    }
    let (version, wrapped) = keys.wrap(ids, CLASS, NOBODY, &proof(keys));
    conn.batch(if conn.dialect() == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
    let sql = "INSERT INTO subject_key (district_id, class, subject, key_version, wrapped) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (subject, class) DO NOTHING";
    let done = conn.execute(sql, params![NOBODY, CLASS.code(), NOBODY, i64::from(version), wrapped]);
    conn.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done.map(drop)
}

fn unwrapped(keys: &Keys, row: &Row) -> Result<SubjectKey, Error> {
    let class = KeyClass::from_code(&row.text("class")?).ok_or_else(foreign)?;
    keys.unwrap(row.i64("key_version")?, class, row.uuid("subject")?, &row.blob("wrapped")?).map_err(|_| foreign())
}

fn proof(keys: &Keys) -> SubjectKey {
    SubjectKey::from_bytes(keyed_hash(keys, CLASS, b"these keys belong to this database"))
}

fn foreign() -> Error {
    Error::Setup(
        "the key file does not belong to this database, so nothing personal in it could be read; put back the key file \
         that was made with it. Nothing was changed"
            .into(),
    )
}

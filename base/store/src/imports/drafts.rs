//! Files that were uploaded: looked through, then brought in, each by a job, so that nobody's request is held for as long as
//! a long file takes. Sealed, seen by whoever uploaded them only, and gone after a day.

use super::{Import, find as find_import};
use crate::jobs::NewJob;
use crate::{Cx, Error, KeyClass, Row, params};
use kernel::Moment;
use serde_json::json;
use uuid::Uuid;

/// How long somebody may think about it.
const HOURS: i64 = 24;
/// The job that does what is wished with a file.
pub const JOB: &str = "import";

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Look,
    Bring,
}

/// How far that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Reading,
    Done,
}

impl Wish {
    const fn code(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Bring => "bring",
        }
    }
}

impl State {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Reading => "reading",
            Self::Done => "done",
        }
    }
}

/// An uploaded file with what was stated about it, and what came of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub id: Uuid,
    /// As in the log.
    pub by: String,
    /// The key of the program that wished it last, if a program did.
    pub key: Option<Uuid>,
    pub at: Moment,
    pub file: String,
    /// JSON of the face that asked.
    pub stated: String,
    pub wish: Wish,
    pub state: State,
    /// JSON of whoever did it, once it is done.
    pub outcome: Option<String>,
}

/// Keeps a file for whoever acts, to be looked through; older ones of everybody that nobody came back for go. The job looks
/// at it at `run_at`, unless somebody did before.
pub fn keep(cx: &mut Cx<'_>, file: &str, stated: &str, bytes: &[u8], run_at: Moment) -> Result<Uuid, Error> {
    let old = cx.now.plus_hours(-HOURS);
    let sql = "SELECT id FROM import_draft WHERE district_id = $1 AND at < $2";
    let gone = cx.query(sql, params![cx.district(), old])?;
    for row in gone {
        forget(cx, row.uuid("id")?)?;
    }
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Identity, id, bytes)?;
    let sql = "INSERT INTO import_draft (id, district_id, by_actor, at, file, stated, body, wish, state, key_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let (by, wish, state) = (cx.actor.log_name(), Wish::Look.code(), State::Waiting.code());
    cx.execute(sql, params![id, cx.district(), by, cx.now, file, stated, sealed, wish, state, key_of(cx)])?;
    enqueue(cx, id, run_at)?;
    Ok(id)
}

/// The key of the program that acts, if one does.
fn key_of(cx: &Cx<'_>) -> Option<Uuid> {
    cx.actor.key.as_ref().map(|limit| limit.key)
}

fn enqueue(cx: &mut Cx<'_>, id: Uuid, run_at: Moment) -> Result<(), Error> {
    // Wished again, it is another job.
    let key: Uuid = cx.new_id();
    cx.enqueue(NewJob { kind: JOB, key: key.to_string(), run_at, payload: json!({ "draft": id }) })
}

const COLUMNS: &str = "id, by_actor, key_id, at, file, stated, wish, state, outcome";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Draft, Error> {
    let id = row.uuid("id")?;
    let outcome = match row.opt_blob("outcome")? {
        Some(sealed) => Some(cx.open_text(KeyClass::Identity, id, &sealed)?),
        None => None,
    };
    let wish = if row.text("wish")? == Wish::Bring.code() { Wish::Bring } else { Wish::Look };
    let state = match row.text("state")?.as_str() {
        "done" => State::Done,
        "reading" => State::Reading,
        _ => State::Waiting,
    };
    let (file, stated) = (row.text("file")?, row.text("stated")?);
    let (by, key) = (row.text("by_actor")?, row.opt_uuid("key_id")?);
    Ok(Draft { id, by, key, at: row.moment("at")?, file, stated, wish, state, outcome })
}

/// A file that whoever acts has uploaded.
pub fn find(cx: &mut Cx<'_>, id: Uuid) -> Result<Draft, Error> {
    let sql = format!("SELECT {COLUMNS} FROM import_draft WHERE id = $1 AND district_id = $2 AND by_actor = $3");
    let row = cx.query_one(&sql, params![id, cx.district(), cx.actor.log_name()])?;
    read(cx, &row)
}

/// The files of whoever acts, newest first.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Draft>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM import_draft WHERE district_id = $1 AND by_actor = $2 ORDER BY at DESC, id LIMIT 50"
    );
    let rows = cx.query(&sql, params![cx.district(), cx.actor.log_name()])?;
    rows.iter().map(|row| read(cx, row)).collect()
}

/// Wishes that a file which was looked through is brought in, or looked through once more with other words about it.
///
/// # Errors
/// `NotFound` when it is nobody's, somebody else's, or being read.
pub fn wish(cx: &mut Cx<'_>, id: Uuid, wish: Wish, stated: &str, run_at: Moment) -> Result<(), Error> {
    let sql = "UPDATE import_draft SET wish = $1, state = $2, outcome = NULL, stated = $3, key_id = $7 \
               WHERE id = $4 AND district_id = $5 AND by_actor = $6 AND state = 'done'";
    let (code, state) = (wish.code(), State::Waiting.code());
    let values = params![code, state, stated, id, cx.district(), cx.actor.log_name(), key_of(cx)];
    if cx.execute(sql, values)? == 0 {
        return Err(Error::NotFound);
    }
    enqueue(cx, id, run_at)
}

/// For whoever does what is wished: the file, unless it is done already or gone. From now on it is being read.
pub fn begin(cx: &mut Cx<'_>, id: Uuid) -> Result<Option<(Draft, Vec<u8>)>, Error> {
    let sql =
        format!("SELECT {COLUMNS}, body FROM import_draft WHERE id = $1 AND district_id = $2 AND state <> 'done'");
    let Some(row) = cx.query_opt(&sql, params![id, cx.district()])? else { return Ok(None) };
    let bytes = cx.open(KeyClass::Identity, id, &row.blob("body")?)?;
    cx.execute("UPDATE import_draft SET state = 'reading' WHERE id = $1", params![id])?;
    Ok(Some((read(cx, &row)?, bytes)))
}

/// What came of it. A file that is in is not kept any longer, only what is said of it.
pub fn end(cx: &mut Cx<'_>, id: Uuid, outcome: &str, is_in: bool) -> Result<(), Error> {
    let sealed = cx.seal(KeyClass::Identity, id, outcome.as_bytes())?;
    let sql = "UPDATE import_draft SET state = 'done', outcome = $1 WHERE id = $2 AND district_id = $3";
    cx.execute(sql, params![sealed, id, cx.district()])?;
    if is_in {
        let nothing: Vec<u8> = Vec::new();
        cx.execute("UPDATE import_draft SET body = $1 WHERE id = $2", params![nothing, id])?;
    }
    Ok(())
}

/// The import that a file became, if it did: written in the same transaction as its rows.
pub fn import_of(cx: &mut Cx<'_>, id: Uuid) -> Result<Option<Import>, Error> {
    let sql = "SELECT n FROM import_run WHERE draft_id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    find_import(cx, row.i64("n")?).map(Some)
}

/// It was brought in, or is not wanted.
pub fn forget(cx: &mut Cx<'_>, id: Uuid) -> Result<(), Error> {
    cx.destroy_subject_key(KeyClass::Identity, id)?;
    cx.execute("DELETE FROM import_draft WHERE id = $1 AND district_id = $2", params![id, cx.district()]).map(drop)
}

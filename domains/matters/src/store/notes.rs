//! Free text of a matter: encrypted under the matter's own key. The log holds a keyed digest of it.

use super::coded;
use crate::Error;
use crate::model::codes;
use ::store::{Cx, KeyClass, params};
use kernel::Moment;
use kernel::ids::MatterId;
use uuid::Uuid;

codes! {
    /// What a text is.
    NoteKind {
        /// What was raised; the first text.
        Body = "body",
        /// Address or description of the place.
        Place = "place",
        /// Added by the raiser.
        Facts = "facts",
        /// Why it was returned, sent back, waits, is parked or extended.
        Reason = "reason",
        /// What a contact or a step came to.
        Step = "step",
        /// The answer in plain words.
        Answer = "answer",
        /// A colleague's remark.
        Remark = "remark",
        /// Words with a rating.
        Rating = "rating",
        /// What an attempt to deliver the answer came to.
        Delivery = "delivery",
    }
}

/// A text, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: Uuid,
    pub at: Moment,
    pub kind: NoteKind,
    pub author: String,
    /// The raiser may read it.
    pub for_raiser: bool,
    pub text: String,
}

/// Stores a text; answers its id and the keyed digest for the log.
pub(crate) fn add(
    cx: &mut Cx<'_>,
    matter: MatterId,
    kind: NoteKind,
    for_raiser: bool,
    text: &str,
) -> Result<(Uuid, String), Error> {
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, matter.0, text.as_bytes())?;
    let sql = "INSERT INTO matter_note (id, district_id, matter_id, at, kind, author, for_raiser, body) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let author = cx.actor.log_name();
    cx.execute(sql, params![id, cx.district(), matter, cx.now, kind.code(), author, for_raiser, sealed])?;
    Ok((id, digest(cx, id, text)))
}

/// Keyed digest of a text, bound to its row: proves what stood there without telling it.
pub(crate) fn digest(cx: &Cx<'_>, id: Uuid, text: &str) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    cx.keyed_hash(KeyClass::Text, &bytes).iter().take(16).fold(String::with_capacity(32), |mut out, b| {
        use std::fmt::Write as _;
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// All texts, oldest first; only those the raiser may read when `for_raiser`.
pub(crate) fn all(cx: &mut Cx<'_>, matter: MatterId, for_raiser: bool) -> Result<Vec<Note>, Error> {
    let sql = "SELECT id, at, kind, author, for_raiser, body FROM matter_note WHERE matter_id = $1 ORDER BY at, id";
    let rows = cx.query(sql, params![matter])?;
    let mut notes = Vec::with_capacity(rows.len());
    for r in &rows {
        let shown = r.bool("for_raiser")?;
        if for_raiser && !shown {
            continue;
        }
        notes.push(Note {
            id: r.uuid("id")?,
            at: r.moment("at")?,
            kind: coded(r, "kind", NoteKind::from_code)?,
            author: r.text("author")?,
            for_raiser: shown,
            text: open(cx, matter, &r.blob("body")?)?,
        });
    }
    // Texts of one instant in the order of their kinds: what was raised comes first.
    notes.sort_by_key(|n| (n.at, n.kind));
    Ok(notes)
}

/// One text of a matter.
pub(crate) fn one(cx: &mut Cx<'_>, matter: MatterId, id: Uuid) -> Result<String, Error> {
    let row = cx.query_one("SELECT body FROM matter_note WHERE id = $1 AND matter_id = $2", params![id, matter])?;
    open(cx, matter, &row.blob("body")?)
}

/// What was raised and the place as it was written, of many matters at once: (matter, kind, text).
pub(crate) fn first_words(cx: &mut Cx<'_>, matters: &[MatterId]) -> Result<Vec<(MatterId, NoteKind, String)>, Error> {
    let ids: Vec<Uuid> = matters.iter().map(|m| m.0).collect();
    cx.load_subject_keys(KeyClass::Text, &ids)?;
    let mut out = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(200) {
        let marks = (1..=chunk.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT matter_id, kind, body FROM matter_note WHERE kind IN ('body', 'place') AND matter_id IN ({marks}) \
             ORDER BY at, id"
        );
        let params: Vec<::store::Value> = chunk.iter().map(|id| ::store::Value::Uuid(*id)).collect();
        for r in &cx.query(&sql, &params)? {
            let matter: MatterId = r.id("matter_id")?;
            let text = open(cx, matter, &r.blob("body")?)?;
            out.push((matter, coded(r, "kind", NoteKind::from_code)?, text));
        }
    }
    Ok(out)
}

/// Erased texts read as an ellipsis: the key is gone for good.
fn open(cx: &mut Cx<'_>, matter: MatterId, sealed: &[u8]) -> Result<String, Error> {
    match cx.open_text(KeyClass::Text, matter.0, sealed) {
        Err(::store::Error::Erased) => Ok("…".to_owned()),
        other => Ok(other?),
    }
}

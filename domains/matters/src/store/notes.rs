//! Free text of a matter: encrypted under the matter's own key. The log holds a keyed digest of it.
//!
//! The words of whoever raised it are sealed under a key class of their own, and each body that the matter is given to has
//! a copy of them without what gives the raiser away ([`crate::redaction`]).

use super::coded;
use crate::Error;
use crate::model::codes;
use ::store::{Cx, KeyClass, Row, params};
use kernel::Moment;
use kernel::ids::{MatterId, OrgId};
use redact::{Hints, Kind, Span};
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

impl NoteKind {
    /// Words of whoever raised the matter: others read a redacted copy.
    pub const fn is_raisers(self) -> bool {
        matches!(self, Self::Body | Self::Place | Self::Facts | Self::Rating)
    }
}

/// For whom texts are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Whoever raised it: their own words, and what was written for them.
    Raiser,
    /// Whoever handles it, by the body that has it (none: nobody's).
    Body(Option<OrgId>),
    /// Everything as it stands; the caller has asked the policy.
    Original,
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
    /// As the log names it under `note`, for whoever reads the original: which entry these words belong to, also when
    /// several bear the same time.
    pub digest: String,
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
    cx.put(sql, params![id, cx.district(), matter, cx.now, kind.code(), author, for_raiser, sealed])?;
    Ok((id, digest(cx, id, text)))
}

/// Stores the raiser's words: the original sealed apart, and the copy of the body that has the matter.
pub(crate) fn add_words(
    cx: &mut Cx<'_>,
    matter: MatterId,
    body: Option<OrgId>,
    kind: NoteKind,
    words: &str,
    hidden: &[Span],
) -> Result<(Uuid, String), Error> {
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Original, matter.0, words.as_bytes())?;
    let spans = cx.seal(KeyClass::Original, matter.0, written(hidden).as_bytes())?;
    let sql = "INSERT INTO matter_note (id, district_id, matter_id, at, kind, author, for_raiser, body, sealed_as, hidden) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let author = cx.actor.log_name();
    let class = KeyClass::Original.code();
    cx.put(sql, params![id, cx.district(), matter, cx.now, kind.code(), author, true, sealed, class, spans])?;
    copy(cx, matter, id, body, &redact::redact(words, hidden))?;
    Ok((id, digest(cx, id, words)))
}

fn copy(cx: &mut Cx<'_>, matter: MatterId, note: Uuid, body: Option<OrgId>, text: &str) -> Result<(), Error> {
    let sealed = cx.seal(KeyClass::Text, matter.0, text.as_bytes())?;
    let sql = "INSERT INTO matter_copy (note_id, body_id, district_id, matter_id, at, body) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT DO NOTHING";
    Ok(cx.put(sql, params![note, body_key(body), cx.district(), matter, cx.now, sealed])?)
}

/// The body that gets the matter now has copies of its own from now on.
pub(crate) fn copy_for(cx: &mut Cx<'_>, matter: MatterId, body: Option<OrgId>) -> Result<(), Error> {
    let sql = "SELECT id, body, hidden FROM matter_note WHERE matter_id = $1 AND sealed_as = $2 AND NOT EXISTS \
               (SELECT 1 FROM matter_copy c WHERE c.note_id = matter_note.id AND c.body_id = $3)";
    for r in &cx.query(sql, params![matter, KeyClass::Original.code(), body_key(body)])? {
        if let Some(text) = redacted(cx, matter, &r.blob("body")?, r.opt_blob("hidden")?)? {
            copy(cx, matter, r.uuid("id")?, body, &text)?;
        }
    }
    Ok(())
}

/// The nil id stands for no body.
fn body_key(body: Option<OrgId>) -> Uuid {
    body.map_or_else(Uuid::nil, |org| org.0)
}

/// The original without what was hidden in it; none when it was erased.
fn redacted(
    cx: &mut Cx<'_>,
    matter: MatterId,
    sealed: &[u8],
    hidden: Option<Vec<u8>>,
) -> Result<Option<String>, Error> {
    let words = match cx.open_text(KeyClass::Original, matter.0, sealed) {
        Err(::store::Error::Erased) => return Ok(None),
        other => other?,
    };
    let spans = match hidden {
        Some(sealed) => read_spans(&cx.open_text(KeyClass::Original, matter.0, &sealed)?),
        None => redact::find(&words, &Hints::default()),
    };
    Ok(Some(redact::redact(&words, &spans)))
}

/// Spans as they are stored: `start end kind`, one a line.
fn written(spans: &[Span]) -> String {
    use std::fmt::Write as _;
    spans.iter().fold(String::new(), |mut out, s| {
        let _ = writeln!(out, "{} {} {}", s.start, s.end, s.kind.code());
        out
    })
}

fn read_spans(text: &str) -> Vec<Span> {
    let one = |line: &str| {
        let mut parts = line.split(' ');
        let (start, end) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Span { start, end, kind: Kind::from_code(parts.next()?)? })
    };
    text.lines().filter_map(one).collect()
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

/// All texts, oldest first, as this reader may read them; a raiser gets only those written for them.
pub(crate) fn all(cx: &mut Cx<'_>, matter: MatterId, reader: Reader) -> Result<Vec<Note>, Error> {
    let body = if let Reader::Body(body) = reader { body_key(body) } else { Uuid::nil() };
    let sql = "SELECT n.id, n.at, n.kind, n.author, n.for_raiser, n.body, n.sealed_as, n.hidden, c.body AS copy \
               FROM matter_note n LEFT JOIN matter_copy c ON c.note_id = n.id AND c.body_id = $2 \
               WHERE n.matter_id = $1 ORDER BY n.at, n.id";
    let rows = cx.query(sql, params![matter, body])?;
    let mut notes = Vec::with_capacity(rows.len());
    for r in &rows {
        let for_raiser = r.bool("for_raiser")?;
        if reader == Reader::Raiser && !for_raiser {
            continue;
        }
        let (id, kind) = (r.uuid("id")?, coded(r, "kind", NoteKind::from_code)?);
        let text = words_of(cx, matter, kind, r, reader)?;
        notes.push(Note {
            id,
            at: r.moment("at")?,
            kind,
            author: r.text("author")?,
            for_raiser,
            digest: digest(cx, id, &text),
            text,
        });
    }
    // Texts of one instant in the order of their kinds: what was raised comes first.
    notes.sort_by_key(|n| (n.at, n.kind));
    Ok(notes)
}

/// One row of [`all`] or [`first_words`], opened for this reader.
fn words_of(cx: &mut Cx<'_>, matter: MatterId, kind: NoteKind, r: &Row, reader: Reader) -> Result<String, Error> {
    let apart = r.text("sealed_as")? == KeyClass::Original.code();
    let redacts = matches!(reader, Reader::Body(_)) && kind.is_raisers();
    match (apart, redacts) {
        (true, true) => match r.opt_blob("copy")? {
            Some(copy) => open(cx, KeyClass::Text, matter, &copy),
            None => Ok(redacted(cx, matter, &r.blob("body")?, r.opt_blob("hidden")?)?.unwrap_or_else(erased)),
        },
        (true, false) => open(cx, KeyClass::Original, matter, &r.blob("body")?),
        // Written before copies were kept.
        (false, true) if kind != NoteKind::Place => {
            let words = open(cx, KeyClass::Text, matter, &r.blob("body")?)?;
            Ok(redact::redact(&words, &redact::find(&words, &Hints::default())))
        }
        (false, _) => open(cx, KeyClass::Text, matter, &r.blob("body")?),
    }
}

/// One text of a matter.
pub(crate) fn one(cx: &mut Cx<'_>, matter: MatterId, id: Uuid) -> Result<String, Error> {
    let row = cx.query_one("SELECT body FROM matter_note WHERE id = $1 AND matter_id = $2", params![id, matter])?;
    open(cx, KeyClass::Text, matter, &row.blob("body")?)
}

/// What was raised and the place, redacted, of many matters at once: (matter, kind, text). Any body's copy will do: what
/// anybody may read is no more than what a body may.
pub(crate) fn first_words(cx: &mut Cx<'_>, matters: &[MatterId]) -> Result<Vec<(MatterId, NoteKind, String)>, Error> {
    let ids: Vec<Uuid> = matters.iter().map(|m| m.0).collect();
    cx.load_subject_keys(KeyClass::Text, &ids)?;
    let mut out = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(200) {
        let marks = (1..=chunk.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT n.matter_id, n.kind, n.body, n.sealed_as, n.hidden, \
             (SELECT c.body FROM matter_copy c WHERE c.note_id = n.id ORDER BY c.at LIMIT 1) AS copy \
             FROM matter_note n WHERE n.kind IN ('body', 'place') AND n.matter_id IN ({marks}) ORDER BY n.at, n.id"
        );
        let params: Vec<::store::Value> = chunk.iter().map(|id| ::store::Value::Uuid(*id)).collect();
        for r in &cx.query(&sql, &params)? {
            let matter: MatterId = r.id("matter_id")?;
            let kind = coded(r, "kind", NoteKind::from_code)?;
            out.push((matter, kind, words_of(cx, matter, kind, r, Reader::Body(None))?));
        }
    }
    Ok(out)
}

/// Erased texts read as an ellipsis: the key is gone for good.
fn open(cx: &mut Cx<'_>, class: KeyClass, matter: MatterId, sealed: &[u8]) -> Result<String, Error> {
    match cx.open_text(class, matter.0, sealed) {
        Err(::store::Error::Erased) => Ok(erased()),
        other => Ok(other?),
    }
}

fn erased() -> String {
    "…".to_owned()
}

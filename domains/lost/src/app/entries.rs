//! The timeline of a case: what happened, when and by whom. Words are sealed under the case.

use super::{seal, unseal};
use crate::error::Result;
use kernel::ids::CaseId;
use kernel::{Moment, Point};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

kernel::codes! {
    /// Kinds of entries; each has a sentence in the locales (`lost-entry-…`).
    EntryKind {
        Opened = "opened",
        Taken = "taken",
        /// Seen by somebody, now or at the time that is written.
        Seen = "seen",
        LostSight = "lost_sight",
        Remark = "remark",
        /// A body was asked who it is.
        Asked = "asked",
        /// What it answered.
        AskAnswered = "ask_answered",
        Identified = "identified",
        Unidentified = "unidentified",
        Attempt = "attempt",
        Called = "called",
        CallEnded = "call_ended",
        Offered = "offered",
        Helps = "helps",
        HelpEnded = "help_ended",
        Kept = "kept",
        /// A look after an elder who is kept.
        Look = "look",
        Left = "left",
        CodeSent = "code_sent",
        SecondAsked = "second_asked",
        SecondAgreed = "second_agreed",
        HandedOver = "handed_over",
        Overridden = "overridden",
        Answered = "answered",
        Debriefed = "debriefed",
        Closed = "closed",
        /// The finder wrote.
        FinderSaid = "finder_said",
        /// The post wrote to the finder.
        ToldFinder = "told_finder",
        /// The family wrote or pressed a button.
        FamilySaid = "family_said",
        /// A public appeal went out, with the consent of the contact named.
        AppealOut = "appeal_out",
        AppealChanged = "appeal_changed",
        /// Why stands beside it.
        AppealEnded = "appeal_ended",
        /// Somebody was told that it takes long.
        Escalated = "escalated",
        /// Scans of the card, or what a finder wrote by it, belong to this case.
        Linked = "linked",
        /// Another case is about the same elder; its number stands beside it.
        Joined = "joined",
        /// A care conference was called, or this loss was added to one that is open.
        Conference = "conference",
        /// A search was planned; it found somebody; it is over.
        SearchOpened = "search_opened",
        SearchFound = "search_found",
        SearchClosed = "search_closed",
        /// A team of the search saw somebody.
        SearchSeen = "search_seen",
        /// A team told something that could not be taken; what it was stands beside it.
        SearchConflict = "search_conflict",
        /// A message to a contact did not arrive.
        Undelivered = "undelivered",
    }
}

/// One line.
#[derive(Clone, PartialEq)]
pub struct Entry {
    pub id: Uuid,
    pub at: Moment,
    /// Kind and id, as in the log.
    pub by: String,
    pub kind: EntryKind,
    /// A result, a state, a kind of look.
    pub code: Option<String>,
    /// A contact, a body, a post, an account.
    pub of: Option<Uuid>,
    /// An arrival, a time something is due or happened.
    pub moment: Option<Moment>,
    pub words: Option<String>,
    /// Where, when somebody said so; none once it was erased.
    pub place: Option<Point>,
}

/// Never printed by accident.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("kind", &self.kind).field("code", &self.code).finish_non_exhaustive()
    }
}

/// What is written beside kind, time and actor.
#[derive(Default)]
pub(super) struct More<'a> {
    pub code: Option<&'a str>,
    pub of: Option<Uuid>,
    pub moment: Option<Moment>,
    pub words: Option<&'a str>,
    pub place: Option<Point>,
}

/// Writes a line, and into the log what of it is no personal value.
pub(super) fn write(cx: &mut Cx<'_>, case: CaseId, kind: EntryKind, more: &More<'_>) -> Result<Uuid> {
    let id: Uuid = cx.new_id();
    let words = match more.words {
        Some(words) => Some(cx.seal(KeyClass::Text, case.0, words.as_bytes())?),
        None => None,
    };
    let place = match more.place {
        Some(point) => Some(seal(cx, KeyClass::Location, case.0, &(point.lon(), point.lat()))?),
        None => None,
    };
    cx.execute(
        "INSERT INTO lost_entry (id, district_id, case_id, at, by_actor, kind, code, ref_id, moment, words, place) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            cx.district(),
            case,
            cx.now,
            cx.actor.log_name(),
            kind.code(),
            more.code,
            more.of,
            more.moment,
            words,
            place
        ],
    )?;
    let payload = json!({ "entry": id, "code": more.code, "of": more.of, "moment": more.moment.map(Moment::micros) });
    cx.record(&format!("lost.{}", kind.code()), "case", case.0, &payload)?;
    cx.signal(crate::events::CHANGED, case.0);
    Ok(id)
}

/// Is there such an entry about that already?
pub(super) fn has(cx: &mut Cx<'_>, case: CaseId, kind: EntryKind, of: Uuid) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM lost_entry WHERE case_id = $1 AND kind = $2 AND ref_id = $3 LIMIT 1";
    Ok(cx.query_opt(sql, params![case, kind.code(), of])?.is_some())
}

/// The timeline, the earliest first.
pub(super) fn all(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<Entry>> {
    let sql = "SELECT id, at, by_actor, kind, code, ref_id, moment, words, place FROM lost_entry WHERE case_id = $1 \
               ORDER BY at, id";
    let rows = cx.query(sql, params![case])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let Some(kind) = EntryKind::from_code(&r.text("kind")?) else { continue };
        out.push(Entry {
            id: r.uuid("id")?,
            at: r.moment("at")?,
            by: r.text("by_actor")?,
            kind,
            code: r.opt_text("code")?,
            of: r.opt_uuid("ref_id")?,
            moment: r.opt_moment("moment")?,
            words: words(cx, case, r.opt_blob("words")?.as_deref())?,
            place: place(cx, case, r.opt_blob("place")?.as_deref())?,
        });
    }
    Ok(out)
}

/// Where; `None` when it was erased.
fn place(cx: &mut Cx<'_>, case: CaseId, sealed: Option<&[u8]>) -> Result<Option<Point>> {
    let point: Option<(f64, f64)> = unseal(cx, KeyClass::Location, case.0, sealed)?;
    Ok(point.and_then(|(lon, lat)| Point::new(lon, lat).ok()))
}

/// The place of one entry of this case.
pub(super) fn place_of(cx: &mut Cx<'_>, case: CaseId, entry: Uuid) -> Result<Option<(Point, Moment)>> {
    let sql = "SELECT at, moment, place FROM lost_entry WHERE case_id = $1 AND id = $2";
    let Some(row) = cx.query_opt(sql, params![case, entry])? else { return Ok(None) };
    let at = row.opt_moment("moment")?.unwrap_or(row.moment("at")?);
    Ok(place(cx, case, row.opt_blob("place")?.as_deref())?.map(|p| (p, at)))
}

/// What was said; `None` when it was erased.
pub(super) fn words(cx: &mut Cx<'_>, case: CaseId, sealed: Option<&[u8]>) -> Result<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    match cx.open_text(KeyClass::Text, case.0, sealed) {
        Ok(text) => Ok(Some(text)),
        Err(store::Error::Erased) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// A part that was sealed with the case itself.
pub(super) fn part<T: serde::de::DeserializeOwned>(
    cx: &mut Cx<'_>,
    case: CaseId,
    column: &str,
    class: KeyClass,
) -> Result<Option<T>> {
    let sql = format!("SELECT {column} FROM lost_case WHERE id = $1");
    let sealed = cx.query_one(&sql, params![case])?.opt_blob(column)?;
    unseal(cx, class, case.0, sealed.as_deref())
}

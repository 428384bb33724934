//! The thread between finder, family and post (L5). What is written is sealed under a key of the thread and erased with it.
//! Nobody sees a number; what looks like a link stays text.

use super::{finder, line, telling};
use crate::events::SIGNAL;
use crate::ground::facts_of_post;
use crate::model::thread::{CloseReason, From, Kind, LONGEST};
use crate::{Error, Result};
use kernel::ids::{CardId, PersonId, PostId, ThreadId};
use kernel::{ActorKind, Moment, Point};
use people::app::links;
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::{Value, json};
use std::fmt::Write as _;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// A thread, as any of its sides sees it.
#[derive(Debug, Clone)]
pub struct ThreadView {
    pub id: ThreadId,
    pub card: CardId,
    pub post: PostId,
    pub opened_at: Moment,
    pub last_at: Moment,
    /// Why nobody writes any more.
    pub closed: Option<CloseReason>,
    pub messages: Vec<Message>,
}

/// Something that was written.
#[derive(Clone)]
pub struct Message {
    pub from: From,
    pub at: Moment,
    pub words: String,
    /// Where the finder said they are.
    pub place: Option<Point>,
}

/// Never printed by accident.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Reads a thread, for whoever has been let in.
pub(super) fn view(cx: &mut Cx<'_>, id: ThreadId) -> Result<ThreadView> {
    let sql = "SELECT card_id, post_id, opened_at, last_at, close_reason, closed_at FROM care_thread WHERE id = $1 \
               AND district_id = $2";
    let row = cx.query_one(sql, params![id, cx.district()])?;
    let sql = "SELECT sender, kind, body, at FROM care_message WHERE thread_id = $1 ORDER BY at, id";
    let rows = cx.query(sql, params![id])?;
    let mut messages = Vec::with_capacity(rows.len());
    for r in &rows {
        let text = match cx.open_text(KeyClass::Text, id.0, &r.blob("body")?) {
            Err(store::Error::Erased) => continue,
            other => other?,
        };
        let from = From::from_code(&r.text("sender")?).unwrap_or(From::Finder);
        let is_place = r.text("kind")? == Kind::Place.code();
        let place = is_place.then(|| point_of(&text)).flatten();
        let words = if is_place { String::new() } else { text };
        messages.push(Message { from, at: r.moment("at")?, words, place });
    }
    let closed = row.opt_moment("closed_at")?.map(|_| row.opt_text("close_reason")).transpose()?.flatten();
    Ok(ThreadView {
        id,
        card: row.id("card_id")?,
        post: row.id("post_id")?,
        opened_at: row.moment("opened_at")?,
        last_at: row.moment("last_at")?,
        closed: closed.map(|c| CloseReason::from_code(&c).unwrap_or(CloseReason::ByPost)),
        messages,
    })
}

fn point_of(body: &str) -> Option<Point> {
    let value: Value = serde_json::from_str(body).ok()?;
    Point::new(value.get("lon")?.as_f64()?, value.get("lat")?.as_f64()?).ok()
}

/// Adds a message; false when it was there already.
pub(super) fn put(cx: &mut Cx<'_>, thread: ThreadId, from: From, kind: Kind, body: &str, key: &str) -> Result<bool> {
    // What a form sent is no text of ours: only its keyed hash is kept.
    let digest = cx.keyed_hash(KeyClass::Text, format!("{thread}/{}/{key}", from.code()).as_bytes());
    let mut idem = format!("{thread}/");
    for byte in digest.iter().take(16) {
        let _ = write!(idem, "{byte:02x}");
    }
    let sql = "SELECT 1 AS one FROM care_message WHERE idem_key = $1";
    if cx.query_opt(sql, params![&idem])?.is_some() {
        return Ok(false);
    }
    finder::within_limits(cx, thread, from)?;
    let (id, sealed): (Uuid, _) = (cx.new_id(), cx.seal(KeyClass::Text, thread.0, body.as_bytes())?);
    // Without a key of the form every message is its own.
    let idem = if key.starts_with('/') { format!("{thread}/{id}") } else { idem };
    cx.execute(
        "INSERT INTO care_message (id, district_id, thread_id, sender, kind, body, at, by_account, idem_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, cx.district(), thread, from.code(), kind.code(), sealed, cx.now, cx.actor.account_id(), idem],
    )?;
    cx.execute("UPDATE care_thread SET last_at = $1 WHERE id = $2", params![cx.now, thread])?;
    Ok(true)
}

/// Whose side the actor is on, when they may read and write here.
fn side(cx: &mut Cx<'_>, thread: ThreadId) -> Result<From> {
    let t = telling::thread(cx, thread)?.ok_or(store::Error::NotFound)?;
    if matches!(cx.actor.kind, ActorKind::Subject(_)) {
        links::require_own(cx, t.person, Action::WriteToFinder)?;
        return Ok(From::Family);
    }
    let facts = facts_of_post(cx, t.post)?;
    require(&cx.actor, cx.purpose, Action::WriteToFinder, &ResourceFacts::Place(facts))?;
    Ok(From::Post)
}

/// One thread. The desk's look is an entry of the log.
pub fn read(cx: &mut Cx<'_>, thread: ThreadId) -> Result<ThreadView> {
    if side(cx, thread)? == From::Post {
        cx.record_read("thread", thread.0, &["messages"])?;
    }
    view(cx, thread)
}

/// The family or the post answers the finder.
pub fn answer(cx: &mut Cx<'_>, thread: ThreadId, words: &str, again: &str) -> Result<()> {
    let from = side(cx, thread)?;
    cx.lock(&format!("thread/{thread}"))?;
    let words = line("text", words, LONGEST)?;
    if view(cx, thread)?.closed.is_some() {
        return Err(Error::Refused("thread-closed"));
    }
    if put(cx, thread, from, Kind::Words, &words, &format!("{again}/words"))? {
        cx.record("thread.written", "thread", thread.0, &json!({ "by": from.code() }))?;
        cx.signal(SIGNAL, thread.0);
    }
    Ok(())
}

/// The family or the post ends it; with `report` the post looks at it and the finder cannot open another one.
pub fn close(cx: &mut Cx<'_>, thread: ThreadId, report: bool) -> Result<()> {
    let from = side(cx, thread)?;
    if view(cx, thread)?.closed.is_some() {
        return Ok(());
    }
    let reason = match (report, from) {
        (true, _) => CloseReason::Reported,
        (false, From::Family) => CloseReason::Home,
        (false, From::Finder | From::Post) => CloseReason::ByPost,
    };
    end(cx, thread, reason)?;
    if report {
        finder::reported(cx, thread)?;
    }
    Ok(())
}

pub(super) fn end(cx: &mut Cx<'_>, thread: ThreadId, reason: CloseReason) -> Result<()> {
    let sql = "UPDATE care_thread SET closed_at = $1, close_reason = $2 WHERE id = $3 AND closed_at IS NULL";
    if cx.execute(sql, params![cx.now, reason.code(), thread])? > 0 {
        cx.record("thread.closed", "thread", thread.0, &json!({ "reason": reason.code() }))?;
        cx.signal(SIGNAL, thread.0);
    }
    Ok(())
}

/// Threads about an elder in which somebody wrote since then, the earliest first. Whoever calls has asked the policy about the
/// case; each one is an entry of the log.
pub fn since(cx: &mut Cx<'_>, person: PersonId, at: Moment) -> Result<Vec<ThreadView>> {
    let sql = "SELECT id FROM care_thread WHERE person_id = $1 AND district_id = $2 AND last_at >= $3 \
               ORDER BY opened_at DESC, id DESC LIMIT 20";
    let rows = cx.query(sql, params![person, cx.district(), at])?;
    let mut out = Vec::new();
    for row in rows.iter().rev() {
        let id: ThreadId = row.id("id")?;
        cx.record_read("thread", id.0, &["messages"])?;
        out.push(view(cx, id)?);
    }
    Ok(out)
}

/// The desk writes to the finder from a case about that elder. Whoever calls has asked the policy about the case.
///
/// # Errors
/// When the thread is about somebody else, or over.
pub fn answer_in_case(cx: &mut Cx<'_>, thread: ThreadId, person: PersonId, words: &str, again: &str) -> Result<()> {
    if telling::thread(cx, thread)?.is_none_or(|t| t.person != person) {
        return Err(store::Error::NotFound.into());
    }
    cx.lock(&format!("thread/{thread}"))?;
    let words = line("text", words, LONGEST)?;
    if view(cx, thread)?.closed.is_some() {
        return Err(Error::Refused("thread-closed"));
    }
    write_as_post(cx, thread, &words, &format!("{again}/words"))
}

fn write_as_post(cx: &mut Cx<'_>, thread: ThreadId, words: &str, key: &str) -> Result<()> {
    if put(cx, thread, From::Post, Kind::Words, words, key)? {
        cx.record("thread.written", "thread", thread.0, &json!({ "by": From::Post.code() }))?;
        cx.signal(SIGNAL, thread.0);
    }
    Ok(())
}

/// How it ended, as the last word on the page of every finder who was thanked since then. For a case, once for each key.
pub fn last_word(cx: &mut Cx<'_>, person: PersonId, since: Moment, words: &str, key: &str) -> Result<()> {
    let sql = "SELECT id FROM care_thread WHERE person_id = $1 AND district_id = $2 AND close_reason = $3 AND closed_at >= $4";
    for row in &cx.query(sql, params![person, cx.district(), CloseReason::Home.code(), since])? {
        write_as_post(cx, row.id("id")?, words, key)?;
    }
    Ok(())
}

/// The elder is home: every finder is thanked on their page and nothing more is written. For a case that was handed over.
pub fn close_home(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "SELECT id FROM care_thread WHERE person_id = $1 AND district_id = $2 AND closed_at IS NULL";
    for row in &cx.query(sql, params![person, cx.district()])? {
        end(cx, row.id("id")?, CloseReason::Home)?;
    }
    Ok(())
}

/// A line of a list; the words stay sealed until it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadLine {
    pub id: ThreadId,
    pub card: CardId,
    pub person: PersonId,
    pub number: i64,
    pub post: PostId,
    pub opened_at: Moment,
    pub last_at: Moment,
    pub open: bool,
}

fn read_line(r: &Row) -> Result<ThreadLine> {
    Ok(ThreadLine {
        id: r.id("id")?,
        card: r.id("card_id")?,
        person: r.id("person_id")?,
        number: r.i64("number")?,
        post: r.id("post_id")?,
        opened_at: r.moment("opened_at")?,
        last_at: r.moment("last_at")?,
        open: r.opt_moment("closed_at")?.is_none(),
    })
}

const LINES: &str = "SELECT t.id, t.card_id, t.person_id, c.number, t.post_id, t.opened_at, t.last_at, t.closed_at FROM care_thread t \
                     JOIN care_card c ON c.id = t.card_id";

/// Threads of the posts where one works, the latest first.
pub fn of_desk(cx: &mut Cx<'_>) -> Result<Vec<ThreadLine>> {
    let sql = format!("{LINES} WHERE t.district_id = $1 ORDER BY t.last_at DESC LIMIT 300");
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let line = read_line(row)?;
        let facts = ResourceFacts::Place(facts_of_post(cx, line.post)?);
        if decide(&cx.actor, cx.purpose, Action::WriteToFinder, &facts).is_allowed() {
            out.push(line);
        }
    }
    out.truncate(100);
    Ok(out)
}

/// Threads about an elder, for the family.
pub(super) fn of_person(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<ThreadLine>> {
    let sql = format!("{LINES} WHERE t.person_id = $1 AND t.district_id = $2 ORDER BY t.last_at DESC LIMIT 20");
    cx.query(&sql, params![person, cx.district()])?.iter().map(read_line).collect()
}

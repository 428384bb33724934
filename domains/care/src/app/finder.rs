//! Whoever stands beside the elder (L5): what a card opens, what a scan sets going, and the finder's side of the thread.
//!
//! Nothing here gives out a name, an address, a number, an illness or a picture. A scan says that somebody has the code; it
//! proves neither where they are nor who they are.

use super::cards::{hash, state_of};
use super::threads::{self, ThreadView};
use super::{plan, telling};
use crate::events::{SIGNAL, TellDesk, TellMessage, TellOldCard, TellScan};
use crate::model::code::{self, Typed};
use crate::model::plan::{Consented, names_an_illness};
use crate::model::thread::{CloseReason, From, Kind, PER_TEN_MINUTES, PER_THREAD};
use crate::{Error, Result};
use kernel::Point;
use kernel::ids::{CardId, PersonId, PostId, ThreadId};
use people::app::persons;
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Minutes° in which scans of one card are told once.
pub const QUIET_MINUTES: i64 = 10;
/// More scans of one card in an hour° than this are looked at.
pub const PER_HOUR: i64 = 3;
/// A place farther from home than this, in metres°, is looked at.
pub const FAR_M: f64 = 3_000.0;
/// Threads that may be opened about one card in an hour.
const THREADS_PER_HOUR: i64 = 20;

/// What a token or code opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Open(Box<OpenCard>),
    /// It was somebody's and is no more. The page is that of an unknown one; the post is told.
    Over(CardId),
    Unknown,
}

/// What the finder's page needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCard {
    pub id: CardId,
    pub person: PersonId,
    pub post: PostId,
    /// How it was opened.
    pub how: How,
    /// Of the desk of the card's post; empty: the district's desk.
    pub phone: String,
    /// How to approach, while somebody agrees that a finder reads it.
    pub approach: Option<String>,
    /// There is a photo, and somebody agrees that a finder sees it.
    pub photo: bool,
}

/// How somebody came to a card's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Scanned,
    Typed,
}

impl How {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Typed => "typed",
        }
    }
}

/// Looks up what was scanned or typed. An unknown, a malformed and a retired one cost the same look.
pub fn resolve(cx: &mut Cx<'_>, typed: &str) -> Result<Answer> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    let (kind, plain) = code::read(typed);
    let column = if kind == Typed::Code { "code_hash" } else { "token_hash" };
    let key = hash(cx, kind, &plain);
    let sql = format!("SELECT id, state, person_id, post_id FROM care_card WHERE {column} = $1 AND district_id = $2");
    let Some(row) = cx.query_opt(&sql, params![key, cx.district()])? else { return Ok(Answer::Unknown) };
    let (id, state): (CardId, _) = (row.id("id")?, state_of(&row)?);
    let Some(person) = row.opt_id::<PersonId>("person_id")? else { return Ok(Answer::Unknown) };
    if state.is_over() || !is_in_care(cx, person)? {
        return Ok(Answer::Over(id));
    }
    if !state.opens() {
        return Ok(Answer::Unknown);
    }
    let post: PostId = row.id("post_id")?;
    let phone = places::snapshot(cx)?.post(post).map(|p| p.phone.clone()).unwrap_or_default();
    let how = if kind == Typed::Code { How::Typed } else { How::Scanned };
    let (approach, photo) = (approach(cx, person)?, super::photo::on_card(cx, person)?);
    Ok(Answer::Open(Box::new(OpenCard { id, person, post, how, phone, approach, photo })))
}

fn is_in_care(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    match persons::in_care(cx, person) {
        Ok(()) => Ok(true),
        Err(people::Error::Refused(_) | people::Error::Store(store::Error::NotFound)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

fn approach(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<String>> {
    if !super::consents::in_force(cx, person, Consented::Approach)? {
        return Ok(None);
    }
    let text = plan::load(cx, person)?.inner.approach;
    // Written under an older list of words: better nothing than an illness.
    Ok(Some(text).filter(|t| !t.is_empty() && !names_an_illness(t)))
}

/// The photo for whoever holds the card, while both are agreed to; asked anew at each look.
pub fn photo(cx: &mut Cx<'_>, card: &OpenCard) -> Result<Vec<u8>> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    if !super::photo::on_card(cx, card.person)? {
        return Err(store::Error::NotFound.into());
    }
    Ok(super::photo::shown(cx, card.person)?.ok_or(store::Error::NotFound)?.jpeg)
}

/// Somebody opened the page of a card. Told to family and post, once in a while.
pub fn scanned(cx: &mut Cx<'_>, card: &OpenCard) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    cx.lock(&format!("card/{}", card.id))?;
    let tell = note(cx, card.id, Some(card.person), card.how.code(), false)?;
    if tell {
        let key = format!("{}/{}", card.id, cx.now.micros());
        TellScan { card: card.id, person: card.person }.enqueue(cx, &key)?;
    }
    let sql = "SELECT COUNT(*) AS n FROM care_scan WHERE card_id = $1 AND at > $2";
    let n = cx.query_one(sql, params![card.id, cx.now.plus_hours(-1)])?.i64("n")?;
    if n > PER_HOUR {
        look_at(cx, card.id, "often")?;
    }
    Ok(())
}

/// Somebody used a card that is over: the post hears of it.
pub fn old_card_used(cx: &mut Cx<'_>, card: CardId) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    cx.lock(&format!("card/{card}"))?;
    if note(cx, card, None, "scanned", true)? {
        TellOldCard { card }.enqueue(cx, &format!("{card}/{}", cx.now.micros()))?;
    }
    Ok(())
}

/// Writes the scan down; is it to be told?
fn note(cx: &mut Cx<'_>, card: CardId, person: Option<PersonId>, how: &str, over: bool) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM care_scan WHERE card_id = $1 AND at > $2 AND told = $3 LIMIT 1";
    let told = cx.query_opt(sql, params![card, cx.now.plus_secs(-QUIET_MINUTES * 60), true])?.is_some();
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_scan (id, district_id, card_id, person_id, at, how, told, over) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), card, person, cx.now, how, !told, over],
    )?;
    cx.record("card.scanned", "card", card.0, &json!({ "how": how, "over": over }))?;
    cx.signal(SIGNAL, card.0);
    Ok(!told)
}

/// The desk looks at it; once an hour for the same reason.
fn look_at(cx: &mut Cx<'_>, card: CardId, why: &str) -> Result<()> {
    let hour = cx.now.micros() / 3_600_000_000;
    TellDesk { card, why: why.to_owned() }.enqueue(cx, &format!("{card}/{why}/{hour}"))
}

/// What a finder sends.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub words: String,
    pub place: Option<Point>,
    /// Made with the form: a double click sends it once.
    pub again: String,
}

/// Keyed hash of the secret in the finder's cookie.
pub fn finder_hash(cx: &Cx<'_>, secret: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Text, format!("finder:{secret}").as_bytes())
}

/// The finder writes, or says where they are: in the thread of their cookie, which is opened when there is none.
///
/// # Errors
/// Too much, too long, or in a thread that was ended because of what was written in it.
pub fn say(cx: &mut Cx<'_>, card: &OpenCard, secret: &str, said: &Said) -> Result<ThreadId> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    cx.lock(&format!("card/{}", card.id))?;
    let words = super::words("text", &said.words, crate::model::thread::LONGEST)?;
    if words.is_empty() && said.place.is_none() {
        return Err(Error::Invalid { field: "text", why: "missing" });
    }
    let thread = match of_finder(cx, card, secret)? {
        Some((id, None)) => id,
        Some((_, Some(CloseReason::Reported))) => return Err(Error::Refused("thread-closed")),
        Some((_, Some(_))) | None => open(cx, card, secret)?,
    };
    let mut new = false;
    if let Some(point) = said.place {
        let body = json!({ "lon": point.lon(), "lat": point.lat() }).to_string();
        new |= threads::put(cx, thread, From::Finder, Kind::Place, &body, &format!("{}/place", said.again))?;
        if is_far(cx, card.person, point)? {
            look_at(cx, card.id, "far")?;
        }
    }
    if !words.is_empty() {
        new |= threads::put(cx, thread, From::Finder, Kind::Words, &words, &format!("{}/words", said.again))?;
    }
    if new {
        let key = format!("{thread}/{}", cx.now.micros());
        TellMessage { thread, person: card.person }.enqueue(cx, &key)?;
        cx.record("thread.written", "thread", thread.0, &json!({ "by": "finder", "card": card.id }))?;
        cx.signal(SIGNAL, thread.0);
    }
    Ok(thread)
}

fn is_far(cx: &mut Cx<'_>, person: PersonId, point: Point) -> Result<bool> {
    let home = plan::load(cx, person)?.outer.and_then(|o| o.home_point());
    Ok(home.is_some_and(|home| home.distance_m(point) > FAR_M))
}

fn of_finder(cx: &mut Cx<'_>, card: &OpenCard, secret: &str) -> Result<Option<(ThreadId, Option<CloseReason>)>> {
    if secret.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT id, close_reason FROM care_thread WHERE card_id = $1 AND finder_hash = $2 AND district_id = $3 \
               ORDER BY opened_at DESC, id DESC LIMIT 1";
    let key = finder_hash(cx, secret);
    let Some(row) = cx.query_opt(sql, params![card.id, key, cx.district()])? else { return Ok(None) };
    let reason = row.opt_text("close_reason")?.map(|r| CloseReason::from_code(&r).unwrap_or(CloseReason::ByPost));
    Ok(Some((row.id("id")?, reason)))
}

fn open(cx: &mut Cx<'_>, card: &OpenCard, secret: &str) -> Result<ThreadId> {
    let sql = "SELECT COUNT(*) AS n FROM care_thread WHERE card_id = $1 AND opened_at > $2";
    let n = cx.query_one(sql, params![card.id, cx.now.plus_hours(-1)])?.i64("n")?;
    if n >= THREADS_PER_HOUR || secret.len() < 32 {
        return Err(Error::Refused("too-much"));
    }
    let id: ThreadId = cx.new_id();
    let key = finder_hash(cx, secret);
    cx.execute(
        "INSERT INTO care_thread (id, district_id, card_id, person_id, post_id, finder_hash, opened_at, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        params![id, cx.district(), card.id, card.person, card.post, key, cx.now],
    )?;
    cx.record("thread.opened", "thread", id.0, &json!({ "card": card.id }))?;
    Ok(id)
}

/// The finder's own thread about this card, if their cookie opens one.
pub fn thread(cx: &mut Cx<'_>, card: &OpenCard, secret: &str) -> Result<Option<ThreadView>> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    match of_finder(cx, card, secret)? {
        Some((id, _)) => threads::view(cx, id).map(Some),
        None => Ok(None),
    }
}

/// The finder wants no more of it; with `report` the post looks at what was written to them.
pub fn close(cx: &mut Cx<'_>, card: &OpenCard, secret: &str, report: bool) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    let Some((id, None)) = of_finder(cx, card, secret)? else { return Ok(()) };
    threads::end(cx, id, CloseReason::ByFinder)?;
    if report {
        look_at(cx, card.id, "reported")?;
    }
    Ok(())
}

/// A card that opens no more: so do its threads. What was written stays until its time is over.
pub(super) fn close_of_card(cx: &mut Cx<'_>, card: CardId) -> Result<()> {
    let sql = "SELECT id FROM care_thread WHERE card_id = $1 AND closed_at IS NULL";
    for row in &cx.query(sql, params![card])? {
        threads::end(cx, row.id("id")?, CloseReason::ByPost)?;
    }
    Ok(())
}

/// One side may not write any more now.
pub(super) fn within_limits(cx: &mut Cx<'_>, thread: ThreadId, from: From) -> Result<()> {
    let sql = "SELECT COUNT(*) AS n, COUNT(CASE WHEN at > $3 THEN 1 END) AS lately FROM care_message \
               WHERE thread_id = $1 AND sender = $2";
    let row = cx.query_one(sql, params![thread, from.code(), cx.now.plus_secs(-600)])?;
    if row.i64("n")? >= PER_THREAD || row.i64("lately")? >= PER_TEN_MINUTES {
        return Err(Error::Refused("too-much"));
    }
    Ok(())
}

/// Reported by the family or the post.
pub(super) fn reported(cx: &mut Cx<'_>, thread: ThreadId) -> Result<()> {
    if let Some(t) = telling::thread(cx, thread)? {
        look_at(cx, t.card, "reported")?;
    }
    Ok(())
}

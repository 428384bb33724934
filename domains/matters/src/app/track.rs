//! What the holder of a secret code sees at `/t/…`: plain states, promises, the answer. No names of staff accounts are
//! resolved here and none of other raisers' words are shown.

use super::attach::{self, Audience};
use super::calendar::calendar;
use super::raise::{code_hash, promise};
use super::{around, detail::TimelineLine};
use crate::model::{ClassRule, Clock, Outcome, State, clock};
use crate::store::notes::{self, Note, NoteKind, Reader};
use crate::store::{MatterRow, classes, log, raisers};
use crate::{Error, Spot, limits};
use ::store::{Cx, params};
use kernel::ids::{AccountId, AttachmentId, MatterId, PostId, RaiserId, SeatId};
use kernel::{ActorKind, Moment, Point, text};
use people::policy::{Action, require};
use std::sync::Arc;

/// A matter found by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The matter the code was given for.
    pub origin: MatterId,
    /// The matter that answers for it: another one after a merge. Sign the raiser in as `Actor::raiser` of this.
    pub matter: MatterId,
    pub raiser: RaiserId,
}

/// Looks a typed code up. Spaces, small letters and look-alikes are fine. Says nothing about why a code is not found.
pub fn find_by_code(cx: &mut Cx<'_>, typed: &str) -> Result<Found, Error> {
    if text::normalise_code(typed).is_none_or(|c| c.len() != limits::CODE_CHARS) {
        return Err(Error::NotFound);
    }
    let hash = code_hash(cx, typed);
    let sql = "SELECT m.id, m.merged_into, r.id AS raiser FROM matter m JOIN matter_raiser r ON r.origin_matter = m.id \
               WHERE m.code_hash = $1 AND m.district_id = $2 ORDER BY r.at";
    let row = cx.query_opt(sql, params![hash, cx.district()])?.ok_or(Error::NotFound)?;
    let origin = row.id("id")?;
    Ok(Found { origin, matter: row.opt_id("merged_into")?.unwrap_or(origin), raiser: row.id("raiser")? })
}

/// Steps of the progress line: received → passed on → contacted → in hand → checked → answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// 0 to 5; see [`State::progress`].
    pub step: u8,
    pub paused_until: Option<Moment>,
    pub reopened: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Tracked {
    pub found: Found,
    pub number: String,
    pub version: i64,
    pub class: Arc<ClassRule>,
    pub emergency: bool,
    pub state: State,
    pub progress: Progress,
    pub raised_at: Moment,
    pub contact_by: Moment,
    pub answer_by: Moment,
    pub clock: Clock,
    /// Who answers for it now; the page shows office and family name.
    pub owner: AccountId,
    pub owner_seat: SeatId,
    pub post: Option<PostId>,
    /// Where this raiser put the pin, and the areas their matter lies in.
    pub point: Option<Point>,
    pub spot: Spot,
    /// What this raiser wrote and what was written for them.
    pub texts: Vec<Note>,
    /// Steps this raiser may see.
    pub timeline: Vec<TimelineLine>,
    pub outcome: Option<Outcome>,
    /// Once it has been sent.
    pub answer: Option<String>,
    pub rating: Option<i64>,
    /// Until when it can be reopened.
    pub reopen_until: Option<Moment>,
    /// The raiser's own pictures.
    pub attachments: Vec<AttachmentId>,
    /// Those that belong to the answer, once it has been sent.
    pub answer_pictures: Vec<AttachmentId>,
    /// Joined to another matter, which answers for both.
    pub joined: bool,
    /// The proof that this raiser has the answer is there.
    pub delivered: bool,
}

/// Log kinds a raiser sees.
const SHOWN: &[&str] = &[
    "raise",
    "accept",
    "assign",
    "sign",
    "reject",
    "contact",
    "start",
    "wait",
    "park",
    "resume",
    "extend",
    "verify",
    "answer",
    "close",
    "reopen",
    "add_facts",
    "rate",
    "merge",
    "mark_emergency",
];

/// The page of a raiser (the actor must be `Actor::raiser(found.matter)`), or of whoever typed for them.
pub fn track(cx: &mut Cx<'_>, found: Found) -> Result<Tracked, Error> {
    let m = MatterRow::load(cx, found.matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::FollowMatter, &facts)?;
    let origin = if found.origin == found.matter { m.clone() } else { MatterRow::load(cx, found.origin)? };
    let class = classes::by_code(cx, &m.class)?.ok_or(Error::NotFound)?;
    let calendar = calendar(cx)?;
    let entries = log::entries(cx, m.id)?;
    let events: Vec<_> = entries.iter().filter_map(|e| log::clock_event(e.at, &e.kind, &e.payload)).collect();
    let now = cx.now;
    let (contact, answer_by) = promise(&class, &calendar, m.received_at);
    let joined = found.origin != found.matter;
    // Their own words as they stand for the raiser; whoever typed for them reads what the owner reads.
    let raiser = matches!(cx.actor.kind, ActorKind::Raiser(_));
    let reader = if raiser { Reader::Raiser } else { Reader::Body(m.owner_org) };
    let texts = own_texts(cx, &m, &origin, joined, reader)?;
    let owner = around::effective(cx, &m)?;
    let sent = m.state.answer_is_out();
    let answer = match m.answer_note.filter(|_| sent) {
        Some(id) => Some(notes::one(cx, m.id, id)?),
        None => None,
    };
    if !matches!(cx.actor.kind, ActorKind::Raiser(_)) {
        cx.record_read("matter", m.id.0, &["texts"])?;
    }
    let lines = raisers::of(cx, m.id)?;
    let timeline = entries.into_iter().filter_map(|e| shown(e, joined, origin.received_at)).collect();
    Ok(Tracked {
        found,
        number: origin.number.clone(),
        version: m.version,
        emergency: m.emergency,
        state: m.state,
        progress: Progress {
            step: m.state.progress(),
            paused_until: m.paused_until.filter(|u| *u > now),
            reopened: m.opening > 1,
        },
        raised_at: origin.received_at,
        contact_by: contact.due_at,
        answer_by: answer_by.due_at,
        clock: clock(&events, &class, &calendar, now),
        owner: owner.account,
        owner_seat: owner.seat,
        post: m.spot.post,
        point: origin.lat.zip(origin.lon).and_then(|(lat, lon)| Point::new(lon, lat).ok()),
        spot: origin.spot.clone(),
        texts,
        timeline,
        outcome: m.outcome.filter(|_| sent),
        answer,
        rating: m.rating,
        reopen_until: m.closed_at.filter(|_| !m.elsewhere).map(|at| at.plus_days(limits::REOPEN_DAYS)),
        attachments: attach::of(cx, origin.id, Audience::Raiser)?,
        answer_pictures: if sent { attach::of(cx, m.id, Audience::Answer)? } else { Vec::new() },
        joined,
        delivered: lines.iter().any(|l| l.id == found.raiser && l.proof.is_some()),
        class,
    })
}

/// After a merge the words of other raisers stay theirs: of the answering matter only what staff wrote is shown.
fn own_texts(
    cx: &mut Cx<'_>,
    m: &MatterRow,
    origin: &MatterRow,
    joined: bool,
    reader: Reader,
) -> Result<Vec<Note>, Error> {
    let mut texts = written(cx, m, reader)?;
    if joined {
        texts.retain(|n| matches!(n.kind, NoteKind::Reason | NoteKind::Step));
        texts.extend(written(cx, origin, reader)?);
        texts.sort_by_key(|n| n.at);
        return Ok(texts);
    }
    // Others who raised the same may have added something after the merge; it carries their matter's author.
    Ok(texts)
}

fn written(cx: &mut Cx<'_>, m: &MatterRow, reader: Reader) -> Result<Vec<Note>, Error> {
    let mut texts = notes::all(cx, m.id, reader)?;
    texts.retain(|note| note.for_raiser);
    Ok(texts)
}

fn shown(entry: log::LogEntry, joined: bool, since: Moment) -> Option<TimelineLine> {
    let line = TimelineLine::from_log(entry);
    // How the answering matter came in and what was added to it is another raiser's story.
    let theirs = line.at < since || matches!(line.kind.as_str(), "raise" | "add_facts");
    let visible = SHOWN.contains(&line.kind.as_str()) && !(joined && theirs);
    visible.then_some(line)
}

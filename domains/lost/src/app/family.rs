//! The family's page of one case (`/k/…`): where the elder is now, and when somebody comes. A link is made for one contact when
//! a message to them is written, stands in that message and nowhere else, and ends with the case; here is its keyed hash.
//!
//! Whoever holds it is the contact it was sent to. Somebody who is kept away or was taken out of the circle meanwhile holds
//! nothing any more: the circle is read anew each time.

use super::case::{self, CaseRow, load};
use super::contacts::{self, AttemptLine};
use super::entries::{self, EntryKind, More};
use super::{keep, line, rules};
use crate::error::{Error, Refusal, Result};
use crate::events::Why;
use crate::model::{Attempt, EndWhy, Kind, Outcome, State};
use kernel::ids::{CaseId, ContactId, PersonId, PostId};
use kernel::{Actor, Moment, Purpose, text};
use people::policy::Action;
use store::{Cx, KeyClass, Who, params};

/// Characters of a link's token: 100 random bits.
const TOKEN_CHARS: usize = 20;
/// Days° until a link ends by itself; each message brings a new one.
const TOKEN_DAYS: i64 = 30;
/// What the circle writes and presses in one hour, at most.
const PER_HOUR: i64 = 30;

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyKey {
    pub case: CaseId,
    pub contact: ContactId,
    pub person: PersonId,
}

impl FamilyKey {
    /// Signed in as the circle of that elder, in the name of that case.
    pub fn who(&self, district: kernel::ids::DistrictId) -> Who {
        Who::new(Actor::subject(district, self.person), Purpose::Case(self.case))
    }
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub number: String,
    pub kind: Kind,
    pub state: State,
    /// Since when it is as it is now.
    pub since: Moment,
    pub opened_at: Moment,
    /// Where the elder is kept, or whom to call.
    pub post: Option<PostId>,
    /// Kept until then, a doctor looks after the elder.
    pub doctor_at: Option<Moment>,
    /// What this contact said last.
    pub mine: Option<AttemptLine>,
    /// Somebody else of the circle comes, at the earliest then.
    pub other_comes: Option<Moment>,
    /// The elder was handed over, or it is over: nothing is asked any more.
    pub asks: bool,
    /// Everybody is told that the elder is missing; the family may take that back.
    pub appeal: bool,
}

/// What a contact says about coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// I am coming, at.
    Comes(Moment),
    /// I cannot come before.
    NotBefore(Moment),
    CannotCome,
}

fn hash(cx: &Cx<'_>, token: &str) -> [u8; 32] {
    let typed = text::normalise_code(token).unwrap_or_default();
    cx.keyed_hash(KeyClass::Contact, format!("lost-key:{typed}").as_bytes())
}

/// A link for the message that is being written; `None` when there is nothing to follow any more. For the sender of messages.
pub fn new_link(cx: &mut Cx<'_>, case: CaseId, contact: ContactId) -> Result<Option<String>> {
    if !load(cx, case)?.state.is_open() {
        return Ok(None);
    }
    let mut bytes = [0u8; TOKEN_CHARS];
    cx.ids().fill(&mut bytes);
    let token = text::code_from(&bytes, TOKEN_CHARS);
    cx.execute(
        "INSERT INTO lost_key (token_hash, district_id, case_id, contact_id, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![hash(cx, &token), cx.district(), case, contact, cx.now, cx.now.plus_days(TOKEN_DAYS)],
    )?;
    Ok(Some(token))
}

/// Looks a link up. Says nothing about why one is not found: unknown, of a case that is over, of somebody who is kept away.
pub fn find_by_link(cx: &mut Cx<'_>, typed: &str) -> Result<FamilyKey> {
    let gone = || Error::Store(store::Error::NotFound);
    if text::normalise_code(typed).is_none_or(|t| t.len() != TOKEN_CHARS) {
        return Err(gone());
    }
    let sql = "SELECT case_id, contact_id FROM lost_key WHERE token_hash = $1 AND district_id = $2 AND expires_at > $3";
    let row = cx.query_one(sql, params![hash(cx, typed), cx.district(), cx.now])?;
    let (case, contact): (CaseId, ContactId) = (row.id("case_id")?, row.id("contact_id")?);
    let c = load(cx, case)?;
    let person = c.person.filter(|_| c.state.is_open()).ok_or_else(gone)?;
    care::app::telling::recipient(cx, person, contact)?.ok_or_else(gone)?;
    Ok(FamilyKey { case, contact, person })
}

fn open(cx: &mut Cx<'_>, key: FamilyKey) -> Result<CaseRow> {
    people::app::links::require_own(cx, key.person, Action::FollowCase)?;
    let c = load(cx, key.case)?;
    if c.person != Some(key.person) || !c.state.is_open() {
        return Err(Error::Store(store::Error::NotFound));
    }
    Ok(c)
}

/// Where the elder is now.
pub fn follow(cx: &mut Cx<'_>, key: FamilyKey) -> Result<Followed> {
    let c = open(cx, key)?;
    let stands = stands(cx, &c)?;
    let lines = contacts::all(cx, c.id)?;
    let mine = lines.iter().rev().find(|l| l.contact == key.contact).cloned();
    let other_comes = lines
        .iter()
        .enumerate()
        .filter(|(nth, l)| {
            l.contact != key.contact && !lines.iter().skip(nth + 1).any(|later| later.contact == l.contact)
        })
        .filter(|(_, l)| l.result == Attempt::Comes)
        .filter_map(|(_, l)| l.eta)
        .min();
    Ok(Followed {
        since: stands.since,
        opened_at: c.opened_at,
        post: stands.post,
        doctor_at: stands.doctor_at,
        mine,
        other_comes,
        asks: c.state != State::HandedOver,
        appeal: super::appeal::runs(cx, c.id)?,
        number: c.number,
        kind: c.kind,
        state: c.state,
    })
}

/// How it stands now.
struct Stands {
    since: Moment,
    post: Option<PostId>,
    doctor_at: Option<Moment>,
}

fn stands(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Stands> {
    let kept = keep::running(cx, c.id)?;
    let since = match c.state {
        State::Missing => lost_since(cx, c)?,
        State::Sighted | State::Escorted => c.found_at.unwrap_or(c.opened_at),
        State::Kept => kept.as_ref().map_or(c.opened_at, |k| k.from),
        State::HandedOver | State::Closed => c.home_at.unwrap_or(c.opened_at),
    };
    let hours = rules::lost_rules(cx)?.keep_hours;
    let doctor_at = kept.as_ref().map(|k| k.from.plus_hours(hours));
    Ok(Stands { since, post: kept.map(|k| k.post).or(c.post), doctor_at })
}

/// What somebody's own page says: where they are now, when they are lost, and when they were lost before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnLosses {
    pub now: Option<OwnNow>,
    /// The latest first: when it began and how it ended.
    pub before: Vec<(Moment, Outcome)>,
}

/// An open case on somebody's own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNow {
    pub number: String,
    pub state: State,
    pub since: Moment,
    pub post: Option<PostId>,
    /// Kept until then, a doctor looks after the elder.
    pub doctor_at: Option<Moment>,
}

/// Cases of whoever's link this is; two years back, and nothing that turned out to be none.
pub fn own(cx: &mut Cx<'_>, person: PersonId) -> Result<OwnLosses> {
    people::app::links::require_own(cx, person, Action::FollowCase)?;
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.person_id = $1 AND c.district_id = $2 AND c.opened_at > $3 \
         ORDER BY c.opened_at DESC, c.id DESC LIMIT 50",
        case::COLUMNS
    );
    let rows = cx.query(&sql, params![person, cx.district(), cx.now.plus_days(-730)])?;
    let mut out = OwnLosses::default();
    for row in &rows {
        let c = case::read(row)?;
        match c.outcome {
            None if out.now.is_none() => {
                let s = stands(cx, &c)?;
                out.now = Some(OwnNow {
                    number: c.number,
                    state: c.state,
                    since: s.since,
                    post: s.post,
                    doctor_at: s.doctor_at,
                });
            }
            Some(outcome) if outcome.needs_hand_over() => out.before.push((c.opened_at, outcome)),
            _ => {}
        }
    }
    Ok(out)
}

/// Lost from sight again: since then, else since the beginning.
fn lost_since(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Moment> {
    let sql = "SELECT MAX(at) AS at FROM lost_entry WHERE case_id = $1 AND kind = 'lost_sight'";
    Ok(cx.query_one(sql, params![c.id])?.opt_moment("at")?.unwrap_or(c.opened_at))
}

/// A contact says when they come: the same line as when the desk had called them, by the family itself.
pub fn answer(cx: &mut Cx<'_>, key: FamilyKey, says: Says) -> Result<()> {
    let c = asked(cx, key)?;
    let (result, eta) = match says {
        Says::Comes(at) => (Attempt::Comes, Some(at)),
        Says::NotBefore(at) => (Attempt::CannotCome, Some(at)),
        Says::CannotCome => (Attempt::CannotCome, None),
    };
    if eta.is_some_and(|eta| eta < cx.now.plus_minutes(-5) || eta > cx.now.plus_days(7)) {
        return Err(Error::Invalid { field: "eta", why: "range" });
    }
    let entry = contacts::said(cx, c.id, key.contact, result, eta, None)?;
    case::tell_crew(cx, c.id, Why::Word, &entry.to_string())
}

/// The family agrees to the public appeal no longer: it is gone with this transaction. Whoever of the circle says so is enough,
/// because nobody should have to argue about it first.
pub fn take_back_appeal(cx: &mut Cx<'_>, key: FamilyKey) -> Result<()> {
    let c = open(cx, key)?;
    if !super::appeal::runs(cx, c.id)? {
        return Err(Refusal::NoAppeal.into());
    }
    super::appeal::ended(cx, c.id, EndWhy::Withdrawn)?;
    case::tell_crew(cx, c.id, Why::Word, &format!("appeal/{}", cx.now.micros()))
}

/// A contact writes to the post.
pub fn write(cx: &mut Cx<'_>, key: FamilyKey, words: &str) -> Result<()> {
    let c = asked(cx, key)?;
    let words = line("words", words, 300)?;
    let more = More { of: Some(key.contact.0), words: Some(&words), ..More::default() };
    let entry = entries::write(cx, c.id, EntryKind::FamilySaid, &more)?;
    case::tell_crew(cx, c.id, Why::Word, &entry.to_string())
}

/// While the elder is not with somebody of the family, and not more often than anybody needs.
fn asked(cx: &mut Cx<'_>, key: FamilyKey) -> Result<CaseRow> {
    let c = open(cx, key)?;
    if c.state == State::HandedOver {
        return Err(Refusal::State(c.state).into());
    }
    let sql = "SELECT COUNT(*) AS n FROM lost_entry WHERE case_id = $1 AND by_actor = $2 AND at > $3";
    let mine = cx.actor.log_name();
    if cx.query_one(sql, params![c.id, mine, cx.now.plus_minutes(-60)])?.i64("n")? >= PER_HOUR {
        return Err(Error::Invalid { field: "words", why: "too-many" });
    }
    Ok(c)
}

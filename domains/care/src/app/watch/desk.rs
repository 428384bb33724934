//! Worries at the desk of the place: what is open with its clock, one opened with names and numbers while it is open (R5), and a
//! neighbour on the telephone.

use super::press::{Link, Pressed, one, pressed};
use super::worry::{self, Worry};
use super::{CHANGED, Named, Side, forget, lock, may, phone_hash};
use crate::ground::lives;
use crate::model::watch::Step;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::persons;
use people::policy::{Action, PersonFacts, ResourceFacts, decide, require, require_somewhere};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// Days for which a worry that is over stays on the list.
const RECENT_DAYS: i64 = 3;

/// One line of the list. Whose it is opens with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorryLine {
    pub id: Uuid,
    pub number: i64,
    /// Innermost first.
    pub areas: Vec<AreaId>,
    pub at: Moment,
    pub due_at: Moment,
    pub owner: AccountId,
    pub last: Option<(Moment, Step)>,
    /// Somebody is on the way.
    pub going: bool,
    pub neighbours: i64,
    pub ended_at: Option<Moment>,
}

/// A neighbour who pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presser {
    pub neighbour: Uuid,
    pub who: Option<Named>,
    pub at: Moment,
    pub typed: bool,
}

/// One that was opened.
#[derive(Debug, Clone)]
pub struct Open {
    pub line: WorryLine,
    pub person: PersonId,
    pub version: i64,
    pub steps: Vec<(Moment, Step, Option<AccountId>)>,
    pub pressers: Vec<Presser>,
    /// Only while it is open.
    pub known: Option<OfElder>,
}

/// Whom to call and where to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfElder {
    pub name: String,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub language: Option<String>,
}

/// Somebody on the telephone whose number was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub neighbour: Uuid,
    pub name: String,
    pub called: String,
    pub areas: Vec<AreaId>,
    pub agreed: bool,
    /// Of a worry that is open.
    pub open: Option<i64>,
}

/// What is open where whoever asks works, the nearest due first, and after it what was over lately.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<WorryLine>> {
    let since = cx.now.plus_days(-RECENT_DAYS);
    since_when(cx, since)
}

fn since_when(cx: &mut Cx<'_>, over_since: Moment) -> Result<Vec<WorryLine>> {
    require_somewhere(&cx.actor, Action::AnswerWorry)?;
    let sql = format!(
        "SELECT {} FROM care_worry WHERE district_id = $1 AND (ended_at IS NULL OR ended_at > $2) \
         ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, CASE WHEN ended_at IS NULL THEN due_at ELSE 0 - ended_at END, id LIMIT 500",
        worry::COLUMNS
    );
    let rows = cx.query(&sql, params![cx.district(), over_since])?;
    let mut out = Vec::new();
    for row in &rows {
        let w = worry::read(row)?;
        let here = lives(cx, w.person)?;
        let facts = PersonFacts {
            id: Some(w.person),
            areas: here.areas.clone(),
            posts: here.posts.clone(),
            ..PersonFacts::default()
        };
        if decide(&cx.actor, cx.purpose, Action::AnswerWorry, &ResourceFacts::Person(facts)).is_allowed() {
            out.push(line(cx, &w)?);
        }
    }
    Ok(out)
}

/// How many wait, and whether one is late: for the side list.
pub fn waiting(cx: &mut Cx<'_>) -> Result<(usize, bool)> {
    let now = cx.now;
    let open = since_when(cx, now)?;
    let late = open.iter().any(|w| w.due_at <= cx.now);
    Ok((open.len(), late))
}

fn line(cx: &mut Cx<'_>, w: &Worry) -> Result<WorryLine> {
    let here = lives(cx, w.person)?;
    let owner = worry::owner(cx, w, &here)?.account;
    let sql = "SELECT COUNT(*) AS n FROM care_worry_press WHERE worry_id = $1";
    let neighbours = cx.query_one(sql, params![w.id])?.i64("n")?;
    let last = worry::steps(cx, w.id)?.last().map(|(at, step, _)| (*at, *step));
    Ok(WorryLine {
        id: w.id,
        number: w.number,
        areas: here.areas,
        at: w.at,
        due_at: w.due_at,
        owner,
        last,
        going: w.going_at.is_some(),
        neighbours,
        ended_at: w.ended_at,
    })
}

/// Opens one. While it is open the log has who read name and number.
pub fn open(cx: &mut Cx<'_>, id: Uuid) -> Result<Open> {
    let w = worry::load(cx, id)?;
    may(cx, w.person, Side::Desk, Action::AnswerWorry)?;
    let (mut known, mut pressers) = (None, pressers(cx, id)?);
    if w.ended_at.is_none() {
        cx.record_read("person", w.person.0, &["identity", "contact", "neighbours"])?;
        known = persons::known(cx, w.person)?.map(|k| OfElder {
            name: k.name,
            phone: k.phone,
            address: k.address,
            language: k.language,
        });
    } else {
        pressers.iter_mut().for_each(|p| p.who = None);
    }
    let (line, steps) = (line(cx, &w)?, worry::steps(cx, id)?);
    Ok(Open { line, person: w.person, version: w.version, steps, pressers, known })
}

pub(super) fn pressers(cx: &mut Cx<'_>, worry: Uuid) -> Result<Vec<Presser>> {
    let sql = "SELECT neighbour_id, at, typed_by FROM care_worry_press WHERE worry_id = $1 ORDER BY at, neighbour_id";
    let rows = cx.query(sql, params![worry])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let neighbour = row.uuid("neighbour_id")?;
        let who = match one(cx, neighbour) {
            Ok(n) => n.who,
            Err(Error::Store(store::Error::NotFound)) => None,
            Err(other) => return Err(other),
        };
        out.push(Presser { neighbour, who, at: row.moment("at")?, typed: row.opt_uuid("typed_by")?.is_some() });
    }
    Ok(out)
}

/// Says what was done. `seen`: the version that was read.
///
/// # Errors
/// Whoever may not, somebody was quicker, or it does not fit what was said before.
pub fn step(cx: &mut Cx<'_>, id: Uuid, seen: i64, step: Step) -> Result<()> {
    let w = worry::load(cx, id)?;
    may(cx, w.person, Side::Desk, Action::AnswerWorry)?;
    lock(cx, w.person)?;
    let w = worry::load(cx, id)?;
    if w.version != seen {
        // The same form sent twice.
        let again = worry::steps(cx, id)?.last().is_some_and(|(_, s, by)| *s == step && *by == cx.actor.account_id());
        return if again { Ok(()) } else { Err(Error::Stale { seen, current: w.version }) };
    }
    if w.ended_at.is_some() {
        return Err(Error::Refused("worry-over"));
    }
    if !step.fits(w.going_at.is_some()) {
        return Err(Error::Refused(if w.going_at.is_some() { "worry-going" } else { "worry-not-going" }));
    }
    let step_id: Uuid = cx.new_id();
    let me = cx.actor.account_id();
    let sql =
        "INSERT INTO care_worry_step (id, district_id, worry_id, at, step, by_account) VALUES ($1, $2, $3, $4, $5, $6)";
    cx.execute(sql, params![step_id, cx.district(), id, cx.now, step.code(), me])?;
    advance(cx, &w, step)?;
    cx.record("care.worry_step", "person", w.person.0, &json!({ "worry": id, "step": step.code() }))?;
    cx.signal(CHANGED, id);
    if step.ends() {
        // Whoever was rung hears that it is over.
        worry::tell(cx, id, w.rung.min(1), true)?;
        forget(cx, w.person)?;
    }
    Ok(())
}

fn advance(cx: &mut Cx<'_>, w: &Worry, step: Step) -> Result<()> {
    if step == Step::Taken {
        let seat = cx.actor.grants().iter().map(|g| g.seat).next().unwrap_or(w.owner_seat);
        let account = cx.actor.account_id().unwrap_or(w.owner_account);
        let sql = "UPDATE care_worry SET owner_seat = $1, owner_account = $2, version = version + 1 WHERE id = $3";
        cx.execute(sql, params![seat, account, w.id])?;
        return Ok(());
    }
    let called = if step.calls_back() { w.called_at.or(Some(cx.now)) } else { w.called_at };
    let mut next = (w.due_at, w.ring_at, w.rung, w.going_at);
    if step == Step::Going {
        let due = cx.now.plus_minutes(super::rules(cx)?.arrive);
        next = (due, Some(due), 1, Some(cx.now));
    }
    let (ended, outcome) = if step.ends() { (Some(cx.now), Some(step.code())) } else { (None, None) };
    let ring = next.1.filter(|_| !step.ends());
    let sql = "UPDATE care_worry SET called_at = $1, due_at = $2, ring_at = $3, rung = $4, going_at = $5, ended_at = $6, \
               outcome = $7, version = version + 1 WHERE id = $8";
    cx.execute(sql, params![called, next.0, ring, next.2, next.3, ended, outcome, w.id])?;
    match ring {
        Some(at) if step == Step::Going => worry::timer(cx, w.id, at),
        _ => Ok(()),
    }
}

/// Neighbours who were named with this very number: a look-up of one, never a list.
pub fn by_phone(cx: &mut Cx<'_>, typed: &str) -> Result<Vec<Caller>> {
    require(&cx.actor, cx.purpose, Action::TypeWorry, &ResourceFacts::District)?;
    let digits = super::super::phone("phone", Some(typed))?.ok_or(Error::Invalid { field: "phone", why: "missing" })?;
    let hash = phone_hash(cx, &digits);
    let sql = "SELECT id, person_id FROM care_neighbour WHERE phone_hash = $1 AND district_id = $2 AND ended_at IS NULL ORDER BY since";
    let rows = cx.query(sql, params![hash, cx.district()])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        if persons::in_care(cx, person).is_err() {
            continue;
        }
        cx.record_read("person", person.0, &["neighbours"])?;
        let n = one(cx, row.uuid("id")?)?;
        let who = n.who.unwrap_or_default();
        let open = match worry::open_of(cx, person)? {
            Some(id) => Some(worry::load(cx, id)?.number),
            None => None,
        };
        let areas = lives(cx, person)?.areas;
        out.push(Caller {
            neighbour: n.id,
            name: who.name,
            called: who.called,
            areas,
            agreed: n.agreed_at.is_some(),
            open,
        });
    }
    Ok(out)
}

/// Presses for a neighbour on the telephone (R9): who typed is written down.
pub fn press_for(cx: &mut Cx<'_>, neighbour: Uuid) -> Result<Pressed> {
    require(&cx.actor, cx.purpose, Action::TypeWorry, &ResourceFacts::District)?;
    let link = call(cx, neighbour)?;
    lock(cx, link.person)?;
    persons::in_care(cx, link.person)?;
    if one(cx, neighbour)?.agreed_at.is_none() {
        // They call because they are worried: that is a yes.
        let sql = "UPDATE care_neighbour SET agreed_at = $1, agreed_way = 'phone', version = version + 1 WHERE id = $2";
        cx.execute(sql, params![cx.now, neighbour])?;
    }
    pressed(cx, link, None, true)
}

/// Who was named, and for whom.
///
/// # Errors
/// When they look out no longer.
fn call(cx: &mut Cx<'_>, neighbour: Uuid) -> Result<Link> {
    let sql = "SELECT person_id FROM care_neighbour WHERE id = $1 AND district_id = $2 AND ended_at IS NULL";
    let row = cx.query_one(sql, params![neighbour, cx.district()])?;
    Ok(Link { neighbour, person: row.id("person_id")? })
}

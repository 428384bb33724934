//! The clock of a worry (R1): it has an owner from the first second, rings before the promised call is due, and whoever is above hears
//! of it one after the other, until somebody has said what came of it.

use super::CHANGED;
use crate::Result;
use crate::ground::lives;
use crate::model::watch::{Step, level};
use kernel::ids::{AccountId, PersonId, SeatId};
use kernel::{Moment, Purpose, Role};
use people::policy::{Action, PersonFacts, PlaceFacts, ResourceFacts, decide};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Cx, NewJob, Row, params};
use uuid::Uuid;

/// Nobody has called yet, or nobody has said what was found.
pub const RING: &str = "care.worry_ring";
/// Minutes between rings, once everybody above was told.
const EVERY_MINUTES: i64 = 30;

/// Somebody hears of a worry. `alerts` writes the messages: a number, no name and no place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellWorry {
    pub worry: Uuid,
    /// Which ring; 0: it has just begun.
    pub rung: i64,
    /// It is over: whoever was told before hears that, too.
    pub over: bool,
}

impl TellWorry {
    pub const KIND: &'static str = "care.worry";
}

/// One worry, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Worry {
    pub id: Uuid,
    pub person: PersonId,
    pub number: i64,
    pub at: Moment,
    pub owner_seat: SeatId,
    pub owner_account: AccountId,
    pub due_at: Moment,
    pub ring_at: Option<Moment>,
    pub rung: i64,
    pub called_at: Option<Moment>,
    pub going_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    pub version: i64,
}

pub(super) const COLUMNS: &str = "id, person_id, number, at, owner_seat, owner_account, due_at, ring_at, rung, called_at, \
                                  going_at, ended_at, version";

pub(super) fn read(row: &Row) -> Result<Worry> {
    Ok(Worry {
        id: row.uuid("id")?,
        person: row.id("person_id")?,
        number: row.i64("number")?,
        at: row.moment("at")?,
        owner_seat: row.id("owner_seat")?,
        owner_account: row.id("owner_account")?,
        due_at: row.moment("due_at")?,
        ring_at: row.opt_moment("ring_at")?,
        rung: row.i64("rung")?,
        called_at: row.opt_moment("called_at")?,
        going_at: row.opt_moment("going_at")?,
        ended_at: row.opt_moment("ended_at")?,
        version: row.i64("version")?,
    })
}

pub(super) fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Worry> {
    let sql = format!("SELECT {COLUMNS} FROM care_worry WHERE id = $1 AND district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

pub(super) fn steps(cx: &mut Cx<'_>, id: Uuid) -> Result<Vec<(Moment, Step, Option<AccountId>)>> {
    let sql = "SELECT at, step, by_account FROM care_worry_step WHERE worry_id = $1 ORDER BY at, id";
    let rows = cx.query(sql, params![id])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(step) = Step::from_code(&row.text("step")?) {
            out.push((row.moment("at")?, step, row.opt_id("by_account")?));
        }
    }
    Ok(out)
}

/// The one that is open about somebody.
pub(super) fn open_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM care_worry WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL LIMIT 1";
    Ok(cx.query_opt(sql, params![person, cx.district()])?.map(|r| r.uuid("id")).transpose()?)
}

/// A new one: the committee of the place answers for it, else the post, else the catch-all.
pub(super) fn begin(cx: &mut Cx<'_>, person: PersonId) -> Result<Uuid> {
    let here = lives(cx, person)?;
    // The committee sits in the area; a post counts only where there is none.
    let want = |roles: &[Role], posts: bool| people::app::Want {
        roles: roles.to_vec(),
        posts: if posts { here.posts.clone() } else { Vec::new() },
        areas: here.areas.clone(),
        ..people::app::Want::default()
    };
    let committee = people::app::find_owner(cx, &want(&[Role::CommitteeWorker], false))?;
    let owner = if matches!(committee.via, people::model::Via::CatchAll(_)) {
        let post = [Role::DutyOfficer, Role::CommunityOfficer, Role::PostHead];
        people::app::find_owner(cx, &want(&post, true))?
    } else {
        committee
    };
    let rules = super::rules(cx)?;
    let (id, number): (Uuid, i64) = (cx.new_id(), cx.next_number("worry")?);
    let (due, ring) = (cx.now.plus_minutes(rules.callback), rules.first_ring(cx.now));
    cx.execute(
        "INSERT INTO care_worry (id, district_id, person_id, number, at, owner_seat, owner_account, due_at, ring_at, rung, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1)",
        params![id, cx.district(), person, number, cx.now, owner.seat, owner.account, due, ring],
    )?;
    let payload = json!({ "worry": id, "owner": owner.account, "via": owner.via.code() });
    cx.record("care.worry", "person", person.0, &payload)?;
    tell(cx, id, 0, false)?;
    timer(cx, id, ring)?;
    Ok(id)
}

pub(super) fn timer(cx: &mut Cx<'_>, worry: Uuid, at: Moment) -> Result<()> {
    let payload = json!({ "worry": worry, "at": at.micros() });
    Ok(cx.enqueue(NewJob { kind: RING, key: format!("{worry}/{}", at.micros()), run_at: at, payload })?)
}

pub(super) fn tell(cx: &mut Cx<'_>, worry: Uuid, rung: i64, over: bool) -> Result<()> {
    let payload = serde_json::to_value(TellWorry { worry, rung, over }).unwrap_or_default();
    let key = format!("{worry}/{rung}/{over}");
    Ok(cx.enqueue(NewJob { kind: TellWorry::KIND, key, run_at: cx.now, payload })?)
}

/// The timer rang; one that was set anew since rings for nothing.
pub fn ring(cx: &mut Cx<'_>, id: Uuid, at: i64) -> Result<()> {
    let w = match load(cx, id) {
        Ok(w) => w,
        Err(crate::Error::Store(store::Error::NotFound)) => return Ok(()),
        Err(other) => return Err(other),
    };
    if w.ended_at.is_some() || w.ring_at.is_none_or(|set| set.micros() != at) {
        return Ok(());
    }
    let rules = super::rules(cx)?;
    let rung = w.rung + 1;
    let next = match rung {
        1 if w.due_at > cx.now => w.due_at,
        _ if level(rung) < 3 => cx.now.plus_minutes(rules.callback / 2),
        _ => cx.now.plus_minutes(EVERY_MINUTES),
    };
    let sql = "UPDATE care_worry SET rung = $1, ring_at = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![rung, next, id])?;
    cx.record("care.worry_rung", "person", w.person.0, &json!({ "worry": id, "level": level(rung) }))?;
    cx.signal(CHANGED, id);
    tell(cx, id, rung, false)?;
    timer(cx, id, next)
}

/// Number of a worry and who is told now; nobody when it is over already.
pub fn told(cx: &mut Cx<'_>, job: &TellWorry) -> Result<(i64, Vec<AccountId>)> {
    const COMMITTEE: &[Role] = &[Role::CommitteeWorker];
    const POST: &[Role] = &[Role::CommitteeWorker, Role::DutyOfficer, Role::PostHead];
    let w = load(cx, job.worry)?;
    if w.ended_at.is_some() != job.over {
        return Ok((w.number, Vec::new()));
    }
    let here = lives(cx, w.person)?;
    let owner = owner(cx, &w, &here)?;
    let up = level(job.rung);
    if up > 0 {
        let above = people::app::roster::supervisor(cx, owner, up, &here.posts, &here.areas)?.account;
        return Ok((w.number, vec![above]));
    }
    let roles = if job.rung == 0 { COMMITTEE } else { POST };
    let facts = PersonFacts { id: Some(w.person), areas: here.areas, posts: here.posts, ..PersonFacts::default() };
    let facts = ResourceFacts::Person(facts);
    let mut out = vec![owner.account];
    for account in people::app::staff::holders_of(cx, roles)? {
        let actor = people::app::sessions::actor_of(cx, account)?;
        let may = decide(&actor, Purpose::Administration, Action::AnswerWorry, &facts).is_allowed();
        if may && !out.contains(&account) {
            out.push(account);
        }
    }
    Ok((w.number, out))
}

/// Who answers for it now.
pub(super) fn owner(cx: &mut Cx<'_>, w: &Worry, here: &PlaceFacts) -> Result<people::model::OwnerAnswer> {
    let (seat, account) = (Some(w.owner_seat), Some(w.owner_account));
    Ok(people::app::roster::owner_at(cx, seat, account, &here.areas, cx.now)?)
}

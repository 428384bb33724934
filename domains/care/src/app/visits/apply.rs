//! What came of a visit, from a telephone that may have been without signal for a day, or typed at the desk. The id of the command
//! is made where it is written: sent twice, it is taken once. What cannot be taken as it came lies in the inbox of conflicts.

use super::{Visit, day_of, load, lock, may_record, move_to, replan, welfare};
use crate::app::{seal, unseal_left};
use crate::model::visit::{ConflictWhy, Form, Outcome, VisitId, VisitState};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons;
use serde_json::json;
use store::{Cx, KeyClass, NewJob, params};
use uuid::Uuid;

/// Largest photo, in bytes.
pub const PHOTO_MOST: usize = 400_000;
/// A telephone's time is believed this far back, in days.
const BACK_DAYS: i64 = 7;

/// One outcome.
#[derive(Clone)]
pub struct VisitCommand {
    /// Made where it was written; UUIDv7.
    pub id: Uuid,
    pub visit: VisitId,
    pub outcome: Outcome,
    /// What the telephone's clock said; never trusted.
    pub phone_time: Moment,
    pub form: Form,
    /// JPEG, written anew by whoever brings it.
    pub photo: Option<Vec<u8>>,
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Applied,
    /// The same command was taken before.
    AlreadyApplied,
    /// It lies in the inbox.
    Conflict(ConflictWhy),
}

/// Takes it, once.
///
/// # Errors
/// From whoever was never sent; a form that is not in order. Nothing is written then.
pub fn apply(cx: &mut Cx<'_>, command: &VisitCommand) -> Result<Answer> {
    let person = load(cx, command.visit)?.person;
    lock(cx, person)?;
    let visit = load(cx, command.visit)?;
    may_record(cx, &visit)?;
    if let Some(before) = before(cx, command)? {
        return Ok(before);
    }
    if let Some((field, why)) = command.form.wrong() {
        return Err(Error::Invalid { field, why });
    }
    let next = command.form.next_day();
    if command.outcome == Outcome::Rescheduled && next.is_none() {
        return Err(Error::Invalid { field: "next", why: "missing" });
    }
    if command.photo.as_ref().is_some_and(|p| p.len() > PHOTO_MOST) {
        return Err(Error::Invalid { field: "photo", why: "too-long" });
    }
    let at = believed(cx.now, command.phone_time);
    let conflict = conflict(cx, &visit, command.outcome)?;
    write(cx, &visit, command, at, conflict)?;
    if let Some(why) = conflict {
        cx.record("care.visit_conflict", "person", person.0, &json!({ "visit": visit.id, "why": why.code() }))?;
        cx.signal(super::CHANGED, person.0);
        return Ok(Answer::Conflict(why));
    }
    take(cx, &visit, command.id, command.outcome, &command.form, at)?;
    Ok(Answer::Applied)
}

/// The same command, sent before.
fn before(cx: &mut Cx<'_>, command: &VisitCommand) -> Result<Option<Answer>> {
    let sql = "SELECT visit_id, state, why, outcome, sealed FROM care_visit_report WHERE id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![command.id, cx.district()])? else { return Ok(None) };
    if row.id::<VisitId>("visit_id")? != command.visit {
        return Err(Error::Invalid { field: "id", why: "twice" });
    }
    // Another report under the same id would be lost if it were taken for the first. What was erased meanwhile cannot be compared.
    let form: Option<Form> = unseal_left(cx, KeyClass::Text, command.id, row.opt_blob("sealed")?)?;
    if form.is_some_and(|form| form != command.form || row.text("outcome").is_ok_and(|o| o != command.outcome.code())) {
        return Err(Error::Invalid { field: "id", why: "twice" });
    }
    let why = row.opt_text("why")?.as_deref().and_then(ConflictWhy::from_code);
    Ok(Some(match why {
        Some(why) if row.text("state")? == "conflict" => Answer::Conflict(why),
        _ => Answer::AlreadyApplied,
    }))
}

/// A time in the future or too far back is the telephone's mistake: then ours counts.
pub fn believed(now: Moment, said: Moment) -> Moment {
    if said > now || said < now.plus_days(-BACK_DAYS) { now } else { said }
}

fn conflict(cx: &mut Cx<'_>, visit: &Visit, outcome: Outcome) -> Result<Option<ConflictWhy>> {
    if persons::in_care(cx, visit.person).is_err() {
        return Ok(Some(ConflictWhy::CareOver));
    }
    let typist = cx.actor.account_id().is_some_and(|me| visit.visitors.iter().all(|v| v.account != me));
    let me = cx.actor.account_id();
    Ok(match visit.state {
        VisitState::Cancelled => Some(ConflictWhy::Cancelled),
        state if !state.is_open() => Some(ConflictWhy::Done),
        _ if !typist && me.is_some_and(|me| !visit.sends(me)) => Some(ConflictWhy::Reassigned),
        state if state.done(outcome).is_none() => return Err(Error::Refused("visit-nobody-sent")),
        _ => None,
    })
}

fn write(
    cx: &mut Cx<'_>,
    visit: &Visit,
    command: &VisitCommand,
    at: Moment,
    conflict: Option<ConflictWhy>,
) -> Result<()> {
    let sealed = seal(cx, KeyClass::Text, command.id, &command.form)?;
    let photo = match &command.photo {
        Some(jpeg) => Some(cx.seal(KeyClass::Text, command.id, jpeg)?),
        None => None,
    };
    cx.execute(
        "INSERT INTO care_visit_report (id, district_id, visit_id, person_id, outcome, state, why, sealed, photo, done_at, \
         clock_off, at, by_account) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            command.id,
            cx.district(),
            visit.id,
            visit.person,
            command.outcome.code(),
            if conflict.is_some() { "conflict" } else { "applied" },
            conflict.map(ConflictWhy::code),
            sealed,
            photo,
            at,
            at != command.phone_time,
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    Ok(())
}

/// The visit moves, needs become matters, the next date follows.
fn take(cx: &mut Cx<'_>, visit: &Visit, report: Uuid, outcome: Outcome, form: &Form, at: Moment) -> Result<()> {
    let to = visit.state.done(outcome).ok_or(Error::Refused("visit-over"))?;
    move_to(cx, visit, to, Some(at))?;
    let payload = json!({ "visit": visit.id, "outcome": outcome.code(), "report": report });
    cx.record("care.visit_done", "person", visit.person.0, &payload)?;
    raise(cx, visit.person, report, form)?;
    follow(cx, visit.person, visit.id, outcome, form.next_day(), at)
}

/// One matter for each, under a key of its own: a job raises it, in the crate that knows matters.
pub(super) fn raise(cx: &mut Cx<'_>, person: PersonId, report: Uuid, form: &Form) -> Result<()> {
    for what in form.tasks() {
        task(cx, person, &format!("visit:{report}:{what}"), &what)?;
    }
    Ok(())
}

pub(super) fn task(cx: &mut Cx<'_>, person: PersonId, key: &str, what: &str) -> Result<()> {
    let payload = json!({ "person": person, "what": what, "key": key });
    Ok(cx.enqueue(NewJob { kind: crate::events::VISIT_TASK, key: key.to_owned(), run_at: cx.now, payload })?)
}

/// What the plan takes from an outcome.
pub(super) fn follow(
    cx: &mut Cx<'_>,
    person: PersonId,
    visit: VisitId,
    outcome: Outcome,
    next: Option<Date>,
    at: Moment,
) -> Result<()> {
    let day = day_of(at).to_string();
    let next = next.map(|d| d.to_string());
    let district = cx.district();
    match outcome {
        // Whoever refuses was met: somebody knows that they are well, and the next visit keeps its distance.
        Outcome::Seen | Outcome::Refused => {
            welfare::seen(cx, person, &day, next)?;
        }
        Outcome::Rescheduled => {
            let sql = "UPDATE care_visit_plan SET agreed_on = $1, missed_on = NULL, version = version + 1 \
                       WHERE person_id = $2 AND district_id = $3";
            cx.execute(sql, params![next, person, district])?;
        }
        Outcome::NotHome => welfare::missed(cx, person, visit, &day)?,
    }
    replan(cx, person)
}

/// The photo of a report, for whoever plans visits where the person lives. One entry of the log.
pub fn photo_of(cx: &mut Cx<'_>, report: Uuid) -> Result<Vec<u8>> {
    let sql = "SELECT person_id, photo FROM care_visit_report WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![report, cx.district()])?;
    let person: PersonId = row.id("person_id")?;
    super::may(cx, person, people::policy::Action::ViewVisitFacts)?;
    let sealed = row.opt_blob("photo")?.ok_or(store::Error::NotFound)?;
    let jpeg = cx.open(KeyClass::Text, report, &sealed)?;
    cx.record_read("person", person.0, &["visit_photo"])?;
    Ok(jpeg)
}

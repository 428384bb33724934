//! What all that was said comes to: one row for each person, written in the transaction of the answer and read by the gate and by
//! whoever takes readings in.

use super::consents;
use crate::model::permit::{Decision, weigh_all};
use crate::model::{EndWhy, Unbound, Weighed};
use crate::{Error, Result, events};
use kernel::Moment;
use kernel::ids::{DistrictId, PersonId};
use people::app::consents::Answer;
use people::app::persons;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::{Cx, KeyClass, Runtime, Tail, Who, params};
use uuid::Uuid;

/// What holds for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permit {
    /// What everything of this person is sealed under ([`KeyClass::Location`]).
    pub key: Uuid,
    pub weighed: Weighed,
}

impl Permit {
    pub const fn allowed(&self) -> bool {
        matches!(self.weighed, Weighed::Agreed)
    }
}

pub(super) fn permit(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Permit>> {
    let sql = "SELECT key_id, why FROM locator_permit WHERE person_id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    let weighed = Weighed::from_code(&row.text("why")?).unwrap_or(Weighed::NotAsked);
    Ok(Some(Permit { key: row.uuid("key_id")?, weighed }))
}

/// Weighs anew and writes what it comes to. From this transaction on a no is a no; what was kept is erased unless the committee still
/// has to decide.
pub(super) fn settle(cx: &mut Cx<'_>, person: PersonId) -> Result<Permit> {
    let weighed = if persons::in_care(cx, person).is_err() {
        Weighed::CareOver
    } else {
        weigh_all(&consents::said(cx, person)?, decision(cx, person)?, cx.now)
    };
    let before = permit(cx, person)?;
    let key = before.map_or_else(|| cx.new_id(), |p| p.key);
    let now = Permit { key, weighed };
    if before == Some(now) {
        return Ok(now);
    }
    cx.execute(
        "INSERT INTO locator_permit (person_id, district_id, key_id, allowed, why, changed_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (person_id) DO UPDATE SET allowed = $4, why = $5, changed_at = $6",
        params![person, cx.district(), key, now.allowed(), weighed.code(), cx.now],
    )?;
    if before.is_some_and(|b| b.allowed()) && !now.allowed() {
        super::alerts::end_all_of(cx, person, EndWhy::Over)?;
    }
    if matches!(weighed, Weighed::Refused | Weighed::Decided | Weighed::CareOver) && before.is_some() {
        erase(cx, person, key)?;
    }
    if weighed == Weighed::CareOver {
        end_bindings(cx, person)?;
    }
    if now.allowed() {
        super::timers::expect(cx, person)?;
    }
    cx.record("locator.permit", "person", person.0, &json!({ "holds": weighed.code() }))?;
    cx.signal(events::GATE, person.0);
    cx.signal(events::MOVED, person.0);
    Ok(now)
}

/// Destroys the keys of every position of somebody, and what stood beside them.
fn erase(cx: &mut Cx<'_>, person: PersonId, key: Uuid) -> Result<()> {
    cx.destroy_subject_key(KeyClass::Location, key)?;
    let sql = "SELECT id FROM locator_case WHERE person_id = $1 AND district_id = $2";
    let links = cx.query(sql, params![person, cx.district()])?;
    let links = links.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<_>, _>>()?;
    for chunk in links.chunks(100) {
        cx.destroy_subject_keys(KeyClass::Location, chunk)?;
    }
    let sql = "UPDATE locator_state SET fix_at = NULL, fix = NULL, watches = NULL, battery = NULL, charging = NULL, status_at = NULL, \
               tick_at = NULL, version = version + 1 WHERE person_id = $1";
    cx.execute(sql, params![person])?;
    cx.execute("UPDATE locator_alert SET place = NULL WHERE person_id = $1", params![person])?;
    Ok(())
}

fn end_bindings(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "UPDATE locator SET state = 'stock', version = version + 1 WHERE id IN (SELECT locator_id FROM locator_binding \
               WHERE person_id = $1 AND ended_at IS NULL)";
    cx.execute(sql, params![person])?;
    let sql = "UPDATE locator_binding SET ended_at = $1, end_reason = $2, name = NULL WHERE person_id = $3 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, Unbound::CareOver.code(), person])?;
    cx.execute("DELETE FROM locator_sight WHERE person_id = $1", params![person])?;
    let sql = "UPDATE locator_fence SET ended_at = $1, body = $2 WHERE person_id = $3 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, Vec::<u8>::new(), person])?;
    super::alerts::end_all_of(cx, person, EndWhy::Over)
}

pub(super) fn decision(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Decision>> {
    let sql = "SELECT answer, at FROM locator_decision WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC, id DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    let answer = Answer::from_code(&row.text("answer")?).unwrap_or(Answer::Refused);
    Ok(Some(Decision { answer, at: row.moment("at")? }))
}

/// Weighs everybody anew who has a permit: at the start of the program, for what happened while it did not run.
pub fn settle_all(cx: &mut Cx<'_>) -> Result<()> {
    let sql = "SELECT person_id FROM locator_permit WHERE district_id = $1 AND why <> 'care_over'";
    for row in &cx.query(sql, params![cx.district()])? {
        settle(cx, row.id("person_id")?)?;
    }
    Ok(())
}

/// Where the follower is in the log of each district.
#[derive(Default)]
struct Follower(Mutex<HashMap<DistrictId, Tail>>);

/// Follows the log for what other crates do to people: somebody's care ends, a guardian speaks no longer. Weighs those anew who have a
/// permit, within a second or two.
///
/// # Errors
/// When the database does not answer; the next round goes on.
pub fn follow(rt: &Runtime, district: DistrictId) -> std::result::Result<(), store::Error> {
    let kept = rt.cached(Follower::default);
    let who = || Who::system(district, crate::JOB);
    let tail = kept.0.lock().unwrap_or_else(PoisonError::into_inner).get(&district).cloned();
    let (tail, changed) = match tail {
        Some(mut tail) => rt.read_now(who(), move |cx| {
            let changed = tail.next(cx)?;
            Ok::<_, store::Error>((tail, permitted(cx, &changed)?))
        })?,
        None => {
            let tail = rt.read_now(who(), |cx| Tail::from_now(cx, "person"))?;
            rt.write_now(who(), settle_all).map_err(flat)?;
            (tail, Vec::new())
        }
    };
    if !changed.is_empty() {
        rt.write_now(who(), move |cx| changed.into_iter().try_for_each(|person| settle(cx, person).map(drop)))
            .map_err(flat)?;
    }
    kept.0.lock().unwrap_or_else(PoisonError::into_inner).insert(district, tail);
    Ok(())
}

pub(crate) fn flat(error: Error) -> store::Error {
    match error {
        Error::Store(e) => e,
        other => store::Error::Setup(other.to_string()),
    }
}

/// Those of these people who have a permit that runs.
fn permitted(cx: &mut Cx<'_>, people: &[Uuid]) -> std::result::Result<Vec<PersonId>, store::Error> {
    let mut out = Vec::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT person_id FROM locator_permit WHERE district_id = $1 AND why <> 'care_over' AND person_id IN ({})",
            super::marks(2, chunk.len())
        );
        let values = super::with_district(cx, chunk);
        for row in &cx.query(&sql, &values)? {
            out.push(row.id("person_id")?);
        }
    }
    Ok(out)
}

/// When something was said or decided last, for whoever looks whether to ask again.
pub(super) fn changed_at(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Moment>> {
    let sql = "SELECT changed_at FROM locator_permit WHERE person_id = $1 AND district_id = $2";
    Ok(cx.query_opt(sql, params![person, cx.district()])?.map(|r| r.moment("changed_at")).transpose()?)
}

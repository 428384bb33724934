//! From the beginning of somebody's care to its end: taken in within a purpose, moved to another area, and no longer in care.
//! Each says in whose name it was done.

use super::find::{Found, find_person};
use super::keep::{move_to, register_person, write_tokens};
use super::open::{part_of, row};
use super::{For, person_facts};
use crate::app::{Geography, allow, consents};
use crate::model::codes;
use crate::model::person::{Identity, NewPerson, Part};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

codes! {
    /// Why somebody is in care no longer.
    EndReason {
        Died = "died",
        MovedAway = "moved_away",
        /// They, or a guardian, do not want it any more.
        Withdrew = "withdrew",
        /// It was the second record of somebody (`app::joins`); nobody says this of a person.
        Joined = "joined",
    }
}

impl EndReason {
    /// What somebody can say.
    pub const SAID: [Self; 3] = [Self::Died, Self::MovedAway, Self::Withdrew];
}

/// What came of taking somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    New(PersonId),
    /// People of this name around the matter: perhaps it is one of them. The second value: there are more.
    Alike(Vec<Found>, bool),
}

/// Takes somebody in, in the name of a matter: only around it (`within`), and not before people of the same name there were
/// looked at (`sure`). Nobody else's names are shown.
pub fn register_within(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    new: &NewPerson,
    why: &For,
    within: &[AreaId],
    sure: bool,
) -> Result<Registered> {
    let facts = person_facts(cx, None, why)?;
    allow(cx, Action::FindPerson, &facts)?;
    allow(cx, Action::RegisterPerson, &facts)?;
    if !within.contains(&new.area) && !geography.areas_above(new.area).iter().any(|area| within.contains(area)) {
        return Err(Error::Invalid { field: "area", why: "elsewhere" });
    }
    if !sure {
        let (found, more) = find_person(cx, &new.identity.name, why, within)?;
        if !found.is_empty() {
            return Ok(Registered::Alike(found, more));
        }
    }
    register_person(cx, geography, new).map(Registered::New)
}

/// Somebody lives in another area now; who looks after that area looks after them from then on.
pub fn move_person(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    person: PersonId,
    why: &For,
    area: AreaId,
) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    cx.lock(&format!("person/{person}"))?;
    in_care(cx, person)?;
    let from: AreaId = row(cx, person)?.id("area_id")?;
    if from == area {
        return Err(Error::Invalid { field: "area", why: "same" });
    }
    move_to(cx, geography, person, area)?;
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO person_move (id, district_id, person_id, from_area, to_area, at, by_account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), person, from, area, cx.now, cx.actor.account_id()],
    )?;
    cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", params![person])?;
    cx.record("person.moved", "person", person.0, &json!({ "was": from, "area": area }))?;
    Ok(())
}

/// One move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub from: AreaId,
    pub to: AreaId,
    pub at: Moment,
    pub by: Option<AccountId>,
}

/// Where somebody lived before, the latest first; part of the opened record.
pub fn moves(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<Moved>> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::OpenRecord, &facts)?;
    let sql = "SELECT from_area, to_area, at, by_account FROM person_move WHERE person_id = $1 AND district_id = $2 \
               ORDER BY at DESC, id DESC LIMIT 50";
    let rows = cx.query(sql, params![person, cx.district()])?;
    rows.iter()
        .map(|r| {
            let (from, to) = (r.id("from_area")?, r.id("to_area")?);
            Ok(Moved { from, to, at: r.moment("at")?, by: r.opt_id("by_account")? })
        })
        .collect()
}

/// Nobody writes on the record of somebody who is in care no longer.
pub fn in_care(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "SELECT ended_at FROM person WHERE id = $1 AND district_id = $2";
    match cx.query_one(sql, params![person, cx.district()])?.opt_moment("ended_at")? {
        Some(_) => Err(Error::Refused("care-ended")),
        None => Ok(()),
    }
}

/// Since when somebody is in care no longer, and why; part of the opened record.
pub fn ended(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Option<(Moment, EndReason)>> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::OpenRecord, &facts)?;
    let sql = "SELECT ended_at, end_reason FROM person WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![person, cx.district()])?;
    let reason = row.opt_text("end_reason")?.as_deref().and_then(EndReason::from_code);
    Ok(row.opt_moment("ended_at")?.zip(reason))
}

/// Ends the care. Health and usual places go at once, as what they were agreed for is over; nobody finds the person by name any
/// more; the rest is kept for the time that the rule `records` says, from now on.
pub fn end_care(cx: &mut Cx<'_>, person: PersonId, why: &For, reason: EndReason) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    allow(cx, Action::ViewIdentity, &facts)?;
    if !EndReason::SAID.contains(&reason) {
        return Err(Error::Invalid { field: "reason", why: "unknown" });
    }
    cx.lock(&format!("person/{person}"))?;
    in_care(cx, person)?;
    let sql = "UPDATE person SET ended_at = $1, end_reason = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![cx.now, reason.code(), person])?;
    consents::end_all(cx, person)?;
    super::circle::care_is_over(cx, person)?;
    cx.execute("DELETE FROM person_token WHERE person_id = $1", params![person])?;
    if reason == EndReason::Died {
        let sql = "UPDATE person_link SET revoked_at = $1 WHERE person_id = $2 AND guardian_id IS NULL AND revoked_at IS NULL";
        cx.execute(sql, params![cx.now, person])?;
    }
    cx.record("person.care_ended", "person", person.0, &json!({ "reason": reason.code() }))?;
    Ok(())
}

/// It was a mistake, or they came back: in care again. What was erased stays erased and is asked for anew.
pub fn resume_care(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    allow(cx, Action::ViewIdentity, &facts)?;
    cx.lock(&format!("person/{person}"))?;
    let sql = "UPDATE person SET ended_at = NULL, end_reason = NULL, version = version + 1 WHERE id = $1 \
               AND district_id = $2 AND ended_at IS NOT NULL AND joined_into IS NULL";
    if cx.execute(sql, params![person, cx.district()])? == 0 {
        return Err(Error::Refused("in-care"));
    }
    if let Some(identity) = part_of::<Identity>(cx, person, Part::Identity)? {
        write_tokens(cx, person, &identity.name)?;
    }
    cx.record("person.care_resumed", "person", person.0, &json!({}))?;
    Ok(())
}

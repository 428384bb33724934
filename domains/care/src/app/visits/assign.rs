//! Who is sent: two at least, of more than one force.

use super::{Visit, day_of, load, lock, may};
use crate::app::volunteers::{Ready, ready, ready_of};
use crate::model::visit::{Force, VisitId, check_pair};
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId};
use people::app::{persons, takers, terms};
use people::policy::Action;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Cx, params};

/// Somebody who could be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub account: AccountId,
    pub name: String,
    pub force: Force,
    pub role: kernel::Role,
}

/// The force an account belongs to now: by the most trusted of its running terms.
pub(crate) fn force_of(cx: &mut Cx<'_>, account: AccountId) -> Result<Option<Force>> {
    Ok(forces_of(cx, &[account])?.remove(&account))
}

/// The same of many.
pub(crate) fn forces_of(cx: &mut Cx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, Force>> {
    let roles = terms::roles_now(cx, accounts)?;
    let force = |roles: Vec<kernel::Role>| roles.into_iter().filter_map(Force::of).min();
    Ok(roles.into_iter().filter_map(|(account, roles)| Some((account, force(roles)?))).collect())
}

/// Those of the place where the person lives, by name; volunteers who may be sent today.
pub fn candidates(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Candidate>> {
    may(cx, person, Action::PlanVisits)?;
    let areas = persons::areas_of(cx, person)?;
    of_place(cx, &areas)
}

/// For whoever has asked the policy.
pub(super) fn of_place(cx: &mut Cx<'_>, areas: &[kernel::ids::AreaId]) -> Result<Vec<Candidate>> {
    let all = takers::takers(cx, areas, &[])?;
    let ready = ready_among(cx, &all)?;
    let mut out: Vec<Candidate> = Vec::new();
    let mut seen: HashSet<AccountId> = HashSet::new();
    for taker in all {
        let Some(force) = Force::of(taker.role) else { continue };
        if taker.role == kernel::Role::Volunteer && !ready.contains(&taker.account) {
            continue;
        }
        if seen.insert(taker.account) {
            let (account, name) = (taker.account, taker.display_name);
            out.push(Candidate { account, name, force, role: taker.role });
        }
    }
    Ok(out)
}

/// Of the volunteers among these those who may be sent today.
pub(crate) fn ready_among(cx: &mut Cx<'_>, all: &[takers::Taker]) -> Result<HashSet<AccountId>> {
    let volunteers = all.iter().filter(|t| t.role == kernel::Role::Volunteer).map(|t| t.account).collect::<Vec<_>>();
    ready_of(cx, &volunteers, day_of(cx.now))
}

/// Nobody goes after all: whoever was sent is taken off, and the visit waits for others. For whoever has asked the policy.
pub(crate) fn withdraw(cx: &mut Cx<'_>, visit: &Visit) -> Result<()> {
    let Some(state) = visit.state.declined() else { return Ok(()) };
    let sql = "UPDATE care_visit_visitor SET ended_at = $1 WHERE visit_id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, visit.id])?;
    super::move_to(cx, visit, state, None)?;
    Ok(cx.record("care.visit_withdrawn", "person", visit.person.0, &json!({ "visit": visit.id }))?)
}

/// Sends them instead of whoever was to go; `seen` is the version that was read.
pub fn assign(cx: &mut Cx<'_>, id: VisitId, seen: i64, to: &[AccountId]) -> Result<Visit> {
    let person = load(cx, id)?.person;
    may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    persons::in_care(cx, person)?;
    let visit = load(cx, id)?;
    if visit.version != seen {
        return Err(Error::Stale { seen, current: visit.version });
    }
    let state = visit.state.assigned().ok_or(Error::Refused("visit-over"))?;
    let mut pair = to.to_vec();
    pair.sort();
    pair.dedup();
    let mut forces = Vec::new();
    for account in &pair {
        forces.push(force_of(cx, *account)?.ok_or(Error::Invalid { field: "visitors", why: "unknown" })?);
    }
    check_pair(&forces).map_err(Error::Refused)?;
    for account in &pair {
        if let Ready::No(why) = ready(cx, *account, visit.due)? {
            return Err(Error::Refused(why));
        }
    }
    let sql = "UPDATE care_visit_visitor SET ended_at = $1 WHERE visit_id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, id])?;
    for (account, force) in pair.iter().zip(&forces) {
        cx.execute(
            "INSERT INTO care_visit_visitor (visit_id, account_id, district_id, force_code, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (visit_id, account_id) DO UPDATE SET ended_at = NULL, at = $5, force_code = $4",
            params![id, *account, cx.district(), force.code(), cx.now],
        )?;
    }
    super::move_to(cx, &visit, state, None)?;
    cx.record("care.visit_assigned", "person", person.0, &json!({ "visit": id, "to": pair }))?;
    load(cx, id)
}

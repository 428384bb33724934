//! A plan begins when somebody agrees to be visited, and ends when they do not want it any more.

use super::{day_of, load, lock, may, move_to, open_of, replan};
use crate::app::seal;
use crate::model::visit::{VisitId, VisitKind, VisitState};
use crate::{Error, Result};
use kernel::ids::PersonId;
use people::app::consents::By;
use people::app::persons;
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Begins the plan of somebody who agreed, or for whom a guardian did.
pub fn begin(cx: &mut Cx<'_>, person: PersonId, agreed: By, kind: VisitKind) -> Result<()> {
    may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    persons::in_care(cx, person)?;
    let sql = "INSERT INTO care_visit_plan (person_id, district_id, begun_on, agreed_by, kind, misses, version) \
               VALUES ($1, $2, $3, $4, $5, 0, 1) ON CONFLICT (person_id) DO NOTHING";
    let day = day_of(cx.now).to_string();
    if cx.execute(sql, params![person, cx.district(), day, agreed.code(), kind.code()])? == 0 {
        return Err(Error::Refused("visit-plan-there"));
    }
    cx.record("care.visit_plan", "person", person.0, &json!({ "agreed": agreed.code(), "kind": kind.code() }))?;
    super::next_daily(cx)?;
    replan(cx, person)
}

/// They do not want visits any more: nobody goes there, and nothing else becomes less (R7).
pub fn end(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    end_plan(cx, person)
}

/// The same, for whoever has asked the policy.
pub(super) fn end_plan(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    if let Some(visit) = open_of(cx, person)? {
        move_to(cx, &visit, VisitState::Cancelled, None)?;
    }
    super::facts::erase(cx, person)?;
    let sql = "DELETE FROM care_visit_plan WHERE person_id = $1 AND district_id = $2";
    if cx.execute(sql, params![person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("care.visit_plan_ended", "person", person.0, &json!({}))?;
    Ok(())
}

/// The elder's own wish: not more often than every so many days. `safety`: why it cannot hold, in words that the elder can read.
pub fn set_wish(cx: &mut Cx<'_>, person: PersonId, days: Option<i64>, safety: &str) -> Result<()> {
    may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    if days.is_some_and(|d| !(7..=366).contains(&d)) {
        return Err(Error::Invalid { field: "wish", why: "range" });
    }
    let safety = crate::app::words("safety", safety, 300)?;
    if days.is_none() && !safety.is_empty() {
        return Err(Error::Invalid { field: "safety", why: "no-wish" });
    }
    let sealed = match safety.as_str() {
        "" => None,
        words => Some(seal(cx, KeyClass::Contact, person.0, &words)?),
    };
    let day = days.map(|_| day_of(cx.now).to_string());
    let sql = "UPDATE care_visit_plan SET wish_days = $1, wish_on = $2, safety = $3, wish_by = 'desk', version = version + 1 \
               WHERE person_id = $4 AND district_id = $5";
    if cx.execute(sql, params![days, day, sealed, person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("care.visit_wish", "person", person.0, &json!({ "days": days, "safety": !safety.is_empty() }))?;
    replan(cx, person)
}

/// Takes one visit back; the next is planned from what holds.
pub fn cancel(cx: &mut Cx<'_>, id: VisitId) -> Result<()> {
    let visit = load(cx, id)?;
    may(cx, visit.person, Action::PlanVisits)?;
    lock(cx, visit.person)?;
    let visit = load(cx, id)?;
    let to = visit.state.cancelled().ok_or(Error::Refused("visit-over"))?;
    move_to(cx, &visit, to, None)?;
    cx.record("care.visit_cancelled", "person", visit.person.0, &json!({ "visit": id }))?;
    replan(cx, visit.person)
}

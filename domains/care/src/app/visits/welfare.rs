//! Not at home too often: a welfare check, until somebody has seen them or made sure that they are well.

use super::{lock, replan, rules};
use crate::Result;
use crate::model::visit::VisitId;
use kernel::Moment;
use kernel::ids::PersonId;
use serde_json::json;
use store::{Cx, NewJob, params};
use uuid::Uuid;

/// Nobody opened once more.
pub(super) fn missed(cx: &mut Cx<'_>, person: PersonId, visit: VisitId, day: &str) -> Result<()> {
    let sql = "UPDATE care_visit_plan SET misses = misses + 1, missed_on = $1, version = version + 1 WHERE person_id = $2 \
               AND district_id = $3 RETURNING misses, welfare_due";
    let Some(row) = cx.query_opt(sql, params![day, person, cx.district()])? else { return Ok(()) };
    let rules = rules::visit_rules(cx)?;
    if row.i64("misses")? < rules.misses || row.opt_moment("welfare_due")?.is_some() {
        return Ok(());
    }
    // Until when, the matter says as soon as it is there ([`check_until`]).
    let due = cx.now;
    let sql = "UPDATE care_visit_plan SET welfare_due = $1 WHERE person_id = $2 AND district_id = $3";
    cx.execute(sql, params![due, person, cx.district()])?;
    super::apply::task(cx, person, &format!("welfare:{visit}"), "welfare")?;
    cx.record("care.welfare_check", "person", person.0, &json!({ "visit": visit, "misses": row.i64("misses")? }))?;
    Ok(())
}

/// They were met on this day. What came in late does not undo that nobody opened since.
pub(super) fn seen(cx: &mut Cx<'_>, person: PersonId, day: &str, agreed: Option<String>) -> Result<()> {
    let sql = "UPDATE care_visit_plan SET last_seen = $1, version = version + 1 WHERE person_id = $2 AND district_id = $3 \
               AND (last_seen IS NULL OR last_seen <= $1)";
    cx.execute(sql, params![day, person, cx.district()])?;
    let sql = "SELECT 1 AS one FROM care_visit_plan WHERE person_id = $1 AND district_id = $2 AND last_seen = $3 \
               AND (missed_on IS NULL OR missed_on <= $3)";
    if cx.query_opt(sql, params![person, cx.district(), day])?.is_none() {
        return Ok(());
    }
    over(cx, person, "seen")?;
    let sql = "UPDATE care_visit_plan SET agreed_on = $1, misses = 0, missed_on = NULL, welfare_due = NULL WHERE person_id = $2 \
               AND district_id = $3";
    cx.execute(sql, params![agreed, person, cx.district()])?;
    Ok(())
}

/// When a check is asked for, whoever was to make it hears that it is not needed: `seen` or `over`. Before the plan forgets it.
pub(super) fn over(cx: &mut Cx<'_>, person: PersonId, why: &str) -> Result<()> {
    let sql =
        "SELECT 1 AS one FROM care_visit_plan WHERE person_id = $1 AND district_id = $2 AND welfare_due IS NOT NULL";
    if cx.query_opt(sql, params![person, cx.district()])?.is_none() {
        return Ok(());
    }
    let payload = json!({ "person": person, "why": why });
    let key = format!("{person}/{}", cx.now.micros());
    Ok(cx.enqueue(NewJob { kind: crate::events::WELFARE_OVER, key, run_at: cx.now, payload })?)
}

/// Somebody made sure otherwise that they are well. For whoever has asked the policy: the crate of matters.
pub fn checked(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    lock(cx, person)?;
    let sql = "UPDATE care_visit_plan SET misses = 0, missed_on = NULL, welfare_due = NULL, version = version + 1 \
               WHERE person_id = $1 AND district_id = $2 AND welfare_due IS NOT NULL";
    if cx.execute(sql, params![person, cx.district()])? == 0 {
        return Ok(());
    }
    cx.record("care.welfare_checked", "person", person.0, &json!({}))?;
    cx.signal(super::CHANGED, person.0);
    replan(cx, person)
}

/// Until when the check that was asked for must have been made: the clock of its matter says so, and nothing here.
pub fn check_until(cx: &mut Cx<'_>, person: PersonId, until: Moment) -> Result<()> {
    let sql = "UPDATE care_visit_plan SET welfare_due = $1 WHERE person_id = $2 AND district_id = $3 AND welfare_due IS NOT NULL \
               AND welfare_due <> $1";
    if cx.execute(sql, params![until, person, cx.district()])? > 0 {
        cx.signal(super::CHANGED, person.0);
    }
    Ok(())
}

/// Nobody answered the telephone twice: as a door that nobody opens. Also for whoever has no plan of visits.
pub(crate) fn unreached(cx: &mut Cx<'_>, person: PersonId, call: Uuid) -> Result<()> {
    let due = cx.now;
    let sql = "UPDATE care_visit_plan SET welfare_due = $1, version = version + 1 WHERE person_id = $2 AND district_id = $3 \
               AND welfare_due IS NULL";
    cx.execute(sql, params![due, person, cx.district()])?;
    super::apply::task(cx, person, &format!("welfare:call:{call}"), "welfare")?;
    cx.record("care.welfare_check", "person", person.0, &json!({ "call": call }))?;
    cx.signal(super::CHANGED, person.0);
    replan(cx, person)
}

/// They were on the telephone and are well: a check that was asked for is not needed. The next visit keeps its day.
pub(crate) fn reached(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    over(cx, person, "seen")?;
    checked(cx, person)
}

/// They would like to be visited: tomorrow; without a plan it is a task for whoever looks after them.
pub(crate) fn wants_visit(cx: &mut Cx<'_>, person: PersonId, call: Uuid) -> Result<()> {
    let day = super::day_of(cx.now.plus_days(1)).to_string();
    let sql =
        "UPDATE care_visit_plan SET agreed_on = $1, version = version + 1 WHERE person_id = $2 AND district_id = $3";
    if cx.execute(sql, params![day, person, cx.district()])? == 0 {
        return super::apply::task(cx, person, &format!("call:{call}:need-company"), "need-company");
    }
    replan(cx, person)
}

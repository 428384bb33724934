//! Keeps the date of the next visit true: after each change, and once a day.

use super::{Visit, day_of, facts, lock, open_of, opt_date, rounds, rules};
use crate::Result;
use crate::model::visit::{VisitId, VisitState};
use crate::model::visit_plan::{Next, Standing, next};
use kernel::ids::{AreaId, PersonId};
use kernel::time;
use people::app::persons;
use serde_json::json;
use store::{Cx, NewJob, Row, params};

/// The look of the day.
pub const DAILY: &str = "care.visits_daily";
/// The same for one area, or all, at once.
pub const REPLAN_AREA: &str = "care.visits_replan";

pub(super) fn plan_row(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Row>> {
    let sql = "SELECT begun_on, agreed_by, kind, wish_days, wish_on, safety, last_seen, agreed_on, misses, missed_on, welfare_due, \
               version FROM care_visit_plan WHERE person_id = $1 AND district_id = $2";
    Ok(cx.query_opt(sql, params![person, cx.district()])?)
}

/// When and why, now; for whoever has asked the policy.
pub(super) fn compute(cx: &mut Cx<'_>, person: PersonId, row: &Row) -> Result<Next> {
    let rules = rules::visit_rules(cx)?;
    let facts = facts::load(cx, person)?;
    let standing = Standing {
        today: day_of(cx.now),
        begun: super::date(row, "begun_on")?,
        last_seen: opt_date(row, "last_seen")?,
        facts: facts::stated(&facts),
        wish_days: row.opt_i64("wish_days")?,
        safety: row.opt_blob("safety")?.is_some(),
        agreed: opt_date(row, "agreed_on")?,
        rounds: rounds::on_for(cx, person)?,
        missed: opt_date(row, "missed_on")?,
    };
    Ok(next(&rules, &standing))
}

/// Plans the next visit, or moves the one that is open. What is assigned stays assigned and gets the new date.
pub fn replan(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let Some(row) = plan_row(cx, person)? else { return Ok(()) };
    if persons::in_care(cx, person).is_err() {
        return Ok(());
    }
    let next = compute(cx, person, &row)?;
    // A list says that facts call for it, and not which: they are sealed.
    let outer = |code: &String| crate::model::visit_plan::Reason::outer(code).to_owned();
    let mut reasons: Vec<String> = next.reasons.iter().map(outer).collect();
    reasons.dedup();
    let (day, reasons) = (next.on.to_string(), reasons.join(","));
    match open_of(cx, person)? {
        Some(Visit { id, due, reasons: was, .. }) => {
            if due != next.on || was.join(",") != reasons {
                let sql = "UPDATE care_visit SET due_on = $1, reasons = $2, version = version + 1 WHERE id = $3";
                cx.execute(sql, params![day, reasons, id])?;
                cx.signal(super::CHANGED, person.0);
            }
        }
        None => {
            let id: VisitId = cx.new_id();
            cx.execute(
                "INSERT INTO care_visit (id, district_id, person_id, kind, state, due_on, reasons, planned_at, version) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
                params![
                    id,
                    cx.district(),
                    person,
                    row.text("kind")?,
                    VisitState::Planned.code(),
                    day,
                    reasons,
                    cx.now
                ],
            )?;
            cx.signal(super::CHANGED, person.0);
        }
    }
    Ok(())
}

pub(super) fn replan_soon(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<()> {
    let key = format!("{}/{:?}/{}", cx.district(), area, cx.now.micros());
    Ok(cx.enqueue(NewJob { kind: REPLAN_AREA, key, run_at: cx.now, payload: json!({ "area": area }) })?)
}

/// Everybody with a plan who lives in this area; without one, everybody in the district.
pub fn replan_area(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<usize> {
    let rows = match area {
        Some(area) => {
            let sql = "SELECT person_id FROM care_visit_plan WHERE district_id = $1 ORDER BY person_id";
            let all = cx.query(sql, params![cx.district()])?;
            let people = all.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
            let lives = persons::areas_of_all(cx, &people)?;
            people.into_iter().filter(|p| lives.get(p).is_some_and(|of| of.contains(&area))).collect()
        }
        None => {
            let sql = "SELECT person_id FROM care_visit_plan WHERE district_id = $1 ORDER BY person_id";
            let all = cx.query(sql, params![cx.district()])?;
            all.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?
        }
    };
    for person in &rows {
        lock(cx, *person)?;
        replan(cx, *person)?;
    }
    Ok(rows.len())
}

/// The look of the day: facts run out, rounds end, consents are withdrawn.
pub fn daily(cx: &mut Cx<'_>) -> Result<usize> {
    replan_area(cx, None)
}

/// The next look, early in the morning.
pub fn next_daily(cx: &mut Cx<'_>) -> Result<()> {
    let at = time::next_on_the_wall(cx.now, 4, 40);
    let key = format!("{}/{}", cx.district(), day_of(at));
    Ok(cx.enqueue(NewJob { kind: DAILY, key, run_at: at, payload: json!({}) })?)
}

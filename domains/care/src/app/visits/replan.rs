//! Keeps the date of the next visit true: after each change, and once a day.

use super::facts::FactLine;
use super::{COLUMNS, Visit, day_of, facts, lock, opt_date, read, rounds, rules};
use crate::Result;
use crate::model::visit::{VisitId, VisitState};
use crate::model::visit_plan::{Next, RoundOn, Standing, next};
use kernel::ids::{AreaId, PersonId};
use kernel::time;
use people::app::persons;
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, NewJob, Row, Value, params};

/// The look of the day.
pub const DAILY: &str = "care.visits_daily";
/// The same for one area, or all, at once.
pub const REPLAN_AREA: &str = "care.visits_replan";

const PLAN: &str = "person_id, begun_on, agreed_by, kind, wish_days, wish_on, safety, last_seen, agreed_on, misses, missed_on, \
                    welfare_due, asked_at, asked_days, wish_by, version";
/// People whose plans are read and written together.
const TOGETHER: usize = 200;

pub(super) fn plan_row(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Row>> {
    let sql = format!("SELECT {PLAN} FROM care_visit_plan WHERE person_id = $1 AND district_id = $2");
    Ok(cx.query_opt(&sql, params![person, cx.district()])?)
}

/// When and why, now; for whoever has asked the policy.
pub(super) fn compute(cx: &mut Cx<'_>, person: PersonId, row: &Row) -> Result<Next> {
    let rules = rules::visit_rules(cx)?;
    let facts = facts::load(cx, person)?;
    let rounds = rounds::on_for(cx, person)?;
    Ok(next(&rules, &standing(cx, row, &facts, rounds)?))
}

fn standing(cx: &Cx<'_>, row: &Row, facts: &[FactLine], rounds: Vec<RoundOn>) -> Result<Standing> {
    Ok(Standing {
        today: day_of(cx.now),
        begun: super::date(row, "begun_on")?,
        last_seen: opt_date(row, "last_seen")?,
        facts: facts::stated(facts),
        wish_days: row.opt_i64("wish_days")?,
        safety: row.opt_blob("safety")?.is_some(),
        agreed: opt_date(row, "agreed_on")?,
        rounds,
        missed: opt_date(row, "missed_on")?,
    })
}

/// Plans the next visit, or moves the one that is open. What is assigned stays assigned and gets the new date.
pub fn replan(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    replan_all(cx, &[person])
}

/// The same for many, in a few statements for each two hundred of them. Whoever calls has their locks.
pub(super) fn replan_all(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<()> {
    let rules = rules::visit_rules(cx)?;
    let rounds = rounds::load(cx)?;
    for chunk in people.chunks(TOGETHER) {
        let plans = of_people(cx, PLAN, "care_visit_plan", chunk, "")?;
        if plans.is_empty() {
            continue;
        }
        let in_care = persons::in_care_of(cx, chunk)?;
        let facts = facts::load_all(cx, chunk)?;
        let lives = if rounds.is_empty() { HashMap::new() } else { persons::areas_of_all(cx, chunk)? };
        let mut open: HashMap<PersonId, Visit> = HashMap::new();
        for row in &of_people(cx, COLUMNS, "care_visit", chunk, " AND state IN ('planned', 'assigned')")? {
            let visit = read(row)?;
            open.insert(visit.person, visit);
        }
        for row in &plans {
            let person: PersonId = row.id("person_id")?;
            if !in_care.contains(&person) {
                continue;
            }
            let areas = lives.get(&person).map_or(&[][..], Vec::as_slice);
            let facts = facts.get(&person).map_or(&[][..], Vec::as_slice);
            let standing = standing(cx, row, facts, rounds::among(&rounds, areas))?;
            write(cx, person, &row.text("kind")?, open.get(&person), &next(&rules, &standing))?;
        }
    }
    Ok(())
}

/// Rows of some people, in the order of their ids.
fn of_people(cx: &mut Cx<'_>, columns: &str, table: &str, people: &[PersonId], also: &str) -> Result<Vec<Row>> {
    let marks = (2..people.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE district_id = $1 AND person_id IN ({marks}){also} ORDER BY person_id"
    );
    let mut values = params![cx.district()].to_vec();
    values.extend(people.iter().copied().map(Value::from));
    Ok(cx.query(&sql, &values)?)
}

fn write(cx: &mut Cx<'_>, person: PersonId, kind: &str, open: Option<&Visit>, next: &Next) -> Result<()> {
    // A list says that facts call for it, and not which: they are sealed.
    let outer = |code: &String| crate::model::visit_plan::Reason::outer(code).to_owned();
    let mut reasons: Vec<String> = next.reasons.iter().map(outer).collect();
    reasons.dedup();
    let (day, reasons) = (next.on.to_string(), reasons.join(","));
    match open {
        Some(Visit { id, due, reasons: was, .. }) => {
            if *due == next.on && was.join(",") == reasons {
                return Ok(());
            }
            let sql = "UPDATE care_visit SET due_on = $1, reasons = $2, version = version + 1 WHERE id = $3";
            cx.put(sql, params![day, reasons, *id])?;
        }
        None => {
            let id: VisitId = cx.new_id();
            let planned = VisitState::Planned.code();
            cx.put(
                "INSERT INTO care_visit (id, district_id, person_id, kind, state, due_on, reasons, planned_at, version) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
                params![id, cx.district(), person, kind, planned, day, reasons, cx.now],
            )?;
        }
    }
    cx.signal(super::CHANGED, person.0);
    Ok(())
}

pub(super) fn replan_soon(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<()> {
    let key = format!("{}/{:?}/{}", cx.district(), area, cx.now.micros());
    Ok(cx.enqueue(NewJob { kind: REPLAN_AREA, key, run_at: cx.now, payload: json!({ "area": area }) })?)
}

/// Everybody with a plan who lives in this area; without one, everybody in the district.
pub fn with_plan(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<Vec<PersonId>> {
    let sql = "SELECT person_id FROM care_visit_plan WHERE district_id = $1 ORDER BY person_id";
    let all = cx.query(sql, params![cx.district()])?;
    let mut people = all.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    if let Some(area) = area {
        let lives = persons::areas_of_all(cx, &people)?;
        people.retain(|p| lives.get(p).is_some_and(|of| of.contains(&area)));
    }
    Ok(people)
}

/// Plans all of these anew.
pub fn replan_people(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<()> {
    for person in people {
        lock(cx, *person)?;
    }
    replan_all(cx, people)
}

/// See [`with_plan`]; in one transaction. The jobs take some people at a time.
pub fn replan_area(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<usize> {
    let people = with_plan(cx, area)?;
    replan_people(cx, &people)?;
    Ok(people.len())
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

//! Plans and visits of many people that were kept elsewhere until now (a table, another program): taken over at once, with their
//! circle. Nothing is raised from them and nobody is told: what they found was worked on where it was kept.

use super::facts::NewFact;
use super::{day_of, facts, lock, replan};
use crate::app::{contacts, seal};
use crate::model::NewContact;
use crate::model::visit::{Force, Form, Outcome, VisitId, VisitKind, VisitState};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, PersonId};
use people::app::consents::{By, in_force_of};
use people::app::persons;
use people::model::person::Part;
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use std::collections::HashSet;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Somebody whose visits are taken over.
pub struct Brought {
    pub person: PersonId,
    pub agreed: By,
    pub kind: VisitKind,
    pub begun: Date,
    pub facts: Vec<NewFact>,
    pub circle: Vec<NewContact>,
    /// The oldest first.
    pub past: Vec<Past>,
}

/// A visit that was made.
pub struct Past {
    pub due: Date,
    pub kind: VisitKind,
    pub outcome: Outcome,
    pub at: Moment,
    pub by: Vec<(AccountId, Force)>,
    pub form: Form,
}

/// Takes them over; whoever has a plan already is left as they are. Answers how many were new.
///
/// # Errors
/// A day in the future, a form that is not in order, a fact about health without its consent: then nothing is written.
pub fn bring_in(cx: &mut Cx<'_>, all: &[Brought]) -> Result<usize> {
    require(&cx.actor, cx.purpose, Action::Import, &ResourceFacts::District)?;
    let people: Vec<PersonId> = all.iter().map(|b| b.person).collect();
    for person in &people {
        lock(cx, *person)?;
    }
    let in_care = persons::in_care_of(cx, &people)?;
    let health = in_force_of(cx, &people, Part::Health)?;
    let sql = "SELECT person_id FROM care_visit_plan WHERE district_id = $1";
    let rows = cx.query(sql, params![cx.district()])?;
    let mut there = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<HashSet<PersonId>, _>>()?;
    let mut new = Vec::new();
    for one in all.iter().filter(|b| in_care.contains(&b.person)) {
        if there.insert(one.person) {
            check(cx, one, health.contains(&one.person))?;
            write(cx, one)?;
            new.push(one.person);
        }
    }
    super::next_daily(cx)?;
    new.sort_unstable();
    replan::replan_all(cx, &new)?;
    let district = cx.district();
    cx.record("care.visits_brought", "district", district.0, &json!({ "people": new.len() }))?;
    Ok(new.len())
}

fn check(cx: &Cx<'_>, one: &Brought, health: bool) -> Result<()> {
    let today = day_of(cx.now);
    let wrong = |field, why| Err(Error::Invalid { field, why });
    if one.begun > today {
        return wrong("begun", "range");
    }
    if one.facts.iter().any(|f| f.on > today || f.kind.is_health() && !health) {
        return wrong("facts", "range");
    }
    if one.past.iter().any(|p| p.at > cx.now || p.by.is_empty()) {
        return wrong("past", "range");
    }
    match one.past.iter().find_map(|p| p.form.wrong()) {
        Some((field, why)) => wrong(field, why),
        None => Ok(()),
    }
}

fn write(cx: &mut Cx<'_>, one: &Brought) -> Result<()> {
    let met = |p: &&Past| matches!(p.outcome, Outcome::Seen | Outcome::Refused);
    let last = one.past.iter().rfind(met);
    let since = one.past.iter().rev().take_while(|p| !met(p));
    let missed: Vec<Date> = since.filter(|p| p.outcome == Outcome::NotHome).map(|p| day_of(p.at)).collect();
    cx.put(
        "INSERT INTO care_visit_plan (person_id, district_id, begun_on, agreed_by, kind, last_seen, agreed_on, misses, missed_on, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        params![
            one.person,
            cx.district(),
            one.begun.to_string(),
            one.agreed.code(),
            one.kind.code(),
            last.map(|p| day_of(p.at).to_string()),
            one.past.last().and_then(|p| p.form.next_day()).map(|d| d.to_string()),
            missed.len(),
            missed.first().map(Date::to_string)
        ],
    )?;
    for fact in &one.facts {
        facts::insert(cx, one.person, fact)?;
    }
    contacts::bring_in(cx, one.person, &one.circle)?;
    for past in &one.past {
        write_past(cx, one.person, past)?;
    }
    let payload = json!({ "agreed": one.agreed.code(), "kind": one.kind.code(), "visits": one.past.len() });
    Ok(cx.record("care.visit_plan", "person", one.person.0, &payload)?)
}

fn write_past(cx: &mut Cx<'_>, person: PersonId, past: &Past) -> Result<()> {
    let (visit, report): (VisitId, Uuid) = (VisitId(cx.ids().uuid(past.at)), cx.ids().uuid(past.at));
    let state = VisitState::Assigned.done(past.outcome).unwrap_or(VisitState::Cancelled);
    cx.put(
        "INSERT INTO care_visit (id, district_id, person_id, kind, state, due_on, reasons, planned_at, done_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, 3)",
        params![
            visit,
            cx.district(),
            person,
            past.kind.code(),
            state.code(),
            past.due.to_string(),
            cx.now.min(past.at),
            past.at
        ],
    )?;
    for (account, force) in &past.by {
        cx.put(
            "INSERT INTO care_visit_visitor (visit_id, account_id, district_id, force_code, at) VALUES ($1, $2, $3, $4, $5)",
            params![visit, *account, cx.district(), force.code(), past.at],
        )?;
    }
    cx.new_subject_key(KeyClass::Text, report)?;
    let sealed = seal(cx, KeyClass::Text, report, &past.form)?;
    Ok(cx.put(
        "INSERT INTO care_visit_report (id, district_id, visit_id, person_id, outcome, state, sealed, done_at, clock_off, at, \
         by_account) VALUES ($1, $2, $3, $4, $5, 'applied', $6, $7, $8, $7, $9)",
        params![
            report,
            cx.district(),
            visit,
            person,
            past.outcome.code(),
            sealed,
            past.at,
            false,
            past.by.first().map(|(account, _)| *account)
        ],
    )?)
}

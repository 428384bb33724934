//! Who rings whom this week. Two calls in a row that nobody answers are as a door that nobody opens.

use super::monday;
use crate::app::visits::{self, day_of};
use crate::ground::{Homes, Reach};
use crate::model::company::{CallOutcome, asks_for_a_look};
use crate::model::visit::Force;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, PersonId};
use kernel::time::shanghai;
use people::app::persons;
use people::policy::{Action, decide};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, Value, params};
use uuid::Uuid;

/// One line of the rota.
#[derive(Clone, PartialEq, Eq)]
pub struct CallLine {
    pub person: PersonId,
    /// None for the supplementary force (N2).
    pub name: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub caller: Option<AccountId>,
    /// When a call suits: `2m`, Tuesday morning; empty: at any time.
    pub part: String,
    /// What came of the last one, and when.
    pub last: Option<(CallOutcome, Moment)>,
    /// Reached this week, or a visit was asked for: nothing to do.
    pub done: bool,
    /// In a row.
    pub missed: usize,
}

/// Never printed by accident.
impl std::fmt::Debug for CallLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallLine(…)")
    }
}

/// Who is to be rung this week: one's own, and, for whoever plans visits, everybody where they work. Each name and number is an
/// entry of the log.
pub fn calls(cx: &mut Cx<'_>, most: usize) -> Result<Vec<CallLine>> {
    let me = cx.actor.account_id();
    let support = cx.actor.grants().iter().all(|g| Force::of(g.role) == Some(Force::Support));
    let from = monday(cx.now);
    let begin = from.at(0, 0, 0, 0).to_zoned_datetime(shanghai()).map(|z| Moment::from(&z)).unwrap_or_default();
    let mut values = params![cx.district(), true, begin].to_vec();
    let mut which: Vec<String> = Vec::new();
    if let Some(me) = me {
        values.push(me.into());
        which.push(format!("c.caller_id = ${}", values.len()));
    }
    if !support {
        let there = Homes::of(cx, Action::RecordVisit)?.hold("c.person_id", &mut values);
        which.push(format!("(1 = 1{there})"));
    }
    if which.is_empty() {
        return Ok(Vec::new());
    }
    // Whoever was reached this week comes last, so that those who wait are always among those that are read.
    let sql = format!(
        "SELECT c.person_id, c.caller_id, c.call_part FROM care_company c WHERE c.district_id = $1 AND c.calls = $2 AND ({}) \
         ORDER BY CASE WHEN EXISTS (SELECT 1 FROM care_call k WHERE k.person_id = c.person_id AND k.at >= $3 AND k.outcome <> 'not') \
         THEN 1 ELSE 0 END, c.person_id LIMIT {most}",
        which.join(" OR ")
    );
    let rows = cx.query(&sql, &values)?;
    let people = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let mut reach = Reach::new(cx, Action::RecordVisit)?;
    reach.read(cx, &people)?;
    let mut known = persons::known_of(cx, &people)?;
    let mut past = outcomes_of(cx, &people)?;
    let mut out = Vec::new();
    for row in &rows {
        let (person, caller): (PersonId, Option<AccountId>) = (row.id("person_id")?, row.opt_id("caller_id")?);
        let mine = me.is_some() && caller == me;
        let near = !support && reach.of(cx, person).is_some();
        // One's own only while the policy says so.
        if !near {
            let facts = visits::facts_for_call(cx, person, caller)?;
            if !mine || !decide(&cx.actor, cx.purpose, Action::RecordVisit, &facts).is_allowed() {
                continue;
            }
        }
        let Some(known) = known.remove(&person) else { continue };
        cx.record_read("person", person.0, if support { &["contact"] } else { &["name", "contact"] })?;
        let past = past.remove(&person).unwrap_or_default();
        let missed = past.iter().take_while(|(o, _)| *o == CallOutcome::Not).count();
        let last = past.first().copied();
        let done = last.is_some_and(|(o, at)| o != CallOutcome::Not && day_of(at) >= from);
        out.push(CallLine {
            person,
            name: Some(known.name).filter(|_| !support),
            phone: known.phone,
            language: known.language,
            caller,
            part: row.text("call_part")?,
            last,
            done,
            missed,
        });
    }
    // What is still to do comes first, and of that whom nobody reached, then whom it suits today.
    let today = day_of(cx.now).weekday().to_monday_one_offset().to_string();
    out.sort_by_key(|l| (l.done, std::cmp::Reverse(l.missed), !l.part.starts_with(&today), l.caller != me, l.person));
    Ok(out)
}

/// Calls of one that are looked at.
const LAST: usize = 8;

/// Of the last calls, the newest first.
pub(super) fn outcomes(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<(CallOutcome, Moment)>> {
    Ok(outcomes_of(cx, &[person])?.remove(&person).unwrap_or_default())
}

/// The same of many.
fn outcomes_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<(CallOutcome, Moment)>>> {
    let mut out: HashMap<PersonId, Vec<(CallOutcome, Moment)>> = HashMap::new();
    for chunk in people.chunks(200) {
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT person_id, outcome, at FROM care_call WHERE district_id = $1 AND person_id IN ({marks}) ORDER BY at DESC, id DESC"
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|p| Value::from(*p)));
        for r in &cx.query(&sql, &values)? {
            let of = out.entry(r.id("person_id")?).or_default();
            if of.len() < LAST {
                of.push((CallOutcome::from_code(&r.text("outcome")?).unwrap_or(CallOutcome::Not), r.moment("at")?));
            }
        }
    }
    Ok(out)
}

/// What came of a call; the id is made by the form, so that sending it twice counts once.
pub fn record_call(cx: &mut Cx<'_>, id: Uuid, person: PersonId, outcome: CallOutcome) -> Result<()> {
    people::policy::require_somewhere(&cx.actor, Action::RecordVisit)?;
    let wish = super::wishes::load(cx, person)?.filter(|w| w.calls).ok_or(Error::Store(store::Error::NotFound))?;
    let facts = visits::facts_for_call(cx, person, wish.caller)?;
    people::policy::require(&cx.actor, cx.purpose, Action::RecordVisit, &facts)?;
    visits::lock(cx, person)?;
    persons::in_care(cx, person)?;
    if cx.query_opt("SELECT 1 AS one FROM care_call WHERE id = $1", params![id])?.is_some() {
        return Ok(());
    }
    cx.execute(
        "INSERT INTO care_call (id, district_id, person_id, outcome, at, by_account) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), person, outcome.code(), cx.now, cx.actor.account_id()],
    )?;
    cx.record("care.call", "person", person.0, &json!({ "call": id, "outcome": outcome.code() }))?;
    cx.signal(super::CHANGED, person.0);
    match outcome {
        CallOutcome::Not => {
            let past: Vec<CallOutcome> = outcomes(cx, person)?.into_iter().map(|(o, _)| o).collect();
            if asks_for_a_look(&past) {
                visits::unreached(cx, person, id)?;
            }
            Ok(())
        }
        CallOutcome::Reached => visits::reached(cx, person),
        CallOutcome::Visit => {
            visits::reached(cx, person)?;
            visits::wants_visit(cx, person, id)
        }
    }
}

//! What was stated about somebody and calls for visits: each with its source, its day and who wrote it. Sealed; of health only while
//! somebody agrees that health is kept, asked each time it is read (R7).

use super::{day_of, lock, may, opt_date, replan};
use crate::app::{seal, unseal_left};
use crate::model::visit_plan::{FactKind, FactSource, Stated};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons;
use people::model::person::Part;
use people::policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFact {
    pub kind: FactKind,
    pub source: FactSource,
    pub on: Date,
    pub until: Option<Date>,
}

/// One that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactLine {
    pub id: Uuid,
    pub kind: FactKind,
    pub source: FactSource,
    pub on: Date,
    pub until: Option<Date>,
    pub written_at: Moment,
    /// As the log names them.
    pub written_by: Option<kernel::ids::AccountId>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    kind: String,
    source: String,
}

/// Writes one down; the next date follows at once.
pub fn state_fact(cx: &mut Cx<'_>, person: PersonId, new: &NewFact) -> Result<Uuid> {
    may(cx, person, Action::PlanVisits)?;
    may(cx, person, Action::ViewVisitFacts)?;
    lock(cx, person)?;
    persons::in_care(cx, person)?;
    let today = day_of(cx.now);
    if new.on > today || crate::model::visit_plan::days_between(new.on, today) > 366 * 20 {
        return Err(Error::Invalid { field: "on", why: "range" });
    }
    if new.until.is_some_and(|until| until < today) || (new.kind == FactKind::CarerAway && new.until.is_none()) {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    if new.kind.is_health() && !people::app::consents::in_force(cx, person, Part::Health)? {
        return Err(Error::Refused("no-consent-health"));
    }
    if load(cx, person)?.iter().any(|f| f.kind == new.kind && f.on == new.on) {
        return Err(Error::Refused("visit-fact-twice"));
    }
    let id = insert(cx, person, new)?;
    cx.record("care.visit_fact", "person", person.0, &json!({ "fact": id }))?;
    replan(cx, person)?;
    Ok(id)
}

pub(super) fn insert(cx: &mut Cx<'_>, person: PersonId, new: &NewFact) -> Result<Uuid> {
    let id: Uuid = cx.new_id();
    let content = Sealed { kind: new.kind.code().to_owned(), source: new.source.code().to_owned() };
    cx.new_subject_key(KeyClass::Text, id)?;
    let sealed = seal(cx, KeyClass::Text, id, &content)?;
    cx.put(
        "INSERT INTO care_visit_fact (id, district_id, person_id, sealed, health, on_day, until_day, at, by_account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            cx.district(),
            person,
            sealed,
            new.kind.is_health(),
            new.on.to_string(),
            new.until.map(|d| d.to_string()),
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    Ok(id)
}

/// It is so no longer; the key goes with it.
pub fn end_fact(cx: &mut Cx<'_>, person: PersonId, id: Uuid) -> Result<()> {
    may(cx, person, Action::PlanVisits)?;
    may(cx, person, Action::ViewVisitFacts)?;
    lock(cx, person)?;
    let sql = "DELETE FROM care_visit_fact WHERE id = $1 AND person_id = $2 AND district_id = $3";
    if cx.execute(sql, params![id, person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.destroy_subject_key(KeyClass::Text, id)?;
    cx.record("care.visit_fact_ended", "person", person.0, &json!({ "fact": id }))?;
    replan(cx, person)
}

/// What stands, for core and front line where the person lives. One entry of the log.
pub fn facts(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<FactLine>> {
    may(cx, person, Action::ViewVisitFacts)?;
    let found = load(cx, person)?;
    cx.record_read("person", person.0, &["visit_facts"])?;
    Ok(found)
}

/// For whoever has asked the policy.
pub(crate) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<FactLine>> {
    Ok(load_all(cx, &[person])?.remove(&person).unwrap_or_default())
}

/// The same of many people (two hundred at most), in a few statements.
pub(super) fn load_all(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<FactLine>>> {
    let marks = (2..people.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT id, person_id, sealed, health, on_day, until_day, at, by_account FROM care_visit_fact WHERE district_id = $1 \
         AND person_id IN ({marks}) ORDER BY on_day, id"
    );
    let mut values = params![cx.district()].to_vec();
    values.extend(people.iter().copied().map(Value::from));
    let rows = cx.query(&sql, &values)?;
    let mut out: HashMap<PersonId, Vec<FactLine>> = HashMap::new();
    if rows.is_empty() {
        return Ok(out);
    }
    let (mut ids, mut of_health): (Vec<Uuid>, Vec<PersonId>) = (Vec::new(), Vec::new());
    for row in &rows {
        ids.push(row.uuid("id")?);
        if row.bool("health")? {
            of_health.push(row.id("person_id")?);
        }
    }
    of_health.sort_unstable();
    of_health.dedup();
    let health = people::app::consents::in_force_of(cx, &of_health, Part::Health)?;
    cx.load_subject_keys(KeyClass::Text, &ids)?;
    let today = day_of(cx.now);
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        let until = opt_date(row, "until_day")?;
        if (row.bool("health")? && !health.contains(&person)) || until.is_some_and(|until| until < today) {
            continue;
        }
        if let Some(line) = line(cx, row, until)? {
            out.entry(person).or_default().push(line);
        }
    }
    Ok(out)
}

/// Who of these people lives alone, as it was stated; for whoever has asked the policy.
pub(crate) fn alone_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashSet<PersonId>> {
    let mut out = HashSet::new();
    for chunk in people.chunks(200) {
        let alone = load_all(cx, chunk)?.into_iter().filter(|(_, all)| all.iter().any(|f| f.kind == FactKind::Alone));
        out.extend(alone.map(|(person, _)| person));
    }
    Ok(out)
}

fn line(cx: &mut Cx<'_>, row: &Row, until: Option<Date>) -> Result<Option<FactLine>> {
    let id = row.uuid("id")?;
    let Some(sealed) = unseal_left::<Sealed>(cx, KeyClass::Text, id, row.opt_blob("sealed")?)? else { return Ok(None) };
    let (kind, source) = (FactKind::from_code(&sealed.kind), FactSource::from_code(&sealed.source));
    let (Some(kind), Some(source)) = (kind, source) else { return Ok(None) };
    Ok(Some(FactLine {
        id,
        kind,
        source,
        on: super::date(row, "on_day")?,
        until,
        written_at: row.moment("at")?,
        written_by: row.opt_id("by_account")?,
    }))
}

pub(super) fn stated(all: &[FactLine]) -> Vec<Stated> {
    all.iter().map(|f| Stated { kind: f.kind, on: f.on, until: f.until }).collect()
}

pub(super) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let rows = cx.query("SELECT id FROM care_visit_fact WHERE person_id = $1", params![person])?;
    let ids = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &ids)?;
    cx.execute("DELETE FROM care_visit_fact WHERE person_id = $1", params![person])?;
    Ok(())
}

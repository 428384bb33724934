//! Writing and reading the care schedule (L7). Sealed: when a home is empty is nobody's business.

use super::{contacts, seal, unseal, unseal_left};
use crate::model::schedule::{Home, Schedule};
use crate::{Error, Result};
use jiff::civil::DateTime;
use kernel::ids::{ContactId, PersonId};
use kernel::{Moment, time};
use people::app::persons::{self, For};
use people::policy::Action;
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Value, params};

/// Who is at home now, for a case: what the schedule says, and until when the elder is alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtHome {
    pub home: Home,
    pub alone_until: Option<DateTime>,
}

/// The schedule with the version to change it by; an empty one at version 0 where none was written.
///
/// # Errors
/// When it may not be seen for this purpose.
pub fn get(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<(Schedule, i64)> {
    persons::may(cx, person, why, Action::ViewCare)?;
    cx.record_read("person", person.0, &["schedule"])?;
    load(cx, person)
}

/// What it says of an instant, for whoever has asked the policy already.
pub fn at(cx: &mut Cx<'_>, person: PersonId, at: Moment) -> Result<AtHome> {
    let (schedule, _) = load(cx, person)?;
    let local = at.zoned(&time::shanghai()).datetime();
    Ok(AtHome { home: schedule.at(local), alone_until: schedule.alone_until(local) })
}

pub(crate) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<(Schedule, i64)> {
    let sql = "SELECT schedule, version FROM care_schedule WHERE person_id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok((Schedule::default(), 0)) };
    let left = unseal_left(cx, KeyClass::Contact, person.0, Some(row.blob("schedule")?))?;
    Ok((left.unwrap_or_default(), row.i64("version")?))
}

/// Those of these people who have one, for whoever has asked the policy already: one statement for many.
pub fn of_all(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Schedule>> {
    let mut out = HashMap::new();
    for chunk in people.chunks(200) {
        let subjects: Vec<uuid::Uuid> = chunk.iter().map(|p| p.0).collect();
        cx.load_subject_keys(KeyClass::Contact, &subjects)?;
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql =
            format!("SELECT person_id, schedule FROM care_schedule WHERE district_id = $1 AND person_id IN ({marks})");
        let values: Vec<Value> =
            std::iter::once(Value::from(cx.district())).chain(chunk.iter().map(|p| Value::from(*p))).collect();
        for row in &cx.query(&sql, &values)? {
            let person: PersonId = row.id("person_id")?;
            let left = unseal_left(cx, KeyClass::Contact, person.0, Some(row.blob("schedule")?))?;
            out.extend(left.map(|schedule| (person, schedule)));
        }
    }
    Ok(out)
}

/// Writes it whole; `seen` is the version that was read.
pub fn set(cx: &mut Cx<'_>, person: PersonId, why: &For, seen: i64, schedule: &Schedule) -> Result<i64> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    schedule.check().map_err(|(field, why)| Error::Invalid { field, why })?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let known: Vec<ContactId> = contacts::all(cx, person)?.iter().filter(|c| c.is_welcome()).map(|c| c.id).collect();
    if schedule.contacts().iter().any(|id| !known.contains(id)) {
        return Err(Error::Invalid { field: "who", why: "unknown" });
    }
    let current = load(cx, person)?.1;
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    write(cx, person, schedule, seen + 1)?;
    let payload = json!({ "slots": schedule.week.len(), "exceptions": schedule.exceptions.len(), "v": seen + 1 });
    cx.record("care.schedule_changed", "person", person.0, &payload)?;
    Ok(seen + 1)
}

fn write(cx: &mut Cx<'_>, person: PersonId, schedule: &Schedule, version: i64) -> Result<()> {
    let sealed = seal(cx, KeyClass::Contact, person.0, schedule)?;
    cx.execute(
        "INSERT INTO care_schedule (person_id, district_id, schedule, version, changed_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id) DO UPDATE SET schedule = $3, version = $4, changed_at = $5",
        params![person, cx.district(), sealed, version, cx.now],
    )?;
    Ok(())
}

/// Somebody is no contact any more.
pub(super) fn forget_contact(cx: &mut Cx<'_>, person: PersonId, gone: ContactId) -> Result<()> {
    let sql = "SELECT schedule, version FROM care_schedule WHERE person_id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(()) };
    let mut schedule: Schedule = unseal(cx, KeyClass::Contact, person.0, &row.blob("schedule")?)?;
    if schedule.contacts().contains(&gone) {
        schedule.forget(gone);
        write(cx, person, &schedule, row.i64("version")? + 1)?;
    }
    Ok(())
}

//! The end of somebody's care: cards stop opening, plan and schedule go, nobody is called any more. Reading asks the record
//! each time, so that nothing is used in the second until this has run.

use super::{cards, consents, extra, mutual, photo, plan, teams, threads, visits, watch};
use crate::Result;
use crate::model::thread::CloseReason;
use kernel::ids::PersonId;
use people::app::persons;
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// After the care ended, or the record was erased. Nothing when somebody is in care again.
pub fn care_is_over(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    cx.lock(&format!("care/{person}"))?;
    if persons::in_care(cx, person).is_ok() {
        return Ok(());
    }
    cards::revoke_all(cx, person)?;
    let sql = "SELECT id FROM care_thread WHERE person_id = $1 AND district_id = $2 AND closed_at IS NULL";
    for row in &cx.query(sql, params![person, cx.district()])? {
        threads::end(cx, row.id("id")?, CloseReason::ByPost)?;
    }
    consents::end_all(cx, person)?;
    plan::erase_outer(cx, person)?;
    photo::erase(cx, person)?;
    visits::end_all(cx, person)?;
    watch::end_all(cx, person)?;
    teams::end_all(cx, person)?;
    extra::end_all(cx, person)?;
    mutual::end_all(cx, person)?;
    cx.execute("DELETE FROM care_plan WHERE person_id = $1", params![person])?;
    cx.execute("DELETE FROM care_change WHERE person_id = $1", params![person])?;
    cx.execute("DELETE FROM care_schedule WHERE person_id = $1", params![person])?;
    let sql = "UPDATE care_contact SET ended_at = $1, identity = NULL, contact = NULL WHERE person_id = $2 \
               AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, person])?;
    if !persons::exists(cx, person)? {
        erase(cx, person)?;
    }
    cx.record("care.ended", "person", person.0, &json!({}))?;
    Ok(())
}

/// The record was erased: so are the words of witnesses and finders.
fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "SELECT id FROM care_consent WHERE person_id = $1";
    let witnesses = cx.query(sql, params![person])?;
    let witnesses = witnesses.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &witnesses)?;
    cx.execute("UPDATE care_consent SET guardian_id = NULL WHERE person_id = $1", params![person])?;
    let sql = "SELECT id FROM care_thread WHERE person_id = $1";
    let all = cx.query(sql, params![person])?;
    let all = all.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    erase_threads(cx, &all)?;
    watch::erase(cx, person)?;
    extra::erase(cx, person)?;
    visits::erase(cx, person)
}

/// Destroys the keys of threads, and the rows with them.
pub(crate) fn erase_threads(cx: &mut Cx<'_>, threads: &[Uuid]) -> std::result::Result<(), store::Error> {
    cx.destroy_subject_keys(KeyClass::Text, threads)?;
    for id in threads {
        cx.execute("DELETE FROM care_message WHERE thread_id = $1", params![*id])?;
        cx.execute("DELETE FROM care_thread WHERE id = $1", params![*id])?;
    }
    Ok(())
}

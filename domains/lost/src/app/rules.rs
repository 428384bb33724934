//! The times of a district.

use crate::error::{Error, Result};
use crate::model::LostRules;
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// The rules of the district, or what holds where nobody changed them.
pub fn lost_rules(cx: &mut Cx<'_>) -> Result<LostRules> {
    let sql = "SELECT take_minutes, next_contact_minutes, look_minutes, keep_hours, code_minutes, call_hours, conference_at, \
               version FROM lost_rule WHERE district_id = $1";
    let Some(r) = cx.query_opt(sql, params![cx.district()])? else { return Ok(LostRules::default()) };
    Ok(LostRules {
        take_minutes: r.i64("take_minutes")?,
        next_contact_minutes: r.i64("next_contact_minutes")?,
        look_minutes: r.i64("look_minutes")?,
        keep_hours: r.i64("keep_hours")?,
        code_minutes: r.i64("code_minutes")?,
        call_hours: r.i64("call_hours")?,
        conference_at: r.i64("conference_at")?,
        version: r.i64("version")?,
    })
}

/// Changes them. Clocks that run already follow; a code that was sent and a call for help that runs end when they were said to.
pub fn set_lost_rules(cx: &mut Cx<'_>, to: &LostRules) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District)?;
    if let Some(field) = to.wrong() {
        return Err(Error::Invalid { field, why: "range" });
    }
    let before = lost_rules(cx)?;
    if before.version != to.version {
        return Err(Error::Stale { seen: to.version, current: before.version });
    }
    cx.execute(
        "INSERT INTO lost_rule (district_id, take_minutes, next_contact_minutes, look_minutes, keep_hours, code_minutes, \
         call_hours, conference_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district_id) DO UPDATE \
         SET take_minutes = $2, next_contact_minutes = $3, look_minutes = $4, keep_hours = $5, code_minutes = $6, \
         call_hours = $7, conference_at = $8, version = $9",
        params![
            cx.district(),
            to.take_minutes,
            to.next_contact_minutes,
            to.look_minutes,
            to.keep_hours,
            to.code_minutes,
            to.call_hours,
            to.conference_at,
            to.version + 1
        ],
    )?;
    let payload = json!({
        "take_minutes": to.take_minutes, "next_contact_minutes": to.next_contact_minutes, "look_minutes": to.look_minutes,
        "keep_hours": to.keep_hours, "code_minutes": to.code_minutes, "call_hours": to.call_hours,
        "conference_at": to.conference_at,
    });
    let district = cx.district();
    cx.record("lost.rules", "district", district.0, &payload)?;
    super::clocks::follow(cx, &before, to)?;
    Ok(())
}

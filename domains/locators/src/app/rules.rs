//! The times and levels of a district.

use crate::model::Rules;
use crate::{Error, Result};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// What holds, or what holds where nobody changed it.
pub fn rules(cx: &mut Cx<'_>) -> Result<Rules> {
    let sql = "SELECT family_minutes, silence_minutes, low_pct, charged_pct, before_case_minutes, version FROM locator_rule \
               WHERE district_id = $1";
    let Some(r) = cx.query_opt(sql, params![cx.district()])? else { return Ok(Rules::default()) };
    Ok(Rules {
        family_minutes: r.i64("family_minutes")?,
        silence_minutes: r.i64("silence_minutes")?,
        low_pct: r.i64("low_pct")?,
        charged_pct: r.i64("charged_pct")?,
        before_case_minutes: r.i64("before_case_minutes")?,
        version: r.i64("version")?,
    })
}

/// Changes them; timers that run ring when they were set to.
///
/// # Errors
/// Whoever may not, a value beyond its range, or somebody was quicker.
pub fn set_rules(cx: &mut Cx<'_>, to: &Rules) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District)?;
    if let Some(field) = to.wrong() {
        return Err(Error::Invalid { field, why: "range" });
    }
    let before = rules(cx)?;
    if before.version != to.version {
        return Err(Error::Stale { seen: to.version, current: before.version });
    }
    cx.execute(
        "INSERT INTO locator_rule (district_id, family_minutes, silence_minutes, low_pct, charged_pct, before_case_minutes, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id) DO UPDATE SET family_minutes = $2, silence_minutes = $3, \
         low_pct = $4, charged_pct = $5, before_case_minutes = $6, version = $7",
        params![
            cx.district(),
            to.family_minutes,
            to.silence_minutes,
            to.low_pct,
            to.charged_pct,
            to.before_case_minutes,
            to.version + 1
        ],
    )?;
    let payload = json!({
        "family_minutes": to.family_minutes, "silence_minutes": to.silence_minutes, "low_pct": to.low_pct,
        "charged_pct": to.charged_pct, "before_case_minutes": to.before_case_minutes,
    });
    let district = cx.district();
    cx.record("locator.rules", "district", district.0, &payload)?;
    Ok(())
}

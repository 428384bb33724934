//! The times and levels of a district.

use crate::model::Rules;
use crate::{Error, Result};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// What holds, or what holds where nobody changed it.
pub fn rules(cx: &mut Cx<'_>) -> Result<Rules> {
    let sql = "SELECT family_minutes, silence_minutes, unheard_hours, take_minutes, low_pct, charged_pct, before_case_minutes, version \
               FROM locator_rule WHERE district_id = $1";
    let Some(r) = cx.query_opt(sql, params![cx.district()])? else { return Ok(Rules::default()) };
    Ok(Rules {
        family_minutes: r.i64("family_minutes")?,
        silence_minutes: r.i64("silence_minutes")?,
        unheard_hours: r.i64("unheard_hours")?,
        take_minutes: r.i64("take_minutes")?,
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
        "INSERT INTO locator_rule (district_id, family_minutes, silence_minutes, unheard_hours, take_minutes, low_pct, charged_pct, \
         before_case_minutes, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district_id) DO UPDATE SET \
         family_minutes = $2, silence_minutes = $3, unheard_hours = $4, take_minutes = $5, low_pct = $6, charged_pct = $7, \
         before_case_minutes = $8, version = $9",
        params![
            cx.district(),
            to.family_minutes,
            to.silence_minutes,
            to.unheard_hours,
            to.take_minutes,
            to.low_pct,
            to.charged_pct,
            to.before_case_minutes,
            to.version + 1
        ],
    )?;
    let values: serde_json::Map<_, _> =
        Rules::RANGES.iter().map(|(name, _)| ((*name).to_owned(), json!(to.get(name)))).collect();
    let district = cx.district();
    cx.record("locator.rules", "district", district.0, &json!(values))?;
    Ok(())
}

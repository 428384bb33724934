//! The numbers of a district (°).

use crate::model::visit_plan::VisitRules;
use crate::{Error, Result};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// The rules of the district, or what holds where nobody changed them.
pub fn visit_rules(cx: &mut Cx<'_>) -> Result<VisitRules> {
    let sql = "SELECT alone_days, weekly_days, others_days, change_hours, weather_days, again_days, misses, pack_hours, \
               version FROM care_visit_rule WHERE district_id = $1";
    let Some(r) = cx.query_opt(sql, params![cx.district()])? else { return Ok(VisitRules::default()) };
    let mut rules = VisitRules { version: r.i64("version")?, ..VisitRules::default() };
    for (name, _) in VisitRules::RANGES {
        rules.set(name, r.i64(name)?);
    }
    Ok(rules)
}

/// Changes them; dates follow with the next look of the day.
pub fn set_visit_rules(cx: &mut Cx<'_>, to: &VisitRules) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District)?;
    if let Some(field) = to.wrong() {
        return Err(Error::Invalid { field, why: "range" });
    }
    let before = visit_rules(cx)?;
    if before.version != to.version {
        return Err(Error::Stale { seen: to.version, current: before.version });
    }
    cx.execute(
        "INSERT INTO care_visit_rule (district_id, alone_days, weekly_days, others_days, change_hours, weather_days, again_days, \
         misses, pack_hours, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (district_id) DO UPDATE SET \
         alone_days = $2, weekly_days = $3, others_days = $4, change_hours = $5, weather_days = $6, again_days = $7, misses = $8, \
         pack_hours = $9, version = $10",
        params![
            cx.district(),
            to.alone_days,
            to.weekly_days,
            to.others_days,
            to.change_hours,
            to.weather_days,
            to.again_days,
            to.misses,
            to.pack_hours,
            to.version + 1
        ],
    )?;
    let mut payload = serde_json::Map::new();
    for (name, _) in VisitRules::RANGES {
        payload.insert(name.to_owned(), json!(to.get(name)));
    }
    let district = cx.district();
    cx.record("care.visit_rules", "district", district.0, &payload.into())?;
    super::replan::replan_soon(cx, None)
}

//! The times of a district.

use crate::model::watch::WatchRules;
use crate::{Error, Result};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// What holds, or what holds where nobody changed it.
pub fn rules(cx: &mut Cx<'_>) -> Result<WatchRules> {
    let sql =
        "SELECT callback_minutes, arrive_minutes, extra_days, version FROM care_watch_rule WHERE district_id = $1";
    let Some(r) = cx.query_opt(sql, params![cx.district()])? else { return Ok(WatchRules::default()) };
    Ok(WatchRules {
        callback: r.i64("callback_minutes")?,
        arrive: r.i64("arrive_minutes")?,
        extra_days: r.i64("extra_days")?,
        version: r.i64("version")?,
    })
}

/// Changes them; what runs already keeps the time that was promised.
///
/// # Errors
/// Whoever may not, a value beyond its range, or somebody was quicker.
pub fn set_rules(cx: &mut Cx<'_>, to: WatchRules) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::ManageWatch, &ResourceFacts::District)?;
    for (field, value) in [("callback", to.callback), ("arrive", to.arrive)] {
        if !WatchRules::RANGE.contains(&value) {
            return Err(Error::Invalid { field, why: "range" });
        }
    }
    if !WatchRules::DAYS.contains(&to.extra_days) {
        return Err(Error::Invalid { field: "extra_days", why: "range-days" });
    }
    let before = rules(cx)?;
    if before.version != to.version {
        return Err(Error::Stale { seen: to.version, current: before.version });
    }
    cx.execute(
        "INSERT INTO care_watch_rule (district_id, callback_minutes, arrive_minutes, extra_days, version) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (district_id) DO UPDATE SET callback_minutes = $2, arrive_minutes = $3, \
         extra_days = $4, version = $5",
        params![cx.district(), to.callback, to.arrive, to.extra_days, to.version + 1],
    )?;
    let district = cx.district();
    let payload = json!({ "callback": to.callback, "arrive": to.arrive, "extra_days": to.extra_days });
    cx.record("care.watch_rules", "district", district.0, &payload)?;
    Ok(())
}

//! How far people may look into records, as the security administrator has set it: look-ups a day, hits of one search,
//! length of a break-glass window, days to review it. Until somebody sets them, the defaults° hold.

use super::allow;
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use serde_json::json;
use store::{Cx, params};

/// The rules of one district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRules {
    /// Searches and openings of one account on one day.
    pub daily_lookups: i64,
    /// People shown by one search.
    pub hits: i64,
    /// Minutes that a break-glass window lasts.
    pub window_minutes: i64,
    /// Working days in which it is reviewed.
    pub review_days: i64,
    pub version: i64,
}

impl Default for RecordRules {
    fn default() -> Self {
        Self { daily_lookups: 60, hits: 8, window_minutes: 30, review_days: 3, version: 0 }
    }
}

/// Nobody sets a budget that is none, or a window that lasts a day.
const LIMITS: [(&str, i64, i64); 4] =
    [("daily_lookups", 1, 500), ("hits", 1, 20), ("window_minutes", 5, 60), ("review_days", 1, 10)];

impl RecordRules {
    const fn numbers(&self) -> [i64; 4] {
        [self.daily_lookups, self.hits, self.window_minutes, self.review_days]
    }
}

/// The rules that hold now. Everybody may know them.
pub fn record_rules(cx: &mut Cx<'_>) -> Result<RecordRules> {
    let sql =
        "SELECT daily_lookups, hits, window_minutes, review_days, version FROM record_rule WHERE district_id = $1";
    let Some(row) = cx.query_opt(sql, params![cx.district()])? else { return Ok(RecordRules::default()) };
    Ok(RecordRules {
        daily_lookups: row.i64("daily_lookups")?,
        hits: row.i64("hits")?,
        window_minutes: row.i64("window_minutes")?,
        review_days: row.i64("review_days")?,
        version: row.i64("version")?,
    })
}

/// Sets them; `version` is the one that was seen.
pub fn set_record_rules(cx: &mut Cx<'_>, rules: &RecordRules) -> Result<()> {
    allow(cx, Action::ManageRecordRules, &ResourceFacts::District)?;
    for ((field, least, most), n) in LIMITS.into_iter().zip(rules.numbers()) {
        if n < least || n > most {
            return Err(Error::Invalid { field, why: "range" });
        }
    }
    cx.lock("record-rules")?;
    let before = record_rules(cx)?;
    if before.version != rules.version {
        return Err(Error::Stale { seen: rules.version, current: before.version });
    }
    let [lookups, hits, minutes, days] = rules.numbers();
    cx.execute(
        "INSERT INTO record_rule (district_id, daily_lookups, hits, window_minutes, review_days, version) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id) DO UPDATE SET daily_lookups = $2, hits = $3, \
         window_minutes = $4, review_days = $5, version = $6",
        params![cx.district(), lookups, hits, minutes, days, rules.version + 1],
    )?;
    let payload = json!({ "daily_lookups": lookups, "hits": hits, "window_minutes": minutes, "review_days": days });
    cx.record("record.rules", "district", cx.district().0, &payload)?;
    Ok(())
}

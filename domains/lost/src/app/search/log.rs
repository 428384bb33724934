//! The log of a search: each step sealed under the place of the case, and counted.

use crate::app::{seal, unseal};
use crate::error::Result;
use crate::events;
use crate::model::search::{Line, Step};
use kernel::Moment;
use kernel::ids::CaseId;
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Writes a step and tells open pages. Answers its number.
pub(super) fn write(cx: &mut Cx<'_>, case: CaseId, at: Moment, step: &Step) -> Result<i64> {
    cx.lock(&format!("lost-search/{case}"))?;
    let sql = "SELECT COALESCE(MAX(nth), 0) AS n FROM lost_search_entry WHERE case_id = $1";
    let nth = cx.query_one(sql, params![case])?.i64("n")? + 1;
    let body = seal(cx, KeyClass::Location, case.0, step)?;
    cx.execute(
        "INSERT INTO lost_search_entry (case_id, nth, district_id, at, told_at, by_actor, kind, team_id, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![case, nth, cx.district(), at, cx.now, cx.actor.log_name(), step.code(), step.team().map(|t| t.0), body],
    )?;
    let payload = json!({ "nth": nth, "team": step.team() });
    cx.record(&format!("lost.search-{}", step.code()), "case", case.0, &payload)?;
    cx.signal(events::CHANGED, case.0);
    Ok(nth)
}

/// Everything that is not erased, in the order in which it was told.
pub(super) fn read(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<Line>> {
    read_after(cx, case, 0)
}

/// What was told after this entry.
pub(super) fn read_after(cx: &mut Cx<'_>, case: CaseId, nth: i64) -> Result<Vec<Line>> {
    let sql =
        "SELECT nth, at, told_at, by_actor, body FROM lost_search_entry WHERE case_id = $1 AND nth > $2 ORDER BY nth";
    let rows = cx.query(sql, params![case, nth])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let step: Option<Step> = unseal(cx, KeyClass::Location, case.0, Some(&r.blob("body")?))?;
        let Some(step) = step else { continue };
        let (nth, by) = (r.i64("nth")?, r.text("by_actor")?);
        out.push(Line { nth, at: r.moment("at")?, told_at: r.moment("told_at")?, by, step });
    }
    Ok(out)
}

/// Was a search ever opened, and is the last one still open? Without opening anything that is sealed.
pub(super) fn is_open(cx: &mut Cx<'_>, case: CaseId) -> Result<bool> {
    let sql = "SELECT kind FROM lost_search_entry WHERE case_id = $1 AND kind IN ('opened', 'closed') ORDER BY nth DESC LIMIT 1";
    Ok(cx.query_opt(sql, params![case])?.map(|r| r.text("kind")).transpose()?.as_deref() == Some("opened"))
}

//! Heat, cold, typhoon and festival rounds: a switch per area, with who turned it, when, and until when it is on.

use super::{day_of, opt_date};
use crate::model::visit_plan::{RoundKind, RoundOn};
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::Geography;
use people::app::persons;
use people::policy::{Action, PlaceFacts, ResourceFacts, require, require_somewhere};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// Longest time for which a switch is on.
const MOST_DAYS: i64 = 60;

/// One that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundLine {
    pub id: Uuid,
    pub area: AreaId,
    pub kind: RoundKind,
    pub since: Date,
    pub until: Date,
    pub by: Option<AccountId>,
    pub at: Moment,
}

fn may_switch(cx: &mut Cx<'_>, area: AreaId) -> Result<()> {
    let ground = Ground(places::snapshot(cx)?);
    let areas = ground.areas_above(area);
    if areas.is_empty() {
        return Err(Error::Invalid { field: "area", why: "missing" });
    }
    let posts = super::posts_of(&ground, &areas);
    let facts = ResourceFacts::Place(PlaceFacts { areas, posts });
    Ok(require(&cx.actor, cx.purpose, Action::SwitchRounds, &facts)?)
}

/// Turns it on from today; dates follow by a job at once.
pub fn switch_on(cx: &mut Cx<'_>, area: AreaId, kind: RoundKind, until: Date) -> Result<Uuid> {
    may_switch(cx, area)?;
    let today = day_of(cx.now);
    if until < today || crate::model::visit_plan::days_between(today, until) > MOST_DAYS {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    cx.lock(&format!("rounds/{area}"))?;
    let sql = "SELECT 1 AS one FROM care_visit_round WHERE area_id = $1 AND kind = $2 AND ended_at IS NULL AND until_day >= $3";
    if cx.query_opt(sql, params![area, kind.code(), today.to_string()])?.is_some() {
        return Err(Error::Refused("visit-round-on"));
    }
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_visit_round (id, district_id, area_id, kind, since_day, until_day, at, by_account) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            cx.district(),
            area,
            kind.code(),
            today.to_string(),
            until.to_string(),
            cx.now,
            cx.actor.account_id()
        ],
    )?;
    let payload = json!({ "kind": kind.code(), "until": until.to_string() });
    cx.record("care.round_on", "area", area.0, &payload)?;
    super::replan::replan_soon(cx, Some(area))?;
    Ok(id)
}

/// Turns it off before its time.
pub fn switch_off(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let sql = "SELECT area_id FROM care_visit_round WHERE id = $1 AND district_id = $2 AND ended_at IS NULL";
    let area: AreaId = cx.query_one(sql, params![id, cx.district()])?.id("area_id")?;
    may_switch(cx, area)?;
    let sql = "UPDATE care_visit_round SET ended_at = $1, ended_by = $2 WHERE id = $3 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, cx.actor.account_id(), id])?;
    cx.record("care.round_off", "area", area.0, &json!({ "round": id }))?;
    super::replan::replan_soon(cx, Some(area))
}

/// Those that are on, for whoever sees visits.
pub fn rounds(cx: &mut Cx<'_>) -> Result<Vec<RoundLine>> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    load(cx)
}

pub(super) fn load(cx: &mut Cx<'_>) -> Result<Vec<RoundLine>> {
    let sql = "SELECT id, area_id, kind, since_day, until_day, at, by_account FROM care_visit_round WHERE district_id = $1 \
               AND ended_at IS NULL AND until_day >= $2 ORDER BY at, id";
    let today = day_of(cx.now).to_string();
    let rows = cx.query(sql, params![cx.district(), today])?;
    let mut out = Vec::new();
    for r in &rows {
        let Some(kind) = RoundKind::from_code(&r.text("kind")?) else { continue };
        let (Some(since), Some(until)) = (opt_date(r, "since_day")?, opt_date(r, "until_day")?) else { continue };
        let (id, area) = (r.uuid("id")?, r.id("area_id")?);
        out.push(RoundLine { id, area, kind, since, until, by: r.opt_id("by_account")?, at: r.moment("at")? });
    }
    Ok(out)
}

pub(super) fn on_for(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<RoundOn>> {
    let all = load(cx)?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let areas = persons::areas_of(cx, person)?;
    Ok(among(&all, &areas))
}

/// Those that are on in one of these areas.
pub(super) fn among(all: &[RoundLine], areas: &[AreaId]) -> Vec<RoundOn> {
    let here = all.iter().filter(|r| areas.contains(&r.area));
    here.map(|r| RoundOn { kind: r.kind, since: r.since, until: r.until }).collect()
}

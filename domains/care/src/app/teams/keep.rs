//! Teams and who is in them.

use super::{CHANGED, facts_of, may_in};
use crate::app::{line, visits, words};
use crate::model::team::{HOURS_EACH, Member, Team};
use crate::model::visit::Force;
use crate::{Error, Result};
use kernel::Point;
use kernel::ids::{AccountId, AreaId};
use people::app::{Geography, takers};
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, Row, Value, params};
use uuid::Uuid;

/// Hours a month that one member can give, at most.
const MOST_HOURS: i64 = 200;

/// A team as the desk reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamLine {
    pub area: AreaId,
    pub name: String,
    pub base: String,
    pub point: Option<Point>,
    pub version: i64,
    pub team: Team,
}

impl TeamLine {
    /// Hours a month that are given out.
    pub fn load(&self) -> i64 {
        self.team.people * HOURS_EACH
    }
}

#[derive(Debug, Clone)]
pub struct NewMember {
    pub account: AccountId,
    pub hours: i64,
    /// As typed, with commas between.
    pub languages: String,
}

/// Teams where whoever asks works.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<TeamLine>> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let sql = format!("SELECT {COLUMNS} FROM care_team WHERE district_id = $1 AND ended_at IS NULL ORDER BY name, id");
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut here: HashMap<AreaId, bool> = HashMap::new();
    let mut mine = Vec::new();
    for row in rows {
        let area: AreaId = row.id("area_id")?;
        let may = match here.get(&area) {
            Some(may) => *may,
            None => {
                let facts = ResourceFacts::Place(facts_of(cx, area)?);
                let may = decide(&cx.actor, cx.purpose, Action::ViewTeams, &facts).is_allowed();
                here.insert(area, may);
                may
            }
        };
        if may {
            mine.push(row);
        }
    }
    whole(cx, &mine)
}

/// One of them.
pub fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<TeamLine> {
    let team = load(cx, id)?;
    may_in(cx, team.area, Action::ViewTeams)?;
    Ok(team)
}

const COLUMNS: &str = "id, area_id, name, base, base_lon, base_lat, version";

/// For whoever has asked the policy.
pub(super) fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<TeamLine> {
    let sql = format!("SELECT {COLUMNS} FROM care_team WHERE id = $1 AND district_id = $2 AND ended_at IS NULL");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    whole(cx, &[row])?.pop().ok_or_else(|| store::Error::NotFound.into())
}

/// Those of these areas, for whoever has asked the policy.
pub(super) fn of_areas(cx: &mut Cx<'_>, areas: &[AreaId]) -> Result<Vec<TeamLine>> {
    let mut areas = areas.to_vec();
    areas.sort_unstable();
    areas.dedup();
    let mut rows = Vec::new();
    for chunk in areas.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT {COLUMNS} FROM care_team WHERE district_id = $1 AND area_id IN ({}) AND ended_at IS NULL ORDER BY id",
            marks(2, chunk.len())
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|a| Value::from(*a)));
        rows.extend(cx.query(&sql, &values)?);
    }
    whole(cx, &rows)
}

/// Teams whose people are read together.
const AT_ONCE: usize = 200;

fn marks(from: usize, n: usize) -> String {
    (from..from + n).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Who is in these teams and whom they look after: a few statements for each two hundred of them. Whoever lost their seat is in no team
/// any more.
fn whole(cx: &mut Cx<'_>, rows: &[Row]) -> Result<Vec<TeamLine>> {
    let mut out = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(AT_ONCE) {
        let ids = chunk.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
        let load = load_of(cx, &ids)?;
        let mut members = members(cx, &ids, &load)?;
        for (row, id) in chunk.iter().zip(ids) {
            let point = row.opt_f64("base_lon")?.zip(row.opt_f64("base_lat")?);
            out.push(TeamLine {
                area: row.id("area_id")?,
                name: row.text("name")?,
                base: row.text("base")?,
                point: point.and_then(|(lon, lat)| Point::new(lon, lat).ok()),
                version: row.i64("version")?,
                team: Team {
                    id,
                    members: members.remove(&id).unwrap_or_default(),
                    people: load.people.get(&id).copied().unwrap_or(0),
                    metres: None,
                },
            });
        }
    }
    Ok(out)
}

/// How many a team looks after, and for how many somebody is named in it.
#[derive(Default)]
struct Load {
    people: HashMap<Uuid, i64>,
    named: HashMap<(Uuid, AccountId), i64>,
}

fn load_of(cx: &mut Cx<'_>, teams: &[Uuid]) -> Result<Load> {
    let mut load = Load::default();
    let mut values = params![cx.district()].to_vec();
    values.extend(teams.iter().map(|id| Value::from(*id)));
    let sql = format!(
        "SELECT team_id, main_account, deputy_account, COUNT(*) AS n FROM care_team_person WHERE district_id = $1 \
         AND team_id IN ({}) GROUP BY team_id, main_account, deputy_account",
        marks(2, teams.len())
    );
    for row in &cx.query(&sql, &values)? {
        let (team, n) = (row.uuid("team_id")?, row.i64("n")?);
        *load.people.entry(team).or_default() += n;
        for account in [row.opt_id("main_account")?, row.opt_id("deputy_account")?].into_iter().flatten() {
            *load.named.entry((team, account)).or_default() += n;
        }
    }
    Ok(load)
}

fn members(cx: &mut Cx<'_>, teams: &[Uuid], load: &Load) -> Result<HashMap<Uuid, Vec<Member>>> {
    let sql = format!(
        "SELECT team_id, account_id, hours, languages FROM care_team_member WHERE team_id IN ({}) AND ended_at IS NULL \
         ORDER BY force_code, account_id",
        marks(1, teams.len())
    );
    let values: Vec<Value> = teams.iter().map(|id| Value::from(*id)).collect();
    let rows = cx.query(&sql, &values)?;
    let accounts = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<Vec<AccountId>, _>>()?;
    let forces = visits::forces_of(cx, &accounts)?;
    let mut out: HashMap<Uuid, Vec<Member>> = HashMap::new();
    for (m, account) in rows.iter().zip(accounts) {
        let Some(force) = forces.get(&account).copied() else { continue };
        let team = m.uuid("team_id")?;
        let languages = m.text("languages")?.split(',').filter(|l| !l.is_empty()).map(str::to_owned).collect();
        let named = load.named.get(&(team, account)).copied().unwrap_or(0);
        out.entry(team).or_default().push(Member { account, force, hours: m.i64("hours")?, languages, named });
    }
    Ok(out)
}

/// A new team of a community; `base` is a public place, such as the room of the committee.
pub fn create(cx: &mut Cx<'_>, key: Uuid, area: AreaId, name: &str, base: &str) -> Result<Uuid> {
    let ground = places::snapshot(cx)?;
    if ground.area(area).is_none_or(|a| a.kind != places::AreaKind::Community) {
        return Err(Error::Invalid { field: "area", why: "missing" });
    }
    may_in(cx, area, Action::KeepTeams)?;
    let (name, base) = (line("team", name, 40)?, words("base", base, 80)?.replace('\n', " "));
    let near = ground.stand_in(area).map(|l| l.point);
    let found = if base.is_empty() { None } else { places::find_place(cx, &base, near, 1)?.into_iter().next() };
    let point = found.map(|f| f.point).or(near);
    let sql = "INSERT INTO care_team (id, district_id, area_id, name, base, base_lon, base_lat, since, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (id) DO NOTHING";
    let (lon, lat) = (point.map(|p| p.lon()), point.map(|p| p.lat()));
    if cx.execute(sql, params![key, cx.district(), area, name, base, lon, lat, cx.now])? > 0 {
        cx.record("care.team", "team", key, &json!({ "area": area }))?;
        cx.signal(CHANGED, key);
    }
    Ok(key)
}

/// Who could be in it: of the community, and the police who look after it.
pub fn candidates(cx: &mut Cx<'_>, id: Uuid) -> Result<Vec<(AccountId, String, Force)>> {
    let team = load(cx, id)?;
    may_in(cx, team.area, Action::KeepTeams)?;
    let here = facts_of(cx, team.area)?;
    let ground = crate::Ground(places::snapshot(cx)?);
    // Not everybody of the whole district.
    let areas: Vec<AreaId> = ground
        .areas_above(team.area)
        .into_iter()
        .chain(here.areas)
        .filter(|a| ground.0.area(*a).is_some_and(|a| a.kind != places::AreaKind::District))
        .collect();
    let mut out: Vec<(AccountId, String, Force)> = Vec::new();
    for taker in takers::takers(cx, &areas, &here.posts)? {
        let Some(force) = Force::of(taker.role) else { continue };
        let known = team.team.members.iter().any(|m| m.account == taker.account);
        if !known && out.iter().all(|(account, _, _)| *account != taker.account) {
            out.push((taker.account, taker.display_name, force));
        }
    }
    Ok(out)
}

/// Takes somebody in, or changes their hours and languages.
pub fn add_member(cx: &mut Cx<'_>, id: Uuid, new: &NewMember) -> Result<()> {
    let team = load(cx, id)?;
    may_in(cx, team.area, Action::KeepTeams)?;
    if !(1..=MOST_HOURS).contains(&new.hours) {
        return Err(Error::Invalid { field: "hours", why: "hours" });
    }
    let there = team.team.members.iter().any(|m| m.account == new.account);
    if !there && !candidates(cx, id)?.iter().any(|(account, _, _)| *account == new.account) {
        return Err(Error::Invalid { field: "account", why: "missing" });
    }
    let force = visits::force_of(cx, new.account)?.ok_or(Error::Invalid { field: "account", why: "missing" })?;
    let typed = words("languages", &new.languages, 60)?;
    let all: Vec<&str> = typed.split([',', '，', '、', ' ', '\n']).map(str::trim).filter(|l| !l.is_empty()).collect();
    cx.execute(
        "INSERT INTO care_team_member (team_id, account_id, district_id, force_code, hours, languages, since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (team_id, account_id) DO UPDATE SET force_code = $4, hours = $5, \
         languages = $6, ended_at = NULL",
        params![id, new.account, cx.district(), force.code(), new.hours, all.join(","), cx.now],
    )?;
    cx.record("care.team_member", "team", id, &json!({ "account": new.account, "hours": new.hours }))?;
    cx.signal(CHANGED, id);
    Ok(())
}

/// Somebody leaves. Whoever had them named has no team again, and stands on the list.
pub fn end_member(cx: &mut Cx<'_>, id: Uuid, account: AccountId) -> Result<()> {
    let team = load(cx, id)?;
    may_in(cx, team.area, Action::KeepTeams)?;
    let sql = "UPDATE care_team_member SET ended_at = $1 WHERE team_id = $2 AND account_id = $3 AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, id, account])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    without_member(cx, id, account)?;
    cx.record("care.team_member_ended", "team", id, &json!({ "account": account }))?;
    cx.signal(CHANGED, id);
    Ok(())
}

/// Whoever they were named for stands on the list again.
fn without_member(cx: &mut Cx<'_>, team: Uuid, account: AccountId) -> Result<()> {
    let sql = "UPDATE care_team_person SET team_id = NULL, main_account = NULL, deputy_account = NULL, given_at = NULL, \
               version = version + 1 WHERE district_id = $1 AND team_id = $2 AND (main_account = $3 OR deputy_account = $3)";
    cx.execute(sql, params![cx.district(), team, account])?;
    Ok(())
}

/// Somebody stops altogether: every team goes on without them. For whoever has asked the policy.
pub(crate) fn leave_all(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let sql = "SELECT team_id FROM care_team_member WHERE account_id = $1 AND district_id = $2 AND ended_at IS NULL";
    for row in &cx.query(sql, params![account, cx.district()])? {
        let team = row.uuid("team_id")?;
        let sql = "UPDATE care_team_member SET ended_at = $1 WHERE team_id = $2 AND account_id = $3";
        cx.execute(sql, params![cx.now, team, account])?;
        without_member(cx, team, account)?;
        cx.record("care.team_member_ended", "team", team, &json!({ "account": account }))?;
        cx.signal(CHANGED, team);
    }
    Ok(())
}

/// There is no such team any more.
pub fn end(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let team = load(cx, id)?;
    may_in(cx, team.area, Action::KeepTeams)?;
    let sql = "UPDATE care_team SET ended_at = $1, version = version + 1 WHERE id = $2";
    cx.execute(sql, params![cx.now, id])?;
    cx.execute(
        "UPDATE care_team_member SET ended_at = $1 WHERE team_id = $2 AND ended_at IS NULL",
        params![cx.now, id],
    )?;
    let sql = "UPDATE care_team_person SET team_id = NULL, main_account = NULL, deputy_account = NULL, given_at = NULL, \
               version = version + 1 WHERE team_id = $1";
    cx.execute(sql, params![id])?;
    cx.record("care.team_ended", "team", id, &json!({}))?;
    cx.signal(CHANGED, id);
    Ok(())
}

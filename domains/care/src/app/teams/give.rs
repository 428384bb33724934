//! Who agreed to a team, what they wish, whom they have, and whom the program proposes. A person decides (R8): nothing is given by
//! itself.

use super::{CHANGED, keep, may_for};
use crate::ground::lives;
use crate::model::team::{Pick, Team, WhyNone, Wishes, propose};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, PersonId};
use kernel::{Moment, Point};
use people::app::consents::By;
use people::app::links;
use people::app::persons::{self, Known};
use people::policy::{Action, PersonFacts, ResourceFacts, decide, require_somewhere};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, Row, params};
use uuid::Uuid;

/// Farther than anybody walks.
const FARTHEST_M: f64 = 4_000.0;

/// Whom somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub team: Uuid,
    pub name: String,
    pub main: AccountId,
    pub deputy: AccountId,
    pub since: Moment,
}

/// Somebody who agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPerson {
    pub agreed_by: By,
    pub agreed_at: Moment,
    pub own_language: bool,
    pub not: Option<AccountId>,
    pub given: Option<Given>,
    pub version: i64,
}

/// Somebody without a team.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub person: PersonId,
    pub name: String,
    pub areas: Vec<AreaId>,
    pub version: i64,
    pub found: std::result::Result<Pick, WhyNone>,
}

const COLUMNS: &str = "person_id, agreed_by, agreed_at, own_language, not_account, team_id, main_account, deputy_account, given_at, version";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<OfPerson> {
    let (team, main, deputy) = (row.opt_uuid("team_id")?, row.opt_id("main_account")?, row.opt_id("deputy_account")?);
    let given = match (team, main, deputy, row.opt_moment("given_at")?) {
        (Some(team), Some(main), Some(deputy), Some(since)) => {
            let name = keep::load(cx, team)?.name;
            Some(Given { team, name, main, deputy, since })
        }
        _ => None,
    };
    Ok(OfPerson {
        agreed_by: By::from_code(&row.text("agreed_by")?).unwrap_or(By::Subject),
        agreed_at: row.moment("agreed_at")?,
        own_language: row.bool("own_language")?,
        not: row.opt_id("not_account")?,
        given,
        version: row.i64("version")?,
    })
}

pub(super) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<OfPerson>> {
    let sql = format!("SELECT {COLUMNS} FROM care_team_person WHERE person_id = $1 AND district_id = $2");
    let Some(row) = cx.query_opt(&sql, params![person, cx.district()])? else { return Ok(None) };
    read(cx, &row).map(Some)
}

/// For the desk where they live.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<OfPerson>> {
    may_for(cx, person, Action::ViewTeams)?;
    load(cx, person)
}

/// For themselves and their family, with their link.
pub fn own(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<OfPerson>> {
    links::require_own(cx, person, Action::FollowRecord)?;
    load(cx, person)
}

/// They, or a guardian, agree to have a team; or wish for something else than before.
pub fn agree(cx: &mut Cx<'_>, person: PersonId, by: By, own_language: bool, not: Option<AccountId>) -> Result<()> {
    may_for(cx, person, Action::KeepTeams)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    cx.execute(
        "INSERT INTO care_team_person (person_id, district_id, agreed_by, agreed_at, own_language, not_account, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (person_id) DO UPDATE SET own_language = $5, not_account = $6, \
         version = care_team_person.version + 1",
        params![person, cx.district(), by.code(), cx.now, own_language, not],
    )?;
    // Whom they do not wish for, they do not keep.
    let sql = "UPDATE care_team_person SET team_id = NULL, main_account = NULL, deputy_account = NULL, given_at = NULL \
               WHERE person_id = $1 AND (main_account = $2 OR deputy_account = $2)";
    if let Some(not) = not {
        cx.execute(sql, params![person, not])?;
    }
    cx.record("care.team_agreed", "person", person.0, &json!({ "by": by.code(), "language": own_language }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// They do not want one any more; nothing else becomes less (R7).
pub fn withdraw(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    may_for(cx, person, Action::KeepTeams)?;
    super::end_all(cx, person)?;
    cx.record("care.team_withdrawn", "person", person.0, &json!({}))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// Those without a team where whoever asks works, with a proposal or the reason why there is none. Each name shown is an entry of the
/// log. Whoever is proposed earlier fills what is proposed later.
pub fn proposals(cx: &mut Cx<'_>, most: usize) -> Result<Vec<Proposal>> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let sql = "SELECT person_id, own_language, not_account, version FROM care_team_person WHERE district_id = $1 \
               AND team_id IS NULL ORDER BY agreed_at, person_id";
    let rows = cx.query(sql, params![cx.district()])?;
    let mut teams: HashMap<AreaId, Vec<keep::TeamLine>> = HashMap::new();
    let ways = places::app::near::ways(cx)?;
    let mut out = Vec::new();
    for row in &rows {
        if out.len() >= most {
            break;
        }
        let person: PersonId = row.id("person_id")?;
        let here = lives(cx, person)?;
        let facts = PersonFacts {
            id: Some(person),
            areas: here.areas.clone(),
            posts: here.posts.clone(),
            ..PersonFacts::default()
        };
        if !decide(&cx.actor, cx.purpose, Action::ViewTeams, &ResourceFacts::Person(facts)).is_allowed() {
            continue;
        }
        let Some(known) = persons::known(cx, person)? else { continue };
        cx.record_read("person", person.0, &["identity"])?;
        for area in &here.areas {
            if !teams.contains_key(area) {
                let of = of_area(cx, *area)?;
                teams.insert(*area, of);
            }
        }
        let mut near: Vec<Team> = Vec::new();
        let door = door(cx, &known, &here.areas)?;
        let lines: Vec<&keep::TeamLine> = here.areas.iter().filter_map(|a| teams.get(a)).flatten().collect();
        let bases: Vec<Point> = lines.iter().filter_map(|l| l.point).collect();
        let mut walks = door.map(|d| ways.distances(d, &bases, FARTHEST_M)).unwrap_or_default().into_iter();
        for line in lines {
            let metres = line.point.and_then(|_| walks.next().flatten());
            near.push(Team { metres, ..line.team.clone() });
        }
        let wishes = Wishes {
            language: known.language.clone().unwrap_or_default(),
            own_language: row.bool("own_language")?,
            not: row.opt_id("not_account")?,
        };
        let found = propose(&wishes, &near);
        if let Ok(pick) = &found {
            for line in teams.values_mut().flatten().filter(|l| l.team.id == pick.team) {
                line.team.people += 1;
                for m in &mut line.team.members {
                    m.named += i64::from(m.account == pick.main || m.account == pick.deputy);
                }
            }
        }
        out.push(Proposal { person, name: known.name, areas: here.areas, version: row.i64("version")?, found });
    }
    Ok(out)
}

pub(super) fn of_area(cx: &mut Cx<'_>, area: AreaId) -> Result<Vec<keep::TeamLine>> {
    let sql = "SELECT id FROM care_team WHERE district_id = $1 AND area_id = $2 AND ended_at IS NULL ORDER BY id";
    let rows = cx.query(sql, params![cx.district(), area])?;
    rows.iter().map(|r| keep::load(cx, r.uuid("id")?)).collect()
}

/// Where the door is, from the address by the district's own gazetteer; else the middle of the area.
fn door(cx: &mut Cx<'_>, known: &Known, areas: &[AreaId]) -> Result<Option<Point>> {
    let ground = places::snapshot(cx)?;
    let middle = areas.first().and_then(|a| ground.stand_in(*a)).map(|l| l.point);
    let Some(address) = known.address.as_deref().filter(|a| !a.trim().is_empty()) else { return Ok(middle) };
    let found = places::find_place(cx, address, middle, 1)?;
    Ok(found.into_iter().next().map(|f| f.point).or(middle))
}

/// Gives somebody a team, a named person and a deputy; `seen` is the version that was read.
///
/// # Errors
/// Whoever may not, somebody was quicker, or the team cannot any more.
pub fn give(
    cx: &mut Cx<'_>,
    person: PersonId,
    seen: i64,
    team: Uuid,
    main: AccountId,
    deputy: AccountId,
) -> Result<()> {
    may_for(cx, person, Action::KeepTeams)?;
    cx.lock(&format!("team/{team}"))?;
    let line = keep::load(cx, team)?;
    let Some(of) = load(cx, person)? else { return Err(Error::Refused("team-not-agreed")) };
    if of.given.as_ref().is_some_and(|g| (g.team, g.main, g.deputy) == (team, main, deputy)) {
        return Ok(());
    }
    if of.version != seen {
        return Err(Error::Stale { seen, current: of.version });
    }
    let in_team = |account| line.team.members.iter().any(|m| m.account == account);
    if !lives(cx, person)?.areas.contains(&line.area) || main == deputy || !in_team(main) || !in_team(deputy) {
        return Err(Error::Refused("team-two"));
    }
    if of.not.is_some_and(|not| not == main || not == deputy) {
        return Err(Error::Refused("team-wish"));
    }
    if !line.team.missing().is_empty() {
        return Err(Error::Refused("team-incomplete"));
    }
    if line.team.free() < 1 && of.given.as_ref().is_none_or(|g| g.team != team) {
        return Err(Error::Refused("team-full"));
    }
    let sql = "UPDATE care_team_person SET team_id = $1, main_account = $2, deputy_account = $3, given_at = $4, \
               version = version + 1 WHERE person_id = $5 AND version = $6";
    cx.execute(sql, params![team, main, deputy, cx.now, person, seen])?;
    let payload = json!({ "team": team, "main": main, "deputy": deputy });
    cx.record("care.team_given", "person", person.0, &payload)?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// Takes the team back; they stand on the list again.
pub fn take_back(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    may_for(cx, person, Action::KeepTeams)?;
    let sql = "UPDATE care_team_person SET team_id = NULL, main_account = NULL, deputy_account = NULL, given_at = NULL, \
               version = version + 1 WHERE person_id = $1 AND district_id = $2 AND team_id IS NOT NULL";
    cx.execute(sql, params![person, cx.district()])?;
    cx.record("care.team_taken_back", "person", person.0, &json!({}))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

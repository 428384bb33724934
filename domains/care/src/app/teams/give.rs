//! Who agreed to a team, what they wish, whom they have, and whom the program proposes. A person decides (R8): nothing is given by
//! itself.

use super::{CHANGED, keep, may_for};
use crate::app::visits::{self, day_of};
use crate::app::watch::{self, Side};
use crate::events::{News, TellColleagues};
use crate::ground::{Reach, lives};
use crate::model::team::{Need, Pick, Team, WhyNone, Wishes, propose};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, PersonId};
use kernel::{Moment, Point};
use people::app::consents::By;
use people::app::links::Holder;
use people::app::persons::{self, Known};
use people::policy::{Action, PlaceFacts, require_somewhere};
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
    /// None: neither old enough nor alone any more, as far as it is written down; they agreed before.
    pub need: Option<Need>,
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

/// For whom a team is, of these people; reckoned from the year of birth and what was stated each time, stored nowhere (R8).
fn needs(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, (Known, Option<Need>)>> {
    let year = day_of(cx.now).year();
    let alone = visits::alone_of(cx, people)?;
    let known = persons::known_of(cx, people)?;
    Ok(known
        .into_iter()
        .map(|(person, known)| {
            let need = Need::of(known.birth_year, year, alone.contains(&person));
            (person, (known, need))
        })
        .collect())
}

/// Whether somebody can have a team: old enough, or alone as it was stated.
fn need(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Need>> {
    Ok(needs(cx, &[person])?.remove(&person).and_then(|(_, need)| need))
}

/// The same for the desk where they live.
pub fn need_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Need>> {
    may_for(cx, person, Action::ViewTeams)?;
    need(cx, person)
}

/// What the person and the family read, with their letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTeam {
    /// None: neither old enough nor alone, as far as it is written down.
    pub need: Option<Need>,
    pub of: Option<OfPerson>,
}

pub fn own(cx: &mut Cx<'_>, of: Holder) -> Result<OwnTeam> {
    watch::may(cx, of.person, Side::Letter(of), Action::AgreeTeam)?;
    Ok(OwnTeam { need: need(cx, of.person)?, of: load(cx, of.person)? })
}

/// What somebody wishes of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewWishes {
    /// At the desk: who said so.
    pub by: By,
    pub own_language: bool,
    pub not: Option<AccountId>,
}

/// They, or a guardian, agree to have a team; or wish for something else than before. `seen`: the version that was read, 0 where
/// nothing stood there.
///
/// # Errors
/// Whoever may not, somebody for whom there are no teams, or something changed meanwhile.
pub fn agree(cx: &mut Cx<'_>, person: PersonId, side: Side, seen: i64, new: &NewWishes) -> Result<()> {
    watch::may(cx, person, side, Action::AgreeTeam)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let before = load(cx, person)?;
    if before.as_ref().is_some_and(|b| (b.own_language, b.not) == (new.own_language, new.not)) {
        return Ok(());
    }
    let current = before.as_ref().map_or(0, |b| b.version);
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    // Who agreed once keeps it when a daughter moves in.
    if before.is_none() && need(cx, person)?.is_none() {
        return Err(Error::Refused("team-not-for"));
    }
    let by = side.by(new.by);
    cx.execute(
        "INSERT INTO care_team_person (person_id, district_id, agreed_by, agreed_at, own_language, not_account, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (person_id) DO UPDATE SET own_language = $5, not_account = $6, \
         version = care_team_person.version + 1",
        params![person, cx.district(), by.code(), cx.now, new.own_language, new.not],
    )?;
    // Whom they do not wish for, they do not keep.
    let sql = "UPDATE care_team_person SET team_id = NULL, main_account = NULL, deputy_account = NULL, given_at = NULL \
               WHERE person_id = $1 AND (main_account = $2 OR deputy_account = $2)";
    if let Some(not) = new.not {
        cx.execute(sql, params![person, not])?;
    }
    cx.record("care.team_agreed", "person", person.0, &json!({ "by": by.code(), "language": new.own_language }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// They do not want one any more; nothing else becomes less (R7). Whoever was named for them is told that somebody left.
pub fn withdraw(cx: &mut Cx<'_>, person: PersonId, side: Side) -> Result<()> {
    watch::may(cx, person, side, Action::AgreeTeam)?;
    cx.lock(&format!("care/{person}"))?;
    let Some(before) = load(cx, person)? else { return Ok(()) };
    super::end_all(cx, person)?;
    if let Some(given) = before.given {
        let job = TellColleagues { news: News::TeamLeft, about: given.team, to: vec![given.main, given.deputy] };
        job.enqueue(cx, &format!("{person}/{}", cx.now.micros()))?;
    }
    let by = side.by(before.agreed_by);
    cx.record("care.team_withdrawn", "person", person.0, &json!({ "by": by.code() }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// People who are looked through for one page: those who have waited longest.
const LOOKED_AT: usize = 200;

/// Those without a team where whoever asks works, with a proposal or the reason why there is none; first those to whom one is
/// promised, then who has waited longest. Each name shown is an entry of the log. Whoever is proposed earlier fills what is proposed
/// later.
pub fn proposals(cx: &mut Cx<'_>, most: usize) -> Result<Vec<Proposal>> {
    require_somewhere(&cx.actor, Action::ViewTeams)?;
    let mut waiting = without(cx)?;
    let people: Vec<PersonId> = waiting.iter().map(|w| w.person).collect();
    let mut needs = needs(cx, &people)?;
    waiting.retain(|w| needs.contains_key(&w.person));
    let promised = |w: &Without| needs.get(&w.person).is_some_and(|(_, need)| need.is_some_and(Need::is_promised));
    waiting.sort_by_key(|w| !promised(w));
    let homes: Vec<AreaId> = waiting.iter().take(most).flat_map(|w| w.here.areas.clone()).collect();
    let mut teams = keep::of_areas(cx, &homes)?;
    let ways = places::app::near::ways(cx)?;
    let mut out = Vec::new();
    for w in waiting.into_iter().take(most) {
        let Some((known, need)) = needs.remove(&w.person) else { continue };
        cx.record_read("person", w.person.0, &["identity"])?;
        let door = door(cx, &known, &w.here.areas)?;
        let lines: Vec<&keep::TeamLine> = teams.iter().filter(|t| w.here.areas.contains(&t.area)).collect();
        let bases: Vec<Point> = lines.iter().filter_map(|l| l.point).collect();
        let mut walks = door.map(|d| ways.distances(d, &bases, FARTHEST_M)).unwrap_or_default().into_iter();
        let mut near: Vec<Team> = Vec::new();
        for line in lines {
            let metres = line.point.and_then(|_| walks.next().flatten());
            near.push(Team { metres, ..line.team.clone() });
        }
        let wishes = Wishes { language: known.language.unwrap_or_default(), own_language: w.own_language, not: w.not };
        let found = propose(&wishes, &near);
        if let Ok(pick) = &found {
            for line in teams.iter_mut().filter(|l| l.team.id == pick.team) {
                line.team.people += 1;
                for m in &mut line.team.members {
                    m.named += i64::from(m.account == pick.main || m.account == pick.deputy);
                }
            }
        }
        out.push(Proposal { person: w.person, name: known.name, areas: w.here.areas, version: w.version, need, found });
    }
    Ok(out)
}

/// Somebody who agreed and has no team.
struct Without {
    person: PersonId,
    here: PlaceFacts,
    own_language: bool,
    not: Option<AccountId>,
    version: i64,
}

/// Those of the places where whoever asks works, who have waited longest. The policy answers once for all who live in one place.
fn without(cx: &mut Cx<'_>) -> Result<Vec<Without>> {
    let sql = "SELECT person_id, own_language, not_account, version FROM care_team_person WHERE district_id = $1 \
               AND team_id IS NULL ORDER BY agreed_at, person_id";
    let rows = cx.query(sql, params![cx.district()])?;
    let mut reach = Reach::new(cx, Action::ViewTeams)?;
    let mut out = Vec::new();
    for chunk in rows.chunks(LOOKED_AT) {
        let people = chunk.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
        reach.read(cx, &people)?;
        for (row, person) in chunk.iter().zip(people) {
            let Some(here) = reach.of(cx, person) else { continue };
            out.push(Without {
                person,
                here,
                own_language: row.bool("own_language")?,
                not: row.opt_id("not_account")?,
                version: row.i64("version")?,
            });
            if out.len() >= LOOKED_AT {
                return Ok(out);
            }
        }
    }
    Ok(out)
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

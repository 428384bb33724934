//! The search for a missing elder (L12): who looks where, what was searched, what was seen; each step an entry of a log from which everything else
//! follows. Where the elder probably is and what to do next is worked out beside the transaction, in [`SearchRoom`].

mod code;
pub mod debrief;
pub mod field;
mod log;
mod room;
mod routes;

pub use field::{FieldAct, FieldCommand, FirstLook, LookFor, Outcome, RouteSegment, TeamTask, take, task};
pub use room::{Ask, Band, Board, LookLine, Proposal, SearchRoom, Shown, Streets, Surface};

use super::case::{self, CaseRow, open};
use super::entries::{self, EntryKind, More};
use super::{line, opt_line};
use crate::error::{Error, Refusal, Result};
use crate::model::State;
use crate::model::search::{
    Line, Mode, NamedPlace, Opening, Route, Standing, Step, TeamId, Told, dark, point as point_of, spot,
};
use care::app::plan::places_of;
use kernel::ids::CaseId;
use kernel::{Moment, Point};
use people::policy::Action;
use store::{Cx, params};
use uuid::Uuid;

/// Teams of one search.
const TEAMS: usize = 200;
/// The profile of the engine.
const PROFILE: &str = "dementia-urban";
/// Of positions of a locator one is taken every ten minutes, and every two while it moves on.
const FIX_MIN: i64 = 10;
const MOVING_MIN: i64 = 2;
const MOVED_M: f64 = 300.0;
/// So many days back somebody may have been seen last.
const DAYS: i64 = 13;

/// The search of a case as it is read for its page.
#[derive(Debug, Clone)]
pub struct Log {
    pub case: CaseRow,
    pub lines: Vec<Line>,
    /// What the case itself knows of where the elder was seen: entry, time, place.
    pub seen: Vec<(Uuid, Moment, Point)>,
    /// Where the elder's own locator says they were, the earliest first: never kept here, read by whoever may each time.
    pub fixes: Vec<Fixed>,
    pub standing: Standing,
    pub now: Moment,
}

/// A position of a locator.
#[derive(Clone, Copy, PartialEq)]
pub struct Fixed {
    pub at: Moment,
    pub place: Point,
    pub accuracy_m: f64,
}

/// Never printed by accident.
impl std::fmt::Debug for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fixed(…)")
    }
}

impl Log {
    /// With the positions of a locator, in order: as many of them as say something new. The same ones each time, however many come later.
    #[must_use]
    pub fn with_fixes(mut self, fixes: impl IntoIterator<Item = Fixed>) -> Self {
        let since = self.standing.opening.as_ref().map_or(self.now, |o| o.2.seen_at);
        let mut last: Option<Fixed> = None;
        for fix in fixes.into_iter().filter(|f| f.at > since && f.at <= self.now) {
            let news = last.is_none_or(|l| {
                let moved = l.place.distance_m(fix.place) > MOVED_M && fix.at >= l.at.plus_minutes(MOVING_MIN);
                moved || fix.at >= l.at.plus_minutes(FIX_MIN)
            });
            if news {
                self.fixes.push(fix);
                last = Some(fix);
            }
        }
        self
    }
}

/// What a search begins with.
#[derive(Clone, PartialEq)]
pub struct Begin {
    pub last_seen: Point,
    pub accuracy_m: f64,
    pub seen_at: Moment,
}

/// Never printed by accident.
impl std::fmt::Debug for Begin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begin(…)")
    }
}

/// A team that comes to help.
#[derive(Clone, PartialEq)]
pub struct NewTeam {
    pub name: String,
    pub mode: Mode,
    pub size: i64,
    pub at: Option<Point>,
}

impl std::fmt::Debug for NewTeam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewTeam(…)")
    }
}

/// Everything of the search, for whoever runs it. The look is logged.
pub fn look(cx: &mut Cx<'_>, case: CaseId) -> Result<Log> {
    let (row, _) = open(cx, case, Action::PlanSearch)?;
    cx.record_read("case", case.0, &["search"])?;
    read(cx, row)
}

fn read(cx: &mut Cx<'_>, row: CaseRow) -> Result<Log> {
    let lines = log::read(cx, row.id)?;
    let seen = entries::all(cx, row.id)?
        .into_iter()
        .filter(|e| e.kind == EntryKind::Seen)
        .filter_map(|e| Some((e.id, e.moment.unwrap_or(e.at), e.place?)))
        .collect();
    let standing = Standing::of(&lines);
    Ok(Log { lines, seen, fixes: Vec::new(), standing, now: cx.now, case: row })
}

/// What the form of the beginning offers: where and when the elder was seen last, as the case has it.
pub fn offer(cx: &mut Cx<'_>, case: CaseId) -> Result<(Option<Point>, Moment)> {
    open(cx, case, Action::PlanSearch)?;
    let place: Option<(f64, f64)> = entries::part(cx, case, "place", store::KeyClass::Location)?;
    let sql = "SELECT MAX(moment) AS at FROM lost_entry WHERE case_id = $1 AND kind IN ('opened', 'seen')";
    let at = cx.query_one(sql, params![case])?.opt_moment("at")?.unwrap_or(cx.now);
    Ok((place.and_then(|(lon, lat)| Point::new(lon, lat).ok()), at))
}

/// Opens a search, or opens it again from another place. Teams of an earlier one are let go.
pub fn begin(cx: &mut Cx<'_>, case: CaseId, begin: &Begin) -> Result<()> {
    let (c, _) = open(cx, case, Action::PlanSearch)?;
    if !matches!(c.state, State::Missing | State::Sighted) {
        return Err(Refusal::State(c.state).into());
    }
    if begin.seen_at > cx.now.plus_minutes(5) {
        return Err(Error::Invalid { field: "seen_at", why: "future" });
    }
    if begin.seen_at < cx.now.plus_days(-DAYS) {
        return Err(Error::Invalid { field: "seen_at", why: "range" });
    }
    if !(0.0..=5_000.0).contains(&begin.accuracy_m) {
        return Err(Error::Invalid { field: "accuracy", why: "range" });
    }
    code::end_all(cx, case)?;
    let places = places(cx, &c)?;
    let seen_at = begin.seen_at.min(cx.now);
    let opening = Opening {
        last_seen: spot(begin.last_seen),
        accuracy_m: begin.accuracy_m,
        seen_at,
        night: dark(cx.now, spot(begin.last_seen)),
        places,
        profile: PROFILE.to_owned(),
        seed: case.0.as_u128() as u64,
    };
    let now = cx.now;
    log::write(cx, case, now, &Step::Opened(opening))?;
    entries::write(cx, case, EntryKind::SearchOpened, &More::default())?;
    Ok(())
}

/// Places that the family named, as far as they agreed to it.
fn places(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Vec<NamedPlace>> {
    let Some(person) = c.person else { return Ok(Vec::new()) };
    let mut found = places_of(cx, &[person])?;
    let haunts = found.remove(&person).unwrap_or_default();
    if !haunts.is_empty() {
        cx.record_read("person", person.0, &["haunts"])?;
    }
    let place = |h: &care::model::Haunt| Some(NamedPlace { kind: h.kind().code().to_owned(), at: spot(h.point()?) });
    Ok(haunts.iter().filter_map(place).take(40).collect())
}

/// A search that this actor may run, and how it stands.
fn running(cx: &mut Cx<'_>, case: CaseId) -> Result<Standing> {
    open(cx, case, Action::PlanSearch)?;
    let standing = Standing::of(&log::read(cx, case)?);
    if standing.is_open() { Ok(standing) } else { Err(Refusal::NoSearch.into()) }
}

fn team_of(standing: &Standing, team: TeamId) -> Result<()> {
    let here = standing.team(team).is_some_and(|t| !t.gone);
    if here { Ok(()) } else { Err(Refusal::NotThere.into()) }
}

/// A team comes: with a code of its own for the telephone.
pub fn add_team(cx: &mut Cx<'_>, case: CaseId, new: &NewTeam) -> Result<TeamId> {
    let standing = running(cx, case)?;
    if standing.here().count() >= TEAMS {
        return Err(Error::Invalid { field: "team", why: "too-many" });
    }
    if !(1..=50).contains(&new.size) {
        return Err(Error::Invalid { field: "size", why: "range" });
    }
    let name = line("name", &new.name, 60)?;
    let team = TeamId(cx.new_id());
    code::make(cx, case, team)?;
    let (at, mode) = (new.at.map(spot), new.mode.code().to_owned());
    let now = cx.now;
    log::write(cx, case, now, &Step::Team { team, name, mode, size: new.size, at })?;
    Ok(team)
}

/// Where a team is, as it said.
pub fn stands(cx: &mut Cx<'_>, case: CaseId, team: TeamId, at: Point) -> Result<()> {
    team_of(&running(cx, case)?, team)?;
    let now = cx.now;
    log::write(cx, case, now, &Step::Stands { team, at: spot(at), accuracy_m: 50.0 })?;
    Ok(())
}

/// Gives routes to teams, all of them or none.
pub fn give_out(cx: &mut Cx<'_>, case: CaseId, routes: &[Route]) -> Result<usize> {
    let standing = running(cx, case)?;
    if routes.is_empty() {
        return Err(Error::Invalid { field: "team", why: "missing" });
    }
    for route in routes {
        team_of(&standing, route.team)?;
        if route.legs.is_empty() {
            return Err(Error::Invalid { field: "team", why: "no-route" });
        }
    }
    let now = cx.now;
    for route in routes {
        log::write(cx, case, now, &Step::GivenOut(route.clone()))?;
    }
    Ok(routes.len())
}

/// A team says on the telephone what it has searched: stretches of its route, or all of it.
pub fn searched(cx: &mut Cx<'_>, case: CaseId, team: TeamId, route: i64, legs: Option<Vec<usize>>) -> Result<()> {
    let standing = running(cx, case)?;
    team_of(&standing, team)?;
    let of = standing.team(team).and_then(|t| t.tasks.iter().find(|task| task.nth == route));
    let task = of.ok_or(Error::Refused(Refusal::NotThere))?;
    let all = task.route.legs.len();
    let legs: Vec<usize> = legs.unwrap_or_else(|| (0..all).collect()).into_iter().filter(|n| *n < all).collect();
    if legs.is_empty() {
        return Err(Error::Invalid { field: "legs", why: "missing" });
    }
    let now = cx.now;
    log::write(cx, case, now, &Step::Searched { team, route, legs, told: Told::Desk.code().to_owned() })?;
    Ok(())
}

/// Somebody says to have seen the elder; what the case itself writes as seen is known already.
pub fn sighting(
    cx: &mut Cx<'_>,
    case: CaseId,
    at: Point,
    when: Option<Moment>,
    accuracy_m: f64,
    confidence: f64,
    words: &str,
) -> Result<()> {
    let standing = running(cx, case)?;
    let words = opt_line("words", words, 300)?.unwrap_or_default();
    let when = when.unwrap_or(cx.now);
    if when > cx.now.plus_minutes(5) {
        return Err(Error::Invalid { field: "seen_at", why: "future" });
    }
    let since = standing.opening.as_ref().map(|o| o.2.seen_at);
    if since.is_some_and(|since| when < since) {
        return Err(Error::Invalid { field: "seen_at", why: "before-last-seen" });
    }
    if !(0.0..=5_000.0).contains(&accuracy_m) {
        return Err(Error::Invalid { field: "accuracy", why: "range" });
    }
    if !(0.05..=0.95).contains(&confidence) {
        return Err(Error::Invalid { field: "confidence", why: "range" });
    }
    let step = Step::Sighting { at: spot(at), accuracy_m, confidence, words, team: None };
    let when = when.min(cx.now);
    log::write(cx, case, when, &step)?;
    Ok(())
}

/// A team is back, or gives its route back: what it has not searched is planned again.
pub fn back(cx: &mut Cx<'_>, case: CaseId, team: TeamId) -> Result<()> {
    team_of(&running(cx, case)?, team)?;
    let now = cx.now;
    log::write(cx, case, now, &Step::Back { team })?;
    Ok(())
}

/// A team goes home. Its code opens nothing from now on.
pub fn gone(cx: &mut Cx<'_>, case: CaseId, team: TeamId) -> Result<()> {
    team_of(&running(cx, case)?, team)?;
    code::end(cx, team)?;
    let now = cx.now;
    log::write(cx, case, now, &Step::Gone { team })?;
    Ok(())
}

/// The elder was found by the search: where, if it is known. The case goes on as it always does, with whoever is beside them.
pub fn found(cx: &mut Cx<'_>, case: CaseId, at: Option<Point>, words: &str) -> Result<()> {
    running(cx, case)?;
    let words = opt_line("words", words, 300)?.unwrap_or_default();
    let now = cx.now;
    log::write(cx, case, now, &Step::Found { at: at.map(spot), words: words.clone(), team: None })?;
    let more = More { words: Some(&words).filter(|w| !w.is_empty()).map(String::as_str), place: at, ..More::default() };
    entries::write(cx, case, EntryKind::SearchFound, &more)?;
    Ok(())
}

/// The search is over; codes of teams open nothing any more.
pub fn close(cx: &mut Cx<'_>, case: CaseId) -> Result<()> {
    running(cx, case)?;
    end(cx, case)
}

/// As [`close`], when the case itself moves on.
pub(super) fn end(cx: &mut Cx<'_>, case: CaseId) -> Result<()> {
    if !log::is_open(cx, case)? {
        return Ok(());
    }
    code::end_all(cx, case)?;
    let now = cx.now;
    log::write(cx, case, now, &Step::Closed)?;
    entries::write(cx, case, EntryKind::SearchClosed, &More::default())?;
    Ok(())
}

/// The code of a team, for its link and the printed sheet.
pub fn code_of(cx: &mut Cx<'_>, case: CaseId, team: TeamId) -> Result<Option<String>> {
    running(cx, case)?;
    code::read(cx, case, team)
}

/// Is a search running, and was there ever one? For the buttons of the case.
pub fn has(cx: &mut Cx<'_>, case: CaseId) -> Result<(bool, bool)> {
    let sql = "SELECT 1 AS one FROM lost_search_entry WHERE case_id = $1 LIMIT 1";
    let ever = cx.query_opt(sql, params![case])?.is_some();
    Ok((ever && log::is_open(cx, case)?, ever))
}

/// The number of the post, for those who search.
fn phone(cx: &mut Cx<'_>, c: &CaseRow) -> Result<String> {
    let ground = case::ground(cx)?;
    Ok(c.post.and_then(|p| ground.0.post(p)).map(|p| p.phone.clone()).unwrap_or_default())
}

/// The place of a stored spot.
pub fn place(at: [f64; 2]) -> Option<Point> {
    point_of(at)
}

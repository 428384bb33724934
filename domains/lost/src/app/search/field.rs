//! What a team in the street sees and tells, by the code on its sheet. No name of the elder, no home address: whom to look for, as a call for help
//! says it, and the streets of its own route. What it tells without a signal comes later, each command exactly once, at the time at which it happened.

use super::code::{self, Holder};
use super::{log, phone};
use crate::app::case::{self, CaseRow, load};
use crate::app::entries::{self, EntryKind, More};
use crate::error::{Error, Result};
use crate::events::Why;
use crate::model::search::{Leg, Mode, Standing, Step, Task, TeamId, TeamNow, TeamState, Told, point, spot};
use crate::model::{Described, Scene};
use kernel::ids::CaseId;
use kernel::{Moment, Point, text};
use people::policy::{Action, ResourceFacts, require};
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Commands of one request.
const MOST: usize = 500;
/// Commands of one team in all.
const OF_A_TEAM: i64 = 20_000;
/// So long after the end a phone that was without signal is still heard.
const LATE_HOURS: i64 = 48;
/// How near a trace must come to count as having walked there, in metres; and how exact it must be.
const NEAR_M: f64 = 25.0;
const EXACT_M: f64 = 60.0;

/// A typed or scanned code.
#[derive(Clone, PartialEq, Eq)]
pub struct TeamCode(pub String);

/// Never printed by accident.
impl std::fmt::Debug for TeamCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TeamCode(…)")
    }
}

/// Whom to look for: as seen by others, never who it is.
#[derive(Clone, PartialEq, Default)]
pub struct LookFor {
    pub described: Described,
    /// Clothing, and what else whoever reported said of them, without numbers and addresses.
    pub words: String,
}

/// What a team sees of its task by its code.
#[derive(Clone, PartialEq)]
pub struct TeamTask {
    pub case: CaseId,
    pub team: TeamId,
    pub team_name: String,
    /// A, B, C … as on the map of the desk.
    pub letter: String,
    pub mode: Mode,
    pub state: TeamState,
    pub look_for: LookFor,
    pub post_phone: String,
    pub assigned_at: Option<Moment>,
    pub minutes: Option<f64>,
    pub segments: Vec<RouteSegment>,
    pub first_looks: Vec<FirstLook>,
    /// Changes with every entry of the search.
    pub revision: u64,
}

/// Never printed by accident.
impl std::fmt::Debug for TeamTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TeamTask").field("letter", &self.letter).finish_non_exhaustive()
    }
}

/// A stretch of the route.
#[derive(Clone, PartialEq)]
pub struct RouteSegment {
    /// Stable: the number of the route in the log, and of the stretch in the route.
    pub key: String,
    pub nodes: Vec<i64>,
    /// Longitude and latitude, WGS-84.
    pub line: Vec<[f64; 2]>,
    pub street: Option<String>,
    pub metres: f64,
    /// False: only the way there.
    pub from_search: bool,
    pub done: bool,
}

/// Something beside the route that is looked at first.
#[derive(Clone, PartialEq)]
pub struct FirstLook {
    pub at: [f64; 2],
    /// `water`, `bus-stop`, `dead-end`, or `place`: the desk knows why.
    pub kind: String,
}

/// What a team tells.
#[derive(Clone, PartialEq)]
pub enum FieldAct {
    /// Keys of stretches.
    Walked {
        segments: Vec<String>,
    },
    /// Where the phone was, with its accuracy in metres. Only what it says of the route is kept, and where the team was last.
    Trace {
        points: Vec<(Moment, Point, f64)>,
    },
    Seen {
        point: Point,
        accuracy_m: f64,
        words: String,
    },
    Found {
        point: Option<Point>,
        words: String,
    },
    Here {
        point: Point,
        accuracy_m: f64,
    },
    Back,
}

/// With an id made on the phone, and the phone's clock.
#[derive(Clone, PartialEq)]
pub struct FieldCommand {
    pub id: Uuid,
    pub at: Moment,
    pub act: FieldAct,
}

/// Never printed by accident.
impl std::fmt::Debug for FieldCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldCommand").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The same id was taken before.
    Before,
    /// It could not be taken; the post reads it. A key of the texts, after `search-conflict-`.
    Conflict(String),
}

/// Keys of [`Outcome::Conflict`], for the test of the texts.
pub const CONFLICTS: [&str; 3] = ["over", "other-route", "team-gone"];

fn holder(cx: &mut Cx<'_>, typed: &TeamCode) -> Result<Holder> {
    require(&cx.actor, cx.purpose, Action::SearchTeam, &ResourceFacts::District)?;
    code::find(cx, &typed.0)?.ok_or(Error::Store(store::Error::NotFound))
}

/// The task of the team that holds this code. An unknown code, one of a team that has gone, and one of a search that is over are the same.
pub fn task(cx: &mut Cx<'_>, typed: &TeamCode) -> Result<TeamTask> {
    let holder = holder(cx, typed)?;
    let not_there = || Error::Store(store::Error::NotFound);
    if holder.ended.is_some() {
        return Err(not_there());
    }
    let c = load(cx, holder.case)?;
    let standing = Standing::of(&log::read(cx, c.id)?);
    let team = standing.team(holder.team).filter(|_| standing.is_open()).ok_or_else(not_there)?;
    let look_for = look_for(cx, &c)?;
    let given = team.tasks.last().filter(|t| !t.ended);
    Ok(TeamTask {
        case: c.id,
        team: team.id,
        team_name: team.name.clone(),
        letter: team.letter.clone(),
        mode: team.mode,
        state: team.state(cx.now),
        look_for,
        post_phone: phone(cx, &c)?,
        assigned_at: given.map(|t| t.given_at),
        minutes: given.map(|t| t.route.minutes),
        segments: given.map(segments).unwrap_or_default(),
        first_looks: given.map(first_looks).unwrap_or_default(),
        revision: standing.revision.unsigned_abs(),
    })
}

/// Whose task a code opens, and the number of the last entry that says something new of it; none when the code opens nothing. Opens nothing that is sealed.
pub fn mark(cx: &mut Cx<'_>, typed: &TeamCode) -> Result<Option<(CaseId, i64)>> {
    let holder = holder(cx, typed)?;
    if holder.ended.is_some() {
        return Ok(None);
    }
    let sql = "SELECT MAX(nth) AS n FROM lost_search_entry \
               WHERE case_id = $1 AND (team_id = $2 OR kind IN ('opened', 'closed'))";
    let last = cx.query_one(sql, params![holder.case, holder.team.0])?.opt_i64("n")?;
    Ok(Some((holder.case, last.unwrap_or_default())))
}

fn segments(task: &Task) -> Vec<RouteSegment> {
    let segment = |(n, leg): (usize, &Leg)| RouteSegment {
        key: task.key(n),
        nodes: leg.nodes.clone(),
        line: leg.line.clone(),
        street: leg.street.clone(),
        metres: leg.metres,
        from_search: leg.look,
        done: task.done.contains(&n),
    };
    task.route.legs.iter().enumerate().map(segment).collect()
}

fn first_looks(task: &Task) -> Vec<FirstLook> {
    task.route.looks.iter().map(|l| FirstLook { at: l.at, kind: l.kind.clone() }).collect()
}

/// As a call for help says it: the surname stays at the desk, and of the words what gives somebody away.
fn look_for(cx: &mut Cx<'_>, c: &CaseRow) -> Result<LookFor> {
    let scene: Scene = entries::part(cx, c.id, "scene", KeyClass::Text)?.unwrap_or_default();
    let name = match c.person {
        Some(person) => people::app::persons::known(cx, person)?.map(|k| k.name),
        None => None,
    };
    let hints = redact::Hints { names: name.into_iter().collect(), ..redact::Hints::default() };
    let words = redact::redact(&scene.words, &redact::find(&scene.words, &hints));
    Ok(LookFor { described: Described { surname: String::new(), ..scene.described }, words })
}

/// Takes what a phone sends, in the order in which it happened; each id once. `sent_at` is the phone's clock when it sends: by as much as it differs
/// from ours, the times of the commands are put right.
pub fn take(cx: &mut Cx<'_>, typed: &TeamCode, commands: Vec<FieldCommand>, sent_at: Moment) -> Result<Vec<Outcome>> {
    let holder = holder(cx, typed)?;
    if holder.ended.is_some_and(|at| cx.now > at.plus_hours(LATE_HOURS)) {
        return Err(Error::Store(store::Error::NotFound));
    }
    if commands.len() > MOST {
        return Err(Error::Invalid { field: "commands", why: "too-many" });
    }
    cx.lock(&format!("lost-team/{}", holder.team))?;
    let sql = "SELECT COUNT(*) AS n FROM lost_search_command WHERE team_id = $1";
    if cx.query_one(sql, params![holder.team.0])?.i64("n")? + commands.len() as i64 > OF_A_TEAM {
        return Err(Error::Invalid { field: "commands", why: "too-many" });
    }
    let c = load(cx, holder.case)?;
    let drift = cx.now.micros() - sent_at.micros();
    let mut standing = Standing::of(&log::read(cx, c.id)?);
    let since = standing.opening.as_ref().map_or(c.opened_at, |o| o.2.seen_at);
    let mut out = Vec::with_capacity(commands.len());
    for command in commands {
        let sql = "INSERT INTO lost_search_command (team_id, id, district_id, case_id, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT DO NOTHING";
        if cx.execute(sql, params![holder.team.0, command.id, cx.district(), c.id, cx.now])? == 0 {
            out.push(Outcome::Before);
            continue;
        }
        let right = |at: Moment| Moment::from_micros(at.micros().saturating_add(drift)).min(cx.now).max(since);
        let at = right(command.at);
        let taken = one(cx, &c, &holder, &standing, at, command.act)?;
        // What follows sees what came before it.
        log::read_after(cx, c.id, standing.revision)?.iter().for_each(|line| standing.take(line));
        out.push(taken);
    }
    Ok(out)
}

fn one(
    cx: &mut Cx<'_>,
    c: &CaseRow,
    holder: &Holder,
    standing: &Standing,
    at: Moment,
    act: FieldAct,
) -> Result<Outcome> {
    let team = holder.team;
    let found = matches!(act, FieldAct::Found { .. });
    let here = standing.team(team).filter(|_| standing.is_open());
    // Found is found, whatever else is over; and so is what somebody saw.
    let heard = found || matches!(act, FieldAct::Seen { .. });
    let why = match here {
        None => Some("over"),
        Some(t) if t.gone => Some("team-gone"),
        Some(_) => None,
    };
    if let Some(why) = why.filter(|_| !heard || !c.state.is_open()) {
        return conflict(cx, c, team, why, &words_of(&act));
    }
    match act {
        FieldAct::Walked { segments } => {
            let Some(here) = here else { return conflict(cx, c, team, "over", "") };
            walked(cx, c, here, at, &segments)
        }
        FieldAct::Trace { points } => {
            if let Some(here) = here {
                traced(cx, c, here, at, &points)?;
            }
            Ok(Outcome::Done)
        }
        FieldAct::Seen { point, accuracy_m, words } => {
            let words = cut(&words);
            let accuracy_m = accuracy_m.clamp(15.0, 2_000.0);
            let step =
                Step::Sighting { at: spot(point), accuracy_m, confidence: 0.7, words: words.clone(), team: Some(team) };
            log::write(cx, c.id, at, &step)?;
            note(cx, c, EntryKind::SearchSeen, &words, Some(point), at)?;
            case::tell_crew(cx, c.id, Why::SearchSeen, &format!("search/{team}/{}", at.micros()))?;
            Ok(Outcome::Done)
        }
        FieldAct::Found { point, words } => {
            let words = cut(&words);
            let step = Step::Found { at: point.map(spot), words: words.clone(), team: Some(team) };
            log::write(cx, c.id, at, &step)?;
            note(cx, c, EntryKind::SearchFound, &words, point, at)?;
            case::tell_crew(cx, c.id, Why::SearchFound, &format!("search/{team}/{}", at.micros()))?;
            Ok(Outcome::Done)
        }
        FieldAct::Here { point, accuracy_m } => {
            log::write(cx, c.id, at, &Step::Stands { team, at: spot(point), accuracy_m })?;
            Ok(Outcome::Done)
        }
        FieldAct::Back => {
            log::write(cx, c.id, at, &Step::Back { team })?;
            Ok(Outcome::Done)
        }
    }
}

fn note(cx: &mut Cx<'_>, c: &CaseRow, kind: EntryKind, words: &str, place: Option<Point>, at: Moment) -> Result<()> {
    let words = Some(words).filter(|w| !w.is_empty());
    entries::write(cx, c.id, kind, &More { words, place, moment: Some(at), ..More::default() })?;
    Ok(())
}

fn conflict(cx: &mut Cx<'_>, c: &CaseRow, team: TeamId, what: &str, words: &str) -> Result<Outcome> {
    let now = cx.now;
    log::write(cx, c.id, now, &Step::Conflict { team, what: what.to_owned(), words: words.to_owned() })?;
    let words = Some(words).filter(|w| !w.is_empty());
    entries::write(cx, c.id, EntryKind::SearchConflict, &More { code: Some(what), words, ..More::default() })?;
    Ok(Outcome::Conflict(what.to_owned()))
}

fn words_of(act: &FieldAct) -> String {
    match act {
        FieldAct::Seen { words, .. } | FieldAct::Found { words, .. } => cut(words),
        _ => String::new(),
    }
}

fn cut(words: &str) -> String {
    text::tidy(words).chars().take(300).collect()
}

/// Stretches by their keys. Those of an earlier route of the same team count: they were walked.
fn walked(cx: &mut Cx<'_>, c: &CaseRow, team: &TeamNow, at: Moment, keys: &[String]) -> Result<Outcome> {
    let mut strange = false;
    for task in &team.tasks {
        let legs: Vec<usize> = keys
            .iter()
            .filter_map(|key| key.split_once('-'))
            .filter(|(nth, _)| nth.parse() == Ok(task.nth))
            .filter_map(|(_, leg)| leg.parse().ok())
            .filter(|leg| *leg < task.route.legs.len())
            .collect();
        if !legs.is_empty() {
            let told = Told::Phone.code().to_owned();
            log::write(cx, c.id, at, &Step::Searched { team: team.id, route: task.nth, legs, told })?;
        }
    }
    for key in keys {
        let known = |task: &Task| {
            let leg = key.split_once('-').filter(|(nth, _)| nth.parse() == Ok(task.nth));
            leg.and_then(|(_, leg)| leg.parse::<usize>().ok()).is_some_and(|leg| leg < task.route.legs.len())
        };
        strange |= !team.tasks.iter().any(known);
    }
    if strange { conflict(cx, c, team.id, "other-route", "") } else { Ok(Outcome::Done) }
}

/// Where the trace went along the route that the team was given: those stretches are walked. The trace itself is not kept.
fn traced(cx: &mut Cx<'_>, c: &CaseRow, team: &TeamNow, at: Moment, points: &[(Moment, Point, f64)]) -> Result<()> {
    let good: Vec<Point> = points.iter().filter(|p| p.2 <= EXACT_M).map(|p| p.1).collect();
    let Some(last) = good.last() else { return Ok(()) };
    if let Some(task) = team.tasks.last() {
        let open = task.route.legs.iter().enumerate().filter(|(n, _)| !task.done.contains(n));
        let legs: Vec<usize> = open.filter(|(_, leg)| along(leg, &good)).map(|(n, _)| n).collect();
        if !legs.is_empty() {
            let told = Told::Trace.code().to_owned();
            log::write(cx, c.id, at, &Step::Searched { team: team.id, route: task.nth, legs, told })?;
        }
    }
    log::write(cx, c.id, at, &Step::Stands { team: team.id, at: spot(*last), accuracy_m: EXACT_M })?;
    Ok(())
}

/// Does the trace pass near every node of the stretch?
fn along(leg: &Leg, trace: &[Point]) -> bool {
    let near = |at: &[f64; 2]| point(*at).is_some_and(|at| off_trace(at, trace) <= NEAR_M);
    !leg.line.is_empty() && leg.line.iter().all(near)
}

/// Metres from a place to the line through the points.
fn off_trace(at: Point, trace: &[Point]) -> f64 {
    let scale = (111_320.0 * at.lat().to_radians().cos(), 110_574.0);
    let xy = |p: &Point| ((p.lon() - at.lon()) * scale.0, (p.lat() - at.lat()) * scale.1);
    let ends = trace.iter().map(|p| xy(p).0.hypot(xy(p).1));
    let between = trace.windows(2).filter_map(|w| {
        let [a, b] = w else { return None };
        let ((ax, ay), (bx, by)) = (xy(a), xy(b));
        let (dx, dy) = (bx - ax, by - ay);
        let len = dx * dx + dy * dy;
        // A jump of the phone is no walk.
        if len == 0.0 || len > 150.0 * 150.0 {
            return None;
        }
        let t = (-(ax * dx + ay * dy) / len).clamp(0.0, 1.0);
        Some((ax + t * dx).hypot(ay + t * dy))
    });
    ends.chain(between).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_stretch_counts_when_the_trace_passes_all_of_it() {
        let leg = Leg {
            nodes: vec![1, 2],
            line: vec![[121.0, 31.0], [121.001, 31.0]],
            street: None,
            look: true,
            metres: 95.0,
        };
        let trace = |ends: &[(f64, f64)]| ends.iter().map(|(x, y)| Point::new(*x, *y).unwrap()).collect::<Vec<_>>();
        assert!(along(&leg, &trace(&[(120.9999, 31.0001), (121.0011, 31.0001)])));
        assert!(!along(&leg, &trace(&[(120.9999, 31.0), (121.0004, 31.0)])), "half of it");
        assert!(!along(&leg, &trace(&[(121.0, 31.001), (121.001, 31.001)])), "the next street");
        assert!(!along(&leg, &[]));
    }
}

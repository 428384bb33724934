//! Where the elder probably is, and the next routes: worked out from the log by the engine, outside of transactions. One room in each process keeps the
//! searches that are looked at; each is made from the log alone, so that two processes have the same one.

use super::Log;
use super::routes::{apart_m, look_key, rounded, route};
use crate::error::Result;
use crate::model::search::{Opening, Route, Spot, Step, TeamId, TeamState, dark};
use kernel::Moment;
use kernel::ids::{CaseId, DistrictId};
use places::streets::{Written, written};
use seek::{Cell, Incident, Profile, Search, SearchError, Team, Terrain};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use store::Cx;
use uuid::Uuid;

/// Searches kept, the ones used last.
const KEEP: usize = 8;
/// Boards of one search, the ones made last: whoever looks at a plan for some minutes still gives out that one.
const BOARDS: usize = 16;
/// Stretches drawn at most.
const DRAWN: usize = 6_000;
/// Streets in the list.
const NAMED: usize = 15;
/// The most probable streets for their length first: how much of what lies on streets they hold where each colour ends.
const BANDS: [f64; 5] = [0.25, 0.50, 0.75, 0.90, 0.97];
/// How exact what somebody said to the post is taken to be, and how sure.
const SEEN_M: f64 = 150.0;
const SEEN_SURE: f64 = 0.7;
/// Minutes that a plan may be for.
const MINUTES: std::ops::RangeInclusive<f64> = 10.0..=120.0;

/// The searches of this process.
#[derive(Default)]
pub struct SearchRoom(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    grounds: HashMap<DistrictId, (Uuid, Option<Arc<Terrain>>)>,
    searches: Vec<(CaseId, Arc<Mutex<Kept>>)>,
}

/// The streets of the district, as a transaction reads them for the room.
pub enum Streets {
    None,
    /// Those that the room knows.
    Known(DistrictId),
    New(DistrictId, Written),
}

/// What is asked of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The map of an earlier instant.
    pub at: Option<Moment>,
    /// The plan is for so long.
    pub minutes: f64,
    /// What if there were so many teams more?
    pub more: usize,
}

impl Default for Ask {
    fn default() -> Self {
        Self { at: None, minutes: 30.0, more: 0 }
    }
}

/// How good the ground is that it was worked out on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// No streets: only how far away such people are found.
    None,
    /// Streets, of which neither water, stops nor names are known: they were imported by an earlier version of the program.
    Plain,
    Whole,
    /// The elder was last seen more than five kilometres from every street.
    Off,
}

/// A stretch of street and its colour: 0 for the most probable.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub line: [Spot; 2],
    pub band: usize,
}

/// What a colour means: streets up to it hold this much together, and are so much of all streets by their length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub p: f64,
    pub streets: f64,
}

/// A route that is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub letter: String,
    /// A team that is not there: what if.
    pub made_up: bool,
    pub route: Route,
}

/// Something to be looked at first.
#[derive(Debug, Clone, PartialEq)]
pub struct LookLine {
    pub at: Spot,
    /// `water`, `former-home`, …
    pub kind: &'static str,
    pub metres: f64,
    pub looked_min: Option<f64>,
    pub due: bool,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    pub surface: Surface,
    /// The instant of the map.
    pub at: Moment,
    /// It is dark now: the plan counts with what is seen by then.
    pub night: bool,
    /// Number of the last entry that it knows; with the minutes the name of the plan.
    pub plan: String,
    pub areas_km2: [f64; 3],
    pub rest_of_world: f64,
    pub bands: Vec<Band>,
    pub shown: Vec<Shown>,
    /// The place with most of it within some hundred metres: where to ask people for help.
    pub focus: Option<Spot>,
    /// Streets by name with what lies on them and a place of theirs, the most probable first.
    pub named: Vec<(String, f64, Spot)>,
    pub looks: Vec<LookLine>,
    pub proposals: Vec<Proposal>,
    /// Probability that the teams find the elder in the time; and with those that are not there.
    pub pos: f64,
    pub pos_more: Option<f64>,
    /// By the law of distances: within so many metres lie 50, 75 and 95 %.
    pub rings_m: [f64; 3],
    /// What could not be used, by a key of the texts, with its time.
    pub left_out: Vec<(Moment, &'static str)>,
    /// Where the figures come from.
    pub law: String,
}

/// How the map stood where the elder was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    /// Share of what lay on the streets that lay in squares more probable than that one; none where there is no street.
    pub share: Option<f64>,
    pub rest_of_world: f64,
    pub areas_km2: [f64; 3],
    /// From where they were last seen, straight.
    pub metres: f64,
    pub minutes: f64,
}

struct Kept {
    token: Uuid,
    opening: i64,
    search: Option<Search>,
    /// The instant the search stands at, the number of the last entry taken, and what of the case was taken.
    now: Moment,
    taken: i64,
    seen: HashSet<Uuid>,
    /// Positions of the locator that were taken; when one may not be seen any more, all is made anew.
    fixes: HashSet<Moment>,
    left_out: Vec<(Moment, &'static str)>,
    boards: Vec<(String, Arc<Board>)>,
}

impl SearchRoom {
    /// In the transaction: the streets, unless the room knows them.
    pub fn streets(&self, cx: &mut Cx<'_>) -> Result<Streets> {
        let district = cx.district();
        let known = self.inner().grounds.get(&district).map(|g| g.0);
        if let Some(new) = written(cx, known)? {
            return Ok(Streets::New(district, new));
        }
        let now = places::streets::token(cx)?;
        Ok(if now.is_some() && now == known { Streets::Known(district) } else { Streets::None })
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ground(&self, streets: Streets) -> Option<(Uuid, Arc<Terrain>)> {
        match streets {
            Streets::None => None,
            Streets::Known(district) => {
                let known = self.inner().grounds.get(&district).cloned();
                known.and_then(|(token, terrain)| Some((token, terrain?)))
            }
            Streets::New(district, new) => {
                let (token, terrain) = (new.token, new.terrain().map(Arc::new));
                self.inner().grounds.insert(district, (token, terrain.clone()));
                terrain.map(|t| (token, t))
            }
        }
    }

    /// Works it out: some tenths of a second. Not on a thread that others wait for.
    pub fn board(&self, log: &Log, streets: Streets, ask: &Ask) -> Option<Arc<Board>> {
        let (opened, _, opening) = log.standing.opening.as_ref()?;
        let Some((token, terrain)) = self.ground(streets) else {
            return Some(Arc::new(rings(log, opening, ask, Surface::None)));
        };
        let kept = self.kept(log.case.id);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bring_up(log, (token, &terrain), *opened, opening);
        Some(kept.board(log, opening, ask))
    }

    /// The plan that was shown under this name, while nothing new was told since.
    pub fn shown(&self, log: &Log, plan: &str) -> Option<Arc<Board>> {
        if plan.is_empty() {
            return None;
        }
        let fresh = plan.split('-').next() == Some(&log.standing.revision.to_string());
        let kept = self.inner().searches.iter().find(|s| s.0 == log.case.id).map(|s| Arc::clone(&s.1))?;
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.boards.iter().find(|(_, b)| fresh && b.plan == plan).map(|(_, b)| Arc::clone(b))
    }

    /// How probable the place was at that instant. None without streets.
    pub fn rank(&self, log: &Log, streets: Streets, place: Spot, at: Moment) -> Option<Rank> {
        let (opened, _, opening) = log.standing.opening.as_ref()?;
        let (token, terrain) = self.ground(streets)?;
        let kept = self.kept(log.case.id);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bring_up(log, (token, &terrain), *opened, opening);
        let now = kept.now;
        let search = kept.search.as_mut()?;
        let map = search.map_at(minutes(now, at.max(opening.seen_at)), 0).ok()?;
        let total: f64 = map.cells.iter().map(|c| c.p).sum();
        let nearest = map.cells.iter().map(|c| (apart_m(c.at, place), c.p)).min_by(|a, b| a.0.total_cmp(&b.0));
        let share = nearest
            .filter(|(away, _)| *away <= 100.0)
            .map(|(_, p)| map.cells.iter().filter(|c| c.p > p).map(|c| c.p).sum::<f64>() / total.max(1e-12));
        Some(Rank {
            share,
            rest_of_world: map.rest_of_world,
            areas_km2: areas(&map.cells),
            metres: apart_m(opening.last_seen, place),
            minutes: minutes(at, opening.seen_at),
        })
    }

    fn kept(&self, case: CaseId) -> Arc<Mutex<Kept>> {
        let mut inner = self.inner();
        let at = inner.searches.iter().position(|s| s.0 == case);
        let entry = match at {
            Some(at) => inner.searches.remove(at),
            None => (case, Arc::new(Mutex::new(Kept::empty()))),
        };
        let kept = Arc::clone(&entry.1);
        inner.searches.insert(0, entry);
        inner.searches.truncate(KEEP);
        kept
    }
}

fn minutes(later: Moment, earlier: Moment) -> f64 {
    (later.micros() - earlier.micros()).max(0) as f64 / 60e6
}

/// Square kilometres of 50, 75 and 95 % of what lies on the streets.
fn areas(cells: &[Cell]) -> [f64; 3] {
    let total: f64 = cells.iter().map(|c| c.p).sum();
    [0.50, 0.75, 0.95].map(|share| {
        let mut held = 0.0;
        let inside = cells.iter().take_while(|c| {
            let more = held < share * total;
            held += c.p;
            more
        });
        inside.count() as f64 * 0.01
    })
}

/// Of the densest squares the one with most around it.
fn focus(cells: &[Cell]) -> Option<Spot> {
    const AROUND_M: f64 = 300.0;
    let around = |at: Spot| cells.iter().filter(|c| apart_m(c.at, at) <= AROUND_M).map(|c| c.p).sum::<f64>();
    let best = cells.iter().take(30).map(|c| (c.at, around(c.at))).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map(|(at, _)| rounded(at))
}

fn profile(opening: &Opening) -> Option<Profile> {
    Profile::named(&opening.profile).ok()
}

fn rings(log: &Log, opening: &Opening, ask: &Ask, surface: Surface) -> Board {
    let profile = profile(opening);
    let law = profile.as_ref().map(|p| &p.law);
    Board {
        surface,
        at: ask.at.unwrap_or(log.now),
        night: dark(log.now, opening.last_seen),
        plan: String::new(),
        areas_km2: [0.0; 3],
        rest_of_world: 0.0,
        bands: Vec::new(),
        shown: Vec::new(),
        focus: None,
        named: Vec::new(),
        looks: Vec::new(),
        proposals: Vec::new(),
        pos: 0.0,
        pos_more: None,
        rings_m: [0.50, 0.75, 0.95].map(|share| law.map_or(0.0, |l| l.distance_m(share))),
        left_out: Vec::new(),
        law: law.map(|l| l.source.clone()).unwrap_or_default(),
    }
}

impl Kept {
    fn empty() -> Self {
        Self {
            token: Uuid::nil(),
            opening: 0,
            search: None,
            now: Moment::default(),
            taken: 0,
            seen: HashSet::new(),
            fixes: HashSet::new(),
            left_out: Vec::new(),
            boards: Vec::new(),
        }
    }

    /// Everything that was told since.
    fn bring_up(&mut self, log: &Log, (token, terrain): (Uuid, &Arc<Terrain>), opened: i64, opening: &Opening) {
        let gone = self.fixes.iter().any(|at| !log.fixes.iter().any(|f| f.at == *at));
        if self.token != token || self.opening != opened || gone {
            *self = Self { token, opening: opened, now: opening.seen_at, taken: opened, ..Self::empty() };
            let incident = Incident {
                last_seen: opening.last_seen,
                accuracy_m: opening.accuracy_m,
                minutes_ago: 0.0,
                night: opening.night,
                places: opening.places.iter().map(|p| p.engine()).collect(),
                fixes: Vec::new(),
            };
            self.search = profile(opening)
                .and_then(|profile| Search::open(Arc::clone(terrain), profile, incident, opening.seed).ok());
        }
        // To the minute, so that whoever looks twice in it sees the same; but never before what is known.
        let minute = Moment::from_micros(log.now.micros().div_euclid(60_000_000) * 60_000_000);
        let last = log.lines.iter().filter(|l| l.nth > opened).map(|l| l.at).max();
        let last = last.max(log.seen.iter().map(|s| s.1.min(log.now)).max()).max(log.fixes.iter().map(|f| f.at).max());
        let to = minute.max(last.unwrap_or(minute)).max(self.now);
        let Some(search) = &mut self.search else { return };
        if search.advance(minutes(to, self.now)).is_ok() {
            self.now = to;
        }
        let taken = self.taken;
        for line in log.lines.iter().filter(|l| l.nth > taken) {
            let ago = minutes(self.now, line.at.min(self.now));
            let done = match &line.step {
                Step::Searched { team, route, legs, .. } => {
                    let task = log.standing.team(*team).and_then(|t| t.tasks.iter().find(|t| t.nth == *route));
                    task.map_or(Ok(()), |task| {
                        let walked = legs.iter().filter_map(|n| task.route.legs.get(*n));
                        let mut all = walked.map(|leg| search.searched(&leg.nodes, task.route.pod, ago));
                        all.try_for_each(|done| done)
                    })
                }
                Step::Sighting { at, accuracy_m, confidence, .. } => {
                    search.sighting(*at, ago, *confidence, *accuracy_m)
                }
                _ => Ok(()),
            };
            if let Err(error) = done {
                self.left_out.push((line.at, why_not(&error)));
            }
            self.taken = line.nth;
        }
        for fix in &log.fixes {
            if self.fixes.insert(fix.at) {
                let ago = minutes(self.now, fix.at.min(self.now));
                if let Err(error) = search.fix([fix.place.lon(), fix.place.lat()], ago, fix.accuracy_m) {
                    self.left_out.push((fix.at, why_not(&error)));
                }
            }
        }
        for (id, at, place) in &log.seen {
            // Where the search begins is known already.
            let known = *at == opening.seen_at;
            if self.seen.insert(*id) && !known {
                if *at < opening.seen_at {
                    self.left_out.push((*at, "before-last-seen"));
                    continue;
                }
                let ago = minutes(self.now, (*at).min(self.now));
                if let Err(error) = search.sighting([place.lon(), place.lat()], ago, SEEN_SURE, SEEN_M) {
                    self.left_out.push((*at, why_not(&error)));
                }
            }
        }
    }

    fn board(&mut self, log: &Log, opening: &Opening, ask: &Ask) -> Arc<Board> {
        let length = ask.minutes.clamp(*MINUTES.start(), *MINUTES.end());
        let known = self.seen.len() + self.fixes.len();
        let plan = format!("{}-{known}-{}-{length}", log.standing.revision, self.now.micros());
        let name = format!("{plan}-{}-{}", ask.more, ask.at.map_or(0, Moment::micros));
        if let Some((_, board)) = self.boards.iter().find(|b| b.0 == name) {
            return Arc::clone(board);
        }
        let now = self.now;
        let made = match &mut self.search {
            None => rings(log, opening, ask, Surface::Off),
            Some(search) => {
                Board { plan, left_out: self.left_out.clone(), ..worked_out(search, log, opening, ask, (now, length)) }
            }
        };
        let made = Arc::new(made);
        self.boards.insert(0, (name, Arc::clone(&made)));
        self.boards.truncate(BOARDS);
        made
    }
}

fn worked_out(search: &mut Search, log: &Log, opening: &Opening, ask: &Ask, (now, length): (Moment, f64)) -> Board {
    let at = ask.at.map_or(now, |at| at.max(opening.seen_at).min(now));
    let terrain = Arc::clone(search.terrain());
    let map = search.map_at(minutes(now, at), usize::MAX).unwrap_or_else(|_| search.map(usize::MAX));
    let (bands, shown, named) = drawn(&terrain, &map.rows);
    search.light(dark(now, opening.last_seen));
    let teams = ready(log);
    let taken = under_way(log);
    let plan = search.plan_around(&teams.iter().map(|t| t.1.clone()).collect::<Vec<_>>(), length, &taken);
    let (looks, planned) = plan.map(|p| (p.first_look, p.assignments)).unwrap_or_default();
    let pos = planned.iter().map(|a| a.pos).sum();
    let mut proposals = Vec::new();
    for a in &planned {
        let Some((id, team, letter)) = teams.iter().find(|t| t.1.id == a.team) else { continue };
        debug_assert_eq!(team.id, a.team);
        proposals.push(Proposal { letter: letter.clone(), made_up: false, route: route(&terrain, *id, a, &looks) });
    }
    let mut pos_more = None;
    if ask.more > 0 {
        let with = with_more(log, opening, &teams, ask.more);
        if let Ok(more) = search.plan_around(&with, length, &taken) {
            pos_more = Some(more.assignments.iter().map(|a| a.pos).sum());
            let made_up = more.assignments.iter().filter(|a| a.team.starts_with('+'));
            proposals.extend(made_up.map(|a| Proposal {
                letter: a.team.clone(),
                made_up: true,
                route: route(&terrain, TeamId(Uuid::nil()), a, &looks),
            }));
        }
    }
    let base = rings(log, opening, ask, if terrain.is_whole() { Surface::Whole } else { Surface::Plain });
    Board {
        at,
        areas_km2: areas(&map.cells),
        rest_of_world: map.rest_of_world,
        bands,
        shown,
        focus: focus(&map.cells),
        named,
        looks: looks
            .iter()
            .map(|l| LookLine { at: l.at, kind: look_key(l.kind), metres: l.metres, looked_min: l.looked, due: l.due })
            .collect(),
        proposals,
        pos,
        pos_more,
        ..base
    }
}

/// Teams that wait for a route.
fn ready(log: &Log) -> Vec<(TeamId, Team, String)> {
    let waits = log.standing.here().filter(|t| t.state(log.now) == TeamState::Ready);
    let team = |t: &crate::model::search::TeamNow| {
        let mode = t.mode.engine();
        Some((t.id, Team { id: t.id.to_string(), at: t.at?, mode, speed_mps: mode.usual_mps() }, t.letter.clone()))
    };
    waits.filter_map(team).collect()
}

/// What is left of the routes of teams that are on their way; of those that are silent nothing.
fn under_way(log: &Log) -> Vec<(Vec<i64>, f64)> {
    let walk = log.standing.here().filter(|t| t.state(log.now) == TeamState::Walking);
    let open = walk.filter_map(|t| t.task()).flat_map(|task| {
        let legs = task.route.legs.iter().enumerate().filter(|(n, leg)| leg.look && !task.done.contains(n));
        legs.map(|(_, leg)| (leg.nodes.clone(), task.route.pod))
    });
    open.collect()
}

/// As if so many more stood where the others stand, else where the elder was last seen.
fn with_more(log: &Log, opening: &Opening, teams: &[(TeamId, Team, String)], more: usize) -> Vec<Team> {
    let stands = log.standing.here().find_map(|t| t.at).unwrap_or(opening.last_seen);
    let mode = seek::Mode::Foot;
    let made_up =
        (1..=more.min(20)).map(|n| Team { id: format!("+{n}"), at: stands, mode, speed_mps: mode.usual_mps() });
    teams.iter().map(|t| t.1.clone()).chain(made_up).collect()
}

/// Colours by probability for each metre of street, and streets by name.
fn drawn(terrain: &Terrain, rows: &[seek::Row]) -> (Vec<Band>, Vec<Shown>, Vec<(String, f64, Spot)>) {
    let mut by_name: BTreeMap<&str, (f64, f64, Spot)> = BTreeMap::new();
    let mut all: Vec<(f64, f64, [Spot; 2], f64)> = Vec::with_capacity(rows.len());
    for row in rows {
        let [a, b] = row.nodes.as_slice() else { continue };
        let (Some(start), Some(end)) = (terrain.place(*a), terrain.place(*b)) else { continue };
        let metres = apart_m(start, end).max(1.0);
        all.push((row.p / metres, metres, [rounded(start), rounded(end)], row.p));
        if let Some(name) = terrain.street(*a, *b) {
            let entry = by_name.entry(name).or_insert((0.0, 0.0, start));
            entry.0 += row.p;
            // The place of a street is where it is most probable.
            if row.p > entry.1 {
                (entry.1, entry.2) = (row.p, start);
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total: f64 = all.iter().map(|a| a.1).sum();
    let held: f64 = all.iter().map(|a| a.3).sum();
    let mut bands: Vec<Band> = BANDS.iter().map(|p| Band { p: *p, streets: 0.0 }).collect();
    let (mut passed, mut long, mut shown) = (0.0, 0.0, Vec::new());
    for (_, metres, line, p) in all {
        // The stretch with which a share is reached belongs to it.
        let Some(band) = BANDS.iter().position(|end| passed < end * held) else { break };
        passed += p;
        long += metres;
        bands.iter_mut().skip(band).for_each(|b| b.streets = long / total.max(1.0));
        if shown.len() < DRAWN {
            shown.push(Shown { line, band });
        }
    }
    let mut named: Vec<(String, f64, Spot)> =
        by_name.into_iter().map(|(n, (p, _, at))| (n.to_owned(), p, at)).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    named.truncate(NAMED);
    (bands, shown, named)
}

const fn why_not(error: &SearchError) -> &'static str {
    match error {
        SearchError::BeforeLastSeen { .. } => "before-last-seen",
        SearchError::NotAWalk(_) => "other-streets",
        SearchError::NoPlace { .. } | SearchError::OffTheStreets { .. } => "no-place",
        SearchError::Number { .. } | SearchError::TooManyPlaces(_) => "number",
    }
}

//! Planning: read in one transaction, reckoned outside of any, written in another if nobody changed the round meanwhile.

use super::busy::{free_part, of_round};
use super::create::{Skills, skills, usual};
use super::publish::take_back;
use super::walks::{Spot, Walks, spot};
use super::{Pair, Stop, Whole, changed, door, load, on_the_wall, to_change};
use crate::model::round::{ABOUT, DAY, Hours, REST_SLACK, RoundId, WhyNot, speaks};
use crate::model::visit::VisitId;
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::Point;
use kernel::ids::PersonId;
use people::app::persons;
use rounds::{Break, Late, Look, Plan, Problem, Until, Visit, Visitor, Weights, solve};
use store::{Cx, params};
use uuid::Uuid;

/// What the usual visitor is worth, and the pair that a visit is with, in minutes on the way.
const USUAL: f64 = 10.0;
const STAY: f64 = 15.0;
/// What it is worth that one of the two speaks what they speak best.
const SPEAKS: f64 = 20.0;
/// How much an uneven day weighs, so that nobody stays at the post while others walk all day.
const FAIR: f64 = 0.4;
/// What it costs to leave a visit out, and one that is locked.
const WITHOUT: f64 = 1_000.0;
const LOCKED: f64 = 100_000.0;
/// Where somebody would stay without a visit otherwise, times that were told may move by so many minutes before they are given up.
const NEAR: i64 = 60;
/// A visit is made at most so many days before it is due.
const EARLY_DAYS: i64 = 10;
const SEED: u64 = 8;

/// A pair on one day.
struct Shift {
    pair: Uuid,
    day: Date,
    /// Minutes since the first midnight.
    zero: i64,
    hours: Hours,
    /// When and where they are free: later than the beginning of the shift where a part of the day is over.
    free: i64,
    start: Option<Point>,
    rested: bool,
    skills: Skills,
    members: [kernel::ids::AccountId; 2],
}

struct Want {
    visit: VisitId,
    spot: Spot,
    lasts: i64,
    /// Minutes of the day, by the days on which it may be.
    window: (i64, i64),
    days: Vec<Date>,
    language: Option<String>,
    must_speak: bool,
    nurse: bool,
    usual: Vec<kernel::ids::AccountId>,
    locked: Option<(Uuid, Date, i64)>,
    stays: Option<Uuid>,
    /// When the household expects somebody.
    known: Option<(Date, i64)>,
    door: Vec<u8>,
}

/// What is to be planned: values only, for another thread.
pub struct Task {
    round: RoundId,
    version: i64,
    shifts: Vec<Shift>,
    wants: Vec<Want>,
    walks: Walks,
    /// Where everybody begins and ends.
    base: Option<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    pair: Uuid,
    day: Date,
    start: i64,
    end: i64,
    walk: i64,
}

/// A plan for what was to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solved {
    round: RoundId,
    version: i64,
    visits: Vec<(VisitId, std::result::Result<Place, WhyNot>)>,
    doors: Vec<Vec<u8>>,
}

impl Solved {
    pub fn planned(&self) -> usize {
        self.visits.iter().filter(|v| v.1.is_ok()).count()
    }
}

/// May a visit still be planned anew: it is open, and its time today has not come where the pair was told. One that nobody made on
/// its day is free again.
pub(super) fn is_free(stop: &Stop, today: Date, minute: i64) -> bool {
    if !stop.state.is_open() {
        return false;
    }
    match stop.at {
        Some(at) => at.day != today || at.start > minute || stop.told.is_none(),
        None => true,
    }
}

/// Where a round begins and ends.
pub(super) fn base(ground: &Ground, whole: &Whole) -> Option<Point> {
    let post = whole.round.post.and_then(|id| ground.0.post(id)).and_then(|p| p.point);
    post.or_else(|| ground.0.stand_in(whole.round.area).map(|l| l.point))
}

/// What is to be planned now. Past, begun and finished visits stay where they are.
/// `seen` is the version that was read; without one, as it stands.
pub fn task(cx: &mut Cx<'_>, id: RoundId, seen: Option<i64>) -> Result<Task> {
    let whole = load(cx, id)?;
    let seen = seen.unwrap_or(whole.round.version);
    if whole.round.version != seen {
        return Err(Error::Stale { seen, current: whole.round.version });
    }
    let (today, minute) = on_the_wall(cx);
    let ground = Ground(::places::snapshot(cx)?);
    let base = base(&ground, &whole);
    let free: Vec<Stop> = whole.stops.iter().filter(|s| is_free(s, today, minute) && !is_out(s)).cloned().collect();
    let people: Vec<PersonId> = free.iter().map(|s| s.person).collect();
    let known = persons::known_of(cx, &people)?;
    let lives = persons::areas_of_all(cx, &people)?;
    let usual = usual(cx, &people)?;
    let shifts = shifts(cx, &whole, base, today, minute, &ground)?;
    let days: Vec<Date> = whole.round.days.iter().copied().filter(|d| *d >= today).collect();
    let mut wants = Vec::new();
    for stop in &free {
        let Some(one) = known.get(&stop.person) else { continue };
        let areas = lives.get(&stop.person).cloned().unwrap_or_default();
        let locked = stop.at.filter(|_| stop.locked).map(|a| (a.pair, a.day, a.start));
        wants.push(Want {
            visit: stop.visit,
            spot: spot(cx, &ground, &areas, one.address.as_deref())?,
            lasts: stop.minutes,
            window: stop.asks.window(),
            days: days_for(&days, stop.due),
            language: one.language.clone(),
            must_speak: stop.asks.must_speak,
            nurse: stop.asks.nurse,
            usual: usual.get(&stop.person).cloned().unwrap_or_default(),
            locked,
            stays: stop.at.map(|a| a.pair),
            known: stop.known,
            door: door(cx, one.address.as_deref()),
        });
    }
    Ok(Task { round: id, version: seen, shifts, wants, walks: Walks::of(cx)?, base })
}

/// Put aside or given to others: not for the planner.
pub(super) const fn is_out(stop: &Stop) -> bool {
    matches!(stop.why, Some(WhyNot::Aside | WhyNot::Hand | WhyNot::Gone | WhyNot::Moved))
}

/// Days on which a visit belongs: within some days before it is due; else the first one after.
fn days_for(days: &[Date], due: Date) -> Vec<Date> {
    let early = |d: &&Date| **d <= due && crate::model::visit_plan::days_between(**d, due) <= EARLY_DAYS;
    let fit: Vec<Date> = days.iter().filter(early).copied().collect();
    if !fit.is_empty() {
        return fit;
    }
    let after: Vec<Date> = days.iter().filter(|d| **d > due).take(3).copied().collect();
    if after.is_empty() { days.to_vec() } else { after }
}

fn shifts(
    cx: &mut Cx<'_>,
    whole: &Whole,
    base: Option<Point>,
    today: Date,
    minute: i64,
    ground: &Ground,
) -> Result<Vec<Shift>> {
    let busy = of_round(cx, whole)?;
    let mut out = Vec::new();
    for pair in &whole.pairs {
        let (a, b) = (skills(cx, pair.one)?, skills(cx, pair.two)?);
        let both = Skills { languages: [a.languages, b.languages].concat(), nurse: a.nurse || b.nurse };
        for (n, day) in whole.round.days.iter().enumerate() {
            if *day < today || !pair.works(*day) {
                continue;
            }
            let mut hours = pair.hours(whole.round.rest);
            let Some((from, to)) = free_part(&busy, pair, *day, (hours.from, hours.to)) else { continue };
            (hours.from, hours.to) = (from, to);
            let (free, start, rested) = begun(cx, whole, pair, *day, (today, minute), ground, base)?;
            out.push(Shift {
                pair: pair.id,
                day: *day,
                zero: n as i64 * 1_440,
                hours,
                free: free.max(hours.from),
                start,
                rested,
                skills: both.clone(),
                members: [pair.one, pair.two],
            });
        }
    }
    Ok(out)
}

/// When, and where, a pair is free on a day of which a part may be over.
fn begun(
    cx: &mut Cx<'_>,
    whole: &Whole,
    pair: &Pair,
    day: Date,
    (today, minute): (Date, i64),
    ground: &Ground,
    base: Option<Point>,
) -> Result<(i64, Option<Point>, bool)> {
    let route = whole.route(pair.id, day);
    let over = route.into_iter().rfind(|s| !is_free(s, today, minute));
    let now = if day == today { minute } else { 0 };
    let Some((last, at)) = over.and_then(|s| Some((s, s.at?))) else { return Ok((now, base, false)) };
    let areas = persons::areas_of(cx, last.person)?;
    let address = persons::known(cx, last.person)?.and_then(|k| k.address);
    let here = spot(cx, ground, &areas, address.as_deref())?;
    let done = if last.state.is_open() { at.end } else { at.end.min(now.max(at.start)) };
    let (rest_from, rest_lasts) = whole.round.rest;
    Ok((done.max(now), here.point, at.end > rest_from + rest_lasts))
}

fn understands(want: &Want, shift: &Shift) -> bool {
    speaks(&shift.skills.languages, want.language.as_deref())
}

impl Task {
    pub fn visits(&self) -> usize {
        self.wants.len()
    }

    fn able(want: &Want, shift: &Shift) -> bool {
        Self::skilled(want, shift) && want.days.contains(&shift.day)
    }

    fn skilled(want: &Want, shift: &Shift) -> bool {
        (!want.nurse || shift.skills.nurse) && (!want.must_speak || understands(want, shift))
    }

    fn ways(&self) -> Vec<f64> {
        // One place for each visit, then one for each shift's beginning, then the common end.
        let mut points: Vec<Option<Point>> = self.wants.iter().map(|w| w.spot.point).collect();
        points.extend(self.shifts.iter().map(|s| s.start));
        points.push(self.base);
        self.walks.table(&points).into_iter().map(|m| m as f64).collect()
    }

    /// `near`: by how many minutes the time that a household expects may move, by visit; none: to anywhere in its window.
    fn problem(&self, travel: &[f64], near: &[Option<i64>]) -> Problem {
        let (visits, end) = (self.wants.len(), self.wants.len() + self.shifts.len());
        let visitors = self.shifts.iter().enumerate().map(|(n, s)| Self::visitor(n, s, visits + n, end)).collect();
        Problem {
            places: end + 1,
            travel: travel.to_vec(),
            distance: None,
            visitors,
            visits: self.wants.iter().zip(near).enumerate().map(|(n, (w, near))| self.visit(n, w, *near)).collect(),
            pairs: Vec::new(),
            weights: Weights { distance: 1.0, late: 0.0, latest: 0.0, fair: FAIR },
        }
    }

    fn visitor(n: usize, shift: &Shift, start: usize, end: usize) -> Visitor {
        let at = |minute: i64| (shift.zero + minute) as f64;
        let rest = shift.hours.rest().filter(|_| !shift.rested).map(|(from, lasts)| Break {
            from: at(from.max(shift.free)),
            latest: at((from + REST_SLACK).max(shift.free)),
            lasts: lasts as f64,
        });
        let free = shift.free.min(shift.hours.to);
        let force = u16::try_from(n).unwrap_or(u16::MAX);
        Visitor { start, end, from: at(free), to: at(shift.hours.to), capacity: f64::INFINITY, rest, force, person: n }
    }

    /// About the time that the household expects, on that day, where anybody is out then.
    fn about(&self, want: &Want, near: i64) -> Option<(f64, f64)> {
        let (day, start) = want.known.filter(|(day, _)| want.days.contains(day))?;
        let (from, to) = ((start - near).max(want.window.0), (start + near).min(want.window.1));
        let out = |s: &&Shift| s.day == day && Self::able(want, s) && from + want.lasts <= s.hours.to && to >= s.free;
        let shift = self.shifts.iter().find(out).filter(|_| from <= to)?;
        Some(((shift.zero + from) as f64, (shift.zero + to) as f64))
    }

    fn visit(&self, place: usize, want: &Want, near: Option<i64>) -> Visit {
        let locked = want.locked.and_then(|(pair, day, start)| {
            let n = self.shifts.iter().position(|s| s.pair == pair && s.day == day)?;
            let shift = self.shifts.get(n)?;
            // Its time stays only where it can be kept.
            let kept = start >= shift.hours.from.max(want.window.0)
                && start <= want.window.1
                && start + want.lasts <= shift.hours.to;
            let (from, to) = if kept { (start - ABOUT, start + ABOUT) } else { want.window };
            Some((n, (from.max(want.window.0), to.min(want.window.1)), shift.zero))
        });
        let mut windows: Vec<(f64, f64)> = match locked {
            Some((_, (from, to), zero)) => vec![((zero + from) as f64, (zero + to) as f64)],
            None => {
                let mut zeros: Vec<i64> =
                    self.shifts.iter().filter(|s| want.days.contains(&s.day)).map(|s| s.zero).collect();
                zeros.sort_unstable();
                zeros.dedup();
                zeros.iter().map(|z| ((z + want.window.0) as f64, (z + want.window.1) as f64)).collect()
            }
        };
        if locked.is_none()
            && let Some(about) = near.and_then(|near| self.about(want, near))
        {
            windows = vec![about];
        }
        if windows.is_empty() {
            windows.push((DAY.0 as f64, DAY.0 as f64));
        }
        let like = |s: &Shift| {
            let usual = want.usual.iter().filter(|u| s.members.contains(u)).count() as f64;
            let understood = if understands(want, s) { SPEAKS } else { 0.0 };
            usual * USUAL + understood + if want.stays == Some(s.pair) { STAY } else { 0.0 }
        };
        Visit {
            place,
            lasts: want.lasts as f64,
            windows,
            late: Late::Never,
            demand: 1.0,
            may: self
                .shifts
                .iter()
                .enumerate()
                .map(|(n, s)| locked.map_or_else(|| Self::able(want, s), |(only, ..)| only == n))
                .collect(),
            liking: self.shifts.iter().enumerate().map(|(n, s)| (n, -like(s))).filter(|l| l.1 < 0.0).collect(),
            without: Some(if locked.is_some() { LOCKED } else { WITHOUT }),
            locked: locked.map(|l| l.0),
        }
    }

    /// Plans it. The same task gives the same plan, on every machine.
    ///
    /// # Errors
    /// When the engine refuses the problem, which is a mistake of this program.
    pub fn solve(&self) -> Result<Solved> {
        self.solve_watched(&mut |_, _| true)
    }

    /// The same; `look` hears how much is done, in thousandths, and how many visits are with nobody so far. After `false` the best that was
    /// found is the plan.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn solve_watched(&self, look: &mut dyn FnMut(i64, usize) -> bool) -> Result<Solved> {
        let none = |want: &Want| (want.visit, Err(WhyNot::Full));
        let doors = self.wants.iter().map(|w| w.door.clone()).collect();
        if self.shifts.is_empty() || self.wants.is_empty() {
            let visits = self.wants.iter().map(none).collect();
            return Ok(Solved { round: self.round, version: self.version, visits, doors });
        }
        let travel = self.ways();
        let problem = self.problem(&travel, &vec![None; self.wants.len()]);
        let mut visits: Vec<_> =
            self.wants.iter().enumerate().map(|(n, want)| (want.visit, Err(self.why(n, want, &problem)))).collect();
        let possible: Vec<bool> = visits.iter().map(|(_, why)| *why == Err(WhyNot::Full)).collect();
        let plan = self.kept_in_time(&travel, &possible, look)?;
        self.fill(&problem, &plan, &mut visits);
        Ok(Solved { round: self.round, version: self.version, visits, doors })
    }

    /// The times that households expect are kept, unless somebody would stay without a visit for it: first those of others, then within
    /// the hour, then not at all.
    fn kept_in_time(
        &self,
        travel: &[f64],
        possible: &[bool],
        look: &mut dyn FnMut(i64, usize) -> bool,
    ) -> Result<Plan> {
        let steps = 60_000 + 3_000 * self.wants.len() as u64;
        let expected = self.wants.iter().any(|w| w.known.is_some());
        let (mut go_on, mut before) = (true, 0);
        let share = if expected { 250 } else { 1_000 };
        let mut plan = |near: &[Option<i64>]| {
            let mut heard = |l: Look| {
                go_on = go_on && look(before + (l.steps * share as u64 / l.of.max(1)) as i64, l.left);
                go_on
            };
            let plan = solve(&self.problem(travel, near), SEED, Until::Watched(steps, &mut heard));
            before += share;
            Ok::<_, Error>((plan.map_err(|e| Error::Places(e.to_string()))?, go_on))
        };
        let left = |plan: &Plan| plan.unplanned.iter().filter(|v| possible.get(**v) == Some(&true)).count();
        let (mut best, more) = plan(&vec![expected.then_some(ABOUT); self.wants.len()])?;
        if !expected || !more || left(&best) == 0 {
            return Ok(best);
        }
        let without = best.unplanned.clone();
        let others = |near: i64| {
            let near = |v| if without.contains(&v) { None } else { Some(near) };
            (0..self.wants.len()).map(near).collect::<Vec<_>>()
        };
        for near in [others(ABOUT), others(NEAR), vec![None; self.wants.len()]] {
            let (next, more) = plan(&near)?;
            if left(&next) < left(&best) {
                best = next;
            }
            if !more || left(&best) == 0 {
                break;
            }
        }
        Ok(best)
    }

    fn fill(&self, problem: &Problem, plan: &Plan, visits: &mut [(VisitId, std::result::Result<Place, WhyNot>)]) {
        for route in &plan.routes {
            let Some(shift) = self.shifts.get(route.visitor) else { continue };
            let mut here = self.wants.len() + route.visitor;
            for stop in &route.stops {
                let walk = problem.travel(here, stop.visit) as i64;
                here = stop.visit;
                let (start, end) = (stop.start.round() as i64 - shift.zero, stop.end.round() as i64 - shift.zero);
                if let Some(slot) = visits.get_mut(stop.visit) {
                    slot.1 = Ok(Place { pair: shift.pair, day: shift.day, start, end, walk });
                }
            }
        }
    }

    fn why(&self, n: usize, want: &Want, problem: &Problem) -> WhyNot {
        let none = |able: &dyn Fn(&Shift) -> bool| !self.shifts.iter().any(able);
        if want.must_speak && none(&|s| understands(want, s)) {
            return WhyNot::Language;
        }
        if none(&|s| !want.nurse || s.skills.nurse) {
            return WhyNot::Nurse;
        }
        if none(&|s| Self::skilled(want, s)) {
            return WhyNot::Both;
        }
        let able = |visit: &Visit| {
            problem.visitors.iter().enumerate().any(|(v, visitor)| problem.may(n, v) && problem.alone(visitor, visit))
        };
        let Some(visit) = problem.visits.get(n) else { return WhyNot::Full };
        // At any hour at all?
        let whenever = Visit { windows: vec![(f64::NEG_INFINITY, f64::INFINITY)], ..visit.clone() };
        match (able(visit), able(&whenever)) {
            (true, _) => WhyNot::Full,
            (false, true) => WhyNot::Hours,
            (false, false) => WhyNot::Far,
        }
    }
}

/// Writes the plan, unless somebody changed the round since it was read.
pub fn keep(cx: &mut Cx<'_>, solved: &Solved) -> Result<()> {
    let whole = to_change(cx, solved.round, solved.version)?;
    for ((visit, place), door) in solved.visits.iter().zip(&solved.doors) {
        match place {
            Ok(p) => {
                let sql = "UPDATE care_round_stop SET pair_id = $1, day = $2, start_min = $3, end_min = $4, walk_min = $5, \
                           door = $6, why = NULL WHERE round_id = $7 AND visit_id = $8";
                let (day, door) = (p.day.to_string(), door.clone());
                cx.execute(sql, params![p.pair, day, p.start, p.end, p.walk, door, solved.round, *visit])?;
            }
            // What is locked stays, and the page says what is wrong with it.
            Err(_) if whole.stop(*visit).is_ok_and(|s| s.locked && s.at.is_some()) => {}
            Err(why) => {
                out(cx, solved.round, *visit, *why)?;
                take_back(cx, solved.round, whole.stop(*visit)?)?;
            }
        }
    }
    changed(cx, solved.round)
}

/// Takes a visit out of its route.
pub(super) fn out(cx: &mut Cx<'_>, round: RoundId, visit: VisitId, why: WhyNot) -> Result<()> {
    let sql = "UPDATE care_round_stop SET pair_id = NULL, day = NULL, locked = $1, why = $2 WHERE round_id = $3 AND visit_id = $4";
    cx.execute(sql, params![false, why.code(), round, visit])?;
    Ok(())
}

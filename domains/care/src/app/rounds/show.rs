//! A round as planners see it, a day at a time, and the sheet that a pair takes along. Each name and address shown is an entry of the log.

use super::busy::{Busy, meets, of_round};
use super::create::{Skills, skills, usual};
use super::walks::{Spot, Walks, spot};
use super::{Pair, Round, Stop, Whole, door, load, may_plan, pending};
use crate::app::visits::{self, force_of, what_to_bring};
use crate::model::round::{Fault, RoundId, languages, speaks};
use crate::model::visit::{Force, VisitId, VisitKind};
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};
use people::app::{accounts, persons};
use people::policy::{Action, require_somewhere};
use std::collections::HashMap;
use store::{Cx, params};
use uuid::Uuid;

/// So many of those that are with nobody are shown; the others come up when these have somebody.
pub const LEFT: usize = 60;

/// A round of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub round: Round,
    pub pairs: i64,
    pub visits: i64,
    /// With a pair.
    pub planned: i64,
}

/// Rounds where whoever asks plans visits, the latest first.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Listed>> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let sql = format!(
        "SELECT {}, (SELECT COUNT(*) FROM care_round_pair p WHERE p.round_id = care_round.id) AS pairs, (SELECT COUNT(*) FROM \
         care_round_stop s WHERE s.round_id = care_round.id) AS visits, (SELECT COUNT(*) FROM care_round_stop s WHERE s.round_id = \
         care_round.id AND s.pair_id IS NOT NULL) AS planned FROM care_round WHERE district_id = $1 ORDER BY to_day DESC, id DESC \
         LIMIT 200",
        super::COLUMNS
    );
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let round = super::read(row)?;
        if may_plan(cx, round.area).is_ok() {
            let (pairs, visits, planned) = (row.i64("pairs")?, row.i64("visits")?, row.i64("planned")?);
            out.push(Listed { round, pairs, visits, planned });
        }
    }
    Ok(out)
}

/// What a planner sees of one household.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    /// Where the door is; only the middle of the area when `vague`.
    pub point: Option<kernel::Point>,
    pub vague: bool,
    /// One of the pair was there the last time.
    pub usual: bool,
    /// Neither of the pair speaks what they speak best.
    pub foreign: bool,
    /// The address is another one since the way there was reckoned.
    pub readdressed: bool,
    pub faults: Vec<Fault>,
}

/// A round on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub whole: Whole,
    pub day: Date,
    /// Of the visits of the day, of those that are with nobody and of those where somebody has to telephone.
    pub lines: HashMap<VisitId, Line>,
    pub names: HashMap<AccountId, String>,
    pub forces: HashMap<AccountId, Force>,
    pub base: Option<kernel::Point>,
    /// The way of each pair as it is drawn.
    pub ways: HashMap<Uuid, Vec<kernel::Point>>,
    /// Minutes from the last door to the end, by pair.
    pub home: HashMap<Uuid, i64>,
    /// By the straight line: no streets are loaded.
    pub estimate: bool,
    pub pending: usize,
    pub skills: HashMap<AccountId, (String, bool)>,
    /// Where the people of the pairs are on the day besides, in other rounds.
    pub busy: Vec<Busy>,
    /// Who lives in another area by now: nothing of them is shown here any more.
    pub elsewhere: Vec<VisitId>,
}

/// Opens a round on a day, the first that is not over when none is named.
pub fn open(cx: &mut Cx<'_>, id: RoundId, day: Option<Date>) -> Result<View> {
    let whole = load(cx, id)?;
    let today = visits::day_of(cx.now);
    let days = &whole.round.days;
    let usual_day = days.iter().find(|d| **d >= today).or(days.last()).copied().unwrap_or(today);
    let day = day.filter(|d| days.contains(d)).unwrap_or(usual_day);
    let left: Vec<VisitId> = whole.stops.iter().filter(|s| s.at.is_none()).take(LEFT).map(|s| s.visit).collect();
    let shown = |s: &&Stop| s.at.is_some_and(|a| a.day == day) || left.contains(&s.visit) || s.is_to_phone(today);
    let shown: Vec<&Stop> = whole.stops.iter().filter(shown).collect();
    let ground = Ground(::places::snapshot(cx)?);
    let accounts_of: Vec<AccountId> = whole.pairs.iter().flat_map(|p| [p.one, p.two]).collect();
    let names = accounts::names(cx, &accounts_of)?;
    let (mut forces, mut can) = (HashMap::new(), HashMap::new());
    for account in accounts_of {
        if let Some(force) = force_of(cx, account)? {
            forces.insert(account, force);
        }
        let Skills { languages, nurse } = skills(cx, account)?;
        can.insert(account, (languages.join("、"), nurse));
    }
    let (lines, elsewhere) = lines(cx, &ground, &whole, &shown, &can)?;
    let base = super::solve::base(&ground, &whole);
    let walks = Walks::of(cx)?;
    let (mut home, mut ways) = (HashMap::new(), HashMap::new());
    for pair in &whole.pairs {
        let route = whole.route(pair.id, day);
        let point = |s: &&Stop| lines.get(&s.visit).and_then(|l| l.point);
        let Some(last) = route.last() else { continue };
        home.insert(pair.id, walks.row(point(last), &[base]).first().copied().unwrap_or(0));
        let doors = route.iter().filter_map(point);
        let through: Vec<kernel::Point> = base.into_iter().chain(doors).chain(base).collect();
        ways.insert(pair.id, walks.line(&through));
    }
    let mut busy = of_round(cx, &whole)?;
    busy.retain(|b| b.day == day);
    let (estimate, pending) = (walks.is_estimate(), pending(&whole));
    Ok(View { whole, day, lines, names, forces, base, ways, home, estimate, pending, skills: can, busy, elsewhere })
}

/// What a planner sees of these households; each is an entry of the log.
fn lines(
    cx: &mut Cx<'_>,
    ground: &Ground,
    whole: &Whole,
    shown: &[&Stop],
    can: &HashMap<AccountId, (String, bool)>,
) -> Result<(HashMap<VisitId, Line>, Vec<VisitId>)> {
    let mut wrong = faults(cx, whole, shown)?;
    let people: Vec<PersonId> = shown.iter().map(|s| s.person).collect();
    let known = persons::known_of(cx, &people)?;
    let lives = persons::areas_of_all(cx, &people)?;
    let last = usual(cx, &people)?;
    let (mut lines, mut elsewhere) = (HashMap::new(), Vec::new());
    for stop in shown {
        let Some(one) = known.get(&stop.person) else { continue };
        let areas = lives.get(&stop.person).cloned().unwrap_or_default();
        if !areas.contains(&whole.round.area) {
            elsewhere.push(stop.visit);
            continue;
        }
        cx.record_read("person", stop.person.0, &["name", "contact"])?;
        let Spot { point, vague } = spot(cx, ground, &areas, one.address.as_deref())?;
        let pair = stop.at.and_then(|a| whole.pair(a.pair));
        let usual = last.get(&stop.person).is_some_and(|who| pair.is_some_and(|p| who.iter().any(|a| p.has(*a))));
        let foreign = pair.is_some_and(|p| {
            let both = [can.get(&p.one), can.get(&p.two)].into_iter().flatten();
            let spoken: Vec<String> = both.flat_map(|s: &(String, bool)| languages(&s.0)).collect();
            !speaks(&spoken, one.language.as_deref())
        });
        let line = Line {
            name: one.name.clone(),
            address: one.address.clone(),
            phone: one.phone.clone(),
            language: one.language.clone(),
            point,
            vague,
            usual,
            foreign,
            readdressed: stop.at.is_some()
                && stop.state.is_open()
                && stop.door.as_ref().is_some_and(|d| *d != door(cx, one.address.as_deref())),
            faults: wrong.remove(&stop.visit).unwrap_or_default(),
        };
        lines.insert(stop.visit, line);
    }
    Ok((lines, elsewhere))
}

/// What is wrong with visits where they stand, for those that are asked about.
pub(super) fn faults(cx: &mut Cx<'_>, whole: &Whole, of: &[&Stop]) -> Result<HashMap<VisitId, Vec<Fault>>> {
    let people: Vec<PersonId> = of.iter().filter(|s| s.at.is_some()).map(|s| s.person).collect();
    let known = persons::known_of(cx, &people)?;
    let mut can: HashMap<Uuid, Skills> = HashMap::new();
    for pair in &whole.pairs {
        let (a, b) = (skills(cx, pair.one)?, skills(cx, pair.two)?);
        let languages = [a.languages, b.languages].concat();
        can.insert(pair.id, Skills { languages, nurse: a.nurse || b.nurse });
    }
    let none = Skills::default();
    let busy = of_round(cx, whole)?;
    let mut out = HashMap::new();
    for stop in of {
        let Some((at, pair)) = stop.at.and_then(|a| Some((a, whole.pair(a.pair)?))) else { continue };
        if !stop.state.is_open() {
            continue;
        }
        let mut wrong = times_wrong(whole, stop, pair);
        let skills = can.get(&pair.id).unwrap_or(&none);
        let language = known.get(&stop.person).and_then(|k| k.language.as_deref());
        if stop.asks.must_speak && !speaks(&skills.languages, language) {
            wrong.push(Fault::Language);
        }
        if stop.asks.nurse && !skills.nurse {
            wrong.push(Fault::Nurse);
        }
        if !pair.works(at.day) {
            wrong.push(Fault::Day);
        }
        if meets(&busy, pair, at.day, (at.start, at.end)) {
            wrong.push(Fault::Busy);
        }
        out.insert(stop.visit, wrong);
    }
    Ok(out)
}

fn times_wrong(whole: &Whole, stop: &Stop, pair: &Pair) -> Vec<Fault> {
    let Some(at) = stop.at else { return Vec::new() };
    let mut wrong = Vec::new();
    let (from, to) = stop.asks.window();
    let before = whole.route(at.pair, at.day).into_iter().filter_map(|s| s.at).rfind(|a| a.start < at.start);
    if at.start < from || before.is_some_and(|b| b.end + at.walk > at.start) {
        wrong.push(Fault::Early);
    }
    if at.start > to {
        wrong.push(Fault::Late);
    }
    if at.start < pair.from || at.end > pair.to {
        wrong.push(Fault::Hours);
    }
    wrong
}

/// One door on the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetStop {
    pub start: i64,
    pub end: i64,
    pub walk: i64,
    pub kind: VisitKind,
    /// None when one of the pair belongs to the supplementary force (N2).
    pub name: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub window: Option<(i64, i64)>,
    /// Ends of the keys `visit-bring-…`.
    pub bring: Vec<String>,
}

/// What a pair takes along on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub round: Round,
    pub pair: Pair,
    pub day: Date,
    pub names: Vec<String>,
    pub stops: Vec<SheetStop>,
    /// Somebody of the supplementary force goes: no names.
    pub without_names: bool,
}

/// The sheet of one pair for one day. Each address, and each name, is an entry of the log.
pub fn sheet(cx: &mut Cx<'_>, id: RoundId, pair: Uuid, day: Date) -> Result<Sheet> {
    let whole = load(cx, id)?;
    let pair = whole.pair(pair).ok_or(Error::Store(store::Error::NotFound))?.clone();
    let mut support = false;
    for account in [pair.one, pair.two] {
        support |= force_of(cx, account)?.is_none_or(|f| f == Force::Support);
    }
    let mut stops = Vec::new();
    for stop in whole.route(pair.id, day) {
        let (Some(at), true) = (stop.at, stop.state.is_open()) else { continue };
        let Some(one) = persons::known(cx, stop.person)? else { continue };
        if !persons::areas_of(cx, stop.person)?.contains(&whole.round.area) {
            continue;
        }
        let fields: &[&str] = if support { &["contact"] } else { &["name", "contact"] };
        cx.record_read("person", stop.person.0, fields)?;
        stops.push(SheetStop {
            start: at.start,
            end: at.end,
            walk: at.walk,
            kind: stop.kind,
            name: Some(one.name).filter(|_| !support),
            address: one.address,
            phone: one.phone,
            language: one.language,
            window: stop.asks.from.or(stop.asks.to).map(|_| stop.asks.window()),
            bring: what_to_bring(stop.kind),
        });
    }
    let names = accounts::names(cx, &[pair.one, pair.two])?;
    let names = [pair.one, pair.two].iter().filter_map(|a| names.get(a).cloned()).collect();
    Ok(Sheet { round: whole.round, pair, day, names, stops, without_names: support })
}

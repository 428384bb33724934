//! Rounds (N5): a day or a month of visits in one area, for pairs of two forces that walk from door to door. The plan is a proposal until
//! it is published; then the pairs are sent, with day and time. Visits that are over, locked or begun are not planned anew.

mod busy;
mod change;
mod create;
mod publish;
mod schema;
mod show;
mod solve;
mod walks;
mod work;

pub use busy::Busy;
pub use change::{Off, add_pair, ask, call_off, called, lock, move_stop, pair_hours, set_off, swap};
pub use create::{Choice, NewRound, NewVisitor, Ready, Wanted, create, know, people, ready, where_allowed};
pub(crate) use publish::told_to;
pub use publish::{Published, Timed, feed, pending, publish};
pub(crate) use schema::{KNOWN, ROUNDS, WORK};
pub use show::{LEFT, Line, Listed, Sheet, SheetStop, View, list, open, sheet};
pub use solve::{Solved, Task, keep, task};
pub(super) use walks::{Walks, spot};
pub use work::{Begun, Wish, Work, WorkState, begin, end, work};

use crate::model::round::{ABOUT, Asks, Hours, RoundId, RoundState, WhyNot};
use crate::model::visit::{VisitId, VisitKind, VisitState};
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, AreaId, PersonId, PostId};
use people::app::Geography;
use people::policy::{Action, PlaceFacts, ResourceFacts, require, require_somewhere};
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    pub id: RoundId,
    pub area: AreaId,
    pub days: Vec<Date>,
    /// Where everybody begins and ends; without one in the middle of the area.
    pub post: Option<PostId>,
    pub rest: (i64, i64),
    pub state: RoundState,
    pub by: Option<AccountId>,
    pub version: i64,
}

/// Two people who go together on the days of a round, or some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub id: Uuid,
    pub number: i64,
    pub one: AccountId,
    pub two: AccountId,
    pub from: i64,
    pub to: i64,
    pub first: Date,
    pub last: Date,
    pub off: Option<(Date, Date)>,
}

impl Pair {
    pub fn works(&self, day: Date) -> bool {
        day >= self.first && day <= self.last && self.off.is_none_or(|(from, to)| day < from || day > to)
    }
    pub fn has(&self, account: AccountId) -> bool {
        self.one == account || self.two == account
    }
    /// As the visits know it.
    pub(crate) fn sent(&self) -> Vec<AccountId> {
        let mut both = vec![self.one, self.two];
        both.sort();
        both
    }
    pub(crate) const fn hours(&self, rest: (i64, i64)) -> Hours {
        Hours { from: self.from, to: self.to, rest }
    }
}

/// Where a visit stands in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub pair: Uuid,
    pub day: Date,
    pub start: i64,
    pub end: i64,
    pub walk: i64,
}

/// One visit of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    pub visit: VisitId,
    pub person: PersonId,
    pub kind: VisitKind,
    pub state: VisitState,
    pub due: Date,
    pub asks: Asks,
    pub locked: bool,
    pub minutes: i64,
    pub at: Option<At>,
    pub why: Option<WhyNot>,
    /// Who was sent when the round last looked.
    pub was: String,
    /// What the pair was told: pair, day, start.
    pub told: Option<(Uuid, Date, i64)>,
    /// When the household expects somebody: what was published first, or what they were told by telephone since.
    pub known: Option<(Date, i64)>,
    /// A digest of the address that the way was reckoned to.
    pub door: Option<Vec<u8>>,
}

impl Stop {
    /// The household expects somebody at another time than the plan says, or nobody comes: somebody has to telephone. Whoever is not in
    /// care any more, lives elsewhere or is visited by others is left in peace.
    pub fn is_to_phone(&self, today: Date) -> bool {
        let Some((day, start)) = self.known.filter(|_| self.state.is_open()) else { return false };
        match self.at {
            Some(at) => at.day >= today && (at.day != day || (at.start - start).abs() > ABOUT),
            None => day >= today && !matches!(self.why, Some(WhyNot::Hand | WhyNot::Gone | WhyNot::Moved)),
        }
    }
}

/// Everything of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub round: Round,
    pub pairs: Vec<Pair>,
    pub stops: Vec<Stop>,
}

impl Whole {
    pub fn pair(&self, id: Uuid) -> Option<&Pair> {
        self.pairs.iter().find(|p| p.id == id)
    }
    /// The visits of a pair on a day, in order.
    pub fn route(&self, pair: Uuid, day: Date) -> Vec<&Stop> {
        let here = |s: &Stop| s.at.filter(|a| a.pair == pair && a.day == day).map(|a| a.start);
        let mut out: Vec<(i64, &Stop)> = self.stops.iter().filter_map(|s| Some((here(s)?, s))).collect();
        out.sort_by_key(|(start, s)| (*start, s.visit));
        out.into_iter().map(|(_, s)| s).collect()
    }
    fn stop(&self, visit: VisitId) -> Result<&Stop> {
        self.stops.iter().find(|s| s.visit == visit).ok_or(Error::Store(store::Error::NotFound))
    }
}

/// Who is sent, as text.
pub(crate) fn sent_text(pair: &[AccountId]) -> String {
    let mut all: Vec<String> = pair.iter().map(ToString::to_string).collect();
    all.sort();
    all.join(",")
}

/// May whoever acts plan visits in this area?
pub(crate) fn may_plan(cx: &mut Cx<'_>, area: AreaId) -> Result<()> {
    let facts = place_facts(&Ground(::places::snapshot(cx)?), area);
    Ok(require(&cx.actor, cx.purpose, Action::PlanVisits, &ResourceFacts::Place(facts))?)
}

pub(crate) fn place_facts(ground: &Ground, area: AreaId) -> PlaceFacts {
    let areas = ground.areas_above(area);
    PlaceFacts { posts: crate::ground::posts_of(ground, &areas), areas }
}

fn days(text: &str) -> Vec<Date> {
    text.split(',').filter_map(|d| d.parse().ok()).collect()
}

const COLUMNS: &str = "id, area_id, days, post_id, rest_from, rest_lasts, state, made_by, version";

fn read(row: &Row) -> Result<Round> {
    Ok(Round {
        id: row.id("id")?,
        area: row.id("area_id")?,
        days: days(&row.text("days")?),
        post: row.opt_id("post_id")?,
        rest: (row.i64("rest_from")?, row.i64("rest_lasts")?),
        state: RoundState::from_code(&row.text("state")?).unwrap_or(RoundState::CalledOff),
        by: row.opt_id("made_by")?,
        version: row.i64("version")?,
    })
}

/// A round for whoever plans where it is.
fn load(cx: &mut Cx<'_>, id: RoundId) -> Result<Whole> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let sql = format!("SELECT {COLUMNS} FROM care_round WHERE id = $1 AND district_id = $2");
    let round = read(&cx.query_one(&sql, params![id, cx.district()])?)?;
    may_plan(cx, round.area)?;
    let pairs = pairs(cx, id)?;
    let sql = "SELECT s.visit_id, s.person_id, s.sealed, s.locked, s.minutes, s.pair_id, s.day, s.start_min, s.end_min, \
               s.walk_min, s.why, s.was, s.told_pair, s.told_day, s.told_min, s.known_day, s.known_min, s.door, v.kind, v.state, v.due_on FROM care_round_stop s \
               JOIN care_visit v ON v.id = s.visit_id WHERE s.round_id = $1 ORDER BY s.day, s.start_min, s.visit_id";
    let rows = cx.query(sql, params![id])?;
    let sealed = rows.iter().filter(|r| r.opt_blob("sealed").is_ok_and(|b| b.is_some()));
    let subjects = sealed.map(|r| r.uuid("person_id")).collect::<std::result::Result<Vec<_>, _>>()?;
    cx.load_subject_keys(KeyClass::Contact, &subjects)?;
    let mut stops = Vec::with_capacity(rows.len());
    for row in &rows {
        stops.push(stop(cx, row)?);
    }
    Ok(Whole { round, pairs, stops })
}

fn pairs(cx: &mut Cx<'_>, id: RoundId) -> Result<Vec<Pair>> {
    let sql = "SELECT id, number, one, two, from_min, to_min, first_day, last_day, off_from, off_to FROM care_round_pair \
               WHERE round_id = $1 ORDER BY number, id";
    let rows = cx.query(sql, params![id])?;
    let pair = |r: &Row| {
        let off = super::visits::opt_date(r, "off_from")?.zip(super::visits::opt_date(r, "off_to")?);
        Ok(Pair {
            id: r.uuid("id")?,
            number: r.i64("number")?,
            one: r.id("one")?,
            two: r.id("two")?,
            from: r.i64("from_min")?,
            to: r.i64("to_min")?,
            first: super::visits::date(r, "first_day")?,
            last: super::visits::date(r, "last_day")?,
            off,
        })
    };
    rows.iter().map(pair).collect()
}

fn stop(cx: &mut Cx<'_>, r: &Row) -> Result<Stop> {
    let person: PersonId = r.id("person_id")?;
    let day = super::visits::opt_date(r, "day")?;
    let asks = crate::app::unseal_left(cx, KeyClass::Contact, person.0, r.opt_blob("sealed")?)?.unwrap_or_default();
    let at = match (r.opt_id::<Uuid>("pair_id")?, day) {
        (Some(pair), Some(day)) => {
            Some(At { pair, day, start: r.i64("start_min")?, end: r.i64("end_min")?, walk: r.i64("walk_min")? })
        }
        _ => None,
    };
    let told = (r.opt_id::<Uuid>("told_pair")?, super::visits::opt_date(r, "told_day")?, r.opt_i64("told_min")?);
    Ok(Stop {
        visit: r.id("visit_id")?,
        person,
        kind: VisitKind::from_code(&r.text("kind")?).unwrap_or(VisitKind::Chat),
        state: VisitState::from_code(&r.text("state")?).unwrap_or(VisitState::Cancelled),
        due: super::visits::date(r, "due_on")?,
        asks,
        locked: r.bool("locked")?,
        minutes: r.i64("minutes")?,
        at,
        why: r.opt_text("why")?.as_deref().and_then(WhyNot::from_code),
        was: r.text("was")?,
        told: match told {
            (Some(pair), Some(day), Some(start)) => Some((pair, day, start)),
            _ => None,
        },
        known: super::visits::opt_date(r, "known_day")?.zip(r.opt_i64("known_min")?),
        door: r.opt_blob("door")?,
    })
}

/// A digest of an address: whether it is still the one that a way was reckoned to.
fn door(cx: &Cx<'_>, address: Option<&str>) -> Vec<u8> {
    cx.keyed_hash(KeyClass::Contact, format!("round-door:{}", address.unwrap_or_default().trim()).as_bytes()).to_vec()
}

/// Opens a round for a change: nobody else changes it meanwhile, and `seen` is the version that was read.
fn to_change(cx: &mut Cx<'_>, id: RoundId, seen: i64) -> Result<Whole> {
    cx.lock(&format!("round/{id}"))?;
    let whole = load(cx, id)?;
    if whole.round.version != seen {
        return Err(Error::Stale { seen, current: whole.round.version });
    }
    if whole.round.state == RoundState::CalledOff {
        return Err(Error::Refused("round-over"));
    }
    Ok(whole)
}

fn changed(cx: &mut Cx<'_>, id: RoundId) -> Result<()> {
    cx.execute("UPDATE care_round SET version = version + 1 WHERE id = $1", params![id])?;
    Ok(())
}

/// The minute of the day now, and the day.
fn on_the_wall(cx: &Cx<'_>) -> (Date, i64) {
    let local = cx.now.zoned(&kernel::time::shanghai());
    (local.date(), i64::from(local.hour()) * 60 + i64::from(local.minute()))
}

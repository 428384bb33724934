//! What a planner changes by hand: another pair or order, a lock, what was agreed with a household, who goes, who is ill. Each change
//! says which version it was made for.

use super::create::{insert_pair, shift};
use super::publish::{know, take_back};
use super::solve::{is_free, out};
use super::walks::{Walks, spot};
use super::{Pair, Stop, Whole, changed, door, load, on_the_wall, to_change};
use crate::app::seal;
use crate::app::visits::force_of;
use crate::model::round::{Asks, Hours, LONGEST, Leg, RoundId, RoundState, WhyNot, times};
use crate::model::visit::{VisitId, check_pair};
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::Point;
use kernel::ids::AccountId;
use people::app::persons;
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Puts a visit with a pair on a day, before the visit that is the `place`th then; or with nobody. Where it was put it stays.
pub fn move_stop(
    cx: &mut Cx<'_>,
    id: RoundId,
    seen: i64,
    visit: VisitId,
    to: Option<(Uuid, Date, usize)>,
) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let stop = whole.stop(visit)?.clone();
    let (today, minute) = on_the_wall(cx);
    if !is_free(&stop, today, minute) {
        return Err(Error::Refused("round-stop-over"));
    }
    if let Some((pair, day, _)) = to {
        let pair = whole.pair(pair).ok_or(Error::Store(store::Error::NotFound))?;
        if day < today {
            return Err(Error::Invalid { field: "day", why: "round-past" });
        }
        if !whole.round.days.contains(&day) || !pair.works(day) {
            return Err(Error::Refused("round-pair-off"));
        }
    }
    let without = |route: Vec<&Stop>| route.into_iter().map(|s| s.visit).filter(|v| *v != visit).collect::<Vec<_>>();
    if let Some(at) = stop.at.filter(|a| to.is_none_or(|(pair, day, _)| (pair, day) != (a.pair, a.day))) {
        let rest = without(whole.route(at.pair, at.day));
        retime(cx, &whole, at.pair, at.day, &rest)?;
    }
    match to {
        None => out(cx, id, visit, WhyNot::Aside)?,
        Some((pair, day, place)) => {
            let mut order = without(whole.route(pair, day));
            order.insert(place.min(order.len()), visit);
            retime(cx, &whole, pair, day, &order)?;
            let sql = "UPDATE care_round_stop SET locked = $1, why = NULL WHERE round_id = $2 AND visit_id = $3";
            cx.execute(sql, params![true, id, visit])?;
        }
    }
    changed(cx, id)
}

/// Writes when a pair is where if it goes in this order. What is over keeps its time and stands first.
pub(super) fn retime(cx: &mut Cx<'_>, whole: &Whole, pair: Uuid, day: Date, order: &[VisitId]) -> Result<()> {
    let Some(pair) = whole.pair(pair) else { return Ok(()) };
    let (today, minute) = on_the_wall(cx);
    let stops: Vec<&Stop> = order.iter().filter_map(|v| whole.stops.iter().find(|s| s.visit == *v)).collect();
    let over = |s: &&Stop| !is_free(s, today, minute) && s.at.is_some_and(|a| a.pair == pair.id && a.day == day);
    let (fixed, free): (Vec<&Stop>, Vec<&Stop>) = stops.into_iter().partition(over);
    let ground = Ground(::places::snapshot(cx)?);
    let walks = Walks::of(cx)?;
    let mut here: Option<Point> = super::solve::base(&ground, whole);
    let mut hours: Hours = pair.hours(whole.round.rest);
    if let Some((last, at)) = fixed.last().and_then(|s| Some((*s, s.at?))) {
        here = point(cx, &ground, last)?.0;
        if at.end > hours.rest.0 + hours.rest.1 {
            hours.rest.1 = 0;
        }
        hours.from = hours.from.max(at.end);
    }
    if day == today {
        hours.from = hours.from.max(minute);
    }
    let (mut legs, mut doors) = (Vec::new(), Vec::new());
    for stop in &free {
        let (to, door) = point(cx, &ground, stop)?;
        doors.push(door);
        let walk = walks.row(here, &[to]).first().copied().unwrap_or(0);
        here = to;
        legs.push(Leg { walk, lasts: stop.minutes, window: stop.asks.window() });
    }
    for (((stop, leg), door), (start, end)) in free.iter().zip(&legs).zip(doors).zip(times(&hours, &legs)) {
        let sql = "UPDATE care_round_stop SET pair_id = $1, day = $2, start_min = $3, end_min = $4, walk_min = $5, door = $6, \
                   why = NULL WHERE round_id = $7 AND visit_id = $8";
        cx.execute(sql, params![pair.id, day.to_string(), start, end, leg.walk, door, whole.round.id, stop.visit])?;
    }
    Ok(())
}

/// Where the door is, and the digest of its address.
fn point(cx: &mut Cx<'_>, ground: &Ground, stop: &Stop) -> Result<(Option<Point>, Vec<u8>)> {
    let areas = persons::areas_of(cx, stop.person)?;
    let address = persons::known(cx, stop.person)?.and_then(|k| k.address);
    let point = spot(cx, ground, &areas, address.as_deref())?.point;
    Ok((point, door(cx, address.as_deref())))
}

/// Somebody telephoned: the household expects what the plan says now.
pub fn called(cx: &mut Cx<'_>, id: RoundId, seen: i64, visit: VisitId) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let at = whole.stop(visit)?.at;
    know(cx, id, visit, at.map(|at| (at.day, at.start)))?;
    changed(cx, id)
}

/// Where it stands it stays when the round is planned anew; or it may move again.
pub fn lock(cx: &mut Cx<'_>, id: RoundId, seen: i64, visit: VisitId, locked: bool) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    if whole.stop(visit)?.at.is_none() {
        return Err(Error::Refused("round-not-planned"));
    }
    let sql = "UPDATE care_round_stop SET locked = $1 WHERE round_id = $2 AND visit_id = $3";
    cx.execute(sql, params![locked, id, visit])?;
    changed(cx, id)
}

/// What was agreed with the household, and how long the visit takes; it counts for the next rounds, too.
pub fn ask(cx: &mut Cx<'_>, id: RoundId, seen: i64, visit: VisitId, asks: Asks, minutes: i64) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let stop = whole.stop(visit)?.clone();
    if let Some((field, why)) = asks.wrong() {
        return Err(Error::Invalid { field, why });
    }
    if !(5..=LONGEST).contains(&minutes) {
        return Err(Error::Invalid { field: "minutes", why: "range" });
    }
    persons::in_care(cx, stop.person)?;
    let sealed = if asks == Asks::default() { None } else { Some(seal(cx, KeyClass::Contact, stop.person.0, &asks)?) };
    // Put aside by hand: whoever says what was agreed wants it planned.
    let sql = "UPDATE care_round_stop SET sealed = $1, minutes = $2, why = CASE WHEN why = 'aside' THEN NULL ELSE why END \
               WHERE round_id = $3 AND visit_id = $4";
    cx.execute(sql, params![sealed, minutes, id, visit])?;
    // A time that does not fit is shown as wrong where it is, until somebody moves it or plans anew: it does not push the others.
    if let Some(at) = stop.at.filter(|_| stop.minutes != minutes) {
        let whole = load(cx, id)?;
        let order: Vec<VisitId> = whole.route(at.pair, at.day).into_iter().map(|s| s.visit).collect();
        retime(cx, &whole, at.pair, at.day, &order)?;
    }
    changed(cx, id)
}

/// Two of different forces who are not in another pair on these days.
fn pair_fits(
    cx: &mut Cx<'_>,
    whole: &Whole,
    besides: Option<Uuid>,
    (one, two): (AccountId, AccountId),
    (first, last): (Date, Date),
) -> Result<()> {
    let forces = [force_of(cx, one)?, force_of(cx, two)?];
    let known: Vec<_> = forces.into_iter().flatten().collect();
    if known.len() < 2 {
        return Err(Error::Invalid { field: "people", why: "unknown" });
    }
    if one == two {
        return Err(Error::Refused("visit-two"));
    }
    check_pair(&known).map_err(Error::Refused)?;
    let days = whole.round.days.iter().filter(|d| **d >= first && **d <= last);
    for day in days {
        let other = |p: &&Pair| Some(p.id) != besides && p.works(*day) && (p.has(one) || p.has(two));
        if whole.pairs.iter().any(|p| other(&p)) {
            return Err(Error::Refused("round-twice"));
        }
    }
    Ok(())
}

/// Somebody of the place may be chosen; nobody else.
fn of_the_place(cx: &mut Cx<'_>, whole: &Whole, who: &[AccountId]) -> Result<()> {
    let people = super::create::people(cx, whole.round.area)?;
    let known = |a: &AccountId| people.iter().any(|c| c.account == *a);
    if who.iter().all(known) { Ok(()) } else { Err(Error::Invalid { field: "people", why: "unknown" }) }
}

/// One more pair, on every day of the round that is left.
pub fn add_pair(
    cx: &mut Cx<'_>,
    id: RoundId,
    seen: i64,
    (one, two): (AccountId, AccountId),
    (from, to): (i64, i64),
) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    shift(from, to)?;
    of_the_place(cx, &whole, &[one, two])?;
    let (today, _) = on_the_wall(cx);
    let left: Vec<Date> = whole.round.days.iter().copied().filter(|d| *d >= today).collect();
    let (Some(first), Some(last)) = (left.first(), left.last()) else { return Err(Error::Refused("round-over")) };
    pair_fits(cx, &whole, None, (one, two), (*first, *last))?;
    insert_pair(cx, id, next_number(&whole), (one, two), (from, to), (*first, *last))?;
    changed(cx, id)
}

fn next_number(whole: &Whole) -> i64 {
    whole.pairs.iter().map(|p| p.number).max().unwrap_or(0) + 1
}

/// Other people in a pair, for the days to come; its visits stay with it.
pub fn swap(cx: &mut Cx<'_>, id: RoundId, seen: i64, pair: Uuid, (one, two): (AccountId, AccountId)) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let old = whole.pair(pair).ok_or(Error::Store(store::Error::NotFound))?;
    of_the_place(cx, &whole, &[one, two])?;
    let (today, _) = on_the_wall(cx);
    pair_fits(cx, &whole, Some(pair), (one, two), (old.first.max(today), old.last))?;
    cx.execute("UPDATE care_round_pair SET one = $1, two = $2 WHERE id = $3", params![one, two, pair])?;
    changed(cx, id)
}

/// Other working hours of a pair.
pub fn pair_hours(cx: &mut Cx<'_>, id: RoundId, seen: i64, pair: Uuid, from: i64, to: i64) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    whole.pair(pair).ok_or(Error::Store(store::Error::NotFound))?;
    shift(from, to)?;
    cx.execute("UPDATE care_round_pair SET from_min = $1, to_min = $2 WHERE id = $3", params![from, to, pair])?;
    changed(cx, id)
}

/// Somebody who cannot come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Off {
    pub pair: Uuid,
    pub who: AccountId,
    pub from: Date,
    pub to: Date,
    /// Who goes instead; without one the visits go to the other pairs.
    pub instead: Option<AccountId>,
}

/// Somebody is ill: a pair without them goes nowhere. With somebody instead a new pair takes its visits over as they are; without, they
/// are free to be planned anew.
pub fn set_off(cx: &mut Cx<'_>, id: RoundId, seen: i64, off: &Off) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let pair = whole.pair(off.pair).ok_or(Error::Store(store::Error::NotFound))?.clone();
    let (today, minute) = on_the_wall(cx);
    let (from, to) = (off.from.max(today), off.to);
    if !pair.has(off.who) {
        return Err(Error::Invalid { field: "people", why: "unknown" });
    }
    if from > to || to < pair.first || from > pair.last {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    if pair.off.is_some() {
        return Err(Error::Refused("round-pair-off"));
    }
    let partner = if pair.one == off.who { pair.two } else { pair.one };
    let sql = "UPDATE care_round_pair SET off_from = $1, off_to = $2 WHERE id = $3";
    cx.execute(sql, params![from.to_string(), to.to_string(), pair.id])?;
    let whole = load(cx, id)?;
    let instead = match off.instead {
        None => None,
        Some(instead) => {
            of_the_place(cx, &whole, &[instead])?;
            let (first, last) = (from.max(pair.first), to.min(pair.last));
            pair_fits(cx, &whole, None, (partner, instead), (first, last))?;
            let number = next_number(&whole);
            Some(insert_pair(cx, id, number, (partner, instead), (pair.from, pair.to), (first, last))?)
        }
    };
    for stop in &whole.stops {
        let here = stop.at.is_some_and(|a| a.pair == pair.id && a.day >= from && a.day <= to);
        if !here || !is_free(stop, today, minute) {
            continue;
        }
        match instead {
            Some(new) => {
                let sql = "UPDATE care_round_stop SET pair_id = $1 WHERE round_id = $2 AND visit_id = $3";
                cx.execute(sql, params![new, id, stop.visit])?;
            }
            None => {
                // Half a pair goes nowhere: it has gone from their day before anybody plans anew.
                out(cx, id, stop.visit, WhyNot::Full)?;
                take_back(cx, id, stop)?;
            }
        }
    }
    cx.record("care.round_off_duty", "area", whole.round.area.0, &json!({ "round": id, "account": off.who }))?;
    changed(cx, id)
}

/// The round is not walked. Visits that were given to pairs stay with them.
pub fn call_off(cx: &mut Cx<'_>, id: RoundId, seen: i64) -> Result<()> {
    let whole = to_change(cx, id, seen)?;
    let sql = "UPDATE care_round SET state = $1, version = version + 1 WHERE id = $2";
    cx.execute(sql, params![RoundState::CalledOff.code(), id])?;
    let sql = "UPDATE care_round_stop SET told_pair = NULL, told_day = NULL, told_min = NULL WHERE round_id = $1";
    cx.execute(sql, params![id])?;
    cx.record("care.round_called_off", "area", whole.round.area.0, &json!({ "round": id }))?;
    Ok(())
}

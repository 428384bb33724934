//! Sending the pairs: what stands in the plan becomes visits with people, a day and a time. Whoever is not in care any more, lives
//! elsewhere or was given to others meanwhile falls out, and the answer says so. A way to an address that is another by now is reckoned
//! anew; where somebody cannot be in time then, nobody is told before a planner has looked.

use super::change::retime;
use super::show::faults;
use super::solve::{is_free, is_out, out};
use super::{Stop, Whole, changed, door, load, on_the_wall, sent_text, to_change};
use crate::app::visits;
use crate::model::round::{RoundId, RoundState, WhyNot};
use crate::model::visit::{VisitId, VisitKind};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, AreaId};
use people::app::persons;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, params};

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Published {
    /// Visits with another pair, day or time than before.
    pub sent: usize,
    /// What fell out, and why.
    pub fell: Vec<(VisitId, WhyNot)>,
    /// Visits whose address is another one since the plan was made: their ways were reckoned anew.
    pub readdressed: usize,
    /// That makes somebody late: nobody was told anything.
    pub stopped: bool,
}

/// Visits of which the pairs do not know yet what the plan says now.
pub fn pending(whole: &Whole) -> usize {
    whole.stops.iter().filter(|s| s.state.is_open() && !is_told(whole, s)).count()
}

fn is_told(whole: &Whole, stop: &Stop) -> bool {
    match (stop.at, stop.told) {
        (None, None) => true,
        (Some(at), Some(told)) => {
            told == (at.pair, at.day, at.start) && whole.pair(at.pair).is_some_and(|p| sent_text(&p.sent()) == stop.was)
        }
        _ => false,
    }
}

/// Sends the pairs to what is planned from now on.
pub fn publish(cx: &mut Cx<'_>, id: RoundId, seen: i64) -> Result<Published> {
    to_change(cx, id, seen)?;
    let mut done = Published::default();
    fall_out(cx, id, &mut done)?;
    done.readdressed = readdress(cx, id)?;
    let whole = load(cx, id)?;
    let (today, minute) = on_the_wall(cx);
    let free: Vec<&Stop> = whole.stops.iter().filter(|s| is_free(s, today, minute)).collect();
    let wrong = faults(cx, &whole, &free)?;
    if free.iter().any(|s| s.at.is_some() && wrong.get(&s.visit).is_some_and(|f| !f.is_empty())) {
        if done.readdressed == 0 {
            return Err(Error::Refused("round-faults"));
        }
        done.stopped = true;
        changed(cx, id)?;
        return Ok(done);
    }
    for stop in &free {
        if is_told(&whole, stop) {
            continue;
        }
        send(cx, &whole, stop)?;
        done.sent += usize::from(stop.at.is_some());
    }
    let sql = "UPDATE care_round SET state = $1, published_at = $2 WHERE id = $3";
    cx.execute(sql, params![RoundState::Published.code(), cx.now, id])?;
    let payload = json!({ "round": id, "sent": done.sent, "fell": done.fell.len() });
    cx.record("care.round_published", "area", whole.round.area.0, &payload)?;
    changed(cx, id)?;
    Ok(done)
}

fn fall_out(cx: &mut Cx<'_>, id: RoundId, done: &mut Published) -> Result<()> {
    let whole = load(cx, id)?;
    let people: Vec<_> = whole.stops.iter().map(|s| s.person).collect();
    let lives = persons::areas_of_all(cx, &people)?;
    let known = persons::known_of(cx, &people)?;
    for stop in whole.stops.iter().filter(|s| !is_out(s) && (s.at.is_some() || s.told.is_some())) {
        let cancelled = stop.state == crate::model::visit::VisitState::Cancelled;
        let why = if cancelled || (stop.state.is_open() && !known.contains_key(&stop.person)) {
            WhyNot::Gone
        } else if !stop.state.is_open() {
            continue;
        } else if !lives.get(&stop.person).is_some_and(|of| of.contains(&whole.round.area)) {
            WhyNot::Moved
        } else if sent_text(&visits::load(cx, stop.visit)?.pair()) != stop.was {
            WhyNot::Hand
        } else {
            continue;
        };
        out(cx, id, stop.visit, why)?;
        take_back(cx, id, stop)?;
        // Nobody telephones there about this round any more.
        know(cx, id, stop.visit, None)?;
        done.fell.push((stop.visit, why));
    }
    Ok(())
}

/// Reckons the ways of the days anew on which an address is another one than when they were planned.
fn readdress(cx: &mut Cx<'_>, id: RoundId) -> Result<usize> {
    let whole = load(cx, id)?;
    let (today, minute) = on_the_wall(cx);
    let free: Vec<&Stop> =
        whole.stops.iter().filter(|s| s.at.is_some() && s.door.is_some() && is_free(s, today, minute)).collect();
    let known = persons::known_of(cx, &free.iter().map(|s| s.person).collect::<Vec<_>>())?;
    let other = |s: &&&Stop| {
        let now = known.get(&s.person).map(|k| door(cx, k.address.as_deref()));
        now.is_some() && s.door != now
    };
    let moved: Vec<&Stop> = free.iter().filter(other).copied().collect();
    let mut routes: Vec<_> = moved.iter().filter_map(|s| s.at).map(|at| (at.day, at.pair)).collect();
    routes.sort();
    routes.dedup();
    for (day, pair) in routes {
        let order: Vec<VisitId> = whole.route(pair, day).into_iter().map(|s| s.visit).collect();
        retime(cx, &whole, pair, day, &order)?;
    }
    Ok(moved.len())
}

/// Takes the pair back that this round sent: nobody has the visit in their day any more. Who was sent from elsewhere stays.
pub(super) fn take_back(cx: &mut Cx<'_>, id: RoundId, stop: &Stop) -> Result<()> {
    if stop.told.is_none() {
        return Ok(());
    }
    tell(cx, id, stop.visit, None)?;
    let visit = visits::load(cx, stop.visit)?;
    if visit.state.is_open() && sent_text(&visit.pair()) == stop.was {
        visits::lock(cx, stop.person)?;
        visits::withdraw(cx, &visit)?;
        cx.execute(
            "UPDATE care_round_stop SET was = '' WHERE round_id = $1 AND visit_id = $2",
            params![id, stop.visit],
        )?;
    }
    Ok(())
}

fn send(cx: &mut Cx<'_>, whole: &Whole, stop: &Stop) -> Result<()> {
    let id = whole.round.id;
    let Some((at, pair)) = stop.at.and_then(|at| Some((at, whole.pair(at.pair)?))) else {
        return take_back(cx, id, stop);
    };
    let to = pair.sent();
    let text = sent_text(&to);
    if text != stop.was {
        let version = visits::load(cx, stop.visit)?.version;
        visits::assign(cx, stop.visit, version, &to)?;
        let sql = "UPDATE care_round_stop SET was = $1 WHERE round_id = $2 AND visit_id = $3";
        cx.execute(sql, params![text, id, stop.visit])?;
    }
    tell(cx, id, stop.visit, Some((pair.id, at.day, at.start)))?;
    if stop.known.is_none() {
        know(cx, id, stop.visit, Some((at.day, at.start)))?;
    }
    cx.signal(visits::CHANGED, stop.person.0);
    Ok(())
}

/// Writes when the household expects somebody.
pub(super) fn know(cx: &mut Cx<'_>, id: RoundId, visit: VisitId, when: Option<(Date, i64)>) -> Result<()> {
    let sql = "UPDATE care_round_stop SET known_day = $1, known_min = $2 WHERE round_id = $3 AND visit_id = $4";
    cx.execute(sql, params![when.map(|w| w.0.to_string()), when.map(|w| w.1), id, visit])?;
    Ok(())
}

fn tell(cx: &mut Cx<'_>, id: RoundId, visit: VisitId, told: Option<(uuid::Uuid, Date, i64)>) -> Result<()> {
    let sql =
        "UPDATE care_round_stop SET told_pair = $1, told_day = $2, told_min = $3 WHERE round_id = $4 AND visit_id = $5";
    let (pair, day, start) = (told.map(|t| t.0), told.map(|t| t.1.to_string()), told.map(|t| t.2));
    cx.execute(sql, params![pair, day, start, id, visit])?;
    Ok(())
}

/// When somebody was told to be at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub day: Date,
    pub start: i64,
}

/// What one account was told, by visit; for whoever has asked the policy.
pub(crate) fn told_to(cx: &mut Cx<'_>, account: AccountId, since: Date) -> Result<HashMap<VisitId, Told>> {
    let sql = "SELECT s.visit_id, s.told_day, s.told_min FROM care_round_pair p JOIN care_round_stop s ON s.told_pair = p.id \
               WHERE p.district_id = $1 AND (p.one = $2 OR p.two = $2) AND s.told_day >= $3 ORDER BY s.told_day, s.told_min";
    let rows = cx.query(sql, params![cx.district(), account, since.to_string()])?;
    let mut out = HashMap::new();
    for row in &rows {
        let told = Told { day: visits::date(row, "told_day")?, start: row.i64("told_min")? };
        out.insert(row.id("visit_id")?, told);
    }
    Ok(out)
}

/// A visit in somebody's calendar: nothing of whom it is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    pub visit: VisitId,
    pub kind: VisitKind,
    pub area: AreaId,
    pub day: Date,
    pub start: i64,
    pub end: i64,
}

/// The visits of an account from a day on, for its calendar; only one's own.
pub fn feed(cx: &mut Cx<'_>, account: AccountId, since: Date) -> Result<Vec<Timed>> {
    let own = AccountFacts { id: account, areas: vec![], posts: vec![], orgs: vec![] };
    require(&cx.actor, cx.purpose, Action::OwnAccount, &ResourceFacts::Account(own))?;
    let sql = "SELECT s.visit_id, s.told_day, s.told_min, s.minutes, r.area_id, v.kind FROM care_round_pair p \
               JOIN care_round_stop s ON s.told_pair = p.id JOIN care_round r ON r.id = p.round_id \
               JOIN care_visit v ON v.id = s.visit_id JOIN care_visit_visitor w ON w.visit_id = v.id AND w.account_id = $2 \
               WHERE p.district_id = $1 AND (p.one = $2 OR p.two = $2) AND s.told_day >= $3 AND w.ended_at IS NULL \
               AND v.state <> 'cancelled' ORDER BY s.told_day, s.told_min, s.visit_id LIMIT 1000";
    let rows = cx.query(sql, params![cx.district(), account, since.to_string()])?;
    let mut out = Vec::new();
    for row in &rows {
        let start = row.i64("told_min")?;
        out.push(Timed {
            visit: row.id("visit_id")?,
            kind: VisitKind::from_code(&row.text("kind")?).unwrap_or(VisitKind::Chat),
            area: row.id("area_id")?,
            day: visits::date(row, "told_day")?,
            start,
            end: start + row.i64("minutes")?,
        });
    }
    Ok(out)
}

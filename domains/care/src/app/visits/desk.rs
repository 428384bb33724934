//! What the desk needs beside the list: who could be sent, one visit whole, many sent at once.

use super::{Candidate, Visit, assign, lives, load, may, opt_date, posts_of, replan};
use crate::app::volunteers;
use crate::model::visit::{Force, VisitId, VisitState};
use crate::model::volunteer::can_on;
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, AreaId, PersonId};
use kernel::{Moment, Role};
use people::app::persons::{self, Known};
use people::app::takers;
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require_somewhere};
use places::AreaKind;
use std::collections::{HashMap, HashSet};
use store::{Cx, params};

/// Somebody who could be sent, with the visits they are sent to already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub who: Candidate,
    /// Of the seat, which says where they work.
    pub title: String,
    pub sent: i64,
    /// They said that they cannot on one of those days.
    pub away: bool,
}

/// Whose work it is to go there, before those who can.
const fn rank(role: Role) -> u8 {
    match role {
        Role::CommitteeWorker | Role::Volunteer | Role::BuildingLeader | Role::CommunityOfficer | Role::Auxiliary => 0,
        Role::Property | Role::DutyOfficer | Role::PostHead => 1,
        _ => 2,
    }
}

/// Colleagues of the places and posts where these people live: those whose work it is and who can on these days, who are sent least,
/// first. Whoever cannot on one of them stands behind, and is not left out: people may be asked.
pub fn colleagues(cx: &mut Cx<'_>, people: &[PersonId], days: &[Date]) -> Result<Vec<Colleague>> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let mut areas: Vec<AreaId> = persons::areas_of_all(cx, people)?.into_values().flatten().collect();
    areas.sort_unstable();
    areas.dedup();
    let ground = Ground(places::snapshot(cx)?);
    let posts = posts_of(&ground, &areas);
    let sql = "SELECT w.account_id, COUNT(*) AS n FROM care_visit v JOIN care_visit_visitor w ON w.visit_id = v.id \
               AND w.ended_at IS NULL WHERE v.district_id = $1 AND v.state = 'assigned' GROUP BY w.account_id";
    let mut sent: HashMap<AccountId, i64> = HashMap::new();
    for row in &cx.query(sql, params![cx.district()])? {
        sent.insert(row.id("account_id")?, row.i64("n")?);
    }
    let all = takers::takers(cx, &areas, &posts)?;
    let ready = assign::ready_among(cx, &all)?;
    let mut out: Vec<Colleague> = Vec::new();
    let mut seen: HashSet<AccountId> = HashSet::new();
    for taker in all {
        // Whoever works for the whole district is nobody's neighbour.
        let far = matches!(taker.role, Role::AgencyWorker | Role::Coordinator);
        let Some(force) = Force::of(taker.role).filter(|_| !far) else { continue };
        let account = taker.account;
        if taker.role == Role::Volunteer && !ready.contains(&account) {
            continue;
        }
        if seen.insert(account) {
            let who = Candidate { account, name: taker.display_name, force, role: taker.role };
            let sent = sent.get(&account).copied().unwrap_or(0);
            out.push(Colleague { who, title: taker.title, sent, away: false });
        }
    }
    let volunteers = out.iter().filter(|c| c.who.role == Role::Volunteer).map(|c| c.who.account).collect::<Vec<_>>();
    let weeks = volunteers::weeks_of(cx, &volunteers)?;
    for c in &mut out {
        c.away = weeks.get(&c.who.account).is_some_and(|week| days.iter().any(|day| !can_on(week, *day)));
    }
    out.sort_by_key(|c| (c.away, rank(c.who.role), c.sent));
    Ok(out)
}

/// One visit, for whoever sees visits where the person lives. One entry of the log.
pub struct One {
    pub visit: Visit,
    pub area: Option<AreaId>,
    /// None: in care no longer.
    pub known: Option<Known>,
    pub last_seen: Option<Date>,
    pub misses: i64,
    pub welfare_due: Option<Moment>,
    pub may_plan: bool,
}

/// See [`One`].
pub fn one(cx: &mut Cx<'_>, id: VisitId) -> Result<One> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let visit = load(cx, id)?;
    may(cx, visit.person, Action::ViewVisits)?;
    let facts = lives(cx, visit.person)?;
    let ground = Ground(places::snapshot(cx)?);
    let area = facts.areas.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
    let may_plan = decide(&cx.actor, cx.purpose, Action::PlanVisits, &ResourceFacts::Person(facts)).is_allowed();
    let known = persons::known(cx, visit.person)?;
    cx.record_read("person", visit.person.0, &["name", "contact", "visits"])?;
    let row = replan::plan_row(cx, visit.person)?;
    let (last_seen, misses, welfare_due) = match &row {
        Some(row) => (opt_date(row, "last_seen")?, row.i64("misses")?, row.opt_moment("welfare_due")?),
        None => (None, 0, None),
    };
    Ok(One { visit, area, known, last_seen, misses, welfare_due, may_plan })
}

/// What became of many that were to be sent to at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    pub done: usize,
    /// Changed by somebody else meanwhile: left as they are.
    pub stale: usize,
}

/// Sends one pair to many visits, each in the state it was read in. A pair that may not go goes nowhere.
pub fn assign_many(cx: &mut Cx<'_>, visits: &[(VisitId, i64)], to: &[AccountId]) -> Result<Sent> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    if visits.is_empty() {
        return Err(Error::Invalid { field: "visit", why: "missing" });
    }
    let mut out = Sent::default();
    for (id, seen) in visits {
        match assign(cx, *id, *seen, to) {
            Ok(_) => out.done += 1,
            Err(Error::Stale { .. } | Error::Refused("visit-over" | "care-ended")) => out.stale += 1,
            Err(other) => return Err(other),
        }
    }
    Ok(out)
}

/// Nobody is sent any more; the date stays.
pub fn call_off(cx: &mut Cx<'_>, id: VisitId, seen: i64) -> Result<()> {
    let visit = load(cx, id)?;
    may(cx, visit.person, Action::PlanVisits)?;
    if visit.version != seen {
        return Err(Error::Stale { seen, current: visit.version });
    }
    if visit.state != VisitState::Assigned {
        return Err(Error::Refused("visit-over"));
    }
    super::cancel(cx, id)
}

/// Areas for which whoever asks may turn a round on: the district, towns and neighbourhoods.
pub fn switchable(cx: &mut Cx<'_>) -> Result<Vec<AreaId>> {
    require_somewhere(&cx.actor, Action::ViewVisits)?;
    let ground = Ground(places::snapshot(cx)?);
    let mut out = Vec::new();
    for kind in [AreaKind::District, AreaKind::Town, AreaKind::Community] {
        for area in ground.0.of_kind(kind) {
            let areas = ground.0.chain_ids(area.id);
            let facts = ResourceFacts::Place(PlaceFacts { posts: posts_of(&ground, &areas), areas });
            if decide(&cx.actor, cx.purpose, Action::SwitchRounds, &facts).is_allowed() {
                out.push(area.id);
            }
        }
    }
    Ok(out)
}

//! Coverage, warmth and precision of a month: three figures per neighbourhood, each with its counts, never per person. What they mean
//! stands in `docs/coverage.md`; too few people, and a figure is withheld.

use crate::app::visits::{day_of, opt_date};
use crate::ground::Homes;
use crate::model::coverage::Share;
use crate::{Ground, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use kernel::time::shanghai;
use people::app::{Geography, persons};
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require_somewhere};
use places::AreaKind;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{Cx, params};

/// How far back a face is familiar, in days.
const FAMILIAR: i64 = 365;

/// The three figures of one neighbourhood, or of all that one sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// People with a plan who were seen in the month, of all with a plan.
    pub coverage: Share,
    /// Visits at which somebody was seen by a familiar face, of all at which somebody was seen.
    pub warmth: Share,
    /// Visits made by the day they were due, of all that were due.
    pub precision: Share,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.coverage.add(other.coverage);
        self.warmth.add(other.warmth);
        self.precision.add(other.precision);
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// By neighbourhood, in the order of their ids.
    pub areas: Vec<(AreaId, Figures)>,
    pub whole: Figures,
}

fn start(day: Date) -> Moment {
    day.at(0, 0, 0, 0).to_zoned_datetime(shanghai()).map(|z| Moment::from(&z)).unwrap_or_default()
}

/// Of the month that this day lies in, where one works.
pub fn coverage(cx: &mut Cx<'_>, month: Date) -> Result<Coverage> {
    require_somewhere(&cx.actor, Action::ViewCoverage)?;
    let (first, last) = (month.first_of_month(), month.last_of_month());
    let (from, to) = (start(first), start(last.tomorrow().unwrap_or(last)));
    let mut of: HashMap<PersonId, Figures> = HashMap::new();
    let homes = homes(cx)?;
    planned(cx, &homes, last, from, to, &mut of)?;
    familiar(cx, &homes, from, to, &mut of)?;
    punctual(cx, &homes, first, last, &mut of)?;
    group(cx, &of)
}

/// Where those live whose figures one sees.
fn homes(cx: &mut Cx<'_>) -> Result<Homes> {
    let may = |cx: &Cx<'_>, areas: Vec<AreaId>| {
        let facts = ResourceFacts::Place(PlaceFacts { areas, posts: Vec::new() });
        decide(&cx.actor, cx.purpose, Action::ViewCoverage, &facts).is_allowed()
    };
    if may(cx, Vec::new()) {
        return Ok(Homes::Everywhere);
    }
    let ground = Ground(places::snapshot(cx)?);
    let all = ground.0.areas().iter().map(|a| a.id);
    Ok(Homes::In(all.filter(|area| may(cx, ground.areas_above(*area))).collect()))
}

fn planned(
    cx: &mut Cx<'_>,
    homes: &Homes,
    last: Date,
    from: Moment,
    to: Moment,
    of: &mut HashMap<PersonId, Figures>,
) -> Result<()> {
    let mut values = params![cx.district(), from, to].to_vec();
    let there = homes.held("person_id", &mut values);
    let sql = format!(
        "SELECT DISTINCT person_id FROM care_visit WHERE district_id = $1 AND state = 'seen' AND done_at >= $2 AND done_at < $3{there}"
    );
    let rows = cx.query(&sql, &values)?;
    let seen = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<HashSet<PersonId>, _>>()?;
    let mut values = params![cx.district(), last.to_string()].to_vec();
    let there = homes.held("person_id", &mut values);
    let sql = format!("SELECT person_id FROM care_visit_plan WHERE district_id = $1 AND begun_on <= $2{there}");
    for row in &cx.query(&sql, &values)? {
        let person: PersonId = row.id("person_id")?;
        of.entry(person).or_default().coverage.count(seen.contains(&person));
    }
    Ok(())
}

fn familiar(
    cx: &mut Cx<'_>,
    homes: &Homes,
    from: Moment,
    to: Moment,
    of: &mut HashMap<PersonId, Figures>,
) -> Result<()> {
    let before = from.plus_days(-FAMILIAR);
    let mut values = params![cx.district(), before, to].to_vec();
    let there = homes.held("v.person_id", &mut values);
    let sql = format!(
        "SELECT v.id, v.person_id, v.done_at, w.account_id FROM care_visit v JOIN care_visit_visitor w ON w.visit_id = v.id \
         WHERE v.district_id = $1 AND v.state = 'seen' AND v.done_at >= $2 AND v.done_at < $3 AND w.ended_at IS NULL{there}"
    );
    let rows = cx.query(&sql, &values)?;
    // Who saw whom when, and the visits of the month with those who went.
    let mut met: HashMap<(PersonId, uuid::Uuid), Vec<Moment>> = HashMap::new();
    let mut visits: BTreeMap<uuid::Uuid, (PersonId, Moment, Vec<uuid::Uuid>)> = BTreeMap::new();
    for row in &rows {
        let (visit, person, account) = (row.uuid("id")?, row.id("person_id")?, row.uuid("account_id")?);
        let at = row.moment("done_at")?;
        met.entry((person, account)).or_default().push(at);
        if at >= from {
            visits.entry(visit).or_insert((person, at, Vec::new())).2.push(account);
        }
    }
    for (person, at, who) in visits.into_values() {
        let since = at.plus_days(-FAMILIAR);
        let knows = |account: &uuid::Uuid| {
            met.get(&(person, *account)).is_some_and(|all| all.iter().any(|m| *m >= since && *m < at))
        };
        of.entry(person).or_default().warmth.count(who.iter().any(knows));
    }
    Ok(())
}

fn punctual(
    cx: &mut Cx<'_>,
    homes: &Homes,
    first: Date,
    last: Date,
    of: &mut HashMap<PersonId, Figures>,
) -> Result<()> {
    // What is due later says nothing yet.
    let until = last.min(day_of(cx.now));
    let mut values = params![cx.district(), first.to_string(), until.to_string()].to_vec();
    let there = homes.held("person_id", &mut values);
    let sql = format!(
        "SELECT person_id, due_on, done_at FROM care_visit WHERE district_id = $1 AND state <> 'cancelled' AND due_on >= $2 \
         AND due_on <= $3{there}"
    );
    let rows = cx.query(&sql, &values)?;
    for row in &rows {
        let Some(due) = opt_date(row, "due_on")? else { continue };
        let done = row.opt_moment("done_at")?.map(day_of);
        if done.is_none() && due >= day_of(cx.now) {
            continue;
        }
        let person: PersonId = row.id("person_id")?;
        of.entry(person).or_default().precision.count(done.is_some_and(|d| d <= due));
    }
    Ok(())
}

fn group(cx: &mut Cx<'_>, of: &HashMap<PersonId, Figures>) -> Result<Coverage> {
    let people: Vec<PersonId> = of.keys().copied().collect();
    let lives = persons::areas_of_all(cx, &people)?;
    let ground = Ground(places::snapshot(cx)?);
    let mut areas: BTreeMap<AreaId, Figures> = BTreeMap::new();
    let mut whole = Figures::default();
    for (person, figures) in of {
        let at = lives.get(person).cloned().unwrap_or_default();
        let kind = |a: &AreaId| ground.0.area(*a).map(|a| a.kind);
        let community = at.iter().copied().find(|a| kind(a) == Some(AreaKind::Community));
        let Some(area) = community.or_else(|| at.iter().copied().max_by_key(|a| ground.areas_above(*a).len())) else {
            continue;
        };
        let facts = ResourceFacts::Place(PlaceFacts { areas: at, posts: Vec::new() });
        if decide(&cx.actor, cx.purpose, Action::ViewCoverage, &facts).is_allowed() {
            areas.entry(area).or_default().add(figures);
            whole.add(figures);
        }
    }
    Ok(Coverage { areas: areas.into_iter().collect(), whole })
}

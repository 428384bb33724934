//! Visits (N4): plan, facts, who is sent, what came of it. One open visit a person at most; what visitors bring in is taken once or
//! lies in the inbox of conflicts, and is never lost.

mod apply;
mod assign;
mod bring;
mod conflicts;
mod day;
mod desk;
mod everybody;
mod facts;
mod kept;
mod list;
mod own;
mod page;
mod person;
mod plan;
mod replan;
mod rounds;
mod rules;
mod walk;
mod welfare;

pub use apply::{Answer, PHOTO_MOST, VisitCommand, apply, believed, photo_of};
pub use assign::{Candidate, assign, candidates};
pub(crate) use assign::{force_of, forces_of, ready_among, withdraw};
pub use bring::{Brought, Past, bring_in};
pub use conflicts::{Conflict, Entry, conflicts, count_conflicts, inbox, put_aside, take};
pub(crate) use day::bring as what_to_bring;
pub use day::{DayPack, Due as DueOn, Stop, day_mark, day_pack, feed};
pub use desk::{Colleague, One, Sent, assign_many, call_off, colleagues, one, switchable};
pub use everybody::{Ask, InCare, Listed, Which, people};
pub(crate) use facts::alone_of;
pub use facts::{FactLine, NewFact, end_fact, facts, state_fact};
pub(crate) use kept::kept;
pub use list::{Ask as ListAsk, Due, Filter, Found, due, find, names};
pub use own::{Often, Own, Said, answer_asked, own, own_wish};
pub use page::{PersonPage, expect, page, say_need, stands_for};
pub use person::{Asked, Last, OfPerson, Wish, of_person, planned};
use plan::end_plan;
pub use plan::{begin, cancel, end, set_wish};
pub use replan::{DAILY, REPLAN_AREA, daily, next_daily, replan, replan_area, replan_people, with_plan};
pub use rounds::{RoundLine, rounds, switch_off, switch_on};
pub use rules::{set_visit_rules, visit_rules};
pub use walk::Walk;
pub use welfare::{check_until, checked};
pub(crate) use welfare::{reached, unreached, wants_visit};

use crate::ground::{self, posts_of};
use crate::model::visit::{VisitId, VisitKind, VisitState};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};
use kernel::{Moment, time};
use people::app::joins::Pair;
use people::policy::{Action, PersonFacts, ResourceFacts, require};
use serde_json::json;
use store::{Cx, Row, params};

/// Signal after anything about visits moved; the subject is the person.
pub const CHANGED: &str = "visit";

/// The day on the wall.
pub fn day_of(at: Moment) -> Date {
    at.zoned(&time::shanghai()).date()
}

pub(crate) fn date(row: &Row, column: &str) -> Result<Date> {
    opt_date(row, column)?.ok_or(Error::Store(store::Error::NotFound))
}

pub(crate) fn opt_date(row: &Row, column: &str) -> Result<Option<Date>> {
    Ok(row.opt_text(column)?.and_then(|d| d.parse().ok()))
}

/// May whoever acts do this about this person, where they live?
pub(crate) fn may(cx: &mut Cx<'_>, person: PersonId, action: Action) -> Result<()> {
    let facts = lives(cx, person)?;
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::Person(facts))?)
}

/// Somebody on the telephone with them: whoever rings them each week may say what came of it, as whoever was sent may of a visit.
pub(crate) fn facts_for_call(cx: &mut Cx<'_>, person: PersonId, caller: Option<AccountId>) -> Result<ResourceFacts> {
    let visitors = caller.into_iter().collect();
    Ok(ResourceFacts::Person(PersonFacts { visitors, ..lives(cx, person)? }))
}

/// May they say what came of this visit: whoever was ever sent, and the typists of the place.
pub(crate) fn may_record(cx: &mut Cx<'_>, visit: &Visit) -> Result<()> {
    let visitors = visit.visitors.iter().map(|v| v.account).collect();
    let facts = PersonFacts { visitors, ..lives(cx, visit.person)? };
    Ok(require(&cx.actor, cx.purpose, Action::RecordVisit, &ResourceFacts::Person(facts))?)
}

/// Two records of one person are joined: the plan of the one that stays goes on, the visit that the other's was waiting for is not made.
pub(crate) fn one_plan(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    for person in pair.both() {
        lock(cx, person)?;
    }
    if open_of(cx, pair.kept)?.is_some()
        && let Some(visit) = open_of(cx, pair.away)?
    {
        move_to(cx, &visit, VisitState::Cancelled, None)?;
        cx.record("care.visit_cancelled", "person", pair.away.0, &json!({ "visit": visit.id, "why": "joined" }))?;
    }
    Ok(())
}

/// Where somebody lives, for the policy.
pub(crate) fn lives(cx: &mut Cx<'_>, person: PersonId) -> Result<PersonFacts> {
    let place = ground::lives(cx, person)?;
    Ok(PersonFacts { id: Some(person), areas: place.areas, posts: place.posts, ..PersonFacts::default() })
}

/// Somebody who was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    pub account: AccountId,
    /// Not any more.
    pub gone: bool,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub id: VisitId,
    pub person: PersonId,
    pub kind: VisitKind,
    pub state: VisitState,
    pub due: Date,
    pub reasons: Vec<String>,
    pub done_at: Option<Moment>,
    pub version: i64,
    pub visitors: Vec<Visitor>,
}

impl Visit {
    pub fn sends(&self, account: AccountId) -> bool {
        self.visitors.iter().any(|v| v.account == account && !v.gone)
    }
    /// Who is sent now.
    pub fn pair(&self) -> Vec<AccountId> {
        self.visitors.iter().filter(|v| !v.gone).map(|v| v.account).collect()
    }
}

pub(crate) const COLUMNS: &str = "id, person_id, kind, state, due_on, reasons, done_at, version";

pub(crate) fn read(row: &Row) -> Result<Visit> {
    Ok(Visit {
        id: row.id("id")?,
        person: row.id("person_id")?,
        kind: VisitKind::from_code(&row.text("kind")?).unwrap_or(VisitKind::Chat),
        state: VisitState::from_code(&row.text("state")?).unwrap_or(VisitState::Cancelled),
        due: date(row, "due_on")?,
        reasons: row.text("reasons")?.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        done_at: row.opt_moment("done_at")?,
        version: row.i64("version")?,
        visitors: Vec::new(),
    })
}

pub(crate) fn with_visitors(cx: &mut Cx<'_>, mut visit: Visit) -> Result<Visit> {
    let sql = "SELECT account_id, ended_at FROM care_visit_visitor WHERE visit_id = $1 ORDER BY account_id";
    for row in &cx.query(sql, params![visit.id])? {
        let gone = row.opt_moment("ended_at")?.is_some();
        visit.visitors.push(Visitor { account: row.id("account_id")?, gone });
    }
    Ok(visit)
}

/// One visit, for whoever asks the policy about it.
pub fn load(cx: &mut Cx<'_>, id: VisitId) -> Result<Visit> {
    let sql = format!("SELECT {COLUMNS} FROM care_visit WHERE id = $1 AND district_id = $2");
    let visit = read(&cx.query_one(&sql, params![id, cx.district()])?)?;
    with_visitors(cx, visit)
}

/// The one open visit of somebody.
pub(crate) fn open_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Visit>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM care_visit WHERE person_id = $1 AND district_id = $2 AND state IN ('planned', 'assigned') LIMIT 1"
    );
    let found = cx.query_opt(&sql, params![person, cx.district()])?;
    found.map(|row| with_visitors(cx, read(&row)?)).transpose()
}

pub(crate) fn move_to(cx: &mut Cx<'_>, visit: &Visit, to: VisitState, done_at: Option<Moment>) -> Result<()> {
    let sql = "UPDATE care_visit SET state = $1, done_at = $2, version = version + 1 WHERE id = $3 AND version = $4";
    if cx.execute(sql, params![to.code(), done_at, visit.id, visit.version])? == 0 {
        return Err(Error::Stale { seen: visit.version, current: visit.version + 1 });
    }
    cx.signal(CHANGED, visit.person.0);
    Ok(())
}

pub(crate) fn lock(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    Ok(cx.lock(&format!("care/{person}"))?)
}

/// What may be used of the facts changed: the next date follows.
pub(crate) fn facts_changed(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    lock(cx, person)?;
    replan(cx, person)
}

/// The end of somebody's care: nobody goes there any more, from this transaction on.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    if let Some(visit) = open_of(cx, person)? {
        move_to(cx, &visit, VisitState::Cancelled, None)?;
    }
    facts::erase(cx, person)?;
    welfare::over(cx, person, "over")?;
    cx.execute("DELETE FROM care_visit_plan WHERE person_id = $1", params![person])?;
    crate::app::company::end_all(cx, person)?;
    Ok(())
}

/// The record was erased: so is what visitors wrote.
pub(crate) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    cx.execute("DELETE FROM care_round_stop WHERE person_id = $1", params![person])?;
    let rows = cx.query("SELECT id FROM care_visit_report WHERE person_id = $1", params![person])?;
    let ids = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(erase_reports(cx, &ids)?)
}

/// Destroys the keys of reports, and the rows with them.
pub(crate) fn erase_reports(cx: &mut Cx<'_>, ids: &[uuid::Uuid]) -> std::result::Result<(), store::Error> {
    cx.destroy_subject_keys(store::KeyClass::Text, ids)?;
    for id in ids {
        cx.execute("DELETE FROM care_visit_report WHERE id = $1", params![*id])?;
    }
    Ok(())
}

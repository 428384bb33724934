//! One person in care as the desk of their place sees them (N1): who it is, how it stands with visits and cards. What is opened in the
//! name of a matter only (contacts, plan, locator) is not here.

use super::person::OfPerson;
use super::{Candidate, assign, lives, may, person, replan};
use crate::app::cards::{self, CardLine};
use crate::app::contacts;
use crate::model::visit::{Hazard, Need};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use people::app::consents;
use people::app::persons::{self, EndReason, Known};
use people::model::person::Part;
use people::policy::{Action, ResourceFacts, decide};
use serde_json::json;
use store::Cx;
use uuid::Uuid;

/// See the module.
pub struct PersonPage {
    /// None: in care no longer.
    pub known: Option<Known>,
    pub ended: Option<(Moment, EndReason)>,
    /// Innermost first.
    pub areas: Vec<AreaId>,
    pub visits: Option<OfPerson>,
    /// Health is agreed to, so that facts about it may be taken down.
    pub health: bool,
    /// How many are called, and how many of them may collect the elder.
    pub contacts: (usize, usize),
    pub cards: Vec<CardLine>,
    /// Colleagues who look after the place.
    pub near: Vec<Candidate>,
    pub may_plan: bool,
}

/// For core and front line where the person lives. One entry of the log.
///
/// # Errors
/// Elsewhere, and for whoever reads no visits.
pub fn page(cx: &mut Cx<'_>, who: PersonId) -> Result<PersonPage> {
    may(cx, who, Action::ViewVisitFacts)?;
    let facts = lives(cx, who)?;
    let areas = facts.areas.clone();
    let may_plan = decide(&cx.actor, cx.purpose, Action::PlanVisits, &ResourceFacts::Person(facts)).is_allowed();
    let ended = persons::how_ended(cx, who)?;
    if ended.is_some() {
        cx.record_read("person", who.0, &["visits"])?;
        let (known, visits, contacts, cards, near) = (None, None, (0, 0), Vec::new(), Vec::new());
        return Ok(PersonPage { known, ended, areas, visits, health: false, contacts, cards, near, may_plan: false });
    }
    let known = persons::known(cx, who)?;
    cx.record_read("person", who.0, &["name", "contact", "visits"])?;
    let welcome: Vec<_> = contacts::all(cx, who)?.into_iter().filter(crate::model::ContactLine::is_welcome).collect();
    let collect = welcome.iter().filter(|c| c.may_collect).count();
    Ok(PersonPage {
        known,
        ended,
        visits: person::load(cx, who)?,
        health: consents::in_force(cx, who, Part::Health)?,
        contacts: (welcome.len(), collect),
        cards: cards::all(cx, who)?,
        near: assign::of_place(cx, &areas)?,
        areas,
        may_plan,
    })
}

/// The record that this one was joined into, for whoever reads visits where both live.
///
/// # Errors
/// Elsewhere, and for whoever reads no visits.
pub fn stands_for(cx: &mut Cx<'_>, who: PersonId) -> Result<Option<PersonId>> {
    may(cx, who, Action::ViewVisitFacts)?;
    let kept = people::app::joins::kept_of(cx, who)?;
    if let Some(kept) = kept {
        may(cx, kept, Action::ViewVisitFacts)?;
    }
    Ok(kept)
}

/// The form was made for another state of the plan: nothing is written over what somebody else wrote meanwhile.
pub fn expect(cx: &mut Cx<'_>, who: PersonId, seen: i64) -> Result<()> {
    may(cx, who, Action::PlanVisits)?;
    let current = replan::plan_row(cx, who)?.map_or(Ok(0), |r| r.i64("version"))?;
    if seen == current { Ok(()) } else { Err(Error::Stale { seen, current }) }
}

/// Somebody told the desk of a need or a hazard between two visits: a task like one that visitors bring, once per id.
pub fn say_need(cx: &mut Cx<'_>, who: PersonId, id: Uuid, what: &str) -> Result<()> {
    may(cx, who, Action::PlanVisits)?;
    persons::in_care(cx, who)?;
    let known = match what.split_once('-') {
        Some(("need", code)) => Need::from_code(code).is_some(),
        Some(("hazard", code)) => Hazard::from_code(code).is_some(),
        _ => false,
    };
    if !known {
        return Err(Error::Invalid { field: "need", why: "missing" });
    }
    super::apply::task(cx, who, &format!("desk:{id}"), what)?;
    cx.record("care.need_said", "person", who.0, &json!({}))?;
    Ok(())
}

//! What the person and those who speak for them see and say about visits, with their letter.

use super::{OfPerson, end_plan, lock, person, replan};
use crate::model::visit_plan::FactKind;
use crate::{Error, Result};
use kernel::Role;
use kernel::ids::{AccountId, PersonId};
use people::app::consents::By;
use people::app::{accounts, links, persons, terms};
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, params};

/// The plan and what came of it, with who comes and who wrote what.
pub struct Own {
    pub plan: OfPerson,
    /// Name, and the role they hold now.
    pub who: HashMap<AccountId, (String, Option<Role>)>,
}

/// For the person and the family, with their link: the facts, who wrote them, and why somebody comes.
pub fn own(cx: &mut Cx<'_>, of: PersonId) -> Result<Option<Own>> {
    links::require_own(cx, of, Action::FollowRecord)?;
    let Some(plan) = person::load(cx, of)? else { return Ok(None) };
    let mut accounts: Vec<AccountId> = plan.facts.iter().filter_map(|f| f.written_by).collect();
    accounts.extend(plan.past.iter().filter_map(|p| p.by));
    accounts.extend(plan.next.iter().flat_map(super::Visit::pair));
    accounts.sort();
    accounts.dedup();
    let names = accounts::names(cx, &accounts)?;
    let mut who = HashMap::new();
    for (account, name) in names {
        let now = cx.now;
        let role = terms::of_account(cx, account)?.into_iter().find(|(t, _)| t.runs(now)).map(|(_, role)| role);
        who.insert(account, (name, role));
    }
    Ok(Some(Own { plan, who }))
}

/// How often, as they wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    Usual,
    /// At least so many days apart.
    Days(i64),
    None,
}

impl Often {
    /// As a request is kept: days, 0 for no visits, -1 for the usual ones.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Usual => -1,
            Self::Days(days) => days,
            Self::None => 0,
        }
    }
    pub(super) const fn from_number(number: i64) -> Self {
        match number {
            0 => Self::None,
            days if days > 0 => Self::Days(days),
            _ => Self::Usual,
        }
    }
    const fn days(self) -> Option<i64> {
        match self {
            Self::Days(days) => Some(days),
            Self::Usual | Self::None => None,
        }
    }
}

/// What became of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It holds.
    Done,
    /// The elder is asked first.
    Waits,
}

/// They say how often they wish to be visited. A reason of safety that stands stays; the desk of the place is asked to call when
/// nobody is to come any more.
///
/// The elder's own word holds at once. A guardian's word for fewer visits, or none, waits where visits may be all that somebody has
/// (docs/decisions/0033-a-guardian-alone-ends-no-visits.md).
///
/// # Errors
/// When the plan was changed since it was seen.
pub fn own_wish(cx: &mut Cx<'_>, of: PersonId, guardian: Option<GuardianId>, seen: i64, often: Often) -> Result<Said> {
    links::require_own(cx, of, Action::WishVisits)?;
    lock(cx, of)?;
    persons::in_care(cx, of)?;
    let Some(plan) = person::load(cx, of)? else {
        // Sent twice: it is over already.
        return if often == Often::None { Ok(Said::Done) } else { Err(store::Error::NotFound.into()) };
    };
    if often.days().is_some_and(|d| !(7..=366).contains(&d)) {
        return Err(Error::Invalid { field: "wish", why: "range" });
    }
    if guardian.is_some() && needs_the_elder(&plan, often) {
        return wait(cx, of, &plan, seen, often).map(|()| Said::Waits);
    }
    if often == Often::None {
        return none(cx, of).map(|()| Said::Done);
    }
    if plan.wish.as_ref().map(|w| w.days) == often.days() && plan.asked.is_none() {
        return Ok(Said::Done);
    }
    if plan.version != seen {
        return Err(Error::Stale { seen, current: plan.version });
    }
    set(cx, of, often, if guardian.is_some() { "guardian" } else { "own" })?;
    replan(cx, of)?;
    Ok(Said::Done)
}

/// Writes a wish down, whoever's it is; what a guardian asked for before is answered with it. The usual visits need no reason of safety.
fn set(cx: &mut Cx<'_>, of: PersonId, often: Often, by: &'static str) -> Result<()> {
    let days = often.days();
    let day = days.map(|_| super::day_of(cx.now).to_string());
    let sql = "UPDATE care_visit_plan SET wish_days = $1, wish_on = $2, wish_by = $3, asked_at = NULL, asked_days = NULL, \
               version = version + 1 WHERE person_id = $4 AND district_id = $5";
    cx.execute(sql, params![days, day, days.map(|_| by), of, cx.district()])?;
    if days.is_none() {
        let sql = "UPDATE care_visit_plan SET safety = NULL WHERE person_id = $1 AND district_id = $2";
        cx.execute(sql, params![of, cx.district()])?;
    }
    cx.record("care.visit_wish", "person", of.0, &json!({ "days": days, "by": by }))?;
    Ok(())
}

/// A guardian's word waits: when it changes what the elder wished themselves; and when it asks for fewer visits or none for somebody who
/// lives alone, who agreed to visits themselves, for whom a reason of safety is written or to whom nobody opened.
fn needs_the_elder(plan: &OfPerson, often: Often) -> bool {
    let stands = plan.wish.as_ref().map(|w| w.days);
    if often != Often::None && stands == often.days() {
        return false;
    }
    if plan.wish.as_ref().is_some_and(|w| !w.of_guardian) {
        return true;
    }
    let fewer = match often {
        Often::None => true,
        Often::Days(days) => stands.is_none_or(|s| days > s),
        Often::Usual => false,
    };
    let alone = plan.facts.iter().any(|f| f.kind == FactKind::Alone);
    let safety = plan.wish.as_ref().is_some_and(|w| w.safety.is_some());
    fewer && (alone || safety || plan.welfare_due.is_some() || plan.agreed_by == By::Subject.code())
}

/// It is written down that it was asked for, and whoever looks after the place gets a matter: to call the elder. Visits go on until then.
fn wait(cx: &mut Cx<'_>, of: PersonId, plan: &OfPerson, seen: i64, often: Often) -> Result<()> {
    if plan.asked.is_some_and(|a| a.often == often) {
        return Ok(());
    }
    if plan.version != seen {
        return Err(Error::Stale { seen, current: plan.version });
    }
    let sql = "UPDATE care_visit_plan SET asked_at = $1, asked_days = $2, version = version + 1 WHERE person_id = $3 \
               AND district_id = $4";
    let days = often.number();
    cx.execute(sql, params![cx.now, days, of, cx.district()])?;
    cx.record("care.visit_asked", "person", of.0, &json!({ "days": days, "by": "guardian" }))?;
    cx.signal(super::CHANGED, of.0);
    super::apply::task(cx, of, &format!("visits-asked:{of}/{}", cx.now.micros()), "visits-asked")
}

/// Somebody has asked the elder what a guardian asked for: they wish it too, or want to be visited as before.
///
/// # Errors
/// When the plan was changed since it was seen.
pub fn answer_asked(cx: &mut Cx<'_>, person: PersonId, seen: i64, wished: bool) -> Result<()> {
    super::may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    let plan = person::load(cx, person)?.ok_or(store::Error::NotFound)?;
    // Sent twice: it was answered already.
    let Some(asked) = plan.asked else { return Ok(()) };
    if plan.version != seen {
        return Err(Error::Stale { seen, current: plan.version });
    }
    let payload = json!({ "wished": wished, "days": asked.often.number() });
    cx.record("care.visit_asked_answer", "person", person.0, &payload)?;
    if wished && asked.often == Often::None {
        return end_plan(cx, person);
    }
    if wished {
        set(cx, person, asked.often, "desk")?;
    } else {
        let sql = "UPDATE care_visit_plan SET asked_at = NULL, asked_days = NULL, version = version + 1 WHERE person_id = $1 \
                   AND district_id = $2";
        cx.execute(sql, params![person, cx.district()])?;
    }
    replan(cx, person)
}

fn none(cx: &mut Cx<'_>, of: PersonId) -> Result<()> {
    end_plan(cx, of)?;
    let key = format!("visits-none:{of}/{}", cx.now.micros());
    super::apply::task(cx, of, &key, "visits-none")
}

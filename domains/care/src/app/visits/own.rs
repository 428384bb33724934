//! What the person and those who speak for them see and say about visits, with their letter.

use super::{OfPerson, end_plan, lock, person, replan};
use crate::{Error, Result};
use kernel::Role;
use kernel::ids::{AccountId, PersonId};
use people::app::{accounts, links, persons, terms};
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

/// They say how often they wish to be visited. A reason of safety that stands stays; the desk of the place is asked to call when
/// nobody is to come any more.
///
/// # Errors
/// When the plan was changed since it was seen.
pub fn own_wish(cx: &mut Cx<'_>, of: PersonId, seen: i64, often: Often) -> Result<()> {
    links::require_own(cx, of, Action::WishVisits)?;
    lock(cx, of)?;
    persons::in_care(cx, of)?;
    let Some(plan) = person::load(cx, of)? else {
        // Sent twice: it is over already.
        return if often == Often::None { Ok(()) } else { Err(store::Error::NotFound.into()) };
    };
    let days = match often {
        Often::Usual => None,
        Often::Days(days) => Some(days),
        Often::None => return none(cx, of),
    };
    if plan.wish.as_ref().map(|w| w.days) == days {
        return Ok(());
    }
    if plan.version != seen {
        return Err(Error::Stale { seen, current: plan.version });
    }
    if days.is_some_and(|d| !(7..=366).contains(&d)) {
        return Err(Error::Invalid { field: "wish", why: "range" });
    }
    let day = days.map(|_| super::day_of(cx.now).to_string());
    let sql = "UPDATE care_visit_plan SET wish_days = $1, wish_on = $2, version = version + 1 WHERE person_id = $3 AND district_id = $4";
    cx.execute(sql, params![days, day, of, cx.district()])?;
    if days.is_none() {
        let sql = "UPDATE care_visit_plan SET safety = NULL WHERE person_id = $1 AND district_id = $2";
        cx.execute(sql, params![of, cx.district()])?;
    }
    cx.record("care.visit_wish", "person", of.0, &json!({ "days": days, "by": "own" }))?;
    replan(cx, of)
}

fn none(cx: &mut Cx<'_>, of: PersonId) -> Result<()> {
    end_plan(cx, of)?;
    let key = format!("visits-none:{of}/{}", cx.now.micros());
    super::apply::task(cx, of, &key, "visits-none")
}

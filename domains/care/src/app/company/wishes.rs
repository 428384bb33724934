//! Whether somebody would like to be called every week, and to be invited; and who calls them.

use crate::app::visits::{candidates, day_of, may};
use crate::app::watch::{self, Side};
use crate::model::volunteer::week_from;
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId};
use people::app::consents::By;
use people::app::links::Holder;
use people::app::persons;
use people::policy::{Action, require_somewhere};
use serde_json::json;
use store::{Cx, params};

/// What somebody agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub calls: bool,
    pub activities: bool,
    pub agreed_by: String,
    pub agreed_on: String,
    pub caller: Option<AccountId>,
    /// When a call suits, as a part of the week such as `2m`, Tuesday morning; empty: at any time.
    pub part: String,
    pub version: i64,
}

/// As it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWish {
    pub calls: bool,
    pub activities: bool,
    pub agreed: By,
    pub caller: Option<AccountId>,
    pub part: String,
}

/// What stands there, for whoever plans visits where they live.
pub fn wish(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Wish>> {
    may(cx, person, Action::PlanVisits)?;
    load(cx, person)
}

pub(super) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Wish>> {
    let sql = "SELECT calls, activities, agreed_by, agreed_on, caller_id, call_part, version FROM care_company WHERE person_id = $1 \
               AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    Ok(Some(Wish {
        calls: row.bool("calls")?,
        activities: row.bool("activities")?,
        agreed_by: row.text("agreed_by")?,
        agreed_on: row.text("agreed_on")?,
        caller: row.opt_id("caller_id")?,
        part: row.text("call_part")?,
        version: row.i64("version")?,
    }))
}

/// Whom somebody rang is rung by nobody yet.
pub(crate) fn no_caller(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let sql =
        "UPDATE care_company SET caller_id = NULL, version = version + 1 WHERE caller_id = $1 AND district_id = $2";
    cx.execute(sql, params![account, cx.district()])?;
    Ok(())
}

/// Writes it down; neither calls nor invitations: the row goes, and open invitations with it. `seen`: 0 where nothing stood there.
pub fn set_wish(cx: &mut Cx<'_>, person: PersonId, seen: i64, new: &NewWish) -> Result<()> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    may(cx, person, Action::PlanVisits)?;
    if let Some(caller) = new.caller {
        let known = candidates(cx, person)?.iter().any(|c| c.account == caller);
        if !known {
            return Err(Error::Invalid { field: "caller", why: "unknown" });
        }
    }
    write(cx, person, seen, new)
}

/// The same with their letter; whoever rings them goes on doing so.
pub fn set_own_wish(cx: &mut Cx<'_>, of: Holder, seen: i64, calls: bool, activities: bool, part: &str) -> Result<()> {
    let side = Side::Letter(of);
    watch::may(cx, of.person, side, Action::OwnCompany)?;
    let caller = load(cx, of.person)?.and_then(|w| w.caller);
    let new = NewWish { calls, activities, agreed: side.by(By::Subject), caller, part: part.to_owned() };
    write(cx, of.person, seen, &new)
}

fn write(cx: &mut Cx<'_>, person: PersonId, seen: i64, new: &NewWish) -> Result<()> {
    crate::app::visits::lock(cx, person)?;
    persons::in_care(cx, person)?;
    let before = load(cx, person)?;
    let part = week_from(std::slice::from_ref(&new.part)).pop().filter(|_| new.calls).unwrap_or_default();
    let asked = (new.calls, new.activities, new.caller.filter(|_| new.calls), part.as_str());
    let stands = before.as_ref().map(|w| (w.calls, w.activities, w.caller, w.part.as_str()));
    let current = before.as_ref().map_or(0, |w| w.version);
    let by_the_same = before.as_ref().is_none_or(|w| w.agreed_by == new.agreed.code());
    // Sent twice: it is as they wish already.
    if stands.unwrap_or((false, false, None, "")) == asked && (by_the_same || current != seen) {
        return Ok(());
    }
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    if !new.calls && !new.activities {
        super::end_all(cx, person)?;
    } else {
        cx.execute(
            "INSERT INTO care_company (person_id, district_id, calls, activities, agreed_by, agreed_on, caller_id, call_part, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (person_id) DO UPDATE SET calls = $3, activities = $4, \
             agreed_by = $5, agreed_on = $6, caller_id = $7, call_part = $8, version = care_company.version + 1",
            params![
                person,
                cx.district(),
                new.calls,
                new.activities,
                new.agreed.code(),
                day_of(cx.now).to_string(),
                new.caller.filter(|_| new.calls),
                part.as_str()
            ],
        )?;
        if !new.activities {
            cx.execute("DELETE FROM care_invitation WHERE person_id = $1", params![person])?;
        }
    }
    let payload =
        json!({ "calls": new.calls, "activities": new.activities, "by": new.agreed.code(), "caller": new.caller });
    cx.record("care.company", "person", person.0, &payload)?;
    cx.signal(super::CHANGED, person.0);
    Ok(())
}

//! Whether somebody would like to be called every week, and to be invited; and who calls them.

use crate::app::visits::{candidates, day_of, may};
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId};
use people::app::consents::By;
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
    pub version: i64,
}

/// As it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewWish {
    pub calls: bool,
    pub activities: bool,
    pub agreed: By,
    pub caller: Option<AccountId>,
}

/// What stands there, for whoever plans visits where they live.
pub fn wish(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Wish>> {
    may(cx, person, Action::PlanVisits)?;
    load(cx, person)
}

pub(super) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Wish>> {
    let sql = "SELECT calls, activities, agreed_by, agreed_on, caller_id, version FROM care_company WHERE person_id = $1 \
               AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    Ok(Some(Wish {
        calls: row.bool("calls")?,
        activities: row.bool("activities")?,
        agreed_by: row.text("agreed_by")?,
        agreed_on: row.text("agreed_on")?,
        caller: row.opt_id("caller_id")?,
        version: row.i64("version")?,
    }))
}

/// Writes it down; neither calls nor invitations: the row goes, and open invitations with it. `seen`: 0 where nothing stood there.
pub fn set_wish(cx: &mut Cx<'_>, person: PersonId, seen: i64, new: &NewWish) -> Result<()> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    may(cx, person, Action::PlanVisits)?;
    crate::app::visits::lock(cx, person)?;
    persons::in_care(cx, person)?;
    let current = load(cx, person)?.map_or(0, |w| w.version);
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    if let Some(caller) = new.caller {
        let known = candidates(cx, person)?.iter().any(|c| c.account == caller);
        if !known {
            return Err(Error::Invalid { field: "caller", why: "unknown" });
        }
    }
    if !new.calls && !new.activities {
        super::end_all(cx, person)?;
    } else {
        cx.execute(
            "INSERT INTO care_company (person_id, district_id, calls, activities, agreed_by, agreed_on, caller_id, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (person_id) DO UPDATE SET calls = $3, activities = $4, \
             agreed_by = $5, agreed_on = $6, caller_id = $7, version = care_company.version + 1",
            params![
                person,
                cx.district(),
                new.calls,
                new.activities,
                new.agreed.code(),
                day_of(cx.now).to_string(),
                new.caller.filter(|_| new.calls)
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

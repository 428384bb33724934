//! Whether a volunteer may be sent; and their right to say no.

use super::of_account;
use crate::app::visits::{self, day_of};
use crate::model::visit::VisitId;
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Role;
use kernel::ids::AccountId;
use people::app::terms;
use serde_json::json;
use std::collections::HashSet;
use store::{Cx, params};

/// The answer about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// No volunteer, or one who may be sent.
    Yes,
    /// The end of the key `rule-care-…`.
    No(&'static str),
}

/// May this account be sent on this day? Whoever goes as a volunteer alone must be approved, insured on that day and not on a break.
pub fn ready(cx: &mut Cx<'_>, account: AccountId, on: Date) -> Result<Ready> {
    let now = cx.now;
    let held = terms::of_account(cx, account)?;
    let mut roles = held.iter().filter(|(t, _)| t.runs(now)).map(|(_, role)| *role).peekable();
    if roles.peek().is_none() || roles.any(|role| role != Role::Volunteer) {
        return Ok(Ready::Yes);
    }
    let Some(v) = of_account(cx, account)? else {
        return Ok(if kept(cx)? { Ready::No("volunteer-unknown") } else { Ready::Yes });
    };
    let on = on.max(day_of(now));
    Ok(if !v.state.serves() {
        Ready::No("volunteer-not-approved")
    } else if !v.insured(on) {
        Ready::No("volunteer-not-insured")
    } else if v.paused(on) {
        Ready::No("volunteer-paused")
    } else {
        Ready::Yes
    })
}

/// Of these accounts those who may be sent on this day, as [`ready`] says it of one; a few statements for all of them.
pub fn ready_of(cx: &mut Cx<'_>, accounts: &[AccountId], on: Date) -> Result<HashSet<AccountId>> {
    let on = on.max(day_of(cx.now));
    let roles = terms::roles_now(cx, accounts)?;
    let known = super::of_accounts(cx, accounts)?;
    let kept = known.is_empty() && kept(cx)?;
    let alone = |account: &AccountId| {
        roles.get(account).is_some_and(|all| !all.is_empty() && all.iter().all(|role| *role == Role::Volunteer))
    };
    let may = |account: &&AccountId| match known.get(account) {
        _ if !alone(account) => true,
        Some(v) => v.state.serves() && v.insured(on) && !v.paused(on),
        None => known.is_empty() && !kept,
    };
    Ok(accounts.iter().filter(may).copied().collect())
}

/// Are there records of volunteers here at all? Where nobody has begun with them, nobody is kept from visits by having none.
fn kept(cx: &mut Cx<'_>) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM care_volunteer WHERE district_id = $1 AND account_id IS NOT NULL LIMIT 1";
    Ok(cx.query_opt(sql, params![cx.district()])?.is_some())
}

/// "Not this one": no reason is asked, and nothing but the log of the district says that it was. The visit waits for somebody else.
pub fn decline(cx: &mut Cx<'_>, id: VisitId) -> Result<()> {
    let account = cx.actor.account_id().ok_or(Error::Store(store::Error::NotFound))?;
    let visit = visits::load(cx, id)?;
    visits::may_record(cx, &visit)?;
    visits::lock(cx, visit.person)?;
    let visit = visits::load(cx, id)?;
    if !visit.sends(account) {
        // Sent twice, or others were sent meanwhile: it is as they wished.
        return Ok(());
    }
    let to = visit.state.declined().ok_or(Error::Refused("visit-over"))?;
    let sql = "UPDATE care_visit_visitor SET ended_at = $1 WHERE visit_id = $2 AND account_id = $3";
    cx.execute(sql, params![cx.now, id, account])?;
    visits::move_to(cx, &visit, to, None)?;
    cx.record("care.visit_declined", "person", visit.person.0, &json!({ "visit": id }))?;
    Ok(())
}

/// Takes somebody off every open visit.
pub(super) fn drop_open(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let sql = "SELECT v.id FROM care_visit v JOIN care_visit_visitor w ON w.visit_id = v.id WHERE v.district_id = $1 AND \
               w.account_id = $2 AND w.ended_at IS NULL AND v.state = 'assigned' ORDER BY v.id";
    let rows = cx.query(sql, params![cx.district(), account])?;
    for row in &rows {
        let visit = visits::load(cx, row.id("id")?)?;
        visits::lock(cx, visit.person)?;
        let sql = "UPDATE care_visit_visitor SET ended_at = $1 WHERE visit_id = $2 AND account_id = $3";
        cx.execute(sql, params![cx.now, visit.id, account])?;
        if let Some(to) = visit.state.declined() {
            visits::move_to(cx, &visit, to, None)?;
        }
    }
    Ok(())
}

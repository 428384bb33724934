//! Terms begin and end; the successor inherits, the predecessor's rights stop at that instant (J11).
//!
//! Rights are computed from the terms that run at `cx.now`, so nothing has to be taken away: an ended term simply no
//! longer counts. What happens here is the invariant of R1, the log, and telling those who look at a page.

use super::{Geography, allow, seat_facts, seats, turns};
use crate::model::seat::may_combine;
use crate::model::{Term, TermId, TermKind};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::{AccountId, SeatId};
use kernel::{Moment, Role};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, Row, params};

/// Somebody is given a seat.
#[derive(Debug, Clone)]
pub struct NewTerm {
    pub seat: SeatId,
    pub account: AccountId,
    pub kind: TermKind,
    /// None: now.
    pub from: Option<Moment>,
    /// The first instant that no longer counts.
    pub to: Option<Moment>,
    /// See [`Term::available_until`].
    pub available_until: Option<Moment>,
}

impl NewTerm {
    /// A holder from now on, without end.
    pub const fn holder(seat: SeatId, account: AccountId) -> Self {
        Self { seat, account, kind: TermKind::Holder, from: None, to: None, available_until: None }
    }
    /// A deputy from now on, without end.
    pub const fn deputy(seat: SeatId, account: AccountId) -> Self {
        Self { kind: TermKind::Deputy, ..Self::holder(seat, account) }
    }
}

pub(crate) const COLUMNS: &str =
    "t.id AS term_id, t.seat_id, t.account_id, t.kind, t.from_at, t.to_at, t.available_until, a.status";
pub(crate) const FROM: &str = "term t JOIN seat s ON s.id = t.seat_id JOIN account a ON a.id = t.account_id";

pub(crate) fn read(row: &Row) -> Result<Term> {
    Ok(Term {
        id: row.id("term_id")?,
        seat: row.id("seat_id")?,
        account: row.id("account_id")?,
        kind: TermKind::from_code(&row.text("kind")?).unwrap_or(TermKind::Deputy),
        from: row.moment("from_at")?,
        to: row.opt_moment("to_at")?,
        available_until: row.opt_moment("available_until")?,
        account_active: row.text("status")? == "active",
    })
}

fn term(cx: &mut Cx<'_>, id: TermId) -> Result<Term> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE t.id = $1 AND t.district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

/// Terms of a seat, the newest first.
pub fn of_seat(cx: &mut Cx<'_>, seat: SeatId) -> Result<Vec<Term>> {
    let sql =
        format!("SELECT {COLUMNS} FROM {FROM} WHERE t.seat_id = $1 AND t.district_id = $2 ORDER BY t.from_at DESC");
    cx.query(&sql, params![seat, cx.district()])?.iter().map(read).collect()
}

/// Terms of an account, the newest first, with the role of each.
pub fn of_account(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<(Term, Role)>> {
    let sql = format!(
        "SELECT {COLUMNS}, s.role FROM {FROM} WHERE t.account_id = $1 AND t.district_id = $2 ORDER BY t.from_at DESC"
    );
    let rows = cx.query(&sql, params![account, cx.district()])?;
    rows.iter().map(|row| Ok((read(row)?, seats::role(row)?))).collect()
}

/// The roles that each of these accounts holds now.
pub fn roles_now(cx: &mut Cx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Role>>> {
    let now = cx.now;
    let mut out: HashMap<AccountId, Vec<Role>> = HashMap::new();
    for chunk in accounts.chunks(200) {
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql =
            format!("SELECT {COLUMNS}, s.role FROM {FROM} WHERE t.district_id = $1 AND t.account_id IN ({marks})");
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|id| store::Value::from(*id)));
        for row in &cx.query(&sql, &values)? {
            let term = read(row)?;
            if term.runs(now) {
                out.entry(term.account).or_default().push(seats::role(row)?);
            }
        }
    }
    Ok(out)
}

fn action(kind: TermKind) -> Action {
    match kind {
        TermKind::Holder => Action::ManageTerms,
        TermKind::Deputy => Action::ManageDeputies,
    }
}

/// Gives somebody a seat.
pub fn begin_term(cx: &mut Cx<'_>, geography: &dyn Geography, new: &NewTerm) -> Result<TermId> {
    let seat = seats::seat(cx, new.seat)?;
    allow(cx, action(new.kind), &seat_facts(geography, seat.id, seat.role, &seat.place))?;
    begin(cx, &seat, new)
}

/// For whoever has asked the policy.
pub(super) fn begin(cx: &mut Cx<'_>, seat: &crate::model::Seat, new: &NewTerm) -> Result<TermId> {
    if !seat.open {
        return Err(Error::SeatClosed);
    }
    let from = new.from.unwrap_or(cx.now);
    if new.to.is_some_and(|to| to <= from) {
        return Err(Error::Invalid { field: "to", why: "before-from" });
    }
    // Two requests for one seat or one account wait for each other; then each sees what the other wrote.
    cx.lock(&format!("seat/{}", new.seat))?;
    cx.lock(&format!("terms-of/{}", new.account))?;
    if super::accounts::account(cx, new.account)?.status != crate::model::AccountStatus::Active {
        return Err(Error::NotActive);
    }
    let overlaps = |t: &Term| {
        // A term that was taken back before it began is empty and in nobody's way.
        let real = t.to.is_none_or(|end| t.from < end);
        real && new.to.is_none_or(|to| t.from < to) && t.to.is_none_or(|end| from < end)
    };
    for (other, role) in of_account(cx, new.account)? {
        if overlaps(&other) && !may_combine(role, seat.role) {
            return Err(Error::Separation);
        }
    }
    let same_seat = of_seat(cx, new.seat)?;
    let taken = |t: &Term| t.kind == TermKind::Holder && new.kind == TermKind::Holder || t.account == new.account;
    if same_seat.iter().any(|t| overlaps(t) && taken(t)) {
        return Err(Error::SeatTaken);
    }
    let id: TermId = cx.new_id();
    cx.execute(
        "INSERT INTO term (id, district_id, seat_id, account_id, kind, from_at, to_at, available_until, version, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)",
        params![id, cx.district(), new.seat, new.account, new.kind.code(), from, new.to, new.available_until, cx.now],
    )?;
    let n = cx.record_numbered(
        "term.begun",
        "seat",
        new.seat.0,
        &json!({ "term": id, "account": new.account, "as": new.kind.code(), "from": from, "to": new.to }),
    )?;
    turns::turn(cx, new.seat, n, &[Some(from), new.to, new.available_until])?;
    cx.signal("account", new.account.0);
    Ok(id)
}

/// Ends a term at `at` (now, or a later day known already). From that instant the account has no right from it.
pub fn end_term(cx: &mut Cx<'_>, geography: &dyn Geography, id: TermId, at: Option<Moment>) -> Result<()> {
    let before = term(cx, id)?;
    let seat = seats::seat(cx, before.seat)?;
    allow(cx, action(before.kind), &seat_facts(geography, seat.id, seat.role, &seat.place))?;
    guard_catch_all(cx, |cx| end(cx, &before, at.unwrap_or(cx.now)))
}

/// Changes the holder of a seat in one step at `at` (None: now): whatever the old holder owned there is the new one's.
pub fn hand_over(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    seat: SeatId,
    to: AccountId,
    at: Option<Moment>,
) -> Result<TermId> {
    let at = at.unwrap_or(cx.now).max(cx.now);
    let facts = seats::seat(cx, seat)?;
    allow(cx, Action::ManageTerms, &seat_facts(geography, seat, facts.role, &facts.place))?;
    guard_catch_all(cx, |cx| {
        for t in of_seat(cx, seat)? {
            let overlaps = t.to.is_none_or(|end| at < end);
            if overlaps && (t.kind == TermKind::Holder || t.account == to) {
                end(cx, &t, at)?;
            }
        }
        begin_term(cx, geography, &NewTerm { from: Some(at), ..NewTerm::holder(seat, to) })
    })
}

/// A volunteer says until when they take work. Their own, or by whoever manages deputies.
pub fn set_available(cx: &mut Cx<'_>, geography: &dyn Geography, id: TermId, until: Option<Moment>) -> Result<()> {
    let before = term(cx, id)?;
    if cx.actor.account_id() != Some(before.account) {
        let seat = seats::seat(cx, before.seat)?;
        allow(cx, Action::ManageDeputies, &seat_facts(geography, seat.id, seat.role, &seat.place))?;
    }
    guard_catch_all(cx, |cx| {
        cx.execute("UPDATE term SET available_until = $1, version = version + 1 WHERE id = $2", params![until, id])?;
        let n = cx.record_numbered("term.available", "seat", before.seat.0, &json!({ "term": id, "until": until }))?;
        turns::turn(cx, before.seat, n, &[Some(cx.now), until])
    })
}

/// Ends those of an account that are held in this role; for whoever has asked the policy.
pub(super) fn end_in_role(cx: &mut Cx<'_>, account: AccountId, role: Role) -> Result<()> {
    for (t, _) in of_account(cx, account)?.into_iter().filter(|(_, held)| *held == role) {
        end(cx, &t, cx.now)?;
    }
    Ok(())
}

/// Ends one now; for whoever has asked the policy.
pub(super) fn end_now(cx: &mut Cx<'_>, id: TermId) -> Result<()> {
    let before = term(cx, id)?;
    let now = cx.now;
    end(cx, &before, now)
}

/// Sets the end of a term; one that has not begun by then is ended at its beginning and never counts.
fn end(cx: &mut Cx<'_>, before: &Term, at: Moment) -> Result<()> {
    let at = at.max(before.from);
    if before.to.is_some_and(|to| to <= at) {
        return Ok(());
    }
    cx.execute("UPDATE term SET to_at = $1, version = version + 1 WHERE id = $2", params![at, before.id])?;
    let n = cx.record_numbered(
        "term.ended",
        "seat",
        before.seat.0,
        &json!({ "term": before.id, "account": before.account, "as": before.kind.code(), "to": at }),
    )?;
    turns::turn(cx, before.seat, n, &[Some(at)])?;
    cx.signal("account", before.account.0);
    Ok(())
}

pub(crate) fn end_all_of(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    for (t, _) in of_account(cx, account)? {
        end(cx, &t, cx.now)?;
    }
    Ok(())
}

pub(crate) fn end_all_on(cx: &mut Cx<'_>, seat: SeatId) -> Result<()> {
    for t in of_seat(cx, seat)? {
        end(cx, &t, cx.now)?;
    }
    Ok(())
}

/// The seats of this account change hands when it is suspended or comes back.
pub(crate) fn signal_seats_of(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let now = cx.now;
    for (t, _) in of_account(cx, account)? {
        if t.to.is_none_or(|to| now < to) {
            let n = cx.record_numbered("seat.account", "seat", t.seat.0, &json!({ "account": account }))?;
            turns::turn(cx, t.seat, n, &[Some(now.max(t.from))])?;
        }
    }
    Ok(())
}

/// Runs a change that may take away a catch-all holder, and refuses it when an open district would be left without
/// (R1). Two such changes at once wait for each other, so that they cannot both believe the other one stays.
pub(crate) fn guard_catch_all<T>(cx: &mut Cx<'_>, change: impl FnOnce(&mut Cx<'_>) -> Result<T>) -> Result<T> {
    cx.lock("catch-all")?;
    let out = change(cx)?;
    if super::districts::is_open(cx)? && !has_last_resort(cx)? {
        return Err(Error::LastCatchAll);
    }
    Ok(out)
}

/// Is there, now and for ever, somebody on a catch-all seat of the whole district?
pub(crate) fn has_last_resort(cx: &mut Cx<'_>) -> Result<bool> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE s.district_id = $1 AND s.role = $2 AND s.area_id IS NULL \
         AND s.is_open = $3 AND t.kind = 'holder'"
    );
    let rows = cx.query(&sql, params![cx.district(), Role::CatchAll.code(), true])?;
    let terms = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(covers_for_ever(&terms, cx.now))
}

/// Do these terms leave no instant from `now` on without an active holder?
fn covers_for_ever(terms: &[Term], now: Moment) -> bool {
    let mut covered = now;
    loop {
        let next = terms
            .iter()
            .filter(|t| t.serves(covered))
            .map(|t| match (t.to, t.available_until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            })
            .max_by_key(|end| end.map_or(i64::MAX, Moment::micros));
        match next {
            None => return false,
            Some(None) => return true,
            Some(Some(end)) => covered = end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn t(from: i64, to: Option<i64>) -> Term {
        Term {
            id: TermId(Uuid::nil()),
            seat: SeatId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            kind: TermKind::Holder,
            from: Moment::from_micros(from),
            to: to.map(Moment::from_micros),
            available_until: None,
            account_active: true,
        }
    }

    #[test]
    fn cover_may_change_hands_but_has_no_hole_and_no_end() {
        let now = Moment::from_micros(10);
        assert!(covers_for_ever(&[t(0, None)], now));
        assert!(covers_for_ever(&[t(0, Some(20)), t(20, None)], now));
        assert!(!covers_for_ever(&[t(0, Some(20)), t(21, None)], now), "a hole of one instant");
        assert!(!covers_for_ever(&[t(0, Some(20))], now));
        assert!(!covers_for_ever(&[t(11, None)], now), "nobody yet");
        assert!(!covers_for_ever(&[], now));
    }
}

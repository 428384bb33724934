//! What happens when nobody does anything: the timers of a case. They are jobs, so that a restart loses none.

use super::case::{self, CaseRow, crew, facts, load, supervisor, tell_crew};
use super::entries::{self, EntryKind, More};
use super::{contacts, helpers, keep, rules};
use crate::error::Result;
use crate::events::{self, Timer, Why};
use crate::model::{LostRules, State};
use kernel::Moment;
use store::Cx;

/// Levels of supervisors that are told, one after the other, when nobody takes a case over.
const LEVELS: i64 = 3;

/// Nobody took it over: the supervisor is told, then the next one up.
pub fn untaken(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    if c.taken_at.is_some() || !c.state.is_open() {
        return Ok(());
    }
    let code = timer.n.to_string();
    // The times of the district changed since it was set: another timer rings then, or rang already.
    let first = c.opened_at.plus_minutes(rules::lost_rules(cx)?.take_minutes);
    let early = timer.n == 1 && cx.now < first;
    if early || escalated(cx, &c, &code, c.opened_at)? {
        return Ok(());
    }
    let f = facts(cx, &c)?;
    let level = u8::try_from(timer.n).unwrap_or(1);
    let told = supervisor(cx, &c, &f, level)?;
    events::tell(cx, c.id, Why::Untaken, vec![told], &code)?;
    entries::write(cx, c.id, EntryKind::Escalated, &More { code: Some(&code), ..More::default() })?;
    if timer.n < LEVELS {
        let ring = cx.now.plus_minutes(rules::lost_rules(cx)?.take_minutes * (timer.n + 1));
        events::timer(cx, events::UNTAKEN, c.id, ring, timer.n + 1)?;
    }
    Ok(())
}

/// The contact called last was not reached, and nobody else was called since.
pub fn next_contact_due(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    let home = matches!(c.state, State::HandedOver | State::Closed);
    if home || contacts::count(cx, c.id)? != timer.n {
        return Ok(());
    }
    let last = contacts::all(cx, c.id)?.last().map(|l| l.at);
    let wait = rules::lost_rules(cx)?.next_contact_minutes;
    if last.is_some_and(|at| cx.now < at.plus_minutes(wait)) {
        return Ok(());
    }
    // Somebody is on the way, by what they said last: there is nobody else to call at night.
    if contacts::somebody_comes(&contacts::all(cx, c.id)?) {
        return Ok(());
    }
    tell_crew(cx, c.id, Why::NextContact, &timer.n.to_string())
}

/// An elder who is kept was not looked after for the time the district set.
pub fn look_due(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    let Some(now) = keep::running(cx, c.id)? else { return Ok(()) };
    if now.look_due.micros() != timer.n {
        return Ok(());
    }
    tell_crew(cx, c.id, Why::Look, &timer.n.to_string())?;
    // Until somebody looks, it rings again.
    let again = cx.now.plus_minutes(rules::lost_rules(cx)?.look_minutes);
    let sql = "UPDATE lost_keep SET look_due = $1 WHERE id = $2";
    cx.execute(sql, store::params![again, now.id])?;
    events::timer(cx, events::LOOK, c.id, again, again.micros())
}

/// Kept for long: the supervisor is told, and a medical check is asked for.
pub fn long(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    let Some(now) = keep::running(cx, c.id)? else { return Ok(()) };
    let from_then = now.from.plus_hours(rules::lost_rules(cx)?.keep_hours);
    let early = cx.now < from_then;
    if now.from.micros() != timer.n || early || escalated(cx, &c, "long", now.from)? {
        return Ok(());
    }
    let f = facts(cx, &c)?;
    let mut told = crew(cx, &c, &f)?;
    let above = supervisor(cx, &c, &f, 1)?;
    if !told.contains(&above) {
        told.push(above);
    }
    events::tell(cx, c.id, Why::Long, told, &timer.n.to_string())?;
    entries::write(cx, c.id, EntryKind::Escalated, &More { code: Some("long"), ..More::default() })?;
    Ok(())
}

/// A call for help that nobody ended.
pub fn call_ends(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    let sql = "SELECT 1 AS one FROM lost_call WHERE case_id = $1 AND ended_at IS NULL AND expires_at <= $2";
    if cx.query_opt(sql, store::params![c.id, cx.now])?.is_some() {
        helpers::end_calls(cx, &c, false)?;
    }
    Ok(())
}

/// Was that told already?
fn escalated(cx: &mut Cx<'_>, c: &CaseRow, code: &str, since: Moment) -> Result<bool> {
    let sql =
        "SELECT 1 AS one FROM lost_entry WHERE case_id = $1 AND kind = 'escalated' AND code = $2 AND at >= $3 LIMIT 1";
    Ok(cx.query_opt(sql, store::params![c.id, code, since])?.is_some())
}

/// The times of the district changed: what runs already follows. A timer that was set before and rings too early finds that out.
pub(super) fn follow(cx: &mut Cx<'_>, before: &LostRules, to: &LostRules) -> Result<()> {
    let sql = format!("SELECT {} FROM lost_case c WHERE c.district_id = $1 AND c.is_open = $2", case::COLUMNS);
    let rows = cx.query(&sql, store::params![cx.district(), true])?;
    let mark = to.version + 1;
    for row in &rows {
        let c = case::read(row)?;
        if c.taken_at.is_none() {
            let ring = later(cx, c.opened_at.plus_minutes(to.take_minutes));
            events::timer_anew(cx, events::UNTAKEN, c.id, ring, 1, mark)?;
        }
        if let Some(now) = keep::running(cx, c.id)? {
            let due = later(cx, now.look_due.plus_minutes(to.look_minutes - before.look_minutes));
            cx.execute("UPDATE lost_keep SET look_due = $1 WHERE id = $2", store::params![due, now.id])?;
            events::timer_anew(cx, events::LOOK, c.id, due, due.micros(), mark)?;
            let long = later(cx, now.from.plus_hours(to.keep_hours));
            events::timer_anew(cx, events::LONG, c.id, long, now.from.micros(), mark)?;
        }
        let calls = contacts::all(cx, c.id)?;
        if let Some(last) = calls.last() {
            let ring = later(cx, last.at.plus_minutes(to.next_contact_minutes));
            events::timer_anew(cx, events::NEXT_CONTACT, c.id, ring, calls.len() as i64, mark)?;
        }
        cx.signal(events::CHANGED, c.id.0);
    }
    Ok(())
}

fn later(cx: &Cx<'_>, at: Moment) -> Moment {
    if at < cx.now { cx.now } else { at }
}

//! What happens when nobody does anything: the timers of a case. They are jobs, so that a restart loses none.

use super::case::{crew, facts, load, supervisor, tell_crew};
use super::entries::{self, EntryKind, More};
use super::{contacts, helpers, keep, rules};
use crate::error::Result;
use crate::events::{self, Timer, Why};
use crate::model::State;
use store::Cx;

/// Levels of supervisors that are told, one after the other, when nobody takes a case over.
const LEVELS: i64 = 3;

/// Nobody took it over: the supervisor is told, then the next one up.
pub fn untaken(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    if c.taken_at.is_some() || !c.state.is_open() {
        return Ok(());
    }
    let f = facts(cx, &c)?;
    let level = u8::try_from(timer.n).unwrap_or(1);
    let told = supervisor(cx, &c, &f, level)?;
    events::tell(cx, c.id, Why::Untaken, vec![told], &timer.n.to_string())?;
    let code = timer.n.to_string();
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
    if now.from.micros() != timer.n {
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

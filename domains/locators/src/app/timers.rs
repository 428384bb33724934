//! What the clock alone brings: silence, a stay that became long, an hour in which a fence begins to tell.

use super::alerts::{self, New};
use super::rules;
use super::take_in::{self, load_binding};
use crate::Result;
use crate::events::{self, Timer};
use crate::model::Kind;
use kernel::ids::PersonId;
use store::{Cx, params};
use uuid::Uuid;

/// A device may have been silent for long: told once, until it is heard again. Not while it was switched off by whoever may.
pub(crate) fn silence(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let Some(mut one) = load_binding(cx, timer.of)? else { return Ok(()) };
    if one.state.silence_at != Some(timer.at) {
        return Ok(());
    }
    let rules = rules::rules(cx)?;
    let heard = one.state.heard_at.unwrap_or(one.since);
    // One that never said a word has had the time that it was given.
    let due = one.state.heard_at.map_or(timer.at, |at| at.plus_minutes(rules.silence_minutes));
    let now = cx.now;
    one.state.silence_at = None;
    if !one.allowed {
        return take_in::save_state(cx, &one);
    }
    if !one.may_keep(now, now) {
        // Whoever switched it off will be heard again, or switches it on.
        let again = now.plus_minutes(rules.silence_minutes);
        one.state.silence_at = Some(again);
        events::timer(cx, events::SILENCE, one.binding, again)?;
    } else if due > now {
        one.state.silence_at = Some(due);
        events::timer(cx, events::SILENCE, one.binding, due)?;
    } else {
        let new = New {
            binding: one.binding,
            person: one.person,
            key: one.key,
            kind: Kind::Silent,
            fence: Uuid::nil(),
            began: heard,
            place: one.state.fix,
        };
        alerts::silent(cx, &new)?;
    }
    take_in::save_state(cx, &one)
}

/// The devices of somebody may be kept from now on, so they are expected to be heard: one that is new within a day°, one that was heard
/// before as always. A device that never comes into being, because it was never charged or speaks to another server, is told like that.
pub(super) fn expect(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let rules = rules::rules(cx)?;
    let sql = "SELECT b.id, s.heard_at, s.silence_at FROM locator_binding b LEFT JOIN locator_state s ON s.binding_id = b.id \
               WHERE b.person_id = $1 AND b.district_id = $2 AND b.ended_at IS NULL";
    for row in &cx.query(sql, params![person, cx.district()])? {
        if row.opt_moment("silence_at")?.is_some() {
            continue;
        }
        let at = match row.opt_moment("heard_at")? {
            Some(_) => cx.now.plus_minutes(rules.silence_minutes),
            None => cx.now.plus_hours(rules.unheard_hours),
        };
        let binding: Uuid = row.uuid("id")?;
        let sql = "INSERT INTO locator_state (binding_id, district_id, person_id, clock_wrong, silence_at, version) \
                   VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (binding_id) DO UPDATE SET silence_at = $5, \
                   version = locator_state.version + 1";
        cx.execute(sql, params![binding, cx.district(), person, false, at])?;
        events::timer(cx, events::SILENCE, binding, at)?;
    }
    Ok(())
}

/// A fence may have something to tell without a position.
pub(crate) fn tick(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let Some(mut one) = load_binding(cx, timer.of)? else { return Ok(()) };
    let now = cx.now;
    if one.state.tick_at != Some(timer.at) || !one.may_keep(now, now) {
        return Ok(());
    }
    take_in::tick(cx, &mut one)
}

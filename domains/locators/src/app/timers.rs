//! What the clock alone brings: silence, a stay that became long, an hour in which a fence begins to tell.

use super::alerts::{self, New};
use super::rules;
use super::take_in::{self, load_binding};
use crate::Result;
use crate::events::{self, Timer};
use crate::model::Kind;
use store::Cx;
use uuid::Uuid;

/// A device may have been silent for long: told once, until it is heard again. Not while it was switched off by whoever may.
pub(crate) fn silence(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let Some(mut one) = load_binding(cx, timer.of)? else { return Ok(()) };
    if one.state.silence_at != Some(timer.at) {
        return Ok(());
    }
    let rules = rules::rules(cx)?;
    let heard = one.state.heard_at.unwrap_or(one.since);
    let due = heard.plus_minutes(rules.silence_minutes);
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

/// A fence may have something to tell without a position.
pub(crate) fn tick(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let Some(mut one) = load_binding(cx, timer.of)? else { return Ok(()) };
    let now = cx.now;
    if one.state.tick_at != Some(timer.at) || !one.may_keep(now, now) {
        return Ok(());
    }
    take_in::tick(cx, &mut one)
}

//! Writes what a batch came to.

use super::effects::{Effect, Fresh};
use super::frame::Frame;
use super::load::{Known, watches_to};
use crate::app::{alerts, rows_of};
use crate::model::{Kind, Rules};
use crate::{Error, Result, events};
use store::{Cx, KeyClass, Value, params};

/// Rows of one statement.
const ROWS: usize = 100;
const STATE_COLUMNS: usize = 15;

/// Notes calls; answers those that were not known.
pub(super) fn calls(cx: &mut Cx<'_>, frames: &[Frame]) -> Result<Fresh> {
    let mut all: Vec<_> =
        frames.iter().flat_map(|f| f.calls.iter().map(|c| (f.binding, c.kind, c.mark, f.received))).collect();
    all.sort_unstable();
    all.dedup_by_key(|c| (c.0, c.1, c.2));
    let mut fresh = Fresh::new();
    for chunk in all.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::new();
        for (binding, kind, mark, received) in chunk {
            values.extend_from_slice(params![*binding, kind.code(), *mark, cx.district(), *received]);
        }
        let sql = format!(
            "INSERT INTO locator_alarm (binding_id, kind, mark, district_id, received) VALUES {} \
             ON CONFLICT (binding_id, kind, mark) DO NOTHING RETURNING binding_id, kind, mark",
            rows_of(5, chunk.len())
        );
        for row in &cx.query(&sql, &values)? {
            if let Some(kind) = Kind::from_code(&row.text("kind")?) {
                fresh.insert((row.uuid("binding_id")?, kind.code(), row.moment("mark")?));
            }
        }
    }
    Ok(fresh)
}

/// Begins, continues and ends episodes and sets timers; answers how many began. These are few.
pub(in crate::app) fn effects(cx: &mut Cx<'_>, one: &mut Known, effects: Vec<Effect>, rules: &Rules) -> Result<usize> {
    let mut begun = 0;
    for effect in effects {
        match effect {
            Effect::Begin { kind, fence, began, place } => {
                let new =
                    alerts::New { binding: one.binding, person: one.person, key: one.key, kind, fence, began, place };
                begun += usize::from(alerts::begin(cx, &new, rules)?);
            }
            Effect::Continue { kind, fence, last } => alerts::go_on(cx, one.binding, (kind, fence), last)?,
            Effect::End { kind, fence, why } => alerts::end_one(cx, one.binding, (kind, fence), why)?,
        }
    }
    if let Some(heard) = one.state.heard_at {
        // What was kept for long is no silence of now.
        let at = heard.plus_minutes(rules.silence_minutes).max(cx.now.plus_secs(1));
        // A new device was waited for longer than one that was heard is.
        if one.state.silence_at.is_none_or(|set| set > at) {
            one.state.silence_at = Some(at);
            events::timer(cx, events::SILENCE, one.binding, at)?;
        }
    }
    if let Some(at) = one.state.tick_at {
        events::timer(cx, events::TICK, one.binding, at)?;
    }
    Ok(begun)
}

/// Writes the states of these bindings; each must be as it was read.
pub(in crate::app) fn states(cx: &mut Cx<'_>, all: &[&Known]) -> Result<()> {
    for chunk in all.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * STATE_COLUMNS);
        for one in chunk {
            let s = &one.state;
            let fix = match &s.fix {
                Some(fix) if one.allowed => Some(cx.seal(KeyClass::Location, one.key, &fix.to_bytes())?),
                _ => None,
            };
            let watches = if s.watches.is_empty() || !one.allowed {
                None
            } else {
                Some(cx.seal(KeyClass::Location, one.key, &watches_to(&s.watches))?)
            };
            values.extend_from_slice(params![
                one.binding,
                cx.district(),
                one.person,
                s.heard_at,
                s.late_s,
                s.clock_wrong,
                s.status_at,
                s.battery.map(i64::from),
                s.charging,
                s.fix.as_ref().map(|f| f.at),
                fix,
                watches,
                s.silence_at,
                s.tick_at,
                s.version + 1
            ]);
        }
        let sql = format!(
            "INSERT INTO locator_state (binding_id, district_id, person_id, heard_at, late_s, clock_wrong, status_at, battery, \
             charging, fix_at, fix, watches, silence_at, tick_at, version) VALUES {} ON CONFLICT (binding_id) DO UPDATE SET \
             heard_at = excluded.heard_at, late_s = excluded.late_s, clock_wrong = excluded.clock_wrong, \
             status_at = excluded.status_at, battery = excluded.battery, charging = excluded.charging, \
             fix_at = excluded.fix_at, fix = excluded.fix, watches = excluded.watches, silence_at = excluded.silence_at, \
             tick_at = excluded.tick_at, version = excluded.version WHERE locator_state.version = excluded.version - 1 \
             RETURNING binding_id",
            rows_of(STATE_COLUMNS, chunk.len())
        );
        // A row that another worker has written since it was read is not written again.
        if cx.query(&sql, &values)?.len() < chunk.len() {
            let seen = chunk.iter().map(|k| k.state.version).max().unwrap_or(0);
            return Err(Error::Stale { seen, current: seen + 1 });
        }
    }
    Ok(())
}

//! Takes in what the gateway has acknowledged: judges times, leaves out what is known, writes tracks, moves fences and begins,
//! continues and ends alerts. A batch is one transaction, and what it costs does not grow by a query for each reading.
//!
//! The same batch again changes nothing: positions are known by their mark, calls by theirs, and fences, battery and last position
//! only move forward in time. Two workers that hold the same device do not overwrite each other: the later one is told
//! [`crate::Error::Stale`] and hands its batch over again.

mod effects;
mod frame;
mod load;
mod save;

use crate::Result;
use crate::events;
use crate::model::Taken;
use kernel::ids::{LocatorId, PersonId};
pub(super) use load::Known;
use std::collections::BTreeMap;
use store::Cx;

/// What a batch came to; for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Positions that were kept.
    pub kept: usize,
    /// Readings of devices that nobody wears, or of whom nothing may be kept.
    pub dropped: usize,
    /// Alerts that began.
    pub alerts: usize,
}

/// Takes a batch in, of any devices and in any order.
///
/// # Errors
/// [`crate::Error::Stale`] when another worker was quicker: nothing was changed, hand it over again.
pub fn take_in(cx: &mut Cx<'_>, batch: &[Taken]) -> Result<Done> {
    let mut by_locator: BTreeMap<LocatorId, Vec<&Taken>> = BTreeMap::new();
    for taken in batch {
        by_locator.entry(taken.locator).or_default().push(taken);
    }
    let locators: Vec<LocatorId> = by_locator.keys().copied().collect();
    let rules = super::rules::rules(cx)?;
    let mut known = load::load(cx, &locators)?;
    let mut done = Done::default();
    let mut frames = Vec::new();
    for (locator, mut taken) in by_locator {
        let Some(one) = known.get_mut(&locator) else {
            done.dropped += taken.len();
            continue;
        };
        taken.sort_by_key(|t| t.received);
        for t in taken {
            match frame::read(one, t, cx.now) {
                Some(read) => frames.push(read),
                None => done.dropped += 1,
            }
        }
    }
    let new = frames.iter().flat_map(|f: &frame::Frame| f.positions.iter().cloned()).collect::<Vec<_>>();
    let fresh = super::tracks::write(cx, &new)?;
    done.kept = fresh.len();
    super::cases::write(cx, &known, &new, &fresh)?;
    let calls = save::calls(cx, &frames)?;
    let mut moved: Vec<PersonId> = Vec::new();
    for one in known.values_mut() {
        let mine: Vec<&frame::Frame> = frames.iter().filter(|f| f.locator == one.locator).collect();
        if mine.is_empty() {
            continue;
        }
        moved.push(one.person);
        let effects = effects::of(one, &mine, &fresh, &calls, (&rules, cx.now));
        done.alerts += save::effects(cx, one, effects, &rules)?;
    }
    let touched: Vec<&Known> = known.values().filter(|k| moved.contains(&k.person)).collect();
    save::states(cx, &touched)?;
    moved.sort_unstable();
    moved.dedup();
    for person in moved {
        cx.signal(events::MOVED, person.0);
    }
    Ok(done)
}

pub(super) use load::{fences, load, load_binding};

/// Writes the state of one binding after a timer.
pub(super) fn save_state(cx: &mut Cx<'_>, one: &Known) -> Result<()> {
    save::states(cx, &[one])
}

/// Lets the fences of one binding see the clock.
pub(super) fn tick(cx: &mut Cx<'_>, one: &mut Known) -> Result<()> {
    let rules = super::rules::rules(cx)?;
    let effects = effects::tick(one, cx.now);
    save::effects(cx, one, effects, &rules)?;
    save::states(cx, &[one])?;
    cx.signal(events::MOVED, one.person.0);
    Ok(())
}

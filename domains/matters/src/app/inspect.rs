//! What the program knows of a matter beside what it shows: for `mulin doctor` and for the tests of R1. No texts and no
//! names; only jobs of the program may ask.

use super::{act, around, calendar::calendar};
use crate::Error;
use crate::model::{Level, State, clock};
use crate::store::{MatterRow, classes, log};
use ::store::Cx;
use kernel::ids::{AccountId, MatterId, SeatId};
use kernel::{ActorKind, Moment};
use people::policy::{Action, Denied, Why};

/// The row beside what the log, the rule and the calendar say it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    pub state: State,
    /// State after the last entry of the log.
    pub log_state: State,
    pub due_at: Moment,
    pub provisional: bool,
    pub clock_due_at: Moment,
    pub clock_provisional: bool,
    pub alarm_at: Option<Moment>,
    /// The ladder has been climbed to its end.
    pub level_done: bool,
    pub owner: AccountId,
    pub owner_seat: SeatId,
    pub handlers: Vec<AccountId>,
    pub log_times: Vec<Moment>,
}

fn only_the_program(cx: &Cx<'_>) -> Result<(), Error> {
    match cx.actor.kind {
        ActorKind::System(_) => Ok(()),
        _ => Err(Denied { action: Action::RecomputeClocks, why: Why::Role }.into()),
    }
}

/// Compares a matter's row with its log.
pub fn inspect(cx: &mut Cx<'_>, matter: MatterId) -> Result<Inspection, Error> {
    only_the_program(cx)?;
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = act::handlers(cx, &m)?;
    let rule = classes::by_code(cx, &m.class)?.ok_or(Error::NotFound)?;
    let calendar = calendar(cx)?;
    let entries = log::entries(cx, matter)?;
    let events: Vec<_> = entries.iter().filter_map(|e| log::clock_event(e.at, &e.kind, &e.payload)).collect();
    let clock = clock(&events, &rule, &calendar, cx.now);
    let said = |e: &log::LogEntry| e.payload.get("to").and_then(|t| t.as_str()).and_then(State::from_code);
    Ok(Inspection {
        state: m.state,
        log_state: entries.iter().rev().find_map(said).unwrap_or(State::Received),
        due_at: m.due_at,
        provisional: m.provisional,
        clock_due_at: clock.due_at,
        clock_provisional: clock.provisional,
        alarm_at: m.alarm_at(),
        level_done: m.level == Level::NextLevel,
        owner: owner.account,
        owner_seat: m.owner_seat,
        handlers,
        log_times: entries.iter().map(|e| e.at).collect(),
    })
}

/// Who will answer for a matter at an instant, as things stand now (R1).
pub fn owner_at(cx: &mut Cx<'_>, matter: MatterId, at: Moment) -> Result<AccountId, Error> {
    only_the_program(cx)?;
    let m = MatterRow::load(cx, matter)?;
    Ok(around::effective_at(cx, &m, at)?.account)
}

//! What a matter's state is called here: `open` and `closed` in the specification's own field, the finer words that
//! FixMyStreet and others use in the extensions.

use crate::{Look, Page};
use kernel::{Lang, Moment, time};
use matters::app::Published;
use matters::model::{Outcome, State};

/// W3C date and time on the district's own clock.
pub(super) fn date(at: Moment) -> String {
    at.zoned(&time::shanghai()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

pub(super) const fn look(lang: Lang) -> Look {
    Look { lang, elder: false, larger: false }
}

pub(super) const fn status(state: State) -> &'static str {
    if state.is_open() { "open" } else { "closed" }
}

/// The extended statuses in use (open311-adapter's list).
pub(super) const fn extended(state: State, outcome: Option<Outcome>) -> &'static str {
    match (state, outcome) {
        (State::Received | State::Accepted | State::Reopened, _) => "open",
        (State::Assigned | State::Signed | State::Contacted | State::Rejected, _) => "investigating",
        (State::InProgress | State::ToVerify | State::Verified, _) => "in_progress",
        (State::Waiting | State::Parked, _) => "action_scheduled",
        (State::Duplicate, _) => "duplicate",
        (State::Answered | State::Closed, Some(Outcome::Done | Outcome::PartlyDone | Outcome::Settled)) => "fixed",
        (State::Answered | State::Closed, Some(Outcome::Planned)) => "action_scheduled",
        (State::Answered | State::Closed, Some(Outcome::NotPossible)) => "no_further_action",
        (State::Answered | State::Closed, Some(Outcome::Rejected)) => "not_councils_responsibility",
        (State::Answered, None) => "in_progress",
        (State::Closed, None) => "closed",
    }
}

/// Every status a client may send or get in an update.
pub(super) const EXTENDED: [&str; 10] = [
    "open",
    "closed",
    "fixed",
    "investigating",
    "in_progress",
    "action_scheduled",
    "duplicate",
    "no_further_action",
    "not_councils_responsibility",
    "reopen",
];

/// Where a matter stands, in plain words.
pub(super) fn state(page: &Page, state: State, outcome: Option<Outcome>) -> String {
    let plain = page.tk("state-plain-", state.code());
    match outcome {
        Some(outcome) => {
            page.t2("open311-state-outcome", "state", plain, "outcome", page.tk("outcome-", outcome.code()))
        }
        None => plain,
    }
}

pub(super) fn notes(page: &Page, m: &Published) -> String {
    let mut said = state(page, m.state, m.outcome);
    if let Some(number) = &m.joined_to {
        said = page.t2("open311-joined", "state", said, "number", number);
    }
    if m.withheld {
        said = page.t1("open311-withheld", "state", said);
    }
    said
}

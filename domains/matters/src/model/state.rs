//! States of a matter and the one table of legal steps between them (J2, R2).

use super::codes;
use super::command::CommandKind;
use super::refusal::{Refusal, WhoCould};
use kernel::Moment;

codes! {
    /// Where a matter stands. `Closed` and `Duplicate` are not open; every other state has an owner and a due time (R1).
    State {
        /// Came in; the system has named an owner.
        Received = "received",
        /// Screened and taken up.
        Accepted = "accepted",
        /// Given to somebody by a person.
        Assigned = "assigned",
        /// The owner has signed for it.
        Signed = "signed",
        /// The raiser (or the place) has been contacted.
        Contacted = "contacted",
        InProgress = "in_progress",
        /// Waiting for somebody outside, until a date; the raiser sees it.
        Waiting = "waiting",
        /// Put off to a date; the raiser sees it.
        Parked = "parked",
        /// Refused with a reason; still verified and answered.
        Rejected = "rejected",
        ToVerify = "to_verify",
        Verified = "verified",
        /// The answer is on its way to everybody who raised it.
        Answered = "answered",
        Closed = "closed",
        Reopened = "reopened",
        /// Joined to another matter, which answers for both.
        Duplicate = "duplicate",
    }
}

impl State {
    /// Somebody owes something.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Duplicate)
    }
    /// The answer has been sent: the raiser may read it.
    pub const fn answer_is_out(self) -> bool {
        matches!(self, Self::Answered | Self::Closed)
    }
    /// Nobody has signed for it yet.
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Self::Received | Self::Accepted | Self::Assigned | Self::Reopened)
    }
    /// Clocks stand still until the stated date.
    pub const fn is_paused(self) -> bool {
        matches!(self, Self::Waiting | Self::Parked)
    }
    /// The owner is working on it.
    pub const fn is_handling(self) -> bool {
        matches!(self, Self::Contacted | Self::InProgress | Self::Waiting | Self::Parked)
    }
    /// Which step of the raiser's progress line is reached: 0 received … 5 answered.
    pub const fn progress(self) -> u8 {
        match self {
            Self::Received | Self::Accepted | Self::Reopened | Self::Duplicate => 0,
            Self::Assigned | Self::Signed => 1,
            Self::Contacted => 2,
            Self::InProgress | Self::Waiting | Self::Parked => 3,
            Self::ToVerify | Self::Verified | Self::Rejected => 4,
            Self::Answered | Self::Closed => 5,
        }
    }
}

/// What the rules need to know beyond the state. Filled from the matter's rows, never from the request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub now: Moment,
    /// Returned once since the last (re)opening.
    pub returned: bool,
    /// The owner sits on a catch-all seat: there is nobody to return it to.
    pub owner_is_catch_all: bool,
    /// Who acts has signed, contacted or handled since the last (re)opening.
    pub actor_is_handler: bool,
    /// Extensions granted since the last (re)opening.
    pub extensions: u32,
    /// Who acts supervises the matter's area.
    pub actor_supervises: bool,
    /// An outcome is recorded.
    pub outcome: bool,
    /// An answer in plain words is recorded.
    pub answer: bool,
    /// Verified since the last (re)opening by somebody who is not a handler.
    pub verified: bool,
    /// Everybody who raised it has the answer, or three logged attempts failed.
    pub delivered: bool,
    pub closed_at: Option<Moment>,
    /// Days° after closing in which it can be reopened.
    pub reopen_days: i64,
    /// The new end of a wait, parking or extension, when the command names one.
    pub until: Option<Moment>,
    /// The due time as it stands.
    pub due_at: Option<Moment>,
    /// The longest wait, parking or extension° in days.
    pub longest_days: i64,
}

/// The state after `command`, or why not. Who may do it at all is decided by `people::policy` before.
pub fn next(state: State, command: CommandKind, facts: &Facts) -> Result<State, Refusal> {
    use CommandKind as C;
    use State as S;
    let to = match (command, state) {
        (C::Accept, S::Received | S::Reopened) => S::Accepted,
        (C::Assign, s) if s.is_unsigned() || s.is_handling() || s == S::Signed => S::Assigned,
        (C::Sign, s) if s.is_unsigned() => S::Signed,
        (C::Return, s) if s.is_unsigned() => {
            may_return(facts)?;
            S::Received
        }
        (C::Reject, s) if s.is_unsigned() || s == S::Signed => S::Rejected,
        (C::Merge, s) if s.is_unsigned() || s.is_handling() || s == S::Signed => S::Duplicate,
        (C::MarkEmergency, s) if s.is_unsigned() || s.is_handling() || s == S::Signed => s,
        (C::Contact, S::Signed) => S::Contacted,
        (C::Contact, s) if s.is_handling() => s,
        (C::Start, S::Contacted) => S::InProgress,
        (C::Wait, S::Contacted | S::InProgress) => {
            date_ahead(facts)?;
            S::Waiting
        }
        (C::Park, S::Contacted | S::InProgress) => {
            date_ahead(facts)?;
            S::Parked
        }
        (C::Resume, S::Waiting | S::Parked) => S::InProgress,
        (C::Extend, S::Contacted | S::InProgress) => {
            may_extend(facts)?;
            S::InProgress
        }
        (C::Submit, s) if s.is_handling() => S::ToVerify,
        (C::Verify, S::ToVerify | S::Rejected) => {
            not_handler(facts)?;
            S::Verified
        }
        (C::SendBack, S::ToVerify) => {
            not_handler(facts)?;
            S::InProgress
        }
        (C::SendBack, S::Rejected) => {
            not_handler(facts)?;
            S::Accepted
        }
        (C::Answer, S::Verified) => {
            may_answer(facts)?;
            S::Answered
        }
        (C::RecordDelivery, S::Answered) => S::Answered,
        // A late bounce or a late reading is still written down.
        (C::RecordDelivery, S::Closed) => S::Closed,
        (C::Close, S::Answered) => {
            may_close(facts)?;
            S::Closed
        }
        (C::Rate, S::Answered | S::Closed) => state,
        (C::Reopen, S::Closed) => {
            may_reopen(facts)?;
            S::Reopened
        }
        (C::AddFacts | C::ChangeOwner | C::Escalate, s) if s.is_open() => s,
        (C::AddNote, s) if s.is_open() => s,
        _ => return Err(wrong_state(state, command)),
    };
    Ok(to)
}

fn wrong_state(state: State, command: CommandKind) -> Refusal {
    Refusal::new("refuse-state", WhoCould::Nobody, todo_in(state))
        .with("state", state.code())
        .with("command", command.code())
}

/// What to do instead when a step does not fit the state.
const fn todo_in(state: State) -> &'static str {
    match state {
        State::Received | State::Accepted | State::Assigned | State::Reopened => "todo-sign",
        State::Signed => "todo-contact",
        State::Contacted | State::InProgress => "todo-submit",
        State::Waiting | State::Parked => "todo-resume",
        State::ToVerify | State::Rejected => "todo-verify",
        State::Verified => "todo-answer",
        State::Answered => "todo-deliver",
        State::Closed => "todo-reopen",
        State::Duplicate => "todo-open-original",
    }
}

fn may_return(facts: &Facts) -> Result<(), Refusal> {
    if facts.returned {
        return Err(Refusal::new("refuse-returned-already", WhoCould::Supervisor, "todo-ask-supervisor"));
    }
    if facts.owner_is_catch_all {
        return Err(Refusal::new("refuse-catch-all-returns", WhoCould::Owner, "todo-assign"));
    }
    Ok(())
}

fn date_ahead(facts: &Facts) -> Result<Moment, Refusal> {
    let latest = facts.now.plus_days(facts.longest_days);
    match facts.until {
        Some(until) if until > facts.now && until <= latest => Ok(until),
        Some(until) if until > latest => {
            Err(Refusal::new("refuse-date-too-far", WhoCould::Supervisor, "todo-nearer-date")
                .with("days", facts.longest_days.to_string()))
        }
        _ => Err(Refusal::new("refuse-date-past", WhoCould::Owner, "todo-later-date")),
    }
}

fn may_extend(facts: &Facts) -> Result<(), Refusal> {
    let until = date_ahead(facts)?;
    if facts.due_at.is_some_and(|due| until <= due) {
        return Err(Refusal::new("refuse-extension-shorter", WhoCould::Owner, "todo-later-date"));
    }
    if facts.extensions > 0 && !facts.actor_supervises {
        return Err(Refusal::new("refuse-extended-already", WhoCould::Supervisor, "todo-ask-supervisor"));
    }
    Ok(())
}

fn not_handler(facts: &Facts) -> Result<(), Refusal> {
    if facts.actor_is_handler {
        return Err(Refusal::new("refuse-verifier-is-handler", WhoCould::Verifier, "todo-ask-verifier"));
    }
    Ok(())
}

fn may_answer(facts: &Facts) -> Result<(), Refusal> {
    if !facts.outcome || !facts.answer {
        return Err(Refusal::new("refuse-no-answer-written", WhoCould::Verifier, "todo-send-back"));
    }
    if !facts.verified {
        return Err(Refusal::new("refuse-not-verified", WhoCould::Verifier, "todo-verify"));
    }
    Ok(())
}

fn may_close(facts: &Facts) -> Result<(), Refusal> {
    may_answer(facts)?;
    if !facts.delivered {
        return Err(Refusal::new("refuse-no-proof", WhoCould::Owner, "todo-deliver"));
    }
    Ok(())
}

fn may_reopen(facts: &Facts) -> Result<(), Refusal> {
    let Some(closed) = facts.closed_at else {
        return Err(Refusal::new("refuse-state", WhoCould::Nobody, "todo-reopen"));
    };
    if facts.now > closed.plus_days(facts.reopen_days) {
        return Err(Refusal::new("refuse-reopen-late", WhoCould::Raiser, "todo-raise-again")
            .with("days", facts.reopen_days.to_string()));
    }
    Ok(())
}

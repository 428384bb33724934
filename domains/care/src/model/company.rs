//! Company against loneliness (N10): calls in turn, and things done together. Pure.

use super::codes;
use jiff::civil::Time;

kernel::id_types! {
    /// Something done together.
    ActivityId,
}

impl From<ActivityId> for store::Value {
    fn from(id: ActivityId) -> Self {
        Self::Uuid(id.0)
    }
}

codes! {
    ActivityKind {
        Tea = "tea", Walk = "walk", Music = "music", Craft = "craft", Festival = "festival", Talk = "talk",
        PhoneLesson = "phone-lesson", LegalTalk = "legal-talk", Mediation = "mediation", Patrol = "patrol",
    }
}
codes! {
    ActivityState { Planned = "planned", Held = "held", Cancelled = "cancelled" }
}
codes! {
    /// What somebody who was invited says.
    Reply { Invited = "invited", Coming = "coming", Declined = "declined" }
}
codes! {
    /// What came of a call.
    CallOutcome {
        Reached = "reached",
        Not = "not",
        /// They would like to be visited.
        Visit = "visit",
    }
}

/// So often in a row nobody answers before somebody goes and looks.
pub const CALLS_MISSED: usize = 2;

impl ActivityState {
    /// It took place.
    pub const fn held(self) -> Option<Self> {
        match self {
            Self::Planned => Some(Self::Held),
            Self::Held | Self::Cancelled => None,
        }
    }
    pub const fn cancelled(self) -> Option<Self> {
        match self {
            Self::Planned => Some(Self::Cancelled),
            Self::Held | Self::Cancelled => None,
        }
    }
}

/// Is somebody to be looked after, going by what came of the last calls, the newest first? Exactly at the second miss, so that it is
/// asked for once.
pub fn asks_for_a_look(newest_first: &[CallOutcome]) -> bool {
    let missed = newest_first.iter().take_while(|o| **o == CallOutcome::Not).count();
    missed == CALLS_MISSED
}

/// A time of the day as forms send it, `14:00`.
pub fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let minute = minute.get(..2)?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::CallOutcome::{Not, Reached, Visit};
    use super::*;

    #[test]
    fn two_calls_in_a_row_that_nobody_answers_ask_for_a_look_once() {
        assert!(!asks_for_a_look(&[Not]));
        assert!(asks_for_a_look(&[Not, Not]));
        assert!(!asks_for_a_look(&[Not, Not, Not]), "asked for already");
        assert!(asks_for_a_look(&[Not, Not, Reached, Not]));
        assert!(!asks_for_a_look(&[Not, Visit, Not]));
    }

    #[test]
    fn a_time_is_read_as_browsers_send_it() {
        assert_eq!(time_of("14:05"), Time::new(14, 5, 0, 0).ok());
        assert_eq!(time_of("09:30:00"), Time::new(9, 30, 0, 0).ok());
        assert_eq!((time_of("25:00"), time_of("soon"), time_of("1:2")), (None, None, None));
    }

    #[test]
    fn what_is_over_stays_over() {
        for state in [ActivityState::Held, ActivityState::Cancelled] {
            assert!(state.held().is_none() && state.cancelled().is_none());
        }
    }
}

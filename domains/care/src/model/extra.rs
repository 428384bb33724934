//! Extra care for a time (N12): asked for a reason of care, accepted until a day, renewed or over by itself.

use super::codes;
use jiff::civil::Date;

codes! {
    /// Why. A closed list of care; there is no other field to write one into.
    Reason {
        Bereaved = "bereaved",
        /// Out of hospital.
        HomeAgain = "home-again",
        CarerAway = "carer-away",
        CannotLeave = "cannot-leave",
        NewHere = "new-here",
        Weather = "weather",
        /// They wish for it.
        Wish = "wish",
    }
}
codes! {
    /// What is asked for.
    What {
        WeeklyVisit = "weekly-visit",
        DailyCall = "daily-call",
        Meals = "meals",
        Errands = "errands",
    }
}
codes! {
    ExtraState {
        Asked = "asked",
        Accepted = "accepted",
        /// With a call that says why and what there is instead.
        Declined = "declined",
        /// They did not want it any more.
        Ended = "ended",
        /// Its day came, and nobody renewed it.
        Lapsed = "lapsed",
    }
}

/// Days for which it can be accepted at once, at most.
pub const MOST_DAYS: i64 = 92;

impl Reason {
    /// Kept only while somebody agrees that health is kept (R7).
    pub const fn is_health(self) -> bool {
        matches!(self, Self::HomeAgain | Self::CannotLeave)
    }
}

impl ExtraState {
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted)
    }
    /// As it stands on a day: what was accepted is over by itself.
    pub fn on(self, today: Date, until: Option<Date>) -> Self {
        match self {
            Self::Accepted if until.is_none_or(|until| until < today) => Self::Lapsed,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_is_over_by_itself() {
        let (today, day): (Date, Date) = ("2026-06-02".parse().unwrap(), "2026-06-01".parse().unwrap());
        assert_eq!(ExtraState::Accepted.on(today, Some(day)), ExtraState::Lapsed);
        assert_eq!(ExtraState::Accepted.on(day, Some(day)), ExtraState::Accepted);
        assert_eq!(ExtraState::Asked.on(today, None), ExtraState::Asked);
    }
}

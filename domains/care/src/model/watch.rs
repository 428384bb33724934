//! A neighbour's worry: what is done about it, and when it is over (N6).

use super::codes;
use kernel::Moment;

codes! {
    /// What somebody at the desk did.
    Step {
        /// Sees to it.
        Taken = "taken",
        /// Called back: all is well.
        Well = "well",
        /// Called; nobody answers. The clock runs on.
        NoAnswer = "no-answer",
        /// Called back: somebody is on the way.
        Going = "going",
        /// Somebody was there: all is well.
        FoundWell = "found-well",
        /// Somebody was there: help is being given.
        FoundHelp = "found-help",
    }
}

codes! {
    /// How a neighbour said that they will look out.
    AgreedWay {
        /// On the page of their link.
        Page = "page",
        Phone = "phone",
        Counter = "counter",
    }
}

impl Step {
    /// After it nothing is open any more.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Well | Self::FoundWell | Self::FoundHelp)
    }
    /// The neighbour was promised a call; this is one.
    pub const fn calls_back(self) -> bool {
        matches!(self, Self::Well | Self::Going)
    }
    /// May it be said now? `going`: somebody is on the way already.
    pub const fn fits(self, going: bool) -> bool {
        match self {
            Self::Taken | Self::NoAnswer | Self::Well => true,
            Self::Going => !going,
            Self::FoundWell | Self::FoundHelp => going,
        }
    }
}

/// The times of a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchRules {
    /// Called back within so many minutes.
    pub callback: i64,
    /// Whoever is on the way has said within so many minutes what they found.
    pub arrive: i64,
    /// So many days before extra care is over whoever answers for it is told (N12).
    pub extra_days: i64,
    pub version: i64,
}

impl Default for WatchRules {
    fn default() -> Self {
        Self { callback: 30, arrive: 60, extra_days: 7, version: 0 }
    }
}

impl WatchRules {
    /// Within a quarter of an hour and a day.
    pub const RANGE: std::ops::RangeInclusive<i64> = 15..=240;

    /// A day to four weeks before.
    pub const DAYS: std::ops::RangeInclusive<i64> = 1..=28;

    /// When it rings for the first time: while there is still time to call.
    pub const fn first_ring(self, pressed: Moment) -> Moment {
        pressed.plus_minutes(self.callback * 2 / 3)
    }
}

/// How far above the owner the n-th ring is told; 0: the owner, colleagues and the post.
pub const fn level(rung: i64) -> u8 {
    match rung {
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_was_there_before_somebody_went() {
        for step in Step::ALL {
            assert!(step.fits(false) || step.fits(true));
        }
        assert!(!Step::FoundWell.fits(false) && !Step::Going.fits(true));
        assert!(Step::NoAnswer.fits(true) && !Step::NoAnswer.ends() && !Step::NoAnswer.calls_back());
    }
}

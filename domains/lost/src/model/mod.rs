//! States, rules and clocks of a case. Pure.

mod appeal;
mod hand_over;
mod report;
mod rules;
pub mod search;
mod state;

pub use appeal::{AppealConsent, AppealText, BAND, ByWhom, CLOTHING, EndWhy, HOURS, NewAppeal, OLDEST, YOUNGEST, band};
pub use hand_over::{Check, HandOver, HomeNow, PlaceKind, Proof, Receiver, check};
pub use report::{Build, Described, Report, Reporter, Scene, ScenePlace, Sex};
pub use rules::LostRules;
pub use state::{Debrief, Facts, How, Kind, Move, Outcome, State, Worked, next};

kernel::codes! {
    /// What a contact said when called (L6).
    Attempt {
        /// Comes, by a time that is written down.
        Comes = "comes",
        /// Cannot come; an arrival may be named for later.
        CannotCome = "cannot_come",
        Answered = "answered",
        NoAnswer = "no_answer",
        Refused = "refused",
    }
}

kernel::codes! {
    /// What is looked at while an elder is kept (L8).
    Look {
        Condition = "condition",
        Water = "water",
        Food = "food",
        Toilet = "toilet",
        Medicine = "medicine",
        Comfort = "comfort",
        Belongings = "belongings",
        Medical = "medical",
    }
}

kernel::codes! {
    /// What a helper does.
    Task {
        /// Goes with the elder.
        Escort = "escort",
        /// Looks where they may be.
        Search = "search",
    }
}

kernel::codes! {
    /// Where a helper stands.
    Helping {
        Offered = "offered",
        /// Was told what is needed.
        Helps = "helps",
        Ended = "ended",
    }
}

//! Kinds of alerts, who hears of them, and how they end.

kernel::codes! {
    /// What an alert is about. One episode each per device and fence.
    Kind {
        /// The wearer pressed the button.
        Sos = "sos",
        Fall = "fall",
        /// Left a place at a time when that is told.
        Left = "left",
        /// Entered one.
        Entered = "entered",
        /// Stayed in one for long.
        Stayed = "stayed",
        LowBattery = "low_battery",
        /// Not a word for long.
        Silent = "silent",
        /// Taken off. Never a matter for the police (L11).
        Removed = "removed",
    }
}

/// Whether the post hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// At once, with the family.
    AtOnce,
    /// When nobody of the family answered in time.
    Unanswered,
    /// The family alone.
    Never,
}

impl Kind {
    pub const fn reach(self) -> Reach {
        match self {
            Self::Sos => Reach::AtOnce,
            Self::Fall | Self::Left | Self::Entered | Self::Stayed | Self::Silent => Reach::Unanswered,
            Self::LowBattery | Self::Removed => Reach::Never,
        }
    }
    /// It ends by itself: back inside, charged, heard again, worn again. Others end with an answer.
    pub const fn ends_by_itself(self) -> bool {
        !matches!(self, Self::Sos | Self::Fall)
    }
}

kernel::codes! {
    /// What somebody says to an alert.
    Answer {
        /// I see to it.
        Seeing = "seeing",
        FalseAlarm = "false_alarm",
    }
}

kernel::codes! {
    /// How an episode ended.
    EndWhy {
        /// Back inside, or out again.
        Back = "back",
        Charged = "charged",
        Heard = "heard",
        Worn = "worn",
        /// Somebody sees to it.
        Answered = "answered",
        FalseAlarm = "false_alarm",
        /// A case of a lost elder goes on with it.
        Case = "case",
        /// The fence was taken away, the device given back, or nothing is kept any more.
        Over = "over",
    }
}

/// Does the answer end the episode, or only the telling?
pub const fn end_of(kind: Kind, answer: Answer) -> Option<EndWhy> {
    match (answer, kind.ends_by_itself()) {
        (Answer::FalseAlarm, _) => Some(EndWhy::FalseAlarm),
        // The next time the button is pressed is a new call for help.
        (Answer::Seeing, false) => Some(EndWhy::Answered),
        (Answer::Seeing, true) => None,
    }
}

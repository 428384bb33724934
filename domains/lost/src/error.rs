//! What a use case of this crate can refuse.

use crate::model::State;
use people::policy::Denied;

/// What the rules of a case forbid. Its code is the locale key after `rule-lost-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not from the state the case is in.
    State(State),
    /// A hand-over of somebody nobody knows, to anybody but a hospital or another body.
    NotIdentified,
    /// The care schedule says that nobody is at home (R4).
    NobodyHome,
    /// No second officer agreed (L6, R4).
    NeedsSecond,
    /// The receiver is under a protection order.
    Barred,
    /// It was not checked who the receiver is.
    NotChecked,
    /// The one-time code is wrong, used or too old.
    WrongCode,
    /// Too many wrong codes; a new one must be sent.
    CodeSpent,
    /// Whoever found the elder was not answered yet (L9).
    NotAnswered,
    /// The debrief is missing (L9).
    NotDebriefed,
    /// The elder is not in safe-keeping.
    NotKept,
    /// There is nobody of that kind in this case.
    NotThere,
    /// Two helpers go with an elder (L14).
    NeedsTwo,
    /// The call for help is over.
    CallOver,
    /// The person who is named is already in another open case.
    OtherCase,
    /// Only the code of a card says who it is; nobody has compared the elder with it.
    NotCompared,
    /// Nobody appeals for an elder whom somebody sees, or whom nobody missed.
    NotMissing,
    /// Whoever agreed may not speak for the elder.
    NotTheirs,
    /// There is no appeal that could be changed or taken back.
    NoAppeal,
    /// No search runs.
    NoSearch,
}

impl Refusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::NotIdentified => "not-identified",
            Self::NobodyHome => "nobody-home",
            Self::NeedsSecond => "needs-second",
            Self::Barred => "barred",
            Self::NotChecked => "not-checked",
            Self::WrongCode => "wrong-code",
            Self::CodeSpent => "code-spent",
            Self::NotAnswered => "not-answered",
            Self::NotDebriefed => "not-debriefed",
            Self::NotKept => "not-kept",
            Self::NotThere => "not-there",
            Self::NeedsTwo => "needs-two",
            Self::CallOver => "call-over",
            Self::OtherCase => "other-case",
            Self::NotCompared => "not-compared",
            Self::NotMissing => "not-missing",
            Self::NotTheirs => "not-theirs",
            Self::NoAppeal => "no-appeal",
            Self::NoSearch => "no-search",
        }
    }
    /// One of each, for the test of the texts.
    pub const ALL: [Self; 20] = [
        Self::State(State::Closed),
        Self::NotIdentified,
        Self::NobodyHome,
        Self::NeedsSecond,
        Self::Barred,
        Self::NotChecked,
        Self::WrongCode,
        Self::CodeSpent,
        Self::NotAnswered,
        Self::NotDebriefed,
        Self::NotKept,
        Self::NotThere,
        Self::NeedsTwo,
        Self::CallOver,
        Self::OtherCase,
        Self::NotCompared,
        Self::NotMissing,
        Self::NotTheirs,
        Self::NoAppeal,
        Self::NoSearch,
    ];
}

/// Messages name fields and rules, never values.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    People(#[from] people::Error),
    #[error(transparent)]
    Care(#[from] care::Error),
    #[error(transparent)]
    Matters(Box<matters::Error>),
    /// A field of the form, and what is wrong with it.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// Somebody changed it meanwhile; nothing was changed.
    #[error("changed meanwhile (version {seen} was seen, now it is {current})")]
    Stale { seen: i64, current: i64 },
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<matters::Error> for Error {
    fn from(error: matters::Error) -> Self {
        match error {
            matters::Error::Store(e) => Self::Store(e),
            other => Self::Matters(Box::new(other)),
        }
    }
}

/// A place that cannot be used is something that was typed.
impl From<places::Error> for Error {
    fn from(error: places::Error) -> Self {
        match error {
            places::Error::Store(e) => Self::Store(e),
            places::Error::OutsideDistrict(_) => Self::Invalid { field: "place", why: "outside-district" },
            places::Error::NotAllowed(denied) => Self::Denied(denied),
            other => Self::Store(store::Error::Setup(other.to_string())),
        }
    }
}

/// Result of a use case of this crate.
pub type Result<T> = std::result::Result<T, Error>;

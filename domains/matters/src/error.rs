//! What can go wrong with a matter. Every variant is something a page can explain.

use crate::model::{Refusal, State};
use kernel::Moment;
use people::policy::Denied;

/// Which variant: [`Error::Invalid`] for what was typed, [`Error::Denied`] for who asks, [`Error::Refused`] for what the
/// state or the rules forbid, [`Error::Conflict`] when somebody else was faster.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("no such matter")]
    NotFound,
    #[error("refused: {0}")]
    Refused(Box<Refusal>),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("changed meanwhile: yours {}, now {}", .0.yours, .0.theirs)]
    Conflict(Box<Conflict>),
    #[error("{}", list(.0))]
    Invalid(Vec<Invalid>),
    #[error(transparent)]
    People(#[from] people::Error),
    #[error(transparent)]
    Store(#[from] ::store::Error),
}

/// Two people acted at once: what the later one did not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Version the command was made for.
    pub yours: i64,
    pub theirs: i64,
    /// State now.
    pub state: State,
    /// Kind of the last event, e.g. `matter.sign`.
    pub last: String,
    /// Who did it, as written in the log (kind and id).
    pub by: String,
    pub at: Moment,
}

/// A field and the locale key of what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    pub field: &'static str,
    /// `invalid-…`
    pub key: &'static str,
    /// A limit, when the text names one.
    pub limit: Option<i64>,
}

impl Invalid {
    pub const fn new(field: &'static str, key: &'static str) -> Self {
        Self { field, key, limit: None }
    }
    pub const fn limit(field: &'static str, key: &'static str, limit: i64) -> Self {
        Self { field, key, limit: Some(limit) }
    }
}

fn list(problems: &[Invalid]) -> String {
    problems.iter().map(|p| format!("{}: {}", p.field, p.key)).collect::<Vec<_>>().join(", ")
}

/// A place that cannot be used is something that was typed.
impl From<places::Error> for Error {
    fn from(error: places::Error) -> Self {
        match error {
            places::Error::Store(e) => Self::Store(e),
            places::Error::OutsideDistrict(_) => Self::invalid("place", "invalid-outside-district"),
            places::Error::NotAllowed(denied) => Self::Denied(denied),
            other => Self::Store(::store::Error::Setup(other.to_string())),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl Error {
    pub fn invalid(field: &'static str, key: &'static str) -> Self {
        Self::Invalid(vec![Invalid::new(field, key)])
    }
    /// Whether trying again later may help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Store(e) if e.is_unavailable())
    }
}

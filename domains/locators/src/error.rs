//! What a use case of this crate can refuse.

use people::policy::Denied;

/// Messages name fields, never values.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    People(people::Error),
    #[error(transparent)]
    Care(care::Error),
    #[error(transparent)]
    Lost(lost::Error),
    #[error("places: {0}")]
    Places(String),
    /// A field of the form, and what is wrong with it.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    /// Somebody changed it meanwhile; nothing was changed.
    #[error("changed meanwhile (version {seen} was seen, now it is {current})")]
    Stale { seen: i64, current: i64 },
    /// A rule about locators: the end of the key `rule-locator-…`.
    #[error("refused: {0}")]
    Refused(&'static str),
}

impl From<people::Error> for Error {
    fn from(error: people::Error) -> Self {
        match error {
            people::Error::Store(e) => Self::Store(e),
            people::Error::Denied(e) => Self::Denied(e),
            people::Error::Invalid { field, why } => Self::Invalid { field, why },
            other => Self::People(other),
        }
    }
}

impl From<care::Error> for Error {
    fn from(error: care::Error) -> Self {
        match error {
            care::Error::Store(e) => Self::Store(e),
            care::Error::Denied(e) => Self::Denied(e),
            care::Error::People(e) => e.into(),
            care::Error::Invalid { field, why } => Self::Invalid { field, why },
            other => Self::Care(other),
        }
    }
}

impl From<lost::Error> for Error {
    fn from(error: lost::Error) -> Self {
        match error {
            lost::Error::Store(e) => Self::Store(e),
            lost::Error::Denied(e) => Self::Denied(e),
            lost::Error::Invalid { field, why } => Self::Invalid { field, why },
            other => Self::Lost(other),
        }
    }
}

impl From<places::Error> for Error {
    fn from(error: places::Error) -> Self {
        Self::Places(error.to_string())
    }
}

/// Nothing there, or nothing for whoever asks: the same answer.
pub(crate) const fn not_found() -> Error {
    Error::Store(store::Error::NotFound)
}

/// Result of a use case of this crate.
pub type Result<T> = std::result::Result<T, Error>;

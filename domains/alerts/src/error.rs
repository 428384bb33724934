//! What can go wrong when somebody is told something.

use store::jobs::JobError;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Denied(#[from] people::policy::Denied),
    #[error(transparent)]
    People(#[from] people::Error),
    #[error(transparent)]
    Matters(#[from] matters::Error),
    #[error(transparent)]
    Care(#[from] care::Error),
    #[error(transparent)]
    Lost(#[from] lost::Error),
    /// A field of a form, and what is wrong with it.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether trying again later may help.
    pub const fn is_unavailable(&self) -> bool {
        match self {
            Self::Store(e)
            | Self::People(people::Error::Store(e))
            | Self::Matters(matters::Error::Store(e))
            | Self::Care(care::Error::Store(e))
            | Self::Lost(lost::Error::Store(e)) => e.is_unavailable(),
            _ => false,
        }
    }
}

impl From<locators::Error> for Error {
    fn from(error: locators::Error) -> Self {
        match error {
            locators::Error::Store(e) => Self::Store(e),
            locators::Error::Denied(e) => Self::Denied(e),
            locators::Error::People(e) => Self::People(e),
            locators::Error::Care(e) => Self::Care(e),
            locators::Error::Lost(e) => Self::Lost(e),
            locators::Error::Invalid { field, why } => Self::Invalid { field, why },
            other => Self::Store(store::Error::Setup(other.to_string())),
        }
    }
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(e)
            | Error::People(people::Error::Store(e))
            | Error::Matters(matters::Error::Store(e))
            | Error::Care(care::Error::Store(e))
            | Error::Lost(lost::Error::Store(e)) => e.into(),
            // Messages of the domains hold codes and field names only, so they may stand on the dead-letter page.
            other => Self::Dead(other.to_string()),
        }
    }
}

//! What can go wrong around the log.

use store::jobs::JobError;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Denied(#[from] people::policy::Denied),
    #[error(transparent)]
    People(people::Error),
    #[error(transparent)]
    Matters(matters::Error),
    #[error(transparent)]
    Alerts(alerts::Error),
    /// A field of a form, and what is wrong with it; the key is `audit-invalid-{why}`.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    /// Not in this state, or not by this person; the key is `audit-refused-{0}`.
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("the anchor file: {0}")]
    File(String),
}

pub type Result<T> = std::result::Result<T, Error>;

/// A refusal or a failing database is the same whichever crate met it.
macro_rules! flatten {
    ($($of:ident::Error => $variant:ident),+) => {$(
        impl From<$of::Error> for Error {
            fn from(error: $of::Error) -> Self {
                match error {
                    $of::Error::Store(e) => Self::Store(e),
                    $of::Error::Denied(e) => Self::Denied(e),
                    other => Self::$variant(other),
                }
            }
        }
    )+};
}
flatten!(people::Error => People, matters::Error => Matters, alerts::Error => Alerts);

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(e) => e.into(),
            Error::File(e) => Self::Retry(e),
            other => Self::Dead(other.to_string()),
        }
    }
}

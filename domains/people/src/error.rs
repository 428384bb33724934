//! What a use case of this crate can refuse.

use crate::policy::Denied;

/// `code` is the locale key after `error-people-`; messages name fields, never values.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A field of the form, and what is wrong with it.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    /// Somebody changed it meanwhile; nothing was changed.
    #[error("changed meanwhile (version {seen} was seen, now it is {current})")]
    Stale { seen: i64, current: i64 },
    #[error("the login is taken")]
    LoginTaken,
    /// R1: the district would be left without an open-ended catch-all holder.
    #[error("the district must keep a catch-all holder without an end date")]
    LastCatchAll,
    /// An administrator holds nothing else, and the three are different people.
    #[error("this account may not hold both roles")]
    Separation,
    /// Another holder's term on this seat overlaps.
    #[error("the seat is taken in that time")]
    SeatTaken,
    #[error("the seat is closed")]
    SeatClosed,
    #[error("the account is not active")]
    NotActive,
    #[error("the current password is wrong")]
    WrongPassword,
    /// Whoever acts must show again that it is them ([`crate::app::fresh`]).
    #[error("not confirmed within the last minutes")]
    NotFresh,
    /// There is a second factor already, or none.
    #[error("the second factor is not as it was")]
    FactorState,
    /// The roles held now ask for it.
    #[error("the roles of this account need a second factor")]
    FactorNeeded,
    /// The code of the second factor.
    #[error("the code is wrong")]
    WrongCode,
    /// The subject at the provider is linked with another account.
    #[error("linked with another account")]
    LinkTaken,
    /// Without it nobody could sign in to the account any more.
    #[error("the last way to sign in")]
    LastWay,
    #[error("too many of them")]
    TooMany,
    /// The look-ups of this account are used up for today (R5).
    #[error("{0} look-ups were made today")]
    LookupsSpent(i64),
    /// A rule about records of people: the end of the key `rule-record-…`.
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("the district exists already")]
    DistrictExists,
    /// Rows of an import that are wrong; nothing was written.
    #[error("{} rows are wrong", .0.len())]
    WrongRows(Vec<RowError>),
}

/// One wrong row of an import; `row` counts from 1 after the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    pub row: usize,
    pub field: &'static str,
    pub why: String,
}

impl Error {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(store::Error::NotFound) => "not-found",
            Self::Store(_) => "unavailable",
            Self::Denied(_) => "denied",
            Self::Invalid { .. } => "invalid",
            Self::Stale { .. } => "stale",
            Self::LoginTaken => "login-taken",
            Self::LastCatchAll => "last-catch-all",
            Self::Separation => "separation",
            Self::SeatTaken => "seat-taken",
            Self::SeatClosed => "seat-closed",
            Self::NotActive => "not-active",
            Self::WrongPassword => "wrong-password",
            Self::NotFresh => "not-fresh",
            Self::FactorState => "factor-state",
            Self::FactorNeeded => "factor-needed",
            Self::WrongCode => "wrong-code",
            Self::LinkTaken => "link-taken",
            Self::LastWay => "last-way",
            Self::TooMany => "too-many",
            Self::LookupsSpent(_) => "lookups-spent",
            Self::Refused(_) => "refused",
            Self::DistrictExists => "district-exists",
            Self::WrongRows(_) => "wrong-rows",
        }
    }
}

/// Result of a use case of this crate.
pub type Result<T> = std::result::Result<T, Error>;

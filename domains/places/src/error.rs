//! What a use case of this crate can refuse.

use crate::Why;
use crate::model::coverage::Coverage;
use kernel::{GeoError, Point};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// [`Error::code`] is the locale key after `error-places-`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Geo(#[from] GeoError),
    #[error("only a system administrator may change areas and posts")]
    Denied,
    /// By the policy.
    #[error(transparent)]
    NotAllowed(#[from] people::policy::Denied),
    #[error("{0} lies outside the district")]
    OutsideDistrict(Point),
    #[error("no area of this district has an outline yet; import areas first")]
    NoOutlines,
    /// P1: police areas would leave a gap or overlap.
    #[error("{0}")]
    Coverage(Box<Coverage>),
    /// Changes of a batch that are wrong; nothing was written.
    #[error("{} of the changes are wrong, the first at {}", .0.len(), .0.first().map_or("", |f| f.field))]
    Wrong(Vec<Fault>),
    /// Somebody changed it meanwhile; nothing was changed.
    #[error("changed meanwhile (version {seen} was seen, now it is {current})")]
    Stale { seen: i64, current: i64 },
    /// A field, and what is wrong with it.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    /// Lines of a file of resources that are wrong (line, field, why); nothing was written.
    #[error("{} lines are wrong, the first is {}", .0.len(), .0.first().map_or(0, |l| l.0))]
    Lines(Vec<(u64, &'static str, &'static str)>),
    /// A suggestion of a crowd day was decided already.
    #[error("somebody has decided this already")]
    Decided,
}

/// What is wrong with one change of a batch; `index` counts the changes from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub index: usize,
    pub field: &'static str,
    pub why: Why,
}

impl Error {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(store::Error::NotFound) => "not-found",
            Self::Store(_) => "unavailable",
            Self::Geo(_) => "coordinates",
            Self::Denied | Self::NotAllowed(_) => "denied",
            Self::OutsideDistrict(_) => "outside-district",
            Self::NoOutlines => "no-outlines",
            Self::Coverage(_) => "coverage",
            Self::Wrong(_) => "wrong",
            Self::Stale { .. } => "stale",
            Self::Invalid { .. } | Self::Lines(_) => "invalid",
            Self::Decided => "decided",
        }
    }
}

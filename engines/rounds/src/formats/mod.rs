//! Files of the benchmarks, read into a [`Problem`]; bytes in, no file is opened here.

mod day;
mod flat;
mod hhcrsp;
mod vrplib;

pub use day::Day;
pub use flat::{Flat, Rounding};
pub use hhcrsp::Hhcrsp;

use thiserror::Error;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error("line {line}: {what}")]
    Line { line: usize, what: String },
    #[error("{0}")]
    File(String),
}

/// Places at most: the table of ways has an entry for each two of them.
pub(crate) const MOST_PLACES: usize = 5_000;

/// # Errors
/// When there are more.
pub(crate) fn few_enough(places: usize, what: &str) -> Result<(), Unreadable> {
    let most = MOST_PLACES;
    let many = || Unreadable::file(format!("{places} {what}; up to {most} can be planned"));
    if places <= most { Ok(()) } else { Err(many()) }
}

impl Unreadable {
    pub(crate) fn file(what: impl Into<String>) -> Self {
        Self::File(what.into())
    }
}

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

impl Unreadable {
    pub(crate) fn file(what: impl Into<String>) -> Self {
        Self::File(what.into())
    }
}

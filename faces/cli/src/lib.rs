//! Commands of the program that work on files: imports, exports, reports, benchmarks. One file per command, each with
//! its arguments and a `run`; the binary in `faces/mulin` only wires them.

pub mod account;
pub mod audit;
pub mod bench;
pub mod decode;
pub mod exchange;
pub mod identify;
pub mod intake;
pub mod key;
pub mod locate;
pub mod report;
pub mod retention;
pub mod rounds;
pub mod seek;

pub use imports as import;
pub use imports::{Env, districts};

/// Used wrongly: exit code 2, as for an unknown option.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

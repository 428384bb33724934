//! Commands of the program that work on files: imports, exports, reports, benchmarks. One file per command, each with
//! its arguments and a `run`; the binary in `faces/mulin` only wires them.

pub mod account;
pub mod audit;
pub mod bench;
pub mod districts;
pub mod exchange;
pub mod import;
pub mod intake;
pub mod key;
pub mod report;
pub mod retention;

use kernel::ids::DistrictId;
use std::io::Write;
use store::Runtime;

/// Used wrongly: exit code 2, as for an unknown option.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

/// What a command works with.
pub struct Env<'a> {
    pub rt: &'a Runtime,
    /// The district of the configuration; none when it names none.
    pub district: Option<DistrictId>,
    /// Standard output, or a buffer in tests.
    pub out: &'a mut dyn Write,
}

//! Matters: everything that is raised, until it is answered (R1, R2, J1, J2, J11).
//!
//! `model` is pure: states and their one table, classes, the clock as a function of log, rule and calendar. `app` has
//! one file per use case; every function there takes a `store::Cx`, asks `people::policy`, and writes its log entry in
//! the same transaction. There is no second way to change a matter.

pub mod app;
mod error;
pub mod events;
mod ground;
pub mod jobs;
pub mod limits;
mod migrations;
pub mod model;
pub mod photo;
pub mod raiser;
pub mod readings;
pub mod redaction;
mod retention;
pub mod seed;
mod store;

pub use self::store::log::LogEntry;
pub use self::store::notes::{Note, NoteKind};
pub use self::store::raisers::RaiserLine;
pub use self::store::row::Spot;
pub use error::{Conflict, Error, Invalid};
pub use ground::Ground;
pub use migrations::MIGRATIONS;
pub use retention::RETENTION;

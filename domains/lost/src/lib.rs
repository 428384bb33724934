//! A lost elder gets home: sighting, identification, contacts, safe-keeping, hand-over, answer and debrief (L1–L10, L13–L15).
//!
//! `model` is pure: the states of a case and their one table, what a hand-over needs (R4), the clocks. `app` has one file per use
//! case; every function there takes a `store::Cx`, asks `people::policy`, and writes its log entry in the same transaction. A case
//! holds no name: who the elder is stands in the record of `people`, which opens in the name of the case while it is open.

pub mod app;
mod error;
pub mod events;
pub mod jobs;
pub mod model;
mod retention;
mod schema;

pub use error::{Error, Refusal, Result};
pub use retention::RETENTION;
pub use schema::MIGRATIONS;

//! The circle around an elder at risk: contacts in order, care plan, care schedule, the card they wear, and the thread in
//! which a finder and the family write to each other without either seeing the other's number (L3–L7, R4, R7).
//!
//! `model` is pure. `app` has one file per group of use cases; every function there takes a `store::Cx`. This crate knows
//! people and places and nothing of cases: a case asks it who is to be called and whether somebody is at home.

pub mod app;
mod error;
pub mod events;
mod ground;
mod jobs;
pub mod model;
mod retention;
mod schema;

pub use error::{Error, Result};
pub use ground::{Ground, lives};
pub use jobs::handlers;
pub use retention::RETENTION;
pub use schema::MIGRATIONS;

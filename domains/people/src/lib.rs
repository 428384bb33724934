//! The people who work in a district: accounts, organisations, seats and terms (J11), sessions, and the one place where
//! it is decided who may do what ([`policy`]).
//!
//! `model` and `policy` are pure. `app` has one file per use case; every function there takes a `store::Cx` and is the
//! only way to the tables of this crate.

pub mod app;
mod error;
pub mod model;
pub mod policy;
mod retention;
mod schema;

pub use error::{Error, Result, RowError};
pub use retention::RETENTION;
pub use schema::MIGRATIONS;

//! Storage: one door to SQLite or PostgreSQL, with the log, the keys and the jobs that every change needs.
//!
//! Domains get a [`Cx`] and write plain SQL with `$1`; they never learn which database answers. See
//! `docs/decisions/0002-sql-drivers.md` for why there is no mapper in between.

mod aside;
pub mod backup;
pub mod chain;
mod conn;
mod copies;
mod cx;
mod db;
mod error;
mod faults;
pub mod imports;
pub mod jobs;
mod keycheck;
mod keys;
mod migrate;
mod once;
pub mod retention;
pub mod rotation;
mod runtime;
mod tail;
mod tls;
mod value;

pub use aside::Aside;
pub use copies::Copies;
pub use cx::{Cx, TextMatch};
pub use error::Error;
pub use faults::{Fault, Faults};
pub use jobs::NewJob;
pub use keys::{KeyClass, Keys, PublicKey, SubjectKey};
pub use migrate::Migration;
pub use once::{Once, OnceKey};
pub use runtime::{Options, Runtime, Signal, Who};
pub use tail::Tail;
pub use value::{Row, Value};

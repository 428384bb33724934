//! Looking after the log (R6): anchors outside the database, verification, search without content, the weekly sample of
//! views for review, delayed disclosure and what is counted publicly.
//!
//! Everything here works on who, when, why and which kind of record; nothing opens a record. The chain itself is in
//! `store::chain`.

pub mod anchors;
mod config;

pub use config::AuditConfig;

//! Looking after the log (R6): anchors outside the database, verification, search without content, the weekly sample of
//! views for review, delayed disclosure and what is counted publicly.
//!
//! Everything here works on who, when, why and which kind of record; nothing opens a record. The chain itself is in
//! `store::chain`.

pub mod anchors;
mod config;
mod error;
pub mod jobs;
pub mod looker;
pub mod review;
pub mod sample;
mod schema;
pub mod search;
pub mod seen;
pub mod state;
pub mod transparency;
pub mod verification;
pub mod withhold;

pub use config::AuditConfig;
pub use error::{Error, Result};
pub use looker::Looker;
pub use schema::MIGRATIONS;

use people::policy::{Action, ResourceFacts, require};
use store::Cx;

fn allow(cx: &Cx<'_>, action: Action) -> Result<()> {
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?)
}

/// The account that acts.
fn me(cx: &Cx<'_>) -> Result<kernel::ids::AccountId> {
    cx.actor.account_id().ok_or_else(|| store::Error::NotFound.into())
}

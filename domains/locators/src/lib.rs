//! Locators that elders wear (L7, L11, R7): devices and consent, tracks and how long they are kept, fences and alerts, and who looked.
//!
//! `model` is pure; `app` has one file per group of use cases, each of which takes a `store::Cx`. [`gate::Gate`] is what the gateway
//! asks for each frame; [`app::take_in`] is what it calls behind its segment file. The rules in words: docs/locators.md.

pub mod app;
mod error;
pub mod events;
pub mod gate;
pub mod jobs;
pub mod model;
mod retention;
mod schema;

pub use error::{Error, Result};
pub use retention::RETENTION;
pub use schema::MIGRATIONS;

/// Name of this crate's jobs in the log.
pub const JOB: &str = "locators";

/// Enters this crate with those that keep something of people, so that a copy of somebody's own data holds it; once, at the start of the
/// program.
pub fn start(rt: &store::Runtime) {
    rt.cached(people::app::persons::Keepers::default)
        .enter(JOB, |cx, person, of| app::own::kept(cx, person, of).map_err(app::flat));
}

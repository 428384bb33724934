//! Places: areas with their outlines, posts in three tiers, and who is on duty there (DOMAIN §1).
//!
//! Reads go through [`app::snapshot`], which holds all areas and posts of the district in memory and is never stale.
//! Changes go through [`app::save_areas`] and [`app::save_posts`], whole sets at a time, so that a set is checked as a
//! whole: police areas leave no gap and no overlap. Of people this crate knows the ids it is given and what the policy decides.

pub mod app;
mod error;
pub mod events;
pub mod gazetteer;
pub mod model;
mod schema;
mod store;
pub mod streets;
mod why;

pub use error::{Error, Fault, Result};
pub use gazetteer::{find_place, name_of};
pub use schema::MIGRATIONS;
pub use streets::ground;
pub use why::Why;

pub use app::{locate, located_as_of, post_for, snapshot};
pub use model::area::{Area, AreaKind};
pub use model::hours::WeekHours;
pub use model::outline::{Outline, OutlineError};
pub use model::post::{DutySlot, Post, PostState, Tier};
pub use model::snapshot::{Located, Snapshot};

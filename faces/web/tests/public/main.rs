#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Public pages over HTTP without a browser: forms as any client sends them, and what stands around them.

mod card;
mod enrol;
mod field;
mod find;
mod follow;
mod guard;
mod hard;
mod locator;
mod lost;
mod map;
mod own_pages;
mod plan;
mod push;
mod relay;
mod report;
mod site;
mod visits;
mod volunteer;
mod watch;

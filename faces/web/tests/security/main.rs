#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "tests")]
//! Attacks on the web face, one file per class. What each stands for is listed in `docs/security.md`.

mod cookies;
mod errors;
mod forgery;
mod leading_away;
mod limits;
mod paths;
mod policy;
mod uploads;
mod walk;
mod wire;
#[path = "../desk/world.rs"]
mod world;

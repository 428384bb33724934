//! Use cases of this crate on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod agreed;
mod alerts;
mod cases;
mod help;
mod order;
mod story;
mod town;

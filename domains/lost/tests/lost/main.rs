//! A lost elder gets home, on both databases: R1, R4, L1–L10, L13–L15.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod alike;
mod appeal;
mod attacks;
mod card;
mod home;
mod keeping;
mod near;
mod plan;
mod search;
mod story;
mod town;

pub(crate) use town::Town;

//! The closed loop on both databases: R1, R2, J1, J2, J11.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod about;
mod aside;
mod basics;
mod care;
mod closing;
mod data_requests;
mod invariants;
mod keys;
mod killed;
mod lists;
mod published;
mod random;
mod redacted;
mod report;
mod retention;
mod town;
mod uses;

pub(crate) use town::Town;

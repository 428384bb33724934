//! Looking after the log, on both databases: what the raiser sees, what is withheld, the weekly sample, search without
//! content, the night's work.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod looks;
mod night;
mod sampled;
mod town;

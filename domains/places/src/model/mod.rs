//! Types and rules of places. No input or output here: what is asked of the database lives in `app` and `store`.

pub mod area;
pub mod contact_card;
pub mod coverage;
pub mod crowd;
pub mod edit;
pub mod edit_check;
pub mod edit_merge;
pub mod edit_split;
mod ground;
pub mod history;
pub mod hours;
pub mod layer;
pub mod metric;
pub mod near;
pub mod outline;
pub mod post;
pub mod resource;
mod rings;
pub mod snapshot;
mod wkb;

#[cfg(test)]
mod edit_tests;

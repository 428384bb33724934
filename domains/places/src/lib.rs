//! Places: areas and posts.
pub mod model;

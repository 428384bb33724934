//! Where a lost person probably is, and who looks where (L12): particles on the walking network, search theory, routes.
//!
//! Pure: values in, values out; randomness comes from the seed that is passed in, time from whoever asks.
//!
//! - [`Terrain`] is the streets of a file, made ready once for any number of searches.
//! - [`Search`] is one search: opened with an [`Incident`], told what was searched and seen, asked for a [`Map`] or a [`Plan`]. What is believed
//!   depends on the seed and on what happened when, never on the order in which it was told; so a late report is applied at its time,
//!   and the state of any instant can be asked for.
//! - [`Profile`] holds every figure that comes from elsewhere, with its source.
//! - [`theory`] has the closed forms: detection curves, optimal effort, moving targets, discrete looks.
//!
//! Formulas, sources and what was measured: docs/seek.md.

mod belief;
mod cells;
mod evidence;
mod kept;
mod map;
mod particle;
mod plan;
mod plane;
mod profile;
mod random;
mod search;
mod source;
mod spawn;
mod terrain;
pub mod theory;
mod tree;

pub use cells::Cell;
pub use map::{Map, Row};
pub use plan::{Assignment, FirstLook, Look, Plan, Reason, Team};
pub use profile::{Behaviour, Law, Looking, Pace, Places, Profile, ProfileError, Quantile, Reports};
pub use search::{Fix, Incident, PARTICLES, Place, PlaceKind, Search, SearchError};
pub use streets::LonLat;
pub use terrain::{Mode, Terrain, TerrainError};

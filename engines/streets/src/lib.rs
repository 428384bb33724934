//! Streets out of OpenStreetMap: what a file of them holds, for whoever walks on them or draws them.
//!
//! ```
//! use streets::osm::{Limits, Osm};
//! let file = r#"<osm version="0.6">
//!   <node id="1" lat="31.0" lon="121.0"/><node id="2" lat="31.001" lon="121.0"/>
//!   <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
//! </osm>"#;
//! let osm = Osm::read(file.as_bytes(), &Limits::default())?;
//! assert_eq!(osm.ways()[0].tags.get("highway"), Some("footway"));
//! assert_eq!(osm.node(2), Some([121.0, 31.001]));
//! # Ok::<(), streets::osm::OsmError>(())
//! ```
//!
//! Coordinates are degrees in WGS-84 as OSM has them, east first. Nothing here opens a file or looks at a clock.

mod ask;
mod build;
mod bytes;
mod grid;
mod ground;
mod hierarchy;
pub mod layers;
mod metric;
mod network;
pub mod osm;
mod outline;
mod profile;
mod reach;
mod search;
pub mod tiles;

pub use ask::Route;
pub use build::BuildError;
pub use bytes::BytesError;
pub use ground::{DETOUR, Ground};
pub use network::{Component, Network, Snap};
pub use outline::Outline;
pub use profile::Profile;
pub use reach::{Part, Reach};

/// Degrees east and north, WGS-84.
pub type LonLat = [f64; 2];

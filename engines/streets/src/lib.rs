//! Streets out of OpenStreetMap: what a file of them holds, how far it is along them, and the layers of a base map.
//!
//! ```
//! use streets::osm::{Limits, Osm};
//! use streets::{Network, Profile};
//! let file = r#"<osm version="0.6">
//!   <node id="1" lat="31.0" lon="121.0"/><node id="2" lat="31.001" lon="121.0"/><node id="3" lat="31.001" lon="121.001"/>
//!   <way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
//! </osm>"#;
//! let osm = Osm::read(file.as_bytes(), &Limits::default())?;
//! let network = Network::build(&osm, Profile::Walk)?;
//! let [from, to] = [[121.0, 31.0001], [121.0009, 31.0011]].map(|at| network.nearest(at, 50.0));
//! let route = from.zip(to).and_then(|(from, to)| network.route(&from, &to));
//! assert!(route.is_some_and(|r| r.osm_nodes == [2] && r.length_m.round() == 186.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`osm`] reads PBF and XML, bounded, for files that strangers send.
//! - [`Network`] is the network for a [`Profile`]; it is asked for distances, routes and what is within [`Reach`].
//! - [`Ground`] asks on coordinates, whether streets are loaded or not.
//! - [`layers`] and [`tiles`] draw the base map.
//!
//! Coordinates are degrees in WGS-84 as OSM has them, east first; lengths are metres. Nothing here opens a file or looks at a clock. The rules of
//! the profiles, the methods with their sources and the figures: docs/streets.md.

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

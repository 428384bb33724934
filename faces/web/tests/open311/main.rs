#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Open311 GeoReport v2 over HTTP: the six methods of the specification in both formats, the extensions, every refusal,
//! and who may not.

mod post;
mod published;
mod read;
mod site;
mod updates;

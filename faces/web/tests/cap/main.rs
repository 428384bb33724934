#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! What goes out to everybody, over HTTP, read as CAP 1.2 by programs.

mod appeals;
mod bulletins;
mod schema;
mod site;

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! The JSON interface over HTTP, in process: its description, who may not, and what each group does.

mod classes;
mod document;
mod imports;
mod lost;
mod matters;
mod me;
mod pages;
mod people;
mod places;
mod records;
mod rights;
mod running;
mod sessions;
mod track;
mod webhooks;
mod world;

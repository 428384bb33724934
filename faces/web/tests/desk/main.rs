#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! The desk over HTTP: who may open what, one matter from the telephone to the answer, two people at once, live news.

mod audit;
mod care;
mod circle;
mod company;
mod contact_cards;
mod data_requests;
mod editor;
mod field_trouble;
mod field_visits;
mod flow;
mod imports;
mod in_care;
mod intake;
mod joins;
mod kept;
mod lists;
mod locator;
mod lost;
mod lost_appeal;
mod lost_search;
mod photos;
mod push;
mod records;
mod register;
mod roles;
mod sign_in;
mod sought;
mod uses;
mod visits;
mod volunteers;
mod world;

//! `mulin import …`: what others have written down, into our tables. Every file is all or nothing.

pub mod problems;
pub mod table;

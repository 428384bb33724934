//! `mulin import …`: what others have written down, into our tables. Every file is all or nothing.

pub mod dates;
pub mod map;
pub mod matters;
pub mod problems;
pub mod progress;
pub mod table;

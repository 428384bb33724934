//! The door for locators: listeners of their protocols, the consent gate, the segment file, and the workers that read it.

pub mod record;
pub mod segment;

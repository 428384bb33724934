//! Matters: everything that is raised, until it is answered (R1, R2, J1, J2).

pub mod model;
pub mod photo;

#![allow(clippy::indexing_slicing)]
mod grid;
mod index;
mod local;
mod shape;
mod tile;
mod trace;

pub use index::{Index, Number, Size};
pub use shape::{At, Bounds, LARGEST, Shape, ShapeError};

//! From a point to every area that contains it, exactly; and from the fixes of a locator to entering, leaving and staying.
//!
//! ```
//! use fence::{Index, Shape};
//! let square = |x: f64| Shape::new([[[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 1.0]]]);
//! let index = Index::new([square(0.0)?, square(1.0)?]);
//! assert_eq!(index.containing([0.5, 0.5]), [0]);
//! // On a border: the area east of it, and only that one.
//! assert_eq!(index.containing([1.0, 0.5]), [1]);
//! # Ok::<(), fence::ShapeError>(())
//! ```
//!
//! # What is exact
//! The answer of [`Index`] is that of [`Shape::contains`]: even-odd over all rings, half open, on exact predicates. Coordinates are
//! a plane: an outline across the antimeridian or round a pole has to be cut there by whoever gives it.
//!
//! # How it is quick
//! A grid of **tiles**, each with as many **cells** as the outlines in it need. Many cells are covered by one area as a whole, or by
//! none: they are one byte, and the bytes of all cells stay near the processor. Through most others runs a border. They hold, for
//! each area whose border that is, the pieces inside the cell in whole numbers of 8 bits local to it, and one bit that says how many
//! times the rest of the outline is crossed. So a question reads a few short lines next to each other instead of the outline, and only
//! points within half a step of a border (4 cm in cells of 20 m, one point in a hundred) are asked of the outline itself. Four
//! edges are looked at in one stroke, without a branch.
//!
//! - Cells that know what covers them and a short list of edges for the rest: Žalik and Kolingerova, *A cell-based
//!   point-in-polygon algorithm suitable for large sets of points*, Computers & Geosciences 27, 2001; for many polygons at once
//!   as in Kipf et al., *Adaptive Geospatial Joins for Modern Hardware*, 2018 (arXiv:1802.09488).
//! - Rounded numbers first, exact ones where they do not suffice: a *filter* as in Fortune and Van Wyk, *Efficient Exact
//!   Arithmetic for Computational Geometry*, 1993. `local` says why the filter is never wrong.
//! - Tiles are shared between the index before a change and the one after it (path copying: Driscoll, Sarnak, Sleator,
//!   Tarjan, *Making Data Structures Persistent*, 1989). A change notes in the tiles
//!   that the area touches whether it covers them, or may have a border there; they are packed later (`Index::settled`).
//!
//! Figures and how they were taken: docs/fence.md.

mod atlas;
mod grid;
mod index;
mod local;
mod pack;
mod schedule;
mod shape;
mod tile;
mod trace;
mod watch;

pub use atlas::{Atlas, Live, Version};
pub use index::{Index, Number, Size};
pub use schedule::{Hours, Schedule};
pub use shape::{At, Bounds, LARGEST, Shape, ShapeError};
pub use watch::{Event, Fix, Happened, PassedOver, Rules, Watch, border_distance_m};

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
//! none: they are one word of 16 bits. The others have a record: up to eight points of borders inside the cell in whole numbers of 8
//! bits local to it, and for each area a mask that says which of the edges between them are its own, and whether the count is to be
//! turned round. A border that areas share stands there once. So a question reads a few bytes instead of the outline, and looks at
//! seven edges for four areas in one stroke, without a branch; only points within half a step of a border (5 cm in cells of 25 m, one
//! in some hundreds) are asked of the outline itself.
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
mod line;
mod local;
mod pack;
mod schedule;
mod shape;
mod stroke;
mod tile;
mod trace;
mod watch;

pub use atlas::{Atlas, Live, Version};
pub use index::{Index, Number, Size};
pub use schedule::{Hours, Schedule};
pub use shape::{At, Bounds, LARGEST, Shape, ShapeError};
pub use watch::{Event, Fix, Happened, PassedOver, Rules, Watch, border_distance_m};

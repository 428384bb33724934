//! Chinese addresses: read as people write them, keys under which a table finds their names, and which match is better.
//!
//! An address is a *name* (a street, a compound, a village) and a *path* of numbers below it: 望苇路 and 128弄, 5号. Names are
//! few and are found by [`keys::of_name`]; doors are many and are found by their name and the bytes of their path, which sort
//! as the numbers do. So a district with half a million doors is searched with a handful of look-ups in two plain indices,
//! in any database, and a number that is not in the list stands between its neighbours.
//!
//! ```
//! use gazetteer::{Level, parse};
//! let address = parse("青禾镇望苇路１２８弄五号3幢2单元401室");
//! assert_eq!(address.normal(), "青禾镇望苇路128弄5号3幢2单元401室");
//! assert_eq!(address.name(), Some("望苇路"));
//! let levels: Vec<Level> = address.numbers().map(|(level, _)| level).collect();
//! assert_eq!(levels, [Level::Lane, Level::Door, Level::House, Level::Unit, Level::Room]);
//! ```
//!
//! > **Invariant.** Nothing here knows a list of places, a database or a language of pages; no text makes it panic.

mod fold;
pub mod keys;
mod parse;
mod path;
mod query;
mod rank;
mod scan;
mod sound;
mod traditional;

pub use fold::fold;
pub use parse::{Address, Part, What, parse};
pub use path::{Level, Number, Path};
pub use query::{Query, Reading};
pub use rank::{Closeness, Judged, Match, fits};

/// Longest text that is read, in characters; more is cut. Longer than any address, short enough to be cheap.
pub const MAX_CHARS: usize = 120;

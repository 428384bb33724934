//! Where is 望苇路128弄5号? The district's own gazetteer: areas and posts from memory, as they are this moment; streets,
//! compounds, places of interest and doors from their tables, filled by imports.
//!
//! Nothing in it is a person's: a door says where a house stands, never who lives there. Everybody may search it.
//! How addresses are read and matches weighed is the engine's (`engines/gazetteer`); here is where they are kept.

mod doors;
mod fill;
mod find;
pub mod list;
mod memory;
mod near;
mod rows;
mod schema;
mod streets;

pub use ::gazetteer::Closeness;
pub use fill::{Entry, Filled, Source, replace};
pub use find::{called, find_place};
pub use near::{Nearby, name_of};
pub(crate) use schema::TABLES;
pub(crate) use streets::follow as follow_streets;

use ::gazetteer::{Level, Path};
use ::store::{Cx, Error};
use kernel::Point;

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Area,
    Post,
    Street,
    /// A compound, a building with a name.
    Compound,
    /// A village or hamlet as a name of addresses; its area is one of `Area`.
    Village,
    /// Hospital, market, bridge, bus stop.
    Poi,
    /// A house with its number, or a lane or group as a whole.
    Door,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Area, Self::Post, Self::Street, Self::Compound, Self::Village, Self::Poi, Self::Door];

    /// As stored, over the interface and in locale keys (`place-kind-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Post => "post",
            Self::Street => "street",
            Self::Compound => "compound",
            Self::Village => "village",
            Self::Poi => "poi",
            Self::Door => "door",
        }
    }
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// A place that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub kind: Kind,
    /// 望苇路128弄5号, without the town.
    pub name: String,
    /// Town and committee, as far as they are known and not the place itself.
    pub context: Vec<String>,
    pub point: Point,
    pub closeness: Closeness,
    /// Doors that are known below a street or lane.
    pub doors: usize,
}

/// As over the interface and in locale keys (`place-close-…`).
pub const fn closeness_code(closeness: Closeness) -> &'static str {
    match closeness {
        Closeness::Exact => "exact",
        Closeness::Between => "between",
        Closeness::NextTo => "next-to",
        Closeness::NameOnly => "name-only",
    }
}

/// How the database goes about every statement of a search and of a pin, each with its text: for the test that they use their
/// indexes.
///
/// # Errors
/// When the database fails.
#[doc(hidden)]
pub fn plans(cx: &mut Cx<'_>, near: Point) -> Result<Vec<(String, String)>, Error> {
    let district = cx.district();
    let lane = Path::new(vec![(Level::Lane, ::gazetteer::Number { n: 128, tail: None })]);
    let (low, high) = lane.below();
    let ask = |name, backwards| doors::Ask { name, low: low.clone(), high: high.clone(), backwards, most: 12 };
    let statements = [
        rows::by_keys(district, ["wangweilu", "wwl"].into_iter()),
        rows::together(district, &["wangweilu", "wwl"], &["wangwei", "ww"]),
        doors::at_paths(district, &[1, 2], std::slice::from_ref(&lane)),
        doors::between(district, &[ask(1, false)]),
        doors::between(district, &[ask(1, true), ask(1, false), ask(2, true), ask(2, false)]),
        near::around(district, near, 1),
        near::around(district, near, 4),
    ];
    statements.into_iter().map(|(sql, params)| cx.explain(&sql, &params).map(|plan| (sql, plan.join("\n")))).collect()
}

//! What every crate of Mulin agrees on: ids, time, who is acting and why, places on the earth, the work calendar.
//!
//! No I/O and no database here. Time and randomness are traits, so that a test decides them.

pub mod actor;
pub mod calendar;
mod codes;
pub mod geo;
pub mod ids;
pub mod lang;
pub mod net;
pub mod text;
pub mod time;

pub use actor::{Actor, ActorKind, Grant, KeyLimit, Purpose, Role};
pub use calendar::{Due, WorkCalendar};
pub use geo::{Datum, GeoError, Point};
pub use ids::{Ids, OsIds, SeededIds};
pub use lang::Lang;
pub use time::{Clock, ManualClock, Moment, OffsetClock, SystemClock};

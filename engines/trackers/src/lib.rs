//! Locator protocols: bytes in, readings and replies out (GT06, WATCH, H02, JT/T 808, TK103, GPS103, OsmAnd, OwnTracks).
//!
//! Pure: no socket, no clock, no file. Whoever calls passes the bytes as they come, in any split, and the present instant.

mod protocol;
mod reading;

pub use protocol::Protocol;
pub use reading::{Alarms, Cell, DeviceId, Fix, Reading, Status, Wifi};

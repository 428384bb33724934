//! Locator protocols: bytes in, readings and replies out (GT06, WATCH, H02, JT/T 808, TK103, GPS103, OsmAnd, OwnTracks).
//!
//! Pure: no socket, no clock, no file. Whoever calls passes the bytes as they come, in any split, and the present instant.
//!
//! ```
//! use trackers::{Options, Protocol, Session};
//! let mut session = Session::new(Protocol::Watch, &Options::default());
//! let mut heard = Vec::new();
//! let now = kernel::Moment::default();
//! session.feed(b"[3G*8800000015*0002*L", now, &mut |reading| heard.push(reading.clone()));
//! assert!(heard.is_empty());
//! session.feed(b"K]", now, &mut |reading| heard.push(reading.clone()));
//! assert_eq!(heard[0].reply, b"[3G*8800000015*0002*LK]");
//! assert_eq!(session.device().unwrap().as_str(), "8800000015");
//! ```

mod bytes;
mod clock;
mod command;
mod gps103;
mod gt06;
mod h02;
pub mod http;
mod jt808;
mod model;
mod protocol;
mod reading;
mod session;
pub mod speak;
mod text;
mod tk103;
mod watch;

pub use command::Command;
pub use model::{Model, Models, Options};
pub use protocol::Protocol;
pub use reading::{Alarms, Cell, DeviceId, Fix, Reading, Status, Wifi};
pub use session::Session;

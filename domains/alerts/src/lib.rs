//! Telling people: notices on the desk, e-mail, the log of deliveries, dead letters; and telling programs: webhooks.
//!
//! Nothing is sent inside a transaction. A domain enqueues a job in the transaction of the change (`matters::events`);
//! the job writes notices and messages; a job per message sends it, at least once, with back-off. The same message has
//! the same `Message-ID` each time. Addresses are read at the moment of sending and never stored in a message.

pub mod app;
pub mod bulletin;
mod config;
mod error;
mod incoming;
mod jobs;
mod mail;
mod outgoing;
mod push;
mod relay;
mod retention;
mod robot;
mod schema;
mod sms;
mod texts;
pub mod webhook;

pub use config::{AlertsConfig, Encryption, MailConfig};
pub use error::{Error, Result};
pub use incoming::{MOST_BYTES, Machine, Unreadable};
pub use jobs::handlers;
pub use outgoing::{Answer, Call, Outgoing, Reach, Trouble};
pub use push::{Device, PushConfig, SERVICES as PUSH_SERVICES};
pub use relay::{HttpRelay, Join, Joined, NotJoined, Relay, RelayConfig};
pub use retention::RETENTION;
pub use robot::{EVENTS as ROBOT_EVENTS, RobotConfig, RobotKind};
pub use schema::MIGRATIONS;
pub use sms::{Receipt, ReceiptConfig, SmsConfig};
pub use texts::sentence;

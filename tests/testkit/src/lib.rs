//! What tests need and the program does not: throw-away databases, a mail server, an HTTP server, free ports.
//!
//! A test that cannot run (no PostgreSQL, no browser) fails and says what is missing; nothing is skipped.

pub mod database;
pub mod house;
pub mod http;
pub mod mail;
pub mod mqtt;
pub mod nats;
pub mod net;
pub mod pg;
pub mod stall;
#[cfg(feature = "world")]
pub mod world;

pub use database::{Kind, Setup, TestDb};
pub use house::{DISTRICT, House, START};
pub use http::HttpSink;
pub use mail::{Mail, MailSink, Mood};
pub use mqtt::Mosquitto;
pub use nats::NatsServer;
pub use net::free_port;
pub use stall::Stall;
#[cfg(feature = "world")]
pub use world::World;

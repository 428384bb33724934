//! The door for locators: listeners of their protocols, the consent gate, the segment file, and the workers that read it.
//!
//! The way of a fix: bytes → [`trackers::Session`] → [`locators::gate::Gate`] (in memory) → [`segment`] file → the device hears that
//! it arrived. Behind it a worker reads the file and hands batches to [`locators::app::take_in`]. Devices that nobody registered are shown to
//! the administrator and written down nowhere. docs/operate.md says how to open the ports.

mod district;
mod files;
mod hall;
mod http;
mod limits;
mod lines;
#[cfg(feature = "mqtt")]
mod mqtt;
#[cfg(feature = "nats")]
pub mod nats;
pub mod record;
mod seal;
pub mod segment;
mod settings;
mod spool;
mod start;
mod strangers;
mod tcp;
mod tls;
mod udp;
mod worker;

pub use district::Domain;
pub use files::open_files;
pub use hall::Guard;
pub use lines::NotSent;
pub use seal::Seal;
pub use settings::{Mqtt, Ports, Settings};
pub use start::{Gateway, Listening, Parts, View};
pub use strangers::Stranger;
pub use worker::Takes;

use std::net::SocketAddr;

/// Why the gateway does not start; each says what to change.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("gateway.bind is \"{0}\"; write an address such as 0.0.0.0, :: or 127.0.0.1, or nothing to switch it off")]
    Bind(String),
    #[error("gateway.tls_ports names \"{0}\"; there are watch, gt06, h02, jt808, tk103, gps103, osmand and owntracks")]
    NoSuchProtocol(String),
    #[error("the gateway cannot listen on {address} for {protocol}: {source}")]
    Listen { address: SocketAddr, protocol: &'static str, source: std::io::Error },
    #[error("gateway.tls_ports needs gateway.tls_certificate and gateway.tls_key: {path}: {why}")]
    Tls { path: String, why: String },
    #[error(transparent)]
    Segment(#[from] segment::Error),
    #[error("the gateway's threads: {0}")]
    Threads(std::io::Error),
    #[error("this mulin was built without NATS; leave gateway.nats empty")]
    NoNats,
    #[error("{0}")]
    Nats(String),
    #[error("this mulin was built without MQTT; leave gateway.mqtt.url empty")]
    NoMqtt,
    #[error("{0}")]
    Mqtt(String),
    #[error("the list of locators: {0}")]
    Gate(String),
}

/// What happened since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub frames: u64,
    /// Frames of which something could not be read.
    pub unreadable: u64,
    /// Frames of which nothing was kept because nobody agreed, or because of a pause.
    pub shut: u64,
    pub unknown: u64,
    /// Frames that were left unanswered because the gate could not judge; devices send them again.
    pub later: u64,
    /// Times that something could not be made safe and was therefore not acknowledged.
    pub refused: u64,
    /// Connections, datagrams and requests beyond a limit.
    pub turned_away: u64,
}

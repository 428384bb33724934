//! What the operator may set: `[gateway]` in the configuration.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use trackers::Protocol;

/// `[gateway]`; the reference is `docs/mulin.example.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address on which locators are listened to; empty: the gateway is off.
    pub bind: String,
    /// Folder of the segment files.
    pub spool: PathBuf,
    pub ports: Ports,
    /// Ports of the same protocols inside TLS, by the protocol's name.
    pub tls_ports: BTreeMap<String, u16>,
    /// PEM files: the chain of the certificate, and its key.
    pub tls_certificate: PathBuf,
    pub tls_key: PathBuf,
    /// Open connections at once.
    pub connections: usize,
    /// Of these, such that no known locator has spoken on yet.
    pub strangers: usize,
    /// Open connections from one address (IPv6: one /64). Mobile networks put thousands of devices behind one.
    pub connections_per_address: u32,
    /// New connections, datagrams and requests a second from one address; five times as many at once.
    pub arrivals_per_address: u32,
    /// Frames a second of one locator, over a longer time; two hundred times as many at once, as after a day without signal.
    pub frames_per_device: u32,
    /// Seconds within which a known locator must have spoken.
    pub first_frame_secs: u64,
    /// Seconds without a whole frame of a known locator, after which a connection ends.
    pub idle_secs: u64,
    /// Address of a NATS server (`nats://…`, `tls://…`) with JetStream; empty: the segment file of this machine.
    pub nats: String,
    /// Beginning of the subjects and names in NATS; each district needs its own.
    pub nats_prefix: String,
    /// Into how many parts the locators are divided in NATS. Never changed while records wait.
    pub nats_shards: u16,
    /// Seconds without a sign of life after which a worker's shards go to others.
    pub nats_lease_secs: u64,
    /// Whether this process also takes records in from NATS; with an empty `bind` it does nothing else.
    pub nats_work: bool,
    /// A broker at which OwnTracks is listened to.
    pub mqtt: Mqtt,
    /// The system chooses all ports: the demo and tests.
    #[serde(skip)]
    pub free_ports: bool,
}

/// `[gateway.mqtt]`: OwnTracks over a broker.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mqtt {
    /// `mqtt://HOST`, `mqtts://HOST`, with `:PORT` where it is another one than 1883 and 8883; empty: no broker.
    pub url: String,
    pub username: String,
    pub password: String,
    /// PEM file of whoever signed the broker's certificate; empty: whom the system trusts.
    pub ca: PathBuf,
    /// By this the broker knows what it still has for us; another one for each process.
    pub client_id: String,
    /// Topics `…/USER/DEVICE`; those with `/event` behind them are read as well.
    pub topic: String,
}

/// Without what is secret.
impl std::fmt::Debug for Mqtt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mqtt").field("url", &self.url).field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            url: String::new(),
            username: String::new(),
            password: String::new(),
            ca: PathBuf::new(),
            client_id: "mulin-gateway".to_owned(),
            topic: "owntracks/+/+".to_owned(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bind: String::new(),
            spool: "spool".into(),
            ports: Ports::default(),
            tls_ports: BTreeMap::new(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            connections: 20_000,
            strangers: 2_000,
            connections_per_address: 5_000,
            arrivals_per_address: 200,
            frames_per_device: 2,
            first_frame_secs: 20,
            idle_secs: 600,
            nats: String::new(),
            nats_prefix: "fix".to_owned(),
            nats_shards: 16,
            nats_lease_secs: 10,
            nats_work: true,
            mqtt: Mqtt::default(),
            free_ports: false,
        }
    }
}

impl Settings {
    /// Nothing is listened to and nothing taken in.
    pub fn is_off(&self) -> bool {
        self.bind.is_empty() && self.nats.is_empty() && self.mqtt.url.is_empty()
    }

    /// Whether the system lets this process open as many files as there may be connections; else what to change.
    ///
    /// # Errors
    /// What is too low.
    pub fn has_files(&self) -> Result<(), String> {
        if self.bind.is_empty() { Ok(()) } else { crate::files::enough(self.connections, crate::open_files()) }
    }

    pub(crate) fn address(&self) -> Result<IpAddr, crate::Error> {
        self.bind.parse().map_err(|_| crate::Error::Bind(self.bind.clone()))
    }

    pub(crate) fn first_frame(&self) -> Duration {
        Duration::from_secs(self.first_frame_secs.max(1))
    }

    /// What is listened to: protocol, port, and whether inside TLS.
    pub(crate) fn listeners(&self) -> Result<Vec<(Protocol, u16, bool)>, crate::Error> {
        if self.bind.is_empty() {
            return Ok(Vec::new());
        }
        if self.free_ports {
            return Ok(Protocol::ALL.into_iter().map(|p| (p, 0, false)).collect());
        }
        let mut all: Vec<_> = Protocol::ALL.into_iter().map(|p| (p, self.ports.of(p), false)).collect();
        for (name, port) in &self.tls_ports {
            let protocol = Protocol::parse(name).ok_or_else(|| crate::Error::NoSuchProtocol(name.clone()))?;
            all.push((protocol, *port, true));
        }
        all.retain(|(_, port, _)| *port != 0);
        Ok(all)
    }

    /// How long a connection of this protocol may be silent. Those that are made for one request end sooner.
    pub(crate) fn idle(&self, protocol: Protocol) -> Duration {
        let secs = if protocol.is_http() { self.idle_secs.min(60) } else { self.idle_secs };
        Duration::from_secs(secs.max(1))
    }
}

/// A port for each protocol, for TCP and UDP; 0: not listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ports {
    pub watch: u16,
    pub gt06: u16,
    pub h02: u16,
    pub jt808: u16,
    pub tk103: u16,
    pub gps103: u16,
    pub osmand: u16,
    pub owntracks: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            watch: Protocol::Watch.port(),
            gt06: Protocol::Gt06.port(),
            h02: Protocol::H02.port(),
            jt808: Protocol::Jt808.port(),
            tk103: Protocol::Tk103.port(),
            gps103: Protocol::Gps103.port(),
            osmand: Protocol::OsmAnd.port(),
            owntracks: Protocol::OwnTracks.port(),
        }
    }
}

impl Ports {
    /// Nothing is listened to.
    pub fn off() -> Self {
        Self { watch: 0, gt06: 0, h02: 0, jt808: 0, tk103: 0, gps103: 0, osmand: 0, owntracks: 0 }
    }

    fn of(&self, protocol: Protocol) -> u16 {
        match protocol {
            Protocol::Watch => self.watch,
            Protocol::Gt06 => self.gt06,
            Protocol::H02 => self.h02,
            Protocol::Jt808 => self.jt808,
            Protocol::Tk103 => self.tk103,
            Protocol::Gps103 => self.gps103,
            Protocol::OsmAnd => self.osmand,
            Protocol::OwnTracks => self.owntracks,
        }
    }
}

//! Opens the ports and starts what stands behind them.

use crate::hall::{self, Counts, Guard, Hall};
use crate::limits::Limits;
use crate::lines::Lines;
use crate::seal::Seal;
use crate::segment::Writer;
use crate::spool::Spool;
use crate::strangers::Strangers;
use crate::worker::{self, Takes, Threads};
use crate::{Error, NotSent, Settings, Stranger, Totals, tcp, tls, udp};
use kernel::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, UdpSocket};
use tokio::task::JoinSet;
use trackers::{Command, Protocol};
use uuid::Uuid;

/// Size and age at which a segment file is closed.
const ROTATE_BYTES: u64 = 16 << 20;
const ROTATE_AFTER: Duration = Duration::from_secs(60);
/// Connections that the kernel holds until they are taken: after a power cut in the mobile network all come at once.
const BACKLOG: u32 = 4_096;

/// What the gateway is made of.
pub struct Parts {
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub guard: Arc<dyn Guard>,
    pub takes: Arc<dyn Takes>,
    /// Under what is kept until it is taken in.
    pub seal: Seal,
}

/// A port that is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    pub protocol: Protocol,
    pub address: SocketAddr,
    pub tls: bool,
}

/// A running gateway. It ends when it is dropped: nothing is taken any more, and the worker comes to the end of its batch; what it has
/// not taken in is there at the next start.
pub struct Gateway {
    hall: Arc<Hall>,
    listening: Vec<Listening>,
    listeners: JoinSet<()>,
    threads: Threads,
}

impl Gateway {
    /// Opens the folder and the ports. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When a port is taken, the folder cannot be used, or a setting is wrong.
    pub async fn start(parts: Parts) -> Result<Self, Error> {
        let Parts { settings, clock, guard, takes, seal } = parts;
        if let Err(why) = settings.has_files() {
            tracing::warn!("{why}");
        }
        let mut threads = Threads::none();
        let spool = if settings.nats.is_empty() {
            let writer = Arc::new(Writer::open(&settings.spool, ROTATE_BYTES, ROTATE_AFTER)?);
            let (syncs, dir, opens) = (Arc::clone(&writer), settings.spool.clone(), seal.clone());
            threads.spawn("gateway-sync", move |stop| worker::keep_in_sync(&syncs, stop)).map_err(Error::Threads)?;
            threads
                .spawn("gateway-worker", move |stop| worker::work((&dir, opens), takes.as_ref(), stop))
                .map_err(Error::Threads)?;
            Spool::File(writer)
        } else {
            over_nats(&settings, (takes, seal.clone()), &mut threads).await?
        };
        let limits = Limits::new(&settings);
        let models = hall::models(&guard, &clock);
        let hall = Arc::new(Hall {
            settings,
            models,
            clock,
            guard,
            spool,
            seal,
            limits,
            strangers: Strangers::default(),
            lines: Lines::default(),
            counts: Counts::default(),
        });
        let mut gateway = Self { hall, listening: Vec::new(), listeners: JoinSet::new(), threads };
        gateway.open_ports().await?;
        gateway.open_broker()?;
        let limits = Arc::clone(&gateway.hall.limits);
        gateway.listeners.spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(60)).await;
                limits.tidy();
            }
        });
        Ok(gateway)
    }

    async fn open_ports(&mut self) -> Result<(), Error> {
        let settings = &self.hall.settings;
        let wanted = settings.listeners()?;
        if wanted.is_empty() {
            return Ok(());
        }
        let address = settings.address()?;
        let acceptor = wanted.iter().any(|(_, _, tls)| *tls).then(|| tls::acceptor(settings)).transpose()?;
        for (protocol, port, in_tls) in wanted {
            let address = SocketAddr::new(address, port);
            let wrong = |source| Error::Listen { address, protocol: protocol.name(), source };
            let tcp = bind(address).map_err(wrong)?;
            let bound = tcp.local_addr().map_err(wrong)?;
            let hall = || Arc::clone(&self.hall);
            let acceptor = acceptor.clone().filter(|_| in_tls);
            self.listeners.spawn(tcp::listen(hall(), tcp, protocol, acceptor));
            if !in_tls && !protocol.is_http() {
                let udp = UdpSocket::bind(bound).await.map_err(wrong)?;
                self.listeners.spawn(udp::listen(hall(), udp, protocol));
            }
            self.listening.push(Listening { protocol, address: bound, tls: in_tls });
        }
        Ok(())
    }

    #[cfg(feature = "mqtt")]
    fn open_broker(&mut self) -> Result<(), Error> {
        let settings = &self.hall.settings.mqtt;
        if !settings.url.is_empty() {
            let broker = crate::mqtt::Broker::of(settings)?;
            let hall = self.hall();
            self.also(broker.listen(hall));
        }
        Ok(())
    }

    #[cfg(not(feature = "mqtt"))]
    fn open_broker(&mut self) -> Result<(), Error> {
        if self.hall.settings.mqtt.url.is_empty() { Ok(()) } else { Err(Error::NoMqtt) }
    }

    /// Runs something until the gateway ends.
    pub(crate) fn also(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.listeners.spawn(task);
    }

    pub(crate) fn hall(&self) -> Arc<Hall> {
        Arc::clone(&self.hall)
    }

    /// What can be asked of it from elsewhere in the program.
    pub fn view(&self) -> View {
        View(self.hall())
    }

    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Devices that called and are registered nowhere, latest first; since the start, in memory only.
    pub fn unknown(&self) -> Vec<Stranger> {
        self.hall.unknown()
    }

    /// Sends a command through the open connection of a locator. Whether the device obeys shows in what it sends.
    ///
    /// # Errors
    /// When it has no open connection, or its protocol no such command.
    pub async fn send(&self, locator: Uuid, command: Command) -> Result<(), NotSent> {
        self.hall.lines.send(locator, command).await
    }

    pub fn totals(&self) -> Totals {
        self.hall.counts.totals()
    }

    /// Open connections.
    pub fn connections(&self) -> usize {
        self.hall.limits.open()
    }

    /// Ends it and waits for the worker, off the runtime's threads.
    pub async fn stop(mut self) {
        self.listeners.shutdown().await;
        let threads = self.threads;
        let _ = tokio::task::spawn_blocking(move || drop(threads)).await;
    }
}

/// A look at a running gateway.
#[derive(Clone)]
pub struct View(Arc<Hall>);

impl View {
    /// As [`Gateway::unknown`].
    pub fn unknown(&self) -> Vec<Stranger> {
        self.0.unknown()
    }
    /// As [`Gateway::totals`].
    pub fn totals(&self) -> Totals {
        self.0.counts.totals()
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(feature = "nats")]
async fn over_nats(settings: &Settings, ends: (Arc<dyn Takes>, Seal), threads: &mut Threads) -> Result<Spool, Error> {
    crate::nats::start(settings, ends, threads).await.map(Spool::Nats)
}

#[cfg(not(feature = "nats"))]
#[expect(clippy::unused_async, reason = "with NATS it waits for the server")]
async fn over_nats(_: &Settings, _: (Arc<dyn Takes>, Seal), _: &mut Threads) -> Result<Spool, Error> {
    Err(Error::NoNats)
}

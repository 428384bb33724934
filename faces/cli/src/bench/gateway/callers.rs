//! The devices of the benchmark: each sends a frame, waits for the acknowledgement, and sends the next one when it is time.

use super::peers;
use super::town::Device;
use anyhow::Context as _;
use kernel::{Clock as _, Moment, SystemClock};
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use trackers::{DeviceId, Fix, Options, Protocol, Session, speak};

/// How fast all of them together, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub rate: u32,
    pub time: Duration,
}

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The same bytes.
    Echo,
    /// What the protocol says.
    Protocol,
    /// The acknowledgement of a message to an MQTT broker.
    Mqtt,
}

#[derive(Debug, Default)]
pub(super) struct Sent {
    pub frames: u64,
    /// Positions that were acknowledged.
    pub fixes: u64,
    pub latencies: Vec<Duration>,
}

/// Speaks for one device, and listens to itself as the gateway does, so that it knows how long each answer is.
struct Mouth {
    device: Device,
    session: Session,
    serial: u16,
    /// Seconds after [`EPOCH`]; no two positions of a device are of the same.
    second: u32,
}

/// One thing to send.
struct Parcel {
    bytes: Vec<u8>,
    answer: usize,
    frames: u64,
    /// Positions in it.
    fixes: u64,
}

/// The last second of which a position was sent, in all runs: each goes on where the one before ended, so that every position
/// is one of its own. Two of a device with the same time would be the same reading, sent twice.
static SECOND: AtomicU32 = AtomicU32::new(0);
/// The first one of all. Long ago: what is kept of a fix does not depend on how fast they are sent.
static EPOCH: LazyLock<Moment> = LazyLock::new(|| SystemClock.now().plus_secs(-200_000));

impl Mouth {
    fn new(device: Device) -> Self {
        let session = Session::new(device.protocol, &Options::default());
        Self { device, session, serial: 0, second: SECOND.load(Ordering::Relaxed) }
    }

    fn heard(&mut self, bytes: &[u8], now: Moment) -> usize {
        let mut answer = 0;
        self.session.feed(bytes, now, &mut |reading| answer += reading.reply.len());
        answer
    }

    fn login(&mut self, now: Moment) -> Parcel {
        let bytes = speak::login(self.device.protocol, &self.device.number, now, 1);
        let answer = self.heard(&bytes, now);
        Parcel { bytes, answer, frames: 1, fixes: 0 }
    }

    /// A position; with a sign of life behind it where the protocol acknowledges no position.
    fn next(&mut self, now: Moment) -> Parcel {
        let Device { number, protocol } = self.device;
        self.serial = self.serial.wrapping_add(1);
        self.second += 1;
        SECOND.fetch_max(self.second, Ordering::Relaxed);
        let fix = Fix {
            time: Some(EPOCH.plus_secs(i64::from(self.second))),
            lat: 30.91 + f64::from(self.serial % 100) / 1e5,
            lon: 121.47,
            valid: true,
            speed_kmh: Some(3.0),
            course: Some(90.0),
            satellites: Some(9),
            battery_pct: Some(80),
            ..Fix::default()
        };
        let mut bytes = speak::fix(protocol, &number, &fix, self.serial);
        let mut answer = self.heard(&bytes, now);
        let mut frames = 1;
        if answer == 0 {
            let alive = speak::heartbeat(protocol, &number, now, 80, self.serial);
            answer = self.heard(&alive, now);
            bytes.extend(alive);
            frames = 2;
        }
        Parcel { bytes, answer, frames, fixes: 1 }
    }
}

/// The number as the gateway reads it: some protocols pad it on the way.
pub(super) fn read_as(device: Device) -> Option<DeviceId> {
    let mut mouth = Mouth::new(device);
    mouth.login(Moment::default());
    mouth.next(Moment::default());
    mouth.session.device()
}

/// Whether a position of this protocol, or the sign of life behind it, is acknowledged.
pub(super) fn acknowledges(protocol: Protocol) -> bool {
    let Some(number) = DeviceId::new("355000000000001") else { return false };
    let mut mouth = Mouth::new(Device { number, protocol });
    mouth.login(Moment::default());
    mouth.next(Moment::default()).answer > 0
}

/// All devices at once, on a thread of their own.
pub(super) fn run(
    devices: &[Device],
    port: &dyn Fn(Protocol) -> SocketAddr,
    plan: Plan,
    answer: Answer,
) -> anyhow::Result<Sent> {
    let runtime = peers::runtime("bench-load")?;
    let devices: Vec<(Device, SocketAddr)> = devices.iter().map(|d| (*d, port(d.protocol))).collect();
    let all = runtime.block_on(runtime.spawn(async move {
        let count = u32::try_from(devices.len()).unwrap_or(u32::MAX).max(1);
        let every = Duration::from_secs(1) * count / plan.rate.max(1);
        let begin = Instant::now() + Duration::from_millis(500);
        let mut tasks = tokio::task::JoinSet::new();
        for (n, (device, address)) in (0_u32..).zip(devices) {
            let start = begin + every * n / count;
            tasks.spawn(one(device, address, (start, every, begin + plan.time), answer));
        }
        let mut all = Sent::default();
        while let Some(done) = tasks.join_next().await {
            let sent = done??;
            all.frames += sent.frames;
            all.fixes += sent.fixes;
            all.latencies.extend(sent.latencies);
        }
        anyhow::Ok(all)
    }))?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    all
}

async fn one(
    device: Device,
    address: SocketAddr,
    (start, every, end): (Instant, Duration, Instant),
    answer: Answer,
) -> anyhow::Result<Sent> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("calling {address}"))?;
    stream.set_nodelay(true)?;
    let (mut mouth, mut back, mut sent) = (Mouth::new(device), vec![0; 4_096], Sent::default());
    if answer == Answer::Mqtt {
        stream.write_all(&peers::mqtt_connect(device.number.as_str())).await?;
        stream.read_exact(back.get_mut(..4).unwrap_or_default()).await?;
    }
    let mut next = start;
    let mut parcel = mouth.login(SystemClock.now());
    loop {
        sleep_until(next).await;
        let at = Instant::now();
        if at >= end {
            return Ok(sent);
        }
        let (bytes, len) = match answer {
            Answer::Echo => (std::mem::take(&mut parcel.bytes), None),
            Answer::Protocol => (std::mem::take(&mut parcel.bytes), Some(parcel.answer)),
            Answer::Mqtt => (peers::mqtt_publish(&parcel.bytes), Some(4)),
        };
        stream.write_all(&bytes).await?;
        let wanted = back.get_mut(..len.unwrap_or(bytes.len())).context("a long answer")?;
        let came = timeout(Duration::from_secs(20), stream.read_exact(wanted)).await;
        came.with_context(|| format!("no answer to a frame of {}", device.protocol.name()))??;
        sent.latencies.push(at.elapsed());
        // Only what was acknowledged counts.
        sent.frames += parcel.frames;
        sent.fixes += parcel.fixes;
        next += every;
        parcel = mouth.next(SystemClock.now());
    }
}

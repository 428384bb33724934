//! What an idle connection takes: many of them from processes of their own, so that only the gateway's end counts.

use super::super::measure::rss_mb;
use anyhow::Context as _;
use serde::Serialize;
use std::io::{Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use trackers::{DeviceId, Protocol, speak};

/// Files that this process has open beside the idle connections: the database, the segment file, those who call in.
const BESIDE: u64 = 150;
/// Connections that one process at the other end holds.
const EACH: u32 = 8_000;

#[derive(Debug, Serialize)]
pub(super) struct Idle {
    /// How many were asked for; the limit of open files may allow fewer.
    pub wanted: u32,
    pub open_files: u64,
    pub connections: usize,
    pub before_mb: f64,
    pub after_mb: f64,
    pub bytes_each: f64,
}

/// Opens them, has each say half a frame and the rest of it, and compares the memory of this process.
pub(super) fn measure(address: SocketAddr, wanted: u32, open: impl Fn() -> usize) -> anyhow::Result<Idle> {
    let open_files = gateway::open_files();
    let count = wanted.min(u32::try_from(open_files.saturating_sub(BESIDE)).unwrap_or(u32::MAX));
    let before_mb = rss_mb("VmRSS");
    let begun = open();
    let mut others = Vec::new();
    while others.len() * (EACH as usize) < count as usize {
        let first = others.len() as u32 * EACH;
        others.push(Other::start(address, first, EACH.min(count - first))?);
    }
    let ready: Vec<_> = others.iter_mut().map(Other::ready).collect();
    let begin = Instant::now();
    while open() < begun + count as usize && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (connections, after_mb) = (open().saturating_sub(begun), rss_mb("VmRSS"));
    drop(others);
    ready.into_iter().collect::<anyhow::Result<()>>()?;
    let bytes_each = (after_mb - before_mb) * 1_048_576.0 / connections.max(1) as f64;
    Ok(Idle { wanted, open_files, connections, before_mb, after_mb, bytes_each })
}

/// A process at the other end; it ends with its input.
struct Other(Child);

impl Other {
    fn start(address: SocketAddr, first: u32, count: u32) -> anyhow::Result<Self> {
        let (address, first, count) = (address.to_string(), first.to_string(), count.to_string());
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "gateway", "--hold", &address, "--first", &first, "--idle", &count]);
        Ok(Self(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?))
    }

    /// Waits until it has opened its connections.
    fn ready(&mut self) -> anyhow::Result<()> {
        let told = self.0.stdout.as_mut().context("its output")?.read_exact(&mut [0; 1]);
        told.context("the other end could not open its connections; is `ulimit -n` high enough?")
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The other end: opens so many, says so, and holds them until its input ends.
pub(super) fn hold(address: SocketAddr, first: u32, count: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    gateway::open_files();
    let mut all = Vec::new();
    for n in first..first + count {
        let mut stream = TcpStream::connect(address).with_context(|| format!("connection {n}"))?;
        let number = DeviceId::new(&format!("88{n:08}")).context("a number")?;
        // In two parts: a session that had to keep half a frame has had its buffer.
        let frame = speak::login(Protocol::Watch, &number, kernel::Moment::default(), 0);
        let (front, back) = frame.split_at(frame.len() / 2);
        stream.write_all(front)?;
        stream.write_all(back)?;
        all.push(stream);
    }
    out.write_all(b".")?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(all);
    Ok(())
}

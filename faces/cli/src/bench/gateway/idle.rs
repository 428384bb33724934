//! What an idle connection takes: many of them from a process of their own, so that only the gateway's end counts.

use super::super::measure::rss_mb;
use anyhow::Context as _;
use serde::Serialize;
use std::io::{Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use trackers::{DeviceId, Protocol, speak};

#[derive(Debug, Serialize)]
pub(super) struct Idle {
    pub connections: usize,
    pub before_mb: f64,
    pub after_mb: f64,
    pub bytes_each: f64,
}

/// Opens them, has each say half a frame and the rest of it, and compares the memory of this process.
pub(super) fn measure(address: SocketAddr, count: u32, open: impl Fn() -> usize) -> anyhow::Result<Idle> {
    let before_mb = rss_mb("VmRSS");
    let begun = open();
    let program = std::env::current_exe()?;
    let mut other = Command::new(program)
        .args(["bench", "gateway", "--hold", &address.to_string(), "--idle", &count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut told = [0; 1];
    let ready = other.stdout.as_mut().context("its output")?.read_exact(&mut told);
    let begin = Instant::now();
    while ready.is_ok() && open() < begun + count as usize && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (connections, after_mb) = (open().saturating_sub(begun), rss_mb("VmRSS"));
    drop(other.stdin.take());
    other.wait()?;
    ready.context("the other end could not open its connections; is `ulimit -n` high enough?")?;
    let bytes_each = (after_mb - before_mb) * 1_048_576.0 / connections.max(1) as f64;
    Ok(Idle { connections, before_mb, after_mb, bytes_each })
}

/// The other end: opens so many, says so, and holds them until its input ends.
pub(super) fn hold(address: SocketAddr, count: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for n in 0..count {
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

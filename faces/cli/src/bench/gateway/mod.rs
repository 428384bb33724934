//! `mulin bench gateway`: what a frame costs until the device hears that it arrived, beside a bare echo of the same frames in the same run,
//! and what the worker behind it costs; how fast the acknowledgement comes; what an idle connection takes.
//!
//! The gateway is a whole one: sockets, decoders, the consent gate read from a database, the segment file, and the worker that takes in what
//! stands there. Devices send one frame after the other at a steady rate, so each frame pays for being woken up; so does the
//! echo. Processor time is the kernel's count for the threads of each part.

mod callers;
pub(super) mod cpu;
mod idle;
mod peers;
mod town;

use super::machine;
use super::measure::Measured;
use super::with_dir;
use clap::Args;
use gateway::segment::waits;
use gateway::{Gateway, Settings};
use serde::Serialize;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use store::{Keys, Runtime};

#[derive(Debug, Args)]
pub struct GatewayArgs {
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Frames a second
    #[arg(long, default_value_t = 5_000)]
    pub rate: u32,
    /// Devices, each with a connection
    #[arg(long, default_value_t = 500)]
    pub connections: u32,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// Idle connections whose memory is measured; as many as the limit of open files allows
    #[arg(long, default_value_t = 5_000)]
    pub idle: u32,
    /// The other end of idle connections, in a process of its own
    #[arg(long, hide = true)]
    pub hold: Option<SocketAddr>,
    /// Number of its first device
    #[arg(long, hide = true, default_value_t = 0)]
    pub first: u32,
}

#[derive(Debug, Serialize)]
struct Report {
    machine: String,
    connections: u32,
    rate: u32,
    /// Microseconds of processor time for each frame.
    echo_us: f64,
    acknowledged_us: f64,
    ratio: f64,
    /// Of the worker and the database behind it, until the position is in its table.
    taken_in_us: f64,
    mosquitto_us: Option<f64>,
    frames: u64,
    /// Positions that were acknowledged; as many stand in their tables, else the benchmark fails.
    positions: u64,
    /// Milliseconds from the frame to its acknowledgement.
    latencies: Vec<Measured>,
    idle: Option<idle::Idle>,
}

pub(super) fn run(
    args: &GatewayArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if let Some(address) = args.hold {
        return idle::hold(address, args.first, args.idle, out);
    }
    let none: Option<PathBuf> = None;
    let report = with_dir(none.as_ref(), |dir| measure(args, open, dir))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        return Ok(writeln!(out)?);
    }
    table(&report, out)
}

fn measure(
    args: &GatewayArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    dir: &Path,
) -> anyhow::Result<Report> {
    let rt = open(&format!("sqlite:{}", dir.join("bench.db").display()), Keys::generate(&kernel::OsIds))?;
    let callers = town::fill(&rt, args.connections)?;
    let plan = callers::Plan { rate: args.rate, time: Duration::from_secs(args.seconds) };
    // Each of them once without counting: files are made, pages are touched.
    let warm = callers::Plan { rate: args.rate, time: Duration::from_secs(1) };

    let echo = peers::Echo::start()?;
    let ports = |_| echo.address();
    callers::run(&callers, &ports, warm, callers::Answer::Echo)?;
    let (before, begin) = (cpu::of("bench-echo"), cpu::process());
    let echoed = callers::run(&callers, &ports, plan, callers::Answer::Echo)?;
    let echo_us = micros(cpu::of("bench-echo").saturating_sub(before), echoed.frames);
    anyhow::ensure!(cpu::process() > begin, "this machine does not count processor time");
    drop(echo);

    let spool = dir.join("spool");
    let server = peers::runtime("bench-gateway")?;
    let gateway = server.block_on(Gateway::of_district(&rt, town::DISTRICT, settings(dir, args)))?;
    let ports = |protocol| {
        let found = gateway.listening().iter().find(|l| l.protocol == protocol);
        found.map_or(SocketAddr::from(([127, 0, 0, 1], 0)), |l| l.address)
    };
    callers::run(&callers, &ports, warm, callers::Answer::Protocol)?;
    settle(&spool)?;
    let warmed = town::kept(&rt)?;
    let front = || cpu::of("bench-gateway") + cpu::of("gateway-sync");
    let behind = || cpu::process().saturating_sub(front()).saturating_sub(cpu::of("bench-load"));
    let (before, rest) = (front(), behind());
    let sent = callers::run(&callers, &ports, plan, callers::Answer::Protocol)?;
    let acknowledged_us = micros(front().saturating_sub(before), sent.frames);
    settle(&spool)?;
    let taken_in_us = micros(behind().saturating_sub(rest), sent.frames);
    let kept = town::kept(&rt)? - warmed;
    // A limit of the gateway may have left something unacknowledged; nothing that was acknowledged may be missing.
    anyhow::ensure!(
        kept == sent.fixes,
        "{} positions were acknowledged in the measured run, and {kept} stand in their tables",
        sent.fixes
    );

    let watch = ports(trackers::Protocol::Watch);
    let idle = (args.idle > 0).then(|| idle::measure(watch, args.idle, || gateway.connections())).transpose()?;
    server.block_on(gateway.stop());
    let mosquitto_us = peers::mosquitto(dir, &callers, warm, plan)?;
    Ok(Report {
        machine: machine(),
        connections: args.connections,
        rate: args.rate,
        echo_us,
        acknowledged_us,
        ratio: acknowledged_us / echo_us,
        taken_in_us,
        mosquitto_us,
        frames: sent.frames,
        positions: kept,
        latencies: vec![Measured::of("echo", echoed.latencies), Measured::of("acknowledged", sent.latencies)],
        idle,
    })
}

/// Everything from one address, as fast as it likes.
fn settings(dir: &Path, args: &GatewayArgs) -> Settings {
    let many = args.connections.saturating_add(args.idle).saturating_mul(2).max(1_000);
    Settings {
        bind: "127.0.0.1".to_owned(),
        free_ports: true,
        spool: dir.join("spool"),
        connections: many as usize,
        strangers: many as usize,
        connections_per_address: many,
        arrivals_per_address: 1_000_000,
        frames_per_device: 10_000,
        idle_secs: 3_600,
        first_frame_secs: 600,
        ..Settings::default()
    }
}

fn micros(time: Duration, frames: u64) -> f64 {
    time.as_secs_f64() * 1e6 / frames.max(1) as f64
}

/// Waits until the worker has taken in everything that stands in the segment file.
fn settle(spool: &Path) -> anyhow::Result<()> {
    let begin = Instant::now();
    while waits(spool)? {
        anyhow::ensure!(begin.elapsed() < Duration::from_secs(600), "the worker does not come to an end");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn table(r: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{} devices, {} frames a second ({})", r.connections, r.rate, r.machine)?;
    writeln!(out, "microseconds of processor time for each of {} frames:", r.frames)?;
    writeln!(out, "  bare echo                    {:6.2}", r.echo_us)?;
    writeln!(out, "  gateway, to acknowledgement  {:6.2}   {:.2} × the echo", r.acknowledged_us, r.ratio)?;
    if let Some(mosquitto) = r.mosquitto_us {
        writeln!(out, "  mosquitto, QoS 1             {mosquitto:6.2}")?;
    }
    writeln!(out, "  behind it, until taken in    {:6.2}   all of {} positions", r.taken_in_us, r.positions)?;
    for f in &r.latencies {
        writeln!(out, "{:14} p50 {:6.2} ms, p99 {:6.2} ms, worst {:6.2} ms", f.name, f.p50, f.p99, f.worst)?;
    }
    if let Some(idle) = &r.idle {
        let idle::Idle { wanted, open_files, connections, bytes_each, .. } = idle;
        let of = format!("of {wanted} that were asked for, at most {open_files} open files");
        writeln!(out, "{connections} idle connections ({of}): {bytes_each:.0} bytes each")?;
    }
    Ok(())
}

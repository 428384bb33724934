//! `mulin simulate locators`: devices that are not there, at a gateway that is.

use super::crowd::{Call, Crowd, Pace};
use super::device::Make;
use super::ids::{MIX, invented};
use super::town::Town;
use crate::SEED;
use anyhow::{Context as _, bail, ensure};
use kernel::{Clock as _, Datum, Moment, SystemClock};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Instant;
use trackers::{DeviceId, Protocol};

/// Things that are not there, for trying out what is.
#[derive(Debug, clap::Subcommand)]
pub enum Simulate {
    /// Elders with locators: they walk, their devices call a gateway; at the end, what was acknowledged and how fast.
    Locators(Box<Args>),
}

/// Options of `mulin simulate locators`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many devices; with --links at most as many as the demo has.
    #[arg(long, default_value_t = 60, value_name = "N")]
    pub devices: usize,
    /// How many minutes of their lives.
    #[arg(long, default_value_t = 10.0, value_name = "M")]
    pub minutes: f64,
    /// Decides everything about the elders and their devices.
    #[arg(long, default_value_t = SEED, value_name = "N")]
    pub seed: u64,
    /// So many minutes of theirs in one of ours. Their clocks end at the present.
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub speed: f64,
    /// Where they walk: a file of OpenStreetMap, PBF or XML; without one, the invented district.
    #[arg(long, value_name = "FILE")]
    pub streets: Option<PathBuf>,
    /// The machine of the gateway.
    #[arg(long, default_value = "127.0.0.1", value_name = "HOST", conflicts_with = "links")]
    pub host: String,
    /// A port other than the trade's: watch=15093; as often as needed.
    #[arg(long = "port", value_name = "PROTOCOL=PORT", value_parser = port, conflicts_with = "links")]
    pub ports: Vec<(Protocol, u16)>,
    /// Only these protocols: watch,gt06,jt808,h02,tk103,osmand,owntracks.
    #[arg(long, value_name = "PROTOCOL", value_delimiter = ',', value_parser = protocol)]
    pub only: Vec<Protocol>,
    /// Devices and ports of a running demo: the file that `mulin demo --links` wrote.
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,
    /// The report as JSON.
    #[arg(long)]
    pub json: bool,
}

fn protocol(text: &str) -> Result<Protocol, String> {
    let known: Vec<&str> = MIX_NAMES.to_vec();
    let found = Protocol::parse(text).filter(|p| known.contains(&p.name()));
    found.ok_or_else(|| format!("no device here speaks {text}; there are {}", known.join(", ")))
}

const MIX_NAMES: [&str; 7] = ["watch", "gt06", "jt808", "h02", "tk103", "osmand", "owntracks"];

fn port(text: &str) -> Result<(Protocol, u16), String> {
    let (name, port) = text.split_once('=').ok_or("write PROTOCOL=PORT, for example watch=15093")?;
    let port = port.parse().map_err(|_| format!("{port} is no port: a number up to 65535"))?;
    Ok((protocol(name)?, port))
}

/// The part of the links file that is read here.
#[derive(Debug, Deserialize)]
struct Links {
    base: String,
    gateway: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    protocol: String,
    port: u16,
    device: String,
    datum: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read or an option makes no sense. Frames that were not acknowledged are told in the report.
pub fn run(command: &Simulate, out: &mut dyn Write) -> anyhow::Result<()> {
    let Simulate::Locators(args) = command;
    ensure!(args.devices > 0, "--devices 0: at least one has to be there");
    ensure!(args.minutes > 0.0 && args.minutes < 1e6, "--minutes {}: between 0 and a million", args.minutes);
    ensure!(args.speed > 0.0 && args.speed <= 10_000.0, "--speed {}: between 0 and 10,000", args.speed);
    let calls = calls(args)?;
    let town = match &args.streets {
        Some(path) => {
            let file = File::open(path).with_context(|| path.display().to_string())?;
            Town::read(BufReader::new(file), args.seed).with_context(|| path.display().to_string())?
        }
        None => Town::invented(args.seed)?,
    };
    // The last thing they say is said now.
    let lived = (args.minutes * 60.0).max(1.0);
    let end = Moment::from_micros(SystemClock.now().micros() + (lived / args.speed * 1e6) as i64);
    let pace = Pace { start: Moment::from_micros(end.micros() - (lived * 1e6) as i64), speed: args.speed };
    let mut crowd = Crowd::new(&town, args.seed, &calls, pace.start);
    ensure!(!crowd.is_empty(), "nobody can walk on these streets: the file holds no connected ways for people on foot");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let begin = Instant::now();
    runtime.block_on(crowd.run(pace, end));
    let (tally, seconds) = (crowd.tally(), begin.elapsed().as_secs_f64());
    if args.json {
        writeln!(out, "{}", tally.json(crowd.len(), seconds))?;
    } else {
        tally.tell(crowd.len(), seconds, out)?;
    }
    ensure!(tally.acknowledged > 0 || tally.failed() == 0, "the gateway acknowledged nothing");
    Ok(())
}

fn calls(args: &Args) -> anyhow::Result<Vec<Call>> {
    let wanted = |p: &Protocol| args.only.is_empty() || args.only.contains(p);
    let Some(path) = &args.links else {
        let mix: Vec<Protocol> = MIX.into_iter().filter(wanted).collect();
        let mut hosts = Vec::new();
        for protocol in &mix {
            let port = args.ports.iter().rev().find(|(p, _)| p == protocol).map_or(protocol.port(), |(_, port)| *port);
            hosts.push((*protocol, resolve(&args.host, port)?));
        }
        let call = |(n, (protocol, to)): (usize, &(Protocol, SocketAddr))| {
            let id = invented(*protocol, n as u32)?;
            Some(Call { id, make: Make { protocol: *protocol, datum: Datum::Wgs84 }, to: *to })
        };
        return Ok(hosts.iter().cycle().take(args.devices).enumerate().filter_map(call).collect());
    };
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    let links: Links = serde_json::from_slice(&text)
        .with_context(|| format!("{} is no links file; `mulin demo --links FILE` writes one", path.display()))?;
    let host = links.base.rsplit("//").next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let mut calls = Vec::new();
    for entry in &links.gateway {
        let Some(protocol) = Protocol::parse(&entry.protocol).filter(wanted) else { continue };
        let Some(id) = DeviceId::new(&entry.device) else {
            bail!("{}: a device has no number that a frame can carry", path.display());
        };
        let datum = entry.datum.as_deref().map_or(Ok(Datum::Wgs84), str::parse)?;
        calls.push(Call { id, make: Make { protocol, datum }, to: resolve(host, entry.port)? });
    }
    ensure!(!calls.is_empty(), "{} names no device of a gateway that is wanted here", path.display());
    calls.truncate(args.devices);
    Ok(calls)
}

fn resolve(host: &str, port: u16) -> anyhow::Result<SocketAddr> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = (host, port).to_socket_addrs().with_context(|| format!("--host {host}"))?.next();
    found.with_context(|| format!("--host {host} has no address"))
}

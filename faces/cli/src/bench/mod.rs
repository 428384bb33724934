//! `mulin bench loop`: the figures of docs/performance.md. Use cases in process, each through the whole of
//! authorisation, SQL, decryption and log; HTML and network are not part of it.

mod audit;
mod chance;
mod coverage;
mod fill;
mod gateway;
mod ground;
mod measure;
pub mod pages;
mod places;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use measure::Measured;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use store::{Keys, Runtime};

/// Benchmarks.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The closed loop: list, detail, map, search, raise, rule change
    Loop(LoopArgs),
    /// The log: filling, sealing, verifying, and what it costs a page
    Audit(audit::AuditArgs),
    /// The search of places: half a million doors, asked for in every way
    Places(places::PlacesArgs),
    /// The check that police areas leave no gap and do not overlap
    Coverage(coverage::CoverageArgs),
    /// Locators: a frame to its acknowledgement beside a bare echo, what stands behind it, idle connections
    Gateway(gateway::GatewayArgs),
}

#[derive(Debug, Args)]
pub struct LoopArgs {
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Matters in the database; one of ten is open
    #[arg(long, default_value_t = 1_000_000)]
    pub matters: usize,
    /// Callers that raise at the same time
    #[arg(long, default_value_t = 64)]
    pub callers: usize,
    /// An empty database, or one that an earlier run filled (sqlite:FILE or postgres://…)
    #[arg(long)]
    pub database: Option<String>,
    /// Folder in which the database stays for the next run; without it a folder is made and removed
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Times each reading is repeated
    #[arg(long, default_value_t = 400)]
    pub repeat: usize,
    /// Seconds of raising with all callers
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
}

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct Report {
    pub database: &'static str,
    pub matters: usize,
    pub open: usize,
    pub callers: usize,
    pub machine: String,
    pub fill_s: f64,
    /// Milliseconds.
    pub figures: Vec<Measured>,
    pub raises_per_s: f64,
    pub recompute_s: f64,
    pub recomputed: usize,
    pub rss_mb: f64,
    pub peak_rss_mb: f64,
}

/// Runs a benchmark; `open` opens a database by URL with keys and brings its schema up to date.
pub fn run(
    command: &Bench,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let args = match command {
        Bench::Loop(args) => args,
        Bench::Audit(args) => return audit::run(args, open, out),
        Bench::Places(args) => return places::run(args, open, out),
        Bench::Coverage(args) => return coverage::run(args, out),
        Bench::Gateway(args) => return gateway::run(args, open, out),
    };
    let report = with_dir(args.keep.as_ref(), |dir| in_dir(args, open, dir))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
    } else {
        table(&report, out)?;
    }
    Ok(())
}

/// Runs `f` in a folder that stays, or in one that is made and removed.
pub fn with_dir<T>(keep: Option<&PathBuf>, f: impl FnOnce(&Path) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let own = std::env::temp_dir().join(format!("mulin-bench-{}", std::process::id()));
    let dir = keep.cloned().unwrap_or_else(|| own.clone());
    std::fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
    let done = f(&dir);
    if keep.is_none() {
        let _ = std::fs::remove_dir_all(&own);
    }
    done
}

fn in_dir(args: &LoopArgs, open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>, dir: &Path) -> anyhow::Result<Report> {
    let file = dir.join("bench.keys");
    if !file.exists() {
        Keys::generate(&kernel::OsIds).save_new(&file)?;
    }
    let url = args.database.clone().unwrap_or_else(|| format!("sqlite:{}", dir.join("bench.db").display()));
    let rt = open(&url, Keys::load(&file)?)?;
    let started = std::time::Instant::now();
    let ground = ground::prepare(&rt)?;
    fill::fill(&rt, &ground, args.matters)?;
    let fill_s = started.elapsed().as_secs_f64();
    let (open_ones, _) = fill::split(args.matters);
    let figures = measure::readings(&rt, &ground, args.repeat)?;
    let resting = measure::rss_mb("VmRSS");
    let mut report = Report {
        database: rt.database_kind(),
        matters: args.matters,
        open: open_ones,
        callers: args.callers,
        machine: machine(),
        fill_s,
        figures,
        raises_per_s: 0.0,
        recompute_s: 0.0,
        recomputed: 0,
        rss_mb: resting,
        peak_rss_mb: 0.0,
    };
    (report.recomputed, report.recompute_s) = measure::recompute(&rt, &ground)?;
    report.figures.push(measure::raise_alone(&rt, &ground, args.repeat)?);
    report.raises_per_s = measure::raises_per_s(&rt, &ground, args.callers, args.seconds)?;
    report.peak_rss_mb = measure::rss_mb("VmHWM");
    Ok(report)
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split(':').nth(1));
    format!("{cpus} × {}", model.map_or("unknown processor", str::trim))
}

fn table(r: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{} matters, {} open, on {} ({}); filled in {:.0} s",
        r.matters, r.open, r.database, r.machine, r.fill_s
    )?;
    writeln!(out, "{:24} {:>8} {:>8} {:>8} {:>8}   milliseconds", "", "p50", "p95", "p99", "worst")?;
    for f in &r.figures {
        writeln!(out, "{:24} {:8.2} {:8.2} {:8.2} {:8.2}", f.name, f.p50, f.p95, f.p99, f.worst)?;
    }
    writeln!(out, "raised per second by {} callers: {:.0}", r.callers, r.raises_per_s)?;
    writeln!(out, "rule change: {} clocks in {:.1} s", r.recomputed, r.recompute_s)?;
    writeln!(out, "memory: {:.0} MB after reading, {:.0} MB at most", r.rss_mb, r.peak_rss_mb)
}

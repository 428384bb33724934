//! `mulin bench audit`: fills a log and verifies it, and takes the cost that authorisation and audit add to a page.

use super::measure::{Measured, rss_mb};
use super::{machine, with_dir};
use anyhow::Context as _;
use clap::Args;
use kernel::ids::{AccountId, AreaId, DistrictId, MatterId, SeatId};
use kernel::{Actor, Grant, Purpose, Role};
use people::policy::{Action, MatterFacts, ResourceFacts, require};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use store::chain::{self, Against, Algorithm};
use store::{Keys, Runtime, Who};
use uuid::Uuid;

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Entries of the log; one of five is a read
    #[arg(long, default_value_t = 1_000_000)]
    pub entries: u64,
    /// Hash of the log
    #[arg(long, default_value = "sha256", value_parser = crate::audit::hash_named)]
    pub hash: Algorithm,
    /// An empty database (sqlite:FILE or postgres://…); without it one is made and removed
    #[arg(long)]
    pub database: Option<String>,
    /// Times each reading is repeated
    #[arg(long, default_value_t = 400)]
    pub repeat: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    database: &'static str,
    machine: String,
    hash: &'static str,
    entries: u64,
    blocks: u64,
    fill_s: f64,
    seal_s: f64,
    verify_s: f64,
    /// Milliseconds; the sum of both is what a page pays.
    overhead: Vec<Measured>,
    peak_rss_mb: f64,
}

const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(9));
/// Entries written in one transaction.
const CHUNK: u64 = 10_000;

pub(super) fn run(
    args: &AuditArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let none: Option<PathBuf> = None;
    let r = with_dir(none.as_ref(), |dir| measure(args, open, dir))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &r)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{} entries in {} blocks on {} ({}), {}", r.entries, r.blocks, r.database, r.machine, r.hash)?;
    writeln!(out, "filled in {:.1} s, sealed in {:.2} s, verified in {:.2} s", r.fill_s, r.seal_s, r.verify_s)?;
    for f in &r.overhead {
        writeln!(out, "{:24} p50 {:.4} ms, p95 {:.4} ms", f.name, f.p50, f.p95)?;
    }
    writeln!(out, "memory: {:.0} MB at most", r.peak_rss_mb)?;
    Ok(())
}

fn measure(
    args: &AuditArgs,
    open: &dyn Fn(&str, Keys) -> anyhow::Result<Runtime>,
    dir: &Path,
) -> anyhow::Result<Report> {
    let url = args.database.clone().unwrap_or_else(|| format!("sqlite:{}", dir.join("bench.db").display()));
    let rt = open(&url, Keys::generate(&kernel::OsIds))?;
    let who = || Who::system(DISTRICT, "bench");
    let hash = args.hash;
    rt.write_now(who(), move |cx| chain::set_algorithm(cx, hash))?;
    let started = Instant::now();
    let mut done = 0;
    while done < args.entries {
        let (from, to) = (done, (done + CHUNK).min(args.entries));
        rt.write_now(who(), move |cx| (from..to).try_for_each(|i| entry(cx, i)))?;
        done = to;
    }
    let fill_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    chain::seal_now(&rt, DISTRICT)?;
    let seal_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let report = chain::verify(&rt, DISTRICT, &Against::default(), &|_| ())?;
    let verify_s = started.elapsed().as_secs_f64();
    anyhow::ensure!(report.broken().is_none(), "a log that nobody touched does not verify");
    let overhead = vec![authorise(args.repeat).context("authorising")?, one_reading(&rt, args.repeat)?];
    Ok(Report {
        database: rt.database_kind(),
        machine: machine(),
        hash: args.hash.code(),
        entries: report.entries,
        blocks: report.blocks,
        fill_s,
        seal_s,
        verify_s,
        overhead,
        peak_rss_mb: rss_mb("VmHWM"),
    })
}

/// Entries as long as those of a district.
fn entry(cx: &mut store::Cx<'_>, i: u64) -> Result<(), store::Error> {
    let subject = Uuid::from_u128(u128::from(i / 7));
    if i % 5 == 4 {
        return cx.record_read("raiser", subject, &["name", "phone", "address"]);
    }
    let payload = serde_json::json!({
        "v": i % 9, "from": "accepted", "to": "in_progress", "owner": subject, "owner_seat": subject, "via": "holder",
        "note": "4f2a9c0177de0b124f2a9c0177de0b12"
    });
    cx.record("matter.start", "matter", subject, &payload)
}

/// A hundred decisions, of which the mean is one time: a single one is shorter than the clock's step.
fn authorise(repeat: usize) -> anyhow::Result<Measured> {
    let id = |n| Uuid::from_u128(n);
    let grant = Grant {
        seat: SeatId(id(1)),
        role: Role::CommunityOfficer,
        org: None,
        area: Some(AreaId(id(2))),
        post: None,
        deputy: false,
        until: None,
    };
    let actor = Actor::account(DISTRICT, AccountId(id(3)), vec![grant]);
    let matter = MatterId(id(4));
    let facts = ResourceFacts::Matter(MatterFacts {
        id: matter,
        areas: (2..7).map(|n| AreaId(id(n))).collect(),
        posts: Vec::new(),
        orgs: Vec::new(),
        owner_seat: None,
        owner: AccountId(id(8)),
        handlers: Vec::new(),
        about_accounts: Vec::new(),
        about_orgs: Vec::new(),
        open: true,
    });
    let mut times = Vec::with_capacity(repeat);
    for _ in 0..repeat {
        let started = Instant::now();
        for _ in 0..100 {
            require(&actor, Purpose::Matter(matter), Action::ViewMatter, std::hint::black_box(&facts))?;
        }
        times.push(started.elapsed() / 100);
    }
    Ok(Measured::of("authorise", times))
}

/// One entry of the log of reading, durable before the page is answered.
fn one_reading(rt: &Runtime, repeat: usize) -> anyhow::Result<Measured> {
    let mut times = Vec::with_capacity(repeat);
    for i in 0..repeat {
        let subject = Uuid::from_u128(i as u128);
        let started = Instant::now();
        rt.read_now(Who::system(DISTRICT, "bench"), move |cx| cx.record_read("matter", subject, &["texts"]))?;
        times.push(started.elapsed());
    }
    Ok(Measured::of("log one reading, durable", times))
}

//! `mulin exchange …`: work orders of a municipal hotline (12345) come in as matters, and how they stand goes back. Files in
//! both directions, because hotlines differ in everything but that; what their columns mean stands in a map file.

mod take;

use crate::{Env, districts};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use kernel::{Datum, Moment, time};
use matters::app::{Exchanged, exchanged};
use serde_json::json;
use std::path::PathBuf;

pub use take::{Taken, run as take};

/// What the other system is called in our keys, unless --system says otherwise.
const SYSTEM: &str = "12345";

/// Exchange of work orders with a municipal hotline.
#[derive(Debug, Subcommand)]
pub enum Exchange {
    /// Work orders in: each becomes a matter, once; the file is taken whole or not at all
    In(InArgs),
    /// How they stand: everything that changed since an instant, as CSV or JSON on standard output
    Out(OutArgs),
}

#[derive(Debug, Args)]
pub struct InArgs {
    /// .json (a list of objects), .csv, .csv.gz or .xlsx
    pub file: PathBuf,
    /// What the columns and words mean (TOML); docs/examples/hotline.toml explains every line
    #[arg(long)]
    pub map: PathBuf,
    /// What the coordinates refer to, when the map file does not say
    #[arg(long, value_name = "wgs84|gcj02|bd09|cgcs2000")]
    pub datum: Option<Datum>,
    /// Short name of the other system
    #[arg(long, default_value = SYSTEM)]
    pub system: String,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct OutArgs {
    /// From when: 2026-06-29T00:00:00+08:00
    #[arg(long)]
    pub since: String,
    /// JSON instead of CSV
    #[arg(long)]
    pub json: bool,
    /// Short name of the other system
    #[arg(long, default_value = SYSTEM)]
    pub system: String,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
}

/// Runs one direction.
pub fn run(env: &mut Env<'_>, command: &Exchange) -> anyhow::Result<()> {
    match command {
        Exchange::In(args) => take(env, args).map(drop),
        Exchange::Out(args) => give(env, args),
    }
}

fn checked(system: &str) -> anyhow::Result<()> {
    let fine =
        !system.is_empty() && system.len() <= 20 && system.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    anyhow::ensure!(fine, "--system is a short name of letters, digits and dashes");
    Ok(())
}

const COLUMNS: [&str; 8] = ["order", "number", "state", "outcome", "changed", "due", "closed", "answer"];

/// Writes how the orders stand.
pub fn give(env: &mut Env<'_>, args: &OutArgs) -> anyhow::Result<()> {
    checked(&args.system)?;
    let since = Moment::parse_rfc3339(&args.since)
        .map_err(|_| crate::WrongUse("--since is an instant such as 2026-06-29T00:00:00+08:00".into()))?;
    let target = districts::existing(env, args.district.as_deref())?;
    let system = args.system.clone();
    let all = env.rt.read_now(target.who(), move |cx| exchanged(cx, &system, since))?;
    if args.json {
        let list: Vec<_> = all.iter().map(object).collect();
        writeln!(env.out, "{}", serde_json::to_string_pretty(&list)?)?;
        return Ok(());
    }
    let mut csv = csv::Writer::from_writer(&mut *env.out);
    csv.write_record(COLUMNS)?;
    for e in &all {
        csv.write_record(cells(e).map(|cell| harmless(&cell)))?;
    }
    csv.flush().context("writing the list")?;
    Ok(())
}

fn wall(at: Moment) -> String {
    at.zoned(&time::shanghai()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn cells(e: &Exchanged) -> [String; 8] {
    [
        e.order.clone(),
        e.number.clone(),
        e.state.code().to_owned(),
        e.outcome.clone().unwrap_or_default(),
        wall(e.changed_at),
        wall(e.due_at),
        e.closed_at.map(wall).unwrap_or_default(),
        e.answer.clone().unwrap_or_default(),
    ]
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn object(e: &Exchanged) -> serde_json::Value {
    json!({
        "order": e.order, "number": e.number, "state": e.state.code(), "outcome": e.outcome,
        "changed": e.changed_at.rfc3339(), "due": e.due_at.rfc3339(), "closed": e.closed_at.map(Moment::rfc3339),
        "answer": e.answer,
    })
}

//! `mulin import matters`: requests that another system has kept until now.
//!
//! The file is read twice: once to find everything that is wrong with it, once to write it. In between nothing is kept
//! of it but its keys, so a long file needs little memory. The rows are filled aside and brought in one transaction, so that
//! `serve` goes on writing: a file that stops half way, a power cut or a kill leaves no matter behind, and the same file
//! again changes nothing. Only a new district and its classes are made before.

mod kinds;
mod plan;

use super::map::MapFile;
use super::problems::{Problems, thousands};
use super::progress::Bar;
use super::table::Table;
use crate::{Env, districts};
use anyhow::Context as _;
use clap::Args;
use kernel::Datum;
use kinds::Kinds;
use matters::app::{IMPORTED, Imported, Importer, OnTime};
use plan::Plan;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use store::Cx;

/// Imports matters that another system has kept until now.
#[derive(Debug, Args)]
pub struct MattersArgs {
    /// .csv, .csv.gz or .xlsx; the first row names the columns
    pub file: PathBuf,
    /// What the columns mean (TOML); docs/examples/boston311.toml explains every line
    #[arg(long)]
    pub map: PathBuf,
    /// What the coordinates refer to, when the map file does not say
    #[arg(long, value_name = "wgs84|gcj02|bd09|cgcs2000")]
    pub datum: Option<Datum>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Import doubtful rows too; they keep a flag
    #[arg(long)]
    pub accept_doubtful: bool,
}

/// What a first reading of the file found.
struct Checked {
    rows: usize,
    doubtful: usize,
    kinds: BTreeSet<String>,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub new: usize,
    pub unchanged: usize,
    /// Here already and different: left as they are.
    pub differs: usize,
    pub doubtful: usize,
    pub classes: usize,
    pub district_made: bool,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &MattersArgs) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let map = MapFile::read(&args.map)?;
    let target = districts::target(env, map.district.as_deref(), map.district_name.as_deref())?;
    let ground = env.rt.read_now(target.who(), places::snapshot)?;
    let mut plan = Plan::new(map.clone(), &Table::open(&args.file)?, args.datum, env.rt.now(), ground)?;
    let checked = check(env, args, &mut plan)?;
    let read_in = started.elapsed();
    writeln!(env.out, "{}: {} rows read in {}", args.file.display(), thousands(checked.rows), seconds(read_in))?;
    if args.dry_run {
        writeln!(env.out, "dry run: {} matters would be imported, nothing was written", thousands(checked.rows))?;
        return Ok(Summary { doubtful: checked.doubtful, ..Summary::default() });
    }
    plan.rewind();
    let bar = Bar::new(checked.rows as u64, "writing");
    let writing = Instant::now();
    let (file, district) = (args.file.clone(), target.clone());
    let ready = env.rt.write_now(target.who(), move |cx| -> anyhow::Result<_> {
        let district_made = district.ensure(cx)?;
        let kinds = kinds::classes_of(cx, &map, &checked.kinds)?;
        Ok((Summary { district_made, classes: kinds.made, ..Summary::default() }, kinds, Importer::begin(cx)?))
    })?;
    let (summary, mut kinds, mut importer) = ready;
    let fill = move |cx: &mut Cx<'_>| -> anyhow::Result<_> {
        let summary = write(cx, &file, &mut plan, &mut kinds, &mut importer, summary, &bar)?;
        bar.done();
        Ok((summary, importer, Instant::now()))
    };
    let bring = |cx: &mut Cx<'_>, (summary, importer, since): (Summary, Importer, Instant)| -> anyhow::Result<_> {
        anyhow::ensure!(
            importer.still_holds(cx)?,
            "classes, seats or the calendar changed while the file was read; no matter was written: run the command again"
        );
        Ok((summary, matters::app::on_time(cx)?, since))
    };
    let (summary, on_time, since) = env.rt.write_aside(&target.who(), IMPORTED, fill, bring)?;
    tell(env, &target.name, summary, on_time, writing.elapsed(), since.elapsed())?;
    Ok(summary)
}

/// Reads every row and refuses the file if it cannot be written.
fn check(env: &mut Env<'_>, args: &MattersArgs, plan: &mut Plan) -> anyhow::Result<Checked> {
    let table = Table::open(&args.file)?;
    let progress = table.progress();
    let bar = Bar::new(progress.total, "checking");
    let mut problems = Problems::default();
    let mut checked = Checked { rows: 0, doubtful: 0, kinds: BTreeSet::new() };
    for record in table {
        let record = record?;
        checked.rows += 1;
        if checked.rows.is_multiple_of(1_000) {
            bar.set(progress.read());
        }
        if plan.read(&record, &mut problems).is_some() && !checked.kinds.contains(plan.kind(&record)) {
            checked.kinds.insert(plan.kind(&record).to_owned());
        }
    }
    checked.doubtful = problems.doubtful.rows;
    bar.done();
    problems.settle(&args.file, args.accept_doubtful, env.out)?;
    Ok(checked)
}

fn write(
    cx: &mut Cx<'_>,
    file: &Path,
    plan: &mut Plan,
    kinds: &mut Kinds,
    importer: &mut Importer,
    mut summary: Summary,
    bar: &Bar,
) -> anyhow::Result<Summary> {
    let mut problems = Problems::default();
    for record in Table::open(file)? {
        let record = record?;
        let changed = || format!("{} changed while it was read: run the command again", file.display());
        let mut matter = plan.read(&record, &mut problems).with_context(changed)?;
        matter.class = kinds.codes.get(plan.kind(&record)).cloned().with_context(changed)?;
        let doubtful = !matter.doubts.is_empty();
        match importer.add(cx, &matter).with_context(|| format!("row {}", record.row))? {
            Imported::New => {
                summary.new += 1;
                summary.doubtful += usize::from(doubtful);
            }
            Imported::Unchanged => summary.unchanged += 1,
            Imported::Differs => summary.differs += 1,
        }
        bar.step();
    }
    Ok(summary)
}

fn tell(
    env: &mut Env<'_>,
    district: &str,
    s: Summary,
    on_time: OnTime,
    took: Duration,
    brought: Duration,
) -> anyhow::Result<()> {
    let out = &mut *env.out;
    if s.district_made {
        writeln!(out, "district “{district}” was made, with a catch-all holder (set a password: mulin account)")?;
    }
    if s.classes > 0 {
        writeln!(out, "{} classes were made", thousands(s.classes))?;
    }
    write!(out, "{} new, {} unchanged", thousands(s.new), thousands(s.unchanged))?;
    if s.differs > 0 {
        write!(out, ", {} differ from what is here and were left as they are", thousands(s.differs))?;
    }
    if s.doubtful > 0 {
        write!(out, ", {} of the new ones flagged as doubtful", thousands(s.doubtful))?;
    }
    let rows = s.new + s.unchanged + s.differs;
    let rate = rows as f64 / took.as_secs_f64().max(0.001);
    writeln!(out, "; {} ({} rows/s)", seconds(took), thousands(rate as usize))?;
    // What others had to wait for.
    writeln!(out, "filled aside, then brought in {}", seconds(brought))?;
    crate::report::write_on_time(out, on_time)?;
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

//! `mulin import matters`: requests that another system has kept until now.
//!
//! The file is read twice: once to find everything that is wrong with it, once to write it. In between nothing is kept
//! of it but its keys, so a long file needs little memory. The rows are filled aside and brought in one transaction, so that
//! `serve` goes on writing: a file that stops half way, a power cut or a kill leaves no matter behind, and the same file
//! again changes nothing. Only a new district and its classes are made before.

mod kinds;
mod on_time;
mod plan;

pub use on_time::write_on_time;

use super::findings::Finding;
use super::map::MapFile;
use super::problems::{Problems, Unfit, thousands, unfit};
use super::progress::Bar;
use super::table::Table;
use super::undo::tell_end;
use crate::districts::{self, Target};
use crate::{Did, Env, Look, Order};
use ::matters::app::{ForeignMatter, IMPORTED, Imported, Importer, OnTime};
use anyhow::Context as _;
use clap::Args;
use kernel::Datum;
use kinds::Kinds;
use places::Snapshot;
use plan::Plan;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Cx, Runtime, Who};

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
    problems: Problems,
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
    let map = MapFile::read(&args.map)?;
    let target = districts::target(env, map.district.as_deref(), map.district_name.as_deref())?;
    let (accept_doubtful, dry_run) = (args.accept_doubtful, args.dry_run);
    let order = Order { file: args.file.clone(), map, datum: args.datum, accept_doubtful, dry_run, draft: None };
    let done = bring(env.rt, target.who(), &target, &order)?;
    done.look.problems.write(env.out)?;
    let (file, rows) = (args.file.display(), thousands(done.look.rows));
    writeln!(env.out, "{file}: {rows} rows read in {}", seconds(done.read_in))?;
    if let Some(written) = &done.written {
        tell(env, &target.name, done.summary, written)?;
    } else {
        let new = thousands(done.look.added);
        writeln!(env.out, "dry run: {new} matters would be imported, nothing was written")?;
    }
    tell_end(env, &done.look, dry_run)?;
    Ok(done.summary)
}

/// What came of a file.
pub struct Done {
    pub look: Look,
    pub summary: Summary,
    /// What a first reading of the whole file took.
    read_in: Duration,
    written: Option<Written>,
}

/// How the writing went.
struct Written {
    on_time: OnTime,
    took: Duration,
    /// What others had to wait for.
    brought: Duration,
}

/// Brings the matters of a file in, or only looks. A map file may name a district that is made for it.
pub fn bring(rt: &Runtime, who: Who, target: &Target, order: &Order) -> anyhow::Result<Done> {
    let started = Instant::now();
    let map = order.map.clone();
    let ground = rt.read_now(who.clone(), places::snapshot)?;
    let mut plan = Plan::new(map.clone(), &Table::open(&order.file)?, order.datum, rt.now(), Arc::clone(&ground))?;
    let checked = check(order, &mut plan)?;
    let read_in = started.elapsed();
    plan.rewind();
    if order.dry_run {
        let look = foresee(rt, who, order, plan, checked, &ground)?;
        let summary = Summary { doubtful: look.problems.doubtful.rows, ..Summary::default() };
        return Ok(Done { look, summary, read_in, written: None });
    }
    let bar = Bar::new(checked.rows as u64, "writing");
    let writing = Instant::now();
    let (file, district, problems) = (order.file.clone(), target.clone(), checked.problems);
    let kinds = checked.kinds;
    let ready = rt.write_now(who.clone(), move |cx| -> anyhow::Result<_> {
        let district_made = district.ensure(cx)?;
        let kinds = kinds::classes_of(cx, &map, &kinds)?;
        let summary = Summary { district_made, classes: kinds.made.len(), ..Summary::default() };
        Ok((summary, kinds, Importer::begin(cx)?))
    })?;
    let (summary, mut kinds, mut importer) = ready;
    let made = std::mem::take(&mut kinds.made);
    importer.draft = order.draft;
    let (name, rows) = (order.name(), checked.rows);
    let fill = move |cx: &mut Cx<'_>| -> anyhow::Result<_> {
        let mut look = Look { problems, ..Look::default() };
        let summary = write(cx, &file, &mut plan, &mut kinds, &mut importer, summary, (&bar, &ground, &mut look))?;
        bar.done();
        Ok((summary, look, importer, Instant::now()))
    };
    let bring = move |cx: &mut Cx<'_>, (summary, mut look, importer, since): Filled| -> anyhow::Result<_> {
        if !importer.still_holds(cx)? {
            return Err(unfit(Finding::ChangedMeanwhile));
        }
        look.import = importer.list(cx, &name, rows, summary.new, &made)?;
        Ok((summary, look, ::matters::app::on_time(cx)?, since))
    };
    let (summary, look, on_time, since) = rt.write_aside(&who, IMPORTED, fill, bring)?;
    let written = Written { on_time, took: writing.elapsed(), brought: since.elapsed() };
    Ok(Done { look, summary, read_in, written: Some(written) })
}

type Filled = (Summary, Look, Importer, Instant);

/// What would become of every row. A kind without a class yet can only bring new matters.
fn foresee(
    rt: &Runtime,
    who: Who,
    order: &Order,
    mut plan: Plan,
    checked: Checked,
    ground: &Arc<Snapshot>,
) -> anyhow::Result<Look> {
    let (file, map, ground) = (order.file.clone(), order.map.clone(), Arc::clone(ground));
    rt.read_now(who, move |cx| {
        let kinds = kinds::known(cx, &map, &checked.kinds)?;
        let importer = Importer::begin(cx)?;
        let mut look = Look { problems: checked.problems, ..Look::default() };
        let mut again = Problems::default();
        for record in Table::open(&file)? {
            let record = record?;
            let Some(mut matter) = plan.read(&record, &mut again) else { continue };
            matter.class = kinds.get(plan.kind(&record)).cloned().unwrap_or_default();
            let did = importer.foresee(cx, &matter);
            look.add(record.row, &matter.key, did_of(did), place_of(&ground, &matter));
        }
        Ok(look)
    })
}

const fn did_of(imported: Imported) -> Did {
    match imported {
        Imported::New => Did::Added,
        Imported::Unchanged => Did::Nothing,
        Imported::Differs => Did::Differs,
    }
}

/// Name of the town, else of the next area that is known.
fn place_of<'g>(ground: &'g Snapshot, matter: &ForeignMatter) -> Option<&'g str> {
    let lies = ground.locate(matter.point?).ok()?;
    let area = lies.town.or(lies.community).or(lies.police)?;
    ground.area(area).map(|a| a.name.as_str())
}

/// Reads every row and refuses the file if it cannot be written.
fn check(order: &Order, plan: &mut Plan) -> anyhow::Result<Checked> {
    let table = Table::open(&order.file)?;
    let progress = table.progress();
    let bar = Bar::new(progress.total, "checking");
    let mut checked = Checked { rows: 0, problems: Problems::default(), kinds: BTreeSet::new() };
    for record in table {
        checked.rows += 1;
        let Some(record) = checked.problems.take(record)? else { continue };
        if checked.rows.is_multiple_of(1_000) {
            bar.set(progress.read());
        }
        if plan.read(&record, &mut checked.problems).is_some() && !checked.kinds.contains(plan.kind(&record)) {
            checked.kinds.insert(plan.kind(&record).to_owned());
        }
    }
    bar.done();
    checked.problems.check(&order.file, order.accept_doubtful)?;
    Ok(checked)
}

fn write(
    cx: &mut Cx<'_>,
    file: &Path,
    plan: &mut Plan,
    kinds: &mut Kinds,
    importer: &mut Importer,
    mut summary: Summary,
    (bar, ground, look): (&Bar, &Snapshot, &mut Look),
) -> anyhow::Result<Summary> {
    let mut problems = Problems::default();
    for record in Table::open(file)? {
        let record = record?;
        let changed = || Unfit::new(file, Finding::FileChanged);
        let mut matter = plan.read(&record, &mut problems).ok_or_else(changed)?;
        matter.class = kinds.codes.get(plan.kind(&record)).cloned().ok_or_else(changed)?;
        let doubtful = !matter.doubts.is_empty();
        let did = importer.add(cx, &matter).with_context(|| format!("row {}", record.row))?;
        look.add(record.row, &matter.key, did_of(did), place_of(ground, &matter));
        match did {
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

fn tell(env: &mut Env<'_>, district: &str, s: Summary, written: &Written) -> anyhow::Result<()> {
    let Written { on_time, took, brought } = *written;
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
    on_time::write_on_time(out, on_time)?;
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

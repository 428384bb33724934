//! `mulin import calendar`: the State Council's notice of a year (R12).

use crate::problems::thousands;
use crate::{Env, districts};
use anyhow::Context as _;
use clap::Args;
use std::path::PathBuf;

/// Loads the public holidays and make-up working days of a year.
#[derive(Debug, Args)]
pub struct CalendarArgs {
    /// CSV with the columns date,kind,holiday; kind is off or work. Days not listed follow the weekday
    pub file: PathBuf,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Years that were not loaded before.
    pub years: Vec<i16>,
    /// Open matters whose due time changed.
    pub recomputed: usize,
}

/// Runs the command. The new years and the due times that needed them are one transaction.
pub fn run(env: &mut Env<'_>, args: &CalendarArgs) -> anyhow::Result<Summary> {
    let text = std::fs::read_to_string(&args.file).with_context(|| format!("{}", args.file.display()))?;
    let mut alone = kernel::WorkCalendar::empty();
    let years = alone.load_csv(&text).with_context(|| format!("{}: nothing was loaded", args.file.display()))?;
    anyhow::ensure!(
        !years.is_empty(),
        "{}: no whole year: a year counts as loaded when its 1 October is listed as off",
        args.file.display()
    );
    let listed = years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if args.dry_run {
        writeln!(env.out, "dry run: the file holds {listed}; nothing was written")?;
        return Ok(Summary::default());
    }
    let target = districts::existing(env, args.district.as_deref())?;
    let summary = env.rt.write_now(target.who(), move |cx| -> Result<_, ::matters::Error> {
        let years = ::matters::app::load_calendar(cx, &text)?;
        let recomputed = ::matters::app::recompute(cx, None)?;
        Ok(Summary { years, recomputed })
    })?;
    let new = summary.years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let new = if new.is_empty() { "none of them new".to_owned() } else { format!("new: {new}") };
    writeln!(env.out, "the calendar holds {listed} ({new}); {} due times changed", thousands(summary.recomputed))?;
    Ok(summary)
}

//! `mulin report on-time`: closed by the target or not, from the dates of imported matters.

use crate::import::problems::thousands;
use crate::{Env, districts};
use clap::{Args, Subcommand};
use matters::app::OnTime;
use std::io::{self, Write};

/// Reports on what is in the database.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// How many imported matters were closed by their target, and whether the other system says the same
    OnTime(OnTimeArgs),
}

#[derive(Debug, Args)]
pub struct OnTimeArgs {
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// One JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

pub fn run(env: &mut Env<'_>, command: &ReportCommand) -> anyhow::Result<()> {
    let ReportCommand::OnTime(args) = command;
    let target = districts::existing(env, args.district.as_deref())?;
    let report = env.rt.read_now(target.who(), matters::app::on_time)?;
    if args.json {
        serde_json::to_writer(&mut *env.out, &report)?;
        writeln!(env.out)?;
    } else {
        write_on_time(env.out, report)?;
    }
    Ok(())
}

/// The report in words.
pub(crate) fn write_on_time(out: &mut dyn Write, r: OnTime) -> io::Result<()> {
    let n = |value: i64| thousands(usize::try_from(value).unwrap_or_default());
    if r.judged == 0 {
        return writeln!(
            out,
            "on time: none of {} imported matters has both a target and a closing date",
            n(r.matters)
        );
    }
    writeln!(
        out,
        "on time: {} of {} closed by their target ({}); {} of {} have both dates",
        n(r.on_time),
        n(r.judged),
        percent(r.on_time, r.judged),
        n(r.judged),
        n(r.matters)
    )?;
    if r.stated > 0 {
        writeln!(
            out,
            "the other system says the same of {} of {} ({})",
            n(r.agree),
            n(r.stated),
            percent(r.agree, r.stated)
        )?;
    }
    Ok(())
}

/// Rounded down, so that 100 % means all.
fn percent(part: i64, whole: i64) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

//! `mulin retention`: how long what is kept, and what would go tonight.

use crate::{Env, districts};
use clap::Args;
use std::io::Write;
use store::retention::{self, Kept, Line};

#[derive(Debug, Args)]
pub struct RetentionArgs {
    /// Erase now instead of waiting for the night; without it nothing is changed
    #[arg(long)]
    pub run: bool,
    /// One JSON array instead of a table
    #[arg(long)]
    pub json: bool,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
}

pub fn run(env: &mut Env<'_>, args: &RetentionArgs, rules: Vec<Kept>) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    if args.run {
        let erased = retention::run(env.rt, &target.who(), &rules)?;
        for (rule, n) in erased.iter().filter(|(_, n)| **n > 0) {
            writeln!(env.out, "{rule}: {n} erased")?;
        }
    }
    let report = env.rt.read_now(target.who(), move |cx| retention::report(cx, &rules))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *env.out, &report)?;
        return Ok(writeln!(env.out)?);
    }
    table(env.out, &report)
}

fn table(out: &mut dyn Write, report: &[Line]) -> anyhow::Result<()> {
    writeln!(out, "{:12} {:>6} {:>10} {:>10}  {:22} what goes", "rule", "days", "due now", "erased", "last run")?;
    for line in report {
        let last = line.last_run.as_deref().unwrap_or("never");
        writeln!(
            out,
            "{:12} {:>6} {:>10} {:>10}  {:22} {}",
            line.rule, line.days, line.due, line.erased, last, line.what
        )?;
    }
    Ok(writeln!(
        out,
        "The log of changes and reads is never erased. Change the days under [retention] in the configuration."
    )?)
}

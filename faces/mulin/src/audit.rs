//! `mulin audit verify`: recomputes the hash chain and names the first broken entry.

use anyhow::Context as _;
use kernel::ids::DistrictId;
use std::io::Write as _;
use std::path::PathBuf;
use store::{Runtime, Who, chain};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Audit {
    /// Recompute the hash chain over all changes and reads; exit code 1 names the first break.
    Verify {
        /// A file of chain heads (64 hex digits a line) kept outside the database; finds cuts at the end.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Print the head of the chain, to be kept outside the database.
    Head,
}

pub(crate) fn run(rt: &Runtime, district: DistrictId, command: &Audit) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match command {
        Audit::Head => {
            chain::seal_now(rt, district)?;
            let head = rt.read_now(Who::system(district, "audit"), chain::head)?;
            writeln!(out, "{head}")?;
        }
        Audit::Verify { anchor } => {
            let anchors = match anchor {
                Some(file) => {
                    let text =
                        std::fs::read_to_string(file).with_context(|| format!("anchor file {}", file.display()))?;
                    text.split_whitespace().filter(|w| w.len() == 64).map(str::to_lowercase).collect()
                }
                None => Vec::new(),
            };
            let report = rt.read_now(Who::system(district, "audit"), move |cx| chain::verify(cx, &anchors))?;
            if let Some(broken) = report.broken {
                anyhow::bail!("the log is broken: {broken}");
            }
            writeln!(
                out,
                "the log is whole: {} entries in {} blocks, {} not yet sealed, head {}",
                report.entries, report.blocks, report.unsealed, report.head
            )?;
        }
    }
    Ok(())
}

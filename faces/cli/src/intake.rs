//! `mulin intake mail`: mails become matters. For the pipe of a mail server (one mail on standard input, one run each), a
//! Maildir, or a folder of `.eml` files. What a mail became stands on standard output, by number only.
//!
//! Exit codes as mail servers know them: 0 taken (or rightly left alone), 75 try again later, 1 refused; what stands on
//! standard error then goes back to whoever sent the mail.

use crate::Env;
use alerts::MOST_BYTES;
use alerts::app::intake::{NotTaken, Settings, Taken, take};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What comes from outside.
#[derive(Debug, Subcommand)]
pub enum Intake {
    /// Take one mail from standard input, or every new one of a folder
    Mail(MailArgs),
}

/// Where the mails are.
#[derive(Debug, Args)]
pub struct MailArgs {
    /// A Maildir: every mail in `new/` is taken and moved to `cur/`
    #[arg(long, value_name = "DIR", conflicts_with = "eml")]
    maildir: Option<PathBuf>,
    /// A folder of `.eml` files; they stay, and one that was taken before does nothing
    #[arg(long, value_name = "DIR")]
    eml: Option<PathBuf>,
}

/// The database is not there now: a mail server keeps the mail and tries again (EX_TEMPFAIL, exit code 75).
#[derive(Debug, thiserror::Error)]
#[error("the database is not available; try again later")]
pub struct TryAgain;

pub fn run(env: &mut Env<'_>, command: &Intake, settings: &Settings) -> anyhow::Result<()> {
    let Intake::Mail(args) = command;
    match (&args.maildir, &args.eml) {
        (Some(folder), _) => maildir(env, folder, settings),
        (None, Some(folder)) => eml(env, folder, settings),
        (None, None) => {
            let mut mail = Vec::new();
            // One byte more than is taken, so that a mail that is too large is known as one; the rest is not read.
            let most = u64::try_from(MOST_BYTES + 1).unwrap_or(u64::MAX);
            std::io::stdin().lock().take(most).read_to_end(&mut mail).context("reading the mail")?;
            one(env, &mail, settings)
        }
    }
}

fn one(env: &mut Env<'_>, mail: &[u8], settings: &Settings) -> anyhow::Result<()> {
    let district = env.district.context("the database holds several districts; say which one with `district`")?;
    match take(env.rt, district, settings, mail) {
        Ok(taken) => Ok(writeln!(env.out, "{}", words(&taken))?),
        Err(NotTaken::Error(error)) if error.is_unavailable() => Err(TryAgain.into()),
        Err(other) => Err(other.into()),
    }
}

fn words(taken: &Taken) -> String {
    match taken {
        Taken::Raised(number) => format!("raised {number}"),
        Taken::RaisedAnew(number, about) => format!("raised {number}, about {about}, which was closed"),
        Taken::Added(number) => format!("added to {number}"),
        Taken::Known(number) => format!("known already: {number}"),
        Taken::LeftAlone(machine) => format!("left alone: {}", machine.code()),
        Taken::Bounced(n) => format!("report: {n} deliveries did not happen"),
        Taken::FromStaff => "left alone: an answer to a notice for staff; work on matters at the desk".into(),
    }
}

fn maildir(env: &mut Env<'_>, folder: &Path, settings: &Settings) -> anyhow::Result<()> {
    let (new, cur) = (folder.join("new"), folder.join("cur"));
    anyhow::ensure!(new.is_dir() && cur.is_dir(), "{} is no Maildir: it has no new/ and cur/", folder.display());
    each(
        env,
        &new,
        |_| true,
        settings,
        |path| {
            // S: seen, in the flags of the Maildir format.
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            fs::rename(path, cur.join(format!("{name}:2,S"))).with_context(|| format!("moving {name} to cur/"))
        },
    )
}

fn eml(env: &mut Env<'_>, folder: &Path, settings: &Settings) -> anyhow::Result<()> {
    let is_mail = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml"));
    each(env, folder, is_mail, settings, |_| Ok(()))
}

/// Takes every mail of a folder in the order of the names. One that cannot be taken is named and the others go on.
fn each(
    env: &mut Env<'_>,
    folder: &Path,
    is_mail: impl Fn(&Path) -> bool,
    settings: &Settings,
    done: impl Fn(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.is_file() && is_mail(path));
    paths.sort();
    let mut refused = 0;
    for path in &paths {
        let most = u64::try_from(MOST_BYTES + 1).unwrap_or(u64::MAX);
        let mut mail = Vec::new();
        fs::File::open(path)
            .and_then(|f| f.take(most).read_to_end(&mut mail))
            .with_context(|| path.display().to_string())?;
        match one(env, &mail, settings) {
            Ok(()) => done(path)?,
            Err(error) if error.is::<TryAgain>() => return Err(error),
            Err(error) => {
                writeln!(env.out, "refused {}: {error}", path.file_name().unwrap_or_default().to_string_lossy())?;
                refused += 1;
            }
        }
    }
    anyhow::ensure!(refused == 0, "{refused} of {} mails could not be taken and stay where they are", paths.len());
    Ok(())
}

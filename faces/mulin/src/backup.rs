//! `mulin backup` and `mulin restore`: a sealed copy of an SQLite database, made while the program runs.

use crate::config::Config;
use crate::open::{MIGRATIONS, open};
use anyhow::{Context as _, ensure};
use kernel::{OsIds, SystemClock};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Keys, Options, Runtime, backup};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The backup; it must not be there yet
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// A backup that mulin backup made; the configured database must not be there yet
    file: PathBuf,
}

pub(crate) fn run(config: &Config, args: &Args) -> anyhow::Result<()> {
    let shown = args.file.display();
    ensure!(!args.file.exists(), "{shown} is there already; choose another name");
    let rt = open(config)?;
    let (copy, part) = (beside(&args.file, "copy"), beside(&args.file, "part"));
    let _gone = (Gone(copy.clone()), Gone(part.clone()));
    // Readable by its owner only from the first byte; the copy is not sealed.
    drop(new_file(&copy)?);
    rt.copy_into(&copy)?;
    let mut to = BufWriter::new(new_file(&part)?);
    backup::seal(rt.keys(), &OsIds, &mut BufReader::new(File::open(&copy)?), &mut to).context("sealing")?;
    to.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&part, &args.file).with_context(|| shown.to_string())?;
    let size = std::fs::metadata(&args.file)?.len();
    let keys = config.keys.display();
    Ok(writeln!(
        std::io::stdout(),
        "{shown}: {size} bytes, sealed under {keys}; it opens only with a copy of that file: keep the two apart"
    )?)
}

pub(crate) fn restore(config: &Config, args: &RestoreArgs) -> anyhow::Result<()> {
    let target = config
        .database
        .strip_prefix("sqlite:")
        .map(|p| p.trim_start_matches("//"))
        .context("a backup goes back into an SQLite database; PostgreSQL: pg_restore --dbname=… FILE")?;
    let target = Path::new(target.split('?').next().unwrap_or(target));
    ensure!(
        !target.exists() && !Path::new(&format!("{}-wal", target.display())).exists(),
        "{} is there already and is never overwritten; move it away (with its -wal and -shm) first",
        target.display()
    );
    let keys = Keys::load(&config.keys).context("a backup opens only with the key file it was made with")?;
    let from = File::open(&args.file).with_context(|| args.file.display().to_string())?;
    let part = beside(target, "part");
    let _gone = Gone(part.clone());
    let mut to = BufWriter::new(new_file(&part)?);
    backup::open(&keys, &mut BufReader::new(from), &mut to).with_context(|| args.file.display().to_string())?;
    to.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    backup::check_file(&part)?;
    // Brought up to date, and checked against the keys, before it takes its name.
    let url = format!("sqlite:{}", part.display());
    let rt = Runtime::open(Options::new(url, Arc::new(SystemClock), Arc::new(OsIds), keys))?;
    rt.migrate(MIGRATIONS)?;
    drop(rt);
    std::fs::rename(&part, target).with_context(|| target.display().to_string())?;
    Ok(writeln!(
        std::io::stdout(),
        "{} is back as it was when {} was made; run mulin doctor, then mulin serve",
        target.display(),
        args.file.display()
    )?)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    PathBuf::from(name)
}

/// A file for the owner only. What an interrupted run left is begun again.
fn new_file(path: &Path) -> anyhow::Result<File> {
    let _ = std::fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).with_context(|| path.display().to_string())
}

/// Removes what must not stay, however the command ends.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.0.display()));
        }
    }
}

//! The segment file: where a record is safe before the device hears that it arrived, and where the worker fetches it.
//!
//! A folder holds files `NNNNNNNNNNNNNNNN.fixes`, named by the number of their first record (hexadecimal). A file begins with
//! [`MAGIC`] and that number; then follow records, each with its length, a CRC-32 of length and bytes, and the bytes. `position` says up to
//! where the worker has taken records in; files before it are removed. Only the last file is written to, and only at its end.
//!
//! What is appended has been handed to the operating system when [`Writer::append`] returns: it outlives the end of this process in any
//! manner. A power cut loses at most what came since the last fdatasync ([`SYNC_EVERY`]). What a crash tore off is cut away at the
//! next start; nobody was told that it arrived, or it came within that last moment.

mod frame;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use frame::Batch;
pub use reader::{Reader, waits};
pub use writer::{SYNC_EVERY, Writer};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// First bytes of every segment file; the last one is the version of the form.
pub const MAGIC: [u8; 8] = *b"MULINFX1";
/// Bytes before the first record.
const HEAD: u64 = 16;
const ENDING: &str = "fixes";

/// What can go wrong with the folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
    /// The disk is full. What was to be kept is not kept, and nobody is told that it was.
    #[error("the disk with {0} is full: fixes are refused, and locators send them again later; make room on it")]
    Full(String),
    #[error("{0} is in use by another mulin; give each its own folder ([gateway] spool)")]
    InUse(String),
    #[error(
        "{0} was written by another version of the program: let that version take in what is there, or move it away"
    )]
    Version(String),
    /// After a failed fdatasync nothing is known about what the file holds.
    #[error("{0} could not be brought to the disk; a new file is begun")]
    Lost(String),
}

impl Error {
    fn at(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.display().to_string()),
            _ => Self::Io { path: path.display().to_string(), source },
        }
    }
}

fn name(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:016x}.{ENDING}"))
}

/// Numbers of the first records of all files, ascending.
fn list(dir: &Path) -> Result<Vec<u64>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::at(dir))? {
        let path = entry.map_err(Error::at(dir))?.path();
        let ours = path.extension().is_some_and(|e| e == ENDING);
        let first = path.file_stem().and_then(|s| s.to_str()).and_then(|s| u64::from_str_radix(s, 16).ok());
        found.extend(first.filter(|_| ours));
    }
    found.sort_unstable();
    Ok(found)
}

//! The end of the last file.

use super::frame::{Batch, Next, next};
use super::{Error, HEAD, MAGIC, list, name};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest time that something appended waits for its fdatasync; the caller's thread calls [`Writer::sync`] this often.
pub const SYNC_EVERY: Duration = Duration::from_millis(150);

/// Appends to the folder; shared by all connections.
#[derive(Debug)]
pub struct Writer {
    dir: PathBuf,
    rotate_bytes: u64,
    /// Age after which a file that holds something is closed, so that it can go soon after the worker has read it.
    rotate_after: Duration,
    end: Mutex<End>,
    /// Tells other processes to stay away; the kernel lets go of it however this one ends.
    _lock: File,
}

#[derive(Debug)]
struct End {
    file: Arc<File>,
    path: PathBuf,
    /// Number of the next record.
    next: u64,
    /// Length up to which everything is whole.
    len: u64,
    since: Instant,
    dirty: bool,
    /// Nothing more may be written to this file.
    spoilt: bool,
}

impl Writer {
    /// Opens the folder, makes it when it is not there, cuts off what a crash tore, and begins a new file.
    pub fn open(dir: &Path, rotate_bytes: u64, rotate_after: Duration) -> Result<Self, Error> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::at(dir))?;
        let lock_path = dir.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock_path);
        let lock = lock.map_err(Error::at(&lock_path))?;
        if lock.try_lock().is_err() {
            return Err(Error::InUse(dir.display().to_string()));
        }
        let mended = list(dir)?.last().map(|&last| mend(&name(dir, last), last)).transpose()?.unwrap_or(1);
        // A power cut may have taken what was read already: a file that the position stands in never gets other records.
        let next = super::reader::kept(dir)?.map_or(mended, |kept| mended.max(kept.first + 1));
        let end = begin(dir, next)?;
        Ok(Self { dir: dir.to_path_buf(), rotate_bytes, rotate_after, end: Mutex::new(end), _lock: lock })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Appends all records of the batch or none. Afterwards they outlive this process; the number of the last one comes back.
    pub fn append(&self, batch: &Batch) -> Result<u64, Error> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if batch.is_empty() {
            return Ok(end.next.saturating_sub(1));
        }
        if end.spoilt || end.len + batch.bytes().len() as u64 > self.rotate_bytes.max(HEAD + 1) && end.len > HEAD {
            self.rotate(&mut end)?;
        }
        if let Err(error) = (&*end.file).write_all(batch.bytes()) {
            // A part of it may stand there and may have been read already: nothing else is written to this file.
            end.spoilt = true;
            let _ = end.file.set_len(end.len);
            return Err(Error::at(&end.path)(error));
        }
        end.len += batch.bytes().len() as u64;
        end.next += batch.records();
        end.dirty = true;
        Ok(end.next - 1)
    }

    /// Brings what was appended to the disk and closes a file that is old enough. Call it every [`SYNC_EVERY`].
    pub fn sync(&self) -> Result<(), Error> {
        let (file, path) = {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            if end.len > HEAD && end.since.elapsed() >= self.rotate_after {
                self.rotate(&mut end)?;
            }
            if !end.dirty {
                return Ok(());
            }
            end.dirty = false;
            (Arc::clone(&end.file), end.path.clone())
        };
        // Outside of the lock: connections go on appending.
        if file.sync_data().is_ok() {
            return Ok(());
        }
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.spoilt |= end.path == path;
        Err(Error::Lost(path.display().to_string()))
    }

    fn rotate(&self, end: &mut End) -> Result<(), Error> {
        let synced = if end.dirty { end.file.sync_data() } else { Ok(()) };
        let spoilt = Error::Lost(end.path.display().to_string());
        // Numbers may have gaps; the name of a file that was written to is not taken again.
        *end = begin(&self.dir, end.next + u64::from(end.spoilt))?;
        synced.map_err(|_| spoilt)
    }
}

fn begin(dir: &Path, first: u64) -> Result<End, Error> {
    let path = name(dir, first);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(Error::at(&path))?;
    let head = [MAGIC, first.to_le_bytes()].concat();
    let begun = file.set_len(0).and_then(|()| (&file).write_all(&head)).and_then(|()| file.sync_data());
    if let Err(error) = begun {
        let _ = fs::remove_file(&path);
        return Err(Error::at(&path)(error));
    }
    // The name of the new file is part of what a power cut must not take.
    File::open(dir).and_then(|d| d.sync_all()).map_err(Error::at(dir))?;
    Ok(End { file: Arc::new(file), path, next: first, len: HEAD, since: Instant::now(), dirty: false, spoilt: false })
}

/// Cuts the last file after its last whole record; the number of the record that would come next. One without any is begun again under its
/// name.
fn mend(path: &Path, first: u64) -> Result<u64, Error> {
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut f| f.read_to_end(&mut bytes)).map_err(Error::at(path))?;
    let head = [MAGIC, first.to_le_bytes()].concat();
    let Some(mut rest) = bytes.strip_prefix(head.as_slice()) else {
        if head.starts_with(&bytes) || bytes.iter().all(|b| *b == 0) {
            return Ok(first);
        }
        return Err(Error::Version(path.display().to_string()));
    };
    let (mut count, mut whole) = (0, 0);
    // Up to the last whole record, over damaged ones that have whole ones behind them.
    let (mut at, mut seen) = (0, 0);
    loop {
        let size = match next(rest) {
            Next::Record { size, .. } => {
                seen += 1;
                (count, whole) = (seen, at + size);
                size
            }
            Next::Damaged { size: Some(size) } => {
                seen += 1;
                size
            }
            Next::Cut | Next::Damaged { size: None } => break,
        };
        at += size;
        rest = rest.get(size..).unwrap_or_default();
    }
    if count == 0 {
        return Ok(first);
    }
    let keep = HEAD + whole as u64;
    if keep < bytes.len() as u64 {
        let file = OpenOptions::new().write(true).open(path).map_err(Error::at(path))?;
        file.set_len(keep).and_then(|()| file.sync_all()).map_err(Error::at(path))?;
        tracing::warn!(file = %path.display(), bytes = bytes.len() as u64 - keep, "cut what a crash tore off");
    }
    Ok(first + count)
}

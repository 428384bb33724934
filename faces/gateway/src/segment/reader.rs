//! What the worker has not yet taken in.

use super::frame::{Next, next};
use super::{Error, HEAD, MAGIC, list, name};
use crate::record::{LONGEST, Record};
use crate::seal::Seal;
use std::fs::{self, File};
use std::io;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

const KEPT: &str = "position";
/// Bytes read at a time; one record always fits.
const CHUNK: usize = LONGEST + 64 * 1024;

/// Where the worker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Number of the first record of the file.
    pub first: u64,
    /// Byte in that file at which the next record begins.
    pub offset: u64,
}

/// Reads the folder from the kept position on. There is one.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    at: Position,
    kept: Position,
    file: Option<File>,
    chunk: Vec<u8>,
    seal: Seal,
    /// Records that could not be read, since the start.
    pub damaged: u64,
}

impl Reader {
    /// Begins where the kept position says; without one, at the first file. Of records that are not sealed.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::opening(dir, Seal::none())
    }

    /// As [`Self::open`], with what opens sealed ones.
    pub fn opening(dir: &Path, seal: Seal) -> Result<Self, Error> {
        let kept = kept(dir)?.unwrap_or(Position { first: 0, offset: HEAD });
        Ok(Self { dir: dir.to_path_buf(), at: kept, kept, file: None, chunk: Vec::new(), seal, damaged: 0 })
    }

    /// The next records, `most` at most, in the order in which they were appended; none: everything is read.
    pub fn next(&mut self, most: usize) -> Result<Vec<Record>, Error> {
        let (mut found, mut damaged, seal) = (Vec::new(), 0, self.seal.clone());
        let ended = self.each(&mut |first, bytes| {
            match seal.read(bytes) {
                Ok(one) => found.push(one),
                Err(why) => {
                    damaged += 1;
                    tracing::error!(file = format!("{first:016x}"), %why, "a record cannot be read and is left out");
                }
            }
            found.len() < most
        });
        self.damaged += damaged;
        ended.map(|()| found)
    }

    /// Calls `take` with each whole record, and the file it stands in, until that wants no more or everything is read.
    fn each(&mut self, take: &mut dyn FnMut(u64, &[u8]) -> bool) -> Result<(), Error> {
        while let Some(followed) = self.stand()? {
            let before = self.at.offset;
            if !self.scan(followed, take)? {
                break;
            }
            if before != self.at.offset {
                continue;
            }
            if !followed {
                break;
            }
            // A file that has a follower is not written to any more: it is at its end.
            self.file = None;
            self.at = Position { first: self.at.first + 1, offset: HEAD };
        }
        Ok(())
    }

    /// Takes note, durably, that everything that came out so far is taken in, and removes the files that are done with.
    pub fn keep(&mut self) -> Result<(), Error> {
        if self.kept != self.at {
            let (path, part) = (self.dir.join(KEPT), self.dir.join("position.part"));
            let text = format!("{:x} {}\n", self.at.first, self.at.offset);
            let write = || {
                let mut file = File::create(&part)?;
                file.write_all(text.as_bytes())?;
                file.sync_data()?;
                fs::rename(&part, &path)
            };
            write().map_err(Error::at(&path))?;
            self.kept = self.at;
        }
        for first in list(&self.dir)?.into_iter().filter(|first| *first < self.kept.first) {
            let path = name(&self.dir, first);
            match fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::at(&path)(e)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Opens the file of the position, or the next one after it; whether another follows that. None: there is no file.
    fn stand(&mut self) -> Result<Option<bool>, Error> {
        // Listed before reading: what is appended to a file came before its follower was made.
        let all = list(&self.dir)?;
        let Some(first) = all.iter().copied().find(|first| *first >= self.at.first) else { return Ok(None) };
        if first != self.at.first {
            self.at = Position { first, offset: HEAD };
            self.file = None;
        }
        if self.file.is_none() {
            let path = name(&self.dir, first);
            let file = File::open(&path).map_err(Error::at(&path))?;
            let mut head = [0; HEAD as usize];
            let whole = file.read_exact_at(&mut head, 0).is_ok();
            if whole && !head.starts_with(&MAGIC) {
                return Err(Error::Version(path.display().to_string()));
            }
            self.file = Some(file);
        }
        Ok(Some(all.last() != Some(&first)))
    }

    /// One chunk; whether more is wanted.
    fn scan(&mut self, followed: bool, take: &mut dyn FnMut(u64, &[u8]) -> bool) -> Result<bool, Error> {
        let Some(file) = &self.file else { return Ok(true) };
        let path = name(&self.dir, self.at.first);
        self.chunk.resize(CHUNK, 0);
        let got = read_some(file, &mut self.chunk, self.at.offset).map_err(Error::at(&path))?;
        let mut rest = self.chunk.get(..got).unwrap_or_default();
        let mut more = true;
        while more {
            let size = match next(rest) {
                Next::Record { bytes, size } => {
                    more = take(self.at.first, bytes);
                    size
                }
                Next::Cut => {
                    // A whole chunk holds any record: this is the end of the file, or what a torn write left there.
                    if followed && !rest.is_empty() && got < CHUNK {
                        self.damaged += 1;
                        tracing::error!(file = %path.display(), bytes = rest.len(), "the end of a file is torn");
                        self.at.offset += rest.len() as u64;
                    }
                    return Ok(true);
                }
                // The last file may be looked at in the middle of a write: it is read again.
                Next::Damaged { .. } if !followed => return Ok(true),
                Next::Damaged { size } => {
                    self.damaged += 1;
                    tracing::error!(file = %path.display(), offset = self.at.offset, "a record is damaged and left out");
                    size.unwrap_or(rest.len())
                }
            };
            let size = size.min(rest.len());
            self.at.offset += size as u64;
            rest = rest.get(size..).unwrap_or_default();
        }
        Ok(false)
    }
}

/// Whether something stands in the folder that is not taken in yet.
pub fn waits(dir: &Path) -> Result<bool, Error> {
    let mut found = false;
    Reader::open(dir)?.each(&mut |_, _| {
        found = true;
        false
    })?;
    Ok(found)
}

fn read_some(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = into.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

/// The position that was kept; one that cannot be read counts as none, and everything that is there is taken in again.
pub(super) fn kept(dir: &Path) -> Result<Option<Position>, Error> {
    let path = dir.join(KEPT);
    let text = match fs::read_to_string(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(Error::at(&path))?,
    };
    let mut words = text.split_whitespace();
    let first = words.next().and_then(|w| u64::from_str_radix(w, 16).ok());
    let offset = words.next().and_then(|w| w.parse().ok()).filter(|o| *o >= HEAD);
    Ok(first.zip(offset).map(|(first, offset)| Position { first, offset }))
}

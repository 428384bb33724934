//! A copy of the database for safe-keeping: consistent while the program runs, sealed under a key of the key file.
//!
//! The file: a line that names the format and the version of the key, a random prefix, then pieces of 64 KiB, each sealed
//! with XChaCha20-Poly1305 under prefix, running number and a mark on the last (the STREAM construction of Hoang,
//! Reyhanitabar, Rogaway and Vizár, 2015): a piece that is changed, missing, moved or cut off is found.

use crate::conn::{Conn, Dialect};
use crate::keys::Keys;
use crate::{Error, Runtime, faults::Faults};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kernel::Ids;
use std::io::{Error as IoError, Read, Result as IoResult, Write};
use std::path::Path;
use std::sync::Arc;

const PIECE: usize = 1 << 16;
const TAG: usize = 16;
const FORMAT: &str = "MULIN BACKUP 1 key ";
const PREFIX: usize = 19;

impl Runtime {
    /// Writes the database as it is at this instant into a new file; others go on writing meanwhile.
    ///
    /// # Errors
    /// PostgreSQL has its own tools for this; the message names them.
    pub fn copy_into(&self, path: &Path) -> Result<(), Error> {
        let target = self.target();
        if target.dialect() == Dialect::Postgres {
            return Err(Error::Setup(
                "PostgreSQL makes its own consistent copies: pg_dump --format=custom --file=FILE \"$MULIN_DATABASE\", and \
                 pg_restore --dbname=… FILE to bring one back; seal the file with your house's own means"
                    .into(),
            ));
        }
        let mut conn = target.open(true, &Arc::new(Faults::default()))?;
        let text = path.to_str().ok_or_else(|| Error::Setup("the name of the file must be text".into()))?;
        conn.execute("VACUUM INTO $1", crate::params![text]).map(drop)
    }
}

/// Whether a database file is whole in itself.
pub fn check_file(path: &Path) -> Result<(), Error> {
    let text = path.to_str().ok_or_else(|| Error::Setup("the name of the file must be text".into()))?;
    let mut conn = Conn::open_sqlite(text, None, true, Arc::new(Faults::default()))?;
    let rows = conn.query("PRAGMA quick_check", &[])?;
    let said = rows.first().map(|row| row.text("quick_check")).transpose()?.unwrap_or_default();
    if said == "ok" { Ok(()) } else { Err(Error::Setup(format!("the database in it is damaged: {said}"))) }
}

/// Seals everything `from` gives under the current key.
pub fn seal(keys: &Keys, ids: &dyn Ids, from: &mut dyn Read, to: &mut dyn Write) -> IoResult<()> {
    let (version, key) = keys.backup_key(None).ok_or_else(|| IoError::other("there is no key"))?;
    let mut prefix = [0u8; PREFIX];
    ids.fill(&mut prefix);
    let head = format!("{FORMAT}{version}\n");
    to.write_all(head.as_bytes())?;
    to.write_all(&prefix)?;
    let cipher = XChaCha20Poly1305::new(&key.into());
    let mut piece = next(from, PIECE)?;
    for n in 0_u32.. {
        let following = if piece.len() < PIECE { Vec::new() } else { next(from, PIECE)? };
        let last = following.is_empty();
        let payload = Payload { msg: &piece, aad: head.as_bytes() };
        let sealed = cipher.encrypt(&nonce(prefix, n, last), payload);
        to.write_all(&sealed.map_err(|_| IoError::other("cannot be sealed"))?)?;
        if last {
            return to.flush();
        }
        piece = following;
    }
    Err(IoError::other("too long"))
}

/// Opens what [`seal`] sealed. Nothing of `to` may be used before this has returned well.
pub fn open(keys: &Keys, from: &mut dyn Read, to: &mut dyn Write) -> IoResult<()> {
    let head = line(from)?;
    let version = head.strip_prefix(FORMAT).and_then(|v| v.trim().parse::<u32>().ok());
    let version = version.ok_or_else(|| IoError::other("this is no backup of Mulin"))?;
    let key = keys.backup_key(Some(version));
    let (_, key) = key.ok_or_else(|| {
        IoError::other(format!("it was sealed under version {version} of the keys, which the key file does not hold"))
    })?;
    let mut prefix = [0u8; PREFIX];
    from.read_exact(&mut prefix)?;
    let cipher = XChaCha20Poly1305::new(&key.into());
    let mut piece = next(from, PIECE + TAG)?;
    for n in 0_u32.. {
        let following = if piece.len() < PIECE + TAG { Vec::new() } else { next(from, PIECE + TAG)? };
        let last = following.is_empty();
        let payload = Payload { msg: &piece, aad: head.as_bytes() };
        let plain = cipher.decrypt(&nonce(prefix, n, last), payload).map_err(|_| {
            IoError::other("it does not open: it was changed or cut off, or sealed under the keys of another Mulin")
        })?;
        to.write_all(&plain)?;
        if last {
            return to.flush();
        }
        piece = following;
    }
    Err(IoError::other("too long"))
}

fn nonce(prefix: [u8; PREFIX], n: u32, last: bool) -> XNonce {
    let mut nonce = [0u8; 24];
    let parts = prefix.into_iter().chain(n.to_be_bytes()).chain([u8::from(last)]);
    for (slot, byte) in nonce.iter_mut().zip(parts) {
        *slot = byte;
    }
    XNonce::from(nonce)
}

/// Up to `most` bytes; fewer only at the end.
fn next(from: &mut dyn Read, most: usize) -> IoResult<Vec<u8>> {
    let mut piece = Vec::with_capacity(most);
    from.take(most as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// The first line, with its end; a backup's is short.
fn line(from: &mut dyn Read) -> IoResult<String> {
    let mut text = Vec::new();
    let mut byte = [0u8];
    while text.len() < 60 && from.read(&mut byte)? == 1 {
        text.push(byte[0]);
        if byte[0] == b'\n' {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::SeededIds;

    fn keys(seed: u64) -> Keys {
        Keys::generate(&SeededIds::new(seed))
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&keys(1), &SeededIds::new(9), &mut &*plain, &mut out).unwrap();
        out
    }

    #[test]
    fn what_was_sealed_opens_whole_whatever_its_length() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let mut out = Vec::new();
            open(&keys(1), &mut sealed(&plain).as_slice(), &mut out).unwrap();
            assert!(out == plain, "{length}");
        }
    }

    #[test]
    fn a_changed_a_cut_and_a_foreign_backup_are_refused() {
        let whole = sealed(&vec![7; 2 * PIECE + 5]);
        let refused = |bytes: &[u8], seed| open(&keys(seed), &mut &*bytes, &mut Vec::new()).unwrap_err().to_string();
        let mut changed = whole.clone();
        *changed.get_mut(PIECE).unwrap() ^= 1;
        assert!(refused(&changed, 1).contains("does not open"));
        let cut_between_pieces = whole.len() - 5 - TAG;
        for length in [whole.len() - 1, cut_between_pieces, 45] {
            assert!(open(&keys(1), &mut whole.get(..length).unwrap(), &mut Vec::new()).is_err(), "{length}");
        }
        assert!(refused(&whole, 2).contains("another Mulin"));
        assert!(refused(b"SQLite format 3", 1).contains("no backup"));
        let other = String::from_utf8_lossy(whole.get(..20).unwrap()).replace("key 1", "key 7").into_bytes();
        assert!(refused(&other, 1).contains("version 7"));
    }
}

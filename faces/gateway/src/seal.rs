//! What a locator said is sealed before it goes into the segment file or to NATS, so that whoever gets hold of a disk, a copy of it or a
//! message server reads no place. When a record came and whose it is stay readable: that is how it is found, and says no place.
//!
//! XChaCha20-Poly1305, as everything that is sealed here (`store`), under one key that comes from the key file and is the same after a
//! restart. The nonce is a number of this process behind sixteen bytes of chance drawn at its start.

use crate::record::{self, HEAD, Record, SEALED, Unreadable, VERSION};
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use kernel::{Ids, Moment};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use trackers::{Fix, Status};
use uuid::Uuid;

const NONCE: usize = 24;
const TAG: usize = 16;

/// Seals and opens records; shared by all connections.
#[derive(Clone, Default)]
pub struct Seal(Option<Arc<Inner>>);

struct Inner {
    cipher: XChaCha20Poly1305,
    process: [u8; 16],
    next: AtomicU64,
}

/// Shows nothing.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seal").field(&self.0.is_some()).finish()
    }
}

impl Seal {
    /// Records stand there as they are: tests, and whoever only looks whether there are any.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn new(key: [u8; 32], ids: &dyn Ids) -> Self {
        let mut process = [0; 16];
        ids.fill(&mut process);
        let cipher = XChaCha20Poly1305::new(&key.into());
        Self(Some(Arc::new(Inner { cipher, process, next: AtomicU64::new(0) })))
    }

    /// Appends the record of a frame to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, (received, locator): (Moment, Uuid), fixes: &[Fix], status: &Status) {
        let start = out.len();
        record::write_parts(out, received, locator, fixes, status);
        let Some(inner) = &self.0 else { return };
        let number = inner.next.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        let mut nonce = [0; NONCE];
        for (to, from) in nonce.iter_mut().zip(inner.process.into_iter().chain(number)) {
            *to = from;
        }
        let nonce = XNonce::from(nonce);
        let sealed =
            out.get_mut(start..).and_then(|all| all.split_first_chunk_mut::<HEAD>()).and_then(|(head, body)| {
                if let Some(version) = head.first_mut() {
                    *version = SEALED;
                }
                inner.cipher.encrypt_inout_detached(&nonce, head.as_slice(), body.into()).ok()
            });
        match sealed {
            Some(tag) => {
                out.extend_from_slice(&nonce);
                out.extend_from_slice(&tag);
            }
            // More than 256 GiB in one record: there is none. Nothing is kept, and nobody is told that it was.
            None => out.truncate(start),
        }
    }

    /// Reads one record, which is all of `bytes`; one that is not sealed was written before records were.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(&self, bytes: &[u8]) -> Result<Record, Unreadable> {
        if bytes.first() != Some(&SEALED) {
            return record::read(bytes);
        }
        let inner = self.0.as_ref().ok_or(Unreadable::Sealed)?;
        let (rest, tag) = bytes.split_last_chunk::<TAG>().ok_or(Unreadable::Short)?;
        let (rest, nonce) = rest.split_last_chunk::<NONCE>().ok_or(Unreadable::Short)?;
        let mut plain = rest.to_vec();
        let (head, body) = plain.split_first_chunk_mut::<HEAD>().ok_or(Unreadable::Short)?;
        let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
        let opened = inner.cipher.decrypt_inout_detached(&nonce, head.as_slice(), body.into(), &tag);
        opened.map_err(|_| Unreadable::Sealed)?;
        if let Some(version) = head.first_mut() {
            *version = VERSION;
        }
        record::read(&plain)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn sealed(seal: &Seal, one: &Record) -> Vec<u8> {
        let mut out = vec![7];
        seal.write(&mut out, (one.received, one.locator), &one.fixes, &one.status);
        out.split_off(1)
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_read_back_by_the_same_key_alone(one in record::tests::record()) {
            let seal = Seal::new([3; 32], &kernel::OsIds);
            let bytes = sealed(&seal, &one);
            prop_assert_eq!(record::locator(&bytes), Some(one.locator));
            // After a restart.
            let again = Seal::new([3; 32], &kernel::OsIds);
            prop_assert_eq!(again.read(&bytes).unwrap(), one.clone());
            prop_assert_eq!(Seal::new([4; 32], &kernel::OsIds).read(&bytes), Err(Unreadable::Sealed));
            prop_assert_eq!(Seal::none().read(&bytes), Err(Unreadable::Sealed));
            prop_assert_eq!(seal.read(&record::tests::bytes(&one)).unwrap(), one, "written before records were sealed");
        }

        #[test]
        fn a_changed_byte_is_found(one in record::tests::record(), at in any::<prop::sample::Index>()) {
            let seal = Seal::new([3; 32], &kernel::OsIds);
            let mut bytes = sealed(&seal, &one);
            let at = at.index(bytes.len());
            *bytes.get_mut(at).unwrap() ^= 1;
            prop_assert!(seal.read(&bytes).is_err());
        }
    }

    #[test]
    fn the_same_place_twice_looks_like_nothing_twice() {
        let fix = Fix { lat: 30.9, lon: 121.5, valid: true, ..Fix::default() };
        let one =
            Record { received: Moment::default(), locator: Uuid::nil(), fixes: vec![fix], status: Status::default() };
        let seal = Seal::new([3; 32], &kernel::OsIds);
        let (a, b) = (sealed(&seal, &one), sealed(&seal, &one));
        assert_ne!(a.get(HEAD..), b.get(HEAD..));
        assert!(!a.windows(8).any(|w| w == 30.9_f64.to_le_bytes()));
        assert_eq!(a.len(), record::tests::bytes(&one).len() + NONCE + TAG);
    }
}

//! What a locator said is sealed before it goes into the segment file or to NATS, so that whoever gets hold of a disk, a copy of it or a
//! message server reads no place. When a record came and whose it is stay readable: that is how it is found, and says no place.
//!
//! XChaCha20-Poly1305, as everything that is sealed here (`store`), under one key that comes from the key file and is the same after a
//! restart. The nonce is a number of this process behind sixteen bytes of chance drawn at its start. The first step of XChaCha20 makes a
//! key of those sixteen bytes; it is made once for the process, and what is left for each record is ChaCha20-Poly1305, which ring does in an
//! eighth of the time (decision 0025). The bytes are the same, and opening them is left to the whole cipher.

use crate::record::{self, HEAD, Record, SEALED, Unreadable, VERSION};
use chacha20::{R20, hchacha};
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use kernel::{Ids, Moment};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
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
    /// Opens what any process sealed.
    cipher: XChaCha20Poly1305,
    /// Seals what this one does; `None` cannot be, and nothing would be kept.
    sealing: Option<LessSafeKey>,
    process: [u8; 16],
    next: Next,
}

/// The number of the next record, in a line of memory of its own: the keys beside it are read for each frame, and would come anew each time
/// another thread takes a number.
#[derive(Default)]
#[repr(align(128))]
struct Next(AtomicU64);

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
        let own = hchacha::<R20>(&key.into(), &process.into());
        let sealing = UnboundKey::new(&CHACHA20_POLY1305, &own).ok().map(LessSafeKey::new);
        Self(Some(Arc::new(Inner { cipher, sealing, process, next: Next::default() })))
    }

    /// Appends the record of a frame to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, (received, locator): (Moment, Uuid), fixes: &[Fix], status: &Status) {
        let start = out.len();
        record::write_parts(out, received, locator, fixes, status);
        let Some(inner) = &self.0 else { return };
        let number = inner.next.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        // What XChaCha20 leaves of its nonce: four zeros and the last eight bytes.
        let mut short = [0; 12];
        for (to, from) in short.iter_mut().skip(4).zip(number) {
            *to = from;
        }
        let sealed =
            out.get_mut(start..).and_then(|all| all.split_first_chunk_mut::<HEAD>()).and_then(|(head, body)| {
                if let Some(version) = head.first_mut() {
                    *version = SEALED;
                }
                let nonce = Nonce::assume_unique_for_key(short);
                inner.sealing.as_ref()?.seal_in_place_separate_tag(nonce, Aad::from(&*head), body).ok()
            });
        match sealed {
            Some(tag) => {
                out.extend_from_slice(&inner.process);
                out.extend_from_slice(&number);
                out.extend_from_slice(tag.as_ref());
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

        /// Files that an earlier version of the program wrote, and what NATS still holds of it.
        #[test]
        fn what_the_whole_cipher_seals_is_the_same_bytes(one in record::tests::record(), before in 0_u64..5) {
            let seal = Seal::new([3; 32], &kernel::OsIds);
            (0..before).for_each(|_| drop(sealed(&seal, &one)));
            let bytes = sealed(&seal, &one);
            let mut whole = record::tests::bytes(&one);
            *whole.first_mut().unwrap() = SEALED;
            let nonce: [u8; NONCE] = *bytes.get(..bytes.len() - TAG).unwrap().last_chunk().unwrap();
            let (head, body) = whole.split_first_chunk_mut::<HEAD>().unwrap();
            let cipher = XChaCha20Poly1305::new(&[3; 32].into());
            let tag = cipher.encrypt_inout_detached(&XNonce::from(nonce), head.as_slice(), body.into()).unwrap();
            whole.extend_from_slice(&nonce);
            whole.extend_from_slice(&tag);
            prop_assert_eq!(bytes, whole);
        }

        #[test]
        fn a_changed_bit_is_found(one in record::tests::record(), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let seal = Seal::new([3; 32], &kernel::OsIds);
            let mut bytes = sealed(&seal, &one);
            let at = at.index(bytes.len());
            *bytes.get_mut(at).unwrap() ^= 1_u8 << bit;
            prop_assert!(seal.read(&bytes).is_err());
        }

        #[test]
        fn a_record_cut_anywhere_is_none(one in record::tests::record()) {
            let seal = Seal::new([3; 32], &kernel::OsIds);
            let bytes = sealed(&seal, &one);
            for cut in 0..bytes.len() {
                prop_assert!(seal.read(bytes.get(..cut).unwrap()).is_err(), "{}", cut);
            }
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

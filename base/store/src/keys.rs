//! Keys: one master key per class wraps a data key per subject (person, matter); the data key seals values.
//!
//! Sealing is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), 24-byte random nonce, the class and subject as
//! associated data, so that a value moved to another row does not open. Destroying a data key erases the subject.

use crate::Error;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac as _};
use kernel::Ids;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;
use uuid::Uuid;

/// What kind of personal value a key protects. Each class has its own master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyClass {
    Identity,
    Contact,
    Health,
    Location,
    Raiser,
    /// The words of whoever raised a matter, as they stand.
    Original,
    /// Free text of matters and notes, and photos.
    Text,
}

impl KeyClass {
    pub const ALL: [Self; 7] =
        [Self::Identity, Self::Contact, Self::Health, Self::Location, Self::Raiser, Self::Original, Self::Text];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Health => "health",
            Self::Location => "location",
            Self::Raiser => "raiser",
            Self::Original => "original",
            Self::Text => "text",
        }
    }
}

#[derive(Clone)]
struct Master {
    wrap: [u8; 32],
    hash: [u8; 32],
}

/// Master keys by version and class. `Debug` shows nothing.
#[derive(Clone)]
pub struct Keys {
    current: u32,
    versions: BTreeMap<u32, [u8; 32]>,
    masters: BTreeMap<(u32, KeyClass), Master>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("current", &self.current).finish_non_exhaustive()
    }
}

impl Keys {
    /// A first set of keys.
    pub fn generate(ids: &dyn Ids) -> Self {
        let mut root = [0u8; 32];
        ids.fill(&mut root);
        Self::from_roots(BTreeMap::from([(1, root)]), 1)
    }

    fn from_roots(versions: BTreeMap<u32, [u8; 32]>, current: u32) -> Self {
        let mut masters = BTreeMap::new();
        for (&version, root) in &versions {
            for class in KeyClass::ALL {
                let part = |use_: &str| mac(root, &[b"mulin/", class.code().as_bytes(), b"/", use_.as_bytes()]);
                // Keyed hashes must stay the same over rotations (they are looked up), so they come from the first root.
                let first = versions.values().next().unwrap_or(root);
                let hash = mac(first, &[b"mulin/", class.code().as_bytes(), b"/hash"]);
                masters.insert((version, class), Master { wrap: part("wrap"), hash });
            }
        }
        Self { current, versions, masters }
    }

    /// Reads a key file: lines `VERSION HEX`, the last one current; `#` begins a comment.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| Error::Setup(format!("key file {shown}: {e}")))?;
        let mut versions = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let parsed = line.split_once(' ').and_then(|(version, key)| {
                let key: [u8; 32] = hex::decode(key.trim()).ok()?.try_into().ok()?;
                Some((version.parse::<u32>().ok()?, key))
            });
            let (version, key) = parsed.ok_or_else(|| {
                Error::Setup(format!("key file {shown}: each line must be a version and 64 hex digits"))
            })?;
            versions.insert(version, key);
        }
        let current =
            *versions.keys().next_back().ok_or_else(|| Error::Setup(format!("key file {shown} holds no key")))?;
        Ok(Self::from_roots(versions, current))
    }

    /// Writes the key file, readable by its owner only; an existing file is never overwritten.
    pub fn save_new(&self, path: &Path) -> Result<(), Error> {
        use std::io::Write as _;
        let shown = path.display();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed = |e: std::io::Error| Error::Setup(format!("key file {shown}: {e}"));
        let mut file = options.open(path).map_err(failed)?;
        let mut text = String::from(
            "# Keys of this Mulin. Whoever has this file and the database reads everything; whoever loses it, nothing.\n",
        );
        for (version, root) in &self.versions {
            let _ = writeln!(text, "{version} {}", hex::encode(root));
        }
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// The key of backups of one version, or of the current one, with its version.
    pub(crate) fn backup_key(&self, version: Option<u32>) -> Option<(u32, [u8; 32])> {
        let version = version.unwrap_or(self.current);
        self.versions.get(&version).map(|root| (version, mac(root, &[b"mulin/backup"])))
    }

    /// Signs what leaves the house (anchors of the log) with the current key; Ed25519 (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> (PublicKey, [u8; 64]) {
        let key = self.versions.get(&self.current).map_or_else(|| signing_key(&[0; 32]), signing_key);
        (PublicKey(key.verifying_key()), key.sign(message).to_bytes())
    }

    /// The keys against which signatures of this house are checked, of every version, the current one last.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.versions.values().map(|root| PublicKey(signing_key(root).verifying_key())).collect()
    }

    fn master(&self, version: u32, class: KeyClass) -> Result<&Master, Error> {
        self.masters.get(&(version, class)).ok_or(Error::Sealed("unknown key version"))
    }

    pub(crate) fn wrap(&self, ids: &dyn Ids, class: KeyClass, subject: Uuid, key: &SubjectKey) -> (u32, Vec<u8>) {
        let wrap = self.masters.get(&(self.current, class)).map_or([0; 32], |m| m.wrap);
        (self.current, encrypt(ids, &wrap, class, subject, &key.0))
    }

    pub(crate) fn unwrap(
        &self,
        version: i64,
        class: KeyClass,
        subject: Uuid,
        wrapped: &[u8],
    ) -> Result<SubjectKey, Error> {
        let version = u32::try_from(version).map_err(|_| Error::Sealed("key version"))?;
        let plain = decrypt(&self.master(version, class)?.wrap, class, subject, wrapped)?;
        plain.try_into().map(SubjectKey).map_err(|_| Error::Sealed("data key"))
    }
}

fn signing_key(root: &[u8; 32]) -> SigningKey {
    SigningKey::from_bytes(&mac(root, &[b"mulin/sign"]))
}

/// Checks signatures; may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    pub fn hex(&self) -> String {
        hex::encode(self.0.as_bytes())
    }
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = hex::decode(text.trim()).ok()?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }
    /// First digits, to tell keys apart.
    pub fn short(&self) -> String {
        self.hex().chars().take(16).collect()
    }
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// HMAC-SHA-256 under the hash key of a class.
pub(crate) fn keyed_hash(keys: &Keys, class: KeyClass, bytes: &[u8]) -> [u8; 32] {
    let key = keys.masters.get(&(keys.current, class)).map_or([0; 32], |m| m.hash);
    mac(&key, &[bytes])
}

/// The data key of one subject in one class.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectKey([u8; 32]);

impl SubjectKey {
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    pub(crate) fn generate(ids: &dyn Ids) -> Self {
        let mut key = [0u8; 32];
        ids.fill(&mut key);
        Self(key)
    }
    pub(crate) fn seal(&self, ids: &dyn Ids, class: KeyClass, subject: Uuid, plain: &[u8]) -> Vec<u8> {
        encrypt(ids, &self.0, class, subject, plain)
    }
    pub(crate) fn open(&self, class: KeyClass, subject: Uuid, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        decrypt(&self.0, class, subject, sealed)
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

fn associated(class: KeyClass, subject: Uuid) -> Vec<u8> {
    [class.code().as_bytes(), b"/", subject.as_bytes()].concat()
}

fn encrypt(ids: &dyn Ids, key: &[u8; 32], class: KeyClass, subject: Uuid, plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0u8; 24];
    ids.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let payload = Payload { msg: plain, aad: &associated(class, subject) };
    // The only failure of this cipher is a message of more than 256 GiB.
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
    [nonce.as_slice(), &sealed].concat()
}

fn decrypt(key: &[u8; 32], class: KeyClass, subject: Uuid, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (nonce, body) = sealed.split_first_chunk::<24>().ok_or(Error::Sealed("too short"))?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let payload = Payload { msg: body, aad: &associated(class, subject) };
    cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::Sealed("wrong key or changed data"))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::SeededIds;

    #[test]
    fn a_sealed_value_opens_only_for_its_subject_and_class() {
        let ids = SeededIds::new(1);
        let key = SubjectKey::generate(&ids);
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = key.seal(&ids, KeyClass::Contact, a, "𠮷·龘".as_bytes());
        assert_eq!(key.open(KeyClass::Contact, a, &sealed).unwrap(), "𠮷·龘".as_bytes());
        assert!(key.open(KeyClass::Contact, b, &sealed).is_err());
        assert!(key.open(KeyClass::Raiser, a, &sealed).is_err());
    }

    #[test]
    fn a_key_file_is_written_once_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let keys = Keys::generate(&SeededIds::new(7));
        keys.save_new(&path).unwrap();
        assert!(keys.save_new(&path).is_err(), "an existing key file must never be overwritten");
        let again = Keys::load(&path).unwrap();
        assert_eq!(keyed_hash(&keys, KeyClass::Raiser, b"x"), keyed_hash(&again, KeyClass::Raiser, b"x"));
        assert!(!format!("{again:?}").contains(&hex::encode(keys.versions.get(&1).unwrap())));
    }
}

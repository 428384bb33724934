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
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
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
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

#[derive(Clone)]
struct Master {
    wrap: [u8; 32],
    hash: [u8; 32],
}

/// Master keys by version and class, shared by everything that runs: a rotation reaches a running program. `Debug` shows
/// nothing.
#[derive(Clone)]
pub struct Keys {
    ring: Arc<RwLock<Arc<Ring>>>,
    /// Where they were read from, to be read again when a row names a version that is not known yet.
    file: Option<PathBuf>,
}

struct Ring {
    current: u32,
    versions: BTreeMap<u32, [u8; 32]>,
    masters: BTreeMap<(u32, KeyClass), Master>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("current", &self.ring().current).finish_non_exhaustive()
    }
}

impl Ring {
    fn new(versions: BTreeMap<u32, [u8; 32]>) -> Self {
        let current = versions.keys().next_back().copied().unwrap_or_default();
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

    fn read(path: &Path) -> Result<Self, Error> {
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
        if versions.is_empty() {
            return Err(Error::Setup(format!("key file {shown} holds no key")));
        }
        Ok(Self::new(versions))
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "# Keys of this Mulin. Whoever has this file and the database reads everything; whoever loses it, nothing.\n\
             # The highest version seals, the others still open; the first one also makes the hashes that are looked up.\n",
        );
        for (version, root) in &self.versions {
            let _ = writeln!(text, "{version} {}", hex::encode(root));
        }
        text
    }

    fn wrap_key(&self, version: u32, class: KeyClass) -> Option<[u8; 32]> {
        self.masters.get(&(version, class)).map(|m| m.wrap)
    }
}

impl Keys {
    fn of(ring: Ring, file: Option<PathBuf>) -> Self {
        Self { ring: Arc::new(RwLock::new(Arc::new(ring))), file }
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A first set of keys.
    pub fn generate(ids: &dyn Ids) -> Self {
        let mut root = [0u8; 32];
        ids.fill(&mut root);
        Self::of(Ring::new(BTreeMap::from([(1, root)])), None)
    }

    /// Reads a key file: lines `VERSION HEX`, the highest version current; `#` begins a comment.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Ring::read(path)?, Some(path.to_owned())))
    }

    /// Reads the key file again. Keys that are in use must still be in it; otherwise nothing changes.
    pub fn reload(&self) -> Result<(), Error> {
        let Some(path) = &self.file else { return Ok(()) };
        let (now, new) = (self.ring(), Ring::read(path)?);
        if now.versions.iter().any(|(version, root)| new.versions.get(version) != Some(root)) {
            let shown = path.display();
            return Err(Error::Setup(format!("key file {shown}: a key that is in use was changed or removed")));
        }
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }

    /// Writes the key file, readable by its owner only; an existing file is never overwritten.
    pub fn save_new(&self, path: &Path) -> Result<(), Error> {
        write_new(path, &self.ring().text())
    }

    /// Adds a key to the key file, from which everything is sealed from now on; answers its version. The file is replaced
    /// in one step, so that a crash leaves the old or the new one.
    pub fn add_version(&self, ids: &dyn Ids) -> Result<u32, Error> {
        let path = self.file.clone().ok_or_else(|| Error::Setup("these keys come from no file".into()))?;
        self.reload()?;
        let mut versions = self.ring().versions.clone();
        let version = self.ring().current + 1;
        let mut root = [0u8; 32];
        ids.fill(&mut root);
        versions.insert(version, root);
        let mut part = path.clone().into_os_string();
        part.push(".new");
        let part = PathBuf::from(part);
        // Left by a run that was cut off before the file took its name: nothing is sealed under it.
        let _ = std::fs::remove_file(&part);
        write_new(&part, &Ring::new(versions).text())?;
        let failed = |e: std::io::Error| Error::Setup(format!("key file {}: {e}", path.display()));
        std::fs::rename(&part, &path).map_err(failed)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(failed)?;
        self.reload()?;
        Ok(version)
    }

    /// As [`crate::Cx::keyed_hash`], for tables in memory that are asked without a transaction.
    pub fn keyed_hash(&self, class: KeyClass, bytes: &[u8]) -> [u8; 32] {
        keyed_hash(self, class, bytes)
    }

    /// Versions, the current one last.
    pub fn versions(&self) -> Vec<u32> {
        self.ring().versions.keys().copied().collect()
    }

    /// The version that seals.
    pub fn current(&self) -> u32 {
        self.ring().current
    }

    /// The key of backups of one version, or of the current one, with its version.
    pub(crate) fn backup_key(&self, version: Option<u32>) -> Option<(u32, [u8; 32])> {
        let ring = self.ring();
        let version = version.unwrap_or(ring.current);
        ring.versions.get(&version).map(|root| (version, mac(root, &[b"mulin/backup"])))
    }

    /// Signs what leaves the house (anchors of the log) with the current key; Ed25519 (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> (PublicKey, [u8; 64]) {
        let ring = self.ring();
        let key = ring.versions.get(&ring.current).map_or_else(|| signing_key(&[0; 32]), signing_key);
        (PublicKey(key.verifying_key()), key.sign(message).to_bytes())
    }

    /// The keys against which signatures of this house are checked, of every version, the current one last.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.ring().versions.values().map(|root| PublicKey(signing_key(root).verifying_key())).collect()
    }

    pub(crate) fn wrap(&self, ids: &dyn Ids, class: KeyClass, subject: Uuid, key: &SubjectKey) -> (u32, Vec<u8>) {
        let ring = self.ring();
        let wrap = ring.wrap_key(ring.current, class).unwrap_or([0; 32]);
        (ring.current, encrypt(ids, &wrap, class, subject, &key.0))
    }

    pub(crate) fn unwrap(
        &self,
        version: i64,
        class: KeyClass,
        subject: Uuid,
        wrapped: &[u8],
    ) -> Result<SubjectKey, Error> {
        let version = u32::try_from(version).map_err(|_| Error::Sealed("key version"))?;
        let mut wrap = self.ring().wrap_key(version, class);
        if wrap.is_none() {
            // Another process has rotated the keys since this one read them.
            self.reload()?;
            wrap = self.ring().wrap_key(version, class);
        }
        let plain = decrypt(&wrap.ok_or(Error::Sealed("unknown key version"))?, class, subject, wrapped)?;
        plain.try_into().map(SubjectKey).map_err(|_| Error::Sealed("data key"))
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |e: std::io::Error| Error::Setup(format!("key file {}: {e}", path.display()));
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
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
    let ring = keys.ring();
    let key = ring.masters.get(&(ring.current, class)).map_or([0; 32], |m| m.hash);
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
        assert!(!format!("{again:?}").contains(&hex::encode(keys.ring().versions.get(&1).unwrap())));
    }

    #[test]
    fn a_new_version_reaches_whoever_has_the_file_and_leaves_the_hashes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let ids = SeededIds::new(9);
        Keys::generate(&ids).save_new(&path).unwrap();
        let (running, command) = (Keys::load(&path).unwrap(), Keys::load(&path).unwrap());
        let hash = keyed_hash(&running, KeyClass::Raiser, b"x");
        assert_eq!(command.add_version(&ids).unwrap(), 2);
        let (subject, key) = (Uuid::from_u128(1), SubjectKey::generate(&ids));
        let (version, wrapped) = command.wrap(&ids, KeyClass::Text, subject, &key);
        assert_eq!((version, running.versions()), (2, vec![1]));
        assert!(running.unwrap(2, KeyClass::Text, subject, &wrapped).unwrap() == key, "read again when it was needed");
        assert_eq!((running.current(), running.versions()), (2, vec![1, 2]));
        assert_eq!(keyed_hash(&running, KeyClass::Raiser, b"x"), hash);
        assert!(running.unwrap(3, KeyClass::Text, subject, &wrapped).is_err());
        assert_eq!(running.public_keys().len(), 2, "older signatures still verify");
    }

    #[test]
    fn a_key_in_use_cannot_vanish_from_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        Keys::generate(&SeededIds::new(9)).save_new(&path).unwrap();
        let running = Keys::load(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        Keys::generate(&SeededIds::new(10)).save_new(&path).unwrap();
        assert!(running.reload().unwrap_err().to_string().contains("in use"));
        assert!(running.add_version(&SeededIds::new(11)).is_err());
    }
}

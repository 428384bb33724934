//! Sealing what goes to a browser (RFC 8291, RFC 8188 `aes128gcm`): the library `ece` with ring's primitives under it.
//!
//! Only sending is there: ring makes its private keys fresh and lets none be set, which is all a sender needs. What `ece`
//! asks beyond that is answered with an error.

use ece::crypto::{Cryptographer, EcKeyComponents, LocalKeyPair, RemotePublicKey};
use ece::{Error, Result};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::any::Any;
use std::sync::{Mutex, PoisonError};

/// Seals for the browser with this point and secret. `None` when they are none.
pub(super) fn seal(p256dh: &[u8], auth: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    // Fails from the second time on: it is there already.
    let _ = ece::crypto::set_cryptographer(&Ring);
    ece::encrypt(p256dh, auth, plain).ok()
}

struct Ring;

/// A key for one message; agreeing takes the private half.
struct Own {
    private: Mutex<Option<EphemeralPrivateKey>>,
    public: Vec<u8>,
}

impl LocalKeyPair for Own {
    fn pub_as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.public.clone())
    }
    fn raw_components(&self) -> Result<EcKeyComponents> {
        Err(Error::CryptoError)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Theirs(Vec<u8>);

impl RemotePublicKey for Theirs {
    fn as_raw(&self) -> Result<Vec<u8>> {
        Ok(self.0.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Any failure of ring is one: it says no more about it.
fn crypto<E>(_: E) -> Error {
    Error::CryptoError
}

/// Bytes asked of HKDF.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn key(key: &[u8], iv: &[u8]) -> Result<(LessSafeKey, Nonce)> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).map_err(crypto)?);
    Ok((key, Nonce::try_assume_unique_for_key(iv).map_err(crypto)?))
}

impl Cryptographer for Ring {
    fn generate_ephemeral_keypair(&self) -> Result<Box<dyn LocalKeyPair>> {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(crypto)?;
        let public = private.compute_public_key().map_err(crypto)?.as_ref().to_vec();
        Ok(Box::new(Own { private: Mutex::new(Some(private)), public }))
    }
    fn import_key_pair(&self, _: &EcKeyComponents) -> Result<Box<dyn LocalKeyPair>> {
        Err(Error::CryptoError)
    }
    fn import_public_key(&self, raw: &[u8]) -> Result<Box<dyn RemotePublicKey>> {
        Ok(Box::new(Theirs(raw.to_vec())))
    }
    fn compute_ecdh_secret(&self, remote: &dyn RemotePublicKey, local: &dyn LocalKeyPair) -> Result<Vec<u8>> {
        let own = local.as_any().downcast_ref::<Own>().ok_or(Error::CryptoError)?;
        let private = own.private.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Error::CryptoError)?;
        // Refuses points that are not on the curve.
        let theirs = UnparsedPublicKey::new(&ECDH_P256, remote.as_raw()?);
        agree_ephemeral(private, &theirs, <[u8]>::to_vec).map_err(crypto)
    }
    fn hkdf_sha256(&self, salt: &[u8], secret: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
        let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
        let mut out = vec![0; len];
        prk.expand(&[info], Bytes(len)).and_then(|okm| okm.fill(&mut out)).map_err(crypto)?;
        Ok(out)
    }
    fn aes_gcm_128_encrypt(&self, secret: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = key(secret, iv)?;
        let mut out = data.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut out).map_err(crypto)?;
        Ok(out)
    }
    fn aes_gcm_128_decrypt(&self, secret: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let (key, nonce) = key(secret, iv)?;
        let mut out = sealed.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut out).map_err(crypto)?.len();
        out.truncate(plain);
        Ok(out)
    }
    fn random_bytes(&self, dest: &mut [u8]) -> Result<()> {
        SystemRandom::new().fill(dest).map_err(crypto)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::push::unbase;

    /// Ours, but it has the receiver's private key of RFC 8291 §5: the agreed secret is the one of its appendix A.
    struct Receiver;
    struct Fixed;

    impl LocalKeyPair for Fixed {
        fn pub_as_raw(&self) -> Result<Vec<u8>> {
            Ok(unbase(UA_PUBLIC).unwrap())
        }
        fn raw_components(&self) -> Result<EcKeyComponents> {
            Err(Error::CryptoError)
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl Cryptographer for Receiver {
        fn generate_ephemeral_keypair(&self) -> Result<Box<dyn LocalKeyPair>> {
            Ring.generate_ephemeral_keypair()
        }
        fn import_key_pair(&self, _: &EcKeyComponents) -> Result<Box<dyn LocalKeyPair>> {
            Ok(Box::new(Fixed))
        }
        fn import_public_key(&self, raw: &[u8]) -> Result<Box<dyn RemotePublicKey>> {
            assert_eq!(raw, unbase(AS_PUBLIC).unwrap(), "the sender's key in the head of the message");
            Ring.import_public_key(raw)
        }
        fn compute_ecdh_secret(&self, _: &dyn RemotePublicKey, _: &dyn LocalKeyPair) -> Result<Vec<u8>> {
            Ok(unbase(ECDH_SECRET).unwrap())
        }
        fn hkdf_sha256(&self, salt: &[u8], secret: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
            Ring.hkdf_sha256(salt, secret, info, len)
        }
        fn aes_gcm_128_encrypt(&self, secret: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
            Ring.aes_gcm_128_encrypt(secret, iv, data)
        }
        fn aes_gcm_128_decrypt(&self, secret: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
            assert_eq!(secret, unbase("oIhVW04MRdy2XN9CiKLxTg").unwrap(), "the content encryption key of appendix A");
            assert_eq!(iv, unbase("4h_95klXJ5E_qnoN").unwrap(), "the nonce of appendix A");
            Ring.aes_gcm_128_decrypt(secret, iv, sealed)
        }
        fn random_bytes(&self, dest: &mut [u8]) -> Result<()> {
            Ring.random_bytes(dest)
        }
    }

    // RFC 8291 §5 and appendix A, as published.
    const UA_PUBLIC: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AS_PUBLIC: &str = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const ECDH_SECRET: &str = "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs";
    const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    /// Each test is a process of its own (nextest), and a process has one set of primitives.
    #[test]
    fn the_example_of_rfc_8291_opens() {
        ece::crypto::set_cryptographer(&Receiver).unwrap();
        let key = EcKeyComponents::new(vec![0], vec![0]);
        let plain = ece::decrypt(&key, &unbase(AUTH).unwrap(), &unbase(MESSAGE).unwrap()).unwrap();
        assert_eq!(plain, b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn what_is_sealed_has_a_fresh_key_each_time_and_a_length_that_tells_little() {
        let to = |plain: &[u8]| seal(&unbase(UA_PUBLIC).unwrap(), &unbase(AUTH).unwrap(), plain).unwrap();
        let (one, two, long) = (to(b"a"), to(b"a"), to(&[b'a'; 100]));
        assert_ne!(one, two);
        assert_eq!(one.get(16..21), Some(&[0, 0, 16, 0, 65][..]), "record size 4096 and a key of 65 bytes");
        assert_eq!(one.len(), long.len(), "padded");
    }
}

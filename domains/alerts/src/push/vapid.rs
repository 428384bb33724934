//! Who we are to a push service (RFC 8292): a signed word about whom it is for, until when, and where we are reached.

use super::base;
use kernel::Moment;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;

/// Hours a word holds; services refuse more than 24.
const HOURS: i64 = 12;

/// The key of a district.
pub(crate) struct Vapid(EcdsaKeyPair);

impl Vapid {
    /// A new key as PKCS #8, to be kept sealed.
    pub(crate) fn make() -> Option<Vec<u8>> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
        Some(made.as_ref().to_vec())
    }

    pub(crate) fn read(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new()).ok().map(Self)
    }

    /// The public half as browsers want it (`applicationServerKey`).
    pub(crate) fn public(&self) -> String {
        base(self.0.public_key().as_ref())
    }

    /// The header for a push service.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now: Moment) -> Option<String> {
        let head = base(json!({ "typ": "JWT", "alg": "ES256" }).to_string().as_bytes());
        let until = now.plus_hours(HOURS).micros() / 1_000_000;
        let claims = base(json!({ "aud": origin, "exp": until, "sub": contact }).to_string().as_bytes());
        let signed = format!("{head}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("vapid t={signed}.{}, k={}", base(signature.as_ref()), self.public()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::push::unbase;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    /// Verifies a header as a push service does; answers head and claims.
    fn verify(header: &str) -> (Value, Value) {
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, unbase(key).unwrap())
            .verify(signed.as_bytes(), &unbase(signature).unwrap())
            .expect("the signature fits the key");
        let part = |text: &str| serde_json::from_slice(&unbase(text).unwrap()).unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        (part(head), part(claims))
    }

    /// RFC 8292 §2.4, as published (its line breaks taken out): our way of verifying is the right one.
    #[test]
    fn the_example_of_rfc_8292_verifies() {
        let header = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
        let (head, claims) = verify(header);
        assert_eq!(head, json!({ "typ": "JWT", "alg": "ES256" }));
        let expected =
            json!({ "aud": "https://push.example.net", "exp": 1_453_523_768, "sub": "mailto:push@example.com" });
        assert_eq!(claims, expected);
    }

    #[test]
    fn our_word_verifies_and_holds_for_twelve_hours() {
        let pkcs8 = Vapid::make().unwrap();
        let vapid = Vapid::read(&pkcs8).unwrap();
        let now = Moment::from_micros(1_700_000_000_000_000);
        let header = vapid.authorization("https://push.example.net", "mailto:a@mulin.example", now).unwrap();
        let (head, claims) = verify(&header);
        assert_eq!(head, json!({ "typ": "JWT", "alg": "ES256" }));
        let expected =
            json!({ "aud": "https://push.example.net", "exp": 1_700_043_200, "sub": "mailto:a@mulin.example" });
        assert_eq!(claims, expected);
        assert_eq!(unbase(&vapid.public()).unwrap().len(), 65);
        assert_eq!(Vapid::read(&pkcs8).unwrap().public(), vapid.public(), "kept, not made anew");
    }
}

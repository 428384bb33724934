//! Web push: what goes to a browser's push service, and how it is sealed and signed. Pure but for chance;
//! [`crate::app::push`] keeps who wants it, [`crate::app::push_queue`] sends.
//!
//! The words are fixed sentences without a name, a number or a code: they lie on lock screens. Sealing (RFC 8291) is the
//! library `ece` over the primitives of `ring`, the signature (RFC 8292) is `ring`'s; decision 0014 says why.

mod seal;
mod vapid;

use crate::outgoing::{Answer, Call, Reach, Trouble};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use kernel::Moment;
use reqwest::Url;
use serde_json::json;
use std::net::IpAddr;

pub(crate) use vapid::Vapid;

/// Push services of the browsers that people have. Nobody makes us call anything else.
pub const SERVICES: [&str; 4] =
    ["fcm.googleapis.com", "updates.push.services.mozilla.com", "push.apple.com", "notify.windows.com"];
const ENDPOINT_CHARS: usize = 1_500;

/// What the operator says: web push is off without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushConfig {
    /// Where a push service reaches whoever runs this: `mailto:…` or `https://…`. Goes out with every message (RFC 8292).
    pub contact: String,
    /// Hosts, each with everything below it.
    pub services: Vec<String>,
}

impl PushConfig {
    fn knows(&self, host: &str) -> bool {
        let below =
            |service: &str| host.strip_suffix(service).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.services.iter().any(|service| below(&service.to_ascii_lowercase()))
    }
}

/// What a browser gives away when somebody subscribes: where it is reached, and the keys for what is sent to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    pub(crate) endpoint: String,
    /// Its point on P-256, uncompressed, and its secret.
    pub(crate) p256dh: Vec<u8>,
    pub(crate) auth: Vec<u8>,
}

/// Whoever has it can call the browser.
impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").finish_non_exhaustive()
    }
}

impl Device {
    /// As the browser says it. `None` when it is not what a browser says, or the host is no push service we know.
    pub fn read(config: &PushConfig, endpoint: &str, p256dh: &str, auth: &str) -> Option<Self> {
        let url = Url::parse(endpoint.trim()).ok()?;
        let host = url.host_str()?.to_ascii_lowercase();
        // Without TLS only to a machine that the operator named by its number; the way out looks at it once more.
        let safe = url.scheme() == "https" || (url.scheme() == "http" && host.parse::<IpAddr>().is_ok());
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !safe || !plain || !config.knows(&host) || url.as_str().len() > ENDPOINT_CHARS {
            return None;
        }
        let device = Self { endpoint: url.into(), p256dh: unbase(p256dh)?, auth: unbase(auth)? };
        // Sealed once for nothing: keys that cannot be used are told to whoever gives them, not to whoever waits.
        device.seal(b"{}").map(|_| device)
    }

    /// As it lies sealed in the database.
    pub(crate) fn to_text(&self) -> String {
        json!({ "endpoint": self.endpoint, "p256dh": base(&self.p256dh), "auth": base(&self.auth) }).to_string()
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let field = |name: &str| value.get(name).and_then(|v| v.as_str());
        Some(Self {
            endpoint: field("endpoint")?.to_owned(),
            p256dh: unbase(field("p256dh")?)?,
            auth: unbase(field("auth")?)?,
        })
    }

    fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        if self.auth.len() != 16 || self.p256dh.len() != 65 {
            return None;
        }
        seal::seal(&self.p256dh, &self.auth, plain)
    }
}

/// Browsers leave the padding out, programs do not always.
fn unbase(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

pub(crate) fn base(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is shown.
pub(crate) struct Words<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub lang: &'a str,
    /// News of one topic that were not delivered yet are replaced by newer ones; so is what still shows.
    pub topic: &'a str,
    /// Wakes a sleeping telephone.
    pub urgent: bool,
    pub ttl_secs: i64,
}

/// The request to the push service. `None` when the keys cannot be used.
pub(crate) fn call(device: &Device, words: &Words<'_>, vapid: &Vapid, contact: &str, now: Moment) -> Option<Call> {
    let plain = json!({
        "title": words.title, "body": words.body, "lang": words.lang, "tag": words.topic, "again": words.urgent
    });
    let body = device.seal(plain.to_string().as_bytes())?;
    let origin = Url::parse(&device.endpoint).ok()?.origin().ascii_serialization();
    let headers = [
        ("content-type", "application/octet-stream".to_owned()),
        ("content-encoding", "aes128gcm".to_owned()),
        ("authorization", vapid.authorization(&origin, contact, now)?),
        ("ttl", words.ttl_secs.max(0).to_string()),
        ("topic", words.topic.to_owned()),
        ("urgency", if words.urgent { "high" } else { "normal" }.to_owned()),
    ];
    let headers = headers.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    Some(Call { method: "POST", url: device.endpoint.clone(), headers, body, reach: Reach::Guarded })
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pushed {
    Taken,
    /// The subscription is over: the browser unsubscribed, or it was made for another key.
    Gone(String),
    /// This message cannot be sent, ever.
    Refused(String),
    Later(String),
}

/// RFC 8030 §5 and §7.3; 401 and 403 are how services say that key and subscription do not belong together.
pub(crate) fn read(answer: &Result<Answer, Trouble>) -> Pushed {
    match answer {
        Ok(answer) if answer.is_good() => Pushed::Taken,
        Ok(answer) => {
            let why = format!("HTTP {}", answer.status);
            match answer.status {
                401 | 403 | 404 | 410 => Pushed::Gone(why),
                400 | 405 | 413 => Pushed::Refused(why),
                _ => Pushed::Later(why),
            }
        }
        Err(trouble @ (Trouble::NotAllowed | Trouble::NotAnAddress)) => Pushed::Gone(trouble.to_string()),
        Err(trouble) => Pushed::Later(trouble.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> PushConfig {
        let services = SERVICES.iter().map(|s| (*s).to_owned()).collect();
        PushConfig { contact: "mailto:a@mulin.example".into(), services }
    }

    /// The keys of RFC 8291 §5.
    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn only_push_services_that_are_known_are_taken() {
        let read = |endpoint: &str| Device::read(&config(), endpoint, P256DH, AUTH);
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
            "https://web.push.apple.com/QABC",
            "https://wns2-sg2p.notify.windows.com/w/?token=BQYAAAB",
        ] {
            let device = read(good).unwrap_or_else(|| panic!("{good}"));
            assert_eq!(Device::from_text(&device.to_text()), Some(device));
        }
        for bad in [
            "",
            "nothing",
            "http://fcm.googleapis.com/fcm/send/abc",
            "https://evil.example/fcm.googleapis.com",
            "https://evilfcm.googleapis.com.evil.example/",
            "https://notfcm.googleapis.com/",
            "https://fcm.googleapis.com@169.254.169.254/",
            "https://user:word@fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "http://127.0.0.1:5432/x",
            "http://[::1]/x",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
        let long = format!("https://fcm.googleapis.com/{}", "x".repeat(2_000));
        assert!(read(&long).is_none());
    }

    #[test]
    fn keys_that_are_none_are_not_taken() {
        let read = |p256dh: &str, auth: &str| Device::read(&config(), "https://fcm.googleapis.com/x", p256dh, auth);
        assert!(read(P256DH, AUTH).is_some());
        assert!(read(&format!("{P256DH}="), AUTH).is_some(), "with padding");
        assert!(read("", AUTH).is_none());
        assert!(read(P256DH, "AAAA").is_none(), "a short secret");
        let off_the_curve = base(&[vec![4], vec![7; 64]].concat());
        assert!(read(&off_the_curve, AUTH).is_none());
    }

    #[test]
    fn answers_of_push_services_are_read() {
        let said = |status| read(&Ok(Answer { status, retry_after: None, body: Vec::new() }));
        assert_eq!((said(201), said(200), said(202)), (Pushed::Taken, Pushed::Taken, Pushed::Taken));
        for status in [404, 410, 403] {
            assert!(matches!(said(status), Pushed::Gone(_)), "{status}");
        }
        assert!(matches!(said(413), Pushed::Refused(_)));
        for status in [429, 500, 503, 302] {
            assert!(matches!(said(status), Pushed::Later(_)), "{status}");
        }
        assert!(matches!(read(&Err(Trouble::NotAllowed)), Pushed::Gone(_)));
        assert!(matches!(read(&Err(Trouble::Slow)), Pushed::Later(_)));
    }
}

//! Webhooks by the Standard Webhooks scheme (standardwebhooks.com, specification 1.0.0): which events there are, how they
//! are signed, and what one holds. Thin: ids, numbers and states, never a text, a name or a place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::Moment;
use matters::app::Move;
use serde_json::json;
use sha2::Sha256;

/// What secrets begin with, so that they are recognised where they should not be.
pub const PREFIX: &str = "whsec_";
/// Bytes of a secret; the specification asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;
/// The event that somebody asks for to try a webhook.
pub const TEST: &str = "webhook.test";

/// Kinds of entries of a matter's log that are told outside, and as what. Remarks, deliveries,
/// pictures and calls stay in, and so does the past that an import brings.
const EVENTS: &[(&str, &str)] = &[
    ("matter.raise", "matter.raised"),
    ("matter.accept", "matter.accepted"),
    ("matter.assign", "matter.assigned"),
    ("matter.change_owner", "matter.assigned"),
    ("matter.sign", "matter.signed"),
    ("matter.return", "matter.returned"),
    ("matter.reject", "matter.rejected"),
    ("matter.merge", "matter.merged"),
    ("matter.mark_emergency", "matter.emergency"),
    ("matter.start", "matter.started"),
    ("matter.wait", "matter.waiting"),
    ("matter.park", "matter.parked"),
    ("matter.resume", "matter.resumed"),
    ("matter.extend", "matter.extended"),
    ("matter.escalate", "matter.overdue"),
    ("matter.submit", "matter.submitted"),
    ("matter.verify", "matter.verified"),
    ("matter.send_back", "matter.sent_back"),
    ("matter.answer", "matter.answered"),
    ("matter.close", "matter.closed"),
    ("matter.rate", "matter.rated"),
    ("matter.reopen", "matter.reopened"),
    ("matter.add_facts", "matter.facts_added"),
];

/// Types that can be asked for, each once.
pub fn types() -> Vec<&'static str> {
    let mut all: Vec<&str> = Vec::new();
    for (_, name) in EVENTS {
        if !all.contains(name) {
            all.push(name);
        }
    }
    all
}

/// The type of an entry of the log; `None` for what stays in. A warning before a term ends is not yet "overdue".
pub(crate) fn event(m: &Move) -> Option<&'static str> {
    if m.kind == "matter.escalate" && m.level.as_deref() == Some("yellow") {
        return None;
    }
    EVENTS.iter().find(|(kind, _)| *kind == m.kind).map(|(_, name)| *name)
}

/// The body of an event. Its bytes are kept and sent as they are: they are what is signed.
pub(crate) fn payload(name: &str, m: &Move) -> String {
    let data = json!({
        "id": m.matter, "number": m.number, "from": m.from.as_deref(), "state": m.to, "version": m.version,
    });
    json!({ "type": name, "timestamp": m.at.rfc3339(), "data": data }).to_string()
}

/// The body of a trial.
pub(crate) fn trial(webhook: uuid::Uuid, at: Moment) -> String {
    json!({ "type": TEST, "timestamp": at.rfc3339(), "data": { "webhook": webhook } }).to_string()
}

/// A secret as it is shown to whoever sets up the other side.
pub(crate) fn shown(secret: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// `webhook-signature`: one `v1` per secret, the new one first.
pub(crate) fn signatures(secrets: &[Vec<u8>], id: &str, at_secs: i64, body: &str) -> String {
    let content = format!("{id}.{at_secs}.{body}");
    secrets.iter().map(|secret| format!("v1,{}", sign(secret, content.as_bytes()))).collect::<Vec<_>>().join(" ")
}

/// HMAC-SHA-256 in base64; keys of any length are fine for HMAC.
pub(crate) fn sign(secret: &[u8], content: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(content);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The vector of the reference libraries: libraries/rust/src/lib.rs (`test_sign`) of
    /// github.com/standard-webhooks/standard-webhooks.
    #[test]
    fn the_reference_libraries_sign_alike() {
        let secret = STANDARD.decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        assert_eq!(shown(&secret), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
        let one = signatures(std::slice::from_ref(&secret), id, 1_649_367_553, body);
        assert_eq!(one, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        let two = signatures(&[vec![7; 32], secret], id, 1_649_367_553, body);
        let parts: Vec<&str> = two.split(' ').collect();
        assert_eq!(parts.len(), 2, "rotation: the new secret and the old one");
        assert_eq!(parts.last(), Some(&one.as_str()));
    }

    #[test]
    fn types_are_written_as_the_specification_asks() {
        for name in types() {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'), "{name}");
            assert!(name.starts_with("matter."), "{name}");
        }
        assert_eq!(types().iter().filter(|t| **t == "matter.assigned").count(), 1);
    }
}

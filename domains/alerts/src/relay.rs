//! A provider of relay calls: joins the number of a contact and that of a finder for a while by a third number, which each of them
//! calls and neither sees the other's (AXB, 中间号). [`Relay`] is what the pages need of one; [`HttpRelay`] is one over HTTP, as
//! docs/interfaces.md describes it. Numbers of people stand in the request's body and nowhere else: in no address, no log, no error.

use crate::outgoing::{Answer, Call, Outgoing, Reach, Trouble};
use crate::webhook;
use kernel::{Moment, text};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Longest time a pair may be made for, in seconds: a provider that says more is cut.
const LONGEST_SECS: i64 = 3_600;

/// What is to be joined.
pub struct Join<'a> {
    /// Ours; the same pair has the same id however often it is asked.
    pub id: Uuid,
    pub family: &'a str,
    pub finder: &'a str,
    pub until: Moment,
}

/// Joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The third number, for the finder to call.
    pub number: String,
    pub until: Moment,
}

/// Why not. The texts hold no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotJoined {
    /// The finder's number cannot be joined: it is for the finder to mend.
    #[error("number")]
    Number,
    /// Down, slow, busy, out of numbers: the duty desk is called instead.
    #[error("unavailable")]
    Unavailable,
    /// It said something that must not be shown: not our pair, no number, or a number of those whom it should hide.
    #[error("wrong-answer")]
    WrongAnswer,
}

/// What the pages need of a provider. Calls block for seconds at most; not from within an async task.
pub trait Relay: Send + Sync {
    /// Joins two numbers.
    ///
    /// # Errors
    /// When the provider does not, or its answer cannot be trusted.
    fn join(&self, ask: &Join<'_>, now: Moment) -> Result<Joined, NotJoined>;
    /// Parts them before their time; parting what is parted is fine.
    ///
    /// # Errors
    /// When the provider could not be reached; it is tried again.
    fn part(&self, id: Uuid, now: Moment) -> Result<(), NotJoined>;
}

/// As the operator describes it.
#[derive(Clone)]
pub struct RelayConfig {
    /// The address; `/pairs` is added.
    pub url: String,
    /// What requests are signed with.
    pub secret: SecretString,
}

/// Address and secret may say too much.
impl std::fmt::Debug for RelayConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelayConfig(…)")
    }
}

/// See the module.
pub struct HttpRelay {
    config: RelayConfig,
    out: Arc<Outgoing>,
}

#[derive(Deserialize)]
struct Said {
    id: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    error: String,
}

impl HttpRelay {
    pub const fn new(config: RelayConfig, out: Arc<Outgoing>) -> Self {
        Self { config, out }
    }

    /// One signed request. The signature covers id, time and body, so that a recorded one is of no use.
    fn send(&self, path: &str, id: &str, body: String, now: Moment) -> Result<Answer, Trouble> {
        let secs = now.micros() / 1_000_000;
        let secret = self.config.secret.expose_secret().as_bytes().to_vec();
        let signature = webhook::signatures(&[secret], id, secs, &body);
        let headers = vec![
            ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
            ("webhook-id".to_owned(), id.to_owned()),
            ("webhook-timestamp".to_owned(), secs.to_string()),
            ("webhook-signature".to_owned(), signature),
        ];
        let url = format!("{}{path}", self.config.url.trim_end_matches('/'));
        self.out.call(&Call { method: "POST", url, headers, body: body.into_bytes(), reach: Reach::Open }, now)
    }
}

impl Relay for HttpRelay {
    fn join(&self, ask: &Join<'_>, now: Moment) -> Result<Joined, NotJoined> {
        let id = ask.id.to_string();
        let expires_in = ask.until.secs_since(now).clamp(60, LONGEST_SECS);
        let body =
            json!({ "id": id, "a": e164(ask.family), "b": e164(ask.finder), "expires_in": expires_in }).to_string();
        let answer = self.send("/pairs", &id, body, now).map_err(|_| NotJoined::Unavailable)?;
        read(&answer, ask, expires_in, now)
    }

    fn part(&self, id: Uuid, now: Moment) -> Result<(), NotJoined> {
        let body = json!({ "id": id.to_string() }).to_string();
        let answer = self.send("/pairs/part", &id.to_string(), body, now).map_err(|_| NotJoined::Unavailable)?;
        if answer.is_good() || matches!(answer.status, 404 | 410) { Ok(()) } else { Err(NotJoined::Unavailable) }
    }
}

fn read(answer: &Answer, ask: &Join<'_>, asked_secs: i64, now: Moment) -> Result<Joined, NotJoined> {
    let said: Option<Said> = serde_json::from_slice(&answer.body).ok();
    if !answer.is_good() {
        let number = answer.status == 422 && said.is_some_and(|s| s.error == "number");
        return Err(if number { NotJoined::Number } else { NotJoined::Unavailable });
    }
    let said = said.ok_or(NotJoined::WrongAnswer)?;
    // An answer to another request, kept and given again, names another pair.
    if said.id != ask.id.to_string() {
        return Err(NotJoined::WrongAnswer);
    }
    let number = text::phone(&said.number).map(dialled).ok_or(NotJoined::WrongAnswer)?;
    if [ask.family, ask.finder].iter().any(|own| bare(own) == bare(&number)) {
        return Err(NotJoined::WrongAnswer);
    }
    let secs = said.expires_in.unwrap_or(asked_secs);
    if secs <= 0 {
        return Err(NotJoined::WrongAnswer);
    }
    Ok(Joined { number, until: now.plus_secs(secs.min(asked_secs)) })
}

/// As one dials it here: a landline without its zero came with the country code.
fn dialled(number: String) -> String {
    let mobile = number.len() == 11 && number.starts_with('1');
    if mobile || number.starts_with(['0', '+', '4', '9']) { number } else { format!("0{number}") }
}

/// Digits without country code and trunk zero, to compare.
fn bare(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let local =
        digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|d| d.len() >= 10)).unwrap_or(&digits);
    local.trim_start_matches('0').to_owned()
}

fn e164(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    format!("+86{}", digits.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FAMILY: &str = "02105550102";
    const FINDER: &str = "02105550177";

    fn said(status: u16, body: &str) -> Result<Joined, NotJoined> {
        let now = Moment::parse_rfc3339("2026-06-29T14:00:00+08:00").unwrap();
        let ask = Join { id: Uuid::from_u128(7), family: FAMILY, finder: FINDER, until: now.plus_minutes(30) };
        let body = body.replace("ID", &ask.id.to_string());
        read(&Answer { status, retry_after: None, body: body.into_bytes() }, &ask, 1_800, now).inspect(|j| {
            assert!(j.until > now && j.until <= ask.until, "never longer than it was asked for");
        })
    }

    #[test]
    fn only_an_answer_to_this_pair_with_a_number_of_nobody_is_shown() {
        assert_eq!(said(200, r#"{"id":"ID","number":"021-0577 7001"}"#).unwrap().number, "02105777001");
        assert_eq!(
            said(200, r#"{"id":"ID","number":"+86 21 0577 7001","expires_in":600}"#).unwrap().number,
            "02105777001"
        );
        assert!(said(201, r#"{"id":"ID","number":"02105777001","expires_in":999999}"#).is_ok(), "cut");
        for wrong in [
            r#"{"id":"00000000-0000-0000-0000-000000000008","number":"02105777001"}"#,
            r#"{"id":"ID"}"#,
            r#"{"id":"ID","number":"nobody"}"#,
            r#"{"id":"ID","number":"021-0555 0102"}"#,
            r#"{"id":"ID","number":"+862105550102"}"#,
            r#"{"id":"ID","number":"008602105550102"}"#,
            r#"{"id":"ID","number":"02105550177"}"#,
            r#"{"id":"ID","number":"02105777001","expires_in":0}"#,
            "<html>",
            "",
        ] {
            assert_eq!(said(200, wrong), Err(NotJoined::WrongAnswer), "{wrong}");
        }
    }

    #[test]
    fn only_a_number_of_the_finder_s_own_is_theirs_to_mend() {
        assert_eq!(said(422, r#"{"id":"ID","error":"number"}"#), Err(NotJoined::Number));
        for (status, body) in [(422, "{}"), (500, ""), (503, r#"{"id":"ID","error":"number"}"#), (401, ""), (302, "")] {
            assert_eq!(said(status, body), Err(NotJoined::Unavailable), "{status} {body}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_world_writes_them() {
        assert_eq!(e164("02105550102"), "+862105550102");
        assert_eq!(bare("+862105550102"), bare("021-0555 0102"));
    }
}

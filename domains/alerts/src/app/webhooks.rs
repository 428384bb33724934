//! Webhooks: made, listed, tried, given a new secret, switched off and on, taken away. By the system administrator alone:
//! whoever sets one up lets numbers and states of matters out of the house.

use super::webhook_queue as queue;
use crate::webhook::{self, SECRET_BYTES};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::AccountId;
use people::policy::{Action, ResourceFacts, require};
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Hours° in which the secret before still signs too.
pub const OLD_SECRET_HOURS: i64 = 24;
const LABEL_CHARS: usize = 60;
const URL_CHARS: usize = 500;
/// Of one district.
const MOST: i64 = 20;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// What it is for, in words.
    pub label: String,
    pub url: String,
    /// Of [`webhook::types`]; none: every type.
    pub types: Vec<String>,
}

/// One webhook, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub version: i64,
    pub label: String,
    pub url: String,
    pub types: Vec<String>,
    /// Switched off by a person, by the other side (410) or after failing for days.
    pub active: bool,
    pub made_by: Option<AccountId>,
    pub made_at: Moment,
    pub old_until: Option<Moment>,
    pub failing_since: Option<Moment>,
    pub last_at: Option<Moment>,
    pub last_ok_at: Option<Moment>,
    /// Status or reason of the last attempt.
    pub last_result: Option<String>,
    /// Waiting to be sent, and given up.
    pub queued: i64,
    pub failed: i64,
}

fn allow(cx: &Cx<'_>) -> Result<()> {
    Ok(require(&cx.actor, cx.purpose, Action::ManageWebhooks, &ResourceFacts::District)?)
}

const COLUMNS: &str = "w.id, w.version, w.label, w.url, w.types, w.state, w.made_by, w.made_at, w.old_until, \
                       w.failing_since, w.last_at, w.last_ok_at, w.last_result, \
                       (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'queued') AS queued, \
                       (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'failed') AS failed";

fn read(cx: &mut Cx<'_>, r: &Row) -> Result<Webhook> {
    let id: Uuid = r.uuid("id")?;
    let words = |text: String| text.split(' ').filter(|t| !t.is_empty()).map(str::to_owned).collect();
    Ok(Webhook {
        id,
        version: r.i64("version")?,
        label: r.text("label")?,
        url: cx.open_text(KeyClass::Identity, id, &r.blob("url")?)?,
        types: words(r.text("types")?),
        active: r.text("state")? == "active",
        made_by: r.opt_id("made_by")?,
        made_at: r.moment("made_at")?,
        old_until: r.opt_moment("old_until")?.filter(|until| *until > cx.now),
        failing_since: r.opt_moment("failing_since")?,
        last_at: r.opt_moment("last_at")?,
        last_ok_at: r.opt_moment("last_ok_at")?,
        last_result: r.opt_text("last_result")?,
        queued: r.i64("queued")?,
        failed: r.i64("failed")?,
    })
}

/// All of the district, oldest first.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Webhook>> {
    allow(cx)?;
    let sql = format!("SELECT {COLUMNS} FROM webhook w WHERE w.district_id = $1 ORDER BY w.made_at, w.id");
    let rows = cx.query(&sql, params![cx.district()])?;
    rows.iter().map(|r| read(cx, r)).collect()
}

pub fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<Webhook> {
    allow(cx)?;
    let sql = format!("SELECT {COLUMNS} FROM webhook w WHERE w.id = $1 AND w.district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    read(cx, &row)
}

/// Makes one; its secret is shown this once. It hears of what happens from now on.
pub fn create(cx: &mut Cx<'_>, new: &NewWebhook) -> Result<(Webhook, SecretString)> {
    allow(cx)?;
    let label = kernel::text::tidy(&new.label).replace(['\n', '\t'], " ");
    let invalid = |field, why| Err(Error::Invalid { field, why });
    if label.is_empty() {
        return invalid("label", "missing");
    }
    if label.chars().count() > LABEL_CHARS {
        return invalid("label", "too-long");
    }
    let url = checked_url(&new.url)?;
    let known = webhook::types();
    if new.types.iter().any(|t| !known.contains(&t.as_str())) {
        return invalid("types", "unknown");
    }
    cx.lock("webhooks")?;
    let n = cx.query_one("SELECT COUNT(*) AS n FROM webhook WHERE district_id = $1", params![cx.district()])?;
    if n.i64("n")? >= MOST {
        return invalid("url", "too-many");
    }
    let id: Uuid = cx.new_id();
    let (bytes, secret) = fresh(cx);
    let sealed = cx.seal(KeyClass::Identity, id, &bytes)?;
    let url = cx.seal(KeyClass::Identity, id, url.as_bytes())?;
    let types = new.types.join(" ");
    let seen = queue::end_of_log(cx)?;
    cx.execute(
        "INSERT INTO webhook (id, district_id, version, label, url, types, secret, state, seen, failures, made_by, made_at) \
         VALUES ($1, $2, 1, $3, $4, $5, $6, 'active', $7, 0, $8, $9)",
        params![id, cx.district(), label, url, &types, sealed, seen, cx.actor.account_id(), cx.now],
    )?;
    cx.record("webhook.made", "webhook", id, &json!({ "types": types }))?;
    Ok((one(cx, id)?, secret))
}

/// Absolute, with a host, without a user and without a part that servers never see.
fn checked_url(text: &str) -> Result<String> {
    let invalid = |why| Err(Error::Invalid { field: "url", why });
    let text = text.trim();
    if text.is_empty() {
        return invalid("missing");
    }
    if text.chars().count() > URL_CHARS {
        return invalid("too-long");
    }
    let Ok(url) = reqwest::Url::parse(text) else { return invalid("url") };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
        return invalid("url");
    }
    Ok(url.into())
}

fn fresh(cx: &Cx<'_>) -> (Vec<u8>, SecretString) {
    let mut bytes = vec![0; SECRET_BYTES];
    cx.ids().fill(&mut bytes);
    let shown = webhook::shown(&bytes);
    (bytes, shown.into())
}

/// A new secret, shown this once. For a day messages are signed with both.
pub fn rotate(cx: &mut Cx<'_>, id: Uuid) -> Result<(Webhook, SecretString)> {
    one(cx, id)?;
    let (bytes, secret) = fresh(cx);
    let sealed = cx.seal(KeyClass::Identity, id, &bytes)?;
    let sql =
        "UPDATE webhook SET old_secret = secret, old_until = $1, secret = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![cx.now.plus_hours(OLD_SECRET_HOURS), sealed, id])?;
    cx.record("webhook.rotated", "webhook", id, &json!({}))?;
    Ok((one(cx, id)?, secret))
}

/// Sends a trial now, beside what waits.
pub fn test(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    if !one(cx, id)?.active {
        return Err(Error::Invalid { field: "state", why: "off" });
    }
    let key: Uuid = cx.new_id();
    let body = webhook::trial(id, cx.now);
    queue::add(cx, id, webhook::TEST, &body, &format!("test/{key}"))?;
    cx.execute("UPDATE webhook SET rests_until = NULL WHERE id = $1", params![id])?;
    cx.record("webhook.tested", "webhook", id, &json!({}))?;
    queue::push_at(cx, id, cx.now)
}

/// Switches it on or off. On again it hears of what happens from then on; what waited or was given up is sent first.
pub fn switch(cx: &mut Cx<'_>, id: Uuid, on: bool) -> Result<Webhook> {
    let now = one(cx, id)?;
    if now.active != on {
        if on {
            let seen = queue::end_of_log(cx)?;
            let sql = "UPDATE webhook SET state = 'active', seen = $1, failures = 0, failing_since = NULL, \
                       rests_until = NULL, version = version + 1 WHERE id = $2";
            cx.execute(sql, params![seen, id])?;
            queue::push_at(cx, id, cx.now)?;
        } else {
            cx.execute("UPDATE webhook SET state = 'off', version = version + 1 WHERE id = $1", params![id])?;
        }
        cx.record(if on { "webhook.on" } else { "webhook.off" }, "webhook", id, &json!({}))?;
    }
    one(cx, id)
}

/// Sends again what was given up.
pub fn retry(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    one(cx, id)?;
    let sql = "UPDATE webhook_delivery SET state = 'queued', attempts = 0, next_at = $1 WHERE webhook_id = $2 \
               AND state = 'failed'";
    let again = cx.execute(sql, params![cx.now, id])?;
    cx.execute("UPDATE webhook SET rests_until = NULL WHERE id = $1", params![id])?;
    cx.record("webhook.retried", "webhook", id, &json!({ "again": again }))?;
    queue::push_at(cx, id, cx.now)
}

/// Takes it away, with what waits and with its secret.
pub fn delete(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    one(cx, id)?;
    cx.execute("DELETE FROM webhook_delivery WHERE webhook_id = $1", params![id])?;
    cx.execute("DELETE FROM webhook WHERE id = $1", params![id])?;
    cx.destroy_subject_key(KeyClass::Identity, id)?;
    cx.record("webhook.deleted", "webhook", id, &json!({}))?;
    Ok(())
}

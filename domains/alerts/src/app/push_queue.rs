//! News on their way to devices: written in a transaction, sent by a job per device, logged attempt by attempt, as mails are.
//!
//! What is said is one of three fixed sentences, so a second one that would wait behind the first is not written at all; a
//! push service does the same with what it holds (`Topic`), and the browser with what it shows (`tag`).

use super::push::{self, Target, Whose};
use crate::Result;
use crate::config::AlertsConfig;
use crate::outgoing::{Call, Outgoing};
use crate::push::{self as wire, Pushed, Words};
use crate::texts::text;
use kernel::Moment;
use kernel::ids::{AccountId, DistrictId, MatterId};
use people::model::AccountStatus;
use people::policy::jobs as names;
use serde_json::json;
use std::sync::Arc;
use store::jobs::{Job, JobError, MAX_ATTEMPTS};
use store::{Cx, NewJob, Runtime, Who, chain, params};
use uuid::Uuid;

/// Kind of the job that sends one message.
pub(crate) const SEND: &str = "push.send";
/// Entries of the log taken in one transaction.
const BATCH: usize = 500;
/// Kinds of notices for which a telephone may ring at night.
const URGENT: &[&str] = &[
    "emergency",
    "red",
    "supervisor",
    "next_level",
    "break_glass",
    "lost_new",
    "lost_untaken",
    "lost_asked",
    "lost_called",
    "lost_next_contact",
    "lost_look",
    "lost_long",
    "lost_second",
    "locator_sos",
    "locator_unanswered",
    "locator_untaken",
];

/// Kind of a message to a device, and the key of its words.
const DESK: &str = "push_desk";
const DESK_URGENT: &str = "push_urgent";
const MATTER: &str = "push_matter";

/// Hours° for which each is news; a push service keeps it that long for a telephone that is off.
fn hours(kind: &str) -> i64 {
    match kind {
        DESK_URGENT => 4,
        DESK => 12,
        _ => 7 * 24,
    }
}

/// A new notice for an account goes to its devices.
pub(crate) fn to_account(cx: &mut Cx<'_>, account: AccountId, notice: &str, matter: MatterId) -> Result<()> {
    let kind = if URGENT.contains(&notice) { DESK_URGENT } else { DESK };
    for device in push::devices(cx, Whose::Account(account))? {
        write(cx, device, Whose::Account(account), kind, matter)?;
    }
    Ok(())
}

fn write(cx: &mut Cx<'_>, device: Uuid, whose: Whose, kind: &str, matter: MatterId) -> Result<()> {
    let sql = "SELECT COUNT(*) AS n FROM push_message p JOIN message m ON m.id = p.message_id \
               WHERE p.subscription_id = $1 AND m.state = 'queued' AND m.kind = $2";
    if cx.query_one(sql, params![device, kind])?.i64("n")? > 0 {
        return Ok(());
    }
    let id: Uuid = cx.new_id();
    let (account, raiser) = match whose {
        Whose::Account(account) => (Some(account), None),
        Whose::Raiser(raiser) => (None, Some(raiser)),
    };
    let sql = "INSERT INTO message (id, district_id, channel, kind, matter_id, to_account, to_raiser, try_no, idem_key, \
               state, created_at) VALUES ($1, $2, 'push', $3, $4, $5, $6, 1, $7, 'queued', $8)";
    cx.execute(sql, params![id, cx.district(), kind, matter, account, raiser, format!("push/{id}"), cx.now])?;
    let sql = "INSERT INTO push_message (message_id, subscription_id, district_id) VALUES ($1, $2, $3)";
    cx.execute(sql, params![id, device, cx.district()])?;
    cx.enqueue(NewJob { kind: SEND, key: id.to_string(), run_at: cx.now, payload: json!({ "message": id }) })?;
    Ok(())
}

/// Writes down whose matter moved since the last look. Called after each sealing of the log.
pub(crate) fn follow(rt: &Runtime, district: DistrictId) -> std::result::Result<(), store::Error> {
    let who = || Who::system(district, names::DELIVERY);
    let behind = rt.read_now(who(), |cx| {
        let sql = "SELECT seen FROM push_key WHERE district_id = $1";
        let Some(row) = cx.query_opt(sql, params![cx.district()])? else { return Ok(false) };
        Ok::<_, store::Error>(row.i64("seen")? < chain::head(cx)?.last_event)
    })?;
    if behind {
        while rt.write_now(who(), |cx| fill(cx).map_err(push::into_store))? {}
    }
    Ok(())
}

/// One batch; answers whether there is more.
fn fill(cx: &mut Cx<'_>) -> Result<bool> {
    cx.lock("push")?;
    let last = chain::head(cx)?.last_event;
    let seen = cx.query_one("SELECT seen FROM push_key WHERE district_id = $1", params![cx.district()])?.i64("seen")?;
    let found = matters::app::news_for_raisers(cx, seen, last, BATCH)?;
    for news in &found {
        for raiser in &news.raisers {
            for device in push::devices(cx, Whose::Raiser(*raiser))? {
                write(cx, device, Whose::Raiser(*raiser), MATTER, news.matter)?;
            }
        }
    }
    let full = found.len() == BATCH;
    let upto = if full { found.last().map_or(last, |n| n.n) } else { last };
    cx.execute("UPDATE push_key SET seen = $1 WHERE district_id = $2", params![upto, cx.district()])?;
    Ok(full)
}

/// A message on its way.
struct Taken {
    message: Uuid,
    device: Uuid,
}

/// The job: read, send, write down; no transaction waits for a push service.
pub(crate) fn send(
    rt: &Runtime,
    job: &Job,
    config: &Arc<AlertsConfig>,
    out: &Outgoing,
) -> std::result::Result<(), JobError> {
    let who = || Who::system(job.district, names::DELIVERY);
    let id = job.payload.get("message").and_then(|m| m.as_str()).and_then(|m| Uuid::parse_str(m).ok());
    let id = id.ok_or_else(|| JobError::Dead("no message in the payload".into()))?;
    let settings = Arc::clone(config);
    let ready = rt.write_now(who(), move |cx| prepare(cx, &settings, id)).map_err(JobError::from)?;
    let Some((taken, call)) = ready else { return Ok(()) };
    let pushed = wire::read(&out.call(&call, rt.now()));
    let (last, outcome) = (job.attempts + 1 >= MAX_ATTEMPTS, pushed.clone());
    rt.write_now(who(), move |cx| note(cx, &taken, &outcome, last)).map_err(JobError::from)?;
    match pushed {
        Pushed::Later(why) => Err(JobError::Retry(why)),
        Pushed::Taken | Pushed::Gone(_) | Pushed::Refused(_) => Ok(()),
    }
}

fn settle(cx: &mut Cx<'_>, message: Uuid, state: &str) -> Result<()> {
    cx.execute("UPDATE message SET state = $1, settled_at = $2 WHERE id = $3", params![state, cx.now, message])?;
    cx.execute("DELETE FROM push_message WHERE message_id = $1", params![message])?;
    Ok(())
}

/// Reads what is to be sent. `None`: nothing to send any more; the message is settled.
fn prepare(cx: &mut Cx<'_>, config: &AlertsConfig, id: Uuid) -> Result<Option<(Taken, Call)>> {
    let sql = "SELECT m.kind, m.created_at, p.subscription_id FROM message m JOIN push_message p ON p.message_id = m.id \
               WHERE m.id = $1 AND m.district_id = $2 AND m.state = 'queued'";
    let Some(row) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    let (kind, since): (String, Moment) = (row.text("kind")?, row.moment("created_at")?);
    let left = hours(&kind) * 3_600 - cx.now.secs_since(since);
    let target = push::target(cx, row.uuid("subscription_id")?)?;
    let (Some(target), Some(push), true) = (target, config.push.as_ref(), left > 0) else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    if !is_news(cx, &target, since)? {
        settle(cx, id, "dropped")?;
        return Ok(None);
    }
    let Some(device) = &target.device else {
        push::remove(cx, target.id, "erased")?;
        return Ok(None);
    };
    // Keys of texts are written with hyphens.
    let words = |part| text(target.lang, &format!("{}-{part}", kind.replace('_', "-")), &[]);
    let (title, body) = (words("title"), words("body"));
    let vapid = push::vapid(cx)?;
    let words = Words {
        title: &title,
        body: &body,
        lang: target.lang.tag(),
        topic: kind.trim_start_matches("push_"),
        urgent: kind == DESK_URGENT,
        ttl_secs: left,
    };
    let Some(call) = wire::call(device, &words, &vapid, &push.contact, cx.now) else {
        push::remove(cx, target.id, "gone")?;
        return Ok(None);
    };
    Ok(Some((Taken { message: id, device: target.id }, call)))
}

/// Whether it is still news: an account that may not sign in any more hears nothing, nor does one that has read it.
fn is_news(cx: &mut Cx<'_>, target: &Target, since: Moment) -> Result<bool> {
    match target.whose {
        Whose::Account(account) => {
            let active = people::app::accounts::account(cx, account)?.status == AccountStatus::Active;
            if !active {
                return Ok(false);
            }
            let sql = "SELECT COUNT(*) AS n FROM notice WHERE account_id = $1 AND read_at IS NULL AND created_at >= $2";
            Ok(cx.query_one(sql, params![account, since])?.i64("n")? > 0)
        }
        Whose::Raiser(raiser) => Ok(push::matter_of(cx, raiser)?.is_some()),
    }
}

/// Writes down what came of an attempt.
fn note(cx: &mut Cx<'_>, taken: &Taken, pushed: &Pushed, last: bool) -> Result<()> {
    let (result, detail) = match pushed {
        Pushed::Taken => ("accepted", ""),
        Pushed::Gone(why) | Pushed::Refused(why) => ("refused", why.as_str()),
        Pushed::Later(why) => ("later", why.as_str()),
    };
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO message_attempt (id, district_id, message_id, at, result, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), taken.message, cx.now, result, detail],
    )?;
    match pushed {
        Pushed::Taken => {
            let sql = "UPDATE push_subscription SET last_ok_at = $1, used_at = $1 WHERE id = $2";
            cx.execute(sql, params![cx.now, taken.device])?;
            settle(cx, taken.message, "sent")
        }
        Pushed::Gone(_) => {
            settle(cx, taken.message, "failed")?;
            push::remove(cx, taken.device, "gone")
        }
        Pushed::Refused(_) => settle(cx, taken.message, "failed"),
        Pushed::Later(_) if last => settle(cx, taken.message, "failed"),
        Pushed::Later(_) => Ok(()),
    }
}

//! What webhooks still have to be told: filled from the sealed log, emptied by a job per webhook.
//!
//! A webhook that fails rests, longer each time; meanwhile nothing is tried. What failed goes behind what was not tried
//! yet, so that one message the other side cannot take does not hold up the rest. After [`OFF_DAYS`] of nothing but failures
//! the webhook is switched off and the administrators are told.

use super::notices;
use crate::outgoing::{Answer, Call, Outgoing, Reach, Trouble};
use crate::webhook::{self, signatures};
use crate::{Error, Result};
use kernel::{Moment, Role};
use matters::app::moves;
use people::policy::jobs as names;
use serde_json::json;
use store::jobs::{Job, JobError, MAX_ATTEMPTS, backoff_secs};
use store::{Cx, KeyClass, NewJob, Runtime, Who, chain, params};
use uuid::Uuid;

/// Kind of the job that empties the queue of one webhook.
pub(crate) const PUSH: &str = "webhook.push";
/// Days° of failures after which nothing more is sent.
pub const OFF_DAYS: i64 = 3;
/// Entries of the log taken in one transaction.
const BATCH: usize = 500;
/// Sent in one run of the job, so that other jobs have their turn.
const RUN: usize = 50;
/// Seconds for which a message that is being sent is nobody else's.
const CLAIM_SECS: i64 = 60;
/// Days° that what was sent stays listed.
const KEEP_DAYS: i64 = 30;
/// Seconds that the other side can ask us to wait at most.
const LONGEST_WAIT: i64 = 6 * 3_600;

/// The last entry of the log now.
pub(super) fn end_of_log(cx: &mut Cx<'_>) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(n), 0) AS n FROM event WHERE district_id = $1";
    Ok(cx.query_one(sql, params![cx.district()])?.i64("n")?)
}

/// Writes what moved since the last look into the queues. Called after each sealing of the log.
pub(crate) fn follow(rt: &Runtime, district: kernel::ids::DistrictId) -> std::result::Result<(), store::Error> {
    let who = || Who::system(district, names::DELIVERY);
    let behind = rt.read_now(who(), |cx| {
        let sql = "SELECT MIN(seen) AS seen FROM webhook WHERE district_id = $1 AND state = 'active'";
        let Some(seen) = cx.query_one(sql, params![cx.district()])?.opt_i64("seen")? else { return Ok(false) };
        Ok::<_, store::Error>(seen < chain::head(cx)?.last_event)
    })?;
    if behind {
        while rt.write_now(who(), |cx| fill(cx).map_err(into_store))? {}
    }
    Ok(())
}

fn into_store(error: Error) -> store::Error {
    match error {
        Error::Store(e) | Error::Matters(matters::Error::Store(e)) => e,
        other => store::Error::Setup(other.to_string()),
    }
}

/// One batch for every webhook; answers whether there is more.
fn fill(cx: &mut Cx<'_>) -> Result<bool> {
    cx.lock("webhooks")?;
    let last = chain::head(cx)?.last_event;
    let sql =
        "SELECT id, types, seen FROM webhook WHERE district_id = $1 AND state = 'active' AND seen < $2 ORDER BY id";
    let mut more = false;
    for row in &cx.query(sql, params![cx.district(), last])? {
        let (id, types): (Uuid, _) = (row.uuid("id")?, row.text("types")?);
        let found = moves(cx, row.i64("seen")?, last, BATCH)?;
        let mut added = false;
        for m in &found {
            let Some(name) = webhook::event(m) else { continue };
            if types.is_empty() || types.split(' ').any(|t| t == name) {
                add(cx, id, name, &webhook::payload(name, m), &m.n.to_string())?;
                added = true;
            }
        }
        let full = found.len() == BATCH;
        more |= full;
        let seen = if full { found.last().map_or(last, |m| m.n) } else { last };
        cx.execute("UPDATE webhook SET seen = $1 WHERE id = $2", params![seen, id])?;
        if added {
            push_at(cx, id, cx.now)?;
        }
    }
    Ok(more)
}

/// One message, once per key.
pub(super) fn add(cx: &mut Cx<'_>, webhook: Uuid, name: &str, payload: &str, key: &str) -> Result<()> {
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO webhook_delivery (id, district_id, webhook_id, type, payload, idem_key, state, attempts, next_at, \
               created_at) VALUES ($1, $2, $3, $4, $5, $6, 'queued', 0, $7, $7) ON CONFLICT (webhook_id, idem_key) DO NOTHING";
    cx.execute(sql, params![id, cx.district(), webhook, name, payload, key, cx.now])?;
    Ok(())
}

/// Has the queue of one webhook emptied at this instant. Of the jobs that wait for the same later instant one is enough.
pub(super) fn push_at(cx: &mut Cx<'_>, webhook: Uuid, at: Moment) -> Result<()> {
    let key = if at > cx.now {
        format!("{webhook}/{}", at.micros())
    } else {
        let one: Uuid = cx.new_id();
        format!("{webhook}/{one}")
    };
    cx.enqueue(NewJob { kind: PUSH, key, run_at: at, payload: json!({ "webhook": webhook }) })?;
    Ok(())
}

/// A message on its way.
#[derive(Clone)]
struct Taken {
    id: Uuid,
    webhook: Uuid,
    attempts: i64,
    call: Call,
}

/// What there is to do for a webhook now.
enum Next {
    Send(Box<Taken>),
    At(Moment),
    Nothing,
}

/// The job: read, send, write down, message by message; no transaction waits for another machine.
pub(crate) fn push(rt: &Runtime, job: &Job, out: &Outgoing) -> std::result::Result<(), JobError> {
    let id = job.payload.get("webhook").and_then(|w| w.as_str()).and_then(|w| Uuid::parse_str(w).ok());
    let id = id.ok_or_else(|| JobError::Dead("no webhook in the payload".into()))?;
    let who = || Who::system(job.district, names::DELIVERY);
    for _ in 0..RUN {
        match rt.write_now(who(), move |cx| take(cx, id)).map_err(JobError::from)? {
            Next::Send(taken) => {
                let answer = out.call(&taken.call, rt.now());
                rt.write_now(who(), move |cx| note(cx, &taken, &answer)).map_err(JobError::from)?;
            }
            Next::At(at) => return rt.write_now(who(), move |cx| push_at(cx, id, at)).map_err(JobError::from),
            Next::Nothing => return Ok(()),
        }
    }
    rt.write_now(who(), move |cx| push_at(cx, id, cx.now.plus_secs(1))).map_err(JobError::from)
}

fn take(cx: &mut Cx<'_>, webhook: Uuid) -> Result<Next> {
    let sql = "SELECT url, secret, old_secret, old_until, rests_until FROM webhook \
               WHERE id = $1 AND district_id = $2 AND state = 'active'";
    let Some(w) = cx.query_opt(sql, params![webhook, cx.district()])? else { return Ok(Next::Nothing) };
    if let Some(until) = w.opt_moment("rests_until")?.filter(|until| *until > cx.now) {
        return Ok(Next::At(until));
    }
    let sql = "SELECT id, payload, attempts FROM webhook_delivery WHERE webhook_id = $1 AND state = 'queued' \
               AND next_at <= $2 ORDER BY attempts, created_at, id LIMIT 1";
    let Some(d) = cx.query_opt(sql, params![webhook, cx.now])? else {
        let sql = "SELECT MIN(next_at) AS at FROM webhook_delivery WHERE webhook_id = $1 AND state = 'queued'";
        let at = cx.query_one(sql, params![webhook])?.opt_moment("at")?;
        let sql = "DELETE FROM webhook_delivery WHERE webhook_id = $1 AND state = 'sent' AND next_at < $2";
        cx.execute(sql, params![webhook, cx.now.plus_days(-KEEP_DAYS)])?;
        return Ok(at.map_or(Next::Nothing, Next::At));
    };
    let id = d.uuid("id")?;
    if is_about_a_unit(cx, &d.text("payload")?)? {
        cx.execute("DELETE FROM webhook_delivery WHERE id = $1", params![id])?;
        return take(cx, webhook);
    }
    let sql = "UPDATE webhook_delivery SET next_at = $1 WHERE id = $2 AND state = 'queued' AND next_at <= $3";
    if cx.execute(sql, params![cx.now.plus_secs(CLAIM_SECS), id, cx.now])? == 0 {
        // Another process was faster.
        return Ok(Next::At(cx.now.plus_secs(1)));
    }
    let url = cx.open_text(KeyClass::Identity, webhook, &w.blob("url")?)?;
    let mut secrets = vec![cx.open(KeyClass::Identity, webhook, &w.blob("secret")?)?];
    if let (Some(old), Some(until)) = (w.opt_blob("old_secret")?, w.opt_moment("old_until")?)
        && until > cx.now
    {
        secrets.push(cx.open(KeyClass::Identity, webhook, &old)?);
    }
    let (message, at, body) = (format!("msg_{}", id.simple()), cx.now.micros() / 1_000_000, d.text("payload")?);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-signature", signatures(&secrets, &message, at, &body)),
        ("webhook-id", message),
        ("webhook-timestamp", at.to_string()),
    ];
    let headers = headers.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    let call = Call { method: "POST", url, headers, body: body.into_bytes(), reach: Reach::Guarded };
    Ok(Next::Send(Box::new(Taken { id, webhook, attempts: d.i64("attempts")?, call })))
}

/// Said to be about a unit while the message waited: what goes to programs elsewhere may come back to it.
fn is_about_a_unit(cx: &mut Cx<'_>, payload: &str) -> Result<bool> {
    let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    let matter = payload.pointer("/data/id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    match matter {
        Some(matter) => Ok(matters::app::is_about_a_unit(cx, matter)?),
        None => Ok(false),
    }
}

fn note(cx: &mut Cx<'_>, taken: &Taken, answer: &std::result::Result<Answer, Trouble>) -> Result<()> {
    let result = match answer {
        Ok(answer) => format!("HTTP {}", answer.status),
        Err(trouble) => trouble.to_string(),
    };
    if matches!(answer, Ok(answer) if answer.is_good()) {
        let sql = "UPDATE webhook_delivery SET state = 'sent', attempts = attempts + 1, next_at = $1, last_at = $1, \
                   last_result = $2 WHERE id = $3";
        cx.execute(sql, params![cx.now, &result, taken.id])?;
        let sql = "UPDATE webhook SET failures = 0, failing_since = NULL, rests_until = NULL, last_at = $1, last_ok_at = $1, \
                   last_result = $2 WHERE id = $3";
        cx.execute(sql, params![cx.now, &result, taken.webhook])?;
        return Ok(());
    }
    let attempts = taken.attempts + 1;
    let state = if attempts >= MAX_ATTEMPTS { "failed" } else { "queued" };
    let sql = "UPDATE webhook_delivery SET state = $1, attempts = $2, next_at = $3, last_at = $4, last_result = $5 WHERE id = $6";
    let next = cx.now.plus_secs(spread(cx, backoff_secs(attempts - 1)));
    cx.execute(sql, params![state, attempts, next, cx.now, &result, taken.id])?;
    let sql = "UPDATE webhook SET failures = failures + 1, failing_since = COALESCE(failing_since, $1), last_at = $1, \
               last_result = $2 WHERE id = $3 AND state = 'active' RETURNING failures, failing_since, label";
    // It may have been switched off or taken away while the message was on its way.
    let Some(w) = cx.query_opt(sql, params![cx.now, &result, taken.webhook])? else { return Ok(()) };
    let asked = answer.as_ref().ok().and_then(|a| a.retry_after).unwrap_or(0).clamp(0, LONGEST_WAIT);
    let rest = spread(cx, backoff_secs(w.i64("failures")? - 1)).max(asked);
    cx.execute("UPDATE webhook SET rests_until = $1 WHERE id = $2", params![cx.now.plus_secs(rest), taken.webhook])?;
    let gone = matches!(answer, Ok(answer) if answer.status == 410);
    let long = w.opt_moment("failing_since")?.is_some_and(|since| cx.now >= since.plus_days(OFF_DAYS));
    if gone || long {
        turn_off(cx, taken.webhook, &w.text("label")?)?;
    }
    Ok(())
}

/// Up to a tenth more, so that what failed together does not come back together.
fn spread(cx: &Cx<'_>, secs: i64) -> i64 {
    let mut byte = [0];
    cx.ids().fill(&mut byte);
    secs + secs * i64::from(byte[0]) / 2_560
}

fn turn_off(cx: &mut Cx<'_>, webhook: Uuid, label: &str) -> Result<()> {
    cx.execute("UPDATE webhook SET state = 'off', version = version + 1 WHERE id = $1", params![webhook])?;
    cx.record("webhook.off", "webhook", webhook, &json!({ "by": "failures" }))?;
    let key = format!("{webhook}/{}", cx.now.micros());
    for account in people::app::staff::holders_of(cx, &[Role::SystemAdmin])? {
        notices::tell_desk(cx, account, "webhook_off", label, &key)?;
    }
    Ok(())
}

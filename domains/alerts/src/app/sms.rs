//! The answer by text message: handed to the gateway, proven by its receipt (R2). Without a receipt it is no proof; after
//! [`WAIT_HOURS`] the attempt counts as failed. Like a mail, it holds number and link and nothing of what was written.

use super::tell::{self, HasMail};
use crate::config::AlertsConfig;
use crate::outgoing::Call;
use crate::sms::{Handed, Receipt, SmsConfig, Words};
use crate::texts::text;
use crate::{Error, Result};
use kernel::Lang;
use kernel::ids::{MatterId, RaiserId};
use matters::app::brief;
use matters::model::{DeliveryResult, State};
use serde_json::json;
use store::{Cx, NewJob, params};
use uuid::Uuid;

/// Kind of the job that sends one message, and of the one that waits for its receipt.
pub(crate) const SEND: &str = "sms.send";
pub(crate) const WAIT: &str = "sms.wait";
/// Hours° in which a receipt must come.
const WAIT_HOURS: i64 = 72;
/// As for mails: so often, a day apart (R2: three logged attempts).
const TRIES: i64 = 3;
const TRY_AGAIN_HOURS: i64 = 24;

/// A message on its way.
#[derive(Clone)]
pub(crate) struct Sms {
    id: Uuid,
    matter: MatterId,
    raiser: RaiserId,
    opening: i64,
    try_no: i64,
    key: String,
}

pub(crate) fn to_raiser(
    cx: &mut Cx<'_>,
    raiser: RaiserId,
    matter: MatterId,
    opening: i64,
    try_no: i64,
    key: &str,
) -> Result<()> {
    let id: Uuid = cx.new_id();
    let run_at = if try_no == 1 { cx.now } else { cx.now.plus_hours(TRY_AGAIN_HOURS) };
    let sql = "INSERT INTO message (id, district_id, channel, kind, matter_id, to_raiser, opening, try_no, idem_key, state, \
               created_at) VALUES ($1, $2, 'sms', 'answer', $3, $4, $5, $6, $7, 'queued', $8) ON CONFLICT (idem_key) DO NOTHING";
    let idem = format!("sms/{key}/{try_no}");
    if cx.execute(sql, params![id, cx.district(), matter, raiser, opening, try_no, idem, cx.now])? > 0 {
        cx.enqueue(NewJob { kind: SEND, key: id.to_string(), run_at, payload: json!({ "message": id }) })?;
    }
    Ok(())
}

fn load(cx: &mut Cx<'_>, id: Uuid, state: &str) -> Result<Option<Sms>> {
    let sql = "SELECT matter_id, to_raiser, opening, try_no, idem_key FROM message \
               WHERE id = $1 AND district_id = $2 AND state = $3 AND channel = 'sms' AND to_raiser IS NOT NULL";
    let Some(r) = cx.query_opt(sql, params![id, cx.district(), state])? else { return Ok(None) };
    let (try_no, idem) = (r.i64("try_no")?, r.text("idem_key")?);
    let key = idem.trim_start_matches("sms/").trim_end_matches(&format!("/{try_no}")).to_owned();
    let opening = r.opt_i64("opening")?.unwrap_or(1);
    Ok(Some(Sms { id, matter: r.id("matter_id")?, raiser: r.id("to_raiser")?, opening, try_no, key }))
}

/// Composes what is to be sent, with the number of this moment; reading it is an entry of the audit log. `None`: nothing to
/// send any more.
pub(crate) fn prepare(
    cx: &mut Cx<'_>,
    config: &AlertsConfig,
    sms: &SmsConfig,
    id: Uuid,
) -> Result<Option<(Sms, Call)>> {
    let Some(message) = load(cx, id, "queued")? else { return Ok(None) };
    let about = brief(cx, message.matter)?;
    let block = if about.state == State::Answered && about.opening == message.opening {
        match matters::raiser::reveal_for_delivery(cx, message.matter, message.raiser) {
            Err(matters::Error::NotFound) => None,
            other => Some(other?),
        }
    } else {
        None
    };
    let Some((phone, lang)) = block.and_then(|b| Some((b.phone?, b.lang))) else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    let code = matters::raiser::code_for_delivery(cx, message.matter, message.raiser)?;
    let prefix = if lang == Lang::En { "/en" } else { "" };
    let link = format!("{}{prefix}/t/{code}", config.public_url.trim_end_matches('/'));
    let args = [("number", about.number.as_str()), ("link", link.as_str()), ("phone", config.duty_phone.as_str())];
    let body = format!("【{}】{}", sms.signature, text(lang, "sms-answer", &args));
    let id = message.id.to_string();
    let words = Words { id: &id, phone: &phone, text: &body, number: &about.number, link: &link, code: &code };
    let call = sms.call(&words);
    Ok(Some((message, call)))
}

fn settle(cx: &mut Cx<'_>, id: Uuid, state: &str) -> Result<()> {
    cx.execute("UPDATE message SET state = $1, settled_at = $2 WHERE id = $3", params![state, cx.now, id])?;
    Ok(())
}

fn attempt(cx: &mut Cx<'_>, message: Uuid, result: &str, detail: &str) -> Result<()> {
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO message_attempt (id, district_id, message_id, at, result, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), message, cx.now, result, detail],
    )?;
    Ok(())
}

/// Writes down what the gateway said; `last` is true when it will not be tried again by itself.
pub(crate) fn note(cx: &mut Cx<'_>, sms: &Sms, handed: &Handed, last: bool) -> Result<()> {
    match handed {
        Handed::Taken { id } => {
            attempt(cx, sms.id, "accepted", "")?;
            settle(cx, sms.id, "sent")?;
            if let Some(gateway) = id {
                note_gateway(cx, gateway, sms.id)?;
            }
            let run_at = cx.now.plus_hours(WAIT_HOURS);
            cx.enqueue(NewJob { kind: WAIT, key: sms.id.to_string(), run_at, payload: json!({ "message": sms.id }) })?;
            record(cx, sms, DeliveryResult::Sent)
        }
        Handed::Refused(why) => {
            attempt(cx, sms.id, "refused", why)?;
            failed(cx, sms, true)
        }
        Handed::Later(why) => {
            attempt(cx, sms.id, "later", why)?;
            // A gateway that is down is no attempt to reach anybody, until we give up.
            if last { failed(cx, sms, false) } else { Ok(()) }
        }
    }
}

/// What the gateway calls a message of ours.
pub(super) fn note_gateway(cx: &mut Cx<'_>, gateway: &str, message: Uuid) -> Result<()> {
    let sql =
        "INSERT INTO sms_sent (gateway_id, message_id, district_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    cx.execute(sql, params![gateway, message, cx.district(), cx.now])?;
    Ok(())
}

/// It did not arrive: told to the matter and its owner, and tried again a day later.
fn failed(cx: &mut Cx<'_>, sms: &Sms, again: bool) -> Result<()> {
    settle(cx, sms.id, "failed")?;
    record(cx, sms, DeliveryResult::SmsFailed)?;
    let about = brief(cx, sms.matter)?;
    if about.state != State::Answered || about.opening != sms.opening {
        return Ok(());
    }
    if sms.try_no == 1 {
        tell::tell(cx, HasMail(false), about.owner, "sms_failed", sms.matter, &format!("failed/{}", sms.id))?;
    }
    if again && sms.try_no < TRIES {
        to_raiser(cx, sms.raiser, sms.matter, sms.opening, sms.try_no + 1, &sms.key)?;
    }
    Ok(())
}

/// Tells the matter. If it has moved on meanwhile, there is nothing to tell.
fn record(cx: &mut Cx<'_>, sms: &Sms, outcome: DeliveryResult) -> Result<()> {
    let key = format!("{}/{}", sms.id, outcome.code());
    match matters::app::record_delivery(cx, sms.matter, sms.raiser, outcome, None, Some(key)) {
        Ok(_) | Err(matters::Error::Refused(_) | matters::Error::NotFound | matters::Error::Invalid(_)) => Ok(()),
        Err(other) => Err(Error::from(other)),
    }
}

/// A receipt of the gateway: the proof, or that it failed. Answers how many of them are about a message of ours; what is
/// already settled counts and changes nothing.
pub fn receipts(cx: &mut Cx<'_>, all: &[Receipt]) -> Result<usize> {
    let mut known = 0;
    for receipt in all {
        let sql = "SELECT message_id FROM sms_sent WHERE gateway_id = $1 AND district_id = $2";
        let by_gateway = cx.query_opt(sql, params![receipt.id.as_str(), cx.district()])?;
        let id = match by_gateway {
            Some(row) => row.uuid("message_id")?,
            // Some gateways give our own id back.
            None => match Uuid::parse_str(&receipt.id) {
                Ok(id) => id,
                Err(_) => continue,
            },
        };
        let sql = "SELECT state FROM message WHERE id = $1 AND district_id = $2 AND channel = 'sms'";
        let Some(row) = cx.query_opt(sql, params![id, cx.district()])? else { continue };
        if row.text("state")? == "queued" {
            // Faster than our own note of having sent it: the gateway will say it again.
            continue;
        }
        known += 1;
        if super::family::receipt(cx, id, receipt.arrived)? {
            continue;
        }
        let Some(sms) = load(cx, id, "sent")? else { continue };
        if receipt.arrived {
            attempt(cx, id, "arrived", "")?;
            settle(cx, id, "arrived")?;
            record(cx, &sms, DeliveryResult::SmsReceipt)?;
        } else {
            attempt(cx, id, "refused", "the receipt says it did not arrive")?;
            failed(cx, &sms, true)?;
        }
    }
    Ok(known)
}

/// No receipt came in time.
pub(crate) fn waited(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let Some(sms) = load(cx, id, "sent")? else { return Ok(()) };
    attempt(cx, id, "refused", "no receipt came")?;
    failed(cx, &sms, true)
}

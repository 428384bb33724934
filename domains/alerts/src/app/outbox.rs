//! Messages on their way: written in a transaction, sent by a job, logged attempt by attempt.

use super::tell::{self, HasMail};
use crate::config::AlertsConfig;
use crate::mail::{Letter, Sent};
use crate::texts::text;
use crate::{Error, Result, sentence};
use kernel::ids::{AccountId, CaseId, MatterId, RaiserId};
use kernel::{Lang, Moment, Purpose, time};
use matters::app::brief;
use matters::events::Word;
use matters::model::{DeliveryResult, State};
use people::policy::{Action, decide};
use serde_json::json;
use store::{Cx, NewJob, params};
use uuid::Uuid;

/// Kind of the job that sends one message.
pub(crate) const SEND: &str = "mail.send";
/// Kind of the message that tells a raiser the number.
const RECEIPT: &str = "receipt";
/// Kind of the message that brings an answer; the only one whose fate is a proof (R2).
const ANSWER: &str = "answer";
/// Kind of the message that tells of an answer which comes another way.
pub(crate) const COPY: &str = "copy";
/// Refused mails to a raiser are tried this often, a day apart (R2: three logged attempts).
const TRIES: i64 = 3;
const TRY_AGAIN_HOURS: i64 = 24;

/// Whom a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Account(AccountId),
    Raiser {
        raiser: RaiserId,
        opening: i64,
        try_no: i64,
    },
    /// Addresses of the configuration.
    House(HouseLetter),
}

/// An anchor of the log for one of the configured addresses, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HouseLetter {
    pub anchor: i64,
    pub index: i64,
}

/// A message that still has to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub id: Uuid,
    kind: String,
    matter: MatterId,
    to: To,
    key: String,
}

pub(crate) fn to_account(cx: &mut Cx<'_>, account: AccountId, kind: &str, matter: MatterId, key: &str) -> Result<()> {
    write(cx, To::Account(account), kind, matter, &format!("mail/{key}"), cx.now)
}

pub(crate) fn to_raiser(
    cx: &mut Cx<'_>,
    raiser: RaiserId,
    matter: MatterId,
    opening: i64,
    try_no: i64,
    key: &str,
) -> Result<()> {
    let run_at = if try_no == 1 { cx.now } else { cx.now.plus_hours(TRY_AGAIN_HOURS) };
    write(cx, To::Raiser { raiser, opening, try_no }, ANSWER, matter, &format!("answer/{key}/{try_no}"), run_at)
}

/// A message that tells a raiser to look at their page: number and link, none of the words.
pub(crate) fn word(
    cx: &mut Cx<'_>,
    raiser: RaiserId,
    matter: MatterId,
    opening: i64,
    kind: &str,
    key: &str,
) -> Result<()> {
    write(cx, To::Raiser { raiser, opening, try_no: 1 }, kind, matter, &format!("{kind}/{key}"), cx.now)
}

pub(crate) fn to_house(cx: &mut Cx<'_>, letter: HouseLetter, key: &str) -> Result<()> {
    write(cx, To::House(letter), "anchor", MatterId(Uuid::nil()), key, cx.now)
}

/// Number and address of what somebody raised by mail. Holds nothing of what they wrote: whoever writes under a wrong
/// name cannot send words to others through us.
pub(crate) fn receipt(cx: &mut Cx<'_>, mail: HasMail, raiser: RaiserId, matter: MatterId) -> Result<()> {
    if !mail.0 {
        return Ok(());
    }
    let to = To::Raiser { raiser, opening: 1, try_no: 1 };
    write(cx, to, RECEIPT, matter, &format!("receipt/{raiser}"), cx.now)
}

fn write(cx: &mut Cx<'_>, to: To, kind: &str, matter: MatterId, key: &str, run_at: Moment) -> Result<()> {
    let id: Uuid = cx.new_id();
    let (account, raiser, opening, try_no) = match to {
        To::Account(account) => (Some(account), None, None, 1),
        To::Raiser { raiser, opening, try_no } => (None, Some(raiser), Some(opening), try_no),
        To::House(HouseLetter { anchor, index }) => (None, None, Some(anchor), index + 1),
    };
    let sql = "INSERT INTO message (id, district_id, channel, kind, matter_id, to_account, to_raiser, opening, try_no, \
               idem_key, state, created_at) VALUES ($1, $2, 'email', $3, $4, $5, $6, $7, $8, $9, 'queued', $10) \
               ON CONFLICT (idem_key) DO NOTHING";
    let params = params![id, cx.district(), kind, matter, account, raiser, opening, try_no, key, cx.now];
    if cx.execute(sql, params)? > 0 {
        cx.enqueue(NewJob { kind: SEND, key: id.to_string(), run_at, payload: json!({ "message": id }) })?;
    }
    Ok(())
}

fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Option<Message>> {
    let sql = "SELECT id, kind, matter_id, to_account, to_raiser, opening, try_no, idem_key FROM message \
               WHERE id = $1 AND district_id = $2 AND state = 'queued'";
    let Some(r) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    let (opening, try_no) = (r.opt_i64("opening")?.unwrap_or(1), r.i64("try_no")?);
    let to = match (r.opt_id("to_account")?, r.opt_id("to_raiser")?) {
        (Some(account), _) => To::Account(account),
        (None, Some(raiser)) => To::Raiser { raiser, opening, try_no },
        (None, None) => To::House(HouseLetter { anchor: opening, index: try_no - 1 }),
    };
    Ok(Some(Message { id, kind: r.text("kind")?, matter: r.id("matter_id")?, to, key: r.text("idem_key")? }))
}

/// Reads what is to be sent, with the address of this moment. `None`: nothing to send any more; the message is settled.
pub(crate) fn prepare(cx: &mut Cx<'_>, config: &AlertsConfig, id: Uuid) -> Result<Option<(Message, Letter)>> {
    let Some(message) = load(cx, id)? else { return Ok(None) };
    let letter = match message.to {
        To::Account(account) => for_account(cx, config, &message, account)?,
        To::Raiser { raiser, opening, .. } => for_raiser(cx, config, &message, raiser, opening)?,
        To::House(letter) => for_house(cx, config, &message, letter)?,
    };
    let Some(letter) = letter else {
        settle(cx, &message, "dropped")?;
        return Ok(None);
    };
    Ok(Some((message, letter)))
}

/// Holds number, date and link; never a text or a name of the matter. Not sent to somebody who lost the right meanwhile.
fn for_account(
    cx: &mut Cx<'_>,
    config: &AlertsConfig,
    message: &Message,
    account: AccountId,
) -> Result<Option<Letter>> {
    if let Some(path) = super::notices::leads_to(&message.kind, message.matter) {
        return for_desk(cx, config, message, account, &path);
    }
    let about = brief(cx, message.matter)?;
    let actor = people::app::sessions::actor_of(cx, account)?;
    if !decide(&actor, Purpose::Matter(message.matter), Action::ViewMatter, &about.facts).is_allowed() {
        return Ok(None);
    }
    let Some(to) = people::app::accounts::email(cx, account)? else { return Ok(None) };
    let lang = people::app::accounts::account(cx, account)?.lang;
    let subject = sentence(lang, &message.kind, &about.number);
    let prefix = if lang == Lang::En { "/en" } else { "" };
    let link = format!("{}{prefix}/desk/matters/{}", config.public_url.trim_end_matches('/'), message.matter);
    let due = wall_clock(about.due_at);
    let body = text(lang, "mail-staff-body", &[("sentence", &subject), ("due", &due), ("link", &link)]);
    Ok(Some(Letter { id: message.id, to, subject, body }))
}

/// About something on the desk that is no matter: the sentence of the notice and the page it leads to. That page asks again
/// who may see it. Of the case of a lost elder nothing is sent to whom it does not concern any more.
fn for_desk(
    cx: &mut Cx<'_>,
    config: &AlertsConfig,
    message: &Message,
    account: AccountId,
    path: &str,
) -> Result<Option<Letter>> {
    let Some(to) = people::app::accounts::email(cx, account)? else { return Ok(None) };
    let lang = people::app::accounts::account(cx, account)?.lang;
    let number = if super::notices::is_case(&message.kind).is_some() {
        let case = CaseId(message.matter.0);
        if !lost::app::concerns(cx, case, account)? {
            return Ok(None);
        }
        lost::app::about(cx, case)?.number
    } else {
        // The key is `mail/{kind}/{id}/{account}`.
        tell::short(message.key.split('/').nth(2).unwrap_or_default())
    };
    let subject = sentence(lang, &message.kind, &number);
    let prefix = if lang == Lang::En { "/en" } else { "" };
    let link = format!("{}{prefix}{path}", config.public_url.trim_end_matches('/'));
    let body = text(lang, "mail-desk-body", &[("sentence", &subject), ("link", &link)]);
    Ok(Some(Letter { id: message.id, to, subject, body }))
}

/// The link with the code, to the raiser alone. Reading the address is an entry of the audit log.
fn for_raiser(
    cx: &mut Cx<'_>,
    config: &AlertsConfig,
    message: &Message,
    raiser: RaiserId,
    opening: i64,
) -> Result<Option<Letter>> {
    let about = brief(cx, message.matter)?;
    let kind = message.kind.as_str();
    // What has been overtaken by events is not sent any more.
    let current = match kind {
        RECEIPT => true,
        ANSWER | COPY => about.state == State::Answered && about.opening == opening,
        _ if kind == Word::Ask.code() => about.state == State::Waiting,
        _ => about.state.is_open(),
    };
    if !current {
        return Ok(None);
    }
    let block = match matters::raiser::reveal_for_delivery(cx, message.matter, raiser) {
        Err(matters::Error::NotFound) => return Ok(None),
        other => other?,
    };
    let Some(to) = block.email else { return Ok(None) };
    let code = matters::raiser::code_for_delivery(cx, message.matter, raiser)?;
    let prefix = if block.lang == Lang::En { "/en" } else { "" };
    let link = format!("{}{prefix}/t/{code}", config.public_url.trim_end_matches('/'));
    let number = about.number.as_str();
    let (subject, body) = (format!("mail-{kind}-subject"), format!("mail-{kind}-body"));
    let subject = text(block.lang, &subject, &[("number", number)]);
    let args = [("number", number), ("link", link.as_str()), ("phone", config.duty_phone.as_str())];
    let body = text(block.lang, &body, &args);
    Ok(Some(Letter { id: message.id, to, subject, body }))
}

/// The signed line, for somebody outside the house; nothing when the address was taken out of the configuration.
fn for_house(cx: &mut Cx<'_>, config: &AlertsConfig, message: &Message, letter: HouseLetter) -> Result<Option<Letter>> {
    let to = usize::try_from(letter.index).ok().and_then(|i| config.anchors_to.get(i)).cloned();
    let Some(to) = to else { return Ok(None) };
    let kept = store::chain::anchor_line(cx, letter.anchor)?;
    let lang = Lang::default();
    let at = wall_clock(kept.anchor.at);
    let entries = kept.anchor.entries.to_string();
    let subject = text(lang, "mail-anchor-subject", &[("at", &at)]);
    let body = text(lang, "mail-anchor-body", &[("at", &at), ("entries", &entries), ("line", &kept.line)]);
    Ok(Some(Letter { id: message.id, to, subject, body }))
}

fn wall_clock(at: Moment) -> String {
    at.zoned(&time::shanghai()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn settle(cx: &mut Cx<'_>, message: &Message, state: &str) -> Result<()> {
    let sql = "UPDATE message SET state = $1, settled_at = $2 WHERE id = $3";
    cx.execute(sql, params![state, cx.now, message.id])?;
    Ok(())
}

/// Writes down what came of an attempt; `last` is true when a put-off mail will not be tried again by itself.
pub(crate) fn note(cx: &mut Cx<'_>, mail: HasMail, message: &Message, sent: &Sent, last: bool) -> Result<()> {
    let (result, detail) = match sent {
        Sent::Accepted => ("accepted", ""),
        Sent::Refused(why) => ("refused", why.as_str()),
        Sent::Later(why) => ("later", why.as_str()),
    };
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO message_attempt (id, district_id, message_id, at, result, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), message.id, cx.now, result, detail],
    )?;
    match sent {
        Sent::Accepted => settle(cx, message, "sent")?,
        Sent::Refused(_) => settle(cx, message, "failed")?,
        Sent::Later(_) => {}
    }
    let To::Raiser { raiser, opening, try_no } = message.to else { return Ok(()) };
    // Only the answer itself proves anything. Whoever waits for the raiser must know that they were not reached.
    if message.kind != ANSWER {
        let lost = matches!(sent, Sent::Refused(_)) || (last && matches!(sent, Sent::Later(_)));
        if lost && message.kind != RECEIPT {
            let owner = brief(cx, message.matter)?.owner;
            let key = format!("failed/{}", message.id);
            tell::tell(cx, mail, owner, "word_failed", message.matter, &key)?;
        }
        return Ok(());
    }
    let outcome = match sent {
        Sent::Accepted => DeliveryResult::EmailAccepted,
        Sent::Refused(_) => DeliveryResult::EmailFailed,
        // Our own server being down is no attempt to reach anybody, until we give up.
        Sent::Later(_) if last => DeliveryResult::EmailFailed,
        Sent::Later(_) => return Ok(()),
    };
    record(cx, message, raiser, outcome)?;
    if outcome == DeliveryResult::EmailFailed {
        let about = brief(cx, message.matter)?;
        let key = format!("failed/{}", message.id);
        if about.state == State::Answered && try_no == 1 {
            tell::tell(cx, mail, about.owner, "mail_failed", message.matter, &key)?;
        }
        if about.state == State::Answered && matches!(sent, Sent::Refused(_)) && try_no < TRIES {
            to_raiser(cx, raiser, message.matter, opening, try_no + 1, &message.key)?;
        }
    }
    Ok(())
}

/// Tells the matter. If it has moved on meanwhile, there is nothing to tell.
fn record(cx: &mut Cx<'_>, message: &Message, raiser: RaiserId, outcome: DeliveryResult) -> Result<()> {
    let key = format!("{}/{}", message.id, outcome.code());
    match matters::app::record_delivery(cx, message.matter, raiser, outcome, None, Some(key)) {
        Ok(_) | Err(matters::Error::Refused(_) | matters::Error::NotFound | matters::Error::Invalid(_)) => Ok(()),
        Err(other) => Err(Error::from(other)),
    }
}

/// A bounce came back for this message (its id is the left part of `Message-ID`): the delivery did not happen after all.
/// For whatever reads the mailbox of bounces.
pub fn bounced(cx: &mut Cx<'_>, id: Uuid) -> Result<bool> {
    let sql = "SELECT id, kind, matter_id, to_account, to_raiser, opening, try_no, idem_key FROM message \
               WHERE id = $1 AND district_id = $2 AND state = 'sent'";
    let Some(r) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(false) };
    let matter: MatterId = r.id("matter_id")?;
    cx.execute("UPDATE message SET state = 'bounced' WHERE id = $1", params![id])?;
    let kind = r.text("kind")?;
    if let Some(raiser) = r.opt_id::<RaiserId>("to_raiser")?
        && kind != RECEIPT
    {
        let about = brief(cx, matter)?;
        if kind != ANSWER {
            tell::tell(cx, HasMail(false), about.owner, "word_failed", matter, &format!("bounced/{id}"))?;
            return Ok(true);
        }
        let message = Message {
            id,
            kind,
            matter,
            to: To::Raiser { raiser, opening: r.opt_i64("opening")?.unwrap_or(1), try_no: r.i64("try_no")? },
            key: r.text("idem_key")?,
        };
        record(cx, &message, raiser, DeliveryResult::EmailBounced)?;
        tell::tell(cx, HasMail(false), about.owner, "mail_failed", matter, &format!("bounced/{id}"))?;
    }
    Ok(true)
}

//! The circle of an elder is told (L5): a card was scanned, a finder wrote, the care plan was opened. By mail and by text
//! message, in fixed sentences without anybody's name; addresses are read at the moment of sending. And the desk of the
//! card's post, by a notice.

use super::notices;
use super::tell::{HasMail, HasSms};
use crate::Result;
use crate::config::AlertsConfig;
use crate::mail::{Letter, Sent};
use crate::outgoing::Call;
use crate::sms::{Handed, SmsConfig, Words};
use crate::texts::text;
use care::app::telling;
use care::events::{TellChange, TellDesk, TellMessage, TellOldCard, TellPlan, TellScan};
use care::model::ContactLine;
use kernel::Lang;
use kernel::ids::{CaseId, ContactId, MatterId, PersonId, PostId};
use people::model::GuardianId;
use serde_json::json;
use store::{Cx, NewJob, params};
use uuid::Uuid;

/// Kinds of the jobs that send one message.
pub(crate) const MAIL: &str = "family.mail";
pub(crate) const SMS: &str = "family.sms";

/// What the family is told: `mail-family-…` and `sms-family-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Scan,
    Message,
    Plan,
    Change,
    /// A neighbour is worried; and it is over.
    Worry,
    WorryOver,
}

impl Word {
    const fn code(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Message => "message",
            Self::Plan => "plan",
            Self::Change => "change",
            Self::Worry => "worry",
            Self::WorryOver => "worry-over",
        }
    }
    /// Worth a text message even where there is a mail.
    const fn is_urgent(self) -> bool {
        matches!(self, Self::Scan | Self::Message | Self::Worry | Self::WorryOver)
    }
}

pub(crate) fn scanned(cx: &mut Cx<'_>, ways: (HasMail, HasSms), job: &TellScan, key: &str) -> Result<()> {
    family(cx, ways, job.person, Word::Scan, key)?;
    let Some(card) = telling::card(cx, job.card)? else { return Ok(()) };
    desk(cx, card.post, "card_scanned", card.number, key)
}

pub(crate) fn old_card(cx: &mut Cx<'_>, job: &TellOldCard, key: &str) -> Result<()> {
    let Some(card) = telling::card(cx, job.card)? else { return Ok(()) };
    desk(cx, card.post, "card_old", card.number, key)
}

pub(crate) fn look(cx: &mut Cx<'_>, job: &TellDesk, key: &str) -> Result<()> {
    let Some(card) = telling::card(cx, job.card)? else { return Ok(()) };
    let kind = match job.why.as_str() {
        "far" => "card_far",
        "reported" => "card_reported",
        _ => "card_often",
    };
    desk(cx, card.post, kind, card.number, key)
}

pub(crate) fn message(cx: &mut Cx<'_>, ways: (HasMail, HasSms), job: &TellMessage, key: &str) -> Result<()> {
    family(cx, ways, job.person, Word::Message, key)?;
    let Some(thread) = telling::thread(cx, job.thread)? else { return Ok(()) };
    let number = telling::card(cx, thread.card)?.map_or(0, |card| card.number);
    desk(cx, thread.post, "finder_message", number, key)
}

pub(crate) fn plan_opened(cx: &mut Cx<'_>, ways: (HasMail, HasSms), job: &TellPlan, key: &str) -> Result<()> {
    family(cx, ways, job.person, Word::Plan, key)
}

/// The other guardians, and the committee of where the elder lives: that something was changed, not what.
pub(crate) fn changed(cx: &mut Cx<'_>, ways: (HasMail, HasSms), job: &TellChange, key: &str) -> Result<()> {
    family_but(cx, ways, job.person, Word::Change, key, job.by)?;
    let number = telling::card_number_of(cx, job.person)?.map(|n| format!("K-{n:05}")).unwrap_or_default();
    for account in telling::committee(cx, job.person)? {
        notices::tell_desk(cx, account, "care_changed", &number, key)?;
    }
    Ok(())
}

fn desk(cx: &mut Cx<'_>, post: PostId, kind: &str, number: i64, key: &str) -> Result<()> {
    for account in telling::desk(cx, post)? {
        notices::tell_desk(cx, account, kind, &format!("K-{number:05}"), key)?;
    }
    Ok(())
}

fn family(cx: &mut Cx<'_>, ways: (HasMail, HasSms), person: PersonId, word: Word, key: &str) -> Result<()> {
    family_but(cx, ways, person, word, key, None)
}

/// Those of the circle who asked for it: that a neighbour is worried, or that it is over.
pub(crate) fn worried(
    cx: &mut Cx<'_>,
    ways: (HasMail, HasSms),
    person: PersonId,
    to: &[ContactId],
    over: bool,
    key: &str,
) -> Result<()> {
    let word = if over { Word::WorryOver } else { Word::Worry };
    for contact in telling::family(cx, person)?.iter().filter(|c| to.contains(&c.id)) {
        word_to(cx, ways, person, contact, word, key)?;
    }
    Ok(())
}

/// Everybody but the guardian who did it.
fn family_but(
    cx: &mut Cx<'_>,
    ways: (HasMail, HasSms),
    person: PersonId,
    word: Word,
    key: &str,
    but: Option<GuardianId>,
) -> Result<()> {
    for contact in telling::family(cx, person)? {
        // What was changed is for guardians; a neighbour in the list is called when it matters.
        let uninvolved = word == Word::Change && contact.guardian.is_none();
        if uninvolved || but.is_some() && contact.guardian == but {
            continue;
        }
        word_to(cx, ways, person, &contact, word, key)?;
    }
    Ok(())
}

/// By mail, and by text message where it is urgent or there is no mail.
fn word_to(
    cx: &mut Cx<'_>,
    (mail, sms): (HasMail, HasSms),
    person: PersonId,
    contact: &ContactLine,
    word: Word,
    key: &str,
) -> Result<()> {
    let (kind, none) = (format!("family-{}", word.code()), MatterId(Uuid::nil()));
    let by_mail = mail.0 && contact.mail.is_some();
    let by_sms = sms.0 && contact.phone.is_some() && (word.is_urgent() || !by_mail);
    if by_mail {
        queue(cx, Way::Mail, (person, contact.id), (&kind, none), key)?;
    }
    if by_sms {
        queue(cx, Way::Sms, (person, contact.id), (&kind, none), key)?;
    }
    Ok(())
}

/// How a contact is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Mail,
    Sms,
}

/// One message to one contact, once per key; `of` is the case it is about, if it is about one.
pub(super) fn queue(
    cx: &mut Cx<'_>,
    way: Way,
    (person, contact): (PersonId, ContactId),
    (kind, of): (&str, MatterId),
    key: &str,
) -> Result<()> {
    let (channel, job) = match way {
        Way::Mail => ("email", MAIL),
        Way::Sms => ("sms", SMS),
    };
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO message (id, district_id, channel, kind, matter_id, to_contact, about_person, try_no, idem_key, state, \
               created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 'queued', $9) ON CONFLICT (idem_key) DO NOTHING";
    let idem = format!("family/{channel}/{key}/{contact}");
    if cx.execute(sql, params![id, cx.district(), channel, kind, of, contact, person, idem, cx.now])? > 0 {
        cx.enqueue(NewJob { kind: job, key: id.to_string(), run_at: cx.now, payload: json!({ "message": id }) })?;
    }
    Ok(())
}

/// A message that still has to be sent, to whom at this moment, and what its words name.
struct Ready {
    kind: String,
    contact: ContactLine,
    named: Named,
}

/// What the fixed sentences name. Empty: nothing of that kind.
#[derive(Default)]
pub(super) struct Named {
    pub number: String,
    pub link: String,
    pub code: String,
}

impl Named {
    fn text(&self, config: &AlertsConfig, lang: Lang, key: &str) -> String {
        let (number, link, code) = (self.number.as_str(), self.link.as_str(), self.code.as_str());
        let args = [("number", number), ("link", link), ("code", code), ("phone", config.duty_phone.as_str())];
        text(lang, key, &args)
    }
}

fn load(cx: &mut Cx<'_>, config: &AlertsConfig, id: Uuid) -> Result<Option<Ready>> {
    let sql = "SELECT kind, matter_id, to_contact, about_person FROM message WHERE id = $1 AND district_id = $2 AND state = 'queued' \
               AND to_contact IS NOT NULL";
    let Some(r) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    let person: PersonId = r.id("about_person")?;
    let Some(contact) = telling::recipient(cx, person, r.id("to_contact")?)? else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    let kind = r.text("kind")?;
    let named = match super::lost::news_of(&kind) {
        Some(news) => {
            let case = CaseId(r.id::<MatterId>("matter_id")?.0);
            super::lost::named(cx, config, news, case, (person, &contact))?
        }
        None => Some(Named { link: link(config, contact.lang, "/p"), ..Named::default() }),
    };
    let Some(named) = named else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    cx.record_read("person", person.0, &["contacts"])?;
    Ok(Some(Ready { kind, contact, named }))
}

pub(super) fn link(config: &AlertsConfig, lang: Lang, path: &str) -> String {
    let prefix = if lang == Lang::En { "/en" } else { "" };
    format!("{}{prefix}{path}", config.public_url.trim_end_matches('/'))
}

pub(crate) fn prepare_mail(cx: &mut Cx<'_>, config: &AlertsConfig, id: Uuid) -> Result<Option<Letter>> {
    let Some(Ready { kind, contact, named }) = load(cx, config, id)? else { return Ok(None) };
    let Some(to) = contact.mail else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    let subject = named.text(config, contact.lang, &format!("mail-{kind}-subject"));
    let body = named.text(config, contact.lang, &format!("mail-{kind}-body"));
    Ok(Some(Letter { id, to, subject, body }))
}

pub(crate) fn prepare_sms(cx: &mut Cx<'_>, config: &AlertsConfig, sms: &SmsConfig, id: Uuid) -> Result<Option<Call>> {
    let Some(Ready { kind, contact, named }) = load(cx, config, id)? else { return Ok(None) };
    let Some(phone) = contact.phone else {
        settle(cx, id, "dropped")?;
        return Ok(None);
    };
    let body = format!("【{}】{}", sms.signature, named.text(config, contact.lang, &format!("sms-{kind}")));
    let name = id.to_string();
    let Named { number, link, code } = &named;
    Ok(Some(sms.call(&Words { id: &name, phone: &phone, text: &body, number, link, code })))
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

/// It did not reach them, and is not tried again.
fn failed(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    settle(cx, id, "failed")?;
    super::lost::failed(cx, id)
}

/// Writes down what the server said; `last` is true when it will not be tried again by itself.
pub(crate) fn note_mail(cx: &mut Cx<'_>, id: Uuid, sent: &Sent, last: bool) -> Result<()> {
    match sent {
        Sent::Accepted => {
            attempt(cx, id, "accepted", "")?;
            settle(cx, id, "sent")
        }
        Sent::Refused(why) => {
            attempt(cx, id, "refused", why)?;
            failed(cx, id)
        }
        Sent::Later(why) => {
            attempt(cx, id, "later", why)?;
            if last { failed(cx, id) } else { Ok(()) }
        }
    }
}

pub(crate) fn note_sms(cx: &mut Cx<'_>, id: Uuid, handed: &Handed, last: bool) -> Result<()> {
    match handed {
        Handed::Taken { id: gateway } => {
            attempt(cx, id, "accepted", "")?;
            settle(cx, id, "sent")?;
            if let Some(gateway) = gateway {
                super::sms::note_gateway(cx, gateway, id)?;
            }
            Ok(())
        }
        Handed::Refused(why) => {
            attempt(cx, id, "refused", why)?;
            failed(cx, id)
        }
        Handed::Later(why) => {
            attempt(cx, id, "later", why)?;
            if last { failed(cx, id) } else { Ok(()) }
        }
    }
}

/// The gateway says what became of a text message to a contact; false when it is none, or settled already.
pub(super) fn receipt(cx: &mut Cx<'_>, id: Uuid, arrived: bool) -> Result<bool> {
    let sql =
        "SELECT 1 AS one FROM message WHERE id = $1 AND district_id = $2 AND state = 'sent' AND to_contact IS NOT NULL";
    if cx.query_opt(sql, params![id, cx.district()])?.is_none() {
        return Ok(false);
    }
    if arrived {
        attempt(cx, id, "arrived", "")?;
        settle(cx, id, "arrived")?;
    } else {
        attempt(cx, id, "refused", "the receipt says it did not arrive")?;
        failed(cx, id)?;
    }
    Ok(true)
}

//! Calls through a relay (L5): a provider joins two numbers for a while by a third one, and whoever calls the third hears the other
//! side without seeing its number. Here is who may be joined, and for how long; the provider is called by whoever holds it
//! (`alerts::relay`), outside of any transaction.
//!
//! The number of a contact leaves this crate once, for the provider. The number of a finder never comes here: it goes from the form
//! to the provider and is kept nowhere. Nobody's telephone rings before the finder calls the third number, so a finder who types
//! somebody else's number calls nobody with it.

use super::contacts;
use super::finder::{OpenCard, finder_hash};
use crate::model::card::CardState;
use crate::model::contact::ContactLine;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{ContactId, PersonId};
use people::app::persons::{self, For};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Minutes° a pair lives.
pub const MINUTES: i64 = 30;
/// Pairs of one card in an hour°; whoever needs more calls the duty desk.
const PER_HOUR: i64 = 5;

/// Two numbers to be joined.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    pub id: Uuid,
    /// Of the contact. For the provider, and nobody else.
    pub phone: String,
    pub until: Moment,
}

/// Never printed by accident.
impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Contacts who said that strangers who found the elder may be put through to them.
pub fn wishes(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<ContactId>> {
    let sql = "SELECT contact_id FROM care_relay_wish WHERE person_id = $1 AND district_id = $2 ORDER BY at";
    let rows = cx.query(sql, params![person, cx.district()])?;
    rows.iter().map(|r| Ok(r.id("contact_id")?)).collect()
}

/// Writes down what a contact said about that. Who is kept away is never put through, whatever they say.
pub fn set_wish(cx: &mut Cx<'_>, person: PersonId, why: &For, contact: ContactId, yes: bool) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    let there = contacts::all(cx, person)?;
    let line = there.iter().find(|c| c.id == contact).ok_or(Error::Invalid { field: "contact", why: "unknown" })?;
    if yes && (line.barred || line.phone.is_none()) {
        return Err(Error::Invalid { field: "phone", why: "missing" });
    }
    if yes {
        let sql = "INSERT INTO care_relay_wish (contact_id, district_id, person_id, at, by_actor) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (contact_id) DO NOTHING";
        cx.execute(sql, params![contact, cx.district(), person, cx.now, cx.actor.log_name()])?;
    } else {
        let sql = "DELETE FROM care_relay_wish WHERE contact_id = $1 AND person_id = $2";
        cx.execute(sql, params![contact, person])?;
    }
    cx.record("care.relay_wish", "person", person.0, &json!({ "contact": contact, "yes": yes }))?;
    Ok(())
}

/// The first of the circle who wishes it and can be called.
fn whom(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<ContactLine>> {
    let wish = wishes(cx, person)?;
    if wish.is_empty() {
        return Ok(None);
    }
    let all = contacts::all(cx, person)?;
    Ok(all.into_iter().find(|c| c.is_welcome() && c.phone.is_some() && wish.contains(&c.id)))
}

/// Can the finder be put through to anybody?
pub fn is_offered(cx: &mut Cx<'_>, card: &OpenCard) -> Result<bool> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    Ok(whom(cx, card.person)?.is_some())
}

/// The finder asks to be put through. What comes back goes to the provider; then [`joined`] or [`failed`] is written.
///
/// # Errors
/// When nobody wishes it, or too much was asked about this card.
pub fn ask(cx: &mut Cx<'_>, card: &OpenCard, secret: &str) -> Result<Pair> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    cx.lock(&format!("card/{}", card.id))?;
    let sql = "SELECT COUNT(*) AS n FROM care_relay WHERE card_id = $1 AND at > $2";
    let n = cx.query_one(sql, params![card.id, cx.now.plus_hours(-1)])?.i64("n")?;
    if n >= PER_HOUR || secret.len() < 32 {
        return Err(Error::Refused("too-much"));
    }
    let Some(contact) = whom(cx, card.person)? else { return Err(Error::Refused("no-relay")) };
    let Some(phone) = contact.phone else { return Err(Error::Refused("no-relay")) };
    let (id, until): (Uuid, Moment) = (cx.new_id(), cx.now.plus_minutes(MINUTES));
    let finder = finder_hash(cx, secret);
    cx.execute(
        "INSERT INTO care_relay (id, district_id, card_id, person_id, contact_id, finder_hash, state, at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)",
        params![id, cx.district(), card.id, card.person, contact.id, finder, cx.now, until],
    )?;
    cx.record("relay.asked", "card", card.id.0, &json!({ "pair": id, "contact": contact.id }))?;
    Ok(Pair { id, phone, until })
}

/// The provider joined them: the finder may call this number until then.
pub fn joined(cx: &mut Cx<'_>, pair: Uuid, number: &str, until: Moment) -> Result<()> {
    let sealed = cx.seal(KeyClass::Contact, pair, number.as_bytes())?;
    let sql = "UPDATE care_relay SET state = 'joined', number = $1, expires_at = $2 WHERE id = $3 AND state = 'asked'";
    cx.execute(sql, params![sealed, until, pair])?;
    cx.record("relay.joined", "relay", pair, &json!({}))?;
    Ok(())
}

/// It could not; the finder calls the duty desk.
pub fn failed(cx: &mut Cx<'_>, pair: Uuid, why: &str) -> Result<()> {
    let sql = "UPDATE care_relay SET state = 'failed', ended_at = $1 WHERE id = $2 AND state = 'asked'";
    cx.execute(sql, params![cx.now, pair])?;
    cx.record("relay.failed", "relay", pair, &json!({ "why": why }))?;
    Ok(())
}

/// The number this finder may call now, if any, and until when.
pub fn current(cx: &mut Cx<'_>, card: &OpenCard, secret: &str) -> Result<Option<(String, Moment)>> {
    require(&cx.actor, cx.purpose, Action::ScanCard, &ResourceFacts::District)?;
    if secret.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT id, contact_id, number, expires_at FROM care_relay WHERE card_id = $1 AND finder_hash = $2 \
               AND state = 'joined' AND expires_at > $3 ORDER BY at DESC LIMIT 1";
    let key = finder_hash(cx, secret);
    let Some(r) = cx.query_opt(sql, params![card.id, key, cx.now])? else { return Ok(None) };
    if !stands(cx, card.person, r.id("contact_id")?)? {
        return Ok(None);
    }
    let Some(sealed) = r.opt_blob("number")? else { return Ok(None) };
    let number = cx.open_text(KeyClass::Contact, r.uuid("id")?, &sealed)?;
    Ok(Some((number, r.moment("expires_at")?)))
}

/// Is this contact still in the circle, welcome, and put through by their own wish?
fn stands(cx: &mut Cx<'_>, person: PersonId, contact: ContactId) -> Result<bool> {
    Ok(wishes(cx, person)?.contains(&contact)
        && contacts::all(cx, person)?.iter().any(|c| c.id == contact && c.is_welcome()))
}

/// Pairs that must not stand any more before their time: the contact wishes it no longer, is kept away or gone, the card is over.
pub fn to_part(cx: &mut Cx<'_>) -> Result<Vec<Uuid>> {
    let sql = "SELECT r.id, r.person_id, r.contact_id, c.state FROM care_relay r JOIN care_card c ON c.id = r.card_id \
               WHERE r.district_id = $1 AND r.state = 'joined' AND r.expires_at > $2 ORDER BY r.at LIMIT 50";
    let rows = cx.query(sql, params![cx.district(), cx.now])?;
    let mut out = Vec::new();
    for r in &rows {
        let opens = CardState::from_code(&r.text("state")?).is_some_and(CardState::opens);
        if !opens || !stands(cx, r.id("person_id")?, r.id("contact_id")?)? {
            out.push(r.uuid("id")?);
        }
    }
    Ok(out)
}

/// The provider parted them.
pub fn parted(cx: &mut Cx<'_>, pair: Uuid) -> Result<()> {
    let sql = "UPDATE care_relay SET state = 'parted', number = NULL, ended_at = $1 WHERE id = $2 AND state = 'joined'";
    cx.execute(sql, params![cx.now, pair])?;
    cx.record("relay.parted", "relay", pair, &json!({}))?;
    Ok(())
}

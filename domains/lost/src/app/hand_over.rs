//! Found is not home (R4): the elder goes with a named adult whose identity was checked, and time, place and both officers are
//! written down.

use super::case::{self, CaseRow, advance, open, supervisor, touch};
use super::entries::{self, EntryKind, More};
use super::{circle, conference, line, opt_line, relay, rules, seal, unseal};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, News, Why};
use crate::model::{Check, HandOver, How, Move, PlaceKind, Proof, Receiver, check};
use kernel::Moment;
use kernel::ids::{AccountId, CaseId, ContactId};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Digits of the one-time code.
const DIGITS: usize = 6;
/// Wrong codes until a new one must be sent.
const TRIES: i64 = 5;
/// Longest picture of a signature.
const SIGNATURE: usize = 4 * 1024 * 1024;

/// A hand-over that waits for a second officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub id: Uuid,
    pub asked_by: AccountId,
    pub asked_at: Moment,
    pub proof: Proof,
    pub place: PlaceKind,
    /// Name and relation, or body and officer.
    pub receiver: Option<Named>,
}

/// With whom the elder goes, when it is no contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub relation: String,
}

/// Never printed by accident.
impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Named(…)")
    }
}

/// Sends a contact the code that they tell when they come; an older one of theirs is worth nothing any more.
pub fn send_code(cx: &mut Cx<'_>, case: CaseId, contact: ContactId) -> Result<()> {
    let (c, _) = open(cx, case, Action::HandOver)?;
    let known = contact_of(cx, &c, contact)?;
    if known.barred || !known.may_collect {
        return Err(Refusal::Barred.into());
    }
    let mut bytes = [0u8; DIGITS];
    cx.ids().fill(&mut bytes);
    // 256 is no multiple of ten: digits 0 to 5 come up a little more often (26 instead of 25 of 256), which five tries do not use.
    let code: String = bytes.iter().map(|b| char::from(b'0' + b % 10)).collect();
    let until = cx.now.plus_minutes(rules::lost_rules(cx)?.code_minutes);
    let hash = code_hash(cx, case, contact, &code);
    let sealed = cx.seal(KeyClass::Contact, case.0, code.as_bytes())?;
    cx.execute(
        "INSERT INTO lost_code (case_id, contact_id, district_id, code_hash, code, at, expires_at, tries) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (case_id, contact_id) DO UPDATE SET code_hash = $4, code = $5, \
         at = $6, expires_at = $7, tries = 0, used_at = NULL",
        params![case, contact, cx.district(), hash, sealed, cx.now, until],
    )?;
    let more = More { of: Some(contact.0), moment: Some(until), ..More::default() };
    let entry = entries::write(cx, case, EntryKind::CodeSent, &more)?;
    events::tell_family(cx, case, News::Code, Some(contact), &entry.to_string())
}

/// The code of a contact, for the message that brings it; `None` when it is over.
pub fn code_to_send(cx: &mut Cx<'_>, case: CaseId, contact: ContactId) -> Result<Option<String>> {
    let sql =
        "SELECT code FROM lost_code WHERE case_id = $1 AND contact_id = $2 AND used_at IS NULL AND expires_at > $3";
    let Some(row) = cx.query_opt(sql, params![case, contact, cx.now])? else { return Ok(None) };
    match cx.open_text(KeyClass::Contact, case.0, &row.blob("code")?) {
        Ok(code) => Ok(Some(code)),
        Err(store::Error::Erased) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn code_hash(cx: &Cx<'_>, case: CaseId, contact: ContactId, code: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Contact, format!("hand-over:{case}:{contact}:{code}").as_bytes())
}

/// Is it the code of this contact? A wrong one is counted.
fn try_code(cx: &mut Cx<'_>, case: CaseId, contact: ContactId, typed: &str) -> Result<bool> {
    let sql = "SELECT code_hash, tries FROM lost_code WHERE case_id = $1 AND contact_id = $2 AND used_at IS NULL AND expires_at > $3";
    let Some(row) = cx.query_opt(sql, params![case, contact, cx.now])? else { return Ok(false) };
    if row.i64("tries")? >= TRIES {
        return Err(Refusal::CodeSpent.into());
    }
    let digits: String = kernel::text::narrow(typed).chars().filter(char::is_ascii_digit).collect();
    let right = row.blob("code_hash")? == code_hash(cx, case, contact, &digits);
    if !right {
        let sql = "UPDATE lost_code SET tries = tries + 1 WHERE case_id = $1 AND contact_id = $2";
        cx.execute(sql, params![case, contact])?;
    }
    Ok(right)
}

fn contact_of(cx: &mut Cx<'_>, c: &CaseRow, contact: ContactId) -> Result<care::model::contact::ContactLine> {
    let Some(person) = c.person else { return Err(Refusal::NotIdentified.into()) };
    let known = circle::contacts(cx, c, person)?.into_iter().find(|k| k.id == contact);
    known.ok_or_else(|| Refusal::NotThere.into())
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    WithReceiver,
    /// Nothing was done but that the wrong code was counted: an error would take the count back.
    WrongCode,
}

/// The elder goes with the receiver. Where a second officer is needed, the hand-over waits for one: see [`ask_second`].
pub fn hand_over(cx: &mut Cx<'_>, case: CaseId, seen: i64, command: &HandOver) -> Result<Went> {
    let (c, _) = open(cx, case, Action::HandOver)?;
    let command = tidied(command)?;
    match may_go(cx, &c, &command, false) {
        Err(Error::Refused(Refusal::WrongCode)) => return Ok(Went::WrongCode),
        other => other?,
    }
    touch(cx, &c, seen)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    finish(cx, &c, &command, (me, cx.now), None)?;
    Ok(Went::WithReceiver)
}

/// Asks for a second officer: somebody who is no contact wants to take the elder.
pub fn ask_second(cx: &mut Cx<'_>, case: CaseId, seen: i64, command: &HandOver) -> Result<()> {
    let (c, _) = open(cx, case, Action::HandOver)?;
    let command = tidied(command)?;
    match may_go(cx, &c, &command, false) {
        Err(Error::Refused(Refusal::NeedsSecond)) => {}
        Ok(()) => return Err(Refusal::NotThere.into()),
        other => return other,
    }
    touch(cx, &c, seen)?;
    let me = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    cx.execute("UPDATE lost_hand_over SET state = 'dropped' WHERE case_id = $1 AND state = 'waits'", params![case])?;
    write(cx, &c, &command, "waits", (me, cx.now), None)?;
    entries::write(cx, case, EntryKind::SecondAsked, &More::default())?;
    case::tell_crew(cx, case, Why::Second, &format!("{}", cx.now.micros()))
}

/// A second officer agrees, and the elder goes.
pub fn agree(cx: &mut Cx<'_>, case: CaseId, seen: i64) -> Result<()> {
    let (c, _) = open(cx, case, Action::SecondHandOver)?;
    let sql = "SELECT id, receiver_kind, receiver, proof, place_kind, override_reason, asked_by, asked_at, signature \
               FROM lost_hand_over WHERE case_id = $1 AND state = 'waits'";
    let Some(row) = cx.query_opt(sql, params![case])? else { return Err(Refusal::NotThere.into()) };
    let named: Option<Named> = unseal(cx, KeyClass::Identity, case.0, row.opt_blob("receiver")?.as_deref())?;
    let named = named.ok_or(Refusal::NotThere)?;
    let receiver = match row.text("receiver_kind")?.as_str() {
        "body" => Receiver::Body { name: named.name, officer: named.relation },
        _ => Receiver::Other { name: named.name, relation: named.relation },
    };
    let reason = row.opt_blob("override_reason")?;
    let command = HandOver {
        receiver,
        proof: Proof::from_code(&row.text("proof")?).unwrap_or(Proof::Nothing),
        place: PlaceKind::from_code(&row.text("place_kind")?).unwrap_or(PlaceKind::Post),
        override_reason: entries::words(cx, case, reason.as_deref())?,
        code: None,
        signature: match row.opt_blob("signature")? {
            Some(sealed) => Some(cx.open(KeyClass::Identity, case.0, &sealed)?),
            None => None,
        },
    };
    may_go(cx, &c, &command, true)?;
    touch(cx, &c, seen)?;
    let id = row.uuid("id")?;
    cx.execute("DELETE FROM lost_hand_over WHERE id = $1", params![id])?;
    entries::write(cx, case, EntryKind::SecondAgreed, &More::default())?;
    let second = cx.actor.account_id();
    finish(cx, &c, &command, (row.id("asked_by")?, row.moment("asked_at")?), second)
}

fn tidied(command: &HandOver) -> Result<HandOver> {
    let receiver = match &command.receiver {
        Receiver::Contact { .. } => command.receiver.clone(),
        Receiver::Other { name, relation } => {
            Receiver::Other { name: line("receiver", name, 60)?, relation: line("relation", relation, 60)? }
        }
        Receiver::Body { name, officer } => {
            Receiver::Body { name: line("receiver", name, 80)?, officer: line("officer", officer, 60)? }
        }
    };
    if command.signature.as_ref().is_some_and(|s| s.len() > SIGNATURE) {
        return Err(Error::Invalid { field: "signature", why: "too-long" });
    }
    let override_reason = opt_line("override", command.override_reason.as_deref().unwrap_or_default(), 300)?;
    Ok(HandOver { receiver, override_reason, ..command.clone() })
}

fn may_go(cx: &mut Cx<'_>, c: &CaseRow, command: &HandOver, second: bool) -> Result<()> {
    let mut command = command.clone();
    let mut code_ok = false;
    if let Receiver::Contact { id, barred } = &mut command.receiver {
        let known = contact_of(cx, c, *id)?;
        *barred = known.barred || !known.may_collect;
        if command.proof == Proof::Code {
            let typed = command.code.clone().unwrap_or_default();
            code_ok = try_code(cx, c.id, *id, &typed)?;
        }
    }
    // A code says whose card it is, not who wears it: found is not home, and a card is no face.
    if c.identified_how.as_deref() == Some(How::Scan.code()) {
        return Err(Refusal::NotCompared.into());
    }
    let home = circle::home_now(cx, c.person)?;
    let facts = Check { identified: c.person.is_some(), home, second, code_ok };
    Ok(check(&command, facts)?)
}

fn finish(
    cx: &mut Cx<'_>,
    c: &CaseRow,
    command: &HandOver,
    (asked_by, asked_at): (AccountId, Moment),
    second: Option<AccountId>,
) -> Result<()> {
    let id = write(cx, c, command, "done", (asked_by, asked_at), second)?;
    if let Receiver::Contact { id: contact, .. } = command.receiver {
        let sql = "UPDATE lost_code SET used_at = $1 WHERE case_id = $2 AND contact_id = $3";
        cx.execute(sql, params![cx.now, c.id, contact])?;
    }
    advance(cx, c, Move::HandOver)?;
    let more = More { code: Some(command.receiver.kind()), of: Some(id), ..More::default() };
    entries::write(cx, c.id, EntryKind::HandedOver, &more)?;
    if let Some(reason) = &command.override_reason {
        entries::write(cx, c.id, EntryKind::Overridden, &More { words: Some(reason), ..More::default() })?;
        let facts = case::facts(cx, c)?;
        let told = supervisor(cx, c, &facts, 1)?;
        events::tell(cx, c.id, Why::Override, vec![told], &id.to_string())?;
    }
    if let Some(person) = c.person {
        events::tell_family(cx, c.id, News::Home, None, &id.to_string())?;
        relay::home(cx, person)?;
        conference::ask_family(cx, c)?;
    }
    Ok(())
}

fn write(
    cx: &mut Cx<'_>,
    c: &CaseRow,
    command: &HandOver,
    state: &str,
    (asked_by, asked_at): (AccountId, Moment),
    second: Option<AccountId>,
) -> Result<Uuid> {
    let id: Uuid = cx.new_id();
    let (contact, named) = match &command.receiver {
        Receiver::Contact { id, .. } => (Some(*id), None),
        Receiver::Other { name, relation } => (None, Some(Named { name: name.clone(), relation: relation.clone() })),
        Receiver::Body { name, officer } => (None, Some(Named { name: name.clone(), relation: officer.clone() })),
    };
    let receiver = match &named {
        Some(named) => Some(seal(cx, KeyClass::Identity, c.id.0, named)?),
        None => None,
    };
    let reason = match &command.override_reason {
        Some(reason) => Some(cx.seal(KeyClass::Text, c.id.0, reason.as_bytes())?),
        None => None,
    };
    let signature = match &command.signature {
        Some(picture) => Some(cx.seal(KeyClass::Identity, c.id.0, picture)?),
        None => None,
    };
    let at = (state == "done").then_some(cx.now);
    cx.execute(
        "INSERT INTO lost_hand_over (id, district_id, case_id, state, receiver_kind, contact_id, receiver, proof, place_kind, \
         override_reason, code_checked, asked_at, asked_by, second_by, at, signature) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            id,
            cx.district(),
            c.id,
            state,
            command.receiver.kind(),
            contact,
            receiver,
            command.proof.code(),
            command.place.code(),
            reason,
            command.proof == Proof::Code,
            asked_at,
            asked_by,
            second,
            at,
            signature
        ],
    )?;
    Ok(id)
}

/// What waits for a second officer.
pub(super) fn pending(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<Pending>> {
    let sql = "SELECT id, receiver, proof, place_kind, asked_by, asked_at FROM lost_hand_over WHERE case_id = $1 \
               AND state = 'waits'";
    let Some(row) = cx.query_opt(sql, params![case])? else { return Ok(None) };
    Ok(Some(Pending {
        id: row.uuid("id")?,
        asked_by: row.id("asked_by")?,
        asked_at: row.moment("asked_at")?,
        proof: Proof::from_code(&row.text("proof")?).unwrap_or(Proof::Nothing),
        place: PlaceKind::from_code(&row.text("place_kind")?).unwrap_or(PlaceKind::Post),
        receiver: unseal(cx, KeyClass::Identity, case.0, row.opt_blob("receiver")?.as_deref())?,
    }))
}

//! Contacts in order, with what each one said (L6). "Cannot come, arrives 18:30" is a normal state.

use super::case::{open, touch};
use super::entries::{self, EntryKind, More};
use super::{circle, opt_line, rules};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, Why};
use crate::model::{Attempt, State};
use kernel::Moment;
use kernel::ids::{CaseId, ContactId};
use people::policy::Action;
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLine {
    pub contact: ContactId,
    pub at: Moment,
    /// Kind and id, as in the log.
    pub by: String,
    pub result: Attempt,
    /// When they will be here.
    pub eta: Option<Moment>,
}

/// Writes down what a contact said. Who was not reached makes the next contact due after the time the district set.
pub fn attempt(
    cx: &mut Cx<'_>,
    case: CaseId,
    seen: i64,
    contact: ContactId,
    result: Attempt,
    eta: Option<Moment>,
    words: &str,
) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let Some(person) = c.person else { return Err(Refusal::NotIdentified.into()) };
    let Some(known) = circle::contacts(cx, &c, person)?.into_iter().find(|k| k.id == contact) else {
        return Err(Refusal::NotThere.into());
    };
    if known.barred {
        return Err(Refusal::Barred.into());
    }
    if result == Attempt::Comes && eta.is_none() {
        return Err(Error::Invalid { field: "eta", why: "missing" });
    }
    if eta.is_some_and(|eta| eta < cx.now.plus_minutes(-5) || eta > cx.now.plus_days(7)) {
        return Err(Error::Invalid { field: "eta", why: "range" });
    }
    let words = opt_line("words", words, 300)?;
    touch(cx, &c, seen)?;
    said(cx, case, contact, result, eta, words.as_deref())?;
    Ok(())
}

/// A message to a contact did not arrive: for the sender of messages. Who was called meanwhile has been reached or not; else they
/// are to be called now.
pub fn not_reached(cx: &mut Cx<'_>, case: CaseId, contact: ContactId, way: &str) -> Result<()> {
    let c = super::case::load(cx, case)?;
    let more = More { code: Some(way), of: Some(contact.0), ..More::default() };
    let entry = entries::write(cx, case, EntryKind::Undelivered, &more)?;
    let over = matches!(c.state, State::HandedOver | State::Closed);
    if over || all(cx, case)?.iter().any(|a| a.contact == contact) {
        return Ok(());
    }
    super::case::tell_crew(cx, case, Why::NextContact, &entry.to_string())
}

/// What a contact said, to whoever called them or on their own page.
pub(super) fn said(
    cx: &mut Cx<'_>,
    case: CaseId,
    contact: ContactId,
    result: Attempt,
    eta: Option<Moment>,
    words: Option<&str>,
) -> Result<Uuid> {
    write(cx, case, contact, result, eta)?;
    let more = More { code: Some(result.code()), of: Some(contact.0), moment: eta, words, place: None };
    let entry = entries::write(cx, case, EntryKind::Attempt, &more)?;
    if matches!(result, Attempt::NoAnswer | Attempt::Refused | Attempt::CannotCome) {
        let n = count(cx, case)?;
        let ring = cx.now.plus_minutes(rules::lost_rules(cx)?.next_contact_minutes);
        events::timer(cx, events::NEXT_CONTACT, case, ring, n)?;
    }
    Ok(entry)
}

pub(super) fn write(
    cx: &mut Cx<'_>,
    case: CaseId,
    contact: ContactId,
    result: Attempt,
    eta: Option<Moment>,
) -> Result<()> {
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO lost_attempt (id, district_id, case_id, contact_id, at, by_actor, result, eta) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), case, contact, cx.now, cx.actor.log_name(), result.code(), eta],
    )?;
    cx.record("lost.attempted", "case", case.0, &json!({ "contact": contact, "result": result.code() }))?;
    Ok(())
}

/// How many calls there were: a timer rings only when there was none since.
pub(super) fn count(cx: &mut Cx<'_>, case: CaseId) -> Result<i64> {
    Ok(cx.query_one("SELECT COUNT(*) AS n FROM lost_attempt WHERE case_id = $1", params![case])?.i64("n")?)
}

/// Is somebody on the way, by what they said last?
pub(super) fn somebody_comes(lines: &[AttemptLine]) -> bool {
    lines.iter().any(|l| {
        let last = lines.iter().rev().find(|other| other.contact == l.contact);
        last.is_some_and(|last| last.eta.is_some() && last.result != Attempt::Refused)
    })
}

pub(super) fn all(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<AttemptLine>> {
    let sql = "SELECT contact_id, at, by_actor, result, eta FROM lost_attempt WHERE case_id = $1 ORDER BY at, id";
    let rows = cx.query(sql, params![case])?;
    rows.iter()
        .map(|r| {
            Ok(AttemptLine {
                contact: r.id("contact_id")?,
                at: r.moment("at")?,
                by: r.text("by_actor")?,
                result: Attempt::from_code(&r.text("result")?).unwrap_or(Attempt::NoAnswer),
                eta: r.opt_moment("eta")?,
            })
        })
        .collect()
}

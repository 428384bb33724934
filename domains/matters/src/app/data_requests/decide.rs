//! Granting, refusing with a reason, putting off once; and the second person for a copy and an erasure.

use super::store::load;
use super::{Kind, Of, RaiserField, Refusal, Request, State, copy, erase, ladder, tell};
use crate::{Error, limits};
use ::store::{Cx, KeyClass, params};
use kernel::ids::DataRequestId;
use people::app::Fresh;
use people::app::persons::{Field, correct_field};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;

/// Working days° by which an answer is put off, once.
pub const EXTENSION_DAYS: u32 = 15;

/// What is decided.
#[derive(Clone, PartialEq, Eq)]
pub enum Settled {
    /// With a word to whoever asked; may be empty.
    Grant(String),
    Refuse(Refusal, String),
    /// With the reason, which whoever asked reads.
    Extend(String),
}

fn allowed(cx: &Cx<'_>, r: &Request, action: Action) -> Result<(), Error> {
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::DataRequest(r.facts()))?)
}

fn refused(why: &'static str) -> Error {
    Error::People(people::Error::Refused(why))
}

fn note(field: &'static str, text: &str, must: bool) -> Result<String, Error> {
    let mut wrong = Vec::new();
    let mut text = text.to_owned();
    if must || !text.trim().is_empty() {
        limits::text(&mut wrong, field, &mut text, limits::NOTE_CHARS);
    }
    if wrong.is_empty() { Ok(text) } else { Err(Error::Invalid(wrong)) }
}

/// Decides about a request that waits.
///
/// # Errors
/// When it is decided already, a refusal has no words, or what is asked cannot be done now.
pub fn decide(cx: &mut Cx<'_>, id: DataRequestId, what: &Settled) -> Result<State, Error> {
    people::policy::require_somewhere(&cx.actor, Action::DecideDataRequest)?;
    cx.lock(&format!("data-request/{id}"))?;
    let r = load(cx, id)?;
    allowed(cx, &r, Action::DecideDataRequest)?;
    if r.state != State::Asked {
        return Err(refused("decided-already"));
    }
    let account = cx.actor.account_id();
    let (state, refusal, answer) = match what {
        Settled::Extend(reason) => return extend(cx, &r, reason),
        Settled::Refuse(why, text) => (State::Refused, Some(why.code()), note("answer", text, true)?),
        Settled::Grant(text) => {
            let answer = note("answer", text, r.kind == Kind::Object)?;
            match r.kind {
                Kind::Copy => {}
                Kind::Erase => erase::check(cx, r.of)?,
                Kind::Correct => correct(cx, &r)?,
                Kind::Object | Kind::Withdraw => {}
            }
            (if r.kind.needs_second() { State::Granted } else { State::Done }, None, answer)
        }
    };
    let sealed = cx.seal(KeyClass::Text, id.0, answer.as_bytes())?;
    let done = (state != State::Granted).then_some(cx.now);
    let sql = "UPDATE data_request SET state = $1, refusal = $2, answer = $3, decided_by = $4, decided_at = $5, done_at = $6 \
               WHERE id = $7";
    cx.execute(sql, params![state.code(), refusal, sealed, account, cx.now, done, id])?;
    let late = cx.now > r.due_at;
    let (kind, subject) = r.of.subject();
    let payload = json!({ "request": id, "to": state.code(), "reason": refusal, "late": late });
    cx.record("data_request.decided", kind, subject, &payload)?;
    tell(cx, id, if state == State::Granted { "second" } else { "answered" }, cx.now, r.due_at)?;
    Ok(state)
}

fn extend(cx: &mut Cx<'_>, r: &Request, reason: &str) -> Result<State, Error> {
    if r.extended_at.is_some() {
        return Err(refused("extended-already"));
    }
    let sealed = cx.seal(KeyClass::Text, r.id.0, note("answer", reason, true)?.as_bytes())?;
    let due = super::super::calendar(cx)?.after_working_days(r.due_at.max(cx.now), EXTENSION_DAYS);
    let sql = "UPDATE data_request SET due_at = $1, provisional = $2, extended_at = $3, answer = $4 WHERE id = $5";
    cx.execute(sql, params![due.at, due.provisional, cx.now, sealed, r.id])?;
    let (kind, subject) = r.of.subject();
    let payload = json!({ "request": r.id, "due": due.at.micros() });
    cx.record("data_request.extended", kind, subject, &payload)?;
    ladder(cx, r.id, due.at)?;
    tell(cx, r.id, "answered", cx.now, due.at)?;
    Ok(State::Asked)
}

fn correct(cx: &mut Cx<'_>, r: &Request) -> Result<(), Error> {
    let (code, value) = (r.words.field.clone().unwrap_or_default(), r.words.value.clone().unwrap_or_default());
    match r.of {
        Of::Person(person) => {
            let field = Field::from_code(&code).ok_or_else(|| Error::invalid("field", "invalid-missing"))?;
            Ok(correct_field(cx, person, r.id, field, &value, r.facts())?)
        }
        Of::Raiser { raiser, .. } => {
            let field = RaiserField::from_code(&code).ok_or_else(|| Error::invalid("field", "invalid-missing"))?;
            crate::raiser::correct(cx, raiser, r.id, field, &value, r.facts())
        }
    }
}

/// The second person lets it happen: the copy is made, or everything is erased.
pub fn approve(cx: &mut Cx<'_>, fresh: &Fresh, id: DataRequestId) -> Result<State, Error> {
    let r = granted(cx, fresh, id)?;
    super::vouched(cx, r.of)?;
    let state = if r.kind == Kind::Erase {
        erase::erase(cx, &r)?;
        State::Done
    } else {
        copy::make(cx, &r)?;
        State::Ready
    };
    let done = (state == State::Done).then_some(cx.now);
    let sql = "UPDATE data_request SET state = $1, approved_by = $2, approved_at = $3, done_at = $4 WHERE id = $5";
    cx.execute(sql, params![state.code(), cx.actor.account_id(), cx.now, done, id])?;
    let (kind, subject) = r.of.subject();
    cx.record("data_request.approved", kind, subject, &json!({ "request": id, "to": state.code() }))?;
    tell(cx, id, "answered", cx.now, r.due_at)?;
    Ok(state)
}

/// The second person does not: whoever decides looks at it again.
pub fn turn_back(cx: &mut Cx<'_>, fresh: &Fresh, id: DataRequestId) -> Result<(), Error> {
    let r = granted(cx, fresh, id)?;
    let sql =
        "UPDATE data_request SET state = 'asked', decided_by = NULL, decided_at = NULL, answer = NULL WHERE id = $1";
    cx.execute(sql, params![id])?;
    let (kind, subject) = r.of.subject();
    cx.record("data_request.turned_back", kind, subject, &json!({ "request": id, "granted_by": r.decided_by }))?;
    tell(cx, id, "new", cx.now, r.due_at)
}

fn granted(cx: &mut Cx<'_>, fresh: &Fresh, id: DataRequestId) -> Result<Request, Error> {
    people::policy::require_somewhere(&cx.actor, Action::ApproveDataRequest)?;
    cx.lock(&format!("data-request/{id}"))?;
    let r = load(cx, id)?;
    allowed(cx, &r, Action::ApproveDataRequest)?;
    if cx.actor.account_id() != Some(fresh.account()) {
        return Err(people::Error::NotFresh.into());
    }
    if r.state != State::Granted {
        return Err(refused("decided-already"));
    }
    Ok(r)
}

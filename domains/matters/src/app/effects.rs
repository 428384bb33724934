//! What each command changes beside the state, and who is told afterwards.

use super::act::refuse;
use super::answer;
use super::around::{self, Owner};
use crate::events::{self, DeliverAnswer, NotifyRaiser, NotifyVerifiers, Reason, Word};
use crate::model::{Channel, Command, CommandKind, ContactOutcome, Outcome, State, WaitReason, WhoCould};
use crate::redaction::{self, Correction};
use crate::store::notes::{self, NoteKind};
use crate::store::{MatterRow, log, raisers};
use crate::{Error, limits, raiser};
use ::store::{Cx, params};
use kernel::ids::{AccountId, MatterId, SeatId};
use serde_json::{Value, json};

/// What goes into the log entry besides states and version: ids, codes, digests.
pub(super) struct Effect {
    pub payload: Value,
}

impl From<Value> for Effect {
    fn from(payload: Value) -> Self {
        Self { payload }
    }
}

/// Changes the row (not yet its state) and writes texts; the caller writes the log entry.
pub(super) fn apply(
    cx: &mut Cx<'_>,
    m: &mut MatterRow,
    owner: &Owner,
    handlers: &[AccountId],
    command: &Command,
    to: State,
) -> Result<Effect, Error> {
    let _ = handlers;
    let effect = match command {
        Command::Accept | Command::Sign | Command::Resume => json!({}),
        Command::Assign { seat, note } => assign(cx, m, *seat, note.as_deref())?,
        Command::Return { reason } => give_back(cx, m, reason)?,
        Command::Reject { reason, answer } => {
            m.outcome = Some(Outcome::Rejected);
            let digest = set_answer(cx, m, answer)?;
            json!({ "reason": reason.code(), "answer": digest })
        }
        Command::Merge { into } => merge(cx, m, *into)?,
        Command::MarkEmergency => {
            m.emergency = true;
            json!({})
        }
        Command::Contact { outcome, note } => {
            let digest = step_note(cx, m, note.as_deref(), *outcome == ContactOutcome::Written)?;
            json!({ "outcome": outcome.code(), "note": digest })
        }
        Command::Start { note } => json!({ "note": step_note(cx, m, note.as_deref(), false)? }),
        Command::Wait { reason, until, note } => {
            let digest = step_note(cx, m, note.as_deref(), true)?;
            json!({ "until": until.micros(), "reason": reason.code(), "note": digest })
        }
        Command::Park { until, reason } => {
            let (_, digest) = notes::add(cx, m.id, NoteKind::Reason, true, reason)?;
            json!({ "until": until.micros(), "note": digest })
        }
        Command::Extend { until, reason } => {
            m.extensions += 1;
            let (_, digest) = notes::add(cx, m.id, NoteKind::Reason, true, reason)?;
            json!({ "until": until.micros(), "note": digest })
        }
        Command::Submit { outcome, answer } => {
            m.outcome = Some(*outcome);
            m.target_at = Some(m.due_at);
            m.verified_by = None;
            let digest = set_answer(cx, m, answer)?;
            json!({ "outcome": outcome.code(), "answer": digest })
        }
        Command::Verify { note } => {
            m.verified_by = Some(cx.actor.account_id().ok_or(Error::NotFound)?);
            m.verified_at = Some(cx.now);
            json!({ "note": step_note(cx, m, note.as_deref(), false)? })
        }
        Command::SendBack { reason } => {
            m.outcome = None;
            m.answer_note = None;
            m.verified_by = None;
            let (_, digest) = notes::add(cx, m.id, NoteKind::Reason, false, reason)?;
            json!({ "note": digest })
        }
        Command::Answer => {
            m.answered_at = Some(cx.now);
            json!({})
        }
        Command::RecordDelivery { raiser, result, note } => {
            answer::write_attempt(cx, m, *raiser, *result, note.as_deref())?
        }
        Command::Close => {
            m.closed_at = Some(cx.now);
            json!({})
        }
        Command::Rate { stars, words } => {
            m.rating = Some(i64::from(*stars));
            let digest = match words {
                Some(words) => Some(said(cx, m, NoteKind::Rating, words)?),
                None => None,
            };
            json!({ "stars": stars, "note": digest })
        }
        Command::Reopen { reason } => reopen(cx, m, owner, reason)?,
        Command::AddFacts { text } => json!({ "note": said(cx, m, NoteKind::Facts, text)? }),
        Command::AddNote { text } => json!({ "note": notes::add(cx, m.id, NoteKind::Remark, false, text)?.1 }),
    };
    debug_assert!(to != State::Closed || m.closed_at.is_some() || command.kind() == CommandKind::RecordDelivery);
    Ok(effect.into())
}

/// Words of the raiser that come later: sealed and redacted like the first ones.
fn said(cx: &mut Cx<'_>, m: &MatterRow, kind: NoteKind, words: &str) -> Result<String, Error> {
    let hints = raiser::known(cx, m.id)?;
    let spans = redaction::spans(words, &hints, &Correction::default());
    Ok(notes::add_words(cx, m.id, m.owner_org, kind, words, &spans)?.1)
}

fn step_note(cx: &mut Cx<'_>, m: &MatterRow, note: Option<&str>, for_raiser: bool) -> Result<Option<String>, Error> {
    note.map(|text| notes::add(cx, m.id, NoteKind::Step, for_raiser, text).map(|(_, digest)| digest)).transpose()
}

/// The answer is kept from the raiser until it is sent: pages show the note named by `answer_note` once answered.
fn set_answer(cx: &mut Cx<'_>, m: &mut MatterRow, answer: &str) -> Result<String, Error> {
    let (id, digest) = notes::add(cx, m.id, NoteKind::Answer, false, answer)?;
    m.answer_note = Some(id);
    Ok(digest)
}

/// An entry with one more field.
fn with(mut payload: Value, field: &str, value: impl Into<Value>) -> Value {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert(field.to_owned(), value.into());
    }
    payload
}

fn set_owner(cx: &mut Cx<'_>, m: &mut MatterRow, owner: &Owner) -> Result<Value, Error> {
    if m.owner_org != owner.org {
        notes::copy_for(cx, m.id, owner.org)?;
    }
    m.owner_seat = owner.seat;
    m.owner_account = owner.account;
    m.owner_org = owner.org;
    owner.via.code().clone_into(&mut m.owner_via);
    Ok(json!({ "owner": owner.account, "owner_seat": owner.seat, "via": owner.via.code() }))
}

fn assign(cx: &mut Cx<'_>, m: &mut MatterRow, seat: SeatId, note: Option<&str>) -> Result<Value, Error> {
    let owner = around::sitting(cx, seat, &m.spot)?
        .ok_or_else(|| refuse("refuse-seat-empty", WhoCould::Administrator, "todo-assign"))?;
    if around::works_for(cx, owner.account, &m.about_orgs)? {
        return Err(refuse("refuse-about-unit", WhoCould::Supervisor, "todo-other-unit"));
    }
    m.assigned_by = cx.actor.account_id();
    let payload = set_owner(cx, m, &owner)?;
    Ok(with(payload, "note", step_note(cx, m, note, false)?))
}

/// Back to the catch-all of the area, who gives it to somebody else.
fn give_back(cx: &mut Cx<'_>, m: &mut MatterRow, reason: &str) -> Result<Value, Error> {
    m.returned = true;
    let (_, digest) = notes::add(cx, m.id, NoteKind::Reason, false, reason)?;
    let found = around::catch_all(cx, &m.spot)?;
    let owner = around::past(cx, found, &m.spot, &m.about_orgs)?;
    Ok(with(set_owner(cx, m, &owner)?, "note", digest))
}

fn reopen(cx: &mut Cx<'_>, m: &mut MatterRow, owner: &Owner, reason: &str) -> Result<Value, Error> {
    if m.elsewhere {
        // Nobody here answered it and nobody here holds its code; what is still wrong is raised anew.
        return Err(refuse("refuse-closed-elsewhere", WhoCould::Raiser, "todo-raise-again"));
    }
    let digest = said(cx, m, NoteKind::Facts, reason)?;
    m.opening += 1;
    m.closed_at = None;
    m.outcome = None;
    m.answer_note = None;
    m.answered_at = None;
    m.verified_by = None;
    m.verified_at = None;
    m.returned = false;
    m.extensions = 0;
    raisers::forget_proofs(cx, m.id, m.opening)?;
    Ok(with(with(set_owner(cx, m, owner)?, "note", digest), "opening", m.opening))
}

/// All raisers go over to the other matter, also those of matters joined to this one before.
fn merge(cx: &mut Cx<'_>, m: &mut MatterRow, into: MatterId) -> Result<Value, Error> {
    if into == m.id {
        return Err(refuse("refuse-merge-itself", WhoCould::Owner, "todo-other-matter"));
    }
    let mut other = MatterRow::for_change(cx, into).map_err(|e| match e {
        Error::NotFound => Error::invalid("into", "invalid-matter"),
        other => other,
    })?;
    // Who may not see the other matter must not learn of it by joining.
    let facts = around::facts_of(cx, &other)?;
    people::policy::require(&cx.actor, kernel::Purpose::Matter(into), people::policy::Action::MergeDuplicate, &facts)?;
    if !other.state.is_open() {
        return Err(refuse("refuse-merge-closed", WhoCould::Owner, "todo-open-original"));
    }
    if matches!(other.state, State::Verified | State::Answered) {
        // Its answer was checked for those who had raised it by then.
        return Err(refuse("refuse-merge-answered", WhoCould::Owner, "todo-other-matter"));
    }
    let moved = raiser::move_all(cx, m.id, into, other.opening)?;
    cx.execute("UPDATE matter SET merged_into = $1 WHERE merged_into = $2", params![into, m.id])?;
    m.merged_into = Some(into);
    let payload =
        json!({ "v": other.version + 1, "from": other.state.code(), "to": other.state.code(), "joined": m.id });
    cx.record("matter.joined", log::SUBJECT, into.0, &payload)?;
    other.save(cx)?;
    events::notify(cx, into, other.version, (other.owner_account, other.owner_seat), Reason::Joined)?;
    cx.signal(events::CHANGED, into.0);
    Ok(json!({ "into": into, "raisers": moved }))
}

/// Who is told, once the row is written.
pub(super) fn after(
    cx: &mut Cx<'_>,
    m: &MatterRow,
    owner: &Owner,
    handlers: &[AccountId],
    command: &Command,
    from: State,
) -> Result<(), Error> {
    let _ = (owner, from);
    let reason = match command.kind() {
        CommandKind::Assign => Some(Reason::Assigned),
        CommandKind::Return => Some(Reason::Returned),
        CommandKind::SendBack => Some(Reason::SentBack),
        CommandKind::Verify => Some(Reason::Verified),
        CommandKind::Reopen => Some(Reason::Reopened),
        CommandKind::AddFacts => Some(Reason::FactsAdded),
        CommandKind::MarkEmergency => Some(Reason::Emergency),
        CommandKind::Close => Some(Reason::Closed),
        _ => None,
    };
    if let Some(reason) = reason.filter(|_| cx.actor.account_id() != Some(m.owner_account)) {
        events::notify(cx, m.id, m.version, (m.owner_account, m.owner_seat), reason)?;
    }
    if command.kind() == CommandKind::Submit {
        super::visits::checked(cx, m)?;
    }
    match command.kind() {
        CommandKind::Submit | CommandKind::Reject => {
            let mut not = handlers.to_vec();
            not.extend(cx.actor.account_id().filter(|a| !handlers.contains(a)));
            let key = format!("{}:{}", m.id, m.version);
            events::enqueue(cx, NotifyVerifiers::KIND, key, cx.now, &NotifyVerifiers { matter: m.id, not })?;
        }
        CommandKind::Answer => send(cx, m)?,
        _ => {}
    }
    match command {
        Command::Wait { reason: WaitReason::Raiser, .. } => tell_raisers(cx, m, Word::Ask)?,
        Command::Contact { outcome: ContactOutcome::Written, .. } => tell_raisers(cx, m, Word::Written)?,
        _ => {}
    }
    Ok(())
}

/// Something stands at `/t` for them: whoever left an address is told to look.
fn tell_raisers(cx: &mut Cx<'_>, m: &MatterRow, word: Word) -> Result<(), Error> {
    for raiser in raisers::with_mail(cx, m.id)? {
        let key = format!("{}:{}:{raiser}", m.id, m.version);
        let payload = NotifyRaiser { matter: m.id, raiser, word: word.code().to_owned() };
        events::enqueue(cx, NotifyRaiser::KIND, key, cx.now, &payload)?;
    }
    Ok(())
}

/// One delivery for every raiser; an anonymous one's answer lies open.
fn send(cx: &mut Cx<'_>, m: &MatterRow) -> Result<(), Error> {
    let mut by_hand = false;
    let with_mail = raisers::with_mail(cx, m.id)?;
    for r in raisers::of(cx, m.id)? {
        let key = format!("{}:{}:{}", m.id, m.opening, r.id);
        if r.channel == Channel::Page {
            let timer = events::Timer { matter: m.id, raiser: r.id, opening: m.opening };
            let after = crate::model::delivery::LAY_OPEN_DAYS;
            if r.anonymous {
                events::enqueue(cx, events::LAY_OPEN, key.clone(), cx.now.plus_days(after), &timer)?;
            }
            // Nobody looks every day: an address that was left is told.
            if !with_mail.contains(&r.id) {
                continue;
            }
        }
        by_hand |= matches!(r.channel, Channel::Phone | Channel::Paper | Channel::Counter);
        let payload =
            DeliverAnswer { matter: m.id, raiser: r.id, opening: m.opening, channel: r.channel.code().to_owned() };
        events::enqueue(cx, DeliverAnswer::KIND, key, cx.now, &payload)?;
    }
    if by_hand {
        events::notify(cx, m.id, m.version, (m.owner_account, m.owner_seat), Reason::BringAnswer)?;
    }
    debug_assert!(m.opening >= 1 && limits::REOPEN_DAYS > 0);
    Ok(())
}

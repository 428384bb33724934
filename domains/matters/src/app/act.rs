//! One command on one matter: rights, rules, effects, log, clock, in this order and in one transaction.

use super::around::{self, Owner};
use super::effects::{self, Effect};
use super::{answer, clocks};
use crate::Error;
use crate::error::{Conflict, Invalid};
use crate::events;
use crate::limits;
use crate::model::{Command, CommandKind, ContactOutcome, Facts, Refusal, State, next};
use crate::store::{MatterRow, log, raisers};
use ::store::{Cx, params};
use kernel::Moment;
use kernel::ids::{AccountId, MatterId};
use people::policy::{Action, decide, require};
use serde_json::{Value, json};

/// A command for a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub matter: MatterId,
    /// The version the actor saw; another one now is a conflict. None: whatever it is now.
    pub version: Option<i64>,
    /// Idempotency key: a repeated command answers as the first time.
    pub key: Option<String>,
    pub command: Command,
}

impl Act {
    pub const fn new(matter: MatterId, command: Command) -> Self {
        Self { matter, version: None, key: None, command }
    }
    pub const fn seen(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    pub matter: MatterId,
    pub version: i64,
    pub state: State,
    pub due_at: Moment,
    pub provisional: bool,
    /// This command was done before under the same key; nothing was changed now.
    pub repeated: bool,
}

impl Acted {
    fn of(m: &MatterRow, repeated: bool) -> Self {
        Self {
            matter: m.id,
            version: m.version,
            state: m.state,
            due_at: m.due_at,
            provisional: m.provisional,
            repeated,
        }
    }
}

/// Does it. The purpose of the `Cx` must cover the matter (`Purpose::Matter(id)` for staff).
pub fn act(cx: &mut Cx<'_>, act: Act) -> Result<Acted, Error> {
    let command = check(act.command)?;
    if let Some(done) = done_before(cx, act.matter, act.key.as_deref(), command.kind())? {
        return Ok(done);
    }
    let mut m = MatterRow::for_change(cx, act.matter)?;
    if let Some(yours) = act.version.filter(|v| *v != m.version) {
        return Err(conflict(cx, &m, yours));
    }
    let owner = around::effective(cx, &m)?;
    let handlers = handlers(cx, &m)?;
    let matter_facts = around::facts_with(&m, &owner, handlers.clone());
    require(&cx.actor, cx.purpose, action(command.kind()), &matter_facts)?;
    if let Command::RecordDelivery { result, .. } = &command {
        answer::may_state(cx, *result)?;
    }
    let facts = rule_facts(cx, &m, &owner, &handlers, &command)?;
    let to = next(m.state, command.kind(), &facts)?;
    around::follow_owner(cx, &mut m, &owner)?;
    perform(cx, &mut m, &owner, &handlers, &command, to)?;
    if let Some(key) = &act.key {
        remember(cx, key, &m, command.kind())?;
    }
    answer::close_if_proven(cx, &mut m)?;
    Ok(Acted::of(&m, false))
}

/// Carries out a command that is allowed: effects, log entry, clock, row. Also used by the program's own moves.
pub(super) fn perform(
    cx: &mut Cx<'_>,
    m: &mut MatterRow,
    owner: &Owner,
    handlers: &[AccountId],
    command: &Command,
    to: State,
) -> Result<(), Error> {
    let from = m.state;
    let kind = command.kind();
    let effect = effects::apply(cx, m, owner, handlers, command, to)?;
    m.state = to;
    write(cx, m, kind, from, effect)?;
    if kind.handles()
        && let Some(account) = cx.actor.account_id()
    {
        let sql = "INSERT INTO matter_handler (matter_id, opening, account_id, district_id) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        cx.execute(sql, params![m.id, m.opening, account, cx.district()])?;
    }
    effects::after(cx, m, owner, handlers, command, from)
}

/// Log entry, clock and row of one change.
pub(super) fn write(
    cx: &mut Cx<'_>,
    m: &mut MatterRow,
    kind: CommandKind,
    from: State,
    effect: Effect,
) -> Result<(), Error> {
    let mut payload = json!({ "v": m.version + 1, "from": from.code(), "to": m.state.code() });
    if let (Some(all), Value::Object(more)) = (payload.as_object_mut(), effect.payload) {
        all.extend(more);
    }
    let kind = format!("matter.{}", kind.code());
    cx.record(&kind, log::SUBJECT, m.id.0, &payload)?;
    if m.state != from || log::clock_event(cx.now, &kind, &payload).is_some() {
        clocks::set(cx, m)?;
    }
    m.save(cx)?;
    cx.signal(events::CHANGED, m.id.0);
    Ok(())
}

/// The action of the policy that a command is.
pub const fn action(kind: CommandKind) -> Action {
    match kind {
        CommandKind::Accept => Action::Accept,
        CommandKind::Assign | CommandKind::ChangeOwner => Action::Assign,
        CommandKind::Sign => Action::Sign,
        CommandKind::Return => Action::Return,
        CommandKind::Reject | CommandKind::MarkEmergency => Action::Screen,
        CommandKind::Merge => Action::MergeDuplicate,
        CommandKind::Contact => Action::Contact,
        CommandKind::Start => Action::Handle,
        CommandKind::Wait => Action::Wait,
        CommandKind::Park => Action::Park,
        CommandKind::Resume => Action::Resume,
        CommandKind::Extend => Action::Extend,
        CommandKind::Submit => Action::Submit,
        CommandKind::Verify => Action::Verify,
        CommandKind::SendBack => Action::SendBack,
        CommandKind::Answer => Action::Answer,
        CommandKind::RecordDelivery => Action::RecordDelivery,
        CommandKind::Close => Action::Close,
        CommandKind::Rate => Action::Rate,
        CommandKind::Reopen => Action::Reopen,
        CommandKind::AddFacts => Action::AddFacts,
        CommandKind::AddNote => Action::Remark,
        CommandKind::Escalate => Action::Escalate,
    }
}

/// Accounts that signed, contacted or handled since the last (re)opening.
pub(super) fn handlers(cx: &mut Cx<'_>, m: &MatterRow) -> Result<Vec<AccountId>, Error> {
    let sql = "SELECT account_id FROM matter_handler WHERE matter_id = $1 AND opening = $2 ORDER BY account_id";
    cx.query(sql, params![m.id, m.opening])?.iter().map(|r| r.id("account_id").map_err(Error::from)).collect()
}

fn rule_facts(
    cx: &mut Cx<'_>,
    m: &MatterRow,
    owner: &Owner,
    handlers: &[AccountId],
    command: &Command,
) -> Result<Facts, Error> {
    let needs_proof = command.kind() == CommandKind::Close;
    let delivered = needs_proof && raisers::of(cx, m.id)?.iter().all(|r| r.proof.is_some());
    Ok(Facts {
        now: cx.now,
        returned: m.returned,
        owner_is_catch_all: owner.is_catch_all(),
        actor_is_handler: cx.actor.account_id().is_some_and(|a| handlers.contains(&a)),
        extensions: u32::try_from(m.extensions).unwrap_or(u32::MAX),
        actor_supervises: around::supervises(cx, m, owner),
        outcome: m.outcome.is_some(),
        answer: m.answer_note.is_some(),
        verified: m.verified_by.is_some_and(|v| !handlers.contains(&v)),
        delivered,
        closed_at: m.closed_at,
        reopen_days: limits::REOPEN_DAYS,
        until: command.until(),
        due_at: Some(m.due_at),
        longest_days: limits::LONGEST_DAYS,
    })
}

/// Every command with whether this actor may do it now; a page shows the allowed ones and explains the others.
pub fn legal(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<(CommandKind, Result<(), Error>)>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = handlers(cx, &m)?;
    let matter_facts = around::facts_with(&m, &owner, handlers.clone());
    let mut facts = rule_facts(cx, &m, &owner, &handlers, &Command::Close)?;
    // Forms ask for the date later; here it is only about whether the step fits.
    facts.until = Some(facts.now.max(m.due_at).plus_secs(1)).filter(|u| *u < facts.now.plus_days(limits::LONGEST_DAYS));
    facts.until = facts.until.or(Some(facts.now.plus_days(1)));
    let mut out = Vec::new();
    for kind in CommandKind::ALL {
        if matches!(kind, CommandKind::ChangeOwner | CommandKind::Escalate) {
            continue;
        }
        let allowed = decide(&cx.actor, cx.purpose, action(*kind), &matter_facts);
        let answer = match allowed {
            people::policy::Decision::Deny(why) => Err(people::policy::Denied { action: action(*kind), why }.into()),
            people::policy::Decision::Allow => next(m.state, *kind, &facts).map(drop).map_err(Error::from),
        };
        out.push((*kind, answer));
    }
    Ok(out)
}

fn conflict(cx: &mut Cx<'_>, m: &MatterRow, yours: i64) -> Error {
    let last = match log::entries(cx, m.id) {
        Ok(entries) => entries.into_iter().next_back(),
        Err(error) => return error,
    };
    Error::Conflict(Box::new(Conflict {
        yours,
        theirs: m.version,
        state: m.state,
        last: last.as_ref().map(|e| e.kind.clone()).unwrap_or_default(),
        by: last.map(|e| e.actor).unwrap_or_default(),
        at: m.last_at,
    }))
}

fn done_before(
    cx: &mut Cx<'_>,
    matter: MatterId,
    key: Option<&str>,
    kind: CommandKind,
) -> Result<Option<Acted>, Error> {
    let Some(key) = key else { return Ok(None) };
    if key.is_empty() || key.len() > 100 {
        return Err(Error::invalid("key", "invalid-too-long"));
    }
    let sql = "SELECT matter_id, kind FROM matter_command WHERE district_id = $1 AND key = $2";
    let Some(row) = cx.query_opt(sql, params![cx.district(), key])? else { return Ok(None) };
    if row.id::<MatterId>("matter_id")? != matter || row.text("kind")? != kind.code() {
        return Err(Error::invalid("key", "invalid-key-reused"));
    }
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = handlers(cx, &m)?;
    // The answer tells state and date: only to somebody who may see them.
    let seen = around::facts_with(&m, &owner, handlers);
    let follows = decide(&cx.actor, cx.purpose, Action::FollowMatter, &seen).is_allowed();
    if !follows {
        require(&cx.actor, cx.purpose, Action::ViewMatter, &seen)?;
    }
    Ok(Some(Acted::of(&m, true)))
}

/// Was a command done under this key?
pub(super) fn is_done(cx: &mut Cx<'_>, key: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 AS one FROM matter_command WHERE district_id = $1 AND key = $2";
    Ok(cx.query_opt(sql, params![cx.district(), key])?.is_some())
}

pub(super) fn remember(cx: &mut Cx<'_>, key: &str, m: &MatterRow, kind: CommandKind) -> Result<(), Error> {
    let sql = "INSERT INTO matter_command (district_id, key, matter_id, kind, version) VALUES ($1, $2, $3, $4, $5)";
    cx.execute(sql, params![cx.district(), key, m.id, kind.code(), m.version])?;
    Ok(())
}

/// Tidies the texts of a command and names what is missing or too long.
fn check(mut command: Command) -> Result<Command, Error> {
    let mut wrong = Vec::new();
    let note = limits::NOTE_CHARS;
    match &mut command {
        Command::Return { reason } | Command::Park { reason, .. } | Command::Extend { reason, .. } => {
            limits::text(&mut wrong, "reason", reason, note);
        }
        Command::SendBack { reason } | Command::Reopen { reason } => limits::text(&mut wrong, "reason", reason, note),
        Command::Reject { answer, .. } | Command::Submit { answer, .. } => {
            limits::text(&mut wrong, "answer", answer, limits::TEXT_CHARS);
        }
        Command::AddFacts { text } | Command::AddNote { text } => {
            limits::text(&mut wrong, "text", text, limits::TEXT_CHARS);
        }
        Command::Contact { outcome: ContactOutcome::Written, note: n } => {
            limits::optional(&mut wrong, "note", n, note);
            if n.is_none() {
                wrong.push(Invalid::new("note", "invalid-missing"));
            }
        }
        Command::Assign { note: n, .. }
        | Command::Contact { note: n, .. }
        | Command::Start { note: n }
        | Command::Wait { note: n, .. }
        | Command::Verify { note: n }
        | Command::RecordDelivery { note: n, .. } => limits::optional(&mut wrong, "note", n, note),
        Command::Rate { stars, words } => {
            if !(1..=5).contains(stars) {
                wrong.push(Invalid::new("stars", "invalid-stars"));
            }
            limits::optional(&mut wrong, "words", words, note);
        }
        Command::Accept
        | Command::Sign
        | Command::Merge { .. }
        | Command::MarkEmergency
        | Command::Resume
        | Command::Answer
        | Command::Close => {}
    }
    if wrong.is_empty() { Ok(command) } else { Err(Error::Invalid(wrong)) }
}

/// A refusal of this crate's own, for effects.
pub(super) fn refuse(key: &'static str, who: crate::model::WhoCould, todo: &'static str) -> Error {
    Refusal::new(key, who, todo).into()
}

//! What other parts of the program are asked to do when a matter moves: kinds and payloads of jobs, enqueued in the
//! transaction of the move. Ids and codes only. `alerts` handles `notify.*` and `deliver.*`; this crate handles `matter.*`.

use crate::model::{Channel, Level, codes};
use ::store::{Cx, NewJob};
use kernel::Moment;
use kernel::ids::{AccountId, MatterId, RaiserId, SeatId};
use serde::{Deserialize, Serialize};

codes! {
    /// Why somebody is told. Locale keys `notice-…`.
    Reason {
        /// New for you.
        New = "new",
        Assigned = "assigned",
        /// A successor inherits it (J11).
        Inherited = "inherited",
        /// Returned by the one who had it.
        Returned = "returned",
        SentBack = "sent_back",
        Verified = "verified",
        /// The answer must be brought by hand or by telephone.
        BringAnswer = "bring_answer",
        Reopened = "reopened",
        /// The raiser added something.
        FactsAdded = "facts_added",
        Emergency = "emergency",
        /// 75 % of the term is used.
        Yellow = "yellow",
        Red = "red",
        PauseOver = "pause_over",
        Joined = "joined",
        Closed = "closed",
    }
}

/// Tell one account about a matter: in-app and, if wished, by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyOwner {
    pub matter: MatterId,
    pub account: AccountId,
    pub seat: SeatId,
    /// [`Reason`] code.
    pub reason: String,
}
impl NotifyOwner {
    pub const KIND: &'static str = "notify.owner";
}

/// Tell those who may verify that something waits for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyVerifiers {
    pub matter: MatterId,
    /// Handlers: they are not told.
    pub not: Vec<AccountId>,
}
impl NotifyVerifiers {
    pub const KIND: &'static str = "notify.verifiers";
}

/// Tell whoever stands above the owner's seat that a matter is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifySupervisor {
    pub matter: MatterId,
    pub account: AccountId,
    pub seat: SeatId,
    /// [`Level`] code: `supervisor` or `next_level`.
    pub level: String,
    pub due_at: Moment,
}
impl NotifySupervisor {
    pub const KIND: &'static str = "notify.supervisor";
}

/// Bring the answer to one raiser. The outcome comes back through `app::record_delivery`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverAnswer {
    pub matter: MatterId,
    pub raiser: RaiserId,
    pub opening: i64,
    /// [`Channel`] code.
    pub channel: String,
}
impl DeliverAnswer {
    pub const KIND: &'static str = "deliver.answer";
    pub fn channel(&self) -> Option<Channel> {
        Channel::from_code(&self.channel)
    }
}

/// Tell one raiser who left an e-mail address that something was written for them. The words stay at `/t`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyRaiser {
    pub matter: MatterId,
    pub raiser: RaiserId,
    /// [`Word`] code.
    pub word: String,
}
impl NotifyRaiser {
    pub const KIND: &'static str = "notify.raiser";
}

codes! {
    /// What was written for the raiser. Locale keys `mail-…-subject`, `mail-…-body`.
    Word {
        /// Something is needed from them; the clock stands still until it comes.
        Ask = "ask",
        /// A message of whoever handles it.
        Written = "word",
    }
}

/// A matter's own timers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timer {
    pub matter: MatterId,
    pub raiser: RaiserId,
    pub opening: i64,
}
pub(crate) const EMAIL_SETTLE: &str = "matter.email_settle";
pub(crate) const LAY_OPEN: &str = "matter.lay_open";
/// Climbs the overdue ladder, ends pauses, hands matters to successors.
pub(crate) const SWEEP: &str = "matter.sweep";
/// Computes the clocks of a class, or of all, anew.
pub(crate) const RECOMPUTE: &str = "matter.recompute";

/// Signal after every commit that changed a matter; the subject is its id.
pub const CHANGED: &str = "matter";

pub(crate) fn enqueue(
    cx: &mut Cx<'_>,
    kind: &'static str,
    key: String,
    run_at: Moment,
    payload: &impl Serialize,
) -> Result<(), ::store::Error> {
    let payload = serde_json::to_value(payload).map_err(|e| ::store::Error::Setup(e.to_string()))?;
    cx.enqueue(NewJob { kind, key, run_at, payload })
}

/// Tells one account, once for this version of the matter and this reason.
pub(crate) fn notify(
    cx: &mut Cx<'_>,
    matter: MatterId,
    version: i64,
    to: (AccountId, SeatId),
    reason: Reason,
) -> Result<(), ::store::Error> {
    let (account, seat) = to;
    let key = format!("{matter}:{version}:{}:{account}", reason.code());
    let payload = NotifyOwner { matter, account, seat, reason: reason.code().to_owned() };
    enqueue(cx, NotifyOwner::KIND, key, cx.now, &payload)
}

/// Rungs of the ladder as reasons for the owner.
pub(crate) const fn reason_of(level: Level) -> Option<Reason> {
    match level {
        Level::Yellow => Some(Reason::Yellow),
        Level::Red => Some(Reason::Red),
        Level::Green | Level::Supervisor | Level::NextLevel => None,
    }
}

//! What is to be told after something happened: jobs, enqueued in the same transaction and answered by the crate `alerts`.
//! They hold ids and nothing else.

use kernel::ids::{AccountId, CardId, PersonId, ThreadId};
use serde::{Deserialize, Serialize};
use store::{Cx, NewJob};

macro_rules! job {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($field:ident: $ty:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name { $(pub $field: $ty),+ }
        impl $name {
            pub const KIND: &'static str = $kind;
            pub(crate) fn enqueue(&self, cx: &mut Cx<'_>, key: &str) -> crate::Result<()> {
                let payload = serde_json::to_value(self).unwrap_or_default();
                Ok(cx.enqueue(NewJob { kind: Self::KIND, key: key.to_owned(), run_at: cx.now, payload })?)
            }
        }
    )+};
}

/// What colleagues are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// Somebody of a team's people does not want one any more; about the team.
    TeamLeft,
    /// Extra care is over in some days unless it is renewed; about the extra care.
    ExtraEnds,
    /// A volunteer stopped by themselves; about the volunteer.
    VolunteerLeft,
}

job! {
    /// A card was scanned: the family hears of it, and the desk of its post.
    TellScan = "care.scanned" { card: CardId, person: PersonId }
    /// A card that is over was used.
    TellOldCard = "care.old_card" { card: CardId }
    /// Something to look at: `far`, `often` or `reported`.
    TellDesk = "care.look" { card: CardId, why: String }
    /// A finder wrote, or said where they are.
    TellMessage = "care.message" { thread: ThreadId, person: PersonId }
    /// The family changed something; the other guardians and the committee hear of it.
    TellChange = "care.changed" { change: uuid::Uuid, person: PersonId, by: Option<people::model::GuardianId> }
    /// Colleagues of the place are told on the desk: a sentence of a closed list that names nobody. `to`: who is told; nobody: whom
    /// the place has at that moment.
    TellColleagues = "care.colleagues" { news: News, about: uuid::Uuid, to: Vec<AccountId> }
    /// The care plan was opened.
    TellPlan = "care.plan_opened" { person: PersonId }
}

/// A need, a hazard or somebody who was not at home twice: a task for whoever looks after the area, once per key. Answered by `matters`.
pub const VISIT_TASK: &str = "care.visit_task";
/// Somebody was seen to whom nobody had opened (`seen`), or their care is over (`over`): welfare checks about them are not needed any more.
pub const WELFARE_OVER: &str = "care.welfare_over";

/// Signal after a message or a scan; the subject is the thread or the card.
pub const SIGNAL: &str = "care";

//! Steps of a matter (J2): one command, with what it needs, for the version the caller saw.

use super::about;
use crate::api::Caller;
use crate::api::input::{Body, Path, Seen};
use crate::api::reply::{done, write};
use crate::api::words::{
    At, ContactOutcomeWord, DeliveryResultWord, OutcomeWord, RejectReasonWord, StateWord, WaitReasonWord,
};
use crate::{App, Fail};
use axum::extract::State;
use axum::response::Response;
use kernel::ids::{MatterId, RaiserId, SeatId};
use matters::app::{Act, Acted, action};
use matters::model::Command;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A command and what it carries. Texts are kept encrypted.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum CommandInput {
    Accept {},
    /// Gives it to another seat.
    Assign {
        seat: Uuid,
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    Sign {},
    Return {
        #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
        reason: String,
    },
    Reject {
        reason: RejectReasonWord,
        /// What the raiser reads.
        #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
        answer: String,
    },
    /// Joins it to another matter, which answers for both.
    Merge {
        into: Uuid,
    },
    MarkEmergency {},
    Contact {
        outcome: ContactOutcomeWord,
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    Start {
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    Wait {
        reason: WaitReasonWord,
        until: At,
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    Park {
        until: At,
        #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
        reason: String,
    },
    Resume {},
    Extend {
        until: At,
        #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
        reason: String,
    },
    /// Hands it in for checking.
    Submit {
        outcome: OutcomeWord,
        /// What the raiser reads.
        #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
        answer: String,
    },
    Verify {
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    SendBack {
        #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
        reason: String,
    },
    /// Sends the verified answer to everybody who raised it.
    Answer {},
    /// What one attempt to bring the answer came to: calls, visits, signatures.
    RecordDelivery {
        raiser: Uuid,
        result: DeliveryResultWord,
        #[schema(max_length = 2000)]
        note: Option<String>,
    },
    Close {},
    /// Typed for the raiser.
    Rate {
        #[schema(minimum = 1, maximum = 5)]
        stars: u8,
        #[schema(max_length = 2000)]
        words: Option<String>,
    },
    /// Typed for the raiser.
    Reopen {
        #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
        reason: String,
    },
    /// Typed for the raiser.
    AddFacts {
        #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
        text: String,
    },
    /// For colleagues; not shown to the raiser.
    AddNote {
        #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
        text: String,
    },
}

impl From<CommandInput> for Command {
    fn from(input: CommandInput) -> Self {
        use CommandInput as I;
        match input {
            I::Accept {} => Self::Accept,
            I::Assign { seat, note } => Self::Assign { seat: SeatId(seat), note },
            I::Sign {} => Self::Sign,
            I::Return { reason } => Self::Return { reason },
            I::Reject { reason, answer } => Self::Reject { reason: reason.0, answer },
            I::Merge { into } => Self::Merge { into: MatterId(into) },
            I::MarkEmergency {} => Self::MarkEmergency,
            I::Contact { outcome, note } => Self::Contact { outcome: outcome.0, note },
            I::Start { note } => Self::Start { note },
            I::Wait { reason, until, note } => Self::Wait { reason: reason.0, until: until.0, note },
            I::Park { until, reason } => Self::Park { until: until.0, reason },
            I::Resume {} => Self::Resume,
            I::Extend { until, reason } => Self::Extend { until: until.0, reason },
            I::Submit { outcome, answer } => Self::Submit { outcome: outcome.0, answer },
            I::Verify { note } => Self::Verify { note },
            I::SendBack { reason } => Self::SendBack { reason },
            I::Answer {} => Self::Answer,
            I::RecordDelivery { raiser, result, note } => {
                Self::RecordDelivery { raiser: RaiserId(raiser), result: result.0, note }
            }
            I::Close {} => Self::Close,
            I::Rate { stars, words } => Self::Rate { stars, words },
            I::Reopen { reason } => Self::Reopen { reason },
            I::AddFacts { text } => Self::AddFacts { text },
            I::AddNote { text } => Self::AddNote { text },
        }
    }
}

/// Where the matter stands after a command.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Stand {
    pub id: Uuid,
    pub version: i64,
    pub state: StateWord,
    pub due_at: At,
    pub provisional: bool,
}

impl From<Acted> for Stand {
    fn from(a: Acted) -> Self {
        Self {
            id: a.matter.0,
            version: a.version,
            state: a.state.into(),
            due_at: a.due_at.into(),
            provisional: a.provisional,
        }
    }
}

/// Takes a step. With `If-Match` only if nobody changed the matter since; a rule that is against it answers 409.
#[utoipa::path(post, path = "/api/v1/matters/{id}/commands", tag = "matters", request_body = CommandInput,
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, max_length = 200,
        description = "Entity tag of the matter as the caller saw it.")),
    responses((status = 200, body = Stand, description = "Done; where it stands now.")))]
pub(super) async fn act_on_matter(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Seen(version): Seen,
    Body { value, once }: Body<CommandInput>,
) -> Result<Response, Fail> {
    let (matter, purpose) = about(id);
    let command = Command::from(value);
    let who = caller.who(action(command.kind()), purpose)?;
    let act = Act { matter, version, key: None, command };
    let stand = write(&app, who, once, move |cx| Ok(Stand::from(matters::app::act(cx, act)?))).await?;
    Ok(done(&stand))
}

//! Steps of a case: one command, with what it needs, for the version the caller saw. Saying who the elder is, handing over and an
//! appeal to everybody are done by a person at the desk.

use super::about;
use super::public::{CasePlaceInput, DescribedInput, known};
use crate::api::Caller;
use crate::api::input::{Body, Nothing, Path, Seen};
use crate::api::reply::{act, done, write};
use crate::api::words::{At, AttemptWord, LookWord, LostOutcomeWord, LostStateWord, ReachedWord, TaskWord, WorkedWord};
use crate::{App, Fail};
use axum::extract::State;
use axum::response::Response;
use kernel::ids::{AccountId, CaseId, ContactId, OrgId, PostId};
use lost::app;
use lost::model::Debrief;
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::ToSchema;
use uuid::Uuid;

/// A command and what it carries. Texts are kept encrypted.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum CaseCommandInput {
    /// Takes the case over.
    Take {},
    /// Somebody sees the elder, there.
    Seen {
        #[serde(default)]
        place: CasePlaceInput,
        at: Option<At>,
        #[schema(max_length = 300)]
        #[serde(default)]
        words: String,
    },
    /// What was seen of the elder, better than it was.
    Describe {
        #[schema(max_length = 600)]
        #[serde(default)]
        words: String,
        #[serde(default)]
        described: DescribedInput,
    },
    /// A contact was called.
    Attempt {
        contact: Uuid,
        result: AttemptWord,
        /// When they come.
        eta: Option<At>,
        #[schema(max_length = 300)]
        #[serde(default)]
        words: String,
    },
    /// Somebody goes along.
    Helper {
        account: Uuid,
        task: TaskWord,
    },
    EndHelp {
        account: Uuid,
    },
    /// The elder arrives at a post.
    Keep {
        post: Uuid,
        #[schema(max_length = 300)]
        #[serde(default)]
        condition: String,
    },
    /// What was done for them there.
    Look {
        #[schema(max_items = 8)]
        #[serde(default)]
        looks: Vec<LookWord>,
        #[schema(max_length = 300)]
        #[serde(default)]
        words: String,
    },
    /// Leaves the post with two helpers.
    Leave {
        #[schema(max_length = 300)]
        #[serde(default)]
        words: String,
    },
    /// Nobody sees the elder any more.
    LoseSight {
        #[schema(max_length = 300)]
        #[serde(default)]
        words: String,
    },
    /// A word to whoever reported.
    TellFinder {
        #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
        words: String,
    },
    /// How it ended, to whoever reported: no name, no address.
    Answer {
        #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
        words: String,
        reached: ReachedWord,
    },
    Debrief {
        card: WorkedWord,
        locator: WorkedWord,
        schedule: WorkedWord,
        #[schema(max_length = 600)]
        words: Option<String>,
    },
    /// For colleagues.
    Remark {
        #[schema(min_length = 1, max_length = 600, pattern = r"\S")]
        words: String,
    },
}

/// Where the case stands after a command.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseStand {
    id: Uuid,
    version: i64,
    state: LostStateWord,
}

fn stand(cx: &mut Cx<'_>, case: CaseId) -> Result<CaseStand, Fail> {
    let c = app::load(cx, case)?;
    Ok(CaseStand { id: case.0, version: c.version, state: c.state.into() })
}

/// The version that was named, else the one that is there.
fn version(cx: &mut Cx<'_>, case: CaseId, seen: Option<i64>) -> Result<i64, Fail> {
    match seen {
        Some(seen) => Ok(seen),
        None => Ok(app::load(cx, case)?.version),
    }
}

fn take(cx: &mut Cx<'_>, case: CaseId, seen: Option<i64>, command: CaseCommandInput) -> Result<(), Fail> {
    use CaseCommandInput as C;
    if !app::may(cx, case, Action::WorkCase)? {
        // The use case says why; a remark alone would ask for less than this operation promises.
        return Ok(app::take(cx, case, 0)?);
    }
    let v = version(cx, case, seen)?;
    match command {
        C::Take {} => app::take(cx, case, v)?,
        C::Seen { place, at, words } => {
            let place = place.read()?;
            known(cx, &place)?;
            app::seen(cx, case, v, &place, at.map(|at| at.0), &words)?;
        }
        C::Describe { words, described } => app::describe(cx, case, v, &words, &described.into())?,
        C::Attempt { contact, result, eta, words } => {
            app::attempt(cx, case, v, ContactId(contact), result.0, eta.map(|at| at.0), &words)?;
        }
        C::Helper { account, task } => app::take_helper(cx, case, v, AccountId(account), task.0)?,
        C::EndHelp { account } => app::end_help(cx, case, AccountId(account))?,
        C::Keep { post, condition } => app::keep(cx, case, v, PostId(post), &condition)?,
        C::Look { looks, words } => {
            let looks: Vec<_> = looks.into_iter().map(|l| l.0).collect();
            app::log_look(cx, case, v, &looks, &words)?;
        }
        C::Leave { words } => app::leave(cx, case, v, false, &words)?,
        C::LoseSight { words } => app::leave(cx, case, v, true, &words)?,
        C::TellFinder { words } => app::tell_finder(cx, case, v, &words)?,
        C::Answer { words, reached } => app::answer(cx, case, v, &words, reached.0)?,
        C::Debrief { card, locator, schedule, words } => {
            app::debrief(cx, case, v, &Debrief { card: card.0, locator: locator.0, schedule: schedule.0, words })?;
        }
        C::Remark { words } => app::remark(cx, case, &words)?,
    }
    Ok(())
}

/// Takes a step. With `If-Match` only if nobody changed the case since; a rule that is against it answers 409.
#[utoipa::path(post, path = "/api/v1/cases/{id}/commands", tag = "cases", request_body = CaseCommandInput,
    extensions(("x-actions" = json!(["work-case"]))),
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, max_length = 200,
        description = "Entity tag of the case as the caller saw it.")),
    responses((status = 200, body = CaseStand, description = "Done; where it stands now.")))]
pub(super) async fn act_on_case(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Seen(seen): Seen,
    Body { value, once }: Body<CaseCommandInput>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::WorkCase, purpose)?;
    let step = move |cx: &mut Cx<'_>| {
        take(cx, case, seen, value)?;
        stand(cx, case)
    };
    Ok(done(&write(&app, who, once, step).await?))
}

/// How far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallInput {
    #[schema(minimum = 300, maximum = 10000)]
    radius_m: i64,
}

/// How many were called.
#[derive(Serialize, ToSchema)]
struct CalledView {
    called: usize,
}

/// Calls volunteers, building leaders, shops and property managers near by. They read what is needed, no name and no address.
#[utoipa::path(post, path = "/api/v1/cases/{id}/call", tag = "cases", request_body = CallInput,
    extensions(("x-actions" = json!(["call-help"]))), params(("id" = Uuid, Path)),
    responses((status = 200, body = CalledView, description = "Called.")))]
pub(super) async fn call_for_help(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<CallInput>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::CallHelp, purpose)?;
    let call = move |cx: &mut Cx<'_>| {
        let v = version(cx, case, None)?;
        Ok(CalledView { called: app::call_help(cx, case, v, value.radius_m)? })
    };
    Ok(done(&write(&app, who, once, call).await?))
}

/// Ends the call.
#[utoipa::path(delete, path = "/api/v1/cases/{id}/call", tag = "cases",
    extensions(("x-actions" = json!(["call-help"]))), params(("id" = Uuid, Path)),
    responses((status = 204, description = "Ended; whoever was called is thanked.")))]
pub(super) async fn end_call(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::CallHelp, purpose)?;
    let end = move |cx: &mut Cx<'_>| {
        let v = version(cx, case, None)?;
        Ok::<_, Fail>(app::end_call(cx, case, v)?)
    };
    act(&app, who, once, end).await
}

/// Whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskInput {
    #[schema(min_items = 1, max_items = 50)]
    bodies: Vec<Uuid>,
}

/// Asks committees who the elder is. They answer at their desk, by name.
#[utoipa::path(post, path = "/api/v1/cases/{id}/asks", tag = "cases", request_body = AskInput,
    extensions(("x-actions" = json!(["call-help"]))), params(("id" = Uuid, Path)),
    responses((status = 204, description = "Asked.")))]
pub(super) async fn ask_bodies(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<AskInput>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::CallHelp, purpose)?;
    let bodies: Vec<OrgId> = value.bodies.into_iter().map(OrgId).collect();
    let ask = move |cx: &mut Cx<'_>| {
        let v = version(cx, case, None)?;
        Ok::<_, Fail>(app::ask(cx, case, v, &bodies)?)
    };
    act(&app, who, once, ask).await
}

/// How it ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosingInput {
    outcome: LostOutcomeWord,
    #[schema(max_length = 300)]
    #[serde(default)]
    words: String,
}

/// Closes the case, once whoever reported was answered and it was talked over.
#[utoipa::path(post, path = "/api/v1/cases/{id}/closing", tag = "cases", request_body = ClosingInput,
    extensions(("x-actions" = json!(["close-case"]))), params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseStand, description = "Closed.")))]
pub(super) async fn close_case(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<ClosingInput>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::CloseCase, purpose)?;
    let close = move |cx: &mut Cx<'_>| {
        let v = version(cx, case, None)?;
        app::close(cx, case, v, value.outcome.0, &value.words)?;
        stand(cx, case)
    };
    Ok(done(&write(&app, who, once, close).await?))
}

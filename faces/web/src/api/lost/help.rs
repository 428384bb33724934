//! What is needed, for whoever was called to help: volunteers, building leaders, shops, property managers. Never the elder's name,
//! which a helper reads on their own page while they help.

use super::about;
use super::view::DescribedView;
use crate::api::Caller;
use crate::api::input::{Body, Nothing, Path};
use crate::api::reply::{Page, act, shown};
use crate::api::words::{At, HelpingWord, LostKindWord, LostStateWord, TaskWord};
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use lost::app::{self, HelpAsked};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is needed.
#[derive(Serialize, ToSchema)]
struct NeededView {
    id: Uuid,
    number: String,
    kind: LostKindWord,
    state: LostStateWord,
    described: DescribedView,
    /// Clothing, how they are.
    words: String,
    area: Option<Uuid>,
    post: Option<Uuid>,
    since: At,
    until: Option<At>,
    /// Where the caller stands.
    mine: Option<HelpingWord>,
    task: Option<TaskWord>,
    /// While they help.
    place: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
}

impl From<HelpAsked> for NeededView {
    fn from(h: HelpAsked) -> Self {
        Self {
            id: h.case.0,
            number: h.number,
            kind: h.kind.into(),
            state: h.state.into(),
            described: h.described.into(),
            words: h.words,
            area: h.area.map(|a| a.0),
            post: h.post.map(|p| p.0),
            since: h.since.into(),
            until: h.until.map(At),
            mine: h.mine.map(|(state, _)| state.into()),
            task: h.mine.map(|(_, task)| task.into()),
            place: h.place,
            lat: h.point.map(|p| p.lat()),
            lon: h.point.map(|p| p.lon()),
        }
    }
}

/// Calls for help that run for the caller, the latest first.
#[utoipa::path(get, path = "/api/v1/help-needed", tag = "cases", extensions(("x-actions" = json!(["offer-help"]))),
    responses((status = 200, body = Page<NeededView>, description = "What is needed.")))]
pub(super) async fn list_needed(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::OfferHelp, Purpose::Administration)?;
    let read = |cx: &mut Cx<'_>| {
        let mut all = Vec::new();
        for id in app::called(cx)? {
            // Each in its own name, so that the log says for which case something was read.
            let actor = cx.actor.clone();
            let asked = cx.acting_as(actor, Purpose::Case(id), |cx| app::needed(cx, id));
            all.extend(asked.ok().map(NeededView::from));
        }
        Ok::<_, Fail>(all)
    };
    let items = app.rt.read(who, read).await?;
    Ok(unkept(shown(&headers, None, &Page::<NeededView>::all(items))?))
}

/// What is needed in one case; not found for whoever was not called.
#[utoipa::path(get, path = "/api/v1/help-needed/{id}", tag = "cases", extensions(("x-actions" = json!(["offer-help"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = NeededView, description = "What is needed.")))]
pub(super) async fn show_needed(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::OfferHelp, purpose)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(app::needed(cx, case)?)).await?;
    Ok(unkept(shown(&headers, None, &NeededView::from(found))?))
}

/// With what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferInput {
    task: TaskWord,
}

/// "I help": the post is told.
#[utoipa::path(put, path = "/api/v1/help-needed/{id}/help", tag = "cases", request_body = OfferInput,
    extensions(("x-actions" = json!(["offer-help"]))), params(("id" = Uuid, Path)),
    responses((status = 204, description = "The post is told.")))]
pub(super) async fn offer_help(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<OfferInput>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let who = caller.who(Action::OfferHelp, purpose)?;
    act(&app, who, once, move |cx| app::offer(cx, case, value.task.0)).await
}

/// Helps no longer.
#[utoipa::path(delete, path = "/api/v1/help-needed/{id}/help", tag = "cases",
    extensions(("x-actions" = json!(["offer-help"]))), params(("id" = Uuid, Path)),
    responses((status = 204, description = "Ended.")))]
pub(super) async fn end_help(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let (who, me) = (caller.who(Action::OfferHelp, purpose)?, caller.account);
    act(&app, who, once, move |cx| app::end_help(cx, case, me)).await
}

//! Duty times at posts (P4): planned by whoever makes the roster, confirmed by the person.

use super::Caller;
use super::input::{Asked, Body, Nothing, Path};
use super::reply::{Page, act, listed, make};
use super::words::At;
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::{AccountId, PostId};
use people::policy::{Action, PlaceFacts, ResourceFacts, require};
use places::DutySlot;
use places::app::{self, NewSlot};
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_duty, plan_duty))
        .routes(routes!(cancel_duty))
        .routes(routes!(confirm_duty))
}

/// A duty time.
#[derive(Debug, Serialize, ToSchema)]
struct DutyView {
    id: Uuid,
    post: Uuid,
    account: Uuid,
    from: At,
    to: At,
    /// When the person said that they will be there.
    confirmed_at: Option<At>,
}

impl From<DutySlot> for DutyView {
    fn from(s: DutySlot) -> Self {
        Self {
            id: s.id,
            post: s.post.0,
            account: s.account.0,
            from: s.from.into(),
            to: s.to.into(),
            confirmed_at: s.confirmed_at.map(At),
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DutyAsk {
    /// Left out: now.
    #[param(value_type = Option<At>, required = false, inline)]
    at: Option<At>,
}

/// Who is on duty at an instant, at all posts; confirmed ones first.
#[utoipa::path(get, path = "/api/v1/duty", tag = "duty",
    extensions(("x-actions" = json!(["view-staff"]))),
    params(DutyAsk),
    responses((status = 200, body = Page<DutyView>, description = "Duty times that cover the instant.")))]
async fn list_duty(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<DutyAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewStaff, Purpose::Administration)?;
    let at = asked.at.map_or_else(|| app.rt.now(), |at| at.0);
    listed::<DutyView, _, _, _>(&app, &headers, who, move |cx| app::on_duty_everywhere(cx, at)).await
}

/// A duty time that is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDutyInput {
    post: Uuid,
    account: Uuid,
    from: At,
    /// At most 48 hours later.
    to: At,
}

/// Where a post lies, for the decision about its roster.
fn facts(cx: &mut Cx<'_>, post: PostId) -> Result<ResourceFacts, Fail> {
    let ground = places::snapshot(cx)?;
    let found = ground.post(post).ok_or_else(|| Fail::invalid("post", "invalid-form"))?;
    let posts = std::iter::once(post).chain(found.parent).collect();
    Ok(ResourceFacts::Place(PlaceFacts { areas: found.serves.clone(), posts }))
}

/// Plans a duty time; the person confirms it later.
#[utoipa::path(post, path = "/api/v1/duty", tag = "duty",
    extensions(("x-actions" = json!(["manage-duty"]))),
    request_body = NewDutyInput,
    responses((status = 201, body = DutyView, description = "Planned.")))]
async fn plan_duty(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<NewDutyInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageDuty, Purpose::Administration)?;
    make(&app, who, once, "/duty", move |cx| {
        let (post, account) = (PostId(value.post), AccountId(value.account));
        let facts = facts(cx, post)?;
        require(&cx.actor, cx.purpose, Action::ManageDuty, &facts)?;
        if !people::app::accounts::names(cx, &[account])?.contains_key(&account) {
            return Err(Fail::invalid("account", "invalid-form"));
        }
        let slot = NewSlot { post, account, from: value.from.0, to: value.to.0 };
        let id = app::plan_duty(cx, slot)?;
        let (from, to) = (slot.from, slot.to);
        Ok(DutyView::from(DutySlot { id, post, account, from, to, confirmed_at: None }))
    })
    .await
}

/// "I will be there": by the person, or by whoever makes the roster for them. Twice is fine.
#[utoipa::path(post, path = "/api/v1/duty/{id}/confirmation", tag = "duty",
    extensions(("x-actions" = json!(["manage-duty", "own-account"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Confirmed.")))]
async fn confirm_duty(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who_any(&[Action::ManageDuty, Action::OwnAccount], Purpose::Administration)?;
    act(&app, who, once, move |cx| app::confirm_duty(cx, id)).await
}

/// Takes a duty time out of the roster; the log keeps it.
#[utoipa::path(delete, path = "/api/v1/duty/{id}", tag = "duty",
    extensions(("x-actions" = json!(["manage-duty"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Taken out.")))]
async fn cancel_duty(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageDuty, Purpose::Administration)?;
    act(&app, who, once, move |cx| app::cancel_duty(cx, id)).await
}

//! Saved views: filters that somebody keeps for themselves, as the desk shows them.

use super::Caller;
use super::input::{Body, Nothing, Path};
use super::reply::{Page, act, listed, make};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use matters::app::SavedView;
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_views, save_view)).routes(routes!(delete_view))
}

/// A filter under a name.
#[derive(Debug, Serialize, ToSchema)]
struct ViewView {
    id: Uuid,
    name: String,
    /// Query string of the list.
    query: String,
}

impl From<SavedView> for ViewView {
    fn from(v: SavedView) -> Self {
        Self { id: v.id, name: v.name, query: v.query }
    }
}

/// The caller's filters, oldest first.
#[utoipa::path(get, path = "/api/v1/views", tag = "matters", extensions(("x-actions" = json!(["save-view"]))),
    responses((status = 200, body = Page<ViewView>, description = "Filters.")))]
async fn list_views(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::SaveView, Purpose::Administration)?;
    listed::<ViewView, _, _, _>(&app, &headers, who, matters::app::saved_views).await
}

/// A filter to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewInput {
    #[schema(min_length = 1, max_length = 40, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S", example = "queue=place&state=signed")]
    query: String,
}

/// Keeps a filter; the same name again replaces it.
#[utoipa::path(post, path = "/api/v1/views", tag = "matters",
    extensions(("x-actions" = json!(["save-view"]))),
    request_body = ViewInput,
    responses((status = 201, body = ViewView, description = "Kept.")))]
async fn save_view(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<ViewInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::SaveView, Purpose::Administration)?;
    let save = move |cx: &mut Cx<'_>| Ok(ViewView::from(matters::app::save_view(cx, &value.name, &value.query)?));
    make(&app, who, once, "/views", save).await
}

/// Forgets a filter.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "matters",
    extensions(("x-actions" = json!(["save-view"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Forgotten.")))]
async fn delete_view(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::SaveView, Purpose::Administration)?;
    act(&app, who, once, move |cx| matters::app::delete_view(cx, id)).await
}

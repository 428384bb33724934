//! Staff: news of the desk on a device of theirs.

use crate::push::{PushView, Told, config, key as key_answer};
use crate::session::Staff;
use crate::{App, Fail, Page};
use alerts::app::push;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kernel::Purpose;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/me/push", post(subscribe))
        .route("/desk/me/push/key", post(key))
        .route("/desk/me/push/end", post(end))
}

/// The part of the account page, where it is switched on.
pub(super) fn of(cx: &mut Cx<'_>, page: &Page, on: bool) -> Result<Option<PushView>, Fail> {
    if on { Ok(Some(PushView::desk(page, push::mine(cx)?))) } else { Ok(None) }
}

async fn key(State(app): State<App>, staff: Staff) -> Result<Response, Fail> {
    config(&app)?;
    Ok(key_answer(app.rt.write(staff.who(Purpose::Administration), push::key).await?))
}

async fn subscribe(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Form(told): Form<Told>,
) -> Result<StatusCode, Fail> {
    let (device, lang) = (told.device(&app)?, page.look.lang);
    app.rt.write(staff.who(Purpose::Administration), move |cx| push::subscribe(cx, &device, lang)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Which {
    id: Uuid,
}

async fn end(State(app): State<App>, page: Page, staff: Staff, Form(which): Form<Which>) -> Result<Response, Fail> {
    config(&app)?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| push::end(cx, which.id)).await?;
    Ok(Redirect::to(&page.href("/desk/me?done=push-end")).into_response())
}

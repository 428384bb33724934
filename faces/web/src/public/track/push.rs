//! Whoever raised a matter: news about it on a device of theirs.

use super::{gate, wrong};
use crate::guard::{Source, Wicket};
use crate::push::{Told, config, key as key_answer};
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Extension, Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/t/{code}/push", post(subscribe))
        .route("/t/{code}/push/key", post(key))
        .route("/t/{code}/push/end", post(end))
}

async fn key(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    config(&app)?;
    match gate::push_key(&app, &code).await {
        Ok(key) => Ok(key_answer(key)),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

async fn subscribe(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Form(told): Form<Told>,
) -> Result<Response, Fail> {
    let device = told.device(&app)?;
    app.limits.pass(Wicket::Report, source)?;
    match gate::push_subscribe(&app, &page, &code, device).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

async fn end(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    config(&app)?;
    match gate::push_end(&app, &code).await {
        Ok(code) => Ok(Redirect::to(&page.href(format!("/t/{code}?done=push-end"))).into_response()),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

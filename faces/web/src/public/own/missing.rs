//! "They are missing", from the person's own page: whoever holds the link need not say whom.

use super::{gate, wrong};
use crate::guard::Source;
use crate::public::lost::form::{self, Form};
use crate::public::post::Posted;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use axum::routing::get;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/missing", get(show).post(send))
}

async fn form_of(app: &App, typed: &str) -> Result<Form, Fail> {
    let (code, found) = gate::find(app, typed).await?;
    Ok(Form::of(format!("/p/{code}/missing"), found.person, gate::holder(app, found)))
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match form_of(&app, &code).await {
        Ok(form) => form::start(&app, page, form).await,
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    match form_of(&app, &code).await {
        Ok(form) => form::send(app, page, source, form, posted).await,
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

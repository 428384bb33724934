//! The second step of signing in: the code of the authenticator app, or a recovery code.

use super::{device, own_path, sign_in};
use crate::guard::{Source, Wicket};
use crate::kept::Kept;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use people::app::{SignIn, finish_step};
use secrecy::{ExposeSecret as _, SecretString};

pub(super) fn routes() -> Router<App> {
    // Somebody who reloads begins again: the step's token is only in the form.
    Router::new().route("/login/code", get(|page: Page| async move { Redirect::to(&page.href("/login")) }).post(enter))
}

#[derive(Template)]
#[template(path = "public/code.html")]
struct CodePage {
    page: Page,
    step: String,
    next: String,
    kept: Kept,
    error: Option<String>,
}

/// Asks for the code; the password was right.
pub(super) fn ask(page: &Page, step: &SecretString, next: &str, kept: &Kept) -> Result<Response, Fail> {
    let (step, kept) = (step.expose_secret().into(), kept.clone());
    shown(&CodePage { page: page.clone(), step, next: next.into(), kept, error: None })
}

/// The form holds half a sign-in: nothing keeps it.
fn shown(page: &CodePage) -> Result<Response, Fail> {
    html(page).map(crate::unkept)
}

async fn enter(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(sent) = form?;
    let field = |name: &str| sent.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let (step, code, kept) = (field("step"), field("code"), Kept::sent_back(&sent));
    let (device, from, token) = (device(&headers), source.0.to_string(), step.clone());
    let done = app.rt.write(app.anybody(), move |cx| finish_step(cx, &token, &code, &device, &from)).await?;
    let next = own_path(&field("next"));
    let wrong = matches!(done, SignIn::Wrong);
    let error = match sign_in::after(&app, &page, done, &next, &kept)? {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    app.limits.pass(Wicket::SignIn, source)?;
    let error = Some(if wrong { page.t("code-wrong") } else { error });
    let body = shown(&CodePage { page, step, next, kept, error })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    [None, Some(page.t("code-wrong")), Some(page.t("login-too-late"))]
        .into_iter()
        .map(|error| CodePage {
            page: page.clone(),
            step: "00ff".into(),
            next: "/desk".into(),
            kept: Kept::sample(error.is_some()),
            error,
        })
        .map(|p| ("public/code.html", p.render().unwrap_or_default()))
        .collect()
}

//! Signing in and out, and who sits at the desk.
//!
//! A session is a row of ours (revocable, its device shown); the browser holds an opaque token in the cookie `mulin`.

use crate::{App, Fail, Page, cookie, html};
use askama::Template;
use axum::Router;
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Actor, Purpose};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use store::Who;

/// Name of the cookie.
pub(crate) const COOKIE: &str = "mulin";

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/login", get(show).post(sign_in)).route("/logout", post(sign_out))
}

/// A signed-in member of staff: take it as an extractor in every desk handler. Without a session the reader is sent to
/// `/login` and comes back.
#[derive(Debug, Clone)]
pub struct Staff {
    pub actor: Actor,
    pub name: String,
}

impl Staff {
    /// Who acts, and why.
    pub fn who(&self, purpose: Purpose) -> Who {
        Who::new(self.actor.clone(), purpose)
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Fail> {
        let _token = cookie(&parts.headers, COOKIE).ok_or(Fail::SignIn)?;
        Err(Fail::SignIn)
    }
}

/// Address of the sign-in page that leads back to where the reader was.
pub(crate) fn login_href(page: &Page, path: &str, query: Option<&str>) -> String {
    let target = query.map_or_else(|| path.to_owned(), |q| format!("{path}?{q}"));
    let next = utf8_percent_encode(&target, NON_ALPHANUMERIC);
    format!("{}?next={next}", page.href("/login"))
}

#[derive(Template)]
#[template(path = "public/login.html")]
struct LoginPage {
    page: Page,
    login: String,
    next: String,
    /// Key of what went wrong.
    error: Option<&'static str>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
}

async fn show(page: Page, Query(Next { next }): Query<Next>) -> Result<Response, Fail> {
    html(&LoginPage { page, login: String::new(), next: own_path(&next), error: None })
}

#[derive(Deserialize)]
struct SignIn {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(State(_app): State<App>, page: Page, Form(form): Form<SignIn>) -> Result<Response, Fail> {
    let _ = form.password;
    let body = html(&LoginPage { page, login: form.login, next: own_path(&form.next), error: Some("login-wrong") })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

async fn sign_out(page: Page, _headers: HeaderMap) -> Response {
    let mut response = Redirect::to(&page.href("/login")).into_response();
    let gone = HeaderValue::from_static("mulin=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    response.headers_mut().insert(header::SET_COOKIE, gone);
    response
}

/// Only addresses of our own site, so that `next` cannot lead away.
fn own_path(next: &str) -> String {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if ours { next.to_owned() } else { "/desk".to_owned() }
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    [None, Some("login-wrong")]
        .into_iter()
        .map(|error| LoginPage { page: page.clone(), login: "13800".into(), next: "/desk".into(), error })
        .map(|p| ("public/login.html", p.render().unwrap_or_default()))
        .collect()
}

//! Signing in with a password, and out.

use super::{AnyStaff, clear_cookie, device, elsewhere, own_path, set_cookie, signed_in};
use crate::guard::{Source, Wicket};
use crate::kept::{self, Kept};
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::app::sessions::{self, Ended};
use people::app::{SignIn, begin_login, finish_login};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/login", get(show).post(sign_in)).route("/logout", post(sign_out))
}

#[derive(Template)]
#[template(path = "public/login.html")]
struct LoginPage {
    page: Page,
    login: String,
    next: String,
    /// What was typed into a form when the session had ended.
    kept: Kept,
    /// Why the reader has to sign in again.
    why: Option<String>,
    /// What went wrong, in words.
    error: Option<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
    why: String,
}

async fn show(mut page: Page, Query(Next { next, why }): Query<Next>) -> Result<Response, Fail> {
    if !next.is_empty() {
        // In the other language it leads back to the same page.
        page.path = format!("/login?next={}", utf8_percent_encode(&own_path(&next), NON_ALPHANUMERIC));
    }
    let away = elsewhere::WHYS.iter().find(|w| **w == why);
    let said = Ended::from_code(&why).map(|why| page.tk("login-ended-", why.code()));
    let said = said.or_else(|| away.map(|why| page.tk("elsewhere-", why)));
    let body = html(&LoginPage {
        page,
        login: String::new(),
        next: own_path(&next),
        kept: Kept::default(),
        why: said,
        error: None,
    })?;
    Ok((away.map_or(StatusCode::OK, |why| elsewhere::status(why)), body).into_response())
}

/// The sign-in page that leads on to `next` and carries what was typed there.
pub(crate) fn page_with(page: Page, next: String, kept: Kept) -> Result<Response, Fail> {
    html(&LoginPage { page, login: String::new(), next, kept, why: None, error: None })
}

async fn sign_in(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(sent) = form?;
    let field = |name: &str| sent.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let (login, next, kept) = (field("login"), own_path(&field("next")), Kept::sent_back(&sent));
    let password = SecretString::from(field("password"));
    let (typed, from) = (login.clone(), source.0.to_string());
    let attempt = app.rt.read(app.anybody(), move |cx| begin_login(cx, &typed, &from)).await?;
    let attempt = tokio::task::spawn_blocking(move || attempt.check(&password)).await.map_err(|_| Fail::Unavailable)?;
    let device = device(&headers);
    let done = app.rt.write(app.anybody(), move |cx| finish_login(cx, &attempt, &device)).await?;
    let error = match after(&app, &page, done, &next, &kept)? {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    app.limits.pass(Wicket::SignIn, source)?;
    let body = html(&LoginPage { page, login, next, kept, why: None, error: Some(error) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, [(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// The page again, after something else than a password did not hold.
#[cfg(feature = "passkeys")]
pub(super) fn again(page: Page, next: String, kept: Kept, error: String) -> Result<Response, Fail> {
    let body = html(&LoginPage { page, login: String::new(), next, kept, why: None, error: Some(error) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, [(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// What comes after a proof: in, the next proof, or words about what is wrong.
pub(super) fn after(
    app: &App,
    page: &Page,
    done: SignIn,
    next: &str,
    kept: &Kept,
) -> Result<Result<Response, String>, Fail> {
    Ok(Err(match done {
        SignIn::In { token, must_change_password: false, .. } if !kept.is_empty() => {
            let mut response = kept::again(page, next, kept)?;
            response.headers_mut().insert(header::SET_COOKIE, set_cookie(app, &token));
            return Ok(Ok(response));
        }
        SignIn::In { token, must_change_password, .. } => {
            let to = if must_change_password { page.href("/password") } else { page.href(next) };
            return Ok(Ok(signed_in(app, &to, &token)));
        }
        SignIn::Step { token } => return super::code::ask(page, &token, next, kept).map(Ok),
        SignIn::Wrong => page.t("login-wrong"),
        SignIn::Locked { until } => page.t1("login-locked", "clock", fmt::clock(until.plus_secs(59))),
        SignIn::Inactive => page.t("login-inactive"),
        SignIn::TooLate => page.t("login-too-late"),
    }))
}

async fn sign_out(State(app): State<App>, page: Page, staff: Option<AnyStaff>) -> Result<Response, Fail> {
    if let Some(AnyStaff(staff)) = staff {
        let session = staff.session;
        app.rt.write(staff.who(Purpose::Administration), move |cx| sessions::sign_out(cx, session)).await?;
    }
    let mut response = Redirect::to(&page.href("/login")).into_response();
    response.headers_mut().insert(header::SET_COOKIE, clear_cookie(&app));
    Ok(response)
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let errors = [None, Some(page.t("login-wrong")), Some(page.t1("login-locked", "clock", "14:05"))];
    let whys = Ended::ALL.iter().map(|why| Some(page.tk("login-ended-", why.code())));
    errors
        .into_iter()
        .map(|error| (None, error))
        .chain(whys.map(|why| (why, None)))
        .map(|(why, error)| LoginPage {
            page: page.clone().with_sample_ways(),
            login: "13800".into(),
            next: "/desk".into(),
            kept: Kept::sample(error.is_some()),
            why,
            error,
        })
        .chain([LoginPage {
            page: page.clone(),
            login: String::new(),
            next: "/desk".into(),
            kept: Kept::default(),
            why: Some(page.t("elsewhere-lost")),
            error: None,
        }])
        .map(|p| ("public/login.html", p.render().unwrap_or_default()))
        .collect()
}

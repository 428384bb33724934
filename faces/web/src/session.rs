//! Signing in and out, one's own password, and who sits at the desk.
//!
//! A session is a row of ours (revocable, its device shown); the browser holds an opaque token in the cookie `mulin`.

use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, cookie, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Actor, Purpose};
use people::app::{SignIn, begin_login, finish_login, password, sessions};
use people::model::SessionId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use store::Who;

/// Name of the cookie.
const COOKIE: &str = "mulin";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/login", get(show).post(sign_in))
        .route("/logout", post(sign_out))
        .route("/password", get(show_password).post(change_password))
}

/// A signed-in member of staff: take it as an extractor in every desk handler. Without a session the reader is sent to
/// `/login` and comes back; with a password somebody else set, to `/password` first.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    pub actor: Actor,
    pub name: String,
    pub login: String,
    pub session: SessionId,
    must_change: bool,
}

impl Staff {
    /// Who acts, and why.
    pub(crate) fn who(&self, purpose: Purpose) -> Who {
        Who::new(self.actor.clone(), purpose)
    }

    /// The session of a request, whatever its password. Rights are those of this instant (J11).
    async fn of(parts: &Parts, app: &App) -> Result<Self, Fail> {
        let token = cookie(&parts.headers, COOKIE).ok_or(Fail::SignIn)?.to_owned();
        let found = app.rt.read(app.anybody(), move |cx| sessions::resolve(cx, &token)).await?.ok_or(Fail::SignIn)?;
        let staff = Self {
            actor: found.actor,
            name: found.account.display_name,
            login: found.account.login,
            session: found.session,
            must_change: found.account.must_change_password,
        };
        if found.needs_touch {
            app.rt.write(staff.who(Purpose::Administration), move |cx| sessions::touch(cx, found.session)).await?;
        }
        Ok(staff)
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        let staff = Self::of(parts, app).await?;
        if staff.must_change { Err(Fail::MustChange) } else { Ok(staff) }
    }
}

/// A signed-in account that may still have to change its password.
struct AnyStaff(Staff);

impl FromRequestParts<App> for AnyStaff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        Staff::of(parts, app).await.map(Self)
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
    /// What went wrong, in words.
    error: Option<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
}

async fn show(page: Page, Query(Next { next }): Query<Next>) -> Result<Response, Fail> {
    html(&LoginPage { page, login: String::new(), next: own_path(&next), error: None })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    login: String,
    password: String,
    next: String,
}

async fn sign_in(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    form: Result<Form<Typed>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(Typed { login, password, next }) = form?;
    let password = SecretString::from(password);
    let (typed, from) = (login.clone(), source.0.to_string());
    let attempt = app.rt.read(app.anybody(), move |cx| begin_login(cx, &typed, &from)).await?;
    let attempt = tokio::task::spawn_blocking(move || attempt.check(&password)).await.map_err(|_| Fail::Unavailable)?;
    let device = device(&headers);
    let done = app.rt.write(app.anybody(), move |cx| finish_login(cx, &attempt, &device)).await?;
    let next = own_path(&next);
    let error = match done {
        SignIn::In { token, must_change_password, .. } => {
            let to = if must_change_password { page.href("/password") } else { page.href(&next) };
            let mut response = Redirect::to(&to).into_response();
            response.headers_mut().insert(header::SET_COOKIE, set_cookie(&app, &token));
            return Ok(response);
        }
        SignIn::Wrong => page.t("login-wrong"),
        SignIn::Locked { until } => page.t1("login-locked", "clock", fmt::clock(until.plus_secs(59))),
        SignIn::Inactive => page.t("login-inactive"),
    };
    app.limits.pass(Wicket::SignIn, source)?;
    let body = html(&LoginPage { page, login, next, error: Some(error) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

fn set_cookie(app: &App, token: &SecretString) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let days = sessions::LIFE_DAYS * 86_400;
    let text = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={days}{secure}", token.expose_secret());
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// What the page of signed-in devices shows: browser and system, nothing finer.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = |names: &[&'static str]| names.iter().copied().find(|n| agent.contains(n)).unwrap_or("?");
    let browser = first(&["MicroMessenger", "Edg", "Firefox", "Chrome", "Safari", "curl"]);
    let system = first(&["HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]);
    format!("{browser} · {system}")
}

async fn sign_out(State(app): State<App>, page: Page, staff: Option<AnyStaffOrNone>) -> Result<Response, Fail> {
    if let Some(AnyStaffOrNone(staff)) = staff {
        let session = staff.session;
        app.rt.write(staff.who(Purpose::Administration), move |cx| sessions::sign_out(cx, session)).await?;
    }
    let mut response = Redirect::to(&page.href("/login")).into_response();
    let gone = HeaderValue::from_static("mulin=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    response.headers_mut().insert(header::SET_COOKIE, gone);
    Ok(response)
}

/// Signing out twice is no error.
struct AnyStaffOrNone(Staff);

impl axum::extract::OptionalFromRequestParts<App> for AnyStaffOrNone {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Fail> {
        match Staff::of(parts, app).await {
            Ok(staff) => Ok(Some(Self(staff))),
            Err(Fail::SignIn) => Ok(None),
            Err(fail) => Err(fail),
        }
    }
}

#[derive(Template)]
#[template(path = "public/password.html")]
struct PasswordPage {
    page: Page,
    forced: bool,
    /// (field, words)
    problems: Vec<(&'static str, String)>,
}

impl PasswordPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

async fn show_password(page: Page, AnyStaff(staff): AnyStaff) -> Result<Response, Fail> {
    html(&PasswordPage { page, forced: staff.must_change, problems: Vec::new() })
}

#[derive(Deserialize)]
struct NewPassword {
    current: String,
    new: String,
}

async fn change_password(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    form: Result<Form<NewPassword>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(NewPassword { current, new }) = form?;
    let (current, new) = (SecretString::from(current), SecretString::from(new));
    let wrong = |field, words| {
        let body =
            html(&PasswordPage { page: page.clone(), forced: staff.must_change, problems: vec![(field, words)] })?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
    };
    if let Err(people::Error::Invalid { why, .. }) = password::check_strength(&staff.login, &new) {
        return wrong("new", page.tk("password-", why));
    }
    let stored = app.rt.read(staff.who(Purpose::Administration), password::own_hash).await?;
    let stored = stored.ok_or(Fail::NotFound)?;
    let ids = app.rt.clone();
    let checked = stored.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        if password::check(&checked, &current) { password::hash(&new, ids.ids()).map(Some) } else { Ok(None) }
    });
    let Some(hash) = hashed.await.map_err(|_| Fail::Unavailable)?? else {
        return wrong("current", page.t("password-wrong"));
    };
    let keep = Some(staff.session);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| password::set_own_password(cx, &stored, &hash, keep))
        .await?;
    Ok(Redirect::to(&page.href("/desk")).into_response())
}

/// Only addresses of our own site, so that `next` cannot lead away.
fn own_path(next: &str) -> String {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if ours { next.to_owned() } else { "/desk".to_owned() }
}

impl From<people::policy::Denied> for Fail {
    fn from(denied: people::policy::Denied) -> Self {
        if denied.why == people::policy::Why::NotSignedIn {
            return Self::SignIn;
        }
        let who = people::policy::who_may(denied.action).into_iter().map(kernel::Role::code).collect();
        Self::Forbidden { rule: format!("denied-{}", denied.why.code()), who }
    }
}

impl From<people::Error> for Fail {
    fn from(error: people::Error) -> Self {
        match error {
            people::Error::Store(e) => e.into(),
            people::Error::Denied(denied) => denied.into(),
            people::Error::Stale { .. } => Self::Conflict(Box::default()),
            people::Error::Invalid { .. } => Self::BadRequest("bad-form"),
            other => Self::Refused(Arc::from(format!("error-people-{}", other.code()))),
        }
    }
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out: Vec<_> = [None, Some(page.t("login-wrong")), Some(page.t1("login-locked", "clock", "14:05"))]
        .into_iter()
        .map(|error| LoginPage { page: page.clone(), login: "13800".into(), next: "/desk".into(), error })
        .map(|p| ("public/login.html", p.render().unwrap_or_default()))
        .collect();
    for problems in [vec![], vec![("current", page.t("password-wrong")), ("new", page.tk("password-", "too-short"))]] {
        let shown = PasswordPage { page: page.clone(), forced: true, problems };
        out.push(("public/password.html", shown.render().unwrap_or_default()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn next_never_leads_away() {
        for (next, to) in [
            ("/desk/matters?q=1", "/desk/matters?q=1"),
            ("//evil.example", "/desk"),
            ("https://evil.example", "/desk"),
            ("/\\evil", "/desk"),
            ("", "/desk"),
        ] {
            assert_eq!(own_path(next), to);
        }
    }
}

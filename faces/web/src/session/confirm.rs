//! Step-up: before something grave the person shows once more that it is them, and then goes on with what they were
//! doing. A form that was on its way waits in the page and is offered again afterwards; nothing typed is lost.
//!
//! For handlers: take [`Confirmed<Posted>`](Confirmed) instead of `Staff` and the form, `Confirmed<()>` where there is no
//! form, and in the use case `people::app::require_fresh(cx, staff.session)?`, whose answer grave use cases ask for.

use super::{AnyStaff, Staff, own_path, set_cookie};
use crate::guard::{Source, Wicket};
use crate::look::PlainPath;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Form, FromRequest, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use people::app::fresh::{self, Asked, Shown};
use people::app::{oidc, passkeys};
use secrecy::SecretString;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/me/confirm", get(show).post(prove))
}

/// What the fields of the waiting form are called meanwhile.
const KEPT: &str = "kept-";

/// Somebody who has shown within the last minutes that it is them, with the form they sent. When they have not, the
/// page that asks for it is the answer, and holds the form.
#[derive(Debug)]
pub(crate) struct Confirmed<T> {
    pub staff: Staff,
    pub form: T,
}

impl<T> FromRequest<App> for Confirmed<T>
where
    T: FromRequest<App>,
    Fail: From<T::Rejection>,
{
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let staff = Staff::of(&parts, app).await.and_then(Staff::ready).map_err(IntoResponse::into_response)?;
        confirmed(Request::from_parts(parts, body), app, staff).await
    }
}

/// As [`Confirmed`], for pages that whoever still has to set something up can use.
#[derive(Debug)]
pub(super) struct ConfirmedAny<T>(pub Confirmed<T>);

impl<T> FromRequest<App> for ConfirmedAny<T>
where
    T: FromRequest<App>,
    Fail: From<T::Rejection>,
{
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let staff = Staff::of(&parts, app).await.map_err(IntoResponse::into_response)?;
        confirmed(Request::from_parts(parts, body), app, staff).await.map(Self)
    }
}

async fn confirmed<T>(request: Request, app: &App, staff: Staff) -> Result<Confirmed<T>, Response>
where
    T: FromRequest<App>,
    Fail: From<T::Rejection>,
{
    if staff.fresh {
        let form = T::from_request(request, app).await.map_err(|e| Fail::from(e).into_response())?;
        return Ok(Confirmed { staff, form });
    }
    Err(keep(request, app, &staff).await.unwrap_or_else(IntoResponse::into_response))
}

/// The page that asks, with the form that was on its way. Files cannot wait: they have to be chosen again.
async fn keep(request: Request, app: &App, staff: &Staff) -> Result<Response, Fail> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if parts.headers.contains_key("hx-request") || !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Fail::Confirm);
    }
    let page = Page::of(&parts, app);
    let path = parts.extensions.get::<PlainPath>().map_or_else(String::new, |p| p.0.clone());
    let next = parts.uri.query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let Form(kept) = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), app).await?;
    let (asked, ways, passkey) = what(app, &page, staff).await?;
    let shown = ConfirmPage { page, asked, ways, passkey, next: own_path(&next), waiting: true, kept, error: None };
    Ok((StatusCode::FORBIDDEN, unkept(&shown)?).into_response())
}

/// A page that holds what somebody typed: no cache keeps it.
fn unkept(page: &impl Template) -> Result<Response, Fail> {
    html(page).map(crate::unkept)
}

#[derive(Template)]
#[template(path = "public/confirm.html")]
struct ConfirmPage {
    page: Page,
    asked: Asked,
    next: String,
    /// A form waits to be sent to `next`.
    waiting: bool,
    kept: Vec<(String, String)>,
    /// Providers where it can be shown instead: code and name.
    ways: Vec<(String, String)>,
    /// The account has a passkey, and this site can ask for it.
    passkey: bool,
    error: Option<String>,
}

/// What the page that asks was sent with.
pub(super) struct Sent {
    next: String,
    waiting: bool,
    kept: Vec<(String, String)>,
}

impl Sent {
    pub(super) fn of(fields: &[(String, String)]) -> Self {
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
        let kept = fields.iter().filter_map(|(n, v)| Some((n.strip_prefix(KEPT)?.to_owned(), v.clone()))).collect();
        Self { next: own_path(get("next")), waiting: !get("waiting").is_empty(), kept }
    }
}

/// It is them: on with what they were doing, under the new token.
pub(super) fn go_on(app: &App, page: Page, sent: Sent, token: &SecretString) -> Result<Response, Fail> {
    let mut response = if sent.waiting {
        unkept(&GoOnPage { page, next: sent.next, kept: sent.kept })?
    } else {
        Redirect::to(&page.href(&sent.next)).into_response()
    };
    response.headers_mut().insert(header::SET_COOKIE, set_cookie(app, token));
    Ok(response)
}

/// The page again, with what is wrong.
pub(super) async fn refused(app: &App, page: Page, staff: &Staff, sent: Sent, error: String) -> Result<Response, Fail> {
    let (asked, ways, passkey) = what(app, &page, staff).await?;
    let Sent { next, waiting, kept } = sent;
    let body = unkept(&ConfirmPage { page, asked, next, waiting, kept, ways, passkey, error: Some(error) })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// What this session has to show, and where else it can be shown.
async fn what(app: &App, page: &Page, staff: &Staff) -> Result<(Asked, Vec<(String, String)>, bool), Fail> {
    let session = staff.session;
    let read = move |cx: &mut Cx<'_>| {
        let asked = fresh::asked(cx, session)?;
        Ok::<_, people::Error>((asked, oidc::own_issuers(cx)?, !passkeys::own_credentials(cx)?.is_empty()))
    };
    let (asked, issuers, passkey) = app.rt.read(staff.who(Purpose::Administration), read).await?;
    let ways = page.config.ways.iter().filter(|w| issuers.contains(&w.issuer));
    let ways = ways.filter_map(|w| Some((w.code.clone(), page.way(&w.code)?))).collect();
    Ok((asked, ways, passkey && page.passkeys()))
}

/// The form that waited, to be sent with one click.
#[derive(Template)]
#[template(path = "public/go-on.html")]
struct GoOnPage {
    page: Page,
    next: String,
    kept: Vec<(String, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Next {
    next: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Fail> {
    let (asked, ways, passkey) = what(&app, &page, &staff).await?;
    unkept(&ConfirmPage {
        page,
        asked,
        ways,
        passkey,
        next: own_path(&next),
        waiting: false,
        kept: Vec::new(),
        error: None,
    })
}

async fn prove(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    Extension(source): Extension<Source>,
    form: Result<Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(fields) = form?;
    let typed = fields.iter().find(|(n, _)| n == "proof").map(|(_, v)| v.clone()).unwrap_or_default();
    let sent = Sent::of(&fields);
    let who = || staff.who(Purpose::Administration);
    let (from, session) = (source.0.to_string(), staff.session);
    let proof = app.rt.read(who(), move |cx| fresh::begin_proof(cx, session, &from)).await?;
    let secret = SecretString::from(typed.clone());
    let proof = tokio::task::spawn_blocking(move || proof.check(&secret)).await.map_err(|_| Fail::Unavailable)?;
    let shown = app.rt.write(who(), move |cx| fresh::finish_proof(cx, session, &proof, &typed)).await?;
    let error = match shown {
        Shown::Yes { token } => return go_on(&app, page, sent, &token),
        Shown::Wrong => {
            let asked = app.rt.read(who(), move |cx| fresh::asked(cx, session)).await?;
            page.t(if asked == Asked::Code { "code-wrong" } else { "password-wrong" })
        }
        Shown::Locked { until } => page.t1("login-locked", "clock", fmt::clock(until.plus_secs(59))),
    };
    app.limits.pass(Wicket::SignIn, source)?;
    refused(&app, page, &staff, sent, error).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let kept = vec![("reason".to_owned(), "\"><b>".to_owned())];
    let mut out = Vec::new();
    for (asked, error) in [
        (Asked::Code, None),
        (Asked::Code, Some(page.t("code-wrong"))),
        (Asked::Password, Some(page.t("password-wrong"))),
        (Asked::SignInAgain, None),
    ] {
        let ways = if asked == Asked::Password { vec![("city".to_owned(), "X".to_owned())] } else { Vec::new() };
        let shown = ConfirmPage {
            page: page.clone(),
            asked,
            next: "/desk".into(),
            waiting: true,
            kept: kept.clone(),
            ways,
            passkey: asked == Asked::Code,
            error,
        };
        out.push(("public/confirm.html", shown.render().unwrap_or_default()));
    }
    let go_on = GoOnPage { page: page.clone(), next: "/desk".into(), kept };
    out.push(("public/go-on.html", go_on.render().unwrap_or_default()));
    out
}

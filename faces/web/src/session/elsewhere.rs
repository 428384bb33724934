//! Signing in through a provider of the district: leaving for it and coming back. What a return proves is used for what
//! somebody left for: to sign in, to show again that it is them, to link an account there with their own, or to accept an
//! invitation.
//!
//! Leaving is a form, so that a foreign page cannot send anybody away; its answer is a page that leads on by itself, because
//! browsers refuse a form that ends up at another site. Coming back is a plain address, as the protocol has it: it does
//! something only with a state that this browser was given, once.

use super::confirm::{Confirmed, ConfirmedAny};
use super::provider::{self, Away};
use super::{AnyStaff, code, device, own_path, signed_in};
use crate::guard::{Source, Wicket};
use crate::kept::Kept;
use crate::public::post::Posted;
use crate::{App, Fail, Look, Page, cookie, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::app::oidc::{self, Aim, Arrival, Departure, Proven, Return};
use people::app::{SignIn, require_fresh};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/login/with/{provider}", post(leave))
        .route("/login/with/{provider}/back", get(back))
        .route("/login/invited/{code}", get(invited).post(leave_invited))
        .route("/desk/me/confirm/with", post(leave_to_confirm))
        .route("/desk/me/ways/link", post(leave_to_link))
}

/// Where somebody is told, at the sign-in page, why they are not in. The sentence is `elsewhere-{code}`.
pub(super) const WHYS: [&str; 8] = ["silent", "refused", "untrue", "lost", "unknown", "locked", "inactive", "wrong"];

/// A page on the way: the browser goes on by itself, and there is a link for those that do not.
#[derive(Template)]
#[template(path = "public/away.html")]
struct AwayPage {
    page: Page,
    name: String,
    to: String,
}

#[derive(Template)]
#[template(path = "public/invited.html")]
struct InvitedPage {
    page: Page,
    code: String,
    login: String,
    until: String,
}

fn cookie_name(app: &App) -> &'static str {
    if app.config.https() { "__Host-mulin-away" } else { "mulin-away" }
}

fn browser_cookie(app: &App, value: &str, secs: i64) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={secs}{secure}", cookie_name(app));
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Where the provider sends people back to: an address of its own for each, so that no answer is taken for another's.
fn redirect(app: &App, provider: &str) -> String {
    app.config.absolute(&format!("/login/with/{provider}/back"))
}

/// Sends somebody off, or says why that is not possible now.
async fn send_off(app: &App, page: Page, provider: &str, aim: Aim, departure: Departure) -> Result<Response, Fail> {
    let name = page.way(provider).ok_or(Fail::NotFound)?;
    let browser = browser_cookie(app, departure.browser.expose_secret(), oidc::AWAY_MINUTES * 60);
    let to = app.providers.departure(provider, aim, departure, redirect(app, provider), app.rt.now()).await;
    match to {
        Ok(to) => {
            let mut response = crate::unkept(html(&AwayPage { page, name, to })?);
            response.headers_mut().insert(header::SET_COOKIE, browser);
            Ok(response)
        }
        Err(away) => failed(&page, aim, away.code()),
    }
}

/// Why somebody is not in, where they came from.
fn failed(page: &Page, aim: Aim, why: &str) -> Result<Response, Fail> {
    match aim {
        Aim::SignIn | Aim::Invite => Ok(Redirect::to(&page.href(&format!("/login?why={why}"))).into_response()),
        Aim::Confirm | Aim::Link => Err(Fail::Refused(Arc::from(format!("elsewhere-{why}")))),
    }
}

async fn leave(
    State(app): State<App>,
    page: Page,
    Path(provider): Path<String>,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    known(&app, &provider)?;
    app.limits.pass(Wicket::Away, source)?;
    let (next, code) = (page.href(own_path(&posted.get("next"))), provider.clone());
    let gone = app.rt.write(app.anybody(), move |cx| oidc::leave_to_sign_in(cx, &code, &next)).await?;
    send_off(&app, page, &provider, Aim::SignIn, gone).await
}

fn known(app: &App, provider: &str) -> Result<(), Fail> {
    app.providers.find(provider).map(|_| ()).ok_or(Fail::NotFound)
}

async fn leave_to_confirm(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    posted: Posted,
) -> Result<Response, Fail> {
    let (provider, next) = (posted.get("provider"), page.href(own_path(&posted.get("next"))));
    known(&app, &provider)?;
    let (session, code) = (staff.session, provider.clone());
    let gone = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| oidc::leave_to_confirm(cx, session, &code, &next))
        .await?;
    send_off(&app, page, &provider, Aim::Confirm, gone).await
}

async fn leave_to_link(
    State(app): State<App>,
    page: Page,
    ConfirmedAny(Confirmed { staff, form }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let provider = form.get("provider");
    known(&app, &provider)?;
    let (session, code, next) = (staff.session, provider.clone(), page.href(super::ways::PATH));
    let gone = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            oidc::leave_to_link(cx, &fresh, session, &code, &next)
        })
        .await?;
    send_off(&app, page, &provider, Aim::Link, gone).await
}

async fn invited(
    State(app): State<App>,
    page: Page,
    Path(code): Path<String>,
    Extension(source): Extension<Source>,
) -> Result<Response, Fail> {
    let asked = code.clone();
    let Some(found) = app.rt.read(app.anybody(), move |cx| oidc::invited(cx, &asked)).await? else {
        app.limits.pass(Wicket::Guess, source)?;
        return Err(Fail::NotFound);
    };
    let until = page.stamp(found.until);
    Ok(crate::unkept(html(&InvitedPage { page, code, login: found.login, until })?))
}

async fn leave_invited(
    State(app): State<App>,
    page: Page,
    Path(code): Path<String>,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let provider = posted.get("provider");
    known(&app, &provider)?;
    let (with, next) = (provider.clone(), page.href("/desk"));
    let gone = app.rt.write(app.anybody(), move |cx| oidc::leave_invited(cx, &code, &with, &next)).await;
    match gone {
        Ok(gone) => send_off(&app, page, &provider, Aim::Invite, gone).await,
        Err(error) => {
            app.limits.pass(Wicket::Guess, source)?;
            Err(error.into())
        }
    }
}

/// What a provider puts into the address. Only what is needed is read; nothing of it is shown.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Back {
    code: String,
    state: String,
    iss: Option<String>,
    error: Option<String>,
}

async fn back(
    State(app): State<App>,
    page: Page,
    Path(provider): Path<String>,
    Query(answer): Query<Back>,
    staff: Option<AnyStaff>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    known(&app, &provider)?;
    let browser = cookie(&headers, cookie_name(&app)).unwrap_or_default().to_owned();
    let (from, state) = (provider.clone(), answer.state);
    let trip = app.rt.write(app.anybody(), move |cx| oidc::come_back(cx, &from, &state, &browser)).await?;
    let Some(trip) = trip else {
        app.limits.pass(Wicket::Away, source)?;
        return failed(&page, Aim::SignIn, "lost");
    };
    let (look, next) = Look::split(&trip.next);
    let (page, next) = (Page { look, loc: crate::Loc(look.lang), ..page }, next.to_owned());
    let proven = if answer.error.is_some() || answer.code.is_empty() {
        Err(Away::Refused)
    } else {
        let (redirect, bound) = (redirect(&app, &provider), trip.bound.clone());
        let answer = provider::Answer { code: answer.code, issuer: answer.iss, redirect, bound };
        app.providers.proven(&provider, answer, app.rt.now()).await
    };
    let done = match proven {
        Ok(proven) => arrived(&app, &page, staff, &trip, proven, &next, source, &headers).await,
        Err(away) => failed(&page, trip.aim, away.code()),
    };
    let mut response = done.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().append(header::SET_COOKIE, browser_cookie(&app, "", 0));
    Ok(crate::unkept(response))
}

#[expect(clippy::too_many_arguments, reason = "one step of one handler")]
async fn arrived(
    app: &App,
    page: &Page,
    staff: Option<AnyStaff>,
    trip: &Return,
    proven: Proven,
    next: &str,
    source: Source,
    headers: &HeaderMap,
) -> Result<Response, Fail> {
    let who = match (trip.aim, staff) {
        (Aim::Confirm | Aim::Link, Some(AnyStaff(staff))) => staff.who(Purpose::Administration),
        _ => app.anybody(),
    };
    let (device, from, gone) = (device(headers), source.0.to_string(), trip.clone());
    let arrival = app.rt.write(who, move |cx| oidc::arrive(cx, &gone, &proven, &device, &from)).await?;
    let why = match arrival {
        Arrival::SignIn(SignIn::In { token, .. }) | Arrival::Confirmed { token } => {
            return Ok(signed_in(app, &page.href(next), &token));
        }
        Arrival::SignIn(SignIn::Step { token }) => return code::ask(page, &token, next, &Kept::default()),
        Arrival::Linked => {
            return Ok(Redirect::to(&page.href(&format!("{}?done=linked", super::ways::PATH))).into_response());
        }
        Arrival::Unknown => "unknown",
        Arrival::SignIn(SignIn::Locked { .. }) => "locked",
        Arrival::SignIn(SignIn::Inactive) => "inactive",
        Arrival::SignIn(SignIn::Wrong | SignIn::TooLate) => "wrong",
    };
    app.limits.pass(Wicket::SignIn, source)?;
    failed(page, trip.aim, why)
}

/// The sign-in page again, with a status that says that it did not work.
pub(super) fn status(why: &str) -> StatusCode {
    match why {
        "silent" => StatusCode::BAD_GATEWAY,
        _ => StatusCode::FORBIDDEN,
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let page = page.clone().with_sample_ways();
    let away = AwayPage { page: page.clone(), name: "X".into(), to: "https://id.example/auth?a=1&b=2".into() };
    let (code, until) = ("00ff".into(), page.stamp(page.now));
    let invited = InvitedPage { page, code, login: "lm".into(), until };
    vec![
        ("public/away.html", away.render().unwrap_or_default()),
        ("public/invited.html", invited.render().unwrap_or_default()),
    ]
}

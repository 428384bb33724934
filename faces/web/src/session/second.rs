//! Setting up one's second factor: an authenticator app reads a QR code, its first code confirms it, and ten recovery
//! codes are shown once.

use super::AnyStaff;
use super::confirm::{Confirmed, ConfirmedAny};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::app::factors::{self, Enrolment, FactorState};
use people::app::require_fresh;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use store::Cx;

/// Where it is set up.
pub(crate) const PATH: &str = "/desk/me/second";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(show))
        .route("/desk/me/second/begin", post(begin))
        .route("/desk/me/second/confirm", post(confirm))
        .route("/desk/me/second/codes", post(codes))
        .route("/desk/me/second/remove", post(remove))
}

#[derive(Template)]
#[template(path = "public/second.html")]
struct SecondPage {
    page: Page,
    /// On since then.
    since: Option<String>,
    recovery_left: i64,
    needed: bool,
    /// QR code and secret in groups of four, while it is being set up.
    setup: Option<(String, String)>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "public/recovery.html")]
struct RecoveryPage {
    page: Page,
    login: String,
    codes: Vec<String>,
}

fn load(cx: &mut Cx<'_>, page: Page, error: Option<String>) -> Result<SecondPage, Fail> {
    let account = cx.actor.account_id().ok_or(Fail::SignIn)?;
    let FactorState { since, recovery_left, needed } = factors::factor_state(cx, account)?;
    let setup = factors::enrolment(cx)?.map(|e| setup(&page, &e));
    Ok(SecondPage { since: since.map(|at| page.day(at)), recovery_left, needed, setup, error, page })
}

/// The address that authenticator apps read (Key Uri Format), as QR code, and the secret for typing.
fn setup(page: &Page, enrolment: &Enrolment) -> (String, String) {
    let secret = enrolment.secret.expose_secret();
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let issuer = encode(&format!("{} {}", page.t("site-name"), page.place()));
    let uri = format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", encode(&enrolment.login));
    let groups: Vec<String> =
        secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    (qr::svg(&uri, &page.t("second-qr")), groups.join(" "))
}

/// Secrets are on it: no cache keeps it.
fn secret(page: &impl Template) -> Result<Response, Fail> {
    html(page).map(crate::unkept)
}

async fn show(State(app): State<App>, page: Page, AnyStaff(staff): AnyStaff) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| load(cx, page, None)).await?;
    secret(&shown)
}

async fn begin(
    State(app): State<App>,
    page: Page,
    ConfirmedAny(Confirmed { staff, .. }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            factors::begin_factor(cx, &fresh)
        })
        .await?;
    Ok(Redirect::to(&page.href(PATH)).into_response())
}

async fn confirm(
    State(app): State<App>,
    page: Page,
    ConfirmedAny(Confirmed { staff, form }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let (session, code) = (staff.session, form.get("code"));
    let who = || staff.who(Purpose::Administration);
    let done = app
        .rt
        .write(who(), move |cx| {
            let fresh = require_fresh(cx, session)?;
            factors::confirm_factor(cx, &fresh, session, &code)
        })
        .await;
    match done {
        Ok(codes) => recovery(page, &staff.login, &codes),
        Err(people::Error::WrongCode) => {
            let error = Some(page.t("second-wrong"));
            let shown = app.rt.read(who(), move |cx| load(cx, page, error)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, secret(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn codes(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, .. }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    let codes = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            factors::renew_recovery_codes(cx, &fresh)
        })
        .await?;
    recovery(page, &staff.login, &codes)
}

fn recovery(page: Page, login: &str, codes: &[SecretString]) -> Result<Response, Fail> {
    let codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    secret(&RecoveryPage { page, login: login.to_owned(), codes })
}

async fn remove(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, .. }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            factors::remove_factor(cx, &fresh)
        })
        .await?;
    Ok(Redirect::to(&page.href(PATH)).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let enrolment = Enrolment { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned().into(), login: "wang".into() };
    let of = |since: Option<String>, setup, error| SecondPage {
        page: page.clone(),
        since,
        recovery_left: 9,
        needed: true,
        setup,
        error,
    };
    let wrong = Some(page.t("second-wrong"));
    let pages = [
        of(None, None, None),
        of(None, Some(setup(page, &enrolment)), wrong),
        of(Some(page.day(page.now)), None, None),
        SecondPage { needed: false, ..of(Some(page.day(page.now)), None, None) },
    ];
    let mut out: Vec<_> = pages.iter().map(|p| ("public/second.html", p.render().unwrap_or_default())).collect();
    let codes = vec!["ABCD-EFGH-JKLM".into(), "NPQR-STUV-WXYZ".into()];
    let recovery = RecoveryPage { page: page.clone(), login: "lm".into(), codes };
    out.push(("public/recovery.html", recovery.render().unwrap_or_default()));
    out
}

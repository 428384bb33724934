//! Passkeys on the pages: a challenge is fetched by the script `passkey.js`, the device answers it, and the answer is sent
//! with an ordinary form: to sign in, to show again that it is oneself, to add one.
//!
//! Browsers give passkeys only to a secure page under a name. Without HTTPS (or `localhost`) no page offers them, and the
//! page of one's own ways to sign in says why.

use super::confirm::{Confirmed, ConfirmedAny, Sent};
use super::{AnyStaff, device, own_path, sign_in, ways};
use crate::guard::{Source, Wicket};
use crate::kept::Kept;
use crate::public::post::Posted;
use crate::{App, Config, Fail, Page};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use kernel::Purpose;
use people::app::passkeys::{self, Aim, Verdict};
use people::app::require_fresh;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder, WebauthnError,
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/login/passkey/begin", post(begin_sign_in))
        .route("/login/passkey", post(enter))
        .route("/desk/me/confirm/passkey/begin", post(begin_confirm))
        .route("/desk/me/confirm/passkey", post(confirm))
        .route("/desk/me/ways/passkey/begin", post(begin_add))
        .route("/desk/me/ways/passkey", post(add))
        .route("/desk/me/ways/passkey/remove", post(remove))
}

/// Who we are to a device: the name of the site, and its one origin.
fn relying_party(config: &Config) -> Result<Webauthn, Fail> {
    let name = config.passkey_name().ok_or(Fail::NotFound)?;
    let origin = Url::parse(&config.public_url).map_err(|_| Fail::NotFound)?;
    let built =
        WebauthnBuilder::new(name, &origin).map(|b| b.rp_name(&config.name_zh)).and_then(WebauthnBuilder::build);
    built.map_err(|error| Fail::Internal(format!("passkeys: {error:?}")))
}

fn failed(error: impl std::fmt::Display) -> Fail {
    Fail::Internal(format!("passkeys: {error}"))
}

fn text(value: &impl Serialize) -> Result<String, Fail> {
    serde_json::to_string(value).map_err(failed)
}

/// What the script gets: the options of the browser's call, and what the answer goes with.
fn challenge(options: Value, token: &SecretString) -> Response {
    crate::unkept(Json(json!({ "options": options, "challenge": token.expose_secret() })))
}

/// Any passkey of this site: the device knows whose it is.
fn discover(config: &Config) -> Result<(Value, String), Fail> {
    let (options, state) = relying_party(config)?.start_discoverable_authentication().map_err(failed)?;
    let mut options = serde_json::to_value(options).map_err(failed)?;
    // A button was pressed: not offered in the field of the login name.
    if let Some(fields) = options.as_object_mut() {
        fields.remove("mediation");
    }
    Ok((options, text(&state)?))
}

async fn begin_sign_in(State(app): State<App>, Extension(source): Extension<Source>) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Away, source)?;
    let (options, state) = discover(&app.config)?;
    let token = app.rt.write(app.anybody(), move |cx| passkeys::begin(cx, Aim::SignIn, None, None, &state)).await?;
    Ok(challenge(options, &token))
}

async fn begin_confirm(State(app): State<App>, AnyStaff(staff): AnyStaff) -> Result<Response, Fail> {
    let (options, state) = discover(&app.config)?;
    let session = Some(staff.session);
    let who = staff.who(Purpose::Administration);
    let token = app.rt.write(who, move |cx| passkeys::begin(cx, Aim::Confirm, session, None, &state)).await?;
    Ok(challenge(options, &token))
}

/// Does the answer hold for this challenge, and by which key?
async fn judge(app: &App, state: &str, answer: &str) -> Result<Verdict, Fail> {
    let party = relying_party(&app.config)?;
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(Verdict::Not) };
    let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(failed)?;
    let Ok((account, id)) = party.identify_discoverable_authentication(&answer) else { return Ok(Verdict::Not) };
    let id = id.to_vec();
    let kept = app.rt.read(app.anybody(), move |cx| passkeys::find(cx, &id, account)).await?;
    let Some(kept) = kept else { return Ok(Verdict::Not) };
    let mut passkey: Passkey = serde_json::from_str(&kept.credential).map_err(failed)?;
    match party.finish_discoverable_authentication_v2(&answer, state, &passkey) {
        Ok(result) if result.user_verified() => {
            passkey.update_credential(&result);
            Ok(Verdict::Holds { key: kept.id, credential: text(&passkey)? })
        }
        Err(WebauthnError::CredentialPossibleCompromise) => Ok(Verdict::Copied { key: kept.id }),
        Ok(_) | Err(_) => Ok(Verdict::Not),
    }
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
    let (token, next, kept) = (field("challenge"), own_path(&field("next")), Kept::sent_back(&sent));
    let taken = app.rt.write(app.anybody(), move |cx| passkeys::take(cx, &token, Aim::SignIn)).await?;
    let verdict = match taken {
        Some(challenge) => judge(&app, &challenge.state, &field("answer")).await?,
        None => Verdict::Not,
    };
    let (device, from) = (device(&headers), source.0.to_string());
    let wrong = page.t("passkey-wrong");
    let done = app.rt.write(app.anybody(), move |cx| passkeys::sign_in(cx, &verdict, &device, &from)).await?;
    let is_wrong = matches!(done, people::app::SignIn::Wrong);
    match sign_in::after(&app, &page, done, &next, &kept)? {
        Ok(response) => Ok(response),
        Err(error) => {
            app.limits.pass(Wicket::SignIn, source)?;
            sign_in::again(page, next, kept, if is_wrong { wrong } else { error })
        }
    }
}

async fn confirm(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    Extension(source): Extension<Source>,
    form: Result<Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(fields) = form?;
    let sent = Sent::of(&fields);
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let token = field("challenge");
    let taken = app.rt.write(app.anybody(), move |cx| passkeys::take(cx, &token, Aim::Confirm)).await?;
    if let Some(challenge) = taken {
        let verdict = judge(&app, &challenge.state, &field("answer")).await?;
        let from = source.0.to_string();
        let who = staff.who(Purpose::Administration);
        let shown = app.rt.write(who, move |cx| passkeys::confirm(cx, &challenge, &verdict, &from)).await?;
        if let Some(token) = shown {
            return super::confirm::go_on(&app, page, sent, &token);
        }
    }
    app.limits.pass(Wicket::SignIn, source)?;
    let error = page.t("passkey-wrong");
    super::confirm::refused(&app, page, &staff, sent, error).await
}

async fn begin_add(
    State(app): State<App>,
    ConfirmedAny(Confirmed { staff, .. }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let party = relying_party(&app.config)?;
    let who = || staff.who(Purpose::Administration);
    let account = staff.actor.account_id().ok_or(Fail::SignIn)?;
    let own = app.rt.read(who(), passkeys::own_credentials).await?;
    let own: Vec<CredentialID> = own
        .iter()
        .filter_map(|text| serde_json::from_str::<Passkey>(text).ok())
        .map(|passkey| passkey.cred_id().clone())
        .collect();
    let (options, state) =
        party.start_passkey_registration(account.0, &staff.login, &staff.name, Some(own)).map_err(failed)?;
    let mut options = serde_json::to_value(options).map_err(failed)?;
    // Found without a login name: the device must keep it.
    if let Some(choice) = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut) {
        choice.insert("residentKey".into(), json!("required"));
        choice.insert("requireResidentKey".into(), json!(true));
    }
    let (session, state) = (staff.session, text(&state)?);
    let token = app
        .rt
        .write(who(), move |cx| {
            let fresh = require_fresh(cx, session)?;
            passkeys::begin(cx, Aim::Add, Some(session), Some(&fresh), &state)
        })
        .await?;
    Ok(challenge(options, &token))
}

async fn add(State(app): State<App>, page: Page, AnyStaff(staff): AnyStaff, posted: Posted) -> Result<Response, Fail> {
    let party = relying_party(&app.config)?;
    let (token, name) = (posted.get("challenge"), posted.get("name"));
    let taken = app.rt.write(app.anybody(), move |cx| passkeys::take(cx, &token, Aim::Add)).await?;
    let refused = || Fail::Refused("passkey-not-added".into());
    let challenge = taken.ok_or_else(refused)?;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(&posted.get("answer")).map_err(|_| refused())?;
    let state: PasskeyRegistration = serde_json::from_str(&challenge.state).map_err(failed)?;
    let made = party.finish_passkey_registration(&answer, &state).map_err(|_| refused())?;
    let (id, credential) = (made.cred_id().clone(), text(&made)?);
    let name = if name.trim().is_empty() { page.t("passkey-unnamed") } else { name };
    let who = staff.who(Purpose::Administration);
    app.rt.write(who, move |cx| passkeys::add(cx, &challenge, id.as_ref(), &credential, &name)).await?;
    Ok(Redirect::to(&page.href(&format!("{}?done=passkey", ways::PATH))).into_response())
}

async fn remove(
    State(app): State<App>,
    page: Page,
    ConfirmedAny(Confirmed { staff, form }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let (session, id) = (staff.session, form.get("id").parse::<uuid::Uuid>().map_err(|_| Fail::NotFound)?);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            passkeys::remove(cx, &fresh, session, id)
        })
        .await?;
    Ok(Redirect::to(&page.href(&format!("{}?done=passkey-removed", ways::PATH))).into_response())
}

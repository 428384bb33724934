//! Programs elsewhere that are told when something moves (Standard Webhooks): set up by the system administrator alone.

use super::Caller;
use super::input::{Body, Nothing, Path};
use super::reply::{Page, act, change, listed, made, place, read, shown, write};
use super::words::At;
use crate::{App, Fail, unkept};
use alerts::app::webhooks::{self, NewWebhook, Webhook};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use people::policy::Action;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, add_webhook))
        .routes(routes!(show_webhook, remove_webhook))
        .routes(routes!(rotate_webhook))
        .routes(routes!(test_webhook))
        .routes(routes!(switch_webhook))
        .routes(routes!(retry_webhook))
}

/// A webhook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookView {
    id: Uuid,
    version: i64,
    label: String,
    url: String,
    /// Types of events it hears of; empty: all.
    types: Vec<String>,
    /// Off: switched off by a person, by an answer 410, or after three days of failures.
    active: bool,
    made_by: Option<Uuid>,
    made_at: At,
    /// Until when the secret before signs too.
    old_secret_until: Option<At>,
    /// Since when nothing arrived.
    failing_since: Option<At>,
    last_at: Option<At>,
    last_ok_at: Option<At>,
    /// Status or reason of the last attempt.
    last_result: Option<String>,
    /// Messages that wait.
    queued: i64,
    /// Messages that were given up.
    failed: i64,
}

impl From<Webhook> for WebhookView {
    fn from(w: Webhook) -> Self {
        Self {
            id: w.id,
            version: w.version,
            label: w.label,
            url: w.url,
            types: w.types,
            active: w.active,
            made_by: w.made_by.map(|a| a.0),
            made_at: w.made_at.into(),
            old_secret_until: w.old_until.map(At),
            failing_since: w.failing_since.map(At),
            last_at: w.last_at.map(At),
            last_ok_at: w.last_ok_at.map(At),
            last_result: w.last_result,
            queued: w.queued,
            failed: w.failed,
        }
    }
}

/// A webhook with its secret.
#[derive(Serialize, ToSchema)]
struct WebhookMade {
    webhook: WebhookView,
    /// Shown here and never again.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// A webhook that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookInput {
    /// What it is for.
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    label: String,
    /// Where messages are sent. Public addresses over https; others only where the operator allowed their network.
    #[schema(min_length = 1, max_length = 500, pattern = "^https?://[^ #@]+$")]
    url: String,
    /// Types of events, such as `matter.raised`; left out or empty: all.
    #[serde(default)]
    #[schema(max_items = 40)]
    types: Vec<String>,
}

/// On or off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SwitchInput {
    active: bool,
}

/// Webhooks of the district. Only for the system administrator, as everything here.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", extensions(("x-actions" = json!(["manage-webhooks"]))),
    responses((status = 200, body = Page<WebhookView>, description = "Oldest first.")))]
async fn list_webhooks(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    listed::<WebhookView, _, _, _>(&app, &headers, who, webhooks::list).await
}

/// Makes a webhook. It hears of what happens from now on; its secret is shown once. Only by a person who signed in and has
/// just shown that it is them; without that the problem is `confirm`.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    request_body = WebhookInput,
    responses((status = 201, body = WebhookMade, description = "Made.")))]
async fn add_webhook(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<WebhookInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    let confirmed = caller.confirmed()?;
    let new = NewWebhook { label: value.label, url: value.url, types: value.types };
    let made_now = write(&app, who, once, move |cx| {
        confirmed.fresh(cx)?;
        let (webhook, secret) = webhooks::create(cx, &new)?;
        Ok(WebhookMade { webhook: webhook.into(), secret: secret.expose_secret().to_owned() })
    })
    .await?;
    let id = made_now.pointer("/webhook/id").and_then(serde_json::Value::as_str).unwrap_or_default();
    Ok(unkept(made(&place(format_args!("/webhooks/{id}")), &made_now)))
}

/// One webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = WebhookView, description = "The webhook.")))]
async fn show_webhook(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    let found = read(&app, who, move |cx| webhooks::one(cx, id)).await?;
    shown(&headers, Some(found.version), &WebhookView::from(found))
}

/// Takes a webhook away, with what waits for it.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone.")))]
async fn remove_webhook(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    act(&app, who, once, move |cx| webhooks::delete(cx, id)).await
}

/// Gives it a new secret, shown once. For 24 hours messages carry the signatures of both. Only by a person who signed in
/// and has just shown that it is them.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = WebhookMade, description = "The new secret.")))]
async fn rotate_webhook(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    let confirmed = caller.confirmed()?;
    let rotated = change(&app, who, once, move |cx| {
        confirmed.fresh(cx)?;
        let (webhook, secret) = webhooks::rotate(cx, id)?;
        Ok(WebhookMade { webhook: webhook.into(), secret: secret.expose_secret().to_owned() })
    })
    .await?;
    Ok(unkept(rotated))
}

/// Sends a message of the type `webhook.test`. What came of it stands in `last_result` a moment later.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "On its way.")))]
async fn test_webhook(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    act(&app, who, once, move |cx| webhooks::test(cx, id)).await
}

/// Switches it off, or on again. What happened meanwhile is not sent; read it with the lists of matters.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/switch", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    request_body = SwitchInput, responses((status = 200, body = WebhookView, description = "As it is now.")))]
async fn switch_webhook(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<SwitchInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    change(&app, who, once, move |cx| Ok(WebhookView::from(webhooks::switch(cx, id, value.active)?))).await
}

/// Sends again what was given up.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/retry", tag = "webhooks",
    extensions(("x-actions" = json!(["manage-webhooks"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "On its way.")))]
async fn retry_webhook(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageWebhooks, Purpose::Administration)?;
    act(&app, who, once, move |cx| webhooks::retry(cx, id)).await
}

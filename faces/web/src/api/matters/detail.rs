//! One matter: everything staff may see of it, who read the raiser's name, and reading it oneself.

use super::about;
use super::view::{By, Matter, Raiser, Similar, Text};
use crate::api::Caller;
use crate::api::input::Path;
use crate::api::reply::{Page, listed, read, shown};
use crate::api::words::{At, RoleWord};
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use people::policy::Action;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One matter. Reading its texts is an entry in the log.
#[utoipa::path(get, path = "/api/v1/matters/{id}", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Matter, description = "The matter; its tag begins with its version.")))]
pub(super) async fn show_matter(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewMatter, purpose)?;
    let detail = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::detail(cx, id)?)).await?;
    let version = detail.line.version;
    shown(&headers, Some(version), &Matter::of(&page, detail))
}

/// Open matters that may be the same, most alike first.
#[utoipa::path(get, path = "/api/v1/matters/{id}/similar", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<Similar>, description = "Proposals; a person decides.")))]
pub(super) async fn similar_to_matter(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewMatter, purpose)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::duplicates_of(cx, id)?)).await?;
    shown(&headers, None, &Page::<Similar>::all(found.into_iter().map(Into::into).collect()))
}

/// One reading of a raiser's name.
#[derive(Debug, Serialize, ToSchema)]
struct Reading {
    at: At,
    by: By,
    /// Code of the purpose, such as `matter:…`.
    purpose: String,
    /// What was shown, by name: `name`, `phone` …
    fields: Vec<String>,
}

impl From<matters::readings::Reading> for Reading {
    fn from(r: matters::readings::Reading) -> Self {
        let fields = r.fields.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect();
        Self { at: r.at.into(), by: By::of(&r.actor), purpose: r.purpose, fields }
    }
}

/// Who has read the names of this matter's raisers, newest first. Exact: there is no other way to read them (R3).
#[utoipa::path(get, path = "/api/v1/matters/{id}/readings", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<Reading>, description = "Every reading.")))]
pub(super) async fn show_readings(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewMatter, purpose)?;
    listed::<Reading, _, _, _>(&app, &headers, who, move |cx| matters::readings::of_names(cx, id)).await
}

/// One attempt to hand a message about a matter over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageAttempt {
    at: At,
    /// Such as `email`.
    channel: String,
    /// Kind of message; `answer` goes to a raiser.
    kind: String,
    /// `accepted`, `refused` or `later`.
    result: String,
    /// Status code or reason, without personal data.
    detail: String,
    to_account: Option<Uuid>,
    to_raiser: Option<Uuid>,
}

/// Attempts to hand messages about it over, newest first, at most 200.
#[utoipa::path(get, path = "/api/v1/matters/{id}/messages", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<MessageAttempt>, description = "Attempts.")))]
pub(super) async fn show_messages(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewMatter, purpose)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(alerts::app::log::of_matter(cx, id)?)).await?;
    let one = |a: alerts::app::log::AttemptLine| MessageAttempt {
        at: a.at.into(),
        channel: a.channel,
        kind: a.kind,
        result: a.result,
        detail: a.detail,
        to_account: a.to_account.map(|i| i.0),
        to_raiser: a.to_raiser.map(|i| i.0),
    };
    shown(&headers, None, &Page::all(found.into_iter().map(one).collect()))
}

/// Reads who raised it. Only with the right to, only while it is open, and each reading is an entry in the log that the
/// raiser can see.
#[utoipa::path(post, path = "/api/v1/matters/{id}/raisers", tag = "matters",
    extensions(("x-actions" = json!(["reveal-raiser"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<Raiser>, description = "Everybody who raised it.")))]
pub(super) async fn reveal_raisers(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::RevealRaiser, purpose)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::raiser::reveal(cx, id)?)).await?;
    let raisers: Page<Raiser> = Page::all(found.into_iter().map(Into::into).collect());
    Ok(unkept(axum::Json(raisers)))
}

/// The words of whoever raised it, as they stand. Only with the right to, and each reading is an entry in the log that the
/// raiser can see.
#[utoipa::path(post, path = "/api/v1/matters/{id}/original", tag = "matters",
    extensions(("x-actions" = json!(["view-original"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<Text>, description = "What the raiser wrote, oldest first.")))]
pub(super) async fn read_original(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewOriginal, purpose)?;
    let found = read(&app, who, move |cx| matters::redaction::original(cx, id)).await?;
    let texts: Page<Text> = Page::all(found.into_iter().map(Into::into).collect());
    Ok(unkept(axum::Json(texts)))
}

/// Somebody it can be given to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TakerView {
    /// Give it as `seat` of the command `assign`.
    seat: Uuid,
    role: RoleWord,
    title: String,
    org_name: Option<String>,
    account: Uuid,
    name: String,
    phone: Option<String>,
    deputy: bool,
}

impl From<people::app::takers::Taker> for TakerView {
    fn from(t: people::app::takers::Taker) -> Self {
        Self {
            seat: t.seat.0,
            role: t.role.into(),
            title: t.title,
            org_name: t.org_name,
            account: t.account.0,
            name: t.display_name,
            phone: t.phone_ext,
            deputy: t.deputy,
        }
    }
}

/// To whom it can be given: never to a body that it is about. For those who may give it to somebody.
#[utoipa::path(get, path = "/api/v1/matters/{id}/takers", tag = "matters",
    extensions(("x-actions" = json!(["assign"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<TakerView>, description = "By role and name.")))]
pub(super) async fn list_takers(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::Assign, purpose)?;
    listed::<TakerView, _, _, _>(&app, &headers, who, move |cx| matters::app::takers(cx, id)).await
}

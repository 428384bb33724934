//! Bulletins: written by one person, published by another, taken back when they no longer hold. Programs of others read
//! them as CAP 1.2 under `/cap`.

use super::Caller;
use super::input::{Body, Nothing, Path, Seen};
use super::reply::{Page, act, change, listed, make, read, shown};
use super::words::{At, BulletinUrgencyWord, CategoryWord, CertaintyWord, SeverityWord};
use crate::{App, Fail};
use alerts::app::bulletins;
use alerts::bulletin::{Bulletin, Circle, Draft, Stand, Words};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::ids::AreaId;
use kernel::{Point, Purpose};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_bulletins, draft_bulletin))
        .routes(routes!(show_bulletin, redraft_bulletin, discard_bulletin))
        .routes(routes!(publish_bulletin))
        .routes(routes!(cancel_bulletin))
}

/// The words in one language.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinWords {
    /// The event in a word or two.
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    event: String,
    #[schema(min_length = 1, max_length = 160, pattern = r"\S")]
    headline: String,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    description: String,
    /// What people should do.
    #[serde(default)]
    #[schema(max_length = 2000)]
    instruction: String,
}

impl From<Words> for BulletinWords {
    fn from(w: Words) -> Self {
        Self { event: w.event, headline: w.headline, description: w.description, instruction: w.instruction }
    }
}

impl From<BulletinWords> for Words {
    fn from(w: BulletinWords) -> Self {
        Self { event: w.event, headline: w.headline, description: w.description, instruction: w.instruction }
    }
}

/// A circle around a point (WGS-84).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinCircle {
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
    #[schema(minimum = 50, maximum = 50_000)]
    radius_m: i64,
}

/// A bulletin.
#[derive(Debug, Serialize, ToSchema)]
struct BulletinView {
    id: Uuid,
    version: i64,
    /// `draft`, `published`, `cancelled`. A published one says something until it expires.
    #[schema(pattern = "^(draft|published|cancelled)$")]
    state: &'static str,
    category: CategoryWord,
    urgency: BulletinUrgencyWord,
    severity: SeverityWord,
    certainty: CertaintyWord,
    zh: BulletinWords,
    en: Option<BulletinWords>,
    /// Null: the whole district.
    area: Option<Uuid>,
    circle: Option<BulletinCircle>,
    expires_at: At,
    exercise: bool,
    made_by: Uuid,
    made_at: At,
    published_by: Option<Uuid>,
    published_at: Option<At>,
    cancelled_at: Option<At>,
    cancel_reason: Option<String>,
}

impl From<Bulletin> for BulletinView {
    fn from(b: Bulletin) -> Self {
        let d = b.draft;
        let circle = |c: Circle| BulletinCircle { lat: c.centre.lat(), lon: c.centre.lon(), radius_m: c.radius_m };
        Self {
            id: b.id,
            version: b.version,
            state: b.stand.code(),
            category: d.category.into(),
            urgency: d.urgency.into(),
            severity: d.severity.into(),
            certainty: d.certainty.into(),
            zh: d.zh.into(),
            en: d.en.map(Into::into),
            area: d.area.map(|a| a.0),
            circle: d.circle.map(circle),
            expires_at: d.expires_at.into(),
            exercise: d.exercise,
            made_by: b.made_by.0,
            made_at: b.made_at.into(),
            published_by: b.published_by.map(|a| a.0),
            published_at: b.published_at.map(At),
            cancelled_at: b.cancelled_at.map(At),
            cancel_reason: b.cancel_reason,
        }
    }
}

/// A bulletin as it is written. No name and no number of a resident may stand in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulletinInput {
    category: CategoryWord,
    urgency: BulletinUrgencyWord,
    severity: SeverityWord,
    certainty: CertaintyWord,
    zh: BulletinWords,
    en: Option<BulletinWords>,
    /// Left out: the whole district.
    area: Option<Uuid>,
    /// Narrower than the area.
    circle: Option<BulletinCircle>,
    /// At most 30 days from now.
    expires_at: At,
    #[serde(default)]
    exercise: bool,
    /// Whoever wrote it has looked at the numbers in it: none belongs to a resident.
    #[serde(default)]
    numbers_checked: bool,
}

impl BulletinInput {
    fn into_draft(self) -> Result<Draft, Fail> {
        let circle = match self.circle {
            None => None,
            Some(c) => {
                let centre = Point::new(c.lon, c.lat).map_err(|_| Fail::invalid("circle.lat", "invalid-range"))?;
                Some(Circle { centre, radius_m: c.radius_m })
            }
        };
        Ok(Draft {
            category: self.category.0,
            urgency: self.urgency.0,
            severity: self.severity.0,
            certainty: self.certainty.0,
            zh: self.zh.into(),
            en: self.en.map(Into::into),
            area: self.area.map(AreaId),
            circle,
            expires_at: self.expires_at.0,
            exercise: self.exercise,
            numbers_checked: self.numbers_checked,
        })
    }
}

/// Names of fields as the request has them.
fn field(name: &str) -> String {
    if let Some(word) = name.strip_suffix("_en") {
        return format!("en.{word}");
    }
    match name {
        "event" | "headline" | "description" | "instruction" => format!("zh.{name}"),
        "expires" => "expires_at".to_owned(),
        "radius" => "circle.radius_m".to_owned(),
        other => other.to_owned(),
    }
}

/// The area that is named must be there.
fn write_draft(cx: &mut Cx<'_>, of: Option<(Uuid, i64)>, draft: Draft) -> Result<BulletinView, Fail> {
    if draft.area.is_some_and(|id| places::snapshot(cx).is_ok_and(|ground| ground.area(id).is_none())) {
        return Err(Fail::invalid("area", "invalid-form"));
    }
    let id = bulletins::draft(cx, of, draft)?;
    loaded(cx, id)
}

fn loaded(cx: &mut Cx<'_>, id: Uuid) -> Result<BulletinView, Fail> {
    Ok(bulletins::bulletin(cx, id)?.into())
}

/// The version that was read is still the one that stands there.
fn unchanged(cx: &mut Cx<'_>, id: Uuid, seen: i64) -> Result<(), Fail> {
    let found = bulletins::bulletin(cx, id)?;
    if found.version != seen {
        return Err(Fail::Stale { yours: seen, now: found.version });
    }
    if found.stand == Stand::Draft { Ok(()) } else { Err(Fail::Refused("bulletin-not-draft".into())) }
}

/// Bulletins of all states, newest first. For those who may write one; what is published everybody reads under `/cap`.
#[utoipa::path(get, path = "/api/v1/bulletins", tag = "bulletins",
    extensions(("x-actions" = json!(["draft-bulletin"]))),
    responses((status = 200, body = Page<BulletinView>, description = "At most 100.")))]
async fn list_bulletins(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::DraftBulletin, Purpose::Administration)?;
    listed::<BulletinView, _, _, _>(&app, &headers, who, bulletins::list).await
}

/// One bulletin.
#[utoipa::path(get, path = "/api/v1/bulletins/{id}", tag = "bulletins",
    extensions(("x-actions" = json!(["draft-bulletin"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = BulletinView, description = "The bulletin; its tag begins with its version.")))]
async fn show_bulletin(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::DraftBulletin, Purpose::Administration)?;
    let view = read(&app, who, move |cx| loaded(cx, id)).await?;
    shown(&headers, Some(view.version), &view)
}

/// Writes a draft. Nobody but staff sees it until a second person publishes it.
#[utoipa::path(post, path = "/api/v1/bulletins", tag = "bulletins",
    extensions(("x-actions" = json!(["draft-bulletin"]))),
    request_body = BulletinInput,
    responses((status = 201, body = BulletinView, description = "Written.")))]
async fn draft_bulletin(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<BulletinInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::DraftBulletin, Purpose::Administration)?;
    let draft = value.into_draft()?;
    let written = make(&app, who, once, "/bulletins", move |cx| write_draft(cx, None, draft));
    written.await.map_err(|fail| fail.renamed(field))
}

/// Writes a draft anew. A published text never changes: take it back and write another.
#[utoipa::path(put, path = "/api/v1/bulletins/{id}", tag = "bulletins",
    extensions(("x-actions" = json!(["draft-bulletin"]))),
    request_body = BulletinInput,
    params(("id" = Uuid, Path),
        ("If-Match" = String, Header, max_length = 200, description = "Entity tag of it as the caller saw it.")),
    responses((status = 200, body = BulletinView, description = "As it is now.")))]
async fn redraft_bulletin(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    seen: Seen,
    Body { value, once }: Body<BulletinInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::DraftBulletin, Purpose::Administration)?;
    let (draft, seen) = (value.into_draft()?, seen.needed()?);
    let written = change(&app, who, once, move |cx| {
        unchanged(cx, id, seen)?;
        write_draft(cx, Some((id, seen)), draft)
    });
    written.await.map_err(|fail| fail.renamed(field))
}

/// Throws a draft away.
#[utoipa::path(delete, path = "/api/v1/bulletins/{id}", tag = "bulletins",
    extensions(("x-actions" = json!(["draft-bulletin"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone.")))]
async fn discard_bulletin(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::DraftBulletin, Purpose::Administration)?;
    act(&app, who, once, move |cx| bulletins::discard(cx, id)).await
}

/// Publishes the version that was read; never by whoever wrote it.
#[utoipa::path(put, path = "/api/v1/bulletins/{id}/publication", tag = "bulletins",
    extensions(("x-actions" = json!(["publish-bulletin"]))),
    params(("id" = Uuid, Path),
        ("If-Match" = String, Header, max_length = 200, description = "Entity tag of it as the caller saw it.")),
    responses((status = 200, body = BulletinView, description = "As everybody reads it now.")))]
async fn publish_bulletin(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    seen: Seen,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::PublishBulletin, Purpose::Administration)?;
    let seen = seen.needed()?;
    let published = change(&app, who, once, move |cx| {
        unchanged(cx, id, seen)?;
        bulletins::publish(cx, id, seen)?;
        loaded(cx, id)
    });
    published.await.map_err(|fail| fail.renamed(field))
}

/// Why it no longer holds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelInput {
    #[schema(min_length = 1, max_length = 160, pattern = r"\S")]
    reason: String,
}

/// Takes a published bulletin back; everybody reads why. Twice is fine.
#[utoipa::path(post, path = "/api/v1/bulletins/{id}/cancellation", tag = "bulletins",
    extensions(("x-actions" = json!(["publish-bulletin"]))),
    params(("id" = Uuid, Path)),
    request_body = CancelInput, responses((status = 200, body = BulletinView, description = "As it is now.")))]
async fn cancel_bulletin(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<CancelInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::PublishBulletin, Purpose::Administration)?;
    change(&app, who, once, move |cx| {
        bulletins::cancel(cx, id, &value.reason)?;
        loaded(cx, id)
    })
    .await
}

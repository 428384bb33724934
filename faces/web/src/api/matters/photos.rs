//! Photos of a matter. What is kept is cleaned: nothing of the file that was sent but what can be seen.

use super::about;
use crate::api::Caller;
use crate::api::input::{Path, Picture};
use crate::api::reply::{Page, made, place, shown, write};
use crate::api::words::At;
use crate::{App, Fail};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use kernel::ids::AttachmentId;
use matters::photo::Photo;
use people::policy::Action;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is known of a photo.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PhotoView {
    id: Uuid,
    at: At,
    by: super::By,
    /// `raiser`: sent by whoever raised it. `desk`: for staff only. `answer`: the raiser sees it with the answer.
    audience: &'static str,
    width: u32,
    height: u32,
    /// Bytes.
    size: u64,
}

/// The photos of a matter, oldest first.
#[utoipa::path(get, path = "/api/v1/matters/{id}/photos", tag = "matters",
    extensions(("x-actions" = json!(["view-attachment"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<PhotoView>, description = "Its photos.")))]
pub(super) async fn list_photos(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewAttachment, purpose)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::attachments(cx, id)?)).await?;
    let one = |a: matters::app::Attachment| PhotoView {
        id: a.id.0,
        at: a.at.into(),
        by: super::By::of(&a.author),
        audience: a.audience.code(),
        width: a.width,
        height: a.height,
        size: a.size,
    };
    shown(&headers, None, &Page::all(found.into_iter().map(one).collect()))
}

/// A photo as JPEG.
#[utoipa::path(get, path = "/api/v1/matters/{id}/photos/{photo}", tag = "matters",
    extensions(("x-actions" = json!(["view-attachment"]))),
    params(("id" = Uuid, Path), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg", body = [u8], description = "The photo.")))]
pub(super) async fn show_photo(
    caller: Caller,
    State(app): State<App>,
    Path((id, photo)): Path<(Uuid, Uuid)>,
) -> Result<Response, Fail> {
    let (_, purpose) = about(id);
    let who = caller.who(Action::ViewAttachment, purpose)?;
    let (mime, bytes) =
        app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::attachment(cx, AttachmentId(photo))?)).await?;
    Ok(([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "private, no-store".to_owned())], bytes).into_response())
}

/// Makes a picture storable, outside any transaction.
pub(in crate::api) async fn clean(bytes: axum::body::Bytes) -> Result<Photo, Fail> {
    let made = crate::photos::clean(vec![bytes.to_vec()]).await?;
    let mut photos = made.map_err(|wrong| Fail::invalid("(body)", wrong.key()))?;
    photos.pop().ok_or(Fail::NotFound)
}

/// A photo that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PhotoAdded {
    pub id: Uuid,
}

/// Adds a photo: JPEG, PNG or WebP, at most 10 MiB. A photo of a matter is at most one of twelve; the
/// raiser does not see it.
#[utoipa::path(post, path = "/api/v1/matters/{id}/photos", tag = "matters",
    extensions(("x-actions" = json!(["add-attachment"]))),
    params(("id" = Uuid, Path)),
    request_body(content(([u8] = "image/jpeg"), ([u8] = "image/png"), ([u8] = "image/webp"))),
    responses((status = 201, body = PhotoAdded, description = "Kept.")))]
pub(super) async fn add_photo(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Picture { bytes, once }: Picture,
) -> Result<Response, Fail> {
    let (matter, purpose) = about(id);
    let who = caller.who(Action::AddAttachment, purpose)?;
    let photo = clean(bytes).await?;
    let added =
        write(&app, who, once, move |cx| Ok(PhotoAdded { id: matters::app::attach(cx, matter, &photo)?.0 })).await?;
    let photo = added.get("id").and_then(|i| i.as_str()).unwrap_or_default();
    Ok(made(&place(format_args!("/matters/{id}/photos/{photo}")), &added))
}

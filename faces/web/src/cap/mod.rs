//! Bulletins and appeals for missing elders, for programs: an Atom index at `/cap/feed.atom` and single messages as CAP 1.2 (OASIS Common Alerting
//! Protocol) at `/cap/{id}-1.xml`, and `-2.xml` for the cancellation. Readable by everybody; nothing personal is in them but what a family
//! agreed to, and that for as long as it does.

mod appeal;
mod area;
mod feed;
mod message;

use crate::{App, Fail};
use alerts::app::bulletins;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use message::Kind;
use uuid::Uuid;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/cap", get(|| async { Redirect::permanent("/cap/feed.atom") }))
        .route("/cap/feed.atom", get(feed::show))
        .route("/cap/{file}", get(one))
}

/// Which bulletin, and which of its messages: `{id}-1.xml`.
async fn one(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Fail> {
    let (id, nth) = file.strip_suffix(".xml").and_then(|name| name.rsplit_once('-')).ok_or(Fail::NotFound)?;
    let id = id.parse::<Uuid>().map_err(|_| Fail::NotFound)?;
    let known = app.rt.read(app.anybody(), move |cx| bulletins::published(cx, id).map(drop)).await;
    if let Err(alerts::Error::Store(store::Error::NotFound)) = known {
        return appeal::show(app, id, nth.parse().map_err(|_| Fail::NotFound)?).await;
    }
    let kind = Kind::from_nth(nth).ok_or(Fail::NotFound)?;
    let site = app.clone();
    let text = app
        .rt
        .read(app.anybody(), move |cx| {
            let found = bulletins::published(cx, id)?;
            if kind == Kind::Cancel && found.cancelled_at.is_none() {
                return Err(Fail::NotFound);
            }
            message::write(cx, &site, &found, kind)
        })
        .await?;
    Ok(document(text, "application/cap+xml; charset=utf-8"))
}

/// Public, short-lived, open to pages of other sites.
fn document(text: String, kind: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=30"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let resource_policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(resource_policy, HeaderValue::from_static("cross-origin"));
    response
}

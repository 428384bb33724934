//! What goes out: JSON with an entity tag, pages of a list, and changes that count once per key.

use crate::{App, Fail};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{Cx, Once, OnceKey, Who};
use utoipa::ToSchema;

/// A page of a list and where the next one begins.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; null on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Everything there is.
    pub(super) const fn all(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// Items of a page unless asked otherwise, and at most.
pub(super) const LIMIT: usize = 50;
pub(super) const LIMIT_MAX: usize = 200;

/// A GET: the body with its tag, or 304 when the caller has it already. The tag of a versioned thing begins with its
/// version and goes into `If-Match`; the rest changes with everything that is shown.
pub(super) fn shown<T: Serialize>(headers: &HeaderMap, version: Option<i64>, body: &T) -> Result<Response, Fail> {
    typed(headers, version, body, "application/json")
}

/// As [`shown`], for GeoJSON (RFC 7946, so WGS-84).
pub(super) fn geojson<T: Serialize>(headers: &HeaderMap, body: &T) -> Result<Response, Fail> {
    typed(headers, None, body, "application/geo+json")
}

fn typed<T: Serialize>(
    headers: &HeaderMap,
    version: Option<i64>,
    body: &T,
    kind: &'static str,
) -> Result<Response, Fail> {
    let text = serde_json::to_vec(body).map_err(|e| Fail::Internal(format!("answer: {e}")))?;
    let digest = hex::encode(Sha256::digest(&text).get(..8).unwrap_or_default());
    let tag = version.map_or_else(|| format!("\"{digest}\""), |v| format!("\"{v}-{digest}\""));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    let fresh = known.flat_map(|v| v.split(',')).any(|t| {
        let t = t.trim();
        t == "*" || t.strip_prefix("W/").unwrap_or(t) == tag
    });
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], text).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Something was made; `place` is its address.
pub(super) fn made(place: &str, body: &Value) -> Response {
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Something is done, or will be: `place` is where to look.
pub(super) fn accepted<T: Serialize>(place: &str, body: &T) -> Result<Response, Fail> {
    let place = HeaderValue::from_str(place).map_err(|e| Fail::Internal(e.to_string()))?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], axum::Json(body)).into_response())
}

/// Something was done; the answer says what stands there now.
pub(super) fn done(body: &Value) -> Response {
    axum::Json(body).into_response()
}

/// Something was done and there is nothing to say.
pub(super) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Changes something in one transaction. With a key it counts once: asked again, the same answer comes back.
pub(super) async fn write<T, F>(app: &App, who: Who, once: Option<OnceKey>, f: F) -> Result<Value, Fail>
where
    T: Serialize,
    F: FnOnce(&mut Cx<'_>) -> Result<T, Fail> + Send + 'static,
{
    let answer = move |cx: &mut Cx<'_>| -> Result<Value, Fail> {
        let done = f(cx)?;
        serde_json::to_value(done).map_err(|e| Fail::Internal(format!("answer: {e}")))
    };
    app.rt
        .write(who, move |cx| match once {
            None => answer(cx),
            Some(key) => match cx.once(&key, answer)? {
                Once::Now(value) | Once::Before(value) => Ok(value),
                Once::Other => Err(Fail::invalid("Idempotency-Key", "invalid-key-reused")),
            },
        })
        .await
}

/// Reads in one transaction.
pub(super) async fn read<T, E, F>(app: &App, who: Who, f: F) -> Result<T, Fail>
where
    T: Send + 'static,
    Fail: From<E>,
    F: FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
{
    app.rt.read(who, move |cx| f(cx).map_err(Fail::from)).await
}

/// A list that is never longer than one page, each item as its view.
pub(super) async fn listed<V, T, E, F>(app: &App, headers: &HeaderMap, who: Who, f: F) -> Result<Response, Fail>
where
    V: From<T> + Serialize,
    T: Send + 'static,
    Fail: From<E>,
    F: FnOnce(&mut Cx<'_>) -> Result<Vec<T>, E> + Send + 'static,
{
    let items = read(app, who, f).await?;
    shown(headers, None, &Page::<V>::all(items.into_iter().map(V::from).collect()))
}

/// Makes something below `base` and answers with it; its `id` is the end of its address.
pub(super) async fn make<T, F>(app: &App, who: Who, once: Option<OnceKey>, base: &str, f: F) -> Result<Response, Fail>
where
    T: Serialize,
    F: FnOnce(&mut Cx<'_>) -> Result<T, Fail> + Send + 'static,
{
    let body = write(app, who, once, f).await?;
    let id = match body.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Ok(made(&place(format_args!("{base}/{id}")), &body))
}

/// Changes something and answers with what stands there now.
pub(super) async fn change<T, F>(app: &App, who: Who, once: Option<OnceKey>, f: F) -> Result<Response, Fail>
where
    T: Serialize,
    F: FnOnce(&mut Cx<'_>) -> Result<T, Fail> + Send + 'static,
{
    Ok(done(&write(app, who, once, f).await?))
}

/// Does something of which there is nothing to say.
pub(super) async fn act<E, F>(app: &App, who: Who, once: Option<OnceKey>, f: F) -> Result<Response, Fail>
where
    Fail: From<E>,
    F: FnOnce(&mut Cx<'_>) -> Result<(), E> + Send + 'static,
{
    write(app, who, once, move |cx| Ok(f(cx)?)).await?;
    Ok(nothing())
}

/// Address of a thing below `/api/v1`.
pub(super) fn place(rest: impl std::fmt::Display) -> String {
    format!("/api/v1{rest}")
}

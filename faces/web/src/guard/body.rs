//! Size limits. A body announced as too large is read to its end and thrown away first, so that the browser shows our page
//! and not "connection reset".

use crate::Fail;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use std::time::Duration;

/// Bytes of a form without files.
pub const FORM: usize = 1_000_000;
/// Bytes of a form with photos; routes that take them set it with `DefaultBodyLimit::max`.
pub const PHOTOS: usize = 32_000_000;
/// What is read and thrown away at most before answering.
const DRAIN: usize = 64_000_000;

pub(super) async fn limit(request: Request, next: Next) -> Response {
    let length: usize =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0);
    let files = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("multipart/form-data") || v.starts_with("image/"));
    let allowed = if files { PHOTOS } else { FORM };
    if length <= allowed {
        return next.run(request).await;
    }
    if length <= DRAIN {
        let mut body = request.into_body().into_data_stream();
        let drain = async { while let Some(Ok(_)) = body.next().await {} };
        let _ = tokio::time::timeout(Duration::from_secs(20), drain).await;
    }
    Fail::TooLarge(allowed).into_response()
}

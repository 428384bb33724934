//! One log line per request: id, method, kind of page, status, milliseconds. No address, no code, no name.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Shown on error pages, so that a caller can name it on the telephone.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

pub(super) async fn trace(mut request: Request, next: Next) -> Response {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:04x}-{count:06x}", std::process::id() & 0xffff);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let kind = kind(request.uri().path()).to_owned();
    let start = Instant::now();
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let (status, ms) = (response.status().as_u16(), start.elapsed().as_millis());
    tracing::info!(request = %id, %method, page = %kind, status, ms, "request");
    response
}

/// The first word of the plain path; the rest may be a secret.
fn kind(path: &str) -> &str {
    let (_, plain) = crate::Look::split(path);
    plain.trim_start_matches('/').split('/').next().unwrap_or("")
}

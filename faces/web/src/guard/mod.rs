//! What stands around every page, from the outside in: request id and log line, error pages, security headers, time limit,
//! panic catcher, body limit, source and rate limit, forgery check, what was typed without a session, look. One file each where it is more than a line.

mod body;
mod dress;
mod forgery;
mod headers;
mod limits;
mod source;
mod trace;

pub use body::{FORM, PHOTOS};
pub use dress::dress;
#[cfg(test)]
pub(crate) use dress::samples;
pub(crate) use forgery::is_proven_ours;
pub use limits::{Limits, Wicket};
pub use source::Source;
pub use trace::RequestId;

use crate::{App, kept, look};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// Time a handler may take. Streams count until their first byte only.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Wraps the routed pages. The last layer added is the outermost.
pub(crate) fn wrap(pages: Router, app: App) -> Router {
    // A router routes before its layers run; nesting it as a fallback lets the look be stripped first.
    Router::new()
        .fallback_service(pages)
        .layer(from_fn_with_state(app.clone(), kept::keep))
        .layer(from_fn_with_state(app.clone(), forgery::refuse_foreign))
        .layer(from_fn_with_state(app.clone(), limits::limit_source))
        .layer(from_fn(body::limit))
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response_bare()))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(from_fn_with_state(app.clone(), dress::dress))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn(look::find_look))
        .layer(from_fn_with_state(app, source::find_source))
        .layer(from_fn(trace::trace))
}

trait Bare {
    fn into_response_bare(self) -> axum::response::Response;
}
impl Bare for StatusCode {
    fn into_response_bare(self) -> axum::response::Response {
        axum::response::IntoResponse::into_response(self)
    }
}

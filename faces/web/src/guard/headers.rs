//! Security headers on everything. No inline script or style exists in this program, so the policy allows none.

use crate::App;
use crate::desk::SOUGHT;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn secure(State(app): State<App>, request: Request, next: Next) -> Response {
    let sought = request.uri().query().is_some_and(|query| query.contains(SOUGHT));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if sought {
        // The page repeats what was typed to find something: a name, mostly.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(opened) = app.map.policy(POLICY) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(opened);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    );
    set(header::CACHE_CONTROL, "private, no-cache");
    if app.config.https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

//! Open311 GeoReport v2 at `/open311/v2/…`, XML and JSON: what civic apps and other cities' programs already speak.
//! One file per resource. The specification is that of wiki.open311.org/GeoReport_v2; extensions in use are followed
//! where they stand beside it (paging, `extensions=true`, `servicerequestupdates` of FixMyStreet).
//!
//! Everything said is what `matters::app::published` lets anybody see. Coordinates are WGS-84 by the specification (R11).
//! Chinese by default; under `/en/open311/v2` in English.

mod call;
mod discovery;
mod oops;
mod params;
mod read;
mod render;
mod send;
mod services;
mod tokens;
mod updates;
mod words;

pub(crate) use oops::{accept_only, dressed};

use crate::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

pub(crate) const ROOT: &str = "/open311/v2";

pub(crate) fn routes() -> Router<App> {
    let router = Router::new();
    let router = named(router, "discovery", get(discovery::show));
    let router = named(router, "services", get(services::list));
    let router = named(router, "requests", get(read::list).post(send::post));
    let router = named(router, "servicerequestupdates", get(updates::list).post(updates::post));
    router
        .route(&format!("{ROOT}/services/{{code}}"), get(services::definition))
        .route(&format!("{ROOT}/requests/{{number}}"), get(read::one))
        .route(&format!("{ROOT}/tokens/{{token}}"), get(tokens::show))
        .layer(DefaultBodyLimit::max(crate::guard::PHOTOS))
        .layer(from_fn(open_to_browsers))
}

/// A resource with and without the format in its name.
fn named(router: Router<App>, name: &str, methods: MethodRouter<App>) -> Router<App> {
    ["", ".json", ".xml"]
        .into_iter()
        .fold(router, |router, end| router.route(&format!("{ROOT}/{name}{end}"), methods.clone()))
}

/// Pages of other sites may read what is public anyway; there are no cookies here.
async fn open_to_browsers(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    if reads {
        allow_any_site(response.headers_mut());
    }
    response
}

pub(crate) fn allow_any_site(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

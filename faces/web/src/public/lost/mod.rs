//! A lost elder, for everybody: "I found one" and "we miss one" on one short page each, what became of it with the secret code,
//! and the family's page of a case. No script needed, no account; the duty desk's number stands first. Nothing here says who an
//! elder is.

mod draft;
mod family;
pub(super) mod form;
mod track;

use crate::App;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

pub(super) use track::find as found_code;

pub(super) fn routes() -> Router<App> {
    Router::new().merge(form::routes()).merge(track::routes()).merge(family::routes()).layer(from_fn(keep_quiet))
}

/// Codes are secrets: no cache keeps these pages, no search engine lists them.
async fn keep_quiet(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

#[cfg(test)]
pub(super) fn samples(page: &crate::Page) -> Vec<(&'static str, String)> {
    let mut all = form::samples(page);
    all.extend(track::samples(page));
    all.extend(family::samples(page));
    all
}

//! Style sheets and scripts. Their names hold a digest, so browsers keep them for a year.

use crate::{App, Fail};
use axum::Router;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/assets/{name}", get(asset))
        .route("/favicon.ico", get(|| async { axum::response::Redirect::permanent(ui::path("mark.svg")) }))
        .route(
            "/robots.txt",
            get(|| async { "User-agent: *\nDisallow: /t/\nDisallow: /c/\nDisallow: /field/\nDisallow: /desk\n" }),
        )
}

async fn asset(uri: Uri) -> Result<Response, Fail> {
    let asset = ui::find(uri.path()).ok_or(Fail::NotFound)?;
    let headers = [(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}

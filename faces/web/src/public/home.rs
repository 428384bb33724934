//! The front door, and the size switch of elder pages.

use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::Form;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(home)).route("/size", post(size))
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    page: Page,
}

async fn home(page: Page) -> Result<Response, Fail> {
    html(&Home { page })
}

#[derive(Deserialize)]
struct Size {
    size: String,
    #[serde(default)]
    back: String,
}

/// 24 or 32 px on elder pages; a cookie without any data about the reader.
async fn size(page: Page, Form(form): Form<Size>) -> Response {
    let back = if form.back.starts_with('/') && !form.back.starts_with("//") { form.back.as_str() } else { "/" };
    let mut response = Redirect::to(&page.look.in_elder(true).href(back)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, size_cookie(form.size == "32"));
    response
}

pub(super) fn size_cookie(larger: bool) -> HeaderValue {
    HeaderValue::from_static(if larger {
        "size=32; Path=/; SameSite=Lax; Max-Age=31536000"
    } else {
        "size=24; Path=/; SameSite=Lax; Max-Age=0"
    })
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    vec![("public/home.html", Home { page: page.clone() }.render().unwrap_or_default())]
}

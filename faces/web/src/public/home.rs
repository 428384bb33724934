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

/// A form without script that is only shown again as it was typed: in another language or look, larger or smaller.
pub(super) struct Again {
    size: Option<HeaderValue>,
}

impl Again {
    /// What the button of a form asks for; none: something else.
    pub(super) fn asked(go: &str, page: &mut Page) -> Option<Self> {
        if !matches!(go, "look" | "larger" | "smaller") {
            return None;
        }
        let size = (go != "look").then(|| {
            page.look.larger = go == "larger" && page.look.elder;
            size_cookie(go == "larger")
        });
        Some(Self { size })
    }
    /// The page, with the size remembered.
    pub(super) fn onto(self, mut response: Response) -> Response {
        if let Some(size) = self.size {
            response.headers_mut().insert(header::SET_COOKIE, size);
        }
        response
    }
}

/// The key of a new form: sent twice it counts once.
pub(super) fn new_idem(app: &App) -> String {
    app.rt.ids().uuid(app.rt.now()).to_string()
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    vec![("public/home.html", Home { page: page.clone() }.render().unwrap_or_default())]
}

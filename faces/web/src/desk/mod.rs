//! The desk of staff, `/desk/…`. One file per group of pages; every page is framed by [`Frame`].

mod frame;

pub(crate) use frame::Frame;

use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/desk", get(home))
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home {
    page: Page,
    frame: Frame,
}

async fn home(page: Page, staff: Staff) -> Result<Response, Fail> {
    let frame = Frame::of(&page, &staff);
    html(&Home { page, frame })
}

/// Every template of the desk with invented data, for the tests of the pages.
#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let frame = Frame::sample(page);
    vec![("desk/home.html", Home { page: page.clone(), frame }.render().unwrap_or_default())]
}

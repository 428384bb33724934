//! The sheet that hangs at a post: scan it, and the report knows where you stand (J1). Nothing on it is secret.

use super::errors;
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/post/{code}", get(poster))
}

#[derive(Template)]
#[template(path = "public/poster.html")]
struct Poster {
    page: Page,
    name: String,
    address: String,
    phone: String,
    /// Where the QR code leads, and the same within the site.
    link: String,
    report: String,
    qr: String,
}

async fn poster(State(app): State<App>, page: Page, Path(code): Path<String>) -> Result<Response, Fail> {
    let ground = app.rt.read(app.anybody(), places::snapshot).await.map_err(errors::of_places)?;
    let post = ground.running_post(&code).ok_or(Fail::NotFound)?;
    let code = utf8_percent_encode(&code, NON_ALPHANUMERIC);
    let report = format!("/report?post={code}");
    let link = page.config.absolute(&page.look.in_elder(false).href(&report));
    let report = page.href(report);
    let qr = qr::svg(&link, &page.t("poster-qr"));
    let (name, address, phone) = (post.name.clone(), post.address.clone(), post.phone.clone());
    html(&Poster { page, name, address, phone, link, report, qr })
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let link = "http://127.0.0.1:8080/report?post=P001".to_owned();
    let shown = Poster {
        page: page.clone(),
        name: word("青禾警务站", "Qinghe post"),
        address: word("青禾路 1 号", "1 Qinghe Road"),
        phone: "021-0571 0100".into(),
        qr: qr::svg(&link, &page.t("poster-qr")),
        report: page.href("/report?post=P001"),
        link,
    };
    vec![("public/poster.html", shown.render().unwrap_or_default())]
}

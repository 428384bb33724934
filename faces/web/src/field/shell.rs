//! What a phone keeps of these pages so that they open without signal: a shell without anything of a task in it, the worker that keeps
//! it, and the card by which a phone puts them on its home screen. The worker's scope is `/field/` of its language and size, and
//! nothing else.

use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/field/shell", get(shell))
        .route("/field/worker.js", get(worker))
        .route("/field/app.webmanifest", get(manifest))
}

/// Texts of the script: ends of the keys `field-say-…`.
const SAY: [&str; 35] = [
    "saved",
    "unsaved",
    "sending",
    "sent",
    "ready",
    "ready-now",
    "no-signal",
    "insecure",
    "refused",
    "full",
    "row-saved",
    "row-sent",
    "left",
    "left-none",
    "too-late",
    "new-route",
    "locating",
    "no-place",
    "noted",
    "over",
    "expired",
    "outcome-over",
    "outcome-unreadable",
    "outcome-conflict",
    "trace-on",
    "trace-off",
    "trace-left",
    "trace-refused",
    "act-walked",
    "act-trace",
    "act-seen",
    "act-found",
    "act-here",
    "act-back",
    "dismiss",
];

/// As JSON; the script puts numbers for `{n}`.
pub(super) fn words(page: &Page) -> String {
    let text = |key: &&str| ((*key).to_owned(), page.t1(&format!("field-say-{key}"), "count", "{n}").into());
    serde_json::Value::Object(SAY.iter().map(text).collect()).to_string()
}

/// Address of the worker. It changes with the files of the shell, so that a phone that has signal gets the new ones.
pub(super) fn worker_href(page: &Page) -> String {
    let digest = |name| page.asset(name).rsplit('/').next().and_then(|n| n.split('.').nth(1)).unwrap_or_default();
    let style = page.style().rsplit('.').nth(1).unwrap_or_default();
    let files = ["field.js", "visits.js", "field.css", "report.js", "field-worker.js"];
    let all = files.map(digest).into_iter().chain([style]);
    let version: String = all.map(|d| d.get(..6).unwrap_or(d)).collect();
    page.href(format!("/field/worker.js?v={version}"))
}

/// WeChat's browser keeps no worker: there the page works only while there is signal, and says how to open it elsewhere.
pub(super) fn in_wechat(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).is_some_and(|name| name.contains("MicroMessenger"))
}

#[derive(Template)]
#[template(path = "field/shell.html")]
pub(super) struct ShellPage {
    pub page: Page,
    pub words: String,
    /// Those of the script for visits.
    pub day_words: String,
    pub worker: String,
}

impl ShellPage {
    pub(super) fn new(mut page: Page) -> Self {
        // Its links lead to where a code can be typed, in whatever address it is shown.
        "/field".clone_into(&mut page.path);
        let (words, day_words, worker) = (words(&page), super::visits::words(&page), worker_href(&page));
        Self { page, words, day_words, worker }
    }
}

async fn shell(page: Page) -> Result<Response, Fail> {
    html(&ShellPage::new(page))
}

/// The worker's file; it is asked for anew each time.
async fn worker() -> Result<Response, Fail> {
    let asset = ui::find(ui::path("field-worker.js")).ok_or(Fail::NotFound)?;
    Ok(([(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, "no-cache")], asset.bytes).into_response())
}

/// The home screen opens the shell: it lists the tasks that lie on the phone.
async fn manifest(page: Page) -> Response {
    let card = serde_json::json!({
        "name": page.t("field-app"),
        "short_name": page.t("field-app"),
        "lang": page.lang_tag(),
        "start_url": page.href("/field/shell"),
        "scope": page.href("/field/"),
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#00594c",
        "icons": [{ "src": page.asset("mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], card.to_string()).into_response()
}

//! Following one's own matter with the secret code: where it stands, what was promised, who has it, and what the raiser can
//! do. Nothing here is kept by browsers or caches; GET changes nothing.

mod gate;
mod push;
mod view;

use super::ask::{self, RECEIPT};
use super::post::Posted;
use crate::guard::{PHOTOS, Source};
use crate::push::PushView;
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use gate::{Refused, Said};
use view::{Looks, View};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/t", get(ask).post(typed))
        .route("/t/{code}", get(show))
        .route("/t/{code}/receipt", get(receipt))
        .route("/t/{code}/history", get(history))
        .route("/t/{code}/seen", get(seen))
        .route("/t/{code}/answer", post(open_answer))
        .route("/t/{code}/add", get(show_add).post(add).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/t/{code}/rate", get(show_rate).post(rate))
        .route("/t/{code}/reopen", get(show_reopen).post(reopen))
        .route("/t/{code}/photo/{id}", get(photo))
        .merge(push::routes())
        .layer(from_fn(no_store))
}

/// Codes are secrets: no cache keeps these pages, no search engine lists them.
pub(super) async fn no_store(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

async fn ask(page: Page) -> Result<Response, Fail> {
    ask::show(page, RECEIPT)
}

async fn typed(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = posted.get("code");
    if typed.is_empty() || is_number(&typed) {
        let key = if typed.is_empty() { "track-need-code" } else { "track-number-typed" };
        return ask::no_code(page, RECEIPT, typed, key);
    }
    match gate::find(&app, ask::code_in(&typed, RECEIPT)).await {
        Ok(code) => Ok(Redirect::to(&page.href(&format!("/t/{code}"))).into_response()),
        // Whoever found or misses an elder holds a code of the same kind.
        Err(Fail::NotFound) => match super::lost::found_code(&app, found_in(&typed)).await {
            Ok(code) => Ok(Redirect::to(&page.href(&format!("/found/{code}"))).into_response()),
            Err(fail) => wrong(&app, page, source, typed, fail),
        },
        Err(fail) => wrong(&app, page, source, typed, fail),
    }
}

/// The code of a pasted address of that page.
fn found_in(typed: &str) -> &str {
    let code = typed.rsplit_once("/found/").map_or(typed, |(_, code)| code);
    code.split('/').next().unwrap_or(code)
}

/// Whether the number of a matter (`HQ-2026-01873`) or of a lost elder's case (`ZS-…`) was typed where its secret code is asked for.
fn is_number(typed: &str) -> bool {
    let typed = kernel::text::narrow(typed).trim().to_ascii_uppercase();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut parts = typed.split(['-', ' ']);
    matches!(parts.next(), Some("HQ" | "ZS"))
        && parts.next().is_some_and(|y| y.len() == 4 && digits(y))
        && parts.all(digits)
}

pub(in crate::public) fn wrong(
    app: &App,
    page: Page,
    source: Source,
    typed: String,
    fail: Fail,
) -> Result<Response, Fail> {
    ask::wrong(app, page, source, RECEIPT, typed, fail)
}

#[derive(Template)]
#[template(path = "public/track/show.html")]
struct ShowPage {
    page: Page,
    code: String,
    v: View,
    done: Option<Done>,
    push: Option<PushView>,
}

/// What was just done, or could not be done, in words.
struct Done {
    good: bool,
    words: String,
}

#[derive(Template)]
#[template(path = "public/track/receipt.html")]
struct ReceiptPage {
    page: Page,
    code: String,
    link: String,
    qr: String,
    /// Short head of the log, to be held against it one day.
    mark: String,
    v: View,
}

#[derive(Template)]
#[template(path = "public/track/history.html")]
struct HistoryPage {
    page: Page,
    code: String,
    v: View,
}

#[derive(Template)]
#[template(path = "public/track/seen.html")]
struct SeenPage {
    page: Page,
    code: String,
    looks: Looks,
}

/// A question of the raiser's own: add, rate, reopen.
#[derive(Template)]
#[template(path = "public/track/say.html")]
struct SayPage {
    page: Page,
    code: String,
    /// End of the keys `say-…`: add, rate, reopen.
    kind: &'static str,
    text: String,
    stars: String,
    again: String,
    v: View,
    problems: Vec<(&'static str, String)>,
}

impl SayPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

/// The matter of a code, or the page for wrong codes.
macro_rules! view_or_wrong {
    ($app:expr, $page:expr, $source:expr, $code:expr) => {
        match gate::view(&$app, &$page, &$code).await {
            Ok(found) => found,
            Err(fail) => return wrong(&$app, $page, $source, String::new(), fail),
        }
    };
}

/// What was just done: a word in the address, nothing else.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct JustDone {
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(JustDone { done }): Query<JustDone>,
) -> Result<Response, Fail> {
    let (code, v) = view_or_wrong!(app, page, source, code);
    let push = gate::push_view(&app, &page, &code, &v).await?;
    let done = matches!(done.as_str(), "add" | "rate" | "reopen" | "late" | "push" | "push-end")
        .then(|| Done { good: done != "late", words: page.tk("say-done-", done) });
    html(&ShowPage { page, code, v, done, push })
}

async fn receipt(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let (code, v) = view_or_wrong!(app, page, source, code);
    let link = page.config.absolute(&page.look.in_elder(false).href(&format!("/t/{code}")));
    let qr = qr::svg(&link, &page.t("receipt-qr"));
    let mark = gate::mark(&app).await?;
    html(&ReceiptPage { page, code, link, qr, mark, v })
}

async fn history(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let (code, v) = view_or_wrong!(app, page, source, code);
    html(&HistoryPage { page, code, v })
}

/// Continues a long list below this entry.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Older {
    before: Option<i64>,
}

async fn seen(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(Older { before }): Query<Older>,
) -> Result<Response, Fail> {
    let (code, _) = view_or_wrong!(app, page, source, code);
    let looks = gate::looks(&app, &page, &code, before).await?;
    html(&SeenPage { page, code, looks })
}

/// Opening the answer is the proof that it arrived, so it is a button, not a link: programs that fetch links prove nothing.
async fn open_answer(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match gate::open_answer(&app, &code).await {
        Ok(code) => Ok(Redirect::to(&format!("{}#answer", page.href(&format!("/t/{code}")))).into_response()),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

async fn say(app: App, page: Page, source: Source, code: String, kind: &'static str) -> Result<Response, Fail> {
    let (code, v) = view_or_wrong!(app, page, source, code);
    if !v.allows(kind) {
        return Ok(Redirect::to(&page.href(format!("/t/{code}?done=late"))).into_response());
    }
    let again = app.rt.ids().uuid(app.rt.now()).to_string();
    html(&SayPage { page, code, kind, text: String::new(), stars: String::new(), again, v, problems: Vec::new() })
}

async fn show_add(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    say(app, page, source, code, "add").await
}
async fn show_rate(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    say(app, page, source, code, "rate").await
}
async fn show_reopen(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    say(app, page, source, code, "reopen").await
}

/// Does what was said, or shows the question again with what is wrong.
async fn said(
    app: App,
    page: Page,
    source: Source,
    code: String,
    kind: &'static str,
    posted: Posted,
) -> Result<Response, Fail> {
    let (code, v) = view_or_wrong!(app, page, source, code);
    let said = Said { text: posted.get("text"), stars: posted.get("stars"), again: posted.get("again") };
    let mut problems = Vec::new();
    if kind == "rate" && !matches!(said.stars.as_str(), "1" | "2" | "3" | "4" | "5") {
        problems.push(("stars", page.t("say-need-stars")));
    }
    if kind != "rate" && said.text.is_empty() && (kind == "reopen" || posted.files.is_empty()) {
        problems.push(("text", page.tk("say-need-", kind)));
    }
    if problems.is_empty() {
        match gate::say(&app, &page, &code, kind, &said, posted).await? {
            Ok(()) => {
                let back = page.href(format!("/t/{code}?done={kind}"));
                return Ok(Redirect::to(&back).into_response());
            }
            Err(Refused(found)) => problems = found,
        }
    }
    let Said { text, stars, again } = said;
    let body = html(&SayPage { page, code, kind, text, stars, again, v, problems })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

async fn add(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    said(app, page, source, code, "add", posted).await
}
async fn rate(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    said(app, page, source, code, "rate", posted).await
}
async fn reopen(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    said(app, page, source, code, "reopen", posted).await
}

async fn photo(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    page: Page,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Fail> {
    match gate::photo(&app, &code, &id).await {
        Ok((mime, bytes)) => Ok(([(header::CONTENT_TYPE, mime)], bytes).into_response()),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let code = || "ABCD-EFGH-JKMN".to_owned();
    let mut out = Vec::new();
    for state in ["received", "in_progress", "waiting", "answered", "closed"] {
        let v = view::sample(page, state);
        let done = (state == "waiting").then(|| Done { good: true, words: page.tk("say-done-", "add") });
        let push = (state != "closed").then(|| crate::push::sample(page, "matter"));
        out.push(("public/track/show.html", ShowPage { page: page.clone(), code: code(), v, done, push }.render()));
    }
    let v = || view::sample(page, "received");
    let link = "http://127.0.0.1:8080/t/ABCD-EFGH-JKMN".to_owned();
    let qr = qr::svg(&link, &page.t("receipt-qr"));
    let mark = "412:4f2a-9c01-77de-0b12".to_owned();
    out.push((
        "public/track/receipt.html",
        ReceiptPage { page: page.clone(), code: code(), link, qr, mark, v: v() }.render(),
    ));
    out.push(("public/track/history.html", HistoryPage { page: page.clone(), code: code(), v: v() }.render()));
    for looks in view::sample_looks(page) {
        out.push(("public/track/seen.html", SeenPage { page: page.clone(), code: code(), looks }.render()));
    }
    for kind in ["add", "rate", "reopen"] {
        let problems = vec![("text", page.t("say-need-reopen")), ("stars", page.t("say-need-stars"))];
        let shown = SayPage {
            page: page.clone(),
            code: code(),
            kind,
            text: String::new(),
            stars: "3".into(),
            again: "1".into(),
            v: v(),
            problems,
        };
        out.push(("public/track/say.html", shown.render()));
    }
    out.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect()
}

//! The phone pages of those who are outside (`/field/…`): a search team's task by its code, and a visitor's day ([`visits`]). Plain HTML
//! while there is signal; with the script everything is kept on the phone first and sent when there is signal. A team has no account and is
//! told no name and no address of an elder; codes are secrets, and what a code opens is never kept by a cache.

mod commands;
mod events;
mod forms;
mod gate;
#[cfg(test)]
mod samples;
mod shell;
mod sketch;
mod view;
mod visits;

use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
#[cfg(test)]
pub(crate) use samples::samples;
use serde::Deserialize;
use view::TaskView;
pub(crate) use visits::visits_somebody;

/// On every answer of these pages, so that the script knows them from those of something in between.
const MARK: &str = "x-field";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/field", get(ask).post(typed))
        .route("/field/s/{code}", get(show).post(forms::send))
        .route("/field/s/{code}/task.json", get(task_json))
        .route("/field/s/{code}/events", get(events::listen))
        .route("/field/s/{code}/commands", post(commands::take))
        .merge(visits::routes())
        .merge(shell::routes())
        .layer(from_fn(keep_quiet))
}

/// Codes are secrets: no cache keeps these pages, no search engine lists them.
async fn keep_quiet(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.entry(MARK).or_insert(HeaderValue::from_static("yes"));
    response
}

/// Where somebody types the code of the task, or learns that it opens nothing.
#[derive(Template)]
#[template(path = "field/ask.html")]
struct AskPage {
    page: Page,
    wrong: bool,
}

#[derive(Template)]
#[template(path = "field/task.html")]
struct TaskPage {
    page: Page,
    code: String,
    v: TaskView,
    /// Texts of the script, as JSON.
    words: String,
    /// Version of the part of the page that the script keeps.
    have: String,
    worker: String,
    /// Inside WeChat, where nothing works without signal.
    wechat: bool,
    /// What was just done, in words.
    done: Option<String>,
    problem: Option<String>,
    /// Ids of the commands of the plain forms: a double tap does it once.
    again: String,
}

/// What the script keeps: the same words as the page.
#[derive(Template)]
#[template(path = "field/part_task.html")]
struct Part<'a> {
    page: &'a Page,
    code: &'a str,
    v: &'a TaskView,
    again: &'a str,
}

impl TaskPage {
    fn new(app: &App, page: Page, headers: &HeaderMap, code: String, v: TaskView) -> Result<Self, Fail> {
        let (have, _) = part(&page, &code, &v)?;
        let again = app.rt.ids().uuid(app.rt.now()).to_string();
        let (words, worker) = (shell::words(&page), shell::worker_href(&page));
        let wechat = shell::in_wechat(headers);
        Ok(Self { page, code, v, words, have, worker, wechat, done: None, problem: None, again })
    }
}

/// The part of the page that is kept on the phone, and its version.
fn part(page: &Page, code: &str, v: &TaskView) -> Result<(String, String), Fail> {
    use sha2::{Digest, Sha256};
    let text = Part { page, code, v, again: "" }.render();
    let text = text.map_err(|e| Fail::Internal(format!("template: {e}")))?;
    let have = hex::encode(Sha256::digest(text.as_bytes())).chars().take(16).collect();
    Ok((have, text))
}

/// Asked for by whoever has visits to make: a code all the same.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    code: String,
}

/// Whoever is signed in and may be sent somewhere gets to their day; everybody else types a code.
async fn ask(page: Page, staff: Result<Staff, Fail>, Query(wish): Query<Wish>) -> Result<Response, Fail> {
    if wish.code.is_empty() && visits::leads_on(&staff) {
        return Ok(Redirect::to(&page.href("/field/day")).into_response());
    }
    html(&AskPage { page, wrong: false })
}

async fn typed(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = posted.get("code");
    // Somebody may paste the whole address of the sheet.
    let typed = typed.rsplit_once("/s/").map_or(typed.as_str(), |(_, code)| code);
    match gate::find(&app, typed).await? {
        Some((code, _)) => Ok(Redirect::to(&page.href(format!("/field/s/{code}"))).into_response()),
        None => wrong(&app, page, source),
    }
}

/// Unknown, malformed and ended: the same bytes with the duty desk's number. Too many wrong ones from one source get 429, on
/// the same page; a right one is never counted.
fn wrong(app: &App, mut page: Page, source: Source) -> Result<Response, Fail> {
    "/field".clone_into(&mut page.path);
    let body = html(&AskPage { page, wrong: true })?;
    let mut response = match app.limits.pass(Wicket::Guess, source) {
        // Not said to be over: a phone that asks too often must not wipe what it holds.
        Err(Fail::TooMany { retry_secs }) => {
            return Ok(
                (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, retry_secs.to_string())], body).into_response()
            );
        }
        Err(other) => return Err(other),
        Ok(()) => (StatusCode::NOT_FOUND, body).into_response(),
    };
    response.headers_mut().insert(MARK, HeaderValue::from_static("over"));
    Ok(response)
}

/// What was just done: a word in the address, nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JustDone {
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(JustDone { done }): Query<JustDone>,
) -> Result<Response, Fail> {
    let Some((code, task)) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let v = TaskView::of(&page, task);
    let done = forms::SAID.contains(&done.as_str()).then(|| page.tk("field-done-", &done));
    html(&TaskPage { done, ..TaskPage::new(&app, page, &headers, code, v)? })
}

/// What the script asks for: the version it has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Have {
    have: String,
}

async fn task_json(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(Have { have: theirs }): Query<Have>,
) -> Result<Response, Fail> {
    let Some((code, task)) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let v = TaskView::of(&page, task);
    let (have, text) = part(&page, &code, &v)?;
    if have == theirs {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let pack = serde_json::json!({ "have": have, "html": text, "title": v.title(&page), "revision": v.revision });
    Ok(axum::Json(pack).into_response())
}

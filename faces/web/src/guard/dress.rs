//! Turns every failure into something a person (or a program) can use: what happened, what to do, whom to call.

use crate::desk::No;
use crate::fail::{Clash, FieldProblem, Problem, Wrong};
use crate::guard::RequestId;
use crate::{App, Fail, Page, open311, session};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "errors/page.html")]
pub(crate) struct ErrorPage<'a> {
    pub page: Page,
    /// Part of the keys in `errors.ftl`.
    pub code: &'static str,
    /// One more sentence about this very case.
    pub detail: Option<String>,
    pub who: Option<String>,
    pub clash: Option<&'a Clash>,
    pub request_id: String,
}

#[derive(Template)]
#[template(path = "errors/inline.html")]
pub(crate) struct ErrorInline<'a> {
    pub page: Page,
    pub code: &'static str,
    pub detail: Option<String>,
    pub who: Option<String>,
    pub clash: Option<&'a Clash>,
}

/// Key part of a failure.
fn code(fail: &Fail) -> &'static str {
    match fail {
        Fail::BadRequest(_) | Fail::NotAllowed => "bad-request",
        Fail::SignIn | Fail::Ended(_) => "sign-in",
        Fail::Confirm => "confirm",
        Fail::MustChange | Fail::MustEnrol | Fail::Forbidden { .. } => "forbidden",
        Fail::Refused(_) | Fail::Ruled(_) | Fail::Listed(_) => "refused",
        Fail::Invalid(_) | Fail::Unsound(_) => "invalid",
        Fail::NotFound => "not-found",
        Fail::Conflict(_) | Fail::Stale { .. } => "conflict",
        Fail::NeedsVersion => "needs-version",
        Fail::MediaType => "media-type",
        Fail::TooLarge(_) => "too-large",
        Fail::TooMany { .. } => "too-many",
        Fail::Unavailable => "unavailable",
        Fail::Internal(_) => "internal",
    }
}

fn detail(fail: &Fail, page: &Page) -> Option<String> {
    match fail {
        Fail::BadRequest(key) => Some(page.tk("error-why-", key)),
        Fail::Forbidden { rule, .. } => page.loc.find(rule, &[]),
        Fail::Refused(rule) => page.loc.find(rule, &[]),
        Fail::Ruled(refusal) => Some(No::refused(page, refusal).rule),
        Fail::Listed(listed) | Fail::Unsound(listed) => Some(listed.detail.clone()),
        Fail::Invalid(wrong) => wrong.first().map(|w| words(page, w)),
        Fail::TooLarge(bytes) if *bytes > 0 => Some(page.t1("error-too-large-limit", "n", bytes / 1_000_000)),
        Fail::TooMany { retry_secs } => Some(page.t1("error-too-many-wait", "n", retry_secs.div_ceil(60))),
        _ => None,
    }
}

/// What is wrong with a field, for people.
fn words(page: &Page, wrong: &Wrong) -> String {
    let limit = wrong.limit.map(|n| n.to_string()).unwrap_or_default();
    let args = [("n", limit.clone()), ("limit", limit)];
    page.loc.find(&wrong.key, &args).unwrap_or_else(|| page.t("field-wrong"))
}

/// Names of the roles that can do what was refused.
fn who(fail: &Fail, page: &Page) -> Option<String> {
    let Fail::Forbidden { who, .. } = fail else { return None };
    let names: Vec<String> = who.iter().map(|role| page.tk("role-", role)).collect();
    (!names.is_empty()).then(|| names.join(&page.t("list-comma")))
}

/// Middleware: pages for people, fragments for htmx, problems for programs.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let page = Page::of(&parts, &app);
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let hx = parts.headers.contains_key("hx-request");
    let path = page.path.clone();
    let open311 = path.starts_with(open311::ROOT).then(|| (parts.method.clone(), open311::accept_only(&parts.headers)));
    // After a form the way back is to the page it stood on: a form cannot be sent again by a link.
    let (back, query) = if parts.method == axum::http::Method::GET {
        (path.clone(), parts.uri.query().map(str::to_owned))
    } else {
        came_from(&parts.headers, &app).unwrap_or_else(|| ("/desk".to_owned(), None))
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if status.as_u16() < 400 || is_own(&response) {
        return response;
    }
    let fail = response.extensions().get::<Arc<Fail>>().cloned().unwrap_or_else(|| Arc::new(Fail::from_status(status)));
    if let Fail::Internal(why) = fail.as_ref() {
        tracing::error!(request = %id, %why, "request failed");
    }
    let mut dressed = if let Some((method, accept)) = open311 {
        let mut dressed = open311::dressed(&response, &fail, &page, &accept);
        if method == axum::http::Method::GET {
            open311::allow_any_site(dressed.headers_mut());
        }
        dressed
    } else if path.starts_with("/api") {
        problem(&fail, &page, id, &response)
    } else if let Some(to) = elsewhere(&fail, &page, &back, query.as_deref()).filter(|_| !hx) {
        return Redirect::to(&to).into_response();
    } else {
        people(&fail, page, id, hx)
    };
    if let Fail::TooMany { retry_secs } = fail.as_ref() {
        dressed.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_secs));
    }
    if matches!(fail.as_ref(), Fail::Unavailable) {
        dressed.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(30));
    }
    dressed.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    dressed
}

/// Plain path and query of our own page that a form stood on, as the browser tells it.
fn came_from(headers: &HeaderMap, app: &App) -> Option<(String, Option<String>)> {
    let referer: axum::http::Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    let host = referer.authority()?.as_str();
    let ours = host == app.config.host() || headers.get(header::HOST).is_some_and(|h| h.as_bytes() == host.as_bytes());
    let (_, plain) = crate::Look::split(referer.path());
    ours.then(|| (plain.to_owned(), referer.query().map(str::to_owned)))
}

/// Where the reader has to go first, and comes back from.
fn elsewhere(fail: &Fail, page: &Page, path: &str, query: Option<&str>) -> Option<String> {
    match fail {
        Fail::SignIn => Some(session::login_href(page, path, query, None)),
        Fail::Ended(why) => Some(session::login_href(page, path, query, Some(why))),
        Fail::MustChange => Some(page.href("/password")),
        Fail::MustEnrol => Some(page.href(session::SECOND)),
        Fail::Confirm => Some(session::leading_back(&page.href("/desk/me/confirm"), path, query, None)),
        _ => None,
    }
}

/// Pages that show their own errors (forms), and problems made by the API itself, stay as they are.
fn is_own(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("text/html") || v.contains("json") || v.contains("xml"))
}

fn people(fail: &Fail, page: Page, request_id: String, hx: bool) -> Response {
    let clash = if let Fail::Conflict(clash) = fail { Some(clash.as_ref()) } else { None };
    let (code, detail, who) = (code(fail), detail(fail, &page), who(fail, &page));
    let text = if hx {
        ErrorInline { page, code, detail, who, clash }.render()
    } else {
        ErrorPage { page, code, detail, who, clash, request_id }.render()
    };
    // Forms carry the version in a field, not in a header: to them it is a conflict.
    let status = if matches!(fail, Fail::Stale { .. }) { StatusCode::CONFLICT } else { fail.status() };
    match text {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The one place where a failure becomes an RFC 9457 problem.
fn problem(fail: &Fail, page: &Page, request_id: String, bare: &Response) -> Response {
    let status = fail.status();
    let code = code(fail);
    let mut problem = Problem {
        kind: format!("/problems/{code}"),
        title: page.tk("error-title-", code),
        status: status.as_u16(),
        detail: detail(fail, page),
        request_id: (!request_id.is_empty()).then_some(request_id),
        errors: Vec::new(),
        rule: None,
        who: Vec::new(),
        yours: None,
        current: None,
        pieces: None,
    };
    match fail {
        Fail::Invalid(wrong) => {
            let tell = |w: &Wrong| FieldProblem { field: w.field.clone(), code: w.key.clone(), detail: words(page, w) };
            problem.errors = wrong.iter().map(tell).collect();
        }
        Fail::Forbidden { rule, who } => {
            problem.rule = Some(rule.clone());
            problem.who = who.iter().map(|w| (*w).to_owned()).collect();
        }
        Fail::Refused(rule) => problem.rule = Some(rule.to_string()),
        Fail::Ruled(refusal) => problem.rule = Some(refusal.key.to_owned()),
        Fail::Listed(listed) | Fail::Unsound(listed) => {
            problem.pieces.clone_from(&listed.pieces);
            problem.rule = Some(listed.rule.to_owned());
            problem.errors.clone_from(&listed.lines);
        }
        Fail::Stale { yours, now } => (problem.yours, problem.current) = (Some(*yours), Some(*now)),
        _ => {}
    }
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
    if let Some(allow) = bare.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if matches!(fail, Fail::SignIn | Fail::Ended(_)) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let line = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let clash = Clash { yours: vec![line("1", "2")], theirs: vec![line("1", "3")], again: page.href("/desk") };
    let fails = [
        Fail::BadRequest("bad-form"),
        Fail::BadRequest("bad-query"),
        Fail::BadRequest("foreign"),
        Fail::SignIn,
        Fail::Confirm,
        Fail::Forbidden { rule: "rule-not-allowed".into(), who: vec!["post_head", "duty_officer"] },
        Fail::Refused(Arc::from("error-people-seat-taken")),
        Fail::Invalid(vec![Wrong::new("text", "invalid-missing")]),
        Fail::Stale { yours: 1, now: 2 },
        Fail::NeedsVersion,
        Fail::MediaType,
        Fail::NotFound,
        Fail::Conflict(Box::new(clash)),
        Fail::TooLarge(16_000_000),
        Fail::TooMany { retry_secs: 61 },
        Fail::Unavailable,
        Fail::Internal(String::new()),
    ];
    let mut out = Vec::new();
    for fail in &fails {
        let clash = if let Fail::Conflict(clash) = fail { Some(clash.as_ref()) } else { None };
        let (code, detail, who) = (code(fail), detail(fail, page), who(fail, page));
        let full = ErrorPage {
            page: page.clone(),
            code,
            detail: detail.clone(),
            who: who.clone(),
            clash,
            request_id: "0".into(),
        };
        out.push(("errors/page.html", full.render().unwrap_or_default()));
        let inline = ErrorInline { page: page.clone(), code, detail, who, clash };
        out.push(("errors/inline.html", inline.render().unwrap_or_default()));
    }
    out
}

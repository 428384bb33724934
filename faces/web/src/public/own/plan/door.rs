//! The door: the code stands on a letter that may be lost, so whoever comes in says the end of their own telephone number.

use super::super::gate;
pub(in crate::public::own) use super::{Inside, Problem};
use crate::guard::{Source, Wicket};
use crate::public::own::wrong;
use crate::public::post::Posted;
use crate::{App, Fail, Page, cookie, html};
use askama::Template;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use people::app::door::{self, Door};

/// Cookie of who has come in. Holds a keyed hash and nothing about anybody.
const COOKIE: &str = "own";
/// Seconds the browser keeps it; the program decides how long it opens.
const SECS: i64 = 7_200;

#[derive(Template)]
#[template(path = "public/own/plan/door.html")]
struct DoorPage {
    page: Page,
    code: String,
    /// Why it does not open at all: end of `plan-door-…`.
    closed: Option<&'static str>,
    problems: Vec<Problem>,
    /// The page that was asked for.
    to: String,
    /// Where a form was on its way to, and what it held.
    then: String,
    kept: Vec<(String, String)>,
}

impl DoorPage {
    /// What is behind it.
    fn title(&self) -> String {
        let leads = |part: &str| self.to.contains(part) || self.then.contains(part);
        self.page.t(match () {
            () if leads("/locator") => "loc-title",
            () if leads("/visits") => "own-visits-title",
            () if leads("/company") => "own-company-title",
            () if leads("/team") => "team-own",
            () if leads("/watch") => "watch-title",
            () if leads("/extra") => "extra-title",
            () if leads("/mutual") => "mutual-title",
            () => "plan-title",
        })
    }
}

#[derive(Template)]
#[template(path = "public/own/plan/go_on.html")]
struct GoOnPage {
    page: Page,
    then: String,
    kept: Vec<(String, String)>,
}

/// Lets in whoever has passed the door; else its page. A form that was on its way is kept.
pub(in crate::public::own) async fn enter(
    app: &App,
    page: &Page,
    source: Source,
    headers: &HeaderMap,
    typed: &str,
    posted: Option<&Posted>,
) -> Result<Result<Inside, Response>, Fail> {
    let (code, of) = match gate::find(app, typed).await {
        Ok(found) => found,
        Err(fail) => return Ok(Err(wrong(app, page.clone(), source, String::new(), fail)?)),
    };
    let who = gate::holder(app, of);
    let kept = cookie(headers, COOKIE).unwrap_or_default().to_owned();
    let passed = app.rt.read(who.clone(), move |cx| door::passes(cx, &of, &kept)).await?;
    if passed {
        return Ok(Ok(Inside { code, of, who }));
    }
    let before = app.rt.read(who, move |cx| door::before(cx, &of)).await?;
    let status = if posted.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    let then = if posted.is_some() { page.path.clone() } else { String::new() };
    let kept = posted.map(Posted::pairs).unwrap_or_default();
    let closed = before.as_ref().and_then(closed);
    let to = page.path.clone();
    let body = html(&DoorPage { page: page.clone(), code, closed, problems: Vec::new(), to, then, kept })?;
    Ok(Err((status, body).into_response()))
}

/// As [`enter`], for a form: with what it holds when it may go on.
pub(in crate::public::own) async fn pass(
    app: &App,
    page: &Page,
    source: Source,
    headers: &HeaderMap,
    typed: &str,
    posted: Posted,
) -> Result<Result<(Inside, Posted), Response>, Fail> {
    Ok(match enter(app, page, source, headers, typed, Some(&posted)).await? {
        Ok(inside) => Ok((inside, posted)),
        Err(response) => Err(response),
    })
}

const fn closed(door: &Door) -> Option<&'static str> {
    match door {
        Door::Shut => Some("shut"),
        Door::NoNumber => Some("no-number"),
        Door::Waits => Some("waits"),
        Door::Open(_) | Door::Wrong { .. } => None,
    }
}

/// The digits were typed.
pub(super) async fn knock(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (code, of) = match gate::find(&app, &code).await {
        Ok(found) => found,
        Err(fail) => return wrong(&app, page, source, String::new(), fail),
    };
    let home = format!("/p/{code}/plan");
    // Only back to a page of this very letter.
    let own = |field: &str| posted.get(field).starts_with(&format!("/p/{code}/")).then(|| posted.get(field));
    let then = own("then").unwrap_or_default();
    let to = own("to").unwrap_or_else(|| home.clone());
    let digits = posted.get("digits");
    let mut kept = posted.pairs();
    kept.retain(|(name, _)| !matches!(name.as_str(), "digits" | "then" | "to"));
    let tried = app.rt.write(gate::holder(&app, of), move |cx| door::knock(cx, &of, &digits)).await?;
    let token = match tried {
        Door::Open(token) => token,
        other => {
            if matches!(other, Door::Wrong { .. } | Door::Shut) {
                app.limits.pass(Wicket::Guess, source)?;
            }
            let problems = match other {
                Door::Wrong { left } => vec![("digits", page.t1("plan-door-wrong", "n", left))],
                _ => Vec::new(),
            };
            let body = html(&DoorPage { page, code, closed: closed(&other), problems, to, then, kept })?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response());
        }
    };
    let mut response = if then.is_empty() {
        Redirect::to(&page.href(&to)).into_response()
    } else {
        html(&GoOnPage { page, then, kept })?
    };
    response.headers_mut().insert(header::SET_COOKIE, set(&app, &token));
    Ok(response)
}

fn set(app: &App, token: &str) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SECS}{secure}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let kept = || vec![("habits".to_owned(), "1".to_owned())];
    let of = |closed, problems: Vec<Problem>| DoorPage {
        page: page.clone(),
        code: super::SAMPLE_CODE.into(),
        closed,
        problems,
        to: "/p/A/plan".into(),
        then: String::new(),
        kept: kept(),
    };
    let mut all = vec![of(None, Vec::new()), of(None, vec![("digits", page.t1("plan-door-wrong", "n", 3))])];
    all.extend(["shut", "no-number", "waits"].map(|why| of(Some(why), Vec::new())));
    let mut out: Vec<_> = all.iter().map(|p| ("public/own/plan/door.html", p.render().unwrap_or_default())).collect();
    let go = GoOnPage { page: page.clone(), then: "/p/A/plan/daily".into(), kept: kept() };
    out.push(("public/own/plan/go_on.html", go.render().unwrap_or_default()));
    out
}

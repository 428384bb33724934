//! The page of a care card (L5), for whoever stands beside the elder: no app, no script, no account. It shows no name, no
//! address, no number of the family, no illness and no picture. GET sets nothing going but the log and the family's notice.

mod gate;
mod relay;
mod visit;

use super::post::Posted;
use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, html, look};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::finder::{OpenCard, Said};
use care::app::threads::ThreadView;
use care::model::code;
use care::model::thread::LONGEST;
use kernel::{Lang, Point};
use serde::Deserialize;

/// The finder's secret, of this browser alone; it opens the threads that were begun with it.
const COOKIE: &str = "finder";
/// As long as a thread is kept.
const COOKIE_DAYS: i64 = 30;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/c", get(ask).post(typed))
        .route("/c/{code}", get(show))
        .route("/c/{code}/photo", get(photo))
        .route("/c/{code}/say", post(say))
        .route("/c/{code}/call", post(relay::call))
        .route("/c/{code}/talk", get(talk))
        .route("/c/{code}/end", post(end))
        .layer(from_fn(keep_quiet))
}

/// Codes are secrets: no cache keeps these pages, no search engine lists them; no other site hears of them, as of no page here.
async fn keep_quiet(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, accept-encoding"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow, noarchive"));
    response
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// A reader who chose a language keeps it, whatever the telephone says.
    lang: String,
}

/// A card says nothing about the language of whoever finds it: the telephone does.
fn in_the_phones_language(mut page: Page, headers: &HeaderMap, asked: &Asked) -> Page {
    if page.look.lang == Lang::ZhCn && asked.lang.is_empty() && look::asked_lang(headers) == Lang::En {
        page.look.lang = Lang::En;
        page.loc = crate::Loc(Lang::En);
    }
    page
}

#[derive(Template)]
#[template(path = "public/card/ask.html")]
struct AskPage {
    page: Page,
    /// Nothing opens with what was given; else somebody came to type a code.
    wrong: bool,
}

#[derive(Template)]
#[template(path = "public/card/show.html")]
struct ShowPage {
    page: Page,
    code: String,
    phone: String,
    approach: Option<String>,
    /// Somebody agreed that a finder sees it.
    photo: bool,
    /// Something was written already.
    talks: bool,
    text: String,
    place: String,
    again: String,
    relay: relay::RelayView,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "public/card/talk.html")]
struct TalkPage {
    page: Page,
    code: String,
    phone: String,
    thread: ThreadView,
    again: String,
    problem: Option<String>,
}

async fn ask(page: Page, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    html(&AskPage { page: in_the_phones_language(page, &headers, &asked), wrong: false })
}

async fn typed(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = posted.get("code");
    // Somebody may paste the whole address of the card.
    let typed = typed.rsplit_once("/c/").map_or(typed.as_str(), |(_, code)| code);
    match gate::find(&app, typed).await? {
        Some(_) => {
            let (_, plain) = code::read(typed);
            Ok(Redirect::to(&page.href(format!("/c/{plain}"))).into_response())
        }
        None => wrong(&app, page, source),
    }
}

/// Unknown, malformed and retired: the same bytes with the duty desk's number. Too many wrong ones from one source get 429,
/// on the same page; a right one is never counted.
fn wrong(app: &App, mut page: Page, source: Source) -> Result<Response, Fail> {
    "/c".clone_into(&mut page.path);
    let body = html(&AskPage { page, wrong: true })?;
    Ok(match app.limits.pass(Wicket::Guess, source) {
        Err(Fail::TooMany { retry_secs }) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, retry_secs.to_string())], body).into_response()
        }
        Err(other) => return Err(other),
        Ok(()) => (StatusCode::NOT_FOUND, body).into_response(),
    })
}

fn phone(app: &App, card: &OpenCard) -> String {
    if card.phone.is_empty() { app.config.duty_phone.clone() } else { card.phone.clone() }
}

fn again(app: &App) -> String {
    app.rt.ids().uuid(app.rt.now()).to_string()
}

async fn show(
    State(app): State<App>,
    page: Page,
    method: Method,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let page = in_the_phones_language(page, &headers, &asked);
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    if !visit::is_machine(&method, &headers) {
        gate::scanned(&app, &card).await?;
    }
    let secret = cookie(&headers).unwrap_or_default();
    let talks = gate::thread(&app, &card, secret).await?.is_some();
    let relay = relay::view(&app, &card, secret).await?;
    let (phone, again) = (phone(&app, &card), again(&app));
    html(&ShowPage {
        page,
        code,
        phone,
        photo: card.photo,
        approach: card.approach,
        talks,
        text: String::new(),
        place: String::new(),
        again,
        relay,
        problem: None,
    })
}

/// What a form got wrong, in words; `None`: it is not the form.
fn told(page: &Page, error: &care::Error) -> Option<(StatusCode, String)> {
    match error {
        care::Error::Invalid { why, .. } => {
            let words = match *why {
                "missing" => page.t("card-need-text"),
                "too-long" => page.t1("card-too-long", "n", LONGEST),
                _ => page.t("invalid-form"),
            };
            Some((StatusCode::UNPROCESSABLE_ENTITY, words))
        }
        care::Error::Refused("too-much") => Some((StatusCode::TOO_MANY_REQUESTS, page.t("rule-care-too-much"))),
        care::Error::Refused(why) => Some((StatusCode::CONFLICT, page.tk("rule-care-", why))),
        _ => None,
    }
}

async fn say(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    app.limits.pass(Wicket::Report, source)?;
    let (text, place) = (posted.get("text"), posted.get("place"));
    let degrees = |name| posted.get(name).parse::<f64>().ok();
    let point = degrees("lon").zip(degrees("lat")).and_then(|(lon, lat)| Point::new(lon, lat).ok());
    let words = if place.is_empty() {
        text.clone()
    } else {
        let at = page.t1("card-said-place", "place", &place);
        if text.is_empty() { at } else { format!("{text}\n{at}") }
    };
    let had = cookie(&headers).map(str::to_owned);
    let secret = had.clone().unwrap_or_else(|| new_secret(&app));
    let key = Some(posted.get("again")).filter(|a| (8..=60).contains(&a.len())).unwrap_or_default();
    let said = Said { words, place: point, again: key.clone() };
    if let Err(error) = gate::say(&app, &card, &secret, said).await {
        let words = if let lost::Error::Care(error) = &error { told(&page, error) } else { None };
        let Some((status, problem)) = words else { return Err(error.into()) };
        let problem = Some(problem);
        let (phone, again) = (phone(&app, &card), if key.is_empty() { again(&app) } else { key });
        let relay = relay::view(&app, &card, &secret).await?;
        let body = html(&ShowPage {
            page,
            code,
            phone,
            photo: card.photo,
            approach: card.approach,
            talks: had.is_some(),
            text,
            place,
            again,
            relay,
            problem,
        })?;
        return Ok((status, body).into_response());
    }
    let mut response = Redirect::to(&page.href(format!("/c/{code}/talk"))).into_response();
    if had.is_none() {
        response.headers_mut().insert(header::SET_COOKIE, secret_cookie(&app, &secret));
    }
    Ok(response)
}

/// The secret of this browser, as we made it.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    crate::cookie(headers, COOKIE).filter(|s| s.len() == 40)
}

fn new_secret(app: &App) -> String {
    let mut bytes = [0u8; 20];
    app.rt.ids().fill(&mut bytes);
    hex::encode(bytes)
}

fn secret_cookie(app: &App, secret: &str) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let secs = COOKIE_DAYS * 86_400;
    let text = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={secs}{secure}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The photo, only while it is agreed to that a finder sees it; else there is none, as of a card that never was.
async fn photo(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    if !card.photo {
        return wrong(&app, page, source);
    }
    Ok(crate::photos::jpeg(gate::photo(&app, &card).await?))
}

async fn talk(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let secret = cookie(&headers).unwrap_or_default();
    let Some(thread) = gate::thread(&app, &card, secret).await? else {
        return Ok(Redirect::to(&page.href(format!("/c/{code}"))).into_response());
    };
    let (phone, again) = (phone(&app, &card), again(&app));
    html(&TalkPage { page, code, phone, thread, again, problem: None })
}

async fn end(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let secret = cookie(&headers).unwrap_or_default();
    gate::close(&app, &card, secret, posted.get("do") == "report").await?;
    Ok(Redirect::to(&page.href(format!("/c/{code}/talk"))).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::app::threads::Message;
    use care::model::{CloseReason, From};
    let mut out = Vec::new();
    for wrong in [false, true] {
        out.push(("public/card/ask.html", AskPage { page: page.clone(), wrong }.render()));
    }
    let phone = || "021-0571 0201".to_owned();
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    for full in [false, true] {
        let shown = ShowPage {
            page: page.clone(),
            code: "ABCDEFGHJKMNPQRSTVWX".into(),
            phone: phone(),
            photo: full,
            approach: full.then(|| say("请慢慢说话，她喜欢听越剧。", "Speak slowly; she likes opera.")),
            talks: full,
            text: String::new(),
            place: String::new(),
            again: "1".into(),
            relay: relay::RelayView {
                offered: full,
                number: full.then(|| ("021-0577 7001".into(), page.now.plus_minutes(30))),
                problem: full.then(|| page.t("relay-unavailable")),
            },
            problem: full.then(|| page.t("card-need-text")),
        };
        out.push(("public/card/show.html", shown.render()));
    }
    for closed in [None, Some(CloseReason::Home), Some(CloseReason::Reported)] {
        let message = |from, words: String| Message { from, at: page.now, words, place: None };
        let thread = ThreadView {
            id: kernel::ids::ThreadId(uuid::Uuid::nil()),
            card: kernel::ids::CardId(uuid::Uuid::nil()),
            post: kernel::ids::PostId(uuid::Uuid::nil()),
            opened_at: page.now,
            last_at: page.now,
            closed,
            messages: vec![
                message(From::Finder, say("她在桥边坐着。", "She is sitting by the bridge.")),
                Message { from: From::Finder, at: page.now, words: String::new(), place: Point::new(121.5, 30.9).ok() },
                message(From::Family, say("谢谢您，我马上来。", "Thank you, I am coming.")),
                message(From::Post, say("我们十分钟内到。", "We will be there in ten minutes.")),
            ],
        };
        let problem = closed.is_none().then(|| page.t("rule-care-too-much"));
        let shown = TalkPage {
            page: page.clone(),
            code: "ABCDEFGHJ".into(),
            phone: phone(),
            thread,
            again: "1".into(),
            problem,
        };
        out.push(("public/card/talk.html", shown.render()));
    }
    out.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect()
}

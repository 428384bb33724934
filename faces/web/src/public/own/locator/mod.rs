//! A locator as the family has it: where now, the day, alerts, fences, who can see and who looked, pause and end. Behind the door of
//! the plan (code of a letter and the end of one's own number). Works without a script; the map is an extra beside words.

mod bind;
mod consent;
mod fence;
mod form;
mod stream;
mod switch;
mod view;

pub(crate) use bind::{Model, models, profile};

use super::plan::door::{self, Inside, Problem};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::public::track;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use locators::app::commands::{self, Asked};
use locators::app::{answers, family};
use locators::model::Answer;
use people::app::links::Holder;
use people::app::persons::For;
use store::Cx;
use uuid::Uuid;
use view::View;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/locator", get(show))
        .route("/p/{code}/locator/events", get(stream::listen))
        .route("/p/{code}/locator/locate", post(locate))
        .route("/p/{code}/locator/alerts/{alert}", post(answer))
        .merge(bind::routes())
        .merge(consent::routes())
        .merge(switch::routes())
        .merge(fence::routes())
        .layer(from_fn(track::no_store))
}

/// The home of these pages.
fn home(code: &str) -> String {
    format!("/p/{code}/locator")
}

/// Does something in the name of whoever came in, at most so often from one source.
async fn act<T: Send + 'static>(
    app: &App,
    inside: &Inside,
    source: Source,
    work: impl FnOnce(&mut Cx<'_>, &Holder) -> locators::Result<T> + Send + 'static,
) -> Result<locators::Result<T>, Fail> {
    app.limits.pass(Wicket::Report, source)?;
    let of = inside.of;
    Ok(app.rt.write(inside.who.clone(), move |cx| work(cx, &of)).await)
}

/// Whoever came in is concerned: for pages that would show nothing of anybody. Who is kept away finds none of them.
async fn concerned(app: &App, inside: &Inside) -> Result<(), Fail> {
    let of = inside.of;
    app.rt.read(inside.who.clone(), move |cx| family::mark(cx, &of).map(drop)).await.map_err(Fail::from)
}

/// What can be mended on the form; another error has a page of its own.
fn told(page: &Page, error: locators::Error) -> Result<Problem, Fail> {
    match error {
        locators::Error::Invalid { field, why } => {
            let id = id_of(field);
            let words = match page.loc.find(&format!("loc-field-{id}"), &[]) {
                Some(name) => page.loc.find(&format!("loc-wrong-{why}"), &[("field", name)]),
                None => None,
            };
            Ok((id, words.unwrap_or_else(|| page.t("invalid-form"))))
        }
        locators::Error::Refused(why) => Ok(("top", page.tk("rule-locator-", why))),
        locators::Error::People(people::Error::Refused(why)) => Ok(("top", page.tk("rule-record-", why))),
        locators::Error::Lost(lost::Error::Refused(rule)) => Ok(("top", page.tk("rule-lost-", rule.code()))),
        locators::Error::Stale { .. } => Ok(("top", page.t("loc-wrong-stale"))),
        // A letter that was taken back while the page lay open.
        locators::Error::Denied(_) => Err(Fail::NotFound),
        other => Err(other.into()),
    }
}

/// Where a field of the domain stands on the pages.
const fn id_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        b"radius_m" | b"within_m" => "metres",
        b"tells" | b"staying_minutes" => "rule",
        b"fence" | b"guardian" | b"until" | b"review_on" | b"witness" => "top",
        _ => field,
    }
}

#[derive(Template)]
#[template(path = "public/own/locator/list.html")]
struct ListPage {
    page: Page,
    code: String,
    done: Option<String>,
    /// An answer of their own is missing.
    asks: bool,
    alerts: Vec<view::AlertView>,
}

#[derive(Template)]
#[template(path = "public/own/locator/show.html")]
struct ShowPage {
    page: Page,
    code: String,
    v: View,
    done: Option<String>,
    problem: Option<String>,
}

/// What was done, said on top.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Came {
    done: String,
}

const DONE: [&str; 11] =
    ["bound", "paused", "off", "on", "ended", "fence", "fence-drop", "mine", "false", "asked", "answered"];

/// Back to the page, with what was done said on top.
fn done(page: &Page, inside: &Inside, what: &str) -> Response {
    Redirect::to(&page.href(format!("{}?done={what}", home(&inside.code)))).into_response()
}

/// The page as it stands now; the look is noted.
async fn shown(app: &App, page: Page, inside: &Inside, said: &str, problem: Option<String>) -> Result<Response, Fail> {
    let (of, words) = (inside.of, page.clone());
    let v = app.rt.write(inside.who.clone(), move |cx| view::load(cx, &words, &of)).await?;
    let done = DONE.contains(&said).then(|| page.tk("loc-done-", said));
    let code = inside.code.clone();
    if v.devices == 0 {
        return html(&ListPage { page, code, done: done.or(problem), asks: v.asks, alerts: v.alerts });
    }
    html(&ShowPage { page, code, v, done, problem })
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => shown(&app, page, &inside, &came.done, None).await,
    }
}

/// After a button: on with what was done, or the page with why not.
async fn settle<T>(
    app: &App,
    page: Page,
    inside: &Inside,
    what: &str,
    result: locators::Result<T>,
) -> Result<Response, Fail> {
    match result {
        Ok(_) => Ok(done(&page, inside, what)),
        Err(error) => {
            let (_, words) = told(&page, error)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(app, page, inside, "", Some(words)).await?).into_response())
        }
    }
}

/// "Where now?" to every device that can be asked.
async fn locate(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, _) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let asked = act(&app, &inside, source, |cx, of| {
        let v = family::view(cx, of)?;
        let able = v.devices.iter().filter(|d| view::can_be_asked(d));
        let mut asked = Err(locators::Error::Refused("cannot-be-asked"));
        // At most four are worn at once.
        for device in able {
            commands::ask(cx, of.person, &For::Letter(*of), device.binding, Asked::LocateNow)?;
            asked = Ok(());
        }
        asked
    });
    let asked = asked.await?;
    settle(&app, page, &inside, "asked", asked).await
}

/// "I see to it", "all is well", or "they are missing".
async fn answer(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, alert)): Path<(String, Uuid)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let (what, said) = match posted.get("do").as_str() {
        "mine" => ("mine", Answer::Seeing),
        "false" => ("false", Answer::FalseAlarm),
        "missing" => {
            let opened = act(&app, &inside, source, move |cx, of| answers::open_case_by_family(cx, of, alert)).await?;
            return match opened {
                Ok(_) => Ok(Redirect::to(&page.href(format!("/p/{}", inside.code))).into_response()),
                Err(error) => settle::<()>(&app, page, &inside, "", Err(error)).await,
            };
        }
        _ => return Err(Fail::BadRequest("bad-form")),
    };
    let result = act(&app, &inside, source, move |cx, of| answers::by_family(cx, of, alert, said)).await?;
    settle(&app, page, &inside, what, result).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let code = || "ABCD-EFGH-JKMN-PQRS".to_owned();
    let mut out = Vec::new();
    for full in [false, true] {
        let done = full.then(|| page.t("loc-done-bound"));
        let v = view::sample(page, full);
        let alerts = view::sample(page, full).alerts;
        let list = ListPage { page: page.clone(), code: code(), done: done.clone(), asks: full, alerts };
        out.push(("public/own/locator/list.html", list.render().unwrap_or_default()));
        let problem = full.then(|| page.t("rule-locator-asked-too-often"));
        let show = ShowPage { page: page.clone(), code: code(), v, done, problem };
        out.push(("public/own/locator/show.html", show.render().unwrap_or_default()));
        out.extend(switch::samples(page, full));
        out.extend(consent::samples(page, full));
        out.extend(fence::samples(page, full));
        out.extend(bind::samples(page, full));
    }
    out
}

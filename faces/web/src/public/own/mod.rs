//! The own page of a person in care, opened with the link of a letter: who looked at their record, when, why and what they
//! saw. It shows nothing of the record, works without script, and no cache keeps it. GET changes nothing.

mod card;
mod company;
mod extra;
mod form;
mod gate;
mod locator;
mod missing;
mod mutual;
mod plan;
mod requests;
mod team;
mod view;
mod visits;
mod watch;

pub(crate) use gate::{canonical, find, holder, is_break_glass, why};
pub(crate) use locator::{Model, models, profile};
pub(crate) use watch::Slip;
#[cfg(test)]
pub(crate) use watch::sample_slip;

use super::ask::{self, LETTER};
use super::post::Posted;
use crate::guard::Source;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use view::View;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p", get(ask).post(typed))
        .route("/p/{code}", get(show))
        .merge(missing::routes())
        .layer(from_fn(super::track::no_store))
        .merge(requests::routes())
        .merge(card::routes())
        .merge(plan::routes())
        .merge(locator::routes())
        .merge(visits::routes())
        .merge(watch::routes())
        .merge(team::routes())
        .merge(company::routes())
        .merge(extra::routes())
        .merge(mutual::routes())
}

#[derive(Template)]
#[template(path = "public/own/show.html")]
struct ShowPage {
    page: Page,
    code: String,
    v: View,
}

async fn ask(page: Page) -> Result<Response, Fail> {
    ask::show(page, LETTER)
}

async fn typed(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = posted.get("code");
    if typed.is_empty() {
        return ask::no_code(page, LETTER, typed, "track-need-code");
    }
    match gate::find(&app, ask::code_in(&typed, LETTER)).await {
        Ok((code, _)) => Ok(Redirect::to(&page.href(&format!("/p/{code}"))).into_response()),
        Err(fail) => wrong(&app, page, source, typed, fail),
    }
}

fn wrong(app: &App, page: Page, source: Source, typed: String, fail: Fail) -> Result<Response, Fail> {
    ask::wrong(app, page, source, LETTER, typed, fail)
}

/// Continues a long list below this entry.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Older {
    before: Option<i64>,
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(Older { before }): Query<Older>,
) -> Result<Response, Fail> {
    match gate::view(&app, &page, &code, before).await {
        Ok((code, _, v)) => html(&ShowPage { page, code, v }),
        Err(fail) => wrong(&app, page, source, String::new(), fail),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let code = || "ABCD-EFGH-JKMN-PQRS".to_owned();
    let mut out = Vec::new();
    for full in [false, true] {
        let v = view::sample(page, full);
        out.push(("public/own/show.html", ShowPage { page: page.clone(), code: code(), v }.render()));
    }
    let mut all: Vec<_> = out.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect();
    all.extend(requests::samples(page));
    all.extend(card::samples(page));
    all.extend(plan::samples(page));
    all.extend(locator::samples(page));
    all.extend(visits::samples(page));
    all.extend(watch::samples(page));
    all.extend(team::samples(page));
    all.extend(company::samples(page));
    all.extend(extra::samples(page));
    all.extend(mutual::samples(page));
    all
}

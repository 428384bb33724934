//! Mutual help among elders, on the own page (N9): what one offers and needs, who helps whom, and the hours that both confirm. Behind
//! the door of the plan: the other's name and number stand here once both agreed.

use super::plan::door::{self, Inside};
use crate::guard::{Source, Wicket};
use crate::mutual_view::{self, Order, Shown};
use crate::public::post::Posted;
use crate::watch_view::{self, Problem};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::mutual;
use care::app::watch::Side;
use people::app::consents::By;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/mutual", get(show).post(send)).layer(from_fn(crate::public::track::no_store))
}

#[derive(Template)]
#[template(path = "public/own/mutual.html")]
struct MutualPage {
    page: Page,
    code: String,
    v: Shown,
    kinds: Vec<(&'static str, String)>,
    done: bool,
    problems: Vec<Problem>,
}

async fn load(app: &App, page: Page, inside: &Inside) -> Result<MutualPage, Fail> {
    let (of, key) = (inside.of, app.rt.ids().uuid(app.rt.now()).to_string());
    let found = app.rt.write(inside.who.clone(), move |cx| mutual::of_person(cx, of.person, Side::Letter(of))).await?;
    let (v, kinds) = (mutual_view::shown(&page, &found, key), mutual_view::kinds(&page));
    Ok(MutualPage { page, code: inside.code.clone(), v, kinds, done: false, problems: Vec::new() })
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Ok(inside) => html(&load(&app, page, &inside).await?),
        Err(response) => Ok(response),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    app.limits.pass(Wicket::Report, source)?;
    let order = Order::read(&posted, app.rt.ids().uuid(app.rt.now()));
    let of = inside.of;
    let done = app.rt.write(inside.who.clone(), move |cx| order.run(cx, of.person, Side::Letter(of), By::Subject));
    let problem = match done.await {
        Ok(()) => None,
        Err(care::Error::Store(store::Error::NotFound)) => return Err(Fail::NotFound),
        Err(error) => Some(watch_view::told(&page, error)?),
    };
    let mut shown = load(&app, page, &inside).await?;
    shown.done = problem.is_none();
    let status = if shown.done { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    shown.problems.extend(problem);
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let one = |full: bool| MutualPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        v: mutual_view::sample(page, full),
        kinds: mutual_view::kinds(page),
        done: !full,
        problems: if full { vec![("side", page.t("invalid-form"))] } else { Vec::new() },
    };
    [one(false), one(true)].iter().map(|p| ("public/own/mutual.html", p.render().unwrap_or_default())).collect()
}

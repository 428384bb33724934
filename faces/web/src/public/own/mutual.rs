//! Mutual help among elders, on the own page (N9): what one offers and needs, who helps whom, and the hours that both confirm. Behind
//! the door of the plan: the other's name and number stand here once both agreed.

use super::form;
use super::plan::door::{self, Inside};
use crate::guard::Source;
use crate::mutual_view::{self, Order, Shown};
use crate::public::post::Posted;
use crate::watch_view::Problem;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::mutual;
use care::app::watch::Side;
use people::app::consents::By;
use people::app::links::Holder;
use store::Cx;

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
    let fresh = app.rt.ids().uuid(app.rt.now());
    let sent = form::send(&app, &page, (source, headers, code), posted, |posted| {
        let order = Order::read(posted, fresh);
        move |cx: &mut Cx<'_>, of: Holder| order.run(cx, of.person, Side::Letter(of), By::Subject)
    });
    let sent = match sent.await? {
        Ok(sent) => sent,
        Err(response) => return Ok(response),
    };
    let mut shown = load(&app, page, &sent.inside).await?;
    let status = sent.status();
    shown.done = sent.problem.is_none();
    shown.problems.extend(sent.problem);
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

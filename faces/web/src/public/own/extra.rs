//! Extra care for a time, on the own page (N12): asked for, read, and ended. Behind the door of the plan: why somebody asks is theirs.

use super::form;
use super::plan::door::{self, Inside};
use crate::extra_view::{self, Line, Typed};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::watch_view::{Problem, key_of};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::extra::{self, NewExtra};
use care::app::watch::Side;
use care::model::extra::{Reason, What};
use people::app::consents::By;
use people::app::links::Holder;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/extra", get(show).post(send)).layer(from_fn(crate::public::track::no_store))
}

#[derive(Template)]
#[template(path = "public/own/extra.html")]
struct ExtraPage {
    page: Page,
    code: String,
    lines: Vec<Line>,
    typed: Typed,
    done: bool,
    problems: Vec<Problem>,
}

async fn load(app: &App, page: Page, inside: &Inside) -> Result<ExtraPage, Fail> {
    let (of, key) = (inside.of, app.rt.ids().uuid(app.rt.now()).to_string());
    let all = app.rt.write(inside.who.clone(), move |cx| extra::of_person(cx, of.person, Side::Letter(of))).await?;
    let lines = all.iter().map(|e| extra_view::line(&page, e, false)).collect();
    let typed = Typed { key, ..Typed::default() };
    Ok(ExtraPage { page, code: inside.code.clone(), lines, typed, done: false, problems: Vec::new() })
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
        let (typed, what) = (Typed::read(posted), posted.get("do"));
        let id = posted.get("extra").parse::<Uuid>().unwrap_or_default();
        let (kind, reason) = (What::from_code(&typed.what), Reason::from_code(&typed.reason));
        let key = key_of(&typed.key, fresh);
        move |cx: &mut Cx<'_>, of: Holder| {
            if what == "end" {
                return extra::end(cx, of.person, Side::Letter(of), id);
            }
            let what = kind.ok_or(care::Error::Invalid { field: "what", why: "missing" })?;
            let reason = reason.ok_or(care::Error::Invalid { field: "reason", why: "missing" })?;
            extra::ask(cx, of.person, Side::Letter(of), &NewExtra { key, what, reason, by: By::Subject })
        }
    });
    let sent = match sent.await? {
        Ok(sent) => sent,
        Err(response) => return Ok(response),
    };
    let mut shown = load(&app, page, &sent.inside).await?;
    let status = sent.status();
    shown.done = sent.problem.is_none();
    if let Some(problem) = sent.problem {
        (shown.typed, shown.problems) = (Typed::read(&sent.posted), vec![problem]);
    }
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::model::extra::ExtraState;
    let one = |full: bool| ExtraPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        lines: if full { ExtraState::ALL.iter().map(|s| extra_view::sample(page, *s)).collect() } else { Vec::new() },
        typed: Typed::default(),
        done: !full,
        problems: if full {
            vec![("what", page.t("invalid-form")), ("reason", page.t("invalid-form"))]
        } else {
            Vec::new()
        },
    };
    [one(false), one(true)].iter().map(|p| ("public/own/extra.html", p.render().unwrap_or_default())).collect()
}

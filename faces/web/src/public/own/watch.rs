//! Neighbours who look out for the elder (N6): named and ended here at any time, and what came of their worries. Behind the door of
//! the plan: whose number stands here is another person's.

use super::plan::door::{self, Inside};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::watch_view::{self, Problem, Shown, TellerView, Typed};
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::watch::{self, Issued, NewNeighbour, Side};
use people::app::consents::By;
use people::model::GuardianId;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/watch", get(show).post(send)).layer(from_fn(crate::public::track::no_store))
}

/// What the neighbour gets. Shown once.
pub(crate) struct Slip {
    pub name: String,
    pub code: String,
    pub link: String,
    pub typed_at: String,
    pub qr: String,
}

impl Slip {
    pub(crate) fn of(page: &Page, issued: &Issued, name: &str) -> Self {
        let code = issued.code.clone();
        let link = page.config.absolute(&page.href(format!("/w/{code}")));
        Self {
            name: name.to_owned(),
            qr: qr::svg(&link, &page.t("watch-slip-title")),
            typed_at: page.config.absolute(&page.href("/w")),
            code,
            link,
        }
    }
}

#[derive(Template)]
#[template(path = "public/own/watch.html")]
struct WatchPage {
    page: Page,
    code: String,
    v: Shown,
    tellers: Vec<TellerView>,
    saved: bool,
    typed: Typed,
    slip: Option<Slip>,
    ended: bool,
    problems: Vec<Problem>,
}

async fn load(app: &App, page: &Page, inside: &Inside) -> Result<(Shown, Vec<TellerView>), Fail> {
    let (of, side) = (inside.of, Side::Letter(inside.of));
    let found = app.rt.write(inside.who.clone(), move |cx| {
        Ok::<_, care::Error>((watch::of_person(cx, of.person, side)?, watch::tellers(cx, of.person, side)?))
    });
    let (found, tellers) = found.await?;
    // Who of the desk it was is not said; that it was done, and when, is.
    let shown = watch_view::shown(page, found, &std::collections::HashMap::new());
    Ok((shown, watch_view::tellers(page, tellers)))
}

fn fresh(app: &App) -> Typed {
    Typed { key: app.rt.ids().uuid(app.rt.now()).to_string(), ..Typed::default() }
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let inside = match door::enter(&app, &page, source, &headers, &code, None).await? {
        Ok(inside) => inside,
        Err(response) => return Ok(response),
    };
    let ((v, tellers), typed) = (load(&app, &page, &inside).await?, fresh(&app));
    let code = inside.code;
    html(&WatchPage { page, code, v, tellers, saved: false, typed, slip: None, ended: false, problems: Vec::new() })
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
    let typed = Typed {
        key: posted.get("key"),
        name: posted.get("name"),
        phone: posted.get("phone"),
        called: posted.get("called"),
    };
    let (of, what) = (inside.of, posted.get("do"));
    let neighbour: Uuid = posted.get("neighbour").parse().unwrap_or_default();
    let guardian = GuardianId(posted.get("guardian").parse().unwrap_or_default());
    let saved = matches!(what.as_str(), "tell" | "untell");
    let new = NewNeighbour {
        key: watch_view::key_of(&typed.key, app.rt.ids().uuid(app.rt.now())),
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        called: typed.called.clone(),
        by: By::Subject,
        agreed: None,
    };
    let side = Side::Letter(of);
    let done = app.rt.write(inside.who.clone(), move |cx| match what.as_str() {
        "end" => watch::end(cx, of.person, side, neighbour).map(|()| None),
        "link" => watch::new_link(cx, of.person, side, neighbour).map(Some),
        "tell" | "untell" => watch::tell_guardian(cx, of.person, side, guardian, what == "tell").map(|()| None),
        _ => watch::name(cx, of.person, side, &new).map(Some),
    });
    let (slip, ended, problems) = match done.await {
        Ok(Some(issued)) => (Some(issued), false, Vec::new()),
        Ok(None) => (None, !saved, Vec::new()),
        Err(care::Error::Store(store::Error::NotFound)) => return Err(Fail::NotFound),
        Err(error) => (None, false, vec![watch_view::told(&page, error)?]),
    };
    let (v, tellers) = load(&app, &page, &inside).await?;
    let name_of = |id: Uuid| v.lines.iter().find(|l| l.id == id.to_string()).map(|l| l.name.clone());
    let slip = slip.map(|issued| Slip::of(&page, &issued, &name_of(issued.id).unwrap_or_default()));
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let typed = if problems.is_empty() { fresh(&app) } else { typed };
    let (code, saved) = (inside.code, saved && problems.is_empty());
    let shown = WatchPage { page, code, v, tellers, saved, typed, slip, ended, problems };
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(crate) fn sample_slip(page: &Page) -> Slip {
    let name = if page.zh() { "赵阿姨" } else { "Mrs Zhao" };
    Slip::of(page, &Issued { id: Uuid::nil(), code: "ABCD-EFGH-JKMN-PQRS".into() }, name)
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let one = |full: bool, slip: bool| WatchPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        v: watch_view::sample(page, full),
        tellers: watch_view::sample_tellers(page, full),
        saved: full,
        typed: Typed::default(),
        slip: slip.then(|| sample_slip(page)),
        ended: full && !slip,
        problems: if full { vec![("phone", page.t("watch-wrong-phone"))] } else { Vec::new() },
    };
    [one(false, false), one(true, false), one(false, true)]
        .iter()
        .map(|p| ("public/own/watch.html", p.render().unwrap_or_default()))
        .collect()
}

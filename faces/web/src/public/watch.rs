//! The page of a neighbour who looks out for an elder (N6): yes or no, one button, and what became of it. Works without a script. Of
//! the elder only what the neighbour calls them stands here.

use super::ask::{self, NEIGHBOUR};
use super::post::Posted;
use crate::guard::{Source, Wicket};
use crate::public::own::canonical;
use crate::watch_view::said;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::watch::{self, Neighbour, Pressed, SeenWorry};
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/w", get(ask_code).post(typed))
        .route("/w/{code}", get(show).post(send))
        .layer(from_fn(super::track::no_store))
}

/// What became of a worry.
struct WorryView {
    head: String,
    promise: Option<String>,
    at: String,
    steps: Vec<String>,
    over: bool,
}

#[derive(Template)]
#[template(path = "public/watch/show.html")]
struct NeighbourPage {
    page: Page,
    code: String,
    called: String,
    agreed: bool,
    worry: Option<WorryView>,
    open: bool,
    /// Something happened since the page was read.
    unread: bool,
    read: String,
    minutes: i64,
    /// They look out no longer.
    gone: bool,
}

fn view(page: &Page, w: &SeenWorry) -> WorryView {
    let over = w.ended_at.is_some();
    let going = w.steps.iter().any(|(_, s)| *s == care::model::watch::Step::Going);
    let head = match (over, going) {
        (true, _) => page.t("worry-over"),
        (false, true) => page.t("worry-going"),
        (false, false) => page.t("worry-told"),
    };
    let promise = (!over && !going)
        .then(|| if w.due_at > page.now { page.t1("worry-by", "at", page.by(w.due_at)) } else { page.t("worry-late") });
    let steps = w.steps.iter().map(|(at, step)| said(page, *at, *step)).collect();
    WorryView { head, promise, at: page.stamp(w.at), steps, over }
}

fn page_of(page: Page, code: String, minutes: i64, (n, w): (Neighbour, Option<SeenWorry>)) -> NeighbourPage {
    let open = w.as_ref().is_some_and(|w| w.ended_at.is_none());
    NeighbourPage {
        code,
        called: n.who.map(|w| w.called).unwrap_or_default(),
        agreed: n.agreed_at.is_some(),
        read: w.as_ref().map(|w| w.id.to_string()).unwrap_or_default(),
        worry: w.map(|w| view(&page, &w)),
        open,
        unread: false,
        minutes,
        gone: false,
        page,
    }
}

async fn ask_code(page: Page) -> Result<Response, Fail> {
    ask::show(page, NEIGHBOUR)
}

async fn typed(page: Page, posted: Posted) -> Result<Response, Fail> {
    let typed = posted.get("code");
    if typed.is_empty() {
        return ask::no_code(page, NEIGHBOUR, typed, "track-need-code");
    }
    match canonical(ask::code_in(&typed, NEIGHBOUR)) {
        Ok(code) => Ok(Redirect::to(&page.href(format!("/w/{code}"))).into_response()),
        Err(_) => ask::no_code(page, NEIGHBOUR, typed, NEIGHBOUR.wrong()),
    }
}

async fn load(app: &App, code: &str) -> Result<(i64, (Neighbour, Option<SeenWorry>)), Fail> {
    let code = code.to_owned();
    let found = app.rt.read(app.anybody(), move |cx| {
        let found = watch::view(cx, &code)?;
        Ok::<_, care::Error>((watch::rules(cx)?.callback, found))
    });
    Ok(found.await?)
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let code: String = code.chars().take(60).collect();
    match load(&app, &code).await {
        Ok((minutes, found)) => html(&page_of(page, code, minutes, found)),
        Err(fail) => ask::wrong(&app, page, source, NEIGHBOUR, String::new(), fail),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Report, source)?;
    let code: String = code.chars().take(60).collect();
    let (asked, what, read) = (code.clone(), posted.get("do"), posted.get("read").parse::<Uuid>().ok());
    let leaves = what == "leave";
    let done = app.rt.write(app.anybody(), move |cx| match what.as_str() {
        "agree" => watch::agree(cx, &asked).map(|()| None),
        "leave" => watch::leave(cx, &asked).map(|()| None),
        _ => watch::press(cx, &asked, read).map(Some),
    });
    match done.await {
        Ok(Some(Pressed::Read)) => {
            let (minutes, found) = load(&app, &code).await?;
            html(&NeighbourPage { unread: true, ..page_of(page, code, minutes, found) })
        }
        Ok(_) if leaves => {
            let none =
                (Neighbour { id: Uuid::nil(), who: None, since: page.now, agreed_at: None, ended_at: None }, None);
            html(&NeighbourPage { gone: true, ..page_of(page, code, 0, none) })
        }
        Ok(_) => Ok(Redirect::to(&page.href(format!("/w/{code}"))).into_response()),
        Err(error) => ask::wrong(&app, page, source, NEIGHBOUR, String::new(), error.into()),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::model::watch::Step;
    let neighbour = |agreed: bool| Neighbour {
        id: Uuid::nil(),
        who: Some(watch::Named {
            name: String::new(),
            phone: String::new(),
            called: if page.zh() { "楼上王阿姨".into() } else { "upstairs".into() },
        }),
        since: page.now,
        agreed_at: agreed.then_some(page.now),
        ended_at: None,
    };
    let worry = |steps: &[Step], late: bool| SeenWorry {
        id: Uuid::from_u128(3),
        number: 3,
        at: page.now,
        due_at: page.now.plus_minutes(if late { -5 } else { 30 }),
        steps: steps.iter().map(|s| (page.now, *s)).collect(),
        ended_at: steps.iter().any(|s| s.ends()).then_some(page.now),
    };
    let mut all = vec![(neighbour(false), None), (neighbour(true), None)];
    for steps in [&[][..], &[Step::Going], &[Step::NoAnswer, Step::Taken, Step::Well]] {
        all.push((neighbour(true), Some(worry(steps, false))));
        all.push((neighbour(true), Some(worry(steps, true))));
    }
    let mut out = Vec::new();
    for (n, found) in all.into_iter().enumerate() {
        let shown = page_of(page.clone(), "ABCD-EFGH-JKMN-PQRS".into(), 30, found);
        let shown = NeighbourPage { unread: n == 6, gone: n == 7, ..shown };
        out.push(("public/watch/show.html", shown.render().unwrap_or_default()));
    }
    out
}

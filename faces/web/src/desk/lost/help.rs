//! Help that is needed near by (L13), for volunteers, building leaders, shops and property managers: what is needed, "I help", and
//! the elder's name only while they do (L14). A phone in the street is all it takes.

use super::show::{StateTag, described};
use super::told;
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::CaseId;
use lost::app::HelpAsked;
use lost::model::{Helping, Task};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/help-needed", get(list))
        .route("/desk/help-needed/{id}", get(show))
        .route("/desk/help-needed/{id}/help", post(help))
        .route("/desk/help-needed/{id}/stop", post(stop))
}

pub(super) struct NeedView {
    pub href: String,
    pub number: String,
    pub title: String,
    pub state: StateTag,
    pub since: String,
    pub area: Option<String>,
    pub post: Option<(String, String)>,
    pub words: String,
    pub described: Vec<(String, String)>,
    /// They help now.
    pub mine: Option<String>,
    pub name: Option<String>,
    /// They help, and there is a photo that may be seen.
    pub photo: bool,
    pub place: Option<String>,
    /// For the map app of the phone.
    pub geo: Option<String>,
    pub open: bool,
}

#[derive(Template)]
#[template(path = "desk/help_needed.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub frame: Frame,
    pub all: Vec<NeedView>,
}

#[derive(Template)]
#[template(path = "desk/help_case.html")]
pub(super) struct HelpPage {
    pub page: Page,
    pub frame: Frame,
    pub n: NeedView,
    pub problem: Option<String>,
}

fn view(cx: &mut Cx<'_>, page: &Page, h: HelpAsked) -> Result<NeedView, Fail> {
    let ground = places::snapshot(cx)?;
    let row = lost::app::load(cx, h.case)?;
    let photo = match row.person {
        Some(person) if h.name.is_some() => care::app::photo::is_there(cx, person)?,
        _ => false,
    };
    let helps = matches!(h.mine, Some((Helping::Helps, _)));
    Ok(NeedView {
        href: page.href(format!("/desk/help-needed/{}", h.case)),
        number: h.number,
        title: page.tk("lost-kind-", h.kind.code()),
        state: StateTag::of(page, &row),
        since: page.stamp(h.since),
        area: h.area.and_then(|a| ground.area(a)).map(|a| a.name.clone()),
        post: h.post.and_then(|p| ground.post(p)).map(|p| (p.name.clone(), p.phone.clone())),
        words: h.words,
        described: described(page, &h.described),
        mine: h.mine.filter(|_| helps).map(|(_, task)| page.tk("lost-task-", task.code())),
        name: h.name,
        photo,
        place: h.place,
        geo: h.point.map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon())),
        open: h.state.is_open(),
    })
}

async fn list(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let me = staff.who(Purpose::Administration);
    let ids = app
        .rt
        .read(me.clone(), |cx| {
            people::policy::require_somewhere(&cx.actor, people::policy::Action::OfferHelp)?;
            Ok::<_, Fail>(lost::app::called(cx)?)
        })
        .await?;
    let shown = app
        .rt
        .read(me, move |cx| {
            let mut all = Vec::new();
            for id in ids {
                // Each in its own name, so that the log says for which case something was read.
                let actor = cx.actor.clone();
                let asked = cx.acting_as(actor, Purpose::Case(id), |cx| lost::app::needed(cx, id));
                if let Ok(asked) = asked {
                    all.push(view(cx, &page, asked)?);
                }
            }
            let frame = Frame::load(cx, &page, &staff, "/desk/help-needed")?;
            Ok::<_, Fail>(ListPage { all, frame, page })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: CaseId, problem: Option<String>) -> Result<HelpPage, Fail> {
    let asked = lost::app::needed(cx, id)?;
    let n = view(cx, &page, asked)?;
    let frame = Frame::load(cx, &page, staff, "/desk/help-needed")?;
    Ok(HelpPage { n, problem, frame, page })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, None)).await?;
    html(&shown).map(crate::unkept)
}

async fn help(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let task = Task::from_code(&posted.get("task")).unwrap_or(Task::Search);
    let who = staff.who(Purpose::Case(id));
    let done = app.rt.write(who, move |cx| lost::app::offer(cx, id, task)).await;
    back(&app, page, staff, id, done).await
}

async fn stop(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let done = app
        .rt
        .write(who, move |cx| {
            let me = cx.actor.account_id().ok_or(lost::Error::Store(store::Error::NotFound))?;
            lost::app::end_help(cx, id, me)
        })
        .await;
    back(&app, page, staff, id, done).await
}

async fn back(
    app: &App,
    page: Page,
    staff: Staff,
    id: CaseId,
    done: Result<(), lost::Error>,
) -> Result<Response, Fail> {
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/help-needed/{id}"))).into_response()),
        Err(error) => {
            let Some(problem) = told(&page, &error) else { return Err(error.into()) };
            let who = staff.who(Purpose::Case(id));
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, Some(problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, crate::unkept(html(&shown)?)).into_response())
        }
    }
}

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
        .route("/desk/help-needed/found", get(found).post(send_found))
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
    /// They go with the elder, and the second of the two is still missing (L14).
    pub alone: bool,
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
        area: h.area.and_then(|a| ground.area(a)).map(|a| a.called(page.look.lang).to_owned()),
        post: h.post.and_then(|p| ground.post(p)).map(|p| (p.name.clone(), p.phone.clone())),
        words: h.words,
        described: described(page, &h.described),
        alone: helps && h.alone,
        mine: h.mine.filter(|_| helps).map(|(_, task)| page.tk("lost-task-", task.code())),
        name: h.name,
        photo,
        place: h.place,
        geo: h.point.map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon())),
        open: h.state.is_open(),
    })
}

/// "I found a lost elder", by somebody in the street who is signed in: the place by their phone, and one tap.
#[derive(Template)]
#[template(path = "desk/help_found.html")]
pub(super) struct FoundPage {
    pub page: Page,
    pub frame: Frame,
    /// Made with the page: a double tap reports once.
    pub key: String,
    pub place: String,
    /// Where the phone said one is, as it was sent: nobody else's place.
    pub lat: String,
    pub lon: String,
    pub words: String,
    pub problem: Option<String>,
}

impl FoundPage {
    fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, key: String) -> Result<Self, Fail> {
        people::policy::require_somewhere(&cx.actor, people::policy::Action::OfferHelp)?;
        let frame = Frame::load(cx, &page, staff, "/desk/help-needed")?;
        let none = String::new;
        Ok(Self { page, frame, key, place: none(), lat: none(), lon: none(), words: none(), problem: None })
    }
}

async fn found(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let key = app.rt.ids().uuid(app.rt.now()).to_string();
    let who = staff.who(Purpose::Administration);
    html(&app.rt.read(who, move |cx| FoundPage::load(cx, page, &staff, key)).await?)
}

async fn send_found(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let get = |name: &str| Some(posted.get(name)).filter(|t| !t.is_empty());
    let number = |name: &str| get(name).and_then(|n| n.parse::<f64>().ok());
    // Browsers give WGS-84 (R11).
    let point = number("lon").zip(number("lat")).and_then(|(lon, lat)| kernel::Point::new(lon, lat).ok());
    let key: String = posted.get("key").chars().take(60).collect();
    let report = lost::model::Report {
        key: staff.actor.account_id().map(|me| format!("helper/{me}/{key}")).filter(|_| !key.is_empty()),
        kind: lost::model::Kind::Found,
        place: lost::model::ScenePlace { point, words: get("place"), ..lost::model::ScenePlace::default() },
        words: posted.get("words"),
        described: lost::model::Described::default(),
        seen_at: None,
        reporter: lost::model::Reporter { stays: true, ..lost::model::Reporter::anonymous(page.look.lang) },
        person: None,
    };
    let who = staff.who(Purpose::Administration);
    match app.rt.write(who.clone(), move |cx| lost::app::found_by_helper(cx, &report)).await {
        Ok(case) => Ok(Redirect::to(&page.href(format!("/desk/help-needed/{case}"))).into_response()),
        Err(error) => {
            let Some(problem) = told(&page, &error) else { return Err(error.into()) };
            let [place, lat, lon, words] = ["place", "lat", "lon", "words"].map(|name| posted.get(name));
            let shown = app.rt.read(who, move |cx| {
                let empty = FoundPage::load(cx, page, &staff, key)?;
                Ok::<_, Fail>(FoundPage { place, lat, lon, words, problem: Some(problem), ..empty })
            });
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response())
        }
    }
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

//! The search for a missing elder on the desk (L12): where the elder probably is, by street, who looks where, what was searched and seen; sheets for the
//! teams; and afterwards, what can be learned from it. Works without a script: the list says what the map shows.

mod debrief;
mod draw;
#[cfg(test)]
mod samples;
mod sheet;
mod tell;
mod view;

#[cfg(test)]
pub(super) use samples::samples;

use super::told;
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::CaseId;
use kernel::{Moment, Purpose};
use lost::app::search::{self, Ask, Board, Fixed, Log, SearchRoom, Streets};
use lost::model::search::{Route, TeamId};
use serde::Deserialize;
use std::sync::Arc;
use view::SearchView;

/// What a locator that does not say how exact it is is taken to be, in metres.
const INEXACT_M: f64 = 100.0;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/lost/{id}/search", get(show))
        .route("/desk/lost/{id}/search/map.geojson", get(map))
        .route("/desk/lost/{id}/search/give-out", post(give_out))
        .route("/desk/lost/{id}/search/teams/{team}/{step}", post(team_step))
        .route("/desk/lost/{id}/search/call", post(call))
        .route("/desk/lost/{id}/search/close", post(close))
        .merge(tell::routes())
        .merge(sheet::routes())
        .merge(debrief::routes())
}

/// What the address says: the map of another instant, minutes of the plan, teams that are not there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Minutes before now.
    ago: Option<f64>,
    minutes: Option<f64>,
    more: Option<usize>,
}

impl Asked {
    fn ask(&self, now: Moment) -> Ask {
        let ago = self.ago.filter(|m| m.is_finite() && *m > 0.0).map(|m| m.clamp(0.0, 20_160.0));
        Ask {
            at: ago.map(|m| now.plus_secs(-(m * 60.0) as i64)),
            minutes: self.minutes.filter(|m| m.is_finite()).unwrap_or(30.0).clamp(10.0, 120.0),
            more: self.more.unwrap_or(0).min(20),
        }
    }
    /// The same as an address has it.
    fn query(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        self.ago.iter().for_each(|v| _ = out.append_pair("ago", &v.to_string()));
        self.minutes.iter().for_each(|v| _ = out.append_pair("minutes", &v.to_string()));
        self.more.iter().for_each(|v| _ = out.append_pair("more", &v.to_string()));
        out.finish()
    }
}

#[derive(Template)]
#[template(path = "desk/lost_search.html")]
struct SearchPage {
    pub page: Page,
    pub frame: Frame,
    pub v: SearchView,
    pub problem: Option<String>,
}

/// The log and the streets, in one read.
async fn read(app: &App, staff: &Staff, id: CaseId) -> Result<(Log, Streets), Fail> {
    let room = app.rt.cached(SearchRoom::default);
    let who = staff.who(Purpose::Case(id));
    // The elder's own locator, as far as it was agreed: a look that the family reads, once in five minutes.
    app.rt
        .write(who, move |cx| {
            let log = search::look(cx, id)?;
            let fixes = match log.case.person {
                Some(_) if log.standing.is_open() => locators::app::desk::last_fixes(cx, id)?,
                _ => Vec::new(),
            };
            let fixes = fixes.into_iter().map(|s| Fixed {
                at: s.fix.at,
                place: s.fix.point,
                accuracy_m: s.fix.accuracy_m.map_or(INEXACT_M, f64::from).clamp(15.0, 5_000.0),
            });
            Ok::<_, Fail>((log.with_fixes(fixes), room.streets(cx)?))
        })
        .await
}

/// What the engine makes of it, beside the threads that answer others.
async fn board(app: &App, log: &Log, streets: Streets, ask: Ask) -> Result<Option<Arc<Board>>, Fail> {
    shown_or_new(app, log, streets, ask, String::new()).await
}

/// The plan of that name, while it is known; else one of now.
async fn shown_or_new(
    app: &App,
    log: &Log,
    streets: Streets,
    ask: Ask,
    plan: String,
) -> Result<Option<Arc<Board>>, Fail> {
    let room = app.rt.cached(SearchRoom::default);
    let log = log.clone();
    let work = move || room.shown(&log, &plan).or_else(|| room.board(&log, streets, &ask));
    let made = tokio::task::spawn_blocking(work).await;
    made.map_err(|_| Fail::Internal("search".into()))
}

async fn shown(
    app: &App,
    page: Page,
    staff: &Staff,
    id: CaseId,
    asked: &Asked,
    problem: Option<String>,
) -> Result<SearchPage, Fail> {
    let (log, streets) = read(app, staff, id).await?;
    let ask = asked.ask(log.now);
    let board = board(app, &log, streets, ask.clone()).await?;
    let who = staff.who(Purpose::Case(id));
    let (staff, asked) = (staff.clone(), asked.clone());
    app.rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/lost")?;
            let v = view::view(cx, &page, &log, board.as_deref(), &asked)?;
            Ok::<_, Fail>(SearchPage { v, frame, problem, page })
        })
        .await
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    html(&shown(&app, page, &staff, id, &asked, None).await?).map(unkept)
}

/// What the map draws. Nobody keeps it: the places that the family named are on it.
async fn map(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let (log, streets) = read(&app, &staff, id).await?;
    let board = board(&app, &log, streets, asked.ask(log.now)).await?;
    let body = draw::collection(&page, &log, board.as_deref()).to_string();
    Ok(([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// Gives out the routes that were shown. When they are not known any more, those of now.
async fn give_out(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let asked = Asked { minutes: posted.get("minutes").parse().ok(), ..Asked::default() };
    let chosen: Vec<TeamId> = posted.list("team").iter().filter_map(|t| t.parse().ok()).collect();
    let (log, streets) = read(&app, &staff, id).await?;
    let board = shown_or_new(&app, &log, streets, asked.ask(log.now), posted.get("plan")).await?;
    let proposals = board.iter().flat_map(|b| &b.proposals).filter(|p| !p.made_up && chosen.contains(&p.route.team));
    let routes: Vec<Route> = proposals.map(|p| p.route.clone()).collect();
    let done = app.rt.write(staff.who(Purpose::Case(id)), move |cx| search::give_out(cx, id, &routes)).await;
    back(&app, page, &staff, id, done.map(|_| ())).await
}

/// What a team says on the telephone.
async fn team_step(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, team, step)): Path<(CaseId, TeamId, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let route = posted.get("route").parse().unwrap_or(0);
    let some: Vec<usize> = posted.list("leg").iter().filter_map(|n| n.parse().ok()).collect();
    let who = staff.who(Purpose::Case(id));
    let done = app
        .rt
        .write(who, move |cx| match step.as_str() {
            "all" => search::searched(cx, id, team, route, None),
            "legs" => search::searched(cx, id, team, route, Some(some)),
            "back" => search::back(cx, id, team),
            "gone" => search::gone(cx, id, team),
            _ => Err(lost::Error::Store(store::Error::NotFound)),
        })
        .await;
    back(&app, page, &staff, id, done).await
}

/// Asks those for help who live, work or keep a shop where the elder probably is (L13): no name, no address.
async fn call(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let radius = posted.get("radius").parse().unwrap_or(500);
    let (log, streets) = read(&app, &staff, id).await?;
    let board = board(&app, &log, streets, Ask::default()).await?;
    let around = board.and_then(|b| b.focus).and_then(search::place);
    let done = app
        .rt
        .write(staff.who(Purpose::Case(id)), move |cx| {
            let seen = lost::app::load(cx, id)?.version;
            lost::app::call_around(cx, id, seen, radius, around)
        })
        .await;
    back(&app, page, &staff, id, done.map(|_| ())).await
}

/// The search is over: how the map stood where the elder was found is kept, as numbers.
async fn close(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let (log, streets) = read(&app, &staff, id).await?;
    let room = app.rt.cached(SearchRoom::default);
    let ranked = tokio::task::spawn_blocking(move || {
        let (place, at) = search::debrief::found_at(&log)?;
        room.rank(&log, streets, place, at).map(|rank| (at, rank))
    });
    let ranked = ranked.await.map_err(|_| Fail::Internal("search".into()))?;
    let done = app
        .rt
        .write(staff.who(Purpose::Case(id)), move |cx| {
            if let Some((at, rank)) = ranked {
                search::debrief::keep(cx, id, at, &rank)?;
            }
            search::close(cx, id)
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}/search/debrief"))).into_response()),
        Err(error) => back(&app, page, &staff, id, Err(error)).await,
    }
}

/// To the page again, or what stands in the way on it.
async fn back(
    app: &App,
    page: Page,
    staff: &Staff,
    id: CaseId,
    done: Result<(), lost::Error>,
) -> Result<Response, Fail> {
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}/search"))).into_response()),
        Err(error) => {
            let Some(problem) = told(&page, &error) else { return Err(error.into()) };
            let shown = shown(app, page, staff, id, &Asked::default(), Some(problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&shown)?)).into_response())
        }
    }
}

//! One case on one screen (L6, L8, R4): works by keyboard during a call, and on a telephone in the street.

use super::show::{View, view};
use super::told;
use crate::desk::Frame;
use crate::desk::records;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::CaseId;
use people::app::persons;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/lost/{id}", get(show))
        .route("/desk/lost/{id}/point.geojson", get(point))
        .route("/desk/lost/{id}/reporter", post(reporter))
        .route("/desk/lost/{id}/record", post(record))
        .route("/desk/lost/{id}/plan", post(plan))
}

#[derive(Template)]
#[template(path = "desk/lost_case.html")]
pub(super) struct CasePage {
    pub page: Page,
    pub frame: Frame,
    pub c: View,
    pub problem: Option<String>,
    /// How to reach whoever reported, once it was asked for.
    pub reporter: Option<Vec<String>>,
}

pub(super) fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: CaseId,
    problem: Option<String>,
) -> Result<CasePage, Fail> {
    let found = lost::app::view(cx, id)?;
    let c = view(cx, &page, found)?;
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    Ok(CasePage { c, problem, reporter: None, frame, page })
}

/// A part of the screen to open: links lead there without a script, too.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Opened {
    open: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    Query(Opened { open }): Query<Opened>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let mut shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, None)).await?;
    shown.c.fold.open(&open);
    html(&shown).map(crate::unkept)
}

/// The page with what stands in the way on it and the form of that step open; another error has a page of its own.
pub(super) async fn again(
    app: &App,
    page: Page,
    staff: Staff,
    id: CaseId,
    step: &str,
    error: lost::Error,
) -> Result<Response, Fail> {
    let Some(problem) = told(&page, &error) else { return Err(error.into()) };
    let who = staff.who(Purpose::Case(id));
    let mut shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, Some(problem))).await?;
    shown.c.fold.open_of(step);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, crate::unkept(html(&shown)?)).into_response())
}

async fn point(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(lost::app::view(cx, id)?)).await?;
    let feature = |p: &kernel::Point, title: String, tone: &str| {
        serde_json::json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [p.lon(), p.lat()] },
            "properties": { "title": title, "url": null, "tone": tone },
        })
    };
    let mut features: Vec<_> = found.point.iter().map(|p| feature(p, found.row.number.clone(), "bad")).collect();
    // Where finders said they are: said, not proven.
    let said = found.circle.iter().flat_map(|k| &k.heard.threads).flat_map(|t| &t.messages);
    features.extend(said.filter_map(|m| m.place.map(|p| feature(&p, page.stamp(m.at), "soon"))));
    let body = serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string();
    Ok(([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

async fn reporter(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app
        .rt
        .write(who, move |cx| {
            let (name, phone, stays) = lost::app::reporter(cx, id)?;
            let mut lines: Vec<String> = name.into_iter().collect();
            lines.extend(phone.as_deref().map(crate::fmt::phone));
            if lines.is_empty() {
                lines.push(page.t("lost-reporter-none"));
            }
            if stays {
                lines.push(page.t("lost-reporter-stays"));
            }
            let shown = build(cx, page, &staff, id, None)?;
            Ok::<_, Fail>(CasePage { reporter: Some(lines), ..shown })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

/// The record of the elder, in the name of the case.
async fn record(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let back = page.href(format!("/desk/lost/{id}"));
    let shown = app
        .rt
        .write(who, move |cx| {
            let person = lost::app::load(cx, id)?.person.ok_or(Fail::NotFound)?;
            let why = lost::app::in_the_name_of(cx, id, person)?;
            let opened = persons::open_record(cx, person, &why)?;
            records::plain_record(cx, page, &staff, &opened, back)
        })
        .await?;
    html(&shown).map(crate::unkept)
}

#[derive(Template)]
#[template(path = "desk/lost_plan.html")]
pub(super) struct PlanPage {
    pub page: Page,
    pub frame: Frame,
    pub back: String,
    pub none: bool,
    pub approach: String,
    pub habits: String,
    pub found_before: String,
    pub haunts: Vec<(String, String)>,
    pub may_keep_haunts: bool,
}

/// The care plan, opened; the family is told that it was.
async fn plan(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let back = page.href(format!("/desk/lost/{id}"));
    let shown = app
        .rt
        .write(who, move |cx| {
            let person = lost::app::load(cx, id)?.person.ok_or(Fail::NotFound)?;
            let why = lost::app::in_the_name_of(cx, id, person)?;
            let plan = care::app::plan::open(cx, person, &why).map_err(lost::Error::from)?;
            let haunts = plan.inner.haunts.iter();
            let haunts = haunts.map(|h| (page.tk("lost-haunt-", &h.kind), h.label.clone())).collect();
            let frame = Frame::load(cx, &page, &staff, "/desk/lost")?;
            Ok::<_, Fail>(PlanPage {
                back,
                none: plan.version == 0,
                approach: plan.inner.approach,
                habits: plan.inner.habits,
                found_before: plan.inner.found_before,
                haunts,
                may_keep_haunts: plan.may_keep_haunts,
                frame,
                page,
            })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

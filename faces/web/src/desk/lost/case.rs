//! One case on one screen (L6, L8, R4): works by keyboard during a call, and on a telephone in the street.

use super::show::{View, view};
use super::told;
use crate::desk::Frame;
use crate::desk::records;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use care::model::Haunt;
use kernel::ids::CaseId;
use kernel::{Point, Purpose};
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
    let mut features: Vec<_> = found.point.iter().map(|p| feature(*p, &found.row.number, "bad")).collect();
    // Where finders said they are: said, not proven.
    let said = found.circle.iter().flat_map(|k| &k.heard.threads).flat_map(|t| &t.messages);
    features.extend(said.filter_map(|m| m.place.map(|p| feature(p, &page.stamp(m.at), "soon"))));
    // Where it was said that the elder is or was, in this case.
    let entries = found.timeline.iter().filter_map(|e| Some((e.place?, e.moment.unwrap_or(e.at))));
    features.extend(entries.map(|(p, at)| feature(p, &page.stamp(at), "soon")));
    if let Some(b) = found.circle.as_ref().and_then(|k| k.before.as_ref()) {
        let title = page.t2("lost-before", "at", page.day(b.opened_at), "number", &b.number);
        features.extend(b.point.map(|p| feature(p, &title, "wait")));
    }
    let body = collection(&features);
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
    pub haunts: Vec<HauntView>,
    /// What the map shows, when there is a place to show: middle, and everything as GeoJSON.
    pub map: Option<((f64, f64), String)>,
    pub may_keep_haunts: bool,
}

/// A place that the family named.
pub(super) struct HauntView {
    pub kind: String,
    pub label: String,
    /// How far from where the elder was found, or last seen.
    pub away: Option<String>,
    /// For the telephone's own map.
    pub geo: Option<String>,
}

impl HauntView {
    fn of(page: &Page, h: &Haunt, scene: Option<Point>) -> Self {
        let away = scene.zip(h.point()).map(|(a, b)| page.t1("lost-haunt-away", "m", apart(a.distance_m(b))));
        let geo = h.point().map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon()));
        Self { kind: page.tk("lost-haunt-", &h.kind), label: h.label.clone(), away, geo }
    }
}

/// Metres as people say them: to fifty, above a kilometre to hundred.
pub(super) fn apart(metres: f64) -> String {
    let step = if metres < 1_000.0 { 50.0 } else { 100.0 };
    fmt::number((metres / step).round().max(1.0) as i64 * step as i64)
}

fn feature(p: Point, title: &str, tone: &str) -> serde_json::Value {
    serde_json::json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [p.lon(), p.lat()] },
        "properties": { "title": title, "url": null, "tone": tone },
    })
}

fn collection(features: &[serde_json::Value]) -> String {
    serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// Where the elder is or was, and the places that the family named, on one map. The page carries it: an address that gives such
/// places away could be fetched without anybody having asked to see them.
fn plan_map(page: &Page, scene: Option<Point>, haunts: &[Haunt]) -> Option<((f64, f64), String)> {
    let named =
        haunts.iter().filter_map(|h| Some((h.point()?, format!("{} {}", page.tk("lost-haunt-", &h.kind), h.label))));
    let mut features: Vec<_> = named.map(|(p, title)| (p, feature(p, title.trim(), "wait"))).collect();
    let first = scene.or(features.first().map(|(p, _)| *p))?;
    if features.is_empty() {
        return None;
    }
    features.extend(scene.map(|p| (p, feature(p, &page.t("lost-haunt-scene"), "bad"))));
    let all: Vec<_> = features.into_iter().map(|(_, f)| f).collect();
    Some(((first.lat(), first.lon()), collection(&all)))
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
            let scene = lost::app::view(cx, id)?.point;
            let haunts = plan.inner.haunts.iter().map(|h| HauntView::of(&page, h, scene)).collect();
            let map = plan_map(&page, scene, &plan.inner.haunts);
            let frame = Frame::load(cx, &page, &staff, "/desk/lost")?;
            Ok::<_, Fail>(PlanPage {
                back,
                none: plan.version == 0,
                approach: plan.inner.approach,
                habits: plan.inner.habits,
                found_before: plan.inner.found_before,
                haunts,
                map,
                may_keep_haunts: plan.may_keep_haunts,
                frame,
                page,
            })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

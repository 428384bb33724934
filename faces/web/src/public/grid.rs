//! "Who looks after my place?" By a place on the map, by "I'm here", or by the name of the neighbourhood. A position is
//! sent in the body of a form and kept nowhere.

use super::errors;
use super::find::{self, Picks, Places, spot};
use super::office::office;
use super::post::Posted;
use super::report::{Town, towns};
use crate::guard::Source;
use crate::{App, Fail, Page, html, nearby};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Point;
use kernel::geo::Datum;
use kernel::ids::AreaId;
use people::app::roster::{Want, find_owner};
use places::app::contact_cards::{self, Spot};
use places::model::contact_card::Part;
use places::{AreaKind, Located, Snapshot};
use serde::Deserialize;
use serde_json::json;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/my-grid", get(ask).post(locate))
        .route("/map/areas.geojson", get(areas))
        .route("/map/posts.geojson", get(posts))
}

/// Who answers for what, as on the contact card of a building (N7).
#[derive(Debug, Clone)]
struct Person {
    /// End of the key `grid-role-…`.
    role: &'static str,
    name: String,
    office: String,
    phone: Option<String>,
}

/// The post that answers for a place.
#[derive(Debug, Clone)]
struct PostLine {
    name: String,
    address: String,
    phone: String,
    open: bool,
}

/// What is found.
#[derive(Debug, Clone)]
struct Answer {
    /// Names from the town down to the grid cell.
    areas: Vec<String>,
    people: Vec<Person>,
    post: Option<PostLine>,
    /// The pin in words.
    near: Option<String>,
}

#[derive(Template)]
#[template(path = "public/grid.html")]
struct GridPage {
    page: Page,
    towns: Vec<Town>,
    chosen: String,
    typed: String,
    /// Neighbourhoods whose name has what was typed: (id, town and name).
    matching: Vec<(String, String)>,
    answer: Option<Answer>,
    problem: Option<String>,
    /// What was typed, looked up as an address.
    places: Option<Places>,
}

impl Picks for GridPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn places(&self) -> Option<&Places> {
        self.places.as_ref()
    }
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Asked {
    area: String,
    q: String,
}

async fn ask(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    by_name(&app, page, source, asked, None).await
}

/// By the name of a neighbourhood or an address; `go`: the button of a form, which must not be empty.
async fn by_name(
    app: &App,
    mut page: Page,
    source: Source,
    asked: Asked,
    go: Option<String>,
) -> Result<Response, Fail> {
    let towns = towns(app, page.look.lang).await?;
    let typed = kernel::text::tidy(&asked.q);
    let matching = if asked.area.is_empty() { matching(&towns, &typed) } else { Vec::new() };
    let chosen = match matching.as_slice() {
        [(only, _)] => only.clone(),
        _ => asked.area,
    };
    let mut problem = None;
    let mut answer = match chosen.parse::<AreaId>() {
        Ok(area) => {
            let shown = page.clone();
            app.rt.read(app.anybody(), move |cx| by_area(cx, &shown, area)).await.map_err(errors::of_matters)?
        }
        Err(_) => None,
    };
    // No neighbourhood is called so: it may be an address.
    let places = match (typed.is_empty(), matching.is_empty() && answer.is_none()) {
        (false, true) => Some(find::look_up(app, &page, source, &typed, ("", "")).await?),
        _ => None,
    };
    let places = places.filter(|p| !p.places.is_empty());
    if let Some(at) = places.as_ref().and_then(Places::sure).filter(|_| go.as_deref() != Some("find")) {
        let shown = page.clone();
        answer = app.rt.read(app.anybody(), move |cx| by_point(cx, &shown, at)).await.map_err(errors::of_matters)?;
    }
    if answer.is_none() && places.is_none() && (!chosen.is_empty() || (!typed.is_empty() && matching.is_empty())) {
        problem = Some(page.t("grid-not-found"));
    }
    let matching = if matching.len() > 1 { matching } else { Vec::new() };
    if go.is_some_and(|go| go != "unpin") && typed.is_empty() && chosen.is_empty() {
        problem = Some(page.t("grid-empty"));
    }
    if answer.is_some() && !chosen.is_empty() {
        // In another language or size it is the same place.
        page.path = format!("/my-grid?area={chosen}");
    }
    html(&GridPage { page, towns, chosen, typed, matching, answer, problem, places })
}

/// Neighbourhoods by a part of their name.
fn matching(towns: &[Town], typed: &str) -> Vec<(String, String)> {
    if typed.is_empty() {
        return Vec::new();
    }
    let all = towns.iter().flat_map(|t| t.communities.iter().map(move |(id, name)| (id, format!("{} {name}", t.name))));
    let typed = typed.to_lowercase();
    all.filter(|(_, name)| name.to_lowercase().contains(&typed)).map(|(id, name)| (id.clone(), name)).take(30).collect()
}

async fn locate(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let number = |text: &str| kernel::text::narrow(text).trim().parse::<f64>().ok();
    let (lat, lon) = spot(&posted);
    let point = number(&lon).zip(number(&lat)).and_then(|(lon, lat)| Datum::Wgs84.to_wgs84(lon, lat).ok());
    let Some(point) = point.filter(|_| !matches!(posted.get("go").as_str(), "unpin" | "find")) else {
        let asked = Asked { area: posted.get("area"), q: posted.get("q") };
        return by_name(&app, page, source, asked, Some(posted.get("go"))).await;
    };
    let shown = page.clone();
    let found = app.rt.read(app.anybody(), move |cx| by_point(cx, &shown, point)).await.map_err(errors::of_matters)?;
    let problem = found.is_none().then(|| page.t("grid-outside"));
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let towns = towns(&app, page.look.lang).await?;
    let (chosen, typed, matching) = (posted.get("area"), posted.get("q"), Vec::new());
    let body = html(&GridPage { page, towns, chosen, typed, matching, answer: found, problem, places: None })?;
    Ok((status, body).into_response())
}

/// A read of two domains; both fail only with the store here.
type Found = Result<Option<Answer>, matters::Error>;

fn storage(error: &dyn std::error::Error) -> matters::Error {
    matters::Error::Store(store::Error::Sql(error.to_string()))
}

fn ground(cx: &mut Cx<'_>) -> Result<std::sync::Arc<Snapshot>, matters::Error> {
    places::snapshot(cx).map_err(of_places)
}

fn of_places(error: places::Error) -> matters::Error {
    match error {
        places::Error::Store(e) => matters::Error::Store(e),
        other => storage(&other),
    }
}

fn by_point(cx: &mut Cx<'_>, page: &Page, point: Point) -> Found {
    let ground = ground(cx)?;
    let Ok(located) = ground.locate(point) else { return Ok(None) };
    let near = nearby::words(cx, page, point).map_err(|e| storage(&e))?;
    let found = answer(cx, page, &ground, &located, &located.chain())?;
    Ok(Some(Answer { near, ..found }))
}

/// A neighbourhood stands for a point inside it, to find its police area and post.
fn by_area(cx: &mut Cx<'_>, page: &Page, area: AreaId) -> Found {
    let ground = ground(cx)?;
    let Some(found) = ground.area(area) else { return Ok(None) };
    let located = ground.stand_in(found.id).unwrap_or(Located {
        point: Point::new(page.config.centre.1, page.config.centre.0).map_err(|e| storage(&e))?,
        district: None,
        town: None,
        community: None,
        grid: None,
        police: None,
        post: None,
    });
    answer(cx, page, &ground, &located, &ground.chain_ids(area)).map(Some)
}

/// People and post of a place, as its contact card names them. `chain` runs from the smallest area to the district.
fn answer(
    cx: &mut Cx<'_>,
    page: &Page,
    ground: &Snapshot,
    located: &Located,
    chain: &[AreaId],
) -> Result<Answer, matters::Error> {
    let spot = Spot { chain: chain.to_vec(), police: located.police, post: located.post };
    let found = contact_cards::contacts(cx, ground, &[spot]).map_err(of_places)?.pop().unwrap_or_default();
    let mut people: Vec<Person> = found
        .into_iter()
        .filter(|c| c.part != Part::Post)
        .map(|c| Person { role: c.part.code(), name: c.name, office: c.office, phone: c.phone })
        .collect();
    if people.is_empty() {
        people.push(in_charge(cx, page, chain)?);
    }
    let post = located.post.and_then(|id| ground.post(id)).map(|p| PostLine {
        name: p.name.clone(),
        address: p.address.clone(),
        phone: p.phone.clone(),
        open: p.open_at(page.now),
    });
    let mut areas: Vec<String> = chain
        .iter()
        .filter_map(|id| ground.area(*id))
        .filter(|a| a.kind != AreaKind::District)
        .map(|a| a.called(page.look.lang).to_owned())
        .collect();
    areas.reverse();
    Ok(Answer { areas, people, post, near: None })
}

/// Where nobody has a seat: whoever answers for everything.
fn in_charge(cx: &mut Cx<'_>, page: &Page, chain: &[AreaId]) -> Result<Person, matters::Error> {
    let found = find_owner(cx, &Want { areas: chain.to_vec(), ..Want::default() })?;
    let account = people::app::accounts::account(cx, found.account)?;
    let office = office(cx, page, found.seat)?;
    let desk = Some(page.phone().to_owned());
    let phone = account.phone_ext.into_iter().chain(office.phone).chain(desk).find(|p| !p.is_empty());
    Ok(Person { role: "catch-all", name: account.display_name, office: office.name, phone })
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Layer {
    kind: String,
}

/// Outlines for the maps of public pages, simplified; not personal, and the same for everybody. Of the neighbourhoods, or of
/// the towns: as asked, and while the others are not drawn.
async fn areas(State(app): State<App>, headers: HeaderMap, Query(asked): Query<Layer>) -> Result<Response, Fail> {
    let mut kinds = [AreaKind::Community, AreaKind::Town];
    if asked.kind == AreaKind::Town.code() {
        kinds.reverse();
    }
    let read = move |cx: &mut Cx<'_>| {
        let ground = places::snapshot(cx)?;
        let drawn = |kind: AreaKind| ground.of_kind(kind).any(|a| a.outline.is_some());
        let kind = kinds.into_iter().find(|k| drawn(*k)).unwrap_or(AreaKind::Town);
        let tag = format!("\"{}-{}\"", kind.code(), ground.token.simple());
        let body = if knows(&headers, &tag) { None } else { Some(places::app::layer(cx, kind, 15.0)?) };
        Ok((tag, body))
    };
    let (tag, body) = app.rt.read(app.anybody(), read).await.map_err(errors::of_places)?;
    Ok(layer(tag, body))
}

fn knows(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes())
}

/// A layer that browsers keep for some minutes and then ask about by its tag; no body: it is the one they have.
fn layer(tag: String, body: Option<serde_json::Value>) -> Response {
    let headers = [(header::CACHE_CONTROL, "public, max-age=300".to_owned()), (header::ETAG, tag)];
    match body {
        None => (StatusCode::NOT_MODIFIED, headers).into_response(),
        Some(body) => (headers, [(header::CONTENT_TYPE, "application/geo+json")], body.to_string()).into_response(),
    }
}

/// Running posts with their names, to find one's way on the maps of public pages.
async fn posts(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let ground = app.rt.read(app.anybody(), places::snapshot).await.map_err(errors::of_places)?;
    let tag = format!("\"posts-{}\"", ground.token.simple());
    if knows(&headers, &tag) {
        return Ok(layer(tag, None));
    }
    let features: Vec<_> = ground
        .posts()
        .iter()
        .filter(|p| p.state == places::PostState::Running)
        .filter_map(|p| {
            let point = p.point?;
            Some(json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [point.lon(), point.lat()] },
                "properties": { "name": p.name, "tier": p.tier.code() },
            }))
        })
        .collect();
    Ok(layer(tag, Some(json!({ "type": "FeatureCollection", "features": features }))))
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let person = |role| Person {
        role,
        name: word("王丽", "Wang"),
        office: word("青禾站", "Qinghe post"),
        phone: Some("021-0571 0100".into()),
    };
    let answer = Answer {
        areas: vec![word("青禾镇", "Qinghe"), word("桂花里", "Guihuali")],
        people: ["officer", "grid", "committee", "property", "mediator", "duty", "catch-all"].map(person).to_vec(),
        post: Some(PostLine {
            name: word("青禾站", "Qinghe post"),
            address: word("青禾路 1 号", "1 Qinghe Road"),
            phone: "021-0571 0100".into(),
            open: true,
        }),
        near: Some(page.t1("place-beside", "name", word("青禾街12号", "12 Qinghe Street"))),
    };
    let shown = |answer: Option<Answer>, problem| GridPage {
        page: page.clone(),
        towns: super::report::sample_offer(page).towns,
        chosen: String::new(),
        typed: String::new(),
        matching: vec![("1".into(), word("青禾镇 桂花里", "Guihuali"))],
        answer,
        problem,
        places: Some(find::sample_places(page)),
    };
    [shown(None, Some(page.t("grid-not-found"))), shown(Some(answer), None)]
        .into_iter()
        .map(|p| ("public/grid.html", p.render().unwrap_or_default()))
        .collect()
}

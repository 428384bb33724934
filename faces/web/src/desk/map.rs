//! GeoJSON for the maps of the desk: outlines of areas, posts, matters as points. WGS-84 as GeoJSON is (R11). What a map
//! shows stands in the list beside it.

use super::queue::Ask;
use super::sought::Sought;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Purpose;
use matters::app::Line;
use matters::model::Level;
use people::policy::{Action, ResourceFacts, require};
use places::AreaKind;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/points.geojson", get(matters_of_list))
        .route("/desk/areas.geojson", get(areas))
        .route("/desk/posts.geojson", get(posts))
}

pub(super) fn geojson(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "private, no-cache")], body.to_string())
        .into_response()
}

/// Matters as points; only what stands in the list: number, summary, colour.
pub(super) fn points(lines: &[Line], page: Option<&Page>) -> Response {
    let features: Vec<Value> = lines
        .iter()
        .filter_map(|l| {
            let (lat, lon) = l.lat.zip(l.lon)?;
            let tone = match l.level {
                Level::Green => "good",
                Level::Yellow => "wait",
                Level::Red | Level::Supervisor | Level::NextLevel => "bad",
            };
            let url = page.map(|p| p.href(format!("/desk/matters/{}", l.matter)));
            Some(json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [lon, lat] },
                "properties": { "title": format!("{} {}", l.number, l.summary), "url": url, "tone": tone },
            }))
        })
        .collect();
    geojson(&json!({ "type": "FeatureCollection", "features": features }))
}

/// The matters of the list beside the map, the most urgent first.
async fn matters_of_list(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(ask): Sought<Ask>,
) -> Result<Response, Fail> {
    let lines = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            if ask.text.trim().is_empty() {
                let filter = ask.filter(cx.now);
                return Ok::<_, Fail>(matters::app::map(cx, &filter)?);
            }
            Ok(super::queue::find(cx, &ask)?.lines)
        })
        .await?;
    Ok(points(&lines, Some(&page)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Layer {
    kind: String,
}

/// Borders may lie off by this much on a map of the whole district, in metres.
const TOLERANCE_M: f64 = 15.0;

/// Outlines of one kind of area. They change rarely: the browser asks with the token it has.
async fn areas(
    State(app): State<App>,
    staff: Staff,
    headers: HeaderMap,
    Query(layer): Query<Layer>,
) -> Result<Response, Fail> {
    let kind = AreaKind::from_code(&layer.kind).unwrap_or(AreaKind::Town);
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (tag, body) = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
            let tag = format!("\"{}-{}\"", kind.code(), places::snapshot(cx)?.token.simple());
            let fresh = asked.as_deref() == Some(tag.as_str());
            let body = if fresh { None } else { Some(places::app::layer(cx, kind, TOLERANCE_M)?) };
            Ok::<_, Fail>((tag, body))
        })
        .await?;
    let mut response = body.map_or_else(|| StatusCode::NOT_MODIFIED.into_response(), |b| geojson(&b));
    if let Ok(tag) = tag.parse() {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Posts as points with their telephone.
async fn posts(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let body = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
            let ground = places::snapshot(cx)?;
            let features: Vec<Value> = ground
                .posts()
                .iter()
                .filter_map(|p| {
                    let at = p.point?;
                    let tone = if p.open_at(page.now) { "good" } else { "wait" };
                    Some(json!({
                        "type": "Feature",
                        "geometry": { "type": "Point", "coordinates": [at.lon(), at.lat()] },
                        "properties": {
                            "id": p.id.to_string(), "name": p.name, "title": format!("{} {}", p.name, p.phone), "tone": tone, "tier": p.tier.code(),
                        },
                    }))
                })
                .collect();
            Ok::<_, Fail>(json!({ "type": "FeatureCollection", "features": features }))
        })
        .await?;
    Ok(geojson(&body))
}

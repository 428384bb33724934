//! Places, open to everybody: where a point lies and who answers for it, areas with their outlines, posts.
//! GeoJSON is WGS-84 (RFC 7946, R11).

use super::input::{Asked, Path};
use super::matters::limit;
use super::reply::{Page, geojson, shown};
use super::words::{AreaKindWord, PostStateWord, TierWord};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::geo::Point;
use kernel::ids::{AreaId, PostId};
use people::policy::{Action, ResourceFacts, require};
use places::{Area, Post, Snapshot};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(locate))
        .routes(routes!(list_areas))
        .routes(routes!(show_outlines))
        .routes(routes!(show_area))
        .routes(routes!(list_posts))
        .routes(routes!(map_posts))
        .routes(routes!(show_post))
}

/// GeoJSON (RFC 7946), so WGS-84.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeatureCollection {
    #[serde(rename = "type")]
    #[schema(pattern = "^FeatureCollection$")]
    kind: String,
    features: Vec<Feature>,
}

/// One thing on a map.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Feature {
    #[serde(rename = "type")]
    #[schema(pattern = "^Feature$")]
    kind: String,
    #[schema(value_type = String)]
    id: Value,
    /// A geometry of GeoJSON.
    #[schema(value_type = Option<Object>)]
    geometry: Value,
    #[schema(value_type = Object)]
    properties: Value,
}

/// An area without its outline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AreaView {
    id: Uuid,
    pub(super) kind: AreaKindWord,
    /// Statistical code, if it has one.
    code: Option<String>,
    name: String,
    /// For readers of English, where somebody said it.
    name_en: Option<String>,
    /// The area it lies in.
    parent: Option<Uuid>,
    /// Whether its outline is drawn.
    drawn: bool,
    pub(super) version: i64,
}

impl From<&Area> for AreaView {
    fn from(a: &Area) -> Self {
        Self {
            id: a.id.0,
            kind: a.kind.into(),
            code: a.code.clone(),
            name: a.name.clone(),
            name_en: a.name_en.clone(),
            parent: a.parent.map(|p| p.0),
            drawn: a.outline.is_some(),
            version: a.version,
        }
    }
}

/// A post: police post, police office or safe house.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PostView {
    id: Uuid,
    tier: TierWord,
    code: Option<String>,
    name: String,
    /// The police post it hangs on.
    parent: Option<Uuid>,
    address: String,
    phone: String,
    lat: Option<f64>,
    lon: Option<f64>,
    /// Weekly hours as they are written; empty when not stated.
    #[schema(example = "Mon-Fri 08:30-17:00")]
    hours: String,
    open_now: bool,
    state: PostStateWord,
    /// Police areas it answers for.
    serves: Vec<Uuid>,
    pub(super) version: i64,
}

impl PostView {
    pub(super) fn of(p: &Post, now: kernel::Moment) -> Self {
        Self {
            id: p.id.0,
            tier: p.tier.into(),
            code: p.code.clone(),
            name: p.name.clone(),
            parent: p.parent.map(|p| p.0),
            address: p.address.clone(),
            phone: p.phone.clone(),
            lat: p.point.map(Point::lat),
            lon: p.point.map(Point::lon),
            hours: p.hours.to_string(),
            open_now: p.open_at(now),
            state: p.state.into(),
            serves: p.serves.iter().map(|a| a.0).collect(),
            version: p.version,
        }
    }
}

/// Areas and posts as they are now; public (P1, P2).
async fn ground(app: &App) -> Result<Arc<Snapshot>, Fail> {
    app.rt
        .read(app.anybody(), |cx| {
            require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
            Ok::<_, Fail>(places::snapshot(cx)?)
        })
        .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PointQuery {
    /// WGS-84.
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// WGS-84.
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
}

/// Where a point lies, and the post that answers for it.
#[derive(Debug, Serialize, ToSchema)]
struct LocatedView {
    lat: f64,
    lon: f64,
    district: Option<AreaView>,
    town: Option<AreaView>,
    community: Option<AreaView>,
    grid: Option<AreaView>,
    /// The police area; inside the district exactly one.
    police: Option<AreaView>,
    post: Option<PostView>,
}

/// Where a point lies: every area that contains it, and the post that answers for it. 404 outside the district.
#[utoipa::path(get, path = "/api/v1/places/at", tag = "places", security(()), params(PointQuery),
    responses((status = 200, body = LocatedView, description = "Inside the district."), (status = 404)))]
async fn locate(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(PointQuery { lat, lon }): Asked<PointQuery>,
) -> Result<Response, Fail> {
    let point = Point::new(lon, lat).map_err(|_| Fail::invalid("lat", "invalid-range"))?;
    let ground = ground(&app).await?;
    let found = match ground.locate(point) {
        Err(places::Error::OutsideDistrict(_) | places::Error::NoOutlines) => return Err(Fail::NotFound),
        other => other?,
    };
    let area = |id: Option<AreaId>| id.and_then(|id| ground.area(id)).map(AreaView::from);
    let post = ground.post_for(&found).and_then(|id| ground.post(id));
    let view = LocatedView {
        lat,
        lon,
        district: area(found.district),
        town: area(found.town),
        community: area(found.community),
        grid: area(found.grid),
        police: area(found.police),
        post: post.map(|p| PostView::of(p, app.rt.now())),
    };
    shown(&headers, None, &view)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AreaQuery {
    #[param(value_type = AreaKindWord, required = false, inline)]
    kind: Option<AreaKindWord>,
    /// Only those that lie directly in this area.
    parent: Option<Uuid>,
    /// Part of a name, or the beginning of a code.
    #[param(max_length = 60)]
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<Uuid>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Of a sorted list, the page after the item with this id.
fn after<T>(items: Vec<T>, id: impl Fn(&T) -> Uuid, cursor: Option<Uuid>, limit: usize) -> (Vec<T>, Option<String>) {
    let start = cursor.map_or(0, |c| items.iter().position(|i| id(i) == c).map_or(items.len(), |at| at + 1));
    let more = items.len() > start + limit;
    let page: Vec<T> = items.into_iter().skip(start).take(limit).collect();
    let next = page.last().filter(|_| more).map(|i| id(i).to_string());
    (page, next)
}

fn wanted(q: Option<&str>) -> String {
    kernel::text::narrow(q.unwrap_or_default()).trim().to_lowercase()
}

/// Areas, by kind, code and name.
#[utoipa::path(get, path = "/api/v1/areas", tag = "places", security(()), params(AreaQuery),
    responses((status = 200, body = Page<AreaView>, description = "Areas without outlines.")))]
async fn list_areas(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<AreaQuery>,
) -> Result<Response, Fail> {
    let (ground, limit, text) = (ground(&app).await?, limit(asked.limit)?, wanted(asked.q.as_deref()));
    let fits = |a: &&Area| {
        asked.kind.is_none_or(|k| a.kind == k.0)
            && asked.parent.is_none_or(|p| a.parent == Some(AreaId(p)))
            && (text.is_empty()
                || a.name.to_lowercase().contains(&text)
                || a.name_en.as_ref().is_some_and(|n| n.to_lowercase().contains(&text))
                || a.code.as_deref().is_some_and(|c| c.starts_with(&text)))
    };
    let all: Vec<&Area> = ground.areas().iter().filter(fits).collect();
    let (page, next) = after(all, |a| a.id.0, asked.cursor, limit);
    shown(&headers, None, &Page { items: page.into_iter().map(AreaView::from).collect(), next })
}

/// An area with its outline as GeoJSON (WGS-84).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AreaDetail {
    #[serde(flatten)]
    area: AreaView,
    /// A geometry of GeoJSON; null while nobody has drawn it.
    #[schema(value_type = Option<Object>)]
    outline: Value,
}

impl From<&Area> for AreaDetail {
    fn from(area: &Area) -> Self {
        let outline = area.outline.as_ref().map_or(Value::Null, |o| o.to_geojson());
        Self { area: area.into(), outline }
    }
}

/// One area with its outline.
#[utoipa::path(get, path = "/api/v1/areas/{id}", tag = "places", security(()), params(("id" = Uuid, Path)),
    responses((status = 200, body = AreaDetail, description = "The area; its tag begins with its version.")))]
async fn show_area(State(app): State<App>, headers: HeaderMap, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let ground = ground(&app).await?;
    let area = ground.area(AreaId(id)).ok_or(Fail::NotFound)?;
    shown(&headers, Some(area.version), &AreaDetail::from(area))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OutlineQuery {
    #[param(value_type = AreaKindWord, inline)]
    kind: AreaKindWord,
    /// Metres by which a simplified border may lie off; 0 is exact.
    #[serde(default)]
    #[param(minimum = 0, maximum = 1000, default = 15)]
    tolerance: Option<f64>,
}

/// Borders may lie off by this much unless asked otherwise, in metres.
const TOLERANCE_M: f64 = 15.0;

/// Outlines of all areas of a kind as GeoJSON; neighbours keep their common borders.
#[utoipa::path(get, path = "/api/v1/areas/outlines", tag = "places", security(()), params(OutlineQuery),
    responses((status = 200, body = FeatureCollection, content_type = "application/geo+json",
        description = "A feature for each area that is drawn.")))]
async fn show_outlines(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<OutlineQuery>,
) -> Result<Response, Fail> {
    let tolerance = asked.tolerance.unwrap_or(TOLERANCE_M);
    if !(0.0..=1_000.0).contains(&tolerance) {
        return Err(Fail::invalid("tolerance", "invalid-range"));
    }
    let layer = app.rt.read(app.anybody(), move |cx| {
        require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
        Ok::<_, Fail>(places::app::layer(cx, asked.kind.0, tolerance)?)
    });
    geojson(&headers, &layer.await?)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PostQuery {
    #[param(value_type = TierWord, required = false, inline)]
    tier: Option<TierWord>,
    #[param(value_type = PostStateWord, required = false, inline)]
    state: Option<PostStateWord>,
    /// Part of a name.
    #[param(max_length = 60)]
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<Uuid>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Posts with address, telephone and hours, by tier, code and name.
#[utoipa::path(get, path = "/api/v1/posts", tag = "places", security(()), params(PostQuery),
    responses((status = 200, body = Page<PostView>, description = "Posts.")))]
async fn list_posts(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<PostQuery>,
) -> Result<Response, Fail> {
    let (ground, limit, text) = (ground(&app).await?, limit(asked.limit)?, wanted(asked.q.as_deref()));
    let fits = |p: &&Post| {
        asked.tier.is_none_or(|t| p.tier == t.0)
            && asked.state.is_none_or(|s| p.state == s.0)
            && (text.is_empty() || p.name.to_lowercase().contains(&text))
    };
    let all: Vec<&Post> = ground.posts().iter().filter(fits).collect();
    let (page, next) = after(all, |p| p.id.0, asked.cursor, limit);
    let now = app.rt.now();
    shown(&headers, None, &Page { items: page.into_iter().map(|p| PostView::of(p, now)).collect(), next })
}

/// One post.
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "places", security(()), params(("id" = Uuid, Path)),
    responses((status = 200, body = PostView, description = "The post; its tag begins with its version.")))]
async fn show_post(State(app): State<App>, headers: HeaderMap, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let ground = ground(&app).await?;
    let post = ground.post(PostId(id)).ok_or(Fail::NotFound)?;
    shown(&headers, Some(post.version), &PostView::of(post, app.rt.now()))
}

/// Posts as GeoJSON points.
#[utoipa::path(get, path = "/api/v1/posts/points", tag = "places", security(()),
    responses((status = 200, body = FeatureCollection, content_type = "application/geo+json",
        description = "A point for each post whose place is known.")))]
async fn map_posts(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let (ground, now) = (ground(&app).await?, app.rt.now());
    let feature = |p: &Post| {
        let at = p.point?;
        Some(json!({
            "type": "Feature",
            "id": p.id,
            "geometry": { "type": "Point", "coordinates": [at.lon(), at.lat()] },
            "properties": {
                "name": p.name, "tier": p.tier.code(), "state": p.state.code(), "phone": p.phone,
                "open_now": p.open_at(now),
            },
        }))
    };
    let features: Vec<Value> = ground.posts().iter().filter_map(feature).collect();
    geojson(&headers, &json!({ "type": "FeatureCollection", "features": features }))
}

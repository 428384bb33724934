//! Posts near a place on foot, with what everybody may ask for there (P6). Open to everybody: places only, nothing of people, no
//! vehicles, no keys.

use super::input::Asked;
use super::places::PostView;
use super::reply::shown;
use super::words::{At, TierWord};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::geo::Point;
use places::app::near::{Ask, NearPost, nearest_posts};
use places::model::near::METRES_A_MINUTE;
use places::model::resource::is_offered;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(near_posts))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NearQuery {
    /// WGS-84.
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
    /// WGS-84.
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// Only this tier.
    #[serde(default)]
    #[param(value_type = TierWord, required = false, inline)]
    tier: Option<TierWord>,
    /// Only where this can be had: `shelter`, `water`, `charging`, `phone`, `aed` or `wheelchair`.
    #[serde(default)]
    #[param(max_length = 20)]
    need: Option<String>,
    /// Open ones at most; closed ones that are nearer come in addition.
    #[serde(default)]
    #[param(minimum = 1, maximum = 20, default = 8)]
    limit: Option<usize>,
}

/// What can be had at a post.
#[derive(Debug, Serialize, ToSchema)]
struct OfferView {
    kind: String,
    name_zh: String,
    name_en: String,
    count: i64,
}

/// A post on foot.
#[derive(Debug, Serialize, ToSchema)]
struct NearPostView {
    post: PostView,
    metres: i64,
    /// Minutes on foot, rounded up.
    minutes: i64,
    /// When it opens again, for one that is closed and whose hours are known.
    opens_at: Option<At>,
    offers: Vec<OfferView>,
}

/// Posts around a place.
#[derive(Debug, Serialize, ToSchema)]
struct NearView {
    /// By the straight line with a detour, because no streets are loaded.
    estimate: bool,
    /// Pace of the minutes.
    metres_a_minute: f64,
    /// Open ones, the nearest first, then closed ones with the time at which they open.
    items: Vec<NearPostView>,
}

/// Posts near a place on foot: open now or when they open, how far, and what everybody may ask for there.
#[utoipa::path(get, path = "/api/v1/posts/near", tag = "places", security(()), params(NearQuery),
    responses((status = 200, body = NearView, description = "Empty when nothing is within an hour and a half.")))]
async fn near_posts(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<NearQuery>,
) -> Result<Response, Fail> {
    let from = Point::new(asked.lon, asked.lat).map_err(|_| Fail::invalid("lat", "invalid-range"))?;
    if asked.need.as_deref().is_some_and(|need| !is_offered(need)) {
        return Err(Fail::invalid("need", "invalid-unknown"));
    }
    let most = asked.limit.unwrap_or(8);
    if !(1..=20).contains(&most) {
        return Err(Fail::invalid("limit", "invalid-range"));
    }
    let ask = Ask { tiers: asked.tier.map(|t| t.0).into_iter().collect(), need: asked.need, most };
    let now = app.rt.now();
    let near = app.rt.read(app.anybody(), move |cx| nearest_posts(cx, from, &ask)).await?;
    let view = |n: NearPost| NearPostView {
        post: PostView::of(&n.post, now),
        metres: n.metres.round() as i64,
        minutes: n.minutes,
        opens_at: n.opens_at.map(At),
        offers: n
            .offers
            .into_iter()
            .map(|o| OfferView { kind: o.kind, name_zh: o.name_zh, name_en: o.name_en, count: o.count })
            .collect(),
    };
    let items = near.open.into_iter().chain(near.later).map(view).collect();
    shown(&headers, None, &NearView { estimate: near.estimate, metres_a_minute: METRES_A_MINUTE, items })
}

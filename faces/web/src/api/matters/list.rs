//! Lists of matters, always within the caller's scope (R5): queues, search by words, points on the map, counts.

use super::view::{MatterLine, MatterRef};
use crate::api::Caller;
use crate::api::input::{Asked, Path};
use crate::api::reply::{LIMIT, LIMIT_MAX, Page, geojson, shown};
use crate::api::words::{At, QueueWord, Words};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::AreaId;
use matters::app::{Filter, Line, Queue};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};
use uuid::Uuid;

/// What a list is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MatterQuery {
    /// Which list; `mine` when nothing is said.
    #[param(value_type = QueueWord, required = false, inline)]
    queue: Option<QueueWord>,
    /// Closed ones instead of open ones, the latest closed first.
    closed: bool,
    /// States, with commas between.
    #[param(schema_with = Words::<matters::model::State>::schema, style = Form, explode = false)]
    state: Words<matters::model::State>,
    /// Code of a class.
    #[param(max_length = 40)]
    class: Option<String>,
    /// An area of any kind, with everything in it.
    area: Option<Uuid>,
    /// Due before this instant.
    #[param(value_type = At, required = false, inline)]
    due_before: Option<At>,
    /// West, south, east, north in degrees (WGS-84), with commas between.
    #[param(pattern = r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$", max_length = 100)]
    bbox: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 60)]
    cursor: Option<String>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// The limit of a page, within its bounds.
pub(in crate::api) fn limit(asked: Option<usize>) -> Result<usize, Fail> {
    match asked {
        None => Ok(LIMIT),
        Some(n) if (1..=LIMIT_MAX).contains(&n) => Ok(n),
        Some(_) => Err(Fail::invalid("limit", "invalid-range")),
    }
}

impl MatterQuery {
    fn filter(self) -> Result<Filter, Fail> {
        Ok(Filter {
            queue: self.queue.map_or(Queue::default(), |q| q.0),
            closed: self.closed,
            states: self.state.0,
            class: self.class,
            area: self.area.map(AreaId),
            due_before: self.due_before.map(|at| at.0),
            bounds: self.bbox.as_deref().map(bounds).transpose()?,
            cursor: self.cursor,
            limit: limit(self.limit)?,
        })
    }
}

fn bounds(text: &str) -> Result<[f64; 4], Fail> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite())).collect();
    match numbers.as_deref() {
        Some([west, south, east, north]) => Ok([*west, *south, *east, *north]),
        _ => Err(Fail::invalid("bbox", "invalid-form")),
    }
}

fn page(found: matters::app::Page) -> Page<MatterLine> {
    Page { items: found.lines.into_iter().map(Into::into).collect(), next: found.next }
}

/// A page of a list, the most urgent first.
#[utoipa::path(get, path = "/api/v1/matters", tag = "matters",
    extensions(("x-actions" = json!(["view-desk"]))),
    params(MatterQuery),
    responses((status = 200, body = Page<MatterLine>, description = "Matters the caller may see.")))]
pub(super) async fn list_matters(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(query): Asked<MatterQuery>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewDesk, Purpose::Administration)?;
    let filter = query.filter()?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::list(cx, &filter)?)).await?;
    shown(&headers, None, &page(found))
}

/// Words to look for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words, or a number. All of them must be there.
    #[param(min_length = 1, max_length = 100, required = true)]
    q: String,
    /// Only closed ones.
    closed: bool,
    /// States, with commas between.
    #[param(schema_with = Words::<matters::model::State>::schema, style = Form, explode = false)]
    state: Words<matters::model::State>,
    #[param(max_length = 40)]
    class: Option<String>,
    area: Option<Uuid>,
    #[param(max_length = 60)]
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// Matters that have all the words, newest first.
#[utoipa::path(get, path = "/api/v1/matters/search", tag = "matters",
    extensions(("x-actions" = json!(["view-desk"]))),
    params(SearchQuery),
    responses((status = 200, body = Page<MatterLine>, description = "What was found.")))]
pub(super) async fn search_matters(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<SearchQuery>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewDesk, Purpose::Administration)?;
    let filter = Filter {
        closed: asked.closed,
        states: asked.state.0,
        class: asked.class,
        area: asked.area.map(AreaId),
        cursor: asked.cursor,
        limit: limit(asked.limit)?,
        ..Filter::default()
    };
    let words = asked.q;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::search(cx, &words, &filter)?)).await?;
    shown(&headers, None, &page(found))
}

/// How many wait in each list; 100 stands for "100 or more".
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    #[schema(minimum = 0, maximum = 100)]
    due_now: i64,
    #[schema(minimum = 0, maximum = 100)]
    today: i64,
    #[schema(minimum = 0, maximum = 100)]
    mine: i64,
    #[schema(minimum = 0, maximum = 100)]
    assigned_by_me: i64,
    #[schema(minimum = 0, maximum = 100)]
    to_verify: i64,
}

/// How many wait in each list.
#[utoipa::path(get, path = "/api/v1/matters/counts", tag = "matters", extensions(("x-actions" = json!(["view-desk"]))),
    responses((status = 200, body = Counts, description = "Counts of the caller's lists.")))]
pub(super) async fn count_matters(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewDesk, Purpose::Administration)?;
    let n = app.rt.read(who, |cx| Ok::<_, Fail>(matters::app::counts(cx)?)).await?;
    let counts = Counts {
        due_now: n.due_now,
        today: n.today,
        mine: n.mine,
        assigned_by_me: n.assigned_by_me,
        to_verify: n.to_verify,
    };
    shown(&headers, None, &counts)
}

/// Open matters with a point as GeoJSON (WGS-84), the most urgent first, at most 2,000.
#[utoipa::path(get, path = "/api/v1/matters/points", tag = "matters",
    extensions(("x-actions" = json!(["view-desk"]))),
    params(MatterQuery),
    responses((status = 200, body = crate::api::places::FeatureCollection, content_type = "application/geo+json",
        description = "A point for each matter, with id, number, state, level and summary.")))]
pub(super) async fn map_matters(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(query): Asked<MatterQuery>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewDesk, Purpose::Administration)?;
    let filter = query.filter()?;
    let lines = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::map(cx, &filter)?)).await?;
    let features: Vec<Value> = lines.iter().filter_map(feature).collect();
    geojson(&headers, &json!({ "type": "FeatureCollection", "features": features }))
}

fn feature(l: &Line) -> Option<Value> {
    let (lat, lon) = l.lat.zip(l.lon)?;
    Some(json!({
        "type": "Feature",
        "id": l.matter,
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": {
            "number": l.number, "state": l.state.code(), "level": l.level.code(), "class": l.class,
            "summary": l.summary,
        },
    }))
}

/// The matter with this number, if the caller may see it.
#[utoipa::path(get, path = "/api/v1/numbers/{number}", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("number" = String, Path, description = "As it stands on the receipt.", max_length = 40)),
    responses((status = 200, body = MatterRef, description = "Its id.")))]
pub(super) async fn find_number(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewMatter, Purpose::Administration)?;
    let wanted = number.clone();
    let id = app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::by_number(cx, &wanted)?)).await?;
    let number = kernel::text::narrow(&number).trim().to_uppercase();
    shown(&headers, None, &MatterRef { id: id.0, number })
}

//! What keeps a district running: the work calendar (R12), messages and jobs that did not go out, how police areas cover it
//! (P1), and what is counted publicly (R14).

use super::Caller;
use super::input::{Body, Nothing, Path};
use super::places::FeatureCollection;
use super::reply::{Page, act, change, geojson, listed, read, shown};
use super::words::At;
use crate::{App, Fail, desk};
use alerts::app::dead;
use audit::transparency::{self, Count, Quarter};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use matters::app::report::{self, Figures, Month};
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use store::jobs::DeadLetter;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_calendar, load_calendar))
        .routes(routes!(list_dead_letters))
        .routes(routes!(retry_dead_letter))
        .routes(routes!(discard_dead_letter))
        .routes(routes!(show_coverage))
        .routes(routes!(show_transparency))
        .routes(routes!(show_report))
}

/// Which years of the work calendar are there.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarView {
    years: Vec<i16>,
    /// The year that must be loaded soon, from 60 days before it begins.
    to_load: Option<i16>,
}

/// Years of the work calendar that are loaded.
#[utoipa::path(get, path = "/api/v1/calendar", tag = "district", extensions(("x-actions" = json!(["manage-calendar"]))),
    responses((status = 200, body = CalendarView, description = "The years.")))]
async fn show_calendar(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageCalendar, Purpose::Administration)?;
    let view = read(&app, who, |cx| {
        let calendar = matters::app::calendar(cx)?;
        let now = cx.now;
        Ok::<_, Fail>(CalendarView { years: calendar.years().collect(), to_load: matters::app::year_to_load(cx, now)? })
    });
    shown(&headers, None, &view.await?)
}

/// A notice of the State Council as CSV.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CalendarInput {
    /// As `mulin calendar` reads it.
    #[schema(min_length = 1, max_length = 900_000, pattern = r"\S")]
    csv: String,
}

/// What loading did.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarLoaded {
    /// Years that were not there before.
    years: Vec<i16>,
    /// Matters whose times were computed again.
    recomputed: usize,
}

/// Loads a notice and computes again what was provisional. The same notice again changes nothing.
#[utoipa::path(post, path = "/api/v1/calendar", tag = "district",
    extensions(("x-actions" = json!(["manage-calendar"]))),
    request_body = CalendarInput,
    responses((status = 200, body = CalendarLoaded, description = "Loaded.")))]
async fn load_calendar(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<CalendarInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageCalendar, Purpose::Administration)?;
    let loaded = change(&app, who, once, move |cx| {
        let years = matters::app::load_calendar(cx, &value.csv)?;
        Ok(CalendarLoaded { years, recomputed: matters::app::recompute(cx, None)? })
    });
    loaded.await.map_err(|fail| fail.renamed(|_| "csv".to_owned()))
}

/// A message or a job that was given up after many attempts.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetterView {
    id: i64,
    /// Which job.
    kind: String,
    /// About what; ids only.
    key: String,
    attempts: i64,
    /// What went wrong, last.
    error: String,
    since: At,
}

impl From<DeadLetter> for DeadLetterView {
    fn from(l: DeadLetter) -> Self {
        Self { id: l.n, kind: l.kind, key: l.key, attempts: l.attempts, error: l.error, since: l.since.into() }
    }
}

/// What did not go out, newest first, at most 200.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "district",
    extensions(("x-actions" = json!(["manage-dead-letters"]))),
    responses((status = 200, body = Page<DeadLetterView>, description = "Dead letters.")))]
async fn list_dead_letters(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageDeadLetters, Purpose::Administration)?;
    listed::<DeadLetterView, _, _, _>(&app, &headers, who, dead::list).await
}

/// Gives one a fresh set of attempts, now.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/retry", tag = "district",
    extensions(("x-actions" = json!(["manage-dead-letters"]))),
    params(("id" = i64, Path)),
    responses((status = 204, description = "On its way.")))]
async fn retry_dead_letter(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<i64>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageDeadLetters, Purpose::Administration)?;
    act(&app, who, once, move |cx| dead::retry(cx, id)).await
}

/// Why it is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscardInput {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

/// Gives one up.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/discard", tag = "district",
    extensions(("x-actions" = json!(["manage-dead-letters"]))),
    params(("id" = i64, Path)),
    request_body = DiscardInput, responses((status = 204, description = "Given up.")))]
async fn discard_dead_letter(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<i64>,
    Body { value, once }: Body<DiscardInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageDeadLetters, Purpose::Administration)?;
    act(&app, who, once, move |cx| dead::discard(cx, id, &value.reason)).await
}

/// Where police areas leave a gap or overlap, as GeoJSON; empty when they cover the district exactly.
#[utoipa::path(get, path = "/api/v1/areas/coverage", tag = "places",
    extensions(("x-actions" = json!(["manage-areas"]))),
    responses((status = 200, body = FeatureCollection, content_type = "application/geo+json",
        description = "A feature for each offending piece.")))]
async fn show_coverage(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageAreas, Purpose::Administration)?;
    let pieces = read(&app, who, |cx| {
        require(&cx.actor, cx.purpose, Action::ManageAreas, &ResourceFacts::District)?;
        desk::coverage(cx)
    });
    geojson(&headers, &pieces.await?)
}

/// Counts of one quarter.
#[derive(Debug, Serialize, ToSchema)]
struct QuarterView {
    year: i16,
    #[schema(minimum = 1, maximum = 4)]
    quarter: i8,
    /// Records given out on a lawful demand.
    lawful_demands: CountView,
    /// Looks that are told later.
    withheld: CountView,
    /// Records opened without a matter.
    break_glass: CountView,
    /// Times that an approver put off telling the person of a lawful demand.
    demands_told_later: CountView,
}

/// A count as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
struct CountView {
    /// Null: at least one, and too few to be told.
    count: Option<i64>,
    /// `count` is null because it is less than this.
    fewer_than: Option<i64>,
}

impl From<Count> for CountView {
    fn from(count: Count) -> Self {
        match count {
            Count::None => Self { count: Some(0), fewer_than: None },
            Count::Few => Self { count: None, fewer_than: Some(transparency::FEW) },
            Count::Exactly(n) => Self { count: Some(n), fewer_than: None },
        }
    }
}

impl From<Quarter> for QuarterView {
    fn from(q: Quarter) -> Self {
        let [demands, withheld, glass, delayed] = q.counts;
        Self {
            year: q.year,
            quarter: q.quarter,
            lawful_demands: demands.into(),
            withheld: withheld.into(),
            break_glass: glass.into(),
            demands_told_later: delayed.into(),
        }
    }
}

/// What is counted publicly, by quarter, newest first, as counted last night. Small counts are not shown.
#[utoipa::path(get, path = "/api/v1/transparency", tag = "district", security(()),
    responses((status = 200, body = Page<QuarterView>, description = "The last two years.")))]
async fn show_transparency(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    listed::<QuarterView, _, _, _>(&app, &headers, app.anybody(), transparency::quarters).await
}

/// What a month came to, of the matters that the caller may see; what was imported is left out.
#[derive(Debug, Serialize, ToSchema)]
struct ReportView {
    /// As asked.
    #[schema(example = "2026-05")]
    month: String,
    all: FiguresView,
    classes: Vec<ClassFigures>,
    places: Vec<PlaceFigures>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ClassFigures {
    class: String,
    #[serde(flatten)]
    figures: FiguresView,
}

#[derive(Debug, Serialize, ToSchema)]
struct PlaceFigures {
    /// A town for whoever sees the whole district, else a community; null where the place is not known.
    area: Option<uuid::Uuid>,
    #[serde(flatten)]
    figures: FiguresView,
}

#[derive(Debug, Serialize, ToSchema)]
struct FiguresView {
    /// Raised in the month.
    received: i64,
    /// Closed in the month, whenever raised.
    closed: i64,
    /// Of those, past a due time at some point.
    late: i64,
    /// Of those, opened again at some point.
    reopened: i64,
    /// Minutes from raised to closed, of all closed together.
    minutes: i64,
    /// Of those, rated.
    rated: i64,
    /// Sum of the ratings, 1 to 5 each.
    stars: i64,
    /// Open when the month ended; now, for the month that runs.
    open: i64,
}

impl From<&Figures> for FiguresView {
    fn from(f: &Figures) -> Self {
        Self {
            received: f.received,
            closed: f.closed,
            late: f.late,
            reopened: f.reopened,
            minutes: f.minutes,
            rated: f.rated,
            stars: f.stars,
            open: f.open,
        }
    }
}

/// The report of a month on the wall of Shanghai.
#[utoipa::path(get, path = "/api/v1/reports/{month}", tag = "district", extensions(("x-actions" = json!(["view-reports"]))),
    params(("month" = String, Path, description = "Year and month, such as `2026-05`.")),
    responses((status = 200, body = ReportView, description = "The report."), (status = 404)))]
async fn show_report(
    caller: Caller,
    State(app): State<App>,
    Path(month): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewReports, Purpose::Administration)?;
    let month = Month::parse(&month).ok_or(Fail::NotFound)?;
    let view = read(&app, who, move |cx| {
        let found = report::month(cx, month)?;
        Ok::<_, Fail>(ReportView {
            month: month.to_string(),
            all: (&found.all).into(),
            classes: found.classes.iter().map(|(c, f)| ClassFigures { class: c.clone(), figures: f.into() }).collect(),
            places: found
                .places
                .iter()
                .map(|(area, f)| PlaceFigures { area: area.map(|a| a.0), figures: f.into() })
                .collect(),
        })
    });
    shown(&headers, None, &view.await?)
}

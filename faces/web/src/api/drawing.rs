//! Drawing areas from a program: a set of edits is looked at, saved as a whole or kept for a day to come; one area is changed by
//! itself. The same check as on the map (`crate::drawing`), which nobody can go round: police areas leave no gap and no overlap.
//! Large sets, such as a whole district's, come in as files (`imports`).

mod pieces;

use super::Caller;
use super::input::{Body, Nothing, OUTLINES, Path, Seen};
use super::places::{AreaDetail, AreaView};
use super::reply::{Page, act, done, listed, shown, write};
use super::words::{AreaKindWord, At};
use crate::drawing::{self, Answer, AreaIn, EditIn, EndIn};
use crate::fail::{FieldProblem, Listed};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::ids::AreaId;
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, require};
use places::app::border::{self, Held};
use places::app::edit::Edit;
use places::app::edit_later::{self, Later};
use places::app::{AreaReport, Did};
use places::model::outline::RawPolygons;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Cx;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change_area))
        .routes(routes!(check_edit))
        .routes(routes!(list_planned, save_edit))
        .routes(routes!(withdraw_planned))
        .routes(routes!(show_border))
        .merge(pieces::routes())
}

/// A geometry of GeoJSON (WGS-84): rings of longitude and latitude, the first of a polygon the outer one, each closed. A corner
/// that comes back as it was shown stays the very corner that is stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
enum OutlineInput {
    Polygon { coordinates: Vec<Vec<Vec<f64>>> },
    MultiPolygon { coordinates: Vec<Vec<Vec<Vec<f64>>>> },
}

impl OutlineInput {
    fn raw(self) -> RawPolygons {
        let polygons = match self {
            Self::Polygon { coordinates } => vec![coordinates],
            Self::MultiPolygon { coordinates } => coordinates,
        };
        // A height is left out; what has fewer than two numbers is refused with its place.
        let number = |at: &[f64], i: usize| at.get(i).copied().unwrap_or(f64::NAN);
        let ring = |ring: Vec<Vec<f64>>| ring.iter().map(|at| [number(at, 0), number(at, 1)]).collect();
        polygons.into_iter().map(|rings| rings.into_iter().map(ring).collect()).collect()
    }
}

/// An area as it is to be. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AreaInput {
    /// Absent for a new area.
    id: Option<Uuid>,
    /// The version that was seen; with `id`.
    version: Option<i64>,
    kind: AreaKindWord,
    #[schema(max_length = 40)]
    code: Option<String>,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
    /// Shown to readers of English; empty takes it away.
    #[schema(max_length = 80)]
    name_en: Option<String>,
    /// The area it lies in; found by outline and code where none is given.
    parent: Option<Uuid>,
    outline: Option<OutlineInput>,
    /// The running post that answers for a police area.
    post: Option<Uuid>,
    /// The area it is cut from: what lies in that and now in this, hangs on this.
    cut_from: Option<Uuid>,
}

/// An area that ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndInput {
    id: Uuid,
    /// The version that was seen.
    version: i64,
    /// The area that takes its ground.
    into: Option<Uuid>,
}

/// Edits that are done as a whole or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditInput {
    areas: Vec<AreaInput>,
    #[serde(default)]
    ends: Vec<EndInput>,
    /// From when it holds, for a day to come; now where absent.
    from: Option<At>,
}

impl EditInput {
    fn split(self) -> Result<(EditIn, Option<Moment>), Fail> {
        let seen =
            |(i, a): (usize, &AreaInput)| (a.id.is_some() && a.version.is_none()).then(|| format!("areas.{i}.version"));
        if let Some(field) = self.areas.iter().enumerate().find_map(seen) {
            return Err(Fail::invalid(field, "invalid-missing-field"));
        }
        let area = |a: AreaInput| AreaIn {
            id: a.id,
            kind: a.kind.0.code().to_owned(),
            code: a.code,
            name: a.name,
            name_en: a.name_en,
            parent: a.parent,
            seen: a.version,
            outline: a.outline.map(OutlineInput::raw),
            serves: a.post,
            cut_from: a.cut_from,
        };
        let end = |e: EndInput| EndIn { id: e.id, seen: e.version, into: e.into };
        let edit = EditIn {
            areas: self.areas.into_iter().map(area).collect(),
            ends: self.ends.into_iter().map(end).collect(),
            from: None,
        };
        Ok((edit, self.from.map(|at| at.0)))
    }
}

/// What a check says.
#[derive(Debug, Serialize, ToSchema)]
struct CheckView {
    /// Whether it would be saved.
    right: bool,
    /// Why it would not.
    refused: Vec<FieldProblem>,
    /// What is to be looked at and refuses nothing: slivers, faults of other kinds of areas.
    noticed: Vec<FieldProblem>,
    /// Offending pieces as a FeatureCollection (WGS-84).
    #[schema(value_type = Object)]
    pieces: Value,
    /// Who and what stands on ground that changes hands, in the language of `Accept-Language`.
    effects: Vec<String>,
}

fn problem_of(p: &drawing::Problem) -> FieldProblem {
    let field = match (p.index, p.field) {
        (None, "from") => "from".to_owned(),
        (None, _) => "areas".to_owned(),
        (Some(i), "") => format!("areas.{i}"),
        (Some(i), field) => format!("areas.{i}.{field}"),
    };
    FieldProblem { field, code: p.code.to_owned(), detail: p.words.clone() }
}

fn collection(pieces: Vec<Value>) -> Value {
    json!({ "type": "FeatureCollection", "features": pieces })
}

impl From<Answer> for CheckView {
    fn from(answer: Answer) -> Self {
        let of = |refuses: bool| answer.problems.iter().filter(|p| p.refuses == refuses).map(problem_of).collect();
        let (refused, noticed) = (of(true), of(false));
        Self { right: answer.right, refused, noticed, pieces: collection(answer.pieces), effects: answer.effects }
    }
}

/// What is refused, with every reason and the offending pieces.
fn refusal(page: &crate::Page, answer: Answer) -> Fail {
    if let Some((yours, now)) = answer.stale {
        return Fail::Stale { yours, now };
    }
    let lines: Vec<FieldProblem> = answer.problems.iter().map(problem_of).collect();
    let detail = match lines.as_slice() {
        [one] => one.detail.clone(),
        _ => page.t1("editor-refused-all", "n", lines.len()),
    };
    let pieces = (!answer.pieces.is_empty()).then(|| collection(answer.pieces));
    let listed = Box::new(Listed { rule: "error-places-edit", detail, lines, pieces });
    if answer.unsound { Fail::Unsound(listed) } else { Fail::Listed(listed) }
}

fn allow(cx: &Cx<'_>, action: Action) -> Result<(), Fail> {
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?)
}

/// Reads what was sent against the areas of this instant.
fn read_edit(cx: &mut Cx<'_>, page: &crate::Page, asked: EditIn) -> Result<Result<Edit, Box<Answer>>, Fail> {
    allow(cx, Action::EditAreas)?;
    let ground = places::snapshot(cx)?;
    Ok(drawing::read(page, &ground, asked))
}

/// Looks at edits without saving them: gaps, overlaps and slivers, and what changes hands.
#[utoipa::path(post, path = "/api/v1/areas/check", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    request_body = EditInput,
    responses((status = 200, body = CheckView, description = "What is right and what is not. Nothing was written.")))]
async fn check_edit(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Body { value, once: _ }: Body<EditInput, OUTLINES>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    let (asked, from) = value.split()?;
    let checked = app.rt.read(who, move |cx| {
        let mut answer = match read_edit(cx, &page, asked)? {
            Ok(edit) => drawing::looked(cx, &page, &edit)?,
            Err(answer) => *answer,
        };
        if from.is_some_and(|at| at <= cx.now) {
            let past = Answer::refusing("from", page.t("editor-say-from-wrong"));
            (answer.right, answer.unsound) = (false, true);
            answer.problems.extend(past.problems);
        }
        let view = CheckView::from(answer);
        serde_json::to_value(view).map_err(|e| Fail::Internal(format!("answer: {e}")))
    });
    Ok(done(&checked.await?))
}

/// One area that was sent.
#[derive(Debug, Serialize, ToSchema)]
struct EditedArea {
    area: Uuid,
    /// `added`, `changed` or `unchanged`.
    #[schema(pattern = "^(added|changed|unchanged)$")]
    did: &'static str,
    version: i64,
}

/// What saving came to.
#[derive(Debug, Serialize, ToSchema)]
struct EditedView {
    /// The plan it is kept under until its day; null when it holds already.
    planned: Option<Uuid>,
    /// One for each area that was sent, in their order; empty for a plan.
    areas: Vec<EditedArea>,
    /// Areas that ended.
    ended: usize,
}

fn edited(cx: &mut Cx<'_>, report: &AreaReport) -> Result<EditedView, Fail> {
    let ground = places::snapshot(cx)?;
    let one = |(id, did): &(AreaId, Did)| EditedArea {
        area: id.0,
        did: match did {
            Did::Added => "added",
            Did::Changed => "changed",
            Did::Nothing => "unchanged",
        },
        version: ground.area(*id).map_or(0, |a| a.version),
    };
    Ok(EditedView { planned: None, areas: report.saved.iter().map(one).collect(), ended: report.retired })
}

/// What was asked, or everything that stands against it.
fn apply(cx: &mut Cx<'_>, page: &crate::Page, asked: EditIn, from: Option<Moment>) -> Result<EditedView, Fail> {
    let edit = read_edit(cx, page, asked)?.map_err(|answer| refusal(page, *answer))?;
    match drawing::apply(cx, page, &edit, from)? {
        drawing::Done::Now(report) => edited(cx, &report),
        drawing::Done::Later(id) => Ok(EditedView { planned: Some(id), areas: Vec::new(), ended: 0 }),
        drawing::Done::Refused(answer) => Err(refusal(page, answer)),
    }
}

/// Saves edits as a whole or not at all, now or from a day to come. What is refused comes as a problem whose `errors` name the
/// areas and whose `pieces` draw the gaps and overlaps.
#[utoipa::path(post, path = "/api/v1/areas/edits", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    request_body = EditInput,
    responses((status = 200, body = EditedView, description = "Saved, or kept for its day.")))]
async fn save_edit(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Body { value, once }: Body<EditInput, OUTLINES>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    let (asked, from) = value.split()?;
    Ok(done(&write(&app, who, once, move |cx| apply(cx, &page, asked, from)).await?))
}

/// What changes in one area. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AreaChange {
    #[schema(max_length = 40)]
    code: Option<String>,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: Option<String>,
    /// Shown to readers of English; empty takes it away.
    #[schema(max_length = 80)]
    name_en: Option<String>,
    parent: Option<Uuid>,
    outline: Option<OutlineInput>,
    /// The running post that answers for a police area.
    post: Option<Uuid>,
}

/// Changes one area. A border of a police area that has neighbours changes with theirs: `POST /areas/edits`.
#[utoipa::path(patch, path = "/api/v1/areas/{id}", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    request_body = AreaChange,
    params(("id" = Uuid, Path),
        ("If-Match" = String, Header, max_length = 200, description = "Entity tag of the area as the caller saw it.")),
    responses((status = 200, body = AreaDetail, description = "The area as it is now.")))]
async fn change_area(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Path(id): Path<Uuid>,
    seen: Seen,
    Body { value, once }: Body<AreaChange, OUTLINES>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    let seen = seen.needed()?;
    let changed = write(&app, who, once, move |cx| {
        allow(cx, Action::EditAreas)?;
        let ground = places::snapshot(cx)?;
        let area = ground.area(AreaId(id)).ok_or(Fail::NotFound)?;
        let sent = AreaIn {
            id: Some(id),
            kind: area.kind.code().to_owned(),
            code: value.code.or_else(|| area.code.clone()),
            name: value.name.unwrap_or_else(|| area.name.clone()),
            name_en: value.name_en,
            parent: value.parent,
            seen: Some(seen),
            outline: value.outline.map(OutlineInput::raw),
            serves: value.post,
            cut_from: None,
        };
        let edit = EditIn { areas: vec![sent], ends: Vec::new(), from: None };
        apply(cx, &page, edit, None).map_err(of_one)?;
        let ground = places::snapshot(cx)?;
        Ok(AreaDetail::from(ground.area(AreaId(id)).ok_or(Fail::NotFound)?))
    });
    Ok(done(&changed.await?))
}

/// Fields of the one area that was sent are named without their place in a list.
fn of_one(fail: Fail) -> Fail {
    let mend = |mut listed: Box<Listed>| {
        for line in &mut listed.lines {
            line.field = line.field.strip_prefix("areas.0.").unwrap_or(&line.field).to_owned();
        }
        listed
    };
    match fail {
        Fail::Listed(listed) => Fail::Listed(mend(listed)),
        Fail::Unsound(listed) => Fail::Unsound(mend(listed)),
        other => other,
    }
}

/// Edits kept for their day, or that could not be done on it.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedView {
    id: Uuid,
    from: At,
    /// `waiting`, or `failed` on its day.
    #[schema(pattern = "^(waiting|failed)$")]
    state: &'static str,
    /// Names of the areas.
    names: Vec<String>,
    /// As in the log: `account:…`.
    by: String,
    /// Why it failed, as a code.
    why: Option<String>,
    /// An area of it was changed since: as it stands it will not be done.
    stale: bool,
}

impl From<Later> for PlannedView {
    fn from(l: Later) -> Self {
        let Later { id, from, state, names, by, why, stale } = l;
        Self { id, from: from.into(), state: state.code(), names, by, why, stale }
    }
}

/// Edits that wait for their day, and those that failed on it.
#[utoipa::path(get, path = "/api/v1/areas/edits", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    responses((status = 200, body = Page<PlannedView>, description = "The next first.")))]
async fn list_planned(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    listed::<PlannedView, _, _, _>(&app, &headers, who, |cx| {
        allow(cx, Action::EditAreas)?;
        Ok::<_, Fail>(edit_later::waiting(cx)?)
    })
    .await
}

/// Takes edits back before their day, or one that failed off the list.
#[utoipa::path(delete, path = "/api/v1/areas/edits/{id}", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Withdrawn.")))]
async fn withdraw_planned(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    act(&app, who, once, move |cx| {
        allow(cx, Action::EditAreas)?;
        Ok::<_, Fail>(edit_later::withdraw(cx, id)?)
    })
    .await
}

/// One outline of an area and the time it held.
#[derive(Debug, Serialize, ToSchema)]
struct HeldView {
    from: At,
    /// Null while it holds.
    to: Option<At>,
    /// As in the log; null where it came before the log.
    by: Option<String>,
    square_metres: f64,
    /// Against the outline before.
    gained_m2: f64,
    lost_m2: f64,
    /// A geometry of GeoJSON (WGS-84).
    #[schema(value_type = Object)]
    outline: Value,
}

impl From<&Held> for HeldView {
    fn from(h: &Held) -> Self {
        Self {
            from: h.from.into(),
            to: h.to.map(At),
            by: h.by.clone(),
            square_metres: h.square_metres.round(),
            gained_m2: h.change.gained_m2.round(),
            lost_m2: h.change.lost_m2.round(),
            outline: h.outline.to_geojson(),
        }
    }
}

/// An area and all outlines it has had.
#[derive(Debug, Serialize, ToSchema)]
struct BorderView {
    #[serde(flatten)]
    area: AreaView,
    /// When the area ended, if it has.
    ended_at: Option<At>,
    /// The latest first.
    held: Vec<HeldView>,
}

/// The history of a border, also of an area that has ended.
#[utoipa::path(get, path = "/api/v1/areas/{id}/border", tag = "places",
    extensions(("x-actions" = json!(["manage-areas"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = BorderView, description = "Every outline; its tag begins with the area's version.")))]
async fn show_border(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageAreas, Purpose::Administration)?;
    let border = app.rt.read(who, move |cx| {
        allow(cx, Action::ManageAreas)?;
        Ok::<_, Fail>(border::border(cx, AreaId(id))?)
    });
    let border = border.await?;
    let (area, version) = (AreaView::from(&border.area), border.area.version);
    let held = border.held.iter().map(HeldView::from).collect();
    shown(&headers, Some(version), &BorderView { area, ended_at: border.area.valid_to.map(At), held })
}

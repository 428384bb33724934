//! One area cut in two along a line, and neighbours joined into one: what the map does with a line drawn by eye, for programs. Both
//! become edits like others, so the same check stands before them, now or for a day to come.

use super::{EditedView, allow, apply};
use crate::api::Caller;
use crate::api::input::{Body, Path};
use crate::api::reply::{done, write};
use crate::api::words::At;
use crate::drawing::{AreaIn, EditIn, EndIn};
use crate::fail::{FieldProblem, Listed};
use crate::{App, Fail};
use axum::extract::State;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::AreaId;
use people::policy::Action;
use places::model::edit::{EditError, raw_of, with_corners};
use places::model::edit_merge::merge;
use places::model::edit_split::split;
use places::model::outline::RawPolygons;
use places::{Area, Outline, Snapshot};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Areas that are joined at once.
const MOST_JOINED: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(split_area)).routes(routes!(merge_areas))
}

/// The area that a split makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HalfInput {
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
    #[schema(max_length = 40)]
    code: Option<String>,
    /// Shown to readers of English.
    #[schema(max_length = 80)]
    name_en: Option<String>,
    /// The running post that answers for it, of a police area.
    post: Option<Uuid>,
}

/// Where an area is cut.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitInput {
    /// The version that was seen.
    version: i64,
    /// Longitude and latitude (WGS-84) of each point; it begins and ends on the border or outside.
    #[schema(max_items = 500)]
    line: Vec<[f64; 2]>,
    /// The smaller half; the larger one stays the area it was.
    new: HalfInput,
    /// From when it holds, for a day to come; now where absent.
    from: Option<At>,
}

/// An area as it was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenArea {
    id: Uuid,
    version: i64,
}

/// Areas that become one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeInput {
    /// The area that stays.
    into: SeenArea,
    /// Areas of the same kind that end, with all that hangs on them handed over.
    #[schema(min_items = 1, max_items = 100)]
    areas: Vec<SeenArea>,
    /// From when it holds, for a day to come; now where absent.
    from: Option<At>,
}

/// Why it cannot be cut or joined, at its field.
fn refused(page: &crate::Page, field: &str, why: &EditError) -> Fail {
    let line = FieldProblem {
        field: field.to_owned(),
        code: why.code().to_owned(),
        detail: page.tk("editor-refused-", why.code()),
    };
    let detail = line.detail.clone();
    Fail::Unsound(Box::new(Listed { rule: "error-places-edit", detail, lines: vec![line], pieces: None }))
}

fn outline<'g>(page: &crate::Page, area: &'g Area, field: &str) -> Result<&'g Outline, Fail> {
    area.outline.as_deref().ok_or_else(|| refused(page, field, &EditError::NotNeighbours))
}

/// The area with another outline.
fn with_outline(area: &Area, seen: i64, outline: RawPolygons) -> AreaIn {
    AreaIn {
        id: Some(area.id.0),
        kind: area.kind.code().to_owned(),
        code: area.code.clone(),
        name: area.name.clone(),
        name_en: None,
        parent: None,
        seen: Some(seen),
        outline: Some(outline),
        serves: None,
        cut_from: None,
    }
}

fn cut(page: &crate::Page, ground: &Snapshot, id: Uuid, asked: SplitInput) -> Result<EditIn, Fail> {
    let area = ground.area(AreaId(id)).ok_or(Fail::NotFound)?;
    let whole = area.outline.as_deref().ok_or_else(|| refused(page, "line", &EditError::NotInTwo))?;
    let cut = split(whole, &asked.line).map_err(|why| refused(page, "line", &why))?;
    let [larger, smaller] = cut.halves.each_ref().map(raw_of);
    let new = AreaIn {
        id: None,
        kind: area.kind.code().to_owned(),
        code: asked.new.code,
        name: asked.new.name,
        name_en: asked.new.name_en,
        parent: area.parent.map(|p| p.0),
        seen: None,
        outline: Some(smaller),
        serves: asked.new.post,
        cut_from: Some(id),
    };
    let mut areas = vec![with_outline(area, asked.version, larger), new];
    // Where the line ends on a border, neighbours of the kind get the corner too.
    for neighbour in ground.of_kind(area.kind).filter(|n| n.id != area.id) {
        if let Some(mended) = neighbour.outline.as_deref().and_then(|o| with_corners(o, &cut.corners)) {
            areas.push(with_outline(neighbour, neighbour.version, raw_of(&mended)));
        }
    }
    Ok(EditIn { areas, ends: Vec::new(), from: None })
}

fn join(page: &crate::Page, ground: &Snapshot, asked: MergeInput) -> Result<EditIn, Fail> {
    if asked.areas.is_empty() || asked.areas.len() > MOST_JOINED {
        return Err(refused(page, "areas", &EditError::TooFew));
    }
    let area = |seen: &SeenArea| ground.area(AreaId(seen.id));
    let into = area(&asked.into).ok_or_else(|| Fail::invalid("into.id", "invalid-form"))?;
    let mut outlines = vec![outline(page, into, "into.id")?];
    let mut known = vec![into.id];
    for (i, seen) in asked.areas.iter().enumerate() {
        let field = format!("areas.{i}.id");
        let other = area(seen).filter(|a| a.kind == into.kind && !known.contains(&a.id));
        let other = other.ok_or_else(|| Fail::invalid(field.as_str(), "invalid-form"))?;
        outlines.push(outline(page, other, &field)?);
        known.push(other.id);
    }
    let joined = merge(&outlines).map_err(|why| refused(page, "areas", &why))?;
    let end = |seen: &SeenArea| EndIn { id: seen.id, seen: seen.version, into: Some(asked.into.id) };
    Ok(EditIn {
        areas: vec![with_outline(into, asked.into.version, raw_of(&joined))],
        ends: asked.areas.iter().map(end).collect(),
        from: None,
    })
}

/// Fields of the new area are named as they were sent.
fn of_halves(fail: Fail) -> Fail {
    let mend = |mut listed: Box<Listed>| {
        for line in &mut listed.lines {
            if let Some(field) = line.field.strip_prefix("areas.1.").filter(|field| *field != "outline") {
                line.field = format!("new.{field}");
            }
        }
        listed
    };
    match fail {
        Fail::Listed(listed) => Fail::Listed(mend(listed)),
        Fail::Unsound(listed) => Fail::Unsound(mend(listed)),
        other => other,
    }
}

/// Cuts an area in two. The larger half stays the area, the smaller one is new and takes what lies on its ground; neighbours get the new corners.
/// What is refused comes as a problem whose `errors` name the reasons and whose `pieces` draw gaps and overlaps.
#[utoipa::path(post, path = "/api/v1/areas/{id}/split", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    request_body = SplitInput,
    params(("id" = Uuid, Path)),
    responses((status = 200, body = EditedView, description = "Saved, or kept for its day: the area, the new one, then neighbours.")))]
async fn split_area(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<SplitInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    let saved = write(&app, who, once, move |cx| {
        allow(cx, Action::EditAreas)?;
        let from = value.from.as_ref().map(|at| at.0);
        let ground = places::snapshot(cx)?;
        let edit = cut(&page, &ground, id, value)?;
        apply(cx, &page, edit, from).map_err(of_halves)
    });
    Ok(done(&saved.await?))
}

/// Joins areas that share borders into one of them; the others end. What is refused comes as a problem, as with edits.
#[utoipa::path(post, path = "/api/v1/areas/merge", tag = "places",
    extensions(("x-actions" = json!(["edit-areas"]))),
    request_body = MergeInput,
    responses((status = 200, body = EditedView, description = "Saved, or kept for its day.")))]
async fn merge_areas(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Body { value, once }: Body<MergeInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::EditAreas, Purpose::Administration)?;
    let saved = write(&app, who, once, move |cx| {
        allow(cx, Action::EditAreas)?;
        let from = value.from.as_ref().map(|at| at.0);
        let ground = places::snapshot(cx)?;
        let edit = join(&page, &ground, value)?;
        apply(cx, &page, edit, from)
    });
    Ok(done(&saved.await?))
}

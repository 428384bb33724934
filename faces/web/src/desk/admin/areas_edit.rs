//! Drawing areas on the map: the page, and what its script asks while somebody draws. Numbers of corners go out as they are
//! stored and come back as they were (`places::app::edit::as_stored`).

use super::allow;
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html, unkept};
use ::places::app::edit::{self, Drawn, Edit, Ending};
use ::places::app::{AreaRef, ParentRef, SaveArea, edit_later};
use ::places::model::coverage::Coverage;
use ::places::model::edit::{raw_of, with_corners};
use ::places::model::edit_check::{Difference, difference};
use ::places::model::edit_merge::merge;
use ::places::model::edit_split::split;
use ::places::model::outline::RawPolygons;
use ::places::{Area, AreaKind, Outline, OutlineError, PostState, Snapshot, Tier};
use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use imports::Finding;
use kernel::ids::{AreaId, PostId};
use kernel::{Datum, Moment, Purpose};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Cx;
use uuid::Uuid;

/// A set of outlines; the whole of a large district has less.
const MOST_BYTES: usize = 32 << 20;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/areas/edit", get(show))
        .route("/desk/admin/areas/ground.json", get(ground))
        .route("/desk/admin/areas/look", post(look))
        .route("/desk/admin/areas/split", post(cut))
        .route("/desk/admin/areas/merge", post(join))
        .route("/desk/admin/areas/save", post(save))
        .route("/desk/admin/areas/later/{id}", post(withdraw))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

#[derive(Template)]
#[template(path = "desk/admin/areas_edit.html")]
struct EditPage {
    page: Page,
    frame: Frame,
    title: String,
    /// The area that is opened; empty for a new one.
    area: String,
    kind: &'static str,
    kinds: Vec<Choice>,
    /// Keys and texts for the script.
    words: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Which {
    area: Option<Uuid>,
    kind: String,
}

/// What the script says in words.
const WORDS: [&str; 31] = [
    "corner",
    "corner-n",
    "hole",
    "part",
    "moved",
    "removed",
    "inserted",
    "too-few",
    "undone",
    "redone",
    "snapped",
    "drawing",
    "cutting",
    "point-added",
    "line-short",
    "new-area",
    "merged",
    "split-done",
    "choose",
    "checking",
    "right",
    "refused",
    "failed",
    "unchanged",
    "saved",
    "half",
    "kept",
    "leave",
    "ended",
    "from-wrong",
    "not-neighbours",
];

fn words(page: &Page) -> String {
    let all: serde_json::Map<String, Value> =
        WORDS.iter().map(|w| ((*w).to_owned(), Value::from(page.tk("editor-say-", w)))).collect();
    Value::from(all).to_string()
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(which): Query<Which>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/areas")?;
            let ground = ::places::snapshot(cx)?;
            let area = match which.area {
                Some(id) => Some(ground.area(AreaId(id)).ok_or(Fail::NotFound)?),
                None => None,
            };
            let kind = area.map_or_else(|| AreaKind::from_code(&which.kind).unwrap_or(AreaKind::Police), |a| a.kind);
            Ok::<_, Fail>(EditPage {
                title: area.map_or_else(|| page.t("editor-new"), |a| page.t1("editor-title", "name", &a.name)),
                area: area.map(|a| a.id.to_string()).unwrap_or_default(),
                kind: kind.code(),
                kinds: Choice::codes(&page, "area-", AreaKind::ALL.iter().map(|k| k.code()), kind.code()),
                words: words(&page),
                frame,
                page,
            })
        })
        .await?;
    html(&shown)
}

/// Every area of one kind with its corners to the last digit, what they may lie in, and posts that may answer for them.
async fn ground(State(app): State<App>, staff: Staff, Query(which): Query<Which>) -> Result<Response, Fail> {
    let body = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let ground = ::places::snapshot(cx)?;
            let kind = AreaKind::from_code(&which.kind).ok_or(Fail::NotFound)?;
            let serves = |a: &Area| ground.posts().iter().find(|p| p.serves.contains(&a.id)).map(|p| p.id.to_string());
            let area = |a: &Area| {
                json!({
                    "id": a.id.to_string(), "kind": kind.code(), "code": a.code, "name": a.name,
                    "parent": a.parent.map(|p| p.to_string()), "seen": a.version, "serves": serves(a),
                    "outline": a.outline.as_deref().map(raw_of).unwrap_or_default(),
                })
            };
            let posts = ground.posts().iter().filter(|p| p.state == PostState::Running && p.tier != Tier::SafeHouse);
            let above = ground.areas().iter().filter(|a| a.kind.may_hold(kind));
            let district = ground.district().and_then(|d| d.outline.as_deref()).map(raw_of).unwrap_or_default();
            Ok::<_, Fail>(json!({
                "areas": ground.of_kind(kind).map(area).collect::<Vec<_>>(),
                "parents": above.map(|a| json!({ "id": a.id.to_string(), "name": a.name, "kind": a.kind.code() })).collect::<Vec<_>>(),
                "posts": posts.map(|p| json!({ "id": p.id.to_string(), "name": p.name })).collect::<Vec<_>>(),
                "district": district,
            }))
        })
        .await?;
    Ok(unkept(Json(body)))
}

/// One area as the script has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaIn {
    id: Option<Uuid>,
    kind: String,
    #[serde(default)]
    code: Option<String>,
    name: String,
    #[serde(default)]
    parent: Option<Uuid>,
    #[serde(default)]
    seen: Option<i64>,
    #[serde(default)]
    outline: Option<RawPolygons>,
    #[serde(default)]
    serves: Option<Uuid>,
    #[serde(default)]
    cut_from: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndIn {
    id: Uuid,
    seen: i64,
    #[serde(default)]
    into: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditIn {
    areas: Vec<AreaIn>,
    #[serde(default)]
    ends: Vec<EndIn>,
    /// A time on Shanghai's clocks; absent for now.
    #[serde(default)]
    from: Option<String>,
}

/// Something that is said about an edit.
#[derive(Debug, Default, Serialize)]
struct Problem {
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[f64; 2]>,
    refuses: bool,
}

impl Problem {
    fn refusing(words: String) -> Self {
        Self { words, at: None, refuses: true }
    }
}

#[derive(Debug, Default, Serialize)]
struct Answer {
    right: bool,
    conflict: bool,
    problems: Vec<Problem>,
    /// Offending pieces, drawn.
    pieces: Vec<Value>,
    /// What saving changes beside the outlines.
    effects: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<String>,
}

impl Answer {
    fn refusing(words: String) -> Self {
        Self { problems: vec![Problem::refusing(words)], ..Self::default() }
    }
}

/// Outlines first: what is no outline is said with the name of its area.
fn read(page: &Page, ground: &Snapshot, asked: EditIn) -> Result<Edit, Box<Answer>> {
    let mut edit = Edit::default();
    let mut answer = Answer::default();
    for area in asked.areas {
        let Some(kind) = AreaKind::from_code(&area.kind) else {
            return Err(Box::new(Answer::refusing(page.t("field-wrong"))));
        };
        let outline = match area.outline {
            Some(mut raw) => {
                edit::as_stored(ground, &mut raw);
                match Outline::new(&raw, Datum::Wgs84) {
                    Ok(outline) => Some(outline),
                    Err(wrong) => {
                        let at = place(&wrong);
                        let words = page.t2(
                            "editor-about",
                            "name",
                            &area.name,
                            "words",
                            Finding::from(wrong).words(page.look.lang),
                        );
                        answer.pieces.extend(at.map(point));
                        answer.problems.push(Problem { words, at, refuses: true });
                        continue;
                    }
                }
            }
            None => None,
        };
        let code = area.code.as_deref().map(str::trim).filter(|c| !c.is_empty());
        let save = SaveArea {
            which: area.id.map_or(AreaRef::New, |id| AreaRef::Id(AreaId(id))),
            parent: area.parent.map_or(ParentRef::Find, |id| ParentRef::Id(AreaId(id))),
            outline,
            seen: area.seen,
            ..SaveArea::new(kind, code, &area.name)
        };
        edit.drawn.push(Drawn { save, serves: area.serves.map(PostId), cut_from: area.cut_from.map(AreaId) });
    }
    edit.ends =
        asked.ends.iter().map(|e| Ending { area: AreaId(e.id), seen: e.seen, into: e.into.map(AreaId) }).collect();
    if answer.problems.is_empty() { Ok(edit) } else { Err(Box::new(answer)) }
}

fn place(wrong: &OutlineError) -> Option<[f64; 2]> {
    match wrong {
        OutlineError::CrossesItself { at }
        | OutlineError::DoublesBack { at }
        | OutlineError::HoleOutside { at, .. }
        | OutlineError::PartsOverlap { at } => Some([at.0, at.1]),
        _ => None,
    }
}

fn point(at: [f64; 2]) -> Value {
    json!({ "type": "Feature", "properties": { "fault": "crossing" }, "geometry": { "type": "Point", "coordinates": at } })
}

/// What an edit is refused for, in words and drawn.
fn refused(page: &Page, edit: &Edit, error: &::places::Error, answer: &mut Answer) {
    let name = |index: usize| edit.drawn.get(index).map(|d| d.save.name.clone()).unwrap_or_default();
    match error {
        ::places::Error::Coverage(coverage) => of_coverage(page, coverage, answer),
        ::places::Error::Wrong(faults) => {
            for fault in faults {
                let words = imports::words_of_places(fault.why.clone(), |i| i + 1).words(page.look.lang);
                let words = page.t2("editor-about", "name", name(fault.index), "words", words);
                answer.problems.push(Problem::refusing(words));
            }
        }
        ::places::Error::Stale { .. } => {
            answer.conflict = true;
            answer.problems.push(Problem::refusing(page.t("editor-conflict")));
        }
        ::places::Error::Invalid { field: "retire", .. } => {
            answer.problems.push(Problem::refusing(page.t("editor-refused-retire")));
        }
        ::places::Error::Invalid { field: "serves", .. } => {
            answer.problems.push(Problem::refusing(page.t("editor-refused-serves")));
        }
        ::places::Error::Invalid { field: "from", .. } => {
            answer.problems.push(Problem::refusing(page.t("editor-say-from-wrong")));
        }
        other => answer.problems.push(Problem::refusing(page.tk("error-places-", other.code()))),
    }
}

fn of_coverage(page: &Page, coverage: &Coverage, answer: &mut Answer) {
    let drawn = coverage.to_geojson();
    answer.pieces.extend(drawn.get("features").and_then(Value::as_array).cloned().unwrap_or_default());
    for piece in &coverage.pieces {
        let args = [
            ("area", fmt::number(piece.square_metres.round() as i64)),
            ("at", piece.inside.to_string()),
            ("names", piece.areas.join(&page.t("list-and"))),
        ];
        let words = page.loc.args(&format!("desk-coverage-{}", piece.fault.code()), &args);
        answer.problems.push(Problem { words, at: Some([piece.inside.0, piece.inside.1]), refuses: true });
    }
}

/// The check of the whole set as it would be, in words.
fn looked(cx: &mut Cx<'_>, page: &Page, edit: &Edit) -> Result<Answer, Fail> {
    let looked = edit::look(cx, edit)?;
    let mut answer = Answer { right: looked.refused.is_none(), ..Answer::default() };
    if let Some(error) = &looked.refused {
        refused(page, edit, error, &mut answer);
    }
    for piece in &looked.pieces {
        // The law for police areas has said it already.
        let said = |p: &Problem| p.at.is_some_and(|at| (at[0] - piece.inside.0).hypot(at[1] - piece.inside.1) < 1e-4);
        if answer.problems.iter().any(said) {
            continue;
        }
        let args = [
            ("area", fmt::number(piece.square_metres.round() as i64)),
            ("at", piece.inside.to_string()),
            ("names", piece.areas.join(&page.t("list-and"))),
        ];
        let words = page.loc.args(&format!("editor-piece-{}", piece.fault.code()), &args);
        answer.pieces.push(piece.to_geojson());
        answer.problems.push(Problem { words, at: Some([piece.inside.0, piece.inside.1]), refuses: false });
    }
    answer.effects = effects(cx, page, edit)?;
    Ok(answer)
}

/// Who and what stands on ground that changes hands.
fn effects(cx: &mut Cx<'_>, page: &Page, edit: &Edit) -> Result<Vec<String>, Fail> {
    let ground = ::places::snapshot(cx)?;
    let old = |id: AreaId| ground.area(id).and_then(|a| a.outline.clone());
    let mut lost: Vec<Difference> = Vec::new();
    for drawn in &edit.drawn {
        if let (AreaRef::Id(id), Some(new)) = (&drawn.save.which, &drawn.save.outline) {
            lost.push(difference(old(*id).as_deref(), Some(new)));
        }
    }
    lost.extend(edit.ends.iter().map(|e| difference(old(e.area).as_deref(), None)));
    lost.retain(|d| !d.lost.0.is_empty());
    let boxes = lost.iter().filter_map(Difference::lost_bounds);
    let Some(bounds) = boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]) else {
        return Ok(Vec::new());
    };
    let on_it = |lon: f64, lat: f64| lost.iter().any(|d| d.lost_at(lon, lat));
    let square_metres: f64 = lost.iter().map(|d| d.lost_m2).sum();
    let matters = matters::app::moved_ground::open_on(cx, bounds, on_it)?;
    let posts = ground.posts().iter().filter(|p| p.point.is_some_and(|at| on_it(at.lon(), at.lat()))).count();
    let mut out = vec![page.t1("editor-effect-ground", "area", fmt::number(square_metres.round() as i64))];
    out.push(page.t1("editor-effect-matters", "n", matters));
    if posts > 0 {
        out.push(page.t1("editor-effect-posts", "n", posts));
    }
    if !edit.ends.is_empty() {
        out.push(page.t1("editor-effect-ends", "n", edit.ends.len()));
    }
    Ok(out)
}

async fn look(State(app): State<App>, page: Page, staff: Staff, Json(asked): Json<EditIn>) -> Result<Response, Fail> {
    let answer = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let ground = ::places::snapshot(cx)?;
            match read(&page, &ground, asked) {
                Ok(edit) => looked(cx, &page, &edit),
                Err(answer) => Ok(*answer),
            }
        })
        .await?;
    Ok(unkept(Json(answer)))
}

/// A time on Shanghai's clocks, as the browser's field has it.
fn moment(typed: &str) -> Option<Moment> {
    let at: jiff::civil::DateTime = typed.trim().parse().ok()?;
    Some(Moment::from(&at.to_zoned_datetime(kernel::time::shanghai()).ok()?))
}

async fn save(State(app): State<App>, page: Page, staff: Staff, Json(asked): Json<EditIn>) -> Result<Response, Fail> {
    let answer = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let from = match asked.from.as_deref().filter(|f| !f.trim().is_empty()) {
                Some(typed) => match moment(typed) {
                    Some(at) => Some(at),
                    None => return Ok(Answer::refusing(page.t("editor-say-from-wrong"))),
                },
                None => None,
            };
            let ground = ::places::snapshot(cx)?;
            let edit = match read(&page, &ground, asked) {
                Ok(edit) => edit,
                Err(answer) => return Ok(*answer),
            };
            let done = match from {
                Some(from) => edit_later::save_later(cx, &edit, from).map(|_| None),
                None => edit::save(cx, &edit).map(|report| report.saved.first().map(|s| s.0)),
            };
            match done {
                Ok(Some(area)) => {
                    let saved = page.href(format!("/desk/admin/areas/{area}/border?done=saved"));
                    Ok(Answer { right: true, saved: Some(saved), ..Answer::default() })
                }
                Ok(None) => {
                    let saved = page.href("/desk/admin/areas?done=later");
                    Ok(Answer { right: true, saved: Some(saved), ..Answer::default() })
                }
                Err(::places::Error::Store(e)) => Err(e.into()),
                Err(e @ ::places::Error::Denied) => Err(e.into()),
                Err(e) => {
                    // Nothing was written before it was refused.
                    let mut answer = Answer::default();
                    refused(&page, &edit, &e, &mut answer);
                    Ok::<_, Fail>(answer)
                }
            }
        })
        .await?;
    let status = match (&answer.saved, answer.conflict) {
        (Some(_), _) => StatusCode::OK,
        (None, true) => StatusCode::CONFLICT,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, unkept(Json(answer))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Neighbour {
    id: String,
    outline: RawPolygons,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutIn {
    outline: RawPolygons,
    line: Vec<[f64; 2]>,
    /// Neighbours whose border gets the new corners too.
    #[serde(default)]
    neighbours: Vec<Neighbour>,
}

fn outline(ground: &Snapshot, mut raw: RawPolygons) -> Result<Outline, OutlineError> {
    edit::as_stored(ground, &mut raw);
    Outline::new(&raw, Datum::Wgs84)
}

async fn cut(State(app): State<App>, page: Page, staff: Staff, Json(asked): Json<CutIn>) -> Result<Response, Fail> {
    let cut = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let ground = ::places::snapshot(cx)?;
            let cut = outline(&ground, asked.outline).map_err(Into::into).and_then(|o| split(&o, &asked.line));
            Ok::<_, Fail>(match cut {
                Ok(cut) => {
                    let with = |n: Neighbour| {
                        let mended = with_corners(&outline(&ground, n.outline).ok()?, &cut.corners)?;
                        Some(json!({ "id": n.id, "outline": raw_of(&mended) }))
                    };
                    let neighbours: Vec<Value> = asked.neighbours.into_iter().filter_map(with).collect();
                    Ok(json!({ "halves": cut.halves.each_ref().map(raw_of), "neighbours": neighbours }))
                }
                Err(e) => Err(page.tk("editor-refused-", e.code())),
            })
        })
        .await?;
    Ok(geometry(cut))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinIn {
    outlines: Vec<RawPolygons>,
}

async fn join(State(app): State<App>, page: Page, staff: Staff, Json(asked): Json<JoinIn>) -> Result<Response, Fail> {
    let joined = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let ground = ::places::snapshot(cx)?;
            let outlines: Result<Vec<Outline>, OutlineError> =
                asked.outlines.into_iter().map(|raw| outline(&ground, raw)).collect();
            let joined = outlines.map_err(Into::into).and_then(|o| merge(&o.iter().collect::<Vec<_>>()));
            Ok::<_, Fail>(match joined {
                Ok(joined) => Ok(json!({ "outline": raw_of(&joined) })),
                Err(e) => Err(page.tk("editor-refused-", e.code())),
            })
        })
        .await?;
    Ok(geometry(joined))
}

fn geometry(made: Result<Value, String>) -> Response {
    match made {
        Ok(body) => unkept(Json(body)),
        Err(words) => (StatusCode::UNPROCESSABLE_ENTITY, unkept(Json(json!({ "words": words })))).into_response(),
    }
}

async fn withdraw(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            Ok::<_, Fail>(edit_later::withdraw(cx, id)?)
        })
        .await?;
    Ok(Redirect::to(&page.href("/desk/admin/areas?done=withdrawn")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let sample = |area: &str| EditPage {
            page: page.clone(),
            frame: Frame::sample(page),
            title: page.t1("editor-title", "name", "青禾"),
            area: area.to_owned(),
            kind: "police",
            kinds: Choice::codes(page, "area-", AreaKind::ALL.iter().map(|k| k.code()), "police"),
            words: words(page),
        };
        let shown = ["", "1"].map(|area| ("desk/admin/areas_edit.html", sample(area).render().unwrap_or_default()));
        // Every reason for which a cut or a join is refused has its words.
        for code in ["line-short", "line-long", "line-crosses", "not-in-two", "too-few", "not-neighbours", "outline"] {
            let _ = page.tk("editor-refused-", code);
        }
        shown.into()
    }
}

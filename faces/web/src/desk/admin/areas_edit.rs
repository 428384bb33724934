//! Drawing areas on the map: the page, and what its script asks while somebody draws. Numbers of corners go out as they are
//! stored and come back as they were (`places::app::edit::as_stored`).

use super::allow;
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::drawing::{self, Answer, Done, EditIn, looked, read};
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use ::places::app::{edit, edit_later};
use ::places::model::edit::{raw_of, with_corners};
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
use kernel::ids::AreaId;
use kernel::{Datum, Moment, Purpose};
use people::policy::Action;
use serde::Deserialize;
use serde_json::{Value, json};
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
                    "id": a.id.to_string(), "kind": kind.code(), "code": a.code, "name": a.name, "name_en": a.name_en,
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
                    None => return Ok(Answer::refusing("from", page.t("editor-say-from-wrong"))),
                },
                None => None,
            };
            let ground = ::places::snapshot(cx)?;
            let edit = match read(&page, &ground, asked) {
                Ok(edit) => edit,
                Err(answer) => return Ok(*answer),
            };
            Ok::<_, Fail>(match drawing::apply(cx, &page, &edit, from)? {
                Done::Now(report) => {
                    let area = report.saved.first().map(|s| format!("/{}/border?done=saved", s.0));
                    let saved =
                        page.href(format!("/desk/admin/areas{}", area.unwrap_or_else(|| "?done=later".to_owned())));
                    Answer { right: true, saved: Some(saved), ..Answer::default() }
                }
                Done::Later(_) => {
                    let saved = page.href("/desk/admin/areas?done=later");
                    Answer { right: true, saved: Some(saved), ..Answer::default() }
                }
                Done::Refused(answer) => answer,
            })
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

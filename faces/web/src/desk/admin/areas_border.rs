//! The history of a border: every outline an area has had, what it gained and lost, by whom; the same as files, and how an earlier
//! one is put back.

use super::allow;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::{Frame, map};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use ::places::app::border::{self, Border, Held};
use ::places::app::edit;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::{AccountId, AreaId};
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, decide};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/areas/{id}/border", get(show))
        .route("/desk/admin/areas/{id}/border.geojson", get(file))
        .route("/desk/admin/areas/{id}/change.geojson", get(change))
        .route("/desk/admin/areas/{id}/put-back", post(put_back))
}

struct HeldLine {
    from: String,
    to: Option<String>,
    by: String,
    km2: String,
    gained: Option<String>,
    lost: Option<String>,
    /// It is the first.
    first: bool,
    /// Address of this page with this change drawn.
    shown: String,
    /// Address of this outline as a file.
    file: String,
    /// Micros of the change, for putting back what was before it; absent for the first.
    at: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/areas_border.html")]
struct BorderPage {
    page: Page,
    frame: Frame,
    id: String,
    name: String,
    kind: String,
    code: String,
    held: Vec<HeldLine>,
    /// The history in one sentence; empty where nothing was drawn.
    story: String,
    /// The day that is looked at, as the field has it.
    on: String,
    /// Addresses of what the map draws.
    outline: String,
    change: String,
    file: String,
    /// What was done, or why not.
    done: Option<String>,
    problem: Option<String>,
    may_edit: bool,
    ended: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    on: String,
    change: String,
    done: String,
    failed: String,
    r#as: String,
}

/// The end of a day on Shanghai's clocks, or an instant in micros.
fn instant(typed: &str) -> Option<Moment> {
    if let Ok(micros) = typed.parse::<i64>() {
        return Some(Moment::from_micros(micros));
    }
    let day: jiff::civil::Date = typed.trim().parse().ok()?;
    let end = day.at(23, 59, 59, 0).to_zoned_datetime(kernel::time::shanghai()).ok()?;
    Some(Moment::from(&end))
}

/// Hectares of a village and square kilometres of a town read well with two decimals.
fn km2(square_metres: f64) -> String {
    format!("{:.2}", square_metres / 1e6)
}

/// Who, from the words of the log.
fn by(page: &Page, actor: Option<&str>, names: &HashMap<AccountId, String>) -> String {
    match actor.and_then(|a| a.strip_prefix("account:")).map(str::parse::<AccountId>) {
        Some(Ok(id)) => names.get(&id).cloned().unwrap_or_else(|| page.t("desk-nobody")),
        _ => page.t("desk-by-program"),
    }
}

fn names(cx: &mut Cx<'_>, border: &Border) -> Result<HashMap<AccountId, String>, Fail> {
    let ids: Vec<AccountId> =
        border.held.iter().filter_map(|h| h.by.as_deref()?.strip_prefix("account:")?.parse().ok()).collect();
    Ok(people::app::accounts::names(cx, &ids)?)
}

fn lines(page: &Page, border: &Border, names: &HashMap<AccountId, String>) -> Vec<HeldLine> {
    let here = format!("/desk/admin/areas/{}", border.area.id);
    let last = border.held.len().saturating_sub(1);
    let line = |(i, h): (usize, &Held)| {
        let (gained, lost) = (h.change.gained_m2, h.change.lost_m2);
        let told = |m2: f64| (i != last && m2 > 0.0).then(|| fmt::number(m2.round() as i64));
        HeldLine {
            from: page.stamp(h.from),
            to: h.to.map(|t| page.stamp(t)),
            by: by(page, h.by.as_deref(), names),
            km2: km2(h.square_metres),
            gained: told(gained),
            lost: told(lost),
            first: i == last,
            shown: page.href(format!("{here}/border?change={}", h.from.micros())),
            file: page.href(format!("{here}/border.geojson?on={}", h.from.micros())),
            at: (i != last).then(|| h.from.micros().to_string()),
        }
    };
    border.held.iter().enumerate().map(line).collect()
}

/// How often it changed, when last, by whom and how much.
fn story(page: &Page, held: &[HeldLine]) -> String {
    let (Some(last), changes) = (held.first(), held.len().saturating_sub(1)) else { return String::new() };
    let mut args = vec![("at", last.from.clone()), ("by", last.by.clone())];
    if changes == 0 {
        return page.loc.args("border-story-one", &args);
    }
    let told = [("border-gained-n", &last.gained), ("border-lost-n", &last.lost)];
    let told: Vec<String> = told.into_iter().filter_map(|(key, m2)| Some(page.t1(key, "n", m2.as_ref()?))).collect();
    let change = if told.is_empty() { page.t("border-same") } else { told.join(&page.t("list-and")) };
    args.extend([("n", changes.to_string()), ("change", change)]);
    page.loc.args("border-story", &args)
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let (kind, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAreas)?;
            let border = border::border(cx, AreaId(id))?;
            let names = names(cx, &border)?;
            let held = lines(&page, &border, &names);
            if kind.is_some() {
                return Ok(Listed::File(as_table(&page, &border, &names)));
            }
            let here = format!("/desk/admin/areas/{id}");
            let on = instant(&asked.on).filter(|_| !asked.on.is_empty());
            let latest = border.held.first().map(|h| h.from.micros().to_string()).unwrap_or_default();
            let change = if asked.change.is_empty() { latest } else { asked.change.clone() };
            let outline = match (on, asked.change.is_empty()) {
                (Some(_), _) => format!("{here}/border.geojson?on={}", asked.on),
                (None, false) => format!("{here}/border.geojson?on={change}"),
                _ => format!("{here}/border.geojson"),
            };
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/areas")?;
            Ok::<_, Fail>(Listed::Page(Box::new(BorderPage {
                id: id.to_string(),
                name: border.area.called(page.look.lang).to_owned(),
                story: story(&page, &held),
                kind: page.tk("area-", border.area.kind.code()),
                code: border.area.code.clone().unwrap_or_default(),
                held,
                outline: page.href(outline),
                change: page.href(format!("{here}/change.geojson?change={change}")),
                file: table::href(&page, &format!("{here}/border"), &[]),
                done: ["saved", "put-back"]
                    .contains(&asked.done.as_str())
                    .then(|| page.tk("border-done-", &asked.done)),
                problem: failure(&page, &asked.failed),
                may_edit: decide(&cx.actor, cx.purpose, Action::EditAreas, &ResourceFacts::District).is_allowed(),
                ended: border.area.valid_to.map(|t| page.stamp(t)),
                on: asked.on,
                frame,
                page,
            })))
        })
        .await?;
    listed.answer(&words, kind).await
}

fn failure(page: &Page, code: &str) -> Option<String> {
    match code {
        "coverage" => Some(page.t("border-failed-coverage")),
        "stale" | "wrong" | "invalid" | "elsewhere" => Some(page.t("border-failed-other")),
        _ => None,
    }
}

fn as_table(page: &Page, border: &Border, names: &HashMap<AccountId, String>) -> Table {
    let row = |h: &Held| {
        vec![
            table::instant(h.from),
            h.to.map(table::instant).unwrap_or_default(),
            by(page, h.by.as_deref(), names),
            km2(h.square_metres),
            format!("{:.0}", h.change.gained_m2),
            format!("{:.0}", h.change.lost_m2),
        ]
    };
    let head = ["border-from", "border-to", "border-by", "border-km2", "border-gained", "border-lost"];
    Table::new(page, "border", &head, border.held.iter().map(row).collect())
}

/// The outline of one date, for a map or to keep.
async fn file(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let (name, body) = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAreas)?;
            let at = if asked.on.is_empty() { cx.now } else { instant(&asked.on).ok_or(Fail::NotFound)? };
            let border = border::border(cx, AreaId(id))?;
            let held = border.held.iter().find(|h| h.from <= at && h.to.is_none_or(|to| to > at));
            let feature = |h: &Held| {
                json!({
                    "type": "Feature", "id": id.to_string(), "geometry": h.outline.to_geojson(),
                    "properties": {
                        "id": id.to_string(), "kind": border.area.kind.code(), "code": border.area.code, "name": border.area.name,
                        "valid_from": h.from.rfc3339(), "valid_to": h.to.map(Moment::rfc3339),
                    },
                })
            };
            let features: Vec<Value> = held.map(feature).into_iter().collect();
            let day = at.zoned(&kernel::time::shanghai()).date();
            Ok::<_, Fail>((format!("area-{day}.geojson"), json!({ "type": "FeatureCollection", "features": features })))
        })
        .await?;
    let mut response = map::geojson(&body);
    if let Ok(value) = format!("inline; filename=\"{name}\"").parse() {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// What was gained and lost in one change.
async fn change(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let body = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAreas)?;
            let border = border::border(cx, AreaId(id))?;
            let at = instant(&asked.change);
            let first = border.held.last().map(|h| h.from);
            let held = border.held.iter().find(|h| Some(h.from) == at && Some(h.from) != first);
            let none = json!({ "type": "FeatureCollection", "features": [] });
            Ok::<_, Fail>(held.map_or(none, |h| h.change.to_geojson()))
        })
        .await?;
    Ok(map::geojson(&body))
}

/// Everything that one change did, undone through the same check.
async fn put_back(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let at = posted.get("at").parse::<i64>().map(Moment::from_micros).map_err(|_| Fail::BadRequest("field-wrong"))?;
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::EditAreas)?;
            let put = border::put_back(cx, at).and_then(|back| edit::save(cx, &back));
            match put {
                Ok(_) => Ok("done=put-back".to_owned()),
                Err(::places::Error::Store(e)) => Err(e.into()),
                Err(e @ ::places::Error::Denied) => Err(e.into()),
                // It is refused before anything is written.
                Err(e) => Ok::<_, Fail>(format!("failed={}", e.code())),
            }
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/areas/{id}/border?{done}"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let sample = |n: usize| BorderPage {
            story: if n == 0 {
                String::new()
            } else {
                page.loc.args(
                    "border-story",
                    &[
                        ("at", page.stamp(page.now)),
                        ("by", "李明".into()),
                        ("n", "2".into()),
                        ("change", page.t("border-same")),
                    ],
                )
            },
            page: page.clone(),
            frame: Frame::sample(page),
            id: "1".into(),
            name: "青禾警务区".into(),
            kind: page.t("area-police"),
            code: "310120-01".into(),
            held: (0..n)
                .map(|i| HeldLine {
                    from: page.stamp(page.now),
                    to: (i > 0).then(|| page.stamp(page.now)),
                    by: "李明".into(),
                    km2: "12.34".into(),
                    gained: (i == 0).then(|| "1,200".into()),
                    lost: (i == 0).then(|| "300".into()),
                    first: i + 1 == n,
                    shown: "#".into(),
                    file: "#".into(),
                    at: (i + 1 < n).then(|| "1".into()),
                })
                .collect(),
            on: String::new(),
            outline: "#".into(),
            change: "#".into(),
            file: table::href(page, "/desk/admin/areas/1/border", &[]),
            done: (n == 2).then(|| page.tk("border-done-", "saved")),
            problem: (n == 0).then(|| failure(page, "coverage")).flatten(),
            may_edit: n > 0,
            ended: (n == 0).then(|| page.stamp(page.now)),
        };
        [0, 2].map(|n| ("desk/admin/areas_border.html", sample(n).render().unwrap_or_default())).into()
    }
}

//! One building: which households took the card, its name, its end.

use super::{LIST, tag, why, wrong_key};
use crate::desk::Frame;
use crate::desk::words::Tag;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::places::app::contact_cards;
use ::places::model::contact_card::Answer;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use serde::Deserialize;
use uuid::Uuid;

/// A household: its door and what it said.
pub(super) struct Door {
    pub door: String,
    /// Code of the answer, empty while nobody asked.
    pub answer: &'static str,
}

#[derive(Template)]
#[template(path = "desk/contact_building.html")]
pub(super) struct BuildingPage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub back: String,
    pub name: String,
    pub place: String,
    pub tag: Tag,
    pub why: String,
    pub doors: Vec<Door>,
    pub given: i64,
    pub declined: i64,
    pub version: i64,
    pub community: String,
    pub id: String,
    pub errors: Vec<(String, String)>,
    pub done: bool,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    done: String,
}

fn load(
    cx: &mut store::Cx<'_>,
    page: Page,
    staff: &Staff,
    id: Uuid,
    errors: Vec<(String, String)>,
) -> Result<BuildingPage, Fail> {
    let (found, doors) = contact_cards::building(cx, id)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let ground = ::places::snapshot(cx)?;
    let chain = ground.chain(found.area);
    let community = chain.iter().find(|a| a.kind == ::places::AreaKind::Community).map_or(found.area, |a| a.id);
    Ok(BuildingPage {
        href: page.href(format!("{LIST}/{id}")),
        back: page.href(format!("{LIST}?community={community}")),
        name: found.name.clone(),
        place: super::named(&page, &ground, found.area),
        tag: tag(&page, &found.wall),
        why: why(&page, &found.wall),
        doors: doors.into_iter().map(|(door, answer)| Door { door, answer: answer.map_or("", Answer::code) }).collect(),
        given: found.given,
        declined: found.declined,
        version: found.version,
        community: community.to_string(),
        id: id.to_string(),
        errors,
        done: false,
        page,
        frame,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let done = !asked.done.is_empty();
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| Ok::<_, Fail>(BuildingPage { done, ..load(cx, page, &staff, id, Vec::new())? }))
        .await?;
    html(&shown)
}

/// What was changed on the form: `was.DOOR` says what it showed, `door.DOOR` what it says now. What somebody else wrote down
/// meanwhile at another door stays.
fn changed(posted: &Posted) -> Vec<(String, Option<Answer>)> {
    let pairs = posted.pairs();
    let was = |door: &str| pairs.iter().find(|(n, _)| n.strip_prefix("was.") == Some(door)).map(|(_, v)| v.as_str());
    pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("door.")?, value.as_str())))
        .filter(|(door, value)| was(door) != Some(value))
        .map(|(door, value)| (door.to_owned(), Answer::from_code(value)))
        .collect()
}

pub(super) async fn record(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let answers = changed(&posted);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            Ok::<_, Fail>(contact_cards::record_answers(cx, id, &answers)?)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done=saved"))).into_response())
}

pub(super) async fn rename(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (name, seen) = (posted.get("name"), posted.get("version").parse().unwrap_or(0));
    let who = staff.who(Purpose::Administration);
    let done = app
        .rt
        .write(who.clone(), move |cx| match contact_cards::rename(cx, id, &name, seen) {
            Ok(()) => Ok(None),
            Err(::places::Error::Invalid { field, why }) => Ok::<_, Fail>(Some((field, why))),
            Err(other) => Err(other.into()),
        })
        .await?;
    let Some((field, why)) = done else {
        return Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done=saved"))).into_response());
    };
    let errors = vec![(field.to_owned(), page.t(wrong_key(why)))];
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, id, errors)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

pub(super) async fn remove(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (seen, community) = (posted.get("version").parse().unwrap_or(0), posted.get("community"));
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| Ok::<_, Fail>(contact_cards::remove(cx, id, seen)?))
        .await?;
    let community = community.parse::<kernel::ids::AreaId>().map_or_else(|_| String::new(), |id| id.to_string());
    Ok(Redirect::to(&page.href(format!("{LIST}?community={community}&done=removed"))).into_response())
}

//! One matter: where it stands and until when, what can be done next and why the rest cannot, what was said and done.
//! Names of raisers are behind a step of their own that is logged (R3).

mod about;
mod original;
mod pictures;
mod raisers;
#[cfg(test)]
pub(super) mod samples;
mod similar;
mod steps;
mod timeline;

pub(super) use similar::alike;

use super::ground;
use super::view::{class_names, due};
use super::words::{Due, Tag, why};
use super::{Frame, nobody};
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{AccountId, MatterId, PostId};
use matters::NoteKind;
use matters::app::Detail;
use matters::model::CommandKind;
use pictures::PictureView;
use raisers::RaiserView;
pub(super) use raisers::failed as failed_before;
use serde::Deserialize;
use serde_json::Value;
use similar::Similar;
use std::collections::HashMap;
use steps::{NextStep, Refused};
use store::Cx;
use timeline::EventView;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/matters/{id}", get(show))
        .route("/desk/matters/{id}/raiser", post(raisers::reveal))
        .route("/desk/matters/{id}/original", post(original::show))
        .route("/desk/matters/{id}/about", post(about::mark))
        .route("/desk/matters/{id}/picture/{picture}", get(pictures::show))
        .route("/desk/matters/{id}/point.geojson", get(point))
}

/// Who answers for it now.
struct Owner {
    name: String,
    /// Title of the seat, where the person sits on the one that owns the matter.
    seat: Option<String>,
    phone: Option<String>,
    via: Option<String>,
}

struct View {
    id: String,
    href: String,
    back: String,
    number: String,
    title: String,
    tag: Tag,
    emergency: bool,
    open: bool,
    class_name: String,
    origin: String,
    raised: String,
    raised_machine: String,
    done: Option<String>,
    due: Due,
    stage: String,
    why: Vec<String>,
    owner: Owner,
    next: Vec<NextStep>,
    refused: Vec<Refused>,
    text: String,
    place: Option<String>,
    areas: Option<String>,
    /// The post that looks after the place, with its telephone.
    post: Option<(String, String)>,
    pictures: Vec<PictureView>,
    answer: Option<String>,
    outcome: Option<String>,
    raisers: Vec<RaiserView>,
    /// Raised by the program (a visit, a call, a day that came): there is nobody to be told.
    by_program: bool,
    /// Somebody left a name or a number.
    named: bool,
    may_reveal: bool,
    may_view_original: bool,
    /// Where to write to the raiser, when that may be done now.
    write: Option<String>,
    reveal: String,
    readings: Option<String>,
    timeline: Vec<EventView>,
    viewers: Vec<String>,
    similar: Vec<Similar>,
    /// Numbers and addresses of the matters that were joined to this one.
    joined: Vec<(String, String)>,
    /// The matter it was joined to.
    original: Option<String>,
    /// The body it is about, whose people see nothing of it.
    about: Option<String>,
    /// A care conference: the losses it is about, each with its address.
    cases: Vec<(String, String)>,
    /// Where it is said that it is about a body, and the bodies there are.
    mark_about: Option<(String, Vec<String>)>,
    /// Where people in care are linked and opened; how many there are.
    people: Option<(String, usize)>,
    point: Option<(f64, f64)>,
    /// The same in words.
    near: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/matter.html")]
struct MatterPage {
    page: Page,
    frame: Frame,
    m: View,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    /// The step just taken.
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    Query(after): Query<After>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let detail = matters::app::detail(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, "")?;
            let done = CommandKind::from_code(&after.done).map(|kind| match kind {
                CommandKind::Answer if detail.by_program => page.t("desk-done-answer-program"),
                kind => page.tk("desk-done-", kind.code()),
            });
            let m = view(cx, &page, detail, done)?;
            Ok::<_, Fail>(MatterPage { page, frame, m })
        })
        .await?;
    html(&shown)
}

fn view(cx: &mut Cx<'_>, page: &Page, d: Detail, done: Option<String>) -> Result<View, Fail> {
    let id = d.line.matter;
    let href = page.href(format!("/desk/matters/{id}"));
    let names = names_of(cx, &d)?;
    let classes = class_names(cx, page)?;
    // Town, community, cell; the police area stands beside them.
    let place = &d.line.spot;
    let spot: Vec<_> = [place.police, place.grid, place.community, place.town].into_iter().flatten().collect();
    let areas = ground::names(cx, page, &spot)?;
    let area_line: Vec<String> = spot.iter().rev().filter_map(|a| areas.get(a).cloned()).collect();
    let (next, refused) = steps::steps(page, &d, &href);
    let similar = if d.line.state.is_open() { similar::similar(cx, page, &d, &href)? } else { Vec::new() };
    let owner = owner(cx, page, &d, &names)?;
    let post = place.post.and_then(|p| ground_post(cx, p).transpose()).transpose()?;
    let readings = matters::readings::of_names(cx, id)?;
    let by_kind = |kind| d.texts.iter().find(|n| n.kind == kind).map(|n| n.text.clone());
    let open = d.line.state.is_open();
    let raisers = raisers::raisers(page, &d, &href);
    let timeline = timeline::timeline(page, &d, &names, &classes);
    let about = match d.about_org {
        Some(org) => Some(people::app::orgs::org(cx, org)?.name),
        None => None,
    };
    let cases = lost::app::conference::cases_of(cx, id)?.into_iter();
    let cases = cases.map(|(id, number)| (page.href(format!("/desk/lost/{id}")), number)).collect();
    let mark_about = if d.may_mark_about {
        let all = people::app::orgs::list(cx, None)?;
        Some((format!("{href}/about"), all.into_iter().filter(|o| o.active).map(|o| o.name).collect()))
    } else {
        None
    };
    let near = match d.line.lat.zip(d.line.lon).and_then(|(lat, lon)| kernel::Point::new(lon, lat).ok()) {
        Some(point) => crate::nearby::words(cx, page, point)?,
        None => None,
    };
    let people = (d.may_link || !d.persons.is_empty()).then(|| (format!("{href}/people"), d.persons.len()));
    let may_write = d.commands.iter().any(|(kind, answer)| *kind == CommandKind::Contact && answer.is_ok());
    Ok(View {
        back: page.href("/desk"),
        number: d.line.number.clone(),
        title: d.line.summary.clone(),
        tag: Tag::state(page, d.line.state),
        emergency: d.line.emergency,
        open,
        class_name: d.class.name(page.look.lang).to_owned(),
        origin: page.tk("origin-", d.line.origin.code()),
        raised: page.ago(d.line.received_at),
        raised_machine: page.machine_time(d.line.received_at),
        done,
        due: if open {
            Due::of(page, d.clock.due_at, d.clock.level(page.now), d.clock.paused_until, d.clock.provisional)
        } else {
            due(page, &d.line)
        },
        stage: page.tk("desk-stage-", d.clock.stage.code()),
        why: why(page, &d.clock.why, d.class.name(page.look.lang)),
        owner,
        next,
        refused,
        text: by_kind(NoteKind::Body).unwrap_or_default(),
        place: by_kind(NoteKind::Place),
        areas: (!area_line.is_empty()).then(|| area_line.join(" · ")),
        post,
        pictures: d
            .attachments
            .iter()
            .enumerate()
            .map(|(i, p)| PictureView {
                href: format!("{href}/picture/{}", p.id),
                alt: page.t1("desk-picture", "n", i + 1),
                whose: page.tk("desk-picture-", p.audience.code()),
            })
            .collect(),
        answer: d.answer.clone(),
        outcome: d.outcome.map(|o| page.tk("outcome-", o.code())),
        by_program: d.by_program,
        named: d.raisers.iter().any(|r| !r.anonymous),
        raisers,
        may_reveal: d.may_reveal,
        may_view_original: d.may_view_original,
        write: may_write.then(|| format!("{href}/do/contact?outcome=written")),
        reveal: format!("{href}/raiser"),
        readings: (!readings.is_empty()).then(|| page.t1("desk-readings", "n", readings.len())),
        timeline,
        viewers: viewers(page, &d, &names, &area_line),
        similar,
        joined: d.joined.iter().map(|(m, n)| (n.clone(), page.href(format!("/desk/matters/{m}")))).collect(),
        original: d.merged_into.map(|m| page.href(format!("/desk/matters/{m}"))),
        point: d.line.lat.zip(d.line.lon),
        near,
        about,
        cases,
        mark_about,
        people,
        id: id.to_string(),
        href,
    })
}

fn owner(cx: &mut Cx<'_>, page: &Page, d: &Detail, names: &HashMap<AccountId, String>) -> Result<Owner, Fail> {
    let sits = people::app::takers::people_on(cx, d.owner_seat)?.into_iter().find(|t| t.account == d.owner);
    Ok(Owner {
        name: names.get(&d.owner).cloned().unwrap_or_else(|| nobody(page)),
        seat: sits.as_ref().map(|t| t.title.clone()),
        phone: sits.and_then(|t| t.phone_ext),
        via: (d.owner_via != "holder").then(|| page.tk("desk-via-", d.owner_via)),
    })
}

/// Name and telephone of a post.
fn ground_post(cx: &mut Cx<'_>, id: PostId) -> Result<Option<(String, String)>, Fail> {
    let ground = places::snapshot(cx)?;
    Ok(ground.post(id).map(|p| (p.name.clone(), p.phone.clone())))
}

/// Names of everybody who occurs, in one statement.
fn names_of(cx: &mut Cx<'_>, d: &Detail) -> Result<HashMap<AccountId, String>, Fail> {
    let mut ids = vec![d.owner];
    ids.extend(d.handlers.iter().copied());
    ids.extend(d.timeline.iter().filter_map(|e| e.account));
    ids.extend(d.timeline.iter().filter_map(|e| account_in(&e.payload, "owner")));
    ids.sort_unstable();
    ids.dedup();
    Ok(people::app::accounts::names(cx, &ids)?)
}

fn account_in(payload: &Value, field: &str) -> Option<AccountId> {
    payload.get(field)?.as_str()?.parse().ok()
}

/// Who can see this matter, in words (the same rules as the policy's `ViewMatter`).
fn viewers(page: &Page, d: &Detail, names: &HashMap<AccountId, String>, areas: &[String]) -> Vec<String> {
    let mut out = vec![page.t1("desk-viewer-owner", "who", names.get(&d.owner).cloned().unwrap_or_default())];
    let handlers: Vec<String> =
        d.handlers.iter().filter(|h| **h != d.owner).filter_map(|h| names.get(h).cloned()).collect();
    if !handlers.is_empty() {
        out.push(page.t1("desk-viewer-handlers", "who", handlers.join(&page.t("list-comma"))));
    }
    if !areas.is_empty() {
        out.push(page.t1("desk-viewer-area", "area", areas.join(&page.t("list-comma"))));
    }
    out.push(page.t("desk-viewer-coordinator"));
    if !d.by_program {
        out.push(page.t("desk-viewer-raiser"));
    }
    out
}

/// The matter as a point, for its map.
async fn point(State(app): State<App>, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let line = app.rt.read(who, move |cx| matters::app::detail(cx, id).map(|d| d.line).map_err(Fail::from)).await?;
    Ok(super::map::points(&[line], None))
}

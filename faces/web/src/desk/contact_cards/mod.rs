//! Contact cards of the grid (N7): the neighbourhoods one keeps, the buildings of one of them with what is to be printed again,
//! the sheet for the printer, and one building with its households.

mod one;
#[cfg(test)]
pub(super) mod samples;
mod sheet;

use super::table::{self, As, Listed, Table};
use super::words::Tag;
use super::{Frame, query_string};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use ::people::policy::{Action, require_somewhere};
use ::places::app::contact_cards::{self, Spot, Tally};
use ::places::model::contact_card::{Building, Contact, Part, Wall};
use ::places::{AreaKind, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::AreaId;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

const LIST: &str = "/desk/contact-cards";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/contact-cards", get(list))
        .route("/desk/contact-cards/enter", post(enter))
        .route("/desk/contact-cards/print", post(sheet::print))
        .route("/desk/contact-cards/{id}", get(one::show).post(one::record))
        .route("/desk/contact-cards/{id}/name", post(one::rename))
        .route("/desk/contact-cards/{id}/remove", post(one::remove))
}

/// May this actor keep cards anywhere? For the link in the side list.
pub(super) fn may_keep(cx: &Cx<'_>) -> bool {
    require_somewhere(&cx.actor, Action::KeepContactCards).is_ok()
}

/// A neighbourhood with its figures.
struct Place {
    name: String,
    href: String,
    tally: Tally,
}

#[derive(Template)]
#[template(path = "desk/contact_places.html")]
struct PlacesPage {
    page: Page,
    frame: Frame,
    places: Vec<Place>,
    file: String,
}

/// One line of a card, as a page shows it.
struct Line {
    role: String,
    name: String,
    office: String,
    phone: Option<String>,
}

/// One building of the list.
struct Row {
    id: String,
    href: String,
    name: String,
    area: String,
    tag: Tag,
    /// Which lines changed.
    why: String,
    /// It is in the batch that is proposed.
    wants: bool,
    doors: i64,
    given: i64,
    declined: i64,
}

#[derive(Template)]
#[template(path = "desk/contact_cards.html")]
struct CardsPage {
    page: Page,
    frame: Frame,
    place: String,
    community: String,
    lines: Vec<Line>,
    rows: Vec<Row>,
    wanted: usize,
    /// Where buildings are entered: the cells, else the neighbourhood itself.
    areas: Vec<super::view::Choice>,
    typed: String,
    errors: Vec<(String, String)>,
    done: Option<String>,
    file: String,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Ask {
    community: String,
    done: String,
    buildings: u32,
    doors: u32,
    r#as: String,
}

fn line(page: &Page, contact: &Contact) -> Line {
    let role =
        if contact.part == Part::Post { page.t("grid-post") } else { page.tk("grid-role-", contact.part.code()) };
    Line { role, name: contact.name.clone(), office: contact.office.clone(), phone: contact.phone.clone() }
}

fn tag(page: &Page, wall: &Wall) -> Tag {
    let (icon, class, word) = match wall {
        Wall::Never => ("clock", "tag tag-plain", page.t("contact-never")),
        Wall::Right(at) => ("check", "tag tag-good", page.t1("contact-right", "day", day(*at))),
        Wall::Old(..) => ("warn", "tag tag-wait", page.t("contact-old")),
    };
    Tag { icon, class, word }
}

fn day(at: kernel::Moment) -> String {
    at.zoned(&kernel::time::shanghai()).date().to_string()
}

/// Which lines say something else now.
fn why(page: &Page, wall: &Wall) -> String {
    let Wall::Old(_, parts) = wall else { return String::new() };
    let word = |p: &Part| if *p == Part::Post { page.t("grid-post") } else { page.tk("grid-role-", p.code()) };
    let all: Vec<String> = parts.iter().map(word).collect();
    page.t1("contact-changed", "who", all.join(&page.t("contact-and")))
}

fn row(page: &Page, ground: &Snapshot, community: AreaId, b: &Building) -> Row {
    let area = ground.area(b.area).filter(|a| a.id != community);
    Row {
        id: b.id.to_string(),
        href: page.href(format!("{LIST}/{}", b.id)),
        name: b.name.clone(),
        area: area.map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default(),
        tag: tag(page, &b.wall),
        why: why(page, &b.wall),
        wants: !matches!(b.wall, Wall::Right(_)),
        doors: b.doors,
        given: b.given,
        declined: b.declined,
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let Ok(community) = asked.community.parse::<AreaId>() else {
        let listed = app.rt.read(who, move |cx| places(cx, page, &staff, file)).await?;
        return listed.answer(&words, file).await;
    };
    let done = match asked.done.as_str() {
        "entered" => {
            let n = [("buildings", asked.buildings.to_string()), ("doors", asked.doors.to_string())];
            Some(page.loc.args("contact-entered", &n))
        }
        "removed" => Some(page.t("contact-removed")),
        _ => None,
    };
    let listed = app.rt.read(who, move |cx| {
        let shown = cards(cx, page, &staff, community)?;
        if file.is_some() {
            let head = [
                "contact-building",
                "contact-area",
                "contact-card",
                "contact-doors",
                "contact-given",
                "contact-declined",
            ];
            let rows = shown.rows.into_iter().map(|r| {
                let card = if r.why.is_empty() { r.tag.word } else { format!("{} ({})", r.tag.word, r.why) };
                vec![r.name, r.area, card, r.doors.to_string(), r.given.to_string(), r.declined.to_string()]
            });
            return Ok(Listed::File(Table::new(&shown.page, "contact-cards", &head, rows.collect())));
        }
        Ok::<_, Fail>(Listed::Page(Box::new(CardsPage { done, ..shown })))
    });
    listed.await?.answer(&words, file).await
}

fn places(cx: &mut Cx<'_>, page: Page, staff: &Staff, file: Option<As>) -> Result<Listed<PlacesPage>, Fail> {
    require_somewhere(&cx.actor, Action::KeepContactCards)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let ground = ::places::snapshot(cx)?;
    let mut places: Vec<Place> = contact_cards::tallies(cx)?
        .into_iter()
        .map(|(id, tally)| Place {
            name: named(&page, &ground, id),
            href: page.href(format!("{LIST}?{}", query_string(&[("community", &id.to_string())]))),
            tally,
        })
        .collect();
    // What wants doing comes first.
    places.sort_by_cached_key(|p| (-p.tally.old, -p.tally.never, p.tally.buildings == 0, p.name.clone()));
    if file.is_some() {
        let head = [
            "contact-place",
            "contact-buildings",
            "contact-old",
            "contact-never",
            "contact-doors",
            "contact-given",
            "contact-declined",
        ];
        let rows = places.into_iter().map(|p| {
            let t = p.tally;
            let figures = [t.buildings, t.old, t.never, t.doors, t.given, t.declined].map(|n| n.to_string());
            std::iter::once(p.name).chain(figures).collect()
        });
        return Ok(Listed::File(Table::new(&page, "contact-cards", &head, rows.collect())));
    }
    let file = table::href(&page, LIST, &[]);
    Ok(Listed::Page(Box::new(PlacesPage { page, frame, places, file })))
}

/// Town and neighbourhood.
fn named(page: &Page, ground: &Snapshot, area: AreaId) -> String {
    let mut names: Vec<&str> = ground
        .chain(area)
        .into_iter()
        .filter(|a| a.kind != AreaKind::District)
        .map(|a| a.called(page.look.lang))
        .collect();
    names.reverse();
    names.join(" · ")
}

fn cards(cx: &mut Cx<'_>, page: Page, staff: &Staff, community: AreaId) -> Result<CardsPage, Fail> {
    let known = contact_cards::buildings(cx, community)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let ground = ::places::snapshot(cx)?;
    let spot = Spot::of_area(&ground, community);
    let on_card = contact_cards::contacts(cx, &ground, &[spot])?.pop().unwrap_or_default();
    let rows: Vec<Row> = known.iter().map(|b| row(&page, &ground, community, b)).collect();
    let cells = ground.children(community).filter(|a| a.kind == AreaKind::Grid);
    let mut areas: Vec<_> =
        cells.map(|a| super::view::Choice::new(a.id.to_string(), a.called(page.look.lang), "")).collect();
    areas.insert(0, super::view::Choice::new(community.to_string(), page.t("contact-whole"), ""));
    Ok(CardsPage {
        place: named(&page, &ground, community),
        community: community.to_string(),
        lines: on_card.iter().map(|c| line(&page, c)).collect(),
        wanted: rows.iter().filter(|r| r.wants).count(),
        rows,
        areas,
        typed: String::new(),
        errors: Vec::new(),
        done: None,
        file: table::href(&page, LIST, &[("community", &community.to_string())]),
        page,
        frame,
    })
}

/// What is wrong, in words.
fn wrong_key(why: &str) -> &'static str {
    match why {
        "missing" => "invalid-missing",
        "too-long" => "resource-wrong-too-long",
        "too-many" => "contact-wrong-too-many",
        "not-a-door" => "contact-wrong-not-a-door",
        "personal" => "contact-wrong-personal",
        "taken" => "contact-wrong-taken",
        "range" => "contact-wrong-range",
        _ => "field-wrong",
    }
}

fn words(page: &Page, error: ::places::Error) -> Result<Vec<(String, String)>, Fail> {
    match error {
        ::places::Error::Lines(lines) => {
            let of = |(n, field, why): (u64, &str, &str)| {
                let field = page.tk("contact-field-", field);
                let what = page.t2("desk-field-problem", "field", field, "what", page.t(wrong_key(why)));
                ("text".to_owned(), page.t2("resource-file-line", "line", n, "what", what))
            };
            Ok(lines.into_iter().take(30).map(of).collect())
        }
        ::places::Error::Invalid { field, why } => Ok(vec![(field.to_owned(), page.t(wrong_key(why)))]),
        other => Err(other.into()),
    }
}

async fn enter(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let community = posted.get("community").parse::<AreaId>().map_err(|_| Fail::NotFound)?;
    let area = posted.get("area").parse::<AreaId>().unwrap_or(community);
    let typed = posted.pairs().into_iter().find(|(n, _)| n == "text").map(|(_, t)| t).unwrap_or_default();
    let (who, text) = (staff.who(Purpose::Administration), typed.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| match contact_cards::enter(cx, area, &text) {
            Ok(done) => Ok(Ok(done)),
            Err(error @ (::places::Error::Lines(_) | ::places::Error::Invalid { .. })) => Ok::<_, Fail>(Err(error)),
            Err(other) => Err(other.into()),
        })
        .await?;
    match done {
        Ok(done) => {
            let at =
                format!("{LIST}?community={community}&done=entered&buildings={}&doors={}", done.buildings, done.doors);
            Ok(Redirect::to(&page.href(at)).into_response())
        }
        Err(error) => {
            let errors = words(&page, error)?;
            answer_wrong(app, page, staff, community, typed, errors).await
        }
    }
}

async fn answer_wrong(
    app: App,
    page: Page,
    staff: Staff,
    community: AreaId,
    typed: String,
    errors: Vec<(String, String)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| Ok::<_, Fail>(CardsPage { typed, errors, ..cards(cx, page, &staff, community)? }))
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, crate::html(&shown)?).into_response())
}

/// Ids of boxes that were ticked.
fn chosen(posted: &Posted) -> Vec<Uuid> {
    posted.list("building").iter().filter_map(|id| id.parse().ok()).collect()
}

/// For the sheet: the day it was printed.
fn printed_on(page: &Page) -> String {
    day(page.now)
}

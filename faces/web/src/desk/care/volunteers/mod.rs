//! Volunteers (N8) on the desk: who signed up and who serves, one of them with the next step, and a volunteer's own page.

mod one;
mod own;
#[cfg(test)]
pub(super) mod samples;

use crate::desk::frame::{NavItem, Tone};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use ::care::app::visits::day_of;
use ::care::app::volunteers::{self, Filter, Line, Volunteer};
use ::care::model::volunteer::VolunteerState;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId};
use people::policy::{Action, require_somewhere};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

pub(super) const LIST: &str = "/desk/volunteers";
pub(super) const OWN: &str = "/desk/volunteering";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/volunteers", get(list))
        .route("/desk/volunteers/seated", post(seated))
        .route("/desk/volunteers/{id}", get(one::show))
        .route("/desk/volunteers/{id}/step", post(one::step))
        .route("/desk/volunteers/{id}/approve", post(one::approve))
        .route("/desk/volunteers/{id}/insure", post(one::insure))
        .route("/desk/volunteers/{id}/mentor", post(one::mentor))
        .route("/desk/volunteers/{id}/thanks", post(one::thank))
        .route("/desk/volunteering", get(own::show))
        .route("/desk/volunteering/week", post(own::week))
        .route("/desk/volunteering/decline", post(own::decline))
        .route("/desk/volunteering/complain", post(own::complain))
        .route("/desk/volunteering/leave", post(own::leave))
}

/// Lines of the side list.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if require_somewhere(&cx.actor, Action::ViewVolunteers).is_ok() {
        let waiting = volunteers::waiting(cx)?;
        let count = (waiting > 0).then(|| waiting.to_string());
        items.push(NavItem { count, tone: Tone::Soon, ..NavItem::plain(LIST, "volunteers", here) });
    }
    if cx.actor.grants().iter().any(|g| g.role == kernel::Role::Volunteer) {
        items.push(NavItem::plain(OWN, "volunteering", here));
    }
    Ok(items)
}

/// Where a volunteer stands, as icon, word and colour.
pub(super) fn tag(page: &Page, state: VolunteerState) -> Tag {
    let (icon, class) = match state {
        VolunteerState::SignedUp => ("mail", "tag tag-wait"),
        VolunteerState::Checked | VolunteerState::Trained => ("clock", "tag"),
        VolunteerState::Approved => ("person", "tag tag-good"),
        VolunteerState::Steady => ("check", "tag tag-good"),
        VolunteerState::Mentor => ("star", "tag tag-good"),
        VolunteerState::Refused | VolunteerState::Left => ("wait", "tag tag-plain"),
    };
    Tag { icon, class, word: page.tk("volunteer-state-", state.code()) }
}

/// Whether somebody can be sent, or why not: for whoever serves.
fn ready(page: &Page, v: &Volunteer) -> (Option<Tag>, String) {
    if !v.state.serves() {
        return (None, String::new());
    }
    let today = day_of(page.now);
    let (icon, class, word) = if !v.insured(today) {
        ("warn", "tag tag-bad", page.t("volunteer-not-insured"))
    } else if v.paused(today) {
        let until = v.paused_until.map(|d| page.date(d)).unwrap_or_default();
        ("wait", "tag tag-plain", page.t1("volunteer-paused-until", "day", until))
    } else {
        let until = v.insured_until.map(|d| page.date(d)).unwrap_or_default();
        ("check", "tag tag-good", page.t1("volunteer-insured-until", "day", until))
    };
    let words = word.clone();
    (Some(Tag { icon, class, word }), words)
}

/// Codes in words, with the comma of the language.
fn words_of(page: &Page, family: &str, codes: &[String]) -> String {
    codes.iter().map(|c| page.tk(family, c)).collect::<Vec<_>>().join(&page.t("list-comma"))
}

/// A week in words: "Monday morning, afternoon; Sunday evening".
fn week_words(page: &Page, week: &[String]) -> String {
    let mut days: Vec<String> = Vec::new();
    for day in 1..=7 {
        let parts: Vec<String> = week
            .iter()
            .filter_map(|code| code.strip_prefix(&day.to_string()))
            .map(|part| page.tk("volunteer-part-", part))
            .collect();
        if !parts.is_empty() {
            let parts = parts.join(&page.t("list-comma"));
            days.push(page.t2("volunteer-week-day", "day", page.tk("weekday-", day), "parts", parts));
        }
    }
    days.join(&page.t("volunteer-week-and"))
}

struct Row {
    href: String,
    name: String,
    area: String,
    tag: Tag,
    ready: Option<Tag>,
    ready_words: String,
    can: String,
    visits: i64,
    signed: String,
}

/// Somebody with a seat and no record.
struct Seat {
    account: String,
    name: String,
    area: String,
}

#[derive(Template)]
#[template(path = "desk/care/volunteers.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    shows: Vec<Choice>,
    rows: Vec<Row>,
    unlisted: Vec<Seat>,
    /// A year ahead, for the field.
    year: String,
    problem: Option<String>,
    done: Option<String>,
    file: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    show: String,
    done: String,
    r#as: String,
}

fn row(page: &Page, areas: &HashMap<AreaId, String>, l: Line) -> Row {
    let v = &l.volunteer;
    let (ready, ready_words) = ready(page, v);
    let can: Vec<String> = [
        words_of(page, "volunteer-tongue-", &v.tongues),
        words_of(page, "volunteer-skill-", &v.skills),
        week_words(page, &v.week),
    ]
    .into_iter()
    .filter(|w| !w.is_empty())
    .collect();
    Row {
        href: page.href(format!("{LIST}/{}", v.id)),
        name: l.name.unwrap_or_else(|| page.t("volunteer-nameless")),
        area: areas.get(&v.area).cloned().unwrap_or_default(),
        tag: tag(page, v.state),
        ready,
        ready_words,
        can: can.join(" · "),
        visits: l.visits,
        signed: page.day(v.signed_at),
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let who = staff.who(Purpose::Administration);
    let listed = app.rt.read(who, move |cx| load(cx, page, &staff, &asked, file, None)).await?;
    listed.answer(&words, file).await
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    asked: &Ask,
    file: Option<As>,
    problem: Option<String>,
) -> Result<Listed<ListPage>, Fail> {
    let filter = Filter::from_code(&asked.show);
    let most = if file.is_some() { table::MOST } else { 500 };
    let found = volunteers::list(cx, filter, most)?;
    let areas: Vec<AreaId> = found.iter().map(|l| l.volunteer.area).collect();
    let areas = ground::names(cx, &page, &areas)?;
    let rows: Vec<Row> = found.into_iter().map(|l| row(&page, &areas, l)).collect();
    if file.is_some() {
        let head = [
            "volunteer-col-name",
            "volunteer-col-area",
            "volunteer-col-state",
            "volunteer-col-ready",
            "volunteer-col-can",
            "volunteer-col-visits",
            "volunteer-col-signed",
        ];
        let cells = rows
            .into_iter()
            .map(|r| vec![r.name, r.area, r.tag.word, r.ready_words, r.can, r.visits.to_string(), r.signed]);
        let table = Table::new(&page, "volunteers", &head, cells.collect());
        return Ok(Listed::File(table.marked(cx)?));
    }
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let waiting = volunteers::unlisted(cx)?;
    let of: Vec<AreaId> = waiting.iter().map(|u| u.area).collect();
    let of = ground::names(cx, &page, &of)?;
    let unlisted = waiting
        .into_iter()
        .map(|u| Seat {
            account: u.account.to_string(),
            name: u.name,
            area: of.get(&u.area).cloned().unwrap_or_default(),
        })
        .collect();
    let done = ["listed"].contains(&asked.done.as_str()).then(|| page.tk("volunteer-done-", &asked.done));
    Ok(Listed::Page(Box::new(ListPage {
        shows: Choice::codes(&page, "volunteer-show-", Filter::ALL.iter().map(|f| f.code()), filter.code()),
        rows,
        unlisted,
        year: day_of(page.now.plus_days(365)).to_string(),
        problem,
        done,
        file: table::href(&page, LIST, &[("show", filter.code())]),
        frame,
        page,
    })))
}

fn date(posted: &Posted, field: &str) -> Option<Date> {
    kernel::text::narrow(&posted.get(field)).trim().parse().ok()
}

/// A record for somebody who has had a seat since before.
async fn seated(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let account: AccountId = posted.get("account").parse().map_err(|_| Fail::BadRequest("bad-form"))?;
    let (until, steady) = (date(&posted, "insured"), posted.get("steady") == "1");
    let who = staff.who(Purpose::Administration);
    let done = match until {
        None => Err(::care::Error::Invalid { field: "insured", why: "missing" }),
        Some(until) => {
            app.rt.write(who.clone(), move |cx| volunteers::list_seated(cx, account, until, steady)).await.map(drop)
        }
    };
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{LIST}?show=serving&done=listed"))).into_response()),
        Err(::care::Error::Invalid { .. }) => {
            let (words, problem) = (page.clone(), Some(page.t("volunteer-wrong-day")));
            let shown = app.rt.read(who, move |cx| load(cx, page, &staff, &Ask::default(), None, problem)).await?;
            let mut response = shown.answer(&words, None).await?;
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

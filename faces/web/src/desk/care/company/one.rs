//! One thing done together: who is invited, whom to ring, the letters in large print, how many came.

use super::LIST;
use super::activities::{places_of, tag, when};
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use ::care::app::company::{self, Activity, Guest};
use ::care::app::visits::day_of;
use ::care::model::company::{ActivityId, ActivityState, Reply};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use kernel::ids::PersonId;
use serde::Deserialize;
use store::Cx;

/// People who could be invited, on one page.
const MOST: usize = 100;

pub(super) struct GuestRow {
    pub person: String,
    pub name: String,
    pub phone: Option<String>,
    /// Code of what they said.
    pub reply: &'static str,
}

#[derive(Template)]
#[template(path = "desk/care/activity.html")]
pub(super) struct OnePage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub title: String,
    pub kind: String,
    pub when: String,
    pub place: String,
    pub area: String,
    pub tag: Tag,
    pub places: String,
    pub planned: bool,
    pub today_or_past: bool,
    pub guests: Vec<GuestRow>,
    pub others: Vec<GuestRow>,
    pub version: i64,
    pub attended: String,
    pub errors: Vec<(String, String)>,
    pub done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct After {
    done: String,
}

fn guest(g: Guest) -> GuestRow {
    GuestRow { person: g.person.to_string(), name: g.name, phone: g.phone, reply: g.reply.map_or("", Reply::code) }
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: ActivityId,
    attended: String,
    errors: Vec<(String, String)>,
) -> Result<OnePage, Fail> {
    let a: Activity = company::activity(cx, id)?;
    let planned = a.state == ActivityState::Planned;
    let guests = company::guests(cx, id)?.into_iter().map(guest).collect();
    let others = if planned { company::could_come(cx, id, MOST)? } else { Vec::new() };
    let area = ground::names(cx, &page, &[a.area])?.remove(&a.area).unwrap_or_default();
    Ok(OnePage {
        href: page.href(format!("{LIST}/{id}")),
        kind: page.tk("activity-kind-", a.kind.code()),
        when: when(&page, &a),
        area,
        tag: tag(&page, a.state),
        places: places_of(&page, &a),
        planned,
        today_or_past: a.on <= day_of(page.now),
        title: a.title,
        place: a.place,
        guests,
        others: others.into_iter().map(guest).collect(),
        version: a.version,
        attended,
        errors,
        done: None,
        frame: Frame::load(cx, &page, staff, LIST)?,
        page,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ActivityId>,
    Query(asked): Query<After>,
) -> Result<Response, Fail> {
    let known = ["made", "invited", "reply", "held", "cancelled"];
    let done = known.contains(&asked.done.as_str()).then(|| page.tk("activity-done-", &asked.done));
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| Ok::<_, Fail>(OnePage { done, ..load(cx, page, &staff, id, String::new(), Vec::new())? }))
        .await?;
    Ok(unkept(html(&shown)?))
}

/// Back with a word, or again with what is wrong.
async fn after(
    app: App,
    page: Page,
    staff: Staff,
    id: ActivityId,
    result: Result<(), ::care::Error>,
    done: &str,
    typed: String,
) -> Result<Response, Fail> {
    let (status, error) = match result {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done={done}"))).into_response()),
        Err(::care::Error::Stale { .. }) => (StatusCode::CONFLICT, ("top", page.t("volunteer-stale"))),
        Err(::care::Error::Refused(why)) => (StatusCode::CONFLICT, ("top", page.tk("rule-care-", why))),
        Err(::care::Error::Invalid { field, .. }) => {
            let key = if field == "attended" { "activity-wrong-attended" } else { "activity-choose" };
            (StatusCode::UNPROCESSABLE_ENTITY, (field, page.t(key)))
        }
        Err(error) => return Err(error.into()),
    };
    let errors = vec![(error.0.to_owned(), error.1)];
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, id, typed, errors)).await?;
    Ok((status, unkept(html(&shown)?)).into_response())
}

pub(super) async fn invite(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ActivityId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let people: Vec<PersonId> = posted.list("person").iter().filter_map(|p| p.parse().ok()).collect();
    let who = staff.who(Purpose::Administration);
    let result = app
        .rt
        .write(who, move |cx| {
            company::activity(cx, id)?;
            if people.is_empty() {
                return Err(::care::Error::Invalid { field: "person", why: "missing" });
            }
            company::invite(cx, id, &people).map(drop)
        })
        .await;
    after(app, page, staff, id, result, "invited", String::new()).await
}

pub(super) async fn reply(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ActivityId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let person = posted.get("person").parse::<PersonId>().ok();
    let said = Reply::from_code(&posted.get("reply"));
    let who = staff.who(Purpose::Administration);
    let result = app
        .rt
        .write(who, move |cx| {
            company::activity(cx, id)?;
            let missing = ::care::Error::Invalid { field: "person", why: "missing" };
            let (Some(person), Some(said)) = (person, said) else { return Err(missing) };
            company::reply(cx, id, person, said)
        })
        .await;
    after(app, page, staff, id, result, "reply", String::new()).await
}

pub(super) async fn over(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ActivityId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let (typed, cancels) = (posted.get("attended"), posted.get("cancel") == "1");
    let count = kernel::text::narrow(&typed).trim().parse::<i64>().unwrap_or(-1);
    let who = staff.who(Purpose::Administration);
    let result = app
        .rt
        .write(who, move |cx| if cancels { company::cancel(cx, id, seen) } else { company::hold(cx, id, seen, count) })
        .await;
    let done = if cancels { "cancelled" } else { "held" };
    after(app, page, staff, id, result, done, typed).await
}

/// One letter.
pub(super) struct Letter {
    pub name: String,
    pub address: String,
}

/// In large print, one page each.
#[derive(Template)]
#[template(path = "desk/care/activity_letters.html")]
pub(super) struct LettersPage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub title: String,
    pub when: String,
    pub place: String,
    pub letters: Vec<Letter>,
}

pub(super) async fn letters(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ActivityId>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            let a = company::activity(cx, id)?;
            let guests = company::guests(cx, id)?.into_iter().filter(|g| g.reply != Some(Reply::Declined));
            let letters = guests.map(|g| Letter { name: g.name, address: g.address.unwrap_or_default() }).collect();
            Ok::<_, Fail>(LettersPage {
                href: page.href(format!("{LIST}/{id}")),
                when: when(&page, &a),
                title: a.title,
                place: a.place,
                letters,
                frame: Frame::load(cx, &page, &staff, LIST)?,
                page,
            })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

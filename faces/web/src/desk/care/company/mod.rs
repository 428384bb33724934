//! Company (N10) on the desk: who rings whom this week, whether somebody would like that, and things done together.

mod activities;
mod one;
#[cfg(test)]
pub(super) mod samples;

use crate::company_view::CallTime;
use crate::desk::Frame;
use crate::desk::frame::NavItem;
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use ::care::app::company::{self, CallLine, NewWish};
use ::care::app::visits;
use ::care::model::company::CallOutcome;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{AccountId, PersonId};
use people::app::accounts;
use people::app::consents::By;
use people::policy::{Action, require_somewhere};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

const CALLS: &str = "/desk/calls";
const LIST: &str = "/desk/activities";
/// Calls on one page.
const MOST: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/calls", get(calls).post(record))
        .route("/desk/care/{id}/company", get(wish).post(set_wish))
        .route("/desk/activities", get(activities::list))
        .route("/desk/activities/new", get(activities::ask_new).post(activities::make))
        .route("/desk/activities/{id}", get(one::show))
        .route("/desk/activities/{id}/letters", get(one::letters))
        .route("/desk/activities/{id}/invite", post(one::invite))
        .route("/desk/activities/{id}/reply", post(one::reply))
        .route("/desk/activities/{id}/over", post(one::over))
}

/// Lines of the side list.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if require_somewhere(&cx.actor, Action::RecordVisit).is_ok() {
        items.push(NavItem::plain(CALLS, "calls", here));
    }
    if require_somewhere(&cx.actor, Action::RunActivities).is_ok() {
        items.push(NavItem::plain(LIST, "activities", here));
    }
    Ok(items)
}

/// One line of the rota.
struct CallRow {
    person: String,
    /// Of this form: sent twice, it counts once.
    key: String,
    name: Option<String>,
    phone: Option<String>,
    language: String,
    caller: String,
    mine: bool,
    /// When it suits them.
    when: Option<String>,
    tag: Tag,
    last: String,
    done: bool,
}

#[derive(Template)]
#[template(path = "desk/care/calls.html")]
struct CallsPage {
    page: Page,
    frame: Frame,
    rows: Vec<CallRow>,
    open: usize,
    cut: bool,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

fn tag(page: &Page, l: &CallLine) -> Tag {
    let (icon, class, key) = match l.last {
        _ if l.missed >= 2 => ("warn", "tag tag-bad", "call-missed-twice"),
        Some((CallOutcome::Not, _)) => ("phone", "tag tag-wait", "call-missed"),
        Some((CallOutcome::Visit, _)) if l.done => ("check", "tag tag-good", "call-visit"),
        _ if l.done => ("check", "tag tag-good", "call-reached"),
        _ => ("clock", "tag", "call-to-do"),
    };
    Tag { icon, class, word: page.t(key) }
}

fn row(page: &Page, names: &HashMap<AccountId, String>, me: Option<AccountId>, key: String, l: CallLine) -> CallRow {
    CallRow {
        tag: tag(page, &l),
        last: l
            .last
            .map(|(o, at)| page.t2("call-last", "what", page.tk("call-did-", o.code()), "at", page.ago(at)))
            .unwrap_or_default(),
        person: l.person.to_string(),
        key,
        name: l.name,
        phone: l.phone,
        language: l.language.unwrap_or_default(),
        caller: l.caller.and_then(|c| names.get(&c).cloned()).unwrap_or_else(|| page.t("call-nobody")),
        mine: l.caller.is_some() && l.caller == me,
        when: CallTime::of(&l.part).words(page),
        done: l.done,
    }
}

async fn calls(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<After>) -> Result<Response, Fail> {
    let done = ["reached", "not", "visit"].contains(&asked.done.as_str()).then(|| page.tk("call-done-", &asked.done));
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            require_somewhere(&cx.actor, Action::RecordVisit)?;
            let frame = Frame::load(cx, &page, &staff, CALLS)?;
            let mut found = company::calls(cx, MOST + 1)?;
            let cut = found.len() > MOST;
            found.truncate(MOST);
            let ids: Vec<AccountId> = found.iter().filter_map(|l| l.caller).collect();
            let names = accounts::names(cx, &ids)?;
            let me = cx.actor.account_id();
            let rows: Vec<CallRow> = found
                .into_iter()
                .map(|l| {
                    let key = cx.new_id::<Uuid>().to_string();
                    row(&page, &names, me, key, l)
                })
                .collect();
            let open = rows.iter().filter(|r| !r.done).count();
            Ok::<_, Fail>(CallsPage { rows, open, cut, done, frame, page })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

async fn record(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let bad = || Fail::BadRequest("bad-form");
    let person: PersonId = posted.get("person").parse().map_err(|_| bad())?;
    let key: Uuid = posted.get("key").parse().map_err(|_| bad())?;
    let outcome = CallOutcome::from_code(&posted.get("outcome")).ok_or_else(bad)?;
    let who = staff.who(Purpose::Administration);
    app.rt.write(who, move |cx| Ok::<_, Fail>(company::record_call(cx, key, person, outcome)?)).await?;
    Ok(Redirect::to(&page.href(format!("{CALLS}?done={}", outcome.code()))).into_response())
}

/// Whether somebody would like to be called and invited.
#[derive(Template)]
#[template(path = "desk/care/company.html")]
struct WishPage {
    page: Page,
    frame: Frame,
    href: String,
    back: String,
    name: String,
    calls: bool,
    activities: bool,
    callers: Vec<Choice>,
    by: Vec<Choice>,
    time: CallTime,
    since: Option<String>,
    version: i64,
    errors: Vec<(String, String)>,
    done: bool,
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    person: PersonId,
    errors: Vec<(String, String)>,
) -> Result<WishPage, Fail> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let wish = company::wish(cx, person)?;
    let known = people::app::persons::known(cx, person)?.ok_or(Fail::NotFound)?;
    cx.record_read("person", person.0, &["name"])?;
    let frame = Frame::load(cx, &page, staff, CALLS)?;
    let caller = wish.as_ref().and_then(|w| w.caller).map(|c| c.to_string()).unwrap_or_default();
    let mut callers = vec![Choice::new("", page.t("call-nobody"), &caller)];
    for c in visits::candidates(cx, person)? {
        let label = page.t2("company-caller-of", "name", &c.name, "role", page.tk("role-", c.role.code()));
        callers.push(Choice::new(c.account.to_string(), label, &caller));
    }
    let by = wish.as_ref().map_or("subject", |w| w.agreed_by.as_str()).to_owned();
    Ok(WishPage {
        href: page.href(format!("/desk/care/{person}/company")),
        back: page.href(format!("/desk/care/{person}")),
        name: known.name,
        calls: wish.as_ref().is_some_and(|w| w.calls),
        activities: wish.as_ref().is_some_and(|w| w.activities),
        callers,
        by: Choice::codes(&page, "company-by-", ["subject", "guardian"], &by),
        time: wish.as_ref().map(|w| CallTime::of(&w.part)).unwrap_or_default(),
        since: wish.as_ref().map(|w| w.agreed_on.clone()),
        version: wish.as_ref().map_or(0, |w| w.version),
        errors,
        done: false,
        frame,
        page,
    })
}

async fn wish(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    Query(asked): Query<After>,
) -> Result<Response, Fail> {
    let done = !asked.done.is_empty();
    let who = staff.who(Purpose::Administration);
    let shown =
        app.rt.read(who, move |cx| Ok::<_, Fail>(WishPage { done, ..load(cx, page, &staff, id, Vec::new())? })).await?;
    Ok(unkept(html(&shown)?))
}

async fn set_wish(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let new = NewWish {
        calls: posted.get("calls") == "1",
        activities: posted.get("activities") == "1",
        agreed: if posted.get("by") == "guardian" { By::Guardian } else { By::Subject },
        caller: posted.get("caller").parse::<AccountId>().ok(),
        part: CallTime::read(&posted).code(),
    };
    let who = staff.who(Purpose::Administration);
    let result = app.rt.write(who.clone(), move |cx| company::set_wish(cx, id, seen, &new)).await;
    let (status, error) = match result {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("/desk/care/{id}/company?done=1"))).into_response()),
        Err(::care::Error::Stale { .. }) => (StatusCode::CONFLICT, ("top", page.t("volunteer-stale"))),
        Err(::care::Error::Invalid { .. }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, ("caller", page.t("company-wrong-caller")))
        }
        Err(error) => return Err(error.into()),
    };
    let errors = vec![(error.0.to_owned(), error.1)];
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff, id, errors)).await?;
    Ok((status, unkept(html(&shown)?)).into_response())
}

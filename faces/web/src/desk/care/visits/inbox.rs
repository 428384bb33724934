//! What came in and could not be taken as it came: what stands on one side, what was written on the other.

use super::super::words;
use super::{LIST, told};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::people::policy::{Action, require_somewhere};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::visits::{self, Entry};
use kernel::Purpose;
use kernel::ids::AccountId;
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

pub(super) const HERE: &str = "/desk/visits/inbox";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/visits/inbox", get(show)).route("/desk/visits/inbox/{id}", post(settle))
}

/// What one report says.
pub(super) struct Side {
    pub outcome: String,
    pub who: String,
    pub at: String,
    pub lines: Vec<String>,
    pub note: String,
    pub clock_off: bool,
}

pub(super) struct Item {
    pub id: String,
    pub name: String,
    pub href: String,
    pub due: String,
    pub why: String,
    pub came: Side,
    pub stands: Option<Side>,
    /// Where the visit stands without a report.
    pub state: String,
    /// Needs and hazards that become tasks when it is taken over.
    pub tasks: usize,
}

#[derive(Template)]
#[template(path = "desk/visit_inbox.html")]
pub(super) struct InboxPage {
    pub page: Page,
    pub frame: Frame,
    pub items: Vec<Item>,
    pub done: Option<String>,
    pub problem: Option<String>,
    pub file: String,
}

fn item(page: &Page, e: &Entry, names: &HashMap<AccountId, String>) -> Item {
    let name = |id: Option<AccountId>| id.and_then(|a| names.get(&a).cloned()).unwrap_or_else(|| nobody(page));
    let c = &e.conflict;
    let came = Side {
        outcome: page.tk("cared-outcome-", c.outcome.code()),
        who: name(c.by),
        at: page.stamp(c.done_at),
        lines: words::found(page, &c.form),
        note: c.form.note.clone(),
        clock_off: c.clock_off,
    };
    let stands = e.standing.as_ref().map(|l| Side {
        outcome: page.tk("cared-outcome-", l.outcome.code()),
        who: name(l.by),
        at: page.stamp(l.done_at),
        lines: words::found(page, &l.form),
        note: l.form.note.clone(),
        clock_off: l.clock_off,
    });
    Item {
        id: c.id.to_string(),
        name: e.name.clone().unwrap_or_else(|| page.t("visits-no-name")),
        href: page.href(format!("{LIST}/{}", c.visit)),
        due: page.date(e.due),
        why: page.tk("visits-conflict-", c.why.code()),
        state: page.tk("visits-state-", e.state.code()),
        tasks: c.form.tasks().len(),
        came,
        stands,
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    r#as: String,
}

fn load(cx: &mut Cx<'_>, page: &Page) -> Result<Vec<Item>, Fail> {
    let all = visits::inbox(cx)?;
    let mut ids: Vec<AccountId> = all.iter().filter_map(|e| e.conflict.by).collect();
    ids.extend(all.iter().filter_map(|e| e.standing.as_ref()?.by));
    let names = people::app::accounts::names(cx, &ids)?;
    Ok(all.iter().map(|e| item(page, e, &names)).collect())
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, done: &str, problem: Option<String>) -> Result<InboxPage, Fail> {
    let items = load(cx, &page)?;
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let done = matches!(done, "take" | "aside").then(|| page.tk("visits-inbox-done-", done));
    Ok(InboxPage { items, done, problem, file: table::href(&page, HERE, &[]), frame, page })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, reader) = (As::from_code(&asked.r#as), page.clone());
    let shown = app.rt.read(who, move |cx| {
        if kind.is_some() {
            let head = ["visits-col-due", "visits-inbox-why", "visits-inbox-came", "visits-inbox-stands"];
            let row = |i: Item| {
                let side = |s: Side| format!("{} · {} · {}", s.outcome, s.who, s.at);
                vec![i.due, i.why, side(i.came), i.stands.map_or(i.state, side)]
            };
            let rows = load(cx, &page)?.into_iter().map(row).collect();
            return Ok::<_, Fail>(Listed::File(Table::new(&page, "visit-inbox", &head, rows).marked(cx)?));
        }
        Ok(Listed::Page(Box::new(build(cx, page, &staff, &asked.done, None)?)))
    });
    shown.await?.answer(&reader, kind).await
}

async fn settle(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (what, who) = (posted.get("do"), staff.who(Purpose::Administration));
    require_somewhere(&staff.actor, Action::PlanVisits)?;
    let take = match what.as_str() {
        "take" => true,
        "aside" => false,
        _ => return Err(Fail::BadRequest("bad-form")),
    };
    let done = app.rt.write(who.clone(), move |cx| if take { visits::take(cx, id) } else { visits::put_aside(cx, id) });
    match done.await {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{HERE}?done={what}"))).into_response()),
        Err(error) => {
            let words = match &error {
                care::Error::People(people::Error::Refused(_)) => page.t("visits-take-over"),
                other => match told(&page, other) {
                    Some(words) => words,
                    None => return Err(error.into()),
                },
            };
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, "", Some(words))).await?;
            Ok((StatusCode::CONFLICT, html(&shown)?).into_response())
        }
    }
}

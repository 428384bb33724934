//! Open cases of one's own place, and those that were closed lately.

use super::show::StateTag;
use crate::desk::{Frame, nobody};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use people::policy::{Action, ResourceFacts, decide};
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost", get(show))
}

pub(super) struct CaseLine {
    pub href: String,
    pub number: String,
    pub title: String,
    pub state: StateTag,
    pub at: String,
    pub post: String,
    pub owner: String,
    /// Nobody took it over yet.
    pub untaken: bool,
}

#[derive(Template)]
#[template(path = "desk/lost_list.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub frame: Frame,
    pub closed: bool,
    pub lines: Vec<CaseLine>,
    pub may_report: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    closed: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let closed = asked.closed == "1";
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, closed)).await?;
    html(&shown)
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, closed: bool) -> Result<ListPage, Fail> {
    let found = lost::app::list(cx, !closed)?;
    let owners: Vec<_> = found.iter().map(|l| l.case.owner_account).collect();
    let names = people::app::accounts::names(cx, &owners)?;
    let ground = places::snapshot(cx)?;
    let lines = found
        .into_iter()
        .map(|l| CaseLine {
            href: page.href(format!("/desk/lost/{}", l.case.id)),
            title: page.tk("lost-kind-", l.case.kind.code()),
            state: StateTag::of(&page, &l.case),
            at: format!("{} {}", page.day(l.case.opened_at), fmt::clock(l.case.opened_at)),
            post: l.case.post.and_then(|p| ground.post(p)).map(|p| p.name.clone()).unwrap_or_default(),
            owner: names.get(&l.case.owner_account).cloned().unwrap_or_else(|| nobody(&page)),
            untaken: l.case.taken_at.is_none() && l.case.state.is_open(),
            number: l.case.number,
        })
        .collect();
    let may_report = decide(&cx.actor, cx.purpose, Action::ReportLost, &ResourceFacts::District).is_allowed();
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    Ok(ListPage { closed, lines, may_report, frame, page })
}

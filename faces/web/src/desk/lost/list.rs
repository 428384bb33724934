//! Open cases of one's own place, and those that were closed lately.

use super::show::StateTag;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::{Frame, nobody};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
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
    /// Where the list is had as a file.
    pub file: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    closed: String,
    r#as: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (closed, kind) = (asked.closed == "1", As::from_code(&asked.r#as));
    let reader = page.clone();
    let shown = app.rt.read(who, move |cx| {
        require_somewhere(&cx.actor, Action::ViewCase)?;
        if kind.is_some() {
            return Ok::<_, Fail>(Listed::File(as_table(cx, &page, closed)?));
        }
        Ok(Listed::Page(Box::new(build(cx, page, &staff, closed)?)))
    });
    shown.await?.answer(&reader, kind).await
}

/// The same as a file: what the list says, and nothing of who the elder is or who reported.
fn as_table(cx: &mut Cx<'_>, page: &Page, closed: bool) -> Result<Table, Fail> {
    let found = lost::app::list(cx, !closed)?;
    let at: Vec<_> = found.iter().map(|l| (l.case.opened_at, l.case.closed_at)).collect();
    let row = |(line, (opened, ended)): (CaseLine, (Moment, Option<Moment>))| {
        vec![
            line.number,
            line.title,
            line.state.word,
            table::instant(opened),
            ended.map(table::instant).unwrap_or_default(),
            line.post,
            line.owner,
        ]
    };
    let rows = lines(cx, page, found)?.into_iter().zip(at).map(row).collect();
    let head = [
        "lost-list-number",
        "lost-list-kind",
        "lost-list-state",
        "lost-list-opened",
        "lost-list-closed",
        "lost-list-post",
        "lost-list-owner",
    ];
    Ok(Table::new(page, "lost-elders", &head, rows).marked(cx)?)
}

fn lines(cx: &mut Cx<'_>, page: &Page, found: Vec<lost::app::Line>) -> Result<Vec<CaseLine>, Fail> {
    let owners: Vec<_> = found.iter().map(|l| l.case.owner_account).collect();
    let names = people::app::accounts::names(cx, &owners)?;
    let ground = places::snapshot(cx)?;
    let line = |l: lost::app::Line| CaseLine {
        href: page.href(format!("/desk/lost/{}", l.case.id)),
        title: page.tk("lost-kind-", l.case.kind.code()),
        state: StateTag::of(page, &l.case),
        at: format!("{} {}", page.day(l.case.opened_at), fmt::clock(l.case.opened_at)),
        post: l.case.post.and_then(|p| ground.post(p)).map(|p| p.name.clone()).unwrap_or_default(),
        owner: names.get(&l.case.owner_account).cloned().unwrap_or_else(|| nobody(page)),
        untaken: l.case.taken_at.is_none() && l.case.state.is_open(),
        number: l.case.number,
    };
    Ok(found.into_iter().map(line).collect())
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, closed: bool) -> Result<ListPage, Fail> {
    let found = lost::app::list(cx, !closed)?;
    let lines = lines(cx, &page, found)?;
    let may_report = decide(&cx.actor, cx.purpose, Action::ReportLost, &ResourceFacts::District).is_allowed();
    let filters: &[(&str, &str)] = if closed { &[("closed", "1")] } else { &[] };
    let file = table::href(&page, "/desk/lost", filters);
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    Ok(ListPage { closed, lines, may_report, file, frame, page })
}

//! The inbox of whoever is signed in: what happened to matters that concern them.

use super::Frame;
use super::table::{self, Asked, Listed, Table};
use crate::session::Staff;
use crate::{App, Fail, Page};
use alerts::app::notices::Notice;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/notices", get(show)).route("/desk/notices/read", post(read))
}

/// Inbox shown; older ones are found at their matter.
const SHOWN: usize = 50;

struct NoticeView {
    key: String,
    href: String,
    words: String,
    at: String,
    machine: String,
    about: Option<String>,
    /// Not read yet.
    fresh: bool,
}

#[derive(Template)]
#[template(path = "desk/notices.html")]
struct Inbox {
    page: Page,
    frame: Frame,
    notices: Vec<NoticeView>,
    /// One of them is not read yet.
    fresh: bool,
}

/// Everybody's own.
fn own(cx: &Cx<'_>) -> Result<(), Fail> {
    let id = cx.actor.account_id().ok_or(Fail::SignIn)?;
    let facts = AccountFacts { id, areas: Vec::new(), posts: Vec::new(), orgs: Vec::new() };
    Ok(require(&cx.actor, cx.purpose, Action::OwnNotices, &ResourceFacts::Account(facts))?)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words) = (asked.kind(), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            own(cx)?;
            let most = if kind.is_some() { table::MOST } else { SHOWN };
            let notices = alerts::app::notices::list(cx, None, most)?;
            if kind.is_some() {
                return Ok(Listed::File(as_table(&page, &notices)));
            }
            let notices: Vec<NoticeView> = notices
                .into_iter()
                .map(|n| NoticeView {
                    key: n.id.to_string(),
                    href: match alerts::app::notices::leads_to(&n.kind, n.matter) {
                        Some(path) => page.href(path),
                        None => page.href(format!("/desk/matters/{}", n.matter)),
                    },
                    words: page.t1(&format!("notice-{}", n.kind), "number", &n.number),
                    at: page.ago(n.at),
                    machine: page.machine_time(n.at),
                    about: None,
                    fresh: n.read_at.is_none(),
                })
                .collect();
            let frame = Frame::load(cx, &page, &staff, "/desk/notices")?;
            let fresh = notices.iter().any(|n| n.fresh);
            Ok::<_, Fail>(Listed::Page(Box::new(Inbox { page, frame, notices, fresh })))
        })
        .await?;
    listed.answer(&words, kind).await
}

fn as_table(page: &Page, notices: &[Notice]) -> Table {
    let row = |n: &Notice| {
        let new = if n.read_at.is_none() { page.t("desk-notice-new") } else { String::new() };
        vec![page.t1(&format!("notice-{}", n.kind), "number", &n.number), table::instant(n.at), new]
    };
    let head = ["desk-nav-notices", "audit-when", "desk-bulletin-state"];
    Table::new(page, "notices", &head, notices.iter().map(row).collect())
}

/// All that the page showed are read.
async fn read(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            own(cx)?;
            let now = cx.now;
            alerts::app::notices::mark_read(cx, now)?;
            Ok::<_, Fail>(())
        })
        .await?;
    Ok(Redirect::to(&page.href("/desk/notices")).into_response())
}

impl From<alerts::Error> for Fail {
    fn from(error: alerts::Error) -> Self {
        match error {
            alerts::Error::Store(e) => e.into(),
            alerts::Error::Denied(denied) => denied.into(),
            alerts::Error::People(e) => e.into(),
            alerts::Error::Matters(e) => e.into(),
            alerts::Error::Care(e) => e.into(),
            alerts::Error::Lost(e) => crate::public::errors::of_lost(e),
            alerts::Error::Invalid { field, why } => Self::invalid(field, format!("invalid-{why}")),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let of = |n: usize| Inbox {
            page: page.clone(),
            frame: Frame::sample(page),
            notices: (0..n)
                .map(|i| NoticeView {
                    key: i.to_string(),
                    href: page.href("/desk/matters/1"),
                    words: page.t1("notice-new", "number", "HQ-2026-00001"),
                    at: page.ago(page.now),
                    machine: page.machine_time(page.now),
                    about: None,
                    fresh: i == 0,
                })
                .collect(),
            fresh: n > 0,
        };
        [0, 2].into_iter().map(|n| ("desk/notices.html", of(n).render().unwrap_or_default())).collect()
    }
}

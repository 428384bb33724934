//! How many dates were kept, by neighbourhood. Never of one person; small numbers are not shown.

use super::{LIST, place};
use crate::desk::Frame;
use crate::desk::table::{self, Listed, Table};
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use care::app::visits::{self, BACK_DAYS, FEWEST, OnTime};
use kernel::Purpose;
use store::Cx;

const HERE: &str = "/desk/visits/on-time";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/visits/on-time", get(show))
}

pub(super) struct Line {
    pub place: String,
    pub share: String,
    pub of: String,
}

#[derive(Template)]
#[template(path = "desk/visit_times.html")]
pub(super) struct TimesPage {
    pub page: Page,
    pub frame: Frame,
    pub all: Line,
    pub lines: Vec<Line>,
    pub days: i64,
    pub fewest: i64,
    pub file: String,
}

fn figures(page: &Page, place: String, t: OnTime) -> Line {
    if t.of < FEWEST {
        return Line { place, share: page.t("visits-too-few"), of: page.t1("visits-below", "n", FEWEST) };
    }
    let share = format!("{} %", (t.kept * 100 + t.of / 2) / t.of);
    Line { place, share, of: page.t2("visits-kept-of", "n", t.kept, "all", t.of) }
}

fn load(cx: &mut Cx<'_>, page: &Page) -> Result<(Line, Vec<Line>), Fail> {
    let ground = ::places::snapshot(cx)?;
    let mut all = None;
    let mut lines = Vec::new();
    for t in visits::on_time(cx)? {
        match t.area {
            None => all = Some(figures(page, page.t("visits-all-places"), t)),
            Some(area) => lines.push(figures(page, place(page, &ground, Some(area)), t)),
        }
    }
    lines.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((all.ok_or(Fail::NotFound)?, lines))
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<table::Asked>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, reader) = (asked.kind(), page.clone());
    let shown = app.rt.read(who, move |cx| {
        let (all, lines) = load(cx, &page)?;
        if kind.is_some() {
            let rows = std::iter::once(all).chain(lines).map(|l| vec![l.place, l.share, l.of]).collect();
            let head = ["visits-col-place", "visits-share", "visits-counts"];
            return Ok::<_, Fail>(Listed::File(Table::new(&page, "visits-on-time", &head, rows)));
        }
        let frame = Frame::load(cx, &page, &staff, LIST)?;
        let file = table::href(&page, HERE, &[]);
        Ok(Listed::Page(Box::new(TimesPage { all, lines, days: BACK_DAYS, fewest: FEWEST, file, frame, page })))
    });
    shown.await?.answer(&reader, kind).await
}

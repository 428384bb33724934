//! Coverage, warmth and precision: three figures per neighbourhood and month, with what is behind them. Never per person.

use crate::desk::frame::NavItem;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::{Frame, ground};
use crate::session::Staff;
use crate::{App, Fail, Page};
use ::care::app::coverage::{self, Figures};
use ::care::app::visits::day_of;
use ::care::model::coverage::{FEWEST, Share};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use kernel::Purpose;
use kernel::ids::AreaId;
use people::policy::{Action, require_somewhere};
use serde::Deserialize;
use store::Cx;

const HERE: &str = "/desk/coverage";
/// Months that can be chosen.
const MONTHS: usize = 13;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/coverage", get(show))
}

pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Vec<NavItem> {
    let may = require_somewhere(&cx.actor, Action::ViewCoverage).is_ok();
    may.then(|| NavItem::plain(HERE, "coverage", here)).into_iter().collect()
}

struct Row {
    name: String,
    coverage: String,
    warmth: String,
    precision: String,
}

#[derive(Template)]
#[template(path = "desk/care/coverage.html")]
struct CoveragePage {
    page: Page,
    frame: Frame,
    months: Vec<Choice>,
    rows: Vec<Row>,
    whole: Row,
    fewest: i64,
    file: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    month: String,
    r#as: String,
}

fn share(page: &Page, share: Share) -> String {
    match share.shown() {
        None => page.t("coverage-few"),
        Some(s) => page.loc.args(
            "coverage-share",
            &[("n", s.n.to_string()), ("of", s.of.to_string()), ("percent", s.percent().to_string())],
        ),
    }
}

fn row(page: &Page, name: String, f: &Figures) -> Row {
    Row { name, coverage: share(page, f.coverage), warmth: share(page, f.warmth), precision: share(page, f.precision) }
}

/// Months, the newest first.
fn months(today: Date, chosen: &str) -> Vec<Choice> {
    let mut out = Vec::new();
    let mut day = today.first_of_month();
    for _ in 0..MONTHS {
        let code = format!("{:04}-{:02}", day.year(), day.month());
        out.push(Choice::new(code.clone(), code, chosen));
        day = day.yesterday().unwrap_or(day).first_of_month();
    }
    out
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let who = staff.who(Purpose::Administration);
    let listed = app.rt.read(who, move |cx| load(cx, page, &staff, &asked, file)).await?;
    listed.answer(&words, file).await
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    asked: &Ask,
    file: Option<As>,
) -> Result<Listed<CoveragePage>, Fail> {
    let today = day_of(page.now);
    let month: Date = format!("{}-01", asked.month).parse().unwrap_or(today);
    let month = month.min(today);
    let code = format!("{:04}-{:02}", month.year(), month.month());
    let found = coverage::coverage(cx, month)?;
    let ids: Vec<AreaId> = found.areas.iter().map(|(a, _)| *a).collect();
    let names = ground::names(cx, &page, &ids)?;
    let mut rows: Vec<Row> =
        found.areas.iter().map(|(a, f)| row(&page, names.get(a).cloned().unwrap_or_default(), f)).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let whole = row(&page, page.t("coverage-whole"), &found.whole);
    if file.is_some() {
        let head = ["coverage-area", "coverage-coverage", "coverage-warmth", "coverage-precision"];
        if !rows.is_empty() {
            rows.push(whole);
        }
        let cells = rows.into_iter().map(|r| vec![r.name, r.coverage, r.warmth, r.precision]);
        return Ok(Listed::File(Table::new(&page, "coverage", &head, cells.collect())));
    }
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let file = table::href(&page, HERE, &[("month", &code)]);
    let months = months(today, &code);
    Ok(Listed::Page(Box::new(CoveragePage { months, rows, whole, fewest: FEWEST, file, frame, page })))
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let figures = Figures {
        coverage: Share { n: 18, of: 20 },
        warmth: Share { n: 3, of: 4 },
        precision: Share { n: 20, of: 20 },
    };
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let mut out = Vec::new();
    for full in [false, true] {
        let rows = if full { vec![row(page, word("桂花里", "Guihuali"), &figures)] } else { Vec::new() };
        let shown = CoveragePage {
            months: months(day_of(page.now), "2026-11"),
            rows,
            whole: row(page, page.t("coverage-whole"), &figures),
            fewest: FEWEST,
            file: "/desk/coverage?as=".into(),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/coverage.html", askama::Template::render(&shown).unwrap_or_default()));
    }
    out
}

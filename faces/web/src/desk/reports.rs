//! The report of a month, and its ledger as a file (R10). Everything comes from what was entered anyway.

use super::Frame;
use super::table::{self, As, Table, instant};
use super::view::rows;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use matters::app::Line;
use matters::app::report::{self, Figures, LedgerLine, Month, MonthReport};
use people::policy::{Action, ResourceFacts, decide};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;
use store::chain::{self, Mark};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/reports", get(show)).route("/desk/reports/ledger", get(ledger))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    month: String,
    r#as: String,
}

/// Keys `desk-report-…` of the columns after the name.
const COLUMNS: [&str; 8] = ["received", "closed", "on-time", "late", "reopened", "hours", "stars", "open"];

/// A line of a table: what it is about, and its cells.
struct Counted {
    name: String,
    cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/report.html")]
struct ReportPage {
    page: Page,
    frame: Frame,
    /// `2026-05`, and as words.
    month: String,
    heading: String,
    problem: Option<String>,
    columns: [&'static str; COLUMNS.len()],
    all: Counted,
    classes: Vec<Counted>,
    places: Vec<Counted>,
    before: String,
    after: Option<String>,
    may_export: bool,
}

impl ReportPage {
    /// Heading and lines of each table.
    fn groups(&self) -> [(&'static str, &[Counted]); 2] {
        [("desk-report-class", &self.classes), ("desk-report-place", &self.places)]
    }
}

/// The month asked for; the running one when none is.
fn asked(page: &Page, text: &str) -> (Month, Option<String>) {
    let now = Month::of(page.now);
    match Month::parse(text) {
        Some(month) if month <= now => (month, None),
        _ if text.trim().is_empty() => (now, None),
        _ => (now, Some(page.t("desk-report-month-wrong"))),
    }
}

fn cells(page: &Page, f: &Figures) -> Vec<String> {
    let some = |value: Option<String>| value.unwrap_or_else(|| page.t("desk-report-nothing"));
    vec![
        f.received.to_string(),
        f.closed.to_string(),
        some(f.on_time_percent().map(|p| format!("{p} %"))),
        f.late.to_string(),
        f.reopened.to_string(),
        some(f.mean_hours().map(|h| format!("{h:.1}"))),
        some(f.mean_stars().map(|s| format!("{s:.1}"))),
        f.open.to_string(),
    ]
}

/// All, by class, by place; the most first.
struct Tables {
    all: Counted,
    classes: Vec<Counted>,
    places: Vec<Counted>,
}

fn tables(cx: &mut Cx<'_>, page: &Page, report: &MonthReport) -> Result<Tables, Fail> {
    let classes = matters::app::classes(cx)?;
    let names: HashMap<&str, &str> = classes.iter().map(|c| (c.code.as_str(), c.name(page.look.lang))).collect();
    let ground = ::places::snapshot(cx)?;
    let counted = |name: String, f: &Figures| (f.received + f.closed, Counted { name, cells: cells(page, f) });
    let sorted = |mut all: Vec<(i64, Counted)>| {
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
        all.into_iter().map(|(_, line)| line).collect::<Vec<_>>()
    };
    let of_class = |(code, f): (&String, &Figures)| {
        counted(names.get(code.as_str()).map_or_else(|| code.clone(), |n| (*n).to_owned()), f)
    };
    let of_place = |(id, f): (&Option<kernel::ids::AreaId>, &Figures)| {
        let name = id.and_then(|id| ground.area(id)).map(|a| a.called(page.look.lang).to_owned());
        counted(name.unwrap_or_else(|| page.t("desk-report-no-place")), f)
    };
    Ok(Tables {
        all: Counted { name: page.t("desk-report-all"), cells: cells(page, &report.all) },
        classes: sorted(report.classes.iter().map(of_class).collect()),
        places: sorted(report.places.iter().map(of_place).collect()),
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    let (month, problem) = asked(&page, &ask.month);
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = As::from_code(&ask.r#as) {
        let words = page.clone();
        let table = app.rt.read(who, move |cx| file(cx, &words, month)).await?;
        return table::answer(&page, table, kind).await;
    }
    let shown = app
        .rt
        .read(who, move |cx| {
            let report = report::month(cx, month)?;
            let tables = tables(cx, &page, &report)?;
            let export = decide(&cx.actor, cx.purpose, Action::ExportMatters, &ResourceFacts::District);
            let after = (month < Month::of(page.now)).then(|| month.after().to_string());
            Ok::<_, Fail>(ReportPage {
                frame: Frame::load(cx, &page, &staff, "/desk/reports")?,
                month: month.to_string(),
                heading: page.t1("desk-report-of", "month", month),
                problem,
                columns: COLUMNS,
                all: tables.all,
                classes: tables.classes,
                places: tables.places,
                before: month.before().to_string(),
                after,
                may_export: export.is_allowed(),
                page,
            })
        })
        .await?;
    html(&shown)
}

/// The report as one table: all, then each class, then each place.
fn file(cx: &mut Cx<'_>, page: &Page, month: Month) -> Result<Table, Fail> {
    let report = report::month(cx, month)?;
    let tables = tables(cx, page, &report)?;
    let mut head = vec![page.t("desk-report-by"), page.t("desk-report-name")];
    head.extend(COLUMNS.iter().map(|c| page.tk("desk-report-", c)));
    let line = |by: &str, c: Counted| [vec![by.to_owned(), c.name], c.cells].concat();
    let (class, place) = (page.t("desk-report-class"), page.t("desk-report-place"));
    let mut rows = vec![line("", tables.all)];
    rows.extend(tables.classes.into_iter().map(|c| line(&class, c)));
    rows.extend(tables.places.into_iter().map(|c| line(&place, c)));
    Ok(Table { name: format!("report-{month}"), head, rows, ..Table::default() })
}

/// Keys `desk-col-…` of the ledger.
const LEDGER: [&str; 11] =
    ["number", "class", "state", "summary", "place", "owner", "origin", "received", "closed", "outcome", "rating"];

async fn ledger(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    let (month, _) = asked(&page, &ask.month);
    let kind = As::from_code(&ask.r#as).unwrap_or(As::Xlsx);
    let words = page.clone();
    let table = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let lines = report::ledger(cx, month)?;
            // Who took it out, and how long it was; not what stood in it.
            let (district, taken) =
                (cx.district().0, serde_json::json!({ "lines": lines.len(), "month": month.to_string() }));
            cx.record("matters.exported", "district", district, &taken)?;
            let rows = ledger_rows(cx, &words, &lines)?;
            let head = LEDGER.iter().map(|c| words.tk("desk-col-", c)).collect();
            let mark = Mark::of(&chain::head(cx)?).to_string();
            Ok::<_, Fail>(Table { name: format!("ledger-{month}"), head, rows, mark, ..Table::default() })
        })
        .await?;
    table::answer(&page, table, kind).await
}

fn ledger_rows(cx: &mut Cx<'_>, page: &Page, lines: &[LedgerLine]) -> Result<Vec<Vec<String>>, Fail> {
    let plain: Vec<Line> = lines.iter().map(|l| l.line.clone()).collect();
    let shown = rows(cx, page, &plain)?;
    let row = |(l, row): (&LedgerLine, super::view::Row)| {
        vec![
            row.number,
            row.class_name,
            row.tag.word,
            row.title,
            row.place.unwrap_or_default(),
            row.owner,
            page.tk("origin-", l.line.origin.code()),
            instant(l.line.received_at),
            l.closed_at.map(instant).unwrap_or_default(),
            l.outcome.map(|o| page.tk("outcome-", o.code())).unwrap_or_default(),
            l.rating.map(|n| n.to_string()).unwrap_or_default(),
        ]
    };
    Ok(lines.iter().zip(shown).map(row).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let figures =
            Figures { received: 12, closed: 9, late: 2, reopened: 1, minutes: 8_000, rated: 3, stars: 13, open: 7 };
        let line = |name: String, f: &Figures| Counted { name, cells: cells(page, f) };
        let of = |n: usize, problem: bool| ReportPage {
            page: page.clone(),
            frame: Frame::sample(page),
            month: "2026-05".into(),
            heading: page.t1("desk-report-of", "month", "2026-05"),
            problem: problem.then(|| page.t("desk-report-month-wrong")),
            columns: COLUMNS,
            all: line(page.t("desk-report-all"), if n > 0 { &figures } else { const { &NOTHING } }),
            classes: (0..n).map(|_| line(name("邻里纠纷", "Neighbour dispute"), &figures)).collect(),
            places: (0..n).map(|_| line(name("青禾镇", "Qinghe"), &figures)).collect(),
            before: "2026-04".into(),
            after: (n > 0).then(|| "2026-06".into()),
            may_export: n > 0,
        };
        let shown = [(0, true), (2, false)];
        shown.map(|(n, p)| ("desk/report.html", of(n, p).render().unwrap_or_default())).into()
    }

    const NOTHING: Figures =
        Figures { received: 0, closed: 0, late: 0, reopened: 0, minutes: 0, rated: 0, stars: 0, open: 0 };
}

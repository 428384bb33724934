//! The list of matters on the screen as a file for a spreadsheet (R10). Never raisers' data: what is exported is what a line of
//! the list shows.

use super::queue::Ask;
use super::sought::Sought;
use super::table::{self, As, MOST, Table, instant};
use super::view::rows;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use matters::app::Line;
use people::policy::{Action, ResourceFacts, require};
use store::Cx;
use store::chain::{self, Mark};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/export.csv", get(csv_file)).route("/desk/export.xlsx", get(xlsx_file))
}

/// Keys `desk-col-…` of the columns.
const COLUMNS: [&str; 10] =
    ["number", "class", "state", "summary", "place", "owner", "received", "due", "late", "origin"];

async fn list(app: &App, page: &Page, staff: &Staff, ask: Ask) -> Result<Table, Fail> {
    let page = page.clone();
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require(&cx.actor, cx.purpose, Action::ExportMatters, &ResourceFacts::District)?;
            let lines = collect(cx, ask)?;
            // Who took a list out, and how long it was; not what stood in it.
            let district = cx.district().0;
            cx.record("matters.exported", "district", district, &serde_json::json!({ "lines": lines.len() }))?;
            let mut table = fill(cx, &page, &lines)?;
            table.mark = Mark::of(&chain::head(cx)?).to_string();
            Ok(table)
        })
        .await
}

/// All pages of the list up to [`MOST`] lines.
fn collect(cx: &mut Cx<'_>, mut ask: Ask) -> Result<Vec<Line>, Fail> {
    let mut lines = Vec::new();
    loop {
        let mut filter = ask.filter(cx.now);
        filter.limit = 200;
        let found = if ask.text.trim().is_empty() {
            matters::app::list(cx, &filter)?
        } else {
            matters::app::search(cx, &ask.text, &filter)?
        };
        lines.extend(found.lines);
        match found.next {
            Some(next) if lines.len() < MOST => ask.after = next,
            _ => break,
        }
    }
    lines.truncate(MOST);
    Ok(lines)
}

fn fill(cx: &mut Cx<'_>, page: &Page, lines: &[Line]) -> Result<Table, Fail> {
    let shown = rows(cx, page, lines)?;
    let head = COLUMNS.iter().map(|c| page.tk("desk-col-", c)).collect();
    let rows = lines
        .iter()
        .zip(shown)
        .map(|(line, row)| {
            vec![
                row.number,
                row.class_name,
                row.tag.word,
                row.title,
                row.place.unwrap_or_default(),
                row.owner,
                instant(line.received_at),
                instant(line.due_at),
                if line.state.is_open() { page.tk("level-", line.level.code()) } else { String::new() },
                page.tk("origin-", line.origin.code()),
            ]
        })
        .collect();
    Ok(Table { name: "matters".into(), head, rows, ..Table::default() })
}

async fn csv_file(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(ask): Sought<Ask>,
) -> Result<Response, Fail> {
    table::answer(&page, list(&app, &page, &staff, ask).await?, As::Csv).await
}

async fn xlsx_file(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(ask): Sought<Ask>,
) -> Result<Response, Fail> {
    table::answer(&page, list(&app, &page, &staff, ask).await?, As::Xlsx).await
}

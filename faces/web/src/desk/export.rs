//! The list on the screen as a file for a spreadsheet (R10): CSV that Excel and WPS open, and xlsx. Never raisers' data:
//! what is exported is what a line of the list shows. Cells cannot become formulas.

use super::queue::Ask;
use super::view::rows;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Purpose;
use matters::app::Line;
use people::policy::{Action, ResourceFacts, require};
use rust_xlsxwriter::{DocProperties, Format, Workbook, XlsxError};
use store::Cx;
use store::chain::{self, Mark};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/export.csv", get(csv_file)).route("/desk/export.xlsx", get(xlsx_file))
}

/// Lines of one file. A longer list is narrowed by filters.
const MOST: usize = 5_000;

/// A table of texts with its header.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Short head of the log when it was taken out.
    mark: String,
}

/// Keys `desk-col-…` of the columns.
const COLUMNS: [&str; 10] =
    ["number", "class", "state", "summary", "place", "owner", "received", "due", "late", "origin"];

async fn table(app: &App, page: &Page, staff: &Staff, ask: Ask) -> Result<Table, Fail> {
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
            let at = |moment: kernel::Moment| {
                let z = moment.zoned(&kernel::time::shanghai());
                format!("{} {:02}:{:02}", z.date(), z.hour(), z.minute())
            };
            vec![
                row.number,
                row.class_name,
                row.tag.word,
                row.title,
                row.place.unwrap_or_default(),
                row.owner,
                at(line.received_at),
                at(line.due_at),
                if line.state.is_open() { page.tk("level-", line.level.code()) } else { String::new() },
                page.tk("origin-", line.origin.code()),
            ]
        })
        .collect();
    Ok(Table { head, rows, mark: String::new() })
}

/// A cell that a spreadsheet reads as text: one that could be a formula gets an apostrophe in front.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

async fn csv_file(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    let table = table(&app, &page, &staff, ask).await?;
    let body = to_csv(&table).map_err(|e| Fail::Internal(format!("csv: {e}")))?;
    Ok(file(&page, &table.mark, "csv", "text/csv; charset=utf-8", body))
}

/// With a byte order mark, because Excel takes Chinese for another encoding without it.
fn to_csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(table.head.iter().map(|c| safe(c)))?;
    for row in &table.rows {
        out.write_record(row.iter().map(|c| safe(c)))?;
    }
    out.into_inner().map_err(|e| e.into_error().into())
}

async fn xlsx_file(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    let table = table(&app, &page, &staff, ask).await?;
    let mark = table.mark.clone();
    let body = tokio::task::spawn_blocking(move || to_xlsx(&table))
        .await
        .map_err(|e| Fail::Internal(format!("xlsx: {e}")))?
        .map_err(|e| Fail::Internal(format!("xlsx: {e}")))?;
    Ok(file(&page, &mark, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body))
}

/// Cells are written as strings, which no spreadsheet computes.
fn to_xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (at, cell) in (0..).zip(&table.head) {
        sheet.write_string_with_format(0, at, cell, &bold)?;
    }
    for (line, row) in (1..).zip(&table.rows) {
        for (at, cell) in (0..).zip(row) {
            sheet.write_string(line, at, safe(cell))?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    for (at, width) in (0..).zip([18, 16, 14, 48, 20, 14, 18, 18, 16, 10]) {
        sheet.set_column_width(at, width)?;
    }
    book.set_properties(&DocProperties::new().set_comment(format!("Mulin {}", table.mark)));
    book.save_to_buffer()
}

/// The head of the log stands in the name: rows stay what a spreadsheet expects, and the file still says up to which
/// entry the log had come.
fn file(page: &Page, mark: &str, ext: &str, mime: &'static str, body: Vec<u8>) -> Response {
    let day = page.now.zoned(&kernel::time::shanghai()).date();
    let mark = mark.replace(':', "_");
    let name = format!("attachment; filename=\"matters-{day}-{mark}.{ext}\"");
    ([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        let evil = ["=1+1", "+86", "-3", "@sum", "\tx", "plain", "", "漏水, \"急\"\n二楼"];
        let table = Table {
            head: vec!["=head".into()],
            rows: evil.iter().map(|c| vec![(*c).to_owned()]).collect(),
            mark: "1:00".into(),
        };
        let text = String::from_utf8(to_csv(&table).unwrap()).unwrap();
        assert!(text.starts_with('\u{feff}'), "byte order mark");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(&reader.headers().unwrap()[0], "'=head");
        let cells: Vec<String> = reader.records().map(|r| r.unwrap().get(0).unwrap_or_default().to_owned()).collect();
        assert_eq!(cells, ["'=1+1", "'+86", "'-3", "'@sum", "'\tx", "plain", "", "漏水, \"急\"\n二楼"]);
        assert!(to_xlsx(&table).unwrap().starts_with(b"PK"));
    }
}

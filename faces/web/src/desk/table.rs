//! A list as a file for a spreadsheet (R10): CSV that Excel and WPS open, and xlsx. Cells cannot become formulas.

use crate::{Fail, Page, html};
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{DocProperties, Format, Workbook, XlsxError};
use serde::Deserialize;
use store::Cx;

/// A table of texts with its header.
#[derive(Default)]
pub(super) struct Table {
    /// Beginning of the name of the file, in ASCII.
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Short head of the log when it was taken out; empty for a list that is no secret.
    pub mark: String,
    /// There were more lines than stand in it. A table of [`MOST`] lines is taken to be cut anyway.
    pub cut: bool,
    /// Cells are kept as they are and stay text when somebody writes into them: the file is read back. Only for a workbook, where no text
    /// is computed.
    pub exact: bool,
}

/// What the file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Csv,
    Xlsx,
}

impl As {
    /// From `?as=…` of a list's address.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        match code {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// The address of a list that has no filters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    r#as: String,
}

impl Asked {
    pub(super) fn kind(&self) -> Option<As> {
        As::from_code(&self.r#as)
    }
}

/// Lines of one file. A longer list is narrowed by filters.
pub(super) const MOST: usize = 5_000;

/// A list as a page, or as the file that was asked for.
pub(super) enum Listed<P> {
    Page(Box<P>),
    File(Table),
}

impl<P: Template> Listed<P> {
    pub(super) async fn answer(self, page: &Page, kind: Option<As>) -> Result<Response, Fail> {
        match (self, kind) {
            (Self::Page(shown), _) => html(&*shown),
            (Self::File(table), kind) => answer(page, table, kind.unwrap_or(As::Xlsx)).await,
        }
    }
}

/// Where a list is had as a file: its own address and filters, to which the kind is added.
pub(super) fn href(page: &Page, path: &str, filters: &[(&str, &str)]) -> String {
    let query = super::query_string(filters);
    let and = if query.is_empty() { "" } else { "&" };
    format!("{}?{query}{and}as=", page.href(path))
}

/// Up to which entry the log had come: goes into the name of a file that names people.
pub(super) fn mark(cx: &mut Cx<'_>) -> Result<String, store::Error> {
    Ok(store::chain::Mark::of(&store::chain::head(cx)?).to_string())
}

impl Table {
    /// Heads are keys of texts.
    pub(super) fn new(page: &Page, name: &str, head: &[&str], rows: Vec<Vec<String>>) -> Self {
        let head = head.iter().map(|key| page.t(key)).collect();
        Self { name: name.to_owned(), head, rows, ..Self::default() }
    }
    /// For lists of who looked at what and why: that it was taken out, and how long it was, is an entry of the log.
    pub(super) fn recorded(self, cx: &mut Cx<'_>) -> Result<Self, store::Error> {
        let taken = serde_json::json!({ "list": self.name, "lines": self.rows.len() });
        cx.record("list.exported", "district", cx.district().0, &taken)?;
        self.marked(cx)
    }
    /// With the head of the log in its name: the list names people.
    pub(super) fn marked(self, cx: &mut Cx<'_>) -> Result<Self, store::Error> {
        Ok(Self { mark: mark(cx)?, ..self })
    }
}

/// The file. It says who took it out and when: at the end of the first line, where neither a spreadsheet nor an import minds a
/// column that is empty; in a workbook on a sheet of its own, which an import does not read.
pub(super) async fn answer(page: &Page, table: Table, kind: As) -> Result<Response, Fail> {
    let (name, mark) = (table.name.clone(), table.mark.clone());
    let taken = taken(page, &table);
    let about = page.t("desk-table-about");
    let broken = |e: &dyn std::fmt::Display| Fail::Internal(format!("table: {e}"));
    let (ext, mime, body) = match kind {
        As::Csv => ("csv", "text/csv; charset=utf-8", to_csv(&table, &taken).map_err(|e| broken(&e))?),
        As::Xlsx => {
            let made =
                tokio::task::spawn_blocking(move || to_xlsx(&table, &taken, &about)).await.map_err(|e| broken(&e))?;
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", made.map_err(|e| broken(&e))?)
        }
    };
    // The head of the log stands in the name: rows stay what a spreadsheet expects, and the file still says up to which
    // entry the log had come.
    let day = page.now.zoned(&kernel::time::shanghai()).date();
    let mark = if mark.is_empty() { String::new() } else { format!("-{}", mark.replace(':', "_")) };
    let name = format!("attachment; filename=\"{name}-{day}{mark}.{ext}\"");
    Ok(([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// Who took it out and when, and that there would have been more.
fn taken(page: &Page, table: &Table) -> String {
    let who = page.reader.name().map_or_else(|| page.t("desk-table-somebody"), str::to_owned);
    let taken = page.t2("desk-table-taken", "who", who, "at", instant(page.now));
    if !table.cut && (table.exact || table.rows.len() < MOST) {
        return taken;
    }
    format!("{taken} · {}", page.t1("desk-table-cut", "n", table.rows.len()))
}

/// An instant as spreadsheets sort it.
pub(super) fn instant(moment: kernel::Moment) -> String {
    let z = moment.zoned(&kernel::time::shanghai());
    format!("{} {:02}:{:02}", z.date(), z.hour(), z.minute())
}

/// A cell that a spreadsheet reads as text: one that could be a formula gets an apostrophe in front.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// With a byte order mark, because Excel takes Chinese for another encoding without it.
fn to_csv(table: &Table, taken: &str) -> Result<Vec<u8>, csv::Error> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(table.head.iter().map(String::as_str).chain([taken]).map(safe))?;
    for row in &table.rows {
        out.write_record(row.iter().map(String::as_str).chain([""]).map(safe))?;
    }
    out.into_inner().map_err(|e| e.into_error().into())
}

/// Cells are written as strings, which no spreadsheet computes.
fn to_xlsx(table: &Table, taken: &str, about: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    for (at, _) in (0_u16..).zip(&table.head).filter(|_| table.exact) {
        sheet.set_column_format(at, &text)?;
    }
    for (at, cell) in (0..).zip(&table.head) {
        sheet.write_string_with_format(0, at, cell, &bold)?;
    }
    for (line, row) in (1..).zip(&table.rows) {
        for (at, cell) in (0..).zip(row) {
            if table.exact {
                sheet.write_string_with_format(line, at, cell, &text)?;
            } else {
                sheet.write_string(line, at, safe(cell))?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_autofit_max_width(360).autofit();
    let note = book.add_worksheet().set_name(about)?;
    note.write_string(0, 0, safe(taken))?;
    note.write_string(1, 0, safe(&table.mark))?;
    book.set_properties(&DocProperties::new().set_author(taken).set_comment(format!("Mulin {}", table.mark)));
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Look;

    #[test]
    fn no_cell_becomes_a_formula() {
        let evil = ["=1+1", "+86", "-3", "@sum", "\tx", "plain", "", "漏水, \"急\"\n二楼"];
        let table = Table {
            name: "list".into(),
            head: vec!["=head".into()],
            rows: evil.iter().map(|c| vec![(*c).to_owned()]).collect(),
            mark: "1:00".into(),
            ..Table::default()
        };
        let text = String::from_utf8(to_csv(&table, "=王工").unwrap()).unwrap();
        assert!(text.starts_with('\u{feff}'), "byte order mark");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["'=head", "'=王工"], "who took it");
        let cells: Vec<String> = reader.records().map(|r| r.unwrap().get(0).unwrap_or_default().to_owned()).collect();
        assert_eq!(cells, ["'=1+1", "'+86", "'-3", "'@sum", "'\tx", "plain", "", "漏水, \"急\"\n二楼"]);
        assert!(to_xlsx(&table, "王工", "说明").unwrap().starts_with(b"PK"));
    }
    #[test]
    fn a_file_that_was_cut_says_so() {
        let page = Page::sample(Look::default());
        let with = |lines: usize, cut| Table { rows: vec![Vec::new(); lines], cut, ..Table::default() };
        let says = |table: &Table| taken(&page, table).contains("还有更多");
        assert!(!says(&with(3, false)));
        assert!(says(&with(3, true)) && says(&with(MOST, false)));
    }
}

//! `mulin retention`: how long what is kept, and what would go tonight.

use crate::{Env, districts};
use clap::Args;
use rust_xlsxwriter::{Format, Workbook};
use std::io::Write;
use std::path::{Path, PathBuf};
use store::retention::{self, Kept, Line};

#[derive(Debug, Args)]
pub struct RetentionArgs {
    /// Erase now instead of waiting for the night; without it nothing is changed
    #[arg(long)]
    pub run: bool,
    /// One JSON array instead of a table
    #[arg(long)]
    pub json: bool,
    /// CSV instead of a table, for Excel and WPS
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// The report as a workbook in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"])]
    pub xlsx: Option<PathBuf>,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
}

pub fn run(env: &mut Env<'_>, args: &RetentionArgs, rules: Vec<Kept>) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    if args.run {
        let erased = retention::run(env.rt, &target.who(), &rules)?;
        for (rule, n) in erased.iter().filter(|(_, n)| **n > 0) {
            writeln!(env.out, "{rule}: {n} erased")?;
        }
    }
    let report = env.rt.read_now(target.who(), move |cx| retention::report(cx, &rules))?;
    if args.json {
        serde_json::to_writer_pretty(&mut *env.out, &report)?;
        return Ok(writeln!(env.out)?);
    }
    if args.csv {
        return csv_file(env.out, &report);
    }
    match &args.xlsx {
        Some(path) => workbook(path, &report),
        None => table(env.out, &report),
    }
}

const HEAD: [&str; 7] = ["rule", "tables", "days", "due_now", "erased", "last_run", "what_goes"];

fn cells(line: &Line) -> [String; 7] {
    let last = line.last_run.clone().unwrap_or_default();
    let [days, due, erased] = [line.days, line.due, line.erased].map(|n| n.to_string());
    [line.rule.to_owned(), line.tables.to_owned(), days, due, erased, last, line.what.to_owned()]
}

/// With a byte order mark, as the lists of the desk have it.
fn csv_file(out: &mut dyn Write, report: &[Line]) -> anyhow::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(HEAD)?;
    for line in report {
        csv.write_record(cells(line))?;
    }
    Ok(csv.flush()?)
}

fn workbook(path: &Path, report: &[Line]) -> anyhow::Result<()> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (at, word) in (0..).zip(HEAD) {
        sheet.write_string_with_format(0, at, word, &bold)?;
    }
    for (row, line) in (1..).zip(report) {
        for (at, cell) in (0..).zip(cells(line)) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, at, number)?,
                Err(_) => sheet.write_string(row, at, cell)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_autofit_max_width(360).autofit();
    Ok(book.save(path)?)
}

fn table(out: &mut dyn Write, report: &[Line]) -> anyhow::Result<()> {
    writeln!(out, "{:12} {:>6} {:>10} {:>10}  {:22} what goes", "rule", "days", "due now", "erased", "last run")?;
    for line in report {
        let last = line.last_run.as_deref().unwrap_or("never");
        writeln!(
            out,
            "{:12} {:>6} {:>10} {:>10}  {:22} {}",
            line.rule, line.days, line.due, line.erased, last, line.what
        )?;
    }
    Ok(writeln!(
        out,
        "The log of changes and reads is never erased. Change the days under [retention] in the configuration."
    )?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use calamine::{Data, Reader, Xlsx, open_workbook};

    fn report() -> Vec<Line> {
        let line = |rule, last_run: Option<&str>| Line {
            rule,
            tables: "job",
            what: "work that is done, from that day; \"dead\" letters stay",
            days: 90,
            due: 3,
            last_run: last_run.map(str::to_owned),
            erased: 12,
        };
        vec![line("jobs", Some("2026-06-29T02:30:00Z")), line("imports", None)]
    }

    #[test]
    fn csv_and_workbook_say_the_same() {
        let mut out = Vec::new();
        csv_file(&mut out, &report()).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(reader.headers().unwrap(), &HEAD[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.xlsx");
        workbook(&path, &report()).unwrap();
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        for (row, line) in sheet.rows().skip(1).zip(&rows) {
            assert_eq!(row[2], Data::Float(90.0), "days are a number");
            let said: Vec<String> = row.iter().map(ToString::to_string).collect();
            assert_eq!(said, line.iter().collect::<Vec<_>>());
        }
    }
}

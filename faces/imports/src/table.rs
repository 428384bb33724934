//! Rows of a CSV (also `.csv.gz`), xlsx or JSON file, with the row numbers that a spreadsheet shows.
//!
//! The first row is the header. Text may be UTF-8 with or without a byte-order mark, UTF-16 with one, or GB18030 (what
//! older Chinese spreadsheets save); a file that is not valid UTF-8 throughout is read as GB18030. Rows stream: memory
//! does not grow with the length of a CSV file.

use crate::findings::Finding;
use crate::problems::{self, Problem, Problems, Unfit};
use crate::words::spoken;
use calamine::{Data, Reader as _};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a file or a row of it cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TableError {
    #[error(transparent)]
    File(#[from] Unfit),
    #[error("{}", .0.line(problems::Counted::Row, spoken()))]
    Row(Box<Problem>),
}

fn row(row: usize, what: Finding) -> TableError {
    TableError::Row(Box::new(Problem { row, label: String::new(), column: String::new(), what }))
}

fn file(path: &Path, why: Finding) -> TableError {
    TableError::File(Unfit::new(path, why))
}

impl Problems {
    /// The record, or why the row cannot be read among what is wrong.
    ///
    /// # Errors
    /// When the reading cannot go on.
    pub fn take(&mut self, record: Result<Record, TableError>) -> Result<Option<Record>, Unfit> {
        match record {
            Ok(record) => Ok(Some(record)),
            Err(TableError::Row(problem)) => {
                self.wrong.add(*problem);
                Ok(None)
            }
            Err(TableError::File(unfit)) => Err(unfit),
        }
    }
}

/// One row as text. Dates of a spreadsheet read as `2015-01-31T08:30:00`, whole numbers without a decimal point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// As the spreadsheet shows it; the header is row 1.
    pub row: usize,
    cells: Vec<String>,
}

impl Record {
    /// The cell of a column (see [`Table::column`]), without spaces around it; missing cells are empty.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |c| c.trim())
    }
    /// As [`Record::cell`]; `None` when empty.
    pub fn filled(&self, column: usize) -> Option<&str> {
        Some(self.cell(column)).filter(|c| !c.is_empty())
    }
}

/// An open file: its header, and its rows one after the other.
pub struct Table {
    pub headers: Vec<String>,
    rows: Rows,
    progress: Progress,
}

/// How much of the file was read, in bytes as they lie on the disk (in rows for a spreadsheet). Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    pub total: u64,
}

impl Progress {
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

enum Rows {
    Csv {
        reader: Box<csv::Reader<Box<dyn Read + Send>>>,
        encoding: &'static Encoding,
        /// Line breaks inside cells so far: lines of the file less these are rows of a spreadsheet.
        inner_lines: usize,
    },
    Sheet {
        rows: std::vec::IntoIter<Vec<Data>>,
        /// Row number of the next row.
        next: usize,
    },
}

impl Table {
    /// Opens a file by its ending.
    ///
    /// # Errors
    /// When the file cannot be read, or its header is missing or names a column twice.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if name.ends_with(".json") {
            open_json(path)
        } else if name.ends_with(".xlsx") {
            open_sheet(path)
        } else if name.ends_with(".csv") || name.ends_with(".csv.gz") || name.ends_with(".tsv") {
            open_csv(path)
        } else {
            Err(file(path, Finding::FileKind))
        }
    }

    /// Where a column stands. Case and spaces around the name do not matter.
    pub fn column(&self, name: &str) -> Option<usize> {
        let wanted = name.trim().to_lowercase();
        self.headers.iter().position(|h| h.to_lowercase() == wanted)
    }

    /// As [`Table::column`], for a column that must be there.
    pub fn need(&self, name: &str) -> Result<usize, TableError> {
        self.column(name).ok_or_else(|| {
            Unfit::from(Finding::NoColumn { column: name.to_owned(), there: self.headers.clone() }).into()
        })
    }

    /// The first of several names that is there, such as a field name and its Chinese word.
    pub fn any(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.column(n))
    }

    /// To show how far the reading went.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    fn check_header(mut self, path: &Path) -> Result<Self, TableError> {
        for header in &mut self.headers {
            *header = header.trim_start_matches('\u{feff}').trim().to_owned();
        }
        if self.headers.iter().all(String::is_empty) {
            return Err(file(path, Finding::FileEmpty));
        }
        let mut seen = std::collections::HashSet::new();
        for header in self.headers.iter().filter(|h| !h.is_empty()) {
            if !seen.insert(header.to_lowercase()) {
                return Err(file(path, Finding::ColumnTwice { column: header.clone() }));
            }
        }
        Ok(self)
    }
}

impl TableError {
    /// With the name of the file, where it does not say it yet.
    #[must_use]
    pub fn of(mut self, path: &Path) -> Self {
        if let Self::File(unfit) = &mut self
            && unfit.file.is_empty()
        {
            unfit.file = path.display().to_string();
        }
        self
    }
    /// Why, in this language, without the name of the file.
    pub fn words(&self, lang: kernel::Lang) -> String {
        match self {
            Self::File(unfit) => unfit.why.iter().map(|why| why.words(lang)).collect::<Vec<_>>().join("; "),
            Self::Row(problem) => problem.what.words(lang),
        }
    }
}

/// A spreadsheet or a CSV file, told apart by its first bytes, as CSV in UTF-8. Row numbers stay: an empty row is an empty line.
///
/// # Errors
/// When it is neither, or cannot be read.
pub fn as_csv(bytes: &[u8]) -> Result<String, TableError> {
    let name = match bytes {
        [b'P', b'K', ..] => "table.xlsx",
        [0x1f, 0x8b, ..] => "table.csv.gz",
        _ => "table.csv",
    };
    let unread = |_: std::io::Error| file(Path::new(name), Finding::FileKind);
    let folder = tempfile::tempdir().map_err(unread)?;
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).map_err(unread)?;
    let table = Table::open(&path)?;
    let mut out = csv::Writer::from_writer(Vec::new());
    let width = table.headers.len();
    let mut write = |cells: Vec<&str>| out.write_record(cells).map_err(|_| file(&path, Finding::FileKind));
    write(table.headers.iter().map(String::as_str).collect())?;
    let mut next = 2;
    for record in table {
        let record = record?;
        while next < record.row {
            write(vec![""; width])?;
            next += 1;
        }
        write((0..width).map(|column| record.cell(column)).collect())?;
        next += 1;
    }
    let text = out.into_inner().map_err(|_| file(&path, Finding::FileKind))?;
    String::from_utf8(text).map_err(|_| file(&path, Finding::FileKind))
}

impl Iterator for Table {
    type Item = Result<Record, TableError>;

    /// The next row that is not empty.
    fn next(&mut self) -> Option<Self::Item> {
        let width = self.headers.len();
        loop {
            let record = match &mut self.rows {
                Rows::Csv { reader, encoding, inner_lines } => next_csv(reader, encoding, inner_lines, width)?,
                Rows::Sheet { rows, next } => {
                    let row = *next;
                    *next += 1;
                    let cells = rows.next()?;
                    self.progress.read.fetch_add(1, Ordering::Relaxed);
                    sheet_record(row, cells)
                }
            };
            match record {
                Ok(record) if record.cells.iter().all(|c| c.trim().is_empty()) => {}
                other => return Some(other),
            }
        }
    }
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Makes every line end in one `\n`, the last one too: then the count of lines is the count of rows.
struct Lines<R> {
    inner: R,
    after_return: bool,
    ended: bool,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let n = self.inner.read(buf)?;
            if n == 0 {
                let first = buf.first_mut().filter(|_| !self.ended);
                self.ended = true;
                return Ok(first.map_or(0, |b| {
                    *b = b'\n';
                    1
                }));
            }
            let mut kept = 0;
            for i in 0..n {
                let byte = buf.get(i).copied().unwrap_or_default();
                let second_of_pair = byte == b'\n' && self.after_return;
                self.after_return = byte == b'\r';
                if !second_of_pair && let Some(slot) = buf.get_mut(kept) {
                    *slot = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

fn cannot(path: &Path) -> impl Fn(std::io::Error) -> TableError + '_ {
    |e| file(path, Finding::Unreadable { why: e.to_string() })
}

fn open_csv(path: &Path) -> Result<Table, TableError> {
    let encoding = detect(unpacked(path, &Arc::default())?).map_err(cannot(path))?;
    let progress = Progress { read: Arc::default(), total: std::fs::metadata(path).map_err(cannot(path))?.len() };
    let mut source = unpacked(path, &progress.read)?;
    let mut encoding = encoding;
    if encoding == UTF_16LE || encoding == UTF_16BE {
        // The separators of UTF-16 are two bytes wide: decoded as a whole, which spreadsheets make only for small files.
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(cannot(path))?;
        let (text, _, _) = encoding.decode(&bytes);
        source = Box::new(std::io::Cursor::new(text.into_owned().into_bytes()));
        encoding = UTF_8;
    }
    let mut source = BufReader::with_capacity(1 << 16, source);
    let delimiter = delimiter(std::io::BufRead::fill_buf(&mut source).map_err(cannot(path))?);
    let source: Box<dyn Read + Send> = Box::new(Lines { inner: source, after_return: false, ended: false });
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(source);
    let mut inner_lines = 0;
    let header = next_csv(&mut reader, encoding, &mut inner_lines, usize::MAX)
        .ok_or_else(|| file(path, Finding::FileEmpty))??;
    let rows = Rows::Csv { reader: Box::new(reader), encoding, inner_lines };
    Table { headers: header.cells, rows, progress }.check_header(path)
}

fn unpacked(path: &Path, read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, TableError> {
    let file = Counted { inner: File::open(path).map_err(cannot(path))?, read: Arc::clone(read) };
    let packed = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    Ok(if packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) })
}

/// By byte-order mark; else UTF-8 if the whole file is; else GB18030.
fn detect(source: impl Read) -> std::io::Result<&'static Encoding> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut chunk = vec![0_u8; 1 << 16];
    let mut scratch = String::with_capacity(3 << 16);
    let mut first = true;
    loop {
        let n = source.read(&mut chunk)?;
        let bytes = chunk.get(..n).unwrap_or_default();
        if first && let Some((encoding, _)) = Encoding::for_bom(bytes) {
            return Ok(encoding);
        }
        first = false;
        scratch.clear();
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut scratch, n == 0);
        if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
            return Ok(GB18030);
        }
        if n == 0 {
            return Ok(UTF_8);
        }
    }
}

/// Comma, semicolon or tab: whichever stands most often in the first line.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |d: u8| line.iter().filter(|b| **b == d).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|d| (count(*d), *d == b',')).unwrap_or(b',')
}

fn next_csv(
    reader: &mut csv::Reader<Box<dyn Read + Send>>,
    encoding: &'static Encoding,
    inner_lines: &mut usize,
    width: usize,
) -> Option<Result<Record, TableError>> {
    let mut raw = csv::ByteRecord::new();
    let began = reader.position().line();
    let before = *inner_lines;
    let read = reader.read_byte_record(&mut raw);
    let inner = raw.as_slice().iter().filter(|b| **b == b'\n').count();
    *inner_lines += inner;
    // The reader stands on the line after this row.
    let row = (reader.position().line() as usize).saturating_sub(1 + *inner_lines);
    match read {
        Ok(true) => {}
        Ok(false) => return None,
        Err(e) => return Some(Err(Unfit::from(Finding::Unreadable { why: e.to_string() }).into())),
    }
    // Every line ends: a row without an end of its own has swallowed all that followed.
    if inner > 0 && reader.position().line() - began == inner as u64 {
        return Some(Err(self::row((began as usize).saturating_sub(before), Finding::OpenQuote)));
    }
    if raw.len() > width && raw.iter().skip(width).any(|c| !c.is_empty()) {
        return Some(Err(self::row(row, Finding::TooManyCells { n: raw.len(), width })));
    }
    // Separators and quotes never occur inside a character of GB18030, so cells may be decoded one by one.
    let cells = raw.iter().map(|c| encoding.decode_without_bom_handling(c).0.into_owned()).collect();
    Some(Ok(Record { row, cells }))
}

fn open_sheet(path: &Path) -> Result<Table, TableError> {
    let wrong = |e: &dyn std::fmt::Display| file(path, Finding::Unreadable { why: e.to_string() });
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).map_err(|e: calamine::XlsxError| wrong(&e))?;
    let sheet = book.worksheet_range_at(0).ok_or_else(|| file(path, Finding::FileEmpty))?.map_err(|e| wrong(&e))?;
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    let mut rows: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
    drop(sheet);
    if rows.is_empty() {
        return Err(file(path, Finding::FileEmpty));
    }
    let header = sheet_record(first + 1, rows.remove(0))?;
    let progress = Progress { read: Arc::default(), total: rows.len() as u64 };
    let rows = Rows::Sheet { rows: rows.into_iter(), next: first + 2 };
    Table { headers: header.cells, rows, progress }.check_header(path)
}

/// A list of flat objects, as interfaces of hotlines give it; the names of the fields are the columns.
fn open_json(path: &Path) -> Result<Table, TableError> {
    let bytes = std::fs::read(path).map_err(|e| file(path, Finding::Unreadable { why: e.to_string() }))?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let list: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(bytes).map_err(|e| file(path, Finding::NotAList { why: e.to_string() }))?;
    let mut headers: Vec<String> = Vec::new();
    for name in list.iter().flat_map(|object| object.keys()) {
        if !headers.contains(name) {
            headers.push(name.clone());
        }
    }
    let cell = |value: Option<&serde_json::Value>| match value {
        None | Some(serde_json::Value::Null) => Data::Empty,
        Some(serde_json::Value::String(text)) => Data::String(text.clone()),
        Some(other) => Data::String(other.to_string()),
    };
    let rows: Vec<Vec<Data>> =
        list.iter().map(|object| headers.iter().map(|name| cell(object.get(name))).collect()).collect();
    let progress = Progress { read: Arc::default(), total: rows.len() as u64 };
    Table { headers, rows: Rows::Sheet { rows: rows.into_iter(), next: 2 }, progress }.check_header(path)
}

fn sheet_record(row: usize, cells: Vec<Data>) -> Result<Record, TableError> {
    let cells = cells.into_iter().map(sheet_cell).collect::<Result<_, _>>();
    cells.map(|cells| Record { row, cells }).map_err(|what| self::row(row, what))
}

fn sheet_cell(cell: Data) -> Result<String, Finding> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => s,
        Data::Bool(b) => b.to_string(),
        Data::Int(i) => i.to_string(),
        // A spreadsheet keeps 15 digits; a longer identifier has already lost its end.
        Data::Float(f) if f.abs() >= 1e15 => return Err(Finding::TooManyDigits),
        Data::Float(f) => f.to_string(),
        Data::DateTime(d) => sheet_time(d),
        Data::Error(e) => return Err(Finding::CellError { text: e.to_string() }),
    })
}

/// A spreadsheet counts days as a fraction, so a whole second may come out as x.999.
fn sheet_time(cell: calamine::ExcelDateTime) -> String {
    if !cell.is_datetime() {
        return cell.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = cell.to_ymd_hms_milli();
    let exact = i16::try_from(year).ok().and_then(|year| {
        let [month, day, hour, minute, second] =
            [month, day, hour, minute, second].map(|n| i8::try_from(n).unwrap_or(0));
        jiff::civil::DateTime::new(year, month, day, hour, minute, second, i32::from(milli) * 1_000_000).ok()
    });
    exact.and_then(|t| t.round(jiff::Unit::Second).ok()).map_or_else(|| cell.as_f64().to_string(), |t| t.to_string())
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;

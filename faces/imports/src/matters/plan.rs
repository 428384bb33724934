//! From a row of another system's export to a matter of ours, by the map file.

use crate::dates::Dates;
use crate::map::MapFile;
use crate::problems::Problems;
use crate::table::{Record, Table};
use ::matters::app::ForeignMatter;
use ::matters::model::Origin;
use kernel::geo::Point;
use kernel::{Datum, Moment};
use places::Snapshot;
use std::collections::HashMap;
use std::sync::Arc;

/// Fields a map file may give a column to.
const FIELDS: &[&str] = &[
    "opened",
    "target",
    "closed",
    "on_time",
    "state",
    "class",
    "channel",
    "duplicate",
    "lat",
    "lon",
    "datum",
    "text",
    "address",
];
/// Longest text of a matter, in characters.
const TEXT_CHARS: usize = 5_000;
const LINE_CHARS: usize = 300;
const KEY_CHARS: usize = 60;

/// Column numbers, words and clocks of one file.
pub(super) struct Plan {
    map: MapFile,
    datum: Option<Datum>,
    dates: Dates,
    key: Vec<usize>,
    columns: HashMap<&'static str, Vec<usize>>,
    headers: Vec<String>,
    now: Moment,
    /// Areas of the district; a point outside of it is wrong.
    ground: Arc<Snapshot>,
    /// Keys met so far with their rows.
    seen: HashMap<String, usize>,
}

/// Collects what is wrong with one row.
struct Findings<'a> {
    row: usize,
    problems: &'a mut Problems,
    wrong: bool,
}

impl Findings<'_> {
    fn wrong(&mut self, column: &str, what: impl std::fmt::Display) {
        self.problems.wrong(self.row, column, what);
        self.wrong = true;
    }
    fn keep<T>(&mut self, column: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|what| self.wrong(column, what)).ok()
    }
}

impl Plan {
    pub(super) fn new(
        map: MapFile,
        table: &Table,
        datum: Option<Datum>,
        now: Moment,
        ground: Arc<Snapshot>,
    ) -> anyhow::Result<Self> {
        map.check_fields(FIELDS)?;
        let key = map.key.as_deref().ok_or_else(|| {
            anyhow::anyhow!("the map file must name the column that identifies a matter: key = \"id\"")
        })?;
        let mut columns = HashMap::new();
        for field in FIELDS {
            if let Some(named) = map.columns.get(*field) {
                let places = named.names().iter().map(|n| table.need(n)).collect::<Result<Vec<_>, _>>()?;
                columns.insert(*field, places);
            }
        }
        for needed in ["opened", "class", "text"] {
            anyhow::ensure!(columns.contains_key(needed), "the map file must give “{needed}” a column under [columns]");
        }
        anyhow::ensure!(
            columns.contains_key("lat") == columns.contains_key("lon"),
            "the map file names only one of lat and lon"
        );
        let located = columns.contains_key("lat");
        let by_row = columns.contains_key("datum");
        let datum = if located && !by_row { Some(map.datum(datum)?) } else { None };
        let dates = Dates { zone: map.timezone()?, formats: map.dates.clone() };
        let key = vec![table.need(key)?];
        Ok(Self { datum, dates, key, columns, headers: table.headers.clone(), now, ground, seen: HashMap::new(), map })
    }

    /// Forgets the keys met, for a second reading of the same file.
    pub(super) fn rewind(&mut self) {
        self.seen = HashMap::new();
    }

    /// The kind of thing in a row, as the file calls it.
    pub(super) fn kind<'r>(&self, record: &'r Record) -> &'r str {
        self.first("class").map_or("", |c| record.cell(c))
    }

    fn first(&self, field: &str) -> Option<usize> {
        self.columns.get(field).and_then(|c| c.first()).copied()
    }
    fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.first(field).and_then(|c| record.filled(c))
    }
    fn joined(&self, record: &Record, field: &str) -> String {
        let cells = self.columns.get(field).map(Vec::as_slice).unwrap_or_default();
        let mut parts: Vec<&str> = Vec::new();
        for part in cells.iter().filter_map(|c| record.filled(*c)) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts.join(" · ")
    }
    /// What the file calls the column of a field.
    fn column(&self, field: &str) -> &str {
        self.first(field).and_then(|c| self.headers.get(c)).map_or("", String::as_str)
    }

    /// The matter of a row; `None` when something is wrong with it. The class is left to the caller.
    pub(super) fn read(&mut self, record: &Record, problems: &mut Problems) -> Option<ForeignMatter> {
        let mut found = Findings { row: record.row, problems, wrong: false };
        let key = self.key(record, &mut found);
        let opened_at = self.opened(record, &mut found);
        let target_at = self.date(record, "target", &mut found);
        let closed = self.date(record, "closed", &mut found);
        let open = self.state(record, closed, &mut found);
        let stated_on_time = self.yes_or_no(record, "on_time", &mut found);
        let duplicate = self.yes_or_no(record, "duplicate", &mut found).unwrap_or(false);
        let channel = self.channel(record, &mut found);
        let point = self.point(record, &mut found);
        let text = self.text(record, "text", TEXT_CHARS, &mut found);
        let address = self.text(record, "address", LINE_CHARS, &mut found);
        if self.kind(record).is_empty() {
            found.wrong(self.column("class"), "is empty; every matter needs a kind");
        }
        if text.is_empty() {
            found.wrong(self.column("text"), "is empty; every matter needs some words");
        }
        if found.wrong {
            return None;
        }
        let mut matter = ForeignMatter {
            key,
            class: String::new(),
            text,
            address: Some(address).filter(|a| !a.is_empty()),
            point,
            opened_at: opened_at?,
            target_at,
            closed_at: closed.filter(|_| !open),
            stated_on_time,
            channel,
            duplicate,
            doubts: Vec::new(),
        };
        self.doubt(&mut matter, record, closed, open, &mut found);
        Some(matter)
    }

    fn key(&mut self, record: &Record, found: &mut Findings<'_>) -> String {
        let place = self.key.first().copied().unwrap_or_default();
        let column = self.headers.get(place).map_or("", String::as_str);
        let key = record.cell(place);
        if key.is_empty() {
            found.wrong(column, "is empty; it must identify the matter");
        } else if key.chars().count() > KEY_CHARS {
            found.wrong(column, format!("is longer than {KEY_CHARS} characters"));
        } else if let Some(before) = self.seen.insert(key.to_owned(), record.row) {
            found.wrong(column, format!("“{key}” stands in row {before} already; it must identify one matter"));
        }
        key.to_owned()
    }

    fn opened(&self, record: &Record, found: &mut Findings<'_>) -> Option<Moment> {
        if self.cell(record, "opened").is_none() {
            found.wrong(self.column("opened"), "is empty; every matter needs the date it came in");
        }
        self.date(record, "opened", found)
    }

    fn date(&self, record: &Record, field: &str, found: &mut Findings<'_>) -> Option<Moment> {
        let text = self.cell(record, field)?;
        found.keep(self.column(field), self.dates.read(text))
    }

    /// Whether it is still open there. Without a state column the closing date decides.
    fn state(&self, record: &Record, closed: Option<Moment>, found: &mut Findings<'_>) -> bool {
        let Some(word) = self.cell(record, "state") else { return closed.is_none() };
        match found.keep(self.column("state"), self.map.word("state", word).map(str::to_owned)).as_deref() {
            Some("open") => true,
            Some("closed") if closed.is_none() && !found.wrong => {
                found.wrong(self.column("closed"), "is empty, but the state says closed: fill in the date");
                false
            }
            Some("closed") | None => false,
            Some(other) => {
                found.wrong(self.column("state"), format!("“{other}” must be open or closed; use [values.state]"));
                false
            }
        }
    }

    fn yes_or_no(&self, record: &Record, field: &str, found: &mut Findings<'_>) -> Option<bool> {
        let there = self.cell(record, field)?;
        let word = found.keep(self.column(field), self.map.word(field, there).map(str::to_lowercase))?;
        match word.as_str() {
            "yes" | "true" | "1" | "是" | "y" => Some(true),
            "no" | "false" | "0" | "否" | "n" => Some(false),
            _ => {
                found.wrong(self.column(field), format!("“{there}” is neither yes nor no; use [values.{field}]"));
                None
            }
        }
    }

    fn channel(&self, record: &Record, found: &mut Findings<'_>) -> Option<Origin> {
        let there = self.cell(record, "channel")?;
        let word = found.keep(self.column("channel"), self.map.word("channel", there).map(str::to_owned))?;
        let origin = Origin::from_code(&word).ok_or_else(|| {
            let known: Vec<&str> = Origin::ALL.iter().map(|o| o.code()).collect();
            format!("“{word}” is not one of {}; use [values.channel]", known.join(", "))
        });
        found.keep(self.column("channel"), origin)
    }

    fn point(&self, record: &Record, found: &mut Findings<'_>) -> Option<Point> {
        let (lat, lon) = match (self.cell(record, "lat"), self.cell(record, "lon")) {
            (None, None) => return None,
            (Some(lat), Some(lon)) => (lat, lon),
            (None, Some(_)) => {
                found.wrong(self.column("lat"), "is empty, but the longitude is not");
                return None;
            }
            (Some(_), None) => {
                found.wrong(self.column("lon"), "is empty, but the latitude is not");
                return None;
            }
        };
        let degrees = |text: &str| {
            kernel::text::narrow(text).parse::<f64>().map_err(|_| format!("“{text}” is not a number of degrees"))
        };
        let lat = found.keep(self.column("lat"), degrees(lat));
        let lon = found.keep(self.column("lon"), degrees(lon));
        let datum = match (self.datum, self.cell(record, "datum")) {
            (_, Some(text)) => {
                found.keep(self.column("datum"), text.parse().map_err(|e: kernel::GeoError| e.to_string()))?
            }
            (Some(datum), None) => datum,
            (None, None) => {
                found.wrong(
                    self.column("datum"),
                    "is empty; coordinates without a datum are refused: write wgs84, gcj02, bd09 or cgcs2000",
                );
                return None;
            }
        };
        let point = found.keep(self.column("lat"), datum.to_wgs84(lon?, lat?).map_err(|e| e.to_string()))?;
        if let Err(places::Error::OutsideDistrict(_)) = self.ground.locate(point) {
            found.wrong(
                self.column("lat"),
                format!("{point} lies outside the district (datum {datum}): is that right?"),
            );
        }
        Some(point)
    }

    fn text(&self, record: &Record, field: &str, max: usize, found: &mut Findings<'_>) -> String {
        let joined = self.joined(record, field);
        // Counted before it is tidied: a cell of 20 MB is not walked through twice.
        if joined.len() > max * 4 || joined.chars().count() > max {
            found.wrong(self.column(field), format!("is longer than {max} characters: shorten it"));
            return "…".to_owned();
        }
        kernel::text::tidy(&joined)
    }

    fn doubt(
        &self,
        m: &mut ForeignMatter,
        record: &Record,
        closed: Option<Moment>,
        open: bool,
        found: &mut Findings<'_>,
    ) {
        let said = |field: &str| self.cell(record, field).unwrap_or_default();
        let opened = said("opened");
        let mut add = |code: &'static str, field: &str, what: &str| {
            m.doubts.push(code);
            let beside = if field == "opened" { String::new() } else { format!(" (opened “{opened}”)") };
            found.problems.doubtful(found.row, self.column(field), format!("“{}”: {what}{beside}", said(field)));
        };
        if closed.is_some_and(|c| c < m.opened_at) {
            add("closed-before-opened", "closed", "it was closed before it was opened");
        }
        if m.target_at.is_some_and(|t| t < m.opened_at) {
            add("target-before-opened", "target", "its target lies before the day it was opened");
        }
        if open && closed.is_some() {
            add("open-with-closing-date", "closed", "it has a closing date, but the state says open");
        }
        if m.opened_at > self.now {
            add("opened-in-future", "opened", "it was opened in the future: is the time zone right?");
        }
        if closed.is_some_and(|c| c > self.now) {
            add("closed-in-future", "closed", "it was closed in the future: is the time zone right?");
        }
    }
}

//! From a row of another system's export to a matter of ours, by the map file.

use crate::dates::Dates;
use crate::findings::Finding;
use crate::map::MapFile;
use crate::problems::{Problems, Unfit};
use crate::table::{Record, Table, TableError};
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
    fn wrong(&mut self, column: &str, what: Finding) {
        self.problems.wrong(self.row, column, what);
        self.wrong = true;
    }
    fn keep<T>(&mut self, column: &str, read: Result<T, Finding>) -> Option<T> {
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
    ) -> Result<Self, TableError> {
        map.check_fields(FIELDS)?;
        let key = map.key.as_deref().ok_or(Unfit::from(Finding::MapNoKey))?;
        let mut columns = HashMap::new();
        for field in FIELDS {
            if let Some(named) = map.columns.get(*field) {
                let places = named.names().iter().map(|n| table.need(n)).collect::<Result<Vec<_>, _>>()?;
                columns.insert(*field, places);
            }
        }
        for needed in ["opened", "class", "text"] {
            if !columns.contains_key(needed) {
                return Err(Unfit::from(Finding::MapNeedsColumn { field: needed.to_owned() }).into());
            }
        }
        if columns.contains_key("lat") != columns.contains_key("lon") {
            return Err(Unfit::from(Finding::MapHalfAPlace).into());
        }
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
            found.wrong(self.column("class"), Finding::KindEmpty);
        }
        if text.is_empty() {
            found.wrong(self.column("text"), Finding::TextEmpty);
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
            found.wrong(column, Finding::KeyEmpty);
        } else if key.chars().count() > KEY_CHARS {
            found.wrong(column, Finding::LongerThan { n: KEY_CHARS });
        } else if let Some(row) = self.seen.insert(key.to_owned(), record.row) {
            found.wrong(column, Finding::KeyTwice { key: key.to_owned(), row });
        }
        key.to_owned()
    }

    fn opened(&self, record: &Record, found: &mut Findings<'_>) -> Option<Moment> {
        if self.cell(record, "opened").is_none() {
            found.wrong(self.column("opened"), Finding::OpenedEmpty);
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
                found.wrong(self.column("closed"), Finding::ClosedEmpty);
                false
            }
            Some("closed") | None => false,
            Some(other) => {
                found.wrong(self.column("state"), Finding::NotOpenOrClosed { text: other.to_owned() });
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
                let (text, field_) = (there.to_owned(), field.to_owned());
                found.wrong(self.column(field), Finding::NotYesOrNo { text, field: field_ });
                None
            }
        }
    }

    fn channel(&self, record: &Record, found: &mut Findings<'_>) -> Option<Origin> {
        let there = self.cell(record, "channel")?;
        let word = found.keep(self.column("channel"), self.map.word("channel", there).map(str::to_owned))?;
        let origin = Origin::from_code(&word).ok_or_else(|| Finding::NotOneOf {
            text: word.clone(),
            allowed: Origin::ALL.iter().map(|o| o.code().to_owned()).collect(),
        });
        found.keep(self.column("channel"), origin)
    }

    fn point(&self, record: &Record, found: &mut Findings<'_>) -> Option<Point> {
        let (lat, lon) = match (self.cell(record, "lat"), self.cell(record, "lon")) {
            (None, None) => return None,
            (Some(lat), Some(lon)) => (lat, lon),
            (None, Some(_)) => {
                found.wrong(self.column("lat"), Finding::LatitudeEmpty);
                return None;
            }
            (Some(_), None) => {
                found.wrong(self.column("lon"), Finding::LongitudeEmpty);
                return None;
            }
        };
        let degrees = |text: &str| {
            kernel::text::narrow(text).parse::<f64>().map_err(|_| Finding::NotDegrees { text: text.to_owned() })
        };
        let lat = found.keep(self.column("lat"), degrees(lat));
        let lon = found.keep(self.column("lon"), degrees(lon));
        let datum = match (self.datum, self.cell(record, "datum")) {
            (_, Some(text)) => {
                found.keep(self.column("datum"), text.parse().map_err(|e: kernel::GeoError| e.into()))?
            }
            (Some(datum), None) => datum,
            (None, None) => {
                found.wrong(self.column("datum"), Finding::NoDatum);
                return None;
            }
        };
        let point = found.keep(self.column("lat"), datum.to_wgs84(lon?, lat?).map_err(Finding::from))?;
        if let Err(places::Error::OutsideDistrict(_)) = self.ground.locate(point) {
            let (at, datum) = (point.to_string(), datum.to_string());
            found.wrong(self.column("lat"), Finding::OutsideByDatum { at, datum });
        }
        Some(point)
    }

    fn text(&self, record: &Record, field: &str, max: usize, found: &mut Findings<'_>) -> String {
        let joined = self.joined(record, field);
        // Counted before it is tidied: a cell of 20 MB is not walked through twice.
        if joined.len() > max * 4 || joined.chars().count() > max {
            found.wrong(self.column(field), Finding::LongerThan { n: max });
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
        let said = |field: &str| self.cell(record, field).unwrap_or_default().to_owned();
        let mut add = |code: &'static str, field: &str, what: Finding| {
            m.doubts.push(code);
            found.problems.doubtful(found.row, self.column(field), what);
        };
        if closed.is_some_and(|c| c < m.opened_at) {
            let what = Finding::ClosedBeforeOpened { text: said("closed"), opened: said("opened") };
            add("closed-before-opened", "closed", what);
        }
        if m.target_at.is_some_and(|t| t < m.opened_at) {
            let what = Finding::TargetBeforeOpened { text: said("target"), opened: said("opened") };
            add("target-before-opened", "target", what);
        }
        if open && closed.is_some() {
            add("open-with-closing-date", "closed", Finding::OpenWithClosingDate { text: said("closed") });
        }
        if m.opened_at > self.now {
            add("opened-in-future", "opened", Finding::OpenedInFuture { text: said("opened") });
        }
        if closed.is_some_and(|c| c > self.now) {
            add("closed-in-future", "closed", Finding::ClosedInFuture { text: said("closed") });
        }
    }
}

//! The registry: a table of people.

use super::query::{build, sex};
use identify::Registered;
use imports::Finding;
use imports::problems::Problems;
use imports::table::{Record, Table};
use imports::words::spoken;
use kernel::Point;
use std::collections::HashMap;
use std::path::Path;

/// Where the known columns stand; all but `id` may be missing.
struct Columns {
    id: usize,
    sex: Option<usize>,
    birth_year: Option<usize>,
    height_cm: Option<usize>,
    build: Option<usize>,
    dialect: Option<usize>,
    surname: Option<usize>,
    marks: Option<usize>,
    home_lat: Option<usize>,
    home_lon: Option<usize>,
    places: Option<usize>,
    times_lost: Option<usize>,
}

/// Reads everybody, or says what is wrong in which rows.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Registered>> {
    let table = Table::open(path)?;
    let columns = Columns {
        id: table.need("id")?,
        sex: table.column("sex"),
        birth_year: table.column("birth_year"),
        height_cm: table.column("height_cm"),
        build: table.column("build"),
        dialect: table.column("dialect"),
        surname: table.column("surname"),
        marks: table.column("marks"),
        home_lat: table.column("home_lat"),
        home_lon: table.column("home_lon"),
        places: table.column("places"),
        times_lost: table.column("times_lost"),
    };
    let (mut people, mut problems) = (Vec::new(), Problems::default());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for record in table {
        let Some(record) = problems.take(record)? else { continue };
        let person = columns.person(&record, &mut problems);
        if person.id.is_empty() {
            problems.wrong(record.row, "id", Finding::KeyEmpty);
        } else if let Some(row) = seen.insert(person.id.clone(), record.row) {
            problems.wrong(record.row, "id", Finding::KeyTwice { key: person.id.clone(), row });
        }
        people.push(person);
    }
    anyhow::ensure!(problems.wrong.is_empty(), {
        let listed = problems.words(spoken());
        format!("{}\n{listed}mend the file and run the same command again", path.display())
    });
    Ok(people)
}

impl Columns {
    fn person(&self, record: &Record, problems: &mut Problems) -> Registered {
        let mut cells = Cells { record, problems };
        let (lat, lon) = (
            cells.number(self.home_lat, "home_lat", -90.0, 90.0),
            cells.number(self.home_lon, "home_lon", -180.0, 180.0),
        );
        let home = match (lat, lon) {
            (Some(lat), Some(lon)) => Point::new(lon, lat).map(Some).map_err(Finding::from),
            (None, None) => Ok(None),
            _ => Err(Finding::HalfAPlace),
        };
        let home = home.unwrap_or_else(|why| {
            cells.problems.wrong(record.row, "home_lat, home_lon", why);
            None
        });
        Registered {
            id: record.cell(self.id).to_owned(),
            sex: cells.word(self.sex, "sex", &["f", "m"], sex),
            birth_year: cells.number(self.birth_year, "birth_year", 1850.0, 2200.0).map(|y| y as i32),
            height_cm: cells.number(self.height_cm, "height_cm", 40.0, 260.0),
            build: cells.word(self.build, "build", &["thin", "middle", "stout"], build),
            dialect: cells.text(self.dialect).map(str::to_owned),
            surname: cells.text(self.surname).map(str::to_owned),
            marks: cells.text(self.marks).map(split),
            home,
            named: cells.places(self.places),
            times_lost: cells.number(self.times_lost, "times_lost", 0.0, 100_000.0).map(|n| n as u32),
        }
    }
}

/// `a;b`, also with the full-width sign.
fn split(cell: &str) -> Vec<String> {
    cell.split([';', '；']).map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect()
}

struct Cells<'a, 'b> {
    record: &'a Record,
    problems: &'b mut Problems,
}

impl<'a> Cells<'a, '_> {
    fn text(&self, column: Option<usize>) -> Option<&'a str> {
        self.record.filled(column?)
    }

    fn number(&mut self, column: Option<usize>, name: &str, least: f64, most: f64) -> Option<f64> {
        let text = self.text(column)?;
        let found = text.parse::<f64>().ok().filter(|v| (least..=most).contains(v));
        if found.is_none() {
            let (least, most) = (least.to_string(), most.to_string());
            let why = Finding::NotInRange { text: text.to_owned(), least, most };
            self.problems.wrong(self.record.row, name, why);
        }
        found
    }

    /// `lat lon;lat lon`, where the family says that somebody goes: WGS-84. A comma between the two numbers is read, too.
    fn places(&mut self, column: Option<usize>) -> Vec<Point> {
        let mut found = Vec::new();
        for pair in self.text(column).map(split).unwrap_or_default() {
            let numbers: Vec<&str> = pair.split([' ', ',', '，']).filter(|n| !n.is_empty()).collect();
            let read = match numbers.as_slice() {
                [lat, lon] => lat.parse::<f64>().ok().zip(lon.parse::<f64>().ok()),
                _ => None,
            };
            let point = read.ok_or_else(|| Finding::NotDegrees { text: pair.clone() });
            match point.and_then(|(lat, lon)| Point::new(lon, lat).map_err(Finding::from)) {
                Ok(point) => found.push(point),
                Err(why) => self.problems.wrong(self.record.row, "places", why),
            }
        }
        found
    }

    fn word<T>(
        &mut self,
        column: Option<usize>,
        name: &str,
        allowed: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column)?;
        let found = read(text);
        if found.is_none() {
            let allowed = allowed.iter().map(|word| (*word).to_owned()).collect();
            let why = Finding::NotKnown { text: text.to_owned(), allowed };
            self.problems.wrong(self.record.row, name, why);
        }
        found
    }
}

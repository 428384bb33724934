//! The registry: a table of people.

use super::query::{build, place, sex};
use identify::Registered;
use imports::problems::Problems;
use imports::table::{Record, Table};
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
        times_lost: table.column("times_lost"),
    };
    let (mut people, mut problems) = (Vec::new(), Problems::default());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for record in table {
        let record = record?;
        let person = columns.person(&record, &mut problems);
        if person.id.is_empty() {
            problems.wrong(record.row, "id", "is empty; every person needs one");
        } else if let Some(before) = seen.insert(person.id.clone(), record.row) {
            problems.wrong(record.row, "id", format!("“{}” stands in row {before} too", person.id));
        }
        people.push(person);
    }
    anyhow::ensure!(problems.wrong.is_empty(), {
        let mut listed = Vec::new();
        problems.write(&mut listed)?;
        format!("{}\n{}mend the file and run the same command again", path.display(), String::from_utf8_lossy(&listed))
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
        let home = place(lat, lon).unwrap_or_else(|why| {
            cells.problems.wrong(record.row, "home_lat, home_lon", why);
            None
        });
        Registered {
            id: record.cell(self.id).to_owned(),
            sex: cells.word(self.sex, "sex", "f or m", sex),
            birth_year: cells.number(self.birth_year, "birth_year", 1850.0, 2200.0).map(|y| y as i32),
            height_cm: cells.number(self.height_cm, "height_cm", 40.0, 260.0),
            build: cells.word(self.build, "build", "thin, middle or stout", build),
            dialect: cells.text(self.dialect).map(str::to_owned),
            surname: cells.text(self.surname).map(str::to_owned),
            marks: cells.text(self.marks).map(split),
            home,
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
            let want = format!("“{text}” is no number from {least} to {most}; leave it empty when it is not known");
            self.problems.wrong(self.record.row, name, want);
        }
        found
    }

    fn word<T>(
        &mut self,
        column: Option<usize>,
        name: &str,
        want: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column)?;
        let found = read(text);
        if found.is_none() {
            let why = format!("“{text}” is not {want}; leave it empty when it is not known");
            self.problems.wrong(self.record.row, name, why);
        }
        found
    }
}

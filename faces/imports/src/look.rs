//! What an import does or would do, row by row and place by place.

use crate::findings::Finding;
use crate::problems::{Problems, SHOWN, thousands};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Did {
    Added,
    Changed,
    Nothing,
    /// It is here already and says something else: it is left as it is.
    Differs,
}

impl Did {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "new",
            Self::Changed => "changed",
            Self::Nothing => "unchanged",
            Self::Differs => "differs",
        }
    }
}

impl From<places::app::Did> for Did {
    fn from(did: places::app::Did) -> Self {
        match did {
            places::app::Did::Added => Self::Added,
            places::app::Did::Changed => Self::Changed,
            places::app::Did::Nothing => Self::Nothing,
        }
    }
}

impl From<people::app::Did> for Did {
    fn from(did: people::app::Did) -> Self {
        match did {
            people::app::Did::Added => Self::Added,
            people::app::Did::Changed => Self::Changed,
            people::app::Did::Nothing => Self::Nothing,
        }
    }
}

/// A row of the file that does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As a spreadsheet shows it; of a file of outlines the number of the feature.
    pub row: usize,
    /// What it is called, when that is nobody's name.
    pub name: String,
    pub did: Did,
}

/// What would change in one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub added: usize,
    pub changed: usize,
}

/// The whole of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Look {
    pub rows: usize,
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub differs: usize,
    /// Areas that the file does not have and that end.
    pub retired: usize,
    /// Rows that do something; the first [`SHOWN`].
    pub lines: Vec<Line>,
    /// By the area it lies in; `""` for none.
    pub places: BTreeMap<String, Count>,
    /// Things to look at that refuse nothing.
    pub notes: Vec<Finding>,
    /// Doubtful rows that were accepted.
    pub problems: Problems,
    /// Number of the import, when it was written and changed something.
    pub import: Option<i64>,
}

impl Look {
    /// What is known of an import that was written.
    pub fn of(import: &store::imports::Import) -> Self {
        let count = |n: i64| usize::try_from(n).unwrap_or_default();
        let (rows, added, changed) = (count(import.rows), count(import.added), count(import.changed));
        let unchanged = rows.saturating_sub(added + changed);
        Self { rows, added, changed, unchanged, import: Some(import.n), ..Self::default() }
    }

    pub fn add(&mut self, row: usize, name: &str, did: Did, place: Option<&str>) {
        self.rows += 1;
        let count = match did {
            Did::Added => &mut self.added,
            Did::Changed => &mut self.changed,
            Did::Nothing => &mut self.unchanged,
            Did::Differs => &mut self.differs,
        };
        *count += 1;
        if matches!(did, Did::Added | Did::Changed) {
            let place = self.places.entry(place.unwrap_or_default().to_owned()).or_default();
            place.added += usize::from(did == Did::Added);
            place.changed += usize::from(did == Did::Changed);
        }
        if did != Did::Nothing && self.lines.len() < SHOWN {
            self.lines.push(Line { row, name: name.to_owned(), did });
        }
    }

    /// Whether there is anything to do.
    pub const fn changes_nothing(&self) -> bool {
        self.added + self.changed + self.retired == 0
    }

    /// In words, for a dry run.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let n = thousands;
        write!(out, "would be: {} new, {} changed, {} unchanged", n(self.added), n(self.changed), n(self.unchanged))?;
        if self.differs > 0 {
            write!(out, ", {} different here and left as they are", n(self.differs))?;
        }
        if self.retired > 0 {
            write!(out, ", {} ended", n(self.retired))?;
        }
        let (doubtful, wrong) = (self.problems.doubtful.rows, self.problems.wrong.rows);
        writeln!(out, "; {} doubtful, {} wrong", n(doubtful), n(wrong))?;
        if !self.places.is_empty() {
            writeln!(out, "by area:")?;
        }
        for (place, count) in &self.places {
            let place = if place.is_empty() { "(in no area)" } else { place };
            writeln!(out, "  {place}: {} new, {} changed", n(count.added), n(count.changed))?;
        }
        if !self.lines.is_empty() {
            writeln!(out, "rows:")?;
        }
        for line in &self.lines {
            let name = if line.name.is_empty() { String::new() } else { format!(" “{}”", line.name) };
            writeln!(out, "  row {}: {}{name}", line.row, line.did.code())?;
        }
        let all = self.added + self.changed + self.differs;
        if all > self.lines.len() {
            writeln!(out, "  … and {} more", n(all - self.lines.len()))?;
        }
        Ok(())
    }
}

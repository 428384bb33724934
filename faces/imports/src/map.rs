//! The map file of an import: what the columns and words of another system mean here.

use super::table::Table;
use kernel::Datum;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A map file as written; `docs/examples/boston311.toml` explains every line.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct MapFile {
    pub datum: Option<String>,
    pub timezone: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Its name, when it has to be made.
    pub district_name: Option<String>,
    pub key: Option<String>,
    pub dates: Vec<String>,
    /// Our field → column or columns of the file.
    pub columns: BTreeMap<String, Columns>,
    /// Our field → (word in the file → our code).
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    pub classes: Classes,
}

/// One column, or several that are joined.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Columns {
    One(String),
    Several(Vec<String>),
}

impl Columns {
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// How kinds of the file become classes.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Classes {
    /// Make a class for every kind that is not listed in `same`.
    pub create: bool,
    pub new: NewClasses,
    /// Kind in the file → code of a class that is there.
    pub same: BTreeMap<String, String>,
}

/// Options of the classes that are made.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct NewClasses {
    pub family: Option<String>,
    pub sign: Option<String>,
    pub contact: Option<String>,
    pub handle: Option<String>,
    pub verify: Option<String>,
    pub time: Option<String>,
}

/// What is wrong with a map file.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("the map file {path} cannot be read: {problem}")]
    Read { path: String, problem: String },
    #[error("the map file must state {0}")]
    Missing(&'static str),
    #[error("the map file: {0}")]
    Wrong(String),
}

impl MapFile {
    /// Where the columns of the fields stand: as named in `[columns]`, else under the field's own name or one of its words.
    /// A file without a column that is needed is refused.
    pub fn columns_of<'a>(
        &self,
        table: &Table,
        fields: impl Iterator<Item = (&'a str, &'a [&'a str])>,
        needed: &[&str],
    ) -> anyhow::Result<HashMap<&'a str, usize>> {
        let mut columns = HashMap::new();
        for (field, words) in fields {
            let place = match self.columns.get(field).and_then(|c| c.names().first()) {
                Some(named) => Some(table.need(named)?),
                None => table.column(field).or_else(|| table.any(words)),
            };
            columns.extend(place.map(|place| (field, place)));
        }
        match needed.iter().find(|field| !columns.contains_key(**field)) {
            Some(missing) => anyhow::bail!(
                "the file has no column “{missing}”; it has: {}. A map file (--map) can name it under [columns]",
                table.headers.join(", ")
            ),
            None => Ok(columns),
        }
    }

    pub fn read(path: &Path) -> Result<Self, MapError> {
        let wrong = |problem: String| MapError::Read { path: path.display().to_string(), problem };
        let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
        Self::parse(&text).map_err(|e| wrong(e.to_string()))
    }

    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text.trim_start_matches('\u{feff}'))
    }

    /// The datum of the option, else of the file. One that contradicts the other is refused.
    pub fn datum(&self, option: Option<Datum>) -> Result<Datum, MapError> {
        let stated = self.datum.as_deref().map(str::parse::<Datum>).transpose();
        let stated = stated.map_err(|e| MapError::Wrong(e.to_string()))?;
        match (stated, option) {
            (Some(file), Some(option)) if file != option => {
                Err(MapError::Wrong(format!("it states the datum {file}, but --datum says {option}")))
            }
            (file, option) => option.or(file).ok_or(MapError::Missing(
                "the datum of the coordinates: datum = \"wgs84\", \"gcj02\", \"bd09\" or \"cgcs2000\" (or give --datum)",
            )),
        }
    }

    pub fn timezone(&self) -> Result<jiff::tz::TimeZone, MapError> {
        let name = self
            .timezone
            .as_deref()
            .ok_or(MapError::Missing("the time zone of the dates, for example timezone = \"Asia/Shanghai\""))?;
        jiff::tz::TimeZone::get(name).map_err(|_| MapError::Wrong(format!("“{name}” is not a time zone")))
    }

    /// Our word for the file's word; the word itself when no words are listed for this field.
    pub fn word<'a>(&'a self, field: &str, there: &'a str) -> Result<&'a str, String> {
        let Some(words) = self.values.get(field) else { return Ok(there) };
        words.get(there).map(String::as_str).ok_or_else(|| {
            let known: Vec<&str> = words.keys().map(String::as_str).take(12).collect();
            format!("“{there}” is not listed under [values.{field}] of the map file (listed: {})", known.join(", "))
        })
    }

    /// Fields of `[columns]` and `[values]` that this import does not know are spelling mistakes.
    pub fn check_fields(&self, known: &[&str]) -> Result<(), MapError> {
        let written = self.columns.keys().chain(self.values.keys());
        match written.into_iter().find(|f| !known.contains(&f.as_str())) {
            Some(field) => {
                Err(MapError::Wrong(format!("“{field}” is not a field of this import; it knows: {}", known.join(", "))))
            }
            None => Ok(()),
        }
    }
}

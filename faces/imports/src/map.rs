//! The map file of an import: what the columns and words of another system mean here.

use crate::findings::Finding;
use crate::problems::Unfit;
use crate::table::{Table, TableError};
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

impl MapFile {
    /// Where the columns of the fields stand: as named in `[columns]`, else under the field's own name or one of its words.
    /// A file without a column that is needed is refused.
    pub fn columns_of<'a>(
        &self,
        table: &Table,
        fields: impl Iterator<Item = (&'a str, &'a [&'a str])>,
        needed: &[&str],
    ) -> Result<HashMap<&'a str, usize>, TableError> {
        let mut columns = HashMap::new();
        for (field, words) in fields {
            let place = match self.columns.get(field).and_then(|c| c.names().first()) {
                Some(named) => Some(table.need(named)?),
                None => table.column(field).or_else(|| table.any(words)),
            };
            columns.extend(place.map(|place| (field, place)));
        }
        match needed.iter().find(|field| !columns.contains_key(**field)) {
            Some(missing) => {
                let why = Finding::NoColumnNamed { column: (*missing).to_owned(), there: table.headers.clone() };
                Err(Unfit::from(why).into())
            }
            None => Ok(columns),
        }
    }

    pub fn read(path: &Path) -> Result<Self, Unfit> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|e| Unfit::new(path, Finding::MapUnreadable { why: e.to_string() }))?;
        Self::parse(&text).map_err(|why| Unfit::new(path, why))
    }

    pub fn parse(text: &str) -> Result<Self, Finding> {
        let text = text.trim_start_matches('\u{feff}');
        toml::from_str(text).map_err(|e: toml::de::Error| {
            let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            Finding::MapSyntax { row: before.matches('\n').count() + 1, why: e.message().to_owned() }
        })
    }

    /// The datum of the option, else of the file. One that contradicts the other is refused.
    pub fn datum(&self, option: Option<Datum>) -> Result<Datum, Unfit> {
        let stated = self.datum.as_deref().map(str::parse::<Datum>).transpose();
        let wrong = |_| Finding::MapDatum { text: self.datum.clone().unwrap_or_default() };
        let stated = stated.map_err(wrong)?;
        match (stated, option) {
            (Some(file), Some(option)) if file != option => {
                Err(Finding::MapTwoDatums { map: file.to_string(), chosen: option.to_string() }.into())
            }
            (file, option) => option.or(file).ok_or_else(|| Finding::MapNoDatum.into()),
        }
    }

    pub fn timezone(&self) -> Result<jiff::tz::TimeZone, Unfit> {
        let name = self.timezone.as_deref().ok_or(Finding::MapNoZone)?;
        jiff::tz::TimeZone::get(name).map_err(|_| Finding::MapZone { text: name.to_owned() }.into())
    }

    /// Our word for the file's word; the word itself when no words are listed for this field.
    pub fn word<'a>(&'a self, field: &str, there: &'a str) -> Result<&'a str, Finding> {
        let Some(words) = self.values.get(field) else { return Ok(there) };
        words.get(there).map(String::as_str).ok_or_else(|| Finding::NotListed {
            text: there.to_owned(),
            field: field.to_owned(),
            listed: words.keys().cloned().collect(),
        })
    }

    /// Fields of `[columns]` and `[values]` that this import does not know are spelling mistakes.
    pub fn check_fields(&self, known: &[&str]) -> Result<(), Unfit> {
        let written = self.columns.keys().chain(self.values.keys());
        match written.into_iter().find(|f| !known.contains(&f.as_str())) {
            Some(field) => {
                let known = known.iter().map(|field| (*field).to_owned()).collect();
                Err(Finding::MapField { field: field.clone(), known }.into())
            }
            None => Ok(()),
        }
    }
}

//! What imports of registers have in common: a table whose columns have been found, read row by row.

use crate::districts::{self, Target};
use crate::findings::Finding;
use crate::map::MapFile;
use crate::problems::{Problems, Unfit};
use crate::table::{Record, Table, TableError};
use crate::{Env, Order};
use std::collections::HashMap;
use std::path::Path;

/// A command that reads a register: the district that is there, and the file with what was stated about it.
pub(crate) struct Asked<'a> {
    pub file: &'a Path,
    pub map: Option<&'a Path>,
    pub district: Option<&'a str>,
    pub datum: Option<kernel::Datum>,
    pub accept_doubtful: bool,
    pub dry_run: bool,
}

impl Asked<'_> {
    pub(crate) fn settle(&self, env: &Env<'_>) -> anyhow::Result<(Target, Order)> {
        let map = self.map.map(MapFile::read).transpose()?.unwrap_or_default();
        let target = districts::existing(env, self.district.or(map.district.as_deref()))?;
        let Asked { datum, accept_doubtful, dry_run, .. } = *self;
        Ok((target, Order { file: self.file.to_owned(), map, datum, accept_doubtful, dry_run, draft: None }))
    }
}

/// Where the columns of a file stand, and what its words mean.
pub(crate) struct Sheet {
    pub map: MapFile,
    columns: HashMap<&'static str, usize>,
    headers: Vec<String>,
}

/// Rows that were read, with their numbers in the file, and what is wrong with others.
pub(crate) struct Read<R> {
    pub rows: Vec<R>,
    pub numbers: Vec<usize>,
    pub problems: Problems,
}

impl<R> Read<R> {
    /// Number in the file of the n-th row that was read, from 0.
    pub(crate) fn number(&self, n: usize) -> usize {
        self.numbers.get(n).copied().unwrap_or_default()
    }
}

impl Sheet {
    /// Opens a file and finds its columns: each under its field's name or one of its words, or as the map file says.
    pub(crate) fn open(
        order: &Order,
        fields: &[(&'static str, &'static [&'static str])],
        needed: &[&str],
    ) -> Result<(Self, Table), TableError> {
        let known: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
        order.map.check_fields(&known)?;
        let table = Table::open(&order.file)?;
        let columns = order.map.columns_of(&table, fields.iter().copied(), needed)?;
        Ok((Self { columns, headers: table.headers.clone(), map: order.map.clone() }, table))
    }

    /// What the file calls the column of a field; the field itself when the file has none.
    pub(crate) fn column<'s>(&'s self, field: &'s str) -> &'s str {
        self.columns.get(field).and_then(|c| self.headers.get(*c)).map_or(field, String::as_str)
    }

    pub(crate) fn cell<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        self.columns.get(field).and_then(|c| record.filled(*c))
    }

    pub(crate) fn text(&self, record: &Record, field: &str) -> Option<String> {
        self.cell(record, field).map(str::to_owned)
    }

    pub(crate) fn wrong(&self, record: &Record, field: &str, problems: &mut Problems, what: Finding) {
        problems.wrong(record.row, self.column(field), what);
    }

    /// What a cell means; why it means nothing is put among what is wrong.
    pub(crate) fn keep<T>(
        &self,
        record: &Record,
        field: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, Finding>,
    ) -> Option<T> {
        let text = self.cell(record, field)?;
        read(text).map_err(|what| self.wrong(record, field, problems, what)).ok()
    }

    /// A word of the file, translated by the map file; `read` answers what would have been right.
    pub(crate) fn word<T>(
        &self,
        record: &Record,
        field: &str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, Vec<String>>,
    ) -> Option<T> {
        self.keep(record, field, problems, |text| {
            let word = self.map.word(field, text)?;
            read(word).map_err(|allowed| Finding::NotOneOf { text: text.to_owned(), allowed })
        })
    }
}

/// Reads all rows; those that are wrong are left out and named.
pub(crate) fn read<R>(
    table: Table,
    mut row: impl FnMut(&Record, &mut Problems) -> Option<R>,
) -> Result<Read<R>, Unfit> {
    let mut read = Read { rows: Vec::new(), numbers: Vec::new(), problems: Problems::default() };
    for record in table {
        let Some(record) = read.problems.take(record)? else { continue };
        let before = read.problems.wrong.count;
        if let Some(found) = row(&record, &mut read.problems)
            && read.problems.wrong.count == before
        {
            read.rows.push(found);
            read.numbers.push(record.row);
        }
    }
    Ok(read)
}

//! The rows of this crate. SQL lives here and in `lists`; nobody outside the crate sees it.

pub(crate) mod classes;
pub(crate) mod log;
pub(crate) mod notes;
pub(crate) mod raisers;
pub(crate) mod row;
pub(crate) mod tiles;

pub(crate) use row::MatterRow;

use crate::Error;
use ::store::Row;

/// A stored code that this version of the program does not know: a newer program wrote it.
pub(crate) fn coded<T>(row: &Row, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
    let text = row.text(column)?;
    read(&text).ok_or_else(|| ::store::Error::Column(format!("{column} has an unknown code")).into())
}

/// As [`coded`], for a column that may be empty.
pub(crate) fn opt_coded<T>(row: &Row, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    Ok(row.opt_text(column)?.and_then(|text| read(&text)))
}

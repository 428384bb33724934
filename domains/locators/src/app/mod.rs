//! Use cases: one file for each group.

pub mod admin;
pub mod alerts;
pub mod answers;
pub mod cases;
mod circle;
pub mod commands;
pub mod consents;
pub mod desk;
pub mod devices;
pub mod family;
pub mod fences;
pub mod joins;
pub mod looks;
pub mod news;
pub mod own;
pub mod pauses;
mod permits;
pub mod rules;
pub mod sights;
mod street;
mod take_in;
pub mod telling;
pub mod timers;
pub(crate) mod tracks;

pub(crate) use permits::flat;
pub use permits::{follow, settle_all};
pub use take_in::{Done, take_in};

use crate::{Error, Result};
use kernel::text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Cx, KeyClass, Value};
use uuid::Uuid;

/// A line of text that must be there and not be too long, tidied.
fn line(field: &'static str, value: &str, max: usize) -> Result<String> {
    let tidy = text::tidy(value).replace(['\n', '\t'], " ");
    match tidy.chars().count() {
        0 => Err(Error::Invalid { field, why: "missing" }),
        n if n > max => Err(Error::Invalid { field, why: "too-long" }),
        _ => Ok(tidy),
    }
}

fn seal<T: Serialize>(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, value: &T) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|_| store::Error::Sealed("cannot be written"))?;
    Ok(cx.seal(class, of, &plain)?)
}

/// `None` when it was erased, or sealed under a key that is gone.
fn open(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, sealed: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    let Some(sealed) = sealed else { return Ok(None) };
    match cx.open(class, of, &sealed) {
        Ok(plain) => Ok(Some(plain)),
        Err(store::Error::Erased | store::Error::Sealed(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn unseal<T: DeserializeOwned>(
    cx: &mut Cx<'_>,
    class: KeyClass,
    of: Uuid,
    sealed: Option<Vec<u8>>,
) -> Result<Option<T>> {
    let Some(plain) = open(cx, class, of, sealed)? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&plain).map_err(|_| store::Error::Sealed("cannot be read"))?))
}

/// `$first, …` for a list in SQL.
fn marks(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// `($1, $2), ($3, $4), …` for rows of this many columns.
fn rows_of(columns: usize, count: usize) -> String {
    (0..count).map(|row| format!("({})", marks(row * columns + 1, columns))).collect::<Vec<_>>().join(", ")
}

/// The district, then these.
fn with_district<T: Copy + Into<Value>>(cx: &Cx<'_>, of: &[T]) -> Vec<Value> {
    std::iter::once(Value::from(cx.district())).chain(of.iter().map(|v| (*v).into())).collect()
}

//! Use cases: one file each group.

pub mod cards;
pub mod company;
pub mod consents;
pub mod contacts;
pub mod coverage;
pub mod endings;
pub mod extra;
pub mod family;
pub mod finder;
pub mod joins;
pub mod mutual;
pub mod news;
pub mod own;
pub mod photo;
pub mod plan;
pub mod relay;
pub mod rounds;
pub mod scans;
pub mod schedule;
pub mod teams;
pub mod telling;
pub mod threads;
pub mod twins;
pub mod visits;
pub mod volunteers;
pub mod watch;

use crate::{Error, Result};
use kernel::text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Cx, KeyClass};
use uuid::Uuid;

/// A line of text that must be there and not be too long, tidied.
pub(crate) fn line(field: &'static str, value: &str, max: usize) -> Result<String> {
    let tidy = words(field, value, max)?.replace(['\n', '\t'], " ");
    if tidy.is_empty() { Err(Error::Invalid { field, why: "missing" }) } else { Ok(tidy) }
}

/// Tidied text, which may be nothing.
pub(crate) fn words(field: &'static str, value: &str, max: usize) -> Result<String> {
    let tidy = text::tidy(value);
    if tidy.chars().count() > max { Err(Error::Invalid { field, why: "too-long" }) } else { Ok(tidy) }
}

pub(crate) fn phone(field: &'static str, typed: Option<&str>) -> Result<Option<String>> {
    match typed.map(str::trim).filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(typed) => text::phone(typed).map(Some).ok_or(Error::Invalid { field, why: "phone" }),
    }
}

pub(crate) fn mail(field: &'static str, typed: Option<&str>) -> Result<Option<String>> {
    let Some(typed) = typed.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
    let good = typed.len() <= 200
        && !typed.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && typed.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !at.contains('@'));
    if good { Ok(Some(typed.to_owned())) } else { Err(Error::Invalid { field, why: "mail" }) }
}

pub(crate) fn seal<T: Serialize>(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, value: &T) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|_| Error::Store(store::Error::Sealed("cannot be written")))?;
    Ok(cx.seal(class, of, &plain)?)
}

pub(crate) fn unseal<T: DeserializeOwned>(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, sealed: &[u8]) -> Result<T> {
    let plain = cx.open(class, of, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::Store(store::Error::Sealed("cannot be read")))
}

/// As [`unseal`]; nothing when it was erased, or sealed under a key that is gone.
pub(crate) fn unseal_left<T: DeserializeOwned>(
    cx: &mut Cx<'_>,
    class: KeyClass,
    of: Uuid,
    sealed: Option<Vec<u8>>,
) -> Result<Option<T>> {
    let Some(sealed) = sealed else { return Ok(None) };
    match unseal(cx, class, of, &sealed) {
        Ok(value) => Ok(Some(value)),
        Err(Error::Store(store::Error::Erased | store::Error::Sealed(_))) => Ok(None),
        Err(other) => Err(other),
    }
}

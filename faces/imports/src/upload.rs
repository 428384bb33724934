//! A file that came over the desk's page or the JSON interface: what was stated about it, and looking at it or bringing it in.

use crate::districts::Target;
use crate::map::MapFile;
use crate::problems::{Unfit, unfit};
use crate::{Finding, Look, Order, addresses, areas, matters, people, posts, residents};
use ::kernel::Datum;
use ::kernel::ids::AreaId;
use anyhow::Context as _;
use places::AreaKind;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use store::{Runtime, Who};
use tempfile::TempDir;
use uuid::Uuid;

/// Kinds of files that the page takes.
pub const KINDS: [&str; 6] = ["areas", "posts", "people", "residents", "matters", "addresses"];

/// What somebody stated about a file. Nothing of it is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// One of [`KINDS`].
    pub kind: String,
    /// For areas: code of their kind.
    pub area_kind: String,
    /// Code of a datum; `none` for a file without coordinates, or with a column that says it.
    pub datum: String,
    /// The wall clock of the dates; empty when the map file says it, or there are none.
    pub timezone: String,
    /// The map file itself; empty for a file with the usual headers.
    pub map: String,
    /// Areas of the file that somebody said are one of here under another key, or (none) new.
    #[serde(default)]
    pub pairs: HashMap<String, Option<AreaId>>,
    /// Rows of residents that somebody said are somebody who is here, or (`false`) somebody else.
    #[serde(default)]
    pub rows: residents::Answers,
}

/// A file that was uploaded.
pub struct From<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub draft: Uuid,
}

/// Whether a file of this kind can hold coordinates, so that their datum must be stated.
pub fn has_coordinates(kind: &str) -> bool {
    !matches!(kind, "people" | "residents")
}

/// The field that something must still be stated in.
pub fn missing(stated: &Stated) -> Option<&'static str> {
    if !KINDS.contains(&stated.kind.as_str()) {
        return Some("kind");
    }
    if stated.kind == "areas" && AreaKind::from_code(&stated.area_kind).is_none() {
        return Some("area_kind");
    }
    if has_coordinates(&stated.kind) && stated.datum != "none" && stated.datum.parse::<Datum>().is_err() {
        return Some("datum");
    }
    if stated.kind == "matters" && stated.map.trim().is_empty() {
        return Some("map");
    }
    None
}

/// Looks at a file, or brings it in: always with its doubtful rows, which the look lists.
pub fn bring(
    rt: &Runtime,
    who: Who,
    target: &Target,
    from: &From<'_>,
    stated: &Stated,
    dry_run: bool,
) -> anyhow::Result<Look> {
    let folder = Folder::new()?;
    let file = folder.put(from.name, from.bytes)?;
    bring_from(rt, who, target, (file, from.draft), stated, dry_run)
}

fn bring_from(
    rt: &Runtime,
    who: Who,
    target: &Target,
    (file, draft): (PathBuf, Uuid),
    stated: &Stated,
    dry_run: bool,
) -> anyhow::Result<Look> {
    let datum = stated.datum.parse::<Datum>().ok();
    if stated.kind == "areas" {
        let kind = AreaKind::from_code(&stated.area_kind).ok_or_else(|| unfit(Finding::AreaKindMissing))?;
        let desk = Box::new(areas::FromDesk { draft: Some(draft), pairs: stated.pairs.clone() });
        let args = areas::AreasArgs { datum, dry_run, desk, ..areas::AreasArgs::new(&file, kind) };
        return Ok(areas::bring(rt, who, &target.name, &args)?.0);
    }
    let map = map_of(target, stated)?;
    let order = Order { file, map, datum, accept_doubtful: true, dry_run, draft: Some(draft) };
    match stated.kind.as_str() {
        "posts" => posts::bring(rt, who, &order),
        "addresses" => addresses::bring(rt, who, &order),
        "people" => Ok(people::bring(rt, who, &order)?.0),
        "residents" => Ok(residents::bring(rt, who, &order, residents::IfAlike::Refuse, &stated.rows)?.0),
        _ => Ok(matters::bring(rt, who, target, &order)?.look),
    }
}

/// The map file as stated: for this district, and with the time zone that was chosen.
fn map_of(target: &Target, stated: &Stated) -> Result<MapFile, Unfit> {
    let mut map = MapFile::parse(&stated.map)?;
    if let Some(district) = map.district.clone().filter(|d| *d != target.code && *d != target.name) {
        return Err(Finding::MapOtherDistrict { district }.into());
    }
    let chosen = Some(stated.timezone.clone()).filter(|zone| !zone.is_empty());
    match (map.timezone.clone(), chosen) {
        (Some(map), Some(chosen)) if map != chosen => return Err(Finding::MapTwoZones { map, chosen }.into()),
        (there, chosen) => map.timezone = chosen.or(there),
    }
    Ok(map)
}

/// A folder of its own for one file, for as long as it is read; nobody else may look into it. The system picks the name: one made
/// from our own ids would be the same in two processes that were given the same randomness.
struct Folder(TempDir);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("mulin-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        Ok(Self(builder.tempdir().context("a place for the file")?))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let plain = Path::new(name).file_name().unwrap_or_else(|| "file".as_ref());
        let path = self.0.path().join(plain);
        std::fs::write(&path, bytes).context("a place for the file")?;
        Ok(path)
    }
}

//! Pairs of areas that a file and the district know under different keys, proposed to somebody who reviews them.
//!
//! A file of outlines often has names only, a list of codes has no outlines, and the names differ (奉浦社区, 奉浦街道).
//! Such pairs are never joined silently: the command refuses and shows them; `--propose FILE` writes them down, and
//! `--names FILE` brings them back reviewed.

use super::{AreasArgs, read::Found};
use crate::findings::Finding;
use crate::problems::Unfit;
use crate::table::Table;
use crate::words::spoken;
use anyhow::Context as _;
use kernel::Lang;
use kernel::ids::AreaId;
use places::app::AreaRef;
use places::{Area, AreaKind, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Which area each entry is about, in the order of the entries.
pub(super) fn settle(args: &AreasArgs, before: &Snapshot, found: &[Found]) -> anyhow::Result<Vec<AreaRef>> {
    if args.kind == AreaKind::District {
        return Ok(vec![AreaRef::ByKey; found.len()]);
    }
    let reviewed = reviewed(args, before)?;
    let mut open = Vec::new();
    let mut refs = Vec::with_capacity(found.len());
    for entry in found {
        if let Some(which) = reviewed.get(&entry.name) {
            refs.push(which.clone());
            continue;
        }
        if let Some(area) = likely(before, args.kind, entry, found) {
            open.push((entry.name.as_str(), area));
        }
        refs.push(AreaRef::ByKey);
    }
    if open.is_empty() {
        return Ok(refs);
    }
    let how = match &args.propose {
        Some(path) => {
            propose(path, &open)?;
            Finding::PairsWritten { file: path.display().to_string() }
        }
        None => Finding::PairsHow,
    };
    let pair = |(name, area): &(&str, &Area)| Pair {
        name: (*name).to_owned(),
        area: area.id,
        code: area.code.clone(),
        area_name: area.name.clone(),
    };
    Err(Unsure { pairs: open.iter().map(pair).collect(), how }.into())
}

/// An area of the file that may be one of here under another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// In the file.
    pub name: String,
    /// The one that is here.
    pub area: AreaId,
    pub code: Option<String>,
    pub area_name: String,
}

impl Pair {
    /// The two, in words.
    pub fn finding(&self) -> Finding {
        let (name, area) = (self.name.clone(), self.area_name.clone());
        match self.code.clone() {
            Some(code) => Finding::UnsurePair { name, code, area },
            None => Finding::UnsureUncoded { name, area },
        }
    }
}

/// Somebody must say which areas are the same before the file can come in.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.words(spoken()))]
pub struct Unsure {
    pub pairs: Vec<Pair>,
    how: Finding,
}

impl Unsure {
    fn words(&self, lang: Lang) -> String {
        let count = Finding::Unsure { n: self.pairs.len() };
        let lines = self.pairs.iter().map(Pair::finding).chain([count, self.how.clone()]);
        let lines: Vec<String> = lines.map(|finding| finding.words(lang)).collect();
        lines.join("\n")
    }
}

/// The area that an entry is probably about although its key does not say so.
fn likely<'a>(before: &'a Snapshot, kind: AreaKind, entry: &Found, all: &[Found]) -> Option<&'a Area> {
    let here = || before.of_kind(kind);
    // Found by key: nothing to review.
    let by_key = match &entry.code {
        Some(code) => here().any(|a| a.code.as_ref() == Some(code)),
        None => here().any(|a| a.code.is_none() && a.name == entry.name),
    };
    if by_key {
        return None;
    }
    // The key is missing on exactly one side: here for a file with codes, in the file for areas with codes.
    let other = |a: &&Area| a.code.is_some() != entry.code.is_some();
    let taken = |a: &Area| all.iter().any(|f| f.code.is_some() && f.code == a.code);
    let same = here().filter(other).find(|a| a.name == entry.name && !taken(a));
    same.or_else(|| here().filter(other).find(|a| stem(&a.name) == stem(&entry.name) && !taken(a)))
}

/// A name without the word for what kind of area it is.
fn stem(name: &str) -> &str {
    const KINDS: [&str; 12] = [
        "居民委员会",
        "村民委员会",
        "社区居委会",
        "村村委会",
        "居委会",
        "村委会",
        "街道",
        "社区",
        "地区",
        "镇",
        "乡",
        "村",
    ];
    let stem = KINDS.iter().find_map(|k| name.strip_suffix(k)).unwrap_or(name);
    if stem.is_empty() { name } else { stem }
}

fn propose(path: &std::path::Path, open: &[(&str, &Area)]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_path(path).with_context(|| path.display().to_string())?;
    csv.write_record(["name", "area", "area_name"])?;
    for (name, area) in open {
        csv.write_record([name, area.label(), area.name.as_str()])?;
    }
    csv.flush()?;
    Ok(())
}

fn reviewed(args: &AreasArgs, before: &Snapshot) -> anyhow::Result<HashMap<String, AreaRef>> {
    let which = |area: &Option<AreaId>| area.map_or(AreaRef::New, AreaRef::Id);
    let mut pairs: HashMap<String, AreaRef> =
        args.desk.pairs.iter().map(|(name, area)| (name.clone(), which(area))).collect();
    let Some(path) = &args.names else { return Ok(pairs) };
    let table = Table::open(path)?;
    let (name, area) = (table.need("name")?, table.need("area")?);
    for record in table {
        let record = record?;
        let text = record.cell(area);
        let mut same = before.of_kind(args.kind).filter(|a| a.code.as_deref() == Some(text) || a.name == text);
        let (row, kind) = (record.row, args.kind.code().to_owned());
        let which = match (text, same.next(), same.next()) {
            ("", _, _) => AreaRef::New,
            (_, Some(area), None) => AreaRef::Id(area.id),
            (_, None, _) => {
                return Err(Unfit::new(path, Finding::PairUnknown { row, text: text.to_owned(), kind }).into());
            }
            (_, _, Some(_)) => {
                return Err(Unfit::new(path, Finding::PairAmbiguous { row, text: text.to_owned(), kind }).into());
            }
        };
        pairs.insert(record.cell(name).to_owned(), which);
    }
    Ok(pairs)
}

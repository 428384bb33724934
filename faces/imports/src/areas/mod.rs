//! `mulin import areas`: towns, committees, grid cells, police areas and the district's outline from a file.
//!
//! An area is found again by its code, without codes by its name. Where a file and the district know an area under
//! different keys (an outline without a code, a code that is new), the pairs are proposed and somebody reviews them:
//! see [`names`]. The file is applied as a whole or not at all; the same file again changes nothing.

mod names;
mod read;

pub use names::{Pair, Unsure};

use crate::findings::Finding;
use crate::problems::{Counted, Unfit};
use crate::undo::tell_end;
use crate::whence::{of_coverage, of_places};
use crate::words::counted;
use crate::{Env, Look, districts};
use anyhow::Context as _;
use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser as _};
use kernel::Datum;
use places::app::{AreaChanges, AreaRef, Did as Saved, ParentRef, SaveArea, preview_areas, save_areas, snapshot};
use places::{AreaKind, Outline, Snapshot};
use read::{Found, Source};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use store::imports::{self, About};
use store::{Runtime, Who};

/// Imports areas: .geojson or .json (features, datav files, lists of codes and names) or .csv.
#[derive(Debug, Clone, Args)]
pub struct AreasArgs {
    /// .geojson, .json or .csv
    pub file: PathBuf,
    /// What the areas of the file are
    #[arg(long, value_parser = kinds())]
    pub kind: AreaKind,
    /// What the coordinates refer to; needed whenever the file has outlines
    #[arg(long, value_name = "wgs84|gcj02|bd09|cgcs2000")]
    pub datum: Option<Datum>,
    /// Field with the code [default: code or adcode]
    #[arg(long, value_name = "FIELD")]
    pub code_field: Option<String>,
    /// Field with the name [default: name]
    #[arg(long, value_name = "FIELD")]
    pub name_field: Option<String>,
    /// Field with the English name [default: name_en]
    #[arg(long, value_name = "FIELD")]
    pub name_en_field: Option<String>,
    /// Field with the code or name of the area it lies in [default: parent, else found by outline or code]
    #[arg(long, value_name = "FIELD")]
    pub parent_field: Option<String>,
    /// Code for the one area of the file
    #[arg(long)]
    pub code: Option<String>,
    /// Name for the one area of the file
    #[arg(long)]
    pub name: Option<String>,
    /// Reviewed pairs: CSV with the columns name (as in the file) and area (code or name here; empty: a new area)
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// Write the pairs to review to this file
    #[arg(long, value_name = "FILE")]
    pub propose: Option<PathBuf>,
    /// Retire the areas of this kind that the file does not have
    #[arg(long)]
    pub replace: bool,
    /// Write the pieces that police areas would leave uncovered or cover twice to this file (GeoJSON)
    #[arg(long, value_name = "FILE")]
    pub pieces: Option<PathBuf>,
    /// Code of the district, when there is more than one
    #[arg(long)]
    pub district: Option<String>,
    /// Only check the file; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What came with the file over the desk.
    #[arg(skip)]
    pub desk: Box<FromDesk>,
}

/// An upload, and the pairs that somebody looked through: the name in the file, and which area here it is (none: a new one).
#[derive(Debug, Clone, Default)]
pub struct FromDesk {
    pub draft: Option<uuid::Uuid>,
    pub pairs: HashMap<String, Option<kernel::ids::AreaId>>,
}

impl AreasArgs {
    /// A file of areas of one kind, everything else as usual.
    pub fn new(file: &Path, kind: AreaKind) -> Self {
        Self {
            file: file.to_owned(),
            kind,
            datum: None,
            code_field: None,
            name_field: None,
            name_en_field: None,
            parent_field: None,
            code: None,
            name: None,
            names: None,
            propose: None,
            replace: false,
            pieces: None,
            district: None,
            dry_run: false,
            desk: Box::default(),
        }
    }
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = AreaKind> {
    let codes = PossibleValuesParser::new(AreaKind::ALL.map(AreaKind::code));
    codes.try_map(|code| AreaKind::from_code(&code).ok_or("not a kind of area"))
}

/// What was done, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub retired: usize,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &AreasArgs) -> anyhow::Result<Summary> {
    let target = districts::existing(env, args.district.as_deref())?;
    let (look, adopted) = bring(env.rt, target.who(), &target.name, args)?;
    tell(env, args, &look, adopted)
}

/// Brings the areas of a file in, or only looks; also how many areas besides found the one they lie in.
pub fn bring(rt: &Runtime, who: Who, district_name: &str, args: &AreasArgs) -> anyhow::Result<(Look, usize)> {
    let mut source = read::read(args)?;
    let outlines = outlines(args, &mut source)?;
    let before = rt.read_now(who.clone(), snapshot)?;
    let mut notes = Vec::new();
    let pairs = names::settle(args, &before, &source.found)?;
    let mut save = Vec::with_capacity(source.found.len());
    for ((found, outline), which) in source.found.iter().zip(outlines).zip(pairs) {
        save.push(change(args, &before, district_name, found, outline, which, &mut notes));
    }
    let retire = if args.replace { missing(args.kind, &before, &save) } else { Vec::new() };
    let changes = AreaChanges { save, retire };
    let done = if args.dry_run {
        rt.read_now(who, move |cx| Ok((preview_areas(cx, &changes)?, None)))
    } else {
        let (file, kind, draft) = (crate::file_name(&args.file), args.kind, args.desk.draft);
        let numbers: Vec<usize> = source.found.iter().map(|f| f.number).collect();
        rt.write_now(who, move |cx| {
            imports::begin(cx);
            let report = save_areas(cx, &changes)?;
            let (added, changed) = (report.count(Saved::Added), report.count(Saved::Changed) + report.retired);
            let detail = serde_json::json!({ "kind": kind.code() });
            let about = About { kind: "areas", file, rows: numbers.len(), added, changed, detail, draft };
            let at: HashMap<uuid::Uuid, usize> = report.saved.iter().map(|(id, _)| id.0).zip(numbers).collect();
            let import = imports::finish(cx, &about, |id| at.get(&id).copied())?;
            Ok((report, import.map(|i| i.n)))
        })
    };
    let (report, import) = done.or_else(|e| refuse(args, &source, e))?;
    notes.extend(report.notes.iter().map(|note| Finding::from(*note)));
    let mut look = Look { notes, import, retired: report.retired, ..Look::default() };
    for ((found, (_, did)), within) in source.found.iter().zip(&report.saved).zip(&report.within) {
        look.add(found.number, &found.name, (*did).into(), within.as_deref());
    }
    Ok((look, report.adopted))
}

/// Outlines checked and converted, one for each entry; all that are wrong are named.
fn outlines(args: &AreasArgs, source: &mut Source) -> anyhow::Result<Vec<Option<Outline>>> {
    let drawn = source.found.iter().any(|f| !matches!(f.outline, Ok(None)));
    if drawn && args.datum.is_none() {
        return Err(Unfit::new(&args.file, Finding::NoDatumOfOutlines).into());
    }
    let datum = args.datum.unwrap_or(Datum::Wgs84);
    let mut all = Vec::with_capacity(source.found.len());
    for found in &source.found {
        let raw = found.outline.as_ref().ok().and_then(Option::as_ref);
        let outline = raw.map(|raw| Outline::new(raw, datum)).transpose().unwrap_or_else(|e| {
            let why = Finding::Outline { why: Box::new(e.into()) };
            source.problems.wrong_of(found.number, &found.name, "outline", why);
            None
        });
        all.push(outline);
    }
    source.problems.check(&args.file, true)?;
    Ok(all)
}

fn change(
    args: &AreasArgs,
    before: &Snapshot,
    district_name: &str,
    found: &Found,
    outline: Option<Outline>,
    which: AreaRef,
    notes: &mut Vec<Finding>,
) -> SaveArea {
    let mut name = found.name.clone();
    if args.kind == AreaKind::District && found.code.is_none() && args.name.is_none() && name != district_name {
        notes.push(Finding::DistrictKeepsName { file: name.clone(), here: district_name.to_owned() });
        district_name.clone_into(&mut name);
    }
    if let AreaRef::Id(id) = which
        && found.code.is_none()
        && let Some(area) = before.area(id)
    {
        // Only the outline comes from this source; the reviewed area keeps its own name.
        name.clone_from(&area.name);
    }
    let parent = match &found.parent {
        Some(text) if args.parent_field.is_some() || known(before, args.kind, text) => ParentRef::Named(text.clone()),
        _ => ParentRef::Find,
    };
    let name_en = found.name_en.clone();
    SaveArea { which, kind: args.kind, code: found.code.clone(), name, name_en, parent, outline, seen: None }
}

/// A parent that nobody asked for by option counts only when it is there: files name districts nobody imported.
fn known(before: &Snapshot, kind: AreaKind, text: &str) -> bool {
    before.areas().iter().any(|a| a.kind.may_hold(kind) && (a.code.as_deref() == Some(text) || a.name == text))
}

fn missing(kind: AreaKind, before: &Snapshot, save: &[SaveArea]) -> Vec<kernel::ids::AreaId> {
    let kept = |a: &places::Area| {
        save.iter().any(|s| match &s.which {
            AreaRef::Id(id) => *id == a.id,
            _ if s.code.is_some() => s.code == a.code,
            _ => s.name == a.name,
        })
    };
    before.of_kind(kind).filter(|a| !kept(a)).map(|a| a.id).collect()
}

/// Tells every fault with its number in the file.
fn refuse<T>(args: &AreasArgs, source: &Source, error: places::Error) -> anyhow::Result<T> {
    match error {
        places::Error::Wrong(faults) => {
            let mut problems = source.problems.clone();
            let number = |index: usize| source.found.get(index).map_or(0, |f| f.number);
            for fault in faults {
                let label = source.found.get(fault.index).map_or("", |f| f.name.as_str());
                let label = if problems.of == Counted::Row { "" } else { label };
                let why = match of_places(fault.why, number) {
                    Finding::SameAs { row } if problems.of != Counted::Row => Finding::SameAsEntry { row },
                    other => other,
                };
                problems.wrong_of(number(fault.index), label, fault.field, why);
            }
            Err(problems.refused(&args.file).into())
        }
        places::Error::Coverage(coverage) => {
            if let Some(path) = &args.pieces {
                std::fs::write(path, coverage.to_geojson().to_string()).with_context(|| path.display().to_string())?;
            }
            Err(Unfit::all(&args.file, of_coverage(&coverage)).into())
        }
        other => Err(other.into()),
    }
}

fn tell(env: &mut Env<'_>, args: &AreasArgs, look: &Look, adopted: usize) -> anyhow::Result<Summary> {
    let Look { added, changed, unchanged, retired, .. } = *look;
    let summary = Summary { added, changed, unchanged, retired };
    for note in &look.notes {
        writeln!(env.out, "note: {note}")?;
    }
    let file = args.file.display();
    if look.changes_nothing() && adopted == 0 {
        let there = counted(unchanged, "area is", "areas are");
        writeln!(env.out, "{file}: nothing to change; {there} there as in the file")?;
        return Ok(summary);
    }
    let dry = if args.dry_run { "dry run, nothing was written: " } else { "" };
    writeln!(
        env.out,
        "{file}: {dry}{} added, {changed} changed, {unchanged} as they were, {retired} retired",
        counted(added, "area", "areas")
    )?;
    if adopted > 0 {
        let found = if adopted == 1 { "1 area found the one it lies in" } else { "areas found the one they lie in" };
        let n = if adopted == 1 { String::new() } else { format!("{adopted} ") };
        writeln!(env.out, "{n}{found}")?;
    }
    tell_end(env, look, args.dry_run)?;
    Ok(summary)
}

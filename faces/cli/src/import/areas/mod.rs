//! `mulin import areas`: towns, committees, grid cells, police areas and the district's outline from a file.
//!
//! An area is found again by its code, without codes by its name. Where a file and the district know an area under
//! different keys (an outline without a code, a code that is new), the pairs are proposed and somebody reviews them:
//! see [`names`]. The file is applied as a whole or not at all; the same file again changes nothing.

mod names;
mod read;

use crate::import::problems::thousands;
use crate::{Env, districts};
use anyhow::{Context as _, bail, ensure};
use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser as _};
use kernel::Datum;
use places::app::{AreaChanges, AreaRef, AreaReport, Did, ParentRef, SaveArea, preview_areas, save_areas, snapshot};
use places::{AreaKind, Outline, Snapshot};
use read::{Found, Source};
use std::path::PathBuf;

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
    let source = read::read(args)?;
    let outlines = outlines(args, &source)?;
    let target = districts::existing(env, args.district.as_deref())?;
    let before = env.rt.read_now(target.who(), snapshot)?;
    let mut notes = Vec::new();
    let pairs = names::settle(args, &before, &source.found)?;
    let mut save = Vec::with_capacity(source.found.len());
    for ((found, outline), which) in source.found.iter().zip(outlines).zip(pairs) {
        save.push(change(args, &before, &target.name, found, outline, which, &mut notes));
    }
    let retire = if args.replace { missing(args.kind, &before, &save) } else { Vec::new() };
    let changes = AreaChanges { save, retire };
    let dry = args.dry_run;
    let done = if dry {
        env.rt.read_now(target.who(), move |cx| preview_areas(cx, &changes))
    } else {
        env.rt.write_now(target.who(), move |cx| save_areas(cx, &changes))
    };
    let report = done.or_else(|e| refuse(args, &source, e))?;
    tell(env, args, &report, &notes)
}

/// Outlines checked and converted, one for each entry; all that are wrong are told.
fn outlines(args: &AreasArgs, source: &Source) -> anyhow::Result<Vec<Option<Outline>>> {
    let drawn = source.found.iter().filter(|f| f.outline.is_some()).count();
    if drawn > 0 && args.datum.is_none() {
        bail!(
            "{}: the outlines do not say their datum; add --datum wgs84, gcj02, bd09 or cgcs2000",
            args.file.display()
        );
    }
    let datum = args.datum.unwrap_or(Datum::Wgs84);
    let mut wrong = Vec::new();
    let mut all = Vec::with_capacity(source.found.len());
    for found in &source.found {
        let outline = found.outline.as_ref().map(|raw| Outline::new(raw, datum)).transpose();
        if let Err(e) = &outline {
            wrong.push(format!("{} {} (“{}”): the outline is refused: {e}", source.noun, found.number, found.name));
        }
        all.push(outline.ok().flatten());
    }
    ensure!(
        wrong.is_empty(),
        "{}\n{}\nnothing was imported: {} wrong; mend the file and run the same command again",
        args.file.display(),
        wrong.join("\n"),
        counted(wrong.len(), "outline is", "outlines are")
    );
    Ok(all)
}

fn change(
    args: &AreasArgs,
    before: &Snapshot,
    district_name: &str,
    found: &Found,
    outline: Option<Outline>,
    which: AreaRef,
    notes: &mut Vec<String>,
) -> SaveArea {
    let mut name = found.name.clone();
    if args.kind == AreaKind::District && found.code.is_none() && args.name.is_none() && name != district_name {
        notes.push(format!(
            "the file calls the district “{name}” and gives no code; it stays “{district_name}” (--name changes it)"
        ));
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
    SaveArea { which, kind: args.kind, code: found.code.clone(), name, parent, outline, seen: None }
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
fn refuse(args: &AreasArgs, source: &Source, error: places::Error) -> anyhow::Result<AreaReport> {
    let file = args.file.display();
    match error {
        places::Error::Wrong(faults) => {
            let line = |fault: &places::Fault| {
                let found = source.found.get(fault.index);
                let (number, name) = found.map_or((0, ""), |f| (f.number, f.name.as_str()));
                format!("{} {number} (“{name}”), {}: {}", source.noun, fault.field, fault.why)
            };
            let lines: Vec<String> = faults.iter().map(line).collect();
            bail!(
                "{file}\n{}\nnothing was imported: {} wrong; mend the file and run the same command again",
                lines.join("\n"),
                counted(faults.len(), "area is", "areas are")
            )
        }
        places::Error::Coverage(coverage) => {
            let pieces: Vec<String> = coverage.pieces.iter().map(ToString::to_string).collect();
            if let Some(path) = &args.pieces {
                std::fs::write(path, coverage.to_geojson().to_string()).with_context(|| path.display().to_string())?;
            }
            let total = coverage.total;
            bail!(
                "{file}\n{}\nnothing was imported: the police areas would leave {}; mend them and run the same command again (--pieces FILE draws them)",
                pieces.join("\n"),
                counted(total, "gap or overlap", "gaps or overlaps")
            )
        }
        other => Err(other.into()),
    }
}

/// `1 area`, `352 areas`.
fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

fn tell(env: &mut Env<'_>, args: &AreasArgs, report: &AreaReport, notes: &[String]) -> anyhow::Result<Summary> {
    let summary = Summary {
        added: report.count(Did::Added),
        changed: report.count(Did::Changed),
        unchanged: report.count(Did::Nothing),
        retired: report.retired,
    };
    for note in notes.iter().chain(&report.notes) {
        writeln!(env.out, "note: {note}")?;
    }
    let file = args.file.display();
    if report.changes_nothing() {
        let there = counted(summary.unchanged, "area is", "areas are");
        writeln!(env.out, "{file}: nothing to change; {there} there as in the file")?;
        return Ok(summary);
    }
    let Summary { added, changed, unchanged, retired } = summary;
    let dry = if args.dry_run { "dry run, nothing was written: " } else { "" };
    writeln!(
        env.out,
        "{file}: {dry}{} added, {changed} changed, {unchanged} as they were, {retired} retired",
        counted(added, "area", "areas")
    )?;
    if report.adopted > 0 {
        writeln!(env.out, "{} found the area it lies in", counted(report.adopted, "area", "areas"))?;
    }
    Ok(summary)
}

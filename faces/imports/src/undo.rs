//! `mulin import list` and `mulin import undo`: what was brought in, and putting it back.
//!
//! An undo is all or nothing: when something was built on any of it since, nothing changes and every reason is named with its
//! row. It is written to the log after what it undoes; nothing is taken out of the log.

use crate::findings::Finding;
use crate::problems::{SHOWN, thousands};
use crate::whence::of_coverage;
use crate::{Env, Look, districts};
use ::matters::app::undo as of_matters;
use ::people::app::undo as of_people;
use clap::Args;
use places::app::undo as of_places;
use std::fmt::Write as _;
use store::imports::{self, Import, Reason};
use store::{Cx, Runtime, Who};

/// Lists what was brought in.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How many of the latest
    #[arg(long, default_value_t = 50)]
    pub last: usize,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// One JSON object per line instead of text
    #[arg(long)]
    pub json: bool,
}

/// Undoes one import.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Number of the import, as `mulin import list` shows it
    pub n: i64,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// Only say whether it could be undone
    #[arg(long)]
    pub dry_run: bool,
}

/// Why an import stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum CannotUndo {
    #[error("there is no import {0}: mulin import list shows those that are there")]
    Unknown(i64),
    #[error("import {0} was undone already")]
    Already(i64),
    /// What stood there before is kept for a limited time.
    #[error("what stood there before import {0} is no longer kept (retention rule “imports”)")]
    TooOld(i64),
    #[error("{}", listed(.0, .1))]
    BuiltOn(i64, Vec<Reason>),
    /// Police areas that came later lie on those that would come back, or a gap would be left.
    #[error("police areas would be left with gaps or overlaps: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Coverage(Vec<Finding>),
}

fn listed(n: &i64, reasons: &[Reason]) -> String {
    let mut text = format!("nothing was undone: something was built on import {n} since\n");
    for reason in reasons.iter().take(SHOWN) {
        // Into a string: cannot fail.
        let _ = writeln!(text, "  {}", in_words(reason));
    }
    if reasons.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more", thousands(reasons.len() - SHOWN));
    }
    text + "undo what came later first, or mend the rows by another import"
}

fn in_words(reason: &Reason) -> String {
    let mut text = String::new();
    if let Some(row) = reason.row {
        let _ = write!(text, "row {row}, ");
    }
    let _ = write!(text, "{}", reason.thing);
    if let Some(label) = &reason.label {
        let _ = write!(text, " {label}");
    }
    let n = reason.n;
    let why = match reason.why {
        "changed" => "was changed since".to_owned(),
        "replaced" => "was replaced by a later import".to_owned(),
        "moved" => "somebody works on it, or its clock has rung".to_owned(),
        "has-areas" => format!("{n} areas lie in it"),
        "is-answered-for" => "a post answers for it".to_owned(),
        "has-posts" => format!("{n} posts hang on it"),
        "has-duty" => format!("{n} duties are planned"),
        "signed-in" => "the account has signed in".to_owned(),
        "has-keys" => format!("{n} keys of programs"),
        "has-terms" => format!("{n} terms"),
        "has-orgs" => format!("{n} organisations"),
        "has-seats" => format!("{n} seats"),
        "has-residents" => format!("{n} residents in care"),
        "has-matters" => format!("{n} matters"),
        "has-consent" => "a consent was written down".to_owned(),
        "has-link" => "a link was given out".to_owned(),
        "was-asked-for" => "a lawful demand asks for the record".to_owned(),
        "was-looked-at" => "the record was opened by break-glass".to_owned(),
        "was-asked-about" => "a request about own data was made".to_owned(),
        "has-pictures" => format!("{n} pictures"),
        "is-about-somebody" => "a person in care was linked".to_owned(),
        "has-repeats" => format!("{n} repeats were joined to it"),
        "has-bulletins" => format!("{n} bulletins"),
        other => other.to_owned(),
    };
    let _ = write!(text, ": {why}");
    text
}

/// What an undo did, or would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    pub import: Import,
    /// Classes that were made for imported matters and that something else uses: they stay.
    pub classes_kept: usize,
}

/// Undoes an import, or only says whether it could be.
pub fn undo(rt: &Runtime, who: Who, n: i64, dry_run: bool) -> anyhow::Result<Undone> {
    crate::change(rt, who, dry_run, move |cx| undo_in(cx, n))
}

/// In the transaction of the caller.
pub fn undo_in(cx: &mut Cx<'_>, n: i64) -> anyhow::Result<Undone> {
    of_people::may_undo(cx)?;
    cx.lock("imports")?;
    let import = match imports::find(cx, n) {
        Err(store::Error::NotFound) => return Err(CannotUndo::Unknown(n).into()),
        other => other?,
    };
    if import.undone_at.is_some() {
        return Err(CannotUndo::Already(n).into());
    }
    let mut classes_kept = 0;
    match import.kind.as_str() {
        "matters" => {
            refuse(n, of_matters::built_on(cx, &import)?)?;
            classes_kept = of_matters::undo(cx, &import)?.classes_kept;
        }
        "areas" | "posts" => undo_places(cx, &import)?,
        "addresses" => {
            refuse(n, places::gazetteer::list::built_on(cx, &import)?)?;
            if !places::gazetteer::list::undo(cx, &import)? {
                return Err(CannotUndo::TooOld(n).into());
            }
        }
        "streets" => {
            refuse(n, places::streets::built_on(cx, &import)?)?;
            if !places::streets::undo(cx, &import)? {
                return Err(CannotUndo::TooOld(n).into());
            }
        }
        _ => undo_people(cx, &import)?,
    }
    Ok(Undone { import, classes_kept })
}

fn refuse(n: i64, reasons: Vec<Reason>) -> Result<(), CannotUndo> {
    if reasons.is_empty() { Ok(()) } else { Err(CannotUndo::BuiltOn(n, reasons)) }
}

fn undo_places(cx: &mut Cx<'_>, import: &Import) -> anyhow::Result<()> {
    of_places::hold(cx)?;
    let items = imports::items(cx, import, of_places::THINGS)?.ok_or(CannotUndo::TooOld(import.n))?;
    let mut reasons = of_places::built_on(cx, import, &items)?;
    reasons.extend(of_people::built_on_places(cx, import, &items, &of_places::AREA, &of_places::POST)?);
    reasons.extend(of_matters::built_on_places(cx, import, &items)?);
    reasons.extend(alerts::app::built_on_places(cx, import, &items, &of_places::AREA)?);
    changed_too(cx, &items, &mut reasons)?;
    let ground = places::snapshot(cx)?;
    for reason in &mut reasons {
        let area = ground.area(reason.id.into()).map(|a| a.name.clone());
        reason.label = area.or_else(|| ground.post(reason.id.into()).map(|p| p.name.clone()));
    }
    refuse(import.n, reasons)?;
    match of_places::undo(cx, import, &items) {
        Err(places::Error::Coverage(coverage)) => {
            let mut pieces = of_coverage(&coverage);
            pieces.truncate(coverage.pieces.len());
            Err(CannotUndo::Coverage(pieces).into())
        }
        other => Ok(other?),
    }
}

fn undo_people(cx: &mut Cx<'_>, import: &Import) -> anyhow::Result<()> {
    let items = imports::items(cx, import, of_people::THINGS)?.ok_or(CannotUndo::TooOld(import.n))?;
    let mut reasons = of_people::built_on(cx, import, &items)?;
    reasons.extend(of_matters::built_on_people(cx, import, &items)?);
    reasons.extend(of_places::built_on_accounts(cx, import, &items, &of_people::ACCOUNT)?);
    changed_too(cx, &items, &mut reasons)?;
    for reason in reasons.iter_mut().filter(|r| r.thing == "account") {
        reason.label = ::people::app::accounts::account(cx, reason.id.into()).ok().map(|a| a.login);
    }
    refuse(import.n, reasons)?;
    Ok(of_people::undo(cx, import, &items)?)
}

/// What looks different by now, unless a better reason is known.
fn changed_too(cx: &mut Cx<'_>, items: &[imports::Item], reasons: &mut Vec<Reason>) -> anyhow::Result<()> {
    for reason in imports::changed(cx, items)? {
        if !reasons.iter().any(|known| known.id == reason.id) {
            reasons.push(reason);
        }
    }
    Ok(())
}

/// `mulin import list`.
pub(crate) fn list(env: &mut Env<'_>, args: &ListArgs) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    let last = args.last;
    let all = env.rt.read_now(target.who(), move |cx| of_people::list_imports(cx, last))?;
    if all.is_empty() && !args.json {
        writeln!(env.out, "nothing was imported into “{}” yet", target.name)?;
    }
    for i in all {
        if args.json {
            let line = serde_json::json!({
                "n": i.n, "kind": i.kind, "file": i.file, "at": i.at.rfc3339(), "by": i.by, "rows": i.rows,
                "added": i.added, "changed": i.changed, "undone_at": i.undone_at.map(|at| at.rfc3339()),
                "undone_by": i.undone_by,
            });
            writeln!(env.out, "{line}")?;
            continue;
        }
        let undone = i.undone_at.map_or_else(String::new, |at| format!("; undone {}", local(at)));
        let (rows, added, changed) = (count(i.rows), count(i.added), count(i.changed));
        writeln!(
            env.out,
            "{}  {}  {}  {}  {rows} rows: {added} new, {changed} changed; by {}{undone}",
            i.n,
            local(i.at),
            i.kind,
            i.file,
            i.by
        )?;
    }
    Ok(())
}

/// `mulin import undo`.
pub(crate) fn run(env: &mut Env<'_>, args: &UndoArgs) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    let done = undo(env.rt, target.who(), args.n, args.dry_run)?;
    let i = &done.import;
    let (what, added, changed) =
        (if args.dry_run { "could be undone" } else { "undone" }, count(i.added), count(i.changed));
    writeln!(
        env.out,
        "import {} ({}, {}) {what}: {added} that were new are gone, {changed} are as they were before",
        i.n, i.kind, i.file
    )?;
    if done.classes_kept > 0 {
        writeln!(env.out, "{} classes that were made for it stay: they are used or were changed", done.classes_kept)?;
    }
    Ok(())
}

fn count(n: i64) -> String {
    thousands(usize::try_from(n).unwrap_or_default())
}

fn local(at: kernel::Moment) -> String {
    let z = at.zoned(&kernel::time::shanghai());
    format!("{} {:02}:{:02}", z.date(), z.hour(), z.minute())
}

/// The last lines of a command: what would happen by area and row, or how to undo what was done.
pub(crate) fn tell_end(env: &mut Env<'_>, look: &Look, dry_run: bool) -> anyhow::Result<()> {
    if dry_run {
        look.write(env.out)?;
    } else if let Some(n) = look.import {
        writeln!(env.out, "this is import {n}; mulin import undo {n} puts back what was there before")?;
    }
    Ok(())
}

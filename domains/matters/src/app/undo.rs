//! Undoing an import: the matters go as if they had never come, or nothing happens and the reasons are told.
//!
//! The log is only ever added to: that they came in stays there, and that they were taken back is written after it, one
//! entry for each. Their texts cannot be read any more, as the keys go.

use crate::Error;
use crate::store::{classes, log};
use ::store::imports::{self, Import, Item, Reason, Thing, Use};
use ::store::{Cx, params};
use people::policy::{Action, ResourceFacts, require};
use places::app::undo::{AREA, POST};
use serde_json::{Value, json};
use uuid::Uuid;

/// What moves or grows when somebody works on a matter, with the code of the reason.
const WORK: &[(&str, &str, &str)] = &[
    ("matter_handler", "matter_id", "moved"),
    ("matter_delivery", "matter_id", "moved"),
    ("matter_attachment", "matter_id", "has-pictures"),
    ("matter_person", "matter_id", "is-about-somebody"),
    ("matter", "merged_into", "has-repeats"),
    ("data_request", "origin_matter", "was-asked-about"),
];

const ON_AREAS: &[Use] = &[
    Use::of("matter", "town", "has-matters").since("received_at"),
    Use::of("matter", "community", "has-matters").since("received_at"),
    Use::of("matter", "grid", "has-matters").since("received_at"),
    Use::of("matter", "police", "has-matters").since("received_at"),
];
const ON_POSTS: &[Use] = &[
    Use::of("matter", "post", "has-matters"),
    Use::of("matter", "post_mid", "has-matters"),
    Use::of("matter", "post_top", "has-matters"),
];
const ON_SEATS: &[Use] = &[Use::of("matter", "owner_seat", "has-matters")];
const ON_ORGS: &[Use] = &[Use::of("matter", "owner_org", "has-matters"), Use::of("matter", "about_org", "has-matters")];
const ON_PERSONS: &[Use] = &[Use::of("matter_person", "person_id", "has-matters")];
const ON_PERSONS_ASKED: &[Use] = &[Use::of("data_request", "subject", "was-asked-about")];

/// What of this crate was built on an import of areas or posts. An area that was only renamed stands as it stood: only new
/// outlines are something that matters were placed by.
pub fn built_on_places(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<Vec<Reason>, Error> {
    let mut drawn = Vec::new();
    for item in items.iter().filter(|i| i.thing.code == AREA.code) {
        if item.is_new() || item.differs_in(cx, "area_outline")? {
            drawn.push(item.clone());
        }
    }
    let mut reasons = imports::uses(cx, import, &drawn, &AREA, ON_AREAS)?;
    reasons.extend(imports::uses(cx, import, items, &POST, ON_POSTS)?);
    Ok(reasons)
}

/// What of this crate was built on an import of staff or residents.
pub fn built_on_people(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<Vec<Reason>, Error> {
    use people::app::undo::{ORG, PERSON, SEAT};
    let mut reasons = Vec::new();
    let asked: [(&Thing, &[Use]); 4] =
        [(&SEAT, ON_SEATS), (&ORG, ON_ORGS), (&PERSON, ON_PERSONS), (&PERSON, ON_PERSONS_ASKED)];
    for (thing, on) in asked {
        reasons.extend(imports::uses(cx, import, items, thing, on)?);
    }
    Ok(reasons)
}

/// Matters of the import that somebody has worked on since.
pub fn built_on(cx: &mut Cx<'_>, import: &Import) -> Result<Vec<Reason>, Error> {
    require(&cx.actor, cx.purpose, Action::UndoImport, &ResourceFacts::District)?;
    let sql = "SELECT m.id, m.number, m.version - 1 AS steps FROM matter_foreign f JOIN matter m ON m.id = f.matter_id \
               WHERE f.import_id = $1 AND m.version > 1 ORDER BY m.n";
    let mut reasons = read(cx, sql, import.id, "moved")?;
    for (table, column, why) in WORK {
        let sql = format!(
            "SELECT m.id, m.number, COUNT(*) AS steps FROM matter_foreign f JOIN matter m ON m.id = f.matter_id \
             JOIN {table} w ON w.{column} = f.matter_id WHERE f.import_id = $1 GROUP BY m.id, m.number ORDER BY m.number"
        );
        for reason in read(cx, &sql, import.id, why)? {
            if !reasons.iter().any(|known| known.id == reason.id && known.why == reason.why) {
                reasons.push(reason);
            }
        }
    }
    Ok(reasons)
}

fn read(cx: &mut Cx<'_>, sql: &str, import: Uuid, why: &'static str) -> Result<Vec<Reason>, Error> {
    let rows = cx.query(sql, params![import])?;
    let reason = |r: &::store::Row| {
        let (id, n, label) = (r.uuid("id")?, r.i64("steps")?, Some(r.text("number")?));
        Ok(Reason { row: None, thing: "matter", id, why, n, label })
    };
    Ok(rows.iter().map(reason).collect::<Result<_, ::store::Error>>()?)
}

/// What an undo did besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    pub matters: usize,
    /// Classes that were made for the import.
    pub classes: usize,
    /// Classes that something else uses by now: they stay.
    pub classes_kept: usize,
}

/// Which matters: the last piece of every statement below.
const OURS: &str = "SELECT matter_id FROM matter_foreign WHERE import_id = $1";

/// Takes the matters back. The caller has found none that somebody worked on; one that moves in the same moment stops all.
pub fn undo(cx: &mut Cx<'_>, import: &Import) -> Result<Undone, Error> {
    require(&cx.actor, cx.purpose, Action::UndoImport, &ResourceFacts::District)?;
    let ours = params![import.id];
    let rows = cx.query(OURS, ours)?;
    let ids = rows.iter().map(|r| r.uuid("matter_id")).collect::<Result<Vec<_>, _>>()?;
    let numbers = format!("SELECT n FROM matter WHERE id IN ({OURS})");
    cx.drop_texts("matter_fts", &numbers, ours)?;
    let raisers = format!("SELECT id FROM matter_raiser WHERE matter_id IN ({OURS})");
    for subjects in [raisers.as_str(), OURS] {
        cx.execute(&format!("DELETE FROM subject_key WHERE subject IN ({subjects})"), ours)?;
    }
    for table in ["matter_copy", "matter_note", "matter_raiser"] {
        cx.execute(&format!("DELETE FROM {table} WHERE matter_id IN ({OURS})"), ours)?;
    }
    let gone = cx.execute(&format!("DELETE FROM matter WHERE version = 1 AND id IN ({OURS})"), ours)?;
    if usize::try_from(gone).ok() != Some(ids.len()) {
        return Err(Error::Store(::store::Error::Unavailable("a matter moved meanwhile: try again".into())));
    }
    cx.execute("DELETE FROM matter_foreign WHERE import_id = $1", ours)?;
    for id in &ids {
        cx.record("matter.import_undone", log::SUBJECT, *id, &json!({ "v": 1, "import": import.n }))?;
    }
    let mut undone = Undone { matters: ids.len(), ..Undone::default() };
    for code in import.detail.get("classes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let gone = drop_class(cx, code)?;
        undone.classes += usize::from(gone);
        undone.classes_kept += usize::from(!gone);
    }
    imports::undo(cx, import, &[])?;
    Ok(undone)
}

/// A class that was made for the import goes, unless it was changed or is used.
fn drop_class(cx: &mut Cx<'_>, code: &str) -> Result<bool, Error> {
    let district = cx.district();
    let used = "SELECT 1 AS one FROM matter WHERE district_id = $1 AND class = $2 LIMIT 1";
    let versions = "SELECT COUNT(*) AS n FROM matter_class WHERE district_id = $1 AND code = $2";
    if cx.query_one(versions, params![district, code])?.i64("n")? != 1
        || cx.query_opt(used, params![district, code])?.is_some()
    {
        return Ok(false);
    }
    cx.execute("DELETE FROM matter_class WHERE district_id = $1 AND code = $2", params![district, code])?;
    classes::forget(cx);
    cx.record("class.put_back", "district", district.0, &json!({ "class": code }))?;
    Ok(true)
}

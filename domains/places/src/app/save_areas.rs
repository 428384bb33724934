//! Adding, changing and retiring areas: a whole set in one transaction, checked as a whole (P1).

use super::undo::AREA;
use super::{may_change, plan};
use crate::model::area::{Area, AreaKind};
use crate::model::outline::Outline;
use crate::{Error, Result, events, store};
use ::store::Cx;
use kernel::ids::AreaId;
use serde_json::json;

/// Which area a change is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AreaRef {
    /// The area with this code, or without a code the one with this name; a new area if there is none. The district's
    /// own area is the only one of its kind.
    #[default]
    ByKey,
    /// This very area: a reviewed match.
    Id(AreaId),
    /// A new area, also when another has the same name.
    New,
}

/// The area it lies in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ParentRef {
    /// Keep what it has; find one for an area that has none: by outline, then by the beginning of its code.
    #[default]
    Find,
    Id(AreaId),
    /// Code, or a name that is the only one of its kind, of an area that is there or in the same set.
    Named(String),
}

/// One area to add or change. What is `None` stays as it is.
#[derive(Debug, Clone)]
pub struct SaveArea {
    pub which: AreaRef,
    pub kind: AreaKind,
    pub code: Option<String>,
    pub name: String,
    /// For readers of English; empty takes it away.
    pub name_en: Option<String>,
    pub parent: ParentRef,
    pub outline: Option<Outline>,
    /// Version that was seen by whoever edits; `None` for imports.
    pub seen: Option<i64>,
}

impl SaveArea {
    pub fn new(kind: AreaKind, code: Option<&str>, name: &str) -> Self {
        Self {
            which: AreaRef::ByKey,
            kind,
            code: code.map(str::to_owned),
            name: name.to_owned(),
            name_en: None,
            parent: ParentRef::Find,
            outline: None,
            seen: None,
        }
    }
    pub fn outlined(mut self, outline: Outline) -> Self {
        self.outline = Some(outline);
        self
    }
    /// `parent` is a code or a name.
    pub fn within(mut self, parent: &str) -> Self {
        self.parent = ParentRef::Named(parent.to_owned());
        self
    }
}

/// A set of changes that is applied as a whole or not at all.
#[derive(Debug, Clone, Default)]
pub struct AreaChanges {
    pub save: Vec<SaveArea>,
    pub retire: Vec<AreaId>,
}

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Added,
    Changed,
    Nothing,
}

/// What a set of changes did, or would do.
#[derive(Debug, Clone, Default)]
pub struct AreaReport {
    /// One for each saved area, in the order given.
    pub saved: Vec<(AreaId, Did)>,
    /// Names of the areas they lie in, in the same order.
    pub within: Vec<Option<String>>,
    pub retired: usize,
    /// Areas outside the set that found their parent in it.
    pub adopted: usize,
    /// Things to look at that refuse nothing.
    pub notes: Vec<Note>,
}

/// Something to look at that refuses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// So many areas lie in no other yet; they find it when the areas above them come with their codes or outlines.
    InNoOther(usize),
    /// Gaps between police areas could not be looked for.
    NoDistrictOutline,
}

impl AreaReport {
    pub fn count(&self, did: Did) -> usize {
        self.saved.iter().filter(|(_, d)| *d == did).count()
    }
    pub fn changes_nothing(&self) -> bool {
        self.count(Did::Nothing) == self.saved.len() && self.retired == 0 && self.adopted == 0
    }
}

/// Checks a set of changes and says what it would do; writes nothing.
pub fn preview_areas(cx: &mut Cx<'_>, changes: &AreaChanges) -> Result<AreaReport> {
    may_change(cx)?;
    let before = store::snapshot(cx)?;
    Ok(plan::plan(cx, &before, changes)?.report)
}

/// Applies a set of changes, each with its entry in the log.
///
/// # Errors
/// [`Error::Wrong`] with every wrong change, [`Error::Coverage`] with the offending pieces: nothing was written.
pub fn save_areas(cx: &mut Cx<'_>, changes: &AreaChanges) -> Result<AreaReport> {
    may_change(cx)?;
    cx.lock("places")?;
    let before = store::snapshot(cx)?;
    let plan = plan::plan(cx, &before, changes)?;
    let mut touched = false;
    for after in &plan.after {
        touched |= match before.area(after.id) {
            None => add(cx, after)?,
            Some(old) => change(cx, old, after)?,
        };
    }
    if touched {
        store::touch(cx)?;
    }
    Ok(plan.report)
}

fn add(cx: &mut Cx<'_>, area: &Area) -> Result<bool> {
    cx.note_new(&AREA, area.id);
    store::insert_area(cx, area)?;
    if let Some(outline) = &area.outline {
        store::open_outline(cx, area.id, outline)?;
    }
    let payload = json!({ "kind": area.kind.code(), "parent": area.parent.map(|p| p.to_string()), "outline": area.outline.is_some() });
    cx.record(events::AREA_ADDED, "area", area.id.0, &payload)?;
    Ok(true)
}

fn change(cx: &mut Cx<'_>, old: &Area, new: &Area) -> Result<bool> {
    let fields = changed_fields(old, new);
    if fields.is_empty() && new.valid_to.is_none() {
        return Ok(false);
    }
    cx.note_before(&AREA, new.id)?;
    store::update_area(cx, &Area { version: old.version + 1, ..new.clone() })?;
    if new.valid_to.is_some() {
        store::close_outline(cx, new.id)?;
        let post = store::served_by(cx, new.id)?;
        store::release_area(cx, new.id)?;
        // The post, so that it answers for the area again when that is put back.
        let payload = json!({ "kind": new.kind.code(), "post": post.map(|p| p.to_string()) });
        cx.record(events::AREA_RETIRED, "area", new.id.0, &payload)?;
        return Ok(true);
    }
    if fields.contains(&"outline") {
        store::close_outline(cx, new.id)?;
        if let Some(outline) = &new.outline {
            store::open_outline(cx, new.id, outline)?;
        }
    }
    let payload = json!({ "fields": fields, "parent": new.parent.map(|p| p.to_string()) });
    cx.record(events::AREA_CHANGED, "area", new.id.0, &payload)?;
    Ok(true)
}

pub(super) fn changed_fields(old: &Area, new: &Area) -> Vec<&'static str> {
    let differs = [
        ("code", old.code != new.code),
        ("name", old.name != new.name),
        ("name_en", old.name_en != new.name_en),
        ("parent", old.parent != new.parent),
        ("outline", old.outline != new.outline),
    ];
    differs.into_iter().filter_map(|(field, yes)| yes.then_some(field)).collect()
}

impl From<Box<crate::model::coverage::Coverage>> for Error {
    fn from(coverage: Box<crate::model::coverage::Coverage>) -> Self {
        Self::Coverage(coverage)
    }
}

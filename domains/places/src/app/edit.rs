//! Drawing areas: what the editor on the map asks. A set of edits is looked at, saved or planned for a day to come as a whole.
//!
//! Nothing here decides what is right: that is `plan`, the same for imports. What is added is who serves a new area, what becomes
//! of areas that lie in one that ends or is cut, and corners that come back as they were.

use super::save_areas::{AreaChanges, AreaRef, AreaReport, ParentRef, SaveArea};
use super::{may_change, plan, save_areas};
use crate::model::area::{Area, AreaKind};
use crate::model::edit_check::{self, Now, Piece};
use crate::model::outline::{Outline, RawPolygons};
use crate::model::post::PostState;
use crate::model::snapshot::Snapshot;
use crate::{Error, Result, events, store};
use ::store::{Cx, params};
use geo::InteriorPoint;
use kernel::Point;
use kernel::ids::{AreaId, PostId};
use rstar::RTree;
use serde_json::json;
use std::collections::HashSet;

/// A corner that comes within this of a stored one is that corner, in degrees: half of the seventh decimal, which is what our
/// GeoJSON shows of it (6 mm).
const COMES_BACK: f64 = 6e-8;

/// One area as it is to be.
#[derive(Debug, Clone)]
pub struct Drawn {
    pub save: SaveArea,
    /// The post that answers for it, where that is to change; police areas only.
    pub serves: Option<PostId>,
    /// The area it is cut from: what lies in that and now in this, hangs on this.
    pub cut_from: Option<AreaId>,
}

/// One area that ends.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    pub area: AreaId,
    /// Version that was seen by whoever edits.
    pub seen: i64,
    /// The area that takes its ground: what lay in the one that ends, lies in this.
    pub into: Option<AreaId>,
}

/// Edits that are applied as a whole or not at all.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub drawn: Vec<Drawn>,
    pub ends: Vec<Ending>,
}

/// What is there to be said before saving.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// What it would do; absent when it is refused.
    pub report: Option<AreaReport>,
    /// Why it is refused.
    pub refused: Option<Error>,
    /// Pieces beside the law for police areas: slivers, and faults of other kinds. They refuse nothing.
    pub pieces: Vec<Piece>,
}

/// Checks the whole set as it would be; writes nothing.
pub fn look(cx: &mut Cx<'_>, edit: &Edit) -> Result<Looked> {
    may_change(cx)?;
    let before = store::snapshot(cx)?;
    let changes = match changes(&before, edit) {
        Ok(changes) => changes,
        Err(e @ Error::Store(_)) => return Err(e),
        Err(e) => return Ok(Looked { refused: Some(e), ..Looked::default() }),
    };
    let pieces = pieces(&before, &changes);
    match plan::plan(cx, &before, &changes) {
        Ok(plan) => Ok(Looked { report: Some(plan.report), refused: None, pieces }),
        Err(e @ Error::Store(_)) => Err(e),
        Err(e) => Ok(Looked { report: None, refused: Some(e), pieces }),
    }
}

/// Applies the edits now.
///
/// # Errors
/// [`Error::Stale`] when somebody changed one of the areas meanwhile, and those of [`save_areas::save_areas`].
pub fn save(cx: &mut Cx<'_>, edit: &Edit) -> Result<AreaReport> {
    may_change(cx)?;
    cx.lock("places")?;
    let before = store::snapshot(cx)?;
    let changes = changes(&before, edit)?;
    let report = save_areas::save_areas(cx, &changes)?;
    let mut served = false;
    for (drawn, (area, _)) in edit.drawn.iter().zip(&report.saved) {
        if let Some(post) = drawn.serves {
            served |= answer_for(cx, &before, *area, post)?;
        }
    }
    if served {
        store::touch(cx)?;
    }
    Ok(report)
}

/// The edits as a set of changes, with those of the areas that lie in them.
pub(super) fn changes(before: &Snapshot, edit: &Edit) -> Result<AreaChanges> {
    for (id, seen) in edit
        .drawn
        .iter()
        .filter_map(|d| if let AreaRef::Id(id) = d.save.which { Some((id, d.save.seen?)) } else { None })
        .chain(edit.ends.iter().map(|e| (e.area, e.seen)))
    {
        let current = before.area(id).map_or(0, |a| a.version);
        if current != seen {
            return Err(Error::Stale { seen, current });
        }
    }
    for drawn in &edit.drawn {
        let running = |p: PostId| before.post(p).is_some_and(|p| p.state == PostState::Running);
        if drawn.serves.is_some_and(|p| drawn.save.kind != AreaKind::Police || !running(p)) {
            return Err(Error::Invalid { field: "serves", why: "only a running post answers for a police area" });
        }
    }
    let mut out = AreaChanges {
        save: edit.drawn.iter().map(|d| d.save.clone()).collect(),
        retire: edit.ends.iter().map(|e| e.area).collect(),
    };
    let mut moved: HashSet<AreaId> = edit
        .drawn
        .iter()
        .filter_map(|d| if let AreaRef::Id(id) = d.save.which { Some(id) } else { None })
        .chain(out.retire.iter().copied())
        .collect();
    for drawn in edit.drawn.iter().filter(|d| d.cut_from.is_some()) {
        let (Some(from), Some(outline)) = (drawn.cut_from, &drawn.save.outline) else { continue };
        let parent = ParentRef::Named(drawn.save.code.clone().unwrap_or_else(|| drawn.save.name.clone()));
        for child in before.children(from).filter(|c| lies_in(c, outline)) {
            if moved.insert(child.id) {
                out.save.push(hangs_on(child, parent.clone()));
            }
        }
    }
    for end in &edit.ends {
        let Some(into) = end.into else { continue };
        for child in before.children(end.area) {
            if moved.insert(child.id) {
                out.save.push(hangs_on(child, ParentRef::Id(into)));
            }
        }
    }
    Ok(out)
}

fn hangs_on(child: &Area, parent: ParentRef) -> SaveArea {
    SaveArea {
        which: AreaRef::Id(child.id),
        parent,
        seen: Some(child.version),
        ..SaveArea::new(child.kind, child.code.as_deref(), &child.name)
    }
}

fn lies_in(child: &Area, outline: &Outline) -> bool {
    let middle = child.outline.as_ref().and_then(|o| o.shape().interior_point());
    middle.and_then(|m| Point::new(m.x(), m.y()).ok()).is_some_and(|p| outline.contains(p))
}

fn pieces(before: &Snapshot, changes: &AreaChanges) -> Vec<Piece> {
    let mut out = Vec::new();
    for kind in AreaKind::ALL {
        let id = |s: &SaveArea| if let AreaRef::Id(id) = s.which { Some(id) } else { None };
        let drawn: Vec<(Option<AreaId>, &SaveArea, &Outline)> = changes
            .save
            .iter()
            .filter(|s| s.kind == kind)
            .filter_map(|s| Some((id(s), s, s.outline.as_ref()?)))
            .filter(|(id, _, o)| {
                id.and_then(|i| before.area(i)).and_then(|a| a.outline.as_deref()).is_none_or(|old| old != *o)
            })
            .collect();
        let changed: HashSet<AreaId> = drawn.iter().filter_map(|d| d.0).chain(changes.retire.iter().copied()).collect();
        let of_kind = || before.of_kind(kind).filter_map(|a| Some((a, a.outline.as_deref()?)));
        let old: Vec<&Outline> = of_kind().filter(|(a, _)| changed.contains(&a.id)).map(|(_, o)| o).collect();
        if drawn.is_empty() && old.is_empty() {
            continue;
        }
        let mut after: Vec<Now<'_>> = of_kind()
            .filter(|(a, _)| !changed.contains(&a.id))
            .map(|(a, outline)| Now { label: a.label(), outline, changed: false })
            .collect();
        after.extend(drawn.iter().map(|(_, s, outline)| Now {
            label: s.code.as_deref().unwrap_or(&s.name),
            outline,
            changed: true,
        }));
        out.extend(edit_check::check(&old, &after));
    }
    out
}

/// Makes a post the one that answers for a police area.
fn answer_for(cx: &mut Cx<'_>, before: &Snapshot, area: AreaId, post: PostId) -> Result<bool> {
    if before.post(post).is_some_and(|p| p.serves.contains(&area)) {
        return Ok(false);
    }
    cx.note_before(&super::undo::POST, post)?;
    store::release_area(cx, area)?;
    let sql = "INSERT INTO post_area (area_id, district_id, post_id) VALUES ($1, $2, $3)";
    cx.execute(sql, params![area, cx.district(), post])?;
    let sql = "UPDATE post SET version = version + 1 WHERE id = $1 AND district_id = $2";
    cx.execute(sql, params![post, cx.district()])?;
    cx.record(events::POST_CHANGED, "post", post.0, &json!({ "fields": ["serves"] }))?;
    Ok(true)
}

/// Gives corners that nobody moved the very numbers they are stored with: they came out as text and come back as text.
pub fn as_stored(before: &Snapshot, raw: &mut RawPolygons) {
    let mut b = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for [x, y] in raw.iter().flatten().flatten() {
        b = [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)];
    }
    let near = |o: &&Outline| {
        let c = o.bounds();
        c.west <= b[2] + COMES_BACK
            && c.east >= b[0] - COMES_BACK
            && c.south <= b[3] + COMES_BACK
            && c.north >= b[1] - COMES_BACK
    };
    let known: Vec<[f64; 2]> = before
        .areas()
        .iter()
        .filter_map(|a| a.outline.as_deref())
        .filter(near)
        .flat_map(crate::model::edit::corners)
        .filter(|c| c[0] >= b[0] - 1e-6 && c[0] <= b[2] + 1e-6 && c[1] >= b[1] - 1e-6 && c[1] <= b[3] + 1e-6)
        .collect();
    let tree = RTree::bulk_load(known);
    for corner in raw.iter_mut().flatten().flatten() {
        let Some(stored) = tree.nearest_neighbor(corner) else { return };
        if (stored[0] - corner[0]).abs() <= COMES_BACK && (stored[1] - corner[1]).abs() <= COMES_BACK {
            *corner = *stored;
        }
    }
}

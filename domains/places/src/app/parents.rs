//! Which area an area lies in: as stated, else by outline, else by the beginning of its code.

use super::save_areas::{ParentRef, SaveArea};
use crate::Why;
use crate::model::area::{Area, AreaKind};
use crate::model::metric::Plane;
use crate::model::outline::Outline;
use geo::{Area as _, BooleanOps};
use kernel::ids::AreaId;
use std::collections::HashSet;

/// Looks up an area by code or unique name.
pub(super) type Find<'a> = &'a dyn Fn(AreaKind, &str) -> Result<Option<usize>, Why>;

pub(super) struct Parents<'a> {
    pub areas: &'a [Area],
    pub find: Find<'a>,
}

impl Parents<'_> {
    /// The parent that a change states, if it states one.
    pub(super) fn stated(&self, save: &SaveArea) -> Result<Option<AreaId>, Why> {
        match &save.parent {
            ParentRef::Find => Ok(None),
            ParentRef::Id(id) => match self.areas.iter().find(|a| a.id == *id) {
                Some(parent) if parent.kind.may_hold(save.kind) => Ok(Some(*id)),
                Some(parent) => Err(Why::CannotLieIn { kind: save.kind, above: parent.kind }),
                None => Err(Why::AboveGone),
            },
            ParentRef::Named(text) => {
                // The nearest kind first: a town and its central community may share a name.
                for kind in AreaKind::ALL.into_iter().rev().filter(|k| k.may_hold(save.kind)) {
                    if let Some(at) = (self.find)(kind, text.trim())? {
                        return Ok(self.areas.get(at).map(|a| a.id));
                    }
                }
                Err(Why::NoAreaAbove { text: text.trim().to_owned() })
            }
        }
    }
}

/// Gives a parent to every valid area that has none and was not given one; counts them.
pub(super) fn adopt(areas: &mut [Area], given: &HashSet<usize>) -> usize {
    let found: Vec<(usize, AreaId)> = areas
        .iter()
        .enumerate()
        .filter(|(i, a)| a.parent.is_none() && !given.contains(i))
        .filter_map(|(i, area)| Some((i, by_place(areas, area)?)))
        .collect();
    for (i, parent) in &found {
        areas.iter_mut().skip(*i).take(1).for_each(|a| a.parent = Some(*parent));
    }
    found.len()
}

fn by_place(areas: &[Area], area: &Area) -> Option<AreaId> {
    let above = area.kind.above()?;
    let candidates = || areas.iter().filter(move |a| a.kind == above);
    if above == AreaKind::District {
        return candidates().next().map(|a| a.id);
    }
    by_outline(candidates(), area).or_else(|| by_code(candidates(), area))
}

/// The candidate that covers more than half of the area.
fn by_outline<'a>(candidates: impl Iterator<Item = &'a Area>, area: &Area) -> Option<AreaId> {
    let outline = area.outline.as_deref()?;
    let b = outline.bounds();
    let plane = Plane::around(b.west, b.south);
    let ground = plane.to_metres(outline.shape());
    let half = ground.unsigned_area() / 2.0;
    let near = |o: &Outline| {
        let c = o.bounds();
        c.west <= b.east && c.east >= b.west && c.south <= b.north && c.north >= b.south
    };
    let drawn = candidates.filter_map(|c| Some((c, c.outline.as_deref()?))).filter(|(_, o)| near(o));
    drawn
        .map(|(c, o)| (c.id, plane.to_metres(o.shape()).intersection(&ground).unsigned_area()))
        .find(|(_, shared)| *shared > half)
        .map(|(id, _)| id)
}

/// Codes nest: a statistical code begins with that of the area above, without its closing groups of `000`.
fn by_code<'a>(candidates: impl Iterator<Item = &'a Area>, area: &Area) -> Option<AreaId> {
    let code = area.code.as_deref()?;
    let stem = |c: &'a Area| c.code.as_deref().map(|s| s.trim_end_matches("000"));
    candidates
        .filter_map(|c| Some((stem(c)?, c.id)))
        .filter(|(stem, _)| !stem.is_empty() && stem.len() < code.len() && code.starts_with(stem))
        .max_by_key(|(stem, _)| stem.len())
        .map(|(_, id)| id)
}

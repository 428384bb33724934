//! Which outlines contain a point: the index of the engine `fence` over the areas of a district. Only [`super::snapshot`] asks.

use super::area::Area;
use super::outline::Outline;
use fence::{At, Index, Number, Shape};
use kernel::Point;
use kernel::ids::AreaId;
use std::collections::HashMap;
use std::sync::Arc;

/// After more changes than this the whole index is built anew.
const FEW: usize = 64;

#[derive(Debug)]
pub(super) struct Ground {
    index: Index,
    /// By number of the index; a number whose area is gone is given again.
    areas: Vec<Option<(AreaId, Arc<Outline>)>>,
    numbers: HashMap<AreaId, Number>,
}

impl Ground {
    pub fn new(areas: &[Area]) -> Self {
        let drawn = areas.iter().filter_map(|a| Some((a.id, Arc::clone(a.outline.as_ref()?), shape(a)?)));
        let (mut known, mut shapes, mut numbers) = (Vec::new(), Vec::new(), HashMap::new());
        for (id, outline, shape) in drawn {
            numbers.insert(id, known.len() as Number);
            known.push(Some((id, outline)));
            shapes.push(shape);
        }
        Self { index: Index::new(shapes), areas: known, numbers }
    }

    /// The ground of these areas, made from this one: outlines that are the same stay where they are.
    pub fn after(&self, areas: &[Area]) -> Self {
        let drawn: HashMap<AreaId, &Area> = areas.iter().filter(|a| a.outline.is_some()).map(|a| (a.id, a)).collect();
        let gone: Vec<Number> =
            self.numbers.iter().filter(|(id, _)| !drawn.contains_key(id)).map(|(_, n)| *n).collect();
        let changed: Vec<&Area> = drawn.values().filter(|a| !self.has(a)).copied().collect();
        if gone.len() + changed.len() > FEW {
            return Self::new(areas);
        }
        let mut next = Self { index: self.index.clone(), areas: self.areas.clone(), numbers: self.numbers.clone() };
        for number in gone {
            next.set(number, None);
        }
        for area in changed {
            let free = || next.areas.iter().position(Option::is_none).unwrap_or(next.areas.len()) as Number;
            let number = next.numbers.get(&area.id).copied().unwrap_or_else(free);
            next.set(number, Some(area));
        }
        // A snapshot is asked far more often than it is made.
        next.index = next.index.settled(usize::MAX);
        next
    }

    fn has(&self, area: &Area) -> bool {
        let known = self.numbers.get(&area.id).and_then(|n| self.areas.get(*n as usize)?.as_ref());
        known.is_some_and(|(_, outline)| area.outline.as_ref().is_some_and(|o| Arc::ptr_eq(o, outline) || o == outline))
    }

    fn set(&mut self, number: Number, area: Option<&Area>) {
        let place = number as usize;
        if self.areas.len() <= place {
            self.areas.resize(place + 1, None);
        }
        let known = area.and_then(|a| Some((a.id, Arc::clone(a.outline.as_ref()?))));
        if let Some((id, _)) = self.areas.get_mut(place).and_then(|old| std::mem::replace(old, known)) {
            self.numbers.remove(&id);
        }
        if let Some(area) = area {
            self.numbers.insert(area.id, number);
        }
        self.index = self.index.with(number, area.and_then(shape).map(Arc::new));
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Tells every area whose outline contains the point, in no order.
    pub fn containing(&self, point: Point, mut hit: impl FnMut(AreaId)) {
        self.index.locate(at(point), |number| {
            if let Some(Some((id, _))) = self.areas.get(number as usize) {
                hit(*id);
            }
        });
    }

    /// Whether the outline of this area contains the point.
    pub fn lies_in(&self, point: Point, area: AreaId) -> bool {
        let shape = self.numbers.get(&area).and_then(|number| self.index.shape(*number));
        shape.is_some_and(|shape| shape.contains(at(point)))
    }
}

pub(super) const fn at(point: Point) -> At {
    [point.lon(), point.lat()]
}

/// The outline for the engine: both follow the same rule (docs/decisions/0005).
pub(super) fn shape(area: &Area) -> Option<Shape> {
    let rings = area.outline.as_ref()?.shape().iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let ring = |line: &geo::LineString<f64>| line.coords().map(|c| [c.x, c.y]).collect::<Vec<At>>();
    // What was drawn has passed the checks of `outline`: its coordinates are degrees.
    Shape::new(rings.map(ring)).ok()
}

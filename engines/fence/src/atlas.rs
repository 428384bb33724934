//! Areas of any number of layers with their history: who contained this place on that day.
//!
//! What is valid without an end stands in one index, what has ended in another, so that a long history costs a question
//! about today nothing but a look into a tile that is mostly empty.

use crate::index::{Index, Number};
use crate::shape::{At, Shape};
use kernel::Moment;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// One outline of an area and the time for which it was the area's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The area's own number, the same in all its versions: a UUID fits.
    pub area: u128,
    /// What kind of area: each layer answers for itself.
    pub layer: u32,
    /// From this instant on.
    pub from: Moment,
    /// Before this instant; `None` for ever.
    pub until: Option<Moment>,
}

impl Version {
    /// Valid from the beginning of time.
    pub const fn always(area: u128, layer: u32) -> Self {
        Self { area, layer, from: Moment::from_micros(i64::MIN), until: None }
    }
    pub fn holds(&self, as_of: Moment) -> bool {
        self.from <= as_of && self.until.is_none_or(|until| as_of < until)
    }
}

/// An index with what each number stands for.
#[derive(Debug, Clone)]
struct Part {
    index: Index,
    versions: Vec<Version>,
    free: Vec<Number>,
}

impl Part {
    fn new(areas: impl IntoIterator<Item = (Version, Shape)>) -> Self {
        let (versions, shapes): (Vec<_>, Vec<_>) = areas.into_iter().unzip();
        Self { index: Index::new(shapes), versions, free: Vec::new() }
    }
    fn add(&mut self, version: Version, shape: Arc<Shape>) -> Number {
        let number = self.free.pop().unwrap_or(self.versions.len() as Number);
        match self.versions.get_mut(number as usize) {
            Some(place) => *place = version,
            None => self.versions.push(version),
        }
        self.index = self.index.with(number, Some(shape));
        number
    }
    fn remove(&mut self, number: Number) -> Option<(Version, Arc<Shape>)> {
        let found = (*self.versions.get(number as usize)?, self.index.shared(number)?);
        self.index = self.index.with(number, None);
        self.free.push(number);
        Some(found)
    }
    #[inline]
    fn locate(&self, at: At, as_of: Moment, hit: &mut impl FnMut(&Version)) {
        self.index.locate(at, |number| {
            if let Some(version) = self.versions.get(number as usize).filter(|v| v.holds(as_of)) {
                hit(version);
            }
        });
    }
}

/// All areas with their history. Never changed: each change makes the next one, which shares what it can.
#[derive(Debug, Clone)]
pub struct Atlas {
    open: Part,
    ended: Part,
    /// Where the open version of each area stands.
    open_of: HashMap<u128, Number>,
}

impl Atlas {
    /// Of two open versions of one area the later in the list counts.
    pub fn new(areas: impl IntoIterator<Item = (Version, Shape)>) -> Self {
        let (mut open, mut ended) = (Vec::new(), Vec::new());
        let mut open_of = HashMap::new();
        for (version, shape) in areas {
            if version.until.is_some() {
                ended.push((version, shape));
            } else if let Some(at) = open_of.get(&version.area).and_then(|n: &Number| open.get_mut(*n as usize)) {
                *at = (version, shape);
            } else {
                open_of.insert(version.area, open.len() as Number);
                open.push((version, shape));
            }
        }
        Self { open: Part::new(open), ended: Part::new(ended), open_of }
    }

    /// Tells every version that contains the point and was valid at that instant, in no order.
    #[inline]
    pub fn locate(&self, at: At, as_of: Moment, mut hit: impl FnMut(&Version)) {
        self.open.locate(at, as_of, &mut hit);
        if self.ended.versions.len() > self.ended.free.len() {
            self.ended.locate(at, as_of, &mut hit);
        }
    }

    /// The areas that contained the point at that instant, by layer and number.
    pub fn containing(&self, at: At, as_of: Moment) -> Vec<Version> {
        let mut found = Vec::new();
        self.locate(at, as_of, |version| found.push(*version));
        found.sort_unstable_by_key(|v| (v.layer, v.area));
        found
    }

    /// Gives an area this outline from an instant on. What it had from then on is no more; what it had before ends then.
    #[must_use]
    pub fn put(&self, area: u128, layer: u32, from: Moment, shape: Arc<Shape>) -> Self {
        let mut next = self.end(area, from);
        let number = next.open.add(Version { area, layer, from, until: None }, shape);
        next.open_of.insert(area, number);
        next
    }

    /// Ends an area: from this instant on it has no outline.
    #[must_use]
    pub fn end(&self, area: u128, at: Moment) -> Self {
        let mut next = self.clone();
        // Versions that were known to end later than this end now: only when the past itself is mended.
        let later = self.ended.index.areas().map(|(n, _)| n);
        let later = later.filter(|n| {
            let version = self.ended.versions.get(*n as usize);
            version.is_some_and(|v| v.area == area && v.until.is_some_and(|until| until > at))
        });
        let mut cut: Vec<_> = later.collect::<Vec<_>>().into_iter().filter_map(|n| next.ended.remove(n)).collect();
        cut.extend(next.open_of.remove(&area).and_then(|number| next.open.remove(number)));
        for (version, shape) in cut.into_iter().filter(|(version, _)| version.from < at) {
            next.ended.add(Version { until: Some(at), ..version }, shape);
        }
        next
    }

    /// The indexes on grids that fit again: after very many changes.
    #[must_use]
    pub fn rebuilt(&self) -> Self {
        let mut next = self.clone();
        next.open.index = next.open.index.rebuilt();
        next.ended.index = next.ended.index.rebuilt();
        next
    }

    /// How many tiles are not as quick as they could be since the last changes ([`Index::pending`]).
    pub fn pending(&self) -> usize {
        self.open.index.pending() + self.ended.index.pending()
    }

    /// The same with at most so many of them packed, of what is open and of what has ended each.
    #[must_use]
    pub fn settled(&self, at_most: usize) -> Self {
        let mut next = self.clone();
        next.open.index = next.open.index.settled(at_most);
        next.ended.index = next.ended.index.settled(at_most);
        next
    }

    /// What is open, and what has ended.
    pub const fn indexes(&self) -> (&Index, &Index) {
        (&self.open.index, &self.ended.index)
    }
}

/// The atlas in use, for many readers and one writer at a time. Whoever reads keeps the atlas they began with, so a change
/// stops nobody; they wait only while a pointer is put in place.
#[derive(Debug)]
pub struct Live {
    current: RwLock<Arc<Atlas>>,
    writer: Mutex<()>,
}

impl Live {
    pub fn new(atlas: Atlas) -> Self {
        Self { current: RwLock::new(Arc::new(atlas)), writer: Mutex::new(()) }
    }
    /// The atlas as it is now.
    pub fn read(&self) -> Arc<Atlas> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Puts the next atlas in place, made from the one that is there. With [`Atlas::settled`] some tiles at a time, what changes have
    /// left to be packed never makes another change wait for long.
    pub fn change(&self, make: impl FnOnce(&Atlas) -> Atlas) {
        let _one_at_a_time = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(make(&self.read()));
        let before = std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), next);
        // Taking the old one apart can last; nobody waits for it.
        drop(before);
    }
}

//! One tile: which areas lie in which of its cells, packed so that few pages of memory are asked for.
//!
//! A cell is a byte. Below [`RECORD`] it is the place in the tile's list of areas of the only one that covers the cell; the first
//! of the list stands for none. Otherwise the cell has a record: a border runs through it, or several areas cover it. Bytes stand
//! in blocks of 4 × 2 cells, each with the place where its records begin; equal records of a block are written once. So
//! the bytes of all tiles stay near the processor, and what has no border is answered from there.
//!
//! A record is an item for each area, the last one marked: a word of 8 bits place in the tile's list of areas, and whether the
//! count is turned round, whether it is the last, and how many points the line of the border has ([`crate::local`]), which
//! follows. [`COVERS`] stands for an area that covers the cell, [`LONG`] and [`FAR`] say that the count, or the place, is a number
//! of its own. A count of 0 of its own means that only the exact test helps.
//!
//! An area is taken out by its place in the list ([`GONE`]), and put in beside what is packed ([`Later`]), until the tile is packed
//! again: so a change costs the same however large the area is.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::{Frame, Place};
use crate::local::{Side, Spot, side};
use crate::pack::Builder;
use crate::shape::{At, Shape};
use std::sync::Arc;

pub(crate) const LAST: u16 = 1 << 6;
pub(crate) const TURNED: u16 = 1 << 7;
pub(crate) const POINTS: u16 = LAST - 1;
pub(crate) const COVERS: u16 = 0;
pub(crate) const LONG: u16 = POINTS;
/// Place in the list of areas that is too far for 8 bits.
pub(crate) const FAR: u16 = 0xFF;
/// In place of an area that was taken out, and at the beginning of each list: the area of what no area reaches into.
pub(crate) const GONE: u32 = u32::MAX;
/// Cells with a record have a byte from here on: where it stands behind the first of the block.
pub(crate) const RECORD: u8 = 0x80;
/// Cells of a block.
pub(crate) const ACROSS: u32 = 4;
pub(crate) const UP: u32 = 2;
pub(crate) const CELLS: usize = (ACROSS * UP) as usize;
/// Words of a block: its bytes, and the place of its records.
pub(crate) const BLOCK: usize = CELLS / 2 + 1;

#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct Tile {
    pub(crate) blocks: Arc<[u16]>,
    pub(crate) words: Arc<[u16]>,
    pub(crate) areas: Arc<[u32]>,
    pub(crate) later: Option<Arc<Later>>,
    /// Cells on each side.
    pub(crate) side: u16,
    /// Blocks in a row.
    pub(crate) across: u16,
    /// Records begin at multiples of two to this power.
    pub(crate) shift: u8,
    /// Whether an area of the list was taken out.
    pub(crate) has_gone: bool,
}

/// What was put in since the tile was packed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Later {
    /// Areas that cover the whole tile.
    pub everywhere: Vec<u32>,
    /// Areas that may have a border in it: the outline is asked.
    pub asked: Vec<u32>,
}

/// An area that is put into many tiles, or taken out of them: tiles that had the same before have the same afterwards.
pub(crate) struct Change {
    area: u32,
    /// What a tile had and what it got, the last time each.
    shared: [Option<(Option<Arc<Later>>, Option<Arc<Later>>)>; 2],
}

impl Change {
    pub const fn new(area: u32) -> Self {
        Self { area, shared: [None, None] }
    }

    fn share(&mut self, kind: usize, before: Option<Arc<Later>>, make: impl FnOnce(&mut Later)) -> Option<Arc<Later>> {
        let known = self.shared[kind].as_ref().filter(|(known, _)| match (known, &before) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        });
        if let Some((_, after)) = known {
            return after.clone();
        }
        let mut later = before.as_deref().cloned().unwrap_or_default();
        make(&mut later);
        let after = (later != Later::default()).then(|| Arc::new(later));
        self.shared[kind] = Some((before, after.clone()));
        after
    }
}

/// A point in a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InCell {
    byte: u8,
    /// Where the records of the block begin.
    base: u16,
    pub spot: Spot,
}

/// An area in a cell.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    place: usize,
    pub covers: bool,
    pub turned: bool,
    pub last: bool,
    /// The line.
    pub start: usize,
    pub points: usize,
}

impl Tile {
    #[inline]
    pub fn cell(&self, place: Place) -> InCell {
        let (x, y) = (u64::from(place.x) * u64::from(self.side), u64::from(place.y) * u64::from(self.side));
        let (i, j) = ((x >> 32) as u32, (y >> 32) as u32);
        self.at(i, j, Spot::new(x as u32, y as u32))
    }

    /// Column and row.
    #[inline]
    fn at(&self, i: u32, j: u32, spot: Spot) -> InCell {
        let block = (j / UP * u32::from(self.across) + i / ACROSS) as usize * BLOCK;
        let cell = (j % UP * ACROSS + i % ACROSS) as usize;
        let byte = (self.blocks[block + cell / 2] >> (cell % 2 * 8)) as u8;
        InCell { byte, base: self.blocks[block + BLOCK - 1], spot }
    }

    /// Where the record of the cell stands, if it has one.
    #[inline]
    pub fn record(&self, at: InCell) -> usize {
        (usize::from(at.base) + usize::from(at.byte & (RECORD - 1))) << self.shift
    }

    #[inline]
    pub fn word(&self, record: usize) -> u16 {
        self.words.get(record).copied().unwrap_or_default()
    }

    /// The area that covers the cell as the only one, [`GONE`] when there is none at all; and whether that is all there is to say.
    #[inline]
    pub fn simple(&self, at: InCell) -> (u32, bool) {
        let simple = at.byte < RECORD;
        // Otherwise any of the list, to have no branch.
        let place = usize::from(at.byte) & usize::from(simple).wrapping_neg();
        (self.areas[place], simple)
    }

    #[inline]
    pub fn item(&self, at: usize) -> Item {
        let head = self.words[at];
        let (place, points) = (head >> 8, head & POINTS);
        let (turned, last) = (head & TURNED != 0, head & LAST != 0);
        if place == FAR || points == LONG {
            return self.long_item(at);
        }
        let (place, points) = (usize::from(place), usize::from(points));
        Item { place, covers: points == 0, turned, last, start: at + 1, points }
    }

    #[cold]
    fn long_item(&self, at: usize) -> Item {
        let head = self.words[at];
        let (mut place, mut points, mut start) = (usize::from(head >> 8), usize::from(head & POINTS), at + 1);
        let covers = points == 0;
        if place == usize::from(FAR) {
            place = number(&self.words, start) as usize;
            start += 2;
        }
        if points == usize::from(LONG) {
            points = number(&self.words, start) as usize;
            start += 2;
        }
        Item { place, covers, turned: head & TURNED != 0, last: head & LAST != 0, start, points }
    }

    #[inline]
    pub fn area(&self, item: &Item) -> u32 {
        self.areas[item.place]
    }

    #[inline]
    pub fn side(&self, item: &Item, spot: Spot) -> Side {
        side(&self.words[item.start..], item.points, spot)
    }

    /// Tells every area of a record; `exact` decides for points too near to a border.
    #[inline]
    pub fn tell(&self, record: usize, spot: Spot, mut exact: impl FnMut(u32) -> bool, mut hit: impl FnMut(u32)) {
        let mut at = record;
        loop {
            let item = self.item(at);
            let area = self.area(&item);
            let inside = item.covers || {
                let found = self.side(&item, spot);
                if found.near { area != GONE && exact(area) } else { found.odd != item.turned }
            };
            if inside && area != GONE {
                hit(area);
            }
            if item.last {
                break;
            }
            at = item.start + item.points;
        }
    }

    /// Tells what was put in since it was packed.
    #[inline]
    pub fn tell_later(&self, mut exact: impl FnMut(u32) -> bool, mut hit: impl FnMut(u32)) {
        if let Some(later) = &self.later {
            later.everywhere.iter().for_each(|area| hit(*area));
            later.asked.iter().filter(|area| exact(**area)).for_each(|area| hit(*area));
        }
    }

    /// Every area that touches the tile, each once, by number.
    pub fn areas(&self) -> Vec<u32> {
        let later = self.later.iter().flat_map(|later| later.everywhere.iter().chain(&later.asked));
        let mut found: Vec<u32> = self.areas.iter().filter(|area| **area != GONE).chain(later).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes an area out. Its records stay until the tile is packed again.
    pub fn take_out(&mut self, change: &mut Change) {
        let area = change.area;
        if let Some(place) = self.areas.iter().position(|a| *a == area) {
            let mut areas: Vec<u32> = self.areas.to_vec();
            areas[place] = GONE;
            self.areas = areas.into();
            self.has_gone = true;
        }
        let is_there = |later: &Arc<Later>| later.everywhere.contains(&area) || later.asked.contains(&area);
        if self.later.as_ref().is_some_and(is_there) {
            self.later = change.share(0, self.later.take(), |less| {
                less.everywhere.retain(|a| *a != area);
                less.asked.retain(|a| *a != area);
            });
        }
    }

    /// Puts an area in that is not there.
    pub fn put_in(&mut self, change: &mut Change, everywhere: bool) {
        let area = change.area;
        self.later = change.share(usize::from(everywhere), self.later.take(), |more| {
            if everywhere { more.everywhere.push(area) } else { more.asked.push(area) }
        });
    }

    /// Whether it would say the same in less when it were packed again.
    pub const fn is_pending(&self) -> bool {
        self.later.is_some() || self.has_gone
    }

    /// Whether so much was put in since it was packed that it shows.
    pub fn waits_for_long(&self) -> bool {
        self.later.as_ref().is_some_and(|later| later.everywhere.len() + later.asked.len() > 8)
    }

    pub fn build(areas: &[(u32, &Shape)], frame: impl Fn(u32) -> Frame) -> Self {
        let side = side_for(areas, &frame(1));
        Builder::new(areas, &frame(side), side).finish()
    }

    /// The tile with what was changed packed with the rest; `areas` are all of the tile. Those that were packed are not
    /// traced again, unless cells of another size have become the right ones.
    pub fn packed(&self, areas: &[(u32, &Shape)], frame: impl Fn(u32) -> Frame) -> Self {
        let fitting = side_for(areas, &frame(1));
        let side = u32::from(self.side);
        if fitting * 2 > side * 3 || fitting * 3 < side * 2 {
            return Builder::new(areas, &frame(fitting), fitting).finish();
        }
        let new: Vec<(u32, &Shape)> = areas.iter().filter(|(n, _)| !self.areas.contains(n)).copied().collect();
        Builder::unpacked(self).and(&new, &frame(side)).finish()
    }

    /// Every item with its cell, but those of areas that are gone.
    pub fn items(&self) -> impl Iterator<Item = (u32, u32, Item)> + '_ {
        let side = u32::from(self.side);
        let all = (0..side * side).flat_map(move |cell| {
            let at = self.at(cell % side, cell / side, Spot::default());
            let (area, simple) = self.simple(at);
            let only = Item { place: 0, covers: true, turned: false, last: true, start: 0, points: 0 };
            let mut next = (!simple).then(|| self.record(at));
            let record = std::iter::from_fn(move || {
                let item = self.item(next?);
                next = (!item.last).then_some(item.start + item.points);
                Some((cell, self.area(&item), item))
            });
            simple.then_some((cell, area, only)).into_iter().chain(record)
        });
        all.filter(|(_, area, _)| *area != GONE)
    }

    /// The same with its parts in memory of their own, asked for now: those of all tiles lie together.
    pub fn settle(tiles: &mut [Self]) {
        tiles.iter_mut().for_each(|tile| tile.areas = Arc::from(&*tile.areas));
        tiles.iter_mut().for_each(|tile| tile.blocks = Arc::from(&*tile.blocks));
        tiles.iter_mut().for_each(|tile| tile.words = Arc::from(&*tile.words));
    }

    pub fn bytes(&self) -> usize {
        size_of::<Self>() + 3 * 16 + (self.words.len() + self.blocks.len()) * 2 + self.areas.len() * 4
    }
}

/// A number of two words.
#[inline]
fn number(words: &[u16], at: usize) -> u32 {
    u32::from(words[at]) | u32::from(words[at + 1]) << 16
}

/// The exact test of an area by its number.
pub(crate) fn exact(shape: Option<&Shape>, at: At) -> bool {
    shape.is_some_and(|s| s.contains(at))
}

/// Cells for each edge of a tile.
const CELLS_PER_EDGE: f64 = 1.8;
const MOST_CELLS_A_SIDE: f64 = 96.0;

/// More edges, smaller cells: but not so small that long edges stand in very many of them.
fn side_for(areas: &[(u32, &Shape)], whole: &Frame) -> u32 {
    let (mut edges, mut length) = (0.0_f64, 0.0_f64);
    let heights = [0.0, 1.0].map(|y| whole.position([0.0, y])[1]);
    for (_, shape) in areas {
        shape.edges_between(heights[0], heights[1], |_, a, b| {
            let (a, b) = (whole.cells(a), whole.cells(b));
            let apart = (0..2).any(|k| a[k].max(b[k]) < 0.0 || a[k].min(b[k]) > 1.0);
            if !apart {
                edges += 1.0;
                length += (0..2).map(|k| (a[k] - b[k]).abs().min(1.0)).sum::<f64>();
            }
        });
    }
    // An edge stands in about 1 + length · side cells.
    let few = (3.0 * edges + 64.0) / length.max(1e-9);
    (edges * CELLS_PER_EDGE).sqrt().min(few).clamp(1.0, MOST_CELLS_A_SIDE).round() as u32
}

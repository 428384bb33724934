//! One tile: which areas lie in which of its cells, packed so that few lines of memory are asked for.
//!
//! The bytes of a tile are its list of areas (32 bits each, the first stands for none), its cells (16 bits each, row by row), its
//! records, and what is too long for a record. A cell says where its record begins, in steps of a size that the tile chooses, and
//! in the lowest two bits how many areas the record has, less one.
//!
//! A record is a word of 16 bits for each area and then up to eight points of borders, two bytes each. The word holds the place in
//! the list of areas, and a mask over the edges between the points: the area contains a point when the ray to the east crosses
//! an odd number of its edges. The highest bit of the mask stands for an edge that is always crossed, so that a mask of it alone
//! says that the area covers the cell, and with others it turns their count round. So all cells are answered in the same way, by
//! one stroke ([`crate::stroke`]) and without a branch; those that nothing or one area covers share a record.
//!
//! What has more points, up to fifteen, begins with [`WIDE`] and has a second word for each area, with a mask over the next seven edges: two
//! strokes answer it.
//!
//! What does not fit (more areas, more points, a place beyond 8 bits) has [`LONG`] in place of its record, and behind it where its
//! items stand: an area each, one after the other.
//!
//! What changed since the tile was packed stands beside it ([`Later`]), so that a change costs the same however large the area is.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::{Frame, Place};
use crate::line::{Kind, Line};
use crate::local::Spot;
use crate::pack::Builder;
use crate::shape::{At, Shape};
use crate::stroke::{BYTES, POINTS, stroke};
use std::sync::Arc;

/// Area of the first place of each list: no area reaches into that.
pub(crate) const NONE: u32 = u32::MAX;
/// Words of cells below this are the place of the only area; what they have above it says where the record stands.
pub(crate) const RECORDS: u16 = 0x100;
/// Areas of a record.
pub(crate) const SLOTS: usize = 4;
/// Of the mask of an area: always crossed.
pub(crate) const ALWAYS: u8 = 0x80;
/// First word of what has a place among the long ones; no record begins so.
pub(crate) const LONG: u16 = 0x0100;
/// First word of a record of up to [`WIDE_POINTS`] points: behind it the words for the first seven edges, the words for the next
/// seven, and the points. No other record begins so.
pub(crate) const WIDE: u16 = 0x0200;
/// Two strokes that share a point.
pub(crate) const WIDE_POINTS: usize = 2 * POINTS - 1;
/// Bytes of such a record that are read at once.
pub(crate) const READ_WIDE: usize = 2 + 4 * SLOTS + 2 * (POINTS - 1) + BYTES;
/// Bytes of a record that are read at once, whether they belong to it or not.
pub(crate) const READ: usize = 2 * SLOTS + BYTES;
/// Bytes of a line of memory.
const LINE: usize = 64;
/// The lowest bit of each word of a head.
const EACH: u64 = 0x0001_0001_0001_0001;

#[derive(Debug, Clone)]
pub(crate) struct Tile {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) later: Option<Arc<Later>>,
    /// Areas of the list.
    pub(crate) count: u32,
    /// Cells on each side.
    pub(crate) side: u16,
    /// Records begin at multiples of two to this power.
    pub(crate) shift: u8,
}

/// What was changed since the tile was packed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Later {
    /// Areas that what was packed tells of, and that are no more.
    pub gone: Vec<u32>,
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
    word: u16,
    /// The place in it in parts of 2³².
    x: u32,
    y: u32,
}

impl InCell {
    /// Whether the cell has a record.
    #[inline]
    pub const fn has_record(self) -> bool {
        self.word >= RECORDS
    }
    /// Otherwise: place in the list of the area that covers it as the only one, 0 when there is none at all.
    #[inline]
    pub const fn place(self) -> usize {
        self.word as usize & 0xFF
    }
    #[inline]
    pub const fn spot(self) -> Spot {
        Spot::new(self.x, self.y)
    }
    /// Whether there is such an area.
    #[inline]
    pub const fn is_covered(self) -> bool {
        self.word.wrapping_sub(1) < RECORDS - 1
    }
}

/// What a record says of a point.
#[derive(Clone, Copy, Default)]
pub(crate) struct Met {
    /// A word for each area: place in the list and mask.
    head: u64,
    /// The lowest bit of the word of each area that contains the point.
    hits: u64,
    /// Whether an outline has to be asked, or items.
    pub unsure: bool,
}

impl Met {
    /// Place in the list of the area of this word.
    #[inline]
    pub const fn place(&self, slot: usize) -> usize {
        (self.head >> (slot * 16 + 8)) as usize & 0xFF
    }
    /// Places in the list of the areas that contain the point.
    #[inline]
    pub fn hits(&self) -> impl Iterator<Item = usize> {
        let (head, mut hits) = (self.head, self.hits);
        std::iter::from_fn(move || {
            let slot = (hits != 0).then(|| hits.trailing_zeros())?;
            hits &= hits - 1;
            Some((head >> (slot + 8)) as usize & 0xFF)
        })
    }
    #[inline]
    pub const fn is_hit(&self, slot: usize) -> bool {
        self.hits >> (slot * 16) & 1 != 0
    }
}

/// Four words of sixteen bits from there.
#[inline]
fn word_of(record: &[u8], at: usize) -> u64 {
    record[at..].first_chunk().map_or(0, |head| u64::from_le_bytes(*head))
}

/// All bits of so many words and one.
#[inline]
const fn words(more: usize) -> u64 {
    u64::MAX >> (48 - 16 * more)
}

/// The lowest bit of each word whose lower eight have an odd number of ones.
#[inline]
const fn odd(mut of: u64) -> u64 {
    of ^= of >> 4;
    of ^= of >> 2;
    of ^= of >> 1;
    of & EACH
}

impl Tile {
    #[inline]
    pub fn cell(&self, place: Place) -> InCell {
        let (x, y) = (u64::from(place.x) * u64::from(self.side), u64::from(place.y) * u64::from(self.side));
        let (i, j) = ((x >> 32) as u32, (y >> 32) as u32);
        InCell { word: self.cell_word(j * u32::from(self.side) + i), x: x as u32, y: y as u32 }
    }

    #[inline]
    fn cell_word(&self, cell: u32) -> u16 {
        self.word(self.count as usize * 4 + cell as usize * 2)
    }

    /// Where the record of the cell stands.
    #[inline]
    fn record(&self, cell: InCell) -> usize {
        usize::from((cell.word & !3).wrapping_sub(RECORDS) >> 2) << self.shift
    }

    #[inline]
    fn word(&self, at: usize) -> u16 {
        self.bytes[at..].first_chunk().map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    /// The area at this place of the list.
    #[inline]
    pub fn area(&self, place: usize) -> u32 {
        self.number(place * 4)
    }

    #[inline]
    fn number(&self, at: usize) -> u32 {
        self.bytes[at..].first_chunk().map_or(NONE, |bytes| u32::from_le_bytes(*bytes))
    }

    /// Asks for the record, so that it is near when it is needed.
    #[inline]
    pub fn touch(&self, cell: InCell) -> u8 {
        // Without a branch.
        self.bytes[self.record(cell) & usize::from(cell.has_record()).wrapping_neg()]
    }

    /// What the record says of the point.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than a tenth of an answer")]
    pub fn met(&self, cell: InCell) -> Met {
        let record = self.bytes[self.record(cell)..].first_chunk::<READ>();
        let Some(record) = record else { return Met::default() };
        let more = usize::from(cell.word & 3);
        let head = word_of(record, 0) & words(more);
        let Some(points) = record[2 * more + 2..].first_chunk() else {
            return Met::default();
        };
        let met = stroke(points, cell.spot());
        let near = head & (EACH * u64::from(met.near));
        let unsure = near != 0 || matches!(head as u16, LONG | WIDE);
        Met { head, hits: odd(head & (EACH * u64::from(met.crossed | ALWAYS))), unsure }
    }

    /// The same of a cell of which [`Tile::met`] is not sure: that of a wide record, and unsure what is something else.
    #[inline]
    pub fn met_wide(&self, cell: InCell) -> Met {
        const UNSURE: Met = Met { head: 0, hits: 0, unsure: true };
        let Some(record) = self.bytes[self.record(cell)..].first_chunk::<READ_WIDE>() else { return UNSURE };
        if word_of(record, 0) as u16 != WIDE {
            return UNSURE;
        }
        let more = usize::from(cell.word & 3);
        let (head, further) = (word_of(record, 2) & words(more), word_of(record, 2 * more + 4) & words(more));
        let points = &record[4 * more + 6..];
        let (Some(one), Some(two)) = (points.first_chunk(), points[2 * (POINTS - 1)..].first_chunk()) else {
            return UNSURE;
        };
        let (one, two) = (stroke(one, cell.spot()), stroke(two, cell.spot()));
        let crossed = head & (EACH * u64::from(one.crossed | ALWAYS));
        let hits = odd(crossed) ^ odd(further & (EACH * u64::from(two.crossed)));
        let near = head & (EACH * u64::from(one.near)) | further & (EACH * u64::from(two.near));
        Met { head, hits, unsure: near != 0 }
    }

    /// Tells every area of the cell that contains the point, also what is not sure at once. `exact` asks the outline of an area.
    pub fn tell(&self, cell: InCell, exact: &dyn Fn(u32) -> bool, hit: &mut dyn FnMut(u32)) {
        let gone = self.later.as_ref().map_or(&[][..], |later| &later.gone);
        let met = if cell.has_record() { self.met(cell) } else { Met::default() };
        if met.unsure || !gone.is_empty() {
            self.answers(cell, |area, answer| {
                if !gone.contains(&area) && answer.unwrap_or_else(|| exact(area)) {
                    hit(area);
                }
            });
        } else if cell.is_covered() {
            hit(self.area(cell.place()));
        } else {
            met.hits().for_each(|place| hit(self.area(place)));
        }
        if let Some(later) = &self.later {
            later.everywhere.iter().for_each(|area| hit(*area));
            later.asked.iter().filter(|area| exact(**area)).for_each(|area| hit(*area));
        }
    }

    /// Asks for what [`Tile::answers`] reads, so that it is near when it is needed.
    #[inline]
    pub fn touch_items(&self, cell: InCell) -> u8 {
        let record = self.record(cell);
        let items = if self.word(record) == LONG { self.number(record + 4) as usize } else { record };
        self.bytes[items] ^ self.bytes[(items + LINE).min(self.bytes.len() - 1)]
    }

    /// Tells every area of the cell, and whether it contains the point; `None` when its outline has to be asked. What was changed since
    /// the tile was packed does not count.
    #[inline]
    pub fn answers(&self, cell: InCell, mut each: impl FnMut(u32, Option<bool>)) {
        let spot = cell.spot();
        let mut answer = |Item { area, line }: Item<'_>| {
            let (odd, near) = line.met(spot);
            each(area, (!near).then_some(odd));
        };
        if !cell.has_record() {
            if cell.is_covered() {
                answer(Item { area: self.area(cell.place()), line: Line::COVERS });
            }
            return;
        }
        let record = self.record(cell);
        if self.word(record) == LONG {
            self.long(record).for_each(answer);
        } else {
            self.short(cell, record).for_each(answer);
        }
    }

    /// Every area of the cell with its border there; also those that are gone.
    fn items(&self, cell: InCell) -> impl Iterator<Item = Item<'_>> {
        let simple = cell.is_covered().then(|| Item { area: self.area(cell.place()), line: Line::COVERS });
        let record = cell.has_record().then(|| self.record(cell));
        let is_long = record.is_some_and(|record| self.word(record) == LONG);
        let short = record.filter(|_| !is_long).map(|record| self.short(cell, record));
        let long = record.filter(|_| is_long).map(|record| self.long(record));
        simple.into_iter().chain(short.into_iter().flatten()).chain(long.into_iter().flatten())
    }

    /// What the record of the cell holds.
    #[inline]
    fn short(&self, cell: InCell, record: usize) -> impl Iterator<Item = Item<'_>> {
        let is_wide = self.word(record) == WIDE;
        let slots = usize::from(cell.word & 3) + 1;
        let words = record + if is_wide { 2 } else { 0 };
        let points = &self.bytes[words + if is_wide { 4 } else { 2 } * slots..];
        (0..slots).filter_map(move |slot| {
            let word = self.word(words + 2 * slot);
            let (area, mask) = (self.area(usize::from(word >> 8)), word as u8);
            let wide = |further| Kind::Wide(mask, further);
            let kind = if is_wide { wide(self.word(words + 2 * (slots + slot)) as u8) } else { Kind::Masked(mask) };
            (area != NONE).then_some(Item { area, line: Line { kind, points } })
        })
    }

    /// What the long record that begins there leads to.
    #[inline]
    fn long(&self, record: usize) -> impl Iterator<Item = Item<'_>> {
        let mut next = Some(self.number(record + 4) as usize);
        std::iter::from_fn(move || {
            let at = next?;
            let (area, length) = (self.number(at), self.number(at + 4));
            let (kind, points) = (Kind::of(self.word(at + 8)), length as usize >> 1);
            let start = at + LONG_HEAD;
            next = (length & 1 == 0).then_some(start + points * 2);
            // With a mask what lies behind does no harm.
            let end =
                if matches!(kind, Kind::Masked(_) | Kind::Wide(..)) { self.bytes.len() } else { start + points * 2 };
            Some(Item { area, line: Line { kind, points: &self.bytes[start..end] } })
        })
    }

    /// Every cell with an area and its border there, but those of areas that are gone.
    pub fn all_items(&self) -> impl Iterator<Item = (u32, Item<'_>)> {
        let side = u32::from(self.side);
        let gone = self.later.as_ref().map_or(&[][..], |later| &later.gone);
        let all = (0..side * side).flat_map(|cell| {
            self.items(InCell { word: self.cell_word(cell), x: 0, y: 0 })
                .map(move |item| (cell, Item { line: item.line.trimmed(), ..item }))
        });
        all.filter(|(_, item)| !gone.contains(&item.area))
    }

    /// Areas that were packed and are not gone.
    pub fn packed_areas(&self) -> impl Iterator<Item = u32> {
        let gone = self.later.as_ref().map_or(&[][..], |later| &later.gone);
        (1..self.count as usize).map(|place| self.area(place)).filter(|area| !gone.contains(area))
    }

    /// Every area that may touch the tile, each once, by number.
    pub fn areas(&self) -> Vec<u32> {
        let later = self.later.iter().flat_map(|later| later.everywhere.iter().chain(&later.asked)).copied();
        let mut found: Vec<u32> = self.packed_areas().chain(later).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes an area out. Its records stay until the tile is packed again.
    pub fn take_out(&mut self, change: &mut Change) {
        let area = change.area;
        let is_packed = self.packed_areas().any(|a| a == area);
        let is_there = |later: &Arc<Later>| later.everywhere.contains(&area) || later.asked.contains(&area);
        if is_packed || self.later.as_ref().is_some_and(is_there) {
            self.later = change.share(usize::from(is_packed), self.later.take(), |later| {
                later.everywhere.retain(|a| *a != area);
                later.asked.retain(|a| *a != area);
                later.gone.extend(is_packed.then_some(area));
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
        self.later.is_some()
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
        let known: Vec<u32> = self.packed_areas().collect();
        let new: Vec<(u32, &Shape)> = areas.iter().filter(|(n, _)| !known.contains(n)).copied().collect();
        Builder::unpacked(self, known).and(&new, &frame(side)).finish()
    }

    /// The same with its bytes in memory of their own, asked for now: those of all tiles lie together.
    pub fn settle(tiles: &mut [Self]) {
        tiles.iter_mut().for_each(|tile| tile.bytes = Arc::from(&*tile.bytes));
    }

    /// Bytes it takes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + 16 + self.bytes.len()
    }
}

/// Bytes before the points of a long item: area, twice the number of points and one for the last, and the kind of line.
pub(crate) const LONG_HEAD: usize = 10;

/// An area in a cell.
pub(crate) struct Item<'a> {
    pub area: u32,
    pub line: Line<'a>,
}

/// The exact test of an area by its number.
pub(crate) fn exact(shape: Option<&Shape>, at: At) -> bool {
    shape.is_some_and(|s| s.contains(at))
}

/// Cells for each edge of a tile.
const CELLS_PER_EDGE: f64 = 1.4;
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

//! Puts a tile together: from what each area is to each cell to the words that [`crate::tile`] reads.

#![expect(clippy::indexing_slicing, reason = "places come from the tile itself (docs/decisions/0017)")]

use crate::grid::Frame;
use crate::local::BEHIND;
use crate::shape::Shape;
use crate::tile::{ACROSS, BLOCK, CELLS, COVERS, FAR, GONE, LAST, LONG, RECORD, TURNED, Tile, UP};
use crate::trace::{Tracer, Traces};

pub(crate) struct Builder {
    side: u32,
    traces: Traces,
}

impl Builder {
    fn empty(side: u32) -> Self {
        Self { side, traces: Traces::default() }
    }

    pub fn new(areas: &[(u32, &Shape)], frame: &Frame, side: u32) -> Self {
        Self::empty(side).and(areas, frame)
    }

    /// What is in which cell of a tile.
    pub fn unpacked(tile: &Tile) -> Self {
        let mut builder = Self::empty(u32::from(tile.side));
        for (cell, area, item) in tile.items() {
            if item.covers {
                builder.traces.covered.push((cell, area));
            } else {
                let line = &tile.words[item.start..item.start + item.points];
                builder.traces.cross(cell, area, item.turned, line);
            }
        }
        builder
    }

    /// And these areas, too.
    #[must_use]
    pub fn and(mut self, areas: &[(u32, &Shape)], frame: &Frame) -> Self {
        let mut tracer = Tracer::new(frame, self.side);
        for (area, shape) in areas {
            tracer.trace(*area, shape, &mut self.traces);
        }
        self
    }

    pub fn finish(mut self) -> Tile {
        if self.traces.covered.is_empty() && self.traces.crossed.is_empty() {
            self.side = 1;
        }
        let side = self.side;
        let blocks = side.div_ceil(ACROSS);
        // Cells in the order of the blocks.
        let order = |cell: u32| {
            let (i, j) = (cell % side, cell / side);
            (j / UP * blocks + i / ACROSS) * CELLS as u32 + j % UP * ACROSS + i % ACROSS
        };
        self.traces.covered.iter_mut().for_each(|(cell, _)| *cell = order(*cell));
        self.traces.crossed.iter_mut().for_each(|one| one.cell = order(one.cell));
        self.traces.covered.sort_unstable();
        self.traces.crossed.sort_unstable_by_key(|one| (one.cell, one.area));
        let areas = self.areas();
        let count = (blocks * side.div_ceil(UP)) as usize;
        let packed = Packed::of(&self.traces, &areas, count);
        let (blocks_of, words, shift) = packed.finish();
        Tile {
            blocks: blocks_of.into(),
            words: words.into(),
            areas: areas.into(),
            later: None,
            side: side as u16,
            across: blocks as u16,
            shift,
            has_gone: false,
        }
    }

    /// All areas by number, after [`GONE`].
    fn areas(&self) -> Vec<u32> {
        let Traces { everywhere, covered, crossed, .. } = &self.traces;
        let all = everywhere.iter().chain(covered.iter().map(|(_, area)| area));
        let mut areas: Vec<u32> = all.chain(crossed.iter().map(|one| &one.area)).copied().collect();
        areas.sort_unstable();
        areas.dedup();
        areas.insert(0, GONE);
        areas
    }
}

/// The blocks of a tile and its records, one close to the other.
struct Packed {
    blocks: Vec<u16>,
    /// Block, cells (a bit for each), and where the record ends in `words`.
    records: Vec<(usize, u8, usize)>,
    words: Vec<u16>,
}

impl Packed {
    fn of(traces: &Traces, areas: &[u32], count: usize) -> Self {
        let mut packed = Self { blocks: vec![0; count * BLOCK], records: Vec::new(), words: Vec::new() };
        let (mut covered, mut crossed) = (traces.covered.as_slice(), traces.crossed.as_slice());
        let place = |area: u32| areas.binary_search(&area).unwrap_or_default();
        for key in 0..count * CELLS {
            let (block, cell) = (key / CELLS, key % CELLS);
            let (here, lines);
            (here, covered) = covered.split_at(covered.iter().take_while(|(c, _)| *c as usize == key).count());
            (lines, crossed) = crossed.split_at(crossed.iter().take_while(|o| o.cell as usize == key).count());
            let full = || traces.everywhere.iter().chain(here.iter().map(|(_, area)| area)).map(|area| place(*area));
            if lines.is_empty() && traces.everywhere.len() + here.len() < 2 {
                let only = full().next().unwrap_or_default();
                if only < RECORD as usize {
                    packed.set(block, cell, only as u8);
                    continue;
                }
            }
            let lines = lines.iter().map(|one| (place(one.area), one.odd, traces.line(one)));
            packed.record(block, cell, full(), lines);
        }
        packed
    }

    fn set(&mut self, block: usize, cell: usize, byte: u8) {
        self.blocks[block * BLOCK + cell / 2] |= u16::from(byte) << (cell % 2 * 8);
    }

    fn record<'a>(
        &mut self,
        block: usize,
        cell: usize,
        full: impl Iterator<Item = usize>,
        lines: impl Iterator<Item = (usize, bool, &'a [u16])>,
    ) {
        let start = self.words.len();
        let mut last = start;
        for area in full {
            last = self.words.len();
            put(&mut self.words, area, COVERS);
        }
        for (area, odd, line) in lines {
            last = self.words.len();
            put_line(&mut self.words, area, odd, line);
        }
        self.words[last] |= LAST;
        // The same as another one of the block?
        let mut end = start;
        for known in (0..self.records.len()).rev().take_while(|known| self.records[*known].0 == block) {
            let from = known.checked_sub(1).map_or(0, |before| self.records[before].2);
            if self.words[from..end] == self.words[start..] {
                self.records[known].1 |= 1 << cell;
                self.words.truncate(start);
                return;
            }
            end = from;
        }
        self.records.push((block, 1 << cell, self.words.len()));
    }

    /// With the first shift with which all places fit.
    fn finish(mut self) -> (Vec<u16>, Vec<u16>, u8) {
        const MOST: usize = (RECORD - 1) as usize;
        let lengths = |some: &[(usize, u8, usize)], start: usize, shift: u8| {
            let mut from = start;
            let one =
                |(_, _, end): &(usize, u8, usize)| (*end - std::mem::replace(&mut from, *end)).div_ceil(1 << shift);
            some.iter().map(one).collect::<Vec<usize>>()
        };
        let fits = |shift: &u8| {
            let mut start = 0;
            let mut all = 0;
            let each = self.records.chunk_by(|a, b| a.0 == b.0).all(|some| {
                let lengths = lengths(some, start, *shift);
                start = some.last().map_or(start, |(_, _, end)| *end);
                all += lengths.iter().sum::<usize>();
                lengths.iter().rev().skip(1).sum::<usize>() <= MOST
            });
            each && all <= 0xFFFF
        };
        let shift = (0..31).find(fits).unwrap_or_default();
        let mut words = Vec::with_capacity(self.words.len() + (self.records.len() << shift >> 1) + BEHIND);
        let (mut base, mut start) = ((usize::MAX, 0), 0);
        for (block, cells, end) in std::mem::take(&mut self.records) {
            let at = words.len() >> shift;
            if base.0 != block {
                base = (block, at);
                self.blocks[block * BLOCK + BLOCK - 1] = at as u16;
            }
            for cell in (0..CELLS).filter(|cell| cells >> cell & 1 != 0) {
                self.set(block, cell, RECORD | (at - base.1) as u8);
            }
            words.extend(&self.words[start..end]);
            words.resize(words.len().next_multiple_of(1 << shift), 0);
            start = end;
        }
        words.resize(words.len() + BEHIND, 0);
        (self.blocks, words, shift)
    }
}

impl Default for Tile {
    fn default() -> Self {
        Builder::empty(1).finish()
    }
}

const fn is_long(points: usize) -> bool {
    points == 0 || points >= LONG as usize
}

fn put(words: &mut Vec<u16>, place: usize, rest: u16) {
    let number = |n: usize| [n as u16, (n >> 16) as u16];
    if place < FAR as usize {
        words.push((place as u16) << 8 | rest);
    } else {
        words.push(FAR << 8 | rest);
        words.extend(number(place));
    }
}

fn put_line(words: &mut Vec<u16>, place: usize, odd: bool, line: &[u16]) {
    let turned = if odd { TURNED } else { 0 };
    let points = line.len();
    if is_long(points) {
        put(words, place, turned | LONG);
        words.extend([points as u16, (points >> 16) as u16]);
    } else {
        put(words, place, turned | points as u16);
    }
    words.extend(line);
}

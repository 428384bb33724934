//! One tile: which areas lie in which of its cells, packed so that few pages of memory are asked for.
//!
//! A cell is a number of 16 bits. Below `covers` it names a set of areas that cover the whole cell, as a word at that place
//! of the lists: 0 for none; [`ONE`] with the number of the only one; [`SET`] with the place of their count and their numbers.
//! From `covers` on it is (shifted left in very large tiles) the place of a record: the cell has a border in it. A record is an
//! item for each area, the last one marked: a word of 23 bits number, and whether the count is turned round, whether it is the
//! last, and how many points the line of the border has ([`crate::local`]), which follows. [`COVERS`] stands for an area
//! that covers the cell, [`LONG`] says that the count of points is a word of its own. Without points only the exact test helps.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::{Frame, Place, split};
use crate::local::{Spot, side};
use crate::shape::{At, Shape};
use crate::trace::{Crossed, Traced, Tracer};
use std::sync::Arc;

const ONE: u32 = 1;
const SET: u32 = 2;
const LAST: u32 = 1 << 7;
const TURNED: u32 = 1 << 8;
const POINTS: u32 = LAST - 1;
const COVERS: u32 = POINTS;
const LONG: u32 = POINTS - 1;
/// Areas are numbered below this.
pub(crate) const MOST_AREAS: u32 = 1 << 23;
/// Cells for each edge of a tile.
const CELLS_PER_EDGE: f64 = 2.5;
const MOST_CELLS_A_SIDE: f64 = 96.0;

#[derive(Debug, Clone)]
pub(crate) struct Tile {
    cells: Arc<[u16]>,
    lists: Arc<[u32]>,
    side: u32,
    covers: u16,
    shift: u16,
}

impl Default for Tile {
    fn default() -> Self {
        Self { cells: Arc::new([0]), lists: Arc::new([0]), side: 1, covers: 1, shift: 0 }
    }
}

/// A point in a cell: what the cell says and where the point lies in it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InCell {
    cell: u16,
    spot: Spot,
}

impl Tile {
    #[inline]
    pub fn cell(&self, place: Place) -> InCell {
        let side = f64::from(self.side);
        let (x, y) = (place.x * side, place.y * side);
        let ((mut i, mut dx), (mut j, mut dy)) = (split(x), split(y));
        // On the far edge of the tile.
        if i == self.side {
            (i, dx) = (i - 1, 1.0);
        }
        if j == self.side {
            (j, dy) = (j - 1, 1.0);
        }
        let spot = Spot::new(dx, dy);
        InCell { cell: self.cells[(j * self.side + i) as usize], spot }
    }

    #[inline]
    fn place(&self, cell: u16) -> usize {
        if cell < self.covers { cell as usize } else { (cell as usize) << self.shift }
    }

    /// The first word of what a cell points to: asked for early, it is at hand later.
    #[inline]
    pub fn ahead(&self, at: InCell) -> u32 {
        self.lists[self.place(at.cell)]
    }

    /// Tells every area of the cell; `exact` decides for points too near to a border.
    #[inline]
    pub fn tell(&self, at: InCell, exact: impl FnMut(u32) -> bool, hit: impl FnMut(u32)) {
        if self.has_border(at) { self.tell_mixed(at, exact, hit) } else { self.tell_plain(at, hit) }
    }

    #[inline]
    pub fn has_border(&self, at: InCell) -> bool {
        at.cell >= self.covers
    }

    /// Of a cell without a border.
    #[inline]
    pub fn tell_plain(&self, at: InCell, mut hit: impl FnMut(u32)) {
        self.tell_covers(self.lists[at.cell as usize], &mut hit);
    }

    /// Of a cell with a border.
    #[inline]
    pub fn tell_mixed(&self, at: InCell, mut exact: impl FnMut(u32) -> bool, mut hit: impl FnMut(u32)) {
        let mut rest = &self.lists[(at.cell as usize) << self.shift..];
        loop {
            let (item, after) = Item::first(rest);
            let inside = match item.line {
                None => true,
                Some(line) => {
                    let found = side(line, at.spot);
                    if found.near || line.is_empty() { exact(item.area) } else { found.odd != item.turned }
                }
            };
            if inside {
                hit(item.area);
            }
            if item.last {
                break;
            }
            rest = after;
        }
    }

    #[inline]
    fn tell_covers(&self, word: u32, hit: &mut impl FnMut(u32)) {
        let rest = word >> 2;
        match word & 3 {
            ONE => hit(rest),
            SET => {
                let at = rest as usize;
                self.lists[at + 1..=at + self.lists[at] as usize].iter().for_each(|area| hit(*area));
            }
            _ => {}
        }
    }

    pub fn build(areas: &[(u32, &Shape)], frame: impl Fn(u32) -> Frame) -> Self {
        let side = side_for(areas, &frame(1));
        Builder::new(areas, &frame(side), side).finish()
    }

    /// The tile with one area taken out, or put in, or in another shape; `areas` are those of the tile afterwards. The others
    /// are not traced again, unless cells of another size have become the right ones.
    pub fn changed(&self, number: u32, areas: &[(u32, &Shape)], frame: impl Fn(u32) -> Frame) -> Self {
        let fitting = side_for(areas, &frame(1));
        if fitting * 2 > self.side * 3 || fitting * 3 < self.side * 2 {
            return Builder::new(areas, &frame(fitting), fitting).finish();
        }
        let mut builder = self.unpacked(number);
        let frame = frame(self.side);
        if let Some(area) = areas.iter().find(|(n, _)| *n == number) {
            builder.trace(&mut Tracer::new(&frame, self.side), area);
        }
        builder.finish()
    }

    /// What is in which cell, without one area.
    fn unpacked(&self, without: u32) -> Builder {
        let mut builder = Builder::empty(self.side);
        for (cell, word) in (0..).zip(self.cells.iter()) {
            if *word < self.covers {
                self.tell_covers(self.lists[*word as usize], &mut |area| builder.covered.push((cell, area)));
                continue;
            }
            let mut rest = &self.lists[self.place(*word)..];
            loop {
                let (item, after) = Item::first(rest);
                match item.line {
                    None => builder.covered.push((cell, item.area)),
                    Some(line) => {
                        builder.crossed.push((item.area, Crossed { cell, odd: item.turned, line: line.into() }));
                    }
                }
                if item.last {
                    break;
                }
                rest = after;
            }
        }
        builder.covered.retain(|(_, area)| *area != without);
        builder.crossed.retain(|(area, _)| *area != without);
        builder
    }

    /// The same with its parts in memory of their own, asked for now: cells first, so that those of all tiles lie together.
    pub fn settle(tiles: &mut [Self]) {
        tiles.iter_mut().for_each(|tile| tile.cells = Arc::from(&*tile.cells));
        tiles.iter_mut().for_each(|tile| tile.lists = Arc::from(&*tile.lists));
    }

    /// Every area that touches the tile, each once, by number.
    pub fn areas(&self) -> Vec<u32> {
        let mut found = Vec::new();
        for word in &self.lists[..self.covers as usize] {
            self.tell_covers(*word, &mut |area| found.push(area));
        }
        for cell in self.cells.iter().filter(|cell| **cell >= self.covers) {
            let mut rest = &self.lists[self.place(*cell)..];
            loop {
                let (item, after) = Item::first(rest);
                found.push(item.area);
                if item.last {
                    break;
                }
                rest = after;
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub fn bytes(&self) -> usize {
        size_of::<Self>() + 2 * 16 + self.cells.len() * 2 + self.lists.len() * 4
    }
}

/// An area in a cell with a border. Without a line it covers the cell.
struct Item<'a> {
    area: u32,
    turned: bool,
    last: bool,
    line: Option<&'a [u32]>,
}

impl<'a> Item<'a> {
    #[inline]
    fn first(words: &'a [u32]) -> (Self, &'a [u32]) {
        let head = words[0];
        let item = Self { area: head >> 9, turned: head & TURNED != 0, last: head & LAST != 0, line: None };
        let (points, start) = match head & POINTS {
            COVERS => return (item, &words[1..]),
            LONG => (words[1], 2),
            points => (points, 1),
        };
        let (line, rest) = words[start..].split_at(points as usize);
        (Self { line: Some(line), ..item }, rest)
    }

    fn write(&self, words: &mut Vec<u32>) {
        let head = self.area << 9 | if self.turned { TURNED } else { 0 } | if self.last { LAST } else { 0 };
        match self.line {
            None => words.push(head | COVERS),
            Some(line) if line.len() < LONG as usize => words.push(head | line.len() as u32),
            Some(line) => words.extend([head | LONG, line.len() as u32]),
        }
        words.extend(self.line.unwrap_or_default());
    }
}

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

struct Builder {
    side: u32,
    everywhere: Vec<u32>,
    /// Cell and area.
    covered: Vec<(u32, u32)>,
    crossed: Vec<(u32, Crossed)>,
}

impl Builder {
    const fn empty(side: u32) -> Self {
        Self { side, everywhere: Vec::new(), covered: Vec::new(), crossed: Vec::new() }
    }

    fn new(areas: &[(u32, &Shape)], frame: &Frame, side: u32) -> Self {
        let mut builder = Self::empty(side);
        let mut tracer = Tracer::new(frame, side);
        areas.iter().for_each(|area| builder.trace(&mut tracer, area));
        builder
    }

    fn trace(&mut self, tracer: &mut Tracer<'_>, (area, shape): &(u32, &Shape)) {
        match tracer.trace(shape) {
            Traced::Nowhere => {}
            Traced::Everywhere => self.everywhere.push(*area),
            Traced::Cells { covered, crossed } => {
                self.covered.extend(covered.into_iter().map(|cell| (cell, *area)));
                self.crossed.extend(crossed.into_iter().map(|one| (*area, one)));
            }
        }
    }

    fn finish(mut self) -> Tile {
        if self.covered.is_empty() && self.crossed.is_empty() {
            self.side = 1;
        }
        self.covered.sort_unstable();
        self.crossed.sort_by_key(|(_, one)| one.cell);
        let mut packed = Packed { covers: vec![Vec::new()], ..Packed::default() };
        let (mut covered, mut crossed) = (self.covered.as_slice(), self.crossed.as_slice());
        let mut full = Vec::new();
        for cell in 0..self.side * self.side {
            let (here, borders);
            (here, covered) = covered.split_at(covered.iter().take_while(|(c, _)| *c == cell).count());
            (borders, crossed) = crossed.split_at(crossed.iter().take_while(|(_, one)| one.cell == cell).count());
            full.clear();
            full.extend(self.everywhere.iter().copied().chain(here.iter().map(|(_, area)| *area)));
            packed.push(&full, borders);
        }
        packed.tile(self.side)
    }
}

/// A tile while it is put together.
#[derive(Default)]
struct Packed {
    /// Sets of areas that cover whole cells; the first is that of none.
    covers: Vec<Vec<u32>>,
    records: Vec<u32>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// For each cell its set, or its record.
    cells: Vec<Result<usize, usize>>,
}

impl Packed {
    fn push(&mut self, full: &[u32], borders: &[(u32, Crossed)]) {
        if borders.is_empty() {
            let known = self.covers.iter().rposition(|set| set == full);
            self.cells.push(Ok(known.unwrap_or(self.covers.len())));
            if known.is_none() {
                self.covers.push(full.to_vec());
            }
            return;
        }
        for area in full {
            Item { area: *area, turned: false, last: false, line: None }.write(&mut self.records);
        }
        for (n, (area, one)) in borders.iter().enumerate() {
            let last = n + 1 == borders.len();
            Item { area: *area, turned: one.odd, last, line: Some(&one.line) }.write(&mut self.records);
        }
        self.cells.push(Err(self.ends.len()));
        self.ends.push(self.records.len());
    }

    fn records(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| &self.records[from..*to])
    }

    fn tile(self, side: u32) -> Tile {
        let mut lists = vec![0; self.covers.len()];
        for (k, set) in self.covers.iter().enumerate() {
            lists[k] = match set.as_slice() {
                [] => 0,
                [one] => one << 2 | ONE,
                _ => {
                    let word = (lists.len() as u32) << 2 | SET;
                    lists.push(set.len() as u32);
                    lists.extend(set);
                    word
                }
            };
        }
        // Places of records must fit into 16 bits: the first shift that makes them.
        let fits = |shift: &u16| {
            let step = 1_usize << shift;
            let start = lists.len().max(self.covers.len() << shift).next_multiple_of(step);
            let all: usize = self.records().map(|r| r.len().next_multiple_of(step)).sum();
            start + all < 0xFFFF << shift
        };
        let shift = (0..32).find(fits).unwrap_or(32);
        let step = 1_usize << shift;
        let mut places = Vec::with_capacity(self.ends.len());
        if !self.records.is_empty() {
            lists.resize(lists.len().max(self.covers.len() << shift).next_multiple_of(step), 0);
        }
        lists.reserve(self.records.len());
        for record in self.records() {
            places.push((lists.len() >> shift) as u16);
            lists.extend(record);
            lists.resize(lists.len().next_multiple_of(step), 0);
        }
        let cells = self.cells.iter().map(|cell| match cell {
            Ok(set) => *set as u16,
            Err(record) => places[*record],
        });
        Tile { cells: cells.collect(), lists: lists.into(), side, covers: self.covers.len() as u16, shift }
    }
}

/// The exact test of an area by its number.
pub(crate) fn exact(shape: Option<&Shape>, at: At) -> bool {
    shape.is_some_and(|s| s.contains(at))
}

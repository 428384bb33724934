//! One tile: which areas lie in which of its cells, in one piece of memory.
//!
//! The first `side`² words are the cells, then follow lists. The two lowest bits of a word say what it is:
//! `0` nothing; `area << 2 | COVERED` one area covers the cell; `at << 2 | LIST` several do, their list begins at word `at`;
//! `at << 2 | MIXED` borders run through it. A list is its length and the areas. A mixed cell is a word of two
//! lengths (covering, crossing; or [`MANY`] and a word for each), the covering areas, then each crossing area: its number, `turned << 31 | points`, and the
//! line of its border ([`crate::local`]).

use crate::grid::{Frame, Place};
use crate::local::{Spot, side};
use crate::shape::{At, Shape};
use crate::trace::{Crossed, Traced, trace};
use std::sync::Arc;

const COVERED: u32 = 1;
const LIST: u32 = 2;
const MIXED: u32 = 3;
/// In place of the two lengths of a mixed cell: they follow as two words.
const MANY: u32 = u32::MAX;
/// Areas are numbered below this.
pub(crate) const MOST_AREAS: u32 = 1 << 30;
/// Cells for each edge of a tile.
const CELLS_PER_EDGE: f64 = 1.8;
const MOST_CELLS_A_SIDE: f64 = 96.0;

#[derive(Debug, Clone)]
pub(crate) struct Tile {
    words: Arc<[u32]>,
    side: u32,
}

impl Default for Tile {
    fn default() -> Self {
        Self { words: Arc::new([0]), side: 1 }
    }
}

/// A point in a cell: where its word stands and where the point lies in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InCell {
    pub word: u32,
    pub spot: Spot,
}

impl Tile {
    #[inline]
    pub fn cell(&self, place: Place) -> InCell {
        let side = f64::from(self.side);
        let (x, y) = (place.x * side, place.y * side);
        // A place of nearly 1 times the side may be rounded up to the side.
        let (i, j) = ((x as u32).min(self.side - 1), (y as u32).min(self.side - 1));
        let spot = Spot::new(x - f64::from(i), y - f64::from(j));
        InCell { word: self.words[(j * self.side + i) as usize], spot }
    }

    /// Tells every area of the cell; `exact` decides for points too near to a border.
    #[inline]
    pub fn tell(&self, cell: InCell, mut exact: impl FnMut(u32) -> bool, mut hit: impl FnMut(u32)) {
        let at = (cell.word >> 2) as usize;
        match cell.word & 3 {
            COVERED => hit(at as u32),
            LIST => {
                let n = self.words[at] as usize;
                self.words[at + 1..=at + n].iter().for_each(|area| hit(*area));
            }
            MIXED => self.tell_mixed(at, cell.spot, &mut exact, &mut hit),
            _ => {}
        }
    }

    #[inline]
    fn tell_mixed(&self, at: usize, spot: Spot, exact: &mut impl FnMut(u32) -> bool, hit: &mut impl FnMut(u32)) {
        let (covering, crossing, start) = self.lengths(at);
        let mut rest = &self.words[start..];
        for area in &rest[..covering] {
            hit(*area);
        }
        rest = &rest[covering..];
        for _ in 0..crossing {
            let (area, shape) = (rest[0], rest[1]);
            let points = (shape & 0x7FFF_FFFF) as usize;
            let found = side(&rest[2..2 + points], spot);
            let inside = if found.near || points == 0 { exact(area) } else { found.odd != (shape >> 31 != 0) };
            if inside {
                hit(area);
            }
            rest = &rest[2 + points..];
        }
    }

    /// How many areas cover a mixed cell and how many cross it, and where the first stands.
    #[inline]
    fn lengths(&self, at: usize) -> (usize, usize, usize) {
        match self.words[at] {
            MANY => (self.words[at + 1] as usize, self.words[at + 2] as usize, at + 3),
            head => ((head & 0xFFFF) as usize, (head >> 16) as usize, at + 1),
        }
    }

    /// Whether the word is worth looking up ahead of its use.
    #[inline]
    pub fn ahead(&self, cell: InCell) -> u32 {
        if cell.word & 2 == 0 { 0 } else { self.words[(cell.word >> 2) as usize] }
    }

    pub fn build(areas: &[(u32, &Shape)], frame: impl Fn(u32) -> Frame) -> Self {
        let side = side_for(areas, &frame(1));
        Builder::new(areas, &frame(side), side).finish()
    }

    /// Every area that touches the tile, each once, by number.
    pub fn areas(&self) -> Vec<u32> {
        let mut found = Vec::new();
        for word in self.words.iter().take((self.side * self.side) as usize) {
            let at = (word >> 2) as usize;
            match word & 3 {
                COVERED => found.push(at as u32),
                LIST => found.extend(&self.words[at + 1..=at + self.words[at] as usize]),
                MIXED => {
                    let (covering, crossing, start) = self.lengths(at);
                    let mut k = start + covering;
                    found.extend(&self.words[start..k]);
                    for _ in 0..crossing {
                        found.push(self.words[k]);
                        k += 2 + (self.words[k + 1] & 0x7FFF_FFFF) as usize;
                    }
                }
                _ => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub fn bytes(&self) -> usize {
        size_of::<Self>() + 16 + self.words.len() * 4
    }
}

/// More edges, smaller cells: about as many cells as edges.
fn side_for(areas: &[(u32, &Shape)], whole: &Frame) -> u32 {
    let mut edges = 0.0_f64;
    let heights = [0.0, 1.0].map(|y| whole.position([0.0, y])[1]);
    for (_, shape) in areas {
        shape.edges_between(heights[0], heights[1], |_, a, b| {
            let (a, b) = (whole.cells(a), whole.cells(b));
            let apart = (0..2).any(|k| a[k].max(b[k]) < 0.0 || a[k].min(b[k]) > 1.0);
            edges += if apart { 0.0 } else { 1.0 };
        });
    }
    (edges * CELLS_PER_EDGE).sqrt().clamp(1.0, MOST_CELLS_A_SIDE).round() as u32
}

struct Builder {
    side: u32,
    everywhere: Vec<u32>,
    /// Cell and area.
    covered: Vec<(u32, u32)>,
    crossed: Vec<(u32, Crossed)>,
}

impl Builder {
    fn new(areas: &[(u32, &Shape)], frame: &Frame, side: u32) -> Self {
        let mut builder = Self { side, everywhere: Vec::new(), covered: Vec::new(), crossed: Vec::new() };
        for (area, shape) in areas {
            match trace(shape, frame, side) {
                Traced::Nowhere => {}
                Traced::Everywhere => builder.everywhere.push(*area),
                Traced::Cells { covered, crossed } => {
                    builder.covered.extend(covered.into_iter().map(|cell| (cell, *area)));
                    builder.crossed.extend(crossed.into_iter().map(|one| (*area, one)));
                }
            }
        }
        builder
    }

    fn finish(mut self) -> Tile {
        if self.covered.is_empty() && self.crossed.is_empty() {
            self.side = 1;
        }
        self.covered.sort_unstable();
        self.crossed.sort_by_key(|(_, one)| one.cell);
        let cells = self.side * self.side;
        let mut words = vec![0; cells as usize];
        let (mut covered, mut crossed) = (self.covered.as_slice(), self.crossed.as_slice());
        let mut lists: Vec<(Vec<u32>, u32)> = Vec::new();
        for cell in 0..cells {
            let n = covered.iter().take_while(|(c, _)| *c == cell).count();
            let m = crossed.iter().take_while(|(_, one)| one.cell == cell).count();
            let (here, borders) = (&covered[..n], &crossed[..m]);
            (covered, crossed) = (&covered[n..], &crossed[m..]);
            let mut full = self.everywhere.clone();
            full.extend(here.iter().map(|(_, area)| *area));
            let word = if m > 0 {
                mixed(&mut words, &full, borders)
            } else {
                match full.as_slice() {
                    [] => 0,
                    [one] => one << 2 | COVERED,
                    _ => match lists.iter().find(|(list, _)| *list == full) {
                        Some((_, word)) => *word,
                        None => {
                            let word = (words.len() as u32) << 2 | LIST;
                            words.push(full.len() as u32);
                            words.extend(&full);
                            lists.push((full, word));
                            word
                        }
                    },
                }
            };
            words[cell as usize] = word;
        }
        Tile { words: words.into(), side: self.side }
    }
}

fn mixed(words: &mut Vec<u32>, full: &[u32], borders: &[(u32, Crossed)]) -> u32 {
    let word = (words.len() as u32) << 2 | MIXED;
    if full.len().max(borders.len()) < 0xFFFF {
        words.push(full.len() as u32 | (borders.len() as u32) << 16);
    } else {
        words.extend([MANY, full.len() as u32, borders.len() as u32]);
    }
    words.extend(full);
    for (area, one) in borders {
        words.push(*area);
        words.push(u32::from(one.odd) << 31 | one.line.len() as u32);
        words.extend(&one.line);
    }
    word
}

/// The exact test of an area by its number.
pub(crate) fn exact(shape: Option<&Shape>, at: At) -> bool {
    shape.is_some_and(|s| s.contains(at))
}

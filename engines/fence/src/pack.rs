//! Puts a tile together: from what each area is to each cell to the bytes that [`crate::tile`] reads.

#![expect(clippy::indexing_slicing, reason = "places come from the tile itself (docs/decisions/0017)")]

use crate::grid::Frame;
use crate::line::{Kind, Line, counts};
use crate::shape::Shape;
use crate::stroke::{EDGES, POINTS};
use crate::tile::{ALWAYS, LONG, LONG_HEAD, NONE, READ_WIDE, RECORDS, SLOTS, Tile, WIDE, WIDE_POINTS};
use crate::trace::Tracer;

/// What areas are to the cells of a tile.
pub(crate) struct Builder {
    side: u32,
    /// By place, the first is [`NONE`].
    areas: Vec<u32>,
    /// Places of areas that cover the whole tile.
    everywhere: Vec<u32>,
    /// For each cell the number of its last item, or [`NONE`].
    last: Vec<u32>,
    items: Vec<Item>,
    /// The points of all items.
    points: Vec<u8>,
}

/// An area in a cell.
#[derive(Clone, Copy)]
struct Item {
    /// The item of the same cell before this one.
    before: u32,
    place: u32,
    kind: Kind,
    start: u32,
    length: u32,
}

impl Builder {
    fn empty(side: u32, areas: impl IntoIterator<Item = u32>) -> Self {
        Self {
            side,
            areas: std::iter::once(NONE).chain(areas).collect(),
            everywhere: Vec::new(),
            last: vec![NONE; (side * side) as usize],
            items: Vec::new(),
            points: Vec::new(),
        }
    }

    pub fn new(areas: &[(u32, &Shape)], frame: &Frame, side: u32) -> Self {
        Self::empty(side, []).and(areas, frame)
    }

    /// What is in which cell of a tile; `areas` are those of them that are not gone.
    pub fn unpacked(tile: &Tile, areas: Vec<u32>) -> Self {
        let mut builder = Self::empty(u32::from(tile.side), areas);
        for (cell, item) in tile.all_items() {
            let place = builder.areas.iter().position(|area| *area == item.area).unwrap_or_default();
            builder.put(cell, place as u32, item.line);
        }
        builder
    }

    /// And these areas, too.
    #[must_use]
    pub fn and(mut self, areas: &[(u32, &Shape)], frame: &Frame) -> Self {
        let mut tracer = Tracer::new(frame, self.side);
        for (area, shape) in areas {
            let place = self.areas.len() as u32;
            self.areas.push(*area);
            if tracer.trace(place, shape, &mut self) == Some(true) {
                self.everywhere.push(place);
            }
        }
        self
    }

    /// The area of this place has this border in the cell.
    pub fn put(&mut self, cell: u32, place: u32, line: Line<'_>) {
        let (start, length) = (self.points.len() as u32, line.points.len() as u32);
        self.points.extend(line.points);
        let number = self.items.len() as u32;
        let before = std::mem::replace(&mut self.last[cell as usize], number);
        self.items.push(Item { before, place, kind: line.kind, start, length });
    }

    /// Where to go back to with [`Builder::take_back`].
    pub const fn mark(&self) -> usize {
        self.items.len()
    }

    /// Takes out what was put in since the mark.
    pub fn take_back(&mut self, mark: usize) {
        for last in &mut self.last {
            while let Some(item) = self.items.get(*last as usize).filter(|_| *last as usize >= mark) {
                *last = item.before;
            }
        }
        self.items.truncate(mark);
    }

    pub fn finish(mut self) -> Tile {
        if self.items.is_empty() {
            self.side = 1;
            self.last = vec![NONE];
        }
        if self.items.is_empty() && self.everywhere.is_empty() {
            self.areas.truncate(1);
        }
        let mut writer = Writer::new(&self);
        (2..31).find(|shift| writer.write(&self, *shift));
        let Writer { bytes, shift, .. } = writer;
        let count = self.areas.len() as u32;
        Tile { bytes: bytes.into(), later: None, count, side: self.side as u16, shift: shift as u8 }
    }
}

impl Default for Tile {
    fn default() -> Self {
        Builder::empty(1, []).finish()
    }
}

/// Heads that were written lately with the cell that has them, to have records without points once.
const KNOWN: usize = 64;

struct Writer {
    bytes: Vec<u8>,
    shift: u32,
    /// What is too long for a record, with the cell that has it; comes behind all records.
    long: Vec<u8>,
    stubs: Vec<usize>,
    known: [(u64, u16); KNOWN],
    /// Points of the record.
    points: Vec<[u8; 2]>,
    /// Items of the cell: place and line.
    here: Vec<(u32, Kind, u32, u32)>,
}

impl Writer {
    fn new(builder: &Builder) -> Self {
        let bytes = Vec::with_capacity(builder.points.len() + 12 * builder.last.len() + 1024);
        Self {
            bytes,
            shift: 2,
            long: Vec::new(),
            stubs: Vec::new(),
            known: [(u64::MAX, 0); KNOWN],
            points: Vec::new(),
            here: Vec::new(),
        }
    }

    /// False when places of records are too large for this size of steps.
    fn write(&mut self, from: &Builder, shift: u32) -> bool {
        *self = Self { bytes: std::mem::take(&mut self.bytes), ..Self::new(&Builder::empty(1, [])) };
        self.shift = shift;
        self.bytes.clear();
        from.areas.iter().for_each(|area| self.bytes.extend(area.to_le_bytes()));
        let cells = self.bytes.len();
        self.bytes.resize(cells + from.last.len() * 2, 0);
        for (cell, last) in from.last.iter().enumerate() {
            self.here.clear();
            let covers = |place: &u32| (*place, Kind::Masked(ALWAYS), 0, 0);
            self.here.extend(from.everywhere.iter().map(covers));
            let mut next = *last;
            while let Some(item) = from.items.get(next as usize) {
                self.here.push((item.place, item.kind, item.start, item.length));
                next = item.before;
            }
            let Some(word) = self.cell(from) else { return false };
            self.bytes[cells + cell * 2..][..2].copy_from_slice(&word.to_le_bytes());
        }
        let start = self.bytes.len() as u32;
        for stub in &self.stubs {
            let place = self.bytes[*stub..].first_chunk().map_or(0, |place| u32::from_le_bytes(*place));
            self.bytes[*stub..][..4].copy_from_slice(&(start + place).to_le_bytes());
        }
        self.bytes.append(&mut self.long);
        self.bytes.resize(self.bytes.len() + READ_WIDE, 0);
        true
    }

    /// Writes the record of the items that are here, and gives what its cell says.
    fn cell(&mut self, from: &Builder) -> Option<u16> {
        match self.here.as_slice() {
            [] => return Some(0),
            [(place @ ..0x100, Kind::Masked(ALWAYS), ..)] => return Some(*place as u16),
            _ => {}
        }
        let more = self.here.len() as u16 - 1;
        let Some((head, _)) = self.heads(from, POINTS) else {
            return match self.heads(from, WIDE_POINTS) {
                Some(heads) => self.wide(heads, more),
                None => self.long(from),
            };
        };
        let known = (head.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize;
        if self.points.is_empty() && self.known[known].0 == head {
            return Some(self.known[known].1);
        }
        let word = self.start()? | more;
        self.words(head, more);
        self.bytes.extend(self.points.iter().flatten());
        if self.points.is_empty() {
            self.known[known] = (head, word);
        }
        Some(word)
    }

    fn wide(&mut self, (head, further): (u64, u64), more: u16) -> Option<u16> {
        let word = self.start()? | more;
        self.bytes.extend(WIDE.to_le_bytes());
        self.words(head, more);
        self.words(further, more);
        self.bytes.extend(self.points.iter().flatten());
        Some(word)
    }

    /// So many words and one.
    fn words(&mut self, of: u64, more: u16) {
        self.bytes.extend(of.to_le_bytes().iter().take(2 * usize::from(more) + 2));
    }

    /// The words of a record for the first seven edges and for the next, and its points, when all fit into `most` points.
    fn heads(&mut self, from: &Builder, most: usize) -> Option<(u64, u64)> {
        let (mut head, mut further) = (0, 0);
        self.points.clear();
        if self.here.len() > SLOTS {
            return None;
        }
        for slot in 0..self.here.len() {
            let (place, kind, start, length) = self.here[slot];
            let line = from.points[start as usize..][..length as usize].as_chunks::<2>().0;
            let (always, edges) = match kind {
                Kind::Masked(mask) => (mask & ALWAYS, self.edges(|k| (mask & EDGES) >> k & 1 != 0, line, most)?),
                Kind::Wide(mask, next) if most > POINTS => {
                    let all = u16::from(mask & EDGES) | u16::from(next) << (POINTS - 1);
                    (mask & ALWAYS, self.edges(|k| all >> k & 1 != 0, line, most)?)
                }
                Kind::Whole(turned) if most > POINTS => {
                    let edges = self.edges(|k| counts(line[k], line[k + 1]), line, most)?;
                    (if turned { ALWAYS } else { 0 }, edges)
                }
                _ => return None,
            };
            if place > 0xFF {
                return None;
            }
            let mask = edges as u8 & EDGES | always;
            head |= u64::from(place << 8 | u32::from(mask)) << (16 * slot);
            further |= u64::from(edges >> (POINTS - 1)) << (16 * slot);
        }
        Some((head, further))
    }

    /// Puts the edges of a line that count among the points of the record, those that another area has as well only once. Gives a bit
    /// for each, the lowest for the one between the first two points of the record.
    fn edges(&mut self, counts: impl Fn(usize) -> bool, line: &[[u8; 2]], most: usize) -> Option<u16> {
        let mut found = 0_u16;
        for k in (0..line.len().saturating_sub(1)).filter(|k| counts(*k)) {
            let (a, b) = (line[k], line[k + 1]);
            let is_it = |w: &[[u8; 2]]| w == [a, b] || w == [b, a];
            let place = self.points.windows(2).enumerate().position(|(n, w)| is_it(w) && found >> n & 1 == 0);
            let place = place.unwrap_or_else(|| {
                if self.points.last() != Some(&a) {
                    self.points.push(a);
                }
                self.points.push(b);
                self.points.len() - 2
            });
            if self.points.len() > most {
                return None;
            }
            found |= 1 << place;
        }
        Some(found)
    }

    /// Goes on to the next place where a record may begin.
    fn start(&mut self) -> Option<u16> {
        let step = 1 << self.shift;
        self.bytes.resize(self.bytes.len().next_multiple_of(step), 0);
        u16::try_from((self.bytes.len() >> self.shift << 2) + usize::from(RECORDS)).ok()
    }

    fn long(&mut self, from: &Builder) -> Option<u16> {
        let word = self.start()?;
        self.bytes.extend(LONG.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.stubs.push(self.bytes.len());
        self.bytes.extend((self.long.len() as u32).to_le_bytes());
        let last = self.here.len() - 1;
        for (n, (place, kind, start, length)) in self.here.iter().enumerate() {
            self.long.extend(from.areas[*place as usize].to_le_bytes());
            self.long.extend((length / 2 * 2 + u32::from(n == last)).to_le_bytes());
            self.long.extend(kind.word().to_le_bytes());
            self.long.extend(&from.points[*start as usize..][..*length as usize]);
        }
        Some(word)
    }
}

const _: () = assert!(LONG_HEAD == 4 + 4 + 2);

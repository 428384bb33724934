//! All areas of one state of the world: from a point to every area that contains it.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::{Grid, Place};
use crate::shape::{At, Bounds, Shape, flushed};
use crate::tile::{Change, InCell, Tile, exact};
use std::sync::Arc;

mod batch;

/// The number of an area in an [`Index`].
pub type Number = u32;

/// An index that is never changed: [`Index::with`] makes the next one, which shares all it can with this one. Readers
/// keep what they have.
#[derive(Debug, Clone)]
pub struct Index {
    grid: Grid,
    tiles: Vec<Tile>,
    shapes: Shapes,
    /// Areas that reach beyond the grid; points there are tested one by one.
    beyond: Vec<Number>,
}

/// Areas by number, in chunks, so that one can be changed without touching all the others.
#[derive(Debug, Clone, Default)]
struct Shapes {
    chunks: Vec<Arc<[Option<Arc<Shape>>; CHUNK]>>,
}

const CHUNK: usize = 64;

/// Tiles that one change packs anew.
const PACKED_AT_ONCE: usize = 2;

impl Shapes {
    #[inline]
    fn get(&self, number: Number) -> Option<&Shape> {
        self.chunks.get(number as usize / CHUNK)?[number as usize % CHUNK].as_deref()
    }
    fn set(&mut self, number: Number, shape: Option<Arc<Shape>>) {
        let chunk = number as usize / CHUNK;
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, Arc::new([const { None }; CHUNK]));
        }
        Arc::make_mut(&mut self.chunks[chunk])[number as usize % CHUNK] = shape;
    }
    fn iter(&self) -> impl Iterator<Item = (Number, &Shape)> {
        let all = self.chunks.iter().flat_map(|chunk| chunk.iter());
        all.zip(0..).filter_map(|(shape, number)| Some((number, shape.as_deref()?)))
    }
}

/// Areas are numbered below this.
const MOST_AREAS: Number = 1 << 23;

/// What an index takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub areas: usize,
    pub points: usize,
    pub tiles: usize,
    /// Tiles with all their cells.
    pub tile_bytes: usize,
    /// The outlines.
    pub shape_bytes: usize,
}

impl Index {
    /// Areas get the numbers 0, 1, 2 … in the order given. At most 2²³; others are left out.
    pub fn new(shapes: impl IntoIterator<Item = Shape>) -> Self {
        let mut all = Shapes::default();
        for (shape, number) in shapes.into_iter().zip(0..MOST_AREAS) {
            all.set(number, Some(Arc::new(shape)));
        }
        Self::of(all)
    }

    fn of(shapes: Shapes) -> Self {
        let bounds = shapes.iter().fold(Bounds::NOTHING, |all, (_, shape)| all.join(shape.bounds()));
        let grid = Grid::new(bounds, shapes.iter().map(|(_, shape)| shape.len()).sum());
        let mut lists: Vec<Vec<Number>> = vec![Vec::new(); grid.tiles()];
        for (number, shape) in shapes.iter() {
            for tile in grid.touched(shape.bounds()) {
                lists[tile].push(number);
            }
        }
        let mut index = Self { grid, tiles: Vec::with_capacity(lists.len()), shapes, beyond: Vec::new() };
        index.tiles = lists.iter().enumerate().map(|(tile, numbers)| index.tile(tile, numbers)).collect();
        Tile::settle(&mut index.tiles);
        index
    }

    /// The same areas on a grid that fits them again: after many changes, or areas far outside of the first ones.
    #[must_use]
    pub fn rebuilt(&self) -> Self {
        Self::of(self.shapes.clone())
    }

    fn tile(&self, tile: usize, numbers: &[Number]) -> Tile {
        let areas = self.shapes_of(numbers);
        if areas.is_empty() { Tile::default() } else { Tile::build(&areas, |side| self.grid.frame(tile, side)) }
    }

    fn shapes_of(&self, numbers: &[Number]) -> Vec<(Number, &Shape)> {
        numbers.iter().filter_map(|n| Some((*n, self.shapes.get(*n)?))).collect()
    }

    /// The next index: with this area added or replaced, or removed. Numbers of removed areas may be given again.
    ///
    /// It costs the same however many tiles the area touches: in two of them at most it is packed with the rest, in
    /// the others the outline itself is asked where the border may run, until [`Index::settled`] has packed them.
    #[must_use]
    pub fn with(&self, number: Number, shape: Option<Arc<Shape>>) -> Self {
        let mut next = self.clone();
        if number >= MOST_AREAS {
            return next;
        }
        next.beyond.retain(|n| *n != number);
        let mut touched = Vec::new();
        if let Some(old) = self.shapes.get(number) {
            touched.extend(self.grid.touched(old.bounds()));
            let mut change = Change::new(number);
            touched.iter().for_each(|tile| next.tiles[*tile].take_out(&mut change));
        }
        if let Some(new) = shape.as_deref() {
            if !self.grid.covers(new.bounds()) {
                next.beyond.push(number);
            }
            let mut change = Change::new(number);
            self.grid.cover(new, |tile, everywhere| {
                next.tiles[tile].put_in(&mut change, everywhere);
                touched.push(tile);
            });
        }
        next.shapes.set(number, shape);
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|tile| next.tiles[*tile].is_pending());
        if touched.len() > PACKED_AT_ONCE {
            // Of many only those that have waited for long.
            touched.retain(|tile| next.tiles[*tile].waits_for_long());
        }
        touched.into_iter().take(PACKED_AT_ONCE).for_each(|tile| next.pack(tile));
        next
    }

    fn pack(&mut self, tile: usize) {
        let areas = self.shapes_of(&self.tiles[tile].areas());
        let packed = if areas.is_empty() {
            Tile::default()
        } else {
            self.tiles[tile].packed(&areas, |side| self.grid.frame(tile, side))
        };
        self.tiles[tile] = packed;
    }

    /// How many tiles are not as quick as they could be since [`Index::with`].
    pub fn pending(&self) -> usize {
        self.tiles.iter().filter(|tile| tile.is_pending()).count()
    }

    /// The same with at most so many of the pending tiles packed: 0.1 to 0.5 ms each.
    #[must_use]
    pub fn settled(&self, at_most: usize) -> Self {
        let mut next = self.clone();
        let pending = self.tiles.iter().enumerate().filter(|(_, tile)| tile.is_pending());
        pending.take(at_most).for_each(|(tile, _)| next.pack(tile));
        next
    }

    pub fn shape(&self, number: Number) -> Option<&Shape> {
        self.shapes.get(number)
    }
    /// The outline to keep beside the index.
    pub fn shared(&self, number: Number) -> Option<Arc<Shape>> {
        self.shapes.chunks.get(number as usize / CHUNK)?[number as usize % CHUNK].clone()
    }
    pub fn areas(&self) -> impl Iterator<Item = (Number, &Shape)> {
        self.shapes.iter()
    }

    /// Tells every area that contains the point, each once, in no order.
    #[inline]
    pub fn locate(&self, at: At, mut hit: impl FnMut(Number)) {
        match self.grid.place(at) {
            Some(place) => self.locate_in(place, at, &mut hit),
            None => self.locate_beyond(at, &mut hit),
        }
    }

    #[inline]
    fn locate_in(&self, place: Place, at: At, hit: &mut impl FnMut(Number)) {
        let tile = &self.tiles[place.tile];
        let cell = tile.cell(place);
        if tile.is_pending() {
            return self.locate_unsure(tile, cell, at, hit);
        }
        if !cell.has_record() {
            if cell.is_covered() {
                hit(tile.area(cell.place()));
            }
            return;
        }
        let mut met = tile.met(cell);
        if met.unsure {
            met = tile.met_wide(cell);
            if met.unsure {
                return self.locate_items(tile, cell, at, hit);
            }
        }
        met.hits().for_each(|place| hit(tile.area(place)));
    }

    #[cold]
    fn locate_items(&self, tile: &Tile, cell: InCell, at: At, hit: &mut impl FnMut(Number)) {
        tile.answers(cell, |number, answer| {
            if answer.unwrap_or_else(|| exact(self.shapes.get(number), at)) {
                hit(number);
            }
        });
    }

    #[cold]
    fn locate_unsure(&self, tile: &Tile, cell: InCell, at: At, hit: &mut dyn FnMut(Number)) {
        tile.tell(cell, &|number| exact(self.shapes.get(number), at), hit);
    }

    #[cold]
    fn locate_beyond(&self, at: At, hit: &mut impl FnMut(Number)) {
        // A tiny number counts as 0, and 0 may lie on the grid.
        if let Some(place) = self.grid.place(flushed(at)) {
            return self.locate_in(place, at, hit);
        }
        self.beyond.iter().filter(|n| exact(self.shapes.get(**n), at)).for_each(|n| hit(*n));
    }

    /// The areas that contain the point, by number.
    pub fn containing(&self, at: At) -> Vec<Number> {
        let mut found = Vec::new();
        self.locate(at, |number| found.push(number));
        found.sort_unstable();
        found
    }

    pub fn size(&self) -> Size {
        Size {
            areas: self.shapes.iter().count(),
            points: self.shapes.iter().map(|(_, s)| s.len()).sum(),
            tiles: self.tiles.len(),
            tile_bytes: self.tiles.iter().map(Tile::size).sum(),
            shape_bytes: self.shapes.iter().map(|(_, s)| s.bytes()).sum(),
        }
    }
}

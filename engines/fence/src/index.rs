//! All areas of one state of the world: from a point to every area that contains it.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::{Grid, Place};
use crate::shape::{At, Bounds, Shape, flushed};
use crate::tile::{InCell, MOST_AREAS, Tile, exact};
use std::collections::BTreeSet;
use std::sync::Arc;

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

impl Shapes {
    #[inline]
    fn get(&self, number: Number) -> Option<&Shape> {
        self.chunks.get(number as usize / CHUNK)?[number as usize % CHUNK].as_deref()
    }
    fn set(&mut self, number: Number, shape: Option<Arc<Shape>>) {
        let chunk = number as usize / CHUNK;
        while self.chunks.len() <= chunk {
            self.chunks.push(Arc::new([const { None }; CHUNK]));
        }
        Arc::make_mut(&mut self.chunks[chunk])[number as usize % CHUNK] = shape;
    }
    fn iter(&self) -> impl Iterator<Item = (Number, &Shape)> {
        let all = self.chunks.iter().flat_map(|chunk| chunk.iter());
        all.zip(0..).filter_map(|(shape, number)| Some((number, shape.as_deref()?)))
    }
}

/// Points that [`Index::locate_many`] looks after together.
const AT_ONCE: usize = 64;

/// Where one of them lies.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    tile: u32,
    cell: InCell,
}

/// Some of them, by their place among the others.
struct Order {
    places: [u8; AT_ONCE],
    length: usize,
}

impl Order {
    const fn new() -> Self {
        Self { places: [0; AT_ONCE], length: 0 }
    }
    /// Without a branch: what does not belong here is written over by the next.
    #[inline]
    fn push(&mut self, place: usize, belongs: bool) {
        self.places[self.length] = place as u8;
        self.length += usize::from(belongs);
    }
    fn iter(&self) -> impl Iterator<Item = usize> {
        self.places[..self.length].iter().map(|place| usize::from(*place))
    }
}

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
    #[must_use]
    pub fn with(&self, number: Number, shape: Option<Arc<Shape>>) -> Self {
        let mut next = self.clone();
        if number >= MOST_AREAS {
            return next;
        }
        let bounds = |shape: Option<&Shape>| shape.map_or(Bounds::NOTHING, Shape::bounds);
        let (old, new) = (bounds(self.shapes.get(number)), bounds(shape.as_deref()));
        next.shapes.set(number, shape);
        next.beyond.retain(|n| *n != number);
        if !self.grid.covers(new) {
            next.beyond.push(number);
        }
        let touched: BTreeSet<usize> = self.grid.touched(old).chain(self.grid.touched(new)).collect();
        for tile in touched {
            let mut numbers = self.tiles[tile].areas();
            if let Err(at) = numbers.binary_search(&number) {
                numbers.insert(at, number);
            }
            let areas = next.shapes_of(&numbers);
            next.tiles[tile] = self.tiles[tile].changed(number, &areas, |side| self.grid.frame(tile, side));
        }
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
        tile.tell(tile.cell(place), |number| exact(self.shapes.get(number), at), hit);
    }

    #[cold]
    fn locate_beyond(&self, at: At, hit: &mut impl FnMut(Number)) {
        // A tiny number counts as 0, and 0 may lie on the grid.
        if let Some(place) = self.grid.place(flushed(at)) {
            return self.locate_in(place, at, hit);
        }
        self.beyond.iter().filter(|n| exact(self.shapes.get(**n), at)).for_each(|n| hit(*n));
    }

    /// Tells for every point, by its place in the list, every area that contains it; in no order. Quicker than
    /// [`Index::locate`] one after the other: memory is asked for many points at once, and points of cells with a border
    /// come after the others, so that the processor seldom guesses wrongly what comes next.
    pub fn locate_many(&self, points: &[At], mut hit: impl FnMut(usize, Number)) {
        let mut found = [Found::default(); AT_ONCE];
        for (start, some) in points.chunks(AT_ONCE).enumerate().map(|(n, some)| (n * AT_ONCE, some)) {
            let (mut plain, mut mixed) = (Order::new(), Order::new());
            for (k, at) in some.iter().enumerate() {
                let Some(place) = self.grid.place(*at) else {
                    self.locate_beyond(*at, &mut |number| hit(start + k, number));
                    continue;
                };
                let tile = &self.tiles[place.tile];
                let cell = tile.cell(place);
                found[k] = Found { tile: place.tile as u32, cell };
                let border = tile.has_border(cell);
                plain.push(k, !border);
                mixed.push(k, border);
            }
            // The sum is of no use; asking for these words brings them near.
            let ahead = |k: usize| self.tiles[found[k].tile as usize].ahead(found[k].cell);
            std::hint::black_box(mixed.iter().chain(plain.iter()).fold(0, |sum, k| sum ^ ahead(k)));
            for k in plain.iter() {
                let Found { tile, cell } = found[k];
                self.tiles[tile as usize].tell_plain(cell, |number| hit(start + k, number));
            }
            for k in mixed.iter() {
                let (Found { tile, cell }, at) = (found[k], some[k]);
                let exact = |number| exact(self.shapes.get(number), at);
                self.tiles[tile as usize].tell_mixed(cell, exact, |number| hit(start + k, number));
            }
        }
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
            tile_bytes: self.tiles.iter().map(Tile::bytes).sum(),
            shape_bytes: self.shapes.iter().map(|(_, s)| s.bytes()).sum(),
        }
    }
}

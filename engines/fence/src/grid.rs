//! Where on the plane the tiles of the index lie. The number of a tile and the place in it grow with the coordinate, also
//! after rounding: that is all the index needs to be exact.

use crate::shape::{At, Bounds, Shape};

/// Edges a tile should have, about.
const EDGES_PER_TILE: usize = 320;
const MOST_TILES: usize = 1 << 18;

#[derive(Debug, Clone)]
pub(crate) struct Grid {
    origin: At,
    /// Tiles per unit.
    scale: f64,
    /// Parts of tiles per unit.
    parts: f64,
    columns: u32,
    rows: u32,
}

/// Tile, and the place in it as a share of its side in parts of 2³².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub tile: usize,
    pub x: u32,
    pub y: u32,
}

impl Grid {
    pub fn new(bounds: Bounds, edges: usize) -> Self {
        if bounds.is_nothing() {
            return Self { origin: [0.0; 2], scale: 1.0, parts: PARTS, columns: 1, rows: 1 };
        }
        let tiles = (edges / EDGES_PER_TILE).clamp(1, MOST_TILES) as f64;
        let (width, height) = (bounds.max[0] - bounds.min[0], bounds.max[1] - bounds.min[1]);
        let largest = bounds.min.iter().chain(&bounds.max).fold(0.0_f64, |m, c| m.max(c.abs()));
        // Tiles are so large that the places in them can be told apart, and not more than asked for, however thin the box.
        let side = (width * height / tiles).sqrt().max(width.max(height) / tiles);
        let side = side.max(largest * 2.0_f64.powi(-36)).max(1e-50);
        let scale = 1.0 / side;
        // So many that no outline is rounded up to the far side.
        let count = |length: f64| (length * scale + 1e-9) as u32 + 1;
        Self { origin: bounds.min, scale, parts: scale * PARTS, columns: count(width), rows: count(height) }
    }

    pub fn tiles(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// `None` beyond the grid and for what is not a number.
    #[inline]
    pub fn place(&self, at: At) -> Option<Place> {
        // The same as `fixed(to_tiles(at))`, as powers of two do not round.
        let x = parts((at[0] - self.origin[0]) * self.parts);
        let y = parts((at[1] - self.origin[1]) * self.parts);
        let (i, j) = (x >> 32, y >> 32);
        if i >= u64::from(self.columns) || j >= u64::from(self.rows) {
            return None;
        }
        Some(Place { tile: j as usize * self.columns as usize + i as usize, x: x as u32, y: y as u32 })
    }

    /// The position in tiles from the origin.
    #[inline]
    fn to_tiles(&self, at: At) -> At {
        [(at[0] - self.origin[0]) * self.scale, (at[1] - self.origin[1]) * self.scale]
    }

    /// Whether every point of the box lies on the grid.
    pub fn covers(&self, bounds: Bounds) -> bool {
        bounds.is_nothing() || (self.place(bounds.min).is_some() && self.place(bounds.max).is_some())
    }

    /// Tiles that the box touches.
    pub fn touched(&self, bounds: Bounds) -> impl Iterator<Item = usize> + use<> {
        let (from, to) = (self.to_tiles(bounds.min), self.to_tiles(bounds.max));
        let number = |c: f64| (fixed(c) >> 32) as u32;
        let range = |from: f64, to: f64, n: u32| {
            // A little beyond the low side is rounded onto the grid.
            let any = !bounds.is_nothing() && to > -1e-9 && from < f64::from(n);
            if any { number(from.max(0.0))..number(to.clamp(0.0, f64::from(n))).min(n - 1) + 1 } else { 0..0 }
        };
        let (columns, rows) = (range(from[0], to[0], self.columns), range(from[1], to[1], self.rows));
        let width = self.columns as usize;
        rows.flat_map(move |j| columns.clone().map(move |i| j as usize * width + i as usize))
    }

    /// Tells each tile that the area may touch, and whether it covers the whole of it.
    pub fn cover(&self, shape: &Shape, mut tell: impl FnMut(usize, bool)) {
        // Rounding moves nothing so far, in tiles: nobody far beyond the grid counts.
        const SLACK: f64 = 1e-6;
        /// Of an outline with more points every tile that its box touches counts as one with a border.
        const MOST_POINTS: usize = 20_000;
        let bounds = shape.bounds();
        if shape.len() > MOST_POINTS {
            self.touched(bounds).for_each(|tile| tell(tile, false));
            return;
        }
        let tiles: Vec<usize> = self.touched(bounds).collect();
        let (Some(first), Some(last)) = (tiles.first(), tiles.last()) else { return };
        let columns = self.columns as usize;
        let (left, bottom) = (first % columns, first / columns);
        let (width, height) = (last % columns - left + 1, last / columns - bottom + 1);
        let mut border = vec![false; width * height];
        // Places of a range on a side of the box, with one tile more where rounding might matter.
        let span = |low: f64, high: f64, start: usize, n: usize| {
            let start = start as f64;
            let slack = SLACK * low.abs().max(high.abs()).max(1.0);
            let (low, high) = (low - slack - start, high + slack - start);
            let any = high >= 0.0 && low < n as f64;
            if any { low.max(0.0) as usize..(high as usize).min(n - 1) + 1 } else { 0..0 }
        };
        shape.edges_between(f64::NEG_INFINITY, f64::INFINITY, |_, a, b| {
            let (a, b) = (self.to_tiles(a), self.to_tiles(b));
            let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
            let slack = SLACK * a[1].abs().max(b[1].abs()).max(1.0);
            let slope = (high[0] - low[0]) / (high[1] - low[1]);
            let at = |y: f64| {
                let x = low[0] + slope * (y - low[1]);
                if x.is_finite() { x.clamp(a[0].min(b[0]), a[0].max(b[0])) } else { low[0] }
            };
            for j in span(low[1], high[1], bottom, height) {
                let y = (bottom + j) as f64;
                let (mut from, mut to) = (at(y - slack), at(y + 1.0 + slack));
                if high[1] - low[1] <= slack {
                    (from, to) = (a[0], b[0]);
                }
                for i in span(from.min(to), from.max(to), left, width) {
                    if let Some(here) = border.get_mut(j * width + i) {
                        *here = true;
                    }
                }
            }
        });
        for (j, row) in border.chunks(width).enumerate() {
            let mut inside = None;
            for (i, border) in row.iter().enumerate() {
                let tile = (bottom + j) * columns + left + i;
                if *border {
                    inside = None;
                    tell(tile, false);
                    continue;
                }
                let inside = *inside.get_or_insert_with(|| shape.contains(self.frame(tile, 1).position([0.5, 0.5])));
                if inside {
                    tell(tile, true);
                }
            }
        }
    }

    /// Positions as cells of a tile with so many cells on each side, and back.
    pub fn frame(&self, tile: usize, side: u32) -> Frame {
        let (i, j) = (tile % self.columns as usize, tile / self.columns as usize);
        Frame { grid: self.clone(), corner: [i as f64, j as f64], side: f64::from(side) }
    }
}

/// Parts of a tile.
const PARTS: f64 = 4_294_967_296.0;

fn fixed(x: f64) -> u64 {
    parts(x * PARTS)
}

/// A number 0 ≤ x < 2⁵¹ as a whole one, the nearest. Less work than `as u64`, which has to look for what does not fit: next to so
/// large a number there is no room for anything but whole ones, and they stand in the lowest bits. Whatever is less, more or not a
/// number becomes more than 2⁵¹.
#[inline]
fn parts(x: f64) -> u64 {
    const LARGE: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    (x + LARGE).to_bits().wrapping_sub(LARGE.to_bits())
}

/// The cells of one tile.
pub(crate) struct Frame {
    grid: Grid,
    corner: At,
    side: f64,
}

impl Frame {
    /// In cells from the tile's corner; beyond the tile for what lies beyond.
    pub fn cells(&self, at: At) -> At {
        let [x, y] = self.grid.to_tiles(at);
        [(x - self.corner[0]) * self.side, (y - self.corner[1]) * self.side]
    }
    /// The position of a place given in cells.
    pub fn position(&self, cells: At) -> At {
        let back = |c: f64, corner: f64, origin: f64| (c / self.side + corner) / self.grid.scale + origin;
        let ([i, j], [x, y]) = (self.corner, self.grid.origin);
        [back(cells[0], i, x), back(cells[1], j, y)]
    }
}

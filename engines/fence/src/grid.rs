//! Where on the plane the tiles of the index lie. The number of a tile and the place in it grow with the coordinate, also
//! after rounding: that is all the index needs to be exact.

use crate::shape::{At, Bounds};

/// Edges a tile should have, about.
const EDGES_PER_TILE: usize = 320;
const MOST_TILES: usize = 1 << 18;

#[derive(Debug, Clone)]
pub(crate) struct Grid {
    origin: At,
    /// Tiles per unit.
    scale: f64,
    columns: u32,
    rows: u32,
}

/// Tile, and the place in it: 0 ≤ x, y ≤ 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub tile: usize,
    pub x: f64,
    pub y: f64,
}

impl Grid {
    pub fn new(bounds: Bounds, edges: usize) -> Self {
        if bounds.is_nothing() {
            return Self { origin: [0.0; 2], scale: 1.0, columns: 1, rows: 1 };
        }
        let tiles = (edges / EDGES_PER_TILE).clamp(1, MOST_TILES) as f64;
        let (width, height) = (bounds.max[0] - bounds.min[0], bounds.max[1] - bounds.min[1]);
        let largest = bounds.min.iter().chain(&bounds.max).fold(0.0_f64, |m, c| m.max(c.abs()));
        // Tiles are so large that the places in them can be told apart, and not more than asked for, however thin the box.
        let side = (width * height / tiles).sqrt().max(width.max(height) / tiles);
        let side = side.max(largest * 2.0_f64.powi(-36)).max(1e-50);
        let scale = 1.0 / side;
        let count = |length: f64| (length * scale) as u32 + 1;
        Self { origin: bounds.min, scale, columns: count(width), rows: count(height) }
    }

    pub fn tiles(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// `None` beyond the grid and for what is not a number.
    #[inline]
    pub fn place(&self, at: At) -> Option<Place> {
        let [x, y] = self.to_tiles(at);
        if !(x >= 0.0 && y >= 0.0 && x < f64::from(self.columns) && y < f64::from(self.rows)) {
            return None;
        }
        let ((i, x), (j, y)) = (split(x), split(y));
        Some(Place { tile: j as usize * self.columns as usize + i as usize, x, y })
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
        let range = |from: f64, to: f64, n: u32| {
            let any = !bounds.is_nothing() && to >= 0.0 && from < f64::from(n);
            if any { split(from.max(0.0)).0..split(to.min(f64::from(n))).0.min(n - 1) + 1 } else { 0..0 }
        };
        let (columns, rows) = (range(from[0], to[0], self.columns), range(from[1], to[1], self.rows));
        let width = self.columns as usize;
        rows.flat_map(move |j| columns.clone().map(move |i| j as usize * width + i as usize))
    }

    /// Positions as cells of a tile with so many cells on each side, and back.
    pub fn frame(&self, tile: usize, side: u32) -> Frame {
        let (i, j) = (tile % self.columns as usize, tile / self.columns as usize);
        Frame { grid: self.clone(), corner: [i as f64, j as f64], side: f64::from(side) }
    }
}

/// A number 0 ≤ x < 2³¹ as the whole number below it and the rest, 0 to 1. A whole number may also come out as the one
/// before it and 1; the whole number still grows with x. Half the work of `as u32`, which has to look for what does not fit:
/// next to so large a number there is no room for anything but whole ones, and they stand in the lowest bits.
#[inline]
pub(crate) fn split(x: f64) -> (u32, f64) {
    const LARGE: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    let sum = (x - 0.5) + LARGE;
    (sum.to_bits() as u32, x - (sum - LARGE))
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

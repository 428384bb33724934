//! Which piece of which edge is nearest: all pieces sorted into the cells of a plain grid.
#![expect(clippy::indexing_slicing, reason = "cells are numbered here, pieces come from the network they were made of")]

use crate::LonLat;
use crate::metric::{LONGEST, Plane, UNITS_PER_M, distance_m, e7, to_segment, units};
use crate::network::{Component, Edge, Network, Snap};
use crate::osm::{E7, degrees};

/// About the width of a block. Cells become wider where there would be many more of them than pieces.
const CELL_M: f64 = 80.0;
/// A component is large from this share of the largest on.
const LARGE_SHARE: f64 = 0.02;
/// So much further away one takes a large component instead of a small one, such as a courtyard whose gate is not drawn.
const FOR_A_LARGE_ONE_M: f64 = 150.0;

#[derive(Debug, Default)]
pub(crate) struct Grid {
    south_west: E7,
    /// In 1e-7 degrees.
    cell: [i64; 2],
    cells: [i64; 2],
    first: Vec<u32>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    edge: u32,
    /// From this place of the shape to the next.
    shape: u32,
    large: bool,
}

impl Grid {
    pub fn new(edges: &[Edge], shape: &[E7], component_of: &[u32], components: &[Component]) -> Self {
        let axis = |n: usize, least: bool| {
            let all = shape.iter().map(|at| at[n]);
            (if least { all.min() } else { all.max() }).unwrap_or(0)
        };
        let (south_west, north_east) = ([axis(0, true), axis(1, true)], [axis(0, false), axis(1, false)]);
        let middle = [0, 1].map(|n| i32::midpoint(south_west[n], north_east[n]));
        let scale = Plane::new(middle).scale();
        let extent = [0, 1].map(|n| (f64::from(north_east[n]) - f64::from(south_west[n])) * scale[n] + 1.0);
        let least = (extent[0] * extent[1] / (4.0 * shape.len() as f64 + 16.0)).sqrt();
        let width = CELL_M.max(least).max(extent[0].max(extent[1]) / 20_000.0);
        let cell = scale.map(|s| (width / s).ceil() as i64);
        let cells = [0, 1].map(|n| (i64::from(north_east[n]) - i64::from(south_west[n])) / cell[n] + 1);
        let mut grid = Self { south_west, cell, cells, first: Vec::new(), pieces: Vec::new() };

        let large_from = components.first().map_or(0.0, |c| c.length_m * LARGE_SHARE);
        let large = |e: &Edge| components[component_of[e.from as usize] as usize].length_m >= large_from;
        let mut sorted: Vec<(u32, Piece)> = Vec::with_capacity(shape.len() * 2);
        for (n, e) in edges.iter().enumerate() {
            let end = edges.get(n + 1).map_or(shape.len(), |next| next.shape as usize);
            for at in e.shape as usize..end.saturating_sub(1) {
                let piece = Piece { edge: n as u32, shape: at as u32, large: large(e) };
                grid.through(shape[at], shape[at + 1], |cell| sorted.push((cell, piece)));
            }
        }
        sorted.sort_unstable_by_key(|(cell, piece)| (*cell, piece.shape));
        grid.first = vec![0; (grid.cells[0] * grid.cells[1]) as usize + 1];
        sorted.iter().for_each(|(cell, _)| grid.first[*cell as usize + 1] += 1);
        for c in 1..grid.first.len() {
            grid.first[c] += grid.first[c - 1];
        }
        grid.pieces = sorted.into_iter().map(|(_, piece)| piece).collect();
        grid
    }

    pub fn size(&self) -> usize {
        size_of_val(&*self.first) + size_of_val(&*self.pieces)
    }

    fn cell_of(&self, at: E7) -> [i64; 2] {
        [0, 1].map(|n| (i64::from(at[n]) - i64::from(self.south_west[n])).div_euclid(self.cell[n]))
    }

    /// The cells of a straight piece, row by row; a cell too many at the ends of a row does no harm.
    fn through(&self, a: E7, b: E7, mut found: impl FnMut(u32)) {
        let (a, b) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let (from, to) = (self.cell_of(a), self.cell_of(b));
        for row in from[1]..=to[1] {
            let at_lat = |lat: i64| {
                let share = (lat - i64::from(a[1])) as f64 / f64::from(b[1] - a[1]).max(1.0);
                let lon = f64::from(a[0]) + (f64::from(b[0]) - f64::from(a[0])) * share.clamp(0.0, 1.0);
                ((lon - f64::from(self.south_west[0])) / self.cell[0] as f64).floor() as i64
            };
            let low = i64::from(self.south_west[1]) + row * self.cell[1];
            let ends = [
                if row == from[1] { from[0] } else { at_lat(low) },
                if row == to[1] { to[0] } else { at_lat(low + self.cell[1]) },
            ];
            let (west, east) = (ends[0].min(ends[1]).max(0), ends[0].max(ends[1]).min(self.cells[0] - 1));
            (west..=east).for_each(|column| found((row * self.cells[0] + column) as u32));
        }
    }

    /// What the cells of one ring around a cell hold. False when the whole grid lies within the ring.
    fn ring(&self, [x, y]: [i64; 2], ring: i64, mut found: impl FnMut(Piece)) -> bool {
        let (west, east, south, north) = (x - ring, x + ring, y - ring, y + ring);
        for row in south.max(0)..=north.min(self.cells[1] - 1) {
            let whole = row == south || row == north;
            let step = if whole { 1 } else { (2 * ring).max(1) };
            let mut column = west;
            if whole {
                column = column.max(0);
            }
            while column <= east.min(if whole { self.cells[0] - 1 } else { east }) {
                if (0..self.cells[0]).contains(&column) {
                    let cell = (row * self.cells[0] + column) as usize;
                    self.pieces[self.first[cell] as usize..self.first[cell + 1] as usize]
                        .iter()
                        .for_each(|p| found(*p));
                }
                column += step;
            }
        }
        west > 0 || south > 0 || east < self.cells[0] - 1 || north < self.cells[1] - 1
    }
}

impl Network {
    /// The nearest place on the network, if there is one so near. A place on a large component is preferred to one on a small
    /// one, up to 150 m further away.
    pub fn nearest(&self, at: LonLat, within_m: f64) -> Option<Snap> {
        let at = e7(at)?;
        let (plane, grid) = (Plane::new(at), &self.grid);
        let centre = grid.cell_of(at);
        let scale = plane.scale();
        let width = (grid.cell[0] as f64 * scale[0]).min(grid.cell[1] as f64 * scale[1]);
        let mut best: [Option<(f64, Piece, f64)>; 2] = [None, None];
        // Rings between the place and the grid are empty.
        let outside = [0, 1].map(|n| (-centre[n]).max(centre[n] - grid.cells[n] + 1).max(0));
        let mut ring = outside[0].max(outside[1]);
        loop {
            // Nothing in this ring can be nearer than that.
            let bound = (ring - 1).max(0) as f64 * width;
            let settled = |found: &Option<(f64, Piece, f64)>, more: f64| {
                found.as_ref().is_some_and(|f| f.0.sqrt() + more <= bound)
            };
            if bound > within_m || settled(&best[1], 0.0) || settled(&best[0], FOR_A_LARGE_ONE_M) {
                break;
            }
            let more = grid.ring(centre, ring, |piece| {
                let n = piece.shape as usize;
                let (d2, t) = to_segment(plane.to(self.shape[n]), plane.to(self.shape[n + 1]));
                for best in best.iter_mut().take(if piece.large { 2 } else { 1 }) {
                    if best.is_none_or(|b| d2 < b.0) {
                        *best = Some((d2, piece, t));
                    }
                }
            });
            if !more {
                break;
            }
            ring += 1;
        }
        let [any, large] = best.map(|b| b.map(|(d2, piece, t)| (d2.sqrt(), piece, t)).filter(|b| b.0 <= within_m));
        let (distance_m, piece, t) = match (any, large) {
            (Some(any), Some(large)) if large.0 <= any.0 + FOR_A_LARGE_ONE_M => large,
            (any, _) => any?,
        };
        Some(self.snap(piece, t, distance_m))
    }

    fn snap(&self, piece: Piece, t: f64, distance_m: f64) -> Snap {
        let edge = self.edges[piece.edge as usize];
        let (n, begin) = (piece.shape as usize, edge.shape as usize);
        let before: f64 = self.shape[begin..=n].windows(2).map(distance_m_of).sum();
        let (a, b) = (self.shape[n], self.shape[n + 1]);
        let along = before + distance_m_of(&[a, b]) * t;
        let along = ((along * UNITS_PER_M).round() as u32).min(edge.len).min(LONGEST);
        let [a, b] = [degrees(a), degrees(b)];
        Snap { edge: piece.edge, along, distance_m, at: [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t] }
    }

    /// The place on an edge so many metres from its beginning; none if there is no such edge.
    pub fn place(&self, edge: u32, along_m: f64) -> Option<Snap> {
        let along = units(along_m).min(self.edges.get(edge as usize)?.len);
        let at = degrees(self.at(edge, along)?);
        Some(Snap { edge, along, distance_m: 0.0, at })
    }

    pub(crate) fn at(&self, edge: u32, along: u32) -> Option<E7> {
        let mut left = f64::from(along) / UNITS_PER_M;
        let shape = self.shape_of(edge);
        for w in shape.windows(2) {
            let len = distance_m_of(w);
            if left <= len && len > 0.0 {
                let t = left / len;
                return Some([0, 1].map(|n| (f64::from(w[0][n]) + f64::from(w[1][n] - w[0][n]) * t).round() as i32));
            }
            left -= len;
        }
        shape.last().copied()
    }
}

fn distance_m_of(w: &[E7]) -> f64 {
    distance_m(w[0], w[1])
}

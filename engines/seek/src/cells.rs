//! Probability on the ground: squares of 100 m with equal areas, and the least area that holds a share of it.
#![expect(clippy::indexing_slicing, reason = "rows are numbered by the terrain's pieces")]

use crate::terrain::Terrain;
use std::collections::BTreeMap;
use streets::LonLat;

pub(crate) const CELL_M: f64 = 100.0;

/// A square of 100 m with some street in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Its middle.
    pub at: LonLat,
    pub p: f64,
    pub p_per_km2: f64,
}

/// Cells with what lies in them, densest first. The probability of a segment lies evenly along it.
pub(crate) fn cells(terrain: &Terrain, rows: &[f64]) -> Vec<Cell> {
    let mut found: BTreeMap<(i32, i32), f64> = BTreeMap::new();
    let of = |c: f64| (c / CELL_M).floor() as i32;
    for (n, piece) in terrain.pieces.iter().enumerate() {
        let (a, b) = (terrain.xy[piece.a as usize].map(f64::from), terrain.xy[piece.b as usize].map(f64::from));
        let one = (of(a[0]), of(a[1]));
        if one == (of(b[0]), of(b[1])) {
            *found.entry(one).or_default() += rows[n];
            continue;
        }
        // Where the line crosses from one cell into the next.
        let mut cuts = vec![0.0, 1.0];
        for axis in 0..2 {
            let (low, high) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
            for k in of(low) + 1..=of(high) {
                cuts.push((f64::from(k) * CELL_M - a[axis]) / (b[axis] - a[axis]));
            }
        }
        cuts.sort_unstable_by(f64::total_cmp);
        for w in cuts.windows(2) {
            let t = f64::midpoint(w[0], w[1]);
            let at = [0, 1].map(|k| of(a[k] + (b[k] - a[k]) * t));
            *found.entry((at[0], at[1])).or_default() += rows[n] * (w[1] - w[0]);
        }
    }
    let middle = |k: i32| (f64::from(k) + 0.5) * CELL_M;
    let km2 = CELL_M * CELL_M / 1e6;
    let mut cells: Vec<Cell> = found
        .into_iter()
        .map(|((x, y), p)| Cell { at: terrain.plane.exactly_back([middle(x), middle(y)]), p, p_per_km2: p / km2 })
        .collect();
    cells.sort_by(|a, b| b.p.total_cmp(&a.p));
    cells
}

/// Square kilometres of the least number of cells that hold a share of what lies on the streets.
pub(crate) fn area_km2(cells: &[Cell], share: f64) -> f64 {
    let wanted = share * cells.iter().map(|c| c.p).sum::<f64>();
    let mut held = 0.0;
    let needed = cells.iter().take_while(|c| {
        let more = held < wanted;
        held += c.p;
        more
    });
    needed.count() as f64 * CELL_M * CELL_M / 1e6
}

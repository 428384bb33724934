//! An outline around lines: how far the corners of a grid are from the nearest line, and where that is exactly the margin
//! (marching squares: Lorensen and Cline, *Marching cubes*, 1987, one dimension less).
#![expect(clippy::indexing_slicing, reason = "corners are numbered here, for the vectors made here")]

use crate::LonLat;
use crate::metric::{Plane, to_segment};

/// One closed ring around, then its holes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub rings: Vec<Vec<LonLat>>,
}

/// Between corners. The margin is a quarter wider, so that a line never leaves its outline between two corners.
const STEP_M: f64 = 24.0;
const MARGIN: f64 = 1.25;
/// Corners on each side at most: what is larger gets a coarser grid.
const MOST: f64 = 900.0;
const SMALLEST_HOLE_M2: f64 = 40_000.0;
const NONE: u32 = u32::MAX;

type Xy = [f64; 2];

struct Field {
    low: Xy,
    step: f64,
    wide: usize,
    high: usize,
    /// The square of the distance, in steps.
    far: Vec<f32>,
}

/// `lines` hands each piece of line to what it is given.
pub(crate) fn around(plane: Plane, low: Xy, high: Xy, lines: impl FnOnce(&mut dyn FnMut(Xy, Xy))) -> Vec<Outline> {
    let extent = (high[0] - low[0]).max(high[1] - low[1]);
    let step = STEP_M.max(extent / MOST);
    let corners = |n: usize| ((high[n] - low[n]) / step) as usize + 7;
    let mut field = Field {
        low: low.map(|l| l - 3.0 * step),
        step,
        wide: corners(0),
        high: corners(1),
        far: vec![f32::INFINITY; corners(0) * corners(1)],
    };
    lines(&mut |a, b| field.draw(a, b));
    let rings = field.rings();
    let in_metres = step * step;
    let (mut outer, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        let area = area(&ring) * in_metres;
        if area > 0.0 {
            outer.push((area, ring, Vec::new()));
        } else if -area >= SMALLEST_HOLE_M2 {
            holes.push(ring);
        }
    }
    outer.sort_by(|a, b| a.0.total_cmp(&b.0));
    for hole in holes {
        let first = hole.first().copied().unwrap_or_default();
        // The smallest outline around it.
        if let Some((_, _, inside)) = outer.iter_mut().find(|(_, ring, _)| contains(ring, first)) {
            inside.push(hole);
        }
    }
    outer.reverse();
    let place = |at: &Xy| {
        let at = plane.back([0, 1].map(|n| field.low[n] + at[n] * step));
        // A tenth of a metre is more than enough for a line on a map.
        at.map(|c| (c * 1e6).round() / 1e6)
    };
    let ring = |ring: &Vec<Xy>| {
        let mut places: Vec<LonLat> = ring.iter().map(place).collect();
        places.dedup();
        places.extend(places.first().copied().filter(|first| places.last() != Some(first)));
        places
    };
    outer.iter().map(|(_, o, holes)| Outline { rings: std::iter::once(o).chain(holes).map(ring).collect() }).collect()
}

impl Field {
    fn draw(&mut self, a: Xy, b: Xy) {
        let scaled = |at: Xy| [0, 1].map(|n| (at[n] - self.low[n]) / self.step);
        let (a, b) = (scaled(a), scaled(b));
        // Every corner that may stand beside one within the margin has to know its distance.
        let wide = MARGIN + 1.0;
        let span = |n: usize, most: usize| {
            let (low, high) = (a[n].min(b[n]) - wide, a[n].max(b[n]) + wide);
            low.max(0.0).ceil() as usize..=(high.max(0.0) as usize).min(most - 1)
        };
        let columns = span(0, self.wide);
        for row in span(1, self.high) {
            let y = row as f64;
            for (column, far) in columns.clone().zip(&mut self.far[row * self.wide..][columns.clone()]) {
                let x = column as f64;
                let (d2, _) = to_segment([a[0] - x, a[1] - y], [b[0] - x, b[1] - y]);
                *far = far.min(d2 as f32);
            }
        }
    }

    /// Rings with the inside on their left: outer ones against the clock, holes with it. In steps from the lower left corner.
    fn rings(&self) -> Vec<Vec<Xy>> {
        let margin = (MARGIN * MARGIN) as f32;
        let inside = |corner: usize| self.far[corner] <= margin;
        // A crossing is named by the corner it begins at and whether it goes east (even) or north (odd).
        let mut next = vec![NONE; self.far.len() * 2];
        for row in 0..self.high - 1 {
            for column in 0..self.wide - 1 {
                let sw = row * self.wide + column;
                let (se, nw, ne) = (sw + 1, sw + self.wide, sw + self.wide + 1);
                let case =
                    [sw, se, ne, nw].iter().enumerate().map(|(n, c)| usize::from(inside(*c)) << n).sum::<usize>();
                let (south, west, east, north) = (sw * 2, sw * 2 + 1, se * 2 + 1, nw * 2);
                let mut go = |from: usize, to: usize| next[from] = to as u32;
                match case {
                    1 => go(south, west),
                    2 => go(east, south),
                    3 => go(east, west),
                    4 => go(north, east),
                    // Two opposite corners: taken for two parts that do not meet.
                    5 => {
                        go(south, west);
                        go(north, east);
                    }
                    6 => go(north, south),
                    7 => go(north, west),
                    8 => go(west, north),
                    9 => go(south, north),
                    10 => {
                        go(east, south);
                        go(west, north);
                    }
                    11 => go(east, north),
                    12 => go(west, east),
                    13 => go(south, east),
                    14 => go(west, south),
                    _ => {}
                }
            }
        }
        let mut rings = Vec::new();
        for start in 0..next.len() {
            if next[start] == NONE {
                continue;
            }
            let (mut ring, mut at) = (Vec::new(), start);
            while next[at] != NONE {
                ring.push(self.crossing(at));
                at = std::mem::replace(&mut next[at], NONE) as usize;
            }
            rings.push(ring);
        }
        rings
    }

    fn crossing(&self, crossing: usize) -> Xy {
        let corner = crossing / 2;
        let east = crossing.is_multiple_of(2);
        let other = if east { corner + 1 } else { corner + self.wide };
        let [a, b] = [corner, other].map(|c| f64::from(self.far[c]).sqrt().min(MARGIN + 1.0));
        let t = if (b - a).abs() > 1e-9 { ((MARGIN - a) / (b - a)).clamp(0.02, 0.98) } else { 0.5 };
        let (x, y) = ((corner % self.wide) as f64, (corner / self.wide) as f64);
        if east { [x + t, y] } else { [x, y + t] }
    }
}

fn area(ring: &[Xy]) -> f64 {
    let closed = ring.iter().zip(ring.iter().cycle().skip(1));
    closed.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0
}

fn contains(ring: &[Xy], [x, y]: Xy) -> bool {
    let closed = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossed =
        closed.filter(|(a, b)| (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    crossed.count() % 2 == 1
}

//! Invented areas, the same on every machine, and the slow way to find out where a point lies.

use fence::{At, Index, Shape};
use std::f64::consts::TAU;

/// A small generator of its own (Steele, Lea, Flood, *SplitMix*, 2014): the same numbers for ever.
#[derive(Debug, Clone)]
pub struct Chance(pub u64);

impl Chance {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.number() % n
    }
    /// 0 ≤ x < 1
    pub fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.share() * (high - low)
    }
}

/// The district of all worlds, in degrees: about 26 km on each side.
pub const SOUTH_WEST: At = [121.35, 30.80];
pub const WIDTH: f64 = 0.27;
pub const HEIGHT: f64 = 0.234;

pub fn anywhere(chance: &mut Chance) -> At {
    [SOUTH_WEST[0] + chance.share() * WIDTH, SOUTH_WEST[1] + chance.share() * HEIGHT]
}

/// A ring around a centre: `corners` at even angles, each at its own distance.
pub fn blob(chance: &mut Chance, centre: At, size: At, corners: usize) -> Vec<At> {
    ring(chance, centre, size, corners, 0.8)
}

/// The same with distances from `nearest` to 1.
fn ring(chance: &mut Chance, [x, y]: At, [rx, ry]: At, corners: usize, nearest: f64) -> Vec<At> {
    let turn = chance.share();
    let ring = (0..corners).map(|k| {
        let (sin, cos) = ((k as f64 + turn) * TAU / corners as f64).sin_cos();
        let far = chance.between(nearest, 1.0);
        [x + rx * far * cos, y + ry * far * sin]
    });
    let mut ring: Vec<At> = ring.collect();
    ring.push(ring[0]);
    ring
}

/// Fences thrown anywhere: `n` jagged ones of 60 corners, so large that a point lies in 1.1 of them on average.
pub fn scattered(seed: u64, n: usize) -> Vec<Shape> {
    let mut chance = Chance(seed);
    // The mean square of the distances is 0.8133 of the square of the greatest; a ring of 60 corners fills 0.998 of a disc.
    let r = (1.1 / (n as f64 * std::f64::consts::PI * 0.8133 * 0.98)).sqrt();
    (0..n)
        .map(|_| {
            let centre = anywhere(&mut chance);
            Shape::new([blob(&mut chance, centre, [WIDTH * r, HEIGHT * r], 60)]).unwrap()
        })
        .collect()
}

/// The same with so long teeth that many cells have more border in them than one record holds.
pub fn jagged(seed: u64, n: usize) -> Vec<Shape> {
    const NEAREST: f64 = 0.54;
    let mut chance = Chance(seed);
    // Distances next to each other have nothing to do with each other: what counts is the square of their mean.
    let mean = f64::midpoint(NEAREST, 1.0);
    let r = (1.1 / (n as f64 * std::f64::consts::PI * mean * mean * 0.98)).sqrt();
    (0..n)
        .map(|_| {
            let centre = anywhere(&mut chance);
            Shape::new([ring(&mut chance, centre, [WIDTH * r, HEIGHT * r], 60, NEAREST)]).unwrap()
        })
        .collect()
}

/// The district cut into `columns` × `rows` areas that share jagged borders without a gap, four stretches of `steps` each: one
/// of `every` is drawn twice (a second layer), so that a point lies in 1 + 1/`every` areas.
pub fn tiling(seed: u64, columns: usize, rows: usize, steps: usize, every: usize) -> Vec<Shape> {
    let mut chance = Chance(seed);
    let cell = [WIDTH / columns as f64, HEIGHT / rows as f64];
    let mut corners = vec![vec![[0.0; 2]; columns + 1]; rows + 1];
    for (j, line) in corners.iter_mut().enumerate() {
        for (i, at) in line.iter_mut().enumerate() {
            let mut shift = |k: usize, n: usize| if k == 0 || k == n { 0.0 } else { chance.between(-0.2, 0.2) };
            *at = [i as f64 + shift(i, columns), j as f64 + shift(j, rows)];
        }
    }
    let mut line = |a: At, b: At| -> Vec<At> {
        let d = [b[0] - a[0], b[1] - a[1]];
        let inner = (0..steps).map(|k| {
            let along = k as f64 / steps as f64;
            // Less near the corners, where the stretches meet.
            let off = 4.0 * along * (1.0 - along) * chance.between(-0.06, 0.06);
            let at = [a[0] + d[0] * along - d[1] * off, a[1] + d[1] * along + d[0] * off];
            [SOUTH_WEST[0] + at[0] * cell[0], SOUTH_WEST[1] + at[1] * cell[1]]
        });
        inner.collect()
    };
    let place = |at: At| [SOUTH_WEST[0] + at[0] * cell[0], SOUTH_WEST[1] + at[1] * cell[1]];
    let across: Vec<Vec<Vec<At>>> = corners.iter().map(|l| l.windows(2).map(|w| line(w[0], w[1])).collect()).collect();
    let upward: Vec<Vec<Vec<At>>> =
        corners.windows(2).map(|w| w[0].iter().zip(&w[1]).map(|(a, b)| line(*a, *b)).collect()).collect();
    let back = |stretch: &[At], end: At| -> Vec<At> {
        std::iter::once(place(end)).chain(stretch.iter().skip(1).rev().copied()).collect()
    };
    let mut shapes = Vec::new();
    for j in 0..rows {
        for i in 0..columns {
            let mut ring = across[j][i].clone();
            ring.extend(&upward[j][i + 1]);
            ring.extend(back(&across[j + 1][i], corners[j + 1][i + 1]));
            ring.extend(back(&upward[j][i], corners[j + 1][i]));
            ring.push(ring[0]);
            shapes.push(Shape::new([ring]).unwrap());
        }
    }
    if every > 0 {
        let twice: Vec<Shape> = shapes.iter().step_by(every).cloned().collect();
        shapes.extend(twice);
    }
    shapes
}

/// Every area that contains the point, one after the other and without any index.
pub fn slowly(index: &Index, at: At) -> Vec<u32> {
    index.areas().filter(|(_, shape)| odd(shape, at)).map(|(n, _)| n).collect()
}

/// Even-odd, written a second time and differently: the height at which the ray passes decides which end of an edge is
/// below, and the side is asked of another crate.
pub fn odd(shape: &Shape, at: At) -> bool {
    // So near to 0 it is 0.
    let [x, y] = at.map(|c| if c.abs() < 1e-60 { 0.0 } else { c });
    use geo::{Coord, Kernel, Orientation, kernels::RobustKernel};
    // No outline reaches there, and the predicate overflows.
    if x.abs() > 1e60 || y.abs() > 1e60 {
        return false;
    }
    let mut n = 0;
    for ring in shape.rings() {
        for w in ring.windows(2) {
            let (low, high) = if w[0][1] <= w[1][1] { (w[0], w[1]) } else { (w[1], w[0]) };
            if low[1] <= y && y < high[1] {
                let c = |at: At| Coord { x: at[0], y: at[1] };
                if RobustKernel::orient2d(c(low), c(high), Coord { x, y }) == Orientation::CounterClockwise {
                    n += 1;
                }
            }
        }
    }
    n % 2 == 1
}

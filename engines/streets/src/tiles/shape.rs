//! Lines and areas on the plane, each point with the weight that decides from which zoom on it is drawn.

use super::mercator::{COARSEST, EXTENT, FINEST, project};
use crate::LonLat;
use crate::layers::Geometry;
use std::rc::Rc;

/// A point of a line or ring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vertex {
    pub x: i32,
    pub y: i32,
    /// Square of how far the line would be off without it, in units of the plane.
    pub weight: f32,
}

/// What one feature draws. Rings are kept open: the last point is not the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Point(i32, i32),
    Lines(Vec<Vec<Vertex>>),
    /// Polygons: the outer ring, then holes.
    Areas(Vec<Vec<Vec<Vertex>>>),
}

/// Around everything: least x, least y, largest x, largest y.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Around {
    pub x0: i32,
    pub y0: i32,
    pub x1: i32,
    pub y1: i32,
}

/// A shape, or what is left of it inside of a tile.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Which feature.
    pub of: u32,
    pub shape: Rc<Shape>,
    pub around: Around,
}

/// How far lines may be off, in units of a tile: three eighths of a pixel. The finest tiles are drawn much larger than they
/// are, so nothing is left out there.
const OFF: i32 = 3;

/// Points that weigh less are left out at this zoom.
pub(super) fn least_weight(z: u8) -> f32 {
    if z >= FINEST {
        return -1.0;
    }
    let off = (OFF << (FINEST - z)) as f32;
    off * off
}

/// The shape on the plane; none when nothing of it can be drawn.
pub(super) fn shape(geometry: &Geometry) -> Option<Shape> {
    Some(match geometry {
        Geometry::Point(at) => {
            let (x, y) = project(*at)?;
            Shape::Point(x, y)
        }
        Geometry::Line(line) => {
            let mut line = vertices(line);
            if line.len() < 2 {
                return None;
            }
            weigh(&mut line);
            Shape::Lines(vec![line])
        }
        Geometry::Area(polygons) => {
            let polygons: Vec<Vec<Vec<Vertex>>> = polygons.iter().filter_map(|rings| polygon(rings)).collect();
            if polygons.is_empty() {
                return None;
            }
            Shape::Areas(polygons)
        }
    })
}

fn polygon(rings: &[Vec<LonLat>]) -> Option<Vec<Vec<Vertex>>> {
    let mut rings = rings.iter().map(|r| ring(r));
    let outer = rings.next().flatten()?;
    Some(std::iter::once(outer).chain(rings.flatten()).collect())
}

fn ring(points: &[LonLat]) -> Option<Vec<Vertex>> {
    let mut all = vertices(points);
    let (first, last) = (*all.first()?, *all.last()?);
    if (first.x, first.y) != (last.x, last.y) {
        all.push(first);
    }
    if all.len() < 4 {
        return None;
    }
    weigh(&mut all);
    all.pop();
    Some(all)
}

/// Points on the plane, without those that say the same as the one before.
fn vertices(points: &[LonLat]) -> Vec<Vertex> {
    let mut all: Vec<Vertex> =
        points.iter().filter_map(|at| project(*at)).map(|(x, y)| Vertex { x, y, weight: 0.0 }).collect();
    all.dedup_by_key(|v| (v.x, v.y));
    all
}

/// Weighs every point as Douglas and Peucker (1973) choose them: once for all zooms and before anything is cut, so that the
/// parts of a line on neighbouring tiles meet.
fn weigh(line: &mut [Vertex]) {
    if let Some(first) = line.first_mut() {
        first.weight = f32::MAX;
    }
    if let Some(last) = line.last_mut() {
        last.weight = f32::MAX;
    }
    // Nobody asks for less than this.
    let least = least_weight(FINEST - 1);
    let mut todo = vec![(0, line.len().saturating_sub(1))];
    while let Some((from, to)) = todo.pop() {
        let Some([a, inner @ .., b]) = line.get(from..=to) else { continue };
        let mut most = (0, least);
        for (i, v) in inner.iter().enumerate() {
            let off = square_off(*v, *a, *b);
            if off > most.1 {
                most = (i + 1, off);
            }
        }
        let (i, weight) = most;
        if i == 0 {
            continue;
        }
        if let Some(v) = line.get_mut(from + i) {
            v.weight = weight;
        }
        todo.push((from, from + i));
        todo.push((from + i, to));
    }
}

/// Square of the distance of a point from a stretch.
fn square_off(v: Vertex, a: Vertex, b: Vertex) -> f32 {
    let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
    let (vx, vy) = (f64::from(v.x) - f64::from(a.x), f64::from(v.y) - f64::from(a.y));
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { ((vx * dx + vy * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (vx - t * dx, vy - t * dy);
    (ex * ex + ey * ey) as f32
}

/// Twice the area of a ring, positive when its points go clockwise on a map whose y grows to the south.
pub(super) fn double_area(ring: &[(i32, i32)]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let mut before = last;
    let mut sum = 0_i64;
    for &(x, y) in ring {
        sum += i64::from(before.0) * i64::from(y) - i64::from(x) * i64::from(before.1);
        before = (x, y);
    }
    sum
}

impl Shape {
    /// Area in square units of the plane, holes taken off; 0 for what is no area.
    pub fn area(&self) -> f64 {
        let Self::Areas(polygons) = self else { return 0.0 };
        let of = |ring: &Vec<Vertex>| {
            // Near the ring the numbers stay small.
            let (x, y) = ring.first().map_or((0, 0), |v| (v.x, v.y));
            let near: Vec<(i32, i32)> = ring.iter().map(|v| (v.x - x, v.y - y)).collect();
            double_area(&near).abs() as f64 / 2.0
        };
        let one = |rings: &Vec<Vec<Vertex>>| {
            let mut rings = rings.iter().map(of);
            rings.next().unwrap_or_default() - rings.sum::<f64>()
        };
        polygons.iter().map(one).sum::<f64>().max(0.0)
    }

    pub fn around(&self) -> Around {
        let mut around = Around { x0: i32::MAX, y0: i32::MAX, x1: i32::MIN, y1: i32::MIN };
        let mut add = |x: i32, y: i32| {
            around.x0 = around.x0.min(x);
            around.y0 = around.y0.min(y);
            around.x1 = around.x1.max(x);
            around.y1 = around.y1.max(y);
        };
        match self {
            Self::Point(x, y) => add(*x, *y),
            Self::Lines(lines) => lines.iter().flatten().for_each(|v| add(v.x, v.y)),
            Self::Areas(polygons) => polygons.iter().flatten().flatten().for_each(|v| add(v.x, v.y)),
        }
        around
    }
}

/// Tiles of the coarsest zoom that a shape may touch, with the seam around each.
pub(super) fn coarse_tiles(around: Around, seam: i32) -> impl Iterator<Item = (u32, u32)> {
    let side = EXTENT << (FINEST - COARSEST);
    let last = (1_i32 << COARSEST) - 1;
    let of = |v: i32| v.div_euclid(side).clamp(0, last) as u32;
    let (x0, x1) = (of(around.x0.saturating_sub(seam)), of(around.x1.saturating_add(seam)));
    let (y0, y1) = (of(around.y0.saturating_sub(seam)), of(around.y1.saturating_add(seam)));
    (x0..=x1).flat_map(move |x| (y0..=y1).map(move |y| (x, y)))
}

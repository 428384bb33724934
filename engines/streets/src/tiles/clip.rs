//! Cutting shapes to a tile and the seam around it.
//!
//! Lines are cut to pieces; rings by Sutherland and Hodgman (1974), which may leave edges along the border of the seam: nobody
//! sees them there.

use super::shape::{Around, Piece, Shape, Vertex};
use std::rc::Rc;

/// What of a piece lies inside, borders included; points belong to exactly one tile and are not looked at with a seam.
pub(super) fn clip(piece: &Piece, to: Around, seam: i32) -> Option<Piece> {
    let Around { x0, y0, x1, y1 } = piece.around;
    if let Shape::Point(x, y) = *piece.shape {
        let inside = x >= to.x0 && x < to.x1 && y >= to.y0 && y < to.y1;
        return inside.then(|| piece.clone());
    }
    let to = Around { x0: to.x0 - seam, y0: to.y0 - seam, x1: to.x1 + seam, y1: to.y1 + seam };
    if x0 > to.x1 || x1 < to.x0 || y0 > to.y1 || y1 < to.y0 {
        return None;
    }
    if x0 >= to.x0 && x1 <= to.x1 && y0 >= to.y0 && y1 <= to.y1 {
        return Some(piece.clone());
    }
    let shape = match &*piece.shape {
        Shape::Point(..) => return None,
        Shape::Lines(lines) => {
            let upright = cut_lines(lines, Axis::X, to.x0, to.x1);
            Shape::Lines(cut_lines(&upright, Axis::Y, to.y0, to.y1)).filled()?
        }
        Shape::Areas(polygons) => {
            Shape::Areas(polygons.iter().filter_map(|p| cut_polygon(p, to)).collect()).filled()?
        }
    };
    let around = shape.around();
    Some(Piece { of: piece.of, shape: Rc::new(shape), around })
}

impl Shape {
    fn filled(self) -> Option<Self> {
        let empty = match &self {
            Self::Point(..) => false,
            Self::Lines(lines) => lines.is_empty(),
            Self::Areas(polygons) => polygons.is_empty(),
        };
        (!empty).then_some(self)
    }
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

impl Axis {
    const fn of(self, v: Vertex) -> i32 {
        match self {
            Self::X => v.x,
            Self::Y => v.y,
        }
    }
    /// Where a stretch that crosses `at` does so.
    fn cross(self, a: Vertex, b: Vertex, at: i32) -> Vertex {
        let (from, to) = (f64::from(self.of(a)), f64::from(self.of(b)));
        let t = (f64::from(at) - from) / (to - from);
        let between = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as i32;
        // Every zoom keeps it: the parts on both sides must meet.
        match self {
            Self::X => Vertex { x: at, y: between(a.y, b.y), weight: f32::MAX },
            Self::Y => Vertex { x: between(a.x, b.x), y: at, weight: f32::MAX },
        }
    }
}

fn cut_lines(lines: &[Vec<Vertex>], axis: Axis, low: i32, high: i32) -> Vec<Vec<Vertex>> {
    let mut out = Vec::new();
    for line in lines {
        cut_line(line, axis, low, high, &mut out);
    }
    out
}

fn cut_line(line: &[Vertex], axis: Axis, low: i32, high: i32, out: &mut Vec<Vec<Vertex>>) {
    let mut piece: Vec<Vertex> = Vec::new();
    let mut done = |piece: &mut Vec<Vertex>| {
        let piece = std::mem::take(piece);
        if piece.len() > 1 {
            out.push(piece);
        }
    };
    for pair in line.windows(2) {
        let &[a, b] = pair else { continue };
        let (from, to) = (axis.of(a), axis.of(b));
        if (from < low && to < low) || (from > high && to > high) {
            done(&mut piece);
            continue;
        }
        let border = |v: i32| if v < low { Some(low) } else { (v > high).then_some(high) };
        if let Some(at) = border(from) {
            done(&mut piece);
            piece.push(axis.cross(a, b, at));
        } else if piece.is_empty() {
            piece.push(a);
        }
        if let Some(at) = border(to) {
            piece.push(axis.cross(a, b, at));
            done(&mut piece);
        } else {
            piece.push(b);
        }
    }
    done(&mut piece);
}

fn cut_polygon(rings: &[Vec<Vertex>], to: Around) -> Option<Vec<Vec<Vertex>>> {
    let mut rings = rings.iter().map(|ring| cut_ring(ring, to));
    let outer = rings.next().filter(|r| r.len() > 2)?;
    Some(std::iter::once(outer).chain(rings.filter(|r| r.len() > 2)).collect())
}

fn cut_ring(ring: &[Vertex], to: Around) -> Vec<Vertex> {
    let mut ring = half(ring, |v| v.x >= to.x0, |a, b| Axis::X.cross(a, b, to.x0));
    ring = half(&ring, |v| v.x <= to.x1, |a, b| Axis::X.cross(a, b, to.x1));
    ring = half(&ring, |v| v.y >= to.y0, |a, b| Axis::Y.cross(a, b, to.y0));
    half(&ring, |v| v.y <= to.y1, |a, b| Axis::Y.cross(a, b, to.y1))
}

fn half(ring: &[Vertex], inside: impl Fn(Vertex) -> bool, cross: impl Fn(Vertex, Vertex) -> Vertex) -> Vec<Vertex> {
    let Some(&last) = ring.last() else { return Vec::new() };
    let mut out = Vec::with_capacity(ring.len() + 4);
    let (mut before, mut was) = (last, inside(last));
    for &v in ring {
        let is = inside(v);
        if is != was {
            out.push(cross(before, v));
        }
        if is {
            out.push(v);
        }
        (before, was) = (v, is);
    }
    out.dedup_by_key(|v| (v.x, v.y));
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tiles::shape::double_area;
    use proptest::prelude::*;

    const BOX: Around = Around { x0: 0, y0: 0, x1: 100, y1: 100 };

    fn v(x: i32, y: i32) -> Vertex {
        Vertex { x, y, weight: 0.0 }
    }
    fn piece(shape: Shape) -> Piece {
        Piece { of: 0, around: shape.around(), shape: Rc::new(shape) }
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let line = vec![v(10, 10), v(10, 150), v(50, 150), v(50, 10)];
        let cut = clip(&piece(Shape::Lines(vec![line])), BOX, 0).unwrap();
        let Shape::Lines(lines) = &*cut.shape else { panic!() };
        let ends: Vec<_> = lines.iter().map(|l| l.iter().map(|v| (v.x, v.y)).collect::<Vec<_>>()).collect();
        assert_eq!(ends, [vec![(10, 10), (10, 100)], vec![(50, 100), (50, 10)]]);
    }

    #[test]
    fn what_covers_a_tile_becomes_the_tile_with_its_seam() {
        let all = vec![vec![v(-500, -500), v(500, -500), v(500, 500), v(-500, 500)]];
        let cut = clip(&piece(Shape::Areas(vec![all])), BOX, 8).unwrap();
        assert_eq!(cut.around, Around { x0: -8, y0: -8, x1: 108, y1: 108 });
        assert!((cut.shape.area() - 116.0 * 116.0).abs() < 1.0);
    }

    #[test]
    fn a_point_on_a_border_is_of_one_tile() {
        let at = piece(Shape::Point(100, 5));
        let right = Around { x0: 100, y0: 0, x1: 200, y1: 100 };
        assert!(clip(&at, BOX, 8).is_none() && clip(&at, right, 8).is_some());
    }

    proptest! {
        /// The parts of an area on four tiles are together as large as the area.
        #[test]
        fn cutting_loses_no_area(points in proptest::collection::vec((0..200_i32, 0..200_i32), 3..12)) {
            // A ring of any points may cross itself; sorted around its middle it does not.
            let n = points.len() as f64;
            let (mx, my) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + f64::from(p.0) / n, y + f64::from(p.1) / n));
            let mut points = points;
            points.sort_by(|a, b| {
                let angle = |p: &(i32, i32)| (f64::from(p.1) - my).atan2(f64::from(p.0) - mx);
                angle(a).total_cmp(&angle(b))
            });
            points.dedup();
            let whole = double_area(&points).abs() as f64 / 2.0;
            let area = piece(Shape::Areas(vec![vec![points.iter().map(|p| v(p.0, p.1)).collect()]]));
            let mut sum = 0.0;
            for (x, y) in [(0, 0), (100, 0), (0, 100), (100, 100)] {
                let tile = Around { x0: x, y0: y, x1: x + 100, y1: y + 100 };
                sum += clip(&area, tile, 0).map_or(0.0, |p| p.shape.area());
            }
            // Crossings are rounded to whole units: half a unit along each edge at most.
            prop_assert!((sum - whole).abs() <= 200.0 * points.len() as f64 / 2.0, "{sum} of {whole}");
        }
    }
}

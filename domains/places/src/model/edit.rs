//! Borders as a web of corners: what splitting and merging areas stand on.
//!
//! Corners keep the very numbers they came with. Borders that two areas share are the same to the bit before an edit, and are
//! so after it: otherwise a point on them would lie in two areas, or in none (docs/decisions/0005).

use super::metric::Plane;
use super::outline::{Outline, OutlineError, RawPolygons};
use geo::kernels::RobustKernel;
use geo::{Area as _, Contains, Coord, Kernel, LineString, MultiPolygon, Orientation, Polygon};
use kernel::Datum;
use std::collections::HashMap;

/// Two places nearer than this are one corner, in degrees: about a millimetre.
pub(super) const SAME: f64 = 1e-8;

/// An edge with the area on its left.
pub(super) type Edge = (Coord, Coord);

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    #[error("a line needs at least two points")]
    LineTooShort,
    #[error("a line of more than {0} points is not taken")]
    LineTooLong(usize),
    #[error("the line crosses itself")]
    LineCrossesItself,
    #[error("the line does not cut the area in two; it must begin and end on its border or outside")]
    NotInTwo,
    #[error("at least two areas are merged")]
    TooFew,
    #[error("the areas share no border")]
    NotNeighbours,
    #[error(transparent)]
    Outline(#[from] OutlineError),
}

impl EditError {
    /// Locale key after `editor-refused-`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LineTooShort => "line-short",
            Self::LineTooLong(_) => "line-long",
            Self::LineCrossesItself => "line-crosses",
            Self::NotInTwo => "not-in-two",
            Self::TooFew => "too-few",
            Self::NotNeighbours => "not-neighbours",
            Self::Outline(_) => "outline",
        }
    }
}

pub(super) type Key = (u64, u64);

pub(super) fn key(c: Coord) -> Key {
    (c.x.to_bits(), c.y.to_bits())
}

pub(super) fn near(a: Coord, b: Coord) -> bool {
    (a.x - b.x).abs() <= SAME && (a.y - b.y).abs() <= SAME
}

/// All rings of a shape, holes too.
pub(super) fn rings(shape: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
}

/// Every corner of an outline.
pub fn corners(outline: &Outline) -> impl Iterator<Item = [f64; 2]> + '_ {
    rings(outline.shape()).flat_map(|r| r.coords()).map(|c| [c.x, c.y])
}

/// Where on the edge a place lies, from 0 to 1, when it lies on it within [`SAME`] and at neither end.
pub(super) fn on_edge((a, b): Edge, p: Coord) -> Option<f64> {
    if near(a, p) || near(b, p) {
        return None;
    }
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    let t = ((p.x - a.x) * dx + (p.y - a.y) * dy) / square;
    if !(0.0..=1.0).contains(&t) {
        return None;
    }
    let foot = Coord { x: a.x + dx * t, y: a.y + dy * t };
    near(foot, p).then_some(t)
}

/// The outline with these corners put into the edges they lie on; `None` when they lie on none.
pub fn with_corners(outline: &Outline, corners: &[Coord]) -> Option<Outline> {
    let mut changed = false;
    let mut ring = |line: &LineString<f64>| -> LineString<f64> {
        let mut out: Vec<Coord> = line.0.first().copied().into_iter().collect();
        for edge in line.lines() {
            let mut on: Vec<(f64, Coord)> =
                corners.iter().filter_map(|c| Some((on_edge((edge.start, edge.end), *c)?, *c))).collect();
            on.sort_by(|a, b| a.0.total_cmp(&b.0));
            changed |= !on.is_empty();
            out.extend(on.into_iter().map(|(_, c)| c));
            out.push(edge.end);
        }
        LineString(out)
    };
    let shape: MultiPolygon<f64> = outline
        .shape()
        .iter()
        .map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(&mut ring).collect()))
        .collect();
    if changed { outline_of(&shape).ok() } else { None }
}

/// Rings of numbers, as programs exchange them: every digit there is.
pub fn raw_of(outline: &Outline) -> RawPolygons {
    let ring = |l: &LineString<f64>| l.coords().map(|c| [c.x, c.y]).collect();
    outline.shape().iter().map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()).collect()
}

/// A checked outline with exactly these corners.
pub(super) fn outline_of(shape: &MultiPolygon<f64>) -> Result<Outline, OutlineError> {
    let ring = |l: &LineString<f64>| l.coords().map(|c| [c.x, c.y]).collect();
    let polygon = |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect();
    let raw: RawPolygons = shape.iter().map(polygon).collect();
    Outline::new(&raw, Datum::Wgs84)
}

/// One ring of a web, and which of the edges it is made of.
pub(super) struct Traced {
    pub ring: LineString<f64>,
    pub edges: Vec<usize>,
}

impl Traced {
    /// Outer rings run anticlockwise, holes clockwise.
    pub(super) fn is_outer(&self) -> bool {
        Polygon::new(self.ring.clone(), vec![]).signed_area() > 0.0
    }
}

/// Follows edges to rings, each time taking the sharpest turn to the left: every ring bounds one face of the web, which lies
/// on its left. `None` when an edge leads nowhere.
pub(super) fn trace(edges: &[Edge]) -> Option<Vec<Traced>> {
    let mut leaving: HashMap<Key, Vec<usize>> = HashMap::new();
    for (i, (from, _)) in edges.iter().enumerate() {
        leaving.entry(key(*from)).or_default().push(i);
    }
    let mut used = vec![false; edges.len()];
    let mut out = Vec::new();
    for first in 0..edges.len() {
        if used.get(first).copied().unwrap_or(true) {
            continue;
        }
        let mut traced = Traced { ring: LineString(Vec::new()), edges: Vec::new() };
        let mut at = first;
        loop {
            let edge = *edges.get(at)?;
            let seen = used.get_mut(at)?;
            if std::mem::replace(seen, true) {
                return None;
            }
            traced.ring.0.push(edge.0);
            traced.edges.push(at);
            let next = leaving.get(&key(edge.1))?.iter().copied();
            at = next.reduce(|best, other| sharper(edges, edge, best, other))?;
            if at == first {
                break;
            }
        }
        traced.ring.close();
        out.push(traced);
    }
    Some(out)
}

/// Of two edges that leave the end of `edge`, the one met first when turning clockwise from where it came.
fn sharper(edges: &[Edge], edge: Edge, one: usize, other: usize) -> usize {
    let end = |i: usize| edges.get(i).map_or(edge.1, |e| e.1);
    if clockwise_before(edge.1, edge.0, end(other), end(one)) { other } else { one }
}

/// Whether the direction to `a` comes before that to `b` when turning clockwise from the direction to `from`, all seen from
/// `at`. The direction `from` itself comes last.
fn clockwise_before(at: Coord, from: Coord, a: Coord, b: Coord) -> bool {
    let side = |c: Coord| match RobustKernel::orient2d(at, from, c) {
        Orientation::Clockwise => 0,
        Orientation::CounterClockwise => 2,
        Orientation::Collinear => {
            let ahead = (from.x - at.x) * (c.x - at.x) + (from.y - at.y) * (c.y - at.y) > 0.0;
            if ahead { 3 } else { 1 }
        }
    };
    match (side(a), side(b)) {
        (x, y) if x != y => x < y,
        _ => RobustKernel::orient2d(at, a, b) == Orientation::Clockwise,
    }
}

/// Outer rings with the holes that lie in them: the smallest outer ring around a hole has it.
pub(super) fn polygons(outers: Vec<LineString<f64>>, holes: Vec<LineString<f64>>) -> MultiPolygon<f64> {
    let mut whole: Vec<(f64, Polygon<f64>)> = outers
        .into_iter()
        .map(|ring| Polygon::new(ring, vec![]))
        .map(|polygon| (polygon.unsigned_area(), polygon))
        .collect();
    whole.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bare: Vec<Polygon<f64>> = whole.iter().map(|(_, p)| p.clone()).collect();
    for hole in holes {
        // A hole may touch its ring in single corners: the first that lies off it decides.
        let around = |p: &Polygon<f64>| hole.lines().map(|l| (l.start + l.end) / 2.0).any(|middle| p.contains(&middle));
        if let Some((_, polygon)) = bare.iter().position(around).and_then(|at| whole.get_mut(at)) {
            polygon.interiors_push(hole);
        }
    }
    whole.reverse();
    whole.into_iter().map(|(_, p)| p).collect()
}

/// Square metres of an outline.
pub fn square_metres(outline: &Outline) -> f64 {
    let b = outline.bounds();
    Plane::around(b.west.midpoint(b.east), b.south.midpoint(b.north)).to_metres(outline.shape()).unsigned_area()
}

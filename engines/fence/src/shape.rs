//! The outline of one area, and the exact answer whether a point lies in it.
//!
//! Even-odd over all rings together: an outer ring, a hole, a second part and an island in a hole are all just rings, and
//! neither winding nor the order of rings matters. A ray runs from the point to the east; each edge counts from its lower
//! end (included) to its upper end (left out). So a point on a border belongs to the area **east** of it, and on a border
//! that runs exactly west–east to the area **north** of it (docs/decisions/0005). The side of an edge is decided by exact
//! arithmetic (Shewchuk, *Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates*, 1997; crate
//! `robust`), always from the lower to the upper end, so that two areas drawn along the same border never disagree.

use robust::{Coord, orient2d};

/// A position: x (longitude), y (latitude).
pub type At = [f64; 2];

/// Coordinates beyond this are refused: the exact predicate would overflow.
pub const LARGEST: f64 = 1e60;
/// Coordinates nearer to 0 than this are taken for 0: the exact predicate would underflow.
const SMALLEST: f64 = 1e-60;
/// Shapes with more edges than this get slabs.
const SLABS_FROM: usize = 128;

/// Why an outline cannot be used. Counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    #[error("ring {ring}, point {point}: the coordinates are not numbers")]
    NotANumber { ring: usize, point: usize },
    #[error("ring {ring}, point {point}: the coordinates are larger than 1e60")]
    TooLarge { ring: usize, point: usize },
    #[error("it has more than 2,000,000,000 points")]
    TooManyPoints,
}

/// A box: least and greatest x and y, all included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub min: At,
    pub max: At,
}

impl Bounds {
    /// Holds nothing; grows with [`Bounds::take`].
    pub const NOTHING: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    #[must_use]
    pub fn take(self, [x, y]: At) -> Self {
        Self { min: [self.min[0].min(x), self.min[1].min(y)], max: [self.max[0].max(x), self.max[1].max(y)] }
    }
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        if other.is_nothing() { self } else { self.take(other.min).take(other.max) }
    }
    pub fn is_nothing(self) -> bool {
        self.min[0] > self.max[0]
    }
    pub fn holds(self, [x, y]: At) -> bool {
        x >= self.min[0] && x <= self.max[0] && y >= self.min[1] && y <= self.max[1]
    }
}

/// An outline as given: rings closed, repeated points left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Ring after ring, each ending with its first point.
    points: Box<[At]>,
    /// Where each ring ends.
    ends: Box<[u32]>,
    bounds: Bounds,
    slabs: Option<Slabs>,
}

/// Edges by height, so that an outline of 200,000 points is not walked for one answer.
#[derive(Debug, Clone, PartialEq)]
struct Slabs {
    per_unit: f64,
    starts: Box<[u32]>,
    edges: Box<[u32]>,
}

impl Shape {
    /// Takes the rings of an area, outer ones and holes of all its parts, in any order and winding. What is not closed is
    /// closed. Rings that enclose nothing hold nothing.
    ///
    /// # Errors
    /// When a coordinate is not a number or beyond [`LARGEST`].
    pub fn new<R: AsRef<[At]>>(rings: impl IntoIterator<Item = R>) -> Result<Self, ShapeError> {
        let (mut points, mut ends, mut bounds) = (Vec::new(), Vec::new(), Bounds::NOTHING);
        for (r, ring) in rings.into_iter().enumerate() {
            let start = points.len();
            for (p, &at) in ring.as_ref().iter().enumerate() {
                let (ring, point) = (r + 1, p + 1);
                if at.iter().any(|c| !c.is_finite()) {
                    return Err(ShapeError::NotANumber { ring, point });
                }
                if at.iter().any(|c| c.abs() > LARGEST) {
                    return Err(ShapeError::TooLarge { ring, point });
                }
                let at = flushed(at);
                if points.len() == start || points.last() != Some(&at) {
                    points.push(at);
                    bounds = bounds.take(at);
                }
            }
            if let Some(&first) = points.get(start) {
                if Some(&first) != points.last() {
                    points.push(first);
                }
                ends.push(u32::try_from(points.len()).map_err(|_| ShapeError::TooManyPoints)?);
            }
        }
        if points.len() > 2_000_000_000 {
            return Err(ShapeError::TooManyPoints);
        }
        let mut shape = Self { points: points.into(), ends: ends.into(), bounds, slabs: None };
        shape.slabs = Slabs::of(&shape);
        Ok(shape)
    }

    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }
    /// Points, the closing ones counted.
    pub fn len(&self) -> usize {
        self.points.len()
    }
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
    /// The rings, each ending with its first point.
    pub fn rings(&self) -> impl Iterator<Item = &[At]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends.iter()).filter_map(|(from, to)| self.points.get(from as usize..*to as usize))
    }
    /// Edges with the number of their first point; numbers follow each other along a ring.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (u32, At, At)> {
        let mut from = 0;
        self.rings().flat_map(move |ring| {
            let first = from;
            from += ring.len() as u32;
            ring.windows(2).zip(first..).filter_map(|(w, n)| if let [a, b] = w { Some((n, *a, *b)) } else { None })
        })
    }
    /// Edges that reach into the heights from `low` to `high`, and maybe others.
    pub(crate) fn edges_between(&self, low: f64, high: f64, mut each: impl FnMut(u32, At, At)) {
        match &self.slabs {
            None => self.edges().for_each(|(n, a, b)| each(n, a, b)),
            Some(slabs) => {
                let mut found = slabs.between(low, high, self.bounds.min[1]);
                found.sort_unstable();
                found.dedup();
                for n in found {
                    if let Some((a, b)) = self.edge(n) {
                        each(n, a, b);
                    }
                }
            }
        }
    }
    /// The number of the edge that follows edge `n` along its ring.
    pub(crate) fn next(&self, n: u32) -> u32 {
        let ring = self.ends.partition_point(|end| *end <= n);
        let end = self.ends.get(ring).copied().unwrap_or_default();
        let start = ring.checked_sub(1).and_then(|r| self.ends.get(r)).copied().unwrap_or_default();
        if n + 2 >= end { start } else { n + 1 }
    }
    pub(crate) fn edge(&self, n: u32) -> Option<(At, At)> {
        Some((*self.points.get(n as usize)?, *self.points.get(n as usize + 1)?))
    }

    /// Whether the point belongs to this area: exact, by the rule of the module. What is not a position lies nowhere.
    pub fn contains(&self, at: At) -> bool {
        let at = flushed(at);
        if !self.bounds.holds(at) {
            return false;
        }
        match &self.slabs {
            None => self.rings().fold(false, |inside, ring| inside ^ surrounds(ring, at)),
            Some(slabs) => {
                let near = slabs.at(at[1], self.bounds.min[1]).iter();
                near.filter_map(|n| self.edge(*n)).fold(false, |inside, (a, b)| inside ^ crosses(at, a, b))
            }
        }
    }

    /// Asks for the points, so that they are near when [`Shape::contains`] is. What it gives is of no use.
    pub(crate) fn touch(&self) -> u64 {
        const POINTS_OF_A_LINE: usize = 64 / size_of::<At>();
        if self.slabs.is_some() {
            return 0;
        }
        self.points.iter().step_by(POINTS_OF_A_LINE).fold(0, |sum, [x, _]| sum ^ x.to_bits())
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        let slabs = self.slabs.as_ref().map_or(0, |s| (s.starts.len() + s.edges.len()) * 4);
        size_of::<Self>() + self.points.len() * size_of::<At>() + self.ends.len() * 4 + slabs
    }
}

impl Slabs {
    fn of(shape: &Shape) -> Option<Self> {
        let bottom = shape.bounds.min[1];
        let height = shape.bounds.max[1] - bottom;
        if shape.len() < SLABS_FROM || height < 1e-50 {
            return None;
        }
        // About four edges in a slab; fewer slabs when long edges would stand in very many of them.
        let mut n = shape.len() / 4;
        let slabs = loop {
            let slabs = Self { per_unit: n as f64 / height, starts: vec![0; n + 1].into(), edges: Box::default() };
            let listed: usize = shape.edges().map(|(_, a, b)| slabs.span(a, b, bottom).count()).sum();
            if listed <= shape.len() * 4 || n < 2 {
                break slabs;
            }
            n /= 2;
        };
        Some(slabs.filled(shape, n, bottom))
    }

    fn filled(mut self, shape: &Shape, n: usize, bottom: f64) -> Self {
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (e, a, b) in shape.edges() {
            for slab in self.span(a, b, bottom) {
                if let Some(list) = lists.get_mut(slab) {
                    list.push(e);
                }
            }
        }
        let mut at = 0;
        self.starts = std::iter::once(0)
            .chain(lists.iter().map(|list| {
                at += list.len() as u32;
                at
            }))
            .collect();
        self.edges = lists.concat().into();
        self
    }

    /// Grows with y, so that an edge stands in the slab of every height between its ends.
    fn number(&self, y: f64, bottom: f64) -> usize {
        (((y - bottom) * self.per_unit) as usize).min(self.starts.len().saturating_sub(2))
    }
    fn span(&self, a: At, b: At, bottom: f64) -> std::ops::RangeInclusive<usize> {
        self.number(a[1].min(b[1]), bottom)..=self.number(a[1].max(b[1]), bottom)
    }
    fn list(&self, from: usize, to: usize) -> &[u32] {
        let bound = |n: usize| self.starts.get(n).map_or(0, |s| *s as usize);
        self.edges.get(bound(from)..bound(to + 1)).unwrap_or_default()
    }
    fn at(&self, y: f64, bottom: f64) -> &[u32] {
        let n = self.number(y, bottom);
        self.list(n, n)
    }
    fn between(&self, low: f64, high: f64, bottom: f64) -> Vec<u32> {
        self.list(self.number(low, bottom), self.number(high, bottom)).to_vec()
    }
}

/// Whether a ray from `p` to the east crosses an odd number of the edges of the ring.
fn surrounds(ring: &[At], p: At) -> bool {
    /// Points whose heights are compared at once: a bit for each, without a branch.
    const SOME: usize = 64;
    let mut inside = false;
    let mut start = 0;
    while let Some(some) = ring.get(start..).filter(|rest| rest.len() > 1) {
        let some = some.get(..SOME).unwrap_or(some);
        let above = some.iter().rev().fold(0_u64, |bits, [_, y]| bits << 1 | u64::from(*y > p[1]));
        // The last point has no edge here.
        let mut edges = (above ^ above >> 1) & (u64::MAX >> (SOME + 1 - some.len()));
        while edges != 0 {
            let k = edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if let Some([a, b]) = some.get(k..).and_then(|rest| rest.first_chunk()) {
                inside ^= crosses(p, *a, *b);
            }
        }
        start += some.len() - 1;
    }
    inside
}

/// Whether a ray from `p` to the east crosses the edge. Exact; the same for both directions of the edge.
pub(crate) fn crosses(p: At, a: At, b: At) -> bool {
    if (a[1] > p[1]) == (b[1] > p[1]) || (p[0] >= a[0] && p[0] >= b[0]) {
        return false;
    }
    if p[0] < a[0] && p[0] < b[0] {
        return true;
    }
    let (low, high) = if a[1] < b[1] { (a, b) } else { (b, a) };
    let coord = |c: At| Coord { x: c[0], y: c[1] };
    orient2d(coord(low), coord(high), coord(p)) > 0.0
}

/// Tiny numbers become 0, also −0.
pub(crate) fn flushed(at: At) -> At {
    at.map(|c| if c.abs() < SMALLEST { 0.0 } else { c })
}

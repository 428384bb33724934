//! Is a multi-polygon a proper outline? Winding is mended here; crossing lines, stray holes and doubled parts are found.
//!
//! Rings may touch themselves and each other in single points (real borders do); parts of one outline may share a border.

use super::outline::OutlineError;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{
    Contains, Coord, CoordinatePosition, InteriorPoint, Kernel, Line, LineString, MultiPolygon, Orient, Orientation,
    Polygon,
};
use geo::{coordinate_position::CoordPos, kernels::RobustKernel, orient::Direction};
use rstar::{AABB, RTree, RTreeObject};

/// Outer rings anticlockwise, holes clockwise (RFC 7946).
pub(super) fn mend_winding(shape: &mut MultiPolygon<f64>) {
    *shape = shape.orient(Direction::Default);
}

/// Finds the first fault, if there is one.
pub(super) fn check(shape: &MultiPolygon<f64>) -> Result<(), OutlineError> {
    let rings = Rings::of(shape);
    for (i, edge) in rings.edges.iter().enumerate() {
        rings.check_turn(edge)?;
        for other in rings.tree.locate_in_envelope_intersecting(&edge.line.envelope()) {
            if other.place > i && !rings.neighbours(edge, &other.edge) {
                rings.check_pair(edge, &other.edge)?;
            }
        }
    }
    for (i, polygon) in shape.iter().enumerate() {
        check_holes(polygon, i + 1)?;
    }
    check_parts(shape)
}

#[derive(Clone, Copy)]
struct Edge {
    line: Line<f64>,
    part: usize,
    ring: usize,
    index: usize,
}

struct Placed {
    place: usize,
    edge: Edge,
}

impl RTreeObject for Placed {
    type Envelope = AABB<geo::Point<f64>>;
    fn envelope(&self) -> Self::Envelope {
        self.edge.line.envelope()
    }
}

struct Rings {
    /// All rings without the closing point.
    corners: Vec<Vec<Coord>>,
    edges: Vec<Edge>,
    tree: RTree<Placed>,
}

impl Rings {
    fn of(shape: &MultiPolygon<f64>) -> Self {
        let mut corners: Vec<Vec<Coord>> = Vec::new();
        let mut edges = Vec::new();
        for (part, polygon) in shape.iter().enumerate() {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                edges.extend(ring.lines().enumerate().map(|(index, line)| Edge {
                    line,
                    part,
                    ring: corners.len(),
                    index,
                }));
                corners.push(open(ring));
            }
        }
        let tree = RTree::bulk_load(edges.iter().enumerate().map(|(place, &edge)| Placed { place, edge }).collect());
        Self { corners, edges, tree }
    }

    fn corner(&self, ring: usize, index: usize) -> Coord {
        let ring = self.corners.get(ring).map_or(&[][..], Vec::as_slice);
        ring.get(index % ring.len().max(1)).copied().unwrap_or_default()
    }
    fn length(&self, ring: usize) -> usize {
        self.corners.get(ring).map_or(1, Vec::len)
    }

    /// Edges that follow each other on one ring.
    fn neighbours(&self, a: &Edge, b: &Edge) -> bool {
        let n = self.length(a.ring);
        a.ring == b.ring && ((a.index + 1) % n == b.index || (b.index + 1) % n == a.index)
    }

    /// The corner at the end of an edge must not turn right back.
    fn check_turn(&self, edge: &Edge) -> Result<(), OutlineError> {
        let (before, at) = (edge.line.start, edge.line.end);
        let after = self.corner(edge.ring, edge.index + 2);
        if same_direction(at, before, after) { Err(OutlineError::DoublesBack { at: at.into() }) } else { Ok(()) }
    }

    fn check_pair(&self, s: &Edge, t: &Edge) -> Result<(), OutlineError> {
        match line_intersection(s.line, t.line) {
            Some(LineIntersection::SinglePoint { intersection, is_proper: true }) => {
                Err(OutlineError::CrossesItself { at: intersection.into() })
            }
            Some(LineIntersection::SinglePoint { intersection: at, .. }) => {
                let ((s0, s1), (t0, t1)) = (self.through(s, at), self.through(t, at));
                let shared = [(s0, t0), (s0, t1), (s1, t0), (s1, t1)].iter().any(|&(u, v)| same_direction(at, u, v));
                if !shared && in_sector(at, s0, s1, t0) != in_sector(at, s0, s1, t1) {
                    return Err(OutlineError::CrossesItself { at: at.into() });
                }
                Ok(())
            }
            Some(LineIntersection::Collinear { intersection })
                if s.part == t.part && intersection.start != intersection.end =>
            {
                Err(OutlineError::DoublesBack { at: intersection.start.into() })
            }
            _ => Ok(()),
        }
    }

    /// Where the ring comes from and goes to at a point of one of its edges.
    fn through(&self, edge: &Edge, at: Coord) -> (Coord, Coord) {
        if at == edge.line.start {
            (self.corner(edge.ring, edge.index + self.length(edge.ring) - 1), edge.line.end)
        } else if at == edge.line.end {
            (edge.line.start, self.corner(edge.ring, edge.index + 2))
        } else {
            (edge.line.start, edge.line.end)
        }
    }
}

fn open(ring: &LineString<f64>) -> Vec<Coord> {
    let mut corners = ring.0.clone();
    corners.pop();
    corners
}

fn same_direction(from: Coord, u: Coord, v: Coord) -> bool {
    let dot = (u.x - from.x) * (v.x - from.x) + (u.y - from.y) * (v.y - from.y);
    RobustKernel::orient2d(from, u, v) == Orientation::Collinear && dot > 0.0
}

/// Whether direction `d` lies inside the sector that opens anticlockwise from `u` to `w`, all seen from `at`.
fn in_sector(at: Coord, u: Coord, w: Coord, d: Coord) -> bool {
    let left = |a, b| RobustKernel::orient2d(at, a, b) == Orientation::CounterClockwise;
    match RobustKernel::orient2d(at, u, w) {
        Orientation::CounterClockwise => left(u, d) && left(d, w),
        Orientation::Clockwise => !(left(w, d) && left(d, u)),
        Orientation::Collinear => left(u, d),
    }
}

/// Lines do not cross any more, so one corner off the outer ring decides for the whole hole.
fn check_holes(polygon: &Polygon<f64>, part: usize) -> Result<(), OutlineError> {
    let outer = Polygon::new(polygon.exterior().clone(), vec![]);
    for hole in polygon.interiors() {
        let decided = hole.coords().find(|c| outer.coordinate_position(c) != CoordPos::OnBoundary);
        if let Some(corner) = decided
            && outer.coordinate_position(corner) == CoordPos::Outside
        {
            return Err(OutlineError::HoleOutside { part, at: (*corner).into() });
        }
    }
    Ok(())
}

/// Parts whose lines do not cross either lie apart or one within the other.
fn check_parts(shape: &MultiPolygon<f64>) -> Result<(), OutlineError> {
    let inner: Vec<Option<geo::Point<f64>>> = shape.iter().map(InteriorPoint::interior_point).collect();
    for (i, point) in inner.iter().enumerate() {
        let Some(point) = point else { continue };
        for (j, other) in shape.iter().enumerate() {
            if i != j && other.contains(point) {
                return Err(OutlineError::PartsOverlap { at: point.0.into() });
            }
        }
    }
    Ok(())
}

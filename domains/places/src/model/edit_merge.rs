//! Joining neighbours into one area. Where they share a border to the bit it falls away and every other corner stays as it
//! was; borders that were drawn twice are first laid upon each other.

use super::coverage::SLIVER_M;
use super::edit::{self, Edge, EditError, key, near, on_edge, outline_of, rings};
use super::metric::Plane;
use super::outline::Outline;
use geo::{Area as _, Coord, Euclidean, Length, LineString, MultiPolygon, Polygon, unary_union};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::HashMap;

/// Joins outlines that share borders.
///
/// # Errors
/// [`EditError::NotNeighbours`] when one of them shares no border with the others.
pub fn merge(outlines: &[&Outline]) -> Result<Outline, EditError> {
    if outlines.len() < 2 {
        return Err(EditError::TooFew);
    }
    let shapes: Vec<MultiPolygon<f64>> = outlines.iter().map(|o| o.shape().clone()).collect();
    let joined = exactly(&shapes).or_else(|| exactly(&laid_together(&shapes))).or_else(|| by_union(&shapes));
    let joined = joined.ok_or(EditError::NotNeighbours)?;
    Ok(outline_of(&joined)?)
}

/// Without shared edges; `None` when that leaves no proper shape of the same size.
fn exactly(shapes: &[MultiPolygon<f64>]) -> Option<MultiPolygon<f64>> {
    let edges = noded(shapes);
    let mut there: HashMap<(edit::Key, edit::Key), usize> = HashMap::new();
    for (a, b) in &edges {
        *there.entry((key(*a), key(*b))).or_default() += 1;
    }
    let shared = |(a, b): &Edge| there.contains_key(&(key(*b), key(*a)));
    let kept: Vec<Edge> = edges.iter().copied().filter(|e| !shared(e)).collect();
    if kept.len() == edges.len() || there.values().any(|n| *n > 1) {
        return None;
    }
    let (outers, holes): (Vec<_>, Vec<_>) = edit::trace(&kept)?.into_iter().partition(edit::Traced::is_outer);
    let rings = |list: Vec<edit::Traced>| list.into_iter().map(|t| t.ring).collect();
    let joined = edit::polygons(rings(outers), rings(holes));
    let (parts, size): (usize, f64) =
        (shapes.iter().map(|s| s.0.len()).sum(), shapes.iter().map(MultiPolygon::unsigned_area).sum());
    let same = (joined.unsigned_area() / size - 1.0).abs() < 1e-9;
    (same && joined.0.len() + shapes.len() <= parts + 1 && outline_of(&joined).is_ok()).then_some(joined)
}

type Corners = RTree<GeomWithData<[f64; 2], usize>>;

/// All edges, cut at the corners of other shapes that lie on them.
fn noded(shapes: &[MultiPolygon<f64>]) -> Vec<Edge> {
    let corners: Corners = RTree::bulk_load(
        shapes
            .iter()
            .enumerate()
            .flat_map(|(i, s)| rings(s).flat_map(|r| r.coords()).map(move |c| GeomWithData::new([c.x, c.y], i)))
            .collect(),
    );
    let mut out = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        for line in rings(shape).flat_map(LineString::lines) {
            let around = AABB::from_corners(
                [line.start.x.min(line.end.x) - edit::SAME, line.start.y.min(line.end.y) - edit::SAME],
                [line.start.x.max(line.end.x) + edit::SAME, line.start.y.max(line.end.y) + edit::SAME],
            );
            let mut on: Vec<(f64, Coord)> = corners
                .locate_in_envelope(&around)
                .filter(|c| c.data != i)
                .map(|c| Coord { x: c.geom()[0], y: c.geom()[1] })
                .filter_map(|c| Some((on_edge((line.start, line.end), c)?, c)))
                .collect();
            on.sort_by(|a, b| a.0.total_cmp(&b.0));
            on.dedup_by(|a, b| key(a.1) == key(b.1));
            let mut from = line.start;
            for (_, corner) in on {
                out.push((from, corner));
                from = corner;
            }
            out.push((from, line.end));
        }
    }
    out
}

/// Later shapes with their corners on the corners and edges of earlier ones, where they lie nearer than a sliver is wide.
fn laid_together(shapes: &[MultiPolygon<f64>]) -> Vec<MultiPolygon<f64>> {
    let mut out: Vec<MultiPolygon<f64>> = Vec::new();
    for shape in shapes {
        let laid = shape.iter().map(|p| {
            let ring = |l: &LineString<f64>| LineString(l.coords().map(|c| pulled(*c, &out)).collect());
            Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect())
        });
        let laid = laid.collect();
        out.push(laid);
    }
    out
}

/// The nearest corner, else the nearest place on an edge, within the width of a sliver.
fn pulled(at: Coord, to: &[MultiPolygon<f64>]) -> Coord {
    let plane = Plane::around(at.x, at.y);
    let metres = |c: Coord| {
        let m = plane.metres(c.x, c.y);
        m.x.hypot(m.y)
    };
    let lines = || to.iter().flat_map(rings).flat_map(LineString::lines);
    let corner = lines().map(|l| (metres(l.start), l.start)).min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, corner)) = corner.filter(|(m, _)| *m <= SLIVER_M) {
        return corner;
    }
    let foot = |l: geo::Line| {
        let (a, b) = (plane.metres(l.start.x, l.start.y), plane.metres(l.end.x, l.end.y));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let t = (-(a.x * dx + a.y * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        plane.degrees(Coord { x: a.x + dx * t, y: a.y + dy * t })
    };
    let edge = lines().map(foot).map(|c| (metres(c), c)).min_by(|a, b| a.0.total_cmp(&b.0));
    edge.filter(|(m, _)| *m <= SLIVER_M).map_or(at, |(_, c)| c)
}

/// The union of shapes that overlap or leave slivers, with the corners they came with and without the holes that are
/// slivers. `None` when they do not come together.
fn by_union(shapes: &[MultiPolygon<f64>]) -> Option<MultiPolygon<f64>> {
    let first = shapes.iter().flat_map(rings).find_map(|r| r.0.first())?;
    let plane = Plane::around(first.x, first.y);
    let joined = unary_union(&shapes.iter().map(|s| plane.to_metres(s)).collect::<Vec<_>>());
    let parts: usize = shapes.iter().map(|s| s.0.len()).sum();
    if joined.0.len() + shapes.len() > parts + 1 {
        return None;
    }
    let corners: Corners = RTree::bulk_load(
        shapes.iter().flat_map(rings).flat_map(|r| r.coords()).map(|c| GeomWithData::new([c.x, c.y], 0)).collect(),
    );
    let back = |l: &LineString<f64>| -> LineString<f64> {
        let one = |c: &Coord| {
            let c = plane.degrees(*c);
            let known = corners.nearest_neighbor(&[c.x, c.y]).map(|k| Coord { x: k.geom()[0], y: k.geom()[1] });
            known.filter(|k| near(*k, c)).unwrap_or(c)
        };
        LineString(l.coords().map(one).collect())
    };
    let wide = |l: &&LineString<f64>| {
        let size = Polygon::new((*l).clone(), vec![]).unsigned_area();
        2.0 * size / Euclidean.length(*l).max(f64::MIN_POSITIVE) > SLIVER_M
    };
    let polygon =
        |p: &Polygon<f64>| Polygon::new(back(p.exterior()), p.interiors().iter().filter(wide).map(back).collect());
    Some(joined.iter().map(polygon).collect())
}

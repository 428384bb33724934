//! A layer of areas as GeoJSON for the map, simplified so that neighbours still share their borders.
//!
//! Rings are cut into arcs where the neighbourhood changes (three borders meet, or a shared border begins); each arc is
//! simplified once, always in the same direction, so that both sides of a border get the same points.

use super::area::Area;
use super::metric::Plane;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Areas with an outline as a FeatureCollection; `tolerance_m` is how far a simplified border may lie off, 0 for none.
pub fn feature_collection<'a>(areas: impl IntoIterator<Item = &'a Area>, tolerance_m: f64) -> Value {
    let drawn: Vec<(&Area, &MultiPolygon<f64>)> =
        areas.into_iter().filter_map(|a| Some((a, a.outline.as_ref()?.shape()))).collect();
    let shapes: Vec<&MultiPolygon<f64>> = drawn.iter().map(|(_, s)| *s).collect();
    let simple = simplify(&shapes, tolerance_m);
    let features = drawn.iter().zip(simple).map(|((area, _), shape)| {
        json!({
            "type": "Feature",
            "id": area.id.to_string(),
            "properties": { "id": area.id.to_string(), "kind": area.kind.code(), "code": area.code, "name": area.name, "name_en": area.name_en, "parent": area.parent.map(|p| p.to_string()) },
            "geometry": super::outline::geojson_of(&shape),
        })
    });
    json!({ "type": "FeatureCollection", "features": features.collect::<Value>() })
}

type Key = (u64, u64);

fn key(c: Coord) -> Key {
    (c.x.to_bits(), c.y.to_bits())
}

/// Simplifies shapes together. A ring that would fall below three corners keeps all of them.
fn simplify(shapes: &[&MultiPolygon<f64>], tolerance_m: f64) -> Vec<MultiPolygon<f64>> {
    let first = shapes.iter().flat_map(|s| s.iter()).find_map(|p| p.exterior().0.first().copied());
    let (Some(origin), true) = (first, tolerance_m > 0.0) else { return shapes.iter().map(|s| (*s).clone()).collect() };
    let plane = Plane::around(origin.x, origin.y);
    let knots = knots(shapes);
    let ring = |line: &LineString<f64>| simple_ring(line, &knots, plane, tolerance_m);
    let polygon = |p: &Polygon<f64>| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect());
    shapes.iter().map(|s| MultiPolygon(s.iter().map(polygon).collect())).collect()
}

/// Corners that must stay: those with other than two distinct neighbours over all rings.
fn knots(shapes: &[&MultiPolygon<f64>]) -> HashSet<Key> {
    let mut beside: HashMap<Key, HashSet<Key>> = HashMap::new();
    for polygon in shapes.iter().flat_map(|s| s.iter()) {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for edge in ring.lines() {
                beside.entry(key(edge.start)).or_default().insert(key(edge.end));
                beside.entry(key(edge.end)).or_default().insert(key(edge.start));
            }
        }
    }
    beside.into_iter().filter(|(_, b)| b.len() != 2).map(|(k, _)| k).collect()
}

fn simple_ring(line: &LineString<f64>, knots: &HashSet<Key>, plane: Plane, tolerance_m: f64) -> LineString<f64> {
    let mut corners = line.0.clone();
    corners.pop();
    // Start at a knot; a ring without one starts at its lowest corner, whichever way and wherever it was drawn.
    let start = corners.iter().position(|c| knots.contains(&key(*c))).or_else(|| {
        let order = |i: &usize, j: &usize| corners.get(*i).map(|c| key(*c)).cmp(&corners.get(*j).map(|c| key(*c)));
        (0..corners.len()).min_by(order)
    });
    corners.rotate_left(start.unwrap_or(0));
    corners.extend(corners.first().copied());
    let mut out: Vec<Coord> = corners.first().copied().into_iter().collect();
    let mut arc: Vec<Coord> = Vec::new();
    let count = corners.len();
    for (i, &corner) in corners.iter().enumerate() {
        arc.push(corner);
        if arc.len() > 1 && (i + 1 == count || knots.contains(&key(corner))) {
            out.extend(simple_arc(&arc, plane, tolerance_m).into_iter().skip(1));
            arc = vec![corner];
        }
    }
    if out.len() < 4 { LineString(corners) } else { LineString(out) }
}

fn simple_arc(arc: &[Coord], plane: Plane, tolerance_m: f64) -> Vec<Coord> {
    let ends = |a: &[Coord]| (a.first().map(|c| key(*c)), a.get(1).map(|c| key(*c)));
    let mut forward = arc.to_vec();
    let mut backward = arc.to_vec();
    backward.reverse();
    let turned = ends(&backward) < ends(&forward);
    if turned {
        forward = backward;
    }
    let metres = LineString(forward.iter().map(|c| plane.metres(c.x, c.y)).collect::<Vec<_>>());
    // The points themselves are kept, not their images in metres: both sides must stay equal to the bit.
    let kept = geo::SimplifyIdx::simplify_idx(&metres, tolerance_m);
    let mut simple: Vec<Coord> = kept.into_iter().filter_map(|i| forward.get(i).copied()).collect();
    if turned {
        simple.reverse();
    }
    simple
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::model::outline::Outline;
    use kernel::Datum;

    #[test]
    fn neighbours_keep_the_same_border() {
        let wavy: Vec<[f64; 2]> =
            (0..=200).map(|i| [121.5 + 0.000_05 * f64::from(i % 3), 30.0 + 0.005 * f64::from(i)]).collect();
        let mut west = vec![[121.0, 30.0]];
        west.extend(&wavy);
        west.extend([[121.0, 31.0], [121.0, 30.0]]);
        let mut east = vec![[122.0, 31.0]];
        east.extend(wavy.iter().rev());
        east.extend([[122.0, 30.0], [122.0, 31.0]]);
        let shapes = [west, east].map(|r| Outline::new(&[vec![r]], Datum::Wgs84).unwrap());
        let simple = simplify(&[shapes[0].shape(), shapes[1].shape()], 20.0);
        let corners = |i: usize| -> HashSet<Key> { simple[i].0[0].exterior().0.iter().map(|c| key(*c)).collect() };
        assert!(corners(0).len() < 20, "{}", corners(0).len());
        assert_eq!(corners(0).intersection(&corners(1)).count(), corners(0).len() - 2);
    }
}

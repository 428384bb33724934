//! What an edit leaves behind that is not right, in every kind of area: ground that is nobody's any more, ground that two areas
//! of a kind have, and slivers between borders. Looks only where something changes; the law for police areas is `coverage`.

use super::coverage::SLIVER_M;
use super::metric::Plane;
use super::outline::{Outline, Place, geojson_of};
use geo::{Area as _, BooleanOps, BoundingRect, Euclidean, InteriorPoint, Length, MultiPolygon, Polygon, unary_union};
use serde_json::{Value, json};

/// Pieces smaller than this come from rounding, in square metres.
const DUST_M2: f64 = 0.05;
/// Likewise pieces narrower than this, in metres.
const DUST_M: f64 = 0.005;
/// At most so many pieces are told.
const MAX_PIECES: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It belonged to one of the areas and belongs to none now.
    Gap,
    /// Two areas have it.
    Overlap,
    /// A gap or an overlap that is too narrow for anybody to stand in.
    Sliver,
}

impl Fault {
    /// Locale key after `editor-piece-`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Overlap => "overlap",
            Self::Sliver => "sliver",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Piece {
    pub fault: Fault,
    /// Codes or names of the areas it concerns.
    pub areas: Vec<String>,
    pub square_metres: f64,
    pub inside: Place,
    shape: MultiPolygon<f64>,
}

impl Piece {
    pub fn to_geojson(&self) -> Value {
        json!({
            "type": "Feature",
            "properties": { "fault": self.fault.code(), "areas": self.areas, "square_metres": self.square_metres.round(), "inside": [self.inside.0, self.inside.1] },
            "geometry": geojson_of(&self.shape),
        })
    }
}

/// One area of the kind that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    pub label: &'a str,
    pub outline: &'a Outline,
    /// Its outline is not what it was.
    pub changed: bool,
}

/// `before` are the outlines that change or end; `after` are all areas of the kind as they will be.
pub fn check(before: &[&Outline], after: &[Now<'_>]) -> Vec<Piece> {
    let bounds =
        before.iter().copied().chain(after.iter().filter(|a| a.changed).map(|a| a.outline)).map(Outline::bounds);
    let Some(b) = bounds.reduce(|a, b| super::outline::Bounds {
        west: a.west.min(b.west),
        south: a.south.min(b.south),
        east: a.east.max(b.east),
        north: a.north.max(b.north),
    }) else {
        return Vec::new();
    };
    let plane = Plane::around(b.west.midpoint(b.east), b.south.midpoint(b.north));
    let near = |o: &Outline| {
        let c = o.bounds();
        c.west <= b.east && c.east >= b.west && c.south <= b.north && c.north >= b.south
    };
    let here: Vec<(Now<'_>, MultiPolygon<f64>)> =
        after.iter().filter(|a| near(a.outline)).map(|a| (*a, plane.to_metres(a.outline.shape()))).collect();
    let mut pieces = Vec::new();
    for (i, (a, shape)) in here.iter().enumerate().filter(|(_, (a, _))| a.changed) {
        for (j, (b, other)) in here.iter().enumerate() {
            if i == j || (b.changed && j < i) || !boxes_meet(shape, other) {
                continue;
            }
            let shared = shape.intersection(other);
            pieces.extend(shared.into_iter().filter_map(|p| piece(plane, Fault::Overlap, p, &[a.label, b.label])));
        }
    }
    let old: Vec<_> = before.iter().map(|o| plane.to_metres(o.shape())).collect();
    let new: Vec<_> = here.iter().map(|(_, shape)| shape.clone()).collect();
    for lost in unary_union(&old).difference(&unary_union(&new)) {
        let beside: Vec<&str> = here
            .iter()
            .filter(|(_, shape)| {
                use geo::Distance;
                Euclidean.distance(shape, &MultiPolygon(vec![lost.clone()])) <= SLIVER_M
            })
            .map(|(a, _)| a.label)
            .collect();
        pieces.extend(piece(plane, Fault::Gap, lost, &beside));
    }
    pieces.sort_by(|a, b| b.square_metres.total_cmp(&a.square_metres));
    pieces.truncate(MAX_PIECES);
    pieces
}

fn boxes_meet(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> bool {
    let (Some(a), Some(b)) = (a.bounding_rect(), b.bounding_rect()) else { return false };
    a.min().x <= b.max().x && a.max().x >= b.min().x && a.min().y <= b.max().y && a.max().y >= b.min().y
}

fn piece(plane: Plane, fault: Fault, polygon: Polygon<f64>, areas: &[&str]) -> Option<Piece> {
    let square_metres = polygon.unsigned_area();
    // Of a strip this is the width.
    let width = 2.0 * square_metres / Euclidean.length(polygon.exterior()).max(f64::MIN_POSITIVE);
    if square_metres < DUST_M2 || width < DUST_M {
        return None;
    }
    let inside = polygon.interior_point()?;
    let fault = if width < SLIVER_M { Fault::Sliver } else { fault };
    Some(Piece {
        fault,
        areas: areas.iter().map(|l| (*l).to_owned()).collect(),
        square_metres,
        inside: plane.degrees(inside.0).into(),
        shape: plane.to_degrees(&MultiPolygon(vec![polygon])),
    })
}

/// What an area gained and lost between two outlines, for the map and in square metres.
#[derive(Debug, Clone)]
pub struct Difference {
    pub gained: MultiPolygon<f64>,
    pub lost: MultiPolygon<f64>,
    pub gained_m2: f64,
    pub lost_m2: f64,
}

/// Compares two outlines; `None` is no ground at all. Dust from rounding is left out.
pub fn difference(before: Option<&Outline>, after: Option<&Outline>) -> Difference {
    let b = after.or(before).map(Outline::bounds);
    let plane = b
        .map_or_else(|| Plane::around(0.0, 0.0), |b| Plane::around(b.west.midpoint(b.east), b.south.midpoint(b.north)));
    let ground = |o: Option<&Outline>| o.map_or_else(|| MultiPolygon(vec![]), |o| plane.to_metres(o.shape()));
    let (old, new) = (ground(before), ground(after));
    let wide = |p: &Polygon<f64>| {
        let size = p.unsigned_area();
        size >= DUST_M2 && 2.0 * size / Euclidean.length(p.exterior()).max(f64::MIN_POSITIVE) >= DUST_M
    };
    let kept = |m: MultiPolygon<f64>| -> MultiPolygon<f64> { m.into_iter().filter(wide).collect() };
    let (gained, lost) = (kept(new.difference(&old)), kept(old.difference(&new)));
    Difference {
        gained_m2: gained.unsigned_area(),
        lost_m2: lost.unsigned_area(),
        gained: plane.to_degrees(&gained),
        lost: plane.to_degrees(&lost),
    }
}

impl Difference {
    /// Whether a place lies on ground that was lost.
    pub fn lost_at(&self, lon: f64, lat: f64) -> bool {
        use geo::Intersects;
        self.lost.intersects(&geo::Point::new(lon, lat))
    }
    /// West, south, east, north of what was lost.
    pub fn lost_bounds(&self) -> Option<[f64; 4]> {
        self.lost.bounding_rect().map(|r| [r.min().x, r.min().y, r.max().x, r.max().y])
    }
    pub fn is_none(&self) -> bool {
        self.gained.0.is_empty() && self.lost.0.is_empty()
    }
    pub fn to_geojson(&self) -> Value {
        let feature = |what: &str, shape: &MultiPolygon<f64>, m2: f64| json!({ "type": "Feature", "properties": { "what": what, "square_metres": m2.round() }, "geometry": geojson_of(shape) });
        let both = [("gained", &self.gained, self.gained_m2), ("lost", &self.lost, self.lost_m2)];
        let features: Vec<Value> =
            both.into_iter().filter(|b| !b.1.0.is_empty()).map(|(w, s, m)| feature(w, s, m)).collect();
        json!({ "type": "FeatureCollection", "features": features })
    }
}

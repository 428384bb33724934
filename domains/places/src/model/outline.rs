//! The outline of an area: a checked multi-polygon in WGS-84.
//!
//! Rule for points on a border (docs/decisions/0005): a point belongs to the area **east** of the border it lies on; on
//! a border that runs exactly west–east, to the area **north** of it. The test is exact arithmetic and does not depend
//! on the direction in which a border was drawn, so of two areas that share a border exactly one contains each point of it.

use super::metric::Plane;
use super::{rings, wkb};
use geo::{Coord, CoordsIter, Kernel, Orientation, kernels::RobustKernel};
use geo::{LineString, MultiPolygon, Polygon};
use kernel::{Datum, GeoError, Point};
use serde_json::{Value, json};

/// One ring as it came: longitude, latitude.
pub type RawRing = Vec<[f64; 2]>;
/// Polygons of rings, the first of each being the outer one: the nesting of a GeoJSON MultiPolygon.
pub type RawPolygons = Vec<Vec<RawRing>>;

/// What can be wrong with an outline. Part and ring are counted from 1; ring 1 is the outer one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OutlineError {
    #[error("it has no points")]
    Empty,
    #[error("part {part}, ring {ring} has {points} different points; a ring needs at least 3")]
    TooFewPoints { part: usize, ring: usize, points: usize },
    #[error("part {part}, ring {ring} is not closed: its last point must repeat its first")]
    Unclosed { part: usize, ring: usize },
    #[error("part {part}, ring {ring}, point {position}: {source}")]
    Point { part: usize, ring: usize, position: usize, source: GeoError },
    #[error(
        "part {part}, ring {ring}, point {position}: its line runs round the other side of the earth; cut it at 180 degrees"
    )]
    RoundTheEarth { part: usize, ring: usize, position: usize },
    #[error("its line crosses itself at {at}")]
    CrossesItself { at: Place },
    #[error("its line runs back over itself at {at}")]
    DoublesBack { at: Place },
    #[error("part {part} has a hole that lies outside of it, at {at}")]
    HoleOutside { part: usize, at: Place },
    #[error("two of its parts cover the same ground at {at}")]
    PartsOverlap { at: Place },
    #[error("the stored outline cannot be read")]
    Damaged,
}

/// Where something is wrong, in WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place(pub f64, pub f64);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.6},{:.6}", self.0, self.1)
    }
}

impl From<Coord> for Place {
    fn from(c: Coord) -> Self {
        Self(c.x, c.y)
    }
}

/// A box in degrees: west, south, east, north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// A valid outline: rings closed and simple, outer ones anticlockwise, holes clockwise, parts apart from each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    shape: MultiPolygon<f64>,
    bounds: Bounds,
}

impl Outline {
    /// Checks and converts rings given in `datum`. Winding and repeated points are mended, everything else is refused.
    pub fn new(raw: &[Vec<RawRing>], datum: Datum) -> Result<Self, OutlineError> {
        let mut polygons = Vec::with_capacity(raw.len());
        for (p, raw_rings) in raw.iter().enumerate() {
            let mut lines = Vec::with_capacity(raw_rings.len());
            for (r, ring) in raw_rings.iter().enumerate() {
                lines.push(convert(ring, datum, p + 1, r + 1)?);
            }
            let mut lines = lines.into_iter();
            let outer = lines.next().ok_or(OutlineError::Empty)?;
            polygons.push(Polygon::new(outer, lines.collect()));
        }
        let mut shape = MultiPolygon(polygons);
        rings::mend_winding(&mut shape);
        rings::check(&shape)?;
        Self::of(shape)
    }

    /// Whether the two share any ground or border.
    pub fn touches(&self, other: &Self) -> bool {
        let (a, b) = (self.bounds, other.bounds);
        if a.west > b.east || a.east < b.west || a.south > b.north || a.north < b.south {
            return false;
        }
        // Nearly always one of the first corners lies inside; comparing every line with every line is the last resort.
        let mut corners = self.shape.coords_iter().take(64);
        let inside = |c: Coord| Point::new(c.x, c.y).is_ok_and(|p| other.contains(p));
        corners.any(inside) || geo::Intersects::intersects(&self.shape, &other.shape)
    }

    /// A rectangle, for tests and the demo.
    pub fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Result<Self, OutlineError> {
        let ring = vec![[west, south], [east, south], [east, north], [west, north], [west, south]];
        Self::new(&[vec![ring]], Datum::Wgs84)
    }

    /// A shape that is known to be valid: read back from the database.
    fn of(shape: MultiPolygon<f64>) -> Result<Self, OutlineError> {
        let mut b =
            Bounds { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };
        for c in shape.coords_iter() {
            b = Bounds {
                west: b.west.min(c.x),
                south: b.south.min(c.y),
                east: b.east.max(c.x),
                north: b.north.max(c.y),
            };
        }
        if b.west > b.east { Err(OutlineError::Empty) } else { Ok(Self { shape, bounds: b }) }
    }

    pub const fn shape(&self) -> &MultiPolygon<f64> {
        &self.shape
    }
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }
    pub fn points(&self) -> usize {
        self.shape.coords_count()
    }

    /// Whether the point belongs to this outline, by the border rule of the module.
    pub fn contains(&self, point: Point) -> bool {
        let b = self.bounds;
        if point.lon() < b.west || point.lon() > b.east || point.lat() < b.south || point.lat() > b.north {
            return false;
        }
        let p = Coord { x: point.lon(), y: point.lat() };
        let mut inside = false;
        for polygon in &self.shape {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for edge in ring.lines() {
                    inside ^= lies_west_of(p, edge.start, edge.end);
                }
            }
        }
        inside
    }

    /// Metres from the point to the nearest border; 0 inside.
    pub fn distance_m(&self, point: Point) -> f64 {
        use geo::{Distance, Euclidean};
        let plane = Plane::around(point.lon(), point.lat());
        Euclidean.distance(&geo::Point::new(0.0, 0.0), &plane.to_metres(&self.shape))
    }

    /// As [`Self::distance_m`], when it is not more than `reach`: most outlines are passed over by their box.
    pub fn within_m(&self, point: Point, reach: f64) -> Option<f64> {
        let (b, plane) = (self.bounds, Plane::around(point.lon(), point.lat()));
        let (low, high) = (plane.metres(b.west, b.south), plane.metres(b.east, b.north));
        let far = low.x > reach || low.y > reach || high.x < -reach || high.y < -reach;
        if far { None } else { Some(self.distance_m(point)).filter(|m| *m <= reach) }
    }

    /// Well-known binary (little-endian MultiPolygon), the form kept in the database.
    pub fn to_wkb(&self) -> Vec<u8> {
        wkb::write(&self.shape)
    }
    /// Reads what [`Self::to_wkb`] wrote.
    pub fn from_wkb(bytes: &[u8]) -> Result<Self, OutlineError> {
        Self::of(wkb::read(bytes).ok_or(OutlineError::Damaged)?)
    }
    /// A GeoJSON geometry (WGS-84, as that format demands), seven decimals (1 cm).
    pub fn to_geojson(&self) -> Value {
        geojson_of(&self.shape)
    }
}

/// A GeoJSON MultiPolygon with seven decimals.
pub fn geojson_of(shape: &MultiPolygon<f64>) -> Value {
    let round = |v: f64| (v * 1e7).round() / 1e7;
    let ring = |l: &LineString<f64>| l.coords().map(|c| json!([round(c.x), round(c.y)])).collect::<Value>();
    let polygon = |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect::<Value>();
    json!({ "type": "MultiPolygon", "coordinates": shape.iter().map(polygon).collect::<Value>() })
}

/// Whether a ray from `p` to the east crosses the edge. Exact; the same for both directions of the edge.
fn lies_west_of(p: Coord, a: Coord, b: Coord) -> bool {
    if (a.y > p.y) == (b.y > p.y) || (p.x >= a.x && p.x >= b.x) {
        return false;
    }
    if p.x < a.x && p.x < b.x {
        return true;
    }
    let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
    RobustKernel::orient2d(low, high, p) == Orientation::CounterClockwise
}

fn convert(raw: &[[f64; 2]], datum: Datum, part: usize, ring: usize) -> Result<LineString<f64>, OutlineError> {
    let mut coords: Vec<Coord> = Vec::with_capacity(raw.len());
    for (i, &[lon, lat]) in raw.iter().enumerate() {
        let point =
            datum.to_wgs84(lon, lat).map_err(|source| OutlineError::Point { part, ring, position: i + 1, source })?;
        let c = Coord { x: point.lon(), y: point.lat() };
        if coords.last().is_some_and(|before| (before.x - c.x).abs() > 180.0) {
            return Err(OutlineError::RoundTheEarth { part, ring, position: i + 1 });
        }
        if coords.last() != Some(&c) {
            coords.push(c);
        }
    }
    let (Some(first), Some(last)) = (raw.first(), raw.last()) else { return Err(OutlineError::Empty) };
    // Counted before closing is checked: two points are "too few" whether or not the ring closes.
    let different = if coords.first() == coords.last() { coords.len().saturating_sub(1) } else { coords.len() };
    if different < 3 {
        return Err(OutlineError::TooFewPoints { part, ring, points: different.max(1) });
    }
    if first.iter().zip(last).any(|(a, b)| a.to_bits() != b.to_bits()) {
        return Err(OutlineError::Unclosed { part, ring });
    }
    Ok(LineString(coords))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).unwrap()
    }
    fn ring(points: &[[f64; 2]]) -> RawPolygons {
        vec![vec![points.to_vec()]]
    }
    fn error(points: &[[f64; 2]]) -> OutlineError {
        Outline::new(&ring(points), Datum::Wgs84).unwrap_err()
    }

    #[test]
    fn what_runs_across_the_antimeridian_is_cut_there_or_refused() {
        let across = [[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 1.0], [179.0, 0.0]];
        assert_eq!(error(&across), OutlineError::RoundTheEarth { part: 1, ring: 1, position: 2 });
        let side = |w: f64, e: f64| vec![vec![[w, 0.0], [e, 0.0], [e, 1.0], [w, 1.0], [w, 0.0]]];
        let cut = Outline::new(&[side(179.0, 180.0), side(-180.0, -179.0)], Datum::Wgs84).unwrap();
        assert!(cut.contains(at(179.5, 0.5)) && cut.contains(at(-179.5, 0.5)) && !cut.contains(at(0.0, 0.5)));
    }

    /// Right answers on what is odd but sound: wrong winding, repeated points, a sliver, very many points.
    #[test]
    fn odd_but_sound_outlines_are_taken() {
        let square = [[121.4, 30.8], [121.5, 30.8], [121.5, 30.9], [121.4, 30.9], [121.4, 30.8]];
        let turned: Vec<[f64; 2]> = square.iter().rev().flat_map(|c| [*c, *c, *c]).collect();
        let (plain, turned) = [&square[..], &turned].map(|r| Outline::new(&ring(r), Datum::Wgs84).unwrap()).into();
        assert_eq!(plain, turned);
        let sliver = [[121.4, 30.8], [121.5, 30.8], [121.5, 30.800_000_1], [121.4, 30.8]];
        assert!(Outline::new(&ring(&sliver), Datum::Wgs84).unwrap().contains(at(121.499, 30.800_000_05)));
        let flat = [[121.4, 30.8], [121.5, 30.8], [121.45, 30.8], [121.4, 30.8]];
        assert!(matches!(error(&flat), OutlineError::DoublesBack { .. }));
        let round = |n: u32| -> Vec<[f64; 2]> {
            let corner = |k: u32| {
                let (sin, cos) = (f64::from(k % n) * std::f64::consts::TAU / f64::from(n)).sin_cos();
                [121.45 + 0.05 * cos, 30.85 + 0.05 * sin]
            };
            (0..=n).map(corner).collect()
        };
        let large = Outline::new(&ring(&round(20_000)), Datum::Wgs84).unwrap();
        assert!(large.contains(at(121.45, 30.85)) && !large.contains(at(121.49, 30.89)));
    }

    #[test]
    fn a_border_point_belongs_to_the_east_and_to_the_north() {
        let west = Outline::rectangle(121.0, 30.0, 121.5, 31.0).unwrap();
        let east = Outline::rectangle(121.5, 30.0, 122.0, 31.0).unwrap();
        let north = Outline::rectangle(121.0, 31.0, 122.0, 32.0).unwrap();
        assert!(!west.contains(at(121.5, 30.5)) && east.contains(at(121.5, 30.5)));
        assert!(!west.contains(at(121.2, 31.0)) && north.contains(at(121.2, 31.0)));
        let corner = at(121.5, 31.0);
        assert_eq!([&west, &east, &north].map(|o| o.contains(corner)), [false, false, true]);
    }

    #[test]
    fn winding_is_mended_and_holes_are_holes() {
        let clockwise = [[121.0, 30.0], [121.0, 31.0], [122.0, 31.0], [122.0, 30.0], [121.0, 30.0]];
        let hole = [[121.4, 30.4], [121.6, 30.4], [121.6, 30.6], [121.4, 30.6], [121.4, 30.4]];
        let o = Outline::new(&[vec![clockwise.to_vec(), hole.to_vec()]], Datum::Wgs84).unwrap();
        assert!(o.contains(at(121.1, 30.1)) && !o.contains(at(121.5, 30.5)));
        assert_eq!(Outline::from_wkb(&o.to_wkb()).unwrap(), o);
        let first = o.shape().iter().next().unwrap().exterior().coords().nth(1).copied().unwrap();
        assert_eq!((first.x, first.y), (122.0, 30.0), "outer ring anticlockwise");
    }

    #[test]
    fn a_bow_tie_is_refused_with_the_crossing_point() {
        let e = error(&[[121.0, 30.0], [122.0, 31.0], [122.0, 30.0], [121.0, 31.0], [121.0, 30.0]]);
        assert_eq!(e.to_string(), "its line crosses itself at 121.500000,30.500000");
    }

    #[test]
    fn crossing_through_a_corner_is_refused_touching_there_is_not() {
        let cross = [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [2.0, 1.0], [1.0, 2.0], [0.0, 3.0], [0.0, 1.0]];
        assert!(matches!(error(&cross), OutlineError::CrossesItself { .. }));
        let touch = [[0.0, 1.0], [1.0, 2.0], [2.0, 1.0], [2.0, 3.0], [1.0, 2.0], [0.0, 3.0], [0.0, 1.0]];
        let o = Outline::new(&ring(&touch), Datum::Wgs84).unwrap();
        assert!(o.contains(at(0.2, 2.0)) && o.contains(at(1.8, 2.0)) && !o.contains(at(1.0, 1.2)));
    }

    #[test]
    fn broken_rings_are_refused_in_plain_words() {
        assert!(matches!(error(&[[1.0, 1.0], [2.0, 1.0], [2.0, 2.0]]), OutlineError::Unclosed { part: 1, ring: 1 }));
        assert!(matches!(error(&[[1.0, 1.0], [2.0, 1.0], [1.0, 1.0]]), OutlineError::TooFewPoints { points: 2, .. }));
        assert!(matches!(
            error(&[[1.0, 1.0], [f64::NAN, 1.0], [2.0, 2.0], [1.0, 1.0]]),
            OutlineError::Point { position: 2, .. }
        ));
        assert!(matches!(
            error(&[[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [3.0, 0.5], [1.0, 1.0]]),
            OutlineError::DoublesBack { .. } | OutlineError::CrossesItself { .. }
        ));
        assert_eq!(Outline::new(&[], Datum::Wgs84).unwrap_err(), OutlineError::Empty);
        assert_eq!(Outline::new(&[vec![vec![]]], Datum::Wgs84).unwrap_err(), OutlineError::Empty);
    }

    #[test]
    fn a_stray_hole_and_doubled_parts_are_refused() {
        let square = |x: f64, y: f64, d: f64| vec![[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]];
        let stray = Outline::new(&[vec![square(1.0, 1.0, 1.0), square(5.0, 5.0, 0.5)]], Datum::Wgs84);
        assert!(matches!(stray.unwrap_err(), OutlineError::HoleOutside { part: 1, .. }));
        let nested = Outline::new(&[vec![square(1.0, 1.0, 2.0)], vec![square(1.5, 1.5, 0.5)]], Datum::Wgs84);
        assert!(matches!(nested.unwrap_err(), OutlineError::PartsOverlap { .. }));
        let twice = Outline::new(&[vec![square(1.0, 1.0, 2.0)], vec![square(1.0, 1.0, 2.0)]], Datum::Wgs84);
        assert!(matches!(twice.unwrap_err(), OutlineError::PartsOverlap { .. }));
        let neighbours =
            Outline::new(&[vec![square(1.0, 1.0, 1.0)], vec![square(2.0, 1.0, 1.0)]], Datum::Wgs84).unwrap();
        assert!(neighbours.contains(at(2.0, 1.5)));
        let island = vec![vec![square(1.0, 1.0, 3.0), square(2.0, 2.0, 1.0)], vec![square(2.2, 2.2, 0.2)]];
        assert!(Outline::new(&island, Datum::Wgs84).unwrap().contains(at(2.3, 2.3)));
    }

    proptest! {
        /// Two halves of a square, cut along a random line: every point of the square, on the cut or off it, is in one.
        #[test]
        fn one_of_two_neighbours_contains_each_point(cut in proptest::collection::vec((121.2f64..121.8, 0.0f64..1.0), 1..8), pick in 0usize..8, share in 0.0f64..1.0, x in 121.0f64..122.0, y in 30.0f64..31.0) {
            let mut ys: Vec<f64> = cut.iter().map(|c| 30.05 + 0.9 * c.1).collect();
            ys.sort_by(f64::total_cmp);
            ys.dedup();
            let mut line = vec![[121.5, 30.0]];
            line.extend(ys.iter().zip(&cut).map(|(y, c)| [c.0, *y]));
            line.push([121.5, 31.0]);
            let mut west = vec![[121.0, 30.0]];
            west.extend(&line);
            west.extend([[121.0, 31.0], [121.0, 30.0]]);
            let mut east = vec![[122.0, 31.0]];
            east.extend(line.iter().rev());
            east.extend([[122.0, 30.0], [122.0, 31.0]]);
            let (west, east) = (Outline::new(&ring(&west), Datum::Wgs84).unwrap(), Outline::new(&ring(&east), Datum::Wgs84).unwrap());
            let i = pick % (line.len() - 1);
            let (a, b) = (line.get(i).unwrap(), line.get(i + 1).unwrap());
            let on_cut = at(a[0] + (b[0] - a[0]) * share, (a[1] + (b[1] - a[1]) * share).clamp(30.0, 30.999));
            for p in [on_cut, at(a[0], a[1]), at(x, y)] {
                prop_assert_eq!(u8::from(west.contains(p)) + u8::from(east.contains(p)), 1, "{}", p);
            }
        }
    }
}

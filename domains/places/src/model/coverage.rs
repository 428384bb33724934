//! Do the police areas cover the district without gap and overlap (P1)? If not: which pieces are wrong.
//!
//! Slivers are ignored: a piece counts only when a disc of [`SLIVER_M`] diameter fits into it. Borders drawn twice by hand
//! or rounded to six decimals (0.1 m) differ by less; a road or a house is never missed. Points in an ignored
//! sliver still find exactly one police area (see `locate`).

use super::metric::Plane;
use super::outline::{Outline, Place, geojson_of};
use geo::{Area, BooleanOps, BoundingRect, Buffer, Coord, InteriorPoint, MultiPolygon, Polygon, unary_union};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};
use serde_json::{Value, json};

/// Diameter in metres of the smallest disc that makes a gap or an overlap count.
pub const SLIVER_M: f64 = 0.5;

/// At most so many pieces are reported; the rest are counted.
const MAX_PIECES: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Ground of the district that no police area covers.
    Gap,
    /// Ground that two police areas cover.
    Overlap,
}

impl Fault {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Overlap => "overlap",
        }
    }
}

/// One offending piece.
#[derive(Debug, Clone)]
pub struct Piece {
    pub fault: Fault,
    /// Codes (or names) of the areas that overlap, or that border on the gap.
    pub areas: Vec<String>,
    pub square_metres: f64,
    /// A point inside the piece.
    pub inside: Place,
    shape: MultiPolygon<f64>,
}

impl std::fmt::Display for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, link) = match self.fault {
            Fault::Gap => ("gap", "beside"),
            Fault::Overlap => ("overlap", "of"),
        };
        write!(f, "{what} of {:.0} m² at {} {link} {}", self.square_metres, self.inside, self.areas.join(", "))
    }
}

/// Why a set of police areas is refused, largest pieces first.
#[derive(Debug, Clone)]
pub struct Coverage {
    pub pieces: Vec<Piece>,
    /// How many pieces there are in all; more than `pieces` when the list was cut.
    pub total: usize,
}

impl Coverage {
    /// For the map: one feature per piece.
    pub fn to_geojson(&self) -> Value {
        let feature = |p: &Piece| {
            json!({
                "type": "Feature",
                "properties": { "fault": p.fault.code(), "areas": p.areas, "square_metres": p.square_metres.round(), "inside": [p.inside.0, p.inside.1] },
                "geometry": geojson_of(&p.shape),
            })
        };
        json!({ "type": "FeatureCollection", "features": self.pieces.iter().map(feature).collect::<Value>() })
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gaps = self.pieces.iter().filter(|p| p.fault == Fault::Gap).count();
        write!(
            f,
            "the police areas would leave {} faulty pieces ({gaps} gaps among the first {}):",
            self.total,
            self.pieces.len()
        )?;
        for piece in self.pieces.iter().take(5) {
            write!(f, " {piece};")?;
        }
        Ok(())
    }
}

/// Checks labelled police areas against each other and, when the district has an outline, against that.
/// The district's own outline is the measure: what police areas cover beyond it is not looked at.
pub fn check(district: Option<&Outline>, areas: &[(String, &Outline)]) -> Result<(), Box<Coverage>> {
    let Some((_, first)) = areas.first() else { return Ok(()) };
    let b = district.map_or_else(|| first.bounds(), Outline::bounds);
    let plane = Plane::around(b.west.midpoint(b.east), b.south.midpoint(b.north));
    let ground: Vec<MultiPolygon<f64>> = areas.iter().map(|(_, o)| plane.to_metres(o.shape())).collect();
    let work = Work { plane, labels: areas.iter().map(|(l, _)| l.as_str()).collect(), tree: index(&ground), ground };
    let mut wrong = work.overlaps();
    if let Some(district) = district {
        wrong.extend(work.gaps(&plane.to_metres(district.shape())));
    }
    wrong.sort_by(|a, b| b.square_metres.total_cmp(&a.square_metres));
    // Where borders were drawn by hand there are tens of thousands, nearly all of them slivers: only those that are shown are named.
    let (mut pieces, mut total) = (Vec::new(), 0);
    for one in wrong {
        let Some(heart) = heart(&one.polygon, one.square_metres) else { continue };
        total += 1;
        if pieces.len() < MAX_PIECES {
            pieces.push(work.piece(one, heart));
        }
    }
    if total == 0 { Ok(()) } else { Err(Box::new(Coverage { pieces, total })) }
}

/// Ground that is covered twice or not at all, maybe only a sliver.
struct Wrong {
    polygon: Polygon<f64>,
    square_metres: f64,
    /// The two areas of an overlap.
    overlap: Option<[usize; 2]>,
}

impl Wrong {
    fn new(polygon: Polygon<f64>, overlap: Option<[usize; 2]>) -> Self {
        Self { square_metres: polygon.unsigned_area(), polygon, overlap }
    }
}

type Tree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

fn index(ground: &[MultiPolygon<f64>]) -> Tree {
    let boxes = ground.iter().enumerate().filter_map(|(i, g)| {
        let r = g.bounding_rect()?;
        Some(GeomWithData::new(Rectangle::from_corners([r.min().x, r.min().y], [r.max().x, r.max().y]), i))
    });
    RTree::bulk_load(boxes.collect())
}

struct Work<'a> {
    plane: Plane,
    labels: Vec<&'a str>,
    /// The areas in metres.
    ground: Vec<MultiPolygon<f64>>,
    tree: Tree,
}

impl Work<'_> {
    fn overlaps(&self) -> Vec<Wrong> {
        let mut found = Vec::new();
        for (i, a) in self.ground.iter().enumerate() {
            for j in self.near(a, 0.0).filter(|&j| j > i) {
                let Some(b) = self.ground.get(j) else { continue };
                found.extend(a.intersection(b).into_iter().map(|polygon| Wrong::new(polygon, Some([i, j]))));
            }
        }
        found
    }

    fn gaps(&self, district: &MultiPolygon<f64>) -> impl Iterator<Item = Wrong> + use<> {
        let covered = unary_union(&self.ground);
        district.difference(&covered).into_iter().map(|polygon| Wrong::new(polygon, None))
    }

    fn near(&self, shape: &MultiPolygon<f64>, reach: f64) -> impl Iterator<Item = usize> + '_ {
        let envelope = shape.bounding_rect().map_or_else(
            || AABB::from_point([f64::INFINITY; 2]),
            |r| AABB::from_corners([r.min().x - reach, r.min().y - reach], [r.max().x + reach, r.max().y + reach]),
        );
        let mut hits: Vec<usize> = self.tree.locate_in_envelope_intersecting(&envelope).map(|g| g.data).collect();
        hits.sort_unstable();
        hits.into_iter()
    }

    /// Whether an area comes within the sliver width of a piece.
    fn touches(&self, area: usize, piece: &MultiPolygon<f64>) -> bool {
        use geo::{Distance, Euclidean};
        self.ground.get(area).is_some_and(|g| Euclidean.distance(g, piece) <= SLIVER_M)
    }

    /// What is told of a piece that is more than a sliver.
    fn piece(&self, wrong: Wrong, heart: Coord) -> Piece {
        let shape = MultiPolygon(vec![wrong.polygon]);
        let (fault, areas) = match wrong.overlap {
            Some(both) => (Fault::Overlap, both.to_vec()),
            None => (Fault::Gap, self.near(&shape, SLIVER_M).filter(|&i| self.touches(i, &shape)).collect()),
        };
        let labels = areas.iter().filter_map(|&i| self.labels.get(i));
        let mut labels: Vec<String> = labels.map(|l| (*l).to_owned()).collect();
        labels.sort();
        Piece {
            fault,
            areas: labels,
            square_metres: wrong.square_metres,
            inside: self.plane.degrees(heart).into(),
            shape: self.plane.to_degrees(&shape),
        }
    }
}

/// A point around which a disc of sliver size fits, if there is one.
fn heart(polygon: &Polygon<f64>, square_metres: f64) -> Option<Coord> {
    let r = SLIVER_M / 2.0;
    let b = polygon.bounding_rect()?;
    if b.width() < SLIVER_M || b.height() < SLIVER_M || square_metres < std::f64::consts::PI * r * r {
        return None;
    }
    // Mostly a point in the middle does, and is found quickly.
    let middle = polygon.interior_point().filter(|p| is_wide(polygon, p.0, r));
    if let Some(middle) = middle {
        return Some(middle.0);
    }
    // Shrunk by the radius, only what is wide enough is left.
    let core = polygon.buffer(-r);
    let largest = core.into_iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    largest.interior_point().map(|p| p.0)
}

/// Whether a point of the polygon is further than `r` from each of its lines.
fn is_wide(polygon: &Polygon<f64>, at: Coord, r: f64) -> bool {
    use geo::{Distance, Euclidean, LinesIter};
    polygon.lines_iter().all(|line| Euclidean.distance(at, &line) > r)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use kernel::Datum;

    fn rect(w: f64, s: f64, e: f64, n: f64) -> Outline {
        Outline::rectangle(w, s, e, n).unwrap()
    }
    fn verdict(district: &Outline, areas: &[(&str, Outline)]) -> Option<Coverage> {
        let areas: Vec<(String, &Outline)> = areas.iter().map(|(l, o)| ((*l).to_owned(), o)).collect();
        check(Some(district), &areas).err().map(|c| *c)
    }

    #[test]
    fn a_full_cover_is_fine_and_nothing_at_all_too() {
        let d = rect(121.4, 30.8, 121.6, 31.0);
        assert!(verdict(&d, &[]).is_none());
        assert!(verdict(&d, &[("1", rect(121.4, 30.8, 121.5, 31.0)), ("2", rect(121.5, 30.8, 121.6, 31.0))]).is_none());
        assert!(verdict(&d, &[("1", rect(121.3, 30.7, 121.7, 31.1))]).is_none(), "beyond the border is not looked at");
    }

    #[test]
    fn a_gap_is_named_with_its_neighbours_size_and_place() {
        let d = rect(121.4, 30.8, 121.6, 31.0);
        let c = verdict(&d, &[("1", rect(121.4, 30.8, 121.5, 31.0)), ("2", rect(121.51, 30.8, 121.6, 31.0))]).unwrap();
        assert_eq!(c.total, 1);
        let p = &c.pieces[0];
        assert_eq!((p.fault, p.areas.clone()), (Fault::Gap, vec!["1".to_owned(), "2".to_owned()]));
        assert!((p.square_metres / 21_229_000.0 - 1.0).abs() < 0.01, "{}", p.square_metres);
        assert!(p.inside.0 > 121.5 && p.inside.0 < 121.51 && c.to_string().contains("gap of 212"), "{c}");
        assert_eq!(c.to_geojson()["features"][0]["properties"]["fault"], "gap");
    }

    #[test]
    fn an_overlap_is_named_with_both_areas() {
        let d = rect(121.4, 30.8, 121.6, 31.0);
        let c = verdict(&d, &[("1", rect(121.4, 30.8, 121.501, 31.0)), ("2", rect(121.5, 30.8, 121.6, 31.0))]).unwrap();
        assert_eq!((c.total, c.pieces[0].fault, c.pieces[0].areas.len()), (1, Fault::Overlap, 2));
    }

    #[test]
    fn slivers_pass_but_a_bulge_on_a_sliver_does_not() {
        let d = rect(121.4, 30.8, 121.6, 31.0);
        let east = ("2", rect(121.5, 30.8, 121.6, 31.0));
        // 1e-6 degrees are 0.1 m.
        assert!(verdict(&d, &[("1", rect(121.4, 30.8, 121.499_999, 31.0)), east.clone()]).is_none());
        assert!(verdict(&d, &[("1", rect(121.4, 30.8, 121.500_001, 31.0)), east.clone()]).is_none());
        let ring = vec![
            [121.4, 30.8],
            [121.499_999, 30.8],
            [121.499_999, 30.9],
            [121.499_95, 30.900_01],
            [121.499_95, 30.900_05],
            [121.499_999, 30.900_06],
            [121.499_999, 31.0],
            [121.4, 31.0],
            [121.4, 30.8],
        ];
        let bulge = Outline::new(&[vec![ring]], Datum::Wgs84).unwrap();
        let c = verdict(&d, &[("1", bulge), east]).unwrap();
        assert_eq!(c.total, 1);
        assert!(c.pieces[0].inside.1 > 30.9 && c.pieces[0].inside.1 < 30.900_06, "{c}");
    }
}

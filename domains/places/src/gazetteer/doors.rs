//! The door below a name that somebody asked for, or the nearest to it that is known.

use super::rows::{self, Name, Statement};
use crate::Result;
use ::gazetteer::{Closeness, Level, Number, Path, Reading};
use ::store::{Cx, Value, params};
use kernel::Point;
use kernel::ids::DistrictId;

/// A place below a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Below {
    pub path: Path,
    pub point: Point,
    pub closeness: Closeness,
    /// Doors of a lane or group as a whole; 0 for a door.
    pub doors: usize,
}

/// Doors of a lane that are counted and averaged; a longer one is told by its beginning.
const MOST_OF_LANE: usize = 200;
/// How far apart the numbers of two neighbours may be for a house between them to be guessed, and how far off a single
/// neighbour may stand.
const GAP: u32 = 60;
const ASIDE: u32 = 20;

/// The door of the first reading of the numbers that is known; else its lane; else what stands beside it.
pub(super) fn find(cx: &mut Cx<'_>, name: &Name, reading: &Reading) -> Result<Option<Below>> {
    if let Some(below) = exact(cx, name, reading)? {
        return Ok(Some(below));
    }
    // Only the first readings are worth a guess: what a number might besides have counted says nothing of where.
    for path in reading.paths.iter().take(2) {
        if let Some(below) = beside(cx, name, path.outdoors())? {
            return Ok(Some(below));
        }
    }
    Ok(None)
}

fn exact(cx: &mut Cx<'_>, name: &Name, reading: &Reading) -> Result<Option<Below>> {
    let mut wanted: Vec<Path> = Vec::new();
    for path in reading.paths.iter().flat_map(Path::with_above) {
        if !wanted.contains(&path) {
            wanted.push(path);
        }
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let (sql, params) = at_paths(cx.district(), name.id, &wanted);
    let mut hits = Vec::new();
    for row in cx.query(&sql, &params)? {
        hits.push((row.blob("path")?, rows::point(&row)?));
    }
    let at = |path: &Path| hits.iter().find(|(key, _)| *key == path.key()).map(|(_, p)| *p);
    // The flat or its house; then the lane; then whatever stands above it.
    for path in &reading.paths {
        let houses = path.with_above().take_while(|p| p.steps().len() >= path.outdoors().steps().len());
        for house in houses {
            if let Some(point) = at(&house) {
                return Ok(Some(Below { path: house, point, closeness: Closeness::Exact, doors: 0 }));
            }
        }
    }
    for path in &reading.paths {
        if path
            .last()
            .is_some_and(|(level, _)| matches!(level, Level::Group | Level::Lane | Level::SubLane | Level::Door))
            && let Some(below) = lane(cx, name, path)?
        {
            return Ok(Some(below));
        }
    }
    for path in &reading.paths {
        for above in path.outdoors().with_above().skip(1) {
            // 5号附1 beside 5号, 5号3幢 in 5号; a door that is missing in its lane has neighbours there.
            if above.last().is_some_and(|(level, _)| level == Level::Door)
                && let Some(point) = at(&above)
            {
                return Ok(Some(Below { path: above, point, closeness: Closeness::NextTo, doors: 0 }));
            }
        }
    }
    Ok(None)
}

/// All that is below a path, as one place.
fn lane(cx: &mut Cx<'_>, name: &Name, path: &Path) -> Result<Option<Below>> {
    let (low, high) = path.below();
    let doors = range(cx, name, low, high, "", MOST_OF_LANE)?;
    let n = doors.len() as f64;
    let sum = doors.iter().fold((0.0, 0.0), |sum, (_, p)| (sum.0 + p.lon(), sum.1 + p.lat()));
    let Ok(mean) = Point::new(sum.0 / n, sum.1 / n) else { return Ok(None) };
    let nearest = doors.iter().min_by(|a, b| a.1.distance_m(mean).total_cmp(&b.1.distance_m(mean)));
    Ok(nearest.map(|(_, point)| Below {
        path: path.clone(),
        point: *point,
        closeness: Closeness::Exact,
        doors: doors.len(),
    }))
}

pub(super) fn at_paths(district: DistrictId, name: i64, wanted: &[Path]) -> Statement {
    let (condition, list) = rows::any_of("path", 3, wanted.iter().map(|p| Value::Blob(p.key())).collect());
    let sql = format!("SELECT path, lon, lat FROM place_door WHERE district_id = $1 AND name_id = $2 AND {condition}");
    (sql, [Value::from(district), Value::from(name)].into_iter().chain(list).collect())
}

pub(super) fn between(
    (district, name): (DistrictId, i64),
    (low, high): (Vec<u8>, Vec<u8>),
    order: &str,
    most: usize,
) -> Statement {
    let sql = format!(
        "SELECT path, lon, lat FROM place_door WHERE district_id = $1 AND name_id = $2 AND path >= $3 AND path < $4 \
         ORDER BY path {order} LIMIT {most}"
    );
    (sql, params![district, name, low, high].to_vec())
}

fn range(
    cx: &mut Cx<'_>,
    name: &Name,
    low: Vec<u8>,
    high: Vec<u8>,
    order: &str,
    most: usize,
) -> Result<Vec<(Path, Point)>> {
    let (sql, params) = between((cx.district(), name.id), (low, high), order, most);
    let mut out = Vec::new();
    for row in cx.query(&sql, &params)? {
        if let Some(path) = Path::from_key(&row.blob("path")?) {
            out.push((path, rows::point(&row)?));
        }
    }
    Ok(out)
}

/// Between the neighbours of a number, beside one of them, or the same question for what is above it.
fn beside(cx: &mut Cx<'_>, name: &Name, asked: Path) -> Result<Option<Below>> {
    let mut path = asked.clone();
    while let (Some((level, number)), Some(above)) = (path.last(), path.above()) {
        // Lanes and houses on a street are numbered in one row.
        let levels: &[Level] = match level {
            Level::Lane | Level::Door if above.is_empty() => &[Level::Lane, Level::Door],
            _ => &[level],
        };
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for level in levels {
            let (low, high) = above.range(*level, number.n.saturating_sub(GAP), Some(number.n));
            lower.extend(numbered(range(cx, name, low, high, "DESC", 12)?, &above));
            let (low, high) = above.range(*level, number.n, Some(number.n.saturating_add(GAP)));
            upper.extend(numbered(range(cx, name, low, high, "", 12)?, &above));
        }
        if let Some(mut below) = guess(number, &lower, &upper, &path) {
            if path != asked {
                below.closeness = Closeness::NextTo;
            }
            return Ok(Some(below));
        }
        path = above;
    }
    Ok(None)
}

/// A neighbour: its number on the street, and where it stands.
struct Neighbour {
    n: u32,
    path: Path,
    point: Point,
}

/// Rows as neighbours on one level: a house in lane 126 stands at 126.
fn numbered(rows: Vec<(Path, Point)>, above: &Path) -> Vec<Neighbour> {
    let depth = above.steps().len();
    let number = |(path, point): (Path, Point)| {
        let (_, number) = *path.steps().get(depth)?;
        Some(Neighbour { n: number.n, path, point })
    };
    rows.into_iter().filter_map(number).collect()
}

fn guess(asked: Number, lower: &[Neighbour], upper: &[Neighbour], path: &Path) -> Option<Below> {
    // One side of the street has the odd numbers.
    let nearest = |list: &[Neighbour]| {
        let away = |x: &Neighbour| (x.n % 2 != asked.n % 2, x.n.abs_diff(asked.n));
        list.iter().enumerate().min_by_key(|(_, x)| away(x)).map(|(i, _)| i)
    };
    let before = nearest(lower).and_then(|i| lower.get(i));
    let after = nearest(upper).and_then(|i| upper.get(i));
    if let (Some(a), Some(b)) = (before, after)
        && b.n > a.n
        && b.n - a.n <= GAP
    {
        let t = f64::from(asked.n.saturating_sub(a.n)) / f64::from(b.n - a.n);
        let mix = |x: f64, y: f64| x + (y - x) * t;
        let point = Point::new(mix(a.point.lon(), b.point.lon()), mix(a.point.lat(), b.point.lat())).ok()?;
        return Some(Below { path: path.clone(), point, closeness: Closeness::Between, doors: 0 });
    }
    let one = before.into_iter().chain(after).min_by_key(|x| x.n.abs_diff(asked.n))?;
    (one.n.abs_diff(asked.n) <= ASIDE).then(|| Below {
        path: one.path.clone(),
        point: one.point,
        closeness: Closeness::NextTo,
        doors: 0,
    })
}

/// Doors whose number goes on from the digits that were typed so far: 12 → 120, 121, …
pub(super) fn going_on(cx: &mut Cx<'_>, name: &Name, number: Number, most: usize) -> Result<Vec<Below>> {
    let mut out = Vec::new();
    if number.tail.is_some() || number.n == 0 || number.n > 999 {
        return Ok(out);
    }
    for level in [Level::Door, Level::Lane] {
        for tens in [10, 100] {
            let (low, high) = Path::default().range(level, number.n * tens, Some((number.n + 1) * tens));
            for (path, point) in range(cx, name, low, high, "", most)? {
                let first = Path::new(path.steps().iter().take(1).copied().collect());
                if !out.iter().any(|b: &Below| b.path == first) {
                    out.push(Below { path: first, point, closeness: Closeness::Exact, doors: 0 });
                }
            }
        }
    }
    out.truncate(most);
    Ok(out)
}

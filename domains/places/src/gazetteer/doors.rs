//! The door below a name that somebody asked for, or the nearest to it that is known.

use super::rows::{self, Name, Statement};
use crate::Result;
use ::gazetteer::{Closeness, Level, Number, Path, Reading};
use ::store::{Cx, Value, params};
use kernel::Point;
use kernel::ids::DistrictId;
use std::collections::HashMap;

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

/// For each name the door of the first reading of the numbers that is known; else its lane; else what stands beside it. All
/// names are asked for at once: a database at the other end of a wire is asked a few times and not dozens of times.
pub(super) fn find(cx: &mut Cx<'_>, names: &[&Name], reading: &Reading) -> Result<Vec<Option<Below>>> {
    let hits = hits(cx, names, reading)?;
    let of = |name: &Name| hits.get(&name.id).map_or(&[][..], Vec::as_slice);
    let mut out: Vec<Option<Below>> = names.iter().map(|name| house(of(name), reading)).collect();
    lanes(cx, names, reading, &mut out)?;
    for (found, name) in out.iter_mut().zip(names).filter(|(found, _)| found.is_none()) {
        *found = door_above(of(name), reading);
    }
    // Only the first readings are worth a guess: what a number might besides have counted says nothing of where.
    for path in reading.paths.iter().take(2) {
        beside(cx, names, &path.outdoors(), &mut out)?;
    }
    Ok(out)
}

type Hit = (Vec<u8>, Point);

/// What is known at the paths of a reading and above them, by the name.
fn hits(cx: &mut Cx<'_>, names: &[&Name], reading: &Reading) -> Result<HashMap<i64, Vec<Hit>>> {
    let mut wanted: Vec<Path> = Vec::new();
    for path in reading.paths.iter().flat_map(Path::with_above) {
        if !wanted.contains(&path) {
            wanted.push(path);
        }
    }
    let mut hits: HashMap<i64, Vec<Hit>> = HashMap::new();
    if wanted.is_empty() || names.is_empty() {
        return Ok(hits);
    }
    let ids: Vec<i64> = names.iter().map(|n| n.id).collect();
    let (sql, params) = at_paths(cx.district(), &ids, &wanted);
    for row in cx.query(&sql, &params)? {
        hits.entry(row.i64("name_id")?).or_default().push((row.blob("path")?, rows::point(&row)?));
    }
    Ok(hits)
}

fn at(hits: &[Hit], path: &Path) -> Option<Point> {
    hits.iter().find(|(key, _)| *key == path.key()).map(|(_, p)| *p)
}

/// The flat or its house.
fn house(hits: &[Hit], reading: &Reading) -> Option<Below> {
    let mut houses = reading
        .paths
        .iter()
        .flat_map(|path| path.with_above().take_while(move |p| p.steps().len() >= path.outdoors().steps().len()));
    let known = |house: Path| Some((at(hits, &house)?, house));
    houses.find_map(known).map(|(point, path)| Below { path, point, closeness: Closeness::Exact, doors: 0 })
}

/// 5号附1 beside 5号, 5号3幢 in 5号; a door that is missing in its lane has neighbours there.
fn door_above(hits: &[Hit], reading: &Reading) -> Option<Below> {
    let above = reading.paths.iter().flat_map(|path| path.outdoors().with_above().skip(1).collect::<Vec<_>>());
    let mut doors = above.filter(|above| above.last().is_some_and(|(level, _)| level == Level::Door));
    let known = |door: Path| Some((at(hits, &door)?, door));
    doors.find_map(known).map(|(point, path)| Below { path, point, closeness: Closeness::NextTo, doors: 0 })
}

/// All that is below a lane or group, as one place, for names of which nothing nearer is known.
fn lanes(cx: &mut Cx<'_>, names: &[&Name], reading: &Reading, out: &mut [Option<Below>]) -> Result<()> {
    let is_whole = |level| matches!(level, Level::Group | Level::Lane | Level::SubLane | Level::Door);
    let paths: Vec<&Path> =
        reading.paths.iter().filter(|p| p.last().is_some_and(|(level, _)| is_whole(level))).collect();
    let asks = |name: &&Name| {
        let id = name.id;
        paths.iter().map(move |path| {
            let (low, high) = path.below();
            Ask { name: id, low, high, backwards: false, most: MOST_OF_LANE }
        })
    };
    let open: Vec<usize> = (0..names.len()).filter(|i| out.get(*i).is_some_and(Option::is_none)).collect();
    let all: Vec<Ask> = open.iter().filter_map(|i| names.get(*i)).flat_map(asks).collect();
    let mut found = ranges(cx, &all)?.into_iter();
    for i in open {
        for path in &paths {
            let below = found.next().and_then(|doors| lane(path, &doors));
            if let Some(slot) = out.get_mut(i).filter(|slot| slot.is_none()) {
                *slot = below;
            }
        }
    }
    Ok(())
}

fn lane(path: &Path, doors: &[(Path, Point)]) -> Option<Below> {
    let n = doors.len() as f64;
    let sum = doors.iter().fold((0.0, 0.0), |sum, (_, p)| (sum.0 + p.lon(), sum.1 + p.lat()));
    let mean = Point::new(sum.0 / n, sum.1 / n).ok()?;
    let nearest = doors.iter().min_by(|a, b| a.1.distance_m(mean).total_cmp(&b.1.distance_m(mean)));
    nearest.map(|(_, point)| Below {
        path: path.clone(),
        point: *point,
        closeness: Closeness::Exact,
        doors: doors.len(),
    })
}

pub(super) fn at_paths(district: DistrictId, names: &[i64], wanted: &[Path]) -> Statement {
    let (of_names, ids) = rows::any_of("name_id", 2, names.iter().copied().map(Value::from).collect());
    let paths = wanted.iter().map(|p| Value::Blob(p.key())).collect();
    let (at_paths, paths) = rows::any_of("path", 2 + ids.len(), paths);
    let sql =
        format!("SELECT name_id, path, lon, lat FROM place_door WHERE district_id = $1 AND {of_names} AND {at_paths}");
    (sql, std::iter::once(Value::from(district)).chain(ids).chain(paths).collect())
}

/// Doors of a name in a range of paths, the first of them or the last.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub name: i64,
    pub low: Vec<u8>,
    pub high: Vec<u8>,
    pub backwards: bool,
    pub most: usize,
}

/// Ranges that one statement asks for.
const TOGETHER: usize = 16;

pub(super) fn between(district: DistrictId, asks: &[Ask]) -> Statement {
    let mut params = params![district].to_vec();
    let mut parts = Vec::with_capacity(asks.len());
    for (i, ask) in asks.iter().enumerate() {
        let (name, low, high) = (params.len() + 1, params.len() + 2, params.len() + 3);
        let order = if ask.backwards { " DESC" } else { "" };
        parts.push(format!(
            "SELECT * FROM (SELECT CAST({i} AS BIGINT) AS part, path, lon, lat FROM place_door WHERE district_id = $1 AND name_id = ${name} \
             AND path >= ${low} AND path < ${high} ORDER BY path{order} LIMIT {}) AS r{i}",
            ask.most
        ));
        params.extend(params![ask.name, ask.low.clone(), ask.high.clone()].iter().cloned());
    }
    (parts.join(" UNION ALL "), params)
}

/// The doors of each range, in its order.
fn ranges(cx: &mut Cx<'_>, asks: &[Ask]) -> Result<Vec<Vec<(Path, Point)>>> {
    let mut out: Vec<Vec<(Path, Point)>> = vec![Vec::new(); asks.len()];
    for (chunk, found) in asks.chunks(TOGETHER).zip(out.chunks_mut(TOGETHER)) {
        let (sql, params) = between(cx.district(), chunk);
        let mut keys: Vec<Vec<(Vec<u8>, Point)>> = vec![Vec::new(); chunk.len()];
        for row in cx.query(&sql, &params)? {
            let part = usize::try_from(row.i64("part")?).ok().and_then(|part| keys.get_mut(part));
            if let Some(part) = part {
                part.push((row.blob("path")?, rows::point(&row)?));
            }
        }
        for ((ask, mut keys), doors) in chunk.iter().zip(keys).zip(found) {
            // No database promises the order of parts that were put together.
            keys.sort_by(|a, b| if ask.backwards { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
            doors.extend(keys.into_iter().filter_map(|(key, point)| Some((Path::from_key(&key)?, point))));
        }
    }
    Ok(out)
}

/// Between the neighbours of a number, beside one of them, or the same question for what is above it; for names of which
/// nothing nearer is known.
fn beside(cx: &mut Cx<'_>, names: &[&Name], asked: &Path, out: &mut [Option<Below>]) -> Result<()> {
    let mut path = asked.clone();
    while let (Some((level, number)), Some(above)) = (path.last(), path.above()) {
        // Lanes and houses on a street are numbered in one row.
        let levels: &[Level] = match level {
            Level::Lane | Level::Door if above.is_empty() => &[Level::Lane, Level::Door],
            _ => &[level],
        };
        let asks = |name: &&Name| {
            let id = name.id;
            let ask = |(low, high), backwards| Ask { name: id, low, high, backwards, most: 12 };
            let lower = |level: &Level| above.range(*level, number.n.saturating_sub(GAP), Some(number.n));
            let upper = |level: &Level| above.range(*level, number.n, Some(number.n.saturating_add(GAP)));
            let all = levels.iter().map(|l| ask(lower(l), true)).chain(levels.iter().map(|l| ask(upper(l), false)));
            all.collect::<Vec<_>>()
        };
        let open: Vec<usize> = (0..names.len()).filter(|i| out.get(*i).is_some_and(Option::is_none)).collect();
        let all: Vec<Ask> = open.iter().filter_map(|i| names.get(*i)).flat_map(asks).collect();
        let mut found = ranges(cx, &all)?.into_iter();
        for i in open {
            let mut side = || {
                let doors = found.by_ref().take(levels.len()).flatten().collect();
                numbered(doors, &above)
            };
            let (lower, upper) = (side(), side());
            let mut below = guess(number, &lower, &upper, &path);
            if let Some(below) = below.as_mut().filter(|_| path != *asked) {
                below.closeness = Closeness::NextTo;
            }
            if let Some(slot) = out.get_mut(i) {
                *slot = below;
            }
        }
        path = above;
    }
    Ok(())
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
    let ask = |(level, tens)| {
        let (low, high) = Path::default().range(level, number.n * tens, Some((number.n + 1) * tens));
        Ask { name: name.id, low, high, backwards: false, most }
    };
    let all = [Level::Door, Level::Lane].into_iter().flat_map(|level| [(level, 10), (level, 100)]);
    for (path, point) in ranges(cx, &all.map(ask).collect::<Vec<_>>())?.into_iter().flatten() {
        let first = Path::new(path.steps().iter().take(1).copied().collect());
        if !out.iter().any(|b: &Below| b.path == first) {
            out.push(Below { path: first, point, closeness: Closeness::Exact, doors: 0 });
        }
    }
    out.truncate(most);
    Ok(out)
}

//! Filling the gazetteer from a source, whole: what the source said before is gone.

use super::{Kind, near};
use crate::model::snapshot::Snapshot;
use crate::{Result, store};
use ::gazetteer::{Level, Path, keys};
use ::store::{Cx, Value, params};
use kernel::Point;
use kernel::ids::AreaId;
use std::collections::{BTreeMap, HashMap};

/// Where entries come from; each is filled and replaced by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The map of streets that was imported.
    Streets,
    /// A list of door plates.
    Addresses,
}

impl Source {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Streets => "streets",
            Self::Addresses => "addresses",
        }
    }
}

/// A place to be found: a name, or a door below one.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub kind: Kind,
    /// Of the street, the compound, the village, the place of interest.
    pub name: String,
    /// Its English name, where the source has one: found by it, too.
    pub name_en: Option<String>,
    /// Empty for the name itself.
    pub path: Path,
    pub point: Point,
}

impl Entry {
    pub fn named(kind: Kind, name: &str, point: Point) -> Self {
        Self { kind, name: name.to_owned(), name_en: None, path: Path::default(), point }
    }
    /// A door from its street and number, as maps have them apart.
    pub fn door(street: &str, number: &str, point: Point) -> Option<Self> {
        // Maps write 128 for 128号.
        let bare = number.trim().bytes().all(|b| b.is_ascii_digit()) && !number.trim().is_empty();
        Self::address(&format!("{street} {number}{}", if bare { "号" } else { "" }), point)
    }
    /// A door from a whole address. `None` when no name with a number can be read in it.
    pub fn address(text: &str, point: Point) -> Option<Self> {
        let query = ::gazetteer::Query::of(text);
        // The first name: a street has its number whatever stands on it.
        let reading = query.readings.into_iter().next()?;
        let path = reading.paths.into_iter().next()?;
        let kind = kind_of(&reading.name, &path);
        Some(Self { kind, name: reading.name, name_en: None, path, point })
    }
}

/// What a name that is known by its doors only may be.
fn kind_of(name: &str, path: &Path) -> Kind {
    let village = path.steps().iter().any(|(level, _)| matches!(level, Level::Group | Level::Plot));
    if village {
        Kind::Village
    } else if ["路", "街", "道", "巷", "弄", "里"].iter().any(|end| name.ends_with(end)) {
        Kind::Street
    } else if name.ends_with('村') && !name.ends_with("新村") {
        Kind::Village
    } else {
        Kind::Compound
    }
}

/// What was filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    pub names: usize,
    pub doors: usize,
    /// Entries of a door that was there already.
    pub repeated: usize,
}

struct Stem {
    kind: Kind,
    name: String,
    en: Option<String>,
    /// Of the entry that is the name itself.
    point: Option<Point>,
    doors: BTreeMap<Vec<u8>, Point>,
}

/// Puts these entries in the place of all that the source had. Called by imports, in their transaction.
pub fn replace(cx: &mut Cx<'_>, source: Source, entries: Vec<Entry>) -> Result<Filled> {
    crate::app::may_change(cx)?;
    cx.lock("places-gazetteer")?;
    let ground = store::snapshot(cx)?;
    let (stems, repeated) = gathered(&ground, entries);
    clear(cx, source)?;
    let district = cx.district();
    let last = "SELECT COALESCE(MAX(id), 0) AS n FROM place_name WHERE district_id = $1";
    let mut id = cx.query_one(last, params![district])?.i64("n")?;
    let mut filled = Filled { repeated, ..Filled::default() };
    let mut names = Rows::new("place_name (district_id, id, source, kind, name, lon, lat, doors)", 8);
    let mut all_keys = Rows::new("place_key (district_id, key, name_id)", 3);
    let mut doors = Rows::new("place_door (district_id, name_id, path, lon, lat, cell)", 6);
    for stem in stems {
        let Some(point) = stem.point.or_else(|| middle(stem.doors.values())) else { continue };
        id += 1;
        filled.names += 1;
        filled.doors += stem.doors.len();
        let row = params![
            district,
            id,
            source.code(),
            stem.kind.code(),
            &stem.name,
            point.lon(),
            point.lat(),
            stem.doors.len()
        ];
        names.push(cx, row)?;
        // As the same words are read when somebody types them: Reed Bridge is `reedqiao` in both.
        let english = stem.en.map(|en| ::gazetteer::parse(&en).names().collect::<String>());
        let other = keys::aliases(&stem.name).into_iter().chain(english);
        let mut found_by: Vec<String> = keys::of_name(&stem.name);
        found_by.extend(other.flat_map(|name| keys::of_name(&name)));
        found_by.sort_unstable();
        found_by.dedup();
        for key in found_by {
            all_keys.push(cx, params![district, key.into_bytes(), id])?;
        }
        for (path, at) in stem.doors {
            doors.push(cx, params![district, id, path, at.lon(), at.lat(), near::cell(at)])?;
        }
    }
    for rows in [names, all_keys, doors] {
        rows.finish(cx)?;
    }
    if filled.names + filled.doors >= COUNTED {
        count(cx)?;
    }
    Ok(filled)
}

fn clear(cx: &mut Cx<'_>, source: Source) -> Result<()> {
    let of = "district_id = $1 AND name_id IN (SELECT id FROM place_name WHERE district_id = $1 AND source = $2)";
    let params = params![cx.district(), source.code()];
    cx.execute(&format!("DELETE FROM place_key WHERE {of}"), params)?;
    cx.execute(&format!("DELETE FROM place_door WHERE {of}"), params)?;
    cx.execute("DELETE FROM place_name WHERE district_id = $1 AND source = $2", params)?;
    Ok(())
}

/// Rows from which on the database is told to count what it has.
const COUNTED: usize = 1_000;

/// Until PostgreSQL has counted a table by itself, up to a minute after it was filled, it takes half a second for look-ups that
/// it does in a tenth of a millisecond afterwards (measured: docs/performance.md).
fn count(cx: &mut Cx<'_>) -> Result<()> {
    for table in ["place_name", "place_key", "place_door"] {
        cx.execute(&format!("ANALYZE {table}"), &[])?;
    }
    Ok(())
}

/// Names with their doors. The same name in two towns is two streets.
fn gathered(ground: &Snapshot, entries: Vec<Entry>) -> (Vec<Stem>, usize) {
    let mut stems: Vec<Stem> = Vec::new();
    let mut at: HashMap<(String, Option<AreaId>), usize> = HashMap::new();
    let mut repeated = 0;
    for entry in entries {
        let town = ground.locate(entry.point).ok().and_then(|l| l.town);
        let place = *at.entry((::gazetteer::fold(&entry.name), town)).or_insert_with(|| {
            stems.push(Stem {
                kind: entry.kind,
                name: entry.name.clone(),
                en: None,
                point: None,
                doors: BTreeMap::new(),
            });
            stems.len() - 1
        });
        let Some(stem) = stems.get_mut(place) else { continue };
        if entry.path.is_empty() {
            // The name itself says better what it is than its doors do.
            stem.kind = if stem.point.is_none() { entry.kind } else { stem.kind };
            stem.point.get_or_insert(entry.point);
            stem.en = stem.en.take().or(entry.name_en);
        } else if stem.doors.insert(entry.path.key(), entry.point).is_some() {
            repeated += 1;
        }
    }
    (stems, repeated)
}

/// Of all doors the one that is nearest to their mean: on the street, whatever its shape.
fn middle<'a>(doors: impl Iterator<Item = &'a Point> + Clone) -> Option<Point> {
    let n = doors.clone().count() as f64;
    let sum = doors.clone().fold((0.0, 0.0), |sum, p| (sum.0 + p.lon(), sum.1 + p.lat()));
    let mean = Point::new(sum.0 / n, sum.1 / n).ok()?;
    doors.min_by(|a, b| a.distance_m(mean).total_cmp(&b.distance_m(mean))).copied()
}

/// Rows that are inserted many at a time.
struct Rows {
    table: &'static str,
    width: usize,
    waiting: Vec<Value>,
}

/// Rows of one statement.
const TOGETHER: usize = 64;

impl Rows {
    fn new(table: &'static str, width: usize) -> Self {
        Self { table, width, waiting: Vec::new() }
    }
    fn push(&mut self, cx: &mut Cx<'_>, row: &[Value]) -> Result<()> {
        self.waiting.extend_from_slice(row);
        if self.waiting.len() >= self.width * TOGETHER { self.flush(cx) } else { Ok(()) }
    }
    fn flush(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let one = |r: usize| {
            let places: Vec<String> = (1..=self.width).map(|c| format!("${}", r * self.width + c)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..self.waiting.len() / self.width).map(one).collect();
        if !rows.is_empty() {
            cx.execute(&format!("INSERT INTO {} VALUES {}", self.table, rows.join(", ")), &self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }
    fn finish(mut self, cx: &mut Cx<'_>) -> Result<()> {
        self.flush(cx)
    }
}

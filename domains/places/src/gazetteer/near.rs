//! From a point to words: the nearest door, or the smallest area.

use super::find::context;
use super::rows::{self, Statement};
use crate::{Result, store};
use ::gazetteer::Path;
use ::store::{Cx, Error, Value};
use kernel::ids::DistrictId;
use kernel::{Lang, Point};

/// Words for a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// 望苇路128弄5号; the name of the area where no door is near.
    pub name: String,
    /// Town and committee.
    pub context: Vec<String>,
    /// Metres to that door; none for an area.
    pub away_m: Option<f64>,
}

/// Side of a cell in degrees: about 100 m.
const CELL: f64 = 0.001;
/// Cells in one row of the earth; more than there are.
const ROW: i64 = 1_000_000;
/// How many cells around the own one are looked through: first a few, then more.
const RINGS: [i64; 2] = [1, 4];

fn indices(point: Point) -> (i64, i64) {
    (((point.lat() + 90.0) / CELL).floor() as i64, ((point.lon() + 180.0) / CELL).floor() as i64)
}

/// Number of the cell that a door is indexed under.
pub(super) fn cell(point: Point) -> i64 {
    let (row, column) = indices(point);
    row * ROW + column
}

/// The words for a pin: the nearest door within some 400 m, else the smallest area around it. None outside the district.
/// Doors as they stand on the plate, areas as readers of the language call them.
pub fn name_of(cx: &mut Cx<'_>, point: Point, lang: Lang) -> Result<Option<Nearby>> {
    let ground = store::snapshot(cx)?;
    let located = ground.locate(point).ok();
    let around = |own: &str| located.as_ref().map(|l| context(&ground, l, own, lang)).unwrap_or_default();
    for ring in RINGS {
        if let Some((name, away)) = nearest(cx, point, ring)? {
            return Ok(Some(Nearby { context: around(&name), name, away_m: Some(away) }));
        }
    }
    let smallest = located.as_ref().and_then(|l| l.smallest()).and_then(|id| ground.area(id));
    Ok(smallest.map(|area| Nearby { name: area.called(lang).to_owned(), context: around(&area.name), away_m: None }))
}

pub(super) fn around(district: DistrictId, point: Point, ring: i64) -> Statement {
    let (row, column) = indices(point);
    // One by one: SQLite takes ranges joined by OR for a reason to read the whole district.
    let cells = (row - ring..=row + ring).flat_map(|row| (column - ring..=column + ring).map(move |c| row * ROW + c));
    let params: Vec<Value> = std::iter::once(Value::from(district)).chain(cells.map(Value::from)).collect();
    let marks: Vec<String> = (2..=params.len()).map(|i| format!("${i}")).collect();
    let sql = format!(
        "SELECT n.name, d.path, d.lon, d.lat FROM place_door d \
         JOIN place_name n ON n.district_id = d.district_id AND n.id = d.name_id \
         WHERE d.district_id = $1 AND d.cell IN ({})",
        marks.join(", ")
    );
    (sql, params)
}

fn nearest(cx: &mut Cx<'_>, point: Point, ring: i64) -> Result<Option<(String, f64)>> {
    let (sql, params) = around(cx.district(), point, ring);
    let mut best: Option<(f64, String, Vec<u8>)> = None;
    for row in cx.query(&sql, &params)? {
        let away = rows::point(&row)?.distance_m(point);
        let closer = best.as_ref().is_none_or(|(least, ..)| away < *least);
        if closer {
            best = Some((away, row.text("name")?, row.blob("path")?));
        }
    }
    best.map(|(away, name, path)| {
        let path = Path::from_key(&path).ok_or_else(|| Error::Column("path".to_owned()))?;
        Ok((format!("{name}{path}"), away))
    })
    .transpose()
}

//! The names of the streets that were imported, taken over when their version changes, in the same transaction.

use super::{Entry, Kind, Source, replace};
use crate::Result;
use ::store::{Cx, Error, params};
use flate2::read::GzDecoder;
use kernel::Point;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};

/// Fills the gazetteer from the current version of the streets; empties it of streets while there is none.
pub(crate) fn follow(cx: &mut Cx<'_>) -> Result<()> {
    let sql = "SELECT v.names FROM street_ground g \
               JOIN street_version v ON v.district_id = g.district_id AND v.token = g.token WHERE g.district_id = $1";
    let mut entries = Vec::new();
    if let Some(row) = cx.query_opt(sql, params![cx.district()])? {
        let wrong = |e: &dyn std::error::Error| Error::Column(format!("names: {e}"));
        for line in BufReader::new(GzDecoder::new(row.blob("names")?.as_slice())).lines() {
            let line: Value = serde_json::from_str(&line.map_err(|e| wrong(&e))?).map_err(|e| wrong(&e))?;
            entries.extend(of_line(&line));
        }
    }
    replace(cx, Source::Streets, entries).map(drop)
}

/// A line is kind, class, name, English name, lon, lat, street, number.
fn of_line(line: &Value) -> Vec<Entry> {
    let text = |i: usize| line.get(i).and_then(Value::as_str).unwrap_or_default();
    let degrees = |i: usize| line.get(i).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let Ok(point) = Point::new(degrees(4), degrees(5)) else { return Vec::new() };
    let kind = match text(0) {
        "street" => Kind::Street,
        "building" => Kind::Compound,
        "place" => Kind::Village,
        _ => Kind::Poi,
    };
    let mut entries = Vec::new();
    if !text(2).is_empty() && text(0) != "house" {
        let name_en = Some(text(3).to_owned()).filter(|en| !en.is_empty());
        entries.push(Entry { name_en, ..Entry::named(kind, text(2), point) });
    }
    if !text(7).is_empty() {
        entries.extend(Entry::door(text(6), text(7), point));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_house_is_a_door_of_its_street_and_a_building_may_be_both() {
        let told = |line: Value| -> Vec<String> {
            of_line(&line).into_iter().map(|e| format!("{} {}{}", e.kind.code(), e.name, e.path)).collect()
        };
        assert_eq!(
            told(json!(["street", "minor", "望苇路", "Wangwei Road", 121.4, 30.9, null, null])),
            ["street 望苇路"]
        );
        assert_eq!(told(json!(["house", "", "", null, 121.4, 30.9, "望苇路", "128"])), ["street 望苇路128号"]);
        assert_eq!(told(json!(["house", "", "", null, 121.4, 30.9, "望苇路", "128弄5号"])), ["street 望苇路128弄5号"]);
        let both = told(json!(["building", "", "月季大厦", null, 121.4, 30.9, "望苇路", "8"]));
        assert_eq!(both, ["compound 月季大厦", "street 望苇路8号"]);
        assert!(told(json!(["house", "", "", null, 121.4, 30.9, null, "5"])).is_empty(), "a number on no street");
        assert!(told(json!(["poi"])).is_empty() && told(json!(null)).is_empty());
    }
}

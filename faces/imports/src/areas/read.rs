//! Areas of a file, whatever its form, before anything is looked up.
//!
//! - GeoJSON: a FeatureCollection, one Feature, or (datav) a bare list of features.
//! - Lists of codes and names: `{"streets": […], "villages": […]}` with `streetCode` and `areaCode` naming the area above,
//!   or a bare list of objects.
//! - CSV with columns code, name, name_en, parent and, if there are outlines, `wkt` (POLYGON or MULTIPOLYGON).

use super::AreasArgs;
use crate::findings::Finding;
use crate::problems::{Counted, Problems, Unfit};
use crate::table::{Table, TableError};
use places::AreaKind;
use places::model::outline::RawPolygons;
use serde_json::Value;

pub(super) struct Source {
    pub found: Vec<Found>,
    /// Entries that cannot be read, and what their numbers count.
    pub problems: Problems,
}

/// One area of the file.
pub(super) struct Found {
    /// From 1; for a table as the spreadsheet shows it.
    pub number: usize,
    pub code: Option<String>,
    pub name: String,
    pub name_en: Option<String>,
    pub parent: Option<String>,
    pub outline: Result<Option<RawPolygons>, Finding>,
}

const CODE: [&str; 4] = ["code", "adcode", "编码", "代码"];
const NAME: [&str; 2] = ["name", "名称"];
const ENGLISH: [&str; 4] = ["name_en", "name:en", "nameEn", "英文名"];
const PARENT: [&str; 4] = ["parent", "parent_code", "parentCode", "上级"];

pub(super) fn read(args: &AreasArgs) -> Result<Source, TableError> {
    let name = args.file.to_string_lossy().to_lowercase();
    let unfit = |why| Unfit::new(&args.file, why);
    let json = [".json", ".geojson"].iter().any(|e| name.ends_with(e));
    let mut source = if json {
        let bytes = std::fs::read(&args.file).map_err(|e| unfit(Finding::Unreadable { why: e.to_string() }))?;
        let root = serde_json::from_str(&crate::text::of(&bytes));
        json_source(args, &as_feature(root.map_err(|e| unfit(Finding::NotJson { why: e.to_string() }))?))?
    } else {
        table_source(args)?
    };
    if source.found.is_empty() && source.problems.wrong.is_empty() {
        return Err(unfit(Finding::NoAreas).into());
    }
    if args.name.is_some() || args.code.is_some() {
        let n = source.found.len();
        let [one] = source.found.as_mut_slice() else { return Err(unfit(Finding::NotOneArea { n }).into()) };
        one.name = args.name.clone().unwrap_or_else(|| one.name.clone());
        one.code = args.code.clone().or_else(|| one.code.take());
    }
    for nameless in source.found.iter().filter(|f| f.name.is_empty()) {
        let field = args.name_field.as_deref().unwrap_or("name");
        source.problems.wrong(nameless.number, field, Finding::NoName);
    }
    Ok(source)
}

/// A bare outline, which `--name` can name, is a feature without properties.
fn as_feature(root: Value) -> Value {
    match root.get("type").and_then(Value::as_str) {
        Some("Polygon" | "MultiPolygon") => serde_json::json!({ "type": "Feature", "geometry": root }),
        _ => root,
    }
}

fn json_source(args: &AreasArgs, root: &Value) -> Result<Source, Unfit> {
    let one = std::slice::from_ref(root);
    let (of, items): (_, &[Value]) = match (root, root.get("type").and_then(Value::as_str)) {
        (_, Some("FeatureCollection")) => {
            (Counted::Feature, root.get("features").and_then(Value::as_array).map_or(&[], Vec::as_slice))
        }
        (_, Some("Feature")) => (Counted::Feature, one),
        (Value::Array(list), _) => {
            let features = list.iter().any(|v| v.get("type").and_then(Value::as_str) == Some("Feature"));
            (if features { Counted::Feature } else { Counted::Entry }, list)
        }
        (Value::Object(_), _) => (Counted::Entry, list_of(args, root)?),
        _ => return Err(Unfit::new(&args.file, Finding::NeitherForm)),
    };
    asked_for_are_there(args, of, items)?;
    let mut source = Source { found: Vec::new(), problems: Problems { of, ..Problems::default() } };
    for (i, item) in items.iter().enumerate() {
        let found = entry(args, of, i + 1, item);
        if let Err(why) = &found.outline {
            let why = Finding::Outline { why: Box::new(why.clone()) };
            source.problems.wrong_of(found.number, &found.name, "outline", why);
        }
        source.found.push(found);
    }
    Ok(source)
}

/// A field named by an option that no entry has is a spelling mistake: without it every area would be taken for new.
fn asked_for_are_there(args: &AreasArgs, of: Counted, items: &[Value]) -> Result<(), Unfit> {
    let asked = [
        ("--code-field", &args.code_field),
        ("--name-field", &args.name_field),
        ("--name-en-field", &args.name_en_field),
        ("--parent-field", &args.parent_field),
    ];
    for (option, field) in asked.into_iter().filter_map(|(option, field)| Some((option, field.as_deref()?))) {
        if items.iter().any(|item| fields_of(of, item).get(field).is_some()) {
            continue;
        }
        let there: std::collections::BTreeSet<&str> =
            items.iter().filter_map(|i| fields_of(of, i).as_object()).flatten().map(|(k, _)| k.as_str()).collect();
        let there = there.into_iter().map(str::to_owned).collect();
        let why = Finding::NoField { option: option.to_owned(), field: field.to_owned(), there };
        return Err(Unfit::new(&args.file, why));
    }
    Ok(())
}

fn fields_of(of: Counted, item: &Value) -> &Value {
    if of == Counted::Feature { item.get("properties").unwrap_or(&Value::Null) } else { item }
}

/// The list of a file of names that holds areas of the wanted kind.
fn list_of<'v>(args: &AreasArgs, root: &'v Value) -> Result<&'v [Value], Unfit> {
    let keys: &[&str] = match args.kind {
        AreaKind::District => &["districts", "areas"],
        AreaKind::Town => &["towns", "streets"],
        AreaKind::Community => &["communities", "committees", "villages"],
        AreaKind::Grid => &["grids"],
        AreaKind::Police => &["police", "police_areas"],
    };
    let list = keys.iter().find_map(|k| root.get(k)?.as_array());
    let names = || keys.iter().map(|k| (*k).to_owned()).collect();
    list.map(Vec::as_slice).ok_or_else(|| Unfit::new(&args.file, Finding::NoList { names: names() }))
}

/// Fields by which lists of names point to the area above.
const fn above_fields(kind: AreaKind) -> &'static [&'static str] {
    match kind {
        AreaKind::Town => &["districtCode", "areaCode"],
        AreaKind::Community => &["townCode", "streetCode"],
        AreaKind::Grid => &["communityCode", "villageCode"],
        AreaKind::District | AreaKind::Police => &[],
    }
}

fn entry(args: &AreasArgs, of: Counted, number: usize, item: &Value) -> Found {
    let fields = fields_of(of, item);
    let field = |asked: &Option<String>, usual: &[&str]| match asked {
        Some(asked) => text(fields.get(asked.as_str())),
        None => usual.iter().find_map(|k| text(fields.get(*k))),
    };
    let parents: Vec<&str> = PARENT.iter().chain(above_fields(args.kind)).copied().collect();
    let geometry = item.get("geometry").filter(|g| of == Counted::Feature && !g.is_null());
    Found {
        number,
        code: field(&args.code_field, &CODE),
        name: field(&args.name_field, &NAME).unwrap_or_default(),
        name_en: field(&args.name_en_field, &ENGLISH),
        parent: field(&args.parent_field, &parents),
        outline: geometry.map(polygons).transpose(),
    }
}

/// A field as text; numbers as written; datav's `{"adcode": …}` as that code.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Object(o) => return text(o.get("adcode").or_else(|| o.get("code"))),
        _ => return None,
    };
    Some(text).filter(|t| !t.is_empty())
}

fn polygons(geometry: &Value) -> Result<RawPolygons, Finding> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or_default();
    let coordinates = geometry.get("coordinates");
    match kind {
        "Polygon" => Ok(vec![rings(coordinates.ok_or(Finding::OutlineNoCoordinates)?)?]),
        "MultiPolygon" => list(coordinates.ok_or(Finding::OutlineNoCoordinates)?)?.iter().map(rings).collect(),
        _ => Err(Finding::OutlineNotPolygon),
    }
}

fn rings(value: &Value) -> Result<Vec<Vec<[f64; 2]>>, Finding> {
    list(value)?.iter().map(|ring| list(ring)?.iter().map(position).collect()).collect()
}

fn list(value: &Value) -> Result<&Vec<Value>, Finding> {
    value.as_array().ok_or(Finding::OutlineNotNested)
}

/// Longitude and latitude; a height is left out. What is no number becomes NaN and is refused with its place.
fn position(value: &Value) -> Result<[f64; 2], Finding> {
    let number = |i: usize| value.get(i).and_then(Value::as_f64).unwrap_or(f64::NAN);
    if value.is_array() { Ok([number(0), number(1)]) } else { Err(Finding::OutlineNotNested) }
}

fn table_source(args: &AreasArgs) -> Result<Source, TableError> {
    let table = Table::open(&args.file)?;
    let column = |asked: &Option<String>, usual: &[&str]| match asked {
        Some(asked) => table.need(asked).map(Some),
        None => Ok(table.any(usual)),
    };
    let code = column(&args.code_field, &CODE)?;
    let name = column(&args.name_field, &NAME)?;
    let english = column(&args.name_en_field, &ENGLISH)?;
    let parent = column(&args.parent_field, &PARENT)?;
    let wkt = table.any(&["wkt", "outline", "geometry"]);
    let drawn = wkt.and_then(|c| table.headers.get(c)).cloned().unwrap_or_default();
    let mut source = Source { found: Vec::new(), problems: Problems::default() };
    for record in table {
        let Some(record) = source.problems.take(record)? else { continue };
        let cell = |c: Option<usize>| c.and_then(|c| record.filled(c)).map(str::to_owned);
        let outline = cell(wkt).map(|text| well_known_text(&text)).transpose();
        if let Err(why) = &outline {
            source.problems.wrong(record.row, &drawn, Finding::Outline { why: Box::new(why.clone()) });
        }
        source.found.push(Found {
            number: record.row,
            code: cell(code),
            name: cell(name).unwrap_or_default(),
            name_en: cell(english),
            parent: cell(parent),
            outline,
        });
    }
    Ok(source)
}

/// `POLYGON ((…))` or `MULTIPOLYGON (((…)))`, or a GeoJSON geometry in a cell.
fn well_known_text(text: &str) -> Result<RawPolygons, Finding> {
    if text.trim_start().starts_with('{') {
        return polygons(&serde_json::from_str(text).map_err(|_| Finding::OutlineUnreadable)?);
    }
    let upper = text.trim().to_uppercase();
    // PostGIS writes the number of its system before it: SRID=4326;POLYGON…
    let upper = upper.strip_prefix("SRID=").and_then(|rest| rest.split_once(';')).map_or(&*upper, |(_, text)| text);
    let (multi, body) = match (upper.strip_prefix("MULTIPOLYGON"), upper.strip_prefix("POLYGON")) {
        (Some(body), _) => (true, body),
        (None, Some(body)) => (false, body),
        _ => return Err(Finding::OutlineNotPolygon),
    };
    // The same nesting as GeoJSON once every pair is a list of its own.
    let mut json = String::with_capacity(body.len() * 2);
    let mut pair = String::new();
    for c in body.trim_start_matches([' ', 'Z', 'M']).chars().chain([' ']) {
        if !matches!(c, '(' | ')' | ',') {
            pair.push(c);
            continue;
        }
        if !pair.trim().is_empty() {
            json.push('[');
            json.push_str(&pair.split_whitespace().collect::<Vec<_>>().join(","));
            json.push(']');
        }
        pair.clear();
        json.push(match c {
            '(' => '[',
            ')' => ']',
            other => other,
        });
    }
    let value: Value = serde_json::from_str(&json).map_err(|_| Finding::OutlineUnreadable)?;
    if multi { list(&value)?.iter().map(rings).collect() } else { Ok(vec![rings(&value)?]) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn well_known_text_reads_like_geojson() {
        let one = well_known_text("POLYGON ((1 2, 3 2, 3 4, 1 2))").unwrap();
        assert_eq!(one, vec![vec![vec![[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 2.0]]]]);
        let two = well_known_text("MultiPolygon Z (((1 2 9,3 2 9,3 4 9,1 2 9)),((5 5 0,6 5 0,6 6 0,5 5 0)))").unwrap();
        assert_eq!((two.len(), two.first()), (2, one.first()));
        assert_eq!(well_known_text("SRID=4326;POLYGON((1 2,3 2,3 4,1 2))").unwrap(), one);
        assert!(well_known_text("POINT (1 2)").is_err() && well_known_text("POLYGON ((1 2").is_err());
    }
}

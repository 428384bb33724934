//! Areas of a file, whatever its form, before anything is looked up.
//!
//! - GeoJSON: a FeatureCollection, one Feature, or (datav) a bare list of features.
//! - Lists of codes and names: `{"streets": […], "villages": […]}` with `streetCode` and `areaCode` naming the area above,
//!   or a bare list of objects.
//! - CSV with columns code, name, parent and, if there are outlines, `wkt` (POLYGON or MULTIPOLYGON).

use super::AreasArgs;
use crate::table::Table;
use anyhow::{Context as _, bail, ensure};
use places::AreaKind;
use places::model::outline::RawPolygons;
use serde_json::Value;

pub(super) struct Source {
    /// What `number` counts: "feature", "entry" or "row".
    pub noun: &'static str,
    pub found: Vec<Found>,
}

/// One area of the file.
pub(super) struct Found {
    /// From 1; for a table as the spreadsheet shows it.
    pub number: usize,
    pub code: Option<String>,
    pub name: String,
    pub parent: Option<String>,
    pub outline: Option<RawPolygons>,
}

const CODE: [&str; 4] = ["code", "adcode", "编码", "代码"];
const NAME: [&str; 2] = ["name", "名称"];
const PARENT: [&str; 4] = ["parent", "parent_code", "parentCode", "上级"];

pub(super) fn read(args: &AreasArgs) -> anyhow::Result<Source> {
    let file = args.file.display();
    let name = args.file.to_string_lossy().to_lowercase();
    let json = [".json", ".geojson"].iter().any(|e| name.ends_with(e));
    let mut source = if json {
        let text = std::fs::read(&args.file).with_context(|| file.to_string())?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        json_source(args, &serde_json::from_slice(text).with_context(|| format!("{file} is not JSON"))?)?
    } else {
        table_source(args)?
    };
    ensure!(!source.found.is_empty(), "{file} has no areas");
    if args.name.is_some() || args.code.is_some() {
        let [one] = source.found.as_mut_slice() else {
            bail!("--name and --code are for a file with one area; {file} has {}", source.found.len())
        };
        one.name = args.name.clone().unwrap_or_else(|| one.name.clone());
        one.code = args.code.clone().or_else(|| one.code.take());
    }
    if let Some(found) = source.found.iter().find(|f| f.name.is_empty()) {
        let field = args.name_field.as_deref().unwrap_or("name");
        bail!("{} {} has no “{field}”; --name-field says which field holds the name", source.noun, found.number);
    }
    Ok(source)
}

fn json_source(args: &AreasArgs, root: &Value) -> anyhow::Result<Source> {
    let one = std::slice::from_ref(root);
    let (noun, items): (_, &[Value]) = match (root, root.get("type").and_then(Value::as_str)) {
        (_, Some("FeatureCollection")) => {
            ("feature", root.get("features").and_then(Value::as_array).map_or(&[], Vec::as_slice))
        }
        (_, Some("Feature")) => ("feature", one),
        (Value::Array(list), _) => {
            let features = list.iter().any(|v| v.get("type").and_then(Value::as_str) == Some("Feature"));
            (if features { "feature" } else { "entry" }, list)
        }
        (Value::Object(_), _) => ("entry", list_of(args.kind, root)?),
        _ => bail!("{}: neither GeoJSON nor lists of codes and names", args.file.display()),
    };
    asked_for_are_there(args, noun, items)?;
    let found = items.iter().enumerate().map(|(i, item)| entry(args, noun, i + 1, item));
    Ok(Source { noun, found: found.collect::<anyhow::Result<_>>()? })
}

/// A field named by an option that no entry has is a spelling mistake: without it every area would be taken for new.
fn asked_for_are_there(args: &AreasArgs, noun: &str, items: &[Value]) -> anyhow::Result<()> {
    let asked = [
        ("--code-field", &args.code_field),
        ("--name-field", &args.name_field),
        ("--parent-field", &args.parent_field),
    ];
    for (option, field) in asked.into_iter().filter_map(|(option, field)| Some((option, field.as_deref()?))) {
        if items.iter().any(|item| fields_of(noun, item).get(field).is_some()) {
            continue;
        }
        let there: std::collections::BTreeSet<&str> =
            items.iter().filter_map(|i| fields_of(noun, i).as_object()).flatten().map(|(k, _)| k.as_str()).collect();
        let there = there.into_iter().take(20).collect::<Vec<_>>().join(", ");
        bail!("{}: {option} {field}: no {noun} has that field; there are: {there}", args.file.display());
    }
    Ok(())
}

fn fields_of<'v>(noun: &str, item: &'v Value) -> &'v Value {
    if noun == "feature" { item.get("properties").unwrap_or(&Value::Null) } else { item }
}

/// The list of a file of names that holds areas of the wanted kind.
fn list_of(kind: AreaKind, root: &Value) -> anyhow::Result<&[Value]> {
    let keys: &[&str] = match kind {
        AreaKind::District => &["districts", "areas"],
        AreaKind::Town => &["towns", "streets"],
        AreaKind::Community => &["communities", "committees", "villages"],
        AreaKind::Grid => &["grids"],
        AreaKind::Police => &["police", "police_areas"],
    };
    let list = keys.iter().find_map(|k| root.get(k)?.as_array());
    list.map(Vec::as_slice)
        .with_context(|| format!("the file has no list “{}” of areas of this kind", keys.join("” or “")))
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

fn entry(args: &AreasArgs, noun: &str, number: usize, item: &Value) -> anyhow::Result<Found> {
    let fields = fields_of(noun, item);
    let field = |asked: &Option<String>, usual: &[&str]| match asked {
        Some(asked) => text(fields.get(asked.as_str())),
        None => usual.iter().find_map(|k| text(fields.get(*k))),
    };
    let parents: Vec<&str> = PARENT.iter().chain(above_fields(args.kind)).copied().collect();
    let geometry = item.get("geometry").filter(|g| noun == "feature" && !g.is_null());
    let outline = geometry.map(polygons).transpose().with_context(|| format!("{noun} {number}"))?;
    Ok(Found {
        number,
        code: field(&args.code_field, &CODE),
        name: field(&args.name_field, &NAME).unwrap_or_default(),
        parent: field(&args.parent_field, &parents),
        outline,
    })
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

fn polygons(geometry: &Value) -> anyhow::Result<RawPolygons> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or_default();
    let coordinates = geometry.get("coordinates").context("the geometry has no coordinates")?;
    match kind {
        "Polygon" => Ok(vec![rings(coordinates)?]),
        "MultiPolygon" => list(coordinates)?.iter().map(rings).collect(),
        "GeometryCollection" | "" => bail!("the geometry must be a Polygon or MultiPolygon"),
        other => bail!("a {other} is no area: the geometry must be a Polygon or MultiPolygon"),
    }
}

fn rings(value: &Value) -> anyhow::Result<Vec<Vec<[f64; 2]>>> {
    list(value)?.iter().map(|ring| list(ring)?.iter().map(position).collect()).collect()
}

fn list(value: &Value) -> anyhow::Result<&Vec<Value>> {
    value.as_array().context("the coordinates are not nested as the geometry says")
}

/// Longitude and latitude; a height is left out. What is no number becomes NaN and is refused with its place.
fn position(value: &Value) -> anyhow::Result<[f64; 2]> {
    let number = |i: usize| value.get(i).and_then(Value::as_f64).unwrap_or(f64::NAN);
    ensure!(value.is_array(), "the coordinates are not nested as the geometry says");
    Ok([number(0), number(1)])
}

fn table_source(args: &AreasArgs) -> anyhow::Result<Source> {
    let table = Table::open(&args.file)?;
    let column = |asked: &Option<String>, usual: &[&str]| match asked {
        Some(asked) => table.need(asked).map(Some),
        None => Ok(table.any(usual)),
    };
    let code = column(&args.code_field, &CODE)?;
    let name = column(&args.name_field, &NAME)?;
    let parent = column(&args.parent_field, &PARENT)?;
    let wkt = table.any(&["wkt", "outline", "geometry"]);
    let mut found = Vec::new();
    for record in table {
        let record = record?;
        let cell = |c: Option<usize>| c.and_then(|c| record.filled(c)).map(str::to_owned);
        let outline = cell(wkt).map(|text| well_known_text(&text));
        found.push(Found {
            number: record.row,
            code: cell(code),
            name: cell(name).unwrap_or_default(),
            parent: cell(parent),
            outline: outline.transpose().with_context(|| format!("row {}", record.row))?,
        });
    }
    Ok(Source { noun: "row", found })
}

/// `POLYGON ((…))` or `MULTIPOLYGON (((…)))`, or a GeoJSON geometry in a cell.
fn well_known_text(text: &str) -> anyhow::Result<RawPolygons> {
    if text.trim_start().starts_with('{') {
        return polygons(&serde_json::from_str(text)?);
    }
    let upper = text.trim().to_uppercase();
    let (multi, body) = match (upper.strip_prefix("MULTIPOLYGON"), upper.strip_prefix("POLYGON")) {
        (Some(body), _) => (true, body),
        (None, Some(body)) => (false, body),
        _ => bail!("the outline must be a POLYGON or MULTIPOLYGON"),
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
    let value: Value = serde_json::from_str(&json).context("the outline cannot be read")?;
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
        assert!(well_known_text("POINT (1 2)").is_err() && well_known_text("POLYGON ((1 2").is_err());
    }
}

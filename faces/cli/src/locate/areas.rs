//! Areas of a GeoJSON file: a FeatureCollection, one Feature, a bare list of features, or a bare geometry. Takes bytes, so that it
//! can be tried with anything.

use anyhow::Context as _;
use fence::{At, Shape};
use serde_json::Value;

/// One area of the file.
#[derive(Debug)]
pub struct Named {
    pub id: String,
    pub shape: Shape,
}

/// What the file holds.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of the file.
    pub areas: Vec<Named>,
    /// Features that are no polygons: points, lines, or nothing drawn.
    pub others: usize,
}

const NAMES: [&str; 4] = ["id", "code", "adcode", "name"];

/// Reads the areas; `id_field` is the property that names them.
///
/// # Errors
/// When this is not GeoJSON, a polygon cannot be read, or no feature has the property asked for.
pub fn read(bytes: &[u8], id_field: Option<&str>) -> anyhow::Result<Found> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let root: Value = serde_json::from_slice(bytes).context("this is not JSON")?;
    let one = std::slice::from_ref(&root);
    let features = match (&root, text(root.get("type"))) {
        (Value::Array(list), _) => list.as_slice(),
        (_, Some("FeatureCollection")) => {
            let list = root.get("features").and_then(Value::as_array);
            list.context("the FeatureCollection has no list of features")?.as_slice()
        }
        (Value::Object(_), Some(_)) => one,
        _ => anyhow::bail!("this is not GeoJSON: there is no type"),
    };
    if let Some(field) = id_field {
        let named = |f: &Value| f.get("properties").is_some_and(|p| p.get(field).is_some());
        anyhow::ensure!(features.is_empty() || features.iter().any(named), "no feature has the property “{field}”");
    }
    let mut found = Found::default();
    for (n, feature) in features.iter().enumerate() {
        let is_feature = text(feature.get("type")) == Some("Feature");
        let geometry = if is_feature { feature.get("geometry").unwrap_or(&Value::Null) } else { feature };
        let mut rings = Vec::new();
        let drawn = collect(geometry, &mut rings).with_context(|| format!("feature {}", n + 1))?;
        if !drawn {
            found.others += 1;
            continue;
        }
        let shape = Shape::new(&rings).with_context(|| format!("feature {}", n + 1))?;
        round_the_earth(&rings).with_context(|| format!("feature {}", n + 1))?;
        found.areas.push(Named { id: id(feature, id_field, n + 1), shape });
    }
    Ok(found)
}

/// Adds the rings of a geometry; false when it holds no polygon.
fn collect(geometry: &Value, rings: &mut Vec<Vec<At>>) -> anyhow::Result<bool> {
    let coordinates = || geometry.get("coordinates").context("the geometry has no coordinates");
    match text(geometry.get("type")) {
        Some("Polygon") => polygon(coordinates()?, rings)?,
        Some("MultiPolygon") => list(coordinates()?)?.iter().try_for_each(|part| polygon(part, rings))?,
        Some("GeometryCollection") => {
            let parts = list(geometry.get("geometries").context("the collection has no geometries")?)?;
            let mut any = false;
            for part in parts {
                any |= collect(part, rings)?;
            }
            return Ok(any);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn polygon(value: &Value, rings: &mut Vec<Vec<At>>) -> anyhow::Result<()> {
    for ring in list(value)? {
        rings.push(list(ring)?.iter().map(position).collect::<anyhow::Result<_>>()?);
    }
    Ok(())
}

/// Degrees on both sides of the antimeridian would be an area round the other side of the earth: refused, as RFC 7946 has them cut.
fn round_the_earth(rings: &[Vec<At>]) -> anyhow::Result<()> {
    let degrees = |[x, y]: &At| x.abs() <= 180.0 && y.abs() <= 90.0;
    if !rings.iter().flatten().all(degrees) {
        return Ok(());
    }
    for (r, ring) in rings.iter().enumerate() {
        let far = ring.iter().zip(ring.iter().skip(1)).position(|(a, b)| (a[0] - b[0]).abs() > 180.0);
        let closing = ring.first().zip(ring.last()).is_some_and(|(a, b)| (a[0] - b[0]).abs() > 180.0);
        if let Some(point) = far.or_else(|| closing.then(|| ring.len() - 1)) {
            anyhow::bail!("ring {}, point {}: it runs across the antimeridian; cut it there", r + 1, point + 1);
        }
    }
    Ok(())
}

/// x and y; a height is left out.
fn position(value: &Value) -> anyhow::Result<At> {
    let number = |n: usize| value.get(n).and_then(Value::as_f64);
    let at = number(0).zip(number(1)).context("a position is not two numbers")?;
    Ok([at.0, at.1])
}

fn list(value: &Value) -> anyhow::Result<&Vec<Value>> {
    value.as_array().context("the coordinates are not nested as those of a polygon")
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

fn id(feature: &Value, field: Option<&str>, number: usize) -> String {
    let property = |name: &str| plain(feature.get("properties")?.get(name)?);
    let known = match field {
        Some(field) => property(field),
        None => feature.get("id").and_then(plain).or_else(|| NAMES.iter().find_map(|name| property(name))),
    };
    known.unwrap_or_else(|| number.to_string())
}

/// Texts and numbers as they are written.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

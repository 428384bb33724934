//! Areas of a GeoJSON file: a FeatureCollection, one Feature, a bare list of features, or a bare geometry; also several of these one
//! after the other, as programs write a feature to a line. Takes bytes, so that it can be tried with anything.

use super::geojson::{Item, Nest};
use anyhow::Context as _;
use fence::{At, Shape};
use flate2::read::MultiGzDecoder;
use imports::text;
use serde_json::Value;
use std::io::Read as _;

/// One area of the file.
#[derive(Debug)]
pub struct Named {
    pub id: String,
    pub shape: Shape,
}

/// What the file holds.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of the file; of a collection each member.
    pub areas: Vec<Named>,
    /// Features that are no polygons: points, lines, or nothing drawn.
    pub others: usize,
}

const NAMES: [&str; 4] = ["id", "code", "adcode", "name"];
/// What a file unpacks to at most.
const MOST_BYTES: u64 = 4 << 30;

/// Reads the areas; `id_field` is the property that names them.
///
/// # Errors
/// When this is not GeoJSON, a polygon cannot be read, or no feature has the property asked for.
pub fn read(bytes: &[u8], id_field: Option<&str>) -> anyhow::Result<Found> {
    let features = features(bytes)?;
    if let Some(field) = id_field {
        let named = |f: &Item| f.properties.get(field).is_some();
        anyhow::ensure!(features.is_empty() || features.iter().any(named), "no feature has the property “{field}”");
    }
    let mut found = Found::default();
    for (n, feature) in features.into_iter().enumerate() {
        let place = || format!("feature {}", n + 1);
        let id = id(&feature, id_field, n + 1);
        let geometry =
            if feature.kind.as_deref() == Some("Feature") { feature.geometry.map(|g| *g) } else { Some(feature) };
        let mut parts = Vec::new();
        collect(geometry.unwrap_or_default(), &mut parts).with_context(place)?;
        found.others += usize::from(parts.is_empty());
        for rings in parts {
            let shape = Shape::new(&rings).with_context(place)?;
            round_the_earth(&rings).with_context(place)?;
            found.areas.push(Named { id: id.clone(), shape });
        }
    }
    Ok(found)
}

/// What stands in the file, feature by feature.
fn features(bytes: &[u8]) -> anyhow::Result<Vec<Item>> {
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(&[0x1F, 0x8B]) {
        MultiGzDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut unpacked).context("it cannot be unpacked")?;
        unpacked.as_slice()
    } else {
        bytes
    };
    let text = text::of(bytes);
    // RFC 8142 begins each text of a sequence with this sign, which stands nowhere else in JSON.
    let text = if text.contains('\u{1e}') { text.replace('\u{1e}', " ").into() } else { text };
    let mut all = Vec::new();
    let mut none = true;
    for root in serde_json::Deserializer::from_str(&text).into_iter::<Item>() {
        let mut root = root.context("this is not JSON")?;
        none = false;
        match (root.kind.as_deref(), root.list.take()) {
            (None, Some(list)) => all.extend(list),
            (None, None) => anyhow::bail!("this is not GeoJSON: there is no type"),
            (Some("FeatureCollection"), _) => {
                let list = root.features.take().and_then(|f| f.list);
                all.extend(list.context("the FeatureCollection has no list of features")?);
            }
            (Some(kind), _) => {
                anyhow::ensure!(KINDS.contains(&kind), "this is not GeoJSON: it knows no type “{}”", short(kind));
                all.push(root);
            }
        }
    }
    anyhow::ensure!(!none, "the file is empty");
    Ok(all)
}

const KINDS: [&str; 8] = [
    "Feature",
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
];

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

type Rings = Vec<Vec<At>>;

/// Adds the rings of each polygon: the members of a collection may overlap, and what lies in one of them lies in the area.
fn collect(geometry: Item, parts: &mut Vec<Rings>) -> anyhow::Result<()> {
    let coordinates = || geometry.coordinates.context("the geometry has no coordinates");
    let mut rings = Rings::new();
    match geometry.kind.as_deref() {
        Some("Polygon") => polygon(coordinates()?, &mut rings)?,
        Some("MultiPolygon") => list(coordinates()?)?.into_iter().try_for_each(|part| polygon(part, &mut rings))?,
        Some("GeometryCollection") => {
            let members = geometry.geometries.and_then(|g| g.list).context("the collection has no geometries")?;
            return members.into_iter().try_for_each(|member| collect(member, parts));
        }
        _ => return Ok(()),
    }
    parts.push(rings);
    Ok(())
}

fn polygon(value: Nest, rings: &mut Rings) -> anyhow::Result<()> {
    for ring in list(value)? {
        rings.push(match ring {
            Nest::Line(line) => line,
            other => list(other)?.iter().map(position).collect::<anyhow::Result<_>>()?,
        });
    }
    Ok(())
}

/// Degrees on both sides of the antimeridian would be an area round the other side of the earth: refused, as RFC 7946 has them cut.
/// An edge from the one end of the earth to the other is that of a map of the world.
fn round_the_earth(rings: &[Vec<At>]) -> anyhow::Result<()> {
    let degrees = |[x, y]: &At| x.abs() <= 180.0 && y.abs() <= 90.0;
    if !rings.iter().flatten().all(degrees) {
        return Ok(());
    }
    let jumps = |a: &At, b: &At| (a[0] - b[0]).abs() > 180.0 && (a[0] - b[0]).abs() < 360.0;
    for (r, ring) in rings.iter().enumerate() {
        let far = ring.iter().zip(ring.iter().skip(1)).position(|(a, b)| jumps(a, b));
        let closing = ring.first().zip(ring.last()).is_some_and(|(a, b)| jumps(a, b));
        if let Some(point) = far.or_else(|| closing.then(|| ring.len() - 1)) {
            anyhow::bail!("ring {}, point {}: it runs across the antimeridian; cut it there", r + 1, point + 1);
        }
    }
    Ok(())
}

/// x and y; a height is left out.
fn position(value: &Nest) -> anyhow::Result<At> {
    if let Nest::Position(at) = value { Ok(*at) } else { anyhow::bail!("a position is not two numbers") }
}

fn list(value: Nest) -> anyhow::Result<Vec<Nest>> {
    match value {
        Nest::List(list) => Ok(list),
        Nest::Line(line) => Ok(line.into_iter().map(Nest::Position).collect()),
        Nest::Position(_) | Nest::Number(_) | Nest::Other => {
            anyhow::bail!("the coordinates are not nested as those of a polygon")
        }
    }
}

fn id(feature: &Item, field: Option<&str>, number: usize) -> String {
    let property = |name: &str| plain(feature.properties.get(name)?);
    let known = match field {
        Some(field) => property(field),
        None => plain(&feature.id).or_else(|| NAMES.iter().find_map(|name| property(name))),
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

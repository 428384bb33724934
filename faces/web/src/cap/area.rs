//! Where a bulletin is for, as CAP says it: polygons of an area, or a circle. WGS-84, latitude first.

use crate::xml::Xml;
use alerts::bulletin::Circle;
use kernel::ids::AreaId;
use places::{Area, AreaKind, Snapshot};

/// How far a simplified border may lie off, in metres: a phone that decides whether it is inside need not be exact, and the
/// message stays small.
const TOLERANCE_M: f64 = 25.0;
/// What a geocode is called; 12-digit statistical codes and what hangs on them.
const CODE_NAME: &str = "CN-statistical-code";

/// One `<area>` for every message, with the whole district where nothing narrower was said.
pub(super) fn write(xml: &mut Xml, ground: &Snapshot, area: Option<AreaId>, circle: Option<Circle>, district: &str) {
    let area = area.and_then(|id| ground.area(id)).or_else(|| ground.district());
    xml.open("area");
    xml.leaf("areaDesc", area.map_or(district, |a| a.name.as_str()));
    match circle {
        Some(circle) => xml.leaf("circle", &around(circle)),
        None => area.into_iter().flat_map(rings).for_each(|ring| xml.leaf("polygon", &ring)),
    }
    if let Some(code) = area.filter(|a| a.kind != AreaKind::Police).and_then(|a| a.code.as_deref()) {
        xml.open("geocode");
        xml.leaf("valueName", CODE_NAME);
        xml.leaf("value", code);
        xml.close();
    }
    xml.close();
}

/// `lat,lon radius` with the radius in kilometres.
fn around(circle: Circle) -> String {
    format!("{:.5},{:.5} {:.3}", circle.centre.lat(), circle.centre.lon(), circle.radius_m as f64 / 1_000.0)
}

/// Outer rings as `lat,lon lat,lon …`, closed. CAP knows no holes: a bulletin for a ring of villages also reaches the
/// one in the middle.
fn rings(area: &Area) -> Vec<String> {
    let layer = places::model::layer::feature_collection([area], TOLERANCE_M);
    let shape = layer.pointer("/features/0/geometry/coordinates").and_then(|c| c.as_array()).cloned();
    let ring = |part: serde_json::Value| -> Option<String> {
        let points = part.pointer("/0")?.as_array()?;
        let pairs: Vec<String> = points
            .iter()
            .filter_map(|p| Some((p.pointer("/1")?.as_f64()?, p.pointer("/0")?.as_f64()?)))
            .map(|(lat, lon)| format!("{lat:.5},{lon:.5}"))
            .collect();
        (pairs.len() >= 4).then(|| pairs.join(" "))
    };
    shape.unwrap_or_default().into_iter().filter_map(ring).collect()
}

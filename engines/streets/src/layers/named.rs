//! Names by which places are asked for: streets, buildings, doors, points, places. What a search is filled from.

use super::{Feature, Geometry, Layer};
use crate::LonLat;
use crate::osm::Tags;
use std::collections::HashMap;

/// Something with a name or a house number.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub kind: NamedKind,
    /// Its sort within the kind, as on the map (`canal`, `hospital`, `village`); empty for doors.
    pub class: &'static str,
    /// Empty for a door that has only its number.
    pub name: String,
    pub name_en: Option<String>,
    pub lon: f64,
    pub lat: f64,
    /// Of a door or building: the street (`addr:street`).
    pub street: Option<String>,
    pub housenumber: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedKind {
    Street,
    Building,
    /// A door with a number.
    House,
    Poi,
    Place,
    Water,
    Green,
}

impl NamedKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Building => "building",
            Self::House => "house",
            Self::Poi => "poi",
            Self::Place => "place",
            Self::Water => "water",
            Self::Green => "green",
        }
    }
}

impl Named {
    /// A building with a name or a number.
    pub(super) fn of_building(tags: &Tags, at: LonLat) -> Option<Self> {
        let (name, name_en) = names(tags);
        match name {
            Some(name) => Some(Self { name_en, ..Self::new(NamedKind::Building, name, at).with_door(tags) }),
            None => Self::of_door(tags, at),
        }
    }

    /// A door with a number.
    pub(super) fn of_door(tags: &Tags, at: LonLat) -> Option<Self> {
        tags.get("addr:housenumber")?;
        Some(Self::new(NamedKind::House, String::new(), at).with_door(tags))
    }

    fn new(kind: NamedKind, name: String, [lon, lat]: LonLat) -> Self {
        Self { kind, class: "", name, name_en: None, lon, lat, street: None, housenumber: None }
    }

    fn with_door(mut self, tags: &Tags) -> Self {
        let street = ["addr:street:zh", "addr:street", "addr:place"].iter().find_map(|key| text(tags, key));
        (self.street, self.housenumber) = (street, text(tags, "addr:housenumber"));
        self
    }
}

/// The Chinese name where there is one, and the English one.
pub(super) fn names(tags: &Tags) -> (Option<String>, Option<String>) {
    let first = |keys: &[&str]| keys.iter().find_map(|key| text(tags, key));
    let name = first(&["name:zh", "name:zh-Hans", "name:zh_CN", "name"]);
    (name, first(&["name:en", "int_name"]))
}

/// Longer names are no names.
const MOST: usize = 120;

fn text(tags: &Tags, key: &str) -> Option<String> {
    let value = tags.get(key)?.trim();
    let good = !value.is_empty() && value.chars().count() <= MOST && !value.chars().any(char::is_control);
    good.then(|| value.to_owned())
}

/// A street is one as long as its parts lie within so many metres of the first: Chinese towns share names of streets.
const ONE_STREET_M: f64 = 3_000.0;

/// The names of what is drawn. Lines of one name that lie together are one entry, at the middle of the longest.
pub(super) fn of_features(features: &[Feature]) -> Vec<Named> {
    let mut out = Vec::new();
    let mut lines: Vec<(f64, &Feature, &[LonLat])> = Vec::new();
    for feature in features {
        let Some(name) = &feature.name else { continue };
        let kind = match feature.layer {
            Layer::Road | Layer::Water => {
                if let Geometry::Line(line) = &feature.geometry {
                    lines.push((metres(line), feature, line));
                }
                continue;
            }
            Layer::Place => NamedKind::Place,
            Layer::Poi => match feature.class {
                "park" => NamedKind::Green,
                "river" | "canal" | "lake" | "ditch" | "drain" => NamedKind::Water,
                _ => NamedKind::Poi,
            },
            // Named where their tags are read, or by the point in them.
            Layer::Building | Layer::Green => continue,
        };
        if let Geometry::Point(at) = feature.geometry {
            let entry = Named::new(kind, name.clone(), at);
            out.push(Named { class: feature.class, name_en: feature.name_en.clone(), ..entry });
        }
    }
    // Longest first; of equal ones the order of the map.
    lines.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut known: HashMap<(Layer, &str), Vec<LonLat>> = HashMap::new();
    for (length, feature, line) in lines {
        let Some(name) = feature.name.as_deref() else { continue };
        let seen = known.entry((feature.layer, name)).or_default();
        let near = |at: &LonLat| seen.iter().any(|known| distance(*known, *at) < ONE_STREET_M);
        if line.iter().any(near) {
            continue;
        }
        let at = along(line, length / 2.0);
        seen.push(at);
        let kind = if feature.layer == Layer::Road { NamedKind::Street } else { NamedKind::Water };
        let entry = Named::new(kind, name.to_owned(), at);
        out.push(Named { class: feature.class, name_en: feature.name_en.clone(), ..entry });
    }
    out
}

/// Length of a line in metres.
pub(super) fn metres(line: &[LonLat]) -> f64 {
    line.windows(2).map(|pair| if let &[a, b] = pair { distance(a, b) } else { 0.0 }).sum()
}

/// Metres between two places that are not far apart.
fn distance([ax, ay]: LonLat, [bx, by]: LonLat) -> f64 {
    const DEGREE_M: f64 = 111_195.0;
    let east = (bx - ax) * f64::midpoint(ay, by).to_radians().cos();
    east.hypot(by - ay) * DEGREE_M
}

/// The place so many metres along a line.
fn along(line: &[LonLat], mut metres: f64) -> LonLat {
    for pair in line.windows(2) {
        let &[a, b] = pair else { continue };
        let length = distance(a, b);
        if length >= metres && length > 0.0 {
            let t = metres / length;
            return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
        }
        metres -= length;
    }
    line.last().copied().unwrap_or_default()
}

//! From tags to what is drawn: which layer, which class, from which zoom on. One line a case; the keys are those of the OSM wiki's
//! "Map features".

use super::Layer;
use crate::osm::Tags;

/// What a thing is on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    pub layer: Layer,
    pub class: &'static str,
    pub from_zoom: u8,
    pub rank: u8,
}

const fn sort(layer: Layer, class: &'static str, from_zoom: u8, rank: u8) -> Sort {
    Sort { layer, class, from_zoom, rank }
}

pub(super) const BRIDGE: Sort = sort(Layer::Poi, "bridge", 15, 8);

/// Roads, rails and waters that are lines.
pub(super) fn line(tags: &Tags) -> Option<Sort> {
    road(tags).or_else(|| rail(tags)).or_else(|| stream(tags))
}

fn road(tags: &Tags) -> Option<Sort> {
    let road = |class, from, rank| Some(sort(Layer::Road, class, from, rank));
    if tags.get("route") == Some("ferry") {
        return road("ferry", 11, 5);
    }
    if tags.get("area") == Some("yes") {
        return None;
    }
    match tags.get("highway")? {
        "motorway" | "trunk" => road("motorway", 8, 0),
        "motorway_link" | "trunk_link" => road("motorway", 12, 0),
        "primary" => road("major", 8, 1),
        "secondary" => road("major", 11, 1),
        "primary_link" | "secondary_link" => road("major", 13, 1),
        "tertiary" => road("minor", 12, 2),
        "tertiary_link" => road("minor", 13, 2),
        "unclassified" | "residential" | "road" => road("minor", 13, 2),
        "living_street" | "pedestrian" => road("lane", 13, 3),
        "service" if tags.is("service", &["driveway", "parking_aisle", "drive-through"]) => road("lane", 15, 3),
        "service" => road("lane", 14, 3),
        "track" | "path" | "footway" | "cycleway" | "bridleway" => road("path", 14, 4),
        "steps" => road("steps", 14, 4),
        _ => None,
    }
}

fn rail(tags: &Tags) -> Option<Sort> {
    // What runs below the ground is not seen from above.
    if tags.is("tunnel", &["yes", "building_passage"]) {
        return None;
    }
    let from = match tags.get("railway")? {
        "rail" if tags.is("service", &["yard", "siding", "spur", "crossover"]) => 14,
        "rail" | "light_rail" | "subway" | "monorail" => 10,
        "tram" | "narrow_gauge" => 13,
        _ => return None,
    };
    Some(sort(Layer::Road, "rail", from, 6))
}

fn stream(tags: &Tags) -> Option<Sort> {
    if tags.get("natural") == Some("coastline") {
        return Some(sort(Layer::Water, "coast", 8, 3));
    }
    // In pipes under roads.
    if tags.is("tunnel", &["yes", "culvert", "flooded"]) || tags.get("area") == Some("yes") {
        return None;
    }
    let (class, from) = match tags.get("waterway")? {
        "river" => ("river", 8),
        "canal" => ("canal", 12),
        "stream" => ("ditch", 13),
        "drain" => ("drain", 14),
        "ditch" => ("ditch", 14),
        _ => return None,
    };
    Some(sort(Layer::Water, class, from, 4))
}

/// Whether a closed way with these tags is an area.
pub(super) fn is_area(tags: &Tags) -> bool {
    area(tags).is_some()
        || building(tags).is_some()
        || (line(tags).is_none() && (poi(tags).is_some() || place(tags).is_some()))
}

/// Water and green that are areas.
pub(super) fn area(tags: &Tags) -> Option<Sort> {
    water(tags).or_else(|| green(tags))
}

fn water(tags: &Tags) -> Option<Sort> {
    let river = tags.get("waterway") == Some("riverbank");
    let basin =
        tags.is("landuse", &["reservoir", "basin", "aquaculture", "salt_pond"]) || tags.get("waterway") == Some("dock");
    if !river && !basin && !tags.is("natural", &["water", "bay"]) {
        return None;
    }
    let class = match tags.get("water") {
        _ if river => "river",
        Some("river" | "stream" | "oxbow") => "river",
        Some("canal" | "lock" | "moat") => "canal",
        Some("ditch") => "ditch",
        Some("drain") => "drain",
        _ => "lake",
    };
    Some(sort(Layer::Water, class, 8, 0))
}

fn green(tags: &Tags) -> Option<Sort> {
    let green = |class, from, rank| Some(sort(Layer::Green, class, from, rank));
    if tags.is("leisure", &["park", "garden", "nature_reserve", "golf_course", "common"]) {
        return green("park", 8, 0);
    }
    match tags.get("landuse") {
        Some("forest") => return green("wood", 8, 1),
        Some("grass" | "meadow" | "village_green" | "recreation_ground" | "cemetery" | "greenfield") => {
            return green("grass", 12, 2);
        }
        Some("farmland" | "orchard" | "vineyard" | "allotments" | "greenhouse_horticulture" | "plant_nursery") => {
            return green("farm", 11, 3);
        }
        _ => {}
    }
    match tags.get("natural") {
        Some("wood") => green("wood", 8, 1),
        Some("grassland" | "scrub" | "heath" | "wetland") => green("grass", 12, 2),
        _ => None,
    }
}

pub(super) fn building(tags: &Tags) -> Option<Sort> {
    let is = tags.get("building").is_some_and(|v| v != "no");
    is.then_some(sort(Layer::Building, "", 14, 0))
}

/// A name that stands in an area, which has none of its own on the map.
pub(super) fn label_of_area(tags: &Tags) -> Option<Sort> {
    let of = area(tags)?;
    match (of.layer, of.class) {
        (Layer::Water, class) => Some(sort(Layer::Poi, class, 13, 6)),
        (Layer::Green, "park") => Some(sort(Layer::Poi, "park", 13, 6)),
        _ => None,
    }
}

pub(super) fn place(tags: &Tags) -> Option<Sort> {
    let place = |class, from, rank| Some(sort(Layer::Place, class, from, rank));
    match tags.get("place")? {
        "city" => place("city", 10, 0),
        "town" => place("town", 10, 1),
        "suburb" | "borough" => place("suburb", 11, 2),
        "village" => place("village", 12, 3),
        "quarter" | "neighbourhood" => place("neighbourhood", 13, 4),
        "hamlet" | "isolated_dwelling" => place("hamlet", 13, 4),
        "island" | "islet" => place("island", 12, 4),
        "locality" | "square" => place("locality", 14, 5),
        _ => None,
    }
}

/// What somebody who is lost or helps may look for.
pub(super) fn poi(tags: &Tags) -> Option<Sort> {
    let poi = |class, from, rank| Some(sort(Layer::Poi, class, from, rank));
    match tags.get("amenity").unwrap_or_default() {
        "police" => return poi("police", 13, 0),
        "hospital" => return poi("hospital", 13, 1),
        "clinic" | "doctors" => return poi("clinic", 14, 2),
        "pharmacy" => return poi("pharmacy", 14, 3),
        "fire_station" => return poi("fire", 14, 2),
        "nursing_home" | "social_facility" => return poi("care", 14, 2),
        "townhall" | "community_centre" => return poi("office", 14, 3),
        "school" | "kindergarten" | "college" | "university" => return poi("school", 14, 4),
        "bank" => return poi("bank", 14, 4),
        "post_office" => return poi("post", 14, 4),
        "marketplace" => return poi("market", 14, 3),
        "place_of_worship" => return poi("temple", 14, 5),
        "library" => return poi("library", 15, 5),
        "toilets" => return poi("toilet", 15, 7),
        "bus_station" | "ferry_terminal" => return poi("station", 13, 2),
        _ => {}
    }
    match tags.get("healthcare").unwrap_or_default() {
        "hospital" => return poi("hospital", 13, 1),
        "clinic" | "doctor" | "centre" => return poi("clinic", 14, 2),
        "pharmacy" => return poi("pharmacy", 14, 3),
        _ => {}
    }
    if tags.is("shop", &["supermarket", "mall", "department_store"]) {
        return poi("market", 14, 5);
    }
    if tags.is("shop", &["chemist", "medical_supply"]) && tags.get("dispensing") == Some("yes") {
        return poi("pharmacy", 14, 3);
    }
    if tags.is("railway", &["station", "halt", "tram_stop"]) || tags.get("public_transport") == Some("station") {
        return poi("station", 12, 1);
    }
    if tags.get("railway") == Some("subway_entrance") {
        return poi("entrance", 15, 6);
    }
    let platform = tags.get("public_transport") == Some("platform") && tags.get("bus") == Some("yes");
    if tags.get("highway") == Some("bus_stop") || platform {
        return poi("bus_stop", 15, 6);
    }
    if tags.get("man_made") == Some("bridge") && tags.get("name").is_some() {
        return Some(BRIDGE);
    }
    None
}

pub(super) fn is_bridge(tags: &Tags) -> bool {
    tags.get("bridge").is_some_and(|v| v != "no")
}

pub(super) fn is_tunnel(tags: &Tags) -> bool {
    tags.get("tunnel").is_some_and(|v| v != "no")
}

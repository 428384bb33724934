//! Who moves, and on what: the rules from OSM tags to ways that can be used. docs/streets.md says them in words.

use crate::osm::Tags;
use std::fmt;

/// On foot, on a bicycle, in a car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    Walk,
    Bicycle,
    Car,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Walk => "on foot",
            Self::Bicycle => "by bicycle",
            Self::Car => "by car",
        })
    }
}

/// In which directions of its nodes a way can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passage {
    pub forward: bool,
    pub backward: bool,
}

const BOTH: Passage = Passage { forward: true, backward: true };
/// Not there yet, not there any more, or not for going along.
const NO_ROAD: [&str; 8] =
    ["construction", "proposed", "abandoned", "razed", "platform", "raceway", "elevator", "corridor"];
const MOTORWAY: [&str; 2] = ["motorway", "motorway_link"];
const FOR_CARS: [&str; 16] = [
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "busway",
];
const ALLOWED: [&str; 3] = ["yes", "designated", "permissive"];
const SHUT: [&str; 3] = ["no", "private", "customers"];
/// Barriers that a car does not get past, whatever their access tags leave open.
const NARROW: [&str; 9] = [
    "bollard",
    "block",
    "cycle_barrier",
    "motorcycle_barrier",
    "kissing_gate",
    "turnstile",
    "stile",
    "log",
    "jersey_barrier",
];

impl Profile {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Walk => 0,
            Self::Bicycle => 1,
            Self::Car => 2,
        }
    }
    pub(crate) fn from_number(n: u8) -> Option<Self> {
        [Self::Walk, Self::Bicycle, Self::Car].into_iter().find(|p| p.number() == n)
    }

    /// From the most special word to the most general one.
    const fn access_keys(self) -> &'static [&'static str] {
        match self {
            Self::Walk => &["foot"],
            Self::Bicycle => &["bicycle", "vehicle"],
            Self::Car => &["motorcar", "motor_vehicle", "vehicle"],
        }
    }

    /// What the tags say of these in particular: allowed, shut, or nothing.
    fn said(self, tags: &Tags) -> Option<bool> {
        let said = self.access_keys().iter().find_map(|key| tags.get(key))?;
        if ALLOWED.contains(&said) {
            return Some(true);
        }
        let shut = match self {
            Self::Walk => ["no", "private", "use_sidepath"].contains(&said),
            // To push a bicycle is to walk.
            Self::Bicycle => ["no", "private", "use_sidepath", "dismount"].contains(&said),
            Self::Car => SHUT.contains(&said),
        };
        shut.then_some(false)
    }

    pub(crate) fn passage(self, tags: &Tags) -> Option<Passage> {
        let said = self.said(tags);
        if said == Some(false) || (said.is_none() && tags.is("access", &SHUT)) {
            return None;
        }
        if tags.is("area", &["yes"]) {
            return None;
        }
        let Some(road) = tags.get("highway") else {
            // A ferry carries those whom it names.
            return (tags.is("route", &["ferry"]) && said == Some(true)).then_some(BOTH);
        };
        let usable = !NO_ROAD.contains(&road)
            && match self {
                Self::Walk => !MOTORWAY.contains(&road),
                Self::Bicycle => match road {
                    "footway" | "pedestrian" | "bridleway" => said == Some(true),
                    "steps" => false,
                    _ => !MOTORWAY.contains(&road),
                },
                Self::Car => FOR_CARS.contains(&road) && (road != "busway" || said == Some(true)),
            };
        usable.then(|| self.direction(road, tags))
    }

    fn direction(self, road: &str, tags: &Tags) -> Passage {
        let against =
            || tags.is("oneway:bicycle", &["no"]) || tags.get("cycleway").is_some_and(|c| c.starts_with("opposite"));
        if self == Self::Walk || (self == Self::Bicycle && against()) {
            return BOTH;
        }
        let by_itself = || tags.is("junction", &["roundabout", "circular"]) || road == "motorway";
        match tags.get("oneway") {
            Some("yes" | "1" | "true") => Passage { forward: true, backward: false },
            Some("-1" | "reverse") => Passage { forward: false, backward: true },
            None if by_itself() => Passage { forward: true, backward: false },
            _ => BOTH,
        }
    }

    /// Whether a node lets nobody past. People ask at a private gate and are let in, so on foot only a locked one or an
    /// explicit no stops; what lies behind has access tags of its own.
    pub(crate) fn stops(self, tags: &Tags) -> bool {
        let said = self.said(tags);
        if tags.get("barrier").is_none() {
            return said == Some(false) && tags.get("highway").is_none();
        }
        match (self, said) {
            (_, Some(allowed)) => !allowed,
            (Self::Walk, None) => tags.is("access", &["no"]) || tags.is("locked", &["yes"]),
            (Self::Bicycle, None) => {
                tags.is("access", &["no", "private"])
                    || tags.is("locked", &["yes"])
                    || tags.is("barrier", &["turnstile", "stile"])
            }
            (Self::Car, None) => {
                tags.is("access", &["no", "private"])
                    || tags.is("locked", &["yes"])
                    || tags.get("barrier").is_some_and(|b| NARROW.contains(&b))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(profile: Profile, tags: &[(&str, &str)]) -> &'static str {
        match profile.passage(&tags.iter().copied().collect()) {
            None => "no",
            Some(BOTH) => "both",
            Some(Passage { forward: true, .. }) => "forward",
            Some(_) => "backward",
        }
    }

    #[test]
    fn who_may_go_where() {
        use Profile::{Bicycle, Car, Walk};
        let rows: &[(&[(&str, &str)], [&str; 3])] = &[
            (&[("highway", "residential")], ["both", "both", "both"]),
            (&[("highway", "residential"), ("oneway", "yes")], ["both", "forward", "forward"]),
            (&[("highway", "residential"), ("oneway", "-1")], ["both", "backward", "backward"]),
            (&[("highway", "residential"), ("oneway", "yes"), ("oneway:bicycle", "no")], ["both", "both", "forward"]),
            (&[("highway", "primary"), ("junction", "roundabout")], ["both", "forward", "forward"]),
            (&[("highway", "motorway")], ["no", "no", "forward"]),
            (&[("highway", "motorway_link"), ("foot", "yes")], ["no", "no", "both"]),
            (&[("highway", "steps")], ["both", "no", "no"]),
            (&[("highway", "footway")], ["both", "no", "no"]),
            (&[("highway", "footway"), ("bicycle", "designated")], ["both", "both", "no"]),
            (&[("highway", "cycleway")], ["both", "both", "no"]),
            (&[("highway", "cycleway"), ("foot", "no")], ["no", "both", "no"]),
            (&[("highway", "primary"), ("foot", "use_sidepath")], ["no", "both", "both"]),
            (&[("highway", "service"), ("access", "private")], ["no", "no", "no"]),
            (&[("highway", "service"), ("access", "customers")], ["no", "no", "no"]),
            (&[("highway", "service"), ("access", "private"), ("foot", "permissive")], ["both", "no", "no"]),
            (&[("highway", "service"), ("access", "private"), ("foot", "private")], ["no", "no", "no"]),
            (&[("highway", "service"), ("access", "destination")], ["both", "both", "both"]),
            (&[("highway", "residential"), ("motor_vehicle", "no")], ["both", "both", "no"]),
            (&[("highway", "residential"), ("vehicle", "no"), ("bicycle", "yes")], ["both", "both", "no"]),
            (&[("highway", "construction"), ("foot", "yes")], ["no", "no", "no"]),
            (&[("highway", "platform")], ["no", "no", "no"]),
            (&[("highway", "elevator")], ["no", "no", "no"]),
            (&[("highway", "pedestrian"), ("area", "yes")], ["no", "no", "no"]),
            (
                &[("route", "ferry"), ("foot", "yes"), ("bicycle", "yes"), ("motor_vehicle", "no")],
                ["both", "both", "no"],
            ),
            (&[("route", "ferry")], ["no", "no", "no"]),
            (&[("waterway", "canal"), ("foot", "yes")], ["no", "no", "no"]),
        ];
        for (tags, expected) in rows {
            assert_eq!([Walk, Bicycle, Car].map(|p| can(p, tags)), *expected, "{tags:?}");
        }
    }

    #[test]
    fn what_stops_whom() {
        use Profile::{Bicycle, Car, Walk};
        let rows: &[(&[(&str, &str)], [bool; 3])] = &[
            (&[("barrier", "gate")], [false, false, false]),
            (&[("barrier", "gate"), ("access", "private")], [false, true, true]),
            (&[("barrier", "gate"), ("access", "no")], [true, true, true]),
            (&[("barrier", "gate"), ("access", "no"), ("foot", "yes")], [false, true, true]),
            (&[("barrier", "gate"), ("locked", "yes")], [true, true, true]),
            (&[("barrier", "gate"), ("foot", "no")], [true, false, false]),
            (&[("barrier", "bollard")], [false, false, true]),
            (&[("barrier", "bollard"), ("motor_vehicle", "yes")], [false, false, false]),
            (&[("highway", "crossing"), ("foot", "no")], [false, false, false]),
            (&[("amenity", "toilets"), ("access", "customers")], [false, false, false]),
        ];
        for (tags, expected) in rows {
            let tags: Tags = tags.iter().copied().collect();
            assert_eq!([Walk, Bicycle, Car].map(|p| p.stops(&tags)), *expected, "{tags:?}");
        }
    }
}

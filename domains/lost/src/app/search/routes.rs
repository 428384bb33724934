//! From what the engine plans to what is given out: routes cut into stretches that can be ticked off, reasons as keys.

use crate::model::search::{Leg, Route, Spot, Spotted, TeamId, Why};
use kernel::Point;
use seek::{Assignment, FirstLook, Look, PlaceKind, Reason, Terrain};

/// A stretch to be searched is no longer than this, so that a tick says something.
const LONGEST_M: f64 = 250.0;
/// What is shorter and has no name belongs to the stretch before it: crossings, ends of lanes.
const SHORT_M: f64 = 40.0;
/// So near a route something is looked at on the way.
const BESIDE_M: f64 = 80.0;

pub(super) fn route(terrain: &Terrain, team: TeamId, a: &Assignment, looks: &[FirstLook]) -> Route {
    let legs = legs(terrain, a);
    let on_it = |look: &&FirstLook| look.due && legs.iter().any(|leg| leg.look && beside(leg, look.at));
    let spots = looks
        .iter()
        .filter(on_it)
        .filter_map(|l| Some(Spotted { at: l.at, kind: seen_from_outside(l.kind)?.to_owned() }));
    Route {
        team,
        minutes: a.minutes,
        metres: a.metres,
        pos: a.pos,
        pod: a.pod,
        looks: spots.collect(),
        why: a.why.iter().map(why).collect(),
        legs,
    }
}

/// What a team is told of a place. The home is looked at by the post.
const fn seen_from_outside(look: Look) -> Option<&'static str> {
    match look {
        Look::Water => Some("water"),
        Look::BusStop => Some("bus-stop"),
        Look::DeadEnd => Some("dead-end"),
        Look::OldHome | Look::Haunt | Look::FoundBefore | Look::Work => Some("place"),
        Look::Home => None,
    }
}

fn legs(terrain: &Terrain, a: &Assignment) -> Vec<Leg> {
    let mut out: Vec<Leg> = Vec::new();
    for (n, (pair, ends)) in a.route.windows(2).zip(a.line.windows(2)).enumerate() {
        let ([from, to], [start, end]) = (pair, ends) else { continue };
        let (street, look) = (terrain.street(*from, *to).map(str::to_owned), n >= a.search_from);
        let metres = apart_m(*start, *end);
        let goes_on =
            |leg: &&mut Leg| leg.street == street && leg.look == look && (!look || leg.metres + metres <= LONGEST_M);
        match out.last_mut().filter(goes_on) {
            Some(leg) => {
                leg.nodes.push(*to);
                leg.line.push(rounded(*end));
                leg.metres += metres;
            }
            None => out.push(Leg {
                nodes: vec![*from, *to],
                line: vec![rounded(*start), rounded(*end)],
                street,
                look,
                metres,
            }),
        }
    }
    let mut joined: Vec<Leg> = Vec::new();
    for leg in out {
        let short = leg.metres < SHORT_M && leg.street.is_none();
        match joined.last_mut().filter(|before| short && before.look == leg.look) {
            Some(before) => {
                before.nodes.extend(leg.nodes.iter().skip(1));
                before.line.extend(leg.line.iter().skip(1));
                before.metres += leg.metres;
            }
            None => joined.push(leg),
        }
    }
    joined
}

/// To a decimetre.
pub(super) fn rounded(at: Spot) -> Spot {
    at.map(|v| (v * 1e6).round() / 1e6)
}

pub(super) fn apart_m(a: Spot, b: Spot) -> f64 {
    let point = |s: Spot| Point::new(s[0], s[1]).ok();
    point(a).zip(point(b)).map_or(0.0, |(a, b)| a.distance_m(b))
}

fn beside(leg: &Leg, at: Spot) -> bool {
    leg.line.iter().any(|p| apart_m(*p, at) < BESIDE_M)
}

pub(super) const fn look_key(look: Look) -> &'static str {
    match look {
        Look::Water => "water",
        Look::OldHome => "former-home",
        Look::Home => "home",
        Look::Haunt => "haunt",
        Look::FoundBefore => "found-before",
        Look::Work => "work",
        Look::BusStop => "bus-stop",
        Look::DeadEnd => "dead-end",
    }
}

const fn place_key(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Home => "home",
        PlaceKind::FormerHome => "former-home",
        PlaceKind::Work => "work",
        PlaceKind::Haunt => "haunt",
        PlaceKind::FoundBefore => "found-before",
    }
}

fn why(reason: &Reason) -> Why {
    let mut out = Why { key: reason.key().to_owned(), minutes: None, metres: None, what: None };
    match *reason {
        Reason::Near { metres } => out.metres = Some(metres),
        Reason::NotYetChecked => {}
        Reason::Again { minutes } => out.minutes = Some(minutes),
        Reason::Sighting { minutes, metres } | Reason::Fix { minutes, metres } => {
            (out.minutes, out.metres) = (Some(minutes), Some(metres));
        }
        Reason::Towards { kind } => out.what = Some(place_key(kind).to_owned()),
        Reason::First { look } => out.what = Some(look_key(look).to_owned()),
        Reason::MostProbable { share } => out.what = Some(format!("{:.1}", share * 100.0)),
    }
    out
}

//! Reasons in English, as the command prints them; pages put the same keys and values into their own texts.

use seek::{FirstLook, Look, PlaceKind, Reason};

pub(super) fn look(look: Look) -> &'static str {
    match look {
        Look::Water => "water",
        Look::OldHome => "old home",
        Look::Home => "home",
        Look::Haunt => "haunt",
        Look::FoundBefore => "found before",
        Look::Work => "work",
        Look::BusStop => "bus stop",
        Look::DeadEnd => "dead end",
    }
}

fn place(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Home => "home",
        PlaceKind::FormerHome => "the former home",
        PlaceKind::Work => "the former place of work",
        PlaceKind::Haunt => "a place they like to go to",
        PlaceKind::FoundBefore => "where they were found before",
    }
}

fn metres(m: f64) -> String {
    if m < 950.0 { format!("{:.0} m", (m / 50.0).ceil() * 50.0) } else { format!("{:.1} km", m / 1_000.0) }
}

fn minutes(m: f64) -> String {
    if m < 1.0 { "just now".to_owned() } else { format!("{m:.0} min ago") }
}

pub(super) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Near { metres: m } => format!("near: mostly within {} of where they were last seen", metres(*m)),
        Reason::NotYetChecked => "not yet checked".to_owned(),
        Reason::Again { minutes: m } => {
            format!("checked before, last {}: once more, since they move and looking misses some", minutes(*m))
        }
        Reason::Sighting { minutes: m, metres: far } => {
            format!("matches the sighting of {}, about {} from it", minutes(*m), metres(*far))
        }
        Reason::Fix { minutes: m, metres: far } => {
            format!("matches the locator's position of {}, about {} from it", minutes(*m), metres(*far))
        }
        Reason::Towards { kind } => format!("passes {}", place(*kind)),
        Reason::First { look: Look::Water } => "beside water, which is looked at first".to_owned(),
        Reason::First { look: kind } => format!("passes a {}, which is looked at early", look(*kind)),
        Reason::MostProbable { share } => {
            format!("the most that can be reached in the time: {:.1} % of all probability lies on it", share * 100.0)
        }
    }
}

pub(super) fn why_first(l: &FirstLook) -> String {
    let what = match l.kind {
        Look::Water => "water close by: most who come to harm are found in or beside it",
        Look::OldHome => "they lived here: many go back",
        Look::Home => "their home: some come back by themselves",
        Look::Haunt => "they like to come here",
        Look::FoundBefore => "they were found here before",
        Look::Work => "they worked here",
        Look::BusStop => "from here they may have gone far: ask drivers and those who wait",
        Look::DeadEnd => "a dead end: people get stuck in them",
    };
    let checked = match l.looked {
        None => "not yet checked".to_owned(),
        Some(ago) if l.due => format!("checked {}: time to look again", minutes(ago)),
        Some(ago) => format!("checked {}", minutes(ago)),
    };
    format!("{what}; {} from where they were last seen; {checked}", metres(l.metres))
}

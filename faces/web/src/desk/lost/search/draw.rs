//! What the map of a search draws, as GeoJSON. Each feature says in `role` what it is; colours and strokes are the script's.

use super::view::{per_cent, streets};
use crate::{Page, fmt};
use lost::app::search::{Board, Log};
use lost::model::search::{Leg, Spot, Step, TeamState};
use serde_json::{Value, json};

fn feature(geometry: Value, properties: Value) -> Value {
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
}
fn point(at: Spot, properties: Value) -> Value {
    feature(json!({ "type": "Point", "coordinates": at }), properties)
}
fn line(points: &[Spot], properties: Value) -> Value {
    feature(json!({ "type": "LineString", "coordinates": points }), properties)
}

/// The stretches of a route with what is wanted of them, in one line.
fn joined(legs: &[&Leg]) -> Vec<Vec<Spot>> {
    let mut out: Vec<Vec<Spot>> = Vec::new();
    for leg in legs {
        match out.last_mut().filter(|line| line.last() == leg.line.first()) {
            Some(line) => line.extend(leg.line.iter().skip(1)),
            None => out.push(leg.line.clone()),
        }
    }
    out
}

pub(super) fn collection(page: &Page, log: &Log, board: Option<&Board>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    let opening = log.standing.opening.as_ref();
    if let Some(board) = board {
        // The most probable lies on top.
        all.extend(board.shown.iter().rev().map(|s| line(&s.line, json!({ "role": "p", "band": s.band }))));
        if board.shown.is_empty()
            && let Some((_, _, o)) = opening
        {
            for (share, metres) in ["50 %", "75 %", "95 %"].into_iter().zip(board.rings_m) {
                all.push(point(o.last_seen, json!({ "role": "ring", "metres": metres, "name": share })));
            }
        }
    }
    for team in &log.standing.teams {
        for task in &team.tasks {
            let of = |done: bool| {
                let legs = task.route.legs.iter().enumerate();
                legs.filter(|(n, leg)| task.done.contains(n) == done && (leg.look || !done))
                    .map(|(_, l)| l)
                    .collect::<Vec<_>>()
            };
            for points in joined(&of(true)) {
                all.push(line(&points, json!({ "role": "searched", "name": team.letter })));
            }
            if task.is_running() && !team.gone {
                let silent = team.state(log.now) == TeamState::Silent;
                let n = team_number(log, team.id);
                for points in joined(&of(false)) {
                    all.push(line(&points, json!({ "role": "route", "name": team.letter, "n": n, "silent": silent })));
                }
            }
        }
    }
    let proposals = board.iter().flat_map(|b| &b.proposals);
    for (n, p) in proposals.enumerate() {
        let legs: Vec<&Leg> = p.route.legs.iter().collect();
        for points in joined(&legs) {
            let words = format!("{} · {}", p.letter, streets(page, &p.route.legs));
            let role = if p.made_up { "made-up" } else { "proposal" };
            all.push(line(&points, json!({ "role": role, "name": p.letter, "n": n, "title": words })));
        }
    }
    let looks = board.iter().flat_map(|b| &b.looks);
    for look in looks {
        let title = page.tk("search-look-", look.kind);
        all.push(point(look.at, json!({ "role": "look", "kind": look.kind, "due": look.due, "title": title })));
    }
    if let Some((nth, _, o)) = opening {
        for l in log.lines.iter().filter(|l| l.nth > *nth) {
            let (at, metres, role) = match &l.step {
                Step::Sighting { at, accuracy_m, .. } => (*at, *accuracy_m, "sighting"),
                Step::Found { at: Some(at), .. } => (*at, 0.0, "found"),
                _ => continue,
            };
            let title = format!("{} {}", page.tk("search-step-", l.step.code()), fmt::clock(l.at));
            if metres > 0.0 {
                all.push(point(at, json!({ "role": "accuracy", "metres": metres })));
            }
            all.push(point(at, json!({ "role": role, "title": title, "name": fmt::clock(l.at) })));
        }
        for fix in &log.fixes {
            let (at, clock) = ([fix.place.lon(), fix.place.lat()], fmt::clock(fix.at));
            let title = format!("{} {clock}", page.t("search-step-fix"));
            all.push(point(at, json!({ "role": "accuracy", "metres": fix.accuracy_m })));
            all.push(point(at, json!({ "role": "fix", "title": title, "name": clock })));
        }
        for (_, at, place) in log.seen.iter().filter(|s| s.1 > o.seen_at) {
            let title = format!("{} {}", page.t("search-step-case"), fmt::clock(*at));
            let properties = json!({ "role": "sighting", "title": title, "name": fmt::clock(*at) });
            all.push(point([place.lon(), place.lat()], properties));
        }
        all.push(point(
            o.last_seen,
            json!({ "role": "last-seen", "title": page.t("search-last-seen"), "name": page.t("search-last-seen") }),
        ));
    }
    for team in log.standing.here() {
        if let Some(at) = team.at {
            let (_, _, state) = super::view::tag(page, team.state(log.now));
            let title = format!("{} {} · {state}", team.letter, team.name);
            all.push(point(at, json!({ "role": "team", "name": team.letter, "title": title })));
        }
    }
    for (name, p, at) in board.iter().flat_map(|b| &b.named).take(5) {
        all.push(point(*at, json!({ "role": "street", "title": format!("{name} · {}", per_cent(page, *p)) })));
    }
    json!({ "type": "FeatureCollection", "features": all })
}

fn team_number(log: &Log, id: lost::model::search::TeamId) -> usize {
    log.standing.teams.iter().position(|t| t.id == id).unwrap_or(0)
}

//! Lines that go out. Numbers are rounded to what they can say; probabilities of a map keep every digit, so that they sum to 1.

use super::words;
use seek::{Assignment, FirstLook, Map, Mode, Plan, Search};
use serde_json::{Value, json};

pub(super) fn fine() -> Value {
    json!({ "ok": true })
}

pub(super) fn error(detail: &str) -> Value {
    json!({ "error": { "detail": detail } })
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

pub(super) fn plan(plan: &Plan, search: &Search) -> Value {
    let [half, most, nearly_all] = plan.areas_km2.map(|a| rounded(a, 2));
    let pod = |mode| rounded(search.pod(mode), 3);
    json!({ "plan": {
        "assignments": plan.assignments.iter().map(assignment).collect::<Vec<_>>(),
        "areas_km2": { "50": half, "75": most, "95": nearly_all },
        "rest_of_world": plan.rest_of_world,
        "first_look": plan.first_look.iter().map(first_look).collect::<Vec<_>>(),
        "pod": { "foot": pod(Mode::Foot), "bicycle": pod(Mode::Bicycle), "car": pod(Mode::Car), "source": search.profile().looking.source },
        "profile": { "name": search.profile().name, "source": search.profile().law.source },
    }})
}

fn assignment(a: &Assignment) -> Value {
    json!({
        "team": a.team,
        "route": a.route,
        "search_from": a.search_from,
        "minutes": rounded(a.minutes, 2),
        "metres": a.metres.round(),
        "pos": rounded(a.pos, 6),
        "pod": rounded(a.pod, 3),
        "why": a.why.iter().map(words::reason).collect::<Vec<_>>(),
    })
}

fn first_look(look: &FirstLook) -> Value {
    let [lon, lat] = look.at;
    json!({ "lat": rounded(lat, 6), "lon": rounded(lon, 6), "kind": words::look(look.kind), "due": look.due, "why": words::why_first(look) })
}

pub(super) fn map(map: &Map) -> Value {
    let rows: Vec<Value> = map.rows.iter().map(|r| json!({ "nodes": r.nodes, "p": r.p })).collect();
    let density = map.cells.iter().map(|c| {
        let [lon, lat] = c.at;
        json!({ "lat": rounded(lat, 6), "lon": rounded(lon, 6), "p_per_km2": c.p_per_km2 })
    });
    json!({ "map": rows, "density": density.collect::<Vec<_>>(), "rest_of_world": map.rest_of_world })
}

//! Where a locator is and was, in words and as what a map draws: the same for the family and for responders. Everything here is
//! WGS-84; nothing of it is ever put into an address or a log.

use crate::{Fail, Page, fmt};
use kernel::{Moment, Point};
use locators::app::devices::Worn;
use locators::model::{Drawn, Fix, Rules};
use places::Snapshot;
use serde_json::{Value, json};

impl From<locators::Error> for Fail {
    fn from(error: locators::Error) -> Self {
        match error {
            locators::Error::Store(e) => e.into(),
            locators::Error::Denied(denied) => denied.into(),
            locators::Error::People(e) => e.into(),
            locators::Error::Care(e) => e.into(),
            locators::Error::Lost(e) => e.into(),
            locators::Error::Places(why) => Self::Internal(why),
            locators::Error::Stale { seen, current } => Self::Stale { yours: seen, now: current },
            locators::Error::Invalid { field, why } => Self::invalid(field, format!("loc-wrong-{why}")),
            locators::Error::Refused(why) => Self::Refused(format!("rule-locator-{why}").into()),
        }
    }
}

/// A position as it is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub at: Moment,
    pub point: Point,
    /// Metres within which the locator believes to be.
    pub accuracy_m: Option<f64>,
}

impl From<&Fix> for Spot {
    fn from(fix: &Fix) -> Self {
        Self { at: fix.at, point: fix.point, accuracy_m: fix.accuracy_m.map(f64::from) }
    }
}

/// Metres as people say them: no finer than they are known.
pub(crate) fn metres(page: &Page, m: f64) -> String {
    let m = m.max(1.0);
    if m >= 1_000.0 {
        return page.t1("whereabouts-km", "km", format!("{:.1}", m / 1_000.0));
    }
    let step = if m < 100.0 { 10.0 } else { 50.0 };
    page.t1("whereabouts-m", "n", ((m / step).ceil() * step) as i64)
}

/// "12 分钟前（14:05），青禾街附近，误差约 30 米".
pub(crate) fn here(page: &Page, spot: &Spot, place: Option<&str>) -> String {
    let mut args = vec![("ago", page.ago(spot.at))];
    let key = match (place, spot.accuracy_m) {
        (Some(_), Some(_)) => "whereabouts-here",
        (Some(_), None) => "whereabouts-here-about",
        (None, Some(_)) => "whereabouts-nowhere",
        (None, None) => "whereabouts-nowhere-about",
    };
    args.extend(place.map(|p| ("place", p.to_owned())));
    args.extend(spot.accuracy_m.map(|m| ("m", metres(page, m))));
    page.loc.args(key, &args)
}

/// Last word and battery of a device; its name stands before when there are several.
pub(crate) fn facts(page: &Page, d: &Worn, named: bool, rules: &Rules) -> Vec<(String, String, bool)> {
    let of = |key: &str| if named { format!("{} · {}", d.name, page.t(key)) } else { page.t(key) };
    let silent = d.heard_at.is_some_and(|at| at < page.now.plus_minutes(-rules.silence_minutes));
    let heard = match d.heard_at {
        None => page.t("loc-state-unheard"),
        Some(at) if silent => page.t1("loc-silent", "ago", page.ago(at)),
        Some(at) => page.ago(at),
    };
    let mut out = vec![(of("loc-fact-heard"), heard, silent)];
    if let Some(percent) = d.battery {
        let charging = d.charging == Some(true);
        let low = i64::from(percent) <= rules.low_pct && !charging;
        let key = if charging {
            "loc-battery-charging"
        } else if low {
            "loc-battery-low"
        } else {
            "loc-battery"
        };
        out.push((of("loc-fact-battery"), page.t1(key, "n", percent), low));
    }
    out
}

/// Lines of a day, on a phone.
const LINES: usize = 12;

/// The day in lines, beside the map: from when until when in which neighbourhood. The latest first, at most twelve.
pub(crate) fn day(page: &Page, ground: &Snapshot, path: &[Spot]) -> Vec<String> {
    let mut lines: Vec<(Moment, Moment, String)> = Vec::new();
    for spot in path {
        let area = ground.locate(spot.point).ok().and_then(|l| l.smallest()).and_then(|id| ground.area(id));
        let name = area.map_or_else(|| page.t("whereabouts-outside"), |a| a.called(page.look.lang).to_owned());
        match lines.last_mut() {
            Some((_, until, last)) if *last == name => *until = spot.at,
            _ => lines.push((spot.at, spot.at, name)),
        }
    }
    let line = |(from, until, name): &(Moment, Moment, String)| {
        let (from, until) = (fmt::clock(*from), fmt::clock(*until));
        let when = if from == until { from } else { format!("{from}–{until}") };
        page.t2("whereabouts-line", "when", when, "place", name)
    };
    lines.iter().rev().take(LINES).map(line).collect()
}

/// As many points of a path as a page carries.
const POINTS: usize = 240;
/// Metres that two points of a drawn path lie apart at least.
const APART: f64 = 12.0;

/// A path as it is drawn: without what lies on top of what is drawn already.
fn thinned(path: &[Spot]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for spot in path {
        if out.last().is_none_or(|last| last.distance_m(spot.point) >= APART) {
            out.push(spot.point);
        }
    }
    if let (Some(end), Some(last)) = (path.last(), out.last().copied())
        && end.point != last
    {
        out.push(end.point);
    }
    let step = out.len().div_ceil(POINTS).max(1);
    let end = out.last().copied();
    let mut thin: Vec<Point> = out.into_iter().step_by(step).collect();
    if let Some(end) = end.filter(|end| thin.last() != Some(end)) {
        thin.push(end);
    }
    thin
}

/// A metre: finer is nothing that a locator knows.
fn degrees(point: Point) -> [f64; 2] {
    let round = |d: f64| (d * 1e5).round() / 1e5;
    [round(point.lon()), round(point.lat())]
}

fn feature(kind: &str, coordinates: Value, properties: Value) -> Value {
    json!({ "type": "Feature", "geometry": { "type": kind, "coordinates": coordinates }, "properties": properties })
}

fn fence(name: &str, drawn: &Drawn) -> Value {
    let round = |(lon, lat): &(f64, f64)| [(lon * 1e5).round() / 1e5, (lat * 1e5).round() / 1e5];
    let all = |points: &[(f64, f64)]| points.iter().map(round).collect::<Vec<_>>();
    match drawn {
        Drawn::Circle { lon, lat, radius_m } => {
            feature("Point", json!(round(&(*lon, *lat))), json!({ "role": "fence", "name": name, "metres": radius_m }))
        }
        Drawn::Polygon(ring) => {
            let mut ring = all(ring);
            ring.extend(ring.first().copied());
            feature("Polygon", json!([ring]), json!({ "role": "fence", "name": name }))
        }
        Drawn::Street { line, within_m } => {
            feature("LineString", json!(all(line)), json!({ "role": "fence", "name": name, "metres": within_m }))
        }
    }
}

/// What the map draws, as GeoJSON; empty when there is nothing.
pub(crate) fn drawing(page: &Page, now: Option<&Spot>, path: &[Spot], fences: &[(&str, &Drawn)]) -> String {
    let mut features: Vec<Value> = fences.iter().map(|(name, outline)| fence(name, outline)).collect();
    let line = thinned(path);
    if line.len() > 1 {
        let line: Vec<_> = line.into_iter().map(degrees).collect();
        features.push(feature("LineString", json!(line), json!({ "role": "path" })));
    }
    if let Some(spot) = now {
        let at = json!(degrees(spot.point));
        if let Some(metres) = spot.accuracy_m {
            features.push(feature("Point", at.clone(), json!({ "role": "accuracy", "metres": metres.round() })));
        }
        features.push(feature("Point", at, json!({ "role": "now", "name": page.ago(spot.at) })));
    }
    if features.is_empty() {
        return String::new();
    }
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Look;

    fn spot(page: &Page, minutes: i64, lon: f64, accuracy_m: Option<f64>) -> Spot {
        Spot { at: page.now.plus_minutes(-minutes), point: Point::new(lon, 30.9).expect("a point"), accuracy_m }
    }

    #[test]
    fn a_position_is_said_with_its_age_and_no_finer_than_it_is_known() {
        let zh = Page::sample(Look::default());
        let words = here(&zh, &spot(&zh, 12, 121.4, Some(26.4)), Some("青禾街"));
        assert_eq!(words, "12 分钟前 (13:56)，青禾街附近，误差约 30 米");
        let far = here(&zh, &spot(&zh, 12, 121.4, Some(1_460.0)), None);
        assert!(far.contains("误差约 1.5 公里"), "{far}");
        let en = Page::sample(Look { lang: kernel::Lang::En, ..Look::default() });
        let words = here(&en, &spot(&en, 12, 121.4, Some(130.0)), Some("Qinghe Street"));
        assert_eq!(words, "12 minutes ago (13:56), near Qinghe Street, give or take 150 m");
    }

    #[test]
    fn a_day_of_fixes_stays_small_and_ends_where_they_end() {
        let page = Page::sample(Look::default());
        let path: Vec<Spot> =
            (0..1_440).map(|n| spot(&page, 1_440 - n, 121.4 + f64::from(n as i32) * 2e-4, None)).collect();
        let text = drawing(&page, path.last(), &path, &[]);
        assert!(text.len() < 12_000, "{}", text.len());
        let drawn: Value = serde_json::from_str(&text).expect("JSON");
        let line = drawn.pointer("/features/0/geometry/coordinates").and_then(Value::as_array).expect("a line");
        let end = degrees(path.last().expect("a last").point);
        assert_eq!(line.last().expect("an end"), &json!(end));
        assert_eq!(drawing(&page, None, &[], &[]), "");
    }
}

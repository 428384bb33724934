//! The district as a drawing, to look at what the generator made (`cargo run -p demo --example map > map.svg`).

use crate::ground::{AreaKind, Ground, LonLat, WayKind};
use std::fmt::Write as _;

/// Draws the part of the plan inside the box `[west, south, east, north]`, `width` pixels wide.
pub fn draw(ground: &Ground, [west, south, east, north]: [f64; 4], width: f64) -> String {
    let scale = width / (east - west);
    let tall = 110_858.0 / 95_613.0;
    let height = (north - south) * scale * tall;
    let point = |p: &LonLat| ((p[0] - west) * scale, (north - p[1]) * scale * tall);
    let metre = scale / 95_613.0;
    let path = |points: &[LonLat]| {
        let mut d = String::new();
        for (k, p) in points.iter().enumerate() {
            let (x, y) = point(p);
            let _ = write!(d, "{}{x:.1} {y:.1}", if k == 0 { 'M' } else { 'L' });
        }
        d
    };
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0}' height='{height:.0}'><rect width='100%' height='100%' fill='#d8e3e6'/>"
    );
    let hue = |n: usize| (n * 67) % 360;
    let close = metre > 0.1;
    for (n, area) in ground.areas.all.iter().enumerate().filter(|(_, a)| a.kind == AreaKind::Town) {
        let fill = if close { "#f6f3ea".to_owned() } else { format!("hsl({} 45% 88%)", hue(n)) };
        let _ = write!(out, "<path d='{}Z' fill='{fill}' stroke='none'/>", path(&area.ring));
    }
    for (reach, line) in ground.water.reaches.iter().zip(&ground.water.paths) {
        let _ = write!(
            out,
            "<path d='{}' fill='none' stroke='#8fb8cf' stroke-width='{:.2}'/>",
            path(line),
            (reach.width as f64 * metre).max(0.6)
        );
    }
    for way in &ground.streets.ways {
        let (colour, metres) = match way.kind {
            WayKind::Primary => ("#e0a25a", 26.0),
            WayKind::Secondary => ("#e6c27c", 20.0),
            WayKind::Tertiary => ("#cdbb92", 14.0),
            WayKind::Residential | WayKind::Unclassified => ("#b9b3a4", 9.0),
            WayKind::Pedestrian => ("#a8604e", 6.0),
            WayKind::LivingStreet | WayKind::Service => ("#c9c4b8", 5.0),
        };
        let nodes: Vec<LonLat> = way.nodes.iter().filter_map(|n| ground.streets.nodes.get(*n)).map(|n| n.at).collect();
        let _ = write!(
            out,
            "<path d='{}' fill='none' stroke='{}' stroke-width='{:.2}'/>",
            path(&nodes),
            if way.bridge { "#333" } else { colour },
            (metres * metre).max(0.35)
        );
    }
    for (kind, colour, px) in [
        (AreaKind::Grid, "#7a6a", 0.25),
        (AreaKind::Community, "#5658", 0.6),
        (AreaKind::Police, "#2458b0", 1.2),
        (AreaKind::Town, "#802020", 1.8),
    ] {
        for area in ground.areas.all.iter().filter(|a| a.kind == kind) {
            let _ = write!(out, "<path d='{}Z' fill='none' stroke='{colour}' stroke-width='{px}'/>", path(&area.ring));
            let (x, y) = point(&area.centre);
            let size = match kind {
                AreaKind::Town => 15.0,
                AreaKind::Community if close => 11.0,
                _ => continue,
            };
            let _ = write!(
                out,
                "<text x='{x:.0}' y='{y:.0}' font-size='{size}' text-anchor='middle' font-family='Noto Sans CJK SC'>{}</text>",
                area.name
            );
        }
    }
    out.push_str("</svg>");
    out
}

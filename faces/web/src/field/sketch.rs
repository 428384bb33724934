//! The route as a drawing: inline SVG, so that it lies in the pack and needs neither tiles nor a script. North is up.

use super::view::{LookView, Row};
use std::fmt::Write as _;

const WIDE: f64 = 360.0;
const HIGH: f64 = 420.0;
const RIM: f64 = 18.0;
/// A route shorter than this many metres is not blown up further.
const LEAST_M: f64 = 120.0;

/// Places on paper for longitudes and latitudes.
pub(super) struct Paper {
    west: f64,
    north: f64,
    across: f64,
    /// Units of the drawing for a degree north.
    scale: f64,
    left: f64,
    top: f64,
    high: f64,
}

impl Paper {
    pub(super) fn of(points: &[[f64; 2]]) -> Option<Self> {
        let first = points.first()?;
        let [mut west, mut south] = *first;
        let [mut east, mut north] = *first;
        for [lon, lat] in points {
            (west, east) = (west.min(*lon), east.max(*lon));
            (south, north) = (south.min(*lat), north.max(*lat));
        }
        let across = f64::midpoint(south, north).to_radians().cos();
        let least = LEAST_M / 111_195.0;
        let (wide, tall) = (((east - west) * across).max(least), (north - south).max(least));
        let scale = ((WIDE - 2.0 * RIM) / wide).min((HIGH - 2.0 * RIM) / tall);
        let high = (tall * scale + 2.0 * RIM).clamp(120.0, HIGH);
        let left = (WIDE - (east - west) * across * scale) / 2.0;
        let top = (high - (north - south) * scale) / 2.0;
        Some(Self { west, north, across, scale, left, top, high })
    }
    pub(super) fn at(&self, [lon, lat]: [f64; 2]) -> (f64, f64) {
        (self.left + (lon - self.west) * self.across * self.scale, self.top + (self.north - lat) * self.scale)
    }
    /// Does this lie on the paper?
    pub(super) fn shows(&self, (x, y): (f64, f64)) -> bool {
        (0.0..=WIDE).contains(&x) && (0.0..=self.high).contains(&y)
    }
    /// An empty drawing, to be filled and closed.
    pub(super) fn begin(&self, label: &str) -> String {
        let label: String = label.chars().filter(|c| !matches!(c, '"' | '<' | '>' | '&')).collect();
        format!(
            "<svg class=\"sketch\" viewBox=\"0 0 {WIDE} {:.0}\" role=\"img\" aria-label=\"{label}\" focusable=\"false\">",
            self.high
        )
    }
    pub(super) fn line(&self, out: &mut String, class: &str, line: &[[f64; 2]]) {
        let _ = write!(out, "<polyline class=\"{class}\" points=\"");
        for point in line {
            let (x, y) = self.at(*point);
            let _ = write!(out, "{x:.1},{y:.1} ");
        }
        out.push_str("\"/>");
    }
}

/// Nothing for a task without a route.
pub(super) fn svg(rows: &[Row], looks: &[LookView], label: &str) -> Option<String> {
    let points: Vec<[f64; 2]> = rows.iter().flat_map(|r| r.line.iter().copied()).collect();
    let paper = Paper::of(&points)?;
    let mut out = paper.begin(label);
    for row in rows {
        let class = match (row.searched, row.done) {
            (false, _) => "way",
            (true, true) => "done",
            (true, false) => "look",
        };
        paper.line(&mut out, class, &row.line);
    }
    for look in looks {
        let (x, y) = paper.at(look.at);
        if paper.shows((x, y)) {
            let _ = write!(
                out,
                "<rect class=\"first\" x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\"/>",
                x - 6.0,
                y - 6.0
            );
        }
    }
    numbers(&mut out, rows, &paper);
    out.push_str("</svg>");
    Some(out)
}

/// Each street has the number of its row, where the drawing has room for it.
fn numbers(out: &mut String, rows: &[Row], paper: &Paper) {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (n, row) in rows.iter().enumerate().filter(|(_, r)| r.searched) {
        let (x, y) = paper.at([row.middle.0, row.middle.1]);
        if taken.iter().any(|(a, b)| (a - x).hypot(b - y) < 19.0) {
            continue;
        }
        taken.push((x, y));
        let _ = write!(
            out,
            "<circle class=\"stop\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\"/><text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            n + 1
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn row(line: Vec<[f64; 2]>, searched: bool) -> Row {
        let middle = super::super::view::middle(&line);
        Row {
            key: "k".into(),
            street: None,
            metres: 100,
            searched,
            done: false,
            heading: "n",
            middle,
            reach_m: 50.0,
            line,
        }
    }

    #[test]
    fn a_route_is_drawn_inside_its_frame_and_its_label_cannot_break_out() {
        let rows =
            [row(vec![[121.47, 30.9], [121.47, 30.905]], false), row(vec![[121.47, 30.905], [121.49, 30.905]], true)];
        let text = svg(&rows, &[], "a\"><b>").unwrap();
        assert!(
            text.contains("class=\"way\"") && text.contains("class=\"look\"") && text.contains(">2</text>"),
            "{text}"
        );
        assert!(text.contains("aria-label=\"ab\""), "{text}");
        for pair in text.split("points=\"").skip(1).flat_map(|p| p.split('"').next().unwrap().split_whitespace()) {
            let (x, y) = pair.split_once(',').unwrap();
            assert!((0.0..=WIDE).contains(&x.parse().unwrap()) && (0.0..=HIGH).contains(&y.parse().unwrap()), "{pair}");
        }
        assert!(svg(&[], &[], "").is_none());
        assert!(
            svg(&[row(vec![[121.47, 30.9]], true)], &[], "").is_some(),
            "a single point does not divide by nothing"
        );
    }
}

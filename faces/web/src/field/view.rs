//! A team's task as the page shows it.

use super::sketch;
use crate::{Page, fmt};
use kernel::Moment;
use lost::app::search::{RouteSegment, TeamTask};
use lost::model::Described;

/// What is looked for, where, and in which order.
pub(super) struct TaskView {
    pub team: String,
    /// A, B, C … as on the map of the desk.
    pub letter: String,
    /// End of the key `field-mode-…`.
    pub mode: &'static str,
    pub assigned: Option<Moment>,
    pub minutes: Option<i64>,
    /// Clothing and what else was said, in words.
    pub words: String,
    /// Sex, age, build and so on: what and value.
    pub described: Vec<(String, String)>,
    /// The number of the post, else of the duty desk.
    pub phone: String,
    pub looks: Vec<LookView>,
    pub rows: Vec<Row>,
    pub sketch: Option<String>,
    pub revision: u64,
}

/// Something to look at first.
pub(super) struct LookView {
    /// End of the key `field-look-…`.
    pub kind: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Number and name of the street of the route that it lies beside.
    pub beside: Option<(usize, Option<String>)>,
}

/// A street of the route, in walking order.
pub(super) struct Row {
    pub key: String,
    pub street: Option<String>,
    pub metres: i64,
    /// To be searched; else only the way there.
    pub searched: bool,
    pub done: bool,
    /// End of the key `field-way-…`: where one walks to.
    pub heading: &'static str,
    /// Its middle, and how far it reaches from there.
    pub middle: (f64, f64),
    pub reach_m: f64,
    pub line: Vec<[f64; 2]>,
}

impl Row {
    pub(super) fn name(&self, page: &Page) -> String {
        self.street.clone().unwrap_or_else(|| page.t("field-unnamed"))
    }
    /// Degrees, as the script reads them.
    pub(super) fn lat(&self) -> String {
        format!("{:.6}", self.middle.1)
    }
    pub(super) fn lon(&self) -> String {
        format!("{:.6}", self.middle.0)
    }
}

/// Farther from a street than this, in metres, something does not lie beside it.
const BESIDE_M: f64 = 90.0;

impl LookView {
    pub(super) fn of(kind: String, at: [f64; 2], rows: &[Row]) -> Self {
        let far = |row: &Row| row.line.iter().map(|p| apart(*p, at)).fold(apart(row.middle.into(), at), f64::min);
        let nearest = rows.iter().enumerate().map(|(n, row)| (far(row), n, row)).min_by(|a, b| a.0.total_cmp(&b.0));
        let beside = nearest.filter(|(metres, ..)| *metres <= BESIDE_M).map(|(_, n, row)| (n + 1, row.street.clone()));
        Self { kind, at, beside }
    }
    /// Where it lies, in words: the number is the one of the list.
    pub(super) fn place(&self, page: &Page) -> Option<String> {
        let (n, name) = self.beside.as_ref()?;
        let name = name.clone().unwrap_or_else(|| page.t("field-unnamed"));
        Some(page.t2("field-beside", "street", name, "n", n))
    }
    /// For the map app of the phone.
    pub(super) fn geo(&self) -> String {
        let [lon, lat] = self.at;
        format!("geo:{lat:.5},{lon:.5}")
    }
}

impl TaskView {
    /// Name of the page, also on the phone's own list.
    pub(super) fn title(&self, page: &Page) -> String {
        format!("{} · {}", page.t("field-title"), self.name(page))
    }
    /// The team by its letter and its name.
    pub(super) fn name(&self, page: &Page) -> String {
        page.t2("field-team", "letter", &self.letter, "name", &self.team)
    }
    /// Streets that nobody has ticked yet.
    pub(super) fn left(&self) -> usize {
        self.rows.iter().filter(|r| r.searched && !r.done).count()
    }
    /// End of the key `field-head-…`.
    pub(super) fn head(&self) -> &'static str {
        match (self.rows.is_empty(), self.left()) {
            (true, _) => "wait",
            (false, 0) => "walked",
            _ => "go",
        }
    }
    pub(super) fn sent_at(&self) -> Option<String> {
        self.assigned.map(fmt::clock)
    }
    /// The middle and reach of a street by its key.
    pub(super) fn spot(&self, key: &str) -> Option<(f64, f64, f64)> {
        self.rows.iter().find(|r| r.key == key).map(|r| (r.middle.0, r.middle.1, r.reach_m))
    }
    pub(super) fn of(page: &Page, task: TeamTask) -> Self {
        let rows: Vec<Row> = task.segments.into_iter().map(Row::of).collect();
        let look = |l: lost::app::search::FirstLook| LookView::of(l.kind, l.at, &rows);
        let looks: Vec<LookView> = task.first_looks.into_iter().map(look).collect();
        let minutes = task.minutes.map(|m| m.round() as i64);
        let phone = Some(task.post_phone).filter(|p| !p.is_empty()).unwrap_or_else(|| page.phone().to_owned());
        Self {
            team: task.team_name,
            letter: task.letter,
            mode: task.mode.code(),
            assigned: task.assigned_at,
            minutes,
            words: task.look_for.words,
            described: described(page, &task.look_for.described),
            phone,
            sketch: sketch::svg(&rows, &looks, &page.t("field-sketch")),
            looks,
            rows,
            revision: task.revision,
        }
    }
}

impl Row {
    fn of(s: RouteSegment) -> Self {
        let walked = length(&s.line);
        let metres = (s.metres / 10.0).round() as i64 * 10;
        Self {
            heading: heading(&s.line),
            middle: middle(&s.line),
            reach_m: (walked / 2.0).max(20.0).round(),
            key: s.key,
            street: s.street.filter(|name| !name.is_empty()),
            metres: metres.max(10),
            searched: s.from_search,
            done: s.done,
            line: s.line,
        }
    }
}

/// What was seen of the elder, in words; a surname is not among it.
fn described(page: &Page, d: &Described) -> Vec<(String, String)> {
    let word = |family: &str, code: &str| if code.is_empty() { String::new() } else { page.tk(family, code) };
    let all = [
        ("sex", word("lost-sex-", &d.sex)),
        ("age", d.age.map(|a| page.t1("lost-about-age", "n", a)).unwrap_or_default()),
        ("height", d.height_cm.map(|h| page.t1("lost-about-height", "n", h)).unwrap_or_default()),
        ("build", word("lost-build-", &d.build)),
        ("dialect", d.dialect.clone()),
        ("marks", d.marks.join(&page.t("list-comma"))),
    ];
    let said = all.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(field, value)| (page.tk("lost-field-", field), value)).collect()
}

/// Metres along a line of longitudes and latitudes; flat, for streets.
pub(super) fn length(line: &[[f64; 2]]) -> f64 {
    line.iter().zip(line.iter().skip(1)).map(|(a, b)| apart(*a, *b)).sum()
}

pub(super) fn apart([lon_a, lat_a]: [f64; 2], [lon_b, lat_b]: [f64; 2]) -> f64 {
    let up = (lat_b - lat_a) * 111_195.0;
    let across = (lon_b - lon_a) * 111_195.0 * lat_a.to_radians().cos();
    up.hypot(across)
}

/// Where a line leads, in eight directions; empty for one that goes nowhere.
pub(super) fn heading(line: &[[f64; 2]]) -> &'static str {
    const NAMES: [&str; 8] = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
    let (Some(a), Some(b)) = (line.first(), line.last()) else { return "" };
    if apart(*a, *b) < 8.0 {
        return "";
    }
    let across = (b[0] - a[0]) * a[1].to_radians().cos();
    let angle = across.atan2(b[1] - a[1]).to_degrees().rem_euclid(360.0);
    let n = (angle / 45.0).round() as usize % 8;
    NAMES.get(n).copied().unwrap_or_default()
}

/// The point half way along a line.
pub(super) fn middle(line: &[[f64; 2]]) -> (f64, f64) {
    let half = length(line) / 2.0;
    let mut walked = 0.0;
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        let step = apart(*a, *b);
        if walked + step >= half && step > 0.0 {
            let share = (half - walked) / step;
            return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share);
        }
        walked += step;
    }
    line.first().map_or((0.0, 0.0), |p| (p[0], p[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_has_a_length_a_middle_and_a_direction() {
        let east = [[121.47, 30.9], [121.471, 30.9], [121.473, 30.9]];
        let metres = length(&east);
        assert!((metres - 286.2).abs() < 1.0, "{metres}");
        assert_eq!(heading(&east), "e");
        let (lon, lat) = middle(&east);
        assert!((lon - 121.4715).abs() < 1e-9 && (lat - 30.9).abs() < 1e-9, "{lon} {lat}");
        assert_eq!(heading(&[[121.47, 30.9], [121.47, 30.91]]), "n");
        assert_eq!(heading(&[[121.47, 30.9], [121.46, 30.892]]), "sw");
        assert_eq!(heading(&[[121.47, 30.9], [121.47, 30.9]]), "", "around a block and back");
        assert_eq!(heading(&[]), "");
        assert_eq!(middle(&[]), (0.0, 0.0));
    }
}

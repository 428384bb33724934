//! The form of a fence: what was typed or drawn, and what it means.

use super::Problem;
use crate::Page;
use crate::public::find::{self, Places};
use crate::public::post::Posted;
use crate::whereabouts;
use askama::Template;
use kernel::Point;
use locators::model::{Drawn, Fence, Hours, Tells, When};

/// What was typed or drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub name: String,
    pub shape: String,
    pub place: String,
    pub lat: String,
    pub lon: String,
    /// `lon,lat lon,lat …`: corners of a face, or points of a line.
    pub points: String,
    pub metres: String,
    pub rule: String,
    pub hours: String,
    pub days: Vec<String>,
    pub from: String,
    pub to: String,
    /// Hours of every day at which nothing is told.
    pub except_from: String,
    pub except_to: String,
}

impl Typed {
    pub fn blank() -> Self {
        let word = str::to_owned;
        Self {
            shape: word("circle"),
            metres: word("200"),
            rule: word("leave"),
            hours: word("alone"),
            ..Self::default()
        }
    }
    pub fn read(posted: &Posted) -> Self {
        let (lat, lon) = if posted.get("go") == "unpin" { Default::default() } else { find::spot(posted) };
        Self {
            name: posted.get("name"),
            shape: posted.get("shape"),
            place: posted.get("place"),
            lat,
            lon,
            points: posted.get("points"),
            metres: posted.get("metres"),
            rule: posted.get("rule"),
            hours: posted.get("hours"),
            days: posted.list("days"),
            from: posted.get("from"),
            to: posted.get("to"),
            except_from: posted.get("except-from"),
            except_to: posted.get("except-to"),
        }
    }
}

#[derive(Template)]
#[template(path = "public/own/locator/fence.html")]
pub(super) struct FencePage {
    pub page: Page,
    pub code: String,
    /// `new`, or the id of a fence.
    pub fence: String,
    pub title: String,
    pub version: i64,
    pub t: Typed,
    pub centre: (f64, f64),
    pub found: Option<Places>,
    pub problems: Vec<Problem>,
}

impl FencePage {
    pub const fn shapes() -> &'static [&'static str] {
        &["circle", "face", "line"]
    }
    pub const fn rules() -> &'static [&'static str] {
        &["leave", "enter", "both", "stay"]
    }
    pub const fn hours() -> &'static [&'static str] {
        &["alone", "always", "own"]
    }
    pub fn distances() -> Vec<String> {
        ["50", "100", "200", "300", "500", "1000", "2000"].map(str::to_owned).to_vec()
    }
    fn said(&self, metres: &str) -> String {
        whereabouts::metres(&self.page, metres.parse().unwrap_or_default())
    }
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn times(&self) -> [(&'static str, &str); 2] {
        [("from", &self.t.from), ("to", &self.t.to)]
    }
    fn excepts(&self) -> [(&'static str, &str); 2] {
        [("except-from", &self.t.except_from), ("except-to", &self.t.except_to)]
    }
    fn has_day(&self, n: &u16) -> bool {
        self.t.days.iter().any(|d| *d == n.to_string())
    }
    const fn map_centre(&self) -> (f64, f64) {
        self.centre
    }
    const fn places(&self) -> Option<&Places> {
        self.found.as_ref()
    }
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    const fn find_field(&self) -> &'static str {
        "place"
    }
}

/// Why a drawing is none: where, and end of `loc-wrong-…`.
pub(super) type Wrong = (&'static str, &'static str);

/// Corners of a drawing; those of a browser are WGS-84 (R11).
fn points(text: &str) -> Option<Vec<Point>> {
    text.split_ascii_whitespace()
        .map(|pair| {
            let (lon, lat) = pair.split_once(',')?;
            find::point(lat, lon)
        })
        .collect()
}

/// Corners of a face, and points of a line: more is drawn by no hand.
const MOST: usize = 200;

/// What the form encloses.
///
/// # Errors
/// The field and why: no place yet, too few points, a distance that is not offered.
fn drawn(t: &Typed) -> Result<Drawn, Wrong> {
    let metres = || {
        let offered = FencePage::distances().contains(&t.metres);
        t.metres.parse().ok().filter(|_| offered).ok_or(("metres", "missing"))
    };
    let line = |least: usize| match points(&t.points) {
        Some(all) if all.len() < least => Err(("shape", "few")),
        Some(all) if all.len() <= MOST => Ok(all.iter().map(|p| (p.lon(), p.lat())).collect::<Vec<_>>()),
        _ => Err(("shape", "place")),
    };
    match t.shape.as_str() {
        "circle" => {
            let at = find::point(&t.lat, &t.lon).ok_or(("place", "place"))?;
            Ok(Drawn::Circle { lon: at.lon(), lat: at.lat(), radius_m: metres()? })
        }
        "face" => Ok(Drawn::Polygon(line(3)?)),
        "line" => Ok(Drawn::Street { line: line(2)?, within_m: metres()? }),
        _ => Err(("shape", "missing")),
    }
}

const EVERY_DAY: [u8; 7] = [0, 1, 2, 3, 4, 5, 6];
/// Minutes of staying that are told.
const STAY: u16 = 30;

fn hours(days: Vec<u8>, (from, to): (&str, &str), fields: (&'static str, &'static str)) -> Result<Hours, Wrong> {
    let from = minutes(from).ok_or((fields.0, "range"))?;
    let to = minutes(to).ok_or((fields.1, "range"))?;
    Ok(Hours { days, from, to })
}

/// What the form asks for.
///
/// # Errors
/// The field and why.
pub(super) fn fence(t: &Typed) -> Result<Fence, Wrong> {
    let tells = match t.rule.as_str() {
        "leave" => Tells { leaving: true, entering: false, staying_minutes: None },
        "enter" => Tells { leaving: false, entering: true, staying_minutes: None },
        "both" => Tells { leaving: true, entering: true, staying_minutes: None },
        "stay" => Tells { leaving: false, entering: false, staying_minutes: Some(STAY) },
        _ => return Err(("rule", "missing")),
    };
    let when = match t.hours.as_str() {
        "always" => When::Always,
        "alone" => When::Alone,
        "own" => {
            let days: Vec<u8> = t.days.iter().filter_map(|d| d.parse().ok()).collect();
            if days.is_empty() {
                return Err(("days", "missing"));
            }
            When::Hours(vec![hours(days, (&t.from, &t.to), ("from", "to"))?])
        }
        _ => return Err(("hours", "missing")),
    };
    let no_except = t.except_from.is_empty() && t.except_to.is_empty();
    let except = if no_except {
        Vec::new()
    } else {
        vec![hours(EVERY_DAY.to_vec(), (&t.except_from, &t.except_to), ("except-from", "except-to"))?]
    };
    if t.name.is_empty() {
        return Err(("name", "missing"));
    }
    Ok(Fence { name: t.name.clone(), drawn: drawn(t)?, tells, when, except })
}

fn rule_of(tells: Tells) -> &'static str {
    match (tells.leaving, tells.entering) {
        (true, true) => "both",
        (true, false) => "leave",
        (false, true) => "enter",
        (false, false) => "stay",
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Points as the form sends them.
pub(super) fn pairs(all: &[(f64, f64)]) -> String {
    all.iter().map(|(lon, lat)| format!("{lon:.6},{lat:.6}")).collect::<Vec<_>>().join(" ")
}

/// A fence as the form shows it again.
pub(super) fn typed(f: &Fence) -> Typed {
    let mut t = Typed { name: f.name.clone(), rule: rule_of(f.tells).to_owned(), ..Typed::blank() };
    let (shape, metres) = match &f.drawn {
        Drawn::Circle { lon, lat, radius_m } => {
            (t.lat, t.lon) = (format!("{lat:.6}"), format!("{lon:.6}"));
            ("circle", Some(*radius_m))
        }
        Drawn::Polygon(ring) => {
            t.points = pairs(ring);
            ("face", None)
        }
        Drawn::Street { line, within_m } => {
            t.points = pairs(line);
            ("line", Some(*within_m))
        }
    };
    shape.clone_into(&mut t.shape);
    t.metres = metres.map_or(t.metres, |m| format!("{m:.0}"));
    match &f.when {
        When::Always => t.hours = "always".into(),
        When::Alone => t.hours = "alone".into(),
        When::Hours(all) => {
            t.hours = "own".into();
            if let Some(h) = all.first() {
                t.days = h.days.iter().map(ToString::to_string).collect();
                (t.from, t.to) = (clock(h.from), clock(h.to));
            }
        }
    }
    if let Some(h) = f.except.first() {
        (t.except_from, t.except_to) = (clock(h.from), clock(h.to));
    }
    t
}

/// When it tells what, in one line.
pub(super) fn line(page: &Page, f: &Fence) -> String {
    let hours = match &f.when {
        When::Always => page.t("loc-hours-always"),
        When::Alone => page.t("loc-hours-alone"),
        When::Hours(all) => {
            let day = |d: &u8| page.tk("weekday-", u16::from(*d) + 1);
            let one = |h: &Hours| {
                let every = EVERY_DAY.iter().all(|d| h.days.contains(d));
                let days = h.days.iter().map(day).collect::<Vec<_>>().join(&page.t("list-comma"));
                let days = if every { page.t("loc-every-day") } else { days };
                format!("{days} {}–{}", clock(h.from), clock(h.to))
            };
            all.iter().map(one).collect::<Vec<_>>().join(&page.t("hours-and"))
        }
    };
    let line = page.t2("loc-fence-line", "rule", page.tk("loc-rule-", rule_of(f.tells)), "hours", hours);
    match f.except.first() {
        None => line,
        Some(h) => {
            page.loc.args("loc-fence-line-except", &[("line", line), ("from", clock(h.from)), ("to", clock(h.to))])
        }
    }
}

/// `09:00` as minutes of the day; `24:00` is its end.
pub(super) fn minutes(text: &str) -> Option<u16> {
    let text = kernel::text::narrow(text).replace('：', ":");
    let (h, m) = text.split_once(':')?;
    let (h, m): (u16, u16) = (h.trim().parse().ok()?, m.trim().parse().ok()?);
    (m < 60 && h * 60 + m <= 1_440).then_some(h * 60 + m)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drew(shape: &str, points: &str) -> Typed {
        Typed { shape: shape.into(), points: points.into(), ..Typed::blank() }
    }

    #[test]
    fn a_fence_is_what_was_drawn_and_nothing_half_drawn() {
        let at = |lat: &str, lon: &str| Typed { lat: lat.into(), lon: lon.into(), ..Typed::blank() };
        assert!(matches!(drawn(&at("30.91", "121.47")), Ok(Drawn::Circle { radius_m: 200.0, .. })));
        assert_eq!(drawn(&at("", "")), Err(("place", "place")));
        assert_eq!(drawn(&at("0", "0")), Err(("place", "place")));
        assert_eq!(drawn(&Typed { metres: "7".into(), ..at("30.91", "121.47") }), Err(("metres", "missing")));
        let corners = "121.47,30.91 121.48,30.91 121.48,30.92";
        assert!(matches!(drawn(&drew("face", corners)), Ok(Drawn::Polygon(all)) if all.len() == 3));
        assert!(matches!(drawn(&drew("line", corners)), Ok(Drawn::Street { within_m: 200.0, .. })));
        assert_eq!(drawn(&drew("face", "121.47,30.91 121.48,30.91")), Err(("shape", "few")));
        assert_eq!(drawn(&drew("line", "121.47;30.91")), Err(("shape", "place")));
        assert_eq!(drawn(&drew("star", corners)), Err(("shape", "missing")));
    }

    #[test]
    fn a_fence_that_is_opened_and_saved_again_is_the_same() {
        let own = Typed {
            name: "家".into(),
            hours: "own".into(),
            rule: "both".into(),
            days: vec!["0".into(), "4".into()],
            from: "09:00".into(),
            to: "18:00".into(),
            except_from: "09:00".into(),
            except_to: "10:00".into(),
            ..drew("face", "121.47,30.91 121.48,30.91 121.48,30.92")
        };
        let made = fence(&own).expect("a fence");
        assert_eq!(fence(&typed(&made)).expect("again"), made);
        let page = Page::sample(crate::Look::default());
        assert_eq!(line(&page, &made), "告诉您：走出去、走进来；星期一、星期五 09:00–18:00，09:00–10:00 除外");
        assert_eq!(fence(&Typed { days: vec![], ..own.clone() }), Err(("days", "missing")));
        assert_eq!(fence(&Typed { except_to: "x".into(), ..own }), Err(("except-to", "range")));
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        let read = ["09:00", "９：３０", "24:00", "25:00", "9"].map(minutes);
        assert_eq!(read, [Some(540), Some(570), Some(1_440), None, None]);
    }
}

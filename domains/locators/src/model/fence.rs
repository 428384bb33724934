//! Places that the family draws, and when leaving or entering one is told (L7).

use super::fix::Fix;
use care::model::schedule::{Home, Schedule};
use fence::Shape;
use geo::{Buffer as _, Coord, LineString};
use kernel::{Moment, Point, time};
use serde::{Deserialize, Serialize};

/// Metres of a circle's radius.
const RADIUS: std::ops::RangeInclusive<f64> = 30.0..=20_000.0;
/// Metres to both sides of a street.
const WITHIN: std::ops::RangeInclusive<f64> = 20.0..=1_000.0;
/// Points of an outline or of a street.
const MOST_POINTS: usize = 300;
/// Corners of the outline that a circle becomes: it lies inside by less than 0.1 % of the radius.
const CORNERS: u32 = 72;
/// Days that are looked ahead for the next hour in which a fence tells something.
const AHEAD_MINUTES: i64 = 8 * 1_440;

/// What was drawn. WGS-84, longitude first.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Drawn {
    Circle { lon: f64, lat: f64, radius_m: f64 },
    Polygon(Vec<(f64, f64)>),
    Street { line: Vec<(f64, f64)>, within_m: f64 },
}

/// Hours on some days of the week, on the wall clock of Shanghai.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// From 0, Monday, to 6: days on which they begin.
    pub days: Vec<u8>,
    /// Minutes after midnight.
    pub from: u16,
    /// Not included; at or before `from` they end on the next day.
    pub to: u16,
}

/// When a fence tells something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    Always,
    /// In these hours.
    Hours(Vec<Hours>),
    /// While the care schedule has nobody with the elder at home, or says nothing.
    Alone,
}

/// What it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tells {
    pub leaving: bool,
    pub entering: bool,
    /// Minutes of staying after which that is told.
    pub staying_minutes: Option<u16>,
}

/// A place with its rule.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    /// As the family calls it: home, the market, at Min's.
    pub name: String,
    pub drawn: Drawn,
    pub tells: Tells,
    pub when: When,
    /// In these hours it tells nothing: "may go to the market from nine to ten".
    pub except: Vec<Hours>,
}

/// Never printed by accident.
impl std::fmt::Debug for Fence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fence").field("tells", &self.tells).field("when", &self.when).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Drawn(…)")
    }
}

/// The field, and what is wrong with it.
type Wrong = (&'static str, &'static str);

impl Fence {
    /// What is wrong with it.
    ///
    /// # Errors
    /// A place that is none, a size beyond its range, hours that are none, nothing to tell.
    pub fn check(&self) -> Result<(), Wrong> {
        self.shape()?;
        if !self.tells.leaving && !self.tells.entering && self.tells.staying_minutes.is_none() {
            return Err(("tells", "missing"));
        }
        if self.tells.staying_minutes.is_some_and(|m| !(5..=1_440).contains(&m)) {
            return Err(("staying_minutes", "range"));
        }
        let told: &[Hours] = if let When::Hours(hours) = &self.when { hours } else { &[] };
        if matches!(self.when, When::Hours(_)) && told.is_empty() {
            return Err(("hours", "missing"));
        }
        for hours in told.iter().chain(&self.except) {
            hours.check()?;
        }
        if told.len() + self.except.len() > 40 { Err(("hours", "too-many")) } else { Ok(()) }
    }

    /// The outline that positions are compared with.
    ///
    /// # Errors
    /// As [`Fence::check`], for what was drawn.
    pub fn shape(&self) -> Result<Shape, Wrong> {
        let rings = match &self.drawn {
            Drawn::Circle { lon, lat, radius_m } => {
                let centre = Point::new(*lon, *lat).map_err(|_| ("place", "range"))?;
                if !RADIUS.contains(radius_m) {
                    return Err(("radius_m", "range"));
                }
                vec![circle(centre, *radius_m)]
            }
            Drawn::Polygon(ring) => {
                let ring = points(ring)?;
                if ring.len() < 3 {
                    return Err(("place", "too-few"));
                }
                vec![ring]
            }
            Drawn::Street { line, within_m } => {
                let line = points(line)?;
                if line.len() < 2 {
                    return Err(("place", "too-few"));
                }
                if !WITHIN.contains(within_m) {
                    return Err(("within_m", "range"));
                }
                around(&line, *within_m)
            }
        };
        let shape = Shape::new(rings).map_err(|_| ("place", "range"))?;
        let bounds = shape.bounds();
        let wide = !bounds.is_nothing() && bounds.max[0] > bounds.min[0] && bounds.max[1] > bounds.min[1];
        if wide { Ok(shape) } else { Err(("place", "too-few")) }
    }

    /// Does it tell anything at this instant?
    pub fn holds(&self, at: Moment, schedule: Option<&Schedule>) -> bool {
        let local = at.zoned(&time::shanghai()).datetime();
        let in_any = |hours: &[Hours]| hours.iter().any(|h| h.holds(local));
        if in_any(&self.except) {
            return false;
        }
        match &self.when {
            When::Always => true,
            When::Hours(hours) => in_any(hours),
            When::Alone => {
                let home = schedule.map_or(Home::Unknown, |s| s.at(local));
                matches!(home, Home::Alone | Home::Unknown)
            }
        }
    }

    /// The first minute after `at`, within eight days, at which it tells something.
    pub fn next_hour(&self, at: Moment, schedule: Option<&Schedule>) -> Option<Moment> {
        let minute = Moment::from_micros(at.micros().div_euclid(60_000_000).saturating_mul(60_000_000));
        (1..=AHEAD_MINUTES).map(|n| minute.plus_minutes(n)).find(|m| self.holds(*m, schedule))
    }

    /// The rules of the engine at this instant: the hours are decided here, because they depend on the care schedule.
    pub fn rules(&self, at: Moment, schedule: Option<&Schedule>) -> fence::Rules {
        let dwell_after_s = self.tells.staying_minutes.map(|m| i64::from(m) * 60);
        let hours = if self.holds(at, schedule) {
            fence::Schedule::always()
        } else {
            fence::Schedule::weekly(Vec::new(), time::shanghai())
        };
        fence::Rules { dwell_after_s, schedule: hours, ..fence::Rules::default() }
    }
}

impl From<&Fix> for fence::Fix {
    fn from(fix: &Fix) -> Self {
        let accuracy_m = fix.accuracy_m.map(f64::from);
        Self { time: fix.at, lon: fix.point.lon(), lat: fix.point.lat(), accuracy_m }
    }
}

impl Hours {
    fn check(&self) -> Result<(), Wrong> {
        if self.days.is_empty() || self.days.iter().any(|d| *d > 6) {
            return Err(("days", "missing"));
        }
        if self.from >= 1_440 || self.to > 1_440 || self.from == self.to { Err(("hours", "range")) } else { Ok(()) }
    }

    fn holds(&self, local: jiff::civil::DateTime) -> bool {
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let today = u8::try_from(local.date().weekday().to_monday_zero_offset()).unwrap_or(0);
        let begins = |day: u8| self.days.contains(&day);
        if self.from < self.to {
            begins(today) && (self.from..self.to).contains(&minute)
        } else {
            (begins(today) && minute >= self.from) || (begins((today + 6) % 7) && minute < self.to)
        }
    }
}

fn points(drawn: &[(f64, f64)]) -> Result<Vec<[f64; 2]>, Wrong> {
    if drawn.len() > MOST_POINTS {
        return Err(("place", "too-many"));
    }
    let read =
        |&(lon, lat): &(f64, f64)| Point::new(lon, lat).map(|p| [p.lon(), p.lat()]).map_err(|_| ("place", "range"));
    let mut out = drawn.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    out.dedup();
    Ok(out)
}

/// Degrees of a metre to the east and to the north, at this latitude.
fn degrees(lat: f64) -> [f64; 2] {
    let north = 1.0 / kernel::geo::EARTH_RADIUS_M.to_radians();
    [north / lat.to_radians().cos().max(0.01), north]
}

fn circle(centre: Point, radius_m: f64) -> Vec<[f64; 2]> {
    let [east, north] = degrees(centre.lat());
    let turn = std::f64::consts::TAU / f64::from(CORNERS);
    let corner = |n: u32| {
        let (sin, cos) = (f64::from(n) * turn).sin_cos();
        [centre.lon() + radius_m * east * cos, centre.lat() + radius_m * north * sin]
    };
    (0..CORNERS).map(corner).collect()
}

/// Everything within so many metres of the line, on a plane around its first point.
fn around(line: &[[f64; 2]], within_m: f64) -> Vec<Vec<[f64; 2]>> {
    let Some(&[lon0, lat0]) = line.first() else { return Vec::new() };
    let [east, north] = degrees(lat0);
    let metres = line.iter().map(|[lon, lat]| Coord { x: (lon - lon0) / east, y: (lat - lat0) / north });
    let parts = LineString::new(metres.collect()).buffer(within_m);
    let back = |ring: &LineString| ring.0.iter().map(|c| [lon0 + c.x * east, lat0 + c.y * north]).collect();
    parts.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(back)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use care::model::schedule::{Slot, Where};

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }
    fn home(when: When, except: Vec<Hours>) -> Fence {
        Fence {
            name: "家".into(),
            drawn: Drawn::Circle { lon: 121.5, lat: 30.9, radius_m: 100.0 },
            tells: Tells { leaving: true, entering: false, staying_minutes: None },
            when,
            except,
        }
    }
    fn daily(from: u16, to: u16) -> Hours {
        Hours { days: (0..7).collect(), from, to }
    }
    fn inside(fence: &Fence, east_m: f64, north_m: f64) -> bool {
        let [east, north] = degrees(30.9);
        fence.shape().unwrap().contains([121.5 + east_m * east, 30.9 + north_m * north])
    }

    #[test]
    fn a_circle_and_a_street_hold_what_lies_within_their_metres() {
        let circle = home(When::Always, vec![]);
        assert!(inside(&circle, 99.0, 0.0) && inside(&circle, 0.0, -99.0) && inside(&circle, 70.0, 70.0));
        assert!(!inside(&circle, 101.0, 0.0) && !inside(&circle, 72.0, 72.0));
        let [east, north] = degrees(30.9);
        // An L: 500 m to the east, then 500 m to the north.
        let line = vec![(121.5, 30.9), (121.5 + 500.0 * east, 30.9), (121.5 + 500.0 * east, 30.9 + 500.0 * north)];
        let street = Fence { drawn: Drawn::Street { line, within_m: 200.0 }, ..circle };
        for (east_m, north_m, within) in [
            (250.0, 199.0, true),
            (301.0, 400.0, true),
            (-198.0, 0.0, true),
            (250.0, 260.0, false),
            (250.0, -201.0, false),
            (500.0, 702.0, false),
        ] {
            assert_eq!(inside(&street, east_m, north_m), within, "{east_m} m east, {north_m} m north");
        }
    }

    #[test]
    fn alone_from_nine_to_six_and_to_the_market_from_nine_to_ten() {
        let slot = Slot { days: (0..7).collect(), from: 540, to: 1_080, at: Where::Alone };
        let rest =
            |from, to| Slot { days: (0..7).collect(), from, to, at: Where::Elsewhere("日间照料中心".into()) };
        let schedule = Schedule { week: vec![rest(0, 540), slot, rest(1_080, 1_440)], exceptions: vec![] };
        let fence = home(When::Alone, vec![daily(540, 600)]);
        fence.check().unwrap();
        let holds = |time: &str| fence.holds(at(time), Some(&schedule));
        assert!(!holds("2026-06-29T00:30:00Z"), "08:30: not alone");
        assert!(!holds("2026-06-29T01:30:00Z"), "09:30: the market");
        assert!(holds("2026-06-29T02:00:00Z") && holds("2026-06-29T07:00:00Z"), "10:00 and 15:00");
        assert!(!holds("2026-06-29T10:00:00Z"), "18:00");
        assert_eq!(fence.next_hour(at("2026-06-29T01:30:20Z"), Some(&schedule)), Some(at("2026-06-29T02:00:00Z")));
        assert!(fence.holds(at("2026-06-29T12:00:00Z"), None), "nothing is written down: it tells");
    }

    #[test]
    fn hours_may_go_past_midnight() {
        let night = home(When::Hours(vec![Hours { days: vec![0], from: 1_320, to: 360 }]), vec![]);
        night.check().unwrap();
        // 29 June 2026 is a Monday.
        assert!(night.holds(at("2026-06-29T14:30:00Z"), None), "22:30");
        assert!(night.holds(at("2026-06-29T21:30:00Z"), None), "05:30 on Tuesday");
        assert!(!night.holds(at("2026-06-28T21:30:00Z"), None), "05:30 on Monday");
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_field() {
        let of = |drawn| Fence { drawn, ..home(When::Always, vec![]) }.check();
        assert_eq!(of(Drawn::Circle { lon: 0.0, lat: 0.0, radius_m: 100.0 }), Err(("place", "range")));
        assert_eq!(of(Drawn::Circle { lon: 121.5, lat: 30.9, radius_m: 5.0 }), Err(("radius_m", "range")));
        assert_eq!(of(Drawn::Circle { lon: 121.5, lat: 30.9, radius_m: f64::NAN }), Err(("radius_m", "range")));
        assert_eq!(of(Drawn::Polygon(vec![(121.5, 30.9), (121.5, 30.9), (121.6, 30.9)])), Err(("place", "too-few")));
        assert_eq!(of(Drawn::Polygon(vec![(121.5, 30.9); 400])), Err(("place", "too-many")));
        let line = vec![(121.5, 30.9), (121.5, 30.9)];
        assert_eq!(of(Drawn::Street { line, within_m: 200.0 }), Err(("place", "too-few")));
        assert_eq!(home(When::Hours(vec![]), vec![]).check(), Err(("hours", "missing")));
        assert_eq!(home(When::Always, vec![daily(600, 600)]).check(), Err(("hours", "range")));
        let silent = Tells { leaving: false, entering: false, staying_minutes: None };
        assert_eq!(Fence { tells: silent, ..home(When::Always, vec![]) }.check(), Err(("tells", "missing")));
    }
}

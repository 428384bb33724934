//! Is it in or out: from fixes of a locator to entering, leaving and staying, without false alarms.
//!
//! A [`Watch`] is the state of one locator and one fence. It is moved by fixes and by the clock of whoever asks ([`Watch::tick`]), in
//! order of their time: the same fixes and ticks give the same events, today or replayed in a year. What it holds against false alarms:
//!
//! - 0,0, places beyond the earth and what is not a number are no positions; older fixes than the last are passed over, and so
//!   are very coarse ones (a position from a radio mast).
//! - A fix that nobody could have reached since the last one moves nothing, unless the next one lies there, too: then the last one was
//!   the wrong one.
//! - Leaving takes a fix that lies further outside than its own accuracy and a margin: a jump within the accuracy is no exit.
//! - Either side must hold for a while and for more than one fix; a fix on the other side begins anew.
//! - Fixes outside, but nearer than that, say nothing: they confirm no exit and stop none.

mod keep;

use crate::schedule::Schedule;
use crate::shape::{At, Shape};
use kernel::geo::EARTH_RADIUS_M;
use kernel::{Moment, Point};

/// A reading of a locator, as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    pub time: Moment,
    pub lon: f64,
    pub lat: f64,
    /// Radius within which the locator believes to be; `None` when it does not say.
    pub accuracy_m: Option<f64>,
}

/// When a fence tells what.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// So far outside a fix must lie at least to count for leaving, whatever accuracy it claims.
    pub margin_m: f64,
    /// Accuracy of fixes that do not say theirs.
    pub accuracy_m: f64,
    /// Coarser fixes are passed over.
    pub coarsest_m: f64,
    /// Whoever would have had to be quicker, in metres in a second, was not there.
    pub fastest_m_s: f64,
    /// Seconds inside before entering is told.
    pub enter_after_s: i64,
    /// Seconds outside before leaving is told.
    pub leave_after_s: i64,
    /// Fixes on the new side before a change is told; at least 1.
    pub fixes: u32,
    /// Seconds of staying after which that is told, once for each stay.
    pub dwell_after_s: Option<i64>,
    /// When the fence tells anything. Outside of these hours it watches silently; when they begin, what has changed since
    /// it last told is told.
    pub schedule: Schedule,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            margin_m: 20.0,
            accuracy_m: 30.0,
            coarsest_m: 500.0,
            // 150 km/h: a train.
            fastest_m_s: 42.0,
            enter_after_s: 0,
            leave_after_s: 60,
            fixes: 2,
            dwell_after_s: None,
            schedule: Schedule::always(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    Entered,
    Left,
    Dwelt,
}

/// What a fence tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub what: Happened,
    /// Time of the first fix of this stay, inside or outside.
    pub since: Moment,
    /// Time of the fix or tick that made it sure.
    pub time: Moment,
}

/// Why a fix moved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOver {
    /// 0,0, out of range or not a number.
    NoPosition,
    /// Not later than the fix before.
    Old,
    /// Coarser than the rules allow.
    Coarse,
    /// Nobody gets there from the fix before in that time.
    TooFast,
}

/// Where it was last, so that what comes next can be believed or not.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    at: Point,
    accuracy_m: f64,
    time: Moment,
}

impl Seen {
    /// Whether somebody gets from here to there: both may be off by their accuracy.
    fn reaches(&self, there: &Self, rules: &Rules) -> bool {
        let seconds = there.time.secs_since(self.time).max(1) as f64;
        let apart = self.at.distance_m(there.at) - self.accuracy_m - there.accuracy_m;
        apart <= seconds * rules.fastest_m_s
    }
}

/// A side of the fence and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stay {
    inside: bool,
    since: Moment,
    fixes: u32,
}

/// The state of one locator and one fence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Watch {
    /// Time of the last fix that was a position.
    last: Option<Moment>,
    /// The last fix that was believed, and a later one that was not.
    seen: Option<Seen>,
    doubted: Option<Seen>,
    /// The side that is sure.
    stay: Option<Stay>,
    /// The other side, not yet sure.
    maybe: Option<Stay>,
    /// The side last told, or known at the beginning.
    told: Option<bool>,
    dwelt: bool,
}

impl Watch {
    /// Whether the locator is inside, as far as that is sure.
    pub fn inside(&self) -> Option<bool> {
        self.stay.map(|stay| stay.inside)
    }

    /// Takes the next fix: at most two events, entering or leaving before staying.
    ///
    /// # Errors
    /// When the fix moves nothing, and why.
    pub fn step(&mut self, rules: &Rules, fence: &Shape, fix: &Fix) -> Result<Vec<Event>, PassedOver> {
        let point = Point::new(fix.lon, fix.lat).map_err(|_| PassedOver::NoPosition)?;
        if self.last.is_some_and(|last| fix.time <= last) {
            return Err(PassedOver::Old);
        }
        let accuracy = fix.accuracy_m.filter(|m| m.is_finite() && *m > 0.0).unwrap_or(rules.accuracy_m);
        if accuracy > rules.coarsest_m {
            return Err(PassedOver::Coarse);
        }
        let now = Seen { at: point, accuracy_m: accuracy, time: fix.time };
        if !self.believes(rules, &now) {
            self.last = Some(fix.time);
            self.doubted = Some(now);
            return Err(PassedOver::TooFast);
        }
        (self.last, self.seen, self.doubted) = (Some(fix.time), Some(now), None);
        let at = [point.lon(), point.lat()];
        let inside = fence.contains(at);
        if inside || border_distance_m(fence, at) > accuracy.max(rules.margin_m) {
            self.count(rules, inside, fix.time);
        }
        Ok(self.tell(rules, fix.time))
    }

    /// The clock goes on without a fix: tells a stay that has become long enough, and what a beginning hour of the schedule has
    /// to tell. Times before the last fix tell nothing. A change of side needs fixes; no clock makes it sure. A fix that comes late
    /// may still be older than the last tick.
    pub fn tick(&mut self, rules: &Rules, now: Moment) -> Vec<Event> {
        if self.last.is_some_and(|last| now < last) { Vec::new() } else { self.tell(rules, now) }
    }

    /// When [`Watch::tick`] has a stay to tell, if no fix comes before: for whoever keeps an alarm clock. Outside of the hours of the
    /// schedule nothing is told, and the instant is still the one at which the stay becomes long enough.
    pub fn due(&self, rules: &Rules) -> Option<Moment> {
        let stay = self.stay.filter(|stay| stay.inside && !self.dwelt && self.maybe.is_none())?;
        Some(stay.since.plus_secs(rules.dwell_after_s?))
    }

    /// From the last fix that was believed, or from one that was not: two that agree are more than one.
    fn believes(&self, rules: &Rules, now: &Seen) -> bool {
        let reaches = |before: Option<Seen>| before.is_some_and(|before| before.reaches(now, rules));
        self.seen.is_none() || reaches(self.seen) || reaches(self.doubted)
    }

    /// A fix that surely lies on this side.
    fn count(&mut self, rules: &Rules, inside: bool, time: Moment) {
        if self.stay.is_some_and(|stay| stay.inside == inside) {
            self.maybe = None;
            return;
        }
        let mut other = self.maybe.filter(|m| m.inside == inside).unwrap_or(Stay { inside, since: time, fixes: 0 });
        other.fixes = other.fixes.saturating_add(1);
        let wait = if inside { rules.enter_after_s } else { rules.leave_after_s };
        if other.fixes >= rules.fixes.max(1) && time.secs_since(other.since) >= wait {
            self.stay = Some(other);
            self.maybe = None;
            self.dwelt = false;
        } else {
            self.maybe = Some(other);
        }
    }

    fn tell(&mut self, rules: &Rules, time: Moment) -> Vec<Event> {
        let mut events = Vec::new();
        let Some(stay) = self.stay else { return events };
        if !rules.schedule.holds(time) {
            return events;
        }
        // Where it was at the beginning is no event.
        if self.told.is_some_and(|told| told != stay.inside) {
            let what = if stay.inside { Happened::Entered } else { Happened::Left };
            events.push(Event { what, since: stay.since, time });
        }
        self.told = Some(stay.inside);
        let long = rules.dwell_after_s.is_some_and(|after| time.secs_since(stay.since) >= after);
        if stay.inside && long && !self.dwelt && self.maybe.is_none() {
            self.dwelt = true;
            events.push(Event { what: Happened::Dwelt, since: stay.since, time });
        }
        events
    }
}

/// Metres to the nearest point of the border, on a plane around the position (good to 0.1 % over 100 km). Longitude and
/// latitude in degrees; infinite for an outline without edges.
pub fn border_distance_m(shape: &Shape, [lon, lat]: At) -> f64 {
    let north = EARTH_RADIUS_M.to_radians();
    let east = north * lat.to_radians().cos();
    let metres = |at: At| [(at[0] - lon) * east, (at[1] - lat) * north];
    let nearest = shape.edges().map(|(_, a, b)| {
        let (a, b) = (metres(a), metres(b));
        let d = [b[0] - a[0], b[1] - a[1]];
        let length = d[0] * d[0] + d[1] * d[1];
        let along = if length > 0.0 { (-(a[0] * d[0] + a[1] * d[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
        (a[0] + along * d[0]).hypot(a[1] + along * d[1])
    });
    nearest.fold(f64::INFINITY, f64::min)
}

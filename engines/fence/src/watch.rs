//! Is it in or out: from fixes of a locator to entering, leaving and staying, without false alarms.
//!
//! A [`Watch`] is the state of one locator and one fence. It is moved by fixes alone, in order of their time: the same fixes
//! give the same events, today or replayed in a year. What it holds against false alarms:
//!
//! - 0,0, places beyond the earth and what is not a number are no positions; older fixes than the last are passed over, and so
//!   are very coarse ones (a position from a radio mast).
//! - Leaving takes a fix that lies further outside than its own accuracy and a margin: a jump within the accuracy is no exit.
//! - Either side must hold for a while and for more than one fix; a fix on the other side begins anew.
//! - Fixes outside, but nearer than that, say nothing: they confirm no exit and stop none.

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
    /// Time of the fix that made it sure.
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
}

/// A side of the fence and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stay {
    inside: bool,
    since: Moment,
    fixes: u32,
}

/// The state of one locator and one fence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    last: Option<Moment>,
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
        self.last = Some(fix.time);
        let at = [point.lon(), point.lat()];
        let inside = fence.contains(at);
        if inside || border_distance_m(fence, at) > accuracy.max(rules.margin_m) {
            self.count(rules, inside, fix.time);
        }
        Ok(self.tell(rules, fix.time))
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

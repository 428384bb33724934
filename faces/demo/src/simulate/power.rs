//! The battery of a watch: a day or two, and somebody who puts it on its charger at night, most nights.

use crate::rng::Rng;
use kernel::Moment;
use kernel::time::shanghai;

/// Percent an hour while it does nothing.
const IDLE: std::ops::Range<f64> = 1.2..2.6;
/// Percent for each look and what is sent after it.
const EACH_LOOK: f64 = 0.035;
/// Percent an hour on the charger.
const CHARGING: f64 = 45.0;
/// Chance that the charger is remembered, each evening.
const REMEMBERED: f64 = 0.9;

/// How full it is, and whether it is on its charger.
#[derive(Debug)]
pub struct Battery {
    pct: f64,
    idle: f64,
    charging: bool,
    last: Moment,
    /// Day on which chance last decided about the charger.
    decided: i32,
    /// Chance that the charger is remembered, each evening.
    remembered: f64,
}

impl Battery {
    pub fn new(rng: &mut Rng, start: Moment) -> Self {
        let idle = rng.range(IDLE.start, IDLE.end);
        Self { pct: rng.range(30.0, 100.0), idle, charging: false, last: start, decided: -1, remembered: REMEMBERED }
    }

    /// Its charger is never forgotten, and it is more than half full.
    #[must_use]
    pub fn well_kept(self) -> Self {
        Self { pct: 55.0 + 0.45 * self.pct, remembered: 1.0, ..self }
    }

    pub fn set(&mut self, pct: f64) {
        self.pct = pct.clamp(0.0, 100.0);
    }

    /// As devices say it.
    pub fn pct(&self) -> u8 {
        self.pct.round() as u8
    }

    pub fn is_flat(&self) -> bool {
        self.pct <= 0.0
    }

    pub fn is_charging(&self) -> bool {
        self.charging
    }

    /// Lives until `now`, with so many looks in between.
    pub fn live(&mut self, rng: &mut Rng, now: Moment, at_home: bool, looks: i64) {
        let hours = (now.micros() - self.last.micros()).max(0) as f64 / 3_600e6;
        self.last = now;
        let change = if self.charging { CHARGING * hours } else { -self.idle * hours - EACH_LOOK * looks as f64 };
        self.pct = (self.pct + change).clamp(0.0, 100.0);
        let wall = now.zoned(&shanghai());
        let evening = wall.hour() >= 21 || wall.hour() < 5;
        // The small hours belong to the evening before.
        let day = i32::from(wall.day_of_year()) - i32::from(wall.hour() < 5);
        if self.charging {
            self.charging = at_home && self.pct < 100.0;
        } else if at_home && evening && self.decided != day {
            self.decided = day;
            self.charging = rng.chance(self.remembered);
        } else if at_home && self.is_flat() && rng.chance((hours / 3.0).min(1.0)) {
            // A dark watch is noticed sooner or later.
            self.charging = true;
        }
    }
}

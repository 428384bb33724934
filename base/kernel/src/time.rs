//! Instants in whole microseconds, and the clock they are read from.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An instant: whole microseconds since 1970-01-01T00:00:00Z. PostgreSQL keeps no more, so neither do we.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1_000_000)))
    }
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_secs(minutes.saturating_mul(60))
    }
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_secs(hours.saturating_mul(3_600))
    }
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_hours(days.saturating_mul(24))
    }
    /// Seconds from `earlier` to `self`, rounded towards zero; negative when `earlier` is later.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }
    /// This instant on a wall clock of the given zone.
    pub fn zoned(self, tz: &TimeZone) -> ZonedDateTime {
        self.timestamp().to_zoned_datetime(tz.clone())
    }
    /// As a jiff timestamp; instants beyond its range (years ±9999) are clamped.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
    /// RFC 3339 in UTC, for machines.
    pub fn rfc3339(self) -> String {
        self.timestamp().to_string()
    }
    /// Reads RFC 3339 with an offset or `Z`.
    ///
    /// # Errors
    /// When the text is not such an instant.
    pub fn parse_rfc3339(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<Timestamp>().map(Self::from)
    }
}

impl From<Timestamp> for Moment {
    fn from(t: Timestamp) -> Self {
        Self(t.as_microsecond())
    }
}
impl From<&ZonedDateTime> for Moment {
    fn from(z: &ZonedDateTime) -> Self {
        z.timestamp().into()
    }
}

/// The zone of every wall clock in the product (R12).
pub fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}

/// The next time the clock on the wall shows this, later than `now`.
pub fn next_on_the_wall(now: Moment, hour: i8, minute: i8) -> Moment {
    let zone = shanghai();
    let today = now.zoned(&zone).date();
    let on = |day: jiff::civil::Date| {
        day.at(hour, minute, 0, 0)
            .to_zoned_datetime(zone.clone())
            .map_or_else(|_| now.plus_days(1), |z| Moment::from(&z))
    };
    let at = on(today);
    if at > now { at } else { on(today.saturating_add(jiff::Span::new().days(1))) }
}

/// Source of "now".
pub trait Clock: Send + Sync {
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Timestamp::now().into()
    }
}

/// A clock that stands still until it is told to move; clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub fn at(start: Moment) -> Self {
        Self(Arc::new(AtomicI64::new(start.micros())))
    }
    pub fn set(&self, to: Moment) {
        self.0.store(to.micros(), Ordering::SeqCst);
    }
    pub fn advance_secs(&self, secs: i64) {
        self.0.fetch_add(secs.saturating_mul(1_000_000), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The machine's clock moved by a fixed amount: the demo starts at a chosen instant and then runs on.
#[derive(Debug, Clone, Copy)]
pub struct OffsetClock(i64);

impl OffsetClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: Moment) -> Self {
        Self(start.micros().saturating_sub(SystemClock.now().micros()))
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Moment {
        Moment::from_micros(SystemClock.now().micros().saturating_add(self.0))
    }
}

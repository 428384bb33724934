//! The hours of a week in which a fence tells something.

use jiff::tz::TimeZone;
use kernel::Moment;

/// Hours on some days of the week, on the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Days on which they begin, Monday first.
    pub days: [bool; 7],
    /// Minutes after midnight.
    pub from: u16,
    /// Not included; at or before `from` they end on the next day.
    pub until: u16,
}

/// When a fence tells something: always, or in these hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    hours: Option<(Vec<Hours>, TimeZone)>,
}

impl Schedule {
    pub const fn always() -> Self {
        Self { hours: None }
    }
    /// In any of these hours on the wall clock of that zone; never when there are none.
    pub const fn weekly(hours: Vec<Hours>, zone: TimeZone) -> Self {
        Self { hours: Some((hours, zone)) }
    }
    pub fn holds(&self, at: Moment) -> bool {
        let Some((hours, zone)) = &self.hours else { return true };
        let wall = at.zoned(zone);
        let today = wall.weekday().to_monday_zero_offset() as usize;
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        let begins = |h: &Hours, day: usize| h.days.get(day % 7).copied().unwrap_or(false);
        hours.iter().any(|h| {
            if h.from < h.until {
                begins(h, today) && (h.from..h.until).contains(&minute)
            } else {
                (begins(h, today) && minute >= h.from) || (begins(h, today + 6) && minute < h.until)
            }
        })
    }
}

//! Calendar days and instants without a time zone library: devices send numbers, and a frame has 200 ns.

use kernel::Moment;

/// Days since 1970-01-01 of a day in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The instant of a date and time as a device sends them, two digits for the year; `east_secs`: how far its clock is ahead of UTC.
///
/// `None` for a month or day that no calendar has, as devices send that have not yet heard the time. Minutes and seconds beyond 59 run over
/// into the next (some firmware counts so).
pub(crate) fn instant(
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    east_secs: i32,
) -> Option<Moment> {
    let year = if year < 100 { year + 2_000 } else { year };
    let long = match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > long || hour > 24 || minute > 99 || second > 99 || !(1_970..=9_999).contains(&year) {
        return None;
    }
    let secs = days(i64::from(year), i64::from(month), i64::from(day)) * 86_400
        + i64::from(hour) * 3_600
        + i64::from(minute) * 60
        + i64::from(second)
        - i64::from(east_secs);
    Some(Moment::from_micros(secs * 1_000_000))
}

/// A UTC wall clock, for replies that carry the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wall {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl Wall {
    /// The wall clock at `now` where it is `east_secs` later than in UTC.
    pub fn at(now: Moment, east_secs: i32) -> Self {
        let secs = now.micros().div_euclid(1_000_000) + i64::from(east_secs);
        let (day_number, of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let z = day_number + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z - era * 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: (year_of_era + era * 400 + i64::from(month <= 2)) as u16,
            month: month as u8,
            day: (of_year - (153 * shifted + 2) / 5 + 1) as u8,
            hour: (of_day / 3_600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
        }
    }

    /// The last two digits of the year.
    pub fn short_year(self) -> u8 {
        (self.year % 100) as u8
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn dates_come_and_go() {
        for text in ["2026-11-28T22:15:09Z", "2024-02-29T23:59:59Z", "2000-01-01T00:00:00Z", "2099-12-31T12:00:00Z"] {
            let then = Moment::parse_rfc3339(text).unwrap();
            let w = Wall::at(then, 0);
            let again = instant(
                u32::from(w.year),
                u32::from(w.month),
                u32::from(w.day),
                u32::from(w.hour),
                u32::from(w.minute),
                u32::from(w.second),
                0,
            );
            assert_eq!(again.map(Moment::rfc3339).as_deref(), Some(text));
        }
    }

    #[test]
    fn no_calendar_has_them() {
        assert_eq!(instant(0, 0, 0, 0, 0, 0, 0), None);
        assert_eq!(instant(23, 2, 29, 0, 0, 0, 0), None);
        assert_eq!(instant(26, 13, 1, 0, 0, 0, 0), None);
        assert_eq!(instant(26, 1, 1, 8, 0, 0, 8 * 3_600), instant(26, 1, 1, 0, 0, 0, 0));
    }
}

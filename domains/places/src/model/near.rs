//! How far it is on foot: minutes from metres, and when a closed door opens again.

use super::hours::WeekHours;
use kernel::Moment;
use kernel::time::shanghai;

/// 1.2 m/s: the pace for which the crossings of towns are timed; elders are slower, and pages say "about".
pub const METRES_A_MINUTE: f64 = 72.0;

/// Whole minutes on foot, rounded up: nobody is told that they are there before they can be.
pub fn minutes(metres: f64) -> i64 {
    (metres / METRES_A_MINUTE).ceil().max(1.0) as i64
}

/// The next instant at which a door with these hours opens; none while its hours are not stated. Holidays are not looked at.
pub fn opens_next(hours: &WeekHours, at: Moment) -> Option<Moment> {
    let local = at.zoned(&shanghai());
    let today = local.weekday().to_monday_zero_offset().cast_unsigned();
    let minute = u16::from(local.hour().cast_unsigned()) * 60 + u16::from(local.minute().cast_unsigned());
    // From today to the same weekday of next week.
    (0..8_u8).find_map(|ahead| {
        let weekday = (today + ahead) % 7;
        let of_day = hours.spans().iter().filter(|s| s.weekday == weekday && (ahead > 0 || s.from > minute));
        let first = of_day.map(|s| s.from).min()?;
        let midnight = local.start_of_day().ok()?.checked_add(jiff::Span::new().days(i64::from(ahead))).ok()?;
        Some(Moment::from(&midnight).plus_minutes(i64::from(first)))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_next_opening() {
        let at = |text: &str| Moment::parse_rfc3339(text).unwrap();
        let office: WeekHours = "Mon-Fri 08:30-11:30 13:00-17:00".parse().unwrap();
        // 2026-06-26 is a Friday.
        assert_eq!(opens_next(&office, at("2026-06-26T12:00:00+08:00")), Some(at("2026-06-26T13:00:00+08:00")));
        assert_eq!(opens_next(&office, at("2026-06-26T17:00:00+08:00")), Some(at("2026-06-29T08:30:00+08:00")));
        let monday: WeekHours = "Mon 09:00-10:00".parse().unwrap();
        assert_eq!(opens_next(&monday, at("2026-06-29T09:30:00+08:00")), Some(at("2026-07-06T09:00:00+08:00")));
        assert_eq!(opens_next(&WeekHours::default(), at("2026-06-26T12:00:00+08:00")), None);
    }

    #[test]
    fn minutes_are_rounded_up() {
        assert_eq!([minutes(0.0), minutes(72.0), minutes(73.0), minutes(720.0)], [1, 1, 2, 10]);
    }
}

//! Dates as people and programs write them, read on a stated wall clock.

use crate::findings::Finding;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use kernel::Moment;

/// Reads dates of one file.
pub struct Dates {
    pub zone: TimeZone,
    pub formats: Vec<String>,
}

impl Dates {
    /// The formats of the map file first; then ISO 8601 with or without an offset, `2015/1/31 8:30`, and a date alone
    /// (its first instant). A local time that exists twice is the earlier one, one that does not exist is moved on by
    /// the gap.
    pub fn read(&self, text: &str) -> Result<Moment, Finding> {
        let text = text.trim();
        let local =
            self.formats.iter().find_map(|f| by_format(f, text)).or_else(|| iso(text)).or_else(|| slashed(text));
        if let Some(local) = local {
            return local
                .to_zoned_datetime(self.zone.clone())
                .map(|z| Moment::from(&z))
                .map_err(|_| Finding::DateOutOfRange { text: text.to_owned() });
        }
        Moment::parse_rfc3339(text).map_err(|_| Finding::NotADate { text: text.to_owned() })
    }
}

fn by_format(format: &str, text: &str) -> Option<DateTime> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    parsed.to_datetime().ok().or_else(|| parsed.to_date().ok().map(|d| d.at(0, 0, 0, 0)))
}

/// Without an offset only: with one, the wall clock of the file does not matter.
fn iso(text: &str) -> Option<DateTime> {
    let time = text.get(10..).unwrap_or_default();
    if time.contains(['Z', 'z', '+', '-']) {
        return None;
    }
    text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|d| d.at(0, 0, 0, 0)))
}

/// `2015/1/31`, `2015-1-31 8:30`, `2015年1月31日 08:30:00`, `2015.1.31`.
fn slashed(text: &str) -> Option<DateTime> {
    let plain = kernel::text::narrow(text).replace(['年', '月', '/', '.'], "-").replace('日', " ");
    let mut words = plain.split_whitespace();
    let (date, time) = (words.next()?, words.next().unwrap_or("0:0"));
    if words.next().is_some() {
        return None;
    }
    let mut date = date.split('-').map(|n| n.parse::<i16>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(|n| n.parse::<i8>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next().unwrap_or(Some(0))?);
    let whole = date.next().is_none() && time.next().is_none() && year > 999;
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    DateTime::new(year, month, day, hour, minute, second, 0).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn dates_are_read_on_the_wall_clock_of_the_file() {
        let dates = Dates { zone: TimeZone::get("America/New_York").unwrap(), formats: vec!["%d.%m.%Y %H:%M".into()] };
        for text in [
            "2015-01-31T08:30:00",
            "2015-01-31 08:30",
            "31.01.2015 08:30",
            "2015/1/31 8:30",
            "２０１５年1月31日 08:30:00",
            "2015-01-31T13:30:00Z",
            "2015-01-31T21:30:00+08:00",
        ] {
            assert_eq!(dates.read(text).unwrap().rfc3339(), "2015-01-31T13:30:00Z", "{text}");
        }
        assert_eq!(dates.read("2015-07-01").unwrap().rfc3339(), "2015-07-01T04:00:00Z", "summer time");
        for bad in ["", "yesterday", "2015-02-30", "31/12/2015", "2015-1-31 25:00", "42034.5"] {
            assert!(dates.read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hours_that_the_clock_skips_or_repeats_do_not_stop_a_file() {
        let dates = Dates { zone: TimeZone::get("America/New_York").unwrap(), formats: vec![] };
        assert_eq!(dates.read("2015-03-08T02:30:00").unwrap().rfc3339(), "2015-03-08T07:30:00Z");
        assert_eq!(dates.read("2015-11-01T01:30:00").unwrap().rfc3339(), "2015-11-01T05:30:00Z");
    }
}

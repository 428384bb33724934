//! The work calendar: which days are worked, and when a term ends (R12).
//!
//! Days follow the weekday unless the State Council's yearly notice says otherwise (days off, make-up working days).
//! A year whose notice is not loaded is **never guessed**: whatever needs it is due at the earliest instant that could
//! be working time in that year, 09:00 on 1 January, and is marked *provisional* until the notice is loaded. Even the
//! statutory holidays of such a year are not assumed: too early and marked is safe, too late is not. Whatever begins
//! inside such a year is due at once, provisionally; the administrator has been alarmed for 60 days by then.

use crate::time::{Moment, shanghai};
use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// The notices for 2024 to 2026 (facts of the State Council's notices).
const EMBEDDED: &str = include_str!("../data/cn-2024-2026.csv");

/// An instant at which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub at: Moment,
    /// It needs a year whose calendar is not loaded; it will be recomputed.
    pub provisional: bool,
}

impl Due {
    const fn firm(at: Moment) -> Self {
        Self { at, provisional: false }
    }
}

/// A calendar file that cannot be used; names the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: “{found}” {problem}")]
pub struct CalendarError {
    /// Line of the file, the header being line 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    pub problem: &'static str,
}

/// Working days and hours of one district.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    tz: TimeZone,
    /// Days that differ from their weekday, and working days confirmed by a notice: true = worked.
    listed: BTreeMap<Date, bool>,
    /// What the notice calls a day off, as it stands there.
    names: BTreeMap<Date, String>,
    years: BTreeSet<i16>,
    /// Opening and close of business on the wall clock.
    open: Time,
    close: Time,
}

impl Default for WorkCalendar {
    fn default() -> Self {
        Self::embedded()
    }
}

impl WorkCalendar {
    /// No year loaded: every working-day term is provisional.
    pub fn empty() -> Self {
        Self {
            tz: shanghai(),
            listed: BTreeMap::new(),
            names: BTreeMap::new(),
            years: BTreeSet::new(),
            open: time(9, 0, 0, 0),
            close: time(17, 0, 0, 0),
        }
    }

    /// The years that come with the program.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    pub fn embedded() -> Self {
        let mut calendar = Self::empty();
        let loaded = calendar.load_csv(EMBEDDED);
        debug_assert!(loaded.is_ok(), "the embedded calendar must be valid: {loaded:?}");
        calendar
    }

    /// Adds the years of a file `date,kind,holiday` with kind `off` or `work` (放假, 上班). A year counts as loaded when its
    /// National Day (1 October) is listed: the last days of December in next year's notice do not load a year.
    /// All or nothing; returns the years that are new.
    ///
    /// # Errors
    /// When a line cannot be read; nothing is changed then.
    pub fn load_csv(&mut self, text: &str) -> Result<Vec<i16>, CalendarError> {
        let mut days = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = crate::text::narrow(line.trim_start_matches('\u{feff}'));
            let line = line.trim();
            if line.is_empty() || (index == 0 && (line.starts_with("date") || line.starts_with("日期"))) {
                continue;
            }
            let wrong = |found: &str, problem| {
                Err(CalendarError { line: index + 1, found: found.chars().take(40).collect(), problem })
            };
            let mut fields = line.split([',', '\t']).map(str::trim);
            let (first, second) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let Some(date) = day(first) else { return wrong(first, "is no date: write it like 2026-10-01") };
            let worked = match second {
                "off" | "放假" | "休" => false,
                "work" | "上班" | "班" => true,
                _ => return wrong(second, "is no kind of day: write off (放假) or work (上班) after the date"),
            };
            let name = fields.next().unwrap_or_default().chars().take(40).collect::<String>();
            days.push((date, worked, name));
        }
        let mut new = Vec::new();
        for (date, worked, name) in days {
            self.listed.insert(date, worked);
            if !worked && !name.is_empty() {
                self.names.insert(date, name);
            }
            if date.month() == 10 && date.day() == 1 && !worked && self.years.insert(date.year()) {
                new.push(date.year());
            }
        }
        Ok(new)
    }

    /// Days that a notice names, ascending: true = worked.
    pub fn listed(&self) -> impl Iterator<Item = (Date, bool)> + '_ {
        self.listed.iter().map(|(date, worked)| (*date, *worked))
    }

    /// What the notice calls this day off.
    pub fn holiday(&self, date: Date) -> Option<&str> {
        self.names.get(&date).map(String::as_str)
    }

    /// Which day of its holiday a day off is, and of how many: days off of one name without a gap.
    pub fn nth_of_holiday(&self, date: Date) -> Option<(u32, u32)> {
        let name = self.holiday(date)?;
        let same = |day: &Date| self.holiday(*day) == Some(name);
        let before = std::iter::successors(date.yesterday().ok(), |d| d.yesterday().ok()).take_while(same).count();
        let after = std::iter::successors(date.tomorrow().ok(), |d| d.tomorrow().ok()).take_while(same).count();
        let n = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Some((n(before + 1), n(before + 1 + after)))
    }

    /// The loaded years, ascending.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.iter().copied()
    }

    pub fn is_loaded(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// Is this a working day? `None` when its year is not loaded.
    pub fn is_working_day(&self, date: Date) -> Option<bool> {
        if !self.is_loaded(date.year()) {
            return None;
        }
        let weekday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Some(self.listed.get(&date).copied().unwrap_or(weekday))
    }

    /// The date on the wall at `at`.
    pub fn date_of(&self, at: Moment) -> Date {
        at.zoned(&self.tz).date()
    }

    /// The instant of a wall-clock time on a date.
    pub fn instant(&self, date: Date, time: Time) -> Moment {
        date.to_datetime(time).to_zoned_datetime(self.tz.clone()).map_or(Moment::default(), |z| Moment::from(&z))
    }

    /// Close of business on a date, worked or not.
    pub fn close_of(&self, date: Date) -> Moment {
        self.instant(date, self.close)
    }

    /// End of the `n`-th working day after `from`; the day of receipt is not counted. Zero days end at `from`.
    pub fn after_working_days(&self, from: Moment, n: u32) -> Due {
        let mut day = self.date_of(from);
        if n == 0 {
            return Due::firm(from);
        }
        let mut left = n;
        loop {
            let Ok(next) = day.tomorrow() else { return Due { at: from, provisional: true } };
            day = next;
            match self.is_working_day(day) {
                None => return self.provisional(day.year(), from),
                Some(true) => left -= 1,
                Some(false) => {}
            }
            if left == 0 {
                return Due::firm(self.close_of(day));
            }
        }
    }

    /// The instant at which `secs` seconds of working time (09:00 to 17:00 of working days) have passed since `from`.
    pub fn after_working_secs(&self, from: Moment, secs: i64) -> Due {
        if secs <= 0 {
            return Due::firm(from);
        }
        let mut left = secs;
        let mut day = self.date_of(from);
        loop {
            match self.is_working_day(day) {
                None => return self.provisional(day.year(), from),
                Some(true) => {
                    let begin = self.instant(day, self.open).max(from);
                    let room = self.close_of(day).secs_since(begin).max(0);
                    if left <= room {
                        return Due::firm(begin.plus_secs(left));
                    }
                    left -= room;
                }
                Some(false) => {}
            }
            let Ok(next) = day.tomorrow() else { return Due { at: from, provisional: true } };
            day = next;
        }
    }

    /// Working seconds between two instants; `None` when a year between them is not loaded.
    pub fn working_secs_between(&self, from: Moment, to: Moment) -> Option<i64> {
        let mut total = 0;
        let (mut day, last) = (self.date_of(from), self.date_of(to));
        while day <= last {
            if self.is_working_day(day)? {
                let begin = self.instant(day, self.open).max(from);
                let end = self.close_of(day).min(to);
                total += end.secs_since(begin).max(0);
            }
            day = day.tomorrow().ok()?;
        }
        Some(total)
    }

    /// Working days after the day of `from`, up to and with the day of `to`; `None` when a year is not loaded.
    pub fn working_days_between(&self, from: Moment, to: Moment) -> Option<u32> {
        let (mut day, last) = (self.date_of(from), self.date_of(to));
        let mut n = 0;
        while day < last {
            day = day.tomorrow().ok()?;
            n += u32::from(self.is_working_day(day)?);
        }
        Some(n)
    }

    /// The first year after the loaded ones, when `now` is within 60 days of it or past: time to alarm.
    pub fn year_to_load(&self, now: Moment) -> Option<i16> {
        let soon = self.date_of(now.plus_days(60)).year();
        let first = self.date_of(now).year();
        (first..=soon).find(|year| !self.is_loaded(*year))
    }

    fn provisional(&self, year: i16, from: Moment) -> Due {
        let first = Date::new(year, 1, 1).map_or(from, |day| self.instant(day, self.open));
        Due { at: first.max(from), provisional: true }
    }
}

/// `2026-10-01`, `2026/10/1`, `2026年10月1日`.
fn day(text: &str) -> Option<Date> {
    let plain = text.replace(['/', '年', '月', '.'], "-").replace('日', "");
    let mut numbers = plain.split('-').map(str::parse::<i16>);
    let (year, month, day) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    let whole = numbers.next().is_none() && year > 999;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(&format!("{text}:00+08:00")).unwrap()
    }
    fn firm(text: &str) -> Due {
        Due { at: at(text), provisional: false }
    }
    fn provisional(text: &str) -> Due {
        Due { at: at(text), provisional: true }
    }

    #[test]
    fn the_embedded_years_are_loaded() {
        let calendar = WorkCalendar::embedded();
        assert_eq!(calendar.years().collect::<Vec<_>>(), [2024, 2025, 2026]);
        // Sunday 4 January 2026 is worked, Friday 2 January is not.
        assert_eq!(calendar.is_working_day(Date::new(2026, 1, 4).unwrap()), Some(true));
        assert_eq!(calendar.is_working_day(Date::new(2026, 1, 2).unwrap()), Some(false));
        assert_eq!(calendar.is_working_day(Date::new(2027, 1, 4).unwrap()), None);
        let days = |year| {
            let mut day = Date::new(year, 1, 1).unwrap();
            let mut n = 0;
            while day.year() == year {
                n += i32::from(calendar.is_working_day(day).unwrap());
                day = day.tomorrow().unwrap();
            }
            n
        };
        assert_eq!([days(2024), days(2025), days(2026)], [251, 248, 248]);
    }

    #[test]
    fn a_day_off_has_the_name_of_its_notice() {
        let calendar = WorkCalendar::embedded();
        let day = |m, d| Date::new(2026, m, d).unwrap();
        assert_eq!(calendar.holiday(day(10, 3)), Some("National Day"));
        assert_eq!(calendar.nth_of_holiday(day(10, 3)), Some((3, 7)));
        assert_eq!((calendar.holiday(day(10, 10)), calendar.nth_of_holiday(day(11, 28))), (None, None));
    }

    #[test]
    fn working_days_do_not_count_the_day_of_receipt_and_end_at_close() {
        let calendar = WorkCalendar::embedded();
        // Friday noon, three working days: Monday, Tuesday, Wednesday 17:00.
        assert_eq!(calendar.after_working_days(at("2026-11-20T12:00"), 3), firm("2026-11-25T17:00"));
        // Received on a Saturday: Monday is the first.
        assert_eq!(calendar.after_working_days(at("2026-11-21T23:59"), 1), firm("2026-11-23T17:00"));
        // Over National Day 2026 (1–7 October off, Saturday 10 October worked).
        assert_eq!(calendar.after_working_days(at("2026-09-30T09:00"), 3), firm("2026-10-10T17:00"));
        assert_eq!(calendar.after_working_days(at("2026-09-30T09:00"), 0), firm("2026-09-30T09:00"));
    }

    #[test]
    fn working_hours_run_from_nine_to_five() {
        let calendar = WorkCalendar::embedded();
        assert_eq!(calendar.after_working_secs(at("2026-11-20T16:00"), 7_200), firm("2026-11-23T10:00"));
        assert_eq!(calendar.after_working_secs(at("2026-11-20T07:00"), 8 * 3_600), firm("2026-11-20T17:00"));
        assert_eq!(calendar.after_working_secs(at("2026-11-20T20:00"), 60), firm("2026-11-23T09:01"));
        let day = calendar.working_secs_between(at("2026-11-20T16:00"), at("2026-11-23T10:00"));
        assert_eq!(day, Some(7_200));
    }

    #[test]
    fn a_year_that_is_not_loaded_is_never_guessed() {
        let mut calendar = WorkCalendar::embedded();
        let from = at("2026-12-30T10:00");
        assert_eq!(calendar.after_working_days(from, 1), firm("2026-12-31T17:00"));
        assert_eq!(calendar.after_working_days(from, 2), provisional("2027-01-01T09:00"));
        assert_eq!(calendar.after_working_days(at("2027-03-01T10:00"), 2), provisional("2027-03-01T10:00"));
        assert_eq!(calendar.after_working_secs(at("2026-12-31T16:00"), 7_200), provisional("2027-01-01T09:00"));
        assert_eq!(calendar.working_days_between(from, at("2027-01-05T10:00")), None);
        // A stray day of next year's notice does not load the year; the notice does.
        assert_eq!(calendar.load_csv("date,kind,holiday\n2027-01-01,off,New Year's Day\n").unwrap(), [0i16; 0]);
        assert_eq!(calendar.after_working_days(from, 2), provisional("2027-01-01T09:00"));
        assert_eq!(calendar.load_csv("2027-10-01,off,National Day\n").unwrap(), [2027]);
        assert_eq!(calendar.after_working_days(from, 2), firm("2027-01-04T17:00"));
    }

    #[test]
    fn the_alarm_for_next_year_begins_sixty_days_before() {
        let calendar = WorkCalendar::embedded();
        assert_eq!(calendar.year_to_load(at("2026-11-01T12:00")), None);
        assert_eq!(calendar.year_to_load(at("2026-11-02T12:00")), Some(2027));
        assert_eq!(calendar.year_to_load(at("2027-05-01T12:00")), Some(2027));
    }

    #[test]
    fn a_bad_file_changes_nothing_and_names_the_line() {
        let mut calendar = WorkCalendar::empty();
        let error = calendar.load_csv("date,kind,holiday\n2027-10-01,off,x\n2027-13-01,off,y\n").unwrap_err();
        assert_eq!(error.line, 3);
        assert_eq!(calendar.years().count(), 0);
        assert!(calendar.load_csv("2027-10-01,perhaps,x").unwrap_err().to_string().contains("line 1: “perhaps”"));
        let mut chinese = WorkCalendar::empty();
        let text = "日期，类别，节日\n２０２７年10月1日，放假，国庆节\n2027/10/9，上班，国庆节\n";
        assert_eq!(chinese.load_csv(text).unwrap(), [2027]);
        assert_eq!(chinese.is_working_day(jiff::civil::date(2027, 10, 9)), Some(true), "a Saturday worked");
    }
}

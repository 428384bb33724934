//! Numbers, telephone numbers and times as people read them. Weekday always; the wall clock is Shanghai's (R12).

use crate::loc::Loc;
use jiff::ZonedDateTime;
use jiff::civil::Date;
use kernel::{Lang, Moment};

fn zoned(at: Moment) -> ZonedDateTime {
    at.zoned(&kernel::time::shanghai())
}

fn hm(z: &ZonedDateTime) -> String {
    format!("{:02}:{:02}", z.hour(), z.minute())
}

/// `14:05`
pub fn clock(at: Moment) -> String {
    hm(&zoned(at))
}

/// `11月25日 星期三`, with the year when it is another one than `now`'s.
pub fn day(loc: Loc, now: Moment, at: Moment) -> String {
    let (z, today) = (zoned(at), zoned(now));
    let weekday = loc.tk("weekday-", z.weekday().to_monday_one_offset());
    let month = loc.tk("month-", z.month());
    let mut args = vec![("day", z.day().to_string()), ("month", month), ("weekday", weekday)];
    if z.year() == today.year() {
        return loc.args("time-day", &args);
    }
    args.push(("year", z.year().to_string()));
    loc.args("time-day-year", &args)
}

/// The same of a day on the calendar.
pub fn date(loc: Loc, now: Moment, date: Date) -> String {
    match date.at(12, 0, 0, 0).to_zoned_datetime(kernel::time::shanghai()) {
        Ok(noon) => day(loc, now, Moment::from(&noon)),
        Err(_) => date.to_string(),
    }
}

/// `11月25日 星期三 14:05`
pub fn stamp(loc: Loc, now: Moment, at: Moment) -> String {
    loc.t2("time-stamp", "day", day(loc, now, at), "clock", clock(at))
}

/// `3 分钟前 (14:05)`; yesterday by name; older ones by date.
pub fn ago(loc: Loc, now: Moment, at: Moment) -> String {
    let secs = now.secs_since(at);
    let (z, today) = (zoned(at), zoned(now));
    if (0..60).contains(&secs) {
        loc.t1("time-just-now", "clock", hm(&z))
    } else if (60..3_600).contains(&secs) {
        loc.t2("time-minutes-ago", "n", secs / 60, "clock", hm(&z))
    } else if (3_600..86_400).contains(&secs) && z.date() == today.date() {
        loc.t2("time-hours-ago", "n", secs / 3_600, "clock", hm(&z))
    } else if today.date().yesterday().is_ok_and(|y| y == z.date()) {
        loc.t1("time-yesterday", "clock", hm(&z))
    } else {
        stamp(loc, now, at)
    }
}

/// Opening hours of a week: `星期一至星期五 08:30–17:00；星期六 09:00–12:00`.
pub fn hours(loc: Loc, week: &places::WeekHours) -> String {
    if week.is_always() {
        return loc.t("hours-always");
    }
    if !week.is_stated() {
        return loc.t("hours-unknown");
    }
    let day = |n: u8| loc.tk("weekday-", n + 1);
    let at = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let groups = week.groups().into_iter().map(|(first, last, times)| {
        let days = match (first, last) {
            (0, 6) => loc.t("hours-daily"),
            (first, last) if first == last => day(first),
            (first, last) => loc.t2("hours-days", "from", day(first), "to", day(last)),
        };
        let times: Vec<String> = times.iter().map(|(from, to)| format!("{}–{}", at(*from), at(*to))).collect();
        format!("{days} {}", times.join(" "))
    });
    groups.collect::<Vec<_>>().join(&loc.t("hours-and"))
}

/// A promise: `11月25日 星期三 17:00 前`.
pub fn by(loc: Loc, now: Moment, at: Moment) -> String {
    loc.t2("time-by", "day", day(loc, now, at), "clock", clock(at))
}

/// What is left, or how far over: `还剩 3 小时 12 分`, `已超时 2 天`.
pub fn left(loc: Loc, now: Moment, due: Moment) -> String {
    let secs = due.secs_since(now);
    loc.t1(if secs >= 0 { "time-left" } else { "time-over" }, "span", span(loc, secs.abs()))
}

/// A length of time in at most two units.
pub fn span(loc: Loc, secs: i64) -> String {
    let minutes = secs.abs() / 60;
    let (days, hours, mins) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let parts = if days > 0 {
        [("time-days", days), ("time-hours", hours)]
    } else {
        [("time-hours", hours), ("time-minutes", mins)]
    };
    let words: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| loc.t1(key, "n", n)).collect();
    if words.is_empty() { loc.t1("time-minutes", "n", 0) } else { words.join(" ") }
}

/// `12,345`
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// A telephone number for a `tel:` link: digits and a leading plus.
pub fn tel(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// A mainland mobile number in groups, as people read it out; others as they are.
pub fn phone(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..7), digits.get(7..)) {
        (Some(a), Some(b), Some(c)) if digits.len() == 11 && digits.starts_with('1') => format!("{a} {b} {c}"),
        _ => digits.to_owned(),
    }
}

/// `37 %`, from a share between 0 and 1.
pub fn percent(share: f64, lang: Lang) -> String {
    let n = (share * 100.0).round();
    if lang == Lang::En { format!("{n}%") } else { format!("{n} %") }
}

/// A secret code in groups of four, as it is printed and read out.
pub fn code_groups(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse::<jiff::Timestamp>().map(Moment::from).expect("test instant")
    }

    #[test]
    fn times_read_like_speech() {
        let now = at("2026-11-24T14:08:00+08:00");
        let (zh, en) = (Loc(Lang::ZhCn), Loc(Lang::En));
        assert_eq!(ago(zh, now, at("2026-11-24T14:05:00+08:00")), "3 分钟前 (14:05)");
        assert_eq!(ago(en, now, at("2026-11-24T13:07:59+08:00")), "1 hour ago (13:07)");
        assert_eq!(ago(zh, now, at("2026-11-23T23:50:00+08:00")), "昨天 23:50");
        assert_eq!(ago(zh, now, at("2026-11-20T09:00:00+08:00")), "11月20日 星期五 09:00");
        assert_eq!(by(zh, now, at("2026-11-25T17:00:00+08:00")), "11月25日 星期三 17:00 前");
        assert_eq!(by(en, now, at("2027-01-04T17:00:00+08:00")), "by 17:00 on Monday 4 January 2027");
        assert_eq!(left(zh, now, at("2026-11-24T17:20:00+08:00")), "还剩 3 小时 12 分");
        assert_eq!(left(en, now, at("2026-11-22T14:08:00+08:00")), "overdue by 2 days");
    }

    #[test]
    fn opening_hours_are_said_in_the_reader_s_language() {
        let (zh, en) = (Loc(Lang::ZhCn), Loc(Lang::En));
        let week = |text: &str| text.parse::<places::WeekHours>().expect("hours");
        let office = week("Mon-Fri 08:30-11:30 13:00-17:00; Sat 09:00-12:00");
        assert_eq!(hours(zh, &office), "星期一至星期五 08:30–11:30 13:00–17:00；星期六 09:00–12:00");
        assert_eq!(hours(en, &office), "Monday to Friday 08:30–11:30 13:00–17:00; Saturday 09:00–12:00");
        assert_eq!(hours(zh, &week("每天 6:00-20:00")), "每天 06:00–20:00");
        assert_eq!((hours(zh, &week("24h")), hours(en, &week(""))), ("24 小时".into(), "Not stated".into()));
    }

    #[test]
    fn numbers_and_phones() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(-999), "-999");
        assert_eq!(tel("021-0571 0110"), "02105710110");
        assert_eq!(phone("13812345678"), "138 1234 5678");
        assert_eq!(phone("02105710110"), "02105710110");
        assert_eq!(code_groups("ABCDEFGHJK"), "ABCD EFGH JK");
    }
}

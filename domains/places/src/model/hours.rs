//! Weekly opening hours of a post, read as people write them: `24h`, `Mon-Fri 08:30-17:00; Sat 09:00-12:00`,
//! `周一至周五 8:30-11:30 13:00-17:00`, `每天 20:00-06:00`.

use kernel::Moment;
use kernel::time::shanghai;
use std::fmt;
use std::str::FromStr;

const DAY: u16 = 24 * 60;

/// Open on one weekday (0 is Monday) from a minute of the day until another, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub weekday: u8,
    pub from: u16,
    pub to: u16,
}

/// Opening hours of a week, Asia/Shanghai wall clock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WeekHours {
    /// Sorted, apart from each other, none across midnight. Empty: not stated.
    spans: Vec<Span>,
}

/// Hours that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” are not opening hours; write for example “Mon-Fri 08:30-17:00; Sat 09:00-12:00” or “24h”")]
pub struct BadHours(String);

impl WeekHours {
    /// Day and night.
    pub fn always() -> Self {
        Self { spans: (0..7).map(|weekday| Span { weekday, from: 0, to: DAY }).collect() }
    }
    /// From spans; those that touch or overlap are joined. A span that ends at or before its start runs over midnight.
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all = Vec::new();
        for s in spans {
            if s.to > s.from {
                all.push(s);
            } else {
                all.push(Span { to: DAY, ..s });
                all.push(Span { weekday: (s.weekday + 1) % 7, from: 0, to: s.to });
            }
        }
        all.retain(|s| s.to > s.from);
        all.sort_unstable();
        let mut joined: Vec<Span> = Vec::new();
        for s in all {
            match joined.last_mut() {
                Some(last) if last.weekday == s.weekday && s.from <= last.to => last.to = last.to.max(s.to),
                _ => joined.push(s),
            }
        }
        Self { spans: joined }
    }
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
    /// For people: weekdays next to each other that are open at the same times, as (first, last, times); 0 is Monday.
    pub fn groups(&self) -> Vec<(u8, u8, Vec<(u16, u16)>)> {
        let mut out: Vec<(u8, u8, Vec<(u16, u16)>)> = Vec::new();
        for weekday in 0..7 {
            let times: Vec<_> = self.spans.iter().filter(|s| s.weekday == weekday).map(|s| (s.from, s.to)).collect();
            match out.last_mut() {
                Some((_, last, same)) if *last + 1 == weekday && *same == times => *last = weekday,
                _ => out.push((weekday, weekday, times)),
            }
        }
        out.retain(|(_, _, times)| !times.is_empty());
        out
    }
    pub const fn is_stated(&self) -> bool {
        !self.spans.is_empty()
    }
    pub fn is_always(&self) -> bool {
        self.spans.len() == 7 && self.spans.iter().all(|s| s.from == 0 && s.to == DAY)
    }
    /// Whether the post is open at an instant by its weekly hours; holidays are not looked at.
    pub fn open_at(&self, at: Moment) -> bool {
        let local = at.zoned(&shanghai());
        let weekday = local.weekday().to_monday_zero_offset().cast_unsigned();
        let minute = u16::from(local.hour().cast_unsigned()) * 60 + u16::from(local.minute().cast_unsigned());
        self.spans.iter().any(|s| s.weekday == weekday && s.from <= minute && minute < s.to)
    }
}

const DAYS: [[&str; 5]; 7] = [
    ["mon", "monday", "周一", "星期一", "1"],
    ["tue", "tuesday", "周二", "星期二", "2"],
    ["wed", "wednesday", "周三", "星期三", "3"],
    ["thu", "thursday", "周四", "星期四", "4"],
    ["fri", "friday", "周五", "星期五", "5"],
    ["sat", "saturday", "周六", "星期六", "6"],
    ["sun", "sunday", "周日", "星期日", "周天"],
];

impl FromStr for WeekHours {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, BadHours> {
        let bad = || BadHours(text.to_owned());
        let plain = plain(text);
        match plain.trim() {
            "" => return Ok(Self::default()),
            "24h" | "24/7" | "24小时" | "全天" | "always" => return Ok(Self::always()),
            _ => {}
        }
        let mut spans = Vec::new();
        for part in plain.split([';', ',', '、']).map(str::trim).filter(|p| !p.is_empty()) {
            let split = part.find(|c: char| c.is_ascii_digit()).ok_or_else(bad)?;
            let (days, times) = part.split_at(split);
            let days = weekdays(days.trim().trim_end_matches(':')).ok_or_else(bad)?;
            for range in times.split_whitespace() {
                let (from, to) = minutes(range).ok_or_else(bad)?;
                spans.extend(days.iter().map(|&weekday| Span { weekday, from, to }));
            }
        }
        Ok(Self::of(spans))
    }
}

/// Full-width digits and punctuation as half-width, small letters, `-` for every kind of "to".
fn plain(text: &str) -> String {
    let half = text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '–' | '—' | '~' | '至' | '到' => '-',
        '\u{3000}' => ' ',
        c => c,
    });
    half.collect::<String>().to_lowercase().replace('~', "-").replace(" - ", "-")
}

fn weekdays(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text == "每天" || text == "daily" {
        return Some((0..7).collect());
    }
    let day = |t: &str| DAYS.iter().position(|names| names.contains(&t.trim())).map(|d| d as u8);
    let Some((first, last)) = text.split_once('-') else { return Some(vec![day(text)?]) };
    let (first, last) = (day(first)?, day(last)?);
    Some(
        (0..7)
            .map(|i| (first + i) % 7)
            .take_while({
                let mut done = false;
                move |&d| {
                    let go = !done;
                    done = d == last;
                    go
                }
            })
            .collect(),
    )
}

fn minutes(range: &str) -> Option<(u16, u16)> {
    let minute = |t: &str| {
        let (h, m) = t.split_once(':')?;
        let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
        (h < 24 && m < 60 || h == 24 && m == 0).then_some(h * 60 + m)
    };
    let (from, to) = range.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from != to && from < DAY).then_some((from, to))
}

impl fmt::Display for WeekHours {
    /// The stored form; [`FromStr`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return f.write_str("24h");
        }
        for (i, s) in self.spans.iter().enumerate() {
            let day = DAYS.get(usize::from(s.weekday)).map_or("", |d| d[0]);
            let gap = if i == 0 { "" } else { "; " };
            write!(f, "{gap}{day} {:02}:{:02}-{:02}:{:02}", s.from / 60, s.from % 60, s.to / 60, s.to % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn open(hours: &str, at: &str) -> bool {
        hours.parse::<WeekHours>().unwrap().open_at(Moment::parse_rfc3339(at).unwrap())
    }

    #[test]
    fn weekly_hours_on_the_shanghai_clock() {
        // 2026-06-29 is a Monday.
        assert!(open("Mon-Fri 08:30-17:00", "2026-06-29T08:30:00+08:00"));
        assert!(!open("Mon-Fri 08:30-17:00", "2026-06-29T17:00:00+08:00"));
        assert!(!open("周一至周五 8:30-11:30 13:00-17:00", "2026-06-29T12:00:00+08:00"));
        assert!(open("周一至周五 8:30-11:30 13:00-17:00;周六 9:00—12:00", "2026-07-04T09:00:00+08:00"));
        assert!(open("24小时", "2026-07-05T03:00:00+08:00"));
        assert!(
            open("Sun 20:00-06:00", "2026-06-29T05:59:00+08:00")
                && !open("Sun 20:00-06:00", "2026-06-29T06:00:00+08:00")
        );
        assert!(
            open("Fri-Mon 09:00-10:00", "2026-07-05T09:00:00+08:00")
                && !open("Fri-Mon 09:00-10:00", "2026-07-02T09:00:00+08:00")
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["", "24h", "Mon-Fri 08:30-17:00; Sat 09:00-12:00", "20:00-06:00", "每天 6:00-24:00"] {
            let hours: WeekHours = text.parse().unwrap();
            assert_eq!(hours.to_string().parse::<WeekHours>().unwrap(), hours, "{text}");
        }
        for text in ["sometimes", "Mon", "Mon 25:00-26:00", "Mon 8-17", "Xyz 08:00-09:00", "Mon 08:00-08:00"] {
            assert!(text.parse::<WeekHours>().is_err(), "{text}");
        }
    }
}

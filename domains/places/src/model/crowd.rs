//! Crowd days (P9): from rest days, festivals, events and what happened on such days, how many more people a post could do
//! with, and why. Pure: the calendar and the counts are given. What comes out is a suggestion; people make duty times of it.

use jiff::civil::Date;
use kernel::ids::PostId;
use kernel::time::shanghai;
use kernel::{Moment, Point};
use uuid::Uuid;

/// What kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A festival of the place: a temple fair, a lantern evening.
    Festival,
    /// A market day.
    Market,
    Sport,
    Show,
    Other,
}

impl EventKind {
    pub const ALL: [Self; 5] = [Self::Festival, Self::Market, Self::Sport, Self::Show, Self::Other];
    /// As stored and in locale keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Festival => "festival",
            Self::Market => "market",
            Self::Sport => "sport",
            Self::Show => "show",
            Self::Other => "other",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// A festival or event that the district expects.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdEvent {
    pub id: Uuid,
    pub kind: EventKind,
    pub name: String,
    /// First and last day.
    pub days: (Date, Date),
    /// From and until, as minutes of the day.
    pub minutes: (u16, u16),
    /// Where, in words.
    pub place: String,
    pub point: Option<Point>,
    /// The post that looks after it.
    pub post: PostId,
    /// How many people are expected at once.
    pub expected: i64,
    pub version: i64,
}

/// What was reported at a post on comparable days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    pub post: PostId,
    pub day: Date,
    /// On the same day of the same holiday a year before; none when the record does not reach back that far.
    pub last_year: Option<i64>,
    /// On rest days and on working days of the last quarter: how many reports on how many days.
    pub rest: (i64, i64),
    pub work: (i64, i64),
}

/// Fewer are not said (R8).
pub const FEWEST: i64 = 5;

/// Why more people are suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    Event {
        name: String,
        kind: EventKind,
        expected: i64,
    },
    /// The n-th day of a holiday of so many.
    Holiday {
        name: String,
        nth: u32,
        of: u32,
    },
    LastYear {
        count: i64,
    },
    /// Reports a day on rest days and on working days, in tenths.
    Busier {
        rest_tenths: i64,
        work_tenths: i64,
    },
}

/// More people for a post on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Says the same suggestion again: day, post, and what it comes from.
    pub key: String,
    pub day: Date,
    pub post: PostId,
    pub event: Option<Uuid>,
    pub from: Moment,
    pub to: Moment,
    /// How many on patrol: they walk in pairs.
    pub patrol: u8,
    pub volunteers: u8,
    pub why: Vec<Reason>,
}

/// A starting point for the talk at the post, no norm: a pair for each thousand expected, a volunteer for each five hundred.
const A_PAIR_FOR: i64 = 1_000;
const A_VOLUNTEER_FOR: i64 = 500;
/// Without an event, when people are out: 10:00 to 20:00.
const OUT: (u16, u16) = (10 * 60, 20 * 60);
/// Patrols are there before the crowd and stay until it has gone.
const AROUND: u16 = 30;

fn for_crowd(expected: i64) -> (u8, u8) {
    let up = |n: i64, by: i64| (n + by - 1).div_euclid(by).max(1);
    let pairs = up(expected, A_PAIR_FOR).min(6);
    let volunteers = up(expected, A_VOLUNTEER_FOR).min(20);
    (u8::try_from(pairs * 2).unwrap_or(12), u8::try_from(volunteers).unwrap_or(20))
}

/// An instant of a day on the wall clock.
fn at(day: Date, minute: u16) -> Option<Moment> {
    let midnight = day.to_zoned_datetime(shanghai()).ok()?;
    Some(Moment::from(&midnight).plus_minutes(i64::from(minute)))
}

/// The suggestion of an event for one of its days.
pub fn for_event(event: &CrowdEvent, day: Date) -> Option<Suggestion> {
    if day < event.days.0 || day > event.days.1 {
        return None;
    }
    let (patrol, volunteers) = for_crowd(event.expected);
    Some(Suggestion {
        key: format!("{day}/{}/event/{}", event.post, event.id),
        day,
        post: event.post,
        event: Some(event.id),
        from: at(day, event.minutes.0.saturating_sub(AROUND))?,
        to: at(day, event.minutes.1.saturating_add(AROUND))?,
        patrol,
        volunteers,
        why: vec![Reason::Event { name: event.name.clone(), kind: event.kind, expected: event.expected }],
    })
}

/// The suggestion for a rest day at a post, when what was reported there before gives a reason; none otherwise: without a
/// record nothing is made up.
pub fn for_rest_day(history: &History, holiday: Option<(&str, u32, u32)>) -> Option<Suggestion> {
    let day = history.day;
    let mut why = Vec::new();
    let mut weight = 0;
    if let Some(count) = history.last_year.filter(|n| *n >= FEWEST && holiday.is_some()) {
        why.push(Reason::LastYear { count });
        weight = weight.max(count);
    }
    let tenths = |(n, days): (i64, i64)| if days > 0 { n * 10 / days } else { 0 };
    let (rest_tenths, work_tenths) = (tenths(history.rest), tenths(history.work));
    // Half as many again as on working days, and enough of them to say so.
    if history.rest.0 >= 2 * FEWEST && history.work.1 > 0 && rest_tenths * 2 >= work_tenths * 3 {
        why.push(Reason::Busier { rest_tenths, work_tenths });
        weight = weight.max(rest_tenths / 10);
    }
    if why.is_empty() {
        return None;
    }
    if let Some((name, nth, of)) = holiday {
        why.insert(0, Reason::Holiday { name: name.to_owned(), nth, of });
    }
    Some(Suggestion {
        key: format!("{day}/{}/rest", history.post),
        day,
        post: history.post,
        event: None,
        from: at(day, OUT.0)?,
        to: at(day, OUT.1)?,
        patrol: if weight >= 20 { 4 } else { 2 },
        volunteers: if weight >= 20 { 4 } else { 2 },
        why,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn day(d: i8) -> Date {
        Date::new(2026, 10, d).unwrap()
    }
    fn history(last_year: Option<i64>, rest: (i64, i64), work: (i64, i64)) -> History {
        History { post: PostId(Uuid::nil()), day: day(3), last_year, rest, work }
    }

    #[test]
    fn an_event_asks_for_pairs_by_the_crowd_it_expects() {
        let event = CrowdEvent {
            id: Uuid::nil(),
            kind: EventKind::Market,
            name: "老街庙会".into(),
            days: (day(2), day(3)),
            minutes: (9 * 60, 21 * 60),
            place: "青禾老街".into(),
            point: None,
            post: PostId(Uuid::nil()),
            expected: 2_400,
            version: 1,
        };
        let s = for_event(&event, day(3)).unwrap();
        assert_eq!((s.patrol, s.volunteers), (6, 5));
        assert_eq!(s.from, Moment::parse_rfc3339("2026-10-03T08:30:00+08:00").unwrap());
        assert_eq!(s.to, Moment::parse_rfc3339("2026-10-03T21:30:00+08:00").unwrap());
        assert_eq!(for_event(&event, day(4)), None);
    }

    #[test]
    fn a_rest_day_asks_for_more_only_with_a_reason() {
        let national = Some(("国庆节", 3, 7));
        assert_eq!(for_rest_day(&history(None, (0, 0), (0, 0)), national), None, "nothing is known: nothing is said");
        assert_eq!(for_rest_day(&history(Some(4), (3, 10), (9, 30)), national), None, "fewer than five are not said");
        let s = for_rest_day(&history(Some(12), (0, 0), (0, 0)), national).unwrap();
        let holiday = Reason::Holiday { name: "国庆节".into(), nth: 3, of: 7 };
        assert_eq!(s.why, [holiday, Reason::LastYear { count: 12 }]);
        let s = for_rest_day(&history(None, (30, 20), (30, 60)), None).unwrap();
        assert_eq!(s.why, [Reason::Busier { rest_tenths: 15, work_tenths: 5 }]);
    }
}

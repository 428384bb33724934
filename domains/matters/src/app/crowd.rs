//! The days to come with what is suggested for them (P9): the calendar and what was reported before are known here, the rules
//! are those of `places::model::crowd`. Counts are of places, never of a person, and few are not said (R8).

use super::calendar;
use crate::Error;
use ::store::{Cx, params};
use jiff::civil::Date;
use kernel::ids::PostId;
use kernel::time::shanghai;
use kernel::{Moment, WorkCalendar};
use people::policy::{Action, ResourceFacts, require};
use places::PostState;
use places::app::crowd::{Decided, crowd_events, decisions};
use places::model::crowd::{CrowdEvent, History, Suggestion, for_event, for_rest_day};
use std::collections::{BTreeMap, HashMap};

/// How far ahead anybody plans, in days.
pub const AHEAD: std::ops::RangeInclusive<i64> = 1..=120;
/// Rest days and working days are compared over this many days.
const COMPARED: i64 = 90;
const DAY_MICROS: i64 = 86_400_000_000;
/// Asia/Shanghai lies eight hours before UTC, all year.
const EAST_MICROS: i64 = 28_800_000_000;

/// A day on which more people are out than usual, or may be.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdDay {
    pub day: Date,
    /// None: the calendar of its year is not loaded, and nothing is guessed.
    pub rest: Option<bool>,
    /// Name, which day of it, of how many.
    pub holiday: Option<(String, u32, u32)>,
    pub events: Vec<CrowdEvent>,
    pub suggested: Vec<(Suggestion, Option<Decided>)>,
}

/// The days to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    pub from: Date,
    pub to: Date,
    pub days: Vec<CrowdDay>,
    /// Years within the time asked for whose calendar is not loaded.
    pub unloaded: Vec<i16>,
    /// Since when matters are on record; none: there are none.
    pub recorded_since: Option<Date>,
}

fn date_of(at: Moment) -> Date {
    at.zoned(&shanghai()).date()
}

fn midnight(day: Date) -> Moment {
    day.to_zoned_datetime(shanghai()).map_or_else(|_| Moment::from_micros(0), |z| Moment::from(&z))
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// Days to come on which there is something: a holiday or its make-up, an event, or a suggestion. Ordinary weekends only with
/// a suggestion.
pub fn ahead(cx: &mut Cx<'_>, days: i64) -> Result<Ahead, Error> {
    require(&cx.actor, cx.purpose, Action::ViewCrowd, &ResourceFacts::District)?;
    if !AHEAD.contains(&days) {
        return Err(Error::invalid("days", "invalid-range"));
    }
    let calendar = calendar(cx)?;
    let from = date_of(cx.now);
    let to = plus(from, days);
    let events = crowd_events(cx, from, to)?;
    let decided = decisions(cx, from)?;
    let posts: Vec<PostId> = {
        let known = places::snapshot(cx)?;
        let running = known.posts().iter().filter(|p| p.state == PostState::Running && p.parent.is_none());
        running.map(|p| p.id).collect()
    };
    let record = Record::read(cx, &calendar, from)?;
    let mut out = Vec::new();
    let mut unloaded = Vec::new();
    for day in std::iter::successors(Some(from), |d| d.tomorrow().ok()).take_while(|d| *d <= to) {
        if !calendar.is_loaded(day.year()) && !unloaded.contains(&day.year()) {
            unloaded.push(day.year());
        }
        let rest = calendar.is_working_day(day).map(|worked| !worked);
        let holiday =
            calendar.holiday(day).zip(calendar.nth_of_holiday(day)).map(|(name, (nth, of))| (name.to_owned(), nth, of));
        let of_day: Vec<CrowdEvent> = events.iter().filter(|e| e.days.0 <= day && day <= e.days.1).cloned().collect();
        let mut suggested: Vec<Suggestion> = of_day.iter().filter_map(|e| for_event(e, day)).collect();
        if rest == Some(true) {
            let named = holiday.as_ref().map(|(name, nth, of)| (name.as_str(), *nth, *of));
            let last_year = match named {
                Some((name, nth, _)) => record.same_day_last_year(cx, &calendar, (day, name, nth))?,
                None => None,
            };
            for post in &posts {
                let history = record.of(*post, day, last_year.as_ref());
                suggested.extend(for_rest_day(&history, named));
            }
        }
        if holiday.is_none() && of_day.is_empty() && suggested.is_empty() {
            continue;
        }
        let with = |s: Suggestion| {
            let done = decided.get(&s.key).cloned();
            (s, done)
        };
        out.push(CrowdDay { day, rest, holiday, events: of_day, suggested: suggested.into_iter().map(with).collect() });
    }
    Ok(Ahead { from, to, days: out, unloaded, recorded_since: record.since })
}

/// One suggestion, made anew from what is known now.
pub fn suggestion(cx: &mut Cx<'_>, key: &str) -> Result<(Suggestion, Option<Decided>), Error> {
    let all = ahead(cx, *AHEAD.end())?;
    let mut all = all.days.into_iter().flat_map(|d| d.suggested);
    all.find(|(s, _)| s.key == key).ok_or(Error::NotFound)
}

/// What was reported where in the last quarter.
struct Record {
    since: Option<Date>,
    /// By post: reports on rest days and on working days.
    by_post: HashMap<PostId, (i64, i64)>,
    rest_days: i64,
    work_days: i64,
}

/// The post of a matter, or the one above where it is an office or a house.
const POST: &str = "COALESCE(post_top, post_mid, post)";

impl Record {
    fn read(cx: &mut Cx<'_>, calendar: &WorkCalendar, today: Date) -> Result<Self, Error> {
        let sql = "SELECT received_at FROM matter WHERE district_id = $1 ORDER BY received_at LIMIT 1";
        let since =
            cx.query_opt(sql, params![cx.district()])?.map(|r| r.moment("received_at")).transpose()?.map(date_of);
        let mut record = Self { since, by_post: HashMap::new(), rest_days: 0, work_days: 0 };
        let Some(first) = since else { return Ok(record) };
        let first = first.max(plus(today, -COMPARED));
        let mut rests: BTreeMap<i64, bool> = BTreeMap::new();
        for day in std::iter::successors(Some(first), |d| d.tomorrow().ok()).take_while(|d| *d < today) {
            let Some(worked) = calendar.is_working_day(day) else { continue };
            rests.insert((midnight(day).micros() + EAST_MICROS).div_euclid(DAY_MICROS), !worked);
            if worked {
                record.work_days += 1;
            } else {
                record.rest_days += 1;
            }
        }
        let sql = format!(
            "SELECT {POST} AS place, (received_at + {EAST_MICROS}) / {DAY_MICROS} AS day, COUNT(*) AS n FROM matter \
             WHERE district_id = $1 AND received_at >= $2 AND received_at < $3 AND post IS NOT NULL GROUP BY {POST}, \
             (received_at + {EAST_MICROS}) / {DAY_MICROS}"
        );
        for row in cx.query(&sql, params![cx.district(), midnight(first), midnight(today)])? {
            let Some(rest) = rests.get(&row.i64("day")?) else { continue };
            let counts = record.by_post.entry(row.id("place")?).or_default();
            if *rest {
                counts.0 += row.i64("n")?;
            } else {
                counts.1 += row.i64("n")?;
            }
        }
        Ok(record)
    }

    /// Reports by post on the n-th day of the same holiday a year before; none when the record does not reach back to it.
    fn same_day_last_year(
        &self,
        cx: &mut Cx<'_>,
        calendar: &WorkCalendar,
        (day, name, nth): (Date, &str, u32),
    ) -> Result<Option<HashMap<PostId, i64>>, Error> {
        // Lunar festivals move by up to a month.
        let about = plus(day, -365);
        let near = (-35..=35).map(|n| plus(about, n));
        let same = near
            .into_iter()
            .find(|d| calendar.holiday(*d) == Some(name) && calendar.nth_of_holiday(*d).is_some_and(|(n, _)| n == nth));
        let Some(then) = same.filter(|then| self.since.is_some_and(|since| since <= *then)) else { return Ok(None) };
        let sql = format!(
            "SELECT {POST} AS place, COUNT(*) AS n FROM matter WHERE district_id = $1 AND received_at >= $2 AND received_at < $3 \
             AND post IS NOT NULL GROUP BY {POST}"
        );
        let rows = cx.query(&sql, params![cx.district(), midnight(then), midnight(plus(then, 1))])?;
        let counts = rows.iter().map(|r| Ok((r.id("place")?, r.i64("n")?))).collect::<Result<_, ::store::Error>>()?;
        Ok(Some(counts))
    }

    fn of(&self, post: PostId, day: Date, last_year: Option<&HashMap<PostId, i64>>) -> History {
        let (rest, work) = self.by_post.get(&post).copied().unwrap_or_default();
        History {
            post,
            day,
            last_year: last_year.map(|all| all.get(&post).copied().unwrap_or_default()),
            rest: (rest, self.rest_days),
            work: (work, self.work_days),
        }
    }
}

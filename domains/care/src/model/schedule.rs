//! The care schedule (L7): who is with the elder when, and when the home is empty. Used before an elder is handed over at
//! home (R4). Pure; times are on the wall.

use jiff::civil::{Date, DateTime, Time};
use kernel::ids::ContactId;
use serde::{Deserialize, Serialize};

/// Minutes of a day.
pub const DAY: u16 = 1_440;
/// Days that are looked ahead for the end of being alone.
const AHEAD: i32 = 15;

/// Who is with the elder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Where {
    /// At home, with these.
    Home(Vec<ContactId>),
    /// At home, and nobody else is.
    Alone,
    /// Somewhere else: a day centre, a hospital.
    Elsewhere(String),
}

/// A part of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// From 0, Monday, to 6.
    pub days: Vec<u8>,
    /// Minutes after midnight, `to` not included; a night is two slots.
    pub from: u16,
    pub to: u16,
    pub at: Where,
}

/// A part of one day, which goes before the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    #[serde(with = "as_text")]
    pub date: Date,
    pub from: u16,
    pub to: u16,
    pub at: Where,
}

/// A date as `2026-06-29`.
mod as_text {
    use super::Date;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The week, and the days on which it is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Schedule {
    pub week: Vec<Slot>,
    pub exceptions: Vec<Exception>,
}

/// What the schedule says of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    Somebody(Vec<ContactId>),
    /// R4: nobody is brought there now.
    Alone,
    Elsewhere(String),
    /// Nothing is written down: it must be asked.
    Unknown,
}

impl From<&Where> for Home {
    fn from(at: &Where) -> Self {
        match at {
            Where::Home(who) => Self::Somebody(who.clone()),
            Where::Alone => Self::Alone,
            Where::Elsewhere(label) => Self::Elsewhere(label.clone()),
        }
    }
}

fn minute(time: Time) -> u16 {
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}

fn weekday(date: Date) -> u8 {
    u8::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

impl Schedule {
    /// What it says of an instant on the wall.
    pub fn at(&self, local: DateTime) -> Home {
        self.of(local.date(), minute(local.time()))
    }

    fn of(&self, date: Date, minute: u16) -> Home {
        let special = self.exceptions.iter().find(|e| e.date == date && (e.from..e.to).contains(&minute));
        let usual = || {
            let day = weekday(date);
            self.week.iter().find(|s| s.days.contains(&day) && (s.from..s.to).contains(&minute))
        };
        special.map(|e| &e.at).or_else(|| usual().map(|s| &s.at)).map_or(Home::Unknown, Home::from)
    }

    /// Until when the elder is alone at home, when they are now; `None` when they are not, or when no end is known.
    pub fn alone_until(&self, local: DateTime) -> Option<DateTime> {
        if self.at(local) != Home::Alone {
            return None;
        }
        let mut date = local.date();
        for ahead in 0..AHEAD {
            let after = if ahead == 0 { minute(local.time()) + 1 } else { 0 };
            if let Some(end) =
                self.changes_on(date).into_iter().filter(|m| *m >= after).find(|m| self.of(date, *m) != Home::Alone)
            {
                let time = Time::new(i8::try_from(end / 60).ok()?, i8::try_from(end % 60).ok()?, 0, 0).ok()?;
                return Some(date.to_datetime(time));
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// Minutes of a day at which something may change, in order.
    fn changes_on(&self, date: Date) -> Vec<u16> {
        let day = weekday(date);
        let week = self.week.iter().filter(|s| s.days.contains(&day)).map(|s| (s.from, s.to));
        let special = self.exceptions.iter().filter(|e| e.date == date).map(|e| (e.from, e.to));
        let mut all: Vec<u16> = week.chain(special).flat_map(|(from, to)| [from, to]).filter(|m| *m < DAY).collect();
        all.push(0);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What is wrong with it: the field, and why.
    ///
    /// # Errors
    /// Times that end before they begin, days that do not exist, two answers for one minute.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.week.len() > 60 || self.exceptions.len() > 200 {
            return Err(("week", "too-many"));
        }
        for s in &self.week {
            if s.days.is_empty() || s.days.iter().any(|d| *d > 6) {
                return Err(("days", "missing"));
            }
            span(s.from, s.to, &s.at)?;
        }
        for e in &self.exceptions {
            span(e.from, e.to, &e.at)?;
        }
        let meets = |a: (u16, u16), b: (u16, u16)| a.0 < b.1 && b.0 < a.1;
        for (i, a) in self.week.iter().enumerate() {
            for b in self.week.iter().skip(i + 1) {
                if meets((a.from, a.to), (b.from, b.to)) && a.days.iter().any(|d| b.days.contains(d)) {
                    return Err(("week", "overlap"));
                }
            }
        }
        for (i, a) in self.exceptions.iter().enumerate() {
            for b in self.exceptions.iter().skip(i + 1) {
                if a.date == b.date && meets((a.from, a.to), (b.from, b.to)) {
                    return Err(("exceptions", "overlap"));
                }
            }
        }
        Ok(())
    }

    /// Everybody it names.
    pub fn contacts(&self) -> Vec<ContactId> {
        let all = self.week.iter().map(|s| &s.at).chain(self.exceptions.iter().map(|e| &e.at));
        all.flat_map(|at| if let Where::Home(who) = at { who.as_slice() } else { &[] }).copied().collect()
    }

    /// Without somebody who is no contact any more. Where they were the only one, nobody knows who is there now.
    pub(crate) fn forget(&mut self, gone: ContactId) {
        let keep = |at: &mut Where| match at {
            Where::Home(who) => {
                who.retain(|c| *c != gone);
                !who.is_empty()
            }
            Where::Alone | Where::Elsewhere(_) => true,
        };
        self.week.retain_mut(|s| keep(&mut s.at));
        self.exceptions.retain_mut(|e| keep(&mut e.at));
    }
}

fn span(from: u16, to: u16, at: &Where) -> Result<(), (&'static str, &'static str)> {
    if from >= to || to > DAY {
        return Err(("to", "range"));
    }
    match at {
        Where::Home(who) if who.is_empty() => Err(("who", "missing")),
        Where::Elsewhere(label) if label.trim().is_empty() || label.chars().count() > 40 => Err(("where", "missing")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn daughter() -> ContactId {
        ContactId(uuid::Uuid::from_u128(1))
    }

    /// Working days: the daughter is there until half past seven and from half past six; in between the elder is alone, but
    /// on Wednesdays at the day centre.
    fn family() -> Schedule {
        let slot = |days: &[u8], from: u16, to: u16, at: Where| Slot { days: days.to_vec(), from, to, at };
        let home = || Where::Home(vec![daughter()]);
        Schedule {
            week: vec![
                slot(&[0, 1, 2, 3, 4], 0, 450, home()),
                slot(&[0, 1, 3, 4], 450, 1_110, Where::Alone),
                slot(&[2], 450, 1_110, Where::Elsewhere("日间照料中心".into())),
                slot(&[0, 1, 2, 3, 4], 1_110, DAY, home()),
                slot(&[5, 6], 0, DAY, home()),
            ],
            exceptions: Vec::new(),
        }
    }

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_founding_story_on_a_monday_afternoon_nobody_is_at_home() {
        let s = family();
        assert_eq!(s.check(), Ok(()));
        assert_eq!(s.at(at("2026-06-29T14:20")), Home::Alone);
        assert_eq!(s.alone_until(at("2026-06-29T14:20")), Some(at("2026-06-29T18:30")));
        assert_eq!(s.at(at("2026-06-29T18:30")), Home::Somebody(vec![daughter()]));
        assert_eq!(s.alone_until(at("2026-06-29T18:30")), None);
        assert_eq!(s.at(at("2026-07-01T10:00")), Home::Elsewhere("日间照料中心".into()));
        assert_eq!(Schedule::default().at(at("2026-06-29T14:20")), Home::Unknown);
    }

    #[test]
    fn a_day_that_is_otherwise_goes_before_the_week() {
        let mut s = family();
        let date = at("2026-06-29T00:00").date();
        s.exceptions.push(Exception { date, from: 780, to: 960, at: Where::Home(vec![daughter()]) });
        assert_eq!(s.at(at("2026-06-29T14:20")), Home::Somebody(vec![daughter()]));
        assert_eq!(s.alone_until(at("2026-06-29T09:00")), Some(at("2026-06-29T13:00")));
        assert_eq!(s.at(at("2026-06-29T16:00")), Home::Alone);
        // Into the night: alone until the next morning.
        s.exceptions.push(Exception { date, from: 1_110, to: DAY, at: Where::Alone });
        assert_eq!(s.alone_until(at("2026-06-29T17:00")), Some(at("2026-06-30T00:00")));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let slot = |days: Vec<u8>, from, to, at| Slot { days, from, to, at };
        let of = |week| Schedule { week, exceptions: vec![] }.check();
        assert_eq!(of(vec![slot(vec![], 0, 10, Where::Alone)]), Err(("days", "missing")));
        assert_eq!(of(vec![slot(vec![7], 0, 10, Where::Alone)]), Err(("days", "missing")));
        assert_eq!(of(vec![slot(vec![0], 10, 10, Where::Alone)]), Err(("to", "range")));
        assert_eq!(of(vec![slot(vec![0], 10, 1_441, Where::Alone)]), Err(("to", "range")));
        assert_eq!(of(vec![slot(vec![0], 0, 10, Where::Home(vec![]))]), Err(("who", "missing")));
        let two = vec![slot(vec![0, 1], 0, 10, Where::Alone), slot(vec![1], 9, 20, Where::Elsewhere("医院".into()))];
        assert_eq!(of(two), Err(("week", "overlap")));
    }

    #[test]
    fn nobody_is_at_home_any_more_when_the_only_one_is_gone() {
        let mut s = family();
        s.forget(daughter());
        assert_eq!(s.at(at("2026-06-29T20:00")), Home::Unknown);
        assert_eq!(s.at(at("2026-06-29T14:20")), Home::Alone);
    }

    proptest! {
        /// The end of being alone is the first minute at which the schedule says something else.
        #[test]
        fn alone_until_is_the_first_minute_that_is_otherwise(
            slots in prop::collection::vec((0u8..7, 0u16..1_440, 1u16..600, 0u8..3), 0..6), start in 0u16..1_440,
        ) {
            let s = Schedule {
                week: slots.into_iter().map(|(day, from, len, kind)| Slot {
                    days: vec![day], from, to: (from + len).min(DAY),
                    at: match kind { 0 => Where::Home(vec![daughter()]), 1 => Where::Alone, _ => Where::Elsewhere("x".into()) },
                }).collect(),
                exceptions: vec![],
            };
            let now = at("2026-06-29T00:00") + jiff::SignedDuration::from_mins(i64::from(start));
            let mut next = now;
            let slow = (s.at(now) == Home::Alone).then(|| loop {
                next += jiff::SignedDuration::from_mins(1);
                if s.at(next) != Home::Alone { break next; }
                if next > at("2026-07-13T23:00") { break next; }
            });
            prop_assert_eq!(s.alone_until(now), slow.filter(|n| *n <= at("2026-07-13T23:00")));
        }
    }
}

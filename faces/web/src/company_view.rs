//! What the own page and the desk say of company: when a call suits.

use crate::Page;
use crate::public::post::Posted;
use care::model::volunteer::Part;

pub(crate) const DAYS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];

/// A part of the week as the two choices of a form: the day, and the part of it. No day: at any time.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallTime {
    pub day: String,
    pub part: String,
}

impl CallTime {
    /// `2m`, Tuesday morning.
    pub(crate) fn of(code: &str) -> Self {
        let (day, part) = code.split_at_checked(1).unwrap_or_default();
        Self { day: day.to_owned(), part: part.to_owned() }
    }
    pub(crate) fn read(posted: &Posted) -> Self {
        Self { day: posted.get("day"), part: posted.get("part") }
    }
    pub(crate) fn code(&self) -> String {
        if self.day.is_empty() { String::new() } else { format!("{}{}", self.day, self.part) }
    }
    /// In words; none: at any time.
    pub(crate) fn words(&self, page: &Page) -> Option<String> {
        let known = DAYS.contains(&self.day.as_str()) && Part::from_code(&self.part).is_some();
        let day = || page.tk("weekday-", &self.day);
        known.then(|| page.t2("company-when", "day", day(), "part", page.tk("company-part-", &self.part)))
    }
    pub(crate) fn days() -> [&'static str; 7] {
        DAYS
    }
    pub(crate) fn parts() -> Vec<&'static str> {
        Part::ALL.iter().map(|p| p.code()).collect()
    }
}

//! A day as the page shows it, and the form of one visit.

use crate::Page;
use care::app::visits::{DayPack, Stop};
use care::model::visit::{CardSeen, Hazard, Mood, Need, Outcome};
use jiff::civil::Date;
use kernel::ids::AccountId;
use std::collections::HashMap;

/// Not at home so often in a row: they come first.
const FIRST: i64 = 2;

pub(super) struct DayView {
    pub date: String,
    pub stops: Vec<StopView>,
}

/// Somebody to see.
pub(super) struct StopView {
    pub visit: String,
    /// Name; for the supplementary force, the address.
    pub title: String,
    /// Below the title, where it is not the title itself.
    pub address: Option<String>,
    pub phone: Option<String>,
    pub kind: String,
    /// When they are expected there.
    pub at: Option<String>,
    /// The day it was due, where that is past.
    pub late: Option<String>,
    pub reasons: Vec<String>,
    pub bring: Vec<String>,
    pub with: Vec<String>,
    pub language: Option<String>,
    pub misses: i64,
}

impl DayView {
    pub(super) fn of(page: &Page, pack: DayPack, names: &HashMap<AccountId, String>) -> Self {
        let mut stops = pack.stops;
        // As the round goes; for the others one way through the place: whoever was missed first, then house by house.
        stops.sort_by_cached_key(|s| {
            let round = today(s, &pack.date);
            (!round, (!round).then(|| (s.misses < FIRST, along(s.address.as_deref().unwrap_or_default()))))
        });
        let stops = stops.into_iter().map(|s| StopView::of(page, s, names, &pack.date)).collect();
        Self { date: day(page, &pack.date), stops }
    }
    pub(super) fn has(&self, visit: &str) -> bool {
        self.stops.iter().any(|s| s.visit == visit)
    }
    /// Name of the page, also on the phone's own list.
    pub(super) fn title(&self, page: &Page) -> String {
        page.t1("fv-title-day", "day", &self.date)
    }
    /// Everything to bring, once.
    pub(super) fn bring(&self, page: &Page) -> String {
        let mut all: Vec<&str> = Vec::new();
        for what in self.stops.iter().flat_map(|s| &s.bring) {
            if !all.contains(&what.as_str()) {
                all.push(what);
            }
        }
        all.join(&page.t("list-comma"))
    }
}

/// Does a round say when, on this day?
fn today(s: &Stop, date: &str) -> bool {
    s.at.is_some() && s.day.as_deref() == Some(date)
}

impl StopView {
    fn of(page: &Page, s: Stop, names: &HashMap<AccountId, String>, date: &str) -> Self {
        let at = s.at.clone().filter(|_| today(&s, date));
        let known = |family: &str, code: &String| page.loc.find(&format!("{family}{code}"), &[]);
        let unknown = page.t("fv-no-address");
        let (title, address) = match (s.name, s.address) {
            (Some(name), address) => (name, address),
            (None, address) => (address.unwrap_or(unknown), None),
        };
        Self {
            visit: s.visit.to_string(),
            title,
            address,
            phone: s.phone.map(|p| crate::fmt::phone(&p)),
            kind: page.tk("fv-kind-", &s.kind),
            at,
            late: (s.due.as_str() < date).then(|| day(page, &s.due)),
            reasons: s.reasons.iter().filter_map(|code| known("fv-why-", code)).collect(),
            bring: s.bring.iter().filter_map(|code| known("fv-bring-", code)).collect(),
            with: s.with.iter().filter_map(|id| names.get(id).cloned()).collect(),
            language: s.language.filter(|l| !l.trim().is_empty()),
            misses: s.misses,
        }
    }
    /// Words of a list, in a row.
    #[expect(clippy::unused_self, reason = "templates call methods of what they show")]
    pub(super) fn row(&self, page: &Page, all: impl AsRef<[String]>) -> String {
        all.as_ref().join(&page.t("list-comma"))
    }
}

fn day(page: &Page, date: &str) -> String {
    date.parse::<Date>().map_or_else(|_| date.to_owned(), |day| page.date(day))
}

/// Numbers in an address count as numbers, so that house 9 comes before house 12 and one house after the other.
fn along(address: &str) -> Vec<(u64, String)> {
    let mut out = vec![(0_u64, String::new())];
    let mut digits = false;
    for c in address.chars() {
        if c.is_ascii_digit() != digits {
            digits = !digits;
            out.push((0, String::new()));
        }
        if let Some((number, text)) = out.last_mut() {
            match c.to_digit(10) {
                Some(n) => *number = number.saturating_mul(10).saturating_add(u64::from(n)),
                None => text.push(c),
            }
        }
    }
    out
}

/// The form as it was filled in.
pub(super) struct FormView {
    /// What makes one form one command.
    pub again: String,
    pub typed: Vec<(String, String)>,
    /// The first and the last day that can be agreed on.
    pub first_day: String,
    pub last_day: String,
}

impl FormView {
    pub(super) fn empty(page: &Page) -> Self {
        let today = care::app::visits::day_of(page.now);
        let last = today.saturating_add(jiff::Span::new().days(super::commands::AHEAD_DAYS));
        Self { again: String::new(), typed: Vec::new(), first_day: today.to_string(), last_day: last.to_string() }
    }
    /// Was this box ticked?
    pub(super) fn on(&self, name: &str, value: &str) -> bool {
        self.typed.iter().any(|(n, v)| n == name && v == value)
    }
    pub(super) fn text(&self, name: &str) -> &str {
        self.typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
}

/// What can be ticked.
#[expect(clippy::unused_self, reason = "templates call methods of what they show")]
impl FormView {
    pub(super) fn outcomes(&self) -> Vec<&'static str> {
        Outcome::ALL.iter().map(|o| o.code()).collect()
    }
    pub(super) fn hazards(&self) -> Vec<&'static str> {
        Hazard::ALL.iter().map(|h| h.code()).collect()
    }
    pub(super) fn needs(&self) -> Vec<&'static str> {
        Need::ALL.iter().map(|n| n.code()).collect()
    }
    pub(super) fn moods(&self) -> Vec<&'static str> {
        Mood::ALL.iter().map(|m| m.code()).collect()
    }
    pub(super) fn looks(&self) -> Vec<&'static str> {
        CardSeen::ALL.iter().map(|c| c.code()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::along;

    #[test]
    fn house_by_house() {
        let mut all = ["归雁苑12号501", "归雁苑9号202", "桂花里3号", "归雁苑9号101", ""];
        all.sort_by_key(|a| along(a));
        assert_eq!(all, ["", "归雁苑9号101", "归雁苑9号202", "归雁苑12号501", "桂花里3号"]);
    }
}

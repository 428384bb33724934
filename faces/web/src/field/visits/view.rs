//! A day as the page shows it, and the form of one visit.

use super::sketch;
use crate::Page;
use care::app::visits::{DayPack, Stop};
use care::model::visit::{CardSeen, Hazard, Mood, Need, Outcome};
use jiff::civil::Date;
use kernel::ids::AccountId;
use std::collections::HashMap;

pub(super) struct DayView {
    pub date: String,
    pub stops: Vec<StopView>,
    /// How long the list stays on a phone.
    pub hours: i64,
    pub map: Option<MapView>,
}

/// The drawing, and what is to be said of it.
pub(super) struct MapView {
    pub svg: String,
    /// Doors that nobody can place.
    pub missing: usize,
    /// Straight lines: no streets are loaded.
    pub estimate: bool,
    /// It begins at a post, which is drawn.
    pub post: bool,
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
        let DayPack { date, stops, walk, hours, .. } = pack;
        let missing = stops.iter().filter(|s| s.place.is_none()).count();
        let svg = sketch::svg(&stops, &walk, &page.t("fv-map"));
        let map = svg.map(|svg| MapView { svg, missing, estimate: walk.estimate, post: walk.base.is_some() });
        let stops = stops.into_iter().map(|s| StopView::of(page, s, names, &date)).collect();
        Self { date: day(page, &date), stops, hours, map }
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

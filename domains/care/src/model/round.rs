//! A round in plain values: who may go together, what a visit asks for, and when somebody who walks a route in order is where.

use super::codes;
use super::visit::{Force, VisitKind};
use kernel::ids::AccountId;
use serde::{Deserialize, Serialize};

kernel::id_types! {
    /// A day or a month of visits planned at once.
    RoundId,
}

impl From<RoundId> for store::Value {
    fn from(id: RoundId) -> Self {
        Self::Uuid(id.0)
    }
}

codes! {
    RoundState {
        Draft = "draft",
        /// The pairs are sent.
        Published = "published",
        CalledOff = "called-off",
    }
}
codes! {
    /// Why a visit is with nobody.
    WhyNot {
        /// Nobody speaks what they speak best.
        Language = "language",
        /// Nobody of a pair is a nurse.
        Nurse = "nurse",
        /// No pair has both.
        Both = "both",
        /// The agreed time lies outside of everybody's working hours.
        Hours = "hours",
        /// The way there, the visit and the way back take longer than any shift.
        Far = "far",
        /// Everybody who could come has no time left.
        Full = "full",
        /// Somebody took it out.
        Aside = "aside",
        /// Others were sent from elsewhere.
        Hand = "hand",
        /// In care no longer, or without a plan.
        Gone = "gone",
        /// They live elsewhere now.
        Moved = "moved",
    }
}
codes! {
    /// What is wrong with a visit where it stands in a route.
    Fault {
        Early = "early", Late = "late", Hours = "hours", Language = "language", Nurse = "nurse", Day = "day",
        /// One of the pair stands at another door then, in another round.
        Busy = "busy",
    }
}

/// The hours within which anybody is visited at all, in minutes of the day.
pub const DAY: (i64, i64) = (8 * 60, 20 * 60);
/// The hours within which a shift lies.
pub const SHIFT: (i64, i64) = (7 * 60, 21 * 60);
/// A time that was told is kept when somebody comes within so many minutes of it.
pub const ABOUT: i64 = 15;
/// The longest visit, in minutes.
pub const LONGEST: i64 = 180;
/// Lunch begins at the latest so long after it may.
pub const REST_SLACK: i64 = 60;

/// How long a visit of a kind takes, in minutes.
pub const fn minutes_of(kind: VisitKind) -> i64 {
    match kind {
        VisitKind::Chat => 30,
        VisitKind::Clean => 60,
        VisitKind::Check => 20,
        VisitKind::TeachPhone => 45,
        VisitKind::CardCheck => 15,
    }
}

/// `09:30` as minutes of the day; `24:00` is none.
pub fn minute(text: &str) -> Option<i64> {
    let (hours, minutes) = text.trim().split_once([':', '：'])?;
    let two = |t: &str, most: i64| t.parse::<i64>().ok().filter(|n| (0..=most).contains(n) && t.len() <= 2);
    Some(two(hours, 23)? * 60 + two(minutes, 59)?)
}

/// Minutes of the day as `09:30`.
pub fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// What was agreed with a household for a visit. Sealed: that a nurse comes says something of somebody's health.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asks {
    /// Minutes of the day between which the visit begins.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub nurse: bool,
    /// Only with somebody who speaks what they speak best; else that is a wish.
    pub must_speak: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for Asks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asks(…)")
    }
}

impl Asks {
    /// When the visit may begin.
    pub fn window(&self) -> (i64, i64) {
        (self.from.unwrap_or(DAY.0), self.to.unwrap_or(DAY.1))
    }
    pub fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let (from, to) = self.window();
        if from < DAY.0 || to > DAY.1 {
            return Some(("window", "round-day"));
        }
        (from > to).then_some(("window", "round-order"))
    }
}

/// Understood by everybody here.
const COMMON: &[&str] = &["普通话", "国语", "汉语", "mandarin", "putonghua", "chinese"];

fn plain(language: &str) -> String {
    language.trim().to_lowercase()
}

/// The languages in a line as somebody types it.
pub fn languages(typed: &str) -> Vec<String> {
    let mut out: Vec<String> =
        typed.split(['、', ',', '，', ';', '；', '/']).map(plain).filter(|l| !l.is_empty()).collect();
    out.dedup();
    out
}

/// Does one of these understand somebody who speaks this best?
pub fn speaks(spoken: &[String], wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted.map(plain).filter(|w| !w.is_empty()) else { return true };
    COMMON.contains(&wanted.as_str()) || spoken.contains(&wanted)
}

/// Somebody who can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    pub account: AccountId,
    pub force: Force,
}

/// Pairs of two forces, as many as there can be: from the two forces with the most people left, those who visited most of the same
/// people before (`shared`) first. And whoever is left over.
pub fn pair_up(
    hands: &[Hand],
    shared: &dyn Fn(AccountId, AccountId) -> usize,
) -> (Vec<(AccountId, AccountId)>, Vec<AccountId>) {
    let mut left: Vec<&Hand> = hands.iter().collect();
    let mut pairs = Vec::new();
    loop {
        let mut forces: Vec<(usize, Force)> =
            Force::ALL.iter().map(|f| (left.iter().filter(|h| h.force == *f).count(), *f)).collect();
        forces.sort_by_key(|(n, force)| (std::cmp::Reverse(*n), *force));
        let [(a, first), (b, second), ..] = forces.as_slice() else { break };
        if *a == 0 || *b == 0 {
            break;
        }
        let of = |force: Force| left.iter().filter(move |h| h.force == force);
        let best = of(*first)
            .flat_map(|one| of(*second).map(move |two| (one.account, two.account)))
            .enumerate()
            .max_by_key(|(n, (one, two))| (shared(*one, *two), std::cmp::Reverse(*n)));
        let Some((_, (one, two))) = best else { break };
        left.retain(|h| h.account != one && h.account != two);
        pairs.push((one, two));
    }
    (pairs, left.into_iter().map(|h| h.account).collect())
}

/// Working hours and lunch of one pair on one day, in minutes of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub from: i64,
    pub to: i64,
    /// When lunch begins at the earliest, and how long it lasts; 0: none.
    pub rest: (i64, i64),
}

impl Hours {
    /// Lunch, when the shift lies around it.
    pub const fn rest(&self) -> Option<(i64, i64)> {
        let (from, lasts) = self.rest;
        if lasts > 0 && self.from < from && self.to > from + lasts { Some((from, lasts)) } else { None }
    }
}

/// One visit of a route in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// On the way there, in minutes.
    pub walk: i64,
    pub lasts: i64,
    pub window: (i64, i64),
}

/// When each visit begins and ends for a pair that goes in this order, as early as it can, lunch between two visits.
pub fn times(hours: &Hours, legs: &[Leg]) -> Vec<(i64, i64)> {
    let mut free = hours.from;
    let mut rest = hours.rest();
    let mut out = Vec::new();
    for leg in legs {
        let mut start = (free + leg.walk).max(leg.window.0);
        if let Some((from, lasts)) = rest
            && (free >= from || start + leg.lasts > from + REST_SLACK)
        {
            start = (free.max(from) + lasts + leg.walk).max(leg.window.0);
            rest = None;
        }
        free = start + leg.lasts;
        out.push((start, free));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(minute("9:05"), Some(545));
        assert_eq!(minute("09:05"), Some(545));
        assert_eq!((minute("24:00"), minute("9"), minute("9:60"), minute("-1:00")), (None, None, None, None));
        assert_eq!(clock(545), "09:05");
    }

    #[test]
    fn a_common_language_needs_nobody_and_a_dialect_somebody() {
        let spoken = languages("本地话、 Cantonese");
        assert!(speaks(&spoken, None) && speaks(&[], Some("普通话")) && speaks(&spoken, Some("cantonese")));
        assert!(!speaks(&spoken, Some("温州话")));
    }

    #[test]
    fn pairs_mix_forces_and_keep_those_who_know_the_same_people() {
        let hand = |n, force| Hand { account: account(n), force };
        let hands = [hand(1, Force::Front), hand(2, Force::Front), hand(3, Force::Support), hand(4, Force::Core)];
        let shared = |a: AccountId, b: AccountId| usize::from((a, b) == (account(2), account(4)));
        let (pairs, left) = pair_up(&hands, &shared);
        assert_eq!(pairs, [(account(2), account(4)), (account(1), account(3))]);
        assert!(left.is_empty());
        assert_eq!(pair_up(&hands[..2], &shared).1.len(), 2, "of one force nobody is paired");
    }

    #[test]
    fn lunch_lies_between_two_visits() {
        let hours = Hours { from: 540, to: 1020, rest: (690, 45) };
        let leg = |lasts| Leg { walk: 5, lasts, window: DAY };
        assert_eq!(times(&hours, &[leg(30), leg(30)]), [(545, 575), (580, 610)]);
        let day = times(&hours, &[leg(160), leg(30)]);
        assert_eq!(day, [(545, 705), (755, 785)], "after a visit that ends after 11:30");
        let windowed = Leg { window: (800, 830), ..leg(30) };
        assert_eq!(times(&hours, &[leg(30), windowed]).last(), Some(&(800, 830)));
    }
}

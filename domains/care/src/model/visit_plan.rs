//! When somebody is visited next, and why (N4). Pure: the days come in.

use super::codes;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

codes! {
    /// What was stated about somebody. Each with its source, its day and who wrote it; the person and the family can read it.
    FactKind {
        Alone = "alone",
        /// Cannot get up unaided.
        CannotRise = "cannot-rise",
        /// Out of hospital.
        Discharged = "discharged",
        Fell = "fell",
        Bereaved = "bereaved",
        /// Whoever cares is away.
        CarerAway = "carer-away",
        NewHome = "new-home",
    }
}
codes! {
    /// Who said so.
    FactSource { Person = "person", Family = "family", Hospital = "hospital", Visit = "visit", Neighbour = "neighbour" }
}
codes! {
    /// Rounds that a switch sets off.
    RoundKind { Heat = "heat", Cold = "cold", Typhoon = "typhoon", Festival = "festival" }
}

impl FactKind {
    /// Kept only while somebody agrees that health is kept (R7).
    pub const fn is_health(self) -> bool {
        matches!(self, Self::CannotRise | Self::Discharged | Self::Fell)
    }
    /// Somebody goes there within a day°.
    pub const fn is_change(self) -> bool {
        match self {
            Self::Discharged | Self::Fell | Self::Bereaved | Self::CarerAway | Self::NewHome => true,
            Self::Alone | Self::CannotRise => false,
        }
    }
    /// Days for which it calls for weekly visits, where it does not last.
    const fn weekly_for(self) -> Option<i32> {
        match self {
            Self::Discharged | Self::Fell | Self::Bereaved => Some(28),
            Self::CarerAway | Self::CannotRise | Self::Alone | Self::NewHome => None,
        }
    }
}

/// The numbers of a district (°).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitRules {
    /// Between two visits to whoever lives alone.
    pub alone_days: i64,
    /// Where facts call for it.
    pub weekly_days: i64,
    /// To everybody else with a plan.
    pub others_days: i64,
    /// After a change.
    pub change_hours: i64,
    /// Between two visits while heat or cold lasts.
    pub weather_days: i64,
    /// From a visit to which nobody opened to the next try.
    pub again_days: i64,
    /// Not at home that often in a row: a welfare check.
    pub misses: i64,
    /// A visitor's day stays on the phone so long after the server last confirmed it.
    pub pack_hours: i64,
    pub version: i64,
}

impl Default for VisitRules {
    fn default() -> Self {
        Self {
            alone_days: 30,
            weekly_days: 7,
            others_days: 90,
            change_hours: 24,
            weather_days: 3,
            again_days: 1,
            misses: 2,
            pack_hours: 48,
            version: 0,
        }
    }
}

type Range = std::ops::RangeInclusive<i64>;

impl VisitRules {
    /// Each with what it may be.
    pub const RANGES: [(&'static str, Range); 8] = [
        ("alone_days", 7..=60),
        ("weekly_days", 2..=14),
        ("others_days", 14..=365),
        ("change_hours", 12..=72),
        ("weather_days", 1..=7),
        ("again_days", 1..=7),
        ("misses", 2..=4),
        ("pack_hours", 12..=72),
    ];

    fn field(&mut self, name: &str) -> Option<&mut i64> {
        Some(match name {
            "alone_days" => &mut self.alone_days,
            "weekly_days" => &mut self.weekly_days,
            "others_days" => &mut self.others_days,
            "change_hours" => &mut self.change_hours,
            "weather_days" => &mut self.weather_days,
            "again_days" => &mut self.again_days,
            "misses" => &mut self.misses,
            "pack_hours" => &mut self.pack_hours,
            _ => return None,
        })
    }

    /// A number by its name; of an unknown one, nothing.
    pub fn get(&self, name: &str) -> i64 {
        let mut copy = *self;
        copy.field(name).map_or(0, |at| *at)
    }

    pub fn set(&mut self, name: &str, to: i64) {
        if let Some(at) = self.field(name) {
            *at = to;
        }
    }

    /// The first that is out of its range.
    pub fn wrong(&self) -> Option<&'static str> {
        Self::RANGES.iter().find(|(name, range)| !range.contains(&self.get(name))).map(|(name, _)| *name)
    }
}

/// Stated of somebody, and still so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    pub kind: FactKind,
    pub on: Date,
    pub until: Option<Date>,
}

/// A switch that is on where somebody lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundOn {
    pub kind: RoundKind,
    pub since: Date,
    pub until: Date,
}

/// What the next date follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub today: Date,
    /// The plan began.
    pub begun: Date,
    pub last_seen: Option<Date>,
    pub facts: Vec<Stated>,
    /// Days between visits that the elder asked for.
    pub wish_days: Option<i64>,
    /// A reason of safety was written why the wish does not hold.
    pub safety: bool,
    /// Agreed on at the last visit.
    pub agreed: Option<Date>,
    pub rounds: Vec<RoundOn>,
    /// Nobody opened since they were seen last.
    pub missed: Option<Date>,
}

/// Why a date is what it is. As text: `monthly`, `weekly/cannot-rise`, `round/heat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    First,
    Alone,
    Others,
    Weekly(FactKind),
    Change(FactKind),
    Round(RoundKind),
    Agreed,
    Missed,
    /// The elder asked for fewer.
    Wish,
    /// They did, and a written reason stands against it.
    Safety,
}

impl Reason {
    pub fn code(self) -> String {
        match self {
            Self::First => "first".to_owned(),
            Self::Alone => "alone".to_owned(),
            Self::Others => "others".to_owned(),
            Self::Weekly(fact) => format!("weekly-{}", fact.code()),
            Self::Change(fact) => format!("change-{}", fact.code()),
            Self::Round(kind) => format!("round-{}", kind.code()),
            Self::Agreed => "agreed".to_owned(),
            Self::Missed => "missed".to_owned(),
            Self::Wish => "wish".to_owned(),
            Self::Safety => "safety".to_owned(),
        }
    }

    /// What a list may say of it: that facts call for it, and not which.
    pub fn outer(code: &str) -> &str {
        match code.split_once('-') {
            Some((head @ ("weekly" | "change"), _)) => head,
            _ => code,
        }
    }

    /// Does the elder's wish for fewer come before it?
    const fn yields(self) -> bool {
        match self {
            Self::First | Self::Alone | Self::Others | Self::Weekly(_) | Self::Change(_) | Self::Round(_) => true,
            Self::Agreed | Self::Missed | Self::Wish | Self::Safety => false,
        }
    }
}

/// The next date with every reason that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub on: Date,
    pub reasons: Vec<String>,
}

fn plus(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

/// The strictest of the rules; the elder's wish for fewer comes before them, unless a reason of safety is written.
pub fn next(rules: &VisitRules, s: &Standing) -> Next {
    let base = s.last_seen.unwrap_or(s.begun);
    let mut dates = asked_for(rules, s, base);
    let wish = s.wish_days.filter(|_| !s.safety).map(|days| plus(base, days));
    if let Some(wish) = wish {
        let strictest = dates.iter().filter(|(_, r)| r.yields()).map(|(on, _)| *on).min();
        if strictest.is_some_and(|on| on < wish) {
            dates.retain(|(_, r)| !r.yields());
            dates.push((wish, Reason::Wish));
        }
    }
    let on = dates.iter().map(|(on, _)| *on).min().unwrap_or(base);
    let mut reasons: Vec<String> = Vec::new();
    for (_, reason) in dates.iter().filter(|(at, _)| *at == on) {
        if !reasons.contains(&reason.code()) {
            reasons.push(reason.code());
        }
    }
    if s.wish_days.is_some() && s.safety {
        reasons.push(Reason::Safety.code());
    }
    Next { on, reasons }
}

fn asked_for(rules: &VisitRules, s: &Standing, base: Date) -> Vec<(Date, Reason)> {
    let seen_since = |day: Date| s.last_seen.is_some_and(|last| last >= day);
    // What came to be after the last visit could not have called for one before.
    let every = |days: i64, fact: &Stated| plus(base, days).max(plus(fact.on, 1));
    let alone = s.facts.iter().find(|f| f.kind == FactKind::Alone);
    let mut dates = vec![(plus(base, rules.others_days), Reason::Others)];
    if let Some(fact) = alone {
        dates.push((every(rules.alone_days, fact), Reason::Alone));
    }
    if s.last_seen.is_none() {
        dates.push((plus(s.begun, rules.weekly_days), Reason::First));
    }
    for fact in &s.facts {
        let runs = match (fact.kind, fact.kind.weekly_for()) {
            (FactKind::CannotRise, _) => alone.is_some(),
            (FactKind::CarerAway, _) => fact.until.is_some_and(|until| s.today <= until),
            (_, Some(days)) => s.today <= plus(fact.on, i64::from(days)),
            (_, None) => false,
        };
        // On the day itself somebody may have been there before it happened.
        let fresh = s.last_seen.is_none_or(|last| last <= fact.on);
        if fact.kind.is_change() && fresh && fact.on >= s.begun.min(base) {
            dates.push((plus(fact.on, (rules.change_hours + 23) / 24), Reason::Change(fact.kind)));
        }
        if runs {
            dates.push((every(rules.weekly_days, fact), Reason::Weekly(fact.kind)));
        }
    }
    for round in s.rounds.iter().filter(|r| r.until >= s.today) {
        let reason = Reason::Round(round.kind);
        match round.kind {
            RoundKind::Festival if !seen_since(round.since) => dates.push((round.until, reason)),
            RoundKind::Typhoon if !seen_since(round.since) => dates.push((round.since, reason)),
            RoundKind::Heat | RoundKind::Cold if !seen_since(round.since) => dates.push((plus(round.since, 1), reason)),
            RoundKind::Heat | RoundKind::Cold => {
                let again = plus(base, rules.weather_days);
                if again <= round.until {
                    dates.push((again, reason));
                }
            }
            RoundKind::Festival | RoundKind::Typhoon => {}
        }
    }
    if let Some(day) = s.agreed.filter(|day| *day > base) {
        dates.push((day, Reason::Agreed));
    }
    if let Some(day) = s.missed {
        dates.push((plus(day, rules.again_days), Reason::Missed));
    }
    dates
}

/// Days from one date to another.
pub fn days_between(from: Date, to: Date) -> i64 {
    to.since(from).unwrap_or_else(|_| Span::new()).get_days().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn standing() -> Standing {
        Standing {
            today: date(2026, 6, 29),
            begun: date(2026, 6, 1),
            last_seen: Some(date(2026, 6, 20)),
            facts: vec![],
            wish_days: None,
            safety: false,
            agreed: None,
            rounds: vec![],
            missed: None,
        }
    }
    fn fact(kind: FactKind, on: Date) -> Stated {
        Stated { kind, on, until: None }
    }
    fn asked(s: &Standing) -> (Date, Vec<String>) {
        let next = next(&VisitRules::default(), s);
        (next.on, next.reasons)
    }

    #[test]
    fn the_strictest_rule_says_when() {
        let mut s = standing();
        assert_eq!(asked(&s), (date(2026, 9, 18), vec!["others".into()]));
        s.facts.push(fact(FactKind::Alone, date(2026, 1, 1)));
        assert_eq!(asked(&s), (date(2026, 7, 20), vec!["alone".into()]));
        s.facts.push(fact(FactKind::CannotRise, date(2026, 1, 1)));
        assert_eq!(asked(&s), (date(2026, 6, 27), vec!["weekly-cannot-rise".into()]));
    }

    #[test]
    fn a_change_brings_somebody_within_a_day_and_weekly_for_four_weeks() {
        let mut s = standing();
        s.facts.push(fact(FactKind::Discharged, date(2026, 6, 25)));
        assert_eq!(asked(&s), (date(2026, 6, 26), vec!["change-discharged".into()]));
        s.last_seen = Some(date(2026, 6, 26));
        assert_eq!(asked(&s), (date(2026, 7, 3), vec!["weekly-discharged".into()]));
        s.today = date(2026, 8, 1);
        assert_eq!(asked(&s).1, vec!["others".to_owned()]);
    }

    #[test]
    fn what_came_to_be_after_the_last_visit_calls_for_none_before_it() {
        // Not seen for five weeks, home from hospital today: tomorrow, and not four weeks late.
        let mut s = Standing { last_seen: Some(date(2026, 5, 22)), begun: date(2026, 1, 1), ..standing() };
        s.facts.push(fact(FactKind::Discharged, s.today));
        assert_eq!(asked(&s), (date(2026, 6, 30), vec!["change-discharged".into(), "weekly-discharged".into()]));
        // Alone since today: what everybody is due stands all the same.
        s.facts = vec![fact(FactKind::Alone, s.today)];
        assert_eq!(asked(&s), (date(2026, 6, 30), vec!["alone".into()]));
        s.last_seen = Some(date(2026, 3, 1));
        assert_eq!(asked(&s), (date(2026, 5, 30), vec!["others".into()]));
    }

    #[test]
    fn a_wish_for_fewer_wins_unless_safety_is_written() {
        let mut s = standing();
        s.facts.push(fact(FactKind::Alone, date(2026, 1, 1)));
        s.wish_days = Some(60);
        assert_eq!(asked(&s), (date(2026, 8, 19), vec!["wish".into()]));
        s.safety = true;
        assert_eq!(asked(&s), (date(2026, 7, 20), vec!["alone".into(), "safety".into()]));
        // A wish for more than the rules ask is no wish for fewer.
        (s.safety, s.wish_days) = (false, Some(10));
        assert_eq!(asked(&s).1, vec!["alone".to_owned()]);
    }

    #[test]
    fn rounds_come_once_or_while_the_weather_lasts() {
        let mut s = standing();
        let round = |kind| RoundOn { kind, since: date(2026, 6, 28), until: date(2026, 7, 5) };
        for (kind, on) in [
            (RoundKind::Heat, date(2026, 6, 29)),
            (RoundKind::Typhoon, date(2026, 6, 28)),
            (RoundKind::Festival, date(2026, 7, 5)),
        ] {
            s.rounds = vec![round(kind)];
            assert_eq!(asked(&s), (on, vec![format!("round-{}", kind.code())]));
        }
        s.last_seen = Some(date(2026, 6, 29));
        s.rounds = vec![round(RoundKind::Heat)];
        assert_eq!(asked(&s).0, date(2026, 7, 2));
        s.rounds = vec![round(RoundKind::Typhoon)];
        assert_eq!(asked(&s).1, vec!["others".to_owned()]);
    }

    #[test]
    fn what_was_agreed_and_a_closed_door_count_too() {
        let mut s = standing();
        s.agreed = Some(date(2026, 7, 1));
        assert_eq!(asked(&s), (date(2026, 7, 1), vec!["agreed".into()]));
        s.missed = Some(date(2026, 6, 29));
        assert_eq!(asked(&s), (date(2026, 6, 30), vec!["missed".into()]));
        assert_eq!(Reason::outer("weekly-cannot-rise"), "weekly");
        assert_eq!(Reason::outer("round-heat"), "round-heat");
    }
}

//! Classes of matters: an editable, versioned table (J1) with the options of their clocks (J2).

use super::codes;
use kernel::Lang;
use std::fmt;
use std::str::FromStr;

codes! {
    Family {
        Police = "police",
        NonPolice = "non_police",
        /// The emergency number is shown first.
        Emergency = "emergency",
    }
}

codes! {
    /// Who answers for a class unless a person decides otherwise. The agency, if any, stands in the class.
    Route {
        /// Community officer of the police area.
        CommunityOfficer = "community_officer",
        /// Neighbourhood or village committee of the community.
        Committee = "committee",
        /// An agency's worker (the class names the agency's code).
        Agency = "agency",
        /// Property manager of the grid cell or community.
        Property = "property",
        /// Duty officer of the post.
        Duty = "duty",
        CatchAll = "catch_all",
    }
}

codes! {
    /// Clock option 1: what the terms are counted from.
    Scope {
        /// Every term from the day the matter came in (or was reopened).
        WholeCase = "whole_case",
        /// Each term from the beginning of its stage.
        PerStage = "per_stage",
    }
}

codes! {
    /// Clock option 2: which time counts.
    TimeKind {
        /// Wall clock, day and night.
        Calendar = "calendar",
        /// Days are working days, hours run on the wall clock.
        WorkingDays = "working_days",
        /// Days are working days, hours are working hours (09–17°).
        WorkingHours = "working_hours",
    }
}

codes! {
    /// Clock option 3: what a return (or a verifier's sending back) does to the time already used.
    OnReturn {
        /// The clock starts anew.
        Restart = "restart",
        /// The time used so far counts.
        Accumulate = "accumulate",
    }
}

codes! {
    /// Clock option 4: how urgent the class is; shortens every term.
    Urgency {
        Normal = "normal",
        Urgent = "urgent",
        Critical = "critical",
    }
}

impl Urgency {
    /// Share of the term that is allowed, in percent.
    pub const fn percent(self) -> i64 {
        match self {
            Self::Normal => 100,
            Self::Urgent => 50,
            Self::Critical => 25,
        }
    }
}

codes! {
    Unit {
        Minutes = "m",
        Hours = "h",
        Days = "d",
    }
}

/// A term such as `2h` or `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Allowance {
    pub n: u32,
    pub unit: Unit,
}

impl Allowance {
    pub const fn hours(n: u32) -> Self {
        Self { n, unit: Unit::Hours }
    }
    pub const fn days(n: u32) -> Self {
        Self { n, unit: Unit::Days }
    }
    pub const fn minutes(n: u32) -> Self {
        Self { n, unit: Unit::Minutes }
    }
    /// Wall-clock seconds.
    pub const fn secs(self) -> i64 {
        let unit = match self.unit {
            Unit::Minutes => 60,
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
        };
        self.n as i64 * unit
    }
    /// Shortened by urgency; never to nothing.
    pub fn at_urgency(self, urgency: Urgency) -> Self {
        let minutes = self.secs() / 60 * urgency.percent() / 100;
        match self.unit {
            _ if urgency == Urgency::Normal => self,
            // Working days stay whole days, rounded up.
            Unit::Days => Self::days(
                u32::try_from(minutes.div_euclid(1_440) + i64::from(minutes % 1_440 > 0)).unwrap_or(self.n).max(1),
            ),
            Unit::Hours | Unit::Minutes => Self::minutes(u32::try_from(minutes).unwrap_or(self.n).max(1)),
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.n, self.unit.code())
    }
}

impl FromStr for Allowance {
    type Err = ();
    /// `90m`, `2h`, `15d`: one to 3,650 days, never zero.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or(())?;
        let (n, unit) = text.split_at(split);
        let allowance = Self { n: n.parse().map_err(|_| ())?, unit: Unit::from_code(unit.trim()).ok_or(())? };
        (allowance.n > 0 && allowance.secs() <= 3_650 * 86_400).then_some(allowance).ok_or(())
    }
}

/// One version of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRule {
    /// Stable code, e.g. `water-leak`; lower-case letters, digits and dashes.
    pub code: String,
    pub version: i64,
    pub family: Family,
    pub name_zh: String,
    pub name_en: String,
    /// One line that helps to choose.
    pub hint_zh: String,
    pub hint_en: String,
    pub route: Route,
    /// Code of the agency for [`Route::Agency`].
    pub agency: Option<String>,
    pub scope: Scope,
    pub time: TimeKind,
    pub on_return: OnReturn,
    pub urgency: Urgency,
    pub sign: Allowance,
    pub contact: Allowance,
    pub handle: Allowance,
    pub verify: Allowance,
    /// Offered to people who raise a matter.
    pub active: bool,
    /// Matters of this class lie in public space: anybody may see that there is one, where and how far it is, never who
    /// raised it (`app::published`). Off unless somebody decides it.
    pub published: bool,
    /// Place in the list.
    pub position: i64,
}

impl ClassRule {
    /// A class with the default terms (2 h / 24 h / 7 d / 15 d from the day it came in).
    pub fn new(code: &str, family: Family, route: Route, name_zh: &str, name_en: &str) -> Self {
        Self {
            code: code.to_owned(),
            version: 1,
            family,
            name_zh: name_zh.to_owned(),
            name_en: name_en.to_owned(),
            hint_zh: String::new(),
            hint_en: String::new(),
            route,
            agency: None,
            scope: Scope::WholeCase,
            time: TimeKind::Calendar,
            on_return: OnReturn::Restart,
            urgency: Urgency::Normal,
            sign: Allowance::hours(2),
            contact: Allowance::hours(24),
            handle: Allowance::days(7),
            verify: Allowance::days(15),
            active: true,
            published: false,
            position: 0,
        }
    }

    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhCn => &self.name_zh,
            Lang::En => &self.name_en,
        }
    }
    pub fn hint(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhCn => &self.hint_zh,
            Lang::En => &self.hint_en,
        }
    }
    pub fn is_emergency(&self) -> bool {
        self.family == Family::Emergency
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn allowances_are_read_and_written() {
        for text in ["2h", "24h", "7d", "90m"] {
            assert_eq!(text.parse::<Allowance>().unwrap().to_string(), text);
        }
        for bad in ["", "h", "0d", "2", "2w", "-1d", "99999999999d", "4000d"] {
            assert!(bad.parse::<Allowance>().is_err(), "{bad}");
        }
    }

    #[test]
    fn urgency_shortens_but_never_to_nothing() {
        assert_eq!(Allowance::days(7).at_urgency(Urgency::Urgent), Allowance::days(4));
        assert_eq!(Allowance::days(1).at_urgency(Urgency::Critical), Allowance::days(1));
        assert_eq!(Allowance::hours(2).at_urgency(Urgency::Urgent), Allowance::minutes(60));
        assert_eq!(Allowance::minutes(1).at_urgency(Urgency::Critical), Allowance::minutes(1));
        assert_eq!(Allowance::hours(2).at_urgency(Urgency::Normal), Allowance::hours(2));
    }
}

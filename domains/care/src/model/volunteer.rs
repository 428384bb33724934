//! Volunteers (N8): where somebody stands between signing up and leading others along, and when they can help. Pure.

use super::codes;
use jiff::civil::Date;

kernel::id_types! {
    /// Somebody who would like to help, or does.
    VolunteerId,
}

impl From<VolunteerId> for store::Value {
    fn from(id: VolunteerId) -> Self {
        Self::Uuid(id.0)
    }
}

codes! {
    /// Where a volunteer stands.
    VolunteerState {
        SignedUp = "signed-up",
        /// Somebody met them and saw who they are.
        Checked = "checked",
        Trained = "trained",
        /// Has a seat; goes with somebody who has gone before.
        Approved = "approved",
        /// Was taken along, and it went well.
        Steady = "steady",
        /// Takes others along.
        Mentor = "mentor",
        Refused = "refused",
        /// Does not want to any more, or stopped.
        Left = "left",
    }
}
codes! {
    /// What somebody may do with it next.
    VolunteerStep {
        Check = "check",
        Train = "train",
        Approve = "approve",
        TakeAlong = "take-along",
        Promote = "promote",
        Refuse = "refuse",
        Leave = "leave",
    }
}
codes! {
    /// Why somebody is refused: they read it in these words.
    RefuseWhy { NotReached = "not-reached", NotNow = "not-now", Training = "training", Unfit = "unfit" }
}
codes! {
    Tongue { Mandarin = "mandarin", Local = "local", Dialect = "dialect", English = "english", Sign = "sign" }
}
codes! {
    /// What somebody is good at.
    Skill {
        Company = "company", Phone = "phone", Repair = "repair", Errand = "errand", FirstAid = "first-aid",
        Nurse = "nurse", Hair = "hair", Music = "music",
    }
}
codes! {
    /// Part of a day.
    Part { Morning = "m", Afternoon = "a", Evening = "e" }
}

/// So many visits before somebody takes others along.
pub const VISITS_TO_MENTOR: i64 = 5;
/// Longest text that somebody writes about themselves.
pub const MORE: usize = 300;

impl VolunteerState {
    /// Where a step leads; none: not from here.
    pub const fn after(self, step: VolunteerStep) -> Option<Self> {
        match (self, step) {
            (Self::SignedUp, VolunteerStep::Check) => Some(Self::Checked),
            (Self::Checked, VolunteerStep::Train) => Some(Self::Trained),
            (Self::Trained, VolunteerStep::Approve) => Some(Self::Approved),
            (Self::Approved, VolunteerStep::TakeAlong) => Some(Self::Steady),
            (Self::Steady, VolunteerStep::Promote) => Some(Self::Mentor),
            (Self::SignedUp | Self::Checked | Self::Trained, VolunteerStep::Refuse) => Some(Self::Refused),
            (
                Self::SignedUp | Self::Checked | Self::Trained | Self::Approved | Self::Steady | Self::Mentor,
                VolunteerStep::Leave,
            ) => Some(Self::Left),
            (_, _) => None,
        }
    }

    /// May be sent to people in care.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Approved | Self::Steady | Self::Mentor)
    }

    pub const fn is_over(self) -> bool {
        matches!(self, Self::Refused | Self::Left)
    }

    /// The way of everybody, in order.
    pub const WAY: [Self; 6] =
        [Self::SignedUp, Self::Checked, Self::Trained, Self::Approved, Self::Steady, Self::Mentor];
}

/// Parts of the week in which somebody can help: codes such as `1m`, Monday morning, to `7e`.
pub fn week_from(codes: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for day in 1..=7 {
        for part in Part::ALL {
            let code = format!("{day}{}", part.code());
            if codes.contains(&code) {
                out.push(code);
            }
        }
    }
    out
}

/// Can somebody with this week help on that day? Whoever named no part of the week is asked on any day.
pub fn can_on(week: &[String], day: Date) -> bool {
    let day = day.weekday().to_monday_one_offset().to_string();
    week.is_empty() || week.iter().any(|part| part.starts_with(&day))
}

/// Fifteen digits in a row and more are the number of a person or a bank account, which nobody asked for.
pub fn has_long_number(text: &str) -> bool {
    let mut run = 0;
    for c in kernel::text::narrow(text).chars() {
        match c {
            '0'..='9' => run += 1,
            ' ' | '-' => {}
            _ => run = 0,
        }
        if run >= 15 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_before_they_were_approved_and_what_is_over_stays_over() {
        for step in VolunteerStep::ALL {
            assert_eq!(VolunteerState::Refused.after(*step), None);
            assert_eq!(VolunteerState::Left.after(*step), None);
        }
        let before = [VolunteerState::SignedUp, VolunteerState::Checked, VolunteerState::Trained];
        for state in before {
            assert!(!state.serves());
            let next: Vec<_> = VolunteerStep::ALL.iter().filter_map(|s| state.after(*s)).collect();
            assert!(next.iter().all(|n| !n.serves()) || state == VolunteerState::Trained, "{state:?}");
        }
    }

    #[test]
    fn a_week_is_kept_in_order_and_nothing_else_is() {
        let typed = ["7e", "1m", "9x", "1m"].map(str::to_owned);
        assert_eq!(week_from(&typed), ["1m", "7e"]);
    }

    #[test]
    fn whoever_named_days_can_on_those() {
        let (monday, sunday) = (Date::constant(2026, 6, 29), Date::constant(2026, 7, 5));
        let week = ["1m".to_owned(), "6a".to_owned()];
        assert!(can_on(&week, monday) && !can_on(&week, sunday) && can_on(&[], sunday));
    }

    #[test]
    fn a_number_of_an_identity_card_is_seen() {
        assert!(has_long_number("310101 1960 0101 123X"));
        assert!(!has_long_number("021-0571 0199, 会修水管 3 年"));
    }
}

//! What a public appeal says (L13): the least by which somebody in the street would know a missing elder. Each field is a choice or
//! a checked line; nothing else of the case or the record can get into it.

use super::{Move, Outcome, Sex};
use kernel::Moment;
use kernel::ids::{AreaId, ContactId};
use serde::{Deserialize, Serialize};

/// Youngest age of a band and its width in years: a band, because a year of birth is one more thing to know somebody by.
pub const YOUNGEST: i64 = 50;
pub const BAND: i64 = 5;
/// The last band is open above.
pub const OLDEST: i64 = 95;
/// Hours an appeal may run.
pub const HOURS: [i64; 5] = [6, 12, 24, 48, 72];
/// Characters of what the elder wears.
pub const CLOTHING: usize = 120;

kernel::codes! {
    /// Why an appeal is over.
    EndWhy {
        /// The elder was seen, or is with somebody.
        Found = "found",
        /// The family agrees no longer, or whoever agreed speaks for the elder no longer.
        Withdrawn = "withdrawn",
        Expired = "expired",
        /// The desk took it back, or the case is about somebody else or over.
        Over = "over",
    }
}

kernel::codes! {
    /// Who agreed.
    ByWhom {
        /// A contact of the elder.
        Contact = "contact",
        /// Whoever of the family reported the elder missing, where there is no record.
        Reporter = "reporter",
    }
}

impl EndWhy {
    /// What a step of the case means for its appeal.
    pub const fn of(step: Move) -> Self {
        match step {
            // The same elder is in another case, where somebody sees them.
            Move::Close(Outcome::Duplicate) => Self::Found,
            Move::Close(_) => Self::Over,
            _ => Self::Found,
        }
    }
}

/// What goes out. Sealed under the case while it runs, destroyed when it ends.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AppealText {
    /// Code of [`Sex`].
    pub sex: String,
    /// First year of the band.
    pub age_from: i64,
    pub clothing: String,
    /// May be left out: then the English message quotes the Chinese.
    pub clothing_en: String,
    /// One of the areas of the case.
    pub area: Option<AreaId>,
    pub seen_at: Moment,
    /// Only by a consent of its own. Read from the record when the appeal goes out, never typed.
    pub name: Option<String>,
}

impl AppealText {
    pub fn sex(&self) -> Option<Sex> {
        Sex::from_code(&self.sex)
    }
    /// First and last year of the band; none above [`OLDEST`].
    pub const fn age(&self) -> (i64, Option<i64>) {
        if self.age_from >= OLDEST { (self.age_from, None) } else { (self.age_from, Some(self.age_from + BAND - 1)) }
    }
}

/// The band an age lies in.
pub const fn band(age: i64) -> i64 {
    if age < YOUNGEST {
        YOUNGEST
    } else if age >= OLDEST {
        OLDEST
    } else {
        age - age % BAND
    }
}

/// Who agreed, how, and before whom (R7).
#[derive(Clone, PartialEq, Eq)]
pub struct AppealConsent {
    /// None: whoever reported the elder missing.
    pub contact: Option<ContactId>,
    pub way: people::app::consents::Way,
    pub witness: String,
    /// Asked and answered by itself: the name may be said, too.
    pub name: bool,
}

/// The command.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAppeal {
    pub text: AppealText,
    pub hours: i64,
    pub consent: AppealConsent,
}

macro_rules! quiet_debug {
    ($($name:ident),+) => {$(
        /// Never printed by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
        }
    )+};
}
quiet_debug!(AppealText, AppealConsent, NewAppeal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_lies_in_its_band() {
        for age in 1..=120 {
            let text = AppealText { age_from: band(age), ..AppealText::default() };
            let (from, to) = text.age();
            assert_eq!(band(from), from, "{age}");
            assert!(age < YOUNGEST || (from <= age && to.is_none_or(|to| age <= to)), "{age}: {from} to {to:?}");
        }
    }
}

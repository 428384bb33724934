//! Bulletins (公告): what the district tells everybody at once, in the words of the Common Alerting Protocol 1.2. Types
//! only; what can be done with them stands in `app::bulletins`.

use kernel::ids::{AccountId, AreaId};
use kernel::{Moment, Point};
use uuid::Uuid;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// As stored and in locale keys; CAP writes it with a capital letter.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
            /// The word of CAP 1.2.
            pub const fn cap(self) -> &'static str { match self { $(Self::$variant => stringify!($variant)),+ } }
        }
    )+};
}

codes! {
    /// What kind of event. Categories of war and terror (CBRNE) are not ours to announce.
    Category {
        Infra = "infra", Met = "met", Fire = "fire", Safety = "safety", Health = "health", Env = "env",
        Transport = "transport", Rescue = "rescue", Geo = "geo", Security = "security", Other = "other",
    }
    /// When something should be done.
    Urgency { Immediate = "immediate", Expected = "expected", Future = "future", Past = "past", Unknown = "unknown" }
    /// How bad it is.
    Severity { Extreme = "extreme", Severe = "severe", Moderate = "moderate", Minor = "minor", Unknown = "unknown" }
    /// How sure it is.
    Certainty { Observed = "observed", Likely = "likely", Possible = "possible", Unlikely = "unlikely", Unknown = "unknown" }
}

/// Where a bulletin stands. Expired is no state: it follows from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Seen by staff only, until a second person publishes it.
    Draft,
    Published,
    /// Taken back before its time.
    Cancelled,
}

impl Stand {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Cancelled => "cancelled",
        }
    }
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Cancelled].into_iter().find(|s| s.code() == code)
    }
}

/// The words in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The event in a word or two.
    pub event: String,
    pub headline: String,
    pub description: String,
    /// What people should do; may be empty.
    pub instruction: String,
}

/// A circle around a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    pub centre: Point,
    pub radius_m: i64,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub category: Category,
    pub urgency: Urgency,
    pub severity: Severity,
    pub certainty: Certainty,
    pub zh: Words,
    /// May be left out.
    pub en: Option<Words>,
    /// The whole district without one.
    pub area: Option<AreaId>,
    /// Narrower than the area.
    pub circle: Option<Circle>,
    pub expires_at: Moment,
    /// An exercise, and marked as one wherever it is shown.
    pub exercise: bool,
    /// Whoever typed it has looked at the numbers in it: none belongs to a resident.
    pub numbers_checked: bool,
}

/// A bulletin as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulletin {
    pub id: Uuid,
    pub version: i64,
    pub stand: Stand,
    pub draft: Draft,
    /// Whoever wrote it last: another person publishes it.
    pub made_by: AccountId,
    pub made_at: Moment,
    pub published_by: Option<AccountId>,
    pub published_at: Option<Moment>,
    pub cancelled_at: Option<Moment>,
    pub cancel_reason: Option<String>,
}

impl Bulletin {
    /// Says something to somebody now.
    pub fn is_current(&self, now: Moment) -> bool {
        self.stand == Stand::Published && self.draft.expires_at > now
    }
}

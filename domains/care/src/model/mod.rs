//! What a circle, a plan, a schedule, a card and a thread are. Types and pure functions only.

pub mod card;
pub mod code;
pub mod company;
pub mod contact;
pub mod coverage;
pub mod extra;
pub mod mutual;
pub mod plan;
pub mod round;
pub mod schedule;
pub mod team;
pub mod thread;
pub mod visit;
pub mod visit_plan;
pub mod volunteer;
pub mod watch;

pub use card::{Act, CardState, Condition};
pub use contact::{ContactLine, NewContact, Whom};
pub use plan::{Consented, Haunt, HauntKind, Inner, Outer};
pub use schedule::{Home, Schedule, Slot, Where};
pub use thread::{CloseReason, From, Kind};

/// Declares a closed list whose members are stored as text and named in the locales.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant),+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Stable code, as stored and as used in locale keys.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($text => Some(Self::$variant),)+ _ => None } }
        }
    };
}
pub(crate) use codes;

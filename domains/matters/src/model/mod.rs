//! Types and rules of the closed loop. No I/O, no database, no clock: everything here is a pure function.

pub mod class;
pub mod clock;
pub mod command;
pub mod delivery;
pub mod refusal;
pub mod state;
mod transitions;

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

pub use class::{Allowance, ClassRule, Family, OnReturn, Route, Scope, TimeKind, Unit, Urgency};
pub use clock::{Arg, Clock, ClockEvent, ClockStep, Level, Stage, Step, clock};
pub use command::{Command, CommandKind, ContactOutcome, Outcome, RejectReason, WaitReason};
pub use delivery::{Channel, Delivery, DeliveryResult, Origin, Proof};
pub use refusal::{Refusal, WhoCould};
pub use state::{Facts, State, next};
pub use transitions::transition_table;

//! What the district knows about the people who work in it: organisations, accounts, seats and terms.
//! Types and pure functions only.

pub mod account;
pub mod org;
pub mod owner;
pub mod person;
pub mod seat;
pub mod term;

pub use account::{Account, AccountStatus};
pub use org::{Org, OrgKind};
pub use owner::{OwnerAnswer, Roster, RosterError, Via, effective_owner};
pub use seat::{Place, Seat, is_admin};
pub use term::{Term, TermKind};

kernel::id_types! {
    /// One account holding one seat for a time.
    TermId,
    /// A signed-in device.
    SessionId,
    /// A key of a program that calls the API in the name of an account.
    TokenId,
    /// Whoever speaks for a person in care.
    GuardianId,
}

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

macro_rules! to_sql {
    ($($id:ident),+) => {$(
        impl From<$id> for store::Value {
            fn from(id: $id) -> Self { Self::Uuid(id.0) }
        }
    )+};
}
to_sql!(TermId, SessionId, TokenId, GuardianId);

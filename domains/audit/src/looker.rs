//! From the name in the log to words: who somebody was at that moment, and why they looked.

use crate::Result;
use kernel::ids::{AccountId, MatterId};
use kernel::{Moment, Role};
use people::app::staff::{Stood, stood};
use store::Cx;

/// Who acted, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looker {
    Person {
        account: AccountId,
        name: String,
        /// What they were at that moment.
        role: Option<Role>,
        seat: Option<String>,
        org: Option<String>,
    },
    /// An account that is not known any more.
    Gone(AccountId),
    /// A job of the program.
    Program(String),
    /// Whoever held the code of the matter.
    Raiser,
    /// Whoever held the link of the person.
    Subject,
    Anybody,
}

/// Why, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    Matter(MatterId),
    /// Code of another purpose, end of the key `purpose-…`.
    Other(String),
}

impl Looker {
    /// Resolves the name of the log as of an instant: seats of that time, not of now.
    pub fn of(cx: &mut Cx<'_>, actor: &str, at: Moment) -> Result<Self> {
        if let Some(job) = actor.strip_prefix("system:") {
            return Ok(Self::Program(job.to_owned()));
        }
        let Some(account) = Self::account_of(actor) else {
            return Ok(match actor {
                "raiser" => Self::Raiser,
                "subject" => Self::Subject,
                _ => Self::Anybody,
            });
        };
        Ok(match stood(cx, account, at)? {
            Some(Stood { name, role, seat, org }) => Self::Person { account, name, role, seat, org },
            None => Self::Gone(account),
        })
    }

    pub fn account_of(actor: &str) -> Option<AccountId> {
        actor.strip_prefix("account:")?.parse().ok()
    }

    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Person { account, .. } | Self::Gone(account) => Some(*account),
            _ => None,
        }
    }
}

impl Reason {
    pub fn of(purpose: &str) -> Self {
        let matter = purpose.strip_prefix("matter:").and_then(|id| id.parse().ok());
        // What it was about stands behind a colon.
        let word = purpose.split(':').next().unwrap_or(purpose);
        matter.map_or_else(|| Self::Other(word.to_owned()), Self::Matter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_a_matter_or_a_word() {
        let id = MatterId(uuid::Uuid::from_u128(5));
        assert_eq!(Reason::of(&kernel::Purpose::Matter(id).code()), Reason::Matter(id));
        assert_eq!(Reason::of("job"), Reason::Other("job".into()));
        let window = kernel::Purpose::BreakGlass(kernel::ids::WindowId(uuid::Uuid::from_u128(6)));
        assert_eq!(Reason::of(&window.code()), Reason::Other("break_glass".into()));
        assert_eq!(Looker::account_of("account:nobody"), None);
    }
}

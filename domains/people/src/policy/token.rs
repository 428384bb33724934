//! What a program may do in the name of an account: the account's rights, cut down to the key's scopes.

use super::{Action, Denied, Group, Why};

/// What a key includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenScope {
    /// Lists and details within the account's own scope.
    Read,
    /// Raise and work on matters.
    Write,
    /// Areas, posts, people, settings.
    Administer,
}

impl TokenScope {
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::Administer];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Administer => "administer",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.code() == code)
    }
}

/// The scope an action needs; `None`: never with a key, only by a person who signed in.
pub const fn token_scope(action: Action) -> Option<TokenScope> {
    match action {
        Action::OwnAccount
        | Action::ManageTokens
        | Action::ManageSessions
        | Action::ResetFactor
        | Action::ManageSignIn
        | Action::ManageKeys => None,
        // A person answers for these by name.
        Action::ReviewReadings | Action::AnswerReview | Action::AskWithholding | Action::ApproveWithholding => None,
        Action::FollowMatter
        | Action::ViewPublished
        | Action::ViewPlaces
        | Action::ViewStaff
        | Action::ViewTransparency
        | Action::OwnNotices => Some(TokenScope::Read),
        _ => match action.group() {
            Group::Reading => Some(TokenScope::Read),
            Group::Intake | Group::Sorting | Group::Handling | Group::Closing => Some(TokenScope::Write),
            Group::Places | Group::People | Group::Running | Group::Log => Some(TokenScope::Administer),
        },
    }
}

/// May a key with these scopes be used for the action at all? `decide` still asks about the account.
///
/// # Errors
/// When the scope is missing.
pub fn require_scope(scopes: &[TokenScope], action: Action) -> Result<(), Denied> {
    match token_scope(action) {
        Some(scope) if scopes.contains(&scope) => Ok(()),
        _ => Err(Denied { action, why: Why::TokenScope }),
    }
}

//! What a program may do in the name of an account: the account's rights, cut down to what its key is for and to the area
//! of the key. [`super::decide`] asks here first, so that no use case can forget it; [`require_scope`] lets an interface
//! refuse before it looks anything up.

use super::rules::rule;
use super::{Action, Denied, Group, ResourceFacts, Why};
use kernel::KeyLimit;
use kernel::ids::AccountId;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenScope {
    /// Lists and details within the account's own scope, without names of raisers.
    Read,
    /// Raise matters and follow them up, and nothing else: for an intake elsewhere.
    Raise,
    /// Raise and work on matters.
    Write,
    /// Name, contact and own words of whoever raised a matter, with that matter as purpose.
    Names,
    /// Areas, posts, people, settings.
    Administer,
}

impl TokenScope {
    pub const ALL: &'static [Self] = &[Self::Read, Self::Raise, Self::Write, Self::Names, Self::Administer];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Raise => "raise",
            Self::Write => "write",
            Self::Names => "names",
            Self::Administer => "administer",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.code() == code)
    }
    /// Does a key for this also serve for `other`?
    const fn includes(self, other: Self) -> bool {
        matches!((self, other), (Self::Write, Self::Raise)) || self as u8 == other as u8
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
        // Who an elder is, with whom they went, and that the family agreed to an appeal: by name, too.
        Action::IdentifyCase
        | Action::PlanSearch
        | Action::SearchTeam
        | Action::HandOver
        | Action::SecondHandOver
        | Action::PublicAppeal => None,
        // Who is near whom, and who is sent where: by a person.
        Action::FindNear | Action::FindNearCase | Action::FindNearPost | Action::DecideCrowd => None,
        Action::ReportLost => Some(TokenScope::Raise),
        Action::FollowMatter
        | Action::ViewCase
        | Action::ViewPublished
        | Action::ViewPlaces
        | Action::ViewStaff
        | Action::ViewTransparency
        | Action::ViewResources
        | Action::ViewCrowd
        | Action::OwnNotices => Some(TokenScope::Read),
        Action::RevealRaiser
        | Action::ViewOriginal
        | Action::FindPerson
        | Action::OpenRecord
        | Action::ViewIdentity
        | Action::ViewContact
        | Action::ViewHealth
        | Action::ViewLocation => Some(TokenScope::Names),
        _ => match action.group() {
            Group::Reading => Some(TokenScope::Read),
            Group::Intake => Some(TokenScope::Raise),
            // What a person answers for by name: windows, consents, demands.
            Group::Care
            | Group::Circle
            | Group::Visits
            | Group::Neighbours
            | Group::Volunteers
            | Group::Locators
            | Group::OwnData => None,
            Group::Lost | Group::Sorting | Group::Handling | Group::Closing => Some(TokenScope::Write),
            Group::Places | Group::People | Group::Running | Group::Log => Some(TokenScope::Administer),
        },
    }
}

/// May a key for these be used for the action at all? `decide` still asks about the account.
///
/// # Errors
/// When the scope is missing.
pub fn require_scope(scopes: &[TokenScope], action: Action) -> Result<(), Denied> {
    match token_scope(action) {
        Some(needed) if scopes.iter().any(|s| s.includes(needed)) => Ok(()),
        _ => Err(Denied { action, why: Why::TokenScope }),
    }
}

/// What a key does not leave; `None` when it leaves this.
pub(super) fn beyond(key: &KeyLimit, me: Option<AccountId>, action: Action, facts: &ResourceFacts) -> Option<Why> {
    let scopes: Vec<TokenScope> = key.scopes.iter().filter_map(|code| TokenScope::from_code(code)).collect();
    if require_scope(&scopes, action).is_err() {
        return Some(Why::TokenScope);
    }
    let area = key.area?;
    let inside = match facts {
        _ if rule(action).public => true,
        ResourceFacts::Matter(m) => m.areas.contains(&area),
        ResourceFacts::Place(p) => p.areas.contains(&area),
        ResourceFacts::Account(a) => Some(a.id) == me || a.areas.contains(&area),
        ResourceFacts::Seat(s) => s.areas.contains(&area),
        ResourceFacts::Person(p) => match (&p.matter, &p.case) {
            (Some(m), _) => m.areas.contains(&area),
            (None, Some(c)) => c.areas.contains(&area),
            (None, None) => p.areas.contains(&area),
        },
        ResourceFacts::Case(c) => c.areas.contains(&area),
        ResourceFacts::Window(_) | ResourceFacts::Demand(_) | ResourceFacts::DataRequest(_) => false,
        // Nothing in particular: only what is cut to the area afterwards, line by line.
        ResourceFacts::District => {
            matches!(action, Action::ViewDesk | Action::RaiseFor | Action::ExportMatters | Action::ViewReports)
        }
    };
    (!inside).then_some(Why::TokenArea)
}

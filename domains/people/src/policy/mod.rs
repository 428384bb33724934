//! The one place where it is decided who may do what. Deny by default.
//!
//! `decide` is pure: role × place × purpose at the instant for which the actor's grants were computed. Every use case
//! asks it (through [`require`]) before it reads or writes; pages ask it only to know which buttons to show.
//! What it answers is written out for people in `docs/policy-matrix.txt`, which a test compares with the code.

mod action;
mod facts;
mod rule;
mod rules;
mod rules_neighbours;
mod rules_volunteers;
mod scope;
mod token;

pub use action::{Action, Group};
pub use facts::{
    AccountFacts, CaseFacts, DataRequestFacts, DemandFacts, MatterFacts, PersonFacts, PlaceFacts, Reach, ResourceFacts,
    SeatFacts, WindowFacts,
};
pub use rule::{Rule, Within, jobs};
pub use rules::rule;
pub use scope::{Scope, scope};
pub use token::{TokenScope, require_scope, token_scope};

use kernel::ids::AccountId;
use kernel::{Actor, ActorKind, Grant, Purpose, Role};

/// Why something is refused. Its code is the locale key after `denied-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Nobody is signed in, and this is not open to everybody.
    NotSignedIn,
    /// None of the roles held now includes this.
    Role,
    /// A role includes it, but not here: another area, post or organisation, or somebody else's matter.
    Elsewhere,
    /// Whoever handled a matter does not check it (R2).
    OwnHandling,
    /// The matter is about this person or body (R3).
    AboutYou,
    /// The purpose given does not cover it (R5).
    Purpose,
    /// Possible only while the matter is open.
    NotOpen,
    /// Only the holder of this matter's code.
    NotYours,
    /// The key of the program is not for this.
    TokenScope,
    /// The key of the program is for another area.
    TokenArea,
}

impl Why {
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSignedIn => "not-signed-in",
            Self::Role => "role",
            Self::Elsewhere => "elsewhere",
            Self::OwnHandling => "own-handling",
            Self::AboutYou => "about-you",
            Self::Purpose => "purpose",
            Self::NotOpen => "not-open",
            Self::NotYours => "not-yours",
            Self::TokenScope => "token-scope",
            Self::TokenArea => "token-area",
        }
    }
}

/// A refusal: what was asked and why not. Who could do it is [`who_may`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {} ({})", .action.code(), .why.code())]
pub struct Denied {
    pub action: Action,
    pub why: Why,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny(Why),
}

impl Decision {
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allow)
    }
}

/// May this actor, for this purpose, do this to that?
pub fn decide(actor: &Actor, purpose: Purpose, action: Action, facts: &ResourceFacts) -> Decision {
    let rule = rule(action);
    if let Some(why) = actor.key.as_ref().and_then(|key| token::beyond(key, actor.account_id(), action, facts)) {
        return Decision::Deny(why);
    }
    match &actor.kind {
        ActorKind::Public if rule.public => Decision::Allow,
        ActorKind::Public => Decision::Deny(Why::NotSignedIn),
        ActorKind::Raiser(own) => match facts {
            ResourceFacts::Matter(m) if rule.raiser && m.id == *own => Decision::Allow,
            ResourceFacts::Matter(_) if rule.raiser => Decision::Deny(Why::NotYours),
            _ if rule.public => Decision::Allow,
            _ => Decision::Deny(Why::NotSignedIn),
        },
        ActorKind::Subject(own) => match facts {
            ResourceFacts::Person(p) if rule.subject && p.id == Some(*own) && (p.letter || !rule.letter) => {
                Decision::Allow
            }
            ResourceFacts::Person(_) if rule.subject => Decision::Deny(Why::NotYours),
            _ if rule.public => Decision::Allow,
            _ => Decision::Deny(Why::NotSignedIn),
        },
        ActorKind::System(job) => {
            if rule.public || rule.jobs.contains(job) {
                Decision::Allow
            } else {
                Decision::Deny(Why::Role)
            }
        }
        ActorKind::Account { id, grants } => account(*id, grants, purpose, action, &rule, facts),
    }
}

/// As [`decide`], for use in a use case: `policy::require(&cx.actor, cx.purpose, …)?`.
///
/// # Errors
/// When it is refused.
pub fn require(actor: &Actor, purpose: Purpose, action: Action, facts: &ResourceFacts) -> Result<(), Denied> {
    match decide(actor, purpose, action, facts) {
        Decision::Allow => Ok(()),
        Decision::Deny(why) => Err(Denied { action, why }),
    }
}

/// May this actor do it anywhere at all? For whoever must not learn from the answer whether a thing exists: asked before
/// the thing is looked up. [`require`] still decides about the thing itself.
///
/// # Errors
/// When no role held now includes it.
pub fn require_somewhere(actor: &Actor, action: Action) -> Result<(), Denied> {
    let rule = rule(action);
    let why = match &actor.kind {
        ActorKind::Public if !rule.public => Why::NotSignedIn,
        ActorKind::Account { grants, .. } => {
            let role = grants.iter().any(|g| rule.staff.iter().any(|(role, _)| *role == g.role));
            let other = rule.public || rule.own_account || (rule.any_account && !is_suspended(action, grants));
            if role || other {
                return Ok(());
            }
            Why::Role
        }
        _ => return Ok(()),
    };
    Err(Denied { action, why })
}

/// Roles that may do it somewhere: "who can" in a refusal.
pub fn who_may(action: Action) -> Vec<Role> {
    rule(action).staff.iter().map(|(role, _)| *role).collect()
}

fn account(
    id: AccountId,
    grants: &[Grant],
    purpose: Purpose,
    action: Action,
    rule: &Rule,
    facts: &ResourceFacts,
) -> Decision {
    if let Some(why) = conditions(id, grants, purpose, rule, facts) {
        return Decision::Deny(why);
    }
    if rule.public || (rule.own_account && facts.is_account(id)) || (rule.any_account && !is_suspended(action, grants))
    {
        return Decision::Allow;
    }
    let knowers = if rule.knowers_in_case && facts.in_case() { rules::CASE_KNOWERS } else { &[] };
    let mut has_role = false;
    for grant in grants {
        for (_, within) in rule.staff.iter().chain(knowers).filter(|(role, _)| *role == grant.role) {
            has_role = true;
            if facts.reach(id, grant).satisfies(*within) {
                return Decision::Allow;
            }
        }
    }
    Decision::Deny(if has_role { Why::Elsewhere } else { Why::Role })
}

/// Without any running term an account can look after itself and nothing else.
const fn is_suspended(action: Action, grants: &[Grant]) -> bool {
    grants.is_empty() && !matches!(action, Action::Raise)
}

/// What must hold whatever the role.
fn conditions(id: AccountId, grants: &[Grant], purpose: Purpose, rule: &Rule, facts: &ResourceFacts) -> Option<Why> {
    match facts {
        ResourceFacts::Matter(m) => about_matter(id, grants, purpose, rule, m),
        ResourceFacts::Person(p) if rule.in_purpose => about_person(id, grants, purpose, rule, p),
        ResourceFacts::Case(c) => about_case(id, purpose, rule, c),
        // A second person is another person.
        ResourceFacts::Window(w) if rule.second_person => (w.opened_by == id).then_some(Why::OwnHandling),
        ResourceFacts::Demand(d) if rule.second_person => {
            (d.asked_by == id || d.approved_by.contains(&id)).then_some(Why::OwnHandling)
        }
        ResourceFacts::DataRequest(r) if rule.second_person => {
            (r.granted_by == Some(id) || r.taken_by == Some(id)).then_some(Why::OwnHandling)
        }
        _ => None,
    }
}

/// Is it about this account, or about a body that the account works for (R3)?
fn is_about(id: AccountId, grants: &[Grant], m: &MatterFacts) -> bool {
    m.about_accounts.contains(&id) || grants.iter().any(|g| g.org.is_some_and(|org| m.about_orgs.contains(&org)))
}

fn about_matter(id: AccountId, grants: &[Grant], purpose: Purpose, rule: &Rule, m: &MatterFacts) -> Option<Why> {
    if rule.not_by_handler && m.handlers.contains(&id) {
        return Some(Why::OwnHandling);
    }
    // Whoever it is about does nothing with it and sees nothing of it, whatever they may otherwise (R3).
    if !rule.public && is_about(id, grants, m) {
        return Some(Why::AboutYou);
    }
    if rule.while_open && !m.open {
        return Some(Why::NotOpen);
    }
    let covered = match purpose {
        Purpose::Matter(of) => of == m.id,
        Purpose::Administration
        | Purpose::Public
        | Purpose::BreakGlass(_)
        | Purpose::Case(_)
        | Purpose::Demand(_)
        | Purpose::OwnRecord
        | Purpose::DataRequest(_) => false,
        Purpose::Proxy | Purpose::OwnMatter | Purpose::Job => true,
    };
    if rule.for_this_matter && purpose != Purpose::Matter(m.id) || rule.content && !covered {
        return Some(Why::Purpose);
    }
    None
}

fn about_case(id: AccountId, purpose: Purpose, rule: &Rule, c: &CaseFacts) -> Option<Why> {
    if rule.second_person && c.asked_second == Some(id) {
        return Some(Why::OwnHandling);
    }
    if rule.while_open && !c.open {
        return Some(Why::NotOpen);
    }
    (rule.content && purpose != Purpose::Case(c.id)).then_some(Why::Purpose)
}

/// A record is opened in the name of an open matter or case about this person, or within one's own break-glass window (R5).
fn about_person(id: AccountId, grants: &[Grant], purpose: Purpose, rule: &Rule, p: &PersonFacts) -> Option<Why> {
    match (purpose, &p.matter) {
        (Purpose::Matter(of), Some(m)) if of == m.id => {
            if is_about(id, grants, m) {
                return Some(Why::AboutYou);
            }
            (!m.open).then_some(Why::NotOpen)
        }
        (Purpose::Case(of), _) if !rule.not_in_case && p.case.as_ref().is_some_and(|c| c.id == of) => {
            let open = p.case.as_ref().is_some_and(|c| c.open);
            (!open).then_some(Why::NotOpen)
        }
        (Purpose::BreakGlass(_), _) if p.window == Some(id) => None,
        _ => Some(Why::Purpose),
    }
}

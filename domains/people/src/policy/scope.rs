//! How far a list may reach. The same rules as `decide`, turned into something a query can use.
//!
//! A list query of matters keeps a row when `whole`, or its owner or owner seat is named, or its area lies in (the
//! subtree of) one of `areas`, or its post or one of the posts above is named, or one of its bodies is named; and, with
//! the key of a program, lies in the area of that key; and is not about a body that the actor works for.
//! A property test holds the two together: `scope(...).covers(matter)` exactly when `decide(ViewMatter)` allows it.

use super::facts::{is_of_org, spans_district};
use super::rule::Within;
use super::rules::rule;
use super::token::{TokenScope, require_scope};
use super::{Action, MatterFacts};
use kernel::ids::{AccountId, AreaId, OrgId, PostId, SeatId};
use kernel::{Actor, ActorKind, Role};

/// What a list may show. The default shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The whole district.
    pub whole: bool,
    /// Roots: each stands for itself and everything below it.
    pub areas: Vec<AreaId>,
    /// Each stands for itself and the offices and houses that hang on it.
    pub posts: Vec<PostId>,
    pub orgs: Vec<OrgId>,
    /// Seats held or deputised now: what they own is mine.
    pub seats: Vec<SeatId>,
    /// Effective owner.
    pub account: Option<AccountId>,
    /// Of all that, only what lies in this area: the key of a program leaves no more.
    pub within: Option<AreaId>,
    /// Of all that, nothing about these bodies: the actor works for them (R3).
    pub not_about: Vec<OrgId>,
}

impl Scope {
    pub fn is_empty(&self) -> bool {
        Self { within: None, not_about: Vec::new(), ..self.clone() } == Self::default()
    }

    /// Would a list of this scope show the matter?
    pub fn covers(&self, m: &MatterFacts) -> bool {
        if self.within.is_some_and(|area| !m.areas.contains(&area)) {
            return false;
        }
        let about_me = m.about_orgs.iter().any(|o| self.not_about.contains(o))
            || self.account.is_some_and(|me| m.about_accounts.contains(&me));
        if about_me {
            return false;
        }
        self.whole
            || self.account == Some(m.owner)
            || m.owner_seat.is_some_and(|s| self.seats.contains(&s))
            || self.areas.iter().any(|a| m.areas.contains(a))
            || self.posts.iter().any(|p| m.posts.contains(p))
            || self.orgs.iter().any(|o| m.orgs.contains(o))
    }
}

/// The scope of an action for an actor; empty when it is never allowed. Jobs of the program see the whole district.
pub fn scope(actor: &Actor, action: Action) -> Scope {
    let (id, grants) = match &actor.kind {
        ActorKind::Account { id, grants } => (*id, grants),
        ActorKind::System(_) => return Scope { whole: true, ..Scope::default() },
        ActorKind::Public | ActorKind::Raiser(_) | ActorKind::Subject(_) => return Scope::default(),
    };
    let mut scope = Scope::default();
    if let Some(key) = &actor.key {
        let scopes: Vec<TokenScope> = key.scopes.iter().filter_map(|code| TokenScope::from_code(code)).collect();
        if require_scope(&scopes, action).is_err() {
            return scope;
        }
        scope.within = key.area;
    }
    grants.iter().filter_map(|g| g.org).for_each(|org| push(&mut scope.not_about, org));
    let rule = rule(action);
    for grant in grants.iter() {
        let Some((_, within)) = rule.staff.iter().find(|(role, _)| *role == grant.role) else { continue };
        scope.account = Some(id);
        push(&mut scope.seats, grant.seat);
        match within {
            Within::District => scope.whole = true,
            Within::Mine => {}
            Within::Place => {
                if is_of_org(grant.role) {
                    grant.org.into_iter().for_each(|o| push(&mut scope.orgs, o));
                }
                if matches!(grant.role, Role::AgencyWorker | Role::Property | Role::Shop) {
                    continue;
                }
                match (grant.post, grant.area) {
                    (Some(post), _) => push(&mut scope.posts, post),
                    (None, Some(area)) => push(&mut scope.areas, area),
                    (None, None) => scope.whole |= spans_district(grant),
                }
            }
        }
    }
    scope
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

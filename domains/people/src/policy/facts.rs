//! What the decision needs to know about the thing acted on. Whoever loads the thing builds its facts.

use super::rule::Within;
use crate::model::is_admin;
use kernel::ids::{AccountId, AreaId, CaseId, MatterId, OrgId, PersonId, PostId, SeatId};
use kernel::{Grant, Role};

/// The thing acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceFacts {
    /// The district as a whole, or nothing in particular.
    District,
    Matter(MatterFacts),
    /// An area or a post.
    Place(PlaceFacts),
    Account(AccountFacts),
    Seat(SeatFacts),
    /// The record of a resident in care.
    Person(PersonFacts),
    /// A case of a lost elder.
    Case(CaseFacts),
    /// A break-glass window.
    Window(WindowFacts),
    Demand(DemandFacts),
    /// What somebody asks about their own data.
    DataRequest(DataRequestFacts),
}

/// A matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterFacts {
    pub id: MatterId,
    /// Its area and everything above, innermost first.
    pub areas: Vec<AreaId>,
    /// Its post and the posts above, nearest first.
    pub posts: Vec<PostId>,
    /// Bodies that lead or support.
    pub orgs: Vec<OrgId>,
    pub owner_seat: Option<SeatId>,
    /// The *effective* owner now, not the stored one: a predecessor must not keep rights.
    pub owner: AccountId,
    /// Whoever signed, contacted or handled since the last (re)opening.
    pub handlers: Vec<AccountId>,
    /// People and bodies the matter is about (R3).
    pub about_accounts: Vec<AccountId>,
    pub about_orgs: Vec<OrgId>,
    /// Not closed yet.
    pub open: bool,
}

/// An area or a post.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceFacts {
    pub areas: Vec<AreaId>,
    pub posts: Vec<PostId>,
}

/// An account, with the places it works at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    pub id: AccountId,
    pub areas: Vec<AreaId>,
    pub posts: Vec<PostId>,
    pub orgs: Vec<OrgId>,
}

/// A record of a person, and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonFacts {
    /// None: nobody in particular yet, as when searching.
    pub id: Option<PersonId>,
    /// Where they live, with everything above; innermost first.
    pub areas: Vec<AreaId>,
    /// The matter in whose name it is asked, once it is known to be about this person.
    pub matter: Option<MatterFacts>,
    /// Whose break-glass window runs now, when it is asked in the name of one.
    pub window: Option<AccountId>,
    /// The case of a lost elder in whose name it is asked, once it is known to be about this person.
    pub case: Option<Box<CaseFacts>>,
    /// It is asked with a letter for which a second person stands.
    pub letter: bool,
    /// Who was sent to visit them, when it is asked about that visit.
    pub visitors: Vec<AccountId>,
    /// Posts that serve where they live; for visits alone.
    pub posts: Vec<PostId>,
}

/// A case of a lost elder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    pub id: CaseId,
    /// Where it is handled, with everything above; innermost first.
    pub areas: Vec<AreaId>,
    pub posts: Vec<PostId>,
    /// Bodies that were asked who it is.
    pub orgs: Vec<OrgId>,
    pub owner_seat: Option<SeatId>,
    /// The effective owner now.
    pub owner: AccountId,
    /// Who helps now, by their own word.
    pub helpers: Vec<AccountId>,
    /// Who asked for a second person: for a hand-over to somebody who is no contact.
    pub asked_second: Option<AccountId>,
    pub open: bool,
}

/// A break-glass window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowFacts {
    pub opened_by: AccountId,
    /// Who was told, and looks into it.
    pub supervisor: AccountId,
}

/// A lawful demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandFacts {
    pub asked_by: AccountId,
    pub approved_by: Vec<AccountId>,
}

/// What somebody asks about their own data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DataRequestFacts {
    /// Who took it down, when it was not asked with a link or a code.
    pub taken_by: Option<AccountId>,
    pub granted_by: Option<AccountId>,
}

/// A seat, or a term on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatFacts {
    pub id: SeatId,
    pub role: Role,
    pub areas: Vec<AreaId>,
    pub posts: Vec<PostId>,
    pub org: Option<OrgId>,
}

/// How near a grant is to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// The actor owns it now, or sits on the seat that does.
    pub mine: bool,
    /// It lies in the area, post or organisation the role is held at.
    pub place: bool,
}

impl Reach {
    pub const fn satisfies(self, within: Within) -> bool {
        match within {
            Within::Mine => self.mine,
            Within::Place => self.mine || self.place,
            Within::District => true,
        }
    }
}

impl ResourceFacts {
    pub fn is_account(&self, id: AccountId) -> bool {
        matches!(self, Self::Account(a) if a.id == id)
    }

    /// A record that is looked for in the name of a lost elder.
    pub fn in_case(&self) -> bool {
        matches!(self, Self::Person(PersonFacts { matter: None, case: Some(_), .. }))
    }

    /// How near this grant of this account is.
    pub fn reach(&self, account: AccountId, grant: &Grant) -> Reach {
        match self {
            Self::District => Reach { mine: true, place: true },
            Self::DataRequest(_) => Reach::default(),
            Self::Matter(m) => to_matter(account, grant, m),
            // A matter lends its own reach; within a window the role alone counts, and others look into it.
            Self::Person(p) => match (&p.matter, &p.case) {
                (Some(m), _) => to_matter(account, grant, m),
                // Helpers see what the case shows them, never the record.
                (None, Some(c)) => Reach { mine: is_owner(account, grant, c), ..to_case(account, grant, c) },
                (None, None) if p.window == Some(account) => Reach { mine: true, place: true },
                (None, None) => {
                    Reach { mine: p.visitors.contains(&account), place: at_place(grant, &p.areas, &p.posts, &[]) }
                }
            },
            Self::Case(c) => to_case(account, grant, c),
            Self::Window(w) => Reach { mine: w.supervisor == account, place: false },
            Self::Demand(d) => Reach { mine: d.asked_by == account, place: false },
            Self::Place(p) => Reach { mine: false, place: at_place(grant, &p.areas, &p.posts, &[]) },
            Self::Account(a) => Reach { mine: a.id == account, place: at_place(grant, &a.areas, &a.posts, &a.orgs) },
            // Seats of administrators are outside every place: only a district-wide rule reaches them.
            Self::Seat(s) if is_admin(s.role) => Reach::default(),
            Self::Seat(s) => Reach { mine: false, place: at_place(grant, &s.areas, &s.posts, s.org.as_slice()) },
        }
    }
}

fn to_matter(account: AccountId, grant: &Grant, m: &MatterFacts) -> Reach {
    Reach {
        mine: m.owner == account || m.owner_seat == Some(grant.seat),
        place: at_place(grant, &m.areas, &m.posts, &m.orgs),
    }
}

fn is_owner(account: AccountId, grant: &Grant, c: &CaseFacts) -> bool {
    c.owner == account || c.owner_seat == Some(grant.seat)
}

fn to_case(account: AccountId, grant: &Grant, c: &CaseFacts) -> Reach {
    Reach {
        mine: is_owner(account, grant, c) || c.helpers.contains(&account),
        place: at_place(grant, &c.areas, &c.posts, &c.orgs),
    }
}

/// Roles that belong to a body and see what that body takes part in.
pub(super) const fn is_of_org(role: Role) -> bool {
    matches!(role, Role::AgencyWorker | Role::Property | Role::Shop | Role::CommitteeWorker)
}

/// Is this grant, which names no area and no post, held for the whole district? A duty officer or clerk of one body is
/// not: that seat is missing its place, and a missing place gives nothing.
pub(super) const fn spans_district(grant: &Grant) -> bool {
    match grant.role {
        Role::Coordinator | Role::CatchAll => true,
        Role::DutyOfficer | Role::Clerk => grant.org.is_none(),
        _ => false,
    }
}

/// Does the thing lie where the role is held? The post counts before the area, because a post is the narrower one.
fn at_place(grant: &Grant, areas: &[AreaId], posts: &[PostId], orgs: &[OrgId]) -> bool {
    if is_of_org(grant.role) && grant.org.is_some_and(|o| orgs.contains(&o)) {
        return true;
    }
    if matches!(grant.role, Role::AgencyWorker | Role::Property | Role::Shop) {
        return false;
    }
    match (grant.post, grant.area) {
        (Some(post), _) => posts.contains(&post),
        (None, Some(area)) => areas.contains(&area),
        (None, None) => spans_district(grant),
    }
}

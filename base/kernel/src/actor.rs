//! Who acts, by what right, and why. Carried by every `Cx`.

use crate::ids::{
    AccountId, AreaId, CaseId, DataRequestId, DemandId, DistrictId, MatterId, OrgId, PersonId, PostId, SeatId, WindowId,
};
use crate::time::Moment;
use std::sync::Arc;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A role, held at an area, post or organisation for a term (DOMAIN §6).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($(#[$doc])* $name),+ }
        impl Role {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Stable code, as stored and as used in locale keys (`role-…`).
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $text),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($text => Some(Self::$name),)+ _ => None } }
        }
    };
}

roles! {
    /// Volunteer (supplementary force).
    Volunteer = "volunteer",
    /// Building leader or named neighbour (supplementary force).
    BuildingLeader = "building_leader",
    /// Shop of the merchants' alliance.
    Shop = "shop",
    /// Property manager.
    Property = "property",
    /// Neighbourhood or village committee worker (front line).
    CommitteeWorker = "committee_worker",
    /// Worker of an agency (water, urban management, civil affairs …).
    AgencyWorker = "agency_worker",
    /// Police auxiliary.
    Auxiliary = "auxiliary",
    /// Community police officer (core).
    CommunityOfficer = "community_officer",
    /// Duty officer of a post; takes calls and walk-ins.
    DutyOfficer = "duty_officer",
    /// Head of a post.
    PostHead = "post_head",
    /// Clerk who types for others (代办).
    Clerk = "clerk",
    /// District coordinator; supervises every area.
    Coordinator = "coordinator",
    /// Holder of a catch-all seat: owner of what nobody else owns (兜底).
    CatchAll = "catch_all",
    /// Mediator.
    Mediator = "mediator",
    /// System administrator: settings, imports, accounts; reads no content.
    SystemAdmin = "system_admin",
    /// Security administrator: roles, keys, sessions; reads no content.
    SecurityAdmin = "security_admin",
    /// Audit administrator: verifies the log; reads no content.
    AuditAdmin = "audit_admin",
}

/// One role held now, with the place it is held at. A missing area means the whole district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub seat: SeatId,
    pub role: Role,
    pub org: Option<OrgId>,
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
    /// Held as deputy, not as holder.
    pub deputy: bool,
    /// End of the term, if it has one.
    pub until: Option<Moment>,
}

/// What kind of actor it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorKind {
    /// A signed-in account with the roles it holds at this moment.
    Account { id: AccountId, grants: Arc<[Grant]> },
    /// Whoever holds the secret code of this matter.
    Raiser(MatterId),
    /// Whoever holds the personal link of this person: they themselves, or a guardian.
    Subject(PersonId),
    /// Anybody from the street.
    Public,
    /// A job of the program itself; the name says which.
    System(&'static str),
}

/// What the key of a program leaves of the rights of its account. `people::policy` reads it at each decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLimit {
    /// Which key: what is done later in its name looks at what it still leaves.
    pub key: uuid::Uuid,
    /// Codes of what it is for.
    pub scopes: Vec<&'static str>,
    /// Only what lies in this area; `None`: wherever the account may.
    pub area: Option<AreaId>,
}

/// Who acts, in which district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub district: DistrictId,
    pub kind: ActorKind,
    /// Set when a program acts for an account with a key.
    pub key: Option<Arc<KeyLimit>>,
}

impl Actor {
    pub const fn public(district: DistrictId) -> Self {
        Self { district, kind: ActorKind::Public, key: None }
    }
    pub const fn system(district: DistrictId, job: &'static str) -> Self {
        Self { district, kind: ActorKind::System(job), key: None }
    }
    pub const fn raiser(district: DistrictId, matter: MatterId) -> Self {
        Self { district, kind: ActorKind::Raiser(matter), key: None }
    }
    pub const fn subject(district: DistrictId, person: PersonId) -> Self {
        Self { district, kind: ActorKind::Subject(person), key: None }
    }
    pub fn account(district: DistrictId, id: AccountId, grants: Vec<Grant>) -> Self {
        Self { district, kind: ActorKind::Account { id, grants: grants.into() }, key: None }
    }
    /// The same, with no more than a key leaves.
    #[must_use]
    pub fn by_key(self, limit: KeyLimit) -> Self {
        Self { key: Some(Arc::new(limit)), ..self }
    }
    /// The account, when somebody is signed in.
    pub const fn account_id(&self) -> Option<AccountId> {
        match self.kind {
            ActorKind::Account { id, .. } => Some(id),
            _ => None,
        }
    }
    /// Roles held now; empty for everybody who is not signed in.
    pub fn grants(&self) -> &[Grant] {
        match &self.kind {
            ActorKind::Account { grants, .. } => grants,
            _ => &[],
        }
    }
    pub fn has(&self, role: Role) -> bool {
        self.grants().iter().any(|g| g.role == role)
    }
    /// How the actor is written into the event log: kind and id, never a name.
    pub fn log_name(&self) -> String {
        match &self.kind {
            ActorKind::Account { id, .. } => format!("account:{id}"),
            ActorKind::Raiser(_) => "raiser".to_owned(),
            ActorKind::Subject(_) => "subject".to_owned(),
            ActorKind::Public => "public".to_owned(),
            ActorKind::System(job) => format!("system:{job}"),
        }
    }
}

/// Why data is touched. Written into the audit log with every read of personal data (R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Someone raises, follows or answers their own matter.
    OwnMatter,
    /// Someone asks about the record of themselves, or of whom they speak for.
    OwnRecord,
    /// Work on this open matter.
    Matter(MatterId),
    /// Work on this open case of a lost elder.
    Case(CaseId),
    /// Looking without a matter, for a reason and a short time that others review (R5).
    BreakGlass(WindowId),
    /// A lawful demand that two people approved (R14).
    Demand(DemandId),
    /// Answering what somebody asks about their own data.
    DataRequest(DataRequestId),
    /// Typing for somebody else (R9).
    Proxy,
    /// Running the district: accounts, areas, settings, imports.
    Administration,
    /// A job of the program itself.
    Job,
    /// Public information.
    Public,
}

impl Purpose {
    /// Code for the audit log.
    pub fn code(self) -> String {
        match self {
            Self::OwnMatter => "own_matter".into(),
            Self::OwnRecord => "own_record".into(),
            Self::Matter(id) => format!("matter:{id}"),
            Self::Case(id) => format!("case:{id}"),
            Self::BreakGlass(id) => format!("break_glass:{id}"),
            Self::Demand(id) => format!("demand:{id}"),
            Self::DataRequest(id) => format!("data_request:{id}"),
            Self::Proxy => "proxy".into(),
            Self::Administration => "administration".into(),
            Self::Job => "job".into(),
            Self::Public => "public".into(),
        }
    }
}

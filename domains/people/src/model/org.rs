//! The bodies that work together in a district.

use super::codes;
use kernel::ids::{AreaId, OrgId, PostId};

codes! {
    /// Kind of organisation.
    OrgKind {
        PoliceBranch = "police_branch",
        PoliceStation = "police_station",
        TownGovernment = "town_government",
        /// Neighbourhood or village committee.
        Committee = "committee",
        /// Water, urban management, civil affairs, market supervision …
        Agency = "agency",
        Property = "property",
        Shop = "shop",
        /// Volunteer service, care home, school, company.
        Association = "association",
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    pub id: OrgId,
    pub kind: OrgKind,
    pub name: String,
    /// The body above it.
    pub parent: Option<OrgId>,
    /// The area it works in; none is the whole district.
    pub area: Option<AreaId>,
    /// The post it belongs to, e.g. a shop's police office.
    pub post: Option<PostId>,
    /// Telephone of the office.
    pub phone: Option<String>,
    /// Joined and not left (P7: a shop joins and leaves at will).
    pub active: bool,
    pub version: i64,
}

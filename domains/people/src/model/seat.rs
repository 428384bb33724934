//! Seats (岗位): the positions that own matters. People come and go, the seat stays (J11).

use kernel::Role;
use kernel::ids::{AreaId, OrgId, PostId, SeatId};

/// Where a seat works. Nothing set means the whole district, where the role allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Place {
    pub org: Option<OrgId>,
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
}

/// A position that accounts hold for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub id: SeatId,
    pub role: Role,
    pub place: Place,
    /// As on the door, e.g. 青禾站一号民警.
    pub title: String,
    /// The seat that is told when this one is late.
    pub reports_to: Option<SeatId>,
    /// Closed seats take no new term.
    pub open: bool,
    pub version: i64,
}

/// The three administrators, who must be three different people and read no content (DOMAIN §6).
pub const fn is_admin(role: Role) -> bool {
    matches!(role, Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin)
}

/// May one account hold both roles at the same time? An administrator holds nothing else:
/// who gives out rights does not use them, and who checks the log does not write it.
pub fn may_combine(a: Role, b: Role) -> bool {
    a == b || !(is_admin(a) || is_admin(b))
}

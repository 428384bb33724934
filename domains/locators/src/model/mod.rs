//! What a device, a permit, a fence, a kept position and an alert are. Types and pure functions only.

pub mod alert;
pub mod clock;
pub mod fence;
pub mod fix;
pub mod permit;
pub mod rules;
mod taken;

pub use alert::{Answer, EndWhy, Kind, Reach};
pub use fence::{Drawn, Fence, Hours, Tells, When};
pub use fix::Fix;
pub use permit::{Sight, Weighed};
pub use rules::Rules;
pub use taken::Taken;

kernel::codes! {
    /// What it is to look at.
    Thing { Watch = "watch", Pendant = "pendant", Fob = "fob", Phone = "phone" }
}

kernel::codes! {
    /// Where a device stands.
    DeviceState {
        /// In the drawer of a post.
        Stock = "stock",
        /// Somebody in care wears it.
        Bound = "bound",
        Lost = "lost",
        /// Broken or given back to whoever sold it.
        Retired = "retired",
    }
}

kernel::codes! {
    /// Why a binding ended.
    Unbound {
        GivenBack = "given_back",
        Replaced = "replaced",
        Lost = "lost",
        Broken = "broken",
        CareOver = "care_over",
    }
}

kernel::codes! {
    /// Who did something for the wearer.
    By { Subject = "subject", Guardian = "guardian", Committee = "committee" }
}

/// A datum by its code.
pub fn datum_from(code: &str) -> Option<kernel::Datum> {
    kernel::Datum::ALL.into_iter().find(|d| d.code() == code)
}

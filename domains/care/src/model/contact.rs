//! Whom to call, in order (L6).

use kernel::Lang;
use kernel::ids::ContactId;
use people::model::GuardianId;
use serde::{Deserialize, Serialize};

/// Somebody of the circle, as staff with a purpose, or a case, may see them.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactLine {
    pub id: ContactId,
    /// From 1: called in this order.
    pub position: i64,
    pub name: String,
    pub relation: String,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub lang: Lang,
    /// The guardian of the record that this contact is; name and phone are read there.
    pub guardian: Option<GuardianId>,
    /// May take the elder home.
    pub may_collect: bool,
    /// Kept away by a protection order: shown as a warning, never told, never called, never offered for hand-over.
    pub barred: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for ContactLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactLine").field("id", &self.id).field("position", &self.position).finish_non_exhaustive()
    }
}

impl ContactLine {
    /// May be called, told and offered for hand-over at all.
    pub const fn is_welcome(&self) -> bool {
        !self.barred
    }
}

/// A contact of its own, who speaks for nobody.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    pub name: String,
    pub relation: String,
}

/// How a contact is reached. For a guardian only the mail stands here: the phone stands in the record.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Reached {
    pub phone: Option<String>,
    pub mail: Option<String>,
}

/// Who a new contact is.
#[derive(Clone, PartialEq, Eq)]
pub enum Whom {
    /// Somebody who speaks for the elder already: typed once, in the record.
    Guardian(GuardianId),
    Other {
        name: String,
        relation: String,
        phone: Option<String>,
    },
}

/// A contact as it is to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct NewContact {
    pub whom: Whom,
    pub mail: Option<String>,
    pub lang: Lang,
    pub may_collect: bool,
    pub barred: bool,
}

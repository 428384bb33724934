//! Terms: who sits on which seat from when to when.

use super::{TermId, codes};
use kernel::Moment;
use kernel::ids::{AccountId, SeatId};

codes! {
    /// As what a seat is held.
    TermKind {
        Holder = "holder",
        /// Stands in: same rights while the term runs, owner when there is no holder.
        Deputy = "deputy",
    }
}

/// One account holding one seat from an instant on. The end is the first instant that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub id: TermId,
    pub seat: SeatId,
    pub account: AccountId,
    pub kind: TermKind,
    pub from: Moment,
    pub to: Option<Moment>,
    /// A volunteer's own limit: after it the term keeps its rights but is given no new work and owns nothing.
    pub available_until: Option<Moment>,
    /// The account is active (not suspended, not closed).
    pub account_active: bool,
}

impl Term {
    /// Gives rights at this instant.
    pub fn runs(&self, at: Moment) -> bool {
        self.account_active && self.from <= at && self.to.is_none_or(|to| at < to)
    }
    /// Can own work at this instant.
    pub fn serves(&self, at: Moment) -> bool {
        self.runs(at) && self.available_until.is_none_or(|until| at < until)
    }
    /// Will be there at any later instant unless somebody ends it.
    pub fn is_open_ended(&self) -> bool {
        self.account_active && self.kind == TermKind::Holder && self.to.is_none() && self.available_until.is_none()
    }
}

//! Who answers for a matter at a given instant (R1). Pure, and never empty.
//!
//! The order: the account that was given the matter, while it holds the seat → whoever holds the seat now (the
//! successor inherits, J11) → a deputy of the seat → the catch-all seat (兜底) of the area, then of the area above, and
//! so on → the district's own catch-all, which always has an open-ended holder.

use super::{Term, TermKind};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, SeatId};

/// By which right somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// The account that was given the matter still holds the seat.
    Holder,
    /// Another account holds the seat now.
    Successor,
    /// Nobody holds the seat; a deputy stands in.
    Deputy,
    /// Nobody sits on the seat; the catch-all of this area answers (none: of the district).
    CatchAll(Option<AreaId>),
}

impl Via {
    /// Code for events and locale keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Successor => "successor",
            Self::Deputy => "deputy",
            Self::CatchAll(_) => "catch_all",
        }
    }
}

/// Who answers, on which seat, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerAnswer {
    pub account: AccountId,
    pub seat: SeatId,
    pub via: Via,
}

/// A catch-all seat and the area it catches for; no area is the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchAllSeat {
    pub seat: SeatId,
    pub area: Option<AreaId>,
}

/// The district has no open-ended catch-all holder: it must not be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the district has no catch-all holder without an end date")]
pub struct RosterError;

/// Terms of the seats in question and of the catch-all seats, with the one thing that makes the answer certain:
/// a district catch-all holder without end. Cannot be built without it.
#[derive(Debug, Clone)]
pub struct Roster {
    terms: Vec<Term>,
    catch_alls: Vec<CatchAllSeat>,
    last_resort: OwnerAnswer,
}

impl Roster {
    /// # Errors
    /// When no district catch-all seat has an open-ended holder with an active account.
    pub fn new(mut terms: Vec<Term>, catch_alls: Vec<CatchAllSeat>) -> Result<Self, RosterError> {
        // A fixed order, so that the answer does not depend on the order of rows: who came first answers first.
        terms.sort_by_key(|t| (t.from, t.id));
        let last_resort = terms
            .iter()
            .find(|t| t.is_open_ended() && catch_alls.iter().any(|c| c.area.is_none() && c.seat == t.seat))
            .map(|t| OwnerAnswer { account: t.account, seat: t.seat, via: Via::CatchAll(None) })
            .ok_or(RosterError)?;
        Ok(Self { terms, catch_alls, last_resort })
    }

    fn of(&self, seat: SeatId, kind: TermKind, at: Moment) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |t| t.seat == seat && t.kind == kind && t.serves(at))
    }

    /// Who sits on the seat now: the holder, else a deputy.
    pub fn sitting(&self, seat: SeatId, at: Moment) -> Option<&Term> {
        self.of(seat, TermKind::Holder, at).next().or_else(|| self.of(seat, TermKind::Deputy, at).next())
    }

    fn catch(&self, area: Option<AreaId>, at: Moment) -> Option<OwnerAnswer> {
        self.catch_alls.iter().filter(|c| c.area == area).find_map(|c| self.sitting(c.seat, at)).map(|t| OwnerAnswer {
            account: t.account,
            seat: t.seat,
            via: Via::CatchAll(area),
        })
    }
}

/// The account that answers for a matter at `at`.
///
/// `owner_seat` and `owner_account` are what the matter stores. `areas` is the matter's area and everything above it,
/// innermost first; it may be empty or unknown.
pub fn effective_owner(
    owner_seat: Option<SeatId>,
    owner_account: Option<AccountId>,
    roster: &Roster,
    areas: &[AreaId],
    at: Moment,
) -> OwnerAnswer {
    let on_seat = owner_seat.and_then(|seat| {
        let given = roster.of(seat, TermKind::Holder, at).find(|t| Some(t.account) == owner_account);
        let (term, via) = if let Some(t) = given {
            (t, Via::Holder)
        } else if let Some(t) = roster.of(seat, TermKind::Holder, at).next() {
            (t, Via::Successor)
        } else {
            (roster.of(seat, TermKind::Deputy, at).next()?, Via::Deputy)
        };
        Some(OwnerAnswer { account: term.account, seat, via })
    });
    on_seat
        .or_else(|| areas.iter().find_map(|a| roster.catch(Some(*a), at)))
        .or_else(|| roster.catch(None, at))
        .unwrap_or(roster.last_resort)
}

#[cfg(test)]
#[path = "owner_tests.rs"]
mod tests;

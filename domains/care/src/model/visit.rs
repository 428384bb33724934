//! A visit and what came of it: closed lists, the form, and which step may follow which.

use super::codes;
use jiff::civil::Date;
use kernel::Role;
use serde::{Deserialize, Serialize};

kernel::id_types! {
    /// One visit, planned or made.
    VisitId,
}

impl From<VisitId> for store::Value {
    fn from(id: VisitId) -> Self {
        Self::Uuid(id.0)
    }
}

codes! {
    VisitKind { Chat = "chat", Clean = "clean", Check = "check", TeachPhone = "teach-phone", CardCheck = "card-check" }
}
codes! {
    /// Where a visit stands.
    VisitState {
        Planned = "planned",
        Assigned = "assigned",
        Seen = "seen",
        NotHome = "not-home",
        Refused = "refused",
        Rescheduled = "rescheduled",
        Cancelled = "cancelled",
    }
}
codes! {
    /// What came of it.
    Outcome { Seen = "seen", NotHome = "not-home", Refused = "refused", Rescheduled = "rescheduled" }
}
codes! {
    Mood { Well = "well", Quiet = "quiet", Lonely = "lonely", Worried = "worried", Sad = "sad" }
}
codes! {
    /// What may hurt somebody at home.
    Hazard {
        Gas = "gas", Wiring = "wiring", Floor = "floor", Stairs = "stairs", Clutter = "clutter", Cold = "cold",
        Heat = "heat", Food = "food",
    }
}
codes! {
    Need {
        Repair = "repair", Doctor = "doctor", Medicine = "medicine", Meal = "meal", Errand = "errand",
        Company = "company", Phone = "phone", Card = "card", Papers = "papers",
    }
}
codes! {
    /// How card and strap looked.
    CardSeen { Good = "good", Worn = "worn", Missing = "missing" }
}
codes! {
    /// The three forces (N2).
    Force { Core = "core", Front = "front", Support = "support" }
}
codes! {
    /// Why an outcome could not be taken as it came.
    ConflictWhy {
        /// Somebody else's outcome is there already.
        Done = "done",
        Cancelled = "cancelled",
        /// Others were sent meanwhile.
        Reassigned = "reassigned",
        CareOver = "care-over",
    }
}

impl Force {
    /// The force a role belongs to; none for administrators.
    pub const fn of(role: Role) -> Option<Self> {
        match role {
            Role::CommunityOfficer
            | Role::Auxiliary
            | Role::DutyOfficer
            | Role::PostHead
            | Role::Coordinator
            | Role::CatchAll => Some(Self::Core),
            Role::CommitteeWorker | Role::AgencyWorker | Role::Clerk | Role::Mediator => Some(Self::Front),
            Role::Volunteer | Role::BuildingLeader | Role::Shop | Role::Property => Some(Self::Support),
            Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => None,
        }
    }
}

impl VisitState {
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Assigned)
    }

    /// Somebody is sent, or others are.
    pub const fn assigned(self) -> Option<Self> {
        match self {
            Self::Planned | Self::Assigned => Some(Self::Assigned),
            Self::Seen | Self::NotHome | Self::Refused | Self::Rescheduled | Self::Cancelled => None,
        }
    }

    /// An outcome comes in. A visit that nobody was sent to has none.
    pub const fn done(self, outcome: Outcome) -> Option<Self> {
        match (self, outcome) {
            (Self::Assigned, Outcome::Seen) => Some(Self::Seen),
            (Self::Assigned, Outcome::NotHome) => Some(Self::NotHome),
            (Self::Assigned, Outcome::Refused) => Some(Self::Refused),
            (Self::Assigned, Outcome::Rescheduled) => Some(Self::Rescheduled),
            (Self::Planned | Self::Seen | Self::NotHome | Self::Refused | Self::Rescheduled | Self::Cancelled, _) => {
                None
            }
        }
    }

    /// One of those who were sent says no: it waits for somebody else.
    pub const fn declined(self) -> Option<Self> {
        match self {
            Self::Planned | Self::Assigned => Some(Self::Planned),
            Self::Seen | Self::NotHome | Self::Refused | Self::Rescheduled | Self::Cancelled => None,
        }
    }

    pub const fn cancelled(self) -> Option<Self> {
        match self {
            Self::Planned | Self::Assigned => Some(Self::Cancelled),
            Self::Seen | Self::NotHome | Self::Refused | Self::Rescheduled | Self::Cancelled => None,
        }
    }
}

/// At least two, of more than one force (N4).
///
/// # Errors
/// The end of the key `rule-care-…`.
pub fn check_pair(forces: &[Force]) -> Result<(), &'static str> {
    let Some(first) = forces.first() else { return Err("visit-two") };
    if forces.len() < 2 {
        return Err("visit-two");
    }
    if forces.iter().all(|f| f == first) { Err("visit-mixed") } else { Ok(()) }
}

/// What visitors write. Codes of the lists above.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    pub chat: bool,
    pub cleaned: bool,
    pub card: Option<String>,
    pub strap: Option<String>,
    pub hazards: Vec<String>,
    pub needs: Vec<String>,
    pub mood: Option<String>,
    /// A day, as `2026-07-01`.
    pub next: Option<String>,
    pub note: String,
}

/// Never printed by accident.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(…)")
    }
}

/// Longest note.
pub const NOTE: usize = 500;

impl Form {
    /// The first field that is not as it must be.
    pub fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let seen = |v: &Option<String>| v.as_deref().is_none_or(|c| CardSeen::from_code(c).is_some());
        if !seen(&self.card) {
            return Some(("card", "unknown"));
        }
        if !seen(&self.strap) {
            return Some(("strap", "unknown"));
        }
        if self.hazards.iter().any(|c| Hazard::from_code(c).is_none()) {
            return Some(("hazards", "unknown"));
        }
        if self.needs.iter().any(|c| Need::from_code(c).is_none()) {
            return Some(("needs", "unknown"));
        }
        if self.mood.as_deref().is_some_and(|c| Mood::from_code(c).is_none()) {
            return Some(("mood", "unknown"));
        }
        if self.next.is_some() && self.next_day().is_none() {
            return Some(("next", "unknown"));
        }
        (self.note.chars().count() > NOTE).then_some(("note", "too-long"))
    }

    pub fn next_day(&self) -> Option<Date> {
        self.next.as_deref()?.parse().ok()
    }

    /// What each becomes a matter for, each once: a card that is worn out or gone, too.
    pub fn tasks(&self) -> Vec<String> {
        let mut out: Vec<String> = self.hazards.iter().map(|c| format!("hazard-{c}")).collect();
        out.extend(self.needs.iter().map(|c| format!("need-{c}")));
        let bad = |v: &Option<String>| v.as_deref().is_some_and(|c| c != CardSeen::Good.code());
        if bad(&self.card) || bad(&self.strap) {
            out.push("need-card".to_owned());
        }
        out.sort();
        out.dedup();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over() {
        for state in VisitState::ALL.iter().filter(|s| !s.is_open()) {
            assert!(state.assigned().is_none() && state.cancelled().is_none());
            assert!(Outcome::ALL.iter().all(|o| state.done(*o).is_none()));
        }
        assert!(VisitState::Planned.done(Outcome::Seen).is_none(), "nobody was sent");
    }

    #[test]
    fn a_pair_is_two_of_different_forces() {
        use Force::{Core, Front, Support};
        assert_eq!(check_pair(&[]), Err("visit-two"));
        assert_eq!(check_pair(&[Core]), Err("visit-two"));
        assert_eq!(check_pair(&[Front, Front]), Err("visit-mixed"));
        assert_eq!(check_pair(&[Front, Support]), Ok(()));
        assert_eq!(check_pair(&[Support, Support, Core]), Ok(()));
    }

    #[test]
    fn each_need_is_one_task() {
        let form = Form {
            hazards: vec!["gas".into(), "gas".into()],
            needs: vec!["card".into()],
            strap: Some("missing".into()),
            ..Form::default()
        };
        assert_eq!(form.tasks(), ["hazard-gas", "need-card"]);
        assert_eq!(Form { mood: Some("x".into()), ..Form::default() }.wrong(), Some(("mood", "unknown")));
    }
}

//! Found is not home (R4): with whom an elder may go. Pure.

use crate::error::Refusal;
use kernel::ids::ContactId;

kernel::codes! {
    /// How it was checked who the receiver is.
    Proof {
        IdCard = "id_card",
        /// The one-time code that was sent to the contact, told by the receiver.
        Code = "code",
        /// The officer has known them for long.
        Known = "known",
        /// Duty card of a hospital or another body.
        DutyCard = "duty_card",
        /// Nothing was shown.
        Nothing = "nothing",
    }
}

kernel::codes! {
    /// Where it happens.
    PlaceKind {
        Post = "post",
        /// At the elder's home.
        Home = "home",
        Street = "street",
        Hospital = "hospital",
    }
}

/// With whom the elder goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Receiver {
    /// Somebody of the circle.
    Contact { id: ContactId, barred: bool },
    /// A named adult who is no contact.
    Other { name: String, relation: String },
    /// A hospital, a rescue station.
    Body { name: String, officer: String },
}

/// Never printed by accident.
impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Contact { .. } => "Contact(…)",
            Self::Other { .. } => "Other(…)",
            Self::Body { .. } => "Body(…)",
        })
    }
}

impl Receiver {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Contact { .. } => "contact",
            Self::Other { .. } => "other",
            Self::Body { .. } => "body",
        }
    }
}

/// What the care schedule says about the elder's home now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HomeNow {
    Somebody,
    Nobody,
    /// No schedule, or none for this hour.
    Unknown,
}

/// The command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub receiver: Receiver,
    pub proof: Proof,
    pub place: PlaceKind,
    /// Why the elder is left at a home where the schedule says that nobody is.
    pub override_reason: Option<String>,
    /// The one-time code, as the receiver told it.
    pub code: Option<String>,
    /// Drawn on the screen, or a photo of the paper: PNG or JPEG.
    pub signature: Option<Vec<u8>>,
}

/// What the rule needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    pub identified: bool,
    pub home: HomeNow,
    /// A second officer agreed.
    pub second: bool,
    /// The code that was told is right.
    pub code_ok: bool,
}

/// May the elder go?
///
/// # Errors
/// The first thing that stands in the way. [`Refusal::NeedsSecond`] comes last: it is what another officer can give.
pub fn check(command: &HandOver, facts: Check) -> Result<(), Refusal> {
    if command.proof == Proof::Nothing {
        return Err(Refusal::NotChecked);
    }
    if command.proof == Proof::Code && !facts.code_ok {
        return Err(Refusal::WrongCode);
    }
    if !facts.identified && !matches!(command.receiver, Receiver::Body { .. }) {
        return Err(Refusal::NotIdentified);
    }
    if command.place == PlaceKind::Home && facts.home == HomeNow::Nobody && command.override_reason.is_none() {
        return Err(Refusal::NobodyHome);
    }
    match &command.receiver {
        Receiver::Contact { barred: true, .. } => Err(Refusal::Barred),
        Receiver::Contact { .. } => Ok(()),
        // A code only goes to a contact: it proves nothing of somebody else.
        Receiver::Other { .. } | Receiver::Body { .. } if command.proof == Proof::Code => Err(Refusal::NotChecked),
        Receiver::Other { .. } if !facts.second => Err(Refusal::NeedsSecond),
        Receiver::Body { .. } if !facts.identified && !facts.second => Err(Refusal::NeedsSecond),
        Receiver::Other { .. } | Receiver::Body { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const FINE: Check = Check { identified: true, home: HomeNow::Somebody, second: false, code_ok: false };

    fn to(receiver: Receiver) -> HandOver {
        HandOver {
            receiver,
            proof: Proof::IdCard,
            place: PlaceKind::Post,
            override_reason: None,
            code: None,
            signature: None,
        }
    }
    fn daughter() -> HandOver {
        to(Receiver::Contact { id: ContactId(Uuid::nil()), barred: false })
    }
    fn stranger() -> HandOver {
        to(Receiver::Other { name: "某人".into(), relation: "邻居".into() })
    }

    #[test]
    fn a_contact_who_shows_a_card_takes_the_elder() {
        assert_eq!(check(&daughter(), FINE), Ok(()));
        assert_eq!(check(&HandOver { proof: Proof::Nothing, ..daughter() }, FINE), Err(Refusal::NotChecked));
        let code = HandOver { proof: Proof::Code, ..daughter() };
        assert_eq!(check(&code, FINE), Err(Refusal::WrongCode));
        assert_eq!(check(&code, Check { code_ok: true, ..FINE }), Ok(()));
    }

    #[test]
    fn nobody_is_left_at_a_home_where_nobody_is() {
        let home = HandOver { place: PlaceKind::Home, ..daughter() };
        for (now, allowed) in [(HomeNow::Somebody, true), (HomeNow::Unknown, true), (HomeNow::Nobody, false)] {
            assert_eq!(check(&home, Check { home: now, ..FINE }).is_ok(), allowed, "{now:?}");
        }
        let forced = HandOver { override_reason: Some("女儿已在家门口".into()), ..home };
        assert_eq!(check(&forced, Check { home: HomeNow::Nobody, ..FINE }), Ok(()));
    }

    #[test]
    fn somebody_who_is_no_contact_needs_a_second_officer_and_a_barred_one_never_may() {
        assert_eq!(check(&stranger(), FINE), Err(Refusal::NeedsSecond));
        assert_eq!(check(&stranger(), Check { second: true, ..FINE }), Ok(()));
        let coded = HandOver { proof: Proof::Code, ..stranger() };
        assert_eq!(check(&coded, Check { second: true, code_ok: true, ..FINE }), Err(Refusal::NotChecked));
        let barred = to(Receiver::Contact { id: ContactId(Uuid::nil()), barred: true });
        assert_eq!(check(&barred, Check { second: true, code_ok: true, ..FINE }), Err(Refusal::Barred));
    }

    #[test]
    fn somebody_whom_nobody_knows_goes_to_a_body_only_and_two_officers_say_so() {
        let unknown = Check { identified: false, ..FINE };
        assert_eq!(check(&daughter(), unknown), Err(Refusal::NotIdentified));
        let hospital = to(Receiver::Body { name: "和邻医院".into(), officer: "急诊".into() });
        assert_eq!(check(&hospital, unknown), Err(Refusal::NeedsSecond));
        assert_eq!(check(&hospital, Check { second: true, ..unknown }), Ok(()));
        assert_eq!(check(&hospital, FINE), Ok(()));
    }
}

//! The life of a card (L4). Card and strap are two parts, each with its condition.

use super::codes;

codes! {
    /// Where a card stands in its life. A new one must say whether it opens ([`CardState::opens`]).
    CardState {
        /// A blank of the stock of a post: it has its codes and belongs to nobody.
        Made = "made",
        /// Given to an elder or the family.
        Issued = "issued",
        /// Seen on the elder.
        InUse = "in_use",
        /// Another one is there; shows nothing any more.
        Replaced = "replaced",
        /// Nobody knows where it is; shows nothing any more.
        Lost = "lost",
        /// Taken back, or spoiled before it was given out.
        Revoked = "revoked",
    }
}

codes! {
    /// What is done with a card.
    Act {
        Issue = "issue",
        /// It was seen on the elder.
        Wear = "wear",
        Replace = "replace",
        Lose = "lose",
        Revoke = "revoke",
    }
}

codes! {
    /// Of a card or a strap.
    Condition {
        Good = "good",
        /// Works, and should be replaced soon.
        Worn = "worn",
        Broken = "broken",
        Missing = "missing",
    }
}

impl CardState {
    /// Does it open the finder's page?
    pub const fn opens(self) -> bool {
        match self {
            Self::Issued | Self::InUse => true,
            Self::Made | Self::Replaced | Self::Lost | Self::Revoked => false,
        }
    }
    /// Was it somebody's, and is no more? Whoever uses it now is told to the post.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Replaced | Self::Lost | Self::Revoked => true,
            Self::Made | Self::Issued | Self::InUse => false,
        }
    }

    /// The state after this, or `None` when it cannot be done now.
    pub const fn after(self, act: Act) -> Option<Self> {
        match (self, act) {
            (Self::Made, Act::Issue) => Some(Self::Issued),
            (Self::Made | Self::Issued | Self::InUse | Self::Lost, Act::Revoke)
            // What was lost and has a successor is over for good.
            | (Self::Lost, Act::Replace) => Some(Self::Revoked),
            (Self::Issued | Self::InUse, Act::Wear) => Some(Self::InUse),
            (Self::Issued | Self::InUse, Act::Replace) => Some(Self::Replaced),
            (Self::Issued | Self::InUse, Act::Lose) => Some(Self::Lost),
            (Self::Made, Act::Wear | Act::Replace | Act::Lose)
            | (Self::Issued | Self::InUse, Act::Issue)
            | (Self::Lost, Act::Issue | Act::Wear | Act::Lose)
            | (Self::Replaced | Self::Revoked, _) => None,
        }
    }

    /// What can be done now.
    pub fn acts(self) -> Vec<Act> {
        Act::ALL.iter().copied().filter(|act| self.after(*act).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_over_stays_over() {
        for state in CardState::ALL.iter().filter(|s| s.is_over()) {
            assert!(!state.opens());
            for act in Act::ALL {
                let after = state.after(*act);
                assert!(after.is_none_or(|s| s.is_over()), "{state:?} {act:?} → {after:?}");
            }
        }
        assert_eq!(CardState::Replaced.acts(), []);
        assert_eq!(CardState::Made.acts(), [Act::Issue, Act::Revoke]);
    }

    proptest! {
        /// Whatever is done in whatever order, a card that stopped opening never opens again.
        #[test]
        fn a_card_opens_once_in_its_life(acts in prop::collection::vec(0usize..5, 0..30)) {
            let (mut state, mut closed) = (CardState::Made, false);
            for act in acts {
                let before = state;
                if let Some(next) = Act::ALL.get(act).and_then(|a| state.after(*a)) {
                    state = next;
                }
                closed |= before.opens() && !state.opens();
                prop_assert!(!(closed && state.opens()));
            }
        }
    }
}

//! What the crate `alerts` needs to know of a case at the moment of telling: ids, a number and a state, no name and no place.

use super::case::{facts, load};
use crate::error::Result;
use crate::model::State;
use kernel::Purpose;
use kernel::ids::{AccountId, CaseId, PersonId, PostId};
use people::policy::{Action, ResourceFacts, decide};
use store::Cx;

/// A case, as far as a message says something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub number: String,
    pub state: State,
    /// Whose circle is told.
    pub person: Option<PersonId>,
    pub post: Option<PostId>,
}

/// For the sender of messages.
pub fn about(cx: &mut Cx<'_>, case: CaseId) -> Result<About> {
    let c = load(cx, case)?;
    Ok(About { number: c.number, state: c.state, person: c.person, post: c.post })
}

/// Does the case still concern this account, at the moment of sending: as somebody of the place, or as somebody who may help?
pub fn concerns(cx: &mut Cx<'_>, case: CaseId, account: AccountId) -> Result<bool> {
    let c = load(cx, case)?;
    let here = ResourceFacts::Case(facts(cx, &c)?);
    let actor = people::app::sessions::actor_of(cx, account)?;
    let may = |action| decide(&actor, Purpose::Case(case), action, &here).is_allowed();
    Ok(may(Action::ViewCase) || may(Action::OfferHelp))
}

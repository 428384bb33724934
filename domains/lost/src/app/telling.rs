//! What the crate `alerts` needs to know of a case at the moment of telling: ids, a number and a state, no name and no place.

use super::case::{facts, load};
use crate::error::Result;
use crate::model::State;
use kernel::ids::{AccountId, CaseId, PersonId, PostId};
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, decide};
use store::{Cx, params};

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

/// Open cases in which it is known who the elder is, with the instant at which each was opened: for the locators of those people.
/// There are few.
pub fn open_about(cx: &mut Cx<'_>) -> Result<Vec<(CaseId, PersonId, Moment)>> {
    let sql = "SELECT id, person_id, opened_at FROM lost_case WHERE district_id = $1 AND is_open = $2 AND person_id IS NOT NULL";
    let rows = cx.query(sql, params![cx.district(), true])?;
    rows.iter().map(|r| Ok((r.id("id")?, r.id("person_id")?, r.moment("opened_at")?))).collect()
}

/// Does the case still concern this account, at the moment of sending: as somebody of the place, or as somebody who may help?
pub fn concerns(cx: &mut Cx<'_>, case: CaseId, account: AccountId) -> Result<bool> {
    let c = load(cx, case)?;
    let here = ResourceFacts::Case(facts(cx, &c)?);
    let actor = people::app::sessions::actor_of(cx, account)?;
    let may = |action| decide(&actor, Purpose::Case(case), action, &here).is_allowed();
    Ok(may(Action::ViewCase) || may(Action::OfferHelp))
}

//! What a message about a matter may be made of: number, state, dates, and who may see it. For the sender of messages
//! only; no texts and no names.

use super::around;
use crate::Error;
use crate::model::State;
use crate::store::MatterRow;
use kernel::Moment;
use kernel::ids::{AccountId, MatterId, SeatId};
use people::policy::{Action, ResourceFacts, require};
use store::Cx;

/// See the module.
#[derive(Debug, Clone)]
pub struct Brief {
    pub number: String,
    pub class: String,
    pub state: State,
    pub opening: i64,
    pub due_at: Moment,
    pub emergency: bool,
    /// Who answers for it now, and on which seat.
    pub owner: AccountId,
    pub owner_seat: SeatId,
    /// For asking the policy whether somebody may still be told.
    pub facts: ResourceFacts,
}

pub fn brief(cx: &mut Cx<'_>, matter: MatterId) -> Result<Brief, Error> {
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::FollowMatter, &facts)?;
    Ok(Brief {
        number: m.number,
        class: m.class,
        state: m.state,
        opening: m.opening,
        due_at: m.due_at,
        emergency: m.emergency,
        owner: owner.account,
        owner_seat: owner.seat,
        facts,
    })
}

/// What the policy needs to know about a matter, for parts that show something beside it.
pub fn facts(cx: &mut Cx<'_>, matter: MatterId) -> Result<ResourceFacts, Error> {
    let m = MatterRow::load(cx, matter)?;
    around::facts_of(cx, &m)
}

//! Who will have something and by when, before it is raised: found by what raising itself uses, so that a clerk can say it
//! while the caller is still on the line.

use super::calendar::calendar;
use super::raise::{RaisedPlace, find, promise};
use crate::Error;
use crate::model::{ClassRule, Origin};
use ::store::Cx;
use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, require};
use std::sync::Arc;

/// What would stand on the receipt if it were raised now.
#[derive(Debug, Clone)]
pub struct Foresight {
    pub class: Arc<ClassRule>,
    pub owner_account: AccountId,
    pub owner_seat: SeatId,
    /// How the owner was found: `holder`, `deputy`, `catch_all`.
    pub owner_via: &'static str,
    /// Innermost first, without the district.
    pub areas: Vec<AreaId>,
    pub post: Option<PostId>,
    pub contact_by: Moment,
    pub answer_by: Moment,
    pub provisional: bool,
}

/// Looks ahead. With the same key, class and place raising gives the same owner, unless terms change in between.
pub fn foresee(
    cx: &mut Cx<'_>,
    key: Option<&str>,
    class: &str,
    place: &RaisedPlace,
    origin: Origin,
) -> Result<Foresight, Error> {
    let action = if cx.purpose == Purpose::Proxy { Action::RaiseFor } else { Action::Raise };
    require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?;
    let found = find(cx, key, class, place, origin)?;
    let calendar = calendar(cx)?;
    let (contact, answer) = promise(&found.rule, &calendar, cx.now);
    let spot = &found.spot;
    Ok(Foresight {
        owner_account: found.owner.account,
        owner_seat: found.owner.seat,
        owner_via: found.owner.via.code(),
        areas: [spot.police, spot.grid, spot.community, spot.town].into_iter().flatten().collect(),
        post: spot.post,
        contact_by: contact.due_at,
        answer_by: answer.due_at,
        provisional: contact.provisional || answer.provisional,
        class: found.rule,
    })
}

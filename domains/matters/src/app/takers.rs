//! To whom a matter can be handed: asked by the form, so that nobody has to know a directory by heart.

use super::{act, around};
use crate::Error;
use crate::store::MatterRow;
use ::store::Cx;
use kernel::ids::MatterId;
use people::app::takers::Taker;
use people::policy::{Action, require};

/// Seats of the matter's own places, of the agencies and of the whole district, for whoever may hand it on. The one that
/// has it now is not among them.
pub fn takers(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Taker>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = act::handlers(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::Assign, &around::facts_with(&m, &owner, handlers))?;
    let mut found = people::app::takers::takers(cx, &m.spot.areas(), &m.spot.posts())?;
    found.retain(|taker| taker.seat != owner.seat);
    if m.about_orgs.is_empty() {
        return Ok(found);
    }
    let mut outside = Vec::with_capacity(found.len());
    for taker in found {
        if !around::works_for(cx, taker.account, &m.about_orgs)? {
            outside.push(taker);
        }
    }
    Ok(outside)
}

//! What the crate `alerts` needs to know at the moment of telling: whom, and a number. No name of the wearer and no place.

use super::alerts::{self, Alert};
use super::sights;
use crate::Result;
use crate::model::{Kind, Sight};
use care::model::ContactLine;
use kernel::ids::AccountId;
use kernel::{Purpose, Role};
use people::policy::{Action, ResourceFacts, decide};
use store::Cx;
use uuid::Uuid;

/// The alert as it is now.
pub fn alert(cx: &mut Cx<'_>, id: Uuid) -> Result<Alert> {
    alerts::load(cx, id)
}

/// Whom of the circle an alert concerns: guardians who may see something, without those who are kept away. A call for help concerns
/// everybody who is called when something happens.
pub fn family(cx: &mut Cx<'_>, alert: &Alert) -> Result<Vec<ContactLine>> {
    let all = care::app::telling::family(cx, alert.person)?;
    if alert.kind == Kind::Sos {
        return Ok(all);
    }
    let seers = sights::seers(cx, alert.person)?;
    let sees = |contact: &ContactLine| {
        contact.guardian.is_some_and(|g| seers.iter().any(|s| s.guardian == g && s.sight != Sight::Never))
    };
    Ok(all.into_iter().filter(|c| sees(c)).collect())
}

/// Who is so far above whoever answers for it; the last of the line answers for everything (R1).
pub fn above(cx: &mut Cx<'_>, alert: &Alert, level: u8) -> Result<AccountId> {
    let here = care::lives(cx, alert.person)?;
    let owner = people::app::roster::owner_at(cx, alert.owner_seat, alert.owner_account, &here.areas, cx.now)?;
    Ok(people::app::roster::supervisor(cx, owner, level, &here.posts, &here.areas)?.account)
}

/// Who of the post where the wearer lives is told: the desk and its head, else officers, else whoever answers for it.
pub fn post(cx: &mut Cx<'_>, alert: &Alert) -> Result<Vec<AccountId>> {
    const TIERS: [&[Role]; 2] = [&[Role::DutyOfficer, Role::PostHead], &[Role::CommunityOfficer, Role::Auxiliary]];
    let here = care::lives(cx, alert.person)?;
    let owner = people::app::roster::owner_at(cx, alert.owner_seat, alert.owner_account, &here.areas, cx.now)?.account;
    let facts = ResourceFacts::Place(here);
    for roles in TIERS {
        let mut out = Vec::new();
        for account in people::app::staff::holders_of(cx, roles)? {
            let actor = people::app::sessions::actor_of(cx, account)?;
            if decide(&actor, Purpose::Job, Action::WorkAlert, &facts).is_allowed() {
                out.push(account);
            }
        }
        if !out.is_empty() {
            if !out.contains(&owner) {
                out.push(owner);
            }
            return Ok(out);
        }
    }
    Ok(vec![owner])
}

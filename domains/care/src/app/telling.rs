//! Whom to tell, read at the moment of telling: for the jobs of the crate `alerts`, and for cases.

use super::contacts;
use crate::Result;
use crate::ground::facts_of_post;
use crate::model::contact::ContactLine;
use kernel::ids::{AccountId, CardId, ContactId, PersonId, PostId, ThreadId};
use kernel::{Purpose, Role};
use people::policy::{Action, ResourceFacts, decide};
use store::{Cx, params};

/// A card, as far as the desk needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfCard {
    pub number: i64,
    pub person: Option<PersonId>,
    pub post: PostId,
}

/// A thread, as far as the desk needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfThread {
    pub card: CardId,
    pub person: PersonId,
    pub post: PostId,
}

pub fn card(cx: &mut Cx<'_>, id: CardId) -> Result<Option<OfCard>> {
    let sql = "SELECT number, person_id, post_id FROM care_card WHERE id = $1 AND district_id = $2";
    let Some(r) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    Ok(Some(OfCard { number: r.i64("number")?, person: r.opt_id("person_id")?, post: r.id("post_id")? }))
}

pub fn thread(cx: &mut Cx<'_>, id: ThreadId) -> Result<Option<OfThread>> {
    let sql = "SELECT card_id, person_id, post_id FROM care_thread WHERE id = $1 AND district_id = $2";
    let Some(r) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    Ok(Some(OfThread { card: r.id("card_id")?, person: r.id("person_id")?, post: r.id("post_id")? }))
}

/// Contacts that are told what happens, in order: never one who is kept away.
pub fn family(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<ContactLine>> {
    Ok(contacts::all(cx, person)?.into_iter().filter(ContactLine::is_welcome).collect())
}

/// One of them, at the moment of sending; nothing when they were taken out or are kept away meanwhile.
pub fn recipient(cx: &mut Cx<'_>, person: PersonId, contact: ContactId) -> Result<Option<ContactLine>> {
    Ok(family(cx, person)?.into_iter().find(|c| c.id == contact))
}

/// Who looks after people where an elder lives: the committee, else the officer, the desk, whoever coordinates.
pub fn committee(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<AccountId>> {
    const TIERS: [&[Role]; 3] =
        [&[Role::CommitteeWorker], &[Role::CommunityOfficer], &[Role::DutyOfficer, Role::PostHead]];
    let areas = people::app::persons::areas_of(cx, person)?;
    let ground = places::snapshot(cx)?;
    // A post is reached through the areas it serves.
    let posts = ground.posts().iter().filter(|p| p.serves.iter().any(|a| areas.contains(a))).map(|p| p.id).collect();
    let facts = ResourceFacts::Place(people::policy::PlaceFacts { areas, posts });
    for roles in TIERS {
        let mut out = Vec::new();
        for account in people::app::staff::holders_of(cx, roles)? {
            let actor = people::app::sessions::actor_of(cx, account)?;
            if decide(&actor, Purpose::Job, Action::RegisterPerson, &facts).is_allowed() {
                out.push(account);
            }
        }
        if !out.is_empty() {
            return Ok(out);
        }
    }
    Ok(people::app::staff::holders_of(cx, &[Role::Coordinator])?)
}

/// Number of the card an elder wears now, for a notice that names nobody.
pub fn card_number_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<i64>> {
    let all = super::cards::all(cx, person)?;
    Ok(all.iter().find(|c| c.state.opens()).map(|c| c.number))
}

/// Who answers for a post: the desk, then the head, then whoever coordinates.
pub fn desk(cx: &mut Cx<'_>, post: PostId) -> Result<Vec<AccountId>> {
    const TIERS: [&[Role]; 3] =
        [&[Role::DutyOfficer, Role::PostHead], &[Role::CommunityOfficer], &[Role::Coordinator, Role::CatchAll]];
    let facts = ResourceFacts::Place(facts_of_post(cx, post)?);
    for roles in TIERS {
        let mut out = Vec::new();
        for account in people::app::staff::holders_of(cx, roles)? {
            let actor = people::app::sessions::actor_of(cx, account)?;
            if decide(&actor, Purpose::Job, Action::WriteToFinder, &facts).is_allowed() {
                out.push(account);
            }
        }
        if !out.is_empty() {
            return Ok(out);
        }
    }
    Ok(Vec::new())
}

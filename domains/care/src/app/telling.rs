//! Whom to tell, read at the moment of telling: for the jobs of the crate `alerts`, and for cases.

use super::{contacts, extra, visits, volunteers};
use crate::Result;
use crate::events::{News, TellColleagues};
use crate::ground::{facts_of_post, lives};
use crate::model::contact::ContactLine;
use crate::model::volunteer::VolunteerId;
use kernel::ids::{AccountId, CardId, ContactId, PersonId, PostId, ThreadId};
use kernel::{Purpose, Role};
use people::policy::{Action, PersonFacts, ResourceFacts, decide};
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

/// The first of these groups in which anybody holds a role that allows it there.
fn first_of(cx: &mut Cx<'_>, tiers: &[&[Role]], action: Action, facts: &ResourceFacts) -> Result<Vec<AccountId>> {
    for roles in tiers {
        let mut out = Vec::new();
        for account in people::app::staff::holders_of(cx, roles)? {
            let actor = people::app::sessions::actor_of(cx, account)?;
            if decide(&actor, Purpose::Job, action, facts).is_allowed() {
                out.push(account);
            }
        }
        if !out.is_empty() {
            return Ok(out);
        }
    }
    Ok(Vec::new())
}

/// Who looks after people where an elder lives: the committee, else the officer, the desk, whoever coordinates.
pub fn committee(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<AccountId>> {
    const TIERS: &[&[Role]] =
        &[&[Role::CommitteeWorker], &[Role::CommunityOfficer], &[Role::DutyOfficer, Role::PostHead]];
    let areas = people::app::persons::areas_of(cx, person)?;
    let ground = places::snapshot(cx)?;
    // A post is reached through the areas it serves.
    let posts = ground.posts().iter().filter(|p| p.serves.iter().any(|a| areas.contains(a))).map(|p| p.id).collect();
    let facts = ResourceFacts::Place(people::policy::PlaceFacts { areas, posts });
    let out = first_of(cx, TIERS, Action::RegisterPerson, &facts)?;
    if out.is_empty() { Ok(people::app::staff::holders_of(cx, &[Role::Coordinator])?) } else { Ok(out) }
}

/// Who is told of this now; nobody when it is so no longer.
pub fn colleagues(cx: &mut Cx<'_>, job: &TellColleagues) -> Result<Vec<AccountId>> {
    match job.news {
        News::TeamLeft => {
            let here = visits::forces_of(cx, &job.to)?;
            Ok(job.to.iter().copied().filter(|a| here.contains_key(a)).collect())
        }
        News::ExtraEnds => {
            let Some(person) = extra::about_to_end(cx, job.about)? else { return Ok(Vec::new()) };
            let here = lives(cx, person)?;
            let facts =
                PersonFacts { id: Some(person), areas: here.areas, posts: here.posts, ..PersonFacts::default() };
            first_of(
                cx,
                &[&[Role::CommitteeWorker], &[Role::CatchAll]],
                Action::DecideExtraCare,
                &ResourceFacts::Person(facts),
            )
        }
        News::VolunteerLeft => {
            let Some(facts) = volunteers::place_of(cx, VolunteerId(job.about))? else { return Ok(Vec::new()) };
            let mut out = first_of(cx, &[&[Role::CommitteeWorker]], Action::LeadVolunteers, &facts)?;
            let above = first_of(cx, &[&[Role::Coordinator], &[Role::CatchAll]], Action::LeadVolunteers, &facts)?;
            out.extend(above.into_iter().filter(|a| !out.contains(a)).collect::<Vec<_>>());
            Ok(out)
        }
    }
}

/// Number of the card an elder wears now, for a notice that names nobody.
pub fn card_number_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<i64>> {
    let all = super::cards::all(cx, person)?;
    Ok(all.iter().find(|c| c.state.opens()).map(|c| c.number))
}

/// Who answers for a post: the desk, then the head, then whoever coordinates.
pub fn desk(cx: &mut Cx<'_>, post: PostId) -> Result<Vec<AccountId>> {
    const TIERS: &[&[Role]] =
        &[&[Role::DutyOfficer, Role::PostHead], &[Role::CommunityOfficer], &[Role::Coordinator, Role::CatchAll]];
    let facts = ResourceFacts::Place(facts_of_post(cx, post)?);
    first_of(cx, TIERS, Action::WriteToFinder, &facts)
}

//! Help teams (N3, 帮困先锋队): in each community people of all three forces with hours and languages, and for everybody who agreed a
//! named person and a deputy.

mod give;
mod keep;

pub use give::{
    Given, NewWishes, OfPerson, OwnTeam, Proposal, agree, give, need_of, of_person, own, proposals, take_back, withdraw,
};
pub(crate) use keep::leave_all;
pub use keep::{NewMember, TeamLine, add_member, candidates, create, end, end_member, list, one};

use crate::Result;
use crate::ground::{Ground, lives};
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::Geography;
use people::policy::{Action, PersonFacts, PlaceFacts, ResourceFacts, require};
use store::Cx;

/// Signal after a team or whom it looks after changed.
pub const CHANGED: &str = "team";

/// May whoever acts do this with the teams of this area?
fn may_in(cx: &mut Cx<'_>, area: AreaId, action: Action) -> Result<()> {
    let facts = ResourceFacts::Place(facts_of(cx, area)?);
    Ok(require(&cx.actor, cx.purpose, action, &facts)?)
}

fn facts_of(cx: &mut Cx<'_>, area: AreaId) -> Result<PlaceFacts> {
    let ground = Ground(places::snapshot(cx)?);
    let mut areas = ground.areas_above(area);
    let mut posts = Vec::new();
    // A post serves police areas; a community lies in one.
    if let Some(at) = ground.0.stand_in(area) {
        posts = at.post.map(|post| ground.posts_above(post)).unwrap_or_default();
        areas.extend(at.police.filter(|p| !areas.contains(p)));
    }
    for post in ground.0.posts().iter().filter(|p| p.serves.iter().any(|a| areas.contains(a))) {
        posts.extend(ground.posts_above(post.id).into_iter().filter(|p| !posts.contains(p)).collect::<Vec<_>>());
    }
    Ok(PlaceFacts { areas, posts })
}

fn may_for(cx: &mut Cx<'_>, person: PersonId, action: Action) -> Result<()> {
    let here = lives(cx, person)?;
    let facts = PersonFacts { id: Some(person), areas: here.areas, posts: here.posts, ..PersonFacts::default() };
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::Person(facts))?)
}

/// May whoever acts make and change teams there? For the form alone; each use case asks again.
pub fn may_keep_in(cx: &mut Cx<'_>, area: AreaId) -> bool {
    may_in(cx, area, Action::KeepTeams).is_ok()
}

/// Who is in the teams where somebody lives.
pub fn members_near(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<AccountId>> {
    may_for(cx, person, Action::ViewTeams)?;
    let areas = lives(cx, person)?.areas;
    let mut out: Vec<AccountId> = Vec::new();
    for member in keep::of_areas(cx, &areas)?.into_iter().flat_map(|line| line.team.members) {
        if !out.contains(&member.account) {
            out.push(member.account);
        }
    }
    Ok(out)
}

/// For the copy of their own data.
pub(crate) fn kept(cx: &mut Cx<'_>, person: PersonId, out: &mut people::app::persons::Kept) -> Result<()> {
    if let Some(of) = give::load(cx, person)? {
        out.push(("team", "at", of.agreed_at.rfc3339()));
        out.push(("team", "team", of.given.map(|g| g.name).unwrap_or_default()));
    }
    Ok(())
}

/// The end of somebody's care.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    cx.execute("DELETE FROM care_team_person WHERE person_id = $1", store::params![person])?;
    Ok(())
}

//! What stands around a matter: where it lies (places) and who answers for it (people). The only file of this crate that
//! asks those two.

use super::raise::RaisedPlace;
use crate::Error;
use crate::events::{self, Reason};
use crate::model::{ClassRule, Route};
use crate::store::row::Spot;
use crate::store::{MatterRow, log};
use ::store::Cx;
use kernel::ids::{AccountId, AreaId, OrgId, SeatId};
use kernel::{Moment, Role};
use people::app::{Want, find_owner, roster};
use people::model::{OrgKind, OwnerAnswer, Place, Via};
use people::policy::{MatterFacts, ResourceFacts};
use places::AreaKind;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Who answers, on which seat, of which body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub account: AccountId,
    pub seat: SeatId,
    pub via: Via,
    pub org: Option<OrgId>,
    pub role: Role,
}

impl Owner {
    pub(crate) fn is_catch_all(&self) -> bool {
        self.role == Role::CatchAll
    }
    fn answer(&self) -> OwnerAnswer {
        OwnerAnswer { account: self.account, seat: self.seat, via: self.via }
    }
}

/// Role and place of seats; they never change while a seat exists.
#[derive(Default)]
struct Seats(Mutex<HashMap<SeatId, (Role, Place)>>);

fn seat_of(cx: &mut Cx<'_>, id: SeatId) -> Result<(Role, Place), Error> {
    let known = cx.cached(Seats::default);
    if let Some(found) = known.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(*found);
    }
    let seat = people::app::seats::seat(cx, id)?;
    let found = (seat.role, seat.place);
    known.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, found);
    Ok(found)
}

/// Does this seat catch what nobody else owns?
pub(crate) fn is_catch_all(cx: &mut Cx<'_>, seat: SeatId) -> Result<bool, Error> {
    Ok(seat_of(cx, seat)?.0 == Role::CatchAll)
}

fn owner(cx: &mut Cx<'_>, answer: OwnerAnswer) -> Result<Owner, Error> {
    let (role, place) = seat_of(cx, answer.seat)?;
    Ok(Owner { account: answer.account, seat: answer.seat, via: answer.via, org: place.org, role })
}

/// Areas and posts of a place (P1): by its point, else by the area or post that was named. A point outside the
/// district or on no outline is refused only when nothing else says where it is.
pub(crate) fn spot(cx: &mut Cx<'_>, place: &RaisedPlace) -> Result<Spot, Error> {
    let ground = places::snapshot(cx)?;
    let mut spot = Spot { root: ground.district().map(|root| root.id), ..Spot::default() };
    match place.point.map(|point| ground.locate(point)) {
        Some(Ok(at)) => {
            spot = Spot { town: at.town, community: at.community, grid: at.grid, police: at.police, ..spot };
            spot.post = ground.post_for(&at);
        }
        Some(Err(places::Error::OutsideDistrict(_))) => {
            return Err(Error::invalid("place", "invalid-outside-district"));
        }
        // No outlines yet: the catch-all of the district finds out.
        Some(Err(_)) | None => {}
    }
    // A post that is nowhere on the map is where it serves.
    let unplaced = place.post.and_then(|id| ground.post(id)).filter(|p| p.point.is_none());
    let area = place.area.or_else(|| unplaced.and_then(|p| p.serves.first().copied()));
    if let Some(area) = area.filter(|_| spot.community.is_none() && spot.town.is_none()) {
        for above in ground.chain(area) {
            match above.kind {
                AreaKind::Town => spot.town = Some(above.id),
                AreaKind::Community => spot.community = Some(above.id),
                AreaKind::Grid => spot.grid = Some(above.id),
                AreaKind::Police => spot.police = Some(above.id),
                AreaKind::District => {}
            }
        }
        if ground.area(area).is_none() {
            // Not drawn: whoever holds seats there still gets it.
            spot.community = Some(area);
        }
        // Somebody who names only the neighbourhood still gets the post of its police area.
        if let Some(at) = ground.stand_in(area) {
            spot.police = spot.police.or(at.police);
            spot.post = at.post;
        }
    }
    // Raised at a post, and nothing else said: it is about the surroundings of that post.
    let here = place.post.and_then(|id| ground.post(id)).and_then(|post| ground.locate(post.point?).ok());
    if let Some(at) = here.filter(|_| spot.town.is_none() && spot.community.is_none()) {
        spot = Spot { town: at.town, community: at.community, grid: at.grid, police: at.police, ..spot };
    }
    spot.post = place.post.or(spot.post);
    spot.post_top = spot.post.and_then(|post| ground.post(post)).and_then(|post| post.parent);
    Ok(spot)
}

/// The owner of something new of this class at this spot (P1). `spread` chooses among several seats of the same kind.
pub(crate) fn route(cx: &mut Cx<'_>, rule: &ClassRule, spot: &Spot, spread: u64) -> Result<Owner, Error> {
    let mut want = Want { areas: spot.areas(), spread, ..Want::default() };
    match rule.route {
        Route::CommunityOfficer => {
            want.roles = vec![Role::CommunityOfficer, Role::DutyOfficer];
            want.areas = [spot.police, spot.grid, spot.community, spot.town].into_iter().flatten().collect();
            want.posts = spot.posts();
        }
        Route::Committee => want.roles = vec![Role::CommitteeWorker],
        Route::Agency => {
            want.roles = vec![Role::AgencyWorker];
            want.org = agency(cx, rule)?;
        }
        Route::Property => want.roles = vec![Role::Property, Role::CommitteeWorker],
        Route::Duty => {
            want.roles = vec![Role::DutyOfficer, Role::PostHead];
            want.posts = spot.posts();
        }
        Route::CatchAll => return catch_all(cx, spot),
    }
    let found = find_owner(cx, &want)?;
    owner(cx, found)
}

/// The agency of a class, by its id or its name.
fn agency(cx: &mut Cx<'_>, rule: &ClassRule) -> Result<Option<OrgId>, Error> {
    let Some(name) = rule.agency.as_deref().filter(|a| !a.is_empty()) else { return Ok(None) };
    if let Ok(id) = name.parse::<OrgId>() {
        return Ok(Some(id));
    }
    Ok(people::app::orgs::by_name(cx, OrgKind::Agency, name)?.map(|org| org.id))
}

/// The catch-all of the innermost area that has one, else of the district. Always somebody (R1).
pub(crate) fn catch_all(cx: &mut Cx<'_>, spot: &Spot) -> Result<Owner, Error> {
    let answer = people::app::roster::owner_at(cx, None, None, &spot.areas(), cx.now)?;
    owner(cx, answer)
}

/// Who sits on this seat now; none when nobody does.
pub(crate) fn sitting(cx: &mut Cx<'_>, seat: SeatId, spot: &Spot) -> Result<Option<Owner>, Error> {
    let answer = people::app::roster::owner_at(cx, Some(seat), None, &spot.areas(), cx.now)?;
    if answer.seat == seat { owner(cx, answer).map(Some) } else { Ok(None) }
}

/// Who answers for a matter at this instant (R1): a pure function of what is stored and the terms.
pub(crate) fn effective(cx: &mut Cx<'_>, m: &MatterRow) -> Result<Owner, Error> {
    effective_at(cx, m, cx.now)
}

pub(crate) fn effective_at(cx: &mut Cx<'_>, m: &MatterRow, at: Moment) -> Result<Owner, Error> {
    let areas = m.spot.areas();
    let roster = roster(cx, &[m.owner_seat], &areas)?;
    let answer = people::model::effective_owner(Some(m.owner_seat), Some(m.owner_account), &roster, &areas, at);
    owner(cx, answer)
}

/// Writes a change of the effective owner into the row and the log. The seat stays while somebody sits on it or will
/// again: only the account moves on, so a vacancy does not scatter a seat's matters.
pub(crate) fn follow_owner(cx: &mut Cx<'_>, m: &mut MatterRow, owner: &Owner) -> Result<bool, Error> {
    if !m.state.is_open() || m.owner_account == owner.account {
        return Ok(false);
    }
    let before = m.owner_account;
    m.owner_account = owner.account;
    owner.via.code().clone_into(&mut m.owner_via);
    let payload = json!({
        "from": m.state.code(), "to": m.state.code(), "owner": owner.account, "was": before,
        "owner_seat": m.owner_seat, "via": owner.via.code(),
    });
    cx.record("matter.change_owner", log::SUBJECT, m.id.0, &payload)?;
    events::notify(cx, m.id, m.version, (owner.account, owner.seat), Reason::Inherited)?;
    cx.signal(events::CHANGED, m.id.0);
    Ok(true)
}

/// What the policy needs to know, with the effective owner of now.
pub(crate) fn facts_of(cx: &mut Cx<'_>, m: &MatterRow) -> Result<ResourceFacts, Error> {
    let owner = effective(cx, m)?;
    let handlers = super::act::handlers(cx, m)?;
    Ok(facts_with(m, &owner, handlers))
}

pub(crate) fn facts_with(m: &MatterRow, owner: &Owner, handlers: Vec<AccountId>) -> ResourceFacts {
    ResourceFacts::Matter(MatterFacts {
        id: m.id,
        areas: m.spot.areas(),
        posts: m.spot.posts(),
        orgs: m.owner_org.into_iter().collect(),
        owner_seat: Some(m.owner_seat),
        owner: owner.account,
        handlers,
        about_accounts: Vec::new(),
        about_orgs: m.about_orgs.clone(),
        open: m.state.is_open(),
    })
}

/// Does this account work for one of these bodies now?
pub(crate) fn works_for(cx: &mut Cx<'_>, account: AccountId, bodies: &[OrgId]) -> Result<bool, Error> {
    if bodies.is_empty() {
        return Ok(false);
    }
    let actor = people::app::sessions::actor_of(cx, account)?;
    Ok(actor.grants().iter().any(|g| g.org.is_some_and(|org| bodies.contains(&org))))
}

/// Past the body that the matter is about (R3): whoever was found, unless they work for it; then the catch-all, then a
/// coordinator. Always somebody (R1): where everybody works for that body, the district's catch-all holds it.
pub(crate) fn past(cx: &mut Cx<'_>, found: Owner, spot: &Spot, about: &[OrgId]) -> Result<Owner, Error> {
    if !works_for(cx, found.account, about)? {
        return Ok(found);
    }
    let next = catch_all(cx, spot)?;
    if !works_for(cx, next.account, about)? {
        return Ok(next);
    }
    for seat in people::app::seats::of_role(cx, Role::Coordinator)? {
        if let Some(found) = sitting(cx, seat.id, spot)?
            && !works_for(cx, found.account, about)?
        {
            return Ok(found);
        }
    }
    catch_all(cx, &Spot::default())
}

/// Does the actor look after the place, without owning the matter?
pub(crate) fn supervises(cx: &Cx<'_>, m: &MatterRow, owner: &Owner) -> bool {
    let Some(account) = cx.actor.account_id().filter(|a| *a != owner.account) else { return false };
    let facts = facts_with(m, owner, Vec::new());
    cx.actor.grants().iter().any(|g| {
        matches!(g.role, Role::PostHead | Role::DutyOfficer | Role::Coordinator | Role::CatchAll)
            && facts.reach(account, g).place
    })
}

/// Who is told that a matter is late: level 1 the supervisor, level 2 the next one up.
pub(crate) fn supervisor(cx: &mut Cx<'_>, m: &MatterRow, owner: &Owner, level: u8) -> Result<OwnerAnswer, Error> {
    let (posts, areas) = (m.spot.posts(), m.spot.areas());
    let told = people::app::roster::supervisor(cx, owner.answer(), level, &posts, &areas)?;
    if !works_for(cx, told.account, &m.about_orgs)? {
        return Ok(told);
    }
    // Not by way of the body it is about.
    let (role, place) = seat_of(cx, told.seat)?;
    let told = Owner { account: told.account, seat: told.seat, via: told.via, org: place.org, role };
    Ok(past(cx, told, &m.spot, &m.about_orgs)?.answer())
}

/// The kind of area a list is asked for, as the column that holds it.
pub(crate) const AREA_COLUMNS: [&str; 4] = ["community", "police", "town", "grid"];

/// Is this the district's own root area? Then a list of it is a list of everything.
pub(crate) fn is_root(cx: &mut Cx<'_>, area: AreaId) -> Result<bool, Error> {
    Ok(places::snapshot(cx)?.district().is_some_and(|root| root.id == area))
}

//! The places that the family draws. Sealed as the care schedule is; kept on a pause and on a withdrawal, gone with the care.

use super::circle::{Speaker, may, may_change};
use super::take_in::fences as load;
use super::{alerts, line, seal};
use crate::model::Fence;
use crate::{Error, Result, events};
use kernel::ids::PersonId;
use kernel::{Moment, Point};
use people::app::persons::For;
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, params};
use streets::Ground;
use uuid::Uuid;

/// Fences of one person.
const MOST: i64 = 20;
/// Metres from a pin within which a street is taken for the one that is meant.
const STREET_M: f64 = 60.0;
/// Metres to both sides of the pin that a street is followed.
const FOLLOWED_M: f64 = 1_500.0;

/// A fence with what is needed to change it.
#[derive(Debug, Clone, PartialEq)]
pub struct FenceLine {
    pub id: Uuid,
    pub fence: Fence,
    pub drawn_at: Moment,
    pub version: i64,
    /// Whether the wearer is inside, as far as that is sure; none for whoever may not see it, too.
    pub inside: Option<bool>,
}

fn checked(fence: &Fence) -> Result<Fence> {
    let name = line("name", &fence.name, 30)?;
    let fence = Fence { name, ..fence.clone() };
    fence.check().map_err(|(field, why)| Error::Invalid { field, why })?;
    Ok(fence)
}

/// Draws a fence.
///
/// # Errors
/// Whoever may not; a place, size or hours that cannot be; too many.
pub fn draw(cx: &mut Cx<'_>, person: PersonId, why: &For, fence: &Fence) -> Result<Uuid> {
    let Speaker { guardian, .. } = may_change(cx, person, why, Action::ChangeFences)?;
    let fence = checked(fence)?;
    let sql = "SELECT COUNT(*) AS n FROM locator_fence WHERE person_id = $1 AND ended_at IS NULL";
    if cx.query_one(sql, params![person])?.i64("n")? >= MOST {
        return Err(Error::Invalid { field: "fence", why: "too-many" });
    }
    let id: Uuid = cx.new_id();
    let body = seal(cx, KeyClass::Contact, person.0, &fence)?;
    cx.execute(
        "INSERT INTO locator_fence (id, district_id, person_id, body, drawn_at, drawn_by, guardian_id, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        params![id, cx.district(), person, body, cx.now, cx.actor.log_name(), guardian],
    )?;
    cx.record("locator.fence_drawn", "person", person.0, &json!({ "fence": id, "guardian": guardian }))?;
    cx.signal(events::MOVED, person.0);
    Ok(id)
}

/// Changes it whole; `seen` is the version that was read. An alert about it that runs ends: it was about another place.
pub fn change(cx: &mut Cx<'_>, person: PersonId, why: &For, (id, seen): (Uuid, i64), fence: &Fence) -> Result<()> {
    may_change(cx, person, why, Action::ChangeFences)?;
    let fence = checked(fence)?;
    let current = version(cx, person, id)?;
    let body = seal(cx, KeyClass::Contact, person.0, &fence)?;
    let sql = "UPDATE locator_fence SET body = $1, version = version + 1 WHERE id = $2 AND version = $3";
    if cx.execute(sql, params![body, id, seen])? == 0 {
        return Err(Error::Stale { seen, current });
    }
    alerts::end_of_fence(cx, person, id)?;
    cx.record("locator.fence_changed", "person", person.0, &json!({ "fence": id, "v": seen + 1 }))?;
    cx.signal(events::MOVED, person.0);
    Ok(())
}

/// Takes it away.
pub fn remove(cx: &mut Cx<'_>, person: PersonId, why: &For, id: Uuid) -> Result<()> {
    may_change(cx, person, why, Action::ChangeFences)?;
    version(cx, person, id)?;
    let sql = "UPDATE locator_fence SET ended_at = $1, body = $2 WHERE id = $3";
    cx.execute(sql, params![cx.now, Vec::<u8>::new(), id])?;
    alerts::end_of_fence(cx, person, id)?;
    cx.record("locator.fence_removed", "person", person.0, &json!({ "fence": id }))?;
    cx.signal(events::MOVED, person.0);
    Ok(())
}

fn version(cx: &mut Cx<'_>, person: PersonId, id: Uuid) -> Result<i64> {
    let sql =
        "SELECT version FROM locator_fence WHERE id = $1 AND person_id = $2 AND district_id = $3 AND ended_at IS NULL";
    Ok(cx.query_one(sql, params![id, person, cx.district()])?.i64("version")?)
}

/// All of somebody's, for whoever has asked the policy.
pub(super) fn of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<FenceLine>> {
    let all = load(cx, &[person])?.remove(&person).unwrap_or_default();
    let sql = "SELECT id, drawn_at, version FROM locator_fence WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let mut out = Vec::new();
    for drawn in all.iter() {
        for r in &rows {
            if r.uuid("id")? == drawn.id {
                let (drawn_at, version) = (r.moment("drawn_at")?, r.i64("version")?);
                out.push(FenceLine { id: drawn.id, fence: drawn.fence.clone(), drawn_at, version, inside: None });
            }
        }
    }
    Ok(out)
}

/// The street at a pin, for "within so many metres of this street": its line as far as it goes on without a turn, at most
/// [`FOLLOWED_M`] to both sides. None where no street was imported or none is near.
///
/// # Errors
/// Whoever may not draw fences for this person.
pub fn street_at(cx: &mut Cx<'_>, person: PersonId, why: &For, pin: Point) -> Result<Option<Vec<(f64, f64)>>> {
    may(cx, person, why, Action::ChangeFences)?;
    let ground = places::ground(cx)?;
    let Ground::Streets(network) = ground.as_ref() else { return Ok(None) };
    Ok(network
        .nearest([pin.lon(), pin.lat()], STREET_M)
        .map(|snap| super::street::follow(network, snap.edge, FOLLOWED_M)))
}

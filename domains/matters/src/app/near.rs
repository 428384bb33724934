//! Who is near on foot and can come: people on duty now at the posts around, and volunteers, building leaders, shops and property
//! managers who are available, at the place they are registered for. Never where somebody is: only where their duty or seat
//! is. Asked in the name of what is open, or around one's own post by its duty officer; each question is an entry of the log.

use super::around;
use crate::Error;
use crate::store::MatterRow;
use ::store::Cx;
use kernel::ids::{AccountId, AreaId, MatterId, PostId};
use kernel::{Moment, Point, Role};
use people::policy::{Action, require};
use places::app::near::{metres_in, ways};
use places::app::resources::post_facts;

/// Minutes that may be asked for.
pub const MINUTES: std::ops::RangeInclusive<i64> = 1..=60;
/// Unless somebody asks for more or fewer.
pub const USUAL_MINUTES: i64 = 10;
/// Lines of the list.
const MOST: usize = 100;

const AVAILABLE: [Role; 4] = [Role::Volunteer, Role::BuildingLeader, Role::Shop, Role::Property];

/// Somebody who can come.
#[derive(Debug, Clone, PartialEq)]
pub struct NearPerson {
    pub account: AccountId,
    /// None: on duty, whatever the role.
    pub role: Option<Role>,
    /// Where their duty or seat is.
    pub post: Option<PostId>,
    pub area: Option<AreaId>,
    /// End of the duty, or of being available.
    pub until: Option<Moment>,
    /// They said that they are there.
    pub confirmed: bool,
    pub minutes: i64,
}

/// Those within some minutes, the nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct NearPeople {
    pub from: Point,
    pub minutes: i64,
    pub people: Vec<NearPerson>,
    /// By the straight line: no streets are loaded.
    pub estimate: bool,
}

/// Around a matter that is open, in its name. `None`: nobody knows where it is.
pub fn of_matter(cx: &mut Cx<'_>, matter: MatterId, minutes: i64) -> Result<Option<NearPeople>, Error> {
    people::policy::require_somewhere(&cx.actor, Action::FindNear)?;
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::FindNear, &facts)?;
    let point = m.lon.zip(m.lat).and_then(|(lon, lat)| Point::new(lon, lat).ok());
    let post = m.spot.post;
    let from = match point {
        Some(point) => Some(point),
        None => post.and_then(|p| places::snapshot(cx).ok()?.post(p)?.point),
    };
    cx.record_read("matter", matter.0, &["near"])?;
    from.map(|from| within(cx, from, minutes)).transpose()
}

/// Around one's own post, as its duty officer.
pub fn of_post(cx: &mut Cx<'_>, post: PostId, minutes: i64) -> Result<Option<NearPeople>, Error> {
    people::policy::require_somewhere(&cx.actor, Action::FindNearPost)?;
    let known = places::snapshot(cx)?;
    let facts = post_facts(&known, post)?;
    require(&cx.actor, cx.purpose, Action::FindNearPost, &facts)?;
    cx.record_read("post", post.0, &["near"])?;
    known.post(post).and_then(|p| p.point).map(|from| within(cx, from, minutes)).transpose()
}

/// The list itself. Only for use cases that have asked the policy in the name of something.
pub fn within(cx: &mut Cx<'_>, from: Point, minutes: i64) -> Result<NearPeople, Error> {
    if !MINUTES.contains(&minutes) {
        return Err(Error::invalid("minutes", "invalid-range"));
    }
    let known = places::snapshot(cx)?;
    let ways = ways(cx)?;
    let limit = metres_in(minutes);
    let mut found: Vec<(NearPerson, Point)> = Vec::new();
    for slot in places::app::on_duty_everywhere(cx, cx.now)? {
        let Some(at) = known.post(slot.post).and_then(|p| p.point) else { continue };
        let person = NearPerson {
            account: slot.account,
            role: None,
            post: Some(slot.post),
            area: None,
            until: Some(slot.to),
            confirmed: slot.confirmed_at.is_some(),
            minutes: 0,
        };
        found.push((person, at));
    }
    let mut inside: Vec<NearPerson> = Vec::new();
    for seat in people::app::staff::sitting(cx, &AVAILABLE)? {
        let person = NearPerson {
            account: seat.account,
            role: Some(seat.role),
            post: seat.place.post,
            area: seat.place.area,
            until: seat.until,
            confirmed: true,
            minutes: 0,
        };
        if let Some(at) = seat.place.post.and_then(|p| known.post(p)).and_then(|p| p.point) {
            found.push((person, at));
            continue;
        }
        // Registered for an area: as near as its border, and there when the place lies in it.
        let outline = seat.place.area.and_then(|a| known.area(a)).and_then(|a| a.outline.as_ref());
        if let Some(metres) = outline.map(|o| o.distance_m(from)).filter(|m| *m <= limit) {
            inside.push(NearPerson { minutes: places::model::near::minutes(metres), ..person });
        }
    }
    let points: Vec<Point> = found.iter().map(|(_, at)| *at).collect();
    let metres = ways.distances(from, &points, limit);
    let mut people: Vec<NearPerson> = found
        .into_iter()
        .zip(metres)
        .filter_map(|((person, _), metres)| {
            Some(NearPerson { minutes: places::model::near::minutes(metres?), ..person })
        })
        .chain(inside)
        .filter(|p| Some(p.account) != cx.actor.account_id())
        .collect();
    // On duty before available, and each person once.
    people.sort_by_key(|p| (p.minutes, p.role.is_some(), !p.confirmed, p.account));
    let mut seen = std::collections::HashSet::new();
    people.retain(|p| seen.insert(p.account));
    people.truncate(MOST);
    Ok(NearPeople { from, minutes, people, estimate: ways.is_estimate() })
}

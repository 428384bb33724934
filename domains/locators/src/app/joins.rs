//! Two records of one person become one: what they wear goes along and is kept under the permit of the one that stays. Where both had
//! a permit, the other's ends as with the end of care, and the positions that were kept under it are erased.

use super::permits;
use super::{Error, Result, consents};
use crate::model::Weighed;
use people::app::joins::{FREE, Follow, Follower, Pair};
use store::{Cx, KeyClass, params};

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[
        Follow::of("locator_binding").sealed(&[("name", KeyClass::Contact)]),
        Follow::of("locator_consent"),
        Follow::of("locator_decision"),
        Follow::one("locator_permit"),
        Follow::of("locator_pause"),
        Follow::of("locator_sight").by(&["viewer", "said_by"]),
        Follow::of("locator_fence").sealed(&[("body", KeyClass::Contact)]),
        Follow::of("locator_state").by(&["binding_id"]),
        Follow::of("locator_case"),
        Follow::of("locator_alert"),
        Follow::of("locator_look"),
    ],
    hinders: FREE,
    before: |cx, pair| narrow(cx, pair).map_err(permits::flat),
    after: |cx, pair| {
        for person in pair.both() {
            if permits::permit(cx, person).map_err(permits::flat)?.is_some() {
                permits::settle(cx, person).map_err(permits::flat)?;
            }
            cx.signal(crate::events::GATE, person.0);
            cx.signal(crate::events::MOVED, person.0);
        }
        Ok(())
    },
};

/// Where one record has a no, every yes of both ends.
fn narrow(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    let mut no = false;
    for person in pair.both() {
        let weighed = permits::permit(cx, person)?.map_or(Weighed::NotAsked, |p| p.weighed);
        no |= !matches!(weighed, Weighed::Agreed | Weighed::NotAsked) && !consents::said(cx, person)?.is_empty();
    }
    if no {
        let sql = "UPDATE locator_consent SET ended_at = $1 WHERE person_id IN ($2, $3) AND district_id = $4 \
                   AND answer = 'given' AND ended_at IS NULL";
        cx.execute(sql, params![cx.now, pair.kept, pair.away, cx.district()])?;
    }
    Ok::<_, Error>(())
}

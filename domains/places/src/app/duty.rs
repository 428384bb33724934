//! Who is on duty at a post, and when (P2, P4).

use crate::model::post::DutySlot;
use crate::{Error, Result, events, store};
use ::store::{Cx, params};
use kernel::ids::{AccountId, PostId};
use kernel::{ActorKind, Moment, Role};
use serde_json::json;
use uuid::Uuid;

/// A slot to plan, with the person who is to fill it.
#[derive(Debug, Clone, Copy)]
pub struct NewSlot {
    pub post: PostId,
    pub account: AccountId,
    pub from: Moment,
    pub to: Moment,
}

/// Longest slot, in hours: a longer one is a typing error.
const LONGEST_HOURS: i64 = 48;

/// Plans a slot; the person confirms it later.
pub fn plan_duty(cx: &mut Cx<'_>, slot: NewSlot) -> Result<Uuid> {
    may_plan(cx, slot.post)?;
    if slot.to <= slot.from || slot.to > slot.from.plus_hours(LONGEST_HOURS) {
        return Err(Error::Invalid { field: "to", why: "a slot ends after it begins, within 48 hours" });
    }
    if store::snapshot(cx)?.post(slot.post).is_none() {
        return Err(::store::Error::NotFound.into());
    }
    let id: Uuid = cx.new_id();
    let sql =
        "INSERT INTO duty_slot (id, district_id, post_id, account_id, starts, ends) VALUES ($1, $2, $3, $4, $5, $6)";
    cx.execute(sql, params![id, cx.district(), slot.post, slot.account, slot.from, slot.to])?;
    let payload = json!({ "slot": id.to_string(), "account": slot.account.to_string() });
    cx.record(events::DUTY_PLANNED, "post", slot.post.0, &payload)?;
    cx.signal("duty", slot.post.0);
    Ok(id)
}

/// The person says "I will be there"; whoever plans may say it for them. Confirming twice changes nothing.
pub fn confirm_duty(cx: &mut Cx<'_>, slot: Uuid) -> Result<()> {
    let slot = find(cx, slot)?;
    if cx.actor.account_id() != Some(slot.account) {
        may_plan(cx, slot.post)?;
    }
    if slot.confirmed_at.is_none() {
        cx.execute("UPDATE duty_slot SET confirmed_at = $1 WHERE id = $2", params![cx.now, slot.id])?;
        cx.record(events::DUTY_CONFIRMED, "post", slot.post.0, &json!({ "slot": slot.id.to_string() }))?;
        cx.signal("duty", slot.post.0);
    }
    Ok(())
}

/// Takes a slot out of the roster; the log keeps it.
pub fn cancel_duty(cx: &mut Cx<'_>, slot: Uuid) -> Result<()> {
    let slot = find(cx, slot)?;
    may_plan(cx, slot.post)?;
    cx.execute("UPDATE duty_slot SET cancelled_at = $1 WHERE id = $2", params![cx.now, slot.id])?;
    cx.record(events::DUTY_CANCELLED, "post", slot.post.0, &json!({ "slot": slot.id.to_string() }))?;
    cx.signal("duty", slot.post.0);
    Ok(())
}

/// Slots that cover an instant, confirmed ones first, then by beginning.
pub fn on_duty(cx: &mut Cx<'_>, post: PostId, at: Moment) -> Result<Vec<DutySlot>> {
    let mut slots = duty_between(cx, post, at, at.plus_secs(1))?;
    slots.retain(|s| s.from <= at);
    slots.sort_by_key(|s| (s.confirmed_at.is_none(), s.from, s.id));
    Ok(slots)
}

/// Slots of all posts that cover an instant, confirmed ones first, in one statement.
pub fn on_duty_everywhere(cx: &mut Cx<'_>, at: Moment) -> Result<Vec<DutySlot>> {
    let sql = "SELECT id, post_id, account_id, starts, ends, confirmed_at FROM duty_slot \
               WHERE district_id = $1 AND ends > $2 AND starts <= $2 AND cancelled_at IS NULL ORDER BY starts, id";
    let rows = cx.query(sql, params![cx.district(), at])?;
    let mut slots: Vec<DutySlot> = rows.iter().map(store::slot).collect::<Result<_, _>>()?;
    slots.sort_by_key(|s| (s.confirmed_at.is_none(), s.from, s.id));
    Ok(slots)
}

/// Slots of a post that touch `from..to`, by beginning.
pub fn duty_between(cx: &mut Cx<'_>, post: PostId, from: Moment, to: Moment) -> Result<Vec<DutySlot>> {
    let sql = "SELECT id, post_id, account_id, starts, ends, confirmed_at FROM duty_slot \
               WHERE post_id = $1 AND ends > $2 AND starts < $3 AND cancelled_at IS NULL AND district_id = $4 \
               ORDER BY starts, id";
    let rows = cx.query(sql, params![post, from, to, cx.district()])?;
    Ok(rows.iter().map(store::slot).collect::<Result<_, _>>()?)
}

/// One's own slots that touch `from..to`, by beginning.
pub fn duty_of(cx: &mut Cx<'_>, account: AccountId, (from, to): (Moment, Moment)) -> Result<Vec<DutySlot>> {
    let own = cx.actor.account_id() == Some(account) || matches!(cx.actor.kind, ActorKind::System(_));
    if !own {
        return Err(Error::Denied);
    }
    let sql = "SELECT id, post_id, account_id, starts, ends, confirmed_at FROM duty_slot \
               WHERE account_id = $1 AND ends > $2 AND starts < $3 AND cancelled_at IS NULL AND district_id = $4 \
               ORDER BY starts, id";
    let rows = cx.query(sql, params![account, from, to, cx.district()])?;
    Ok(rows.iter().map(store::slot).collect::<Result<_, _>>()?)
}

fn find(cx: &mut Cx<'_>, slot: Uuid) -> Result<DutySlot> {
    let sql = "SELECT id, post_id, account_id, starts, ends, confirmed_at FROM duty_slot \
               WHERE id = $1 AND district_id = $2 AND cancelled_at IS NULL";
    Ok(store::slot(&cx.query_one(sql, params![slot, cx.district()])?)?)
}

/// Rosters are made by the head of the post, the district coordinator, system administrators and jobs.
fn may_plan(cx: &Cx<'_>, post: PostId) -> Result<()> {
    let head = |g: &kernel::Grant| g.role == Role::PostHead && g.post == Some(post);
    let allowed = matches!(cx.actor.kind, ActorKind::System(_))
        || cx.actor.has(Role::SystemAdmin)
        || cx.actor.has(Role::Coordinator)
        || cx.actor.grants().iter().any(head);
    if allowed { Ok(()) } else { Err(Error::Denied) }
}

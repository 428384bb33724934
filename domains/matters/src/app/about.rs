//! Saying, of a matter that was raised already, that it is about an office or its staff (R3): from that instant it goes past
//! that body, and its people see nothing of it.

use super::act::{self, handlers, perform};
use super::around;
use super::raise::unit;
use crate::model::{Command, CommandKind, Facts, WhoCould, next};
use crate::store::notes::{self, NoteKind};
use crate::store::{MatterRow, log};
use crate::{Error, events, limits};
use ::store::{Cx, params};
use kernel::ids::{MatterId, OrgId};
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::json;

/// Whether the actor may say so, for the page.
pub(super) fn may_mark(cx: &Cx<'_>, m: &MatterRow, facts: &ResourceFacts) -> bool {
    m.about_org.is_none() && decide(&cx.actor, cx.purpose, Action::Screen, facts).is_allowed()
}

/// Says so, with the reason. Who works for the body loses it at once; where its owner does, it is handed on as if assigned.
///
/// # Errors
/// When it may not be said, is said already, or there is no such body.
pub fn mark_about(cx: &mut Cx<'_>, matter: MatterId, org: OrgId, reason: &str) -> Result<(), Error> {
    let mut m = MatterRow::for_change(cx, matter)?;
    let owner = around::effective(cx, &m)?;
    let handlers = handlers(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::Screen, &around::facts_with(&m, &owner, handlers.clone()))?;
    if m.about_org.is_some() {
        return Err(act::refuse("refuse-about-already", WhoCould::Nobody, "todo-other-unit"));
    }
    let about = unit(cx, org)?;
    let (mut wrong, mut reason) = (Vec::new(), reason.to_owned());
    limits::text(&mut wrong, "reason", &mut reason, limits::NOTE_CHARS);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    around::follow_owner(cx, &mut m, &owner)?;
    let sql = "UPDATE matter SET about_org = $1 WHERE id = $2";
    cx.execute(sql, params![org, matter])?;
    (m.about_org, m.about_orgs) = (Some(org), about);
    let (_, digest) = notes::add(cx, m.id, NoteKind::Reason, false, &reason)?;
    let payload = json!({
        "v": m.version + 1, "from": m.state.code(), "to": m.state.code(), "about": org, "note": digest,
    });
    cx.record("matter.about", log::SUBJECT, m.id.0, &payload)?;
    m.save(cx)?;
    cx.signal(events::CHANGED, m.id.0);
    let next_owner = around::past(cx, owner.clone(), &m.spot, &m.about_orgs)?;
    if next_owner.account == owner.account {
        return Ok(());
    }
    // What is being checked or answered stays there, with somebody else to answer for it.
    let to = next(m.state, CommandKind::Assign, &Facts { now: cx.now, ..Facts::default() }).unwrap_or(m.state);
    let command = Command::Assign { seat: next_owner.seat, note: None };
    perform(cx, &mut m, &next_owner, &handlers, &command, to)
}

/// Whether it is about a body, for whoever sends something that was written down before.
pub fn is_about_a_unit(cx: &mut Cx<'_>, matter: MatterId) -> Result<bool, Error> {
    require(&cx.actor, cx.purpose, Action::FollowMatter, &ResourceFacts::District)?;
    Ok(MatterRow::load(cx, matter)?.about_org.is_some())
}

//! Switching positions off: until a time, or for good. What the wearer switched off, only the wearer switches on; what a guardian did,
//! that guardian or the wearer. A call for help is told all the same.

use super::circle::may_change;
use crate::model::By;
use crate::{Error, Result, events};
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons::For;
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// The longest time until which something is switched off; longer is for good.
pub const LONGEST_DAYS: i64 = 90;
/// For good.
const FOREVER: Moment = Moment::from_micros(i64::MAX);

/// A pause that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub id: Uuid,
    pub from: Moment,
    /// None: for good.
    pub until: Option<Moment>,
    pub by: By,
    pub guardian: Option<GuardianId>,
}

/// Switches off now. `by` says for whom a clerk types (R9); with a letter it is whoever holds it.
///
/// # Errors
/// When it may not be done for this purpose, or the time is over or too far away.
pub fn pause(cx: &mut Cx<'_>, person: PersonId, why: &For, by: By, until: Option<Moment>) -> Result<Uuid> {
    let speaker = may_change(cx, person, why, Action::PauseLocator)?;
    if until.is_some_and(|at| at <= cx.now || at > cx.now.plus_days(LONGEST_DAYS)) {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    let by = if speaker.by == By::Committee { by } else { speaker.by };
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO locator_pause (id, district_id, person_id, from_at, until_at, by_kind, guardian_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), person, cx.now, until.unwrap_or(FOREVER), by.code(), speaker.guardian],
    )?;
    let payload = json!({ "pause": id, "by": by.code(), "until": until.map(Moment::micros) });
    cx.record("locator.paused", "person", person.0, &payload)?;
    cx.signal(events::GATE, person.0);
    cx.signal(events::MOVED, person.0);
    Ok(id)
}

/// Switches on again.
///
/// # Errors
/// When somebody else switched it off.
pub fn resume(cx: &mut Cx<'_>, person: PersonId, why: &For, by: By, pause: Uuid) -> Result<()> {
    let speaker = may_change(cx, person, why, Action::PauseLocator)?;
    let by = if speaker.by == By::Committee { by } else { speaker.by };
    let all = running(cx, person)?;
    let one = all.iter().find(|p| p.id == pause).ok_or(store::Error::NotFound)?;
    let mine = by == By::Subject || (one.by, one.guardian) == (by, speaker.guardian);
    if !mine {
        return Err(Error::Refused("not-your-pause"));
    }
    let sql = "UPDATE locator_pause SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, pause])?;
    cx.record("locator.resumed", "person", person.0, &json!({ "pause": pause, "by": by.code() }))?;
    cx.signal(events::GATE, person.0);
    cx.signal(events::MOVED, person.0);
    Ok(())
}

/// Pauses that run now, for whoever may end one.
///
/// # Errors
/// When they may not be changed for this purpose.
pub fn list(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<Pause>> {
    may_change(cx, person, why, Action::PauseLocator)?;
    running(cx, person)
}

/// Pauses that run now.
pub(super) fn running(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Pause>> {
    let sql = "SELECT id, from_at, until_at, by_kind, guardian_id FROM locator_pause WHERE person_id = $1 AND district_id = $2 \
               AND ended_at IS NULL AND until_at > $3 ORDER BY from_at, id";
    let rows = cx.query(sql, params![person, cx.district(), cx.now])?;
    rows.iter()
        .map(|r| {
            Ok(Pause {
                id: r.uuid("id")?,
                from: r.moment("from_at")?,
                until: Some(r.moment("until_at")?).filter(|at| *at != FOREVER),
                by: By::from_code(&r.text("by_kind")?).unwrap_or(By::Committee),
                guardian: r.opt_uuid("guardian_id")?.map(GuardianId),
            })
        })
        .collect()
}

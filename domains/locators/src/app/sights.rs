//! Who of the family sees what, and when. Each may say it for each, and the narrower word holds; the wearer sees their own places always.

use super::circle::{kept_away, may_change};
use crate::model::Sight;
use crate::{Error, Result, events};
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons::{self, For};
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use std::collections::BTreeMap;
use store::{Cx, params};
use uuid::Uuid;

/// What a guardian sees, by all who speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seer {
    pub guardian: GuardianId,
    pub name: String,
    pub relation: String,
    pub sight: Sight,
    pub since: Option<Moment>,
}

/// Says what a guardian sees.
///
/// # Errors
/// When it may not be said for this purpose, or nobody of that id speaks for the person.
pub fn set_sight(cx: &mut Cx<'_>, person: PersonId, why: &For, of: GuardianId, sight: Sight) -> Result<()> {
    let speaker = may_change(cx, person, why, Action::ChangeSight)?;
    let away = kept_away(cx, person)?;
    let known = persons::spoken_for(cx, person)?.iter().any(|g| g.id == of) && !away.contains(&of);
    if !known {
        return Err(Error::Invalid { field: "guardian", why: "unknown" });
    }
    let said_by = speaker.guardian.map_or(Uuid::nil(), |g| g.0);
    cx.execute(
        "INSERT INTO locator_sight (person_id, viewer, said_by, district_id, sight, at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (person_id, viewer, said_by) DO UPDATE SET sight = $5, at = $6",
        params![person, of.0, said_by, cx.district(), sight.code(), cx.now],
    )?;
    let payload = json!({ "viewer": of, "said_by": speaker.guardian, "sight": sight.code() });
    cx.record("locator.sight", "person", person.0, &payload)?;
    cx.signal(events::MOVED, person.0);
    Ok(())
}

/// Everybody who speaks now with what they see. Who is kept away is not among them.
pub(super) fn seers(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Seer>> {
    let away = kept_away(cx, person)?;
    let guardians = persons::spoken_for(cx, person)?;
    let speaks: Vec<Uuid> = guardians.iter().map(|g| g.id.0).filter(|id| !away.iter().any(|a| a.0 == *id)).collect();
    let sql = "SELECT viewer, said_by, sight, at FROM locator_sight WHERE person_id = $1 AND district_id = $2";
    let mut narrowest: BTreeMap<Uuid, (Sight, Moment)> = BTreeMap::new();
    for r in &cx.query(sql, params![person, cx.district()])? {
        let (viewer, said_by) = (r.uuid("viewer")?, r.uuid("said_by")?);
        // Who speaks no longer, or is kept away, binds nobody.
        if !said_by.is_nil() && !speaks.contains(&said_by) {
            continue;
        }
        let said = (Sight::from_code(&r.text("sight")?).unwrap_or(Sight::Never), r.moment("at")?);
        let held = narrowest.entry(viewer).or_insert(said);
        *held = (held.0.narrower(said.0), held.1.max(said.1));
    }
    let seer = |g: persons::GuardianLine| {
        let (sight, since) = narrowest.get(&g.id.0).map_or((Sight::Always, None), |(s, at)| (*s, Some(*at)));
        let (name, relation) = g.who.map(|w| (w.name, w.relation)).unwrap_or_default();
        Seer { guardian: g.id, name, relation, sight, since }
    };
    Ok(guardians.into_iter().filter(|g| speaks.contains(&g.id.0)).map(seer).collect())
}

/// What one of them sees.
pub(super) fn sight_of(cx: &mut Cx<'_>, person: PersonId, who: Option<GuardianId>) -> Result<Sight> {
    let Some(guardian) = who else { return Ok(Sight::Always) };
    let all = seers(cx, person)?;
    Ok(all.iter().find(|s| s.guardian == guardian).map_or(Sight::Never, |s| s.sight))
}

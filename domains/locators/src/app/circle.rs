//! Who of the circle speaks here. A guardian who is kept away by a protection order is nobody: they see nothing, not even that there
//! is something.

use crate::error::not_found;
use crate::model::By;
use crate::{Error, Result};
use kernel::ids::PersonId;
use people::app::persons::{self, For};
use people::model::GuardianId;
use people::policy::Action;
use store::{Cx, params};

/// Who does something for the wearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Speaker {
    pub by: By,
    pub guardian: Option<GuardianId>,
}

/// May it be done for this purpose, and who does it.
///
/// # Errors
/// When it is refused; not found for a guardian who is kept away.
pub(super) fn may(cx: &mut Cx<'_>, person: PersonId, why: &For, action: Action) -> Result<Speaker> {
    let speaker = match why {
        For::Letter(holder) => {
            let by = if holder.guardian.is_some() { By::Guardian } else { By::Subject };
            Speaker { by, guardian: holder.guardian }
        }
        For::Own => Speaker { by: By::Subject, guardian: None },
        For::Matter(_) | For::Case(_) | For::Window => Speaker { by: By::Committee, guardian: None },
    };
    if matches!(why, For::Letter(holder) if holder.person != person) {
        return Err(not_found());
    }
    persons::may(cx, person, why, action)?;
    if let Some(guardian) = speaker.guardian
        && kept_away(cx, person)?.contains(&guardian)
    {
        return Err(not_found());
    }
    Ok(speaker)
}

/// As [`may`], for what is changed: only of somebody who is in care.
pub(super) fn may_change(cx: &mut Cx<'_>, person: PersonId, why: &For, action: Action) -> Result<Speaker> {
    let speaker = may(cx, person, why, action)?;
    cx.lock(&format!("locator/{person}"))?;
    persons::in_care(cx, person)?;
    Ok(speaker)
}

/// Guardians under a protection order.
pub(super) fn kept_away(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<GuardianId>> {
    let all = care::app::contacts::all(cx, person)?;
    Ok(all.into_iter().filter(|c| c.barred).filter_map(|c| c.guardian).collect())
}

/// A binding of this person that runs.
pub(super) fn running(cx: &mut Cx<'_>, person: PersonId, binding: uuid::Uuid) -> Result<kernel::ids::LocatorId> {
    let sql = "SELECT locator_id FROM locator_binding WHERE id = $1 AND person_id = $2 AND district_id = $3 AND ended_at IS NULL";
    let row = cx.query_opt(sql, params![binding, person, cx.district()])?;
    row.map_or_else(|| Err(Error::Refused("not-bound")), |r| Ok(r.id("locator_id")?))
}

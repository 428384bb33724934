//! Who of the family is told when a neighbour is worried: guardians who said so, with their letter or at the desk (R7: nobody else).

use super::{Side, TellWorry, lock, may, worry};
use crate::app::telling;
use crate::{Error, Result};
use kernel::ids::{ContactId, PersonId};
use people::app::persons;
use people::model::GuardianId;
use people::policy::Action;
use serde_json::json;
use store::{Cx, params};

/// Somebody who speaks for the elder, and whether they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teller {
    pub guardian: GuardianId,
    /// Daughter, son.
    pub relation: String,
    /// There is a way to reach them.
    pub reachable: bool,
    pub told: bool,
}

fn chosen(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<GuardianId>> {
    let sql =
        "SELECT guardian_id FROM care_watch_tell WHERE person_id = $1 AND district_id = $2 ORDER BY since, guardian_id";
    let rows = cx.query(sql, params![person, cx.district()])?;
    Ok(rows.iter().map(|r| r.id("guardian_id")).collect::<std::result::Result<_, _>>()?)
}

/// For the family and the desk of the place: who could be told, and who is. A guardian with a letter reads of themselves alone.
pub fn tellers(cx: &mut Cx<'_>, person: PersonId, side: Side) -> Result<Vec<Teller>> {
    may(cx, person, side, Action::ViewWatch)?;
    let chosen = chosen(cx, person)?;
    let only = match side {
        Side::Letter(of) => of.guardian,
        Side::Desk => None,
    };
    let all = telling::family(cx, person)?;
    let guardians = persons::spoken_for(cx, person)?;
    let out = guardians.into_iter().filter(|g| only.is_none_or(|me| g.id == me)).map(|g| {
        let contact = all.iter().find(|c| c.guardian == Some(g.id));
        Teller {
            guardian: g.id,
            reachable: contact.is_some_and(|c| c.phone.is_some() || c.mail.is_some()),
            told: chosen.contains(&g.id),
            relation: g.who.map(|w| w.relation).unwrap_or_default(),
        }
    });
    Ok(out.collect())
}

/// Whether a guardian is told. With a letter: the elder about each of them, a guardian about themselves.
pub fn tell_guardian(cx: &mut Cx<'_>, person: PersonId, side: Side, guardian: GuardianId, told: bool) -> Result<()> {
    may(cx, person, side, Action::NameNeighbour)?;
    lock(cx, person)?;
    persons::in_care(cx, person)?;
    if !tellers(cx, person, side)?.iter().any(|t| t.guardian == guardian && (t.reachable || !told)) {
        return Err(Error::Refused("watch-teller"));
    }
    let changed = if told {
        let sql = "INSERT INTO care_watch_tell (person_id, guardian_id, district_id, since) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (person_id, guardian_id) DO NOTHING";
        cx.execute(sql, params![person, guardian, cx.district(), cx.now])?
    } else {
        let sql = "DELETE FROM care_watch_tell WHERE person_id = $1 AND guardian_id = $2";
        cx.execute(sql, params![person, guardian])?
    };
    if changed > 0 {
        cx.record("care.watch_tell", "person", person.0, &json!({ "guardian": guardian, "told": told }))?;
    }
    Ok(())
}

/// Contacts of those who are told of this worry now: at once, and when it is over.
pub fn family_of(cx: &mut Cx<'_>, job: &TellWorry) -> Result<(PersonId, Vec<ContactId>)> {
    let w = worry::load(cx, job.worry)?;
    let now = (job.rung == 0 || job.over) && w.ended_at.is_some() == job.over;
    if !now {
        return Ok((w.person, Vec::new()));
    }
    let chosen = chosen(cx, w.person)?;
    let all = telling::family(cx, w.person)?;
    let told = all.into_iter().filter(|c| c.guardian.is_some_and(|g| chosen.contains(&g))).map(|c| c.id);
    Ok((w.person, told.collect()))
}

pub(super) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    cx.execute("DELETE FROM care_watch_tell WHERE person_id = $1", params![person])?;
    Ok(())
}

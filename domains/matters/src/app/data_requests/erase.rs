//! Erasure: keys are destroyed and rows go. What stays says that there was something, not what: ids, dates, states.

use super::{Of, Request};
use crate::store::MatterRow;
use crate::{Error, raiser};
use ::store::{Cx, KeyClass, params};
use people::app::persons::erase_person;

/// Nothing is erased that an open matter still needs: an elder who is being looked for, an answer that is owed.
pub(super) fn check(cx: &mut Cx<'_>, of: Of) -> Result<(), Error> {
    let open = match of {
        Of::Person(person) => {
            let sql = "SELECT 1 AS one FROM matter_person p JOIN matter m ON m.id = p.matter_id WHERE p.person_id = $1 \
                       AND p.district_id = $2 AND p.ended_at IS NULL AND m.is_open = 1";
            cx.query_opt(sql, params![person, cx.district()])?.is_some()
        }
        Of::Raiser { matter, .. } => MatterRow::load(cx, matter)?.state.is_open(),
    };
    if open { Err(Error::People(people::Error::Refused("open-matter"))) } else { Ok(()) }
}

pub(super) fn erase(cx: &mut Cx<'_>, r: &Request) -> Result<(), Error> {
    check(cx, r.of)?;
    match r.of {
        Of::Person(person) => {
            erase_person(cx, person, r.id, r.facts())?;
            cx.execute("DELETE FROM matter_person WHERE person_id = $1", params![person])?;
        }
        Of::Raiser { raiser, origin, .. } => {
            raiser::erase(cx, raiser, r.id, r.facts())?;
            // Their words as they stood; the redacted copies stay, they hold no names.
            cx.destroy_subject_key(KeyClass::Original, origin.0)?;
            let sql = "DELETE FROM matter_attachment WHERE matter_id = $1 AND audience = 'raiser'";
            cx.execute(sql, params![origin])?;
        }
    }
    // What the requests of this person said goes, too; that they were asked and answered stays.
    let sql = "SELECT id FROM data_request WHERE subject = $1 AND district_id = $2 AND id <> $3";
    let older = cx.query(sql, params![r.of.subject().1, cx.district(), r.id])?;
    let older = older.iter().map(|row| row.uuid("id")).collect::<Result<Vec<_>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &older)?;
    cx.destroy_subject_keys(KeyClass::Identity, &older)?;
    Ok(())
}

//! Rows of the register as it was taken out here: their key is the record itself. Such a row is compared with what stands, field by
//! field, so that a file that comes back as it went changes nothing, and what was emptied in it is emptied.

use super::import::ResidentRow;
use super::keep::{checked_contact, checked_identity, move_to, write_guardian, write_tokens};
use super::open::{guardians_of, part_of, row as stands};
use super::seal;
use crate::Result;
use crate::app::import::Did;
use crate::app::undo::PERSON;
use crate::app::{Geography, allow};
use crate::error::RowError;
use crate::model::person::{Contact, GuardianName, Identity, NewGuardian, Part};
use crate::policy::{Action, ResourceFacts};
use kernel::ids::{AreaId, PersonId};
use kernel::text;
use serde_json::json;
use std::collections::HashSet;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Guardians that have columns of their own.
pub const COLUMNS: usize = 2;

/// The key of a record in the register that is taken out.
pub fn own_key(person: PersonId) -> String {
    format!("mulin:{}", person.0.simple())
}

/// The record that a key stands for.
pub(super) fn of_key(key: &str) -> Option<PersonId> {
    let (before, id) = key.trim().split_once(':')?;
    before.eq_ignore_ascii_case("mulin").then(|| Uuid::parse_str(id).ok().map(PersonId)).flatten()
}

/// Rows whose record is not here, or in care no longer.
///
/// # Errors
/// Whoever may not import is refused.
pub fn gone(cx: &mut Cx<'_>, rows: &[ResidentRow]) -> Result<Vec<RowError>> {
    allow(cx, Action::Import, &ResourceFacts::District)?;
    let keys: Vec<(usize, PersonId)> =
        rows.iter().enumerate().filter_map(|(n, row)| Some((n, of_key(&row.key)?))).collect();
    let ids: Vec<PersonId> = keys.iter().map(|(_, id)| *id).collect();
    let here: HashSet<PersonId> = super::in_care_of(cx, &ids)?;
    let missing = keys.into_iter().filter(|(_, id)| !here.contains(id));
    Ok(missing.map(|(n, _)| RowError { row: n + 1, field: "key", why: "gone".into() }).collect())
}

/// Writes what differs.
pub(super) fn write(cx: &mut Cx<'_>, geography: &dyn Geography, person: PersonId, row: &ResidentRow) -> Result<Did> {
    let (identity, contact) = (checked_identity(&row.identity)?, checked_contact(&row.contact)?);
    let area: AreaId = stands(cx, person)?.id("area_id")?;
    let was: (Identity, Contact) = (
        part_of(cx, person, Part::Identity)?.unwrap_or_default(),
        part_of(cx, person, Part::Contact)?.unwrap_or_default(),
    );
    let wanted: Vec<(GuardianName, Option<String>)> = row.guardians.iter().map(plain).collect();
    let there: Vec<_> = guardians_of(cx, person)?.into_iter().take(COLUMNS.max(wanted.len())).collect();
    let said = |g: &super::GuardianLine| (g.who.clone().unwrap_or_default(), g.phone.clone());
    let same = there.iter().map(said).collect::<Vec<_>>() == wanted;
    if same && was == (identity.clone(), contact.clone()) && area == row.area {
        return Ok(Did::Nothing);
    }
    cx.note_before(&PERSON, person)?;
    let sealed_identity = seal(cx, KeyClass::Identity, person.0, &identity)?;
    let sealed_contact = seal(cx, KeyClass::Contact, person.0, &contact)?;
    let sql = "UPDATE person SET identity = $1, contact = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![sealed_identity, sealed_contact, person])?;
    if area != row.area {
        move_to(cx, geography, person, row.area)?;
    }
    if was.0.name != identity.name {
        write_tokens(cx, person, &identity.name)?;
    }
    for gone in there.iter().filter(|g| !wanted.contains(&said(g))) {
        cx.execute("UPDATE guardian SET ended_at = $1 WHERE id = $2", params![cx.now, gone.id])?;
    }
    let known: Vec<_> = there.iter().map(said).collect();
    for (position, guardian) in row.guardians.iter().enumerate().filter(|(_, g)| !known.contains(&plain(g))) {
        write_guardian(cx, person, position, guardian)?;
    }
    let parts = [Part::Identity.code(), Part::Contact.code()];
    cx.record("person.imported", "person", person.0, &json!({ "parts": parts }))?;
    Ok(Did::Changed)
}

/// As it is written down.
fn plain(guardian: &NewGuardian) -> (GuardianName, Option<String>) {
    let tidy = |t: &str| text::tidy(t).replace(['\n', '\t'], " ");
    let who = GuardianName { name: tidy(&guardian.who.name), relation: tidy(&guardian.who.relation) };
    (who, guardian.phone.as_deref().map(str::trim).filter(|p| !p.is_empty()).and_then(text::phone))
}

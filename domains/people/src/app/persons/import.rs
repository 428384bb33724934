//! Residents from a table (`mulin import residents`): all or nothing, and the same again changes nothing. Health and
//! whereabouts are not imported: each needs a consent that somebody took down (R7).

use super::alike::{With, key_hash};
use super::keep::{checked_contact, checked_identity, move_to, write_guardian, write_tokens};
use super::open::part_of;
use super::{own_rows, seal, write_areas};
use crate::app::import::{Did, Imported};
use crate::app::undo::PERSON;
use crate::app::{Geography, allow};
use crate::error::RowError;
use crate::model::person::{Contact, Identity, NewGuardian, Part};
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AreaId, PersonId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use store::{Cx, KeyClass, params};

/// One row, with its area already looked up.
#[derive(Debug, Clone)]
pub struct ResidentRow {
    /// Stands for the person in the register it comes from; kept as a keyed hash only.
    pub key: String,
    pub area: AreaId,
    pub identity: Identity,
    pub contact: Contact,
    pub guardians: Vec<NewGuardian>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResidentReport {
    pub new: usize,
    pub changed: usize,
    /// Rows that were there already.
    pub unchanged: usize,
}

/// What is wrong with the rows, without writing anything.
pub fn check_residents(rows: &[ResidentRow]) -> Vec<RowError> {
    let mut wrong = Vec::new();
    let mut keys = BTreeSet::new();
    for (i, row) in rows.iter().enumerate() {
        let mut blame = |field, why: &str| wrong.push(RowError { row: i + 1, field, why: why.to_owned() });
        let key = row.key.trim();
        if key.is_empty() {
            blame("key", "missing");
        } else if !keys.insert(key.to_owned()) {
            blame("key", "twice");
        }
        if let Err(Error::Invalid { field, why }) = checked_identity(&row.identity) {
            blame(field, why);
        }
        if let Err(Error::Invalid { field, why }) = checked_contact(&row.contact) {
            blame(field, why);
        }
        for guardian in &row.guardians {
            let contact = Contact { phone: guardian.phone.clone(), ..Contact::default() };
            if checked_contact(&contact).is_err() {
                blame("guardian_phone", "phone");
            }
            if guardian.who.name.trim().is_empty() {
                blame("guardian", "missing");
            }
        }
    }
    wrong
}

/// Imports all rows or none.
///
/// # Errors
/// `WrongRows` lists every wrong row.
pub fn import_residents(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    rows: &[ResidentRow],
) -> Result<Imported<ResidentReport>> {
    import_joined(cx, geography, rows, &BTreeMap::new())
}

/// As [`import_residents`]; the rows of `joined`, counted from 0, are somebody under another key, as somebody decided who was asked
/// ([`super::alike`]). What such a row says takes the place of what stood there; undoing the import puts that back.
///
/// # Errors
/// As there.
pub fn import_joined(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    rows: &[ResidentRow],
    joined: &BTreeMap<usize, With>,
) -> Result<Imported<ResidentReport>> {
    allow(cx, Action::Import, &ResourceFacts::District)?;
    let wrong = check_residents(rows);
    if !wrong.is_empty() {
        return Err(Error::WrongRows(wrong));
    }
    cx.lock("import-residents")?;
    let gone = own_rows::gone(cx, rows)?;
    if !gone.is_empty() {
        return Err(Error::WrongRows(gone));
    }
    let mut done: Imported<ResidentReport> = Imported::default();
    let mut noted = HashSet::new();
    for (place, row) in rows.iter().enumerate() {
        let same = match joined.get(&place) {
            Some(With::Person(person, _)) => Some(*person),
            Some(With::Row(n)) => done.things.get(*n).map(|(id, _)| PersonId(*id)),
            None => None,
        };
        let (person, did) = one(cx, geography, row, same, &mut noted)?;
        match did {
            Did::Added => done.report.new += 1,
            Did::Changed => done.report.changed += 1,
            Did::Nothing => done.report.unchanged += 1,
        }
        done.rows.push(did);
        done.things.push((person.0, place));
    }
    let report = done.report;
    let payload = json!({ "rows": rows.len(), "new": report.new, "changed": report.changed });
    cx.record("residents.imported", "district", cx.district().0, &payload)?;
    Ok(done)
}

fn one(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    row: &ResidentRow,
    same: Option<PersonId>,
    noted: &mut HashSet<PersonId>,
) -> Result<(PersonId, Did)> {
    if let Some(person) = own_rows::of_key(&row.key) {
        return Ok((person, own_rows::write(cx, geography, person, row)?));
    }
    let key = key_hash(cx, &row.key);
    let content = serde_json::to_vec(&(
        &row.identity,
        &row.contact,
        row.area,
        row.guardians.iter().map(|g| (&g.who, &g.phone)).collect::<Vec<_>>(),
    ))
    .map_err(|_| Error::Store(store::Error::Sealed("cannot be written")))?;
    let digest = cx.keyed_hash(KeyClass::Identity, &content);
    let sql = "SELECT id, import_digest, 1 AS first FROM person WHERE district_id = $1 AND import_key = $2 \
               UNION ALL SELECT person_id, import_digest, 0 FROM person_import_key WHERE district_id = $1 AND import_key = $2";
    let known = cx.query_opt(sql, params![cx.district(), key])?;
    let (person, did, first): (PersonId, Did, bool) = match (known, same) {
        (Some(known), _) if known.opt_blob("import_digest")?.as_deref() == Some(digest.as_slice()) => {
            return Ok((known.id("id")?, Did::Nothing));
        }
        (Some(known), _) => (known.id("id")?, Did::Changed, known.i64("first")? == 1),
        (None, Some(same)) => (same, Did::Changed, false),
        (None, None) => {
            let id: PersonId = cx.new_id();
            let sql = "INSERT INTO person (id, district_id, area_id, import_key, version, created_at) \
                       VALUES ($1, $2, $3, $4, 0, $5)";
            cx.execute(sql, params![id, cx.district(), row.area, key, cx.now])?;
            write_areas(cx, id, &geography.areas_above(row.area))?;
            cx.note_new(&PERSON, id);
            noted.insert(id);
            (id, Did::Added, true)
        }
    };
    if noted.insert(person) {
        cx.note_before(&PERSON, person)?;
    }
    if first {
        cx.execute("UPDATE person SET import_digest = $1 WHERE id = $2", params![digest, person])?;
    } else {
        let sql = "INSERT INTO person_import_key (district_id, import_key, person_id, import_digest) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (district_id, import_key) DO UPDATE SET import_digest = excluded.import_digest";
        cx.execute(sql, params![cx.district(), key, person, digest])?;
    }
    let (mut identity, mut contact) = (checked_identity(&row.identity)?, checked_contact(&row.contact)?);
    if !first {
        keep_what_is_not_said(cx, person, &mut identity, &mut contact)?;
    }
    let sealed_identity = seal(cx, KeyClass::Identity, person.0, &identity)?;
    let sealed_contact = seal(cx, KeyClass::Contact, person.0, &contact)?;
    let sql = "UPDATE person SET identity = $1, contact = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![sealed_identity, sealed_contact, person])?;
    move_to(cx, geography, person, row.area)?;
    write_tokens(cx, person, &identity.name)?;
    if first || !row.guardians.is_empty() {
        let sql = "UPDATE guardian SET ended_at = $1 WHERE person_id = $2 AND ended_at IS NULL";
        cx.execute(sql, params![cx.now, person])?;
    }
    for (position, guardian) in row.guardians.iter().enumerate() {
        write_guardian(cx, person, position, guardian)?;
    }
    let parts = [Part::Identity.code(), Part::Contact.code()];
    cx.record("person.imported", "person", person.0, &json!({ "parts": parts }))?;
    Ok((person, did))
}

/// A second register may know less of somebody than the first.
fn keep_what_is_not_said(
    cx: &mut Cx<'_>,
    person: PersonId,
    identity: &mut Identity,
    contact: &mut Contact,
) -> Result<()> {
    if let Some(before) = part_of::<Identity>(cx, person, Part::Identity)? {
        if identity.sex.is_empty() {
            identity.sex = before.sex;
        }
        identity.birth_year = identity.birth_year.or(before.birth_year);
        identity.id_number = identity.id_number.take().or(before.id_number);
    }
    if let Some(before) = part_of::<Contact>(cx, person, Part::Contact)? {
        contact.phone = contact.phone.take().or(before.phone);
        contact.address = contact.address.take().or(before.address);
        contact.language = contact.language.take().or(before.language);
    }
    Ok(())
}

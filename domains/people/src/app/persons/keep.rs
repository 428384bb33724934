//! Writing records: somebody new, what has changed, who speaks for them. Each change says in whose name it was made.

use super::open::row;
use super::{For, person_facts, seal, token, write_areas};
use crate::app::{Geography, allow, consents, line, links, opt_line};
use crate::model::GuardianId;
use crate::model::person::{
    Contact, GuardianName, Health, Identity, Location, NewGuardian, NewPerson, Part, Sex, name_tokens,
};
use crate::policy::{Action, PersonFacts, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AreaId, PersonId};
use kernel::text;
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Longest text of one part.
const TEXT: usize = 2_000;

/// What is to stand there now; `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChangeRecord {
    pub identity: Option<Identity>,
    pub contact: Option<Contact>,
    pub health: Option<Health>,
    pub location: Option<Location>,
}

/// Takes somebody new into care, in an area where one works.
pub fn register_person(cx: &mut Cx<'_>, geography: &dyn Geography, new: &NewPerson) -> Result<PersonId> {
    let areas = geography.areas_above(new.area);
    let facts = PersonFacts { id: None, areas: areas.clone(), ..PersonFacts::default() };
    allow(cx, Action::RegisterPerson, &ResourceFacts::Person(facts))?;
    let id: PersonId = cx.new_id();
    let (identity, contact) = (checked_identity(&new.identity)?, checked_contact(&new.contact)?);
    let sealed_identity = seal(cx, KeyClass::Identity, id.0, &identity)?;
    let sealed_contact = seal(cx, KeyClass::Contact, id.0, &contact)?;
    cx.execute(
        "INSERT INTO person (id, district_id, area_id, identity, contact, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6)",
        params![id, cx.district(), new.area, sealed_identity, sealed_contact, cx.now],
    )?;
    write_areas(cx, id, &areas)?;
    write_tokens(cx, id, &identity.name)?;
    for (position, guardian) in new.guardians.iter().enumerate() {
        write_guardian(cx, id, position, guardian)?;
    }
    let payload = json!({ "area": new.area, "guardians": new.guardians.len() });
    cx.record("person.registered", "person", id.0, &payload)?;
    Ok(id)
}

/// Writes what has changed. Health and location are kept only while somebody agrees to it (R7).
pub fn change_record(cx: &mut Cx<'_>, person: PersonId, seen: i64, why: &For, change: &ChangeRecord) -> Result<i64> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    // Nobody overwrites what they may not read.
    for (part, asked) in [
        (Part::Identity, change.identity.is_some()),
        (Part::Contact, change.contact.is_some()),
        (Part::Health, change.health.is_some()),
        (Part::Location, change.location.is_some()),
    ] {
        if asked {
            allow(cx, super::view_of(part), &facts)?;
            if part.needs_consent() && !consents::in_force(cx, person, part)? {
                return Err(Error::Refused("no-consent"));
            }
        }
    }
    cx.lock(&format!("person/{person}"))?;
    super::in_care(cx, person)?;
    let current = row(cx, person)?.i64("version")?;
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    let mut parts = Vec::new();
    if let Some(identity) = &change.identity {
        let identity = checked_identity(identity)?;
        let sealed = seal(cx, KeyClass::Identity, person.0, &identity)?;
        write_part(cx, person, Part::Identity, &sealed, &mut parts)?;
        write_tokens(cx, person, &identity.name)?;
    }
    if let Some(contact) = &change.contact {
        let contact = checked_contact(contact)?;
        let sealed = seal(cx, KeyClass::Contact, person.0, &contact)?;
        write_part(cx, person, Part::Contact, &sealed, &mut parts)?;
    }
    if let Some(health) = &change.health {
        let health = Health { notes: line("health", &health.notes, TEXT)? };
        let sealed = seal(cx, KeyClass::Health, person.0, &health)?;
        write_part(cx, person, Part::Health, &sealed, &mut parts)?;
    }
    if let Some(location) = &change.location {
        let haunts = opt_line("haunts", Some(&location.haunts), TEXT)?.unwrap_or_default();
        let sealed = seal(cx, KeyClass::Location, person.0, &Location { home: location.home, haunts })?;
        write_part(cx, person, Part::Location, &sealed, &mut parts)?;
    }
    cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", params![person])?;
    cx.record("person.changed", "person", person.0, &json!({ "v": seen + 1, "parts": parts }))?;
    Ok(seen + 1)
}

/// The language somebody speaks best, as the family says it with its letter.
pub fn say_language(cx: &mut Cx<'_>, person: PersonId, why: &For, language: &str) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeCare, &facts)?;
    cx.lock(&format!("person/{person}"))?;
    super::in_care(cx, person)?;
    let before: Contact = super::part_of(cx, person, Part::Contact)?.unwrap_or_default();
    let now = checked_contact(&Contact { language: Some(language.to_owned()), ..before.clone() })?;
    if now == before {
        return Ok(());
    }
    let sealed = seal(cx, KeyClass::Contact, person.0, &now)?;
    let mut parts = Vec::new();
    write_part(cx, person, Part::Contact, &sealed, &mut parts)?;
    cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", params![person])?;
    cx.record("person.changed", "person", person.0, &json!({ "parts": parts, "field": "language" }))?;
    Ok(())
}

fn write_part(
    cx: &mut Cx<'_>,
    person: PersonId,
    part: Part,
    sealed: &[u8],
    parts: &mut Vec<&'static str>,
) -> Result<()> {
    let sql = format!("UPDATE person SET {} = $1 WHERE id = $2", part.code());
    cx.execute(&sql, params![sealed, person])?;
    parts.push(part.code());
    Ok(())
}

/// Erases a part: its key is destroyed, so that no copy can be read either; nor what a second record of theirs has of it.
pub(crate) fn erase_part(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<()> {
    for record in super::joined_with(cx, person)? {
        cx.destroy_subject_key(part.class(), record.0)?;
        let sql = format!("UPDATE person SET {} = NULL, version = version + 1 WHERE id = $1", part.code());
        cx.execute(&sql, params![record])?;
    }
    Ok(())
}

pub(crate) fn write_tokens(cx: &mut Cx<'_>, person: PersonId, name: &str) -> Result<()> {
    cx.execute("DELETE FROM person_token WHERE person_id = $1", params![person])?;
    for text in name_tokens(name) {
        let n = token(cx, &text);
        let sql = "INSERT INTO person_token (district_id, token, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        cx.execute(sql, params![cx.district(), n, person])?;
    }
    Ok(())
}

/// Somebody who speaks for the person, after those who are there.
pub fn add_guardian(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewGuardian) -> Result<GuardianId> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    allow(cx, Action::ViewIdentity, &facts)?;
    row(cx, person)?;
    let sql = "SELECT COUNT(*) AS n FROM guardian WHERE person_id = $1";
    let position = usize::try_from(cx.query_one(sql, params![person])?.i64("n")?).unwrap_or(0);
    if position >= 12 {
        return Err(Error::Invalid { field: "guardian", why: "too-many" });
    }
    let id = write_guardian(cx, person, position, new)?;
    cx.record("person.guardian_added", "person", person.0, &json!({ "guardian": id }))?;
    Ok(id)
}

/// Somebody speaks for the person no longer.
pub fn end_guardian(cx: &mut Cx<'_>, person: PersonId, why: &For, guardian: GuardianId) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::ChangeRecord, &facts)?;
    let sql = "UPDATE guardian SET ended_at = $1 WHERE id = $2 AND person_id = $3 AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, guardian, person])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    links::revoke_of_guardian(cx, person, guardian)?;
    cx.record("person.guardian_ended", "person", person.0, &json!({ "guardian": guardian }))?;
    Ok(())
}

pub(super) fn write_guardian(
    cx: &mut Cx<'_>,
    person: PersonId,
    position: usize,
    new: &NewGuardian,
) -> Result<GuardianId> {
    let id: GuardianId = cx.new_id();
    let who = GuardianName {
        name: line("guardian", &new.who.name, 60)?,
        relation: opt_line("relation", Some(&new.who.relation), 30)?.unwrap_or_default(),
    };
    let identity = seal(cx, KeyClass::Identity, person.0, &who)?;
    let contact = match phone("guardian_phone", new.phone.as_deref())? {
        Some(digits) => Some(cx.seal(KeyClass::Contact, person.0, digits.as_bytes())?),
        None => None,
    };
    cx.execute(
        "INSERT INTO guardian (id, district_id, person_id, position, identity, contact, since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), person, position, identity, contact, cx.now],
    )?;
    Ok(id)
}

/// Moves somebody to another area.
pub(crate) fn move_to(cx: &mut Cx<'_>, geography: &dyn Geography, person: PersonId, area: AreaId) -> Result<()> {
    cx.execute("UPDATE person SET area_id = $1 WHERE id = $2", params![area, person])?;
    write_areas(cx, person, &geography.areas_above(area))
}

pub(super) fn checked_identity(new: &Identity) -> Result<Identity> {
    if !new.sex.is_empty() && Sex::from_code(&new.sex).is_none() {
        return Err(Error::Invalid { field: "sex", why: "unknown" });
    }
    if new.birth_year.is_some_and(|year| !(1890..=2100).contains(&year)) {
        return Err(Error::Invalid { field: "birth_year", why: "range" });
    }
    let id_number = opt_line("id_number", new.id_number.as_deref(), 30)?;
    Ok(Identity { name: line("name", &new.name, 60)?, id_number, ..new.clone() })
}

pub(super) fn checked_contact(new: &Contact) -> Result<Contact> {
    Ok(Contact {
        phone: phone("phone", new.phone.as_deref())?,
        address: opt_line("address", new.address.as_deref(), 200)?,
        language: opt_line("language", new.language.as_deref(), 30)?,
    })
}

fn phone(field: &'static str, typed: Option<&str>) -> Result<Option<String>> {
    match typed.map(str::trim).filter(|t| !t.is_empty()) {
        None => Ok(None),
        Some(typed) => text::phone(typed).map(Some).ok_or(Error::Invalid { field, why: "phone" }),
    }
}

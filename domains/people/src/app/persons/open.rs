//! Opening a record: the policy decides part by part, consent decides about health and location, the log has it all.

use super::find::spend;
use super::{For, person_facts, unseal, view_of};
use crate::app::{allow, break_glass, consents};
use crate::model::GuardianId;
use crate::model::person::{Contact, GuardianName, Health, Identity, Location, Part};
use crate::policy::{Action, ResourceFacts, decide};
use crate::{Error, Result};
use kernel::Purpose;
use kernel::ids::{AreaId, PersonId};
use serde::de::DeserializeOwned;
use store::{Cx, KeyClass, Row, params};

/// A part of a record, or why it is not shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<T> {
    Yes(T),
    /// Nothing is written down.
    Nothing,
    /// Not for this role (N2).
    NotForRole,
    /// Nobody agreed to it, or not any more (R7).
    NoConsent,
}

impl<T> Shown<T> {
    pub const fn yes(&self) -> Option<&T> {
        match self {
            Self::Yes(value) => Some(value),
            _ => None,
        }
    }
}

/// A record as this actor may see it, for this purpose, now.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: PersonId,
    pub version: i64,
    pub area: AreaId,
    pub identity: Shown<Identity>,
    pub contact: Shown<Contact>,
    pub health: Shown<Health>,
    pub location: Shown<Location>,
    pub guardians: Vec<GuardianLine>,
}

/// Somebody who speaks for the person.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardianLine {
    pub id: GuardianId,
    /// With the identity of the person, or not at all.
    pub who: Option<GuardianName>,
    pub phone: Option<String>,
}

/// Opens the record of one person. One look-up of the day; the log says who, when, why and which parts.
///
/// # Errors
/// When it may not be opened for this purpose, or the look-ups of today are spent.
pub fn open_record(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Record> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::OpenRecord, &facts)?;
    spend(cx)?;
    let row = row(cx, person)?;
    let record = Record {
        id: person,
        version: row.i64("version")?,
        area: row.id("area_id")?,
        identity: part(cx, person, &row, Part::Identity, &facts)?,
        contact: part(cx, person, &row, Part::Contact, &facts)?,
        health: part(cx, person, &row, Part::Health, &facts)?,
        location: part(cx, person, &row, Part::Location, &facts)?,
        guardians: guardians(cx, person, &facts)?,
    };
    let mut fields = Vec::new();
    for (shown, part) in [
        (record.identity.yes().is_some(), Part::Identity),
        (record.contact.yes().is_some(), Part::Contact),
        (record.health.yes().is_some(), Part::Health),
        (record.location.yes().is_some(), Part::Location),
    ] {
        if shown {
            fields.push(part.code());
        }
    }
    if !record.guardians.is_empty() {
        fields.push("guardians");
    }
    cx.record_read("person", person.0, &fields)?;
    if let Purpose::BreakGlass(window) = cx.purpose {
        break_glass::note_person(cx, window, person)?;
    }
    Ok(record)
}

/// Of this district, or it is not there.
pub(crate) fn row(cx: &mut Cx<'_>, person: PersonId) -> Result<Row> {
    let sql = "SELECT id, area_id, version, identity, contact, health, location FROM person \
               WHERE id = $1 AND district_id = $2";
    Ok(cx.query_one(sql, params![person, cx.district()])?)
}

/// Is there such a record? For whoever has checked already that it may be asked.
pub fn exists(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM person WHERE id = $1 AND district_id = $2";
    Ok(cx.query_opt(sql, params![person, cx.district()])?.is_some())
}

/// Where somebody lives, the innermost area first as it was written, then what lies above.
pub fn areas_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<AreaId>> {
    let sql = "SELECT area_id FROM person_area WHERE person_id = $1 AND district_id = $2 ORDER BY area_id";
    let rows = cx.query(sql, params![person, cx.district()])?;
    rows.iter().map(|r| Ok(r.id("area_id")?)).collect()
}

fn part<T: DeserializeOwned>(
    cx: &mut Cx<'_>,
    person: PersonId,
    row: &Row,
    part: Part,
    facts: &ResourceFacts,
) -> Result<Shown<T>> {
    if !decide(&cx.actor, cx.purpose, view_of(part), facts).is_allowed() {
        return Ok(Shown::NotForRole);
    }
    if part.needs_consent() && !consents::in_force(cx, person, part)? {
        return Ok(Shown::NoConsent);
    }
    match row.opt_blob(part.code())? {
        Some(sealed) => Ok(Shown::Yes(unseal(cx, part.class(), person.0, &sealed)?)),
        None => Ok(Shown::Nothing),
    }
}

/// The part as it stands, past the policy: for what has been decided elsewhere (a demand, a letter).
pub(crate) fn part_of<T: DeserializeOwned>(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<Option<T>> {
    let row = row(cx, person)?;
    match row.opt_blob(part.code())? {
        Some(sealed) => match unseal(cx, part.class(), person.0, &sealed) {
            Err(Error::Store(store::Error::Erased)) => Ok(None),
            other => other.map(Some),
        },
        None => Ok(None),
    }
}

fn guardians(cx: &mut Cx<'_>, person: PersonId, facts: &ResourceFacts) -> Result<Vec<GuardianLine>> {
    let named = decide(&cx.actor, cx.purpose, Action::ViewIdentity, facts).is_allowed();
    if !decide(&cx.actor, cx.purpose, Action::ViewContact, facts).is_allowed() {
        return Ok(Vec::new());
    }
    let mut all = guardians_of(cx, person)?;
    if !named {
        all.iter_mut().for_each(|g| g.who = None);
    }
    Ok(all)
}

pub(crate) fn guardians_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<GuardianLine>> {
    let sql = "SELECT id, identity, contact FROM guardian WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL \
               ORDER BY position, id";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let who = match row.opt_blob("identity")? {
            Some(sealed) => Some(unseal(cx, KeyClass::Identity, person.0, &sealed)?),
            None => None,
        };
        let phone = match row.opt_blob("contact")? {
            Some(sealed) => Some(cx.open_text(KeyClass::Contact, person.0, &sealed)?),
            None => None,
        };
        out.push(GuardianLine { id: row.id("id")?, who, phone });
    }
    Ok(out)
}

//! What the crate `care` needs of a record: it keeps circle, plan and card and types nothing twice. Nothing here is for pages.

use super::open::guardians_of;
use super::{EndReason, For, GuardianLine, ids, person_facts, unseal};
use crate::Result;
use crate::app::{allow, marks};
use crate::model::person::{Contact, Identity};
use crate::policy::Action;
use kernel::Moment;
use kernel::ids::{AreaId, PersonId};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Cx, KeyClass, NewJob, Row, params};

/// The job after somebody's care ended, or their record was erased: cards and plan go too.
pub const CARE_OVER: &str = "person.care_over";

/// May whoever acts do this with the record of this person, in whose name it is asked?
///
/// # Errors
/// When it is refused.
pub fn may(cx: &mut Cx<'_>, person: PersonId, why: &For, action: Action) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, action, &facts)
}

/// Who speaks for somebody now, for whoever has asked the policy or tells them something.
pub fn spoken_for(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<GuardianLine>> {
    guardians_of(cx, person)
}

/// What of a record tells somebody apart, for the candidate search.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    /// Empty: not known.
    pub sex: String,
    pub birth_year: Option<i16>,
    pub language: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
}

/// One person, for whoever has asked the policy. None: in care no longer.
pub fn known(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Known>> {
    Ok(known_of(cx, &[person])?.remove(&person))
}

/// Everybody in care of the district, for whoever asks the policy about each of them.
pub fn everybody(cx: &mut Cx<'_>) -> Result<Vec<PersonId>> {
    let sql = "SELECT id FROM person WHERE district_id = $1 AND ended_at IS NULL ORDER BY id";
    Ok(cx.query(sql, params![cx.district()])?.iter().map(|r| r.id("id")).collect::<std::result::Result<_, _>>()?)
}

/// Since when somebody is in care no longer, and why; for whoever has asked the policy.
pub fn how_ended(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<(Moment, EndReason)>> {
    let sql = "SELECT ended_at, end_reason FROM person WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![person, cx.district()])?;
    let reason = row.opt_text("end_reason")?.as_deref().and_then(EndReason::from_code);
    Ok(row.opt_moment("ended_at")?.zip(reason))
}

/// Those of these people who are in care. Only for the search, which agreed people may be looked through by.
pub fn known_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Known>> {
    let mut out = HashMap::new();
    for chunk in people.chunks(200) {
        let subjects: Vec<uuid::Uuid> = chunk.iter().map(|p| p.0).collect();
        cx.load_subject_keys(KeyClass::Identity, &subjects)?;
        cx.load_subject_keys(KeyClass::Contact, &subjects)?;
        let sql = format!(
            "SELECT id, identity, contact FROM person WHERE district_id = $1 AND ended_at IS NULL AND id IN ({})",
            marks(2, chunk.len())
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(ids(chunk.iter().copied()));
        for row in &cx.query(&sql, &values)? {
            let id: PersonId = row.id("id")?;
            let identity: Identity = sealed(cx, id, row, "identity", KeyClass::Identity)?;
            let contact: Contact = sealed(cx, id, row, "contact", KeyClass::Contact)?;
            out.insert(
                id,
                Known {
                    name: identity.name,
                    sex: identity.sex,
                    birth_year: identity.birth_year,
                    language: contact.language,
                    address: contact.address,
                    phone: contact.phone,
                },
            );
        }
    }
    Ok(out)
}

fn sealed<T: serde::de::DeserializeOwned + Default>(
    cx: &mut Cx<'_>,
    id: PersonId,
    row: &Row,
    column: &str,
    class: KeyClass,
) -> Result<T> {
    match row.opt_blob(column)? {
        Some(sealed) => unseal(cx, class, id.0, &sealed),
        None => Ok(T::default()),
    }
}

/// Somebody, and every record that was joined into theirs: what stands under the id of one was about the same person.
pub fn joined_with(cx: &mut Cx<'_>, person: PersonId) -> std::result::Result<Vec<PersonId>, store::Error> {
    let sql = "SELECT id FROM person WHERE joined_into = $1 AND district_id = $2 ORDER BY id";
    let mut all = vec![person];
    for row in &cx.query(sql, params![person, cx.district()])? {
        all.push(row.id("id")?);
    }
    Ok(all)
}

/// Where each of these people lives, with what lies above.
pub fn areas_of_all(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<AreaId>>> {
    let mut out: HashMap<PersonId, Vec<AreaId>> = HashMap::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT person_id, area_id FROM person_area WHERE district_id = $1 AND person_id IN ({})",
            marks(2, chunk.len())
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(ids(chunk.iter().copied()));
        for row in &cx.query(&sql, &values)? {
            out.entry(row.id("person_id")?).or_default().push(row.id("area_id")?);
        }
    }
    Ok(out)
}

/// Of these people those who are in care now.
pub fn in_care_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashSet<PersonId>> {
    let mut out = HashSet::new();
    for chunk in people.chunks(200) {
        let marks = marks(2, chunk.len());
        let sql = format!("SELECT id FROM person WHERE district_id = $1 AND ended_at IS NULL AND id IN ({marks})");
        let mut values = params![cx.district()].to_vec();
        values.extend(ids(chunk.iter().copied()));
        for row in &cx.query(&sql, &values)? {
            out.insert(row.id("id")?);
        }
    }
    Ok(out)
}

/// Tells `care`, in the transaction of the end.
pub(super) fn care_is_over(cx: &mut Cx<'_>, person: PersonId) -> std::result::Result<(), store::Error> {
    for record in joined_with(cx, person)? {
        let key = format!("{record}/{}", cx.now.micros());
        cx.enqueue(NewJob { kind: CARE_OVER, key, run_at: cx.now, payload: json!({ "person": record }) })?;
    }
    Ok(())
}

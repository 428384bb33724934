//! What people ask about their own record: everything that is written down, a field put right, all of it erased. The request
//! that asks for it, who decides and who approves, is `matters`'; here is what is done then.

use super::keep::{checked_contact, checked_identity, write_tokens};
use super::open::{guardians_of, part_of, row};
use super::seal;
use crate::app::{allow, consents, demands, line, opt_line};
use crate::model::codes;
use crate::model::person::{Contact, Health, Identity, Location, Part};
use crate::policy::{Action, DataRequestFacts, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{DataRequestId, PersonId};
use serde_json::json;
use store::{Cx, KeyClass, params};

/// What of somebody is kept: which part, the name of the field, what stands there. In the order it is printed.
pub type Kept = Vec<(&'static str, &'static str, String)>;

/// What a crate keeps of somebody, for the copy that they asked for; it asks the policy itself.
pub type KeptBy = fn(&mut Cx<'_>, PersonId, DataRequestFacts) -> std::result::Result<Kept, store::Error>;

/// Crates that keep something of people and that `matters`, which makes the copy, does not know: they enter themselves at the start of
/// the program.
#[derive(Debug, Default)]
pub struct Keepers(std::sync::Mutex<std::collections::BTreeMap<&'static str, KeptBy>>);

impl Keepers {
    pub fn enter(&self, name: &'static str, keeper: KeptBy) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name, keeper);
    }
    pub fn all(&self) -> Vec<KeptBy> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).values().copied().collect()
    }
}

codes! {
    /// A field that can be put right.
    Field {
        Name = "name",
        Sex = "sex",
        BirthYear = "birth_year",
        IdNumber = "id_number",
        Phone = "phone",
        Address = "address",
        Language = "language",
        Health = "health",
        Haunts = "haunts",
    }
}

/// Everything that is written down about somebody, for the copy that they asked for and a second person approves.
pub fn copy_of_record(cx: &mut Cx<'_>, person: PersonId, of: DataRequestFacts) -> Result<Kept> {
    allow(cx, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    let mut out = Kept::new();
    if let Some(i) = part_of::<Identity>(cx, person, Part::Identity)? {
        out.push(("identity", "name", i.name));
        out.push(("identity", "sex", i.sex));
        out.push(("identity", "birth_year", i.birth_year.map(|y| y.to_string()).unwrap_or_default()));
        out.push(("identity", "id_number", i.id_number.unwrap_or_default()));
    }
    if let Some(c) = part_of::<Contact>(cx, person, Part::Contact)? {
        out.push(("contact", "phone", c.phone.unwrap_or_default()));
        out.push(("contact", "address", c.address.unwrap_or_default()));
        out.push(("contact", "language", c.language.unwrap_or_default()));
    }
    if let Some(h) = part_of::<Health>(cx, person, Part::Health)? {
        out.push(("health", "health", h.notes));
    }
    if let Some(l) = part_of::<Location>(cx, person, Part::Location)? {
        out.push(("location", "home", l.home.map(|(lon, lat)| format!("{lat:.5}, {lon:.5}")).unwrap_or_default()));
        out.push(("location", "haunts", l.haunts));
    }
    for g in guardians_of(cx, person)? {
        let who = g.who.unwrap_or_default();
        out.push(("guardians", "guardian", who.name));
        out.push(("guardians", "relation", who.relation));
        out.push(("guardians", "guardian_phone", g.phone.unwrap_or_default()));
    }
    for c in consents::all_of(cx, person)? {
        let said = [c.part.code(), c.answer.code(), c.by.code(), c.aim.code(), c.way.code(), &c.witness].join(" / ");
        out.push(("consents", "said", said));
        out.push(("consents", "at", c.at.rfc3339()));
        out.push(("consents", "ended_at", c.ended_at.map(kernel::Moment::rfc3339).unwrap_or_default()));
    }
    for d in demands::told_of(cx, person)? {
        out.push(("demands", "document", d.document));
        out.push(("demands", "authority", d.authority));
        out.push(("demands", "at", d.exported_at.rfc3339()));
    }
    let sql =
        "SELECT first_at, told_at FROM break_glass_person WHERE person_id = $1 AND district_id = $2 ORDER BY first_at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("break_glass", "at", r.moment("first_at")?.rfc3339()));
        out.push(("break_glass", "told_at", r.opt_moment("told_at")?.map(kernel::Moment::rfc3339).unwrap_or_default()));
    }
    let sql =
        "SELECT issued_at, expires_at FROM person_link WHERE person_id = $1 AND district_id = $2 ORDER BY issued_at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("links", "at", r.moment("issued_at")?.rfc3339()));
        out.push(("links", "until", r.moment("expires_at")?.rfc3339()));
    }
    let sql = "SELECT at FROM person_move WHERE person_id = $1 AND district_id = $2 ORDER BY at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("moves", "at", r.moment("at")?.rfc3339()));
    }
    out.retain(|(_, _, value)| !value.is_empty());
    Ok(out)
}

/// Puts one field right, as the person said. Whoever decides need not see the record for it.
pub fn correct_field(
    cx: &mut Cx<'_>,
    person: PersonId,
    request: DataRequestId,
    field: Field,
    value: &str,
    of: DataRequestFacts,
) -> Result<()> {
    allow(cx, Action::DecideDataRequest, &ResourceFacts::DataRequest(of))?;
    cx.lock(&format!("person/{person}"))?;
    row(cx, person)?;
    let some = || Some(value.trim().to_owned()).filter(|v| !v.is_empty());
    let (part, sealed) = match field {
        Field::Name | Field::Sex | Field::BirthYear | Field::IdNumber => {
            let mut i: Identity = part_of(cx, person, Part::Identity)?.unwrap_or_default();
            match field {
                Field::Name => value.clone_into(&mut i.name),
                Field::Sex => i.sex = sex(value).into(),
                Field::BirthYear => {
                    let year =
                        value.trim().parse().map_err(|_| Error::Invalid { field: "birth_year", why: "range" })?;
                    i.birth_year = Some(year);
                }
                _ => i.id_number = some(),
            }
            let i = checked_identity(&i)?;
            if field == Field::Name {
                write_tokens(cx, person, &i.name)?;
            }
            (Part::Identity, seal(cx, KeyClass::Identity, person.0, &i)?)
        }
        Field::Phone | Field::Address | Field::Language => {
            let mut c: Contact = part_of(cx, person, Part::Contact)?.unwrap_or_default();
            match field {
                Field::Phone => c.phone = some(),
                Field::Address => c.address = some(),
                _ => c.language = some(),
            }
            let c = checked_contact(&c)?;
            (Part::Contact, seal(cx, KeyClass::Contact, person.0, &c)?)
        }
        Field::Health => {
            agreed(cx, person, Part::Health)?;
            let h = Health { notes: line("health", value, 2_000)? };
            (Part::Health, seal(cx, KeyClass::Health, person.0, &h)?)
        }
        Field::Haunts => {
            agreed(cx, person, Part::Location)?;
            let l: Location = part_of(cx, person, Part::Location)?.unwrap_or_default();
            let haunts = opt_line("haunts", Some(value), 2_000)?.unwrap_or_default();
            (Part::Location, seal(cx, KeyClass::Location, person.0, &Location { haunts, ..l })?)
        }
    };
    let sql = format!("UPDATE person SET {} = $1, version = version + 1 WHERE id = $2", part.code());
    cx.execute(&sql, params![sealed, person])?;
    let payload = json!({ "parts": [part.code()], "field": field.code(), "request": request });
    cx.record("person.changed", "person", person.0, &payload)?;
    Ok(())
}

fn agreed(cx: &mut Cx<'_>, person: PersonId, part: Part) -> Result<()> {
    if consents::in_force(cx, person, part)? { Ok(()) } else { Err(Error::Refused("no-consent")) }
}

/// As somebody writes it; anything else is refused with the field.
fn sex(value: &str) -> &str {
    match value.trim() {
        "女" | "female" | "Female" => "f",
        "男" | "male" | "Male" => "m",
        other => other,
    }
}

/// Days for which the link still opens the page that says it is done.
const LINK_DAYS: i64 = 30;

/// Erases somebody: the keys of all their parts are destroyed, so that no older copy can be read either, and the rows go.
/// What stays holds ids and dates: that there was a consent, who looked, that it was erased.
pub fn erase_person(cx: &mut Cx<'_>, person: PersonId, request: DataRequestId, of: DataRequestFacts) -> Result<()> {
    allow(cx, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    cx.lock(&format!("person/{person}"))?;
    row(cx, person)?;
    erase_all(cx, person)?;
    cx.record("person.erased", "person", person.0, &json!({ "request": request }))?;
    Ok(())
}

/// The keys and the rows, for whoever has decided it: a person asked, or the time is over. With them goes every record that was joined
/// into theirs.
pub(crate) fn erase_all(cx: &mut Cx<'_>, person: PersonId) -> std::result::Result<(), store::Error> {
    let also = super::joined_with(cx, person)?;
    also.into_iter().try_for_each(|record| erase_one(cx, record))
}

fn erase_one(cx: &mut Cx<'_>, person: PersonId) -> std::result::Result<(), store::Error> {
    crate::app::joins::forget(cx, person)?;
    for part in Part::ALL {
        cx.destroy_subject_key(part.class(), person.0)?;
    }
    super::circle::care_is_over(cx, person)?;
    let sql = "SELECT id FROM consent WHERE person_id = $1 AND district_id = $2";
    let witnesses = cx.query(sql, params![person, cx.district()])?;
    let witnesses = witnesses.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<_>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &witnesses)?;
    cx.execute("UPDATE consent SET guardian_id = NULL WHERE person_id = $1", params![person])?;
    for table in ["guardian", "person_token", "person_move", "person_import_key"] {
        cx.execute(&format!("DELETE FROM {table} WHERE person_id = $1"), params![person])?;
    }
    cx.execute("DELETE FROM person_area WHERE person_id = $1", params![person])?;
    let sql = "UPDATE person_link SET guardian_id = NULL, expires_at = $1 WHERE person_id = $2 AND expires_at > $1";
    cx.execute(sql, params![cx.now.plus_days(LINK_DAYS), person])?;
    cx.execute("DELETE FROM person WHERE id = $1 AND district_id = $2", params![person, cx.district()])?;
    Ok(())
}

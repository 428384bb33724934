//! Neighbour watch (N6): the elder, or who speaks for them, names a neighbour; the neighbour agrees, and has one button. Who was named
//! is read by the elder, the family and the place where they live. The code of the link stands on what the neighbour got and nowhere
//! else; here is its keyed hash.

mod desk;
mod family;
mod press;
mod rules;
mod worry;

pub use desk::{Caller, OfElder, Open, Presser, WorryLine, by_phone, list, open, press_for, step, waiting};
pub use family::{Teller, family_of, tell_guardian, tellers};
pub use press::{Link, Pressed, SeenWorry, agree, find, leave, press, view};
pub use rules::{rules, set_rules};
pub use worry::{RING, TellWorry, ring, told};

use super::{line, phone, seal, unseal_left, words};
use crate::ground::lives;
use crate::model::watch::{AgreedWay, Step};
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId};
use kernel::{Moment, text};
use people::app::consents::By;
use people::app::links::Holder;
use people::app::persons::{self, For};
use people::policy::{Action, PersonFacts, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Signal after a worry began, moved or ended; the subject is the worry.
pub const CHANGED: &str = "worry";
/// Neighbours of one elder, at most.
pub const MOST: usize = 3;
/// Characters of a code: 80 random bits.
pub const CODE_CHARS: usize = 16;

/// Who asks about the neighbours of somebody.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    /// The person or a guardian, with a letter that a second person stands for.
    Letter(Holder),
    /// Core and front line where the person lives.
    Desk,
}

impl Side {
    /// On whose word something is done; at the desk, as it was said there.
    pub(crate) const fn by(self, said: By) -> By {
        match self {
            Self::Letter(of) if of.guardian.is_some() => By::Guardian,
            Self::Letter(_) => By::Subject,
            Self::Desk => said,
        }
    }
}

/// What is kept of a neighbour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    pub phone: String,
    /// What the neighbour calls the elder: on the neighbour's page.
    pub called: String,
}

#[derive(Debug, Clone)]
pub struct NewNeighbour {
    /// Made with the form: a form that is sent twice names one neighbour.
    pub key: Uuid,
    pub name: String,
    pub phone: String,
    pub called: String,
    /// At the desk: who of both sides asked for it, and how the neighbour said yes.
    pub by: By,
    pub agreed: Option<AgreedWay>,
}

/// One who was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub id: Uuid,
    /// None: gone, and their name with them.
    pub who: Option<Named>,
    pub since: Moment,
    pub agreed_at: Option<Moment>,
    pub ended_at: Option<Moment>,
}

/// The code, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    pub id: Uuid,
    pub code: String,
}

/// Never printed by accident.
impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A worry as the elder, the family and the place read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub id: Uuid,
    pub at: Moment,
    /// Who pressed; none: a neighbour who is gone.
    pub pressed: Vec<Option<String>>,
    pub steps: Vec<(Moment, Step, Option<AccountId>)>,
    pub ended_at: Option<Moment>,
}

/// Who looks out for somebody, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfPerson {
    pub neighbours: Vec<Neighbour>,
    pub worries: Vec<Past>,
}

/// May whoever acts do this about this person?
pub(crate) fn may(cx: &mut Cx<'_>, person: PersonId, side: Side, action: Action) -> Result<()> {
    match side {
        Side::Letter(of) if of.person == person => Ok(persons::may(cx, person, &For::Letter(of), action)?),
        Side::Letter(_) => Err(store::Error::NotFound.into()),
        Side::Desk => {
            let here = lives(cx, person)?;
            let facts =
                PersonFacts { id: Some(person), areas: here.areas, posts: here.posts, ..PersonFacts::default() };
            Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::Person(facts))?)
        }
    }
}

fn lock(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    Ok(cx.lock(&format!("watch/{person}"))?)
}

fn code_hash(cx: &Cx<'_>, code: &str) -> [u8; 32] {
    let typed = text::normalise_code(code).unwrap_or_default();
    cx.keyed_hash(KeyClass::Contact, format!("neighbour:{typed}").as_bytes())
}

fn phone_hash(cx: &Cx<'_>, digits: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Contact, format!("neighbour-phone:{digits}").as_bytes())
}

/// Names and numbers are read and logged once.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId, side: Side) -> Result<OfPerson> {
    may(cx, person, side, Action::ViewWatch)?;
    cx.record_read("person", person.0, &["neighbours"])?;
    Ok(OfPerson { neighbours: all(cx, person)?, worries: past(cx, person)? })
}

/// Those who look out now, for whoever has asked the policy.
pub(crate) fn all(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Neighbour>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM care_neighbour WHERE person_id = $1 AND district_id = $2 AND ended_at IS NULL ORDER BY since, id"
    );
    let rows = cx.query(&sql, params![person, cx.district()])?;
    rows.iter().map(|row| read(cx, row)).collect()
}

const COLUMNS: &str = "id, person_id, sealed, since, agreed_at, ended_at";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Neighbour> {
    let id = row.uuid("id")?;
    Ok(Neighbour {
        id,
        who: unseal_left(cx, KeyClass::Contact, id, row.opt_blob("sealed")?)?,
        since: row.moment("since")?,
        agreed_at: row.opt_moment("agreed_at")?,
        ended_at: row.opt_moment("ended_at")?,
    })
}

fn past(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Past>> {
    let sql = "SELECT id, at, ended_at FROM care_worry WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC, id DESC LIMIT 20";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = row.uuid("id")?;
        let pressed = desk::pressers(cx, id)?.into_iter().map(|p| p.who.map(|w| w.name)).collect();
        out.push(Past {
            id,
            at: row.moment("at")?,
            pressed,
            steps: worry::steps(cx, id)?,
            ended_at: row.opt_moment("ended_at")?,
        });
    }
    Ok(out)
}

/// Names a neighbour and makes their link. From a letter the neighbour is asked on the page of the link; at the desk whoever writes
/// it down heard them say yes.
///
/// # Errors
/// Whoever may not, a field that is wrong, or a neighbour who is named already.
pub fn name(cx: &mut Cx<'_>, person: PersonId, side: Side, new: &NewNeighbour) -> Result<Issued> {
    may(cx, person, side, Action::NameNeighbour)?;
    lock(cx, person)?;
    persons::in_care(cx, person)?;
    let who = Named {
        name: line("name", &new.name, 40)?,
        phone: phone("phone", Some(&new.phone))?.ok_or(Error::Invalid { field: "phone", why: "missing" })?,
        called: words("called", &new.called, 20)?.replace('\n', " "),
    };
    let (guardian, agreed) = match side {
        Side::Letter(of) => (of.guardian, None),
        Side::Desk if new.agreed.is_none() => return Err(Error::Invalid { field: "agreed", why: "missing" }),
        Side::Desk => (None, new.agreed),
    };
    let by = side.by(new.by);
    let hash = phone_hash(cx, &who.phone);
    let sql = "SELECT id, person_id, ended_at, phone_hash FROM care_neighbour WHERE id = $1 OR (person_id = $2 AND ended_at IS NULL)";
    for row in &cx.query(sql, params![new.key, person])? {
        if row.uuid("id")? == new.key {
            let same = row.id::<PersonId>("person_id")? == person && row.opt_moment("ended_at")?.is_none();
            return if same { renew(cx, person, new.key) } else { Err(store::Error::NotFound.into()) };
        }
        if row.opt_blob("phone_hash")?.is_some_and(|h| h == hash) {
            return Err(Error::Refused("watch-twice"));
        }
    }
    if all(cx, person)?.len() >= MOST {
        return Err(Error::Refused("watch-many"));
    }
    let sealed = seal(cx, KeyClass::Contact, new.key, &who)?;
    cx.execute(
        "INSERT INTO care_neighbour (id, district_id, person_id, sealed, phone_hash, named_by, guardian_id, since, agreed_at, \
         agreed_way, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
        params![
            new.key,
            cx.district(),
            person,
            sealed,
            hash,
            by.code(),
            guardian,
            cx.now,
            agreed.map(|_| cx.now),
            agreed.map(AgreedWay::code)
        ],
    )?;
    let payload = json!({ "neighbour": new.key, "by": by.code(), "agreed": agreed.map(AgreedWay::code) });
    cx.record("care.neighbour_named", "person", person.0, &payload)?;
    renew(cx, person, new.key)
}

/// A new link for a neighbour; the old one opens nothing any more.
pub fn new_link(cx: &mut Cx<'_>, person: PersonId, side: Side, neighbour: Uuid) -> Result<Issued> {
    may(cx, person, side, Action::NameNeighbour)?;
    lock(cx, person)?;
    renew(cx, person, neighbour)
}

fn renew(cx: &mut Cx<'_>, person: PersonId, neighbour: Uuid) -> Result<Issued> {
    let mut bytes = [0u8; CODE_CHARS];
    cx.ids().fill(&mut bytes);
    let code = text::code_from(&bytes, CODE_CHARS);
    let sql = "UPDATE care_neighbour SET code_hash = $1, version = version + 1 WHERE id = $2 AND person_id = $3 \
               AND district_id = $4 AND ended_at IS NULL";
    let hash = code_hash(cx, &code);
    if cx.execute(sql, params![hash, neighbour, person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("care.neighbour_link", "person", person.0, &json!({ "neighbour": neighbour }))?;
    Ok(Issued { id: neighbour, code })
}

/// They look out no longer. Their link opens nothing from now on; their name goes once no worry of theirs is open.
pub fn end(cx: &mut Cx<'_>, person: PersonId, side: Side, neighbour: Uuid) -> Result<()> {
    may(cx, person, side, Action::NameNeighbour)?;
    let by = match side {
        Side::Letter(of) if of.guardian.is_some() => "guardian",
        Side::Letter(_) => "subject",
        Side::Desk => "desk",
    };
    end_one(cx, person, neighbour, by)
}

fn end_one(cx: &mut Cx<'_>, person: PersonId, neighbour: Uuid, by: &str) -> Result<()> {
    lock(cx, person)?;
    let sql = "UPDATE care_neighbour SET ended_at = $1, ended_by = $2, code_hash = NULL, phone_hash = NULL, version = version + 1 \
               WHERE id = $3 AND person_id = $4 AND district_id = $5 AND ended_at IS NULL";
    if cx.execute(sql, params![cx.now, by, neighbour, person, cx.district()])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("care.neighbour_ended", "person", person.0, &json!({ "neighbour": neighbour, "by": by }))?;
    forget(cx, person)
}

/// Names of those who are gone and whose worries are over.
fn forget(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "SELECT n.id FROM care_neighbour n WHERE n.person_id = $1 AND n.ended_at IS NOT NULL AND n.sealed IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM care_worry_press p JOIN care_worry w ON w.id = p.worry_id \
               WHERE p.neighbour_id = n.id AND w.ended_at IS NULL)";
    let rows = cx.query(sql, params![person])?;
    let gone = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    cx.destroy_subject_keys(KeyClass::Contact, &gone)?;
    for id in gone {
        cx.execute("UPDATE care_neighbour SET sealed = NULL WHERE id = $1", params![id])?;
    }
    Ok(())
}

/// For the copy of their own data. A neighbour's name and number are the neighbour's.
pub(crate) fn kept(cx: &mut Cx<'_>, person: PersonId, out: &mut persons::Kept) -> Result<()> {
    for neighbour in all(cx, person)? {
        out.push(("neighbours", "at", neighbour.since.rfc3339()));
    }
    for worry in past(cx, person)? {
        out.push(("worries", "at", worry.at.rfc3339()));
        for (at, step, _) in worry.steps {
            out.push(("worries", "step", step.code().to_owned()));
            out.push(("worries", "at", at.rfc3339()));
        }
    }
    Ok(())
}

/// The end of somebody's care: no link opens any more, and what is open is over.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    lock(cx, person)?;
    let sql = "UPDATE care_worry SET ended_at = $1, outcome = 'care-over', ring_at = NULL, version = version + 1 \
               WHERE person_id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, person])?;
    for neighbour in all(cx, person)? {
        end_one(cx, person, neighbour.id, "care")?;
    }
    family::erase(cx, person)?;
    forget(cx, person)
}

/// The record was erased: worries go with it.
pub(crate) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let rows = cx.query("SELECT id FROM care_worry WHERE person_id = $1", params![person])?;
    for row in &rows {
        erase_worry(cx, row.uuid("id")?)?;
    }
    cx.execute("DELETE FROM care_neighbour WHERE person_id = $1", params![person])?;
    family::erase(cx, person)
}

pub(crate) fn erase_worry(cx: &mut Cx<'_>, id: Uuid) -> std::result::Result<(), store::Error> {
    for table in ["care_worry_press", "care_worry_step"] {
        cx.execute(&format!("DELETE FROM {table} WHERE worry_id = $1"), params![id])?;
    }
    cx.execute("DELETE FROM care_worry WHERE id = $1", params![id])?;
    Ok(())
}

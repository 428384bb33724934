//! Residents in care. There is no list of them: somebody is found by name and opened only in the name of an open matter
//! of one's own, or within a break-glass window, and each look is an entry of the log (R5, R6).

mod alike;
mod care;
mod circle;
mod find;
mod home;
mod import;
mod keep;
mod open;
mod own;
mod own_rows;

pub(crate) use alike::agreement;
pub use alike::{Alike, With, alike};
pub use care::{
    EndReason, Moved, Registered, end_care, ended, in_care, move_person, moves, register_within, resume_care,
};
pub use circle::{
    CARE_OVER, Known, areas_of_all, everybody, how_ended, in_care_of, joined_with, known, known_of, may, spoken_for,
};
pub use find::{Found, find_person, lookups_left, spend};
pub use home::{Living, count_living, homes, ids_living, lived, living, named_living};
pub use import::{ResidentReport, ResidentRow, check_residents, import_joined, import_residents};
pub use keep::{ChangeRecord, add_guardian, change_record, end_guardian, register_person, say_language};
pub(crate) use keep::{erase_part, move_to, write_tokens};
pub use open::{GuardianLine, Record, Shown, areas_of, exists, open_record};
pub(crate) use open::{guardians_of as open_guardians, part_of, row};
pub(crate) use own::erase_all;
pub use own::{Field, Keepers, Kept, KeptBy, copy_of_record, correct_field, erase_person};
pub use own_rows::{COLUMNS as GUARDIAN_COLUMNS, gone as gone_records, own_key};

use super::links::{self, Holder};
use crate::model::person::Part;
use crate::policy::{Action, CaseFacts, MatterFacts, PersonFacts, ResourceFacts};
use crate::{Error, Result};
use kernel::Purpose;
use kernel::ids::{AreaId, PersonId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Cx, KeyClass, Value, params};
use uuid::Uuid;

/// In whose name a record is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum For {
    /// An open matter, which is about the person (or, for a search, may turn out to be).
    Matter(Box<MatterFacts>),
    /// An open case of a lost elder, who was found to be the person.
    Case(Box<CaseFacts>),
    /// The break-glass window of the `Cx`'s purpose.
    Window,
    /// The person's own link.
    Own,
    /// The same, with the letter it is on: what is said with it is said by whoever holds it.
    Letter(Holder),
}

/// What the policy needs to know about a record and why it is asked for.
pub(crate) fn person_facts(cx: &mut Cx<'_>, id: Option<PersonId>, why: &For) -> Result<ResourceFacts> {
    let areas = match id {
        Some(id) => areas_of(cx, id)?,
        None => Vec::new(),
    };
    let mut facts = PersonFacts { id, areas, ..PersonFacts::default() };
    match (why, cx.purpose) {
        (For::Matter(m), _) => facts.matter = Some((**m).clone()),
        (For::Case(c), _) => facts.case = Some(c.clone()),
        (For::Window, Purpose::BreakGlass(window)) => facts.window = super::break_glass::runs_for(cx, window)?,
        (For::Letter(holder), _) => facts.letter = links::stands(cx, holder)?,
        (For::Window | For::Own, _) => {}
    }
    Ok(ResourceFacts::Person(facts))
}

/// The action that shows a part.
pub const fn view_of(part: Part) -> Action {
    match part {
        Part::Identity => Action::ViewIdentity,
        Part::Contact => Action::ViewContact,
        Part::Health => Action::ViewHealth,
        Part::Location => Action::ViewLocation,
    }
}

/// 48 bits of the keyed hash: enough to find, too few to be sure of a name that was guessed.
fn token(cx: &Cx<'_>, text: &str) -> i64 {
    let hash = cx.keyed_hash(KeyClass::Identity, text.as_bytes());
    hash.iter().take(6).fold(0, |n, b| (n << 8) | i64::from(*b))
}

pub(crate) fn seal<T: Serialize>(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, value: &T) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|_| Error::Store(store::Error::Sealed("cannot be written")))?;
    Ok(cx.seal(class, of, &plain)?)
}

pub(crate) fn unseal<T: DeserializeOwned>(cx: &mut Cx<'_>, class: KeyClass, of: Uuid, sealed: &[u8]) -> Result<T> {
    let plain = cx.open(class, of, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::Store(store::Error::Sealed("cannot be read")))
}

fn write_areas(cx: &mut Cx<'_>, id: PersonId, areas: &[AreaId]) -> Result<()> {
    cx.execute("DELETE FROM person_area WHERE person_id = $1", params![id])?;
    for area in areas {
        let sql =
            "INSERT INTO person_area (person_id, area_id, district_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        cx.execute(sql, params![id, *area, cx.district()])?;
    }
    Ok(())
}

fn ids(values: impl IntoIterator<Item = impl Into<Value>>) -> Vec<Value> {
    values.into_iter().map(Into::into).collect()
}

//! The photo of an elder: only while somebody agrees that one is kept, sealed under a key of its own. Withdrawing destroys the key
//! and the bytes in the same transaction; a new one destroys the old. No face is ever compared with it (R8).

use super::consents;
use crate::model::plan::Consented;
use crate::{Error, Result};
use kernel::ids::PersonId;
use people::app::persons::{self, For};
use people::policy::Action;
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Largest picture that is kept, in bytes; whoever brings it has made it small.
pub const MOST_BYTES: usize = 1_000_000;

/// A picture with its size.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Written anew by whoever brought it: a picture and nothing else.
    pub jpeg: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Never printed by accident.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture").field("width", &self.width).finish_non_exhaustive()
    }
}

/// Keeps a photo instead of the one that is there.
///
/// # Errors
/// When it may not be written for this purpose, or nobody agreed that one is kept.
pub fn put(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &Picture) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    if !consents::in_force(cx, person, Consented::Photo)? {
        return Err(Error::Refused("no-consent-photo"));
    }
    if new.jpeg.len() > MOST_BYTES {
        return Err(Error::Invalid { field: "photo", why: "too-long" });
    }
    erase(cx, person)?;
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, &new.jpeg)?;
    cx.execute(
        "INSERT INTO care_photo (person_id, district_id, photo_id, sealed, width, height, at, by_actor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            person,
            cx.district(),
            id,
            sealed,
            i64::from(new.width),
            i64::from(new.height),
            cx.now,
            cx.actor.log_name()
        ],
    )?;
    cx.record("care.photo_written", "person", person.0, &json!({ "photo": id }))?;
    Ok(())
}

/// Takes it away; the bytes are gone.
pub fn remove(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<()> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    erase(cx, person)
}

/// The picture, for whoever may open the plan. One entry of the log.
///
/// # Errors
/// When it may not be seen for this purpose.
pub fn view(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Option<Picture>> {
    persons::may(cx, person, why, Action::OpenPlan)?;
    shown(cx, person)
}

/// The same, for whoever has asked the policy already: a helper while they help, the card.
pub fn shown(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Picture>> {
    if !consents::in_force(cx, person, Consented::Photo)? {
        return Ok(None);
    }
    let sql = "SELECT photo_id, sealed, width, height FROM care_photo WHERE person_id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    let jpeg = match cx.open(KeyClass::Text, row.uuid("photo_id")?, &row.blob("sealed")?) {
        Err(store::Error::Erased) => return Ok(None),
        bytes => bytes?,
    };
    cx.record_read("person", person.0, &["photo"])?;
    let side = |name| -> Result<u32> { Ok(u32::try_from(row.i64(name)?).unwrap_or(0)) };
    Ok(Some(Picture { jpeg, width: side("width")?, height: side("height")? }))
}

/// Whether there is one that may be shown at all, without opening it.
pub fn is_there(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM care_photo WHERE person_id = $1 AND district_id = $2";
    let there = cx.query_opt(sql, params![person, cx.district()])?.is_some();
    Ok(there && consents::in_force(cx, person, Consented::Photo)?)
}

/// May a finder see it now? Two answers are needed: that one is kept, and that strangers see it.
pub(crate) fn on_card(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    Ok(is_there(cx, person)? && consents::in_force(cx, person, Consented::PhotoCard)?)
}

/// Destroys the key and the bytes.
pub(crate) fn erase(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "SELECT photo_id FROM care_photo WHERE person_id = $1 AND district_id = $2";
    if let Some(row) = cx.query_opt(sql, params![person, cx.district()])? {
        let id = row.uuid("photo_id")?;
        cx.destroy_subject_key(KeyClass::Text, id)?;
        cx.execute("DELETE FROM care_photo WHERE person_id = $1", params![person])?;
        cx.record("care.photo_erased", "person", person.0, &json!({ "photo": id }))?;
    }
    Ok(())
}

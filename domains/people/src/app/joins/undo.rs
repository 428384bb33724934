//! Taking a join back: the other record is in care again with everything that came from it and is still there, changed or not. What was
//! written since about the kept one stays with the kept one.

use super::fields::{Taken, healthy, located, write};
use super::{Follower, Joined, Pair, Places, REASON, follow, found_by, hinders, lock, may, one, told};
use crate::app::persons::{self, move_to, part_of, unseal};
use crate::app::{Geography, line};
use crate::model::person::{Contact, Health, Identity, Location, Part};
use crate::{Error, Result};
use kernel::ids::AreaId;
use serde::de::DeserializeOwned;
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Takes a join back. The same once more changes nothing.
///
/// # Errors
/// When both are not where whoever asks works; when it cannot be taken back any more, and why.
pub fn undo(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    places: Places,
    id: Uuid,
    reason: &str,
    followers: &[Follower],
) -> Result<()> {
    may(cx, places)?;
    let reason = line("reason", reason, REASON)?;
    let join = one(cx, id)?;
    lock(cx, join.pair)?;
    let join = one(cx, join.id)?;
    if join.undone.is_some() {
        return Ok(());
    }
    if let Some(why) = stuck(cx, &join, followers)? {
        return Err(Error::Refused(why));
    }
    let pair = join.pair;
    let sql =
        "SELECT was_identity, was_contact, was_health, was_location, was_area, away_key FROM person_join WHERE id = $1";
    let was = cx.query_one(sql, params![id])?;
    put_back(cx, geography, &join, &was)?;
    let sql =
        "UPDATE person SET ended_at = NULL, end_reason = NULL, joined_into = NULL, version = version + 1 WHERE id = $1";
    cx.execute(sql, params![pair.away])?;
    found_by(cx, pair.away)?;
    if let Some(key) = was.opt_blob("away_key")? {
        take_key(cx, pair, &key)?;
    }
    let moved = follow::bring_back(cx, id, pair, followers)?;
    cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", params![pair.kept])?;
    let sealed = cx.seal(KeyClass::Text, id, reason.as_bytes())?;
    let sql = "UPDATE person_join SET undone_at = $1, undone_by = $2, undo_reason = $3, was_identity = NULL, was_contact = NULL, \
               was_health = NULL, was_location = NULL WHERE id = $4";
    cx.execute(sql, params![cx.now, cx.actor.account_id(), sealed, id])?;
    cx.execute("DELETE FROM person_join_row WHERE join_id = $1", params![id])?;
    let payload = json!({ "join": id, "other": pair.away, "rows": moved });
    cx.record("person.join_undone", "person", pair.kept.0, &payload)?;
    cx.record("person.put_back", "person", pair.away.0, &json!({ "join": id, "from": pair.kept }))?;
    for follower in followers {
        (follower.after)(cx, pair)?;
    }
    Ok(())
}

/// Why it cannot be taken back any more: the end of a key `rule-record-…`.
pub fn stuck(cx: &mut Cx<'_>, join: &Joined, followers: &[Follower]) -> Result<Option<&'static str>> {
    let pair = join.pair;
    if !persons::exists(cx, pair.kept)? || !persons::exists(cx, pair.away)? {
        return Ok(Some("join-erased"));
    }
    if super::kept_of(cx, pair.kept)?.is_some() {
        return Ok(Some("join-later"));
    }
    if persons::in_care(cx, pair.kept).is_err() {
        return Ok(Some("join-over"));
    }
    let sql = "SELECT 1 AS one FROM person_join WHERE kept_id = $1 AND district_id = $2 AND undone_at IS NULL AND id <> $3 \
               AND at >= $4";
    if cx.query_opt(sql, params![pair.kept, cx.district(), join.id, join.at])?.is_some() {
        return Ok(Some("join-later"));
    }
    hinders(cx, pair, followers)
}

/// The fields that came from the other record, where nobody wrote something else since.
fn put_back(cx: &mut Cx<'_>, geography: &dyn Geography, join: &Joined, was: &Row) -> Result<()> {
    let pair = join.pair;
    let ((mut i, mut c), (j, d)) = (told(cx, pair.kept)?, told(cx, pair.away)?);
    let identity: Identity = before(cx, pair, was, "was_identity", Part::Identity)?;
    let contact: Contact = before(cx, pair, was, "was_contact", Part::Contact)?;
    for field in &join.taken {
        match field {
            Taken::Name if i.name == j.name => i.name.clone_from(&identity.name),
            Taken::Sex if i.sex == j.sex => i.sex.clone_from(&identity.sex),
            Taken::BirthYear if i.birth_year == j.birth_year => i.birth_year = identity.birth_year,
            Taken::IdNumber if i.id_number == j.id_number => i.id_number.clone_from(&identity.id_number),
            Taken::Phone if c.phone == d.phone => c.phone.clone_from(&contact.phone),
            Taken::Address if c.address == d.address => c.address.clone_from(&contact.address),
            Taken::Language if c.language == d.language => c.language.clone_from(&contact.language),
            Taken::Area => {
                let (now, there): (AreaId, AreaId) =
                    (persons::row(cx, pair.kept)?.id("area_id")?, persons::row(cx, pair.away)?.id("area_id")?);
                if now == there {
                    move_to(cx, geography, pair.kept, was.id("was_area")?)?;
                }
            }
            Taken::Health => {
                let old: Health = before(cx, pair, was, "was_health", Part::Health)?;
                let other: Health = part_of(cx, pair.away, Part::Health)?.unwrap_or_default();
                let now: Option<Health> = part_of(cx, pair.kept, Part::Health)?;
                if now.is_some_and(|now| now == healthy(&old, &other)) {
                    leave(cx, pair, Part::Health, &old)?;
                }
            }
            Taken::Location => {
                let old: Location = before(cx, pair, was, "was_location", Part::Location)?;
                let other: Location = part_of(cx, pair.away, Part::Location)?.unwrap_or_default();
                let now: Option<Location> = part_of(cx, pair.kept, Part::Location)?;
                if now.is_some_and(|now| now == located(&old, &other)) {
                    leave(cx, pair, Part::Location, &old)?;
                }
            }
            _ => {}
        }
    }
    write(cx, pair.kept, Part::Identity, &i)?;
    write(cx, pair.kept, Part::Contact, &c)?;
    found_by(cx, pair.kept)
}

/// A part that was empty is empty again.
fn leave<T: serde::Serialize + Default + PartialEq>(cx: &mut Cx<'_>, pair: Pair, part: Part, old: &T) -> Result<()> {
    if *old != T::default() {
        return write(cx, pair.kept, part, old);
    }
    let sql = format!("UPDATE person SET {} = NULL WHERE id = $1", part.code());
    cx.execute(&sql, params![pair.kept])?;
    Ok(())
}

fn before<T: DeserializeOwned + Default>(
    cx: &mut Cx<'_>,
    pair: Pair,
    was: &Row,
    column: &str,
    part: Part,
) -> Result<T> {
    let Some(sealed) = was.opt_blob(column)? else { return Ok(T::default()) };
    match unseal(cx, part.class(), pair.kept.0, &sealed) {
        Err(Error::Store(store::Error::Erased | store::Error::Sealed(_))) => Ok(T::default()),
        read => read,
    }
}

fn take_key(cx: &mut Cx<'_>, pair: Pair, key: &[u8]) -> Result<()> {
    let sql =
        "SELECT import_digest FROM person_import_key WHERE district_id = $1 AND import_key = $2 AND person_id = $3";
    let Some(row) = cx.query_opt(sql, params![cx.district(), key.to_vec(), pair.kept])? else { return Ok(()) };
    let digest = row.blob("import_digest")?;
    let sql = "DELETE FROM person_import_key WHERE district_id = $1 AND import_key = $2";
    cx.execute(sql, params![cx.district(), key.to_vec()])?;
    let sql = "UPDATE person SET import_key = $1, import_digest = $2 WHERE id = $3";
    cx.execute(sql, params![key.to_vec(), digest, pair.away])?;
    Ok(())
}

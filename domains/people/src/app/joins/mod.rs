//! Two records of one person. They are never joined without somebody who looked at both and said so; one stays, everything that refers
//! to the other goes there, and the other is kept aside, so that it can all be taken back. What was agreed to never becomes more: where
//! one record has a no, it is a no. See `docs/decisions/0034-joining-records.md`.

mod fields;
mod follow;
mod pairs;
mod settle;
mod undo;

pub use fields::{Taken, differing};
pub use follow::{FREE, Follow, Follower, NOTHING, Pair};
pub use pairs::{Alike, agreeing, alike_here, apart, are_apart, told_apart};
pub use settle::{both_have, came, leave_out, swapped, use_of};
pub use undo::{stuck, undo};

use crate::app::consents::{self, Standing};
use crate::app::{Geography, allow, line};
use crate::model::person::{Contact, Identity, Part};
use crate::policy::{Action, PersonFacts, ResourceFacts};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

use super::persons::{self, EndReason, write_tokens};

/// Longest reason.
const REASON: usize = 200;

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[
        Follow::of("guardian").sealed(&[("identity", KeyClass::Identity), ("contact", KeyClass::Contact)]),
        Follow::of("consent"),
        Follow::of("person_link"),
        Follow::of("person_move"),
        Follow::of("lawful_demand"),
        Follow::of("break_glass_person").by(&["window_id"]),
        Follow::of("person_import_key").by(&["import_key"]),
        // Whoever was joined into the other record before.
        Follow::of("person").in_column("joined_into"),
    ],
    hinders: FREE,
    before: |cx, pair| narrow(cx, pair).map(drop).map_err(flat),
    after: NOTHING,
};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Join {
    pub pair: Pair,
    /// Versions of both, as they were looked at.
    pub seen: (i64, i64),
    /// Fields in which the value of the other record is the right one. What the kept one does not say is taken anyway.
    pub take: BTreeSet<Taken>,
    pub reason: String,
}

/// A join, for whoever may look at both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub id: Uuid,
    pub pair: Pair,
    pub at: Moment,
    pub by: Option<AccountId>,
    /// None: erased.
    pub reason: Option<String>,
    pub taken: Vec<Taken>,
    /// Parts and purposes for which a no of one of the two is the answer now.
    pub narrowed: Vec<Part>,
    /// How many rows went along.
    pub moved: i64,
    pub undone: Option<(Moment, Option<AccountId>)>,
    pub undo_reason: Option<String>,
}

/// Where both live, for the policy; in the order of the pair.
pub type Places = [PersonFacts; 2];

fn may(cx: &Cx<'_>, places: Places) -> Result<()> {
    places.into_iter().try_for_each(|p| allow(cx, Action::JoinRecords, &ResourceFacts::Person(p)))
}

/// The version of a record that is in care, for the form.
pub fn version(cx: &mut Cx<'_>, person: PersonId) -> Result<i64> {
    Ok(persons::row(cx, person)?.i64("version")?)
}

/// Into which record this one was joined.
pub fn kept_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<PersonId>> {
    let sql = "SELECT joined_into FROM person WHERE id = $1 AND district_id = $2";
    Ok(cx.query_opt(sql, params![person, cx.district()])?.map(|row| row.opt_id("joined_into")).transpose()?.flatten())
}

/// Why they cannot be joined as they are, or taken apart: the end of a key `rule-record-…`.
pub fn hinders(cx: &mut Cx<'_>, pair: Pair, followers: &[Follower]) -> Result<Option<&'static str>> {
    for follower in followers {
        if let Some(why) = (follower.hinders)(cx, pair)? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// Joins one record into another. The same once more changes nothing.
///
/// # Errors
/// When both are not where whoever asks works, one was changed meanwhile, they tell two people apart, or something hinders it.
pub fn join(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    places: Places,
    new: &Join,
    followers: &[Follower],
) -> Result<Uuid> {
    may(cx, places)?;
    let pair = new.pair;
    if pair.kept == pair.away {
        return Err(Error::Invalid { field: "kept", why: "unknown" });
    }
    let reason = line("reason", &new.reason, REASON)?;
    lock(cx, pair)?;
    if let Some(done) = standing_join(cx, pair)? {
        return Ok(done);
    }
    for (person, seen) in pair.both().into_iter().zip([new.seen.0, new.seen.1]) {
        persons::in_care(cx, person)?;
        let current = version(cx, person)?;
        if current != seen {
            return Err(Error::Stale { seen, current });
        }
    }
    if fields::two(cx, pair)? {
        return Err(Error::Refused("join-two"));
    }
    if let Some(why) = hinders(cx, pair, followers)? {
        return Err(Error::Refused(why));
    }
    let id: Uuid = cx.new_id();
    let narrowed = clashing(cx, pair)?;
    let was = persons::row(cx, pair.kept)?;
    let area: AreaId = was.id("area_id")?;
    for follower in followers {
        (follower.before)(cx, pair)?;
    }
    let key = give_key(cx, pair)?;
    // Those who speak for the kept record come first.
    let sql = "SELECT COUNT(*) AS n FROM guardian WHERE person_id = $1";
    let before = cx.query_one(sql, params![pair.kept])?.i64("n")?;
    cx.execute("UPDATE guardian SET position = position + $1 WHERE person_id = $2", params![before, pair.away])?;
    let moved = follow::carry(cx, id, pair, followers)?;
    let taken = fields::take(cx, geography, pair, &new.take)?;
    set_aside(cx, pair)?;
    let sealed = cx.seal(KeyClass::Text, id, reason.as_bytes())?;
    let codes = |all: &[&'static str]| all.join(",");
    let taken: Vec<&'static str> = taken.iter().map(|t| t.code()).collect();
    let narrowed: Vec<&'static str> = narrowed.iter().map(|p| p.code()).collect();
    cx.execute(
        "INSERT INTO person_join (id, district_id, kept_id, away_id, reason, at, by_account, taken, narrowed, moved, \
         was_identity, was_contact, was_health, was_location, was_area, away_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            id,
            cx.district(),
            pair.kept,
            pair.away,
            sealed,
            cx.now,
            cx.actor.account_id(),
            codes(&taken),
            codes(&narrowed),
            moved,
            was.opt_blob("identity")?,
            was.opt_blob("contact")?,
            was.opt_blob("health")?,
            was.opt_blob("location")?,
            area,
            key
        ],
    )?;
    cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", params![pair.kept])?;
    let payload = json!({ "join": id, "other": pair.away, "taken": taken, "narrowed": narrowed, "rows": moved });
    cx.record("person.joined", "person", pair.kept.0, &payload)?;
    cx.record("person.joined_away", "person", pair.away.0, &json!({ "join": id, "into": pair.kept }))?;
    for follower in followers {
        (follower.after)(cx, pair)?;
    }
    Ok(id)
}

fn lock(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    let mut both = pair.both();
    both.sort();
    cx.lock("import-residents")?;
    for person in both {
        cx.lock(&format!("person/{person}"))?;
        cx.lock(&format!("consent/{person}"))?;
    }
    Ok(())
}

/// The join of these two that stands.
fn standing_join(cx: &mut Cx<'_>, pair: Pair) -> Result<Option<Uuid>> {
    let sql =
        "SELECT id FROM person_join WHERE kept_id = $1 AND away_id = $2 AND district_id = $3 AND undone_at IS NULL";
    Ok(cx.query_opt(sql, params![pair.kept, pair.away, cx.district()])?.map(|row| row.uuid("id")).transpose()?)
}

/// The record is found no more; its words stay sealed as they were.
fn set_aside(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    let sql = "UPDATE person SET ended_at = $1, end_reason = $2, joined_into = $3, version = version + 1 WHERE id = $4";
    cx.execute(sql, params![cx.now, EndReason::Joined.code(), pair.kept, pair.away])?;
    cx.execute("DELETE FROM person_token WHERE person_id = $1", params![pair.away])?;
    // Positions in this order: what is erased is erased for both.
    for part in Part::ALL.iter().copied().filter(|p| p.needs_consent()) {
        if !consents::in_force(cx, pair.kept, part)? && holds(cx, pair, part)? {
            persons::erase_part(cx, pair.kept, part)?;
        }
    }
    Ok(())
}

fn holds(cx: &mut Cx<'_>, pair: Pair, part: Part) -> Result<bool> {
    for person in pair.both() {
        if persons::row(cx, person)?.opt_blob(part.code())?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Is this a no?
const fn is_no(standing: Standing) -> bool {
    matches!(standing, Standing::Respected { .. } | Standing::MayAsk)
}

/// Of two records of one person: does one say no? Then nothing of the other's yes may be left.
pub const fn clash(one: Standing, other: Standing) -> bool {
    is_no(one) || is_no(other)
}

/// Parts for which one record has a no and the other a yes.
pub fn clashing(cx: &mut Cx<'_>, pair: Pair) -> Result<Vec<Part>> {
    let mut out = Vec::new();
    for part in Part::ALL.iter().copied().filter(|p| p.needs_consent()) {
        let (one, other) = (consents::standing(cx, pair.kept, part)?, consents::standing(cx, pair.away, part)?);
        let yes = |s| matches!(s, Standing::Given { .. });
        if clash(one, other) && (yes(one) || yes(other)) {
            out.push(part);
        }
    }
    Ok(out)
}

/// Where one record has a no, every yes of both ends before the answers stand together.
fn narrow(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    for part in Part::ALL.iter().copied().filter(|p| p.needs_consent()) {
        let (one, other) = (consents::standing(cx, pair.kept, part)?, consents::standing(cx, pair.away, part)?);
        if clash(one, other) {
            let sql = "UPDATE consent SET ended_at = $1, ended_by = 'join', ended_channel = 'join' WHERE person_id IN ($2, $3) \
                       AND part = $4 AND district_id = $5 AND answer = 'given' AND ended_at IS NULL";
            cx.execute(sql, params![cx.now, pair.kept, pair.away, part.code(), cx.district()])?;
        }
    }
    Ok(())
}

/// The register that knew the other record by its key knows the kept one by it.
fn give_key(cx: &mut Cx<'_>, pair: Pair) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT import_key, import_digest FROM person WHERE id = $1";
    let row = cx.query_one(sql, params![pair.away])?;
    let (Some(key), Some(digest)) = (row.opt_blob("import_key")?, row.opt_blob("import_digest")?) else {
        return Ok(None);
    };
    let sql = "UPDATE person SET import_key = NULL, import_digest = NULL WHERE id = $1";
    cx.execute(sql, params![pair.away])?;
    let sql =
        "INSERT INTO person_import_key (district_id, import_key, person_id, import_digest) VALUES ($1, $2, $3, $4)";
    cx.execute(sql, params![cx.district(), key.clone(), pair.kept, digest])?;
    Ok(Some(key))
}

/// The latest joins of these people, the newest first, for whoever has asked the policy where they live.
pub fn latest(cx: &mut Cx<'_>, within: &BTreeSet<PersonId>, most: usize) -> Result<Vec<Joined>> {
    let sql = format!("SELECT {COLUMNS} FROM person_join WHERE district_id = $1 ORDER BY at DESC, id DESC LIMIT 500");
    let mut out = Vec::new();
    for row in &cx.query(&sql, params![cx.district()])? {
        if out.len() == most {
            break;
        }
        if within.contains(&row.id("kept_id")?) {
            out.push(read(cx, row)?);
        }
    }
    Ok(out)
}

/// Whose records were joined lately.
pub fn latest_kept(cx: &mut Cx<'_>) -> Result<Vec<PersonId>> {
    let sql = "SELECT kept_id FROM person_join WHERE district_id = $1 ORDER BY at DESC, id DESC LIMIT 500";
    Ok(cx.query(sql, params![cx.district()])?.iter().map(|r| r.id("kept_id")).collect::<std::result::Result<_, _>>()?)
}

/// One of them.
pub fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<Joined> {
    let sql = format!("SELECT {COLUMNS} FROM person_join WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    read(cx, &row)
}

const COLUMNS: &str =
    "id, kept_id, away_id, reason, at, by_account, taken, narrowed, moved, undone_at, undone_by, undo_reason";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Joined> {
    let id = row.uuid("id")?;
    let (taken, narrowed) = (row.text("taken")?, row.text("narrowed")?);
    let undone = row.opt_moment("undone_at")?;
    let undo_reason = match row.opt_blob("undo_reason")? {
        Some(sealed) => words(cx, id, &sealed)?,
        None => None,
    };
    Ok(Joined {
        id,
        pair: Pair { kept: row.id("kept_id")?, away: row.id("away_id")? },
        at: row.moment("at")?,
        by: row.opt_id("by_account")?,
        reason: words(cx, id, &row.blob("reason")?)?,
        taken: taken.split(',').filter_map(Taken::from_code).collect(),
        narrowed: narrowed.split(',').filter_map(Part::from_code).collect(),
        moved: row.i64("moved")?,
        undone: undone.map(|at| Ok::<_, Error>((at, row.opt_id("undone_by")?))).transpose()?,
        undo_reason,
    })
}

fn words(cx: &mut Cx<'_>, id: Uuid, sealed: &[u8]) -> Result<Option<String>> {
    match cx.open_text(KeyClass::Text, id, sealed) {
        Ok(words) => Ok(Some(words)),
        Err(store::Error::Erased) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Somebody's record is erased: nobody can take the join back any more, and nothing of it stays.
pub(crate) fn forget(cx: &mut Cx<'_>, person: PersonId) -> std::result::Result<(), store::Error> {
    let sql = "SELECT id FROM person_join WHERE (kept_id = $1 OR away_id = $1) AND district_id = $2";
    let all = cx.query(sql, params![person, cx.district()])?;
    for row in &all {
        let id = row.uuid("id")?;
        cx.destroy_subject_key(KeyClass::Text, id)?;
        cx.execute("DELETE FROM person_join_row WHERE join_id = $1", params![id])?;
        cx.execute("DELETE FROM person_join WHERE id = $1", params![id])?;
    }
    cx.execute("DELETE FROM person_apart WHERE one_id = $1 OR other_id = $1", params![person])?;
    Ok(())
}

fn flat(error: Error) -> store::Error {
    match error {
        Error::Store(e) => e,
        other => store::Error::Setup(other.to_string()),
    }
}

/// Names that the kept record is found by.
fn found_by(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    if let Some(identity) = persons::part_of::<Identity>(cx, person, Part::Identity)? {
        write_tokens(cx, person, &identity.name)?;
    }
    Ok(())
}

/// Who somebody is and how to reach them, past the policy.
fn told(cx: &mut Cx<'_>, person: PersonId) -> Result<(Identity, Contact)> {
    let identity = persons::part_of(cx, person, Part::Identity)?.unwrap_or_default();
    Ok((identity, persons::part_of(cx, person, Part::Contact)?.unwrap_or_default()))
}

//! The link of a person in care to their own page, where they see who looked (R6). They have no account: a clerk hands them
//! a letter with a code, once it was checked who they are. The code stands on that letter and nowhere else; here is its
//! keyed hash. The page itself holds nothing of the record, so that a lost letter tells nobody anything.

use super::allow;
use super::persons::{For, open_guardians, part_of, person_facts};
use crate::model::person::{Identity, Part};
use crate::model::{GuardianId, codes};
use crate::policy::{Action, DataRequestFacts, PersonFacts, ResourceFacts, require};
use crate::{Error, Result};
use kernel::ids::{AccountId, PersonId};
use kernel::{Moment, text};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Days° until a link ends by itself.
pub const LINK_DAYS: i64 = 365;
/// Characters of a code: 80 random bits, more than a receipt has, because it opens what was seen of a whole life.
pub const CODE_CHARS: usize = 16;

codes! {
    /// How it was checked who somebody is.
    Proof {
        IdCard = "id_card",
        HouseholdBook = "household_book",
        /// A guardian showed that they are one.
        GuardianPaper = "guardian_paper",
        /// Whoever issues it has known them for long.
        Known = "known",
    }
}

/// What the letter says. Shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    pub id: Uuid,
    pub code: String,
    /// Whom it is for.
    pub name: String,
    pub until: Moment,
}

/// Never printed by accident.
impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A link that works, for whoever has opened the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    /// None: the person themselves.
    pub guardian: Option<GuardianId>,
    pub proof: Proof,
    pub issued_by: AccountId,
    pub issued_at: Moment,
    pub until: Moment,
    /// A second person said that whoever it is for was there. Until then it opens who looked and nothing more.
    pub confirmed: bool,
}

/// Whose page a code opens. Sign them in as `Actor::subject` of the person.
///
/// The guardian is who it was issued to: what is said with the letter is said by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub link: Uuid,
    pub person: PersonId,
    pub guardian: Option<GuardianId>,
    pub until: Moment,
}

/// Makes a link for the person (`None`) or one of their guardians; an older one of the same holder ends.
///
/// # Errors
/// When it may not be done for this purpose, or nobody of that id speaks for the person.
pub fn issue(cx: &mut Cx<'_>, person: PersonId, why: &For, to: Option<GuardianId>, proof: Proof) -> Result<Issued> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::IssueLink, &facts)?;
    allow(cx, Action::ViewIdentity, &facts)?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    super::persons::in_care(cx, person)?;
    if to.is_none() && proof == Proof::GuardianPaper {
        return Err(Error::Invalid { field: "proof", why: "unknown" });
    }
    let name = match to {
        None => part_of::<Identity>(cx, person, Part::Identity)?.map(|i| i.name),
        Some(id) => {
            let all = open_guardians(cx, person)?;
            all.into_iter().find(|g| g.id == id).map(|g| g.who.map_or_else(String::new, |who| who.name))
        }
    };
    let name = name.ok_or(Error::Invalid { field: "guardian", why: "unknown" })?;
    cx.record_read("person", person.0, &[if to.is_some() { "guardians" } else { "identity" }])?;
    cx.lock(&format!("person-link/{person}"))?;
    let of_the_same = match to {
        None => "guardian_id IS NULL",
        Some(_) => "guardian_id = $3",
    };
    let sql =
        format!("UPDATE person_link SET revoked_at = $1 WHERE person_id = $2 AND revoked_at IS NULL AND {of_the_same}");
    let mut values = params![cx.now, person].to_vec();
    values.extend(to.map(store::Value::from));
    cx.execute(&sql, &values)?;
    let mut bytes = [0u8; CODE_CHARS];
    cx.ids().fill(&mut bytes);
    let code = text::code_from(&bytes, CODE_CHARS);
    let (id, until): (Uuid, Moment) = (cx.new_id(), cx.now.plus_days(LINK_DAYS));
    cx.execute(
        "INSERT INTO person_link (id, district_id, person_id, guardian_id, code_hash, proof, issued_by, issued_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, cx.district(), person, to, hash(cx, &code), proof.code(), account, cx.now, until],
    )?;
    let payload = json!({ "link": id, "guardian": to, "proof": proof.code(), "until": until.micros() });
    cx.record("person_link.issued", "person", person.0, &payload)?;
    Ok(Issued { id, code, name, until })
}

fn hash(cx: &Cx<'_>, code: &str) -> [u8; 32] {
    let typed = text::normalise_code(code).unwrap_or_default();
    cx.keyed_hash(KeyClass::Identity, format!("link:{typed}").as_bytes())
}

/// Takes a link back: the letter was lost, or nobody wants it any more.
pub fn revoke(cx: &mut Cx<'_>, person: PersonId, why: &For, link: Uuid) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::IssueLink, &facts)?;
    let sql = "UPDATE person_link SET revoked_at = $1 WHERE id = $2 AND person_id = $3 AND revoked_at IS NULL";
    if cx.execute(sql, params![cx.now, link, person])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    cx.record("person_link.revoked", "person", person.0, &json!({ "link": link }))?;
    Ok(())
}

/// A second person, who may make such letters too, says that whoever this one is for was there. Whoever makes a letter reads its
/// code: alone they could hand it to themselves and ask for a copy of what they may not see.
pub fn confirm(cx: &mut Cx<'_>, person: PersonId, why: &For, link: Uuid) -> Result<()> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::IssueLink, &facts)?;
    let sql = "SELECT issued_by FROM person_link WHERE id = $1 AND person_id = $2 AND district_id = $3 \
               AND revoked_at IS NULL AND expires_at > $4";
    let row = cx.query_one(sql, params![link, person, cx.district(), cx.now])?;
    let made = DataRequestFacts { taken_by: row.opt_id("issued_by")?, granted_by: None };
    require(&cx.actor, cx.purpose, Action::ConfirmLink, &ResourceFacts::DataRequest(made))?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let sql = "UPDATE person_link SET confirmed_by = $1, confirmed_at = $2 WHERE id = $3 AND confirmed_at IS NULL";
    if cx.execute(sql, params![account, cx.now, link])? > 0 {
        cx.record("person_link.confirmed", "person", person.0, &json!({ "link": link }))?;
    }
    Ok(())
}

/// Whether a letter is about that no second person stands for: while there is one, nothing of the record goes out or changes on
/// the word of a code.
pub fn some_unconfirmed(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM person_link WHERE person_id = $1 AND district_id = $2 AND revoked_at IS NULL \
               AND expires_at > $3 AND confirmed_at IS NULL";
    Ok(cx.query_opt(sql, params![person, cx.district(), cx.now])?.is_some())
}

/// Somebody speaks for the person no longer, and reads no longer either.
pub(super) fn revoke_of_guardian(cx: &mut Cx<'_>, person: PersonId, guardian: GuardianId) -> Result<()> {
    let sql = "UPDATE person_link SET revoked_at = $1 WHERE person_id = $2 AND guardian_id = $3 AND revoked_at IS NULL";
    cx.execute(sql, params![cx.now, person, guardian])?;
    Ok(())
}

/// Links that work, the latest first.
pub fn links(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<Link>> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::IssueLink, &facts)?;
    let sql = "SELECT id, guardian_id, proof, issued_by, issued_at, expires_at, confirmed_at FROM person_link WHERE person_id = $1 \
               AND district_id = $2 AND revoked_at IS NULL AND expires_at > $3 ORDER BY issued_at DESC, id DESC";
    let rows = cx.query(sql, params![person, cx.district(), cx.now])?;
    rows.iter()
        .map(|r| {
            Ok(Link {
                id: r.uuid("id")?,
                guardian: r.opt_uuid("guardian_id")?.map(GuardianId),
                proof: Proof::from_code(&r.text("proof")?).unwrap_or(Proof::Known),
                issued_by: r.id("issued_by")?,
                issued_at: r.moment("issued_at")?,
                until: r.moment("expires_at")?,
                confirmed: r.opt_moment("confirmed_at")?.is_some(),
            })
        })
        .collect()
}

/// Looks a typed code up. Spaces, small letters and look-alikes are fine. Says nothing about why a code is not found.
pub fn find_by_code(cx: &mut Cx<'_>, typed: &str) -> Result<Holder> {
    if text::normalise_code(typed).is_none_or(|c| c.len() != CODE_CHARS) {
        return Err(store::Error::NotFound.into());
    }
    let sql = "SELECT id, person_id, guardian_id, expires_at FROM person_link WHERE code_hash = $1 AND district_id = $2 \
               AND revoked_at IS NULL AND expires_at > $3";
    let row = cx.query_one(sql, params![hash(cx, typed), cx.district(), cx.now])?;
    Ok(Holder {
        link: row.uuid("id")?,
        person: row.id("person_id")?,
        guardian: row.opt_uuid("guardian_id")?.map(GuardianId),
        until: row.moment("expires_at")?,
    })
}

/// Does a second person stand for this letter, and does it still work? Asked in the transaction that uses it.
pub(crate) fn stands(cx: &mut Cx<'_>, of: &Holder) -> Result<bool> {
    let sql = "SELECT guardian_id, confirmed_at FROM person_link WHERE id = $1 AND person_id = $2 AND district_id = $3 \
               AND revoked_at IS NULL AND expires_at > $4";
    let Some(row) = cx.query_opt(sql, params![of.link, of.person, cx.district(), cx.now])? else { return Ok(false) };
    let same = row.opt_uuid("guardian_id")?.map(GuardianId) == of.guardian;
    Ok(same && row.opt_moment("confirmed_at")?.is_some())
}

/// Whoever acts holds the link of this person.
pub fn require_own(cx: &Cx<'_>, person: PersonId, action: Action) -> Result<()> {
    let facts = PersonFacts { id: Some(person), ..PersonFacts::default() };
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::Person(facts))?)
}

//! Signing up, by anybody; and following it with the code that was given then.

use super::{COLUMNS, Reach, moved, read};
use crate::app::{line, phone, seal, words};
use crate::model::volunteer::{MORE, Skill, Tongue, VolunteerId, VolunteerState, has_long_number, week_from};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::AreaId;
use kernel::{Lang, Moment, text};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, Row, params};

/// Characters of a code.
const CODE: usize = 16;

/// What somebody writes about themselves. No number of an identity card is asked for, and none is taken.
#[derive(Clone, Default)]
pub struct NewVolunteer {
    /// Of the form: sent twice, it counts once.
    pub key: String,
    pub name: String,
    pub phone: String,
    pub area: Option<AreaId>,
    pub lang: Lang,
    pub tongues: Vec<String>,
    pub skills: Vec<String>,
    pub week: Vec<String>,
    pub more: String,
    pub grown_up: bool,
    pub agrees: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for NewVolunteer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewVolunteer(…)")
    }
}

/// What they take home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUp {
    pub id: VolunteerId,
    /// Secret, in groups of four.
    pub code: String,
}

fn may(cx: &Cx<'_>) -> Result<()> {
    Ok(require(&cx.actor, cx.purpose, Action::SignUpVolunteer, &ResourceFacts::District)?)
}

/// The code follows from the row: whoever sends again reads the same.
fn code_of(cx: &Cx<'_>, id: VolunteerId) -> String {
    text::code_from(&cx.keyed_hash(KeyClass::Identity, format!("volunteer-code:{id}").as_bytes()), CODE)
}

fn hash(cx: &Cx<'_>, typed: &str) -> [u8; 32] {
    let typed = text::normalise_code(typed).unwrap_or_default();
    cx.keyed_hash(KeyClass::Identity, format!("volunteer:{typed}").as_bytes())
}

fn known(all: &[&str], asked: &[String]) -> String {
    let kept: Vec<&str> = all.iter().copied().filter(|code| asked.iter().any(|a| a == code)).collect();
    kept.join(",")
}

/// Languages and skills that there are, of those that were ticked.
pub(super) fn known_codes(tongues: &[String], skills: &[String]) -> (String, String) {
    let all_tongues: Vec<&str> = Tongue::ALL.iter().map(|t| t.code()).collect();
    let all_skills: Vec<&str> = Skill::ALL.iter().map(|s| s.code()).collect();
    (known(&all_tongues, tongues), known(&all_skills, skills))
}

pub(super) fn week(asked: &[String]) -> String {
    week_from(asked).join(",")
}

/// Signs up.
pub fn sign_up(cx: &mut Cx<'_>, new: &NewVolunteer) -> Result<SignedUp> {
    may(cx)?;
    let key = line("key", &new.key, 80)?;
    cx.lock(&format!("volunteer-key/{key}"))?;
    let sql = "SELECT id FROM care_volunteer WHERE district_id = $1 AND idem_key = $2";
    if let Some(row) = cx.query_opt(sql, params![cx.district(), key.as_str()])? {
        let id: VolunteerId = row.id("id")?;
        return Ok(SignedUp { id, code: code_of(cx, id) });
    }
    let name = line("name", &new.name, 40)?;
    let reach =
        Reach { phone: phone("phone", Some(&new.phone))?.ok_or(Error::Invalid { field: "phone", why: "missing" })? };
    let ground = places::snapshot(cx)?;
    let area =
        new.area.filter(|a| ground.area(*a).is_some()).ok_or(Error::Invalid { field: "area", why: "missing" })?;
    let more = words("more", &new.more, MORE)?;
    for (field, text) in [("name", &name), ("more", &more)] {
        if has_long_number(text) {
            return Err(Error::Invalid { field, why: "id-number" });
        }
    }
    if !new.grown_up {
        return Err(Error::Invalid { field: "grown", why: "missing" });
    }
    if !new.agrees {
        return Err(Error::Invalid { field: "agrees", why: "missing" });
    }
    let (tongues, skills) = known_codes(&new.tongues, &new.skills);
    let id: VolunteerId = cx.new_id();
    let code = code_of(cx, id);
    let (identity, contact) = (seal(cx, KeyClass::Identity, id.0, &name)?, seal(cx, KeyClass::Contact, id.0, &reach)?);
    let said = match more.as_str() {
        "" => None,
        text => Some(seal(cx, KeyClass::Text, id.0, &text)?),
    };
    cx.execute(
        "INSERT INTO care_volunteer (id, district_id, area_id, state, identity, contact, words, lang, tongues, skills, week, \
         code_hash, idem_key, signed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)",
        params![
            id,
            cx.district(),
            area,
            VolunteerState::SignedUp.code(),
            identity,
            contact,
            said,
            new.lang.tag(),
            tongues,
            skills,
            week(&new.week),
            hash(cx, &code),
            key,
            cx.now
        ],
    )?;
    cx.record("volunteer.signed_up", "volunteer", id.0, &json!({ "area": area }))?;
    moved(cx, id);
    Ok(SignedUp { id, code })
}

/// What the holder of the code reads: nothing personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub id: VolunteerId,
    pub area: AreaId,
    pub state: VolunteerState,
    pub why: Option<String>,
    pub insured_until: Option<Date>,
    pub trained_on: Option<Date>,
    pub signed_at: Moment,
    /// They sign in by now.
    pub has_account: bool,
}

fn by_code(cx: &mut Cx<'_>, typed: &str) -> Result<Row> {
    may(cx)?;
    if text::normalise_code(typed).is_none_or(|c| c.len() != CODE) {
        return Err(store::Error::NotFound.into());
    }
    let sql = format!("SELECT {COLUMNS} FROM care_volunteer WHERE code_hash = $1 AND district_id = $2");
    Ok(cx.query_one(&sql, params![hash(cx, typed), cx.district()])?)
}

/// Where somebody stands, by their code.
pub fn follow(cx: &mut Cx<'_>, typed: &str) -> Result<Followed> {
    let v = read(&by_code(cx, typed)?)?;
    Ok(Followed {
        id: v.id,
        area: v.area,
        state: v.state,
        why: v.why,
        insured_until: v.insured_until,
        trained_on: v.trained_on,
        signed_at: v.signed_at,
        has_account: v.account.is_some(),
    })
}

/// They do not want to any more: what they wrote is gone at once. Whoever has a seat already says so on their own page.
pub fn withdraw(cx: &mut Cx<'_>, typed: &str) -> Result<()> {
    let v = read(&by_code(cx, typed)?)?;
    if v.account.is_some() {
        return Err(Error::Refused("volunteer-has-account"));
    }
    super::lock(cx, v.id)?;
    cx.record("volunteer.withdrawn", "volunteer", v.id.0, &json!({}))?;
    super::erase(cx, &[v.id.0])?;
    moved(cx, v.id);
    Ok(())
}

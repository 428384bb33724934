//! The register of people as a file (R5): the one way in which it leaves whole. Somebody asks for it and says what for, somebody else
//! agrees, it can be taken for a day by whoever asked, and each taking is an entry of the log. The rows are those of an import, so that the
//! file can come back.

use super::persons::{ResidentRow, own_key, unseal};
use super::{allow, line, marks};
use crate::model::person::{Contact, Identity, NewGuardian};
use crate::policy::{Action, DataRequestFacts, ResourceFacts, decide, require_somewhere};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Longest purpose.
const PURPOSE: usize = 200;
/// Days for which somebody may agree.
const ASKED_DAYS: i64 = 7;
/// Hours for which it may be taken.
const TAKEN_HOURS: i64 = 24;
/// Records that are read together.
const AT_ONCE: usize = 200;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Asked,
    /// May be taken by whoever asked.
    Agreed,
    Refused,
    /// Nobody agreed, or it was not taken in time.
    Over,
}

impl State {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Agreed => "agreed",
            Self::Refused => "refused",
            Self::Over => "over",
        }
    }
}

/// One time that the register was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub id: Uuid,
    /// None: kept no longer.
    pub purpose: Option<String>,
    pub asked_by: AccountId,
    pub asked_at: Moment,
    pub answered_by: Option<AccountId>,
    pub answered_at: Option<Moment>,
    pub until: Moment,
    /// How often it was taken.
    pub taken: i64,
    pub state: State,
    /// What the reader may do now.
    pub may_answer: bool,
    pub may_take: bool,
}

/// Asks for the register.
///
/// # Errors
/// For whoever may not, and without a purpose.
pub fn ask(cx: &mut Cx<'_>, purpose: &str) -> Result<Uuid> {
    allow(cx, Action::AskRegister, &ResourceFacts::District)?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let purpose = line("purpose", purpose, PURPOSE)?;
    let sql = "SELECT id FROM register_export WHERE asked_by = $1 AND district_id = $2 AND answered_at IS NULL AND until_at > $3";
    if let Some(row) = cx.query_opt(sql, params![account, cx.district(), cx.now])? {
        // Sent twice, or asked again before anybody answered.
        return Ok(row.uuid("id")?);
    }
    let id: Uuid = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, id, purpose.as_bytes())?;
    let sql = "INSERT INTO register_export (id, district_id, purpose, asked_by, asked_at, until_at, taken) \
               VALUES ($1, $2, $3, $4, $5, $6, 0)";
    cx.execute(sql, params![id, cx.district(), sealed, account, cx.now, cx.now.plus_days(ASKED_DAYS)])?;
    cx.record("register.asked", "register", id, &json!({}))?;
    Ok(id)
}

/// Agrees, or says no: somebody else than who asked.
///
/// # Errors
/// For whoever may not, and once it was answered or is over.
pub fn answer(cx: &mut Cx<'_>, id: Uuid, yes: bool) -> Result<()> {
    require_somewhere(&cx.actor, Action::ApproveRegister)?;
    cx.lock(&format!("register/{id}"))?;
    let export = one(cx, id)?;
    allow(cx, Action::ApproveRegister, &facts(&export))?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    if export.state != State::Asked {
        return Err(Error::Refused("register-answered"));
    }
    let until = cx.now.plus_minutes(TAKEN_HOURS * 60);
    let sql = "UPDATE register_export SET answered_by = $1, answered_at = $2, agreed = $3, until_at = $4 WHERE id = $5";
    cx.execute(sql, params![account, cx.now, yes, until, id])?;
    cx.record(if yes { "register.agreed" } else { "register.refused" }, "register", id, &json!({}))?;
    Ok(())
}

/// Everybody in care, as rows that an import reads back: the key stands for the record here.
///
/// # Errors
/// For whoever did not ask, and when it is not to be taken now.
pub fn take(cx: &mut Cx<'_>, id: Uuid) -> Result<Vec<ResidentRow>> {
    allow(cx, Action::AskRegister, &ResourceFacts::District)?;
    cx.lock(&format!("register/{id}"))?;
    let export = one(cx, id)?;
    if cx.actor.account_id() != Some(export.asked_by) {
        return Err(Error::Refused("register-not-yours"));
    }
    if export.state != State::Agreed {
        return Err(Error::Refused("register-not-agreed"));
    }
    let rows = everybody(cx)?;
    cx.execute("UPDATE register_export SET taken = taken + 1 WHERE id = $1", params![id])?;
    cx.record("register.exported", "register", id, &json!({ "people": rows.len() }))?;
    Ok(rows)
}

fn facts(export: &Export) -> ResourceFacts {
    ResourceFacts::DataRequest(DataRequestFacts { taken_by: Some(export.asked_by), granted_by: None })
}

/// Whether whoever acts may ask for it or agree, for the side list.
pub fn may(cx: &Cx<'_>) -> bool {
    let nobody = DataRequestFacts::default();
    let may = |action, facts: &ResourceFacts| decide(&cx.actor, cx.purpose, action, facts).is_allowed();
    may(Action::AskRegister, &ResourceFacts::District)
        || may(Action::ApproveRegister, &ResourceFacts::DataRequest(nobody))
}

/// All that was asked for, the latest first, for those who may ask or agree.
///
/// # Errors
/// For everybody else.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Export>> {
    if allow(cx, Action::AskRegister, &ResourceFacts::District).is_err() {
        let nobody = DataRequestFacts::default();
        allow(cx, Action::ApproveRegister, &ResourceFacts::DataRequest(nobody))?;
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM register_export WHERE district_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 50"
    );
    let rows = cx.query(&sql, params![cx.district()])?;
    rows.iter().map(|row| read(cx, row)).collect()
}

const COLUMNS: &str = "id, purpose, asked_by, asked_at, answered_by, answered_at, agreed, until_at, taken";

fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<Export> {
    let sql = format!("SELECT {COLUMNS} FROM register_export WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    read(cx, &row)
}

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Export> {
    let id = row.uuid("id")?;
    let purpose = match cx.open_text(KeyClass::Text, id, &row.blob("purpose")?) {
        Ok(words) => Some(words),
        Err(store::Error::Erased) => None,
        Err(other) => return Err(other.into()),
    };
    let (answered_at, until) = (row.opt_moment("answered_at")?, row.moment("until_at")?);
    let state = match (answered_at, row.opt_bool("agreed")?) {
        (Some(_), Some(false)) => State::Refused,
        _ if until <= cx.now => State::Over,
        (Some(_), _) => State::Agreed,
        (None, _) => State::Asked,
    };
    let mut export = Export {
        id,
        purpose,
        asked_by: row.id("asked_by")?,
        asked_at: row.moment("asked_at")?,
        answered_by: row.opt_id("answered_by")?,
        answered_at,
        until,
        taken: row.i64("taken")?,
        state,
        may_answer: false,
        may_take: false,
    };
    let may = decide(&cx.actor, cx.purpose, Action::ApproveRegister, &facts(&export)).is_allowed();
    export.may_answer = state == State::Asked && may;
    export.may_take = state == State::Agreed && cx.actor.account_id() == Some(export.asked_by);
    Ok(export)
}

/// Everybody in care, in a few statements for each two hundred.
fn everybody(cx: &mut Cx<'_>) -> Result<Vec<ResidentRow>> {
    let people = super::persons::everybody(cx)?;
    let mut out = Vec::with_capacity(people.len());
    for chunk in people.chunks(AT_ONCE) {
        let subjects: Vec<Uuid> = chunk.iter().map(|p| p.0).collect();
        cx.load_subject_keys(KeyClass::Identity, &subjects)?;
        cx.load_subject_keys(KeyClass::Contact, &subjects)?;
        let among = marks(2, chunk.len());
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().copied().map(Value::from));
        let sql = format!(
            "SELECT id, area_id, identity, contact FROM person WHERE district_id = $1 AND id IN ({among}) ORDER BY id"
        );
        let rows = cx.query(&sql, &values)?;
        let mut guardians = guardians(cx, &among, &values)?;
        for row in &rows {
            let person: PersonId = row.id("id")?;
            let area: AreaId = row.id("area_id")?;
            let identity: Identity = part(cx, row, "identity", KeyClass::Identity, person)?;
            let contact: Contact = part(cx, row, "contact", KeyClass::Contact, person)?;
            let guardians = guardians.remove(&person).unwrap_or_default();
            out.push(ResidentRow { key: own_key(person), area, identity, contact, guardians });
        }
    }
    Ok(out)
}

fn part<T: serde::de::DeserializeOwned + Default>(
    cx: &mut Cx<'_>,
    row: &Row,
    column: &str,
    class: KeyClass,
    person: PersonId,
) -> Result<T> {
    match row.opt_blob(column)? {
        Some(sealed) => unseal(cx, class, person.0, &sealed),
        None => Ok(T::default()),
    }
}

/// Those who speak for these people now, in their order.
fn guardians(cx: &mut Cx<'_>, among: &str, values: &[Value]) -> Result<HashMap<PersonId, Vec<NewGuardian>>> {
    let sql = format!(
        "SELECT person_id, identity, contact FROM guardian WHERE district_id = $1 AND person_id IN ({among}) AND ended_at IS NULL \
         ORDER BY person_id, position, id"
    );
    let mut out: HashMap<PersonId, Vec<NewGuardian>> = HashMap::new();
    for row in &cx.query(&sql, values)? {
        let person: PersonId = row.id("person_id")?;
        let who = part(cx, row, "identity", KeyClass::Identity, person)?;
        let phone = match row.opt_blob("contact")? {
            Some(sealed) => Some(cx.open_text(KeyClass::Contact, person.0, &sealed)?),
            None => None,
        };
        out.entry(person).or_default().push(NewGuardian { who, phone });
    }
    Ok(out)
}

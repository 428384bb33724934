//! Lawful demands (R14): the only way by which a record leaves care for another purpose. A document number, somebody who
//! asks, two others who approve by name, one export within a week. The person is told at once unless one of the approvers
//! puts it off to a date, by name; how many there were is published.

use super::fresh::Fresh;
use super::persons::{For, part_of, person_facts};
use super::{allow, line, staff};
use crate::model::codes;
use crate::model::person::{Contact, Health, Identity, Location, Part};
use crate::policy::{Action, DemandFacts, ResourceFacts, decide};
use crate::{Error, Result};
use kernel::ids::{AccountId, DemandId, PersonId};
use kernel::{Moment, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Cx, KeyClass, NewJob, Row, params};

/// Days in which an approved demand is exported.
const GOOD_FOR_DAYS: i64 = 7;
/// Days° by which telling the person is put off at most; asked again after that.
pub const MOST_DAYS: i64 = 180;

codes! {
    State {
        Asked = "asked",
        /// One of two has approved.
        Half = "half",
        Approved = "approved",
        Refused = "refused",
        Exported = "exported",
    }
}

/// A job that tells the approvers: something to approve, somebody to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellApprovers {
    pub demand: DemandId,
    pub accounts: Vec<AccountId>,
}
impl TellApprovers {
    pub const ASKED: &'static str = "notify.demand_asked";
    pub const TELL: &'static str = "notify.demand_tell";
}

/// What is demanded, by whom, on which paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDemand {
    pub document: String,
    pub authority: String,
    pub parts: Vec<Part>,
}

/// A demand, for those who ask, decide and tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    pub id: DemandId,
    pub person: PersonId,
    pub document: String,
    pub authority: String,
    pub parts: Vec<Part>,
    pub state: State,
    pub asked_by: AccountId,
    pub asked_at: Moment,
    pub approved_by: Vec<AccountId>,
    pub exported_at: Option<Moment>,
    pub expires_at: Option<Moment>,
    pub delay_until: Option<Moment>,
    pub delay_by: Option<AccountId>,
    pub told_at: Option<Moment>,
    pub may_decide: bool,
    pub may_export: bool,
    pub may_tell: bool,
}

/// The parts that were demanded, as they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    pub demand: Demand,
    pub identity: Option<Identity>,
    pub contact: Option<Contact>,
    pub health: Option<Health>,
    pub location: Option<Location>,
}

/// Asks, from the record that was opened in the name of a matter.
pub fn ask(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &NewDemand) -> Result<DemandId> {
    let facts = person_facts(cx, Some(person), why)?;
    allow(cx, Action::AskDemand, &facts)?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let document = line("document", &new.document, 60)?;
    let authority = line("authority", &new.authority, 80)?;
    if new.parts.is_empty() {
        return Err(Error::Invalid { field: "parts", why: "missing" });
    }
    let id: DemandId = cx.new_id();
    let (paper, body) =
        (cx.seal(KeyClass::Text, id.0, document.as_bytes())?, cx.seal(KeyClass::Text, id.0, authority.as_bytes())?);
    let parts = new.parts.iter().map(|p| p.code()).collect::<Vec<_>>().join(" ");
    cx.execute(
        "INSERT INTO lawful_demand (id, district_id, person_id, document, authority, parts, state, asked_by, asked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)",
        params![id, cx.district(), person, paper, body, &parts, account, cx.now],
    )?;
    cx.record("lawful_demand.asked", "person", person.0, &json!({ "demand": id, "parts": parts }))?;
    let mut others = staff::holders_of(cx, &[Role::Coordinator, Role::PostHead])?;
    others.retain(|a| *a != account);
    tell(cx, TellApprovers::ASKED, cx.now, TellApprovers { demand: id, accounts: others })?;
    Ok(id)
}

fn tell(cx: &mut Cx<'_>, kind: &'static str, run_at: Moment, what: TellApprovers) -> Result<()> {
    let key = format!("{}/{}", what.demand, run_at.micros());
    let payload = serde_json::to_value(&what).map_err(|e| store::Error::Setup(e.to_string()))?;
    cx.enqueue(NewJob { kind, key, run_at, payload })?;
    Ok(())
}

/// Approves or refuses it, freshly confirmed. The second approval makes it good for a week.
pub fn decide_demand(cx: &mut Cx<'_>, fresh: &Fresh, id: DemandId, approve: bool) -> Result<State> {
    cx.lock(&format!("demand/{id}"))?;
    let (demand, facts) = load(cx, id)?;
    allow(cx, Action::ApproveDemand, &facts)?;
    let account = fresh.is_of(cx)?;
    let to = match (demand.state, approve) {
        (State::Asked | State::Half, false) => State::Refused,
        (State::Asked, true) => State::Half,
        (State::Half, true) => State::Approved,
        _ => return Err(Error::Refused("decided-already")),
    };
    let (by, at) = if demand.state == State::Asked { ("first_by", "first_at") } else { ("second_by", "second_at") };
    let expires = (to == State::Approved).then(|| cx.now.plus_days(GOOD_FOR_DAYS));
    let sql = format!("UPDATE lawful_demand SET state = $1, {by} = $2, {at} = $3, expires_at = $4 WHERE id = $5");
    cx.execute(&sql, params![to.code(), account, cx.now, expires, id])?;
    let kind = format!("lawful_demand.{}", if approve { "approved" } else { "refused" });
    cx.record(&kind, "person", demand.person.0, &json!({ "demand": id, "to": to.code() }))?;
    Ok(to)
}

/// Telling the person is put off to a date, by one of the approvers and in their name.
pub fn delay(cx: &mut Cx<'_>, fresh: &Fresh, id: DemandId, until: Moment, reason: &str) -> Result<()> {
    cx.lock(&format!("demand/{id}"))?;
    let (demand, _) = load(cx, id)?;
    let account = fresh.is_of(cx)?;
    if !demand.approved_by.contains(&account) {
        return Err(denied());
    }
    if demand.told_at.is_some() {
        return Err(Error::Refused("told-already"));
    }
    if until <= cx.now || until > cx.now.plus_days(MOST_DAYS) {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    let sealed = cx.seal(KeyClass::Text, id.0, line("reason", reason, 300)?.as_bytes())?;
    let sql = "UPDATE lawful_demand SET delay_until = $1, delay_by = $2, delay_reason = $3 WHERE id = $4";
    cx.execute(sql, params![until, account, sealed, id])?;
    let payload = json!({ "demand": id, "until": until.micros() });
    cx.record("lawful_demand.delayed", "person", demand.person.0, &payload)?;
    tell(cx, TellApprovers::TELL, until, TellApprovers { demand: id, accounts: demand.approved_by })?;
    Ok(())
}

fn denied() -> Error {
    Error::Denied(crate::policy::Denied { action: Action::ApproveDemand, why: crate::policy::Why::Elsewhere })
}

/// Takes the record out: once, by whoever asked, freshly confirmed. The purpose is the demand.
pub fn export(cx: &mut Cx<'_>, fresh: &Fresh, id: DemandId) -> Result<Export> {
    cx.lock(&format!("demand/{id}"))?;
    let (demand, facts) = load(cx, id)?;
    allow(cx, Action::ExportDemand, &facts)?;
    fresh.is_of(cx)?;
    match (demand.state, demand.expires_at) {
        (State::Approved, Some(expires)) if cx.now < expires => {}
        (State::Approved, _) => return Err(Error::Refused("demand-expired")),
        (State::Exported, _) => return Err(Error::Refused("exported-already")),
        _ => return Err(Error::Refused("not-approved")),
    }
    let person = demand.person;
    let wanted = |part| demand.parts.contains(&part);
    let out = Export {
        identity: if wanted(Part::Identity) { part_of(cx, person, Part::Identity)? } else { None },
        contact: if wanted(Part::Contact) { part_of(cx, person, Part::Contact)? } else { None },
        health: if wanted(Part::Health) { part_of(cx, person, Part::Health)? } else { None },
        location: if wanted(Part::Location) { part_of(cx, person, Part::Location)? } else { None },
        demand: demand.clone(),
    };
    let fields: Vec<&str> = demand.parts.iter().map(|p| p.code()).collect();
    cx.record_read("person", person.0, &fields)?;
    let sql = "UPDATE lawful_demand SET state = 'exported', exported_at = $1 WHERE id = $2";
    cx.execute(sql, params![cx.now, id])?;
    cx.record("lawful_demand.exported", "person", person.0, &json!({ "demand": id, "parts": fields.join(" ") }))?;
    if demand.delay_until.is_none_or(|until| until <= cx.now) {
        tell(cx, TellApprovers::TELL, cx.now, TellApprovers { demand: id, accounts: demand.approved_by })?;
    }
    Ok(out)
}

/// What the letter to the person needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub name: String,
    pub address: Option<String>,
    pub guardians: Vec<super::persons::GuardianLine>,
    pub demand: Demand,
}

/// Name and address for the letter, for whoever of the approvers tells the person; logged like every look.
pub fn letter(cx: &mut Cx<'_>, id: DemandId) -> Result<Letter> {
    crate::policy::require_somewhere(&cx.actor, Action::ApproveDemand)?;
    let (demand, _) = load(cx, id)?;
    if !demand.may_tell {
        return Err(denied());
    }
    if demand.delay_until.is_some_and(|until| until > cx.now) {
        return Err(Error::Refused("not-to-be-told-yet"));
    }
    let identity: Option<Identity> = part_of(cx, demand.person, Part::Identity)?;
    let contact: Contact = part_of(cx, demand.person, Part::Contact)?.unwrap_or_default();
    let guardians = super::persons::open_guardians(cx, demand.person)?;
    cx.record_read("person", demand.person.0, &["name", "address", "guardians"])?;
    let name = identity.map(|i| i.name).unwrap_or_default();
    Ok(Letter { name, address: contact.address, guardians, demand })
}

/// The person, or a guardian, has been told; by one of the approvers.
pub fn told(cx: &mut Cx<'_>, id: DemandId, how: super::break_glass::Told) -> Result<()> {
    let (demand, _) = load(cx, id)?;
    if !demand.may_tell {
        return Err(denied());
    }
    let sql = "UPDATE lawful_demand SET told_at = $1, told_by = $2, told_how = $3 WHERE id = $4 AND told_at IS NULL";
    cx.execute(sql, params![cx.now, cx.actor.account_id(), how.code(), id])?;
    cx.record("lawful_demand.told", "person", demand.person.0, &json!({ "demand": id, "how": how.code() }))?;
    Ok(())
}

/// Is somebody still to be told? For the job that asks.
pub fn waits_to_tell(cx: &mut Cx<'_>, id: DemandId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM lawful_demand WHERE id = $1 AND district_id = $2 AND state = 'exported' AND told_at IS NULL";
    Ok(cx.query_opt(sql, params![id, cx.district()])?.is_some())
}

/// Demands of whoever asks, the latest first: one's own, and for approvers all.
pub fn demands(cx: &mut Cx<'_>) -> Result<Vec<Demand>> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let nobody = DemandFacts { asked_by: AccountId(uuid::Uuid::nil()), approved_by: Vec::new() };
    let all = decide(&cx.actor, cx.purpose, Action::ApproveDemand, &ResourceFacts::Demand(nobody)).is_allowed();
    let sql = format!(
        "SELECT {COLUMNS} FROM lawful_demand WHERE district_id = $1 AND ($2 = 1 OR asked_by = $3) \
         ORDER BY asked_at DESC, id LIMIT 100"
    );
    let rows = cx.query(&sql, params![cx.district(), i64::from(all), account])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        out.push(read(cx, row)?);
    }
    Ok(out)
}

/// What the person may read of a demand that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: DemandId,
    pub document: String,
    pub authority: String,
    pub parts: Vec<Part>,
    pub exported_at: Moment,
}

/// Demands that were met and may be told, for the holder of the person's link.
pub fn told_to_subject(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Told>> {
    super::links::require_own(cx, person, Action::FollowRecord)?;
    told_of(cx, person)
}

/// The same, for whoever has asked the policy already.
pub(super) fn told_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Told>> {
    let sql = "SELECT id, document, authority, parts, exported_at FROM lawful_demand WHERE person_id = $1 \
               AND district_id = $2 AND state = 'exported' AND (told_at IS NOT NULL OR delay_until IS NULL \
               OR delay_until <= $3) ORDER BY exported_at DESC, id";
    let rows = cx.query(sql, params![person, cx.district(), cx.now])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: DemandId = row.id("id")?;
        out.push(Told {
            id,
            document: cx.open_text(KeyClass::Text, id.0, &row.blob("document")?)?,
            authority: cx.open_text(KeyClass::Text, id.0, &row.blob("authority")?)?,
            parts: row.text("parts")?.split(' ').filter_map(Part::from_code).collect(),
            exported_at: row.moment("exported_at")?,
        });
    }
    Ok(out)
}

/// Demands about a person that one of the approvers has put off telling, and until when.
pub fn put_off(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<(DemandId, Moment)>> {
    let sql = "SELECT id, delay_until FROM lawful_demand WHERE person_id = $1 AND district_id = $2 AND told_at IS NULL \
               AND delay_until > $3";
    let rows = cx.query(sql, params![person, cx.district(), cx.now])?;
    rows.iter().map(|r| Ok((r.id("id")?, r.moment("delay_until")?))).collect()
}

const COLUMNS: &str = "id, person_id, document, authority, parts, state, asked_by, asked_at, first_by, second_by, \
     exported_at, expires_at, delay_until, delay_by, told_at";

fn read(cx: &mut Cx<'_>, row: &Row) -> Result<Demand> {
    let id: DemandId = row.id("id")?;
    let (asked_by, state) = (row.id("asked_by")?, State::from_code(&row.text("state")?).unwrap_or(State::Refused));
    let mut approved_by: Vec<AccountId> = Vec::new();
    if state != State::Refused {
        approved_by.extend(row.opt_id::<AccountId>("first_by")?);
        approved_by.extend(row.opt_id::<AccountId>("second_by")?);
    }
    let facts = ResourceFacts::Demand(DemandFacts { asked_by, approved_by: approved_by.clone() });
    let may = |action| decide(&cx.actor, cx.purpose, action, &facts).is_allowed();
    let me = cx.actor.account_id();
    let expires_at = row.opt_moment("expires_at")?;
    let told_at = row.opt_moment("told_at")?;
    let exported = state == State::Exported;
    Ok(Demand {
        id,
        person: row.id("person_id")?,
        parts: row.text("parts")?.split(' ').filter_map(Part::from_code).collect(),
        state,
        asked_by,
        asked_at: row.moment("asked_at")?,
        exported_at: row.opt_moment("exported_at")?,
        expires_at,
        delay_until: row.opt_moment("delay_until")?,
        delay_by: row.opt_id("delay_by")?,
        told_at,
        may_decide: matches!(state, State::Asked | State::Half) && may(Action::ApproveDemand),
        may_export: state == State::Approved && may(Action::ExportDemand) && expires_at.is_some_and(|e| cx.now < e),
        may_tell: exported && told_at.is_none() && me.is_some_and(|me| approved_by.contains(&me)),
        document: cx.open_text(KeyClass::Text, id.0, &row.blob("document")?)?,
        authority: cx.open_text(KeyClass::Text, id.0, &row.blob("authority")?)?,
        approved_by,
    })
}

fn load(cx: &mut Cx<'_>, id: DemandId) -> Result<(Demand, ResourceFacts)> {
    let sql = format!("SELECT {COLUMNS} FROM lawful_demand WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    let demand = read(cx, &row)?;
    let facts = DemandFacts { asked_by: demand.asked_by, approved_by: demand.approved_by.clone() };
    Ok((demand, ResourceFacts::Demand(facts)))
}

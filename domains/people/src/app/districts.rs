//! The district itself: its first administrators, and its opening.

use super::accounts::{NewAccount, create_account};
use super::seats::{NewSeat, create_seat};
use super::terms::{NewTerm, begin_term, has_last_resort};
use super::{Flat, allow, line};
use crate::model::{Place, account::login_key};
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AccountId, DistrictId, SeatId};
use kernel::{ActorKind, Moment, Role};
use serde_json::json;
use store::{Cx, Row, params};

/// First people of a district. The three administrators are three different people; the coordinator is a fourth.
#[derive(Debug, Clone)]
pub struct Init {
    /// Statistical code or another short name, unique in the database; commands find the district by it.
    pub district_code: String,
    pub district_name: String,
    pub system: NewAccount,
    pub security: NewAccount,
    pub audit: NewAccount,
    /// First coordinator, who also sits on the district's catch-all seat until it is handed on.
    pub coordinator: NewAccount,
    /// Titles of the five seats as shown: system, security, audit, coordinator, catch-all.
    pub titles: [String; 5],
}

/// What [`init`] made.
#[derive(Debug, Clone, Copy)]
pub struct InitDone {
    pub system: AccountId,
    pub security: AccountId,
    pub audit: AccountId,
    pub coordinator: AccountId,
    pub catch_all_seat: SeatId,
}

/// The district as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    pub id: DistrictId,
    pub code: String,
    pub name: String,
    /// None: matters are not taken yet.
    pub opened_at: Option<Moment>,
}

/// The district of this context, once `init` has run.
pub fn district(cx: &mut Cx<'_>) -> Result<Option<District>> {
    let sql = "SELECT district_id, code, name, opened_at FROM district WHERE district_id = $1";
    cx.query_opt(sql, params![cx.district()])?.as_ref().map(read).transpose()
}

/// Every district of this database, oldest first; for the program itself, before anybody has signed in.
pub fn all_districts(cx: &mut Cx<'_>) -> Result<Vec<District>> {
    if !matches!(cx.actor.kind, ActorKind::System(_)) {
        return Err(store::Error::NotFound.into());
    }
    let sql = "SELECT district_id, code, name, opened_at FROM district ORDER BY created_at, code";
    cx.query(sql, &[])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<District> {
    Ok(District {
        id: row.id("district_id")?,
        code: row.text("code")?,
        name: row.text("name")?,
        opened_at: row.opt_moment("opened_at")?,
    })
}

pub fn is_open(cx: &mut Cx<'_>) -> Result<bool> {
    Ok(district(cx)?.is_some_and(|d| d.opened_at.is_some()))
}

/// Makes the district with its first people and opens it.
pub fn init(cx: &mut Cx<'_>, init: &Init) -> Result<InitDone> {
    allow(cx, Action::OpenDistrict, &ResourceFacts::District)?;
    if district(cx)?.is_some() {
        return Err(Error::DistrictExists);
    }
    let people = [&init.system, &init.security, &init.audit, &init.coordinator];
    let keys: std::collections::BTreeSet<String> = people.iter().map(|p| login_key(&p.login)).collect();
    if keys.len() < people.len() {
        return Err(Error::Separation);
    }
    let name = line("name", &init.district_name, 60)?;
    let code = line("code", &init.district_code, 20)?;
    let sql = "INSERT INTO district (district_id, code, name, created_at) VALUES ($1, $2, $3, $4)";
    cx.execute(sql, params![cx.district(), code, name, cx.now]).map_err(|e| match e {
        store::Error::Unique(_) => Error::DistrictExists,
        other => other.into(),
    })?;
    cx.record("district.created", "district", cx.district().0, &json!({}))?;
    let roles = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin, Role::Coordinator];
    let mut ids = Vec::with_capacity(roles.len());
    for ((person, role), title) in people.into_iter().zip(roles).zip(&init.titles) {
        let account = create_account(cx, person)?;
        sit(cx, role, title, account)?;
        ids.push(account);
    }
    let &[system, security, audit, coordinator] = ids.as_slice() else { return Err(Error::Separation) };
    let catch_all_seat = sit(cx, Role::CatchAll, &init.titles[4], coordinator)?;
    open_district(cx)?;
    Ok(InitDone { system, security, audit, coordinator, catch_all_seat })
}

fn sit(cx: &mut Cx<'_>, role: Role, title: &str, account: AccountId) -> Result<SeatId> {
    let seat = create_seat(cx, &NewSeat { role, place: Place::default(), title: title.to_owned(), reports_to: None })?;
    begin_term(cx, &Flat, &NewTerm::holder(seat, account))?;
    Ok(seat)
}

/// Opens the district for matters: refused while nobody holds the district's catch-all seat without end (R1).
pub fn open_district(cx: &mut Cx<'_>) -> Result<()> {
    allow(cx, Action::OpenDistrict, &ResourceFacts::District)?;
    // The same lock as for ending terms: nobody leaves while the door opens.
    cx.lock("catch-all")?;
    if !has_last_resort(cx)? {
        return Err(Error::LastCatchAll);
    }
    let done = cx.execute(
        "UPDATE district SET opened_at = $1 WHERE district_id = $2 AND opened_at IS NULL",
        params![cx.now, cx.district()],
    )?;
    if done > 0 {
        cx.record("district.opened", "district", cx.district().0, &json!({}))?;
    }
    Ok(())
}

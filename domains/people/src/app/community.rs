//! Community roles (N11): residents' representatives and building leaders, each with a scope in words and a term with an end. A narrow
//! door like that of volunteers: the seat is of the supplementary force, in one area, and gives no other right.

use super::volunteers::free_login;
use super::{Geography, PasswordHash, accounts, place_facts, seats, terms};
use crate::model::{Place, TermId};
use crate::policy::{Action, ResourceFacts, decide, require, require_somewhere};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, SeatId};
use kernel::{Lang, Moment, Role};
use serde_json::json;
use store::{Cx, params};

/// Somebody in such a role, now or to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub term: TermId,
    pub account: AccountId,
    pub name: String,
    /// What they are and for what, as on the door: "Building leader, building 3".
    pub title: String,
    pub area: AreaId,
    pub from: Moment,
    pub to: Option<Moment>,
}

/// Whoever is to be one.
#[derive(Debug, Clone)]
pub struct Appoint {
    pub name: String,
    pub lang: Lang,
    pub area: AreaId,
    pub title: String,
    /// The first instant that no longer counts.
    pub until: Moment,
    /// The login of an account they have already.
    pub login: Option<String>,
    pub password: Option<PasswordHash>,
}

fn facts(geography: &dyn Geography, area: AreaId) -> ResourceFacts {
    ResourceFacts::Place(place_facts(geography, &Place { area: Some(area), ..Place::default() }))
}

/// Who holds such a role where one works, by place and name.
pub fn holders(cx: &mut Cx<'_>, geography: &dyn Geography) -> Result<Vec<Holder>> {
    require_somewhere(&cx.actor, Action::ViewVolunteers)?;
    let sql = "SELECT t.id, t.account_id, t.from_at, t.to_at, a.display_name, s.title, s.area_id FROM seat s JOIN term t ON t.seat_id = s.id \
               JOIN account a ON a.id = t.account_id WHERE s.district_id = $1 AND s.role = $2 AND s.area_id IS NOT NULL \
               AND a.status = 'active' AND (t.to_at IS NULL OR t.to_at > $3) ORDER BY s.area_id, a.name_pinyin, t.id";
    let rows = cx.query(sql, params![cx.district(), Role::BuildingLeader.code(), cx.now])?;
    let mut out = Vec::new();
    for r in &rows {
        let area: AreaId = r.id("area_id")?;
        if !decide(&cx.actor, cx.purpose, Action::ViewVolunteers, &facts(geography, area)).is_allowed() {
            continue;
        }
        out.push(Holder {
            term: r.id("id")?,
            account: r.id("account_id")?,
            name: r.text("display_name")?,
            title: r.text("title")?,
            area,
            from: r.moment("from_at")?,
            to: r.opt_moment("to_at")?,
        });
    }
    Ok(out)
}

/// Appoints somebody: their login, and whether an account was made.
pub fn appoint(cx: &mut Cx<'_>, geography: &dyn Geography, new: &Appoint) -> Result<(String, bool)> {
    require_somewhere(&cx.actor, Action::AppointCommunity)?;
    require(&cx.actor, cx.purpose, Action::AppointCommunity, &facts(geography, new.area))?;
    if new.until <= cx.now {
        return Err(Error::Invalid { field: "until", why: "range" });
    }
    let known = new.login.as_deref().map(str::trim).filter(|l| !l.is_empty());
    let (account, made) = match known {
        Some(login) => {
            (accounts::by_login(cx, login)?.ok_or(Error::Invalid { field: "login", why: "unknown" })?, false)
        }
        None => {
            let id: AccountId = cx.new_id();
            let account = super::NewAccount {
                login: free_login(cx)?,
                display_name: new.name.clone(),
                phone_ext: None,
                email: None,
                lang: new.lang,
                password: new.password.clone(),
                must_change_password: true,
            };
            accounts::insert(cx, id, &account)?;
            (accounts::account(cx, id)?, true)
        }
    };
    let seat: SeatId = cx.new_id();
    let place = Place { area: Some(new.area), ..Place::default() };
    let wanted = seats::NewSeat { role: Role::BuildingLeader, place, title: new.title.clone(), reports_to: None };
    seats::insert(cx, seat, &wanted)?;
    let seat = seats::seat(cx, seat)?;
    terms::begin(cx, &seat, &terms::NewTerm { to: Some(new.until), ..terms::NewTerm::holder(seat.id, account.id) })?;
    Ok((account.login, made))
}

/// Ends such a role before its time; from this instant it gives nothing.
pub fn end(cx: &mut Cx<'_>, geography: &dyn Geography, term: TermId) -> Result<()> {
    require_somewhere(&cx.actor, Action::AppointCommunity)?;
    let sql = "SELECT t.account_id, s.id AS seat, s.area_id FROM term t JOIN seat s ON s.id = t.seat_id WHERE t.id = $1 \
               AND t.district_id = $2 AND s.role = $3 AND s.area_id IS NOT NULL";
    let row = cx.query_one(sql, params![term, cx.district(), Role::BuildingLeader.code()])?;
    let area: AreaId = row.id("area_id")?;
    require(&cx.actor, cx.purpose, Action::AppointCommunity, &facts(geography, area))?;
    let account: AccountId = row.id("account_id")?;
    terms::end_now(cx, term)?;
    cx.record("account.released", "account", account.0, &json!({ "role": Role::BuildingLeader.code() }))?;
    Ok(())
}

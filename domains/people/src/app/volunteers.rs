//! A narrow door for those who approve volunteers: a seat of this one role, in this one area, with a term, and an account where
//! there is none. It gives no other right; everything else about accounts is the administrators'.

use super::{Geography, accounts, place_facts, seats, terms};
use crate::model::{AccountStatus, Place};
use crate::policy::{AccountFacts, Action, ResourceFacts, require};
use crate::{Error, Result, app::PasswordHash};
use kernel::ids::{AccountId, AreaId, SeatId};
use kernel::{Lang, Moment, Role};
use serde_json::json;
use store::{Cx, params};

/// Whoever is to be a volunteer.
#[derive(Debug, Clone)]
pub struct Enlist {
    /// Shown to colleagues.
    pub name: String,
    pub lang: Lang,
    pub area: AreaId,
    /// As on the list of seats.
    pub title: String,
    /// The first instant that no longer counts.
    pub until: Option<Moment>,
    /// The account they have already; none: one is made with this password, which they change when they first sign in.
    pub account: Option<AccountId>,
    pub password: Option<PasswordHash>,
}

fn may(cx: &Cx<'_>, geography: &dyn Geography, action: Action, area: AreaId) -> Result<()> {
    let facts = place_facts(geography, &Place { area: Some(area), ..Place::default() });
    require(&cx.actor, cx.purpose, action, &ResourceFacts::Place(facts)).map_err(Error::from)
}

/// Gives them their seat: account and login.
pub fn enlist(cx: &mut Cx<'_>, geography: &dyn Geography, new: &Enlist) -> Result<(AccountId, String)> {
    may(cx, geography, Action::ApproveVolunteer, new.area)?;
    let account = match new.account {
        Some(known) => accounts::account(cx, known)?,
        None => {
            let id: AccountId = cx.new_id();
            let login = free_login(cx)?;
            let account = super::NewAccount {
                login,
                display_name: new.name.clone(),
                phone_ext: None,
                email: None,
                lang: new.lang,
                password: new.password.clone(),
                must_change_password: true,
            };
            accounts::insert(cx, id, &account)?;
            accounts::account(cx, id)?
        }
    };
    let seat: SeatId = cx.new_id();
    let place = Place { area: Some(new.area), ..Place::default() };
    let wanted = seats::NewSeat { role: Role::Volunteer, place, title: new.title.clone(), reports_to: None };
    seats::insert(cx, seat, &wanted)?;
    let seat = seats::seat(cx, seat)?;
    let term = terms::NewTerm { to: new.until, ..terms::NewTerm::holder(seat.id, account.id) };
    terms::begin(cx, &seat, &term)?;
    Ok((account.id, account.login))
}

/// Letters that say what it is, and a number that nobody has yet: no name stands in a login.
pub(super) fn free_login(cx: &mut Cx<'_>) -> Result<String> {
    let sql = "SELECT COUNT(*) AS n FROM account WHERE district_id = $1 AND login_key LIKE 'vol____'";
    let mut n = 1 + cx.query_one(sql, params![cx.district()])?.i64("n")?;
    loop {
        let login = format!("vol{n:04}");
        if accounts::by_login(cx, &login)?.is_none() {
            return Ok(login);
        }
        n += 1;
    }
}

/// They are a volunteer no longer: from this instant the role gives them nothing. An account without any other term is closed.
pub fn release(cx: &mut Cx<'_>, geography: &dyn Geography, account: AccountId, area: AreaId) -> Result<()> {
    may(cx, geography, Action::LeadVolunteers, area)?;
    end(cx, account)
}

/// The same by themselves.
pub fn release_own(cx: &mut Cx<'_>) -> Result<()> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let own = AccountFacts { id: account, areas: vec![], posts: vec![], orgs: vec![] };
    require(&cx.actor, cx.purpose, Action::OwnAccount, &ResourceFacts::Account(own))?;
    end(cx, account)
}

fn end(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let now = cx.now;
    let of_role = terms::of_account(cx, account)?;
    let others = of_role.iter().any(|(t, role)| *role != Role::Volunteer && t.to.is_none_or(|to| now < to));
    terms::end_in_role(cx, account, Role::Volunteer)?;
    if !others && accounts::account(cx, account)?.status == AccountStatus::Active {
        accounts::change_status(cx, account, AccountStatus::Closed)?;
    }
    cx.record("account.released", "account", account.0, &json!({ "role": Role::Volunteer.code() }))?;
    Ok(())
}

/// Somebody on a seat of a volunteer now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seated {
    pub account: AccountId,
    pub name: String,
    pub lang: Lang,
    pub area: AreaId,
}

/// Everybody who is a volunteer of an area now, by name.
pub fn seated(cx: &mut Cx<'_>) -> Result<Vec<Seated>> {
    let sql = "SELECT DISTINCT a.id, a.display_name, a.name_pinyin, a.lang, s.area_id FROM seat s JOIN term t ON t.seat_id = s.id \
               JOIN account a ON a.id = t.account_id WHERE s.district_id = $1 AND s.role = $2 AND s.area_id IS NOT NULL \
               AND a.status = 'active' AND t.from_at <= $3 AND (t.to_at IS NULL OR t.to_at > $3) ORDER BY a.name_pinyin, a.id";
    let rows = cx.query(sql, params![cx.district(), Role::Volunteer.code(), cx.now])?;
    rows.iter()
        .map(|r| {
            Ok(Seated {
                account: r.id("id")?,
                name: r.text("display_name")?,
                lang: Lang::from_tag(&r.text("lang")?),
                area: r.id("area_id")?,
            })
        })
        .collect()
}

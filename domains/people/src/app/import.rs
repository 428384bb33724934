//! People from a table (`mulin import people`): all or nothing, and the same again changes nothing.

use super::accounts::{AccountChange, NewAccount, account, by_login, change_account, create_account};
use super::orgs::{self, NewOrg, create_org};
use super::seats::{NewSeat, create_seat};
use super::terms::{self, NewTerm, begin_term};
use super::undo::{ACCOUNT, ORG, SEAT, TERM};
use super::{Flat, allow};
use crate::error::RowError;
use crate::model::account::login_is_valid;
use crate::model::{AccountStatus, OrgKind, Place, TermKind};
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, OrgId, PostId, SeatId};
use kernel::{Lang, Moment, Role};
use serde_json::json;
use store::{Cx, Value};
use uuid::Uuid;

/// One row, with areas and posts already looked up. A person with several seats has several rows.
#[derive(Debug, Clone, Default)]
pub struct PersonRow {
    pub login: String,
    pub display_name: String,
    pub phone_ext: Option<String>,
    pub email: Option<String>,
    pub lang: Lang,
    /// Kind and name; made when it is not there yet.
    pub org: Option<(OrgKind, String)>,
    /// The seat; none imports the account alone.
    pub role: Option<Role>,
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
    /// Title of the seat; empty takes the role's code. Same role, place and title = same seat.
    pub seat_title: String,
    pub deputy: bool,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    pub accounts_new: usize,
    pub accounts_changed: usize,
    pub orgs_new: usize,
    pub seats_new: usize,
    pub terms_new: usize,
    /// Rows that were there already.
    pub unchanged: usize,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Added,
    Changed,
    Nothing,
}

/// What was done, row by row.
#[derive(Debug, Clone, Default)]
pub struct Imported<R> {
    pub report: R,
    /// One for each row.
    pub rows: Vec<Did>,
    /// Everything a row is about, with its place among the rows.
    pub things: Vec<(Uuid, usize)>,
}

/// Imports all rows or none. Accounts have no password yet: `mulin account password` sets one.
///
/// # Errors
/// `WrongRows` lists every wrong row that could be found.
pub fn import_people(cx: &mut Cx<'_>, rows: &[PersonRow]) -> Result<Imported<ImportReport>> {
    allow(cx, Action::Import, &ResourceFacts::District)?;
    let mut done: Imported<ImportReport> = Imported::default();
    let mut wrong = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let row_number = i + 1;
        if !login_is_valid(&row.login) {
            wrong.push(RowError { row: row_number, field: "login", why: "form".into() });
            continue;
        }
        match import_row(cx, row, i, &mut done) {
            Ok(did) => done.rows.push(did),
            Err(Error::Invalid { field, why }) => wrong.push(RowError { row: row_number, field, why: why.into() }),
            Err(e @ (Error::Store(_) | Error::Denied(_))) => return Err(e),
            Err(e) => wrong.push(RowError { row: row_number, field: "role", why: e.code().into() }),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::WrongRows(wrong));
    }
    cx.record("people.imported", "district", cx.district().0, &json!({ "rows": rows.len() }))?;
    Ok(done)
}

fn import_row(cx: &mut Cx<'_>, row: &PersonRow, place: usize, done: &mut Imported<ImportReport>) -> Result<Did> {
    let report = &mut done.report;
    let before = *report;
    let id = import_account(cx, row, report)?;
    done.things.push((id.0, place));
    let org = match &row.org {
        Some((kind, name)) => Some(import_org(cx, *kind, name, row, report)?),
        None => None,
    };
    if let Some(role) = row.role {
        let seat = import_seat(cx, role, Place { org, area: row.area, post: row.post }, &row.seat_title, report)?;
        let kind = if row.deputy { TermKind::Deputy } else { TermKind::Holder };
        let now = cx.now;
        let there = terms::of_seat(cx, seat)?
            .iter()
            .any(|t| t.account == id && t.kind == kind && t.to.is_none_or(|to| now < to));
        if !there {
            let new = NewTerm { seat, account: id, kind, from: row.from, to: row.to, available_until: None };
            let term = begin_term(cx, &Flat, &new)?;
            cx.note_new(&TERM, term.0);
            done.things.push((term.0, place));
            report.terms_new += 1;
        }
        done.things.push((seat.0, place));
    }
    done.things.extend(org.map(|org| (org.0, place)));
    if before == *report {
        report.unchanged += 1;
        return Ok(Did::Nothing);
    }
    Ok(if report.accounts_new > before.accounts_new { Did::Added } else { Did::Changed })
}

fn import_account(cx: &mut Cx<'_>, row: &PersonRow, report: &mut ImportReport) -> Result<AccountId> {
    let Some(known) = by_login(cx, &row.login)? else {
        report.accounts_new += 1;
        let new = NewAccount {
            login: row.login.clone(),
            display_name: row.display_name.clone(),
            phone_ext: row.phone_ext.clone(),
            email: row.email.clone(),
            lang: row.lang,
            password: None,
            must_change_password: true,
        };
        let id = create_account(cx, &new)?;
        cx.note_new(&ACCOUNT, id);
        return Ok(id);
    };
    if known.status != AccountStatus::Active {
        return Err(Error::NotActive);
    }
    let mut change = AccountChange::default();
    if known.display_name != row.display_name.trim() {
        change.display_name = Some(row.display_name.clone());
    }
    if row.phone_ext.is_some() && known.phone_ext != row.phone_ext {
        change.phone_ext = Some(row.phone_ext.clone());
    }
    if row.email.is_some() && super::accounts::email(cx, known.id)? != row.email {
        change.email = Some(row.email.clone());
    }
    if change.display_name.is_some() || change.phone_ext.is_some() || change.email.is_some() {
        cx.note_before(&ACCOUNT, known.id)?;
        let seen = account(cx, known.id)?.version;
        change_account(cx, known.id, seen, &change)?;
        report.accounts_changed += 1;
    }
    Ok(known.id)
}

fn import_org(cx: &mut Cx<'_>, kind: OrgKind, name: &str, row: &PersonRow, report: &mut ImportReport) -> Result<OrgId> {
    if let Some(org) = orgs::by_name(cx, kind, name)? {
        return Ok(org.id);
    }
    report.orgs_new += 1;
    let new = NewOrg { kind, name: name.to_owned(), parent: None, area: row.area, post: row.post, phone: None };
    let id = create_org(cx, &new)?;
    cx.note_new(&ORG, id);
    Ok(id)
}

fn import_seat(cx: &mut Cx<'_>, role: Role, place: Place, title: &str, report: &mut ImportReport) -> Result<SeatId> {
    let title = if title.trim().is_empty() { role.code() } else { title.trim() };
    let mut params: Vec<Value> = vec![cx.district().into(), role.code().into(), title.into(), true.into()];
    let mut at = |column: &str, id: Option<uuid::Uuid>| match id {
        Some(id) => {
            params.push(Value::Uuid(id));
            format!("{column} = ${}", params.len())
        }
        None => format!("{column} IS NULL"),
    };
    let place_is = [
        at("org_id", place.org.map(Into::into)),
        at("area_id", place.area.map(Into::into)),
        at("post_id", place.post.map(Into::into)),
    ];
    let sql = format!(
        "SELECT id FROM seat WHERE district_id = $1 AND role = $2 AND title = $3 AND is_open = $4 AND {}",
        place_is.join(" AND ")
    );
    if let Some(row) = cx.query_opt(&sql, &params)? {
        return Ok(row.id("id")?);
    }
    report.seats_new += 1;
    let id = create_seat(cx, &NewSeat { role, place, title: title.to_owned(), reports_to: None })?;
    cx.note_new(&SEAT, id);
    Ok(id)
}

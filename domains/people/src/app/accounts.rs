//! Accounts: made, changed, suspended, closed.

use super::password::PasswordHash;
use super::{account_facts, allow, line, marks, opt_line, sessions, terms};
use crate::model::account::{login_is_valid, login_key};
use crate::model::{Account, AccountStatus};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Lang, text};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, Value, params};

/// A new account. The password is hashed before the transaction ([`super::password::hash`]).
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    pub login: String,
    pub display_name: String,
    pub phone_ext: Option<String>,
    pub email: Option<String>,
    pub lang: Lang,
    /// None: cannot sign in until one is set.
    pub password: Option<PasswordHash>,
    /// Ask for a new password at the first sign-in.
    pub must_change_password: bool,
}

/// New values; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    pub display_name: Option<String>,
    /// `Some(None)` takes it away.
    pub phone_ext: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub lang: Option<Lang>,
}

const COLUMNS: &str = "id, login, display_name, phone_ext, lang, status, must_change, created_at, version";

pub(crate) fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.id("id")?,
        login: row.text("login")?,
        display_name: row.text("display_name")?,
        phone_ext: row.opt_text("phone_ext")?,
        lang: Lang::from_tag(&row.text("lang")?),
        status: AccountStatus::from_code(&row.text("status")?).unwrap_or(AccountStatus::Closed),
        must_change_password: row.bool("must_change")?,
        created_at: row.moment("created_at")?,
        version: row.i64("version")?,
    })
}

/// Makes an account without any right; terms give rights.
pub fn create_account(cx: &mut Cx<'_>, new: &NewAccount) -> Result<AccountId> {
    let id: AccountId = cx.new_id();
    allow(cx, Action::ManageAccounts, &account_facts(id))?;
    insert(cx, id, new)?;
    Ok(id)
}

/// For whoever has asked the policy.
pub(super) fn insert(cx: &mut Cx<'_>, id: AccountId, new: &NewAccount) -> Result<()> {
    if !login_is_valid(&new.login) {
        return Err(Error::Invalid { field: "login", why: "form" });
    }
    let key = login_key(&new.login);
    if by_login(cx, &new.login)?.is_some() {
        return Err(Error::LoginTaken);
    }
    let name = line("display_name", &new.display_name, 60)?;
    let ext = opt_line("phone_ext", new.phone_ext.as_deref(), 30)?;
    let email = sealed_email(cx, id, new.email.as_deref())?;
    let (pinyin, initials) = text::pinyin(&name);
    cx.execute(
        "INSERT INTO account (id, district_id, login, login_key, display_name, name_key, name_pinyin, name_initials, \
         phone_ext, email, lang, status, password_hash, must_change, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, $13, 1, $14)",
        params![
            id,
            cx.district(),
            new.login.trim(),
            key,
            &name,
            name.to_lowercase(),
            pinyin,
            initials,
            ext,
            email,
            new.lang.tag(),
            new.password.as_ref().map(PasswordHash::as_str),
            new.must_change_password,
            cx.now
        ],
    )
    .map_err(|e| if matches!(e, store::Error::Unique(_)) { Error::LoginTaken } else { e.into() })?;
    cx.record("account.created", "account", id.0, &json!({ "password": new.password.is_some() }))?;
    cx.signal("account", id.0);
    Ok(())
}

/// Seals an address after checking that it looks like one.
fn sealed_email(cx: &mut Cx<'_>, id: AccountId, email: Option<&str>) -> Result<Option<Vec<u8>>> {
    let Some(email) = opt_line("email", email, 200)? else { return Ok(None) };
    let email = text::narrow(&email);
    let (local, domain) = email.split_once('@').unwrap_or_default();
    if local.is_empty() || !domain.contains('.') || email.contains(char::is_whitespace) {
        return Err(Error::Invalid { field: "email", why: "form" });
    }
    Ok(Some(cx.seal(KeyClass::Contact, id.0, email.as_bytes())?))
}

/// The account, for itself and for those who may see staff.
pub fn account(cx: &mut Cx<'_>, id: AccountId) -> Result<Account> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id = $1 AND district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

/// The account of a login, if there is one.
pub fn by_login(cx: &mut Cx<'_>, login: &str) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE district_id = $1 AND login_key = $2");
    cx.query_opt(&sql, params![cx.district(), login_key(login)])?.as_ref().map(read).transpose()
}

/// Display names of colleagues on matters, by id.
pub fn names(cx: &mut Cx<'_>, ids: &[AccountId]) -> Result<HashMap<AccountId, String>> {
    let mut names = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(200) {
        let sql = format!("SELECT id, display_name FROM account WHERE id IN ({})", marks(1, chunk.len()));
        let params: Vec<Value> = chunk.iter().map(|id| Value::from(*id)).collect();
        for row in cx.query(&sql, &params)? {
            names.insert(row.id("id")?, row.text("display_name")?);
        }
    }
    Ok(names)
}

/// Whether an address is known, without reading it.
pub fn has_email(cx: &mut Cx<'_>, id: AccountId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM account WHERE id = $1 AND district_id = $2 AND email IS NOT NULL";
    Ok(cx.query_opt(sql, params![id, cx.district()])?.is_some())
}

/// Where mail for this account goes. Only for the account itself, administrators of accounts, and the sender of mail.
pub fn email(cx: &mut Cx<'_>, id: AccountId) -> Result<Option<String>> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) && cx.actor.account_id() != Some(id) {
        allow(cx, Action::ManageAccounts, &account_facts(id))?;
    }
    let row =
        cx.query_one("SELECT email FROM account WHERE id = $1 AND district_id = $2", params![id, cx.district()])?;
    let Some(sealed) = row.opt_blob("email")? else { return Ok(None) };
    cx.record_read("account", id.0, &["email"])?;
    Ok(Some(cx.open_text(KeyClass::Contact, id.0, &sealed)?))
}

/// Changes what is shown; `seen` is the version that was on the page.
pub fn change_account(cx: &mut Cx<'_>, id: AccountId, seen: i64, change: &AccountChange) -> Result<()> {
    let only_lang = change.display_name.is_none() && change.phone_ext.is_none() && change.email.is_none();
    allow(cx, if only_lang { Action::OwnAccount } else { Action::ManageAccounts }, &account_facts(id))?;
    let before = account(cx, id)?;
    if before.version != seen {
        return Err(Error::Stale { seen, current: before.version });
    }
    let name = match &change.display_name {
        Some(name) => line("display_name", name, 60)?,
        None => before.display_name,
    };
    let ext = match &change.phone_ext {
        Some(ext) => opt_line("phone_ext", ext.as_deref(), 30)?,
        None => before.phone_ext,
    };
    let (pinyin, initials) = text::pinyin(&name);
    let done = cx.execute(
        "UPDATE account SET display_name = $1, name_key = $2, name_pinyin = $3, name_initials = $4, phone_ext = $5, \
         lang = $6, version = version + 1 WHERE id = $7 AND version = $8",
        params![&name, name.to_lowercase(), pinyin, initials, ext, change.lang.unwrap_or(before.lang).tag(), id, seen],
    )?;
    if done == 0 {
        return Err(Error::Stale { seen, current: account(cx, id)?.version });
    }
    if let Some(email) = &change.email {
        let sealed = sealed_email(cx, id, email.as_deref())?;
        cx.execute("UPDATE account SET email = $1 WHERE id = $2", params![sealed, id])?;
    }
    let fields: Vec<&str> = [
        ("display_name", change.display_name.is_some()),
        ("phone_ext", change.phone_ext.is_some()),
        ("email", change.email.is_some()),
        ("lang", change.lang.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect();
    cx.record("account.changed", "account", id.0, &json!({ "fields": fields }))?;
    cx.signal("account", id.0);
    Ok(())
}

/// Keeps somebody out for a while: devices are signed out, terms count for nothing, owned matters fall to the deputy
/// or the catch-all.
pub fn suspend_account(cx: &mut Cx<'_>, id: AccountId) -> Result<()> {
    set_status(cx, id, AccountStatus::Suspended)
}

/// Lets somebody in again.
pub fn reactivate_account(cx: &mut Cx<'_>, id: AccountId) -> Result<()> {
    set_status(cx, id, AccountStatus::Active)
}

/// Ends an account for good, with its terms.
pub fn close_account(cx: &mut Cx<'_>, id: AccountId) -> Result<()> {
    set_status(cx, id, AccountStatus::Closed)
}

fn set_status(cx: &mut Cx<'_>, id: AccountId, to: AccountStatus) -> Result<()> {
    allow(cx, Action::ManageAccounts, &account_facts(id))?;
    change_status(cx, id, to)
}

/// For whoever has asked the policy.
pub(super) fn change_status(cx: &mut Cx<'_>, id: AccountId, to: AccountStatus) -> Result<()> {
    terms::guard_catch_all(cx, |cx| {
        let before = account(cx, id)?;
        if before.status == to {
            return Ok(());
        }
        if before.status == AccountStatus::Closed {
            return Err(Error::NotActive);
        }
        cx.execute("UPDATE account SET status = $1, version = version + 1 WHERE id = $2", params![to.code(), id])?;
        if to != AccountStatus::Active {
            sessions::revoke_everything(cx, id)?;
        }
        if to == AccountStatus::Closed {
            terms::end_all_of(cx, id)?;
        }
        cx.record("account.status", "account", id.0, &json!({ "from": before.status.code(), "to": to.code() }))?;
        cx.signal("account", id.0);
        terms::signal_seats_of(cx, id)
    })
}

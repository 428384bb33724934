//! Keys of programs that call the API in the name of an account: for what, in which area, until when.
//!
//! A person makes keys for their own account only, after showing that it is them: nobody acts in somebody else's name, not
//! even who gives and takes roles. Whoever looks after sessions can end any key.

use super::fresh::Fresh;
use super::sessions::{actor_of, new_token, token_hash};
use super::told::{News, tell};
use super::{account_facts, accounts, allow, line};
use crate::model::{AccountStatus, TokenId};
use crate::policy::{Action, TokenScope};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId};
use kernel::{Actor, ActorKind, KeyLimit, Moment};
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, Row, params};

/// What keys begin with, so that they are recognised where they should not be.
pub const PREFIX: &str = "mulin_";

/// A new key.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub account: AccountId,
    /// What it is for, in words.
    pub label: String,
    pub scopes: Vec<TokenScope>,
    /// Only what lies in this area.
    pub area: Option<AreaId>,
    /// A key of a person ends within a year; only the operator makes one without an end.
    pub expires_at: Option<Moment>,
}

/// Days a key of a person works at most.
pub const MOST_DAYS: i64 = 366;

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub account: AccountId,
    pub label: String,
    pub scopes: Vec<TokenScope>,
    pub area: Option<AreaId>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
}

/// Whom a key stands for. The actor carries the limits of the key into every decision; an interface may also ask
/// `policy::require_scope` before it looks anything up.
#[derive(Debug, Clone)]
pub struct TokenActor {
    pub actor: Actor,
    pub token: TokenId,
    pub scopes: Vec<TokenScope>,
    /// Time to call [`touch`] in a write transaction.
    pub needs_touch: bool,
}

fn read(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.id("id")?,
        account: row.id("account_id")?,
        label: row.text("label")?,
        area: row.opt_id("area_id")?,
        scopes: row.text("scopes")?.split(' ').filter_map(TokenScope::from_code).collect(),
        created_at: row.moment("created_at")?,
        expires_at: row.opt_moment("expires_at")?,
        last_used_at: row.opt_moment("last_used_at")?,
    })
}

/// Makes a key for one's own account. Its secret is shown once and stored only as a keyed hash.
pub fn issue_own(cx: &mut Cx<'_>, fresh: &Fresh, new: &NewToken) -> Result<(TokenId, SecretString)> {
    let me = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(new.account))?;
    match new.expires_at {
        None => return Err(Error::Invalid { field: "expires_at", why: "missing" }),
        Some(at) if at > cx.now.plus_days(MOST_DAYS) => {
            return Err(Error::Invalid { field: "expires_at", why: "range" });
        }
        Some(_) => {}
    }
    let issued = write(cx, new)?;
    tell(cx, me, News::KeyIssued)?;
    Ok(issued)
}

/// Makes a key for any account, by the operator at the machine.
pub fn issue(cx: &mut Cx<'_>, new: &NewToken) -> Result<(TokenId, SecretString)> {
    if !matches!(cx.actor.kind, ActorKind::System(_)) {
        return Err(Error::NotFresh);
    }
    allow(cx, Action::ManageTokens, &account_facts(new.account))?;
    write(cx, new)
}

fn write(cx: &mut Cx<'_>, new: &NewToken) -> Result<(TokenId, SecretString)> {
    let label = line("label", &new.label, 60)?;
    if new.scopes.is_empty() {
        return Err(Error::Invalid { field: "scopes", why: "missing" });
    }
    if new.expires_at.is_some_and(|at| at <= cx.now) {
        return Err(Error::Invalid { field: "expires_at", why: "past" });
    }
    if accounts::account(cx, new.account)?.status != AccountStatus::Active {
        return Err(Error::NotActive);
    }
    let id: TokenId = cx.new_id();
    let (secret, hash) = new_token(cx, PREFIX);
    let scopes = new.scopes.iter().map(|s| s.code()).collect::<Vec<_>>().join(" ");
    cx.execute(
        "INSERT INTO api_token (id, district_id, account_id, token_hash, label, scopes, created_at, expires_at, area_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, cx.district(), new.account, hash, label, &scopes, cx.now, new.expires_at, new.area],
    )?;
    let payload = json!({ "token": id, "scopes": scopes, "area": new.area });
    cx.record("token.issued", "account", new.account.0, &payload)?;
    Ok((id, secret))
}

/// Whom this key stands for now, with the account's rights of this instant.
pub fn resolve_token(cx: &mut Cx<'_>, secret: &str) -> Result<Option<TokenActor>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let hash = token_hash(cx, secret);
    let sql = "SELECT t.id, t.account_id, t.label, t.scopes, t.created_at, t.expires_at, \
               t.last_used_at, t.area_id \
               FROM api_token t JOIN account a ON a.id = t.account_id WHERE t.token_hash = $1 AND t.district_id = $2 \
               AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3) AND a.status = 'active'";
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), cx.now])? else { return Ok(None) };
    let token = read(&row)?;
    let needs_touch = token.last_used_at.is_none_or(|at| cx.now.secs_since(at) >= 3_600);
    let actor = actor_of(cx, token.account)?.by_key(limit_of(&token));
    Ok(Some(TokenActor { actor, token: token.id, scopes: token.scopes, needs_touch }))
}

fn limit_of(token: &Token) -> KeyLimit {
    KeyLimit { key: token.id.0, scopes: token.scopes.iter().map(|s| s.code()).collect(), area: token.area }
}

/// What a key leaves now, for work that was begun with it and is carried out later; nothing when it was ended, is too old, or its
/// account is not active.
pub fn limit_now(cx: &mut Cx<'_>, account: AccountId, key: TokenId) -> Result<Option<KeyLimit>> {
    let sql = "SELECT t.id, t.account_id, t.label, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.area_id \
               FROM api_token t JOIN account a ON a.id = t.account_id WHERE t.id = $1 AND t.account_id = $2 AND t.district_id = $3 \
               AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $4) AND a.status = 'active'";
    let row = cx.query_opt(sql, params![key, account, cx.district(), cx.now])?;
    row.map(|row| Ok(limit_of(&read(&row)?))).transpose()
}

/// Notes that the key is in use.
pub fn touch(cx: &mut Cx<'_>, id: TokenId) -> Result<()> {
    cx.execute("UPDATE api_token SET last_used_at = $1 WHERE id = $2", params![cx.now, id])?;
    Ok(())
}

/// Keys of an account that work, newest first.
pub fn list(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Token>> {
    allow(cx, Action::ManageTokens, &account_facts(account))?;
    let sql = "SELECT id, account_id, label, scopes, created_at, expires_at, last_used_at, area_id FROM api_token \
               WHERE account_id = $1 AND district_id = $2 AND revoked_at IS NULL \
               AND (expires_at IS NULL OR expires_at > $3) ORDER BY created_at DESC, id";
    cx.query(sql, params![account, cx.district(), cx.now])?.iter().map(read).collect()
}

/// Ends a key.
pub fn revoke(cx: &mut Cx<'_>, id: TokenId) -> Result<()> {
    let sql = "SELECT account_id FROM api_token WHERE id = $1 AND district_id = $2";
    let account: AccountId = cx.query_one(sql, params![id, cx.district()])?.id("account_id")?;
    allow(cx, Action::ManageTokens, &account_facts(account))?;
    let done =
        cx.execute("UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", params![cx.now, id])?;
    if done > 0 {
        cx.record("token.revoked", "account", account.0, &json!({ "token": id }))?;
    }
    Ok(())
}

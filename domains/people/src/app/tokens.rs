//! Keys of programs that call the API in the name of an account.

use super::sessions::{actor_of, new_token, token_hash};
use super::{account_facts, accounts, allow, line};
use crate::model::{AccountStatus, TokenId};
use crate::policy::{Action, TokenScope};
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Actor, Moment};
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, Row, params};

/// What keys begin with, so that they are recognised where they should not be.
pub const PREFIX: &str = "mulin_";

/// A new key.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub account: AccountId,
    pub label: String,
    pub scopes: Vec<TokenScope>,
    pub expires_at: Option<Moment>,
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub account: AccountId,
    pub label: String,
    pub scopes: Vec<TokenScope>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
}

/// Whom a key stands for. The scopes are checked with `policy::require_scope` beside `decide`.
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
        scopes: row.text("scopes")?.split(' ').filter_map(TokenScope::from_code).collect(),
        created_at: row.moment("created_at")?,
        expires_at: row.opt_moment("expires_at")?,
        last_used_at: row.opt_moment("last_used_at")?,
    })
}

/// Makes a key. Its secret is shown once and stored only as a keyed hash.
pub fn issue(cx: &mut Cx<'_>, new: &NewToken) -> Result<(TokenId, SecretString)> {
    allow(cx, Action::ManageTokens, &account_facts(new.account))?;
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
        "INSERT INTO api_token (id, district_id, account_id, token_hash, label, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), new.account, hash, label, &scopes, cx.now, new.expires_at],
    )?;
    cx.record("token.issued", "account", new.account.0, &json!({ "token": id, "scopes": scopes }))?;
    Ok((id, secret))
}

/// Whom this key stands for now, with the account's rights of this instant.
pub fn resolve_token(cx: &mut Cx<'_>, secret: &str) -> Result<Option<TokenActor>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let hash = token_hash(cx, secret);
    let sql = "SELECT t.id, t.account_id, t.label, t.scopes, t.created_at, t.expires_at, t.last_used_at \
               FROM api_token t JOIN account a ON a.id = t.account_id WHERE t.token_hash = $1 AND t.district_id = $2 \
               AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3) AND a.status = 'active'";
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), cx.now])? else { return Ok(None) };
    let token = read(&row)?;
    let needs_touch = token.last_used_at.is_none_or(|at| cx.now.secs_since(at) >= 3_600);
    Ok(Some(TokenActor { actor: actor_of(cx, token.account)?, token: token.id, scopes: token.scopes, needs_touch }))
}

/// Notes that the key is in use.
pub fn touch(cx: &mut Cx<'_>, id: TokenId) -> Result<()> {
    cx.execute("UPDATE api_token SET last_used_at = $1 WHERE id = $2", params![cx.now, id])?;
    Ok(())
}

/// Keys of an account that work, newest first.
pub fn list(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Token>> {
    allow(cx, Action::ManageTokens, &account_facts(account))?;
    let sql = "SELECT id, account_id, label, scopes, created_at, expires_at, last_used_at FROM api_token \
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

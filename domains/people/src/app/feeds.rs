//! The calendar feed of an account: a secret address that a calendar program asks for duty times and due dates. One per
//! account, made and ended by its owner, stored only as a keyed hash. A calendar program cannot sign in, so whoever has
//! the address reads the feed; that is why nothing about residents stands in it.

use super::sessions::{actor_of, new_token, token_hash};
use super::{account_facts, accounts, allow};
use crate::model::{Account, AccountStatus};
use crate::policy::{Action, Denied, Why};
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Actor, Moment};
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, params};

/// What its owner sees of a feed; the address itself was shown once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    pub created_at: Moment,
    pub last_used_at: Option<Moment>,
}

/// Whose feed it is, with the rights of this instant.
#[derive(Debug, Clone)]
pub struct FeedActor {
    pub actor: Actor,
    pub account: Account,
    /// Time to call [`touch`] in a write transaction.
    pub needs_touch: bool,
}

fn me(cx: &Cx<'_>) -> Result<AccountId> {
    let denied = Denied { action: Action::OwnAccount, why: Why::NotSignedIn };
    let id = cx.actor.account_id().ok_or(Error::Denied(denied))?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    Ok(id)
}

/// My feed, if there is one.
pub fn mine(cx: &mut Cx<'_>) -> Result<Option<Feed>> {
    let account = me(cx)?;
    let sql = "SELECT created_at, last_used_at FROM calendar_feed WHERE account_id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![account, cx.district()])?;
    row.map(|r| Ok(Feed { created_at: r.moment("created_at")?, last_used_at: r.opt_moment("last_used_at")? }))
        .transpose()
}

/// Makes a new address; one made before stops working at once.
pub fn make(cx: &mut Cx<'_>) -> Result<SecretString> {
    let account = me(cx)?;
    let (secret, hash) = new_token(cx, "");
    cx.execute("DELETE FROM calendar_feed WHERE account_id = $1", params![account])?;
    let sql = "INSERT INTO calendar_feed (account_id, district_id, token_hash, created_at) VALUES ($1, $2, $3, $4)";
    cx.execute(sql, params![account, cx.district(), hash, cx.now])?;
    cx.record("feed.made", "account", account.0, &json!({}))?;
    Ok(secret)
}

/// Ends my feed. Ending none is fine.
pub fn revoke(cx: &mut Cx<'_>) -> Result<()> {
    let account = me(cx)?;
    if cx.execute("DELETE FROM calendar_feed WHERE account_id = $1", params![account])? > 0 {
        cx.record("feed.revoked", "account", account.0, &json!({}))?;
    }
    Ok(())
}

/// Whose feed this address is; `None` when it is unknown or ended, or the account is not active.
pub fn resolve_feed(cx: &mut Cx<'_>, secret: &str) -> Result<Option<FeedActor>> {
    let sql = "SELECT account_id, last_used_at FROM calendar_feed WHERE token_hash = $1 AND district_id = $2";
    let hash = token_hash(cx, secret);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district()])? else { return Ok(None) };
    let account = accounts::account(cx, row.id("account_id")?)?;
    if account.status != AccountStatus::Active {
        return Ok(None);
    }
    let needs_touch = row.opt_moment("last_used_at")?.is_none_or(|at| cx.now.secs_since(at) >= 3_600);
    Ok(Some(FeedActor { actor: actor_of(cx, account.id)?, account, needs_touch }))
}

/// Notes that the feed is in use.
pub fn touch(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    cx.execute("UPDATE calendar_feed SET last_used_at = $1 WHERE account_id = $2", params![cx.now, account])?;
    Ok(())
}

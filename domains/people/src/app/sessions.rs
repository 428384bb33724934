//! Signed-in devices. The token is random and stored only as a keyed hash; what it may do is computed from the terms
//! that run at the instant of each request, so an ended term counts from the very next click.

use super::{account_facts, accounts, allow, seats};
use crate::model::{Account, AccountStatus, SessionId, TermKind};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Actor, Grant, Moment};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Days after which a session ends whatever happens.
pub const LIFE_DAYS: i64 = 14;
/// Hours without use after which it ends.
pub const IDLE_HOURS: i64 = 12;
/// Seconds between two notes of use, so that reading pages does not write each time.
const TOUCH_SECS: i64 = 300;

/// Who a token stands for, with the rights of this instant.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub actor: Actor,
    pub session: SessionId,
    pub account: Account,
    /// Time to call [`touch`] in a write transaction.
    pub needs_touch: bool,
}

/// A signed-in device, for the page that lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub session: SessionId,
    pub label: String,
    pub created_at: Moment,
    pub last_seen_at: Moment,
}

/// 256 random bits in hexadecimal, and the hash to store.
pub(crate) fn new_token(cx: &Cx<'_>, prefix: &str) -> (SecretString, [u8; 32]) {
    let mut bytes = [0u8; 32];
    cx.ids().fill(&mut bytes);
    let token = SecretString::from(format!("{prefix}{}", hex::encode(bytes)));
    let hash = token_hash(cx, token.expose_secret());
    (token, hash)
}

pub(crate) fn token_hash(cx: &Cx<'_>, token: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Identity, token.as_bytes())
}

pub(crate) fn open(cx: &mut Cx<'_>, account: AccountId, device: &str) -> Result<(SessionId, SecretString)> {
    let id: SessionId = cx.new_id();
    let (token, hash) = new_token(cx, "");
    let device = kernel::text::excerpt(&kernel::text::tidy(device), 80);
    cx.execute(
        "INSERT INTO login_session (id, district_id, account_id, token_hash, device, created_at, last_seen_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        params![id, cx.district(), account, hash, device, cx.now, cx.now.plus_days(LIFE_DAYS)],
    )?;
    cx.record("session.opened", "account", account.0, &json!({ "session": id }))?;
    Ok((id, token))
}

/// Who holds this token now; `None` when it is unknown, revoked, expired, idle for too long, or the account is not
/// active.
pub fn resolve(cx: &mut Cx<'_>, token: &str) -> Result<Option<Resolved>> {
    let sql = "SELECT id, account_id, last_seen_at FROM login_session \
               WHERE token_hash = $1 AND district_id = $2 AND revoked_at IS NULL AND expires_at > $3";
    let hash = token_hash(cx, token);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), cx.now])? else { return Ok(None) };
    let seen = row.moment("last_seen_at")?;
    if seen.plus_hours(IDLE_HOURS) <= cx.now {
        return Ok(None);
    }
    let account = accounts::account(cx, row.id("account_id")?)?;
    if account.status != AccountStatus::Active {
        return Ok(None);
    }
    let actor = actor_of(cx, account.id)?;
    let needs_touch = cx.now.secs_since(seen) >= TOUCH_SECS;
    Ok(Some(Resolved { actor, session: row.id("id")?, account, needs_touch }))
}

/// The account as an actor with the grants of `cx.now`. An account that is not active has none.
pub fn actor_of(cx: &mut Cx<'_>, account: AccountId) -> Result<Actor> {
    let sql = "SELECT s.id AS seat_id, s.role, s.org_id, s.area_id, s.post_id, t.kind, t.to_at \
               FROM term t JOIN seat s ON s.id = t.seat_id JOIN account a ON a.id = t.account_id \
               WHERE t.account_id = $1 AND t.district_id = $2 AND a.status = 'active' AND s.is_open = $3 \
               AND t.from_at <= $4 AND (t.to_at IS NULL OR t.to_at > $4) ORDER BY t.from_at, t.id";
    let mut grants = Vec::new();
    for row in cx.query(sql, params![account, cx.district(), true, cx.now])? {
        let place = seats::place(&row)?;
        grants.push(Grant {
            seat: row.id("seat_id")?,
            role: seats::role(&row)?,
            org: place.org,
            area: place.area,
            post: place.post,
            deputy: row.text("kind")? == TermKind::Deputy.code(),
            until: row.opt_moment("to_at")?,
        });
    }
    Ok(Actor::account(cx.district(), account, grants))
}

/// Notes that the device is in use.
pub fn touch(cx: &mut Cx<'_>, session: SessionId) -> Result<()> {
    cx.execute(
        "UPDATE login_session SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1",
        params![cx.now, session],
    )?;
    Ok(())
}

/// Signed-in devices of an account, last used first.
pub fn devices(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Device>> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "SELECT id, device, created_at, last_seen_at FROM login_session \
               WHERE account_id = $1 AND district_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND last_seen_at > $4 \
               ORDER BY last_seen_at DESC, id";
    let idle = cx.now.plus_hours(-IDLE_HOURS);
    let rows = cx.query(sql, params![account, cx.district(), cx.now, idle])?;
    rows.iter()
        .map(|r| {
            Ok(Device {
                session: r.id("id")?,
                label: r.text("device")?,
                created_at: r.moment("created_at")?,
                last_seen_at: r.moment("last_seen_at")?,
            })
        })
        .collect()
}

/// Signs out one device.
pub fn revoke(cx: &mut Cx<'_>, session: SessionId) -> Result<()> {
    let sql = "SELECT account_id FROM login_session WHERE id = $1 AND district_id = $2";
    let account: AccountId = cx.query_one(sql, params![session, cx.district()])?.id("account_id")?;
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "UPDATE login_session SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
    if cx.execute(sql, params![cx.now, session])? > 0 {
        cx.record("session.revoked", "account", account.0, &json!({ "session": session }))?;
        cx.signal("session", session.0);
    }
    Ok(())
}

/// Signs out every device of an account but `keep`.
pub fn revoke_all(cx: &mut Cx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<()> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    revoke_all_of(cx, account, keep)
}

pub(crate) fn revoke_all_of(cx: &mut Cx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<()> {
    let sql = "UPDATE login_session SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL AND id <> $3";
    let keep = keep.map_or(uuid::Uuid::nil(), |s| s.0);
    if cx.execute(sql, params![cx.now, account, keep])? > 0 {
        cx.record("session.revoked", "account", account.0, &json!({ "all": true }))?;
        cx.signal("account", account.0);
    }
    Ok(())
}

/// Devices and keys, when an account is suspended or closed.
pub(crate) fn revoke_everything(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    revoke_all_of(cx, account, None)?;
    cx.execute(
        "UPDATE api_token SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL",
        params![cx.now, account],
    )?;
    Ok(())
}

/// Ends one's own session (the "sign out" button).
pub fn sign_out(cx: &mut Cx<'_>, session: SessionId) -> Result<()> {
    if cx.actor.account_id().is_none() {
        return Err(Error::Store(store::Error::NotFound));
    }
    revoke(cx, session)
}

/// Rights of an account one after the other, for the page "what may this person do": the grants with their seats.
pub fn grants_of(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<(Grant, String)>> {
    allow(cx, Action::ViewStaff, &account_facts(account))?;
    let actor = actor_of(cx, account)?;
    let mut out = Vec::new();
    for grant in actor.grants() {
        out.push((grant.clone(), seats::seat(cx, grant.seat)?.title));
    }
    Ok(out)
}

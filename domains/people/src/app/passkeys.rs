//! Passkeys: which key of which device is which account. The web face checks the signatures and hands in what they prove;
//! here is what a proof may be used for.
//!
//! A passkey asks for the person (finger, face, PIN) on their device, so it is a password and a second factor in one. A page
//! of somebody else gets nothing from it: browsers give it to the site it was made for only.

use super::fresh::Fresh;
use super::login::{self, Locks, SignIn};
use super::sessions::{self, Ended, Method, Opening};
use super::told::{News, tell};
use super::{account_facts, accounts, allow, line, oidc};
use crate::model::{AccountStatus, SessionId, codes};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::AccountId;
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Minutes that a challenge waits for its answer.
pub const CHALLENGE_MINUTES: i64 = 5;
/// Passkeys of one account.
const MOST: i64 = 10;

codes! {
    /// What a challenge was made for; its answer counts for nothing else.
    Aim {
        SignIn = "sign-in",
        /// To show again that it is them ([`super::fresh`]).
        Confirm = "confirm",
        Add = "add",
    }
}

/// A challenge that was answered.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// What the web face kept for itself.
    pub state: String,
    account: Option<AccountId>,
    session: Option<SessionId>,
}

/// A passkey as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: Uuid,
    pub account: AccountId,
    /// Public key and counter, in the web face's own form.
    pub credential: String,
}

/// A passkey, for the page of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub id: Uuid,
    pub name: String,
    pub since: Moment,
    pub last_used: Option<Moment>,
}

/// What came of checking an answer.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It holds; the credential with its new counter.
    Holds { key: Uuid, credential: String },
    /// Its counter went back: there are two of it.
    Copied { key: Uuid },
    /// It does not hold, or no such passkey is known.
    Not,
}

/// A new challenge. For [`Aim::Add`] whoever asks has shown a moment ago that it is them.
pub fn begin(
    cx: &mut Cx<'_>,
    aim: Aim,
    session: Option<SessionId>,
    fresh: Option<&Fresh>,
    state: &str,
) -> Result<SecretString> {
    let account = match aim {
        Aim::SignIn => None,
        Aim::Confirm => Some(cx.actor.account_id().ok_or(store::Error::NotFound)?),
        Aim::Add => Some(fresh.ok_or(Error::NotFresh)?.is_of(cx)?),
    };
    if let Some(account) = account {
        allow(cx, Action::OwnAccount, &account_facts(account))?;
    }
    let (token, hash) = sessions::new_token(cx, "");
    let id: Uuid = cx.new_id();
    cx.execute("DELETE FROM passkey_challenge WHERE expires_at < $1", params![cx.now])?;
    cx.execute(
        "INSERT INTO passkey_challenge (id, district_id, token_hash, aim, account_id, session_id, state, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            cx.district(),
            hash,
            aim.code(),
            account,
            session.filter(|_| account.is_some()),
            state,
            cx.now.plus_minutes(CHALLENGE_MINUTES)
        ],
    )?;
    Ok(token)
}

/// Takes a challenge out, whatever comes of its answer. `None`: unknown, used, too old, or made for something else.
pub fn take(cx: &mut Cx<'_>, token: &str, aim: Aim) -> Result<Option<Challenge>> {
    let hash = sessions::token_hash(cx, token);
    let sql = "DELETE FROM passkey_challenge WHERE token_hash = $1 AND district_id = $2 \
               RETURNING aim, account_id, session_id, state, expires_at";
    let Some(row) = cx.query_opt(sql, params![hash, cx.district()])? else { return Ok(None) };
    if row.text("aim")? != aim.code() || row.moment("expires_at")? <= cx.now {
        return Ok(None);
    }
    Ok(Some(Challenge {
        state: row.text("state")?,
        account: row.opt_id("account_id")?,
        session: row.opt_id("session_id")?,
    }))
}

fn hash_of(cx: &Cx<'_>, credential_id: &[u8]) -> [u8; 32] {
    let plain = format!("passkey:{}", hex::encode(credential_id));
    cx.keyed_hash(KeyClass::Identity, plain.as_bytes())
}

/// The passkey of this id, when it is of the account that the device names.
pub fn find(cx: &mut Cx<'_>, credential_id: &[u8], account: Uuid) -> Result<Option<Kept>> {
    let sql = "SELECT id, account_id, credential FROM passkey WHERE credential_hash = $1 AND district_id = $2 \
               AND account_id = $3";
    let hash = hash_of(cx, credential_id);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), account])? else { return Ok(None) };
    Ok(Some(Kept { id: row.uuid("id")?, account: row.id("account_id")?, credential: row.text("credential")? }))
}

/// One's own credentials, so that a device does not make a second one.
pub fn own_credentials(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let rows = cx.query("SELECT credential FROM passkey WHERE account_id = $1", params![account])?;
    rows.iter().map(|r| Ok(r.text("credential")?)).collect()
}

/// Keeps a new passkey of whoever began with `challenge`, in the same session.
pub fn add(cx: &mut Cx<'_>, challenge: &Challenge, id: &[u8], credential: &str, name: &str) -> Result<()> {
    let (account, _) = same_session(cx, challenge)?;
    let name = line("name", name, 40)?;
    cx.lock(&format!("passkeys/{account}"))?;
    if count(cx, account)? >= MOST {
        return Err(Error::TooMany);
    }
    let (key, hash): (Uuid, _) = (cx.new_id(), hash_of(cx, id));
    cx.execute(
        "INSERT INTO passkey (id, district_id, account_id, credential_hash, credential, name, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![key, cx.district(), account, hash, credential, name, cx.now],
    )
    .map_err(|e| if matches!(e, store::Error::Unique(_)) { Error::LinkTaken } else { e.into() })?;
    cx.record("passkey.added", "account", account.0, &json!({ "passkey": key }))?;
    tell(cx, account, News::PasskeyAdded)
}

/// Whoever acts began with it, and their session is still open.
fn same_session(cx: &mut Cx<'_>, challenge: &Challenge) -> Result<(AccountId, SessionId)> {
    let (Some(account), Some(session)) = (challenge.account, challenge.session) else { return Err(Error::NotFresh) };
    if cx.actor.account_id() != Some(account) {
        return Err(Error::NotFresh);
    }
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let sql = "SELECT 1 AS one FROM login_session WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL \
               AND expires_at > $3";
    cx.query_opt(sql, params![session, account, cx.now])?.map(|_| (account, session)).ok_or(Error::NotFresh)
}

pub(crate) fn count(cx: &mut Cx<'_>, account: AccountId) -> Result<i64> {
    Ok(cx.query_one("SELECT COUNT(*) AS n FROM passkey WHERE account_id = $1", params![account])?.i64("n")?)
}

/// The account of a passkey that holds, its counter written down; a copied one is told to its owner and counts for nothing.
fn judged(cx: &mut Cx<'_>, verdict: &Verdict) -> Result<Option<AccountId>> {
    let sql = "SELECT account_id FROM passkey WHERE id = $1 AND district_id = $2";
    match verdict {
        Verdict::Not => Ok(None),
        Verdict::Copied { key } => {
            if let Some(row) = cx.query_opt(sql, params![*key, cx.district()])? {
                let account: AccountId = row.id("account_id")?;
                cx.record("passkey.copied", "account", account.0, &json!({ "passkey": key }))?;
                tell(cx, account, News::PasskeyCopied)?;
            }
            Ok(None)
        }
        Verdict::Holds { key, credential } => {
            let Some(row) = cx.query_opt(sql, params![*key, cx.district()])? else { return Ok(None) };
            let update = "UPDATE passkey SET credential = $1, last_used_at = $2 WHERE id = $3";
            cx.execute(update, params![credential, cx.now, *key])?;
            Ok(Some(row.id("account_id")?))
        }
    }
}

/// Signs in with a passkey. A refusal is an answer, not an error: what happened must be kept.
pub fn sign_in(cx: &mut Cx<'_>, verdict: &Verdict, device: &str, source: &str) -> Result<SignIn> {
    let Some(account) = judged(cx, verdict)? else {
        // Counted for the address only: whoever knows of somebody's passkey must not be able to lock them out.
        let locks = Locks::of(cx, "no login has blanks", source);
        if let Some(until) = locks.locked(cx)? {
            return Ok(SignIn::Locked { until });
        }
        return Ok(locks.failed_from(cx)?.map_or(SignIn::Wrong, |until| SignIn::Locked { until }));
    };
    let locks = Locks::of_account(cx, account, source)?;
    if let Some(until) = locks.locked(cx)? {
        return Ok(SignIn::Locked { until });
    }
    let account = accounts::account(cx, account)?;
    if account.status != AccountStatus::Active {
        return Ok(SignIn::Inactive);
    }
    login::admit(cx, &account, &locks, &Opening { device, source, method: Method::Passkey })
}

/// Shows again that it is them, with a passkey of the account that began. `None`: it did not.
pub fn confirm(
    cx: &mut Cx<'_>,
    challenge: &Challenge,
    verdict: &Verdict,
    source: &str,
) -> Result<Option<SecretString>> {
    let (account, session) = same_session(cx, challenge)?;
    let locks = Locks::of_account(cx, account, source)?;
    if locks.locked(cx)?.is_some() {
        return Ok(None);
    }
    if judged(cx, verdict)? != Some(account) {
        locks.failed(cx, Some(account))?;
        return Ok(None);
    }
    locks.forget(cx)?;
    let token = sessions::renew(cx, session)?;
    let by = Method::Passkey.code();
    cx.record("session.confirmed", "account", account.0, &json!({ "session": session, "by": by }))?;
    Ok(Some(token))
}

/// Passkeys of an account, for itself and for whoever may take them away.
pub fn list(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Passkey>> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "SELECT id, name, created_at, last_used_at FROM passkey WHERE account_id = $1 AND district_id = $2 \
               ORDER BY created_at, id";
    let rows = cx.query(sql, params![account, cx.district()])?;
    let read = |r: &store::Row| -> Result<Passkey> {
        Ok(Passkey {
            id: r.uuid("id")?,
            name: r.text("name")?,
            since: r.moment("created_at")?,
            last_used: r.opt_moment("last_used_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Takes one's own passkey away, but never the last way in. Other devices are signed out.
pub fn remove(cx: &mut Cx<'_>, fresh: &Fresh, keep: SessionId, id: Uuid) -> Result<()> {
    let me = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(me))?;
    owned_by(cx, me, id)?;
    if oidc::ways_in(cx, me)? <= 1 {
        return Err(Error::LastWay);
    }
    take_away(cx, me, Some(keep), id)
}

/// Takes somebody's passkey away, because the device that holds it is lost: all their devices are signed out and they are
/// told. Whoever has no other way in left gets a new password from the system administrator.
pub fn remove_of(cx: &mut Cx<'_>, fresh: &Fresh, account: AccountId, id: Uuid) -> Result<()> {
    fresh.is_of(cx)?;
    // Whether there is such an account or passkey is not told to those who may not.
    allow(cx, Action::ResetFactor, &account_facts(account))?;
    owned_by(cx, account, id)?;
    take_away(cx, account, None, id)
}

fn owned_by(cx: &mut Cx<'_>, account: AccountId, id: Uuid) -> Result<()> {
    let sql = "SELECT 1 AS one FROM passkey WHERE id = $1 AND account_id = $2 AND district_id = $3";
    cx.query_one(sql, params![id, account, cx.district()])?;
    Ok(())
}

fn take_away(cx: &mut Cx<'_>, account: AccountId, keep: Option<SessionId>, id: Uuid) -> Result<()> {
    cx.execute("DELETE FROM passkey WHERE id = $1", params![id])?;
    // What was begun with it counts for nothing either.
    cx.execute("DELETE FROM passkey_challenge WHERE account_id = $1", params![account])?;
    sessions::revoke_all_of(cx, account, keep, Ended::Secret)?;
    cx.record("passkey.removed", "account", account.0, &json!({ "passkey": id }))?;
    tell(cx, account, News::PasskeyRemoved)
}

//! Signing in, in three steps, because checking a password takes tens of milliseconds and must not hold a transaction:
//! [`begin_login`] (read) → [`Attempt::check`] (work, outside) → [`finish_login`] (write).
//!
//! After five wrong passwords a login is locked for a minute, then two, four … up to 15 minutes; a source (a network
//! address) after twenty, because a whole post may share one. The same counts for logins that do not exist, and takes
//! as long, so that nobody can find out which exist.

use super::{accounts, password, sessions};
use crate::Result;
use crate::model::account::login_key;
use crate::model::{AccountStatus, SessionId};
use kernel::Moment;
use kernel::ids::AccountId;
use password::PasswordHash;
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Wrong passwords before a login is locked.
pub const LOGIN_FAILURES: i64 = 5;
/// Wrong passwords from one source before it is locked.
pub const SOURCE_FAILURES: i64 = 20;
const FIRST_LOCK_SECS: i64 = 60;
const MAX_LOCK_SECS: i64 = 15 * 60;
/// Failures older than this no longer count.
const FORGET_SECS: i64 = 24 * 3_600;

/// A sign-in that has begun.
#[derive(Debug, Clone)]
pub struct Attempt {
    login: String,
    source: String,
    account: Option<AccountId>,
    hash: PasswordHash,
    right: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum SignIn {
    In {
        account: AccountId,
        session: SessionId,
        /// For the cookie; never stored.
        token: SecretString,
        must_change_password: bool,
    },
    /// Login or password is wrong; we do not say which.
    Wrong,
    /// Too many wrong ones; even the right one is refused until then.
    Locked { until: Moment },
    /// The password is right, but the account is suspended or closed.
    Inactive,
}

fn guard(cx: &Cx<'_>, kind: &str, value: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Identity, format!("{kind}:{value}").as_bytes())
}

fn locked_until(cx: &mut Cx<'_>, key: [u8; 32]) -> Result<Option<Moment>> {
    let sql = "SELECT locked_until FROM login_guard WHERE guard_key = $1 AND locked_until > $2";
    let row = cx.query_opt(sql, params![key, cx.now])?;
    Ok(row.map(|r| r.opt_moment("locked_until")).transpose()?.flatten())
}

/// Reads what the check needs. `source` is the client's address.
pub fn begin_login(cx: &mut Cx<'_>, login: &str, source: &str) -> Result<Attempt> {
    let account = accounts::by_login(cx, login)?;
    let stored = match &account {
        Some(a) => password::stored(cx, a.id)?,
        None => None,
    };
    let known = stored.is_some();
    Ok(Attempt {
        login: login_key(login),
        source: source.to_owned(),
        account: account.filter(|_| known).map(|a| a.id),
        hash: stored.unwrap_or_else(password::nobody),
        right: false,
    })
}

impl Attempt {
    /// Compares the password. Slow on purpose; outside any transaction, on a thread that may block.
    #[must_use]
    pub fn check(mut self, typed: &SecretString) -> Self {
        self.right = password::check(&self.hash, typed) && self.account.is_some();
        self
    }
}

/// Counts, locks or signs in. A refusal is an answer, not an error: the count must be kept.
pub fn finish_login(cx: &mut Cx<'_>, attempt: &Attempt, device: &str) -> Result<SignIn> {
    let (of_login, of_source) = (guard(cx, "login", &attempt.login), guard(cx, "source", &attempt.source));
    // Guesses made at the same time are counted one after the other.
    cx.lock(&format!("login/{}", hex::encode(of_login)))?;
    let locked = locked_until(cx, of_login)?.max(locked_until(cx, of_source)?);
    if let Some(until) = locked {
        return Ok(SignIn::Locked { until });
    }
    let Some(account) = attempt.account.filter(|_| attempt.right) else {
        let a = count_failure(cx, of_login, LOGIN_FAILURES)?;
        let b = count_failure(cx, of_source, SOURCE_FAILURES)?;
        if let (Some(_), Some(account)) = (a, attempt.account) {
            cx.record("login.locked", "account", account.0, &json!({}))?;
        }
        return Ok(a.max(b).map_or(SignIn::Wrong, |until| SignIn::Locked { until }));
    };
    let now = accounts::account(cx, account)?;
    if now.status != AccountStatus::Active {
        return Ok(SignIn::Inactive);
    }
    if password::stored(cx, account)?.as_ref() != Some(&attempt.hash) {
        // Changed between the two steps.
        return Ok(SignIn::Wrong);
    }
    cx.execute("DELETE FROM login_guard WHERE guard_key = $1", params![of_login])?;
    let (session, token) = sessions::open(cx, account, device)?;
    Ok(SignIn::In { account, session, token, must_change_password: now.must_change_password })
}

/// One more failure; returns the end of the lock, if there is one now.
fn count_failure(cx: &mut Cx<'_>, key: [u8; 32], free: i64) -> Result<Option<Moment>> {
    cx.execute("DELETE FROM login_guard WHERE last_at < $1", params![cx.now.plus_secs(-FORGET_SECS)])?;
    let sql = "INSERT INTO login_guard (guard_key, district_id, failures, last_at) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (guard_key) DO UPDATE SET failures = login_guard.failures + 1, last_at = $3 \
               RETURNING failures";
    let failures = cx.query_one(sql, params![key, cx.district(), cx.now])?.i64("failures")?;
    let Some(secs) = lock_secs(failures, free) else { return Ok(None) };
    let until = cx.now.plus_secs(secs);
    cx.execute("UPDATE login_guard SET locked_until = $1 WHERE guard_key = $2", params![until, key])?;
    Ok(Some(until))
}

/// Length of the lock after so many failures, if any.
fn lock_secs(failures: i64, free: i64) -> Option<i64> {
    let over = failures - free;
    (over >= 0).then(|| (FIRST_LOCK_SECS << over.min(10)).min(MAX_LOCK_SECS))
}

/// Forgets the failures of a login, after its password was set anew.
pub(crate) fn lift_lock(cx: &mut Cx<'_>, login: &str) -> Result<()> {
    let key = guard(cx, "login", &login_key(login));
    cx.execute("DELETE FROM login_guard WHERE guard_key = $1", params![key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lock_secs;

    #[test]
    fn locks_grow_and_stop_growing() {
        let locks: Vec<_> = (4..=12).map(|n| lock_secs(n, 5)).collect();
        assert_eq!(
            locks,
            [None, Some(60), Some(120), Some(240), Some(480), Some(900), Some(900), Some(900), Some(900)]
        );
    }
}

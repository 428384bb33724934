//! Signing in, in steps, because checking a password takes tens of milliseconds and must not hold a transaction:
//! [`begin_login`] (read) → [`Attempt::check`] (work, outside) → [`finish_login`] (write), and for an account with a
//! second factor [`finish_step`] with its code.
//!
//! After five wrong passwords or codes a login is locked for a minute, then two, four … up to 15 minutes; a source (a
//! network address) after twenty, because a whole post may share one. The same counts for logins that do not exist, and
//! takes as long, so that nobody can find out which exist.

use super::told::{News, tell};
use super::{accounts, factors, password, sessions};
use crate::Result;
use crate::model::account::login_key;
use crate::model::{Account, AccountStatus, SessionId};
use kernel::Moment;
use kernel::ids::AccountId;
use password::PasswordHash;
use secrecy::SecretString;
use serde_json::json;
use sessions::{Method, Opening};
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Wrong passwords before a login is locked.
pub const LOGIN_FAILURES: i64 = 5;
/// Wrong passwords from one source before it is locked.
pub const SOURCE_FAILURES: i64 = 20;
const FIRST_LOCK_SECS: i64 = 60;
const MAX_LOCK_SECS: i64 = 15 * 60;
/// Failures older than this no longer count.
const FORGET_SECS: i64 = 24 * 3_600;
/// Time to type the code of the second factor.
const STEP_MINUTES: i64 = 5;

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
    /// The password is right; now the second factor, with this token, within minutes.
    Step { token: SecretString },
    /// Login or password is wrong; we do not say which. Or the code is.
    Wrong,
    /// Too many wrong ones; even the right one is refused until then.
    Locked { until: Moment },
    /// The password is right, but the account is suspended or closed.
    Inactive,
    /// The time to type the code is over: begin again.
    TooLate,
}

/// The counters of wrong tries for one login from one source.
pub(crate) struct Locks {
    login: [u8; 32],
    source: [u8; 32],
}

impl Locks {
    pub(crate) fn of(cx: &Cx<'_>, login: &str, source: &str) -> Self {
        let key = |kind: &str, value: &str| cx.keyed_hash(KeyClass::Identity, format!("{kind}:{value}").as_bytes());
        Self { login: key("login", login), source: key("source", source) }
    }

    pub(crate) fn of_account(cx: &mut Cx<'_>, account: AccountId, source: &str) -> Result<Self> {
        let login = login_key(&accounts::account(cx, account)?.login);
        Ok(Self::of(cx, &login, source))
    }

    /// End of the lock, if there is one now. Guesses made at the same time wait here for each other.
    pub(crate) fn locked(&self, cx: &mut Cx<'_>) -> Result<Option<Moment>> {
        cx.lock(&format!("login/{}", hex::encode(self.login)))?;
        let sql =
            "SELECT MAX(locked_until) AS until FROM login_guard WHERE guard_key IN ($1, $2) AND locked_until > $3";
        Ok(cx.query_one(sql, params![self.login, self.source, cx.now])?.opt_moment("until")?)
    }

    /// One more wrong try; returns the end of the lock, if there is one now.
    pub(crate) fn failed(&self, cx: &mut Cx<'_>, account: Option<AccountId>) -> Result<Option<Moment>> {
        let a = count_failure(cx, self.login, LOGIN_FAILURES)?;
        let b = count_failure(cx, self.source, SOURCE_FAILURES)?;
        if let (Some(_), Some(account)) = (a, account) {
            cx.record("login.locked", "account", account.0, &json!({}))?;
            tell(cx, account, News::LoginLocked)?;
        }
        Ok(a.max(b))
    }

    /// One more wrong try that belongs to no login: only the source is counted.
    pub(crate) fn failed_from(&self, cx: &mut Cx<'_>) -> Result<Option<Moment>> {
        count_failure(cx, self.source, SOURCE_FAILURES)
    }

    /// It was them after all: the login's count begins anew, the source's does not.
    pub(crate) fn forget(&self, cx: &mut Cx<'_>) -> Result<()> {
        cx.execute("DELETE FROM login_guard WHERE guard_key = $1", params![self.login])?;
        Ok(())
    }
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

/// Counts, locks, asks for the second factor or signs in. A refusal is an answer, not an error: the count must be kept.
pub fn finish_login(cx: &mut Cx<'_>, attempt: &Attempt, device: &str) -> Result<SignIn> {
    let locks = Locks::of(cx, &attempt.login, &attempt.source);
    if let Some(until) = locks.locked(cx)? {
        return Ok(SignIn::Locked { until });
    }
    let Some(account) = attempt.account.filter(|_| attempt.right) else {
        return Ok(locks.failed(cx, attempt.account)?.map_or(SignIn::Wrong, |until| SignIn::Locked { until }));
    };
    let now = accounts::account(cx, account)?;
    if now.status != AccountStatus::Active {
        return Ok(SignIn::Inactive);
    }
    if password::stored(cx, account)?.as_ref() != Some(&attempt.hash) {
        // Changed between the two steps.
        return Ok(SignIn::Wrong);
    }
    let opening = Opening { device, source: &attempt.source, method: Method::Password };
    admit(cx, &now, &locks, &opening)
}

/// The first proof is given: ask for the second factor where there is one, else open the session. The count of wrong
/// tries is forgotten only after the last proof, so that a known password does not buy fresh guesses of the code.
pub(crate) fn admit(cx: &mut Cx<'_>, account: &Account, locks: &Locks, opening: &Opening<'_>) -> Result<SignIn> {
    if !opening.method.brings_factor() && factors::has_code(cx, account.id)? {
        let (token, hash) = sessions::new_token(cx, "");
        let id: Uuid = cx.new_id();
        cx.execute("DELETE FROM login_step WHERE expires_at < $1", params![cx.now])?;
        cx.execute(
            "INSERT INTO login_step (id, district_id, account_id, token_hash, method, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![
                id,
                cx.district(),
                account.id,
                hash,
                opening.method.code(),
                cx.now,
                cx.now.plus_minutes(STEP_MINUTES)
            ],
        )?;
        return Ok(SignIn::Step { token });
    }
    enter(cx, account, locks, opening)
}

fn enter(cx: &mut Cx<'_>, account: &Account, locks: &Locks, opening: &Opening<'_>) -> Result<SignIn> {
    locks.forget(cx)?;
    let (session, token) = sessions::open(cx, account.id, opening)?;
    let must_change_password = account.must_change_password && opening.method.typed_password();
    Ok(SignIn::In { account: account.id, session, token, must_change_password })
}

/// The second step: the token of [`SignIn::Step`] and the code that was typed. Wrong codes count like wrong passwords.
pub fn finish_step(cx: &mut Cx<'_>, token: &str, code: &str, device: &str, source: &str) -> Result<SignIn> {
    let hash = sessions::token_hash(cx, token);
    let sql =
        "SELECT id, account_id, method FROM login_step WHERE token_hash = $1 AND district_id = $2 AND expires_at > $3";
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), cx.now])? else { return Ok(SignIn::TooLate) };
    let account = accounts::account(cx, row.id("account_id")?)?;
    let locks = Locks::of(cx, &login_key(&account.login), source);
    if let Some(until) = locks.locked(cx)? {
        return Ok(SignIn::Locked { until });
    }
    if account.status != AccountStatus::Active {
        return Ok(SignIn::Inactive);
    }
    if !factors::use_code(cx, account.id, code)? {
        return Ok(locks.failed(cx, Some(account.id))?.map_or(SignIn::Wrong, |until| SignIn::Locked { until }));
    }
    if cx.execute("DELETE FROM login_step WHERE id = $1", params![row.uuid("id")?])? == 0 {
        return Ok(SignIn::TooLate);
    }
    let method = match Method::from_code(&row.text("method")?) {
        Some(Method::Oidc) => Method::OidcCode,
        _ => Method::PasswordCode,
    };
    enter(cx, &account, &locks, &Opening { device, source, method })
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
    Locks::of(cx, &login_key(login), "").forget(cx)
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

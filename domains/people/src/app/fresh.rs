//! Step-up: before something grave, whoever is signed in shows once more that it is them, with the code of their second
//! factor or, without one, their password. The proof counts for five minutes°.
//!
//! [`require_fresh`] is the guard. It answers with a [`Fresh`], which nothing else can make: a use case that takes
//! `&Fresh` cannot be reached by the key of a program, because a key has no session.

use super::login::Locks;
use super::password::{self, PasswordHash};
use super::sessions::{self, Method, SESSION_RULES};
use super::{account_facts, allow, factors, sign_in_rules};
use crate::model::SessionId;
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::AccountId;
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, params};

/// Whoever acts has shown a moment ago that it is them.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    account: AccountId,
}

impl Fresh {
    /// Whose proof it is.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The proof is of whoever acts now.
    pub(crate) fn is_of(&self, cx: &Cx<'_>) -> Result<AccountId> {
        if cx.actor.account_id() == Some(self.account) { Ok(self.account) } else { Err(Error::NotFresh) }
    }
}

/// Until when the proof of this session counts; `None` when it no longer does.
pub fn fresh_until(cx: &mut Cx<'_>, session: SessionId) -> Result<Option<Moment>> {
    let sql = format!(
        "SELECT s.account_id, s.fresh_at, {} {SESSION_RULES} WHERE s.id = $1 AND s.district_id = $2 \
         AND s.revoked_at IS NULL AND s.expires_at > $3",
        sign_in_rules::COLUMNS
    );
    let Some(row) = cx.query_opt(&sql, params![session, cx.district(), cx.now])? else { return Ok(None) };
    if cx.actor.account_id() != Some(row.id("account_id")?) {
        return Ok(None);
    }
    let rules = sign_in_rules::read(&row)?;
    Ok(rules.fresh_until(row.opt_moment("fresh_at")?, cx.now))
}

/// The guard of break-glass, exports of personal data, keys and everything else that one click must not do.
///
/// # Errors
/// [`Error::NotFresh`] when the person has to show again that it is them.
pub fn require_fresh(cx: &mut Cx<'_>, session: SessionId) -> Result<Fresh> {
    let account = cx.actor.account_id().ok_or(Error::NotFresh)?;
    if cx.actor.key.is_some() || fresh_until(cx, session)?.is_none() {
        return Err(Error::NotFresh);
    }
    Ok(Fresh { account })
}

/// What has to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The code of the second factor, or a recovery code.
    Code,
    Password,
    /// Neither exists, or the session stands on a second factor from elsewhere, which a password must not replace: whoever it
    /// is shows it there again.
    SignInAgain,
}

/// What this account has to show in this session.
pub fn asked(cx: &mut Cx<'_>, session: SessionId) -> Result<Asked> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    if factors::has_code(cx, account)? {
        return Ok(Asked::Code);
    }
    let sql = "SELECT method FROM login_session WHERE id = $1 AND account_id = $2";
    let row = cx.query_opt(sql, params![session, account])?;
    let method = row.map(|r| r.opt_text("method")).transpose()?.flatten().and_then(|code| Method::from_code(&code));
    if method.is_some_and(Method::brings_factor) {
        return Ok(Asked::SignInAgain);
    }
    Ok(if password::stored(cx, account)?.is_some() { Asked::Password } else { Asked::SignInAgain })
}

/// A proof that is being made.
#[derive(Debug, Clone)]
pub struct Proof {
    asked: Asked,
    hash: Option<PasswordHash>,
    source: String,
    right: bool,
}

/// Reads what the check needs; `source` is the client's address.
pub fn begin_proof(cx: &mut Cx<'_>, session: SessionId, source: &str) -> Result<Proof> {
    let asked = asked(cx, session)?;
    let hash = if asked == Asked::Password { password::own_hash(cx)? } else { None };
    Ok(Proof { asked, hash, source: source.to_owned(), right: false })
}

impl Proof {
    /// Compares a password, where one is asked. Slow on purpose; outside any transaction.
    #[must_use]
    pub fn check(mut self, typed: &SecretString) -> Self {
        self.right = self.hash.as_ref().is_some_and(|hash| password::check(hash, typed));
        self
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Shown {
    /// It is them; the session goes on under this new token.
    Yes {
        token: SecretString,
    },
    Wrong,
    Locked {
        until: Moment,
    },
}

/// Counts, locks or believes. Wrong ones count as at the sign-in page. `code` is what was typed where a code is asked.
pub fn finish_proof(cx: &mut Cx<'_>, session: SessionId, proof: &Proof, code: &str) -> Result<Shown> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let locks = Locks::of_account(cx, account, &proof.source)?;
    if let Some(until) = locks.locked(cx)? {
        return Ok(Shown::Locked { until });
    }
    let right = match proof.asked {
        Asked::Code => factors::use_code(cx, account, code)?,
        // Changed between the two steps: not the password any more.
        Asked::Password => proof.right && password::stored(cx, account)? == proof.hash,
        Asked::SignInAgain => false,
    };
    if !right {
        return Ok(locks.failed(cx, Some(account))?.map_or(Shown::Wrong, |until| Shown::Locked { until }));
    }
    locks.forget(cx)?;
    let token = sessions::renew(cx, session)?;
    let by = if proof.asked == Asked::Code { "code" } else { Method::Password.code() };
    cx.record("session.confirmed", "account", account.0, &json!({ "session": session, "by": by }))?;
    Ok(Shown::Yes { token })
}

//! Passwords. Hashing takes tens of milliseconds of work and memory, so it happens outside the transaction:
//! `let hash = password::hash(…)` first, then a use case that stores it.

use super::sessions::Ended;
use super::told::{News, tell};
use super::{account_facts, allow, sessions};
use crate::model::SessionId;
use crate::policy::Action;
use crate::{Error, Result};
use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use kernel::Ids;
use kernel::ids::AccountId;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Cx, params};

/// A hashed password (Argon2id, PHC string).
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Shortest password, in characters. Long beats complicated (NIST SP 800-63B §5.1.1).
pub const MIN_CHARS: usize = 10;
const MAX_CHARS: usize = 200;
/// 19 MiB, two passes, one lane: OWASP's first choice for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
/// What everybody tries first, beside the login itself.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "password12",
    "password123",
    "qwertyuiop",
    "1q2w3e4r5t",
    "admin12345",
    "administrator",
    "woaini1314",
];

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, 2, 1, None).unwrap_or_default())
}

/// Is the password good enough for this login?
///
/// # Errors
/// `Invalid` with field `password` and why: `too-short`, `too-long`, `like-login`, `common`.
pub fn check_strength(login: &str, password: &SecretString) -> Result<()> {
    let plain = password.expose_secret();
    let chars = plain.chars().count();
    let lower = plain.to_lowercase();
    let one_letter = plain.chars().all(|c| plain.starts_with(c));
    let why = if chars < MIN_CHARS {
        "too-short"
    } else if chars > MAX_CHARS {
        "too-long"
    } else if login.len() > 3 && lower.contains(&login.to_lowercase()) {
        "like-login"
    } else if one_letter || COMMON.contains(&lower.as_str()) {
        "common"
    } else {
        return Ok(());
    };
    Err(Error::Invalid { field: "password", why })
}

/// Hashes a password with a fresh salt. Some 20 ms and 19 MiB: not inside a transaction.
pub fn hash(password: &SecretString, ids: &dyn Ids) -> Result<PasswordHash> {
    let mut salt = [0u8; 16];
    ids.fill(&mut salt);
    let bytes = password.expose_secret().as_bytes();
    let done: std::result::Result<phc::PasswordHash, _> = argon2().hash_password_with_salt(bytes, &salt);
    done.map(|h| PasswordHash(h.to_string())).map_err(|_| Error::Invalid { field: "password", why: "form" })
}

/// Is it the password of this hash? As slow as [`hash`].
pub fn check(hash: &PasswordHash, password: &SecretString) -> bool {
    phc::PasswordHash::new(&hash.0)
        .is_ok_and(|parsed| argon2().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok())
}

/// A hash that belongs to nobody, so that an unknown login takes as long as a known one. Fixed parameters as above.
pub(crate) fn nobody() -> PasswordHash {
    let salt = "bXVsaW4tbm9ib2R5LTAwMA";
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    PasswordHash(format!("$argon2id$v=19$m={MEMORY_KIB},t=2,p=1${salt}${zeros}"))
}

/// The stored hash of one's own account, to check the current password before a change.
pub fn own_hash(cx: &mut Cx<'_>) -> Result<Option<PasswordHash>> {
    let id = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    stored(cx, id)
}

pub(crate) fn stored(cx: &mut Cx<'_>, id: AccountId) -> Result<Option<PasswordHash>> {
    let row = cx.query_one(
        "SELECT password_hash FROM account WHERE id = $1 AND district_id = $2",
        params![id, cx.district()],
    )?;
    Ok(row.opt_text("password_hash")?.map(PasswordHash))
}

/// Sets one's own new password after `checked` (from [`own_hash`]) was compared with the current one; signs out every
/// other device.
pub fn set_own_password(
    cx: &mut Cx<'_>,
    checked: &PasswordHash,
    new: &PasswordHash,
    keep: Option<SessionId>,
) -> Result<()> {
    let id = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    let done = cx.execute(
        "UPDATE account SET password_hash = $1, must_change = $2 WHERE id = $3 AND password_hash = $4",
        params![new.as_str(), false, id, checked.as_str()],
    )?;
    if done == 0 {
        return Err(Error::WrongPassword);
    }
    sessions::revoke_all_of(cx, id, keep, Ended::Secret)?;
    cx.record("account.password", "account", id.0, &json!({ "by": "self" }))?;
    tell(cx, id, News::PasswordChanged)?;
    Ok(())
}

/// Sets somebody's password (first one, or forgotten); it must be changed at the next sign-in, all devices are signed
/// out and the lock-out is lifted.
pub fn reset_password(cx: &mut Cx<'_>, id: AccountId, new: &PasswordHash, must_change: bool) -> Result<()> {
    allow(cx, Action::ManageAccounts, &account_facts(id))?;
    let login = super::accounts::account(cx, id)?.login;
    let is_first = stored(cx, id)?.is_none();
    cx.execute(
        "UPDATE account SET password_hash = $1, must_change = $2 WHERE id = $3",
        params![new.as_str(), must_change, id],
    )?;
    super::login::lift_lock(cx, &login)?;
    sessions::revoke_all_of(cx, id, None, Ended::Secret)?;
    cx.record("account.password", "account", id.0, &json!({ "by": "administrator" }))?;
    if !is_first {
        tell(cx, id, News::PasswordReset)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::SeededIds;

    #[test]
    fn a_hash_checks_its_own_password_only_and_nobody_matches_nothing() {
        let ids = SeededIds::new(1);
        let plain = SecretString::from("青禾 station 42");
        let h = hash(&plain, &ids).unwrap();
        assert!(h.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", h.0);
        assert!(check(&h, &plain));
        assert!(!check(&h, &SecretString::from("青禾 station 43")));
        assert_ne!(h, hash(&plain, &ids).unwrap(), "a fresh salt each time");
        assert!(phc::PasswordHash::new(&nobody().0).is_ok(), "the decoy must be parsed, or it would be faster");
        assert!(!check(&nobody(), &plain));
    }

    #[test]
    fn weak_passwords_are_named() {
        let why = |login: &str, p: &str| match check_strength(login, &SecretString::from(p)) {
            Err(Error::Invalid { why, .. }) => why,
            _ => "",
        };
        assert_eq!(why("wang", "short"), "too-short");
        assert_eq!(why("wang.li", "xWANG.LI123"), "like-login");
        assert_eq!(why("x", "password123"), "common");
        assert_eq!(why("x", "aaaaaaaaaaaa"), "common");
        assert_eq!(why("wang.li", "正确 马 电池 订书钉 蓝"), "");
    }
}

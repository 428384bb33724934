//! The second factor: one-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, as every app
//! has it), and ten recovery codes for the day the telephone is lost.
//!
//! The secret is sealed under the account's own key. A code counts once: the step it belongs to is written down, and
//! neither it nor an earlier one is taken again. Recovery codes are stored only as keyed hashes, and each works once.

use super::fresh::Fresh;
use super::sessions::{self, Ended};
use super::sign_in_rules::sign_in_rules;
use super::told::{News, tell};
use super::{account_facts, accounts, allow};
use crate::model::SessionId;
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::AccountId;
use secrecy::SecretString;
use serde_json::json;
use store::{Cx, KeyClass, params};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

/// Recovery codes handed out at once.
pub const RECOVERY_CODES: usize = 10;
/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Letters and digits that are not mistaken for each other; a power of two, so that no letter is favoured.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What the authenticator app is told, once.
#[derive(Debug)]
pub struct Enrolment {
    /// In base 32, for typing where no camera is.
    pub secret: SecretString,
    pub login: String,
}

/// How it stands with an account's second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorState {
    pub since: Option<kernel::Moment>,
    /// Recovery codes not used yet.
    pub recovery_left: i64,
    /// The roles held now ask for one.
    pub needed: bool,
}

/// How it stands, for the person and the security administrator.
pub fn factor_state(cx: &mut Cx<'_>, account: AccountId) -> Result<FactorState> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "SELECT confirmed_at, (SELECT COUNT(*) FROM recovery_code r WHERE r.account_id = f.account_id \
               AND r.used_at IS NULL) AS codes FROM second_factor f WHERE account_id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![account, cx.district()])?;
    let (since, recovery_left) = match &row {
        Some(row) => (row.opt_moment("confirmed_at")?, row.i64("codes")?),
        None => (None, 0),
    };
    let rules = sign_in_rules(cx)?;
    let needed = rules.need_factor(&sessions::actor_of(cx, account)?);
    Ok(FactorState { since, recovery_left, needed })
}

/// Is a code asked of this account when it signs in?
pub(crate) fn has_code(cx: &mut Cx<'_>, account: AccountId) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM second_factor WHERE account_id = $1 AND confirmed_at IS NOT NULL";
    Ok(cx.query_opt(sql, params![account])?.is_some())
}

fn totp(secret: &[u8]) -> Result<Totp> {
    // One step earlier or later is taken: clocks of telephones are not exact.
    let built = Builder::new().with_secret(Secret::from(secret.to_vec())).with_skew(1).build();
    built.map_err(|_| Error::FactorState)
}

fn seconds(cx: &Cx<'_>) -> u64 {
    u64::try_from(cx.now.micros() / 1_000_000).unwrap_or(0)
}

/// Begins: a new secret, which counts for nothing until [`confirm_factor`]. Beginning again replaces it.
pub fn begin_factor(cx: &mut Cx<'_>, fresh: &Fresh) -> Result<()> {
    let id = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    let mut secret = [0u8; SECRET_BYTES];
    cx.ids().fill(&mut secret);
    let sealed = cx.seal(KeyClass::Identity, id.0, &secret)?;
    let done = cx.execute(
        "INSERT INTO second_factor (account_id, district_id, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4) \
         ON CONFLICT (account_id) DO UPDATE SET secret = $3, created_at = $4 WHERE second_factor.confirmed_at IS NULL",
        params![id, cx.district(), sealed, cx.now],
    )?;
    if done == 0 {
        return Err(Error::FactorState);
    }
    cx.record("factor.begun", "account", id.0, &json!({}))?;
    Ok(())
}

/// What to show while it waits to be confirmed; afterwards nobody sees it again.
pub fn enrolment(cx: &mut Cx<'_>) -> Result<Option<Enrolment>> {
    let id = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    let Some(secret) = secret_of(cx, id, false)? else { return Ok(None) };
    let secret = Secret::from(secret).to_base32().into();
    Ok(Some(Enrolment { secret, login: accounts::account(cx, id)?.login }))
}

fn secret_of(cx: &mut Cx<'_>, account: AccountId, confirmed: bool) -> Result<Option<Vec<u8>>> {
    let state = if confirmed { "IS NOT NULL" } else { "IS NULL" };
    let sql =
        format!("SELECT secret FROM second_factor WHERE account_id = $1 AND district_id = $2 AND confirmed_at {state}");
    let Some(row) = cx.query_opt(&sql, params![account, cx.district()])? else { return Ok(None) };
    Ok(Some(cx.open(KeyClass::Identity, account.0, &row.blob("secret")?)?))
}

/// The app shows the right code: from now on it is asked. Other devices are signed out. Answers with the recovery codes.
pub fn confirm_factor(cx: &mut Cx<'_>, fresh: &Fresh, keep: SessionId, code: &str) -> Result<Vec<SecretString>> {
    let id = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    let secret = secret_of(cx, id, false)?.ok_or(Error::FactorState)?;
    let step = totp(&secret)?.check(&digits(code), seconds(cx)).ok_or(Error::WrongCode)?;
    let done = cx.execute(
        "UPDATE second_factor SET confirmed_at = $1, last_step = $2 WHERE account_id = $3 AND confirmed_at IS NULL",
        params![cx.now, i64::try_from(step).unwrap_or(i64::MAX), id],
    )?;
    if done == 0 {
        return Err(Error::FactorState);
    }
    sessions::revoke_all_of(cx, id, Some(keep), Ended::Secret)?;
    cx.record("factor.on", "account", id.0, &json!({}))?;
    tell(cx, id, News::FactorOn)?;
    new_codes(cx, id)
}

/// Ten new recovery codes; the old ones are worth nothing any more.
pub fn renew_recovery_codes(cx: &mut Cx<'_>, fresh: &Fresh) -> Result<Vec<SecretString>> {
    let id = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    if !has_code(cx, id)? {
        return Err(Error::FactorState);
    }
    cx.record("factor.recovery", "account", id.0, &json!({}))?;
    tell(cx, id, News::RecoveryCodes)?;
    new_codes(cx, id)
}

fn new_codes(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<SecretString>> {
    cx.execute("DELETE FROM recovery_code WHERE account_id = $1", params![account])?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0u8; 12];
        cx.ids().fill(&mut bytes);
        let letter = |b: &u8| LETTERS.get(usize::from(b % 32)).map_or('A', |l| char::from(*l));
        let letters: String = bytes.iter().map(letter).collect();
        let id: Uuid = cx.new_id();
        let hash = recovery_hash(cx, account, &letters);
        cx.execute(
            "INSERT INTO recovery_code (id, district_id, account_id, code_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
            params![id, cx.district(), account, hash, cx.now],
        )?;
        let groups = [letters.get(..4), letters.get(4..8), letters.get(8..)];
        codes.push(groups.map(Option::unwrap_or_default).join("-").into());
    }
    Ok(codes)
}

/// Takes one's own second factor off; refused while the roles held now ask for it.
pub fn remove_factor(cx: &mut Cx<'_>, fresh: &Fresh) -> Result<()> {
    let id = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(id))?;
    let state = factor_state(cx, id)?;
    if state.needed {
        return Err(Error::FactorNeeded);
    }
    take_off(cx, id)?;
    cx.record("factor.off", "account", id.0, &json!({}))?;
    tell(cx, id, News::FactorOff)
}

/// Takes somebody's second factor off, because the telephone is lost: all devices are signed out, the person is told, and
/// whoever must have one sets up a new one at the next sign-in.
pub fn reset_factor(cx: &mut Cx<'_>, fresh: &Fresh, account: AccountId) -> Result<()> {
    fresh.is_of(cx)?;
    reset(cx, account)
}

/// As [`reset_factor`], by the operator at the machine.
pub fn reset_factor_at_the_machine(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFresh);
    }
    reset(cx, account)
}

fn reset(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    allow(cx, Action::ResetFactor, &account_facts(account))?;
    let login = accounts::account(cx, account)?.login;
    take_off(cx, account)?;
    sessions::revoke_all_of(cx, account, None, Ended::Secret)?;
    super::login::lift_lock(cx, &login)?;
    cx.record("factor.reset", "account", account.0, &json!({}))?;
    tell(cx, account, News::FactorReset)
}

fn take_off(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    let sql = "DELETE FROM second_factor WHERE account_id = $1 AND district_id = $2";
    if cx.execute(sql, params![account, cx.district()])? == 0 {
        return Err(Error::FactorState);
    }
    cx.execute("DELETE FROM recovery_code WHERE account_id = $1", params![account])?;
    Ok(())
}

fn digits(typed: &str) -> String {
    kernel::text::narrow(typed).chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn recovery_hash(cx: &Cx<'_>, account: AccountId, letters: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Identity, format!("recovery:{account}:{letters}").as_bytes())
}

/// Is it the code of now, or a recovery code? Whichever it is cannot be used again.
pub(crate) fn use_code(cx: &mut Cx<'_>, account: AccountId, typed: &str) -> Result<bool> {
    let typed = digits(typed).to_uppercase();
    let Some(secret) = secret_of(cx, account, true)? else { return Ok(false) };
    if let Some(step) = totp(&secret)?.check(&typed, seconds(cx)) {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let sql = "UPDATE second_factor SET last_step = $1 WHERE account_id = $2 AND last_step < $1";
        return Ok(cx.execute(sql, params![step, account])? > 0);
    }
    let hash = recovery_hash(cx, account, &typed);
    let sql = "UPDATE recovery_code SET used_at = $1 WHERE account_id = $2 AND code_hash = $3 AND used_at IS NULL";
    let used = cx.execute(sql, params![cx.now, account, hash])? > 0;
    if used {
        cx.record("factor.recovery-used", "account", account.0, &json!({}))?;
        tell(cx, account, News::RecoveryUsed)?;
    }
    Ok(used)
}

//! Signing in through a provider of the district (OpenID Connect): what is remembered while somebody is at the provider,
//! and which subject there is which account here.
//!
//! The protocol itself is spoken by the web face, which hands in a [`Proven`] after it has checked the provider's word.
//! An account is found by issuer and subject and by nothing else: no address or name that a provider tells makes anybody
//! somebody. A link is made by the person themselves, freshly confirmed, or with an invitation of an administrator.
//!
//! State and browser token are stored as keyed hashes only. What the provider has to give back (nonce) and what the code
//! is bound to (PKCE verifier) are computed from the browser's token, so whoever reads the database can finish nothing.

use super::fresh::Fresh;
use super::login::{self, Locks, SignIn};
use super::sessions::{self, Ended, Method, Opening};
use super::told::{News, tell};
use super::{account_facts, accounts, allow, factors, passkeys, password};
use crate::model::{AccountStatus, SessionId, codes};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::AccountId;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Minutes that somebody may spend at the provider.
pub const AWAY_MINUTES: i64 = 10;
/// Hours° until an invitation ends by itself.
pub const INVITE_HOURS: i64 = 72;
/// Providers one account may be linked with.
const MOST_LINKS: i64 = 5;

codes! {
    /// What somebody went to the provider for.
    Aim {
        SignIn = "sign-in",
        /// To show again that it is them ([`super::fresh`]).
        Confirm = "confirm",
        Link = "link",
        Invite = "invite",
    }
}

/// What a provider said, checked: signature, issuer, audience, nonce, times.
#[derive(Clone)]
pub struct Proven {
    pub issuer: String,
    pub subject: String,
    /// It says, in the words the configuration names, that more than a password was asked.
    pub second_factor: bool,
    /// When somebody last showed there who they are.
    pub at: Option<Moment>,
}

/// Never printed by accident.
impl std::fmt::Debug for Proven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proven").field("second_factor", &self.second_factor).finish_non_exhaustive()
    }
}

/// What goes out with somebody who leaves for a provider.
#[derive(Debug)]
pub struct Departure {
    /// In the address, and back.
    pub state: SecretString,
    /// In a cookie of this browser.
    pub browser: SecretString,
    pub bound: Bound,
}

/// What the provider's word is bound to.
#[derive(Debug, Clone)]
pub struct Bound {
    pub nonce: SecretString,
    pub verifier: SecretString,
}

/// Somebody who is back from a provider.
#[derive(Debug, Clone)]
pub struct Return {
    pub aim: Aim,
    /// Where they were going.
    pub next: String,
    pub bound: Bound,
    pub left_at: Moment,
    account: Option<AccountId>,
    session: Option<SessionId>,
    invite: Option<Uuid>,
}

/// What came of it.
#[derive(Debug)]
pub enum Arrival {
    /// As at the sign-in page.
    SignIn(SignIn),
    /// Nobody here is linked with this subject.
    Unknown,
    /// It is them; the session goes on under this token.
    Confirmed {
        token: SecretString,
    },
    Linked,
}

/// A link, for the page of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub issuer: String,
    pub since: Moment,
    pub last_used: Option<Moment>,
}

/// An invitation, for whoever opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    pub id: Uuid,
    pub login: String,
    pub until: Moment,
}

fn bound(cx: &Cx<'_>, browser: &str) -> Bound {
    let of = |what: &str| hex::encode(cx.keyed_hash(KeyClass::Identity, format!("oidc-{what}:{browser}").as_bytes()));
    Bound { nonce: of("nonce").into(), verifier: of("verifier").into() }
}

/// Issuer and subject as one hash: the subject may be somebody's number elsewhere, and nobody needs to read it.
fn subject_hash(cx: &Cx<'_>, proven: &Proven) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Identity, format!("oidc-subject:{}\n{}", proven.issuer, proven.subject).as_bytes())
}

fn depart(cx: &mut Cx<'_>, provider: &str, aim: Aim, next: &str, whose: Whose) -> Result<Departure> {
    let (state, state_hash) = sessions::new_token(cx, "");
    let (browser, browser_hash) = sessions::new_token(cx, "");
    let id: Uuid = cx.new_id();
    cx.execute("DELETE FROM oidc_trip WHERE expires_at < $1", params![cx.now])?;
    cx.execute(
        "INSERT INTO oidc_trip (id, district_id, provider, state_hash, browser_hash, aim, account_id, session_id, \
         invite_id, next, left_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            cx.district(),
            provider,
            state_hash,
            browser_hash,
            aim.code(),
            whose.account,
            whose.session,
            whose.invite,
            next,
            cx.now,
            cx.now.plus_minutes(AWAY_MINUTES)
        ],
    )?;
    let bound = bound(cx, browser.expose_secret());
    Ok(Departure { state, browser, bound })
}

#[derive(Default)]
struct Whose {
    account: Option<AccountId>,
    session: Option<SessionId>,
    invite: Option<Uuid>,
}

/// Somebody wants to sign in through this provider.
pub fn leave_to_sign_in(cx: &mut Cx<'_>, provider: &str, next: &str) -> Result<Departure> {
    depart(cx, provider, Aim::SignIn, next, Whose::default())
}

/// Whoever is signed in goes to show again that it is them.
pub fn leave_to_confirm(cx: &mut Cx<'_>, session: SessionId, provider: &str, next: &str) -> Result<Departure> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let whose = Whose { account: Some(account), session: Some(session), invite: None };
    depart(cx, provider, Aim::Confirm, next, whose)
}

/// Whoever is signed in, freshly confirmed, goes to link an account there with their own here.
pub fn leave_to_link(
    cx: &mut Cx<'_>,
    fresh: &Fresh,
    session: SessionId,
    provider: &str,
    next: &str,
) -> Result<Departure> {
    let account = fresh.is_of(cx)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let whose = Whose { account: Some(account), session: Some(session), invite: None };
    depart(cx, provider, Aim::Link, next, whose)
}

/// Whoever was invited goes to the provider; `code` is the one of the invitation.
pub fn leave_invited(cx: &mut Cx<'_>, code: &str, provider: &str, next: &str) -> Result<Departure> {
    let invite = invited(cx, code)?.ok_or(store::Error::NotFound)?;
    let whose = Whose { invite: Some(invite.id), ..Whose::default() };
    depart(cx, provider, Aim::Invite, next, whose)
}

/// Somebody comes back from this provider with a state. Whatever comes of it, the state is used up. `None`: it is not
/// known, too old, was used, belongs to another provider or to another browser.
pub fn come_back(cx: &mut Cx<'_>, provider: &str, state: &str, browser: &str) -> Result<Option<Return>> {
    let (state, browser_hash) = (sessions::token_hash(cx, state), sessions::token_hash(cx, browser));
    let sql = "DELETE FROM oidc_trip WHERE state_hash = $1 AND district_id = $2 \
               RETURNING provider, browser_hash, aim, account_id, session_id, invite_id, next, left_at, expires_at";
    let Some(row) = cx.query_opt(sql, params![state, cx.district()])? else { return Ok(None) };
    let same = row.text("provider")? == provider && row.blob("browser_hash")? == browser_hash;
    let Some(aim) =
        Aim::from_code(&row.text("aim")?).filter(|_| same && row.moment("expires_at").is_ok_and(|e| e > cx.now))
    else {
        return Ok(None);
    };
    Ok(Some(Return {
        aim,
        next: row.text("next")?,
        bound: bound(cx, browser),
        left_at: row.moment("left_at")?,
        account: row.opt_id("account_id")?,
        session: row.opt_id("session_id")?,
        invite: row.opt_id("invite_id")?,
    }))
}

struct Found {
    link: Uuid,
    account: AccountId,
    vouched: bool,
}

fn find(cx: &mut Cx<'_>, proven: &Proven) -> Result<Option<Found>> {
    let sql = "SELECT id, account_id, vouched FROM oidc_link WHERE subject_hash = $1 AND district_id = $2";
    let hash = subject_hash(cx, proven);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district()])? else { return Ok(None) };
    Ok(Some(Found { link: row.uuid("id")?, account: row.id("account_id")?, vouched: row.bool("vouched")? }))
}

/// What the provider proved is used for what somebody left for. `cx` acts for whoever is signed in in this browser now,
/// or for nobody. A refusal that must be counted is an answer, not an error.
pub fn arrive(cx: &mut Cx<'_>, back: &Return, proven: &Proven, device: &str, source: &str) -> Result<Arrival> {
    match back.aim {
        Aim::SignIn => sign_in(cx, proven, device, source),
        Aim::Confirm => confirm(cx, back, proven, source),
        Aim::Link => {
            let account = still_signed_in(cx, back)?;
            link(cx, account, proven, true)?;
            Ok(Arrival::Linked)
        }
        Aim::Invite => accept(cx, back, proven, device, source),
    }
}

/// It is the same session that left, and it is still open.
fn still_signed_in(cx: &mut Cx<'_>, back: &Return) -> Result<AccountId> {
    let (Some(account), Some(session)) = (back.account, back.session) else {
        return Err(store::Error::NotFound.into());
    };
    if cx.actor.account_id() != Some(account) {
        return Err(Error::NotFresh);
    }
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let sql = "SELECT 1 AS one FROM login_session WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL \
               AND expires_at > $3";
    cx.query_opt(sql, params![session, account, cx.now])?.map(|_| account).ok_or(Error::NotFresh)
}

fn sign_in(cx: &mut Cx<'_>, proven: &Proven, device: &str, source: &str) -> Result<Arrival> {
    let found = find(cx, proven)?;
    let locks = match &found {
        Some(found) => Locks::of_account(cx, found.account, source)?,
        // Counted like a login that does not exist; no login looks like this.
        None => Locks::of(cx, &format!("oidc {}", hex::encode(subject_hash(cx, proven))), source),
    };
    if let Some(until) = locks.locked(cx)? {
        return Ok(Arrival::SignIn(SignIn::Locked { until }));
    }
    let Some(found) = found else {
        let locked = locks.failed(cx, None)?;
        return Ok(locked.map_or(Arrival::Unknown, |until| Arrival::SignIn(SignIn::Locked { until })));
    };
    let account = accounts::account(cx, found.account)?;
    if account.status != AccountStatus::Active {
        return Ok(Arrival::SignIn(SignIn::Inactive));
    }
    cx.execute("UPDATE oidc_link SET last_used_at = $1 WHERE id = $2", params![cx.now, found.link])?;
    let method = if proven.second_factor && found.vouched { Method::OidcFactor } else { Method::Oidc };
    login::admit(cx, &account, &locks, &Opening { device, source, method }).map(Arrival::SignIn)
}

/// Only what was shown there after somebody left counts, and only by the subject linked with this account. An account
/// with a code is not confirmed by less than that.
fn confirm(cx: &mut Cx<'_>, back: &Return, proven: &Proven, source: &str) -> Result<Arrival> {
    let account = still_signed_in(cx, back)?;
    let session = back.session.ok_or(store::Error::NotFound)?;
    let locks = Locks::of_account(cx, account, source)?;
    if let Some(until) = locks.locked(cx)? {
        return Ok(Arrival::SignIn(SignIn::Locked { until }));
    }
    let theirs = find(cx, proven)?.filter(|found| found.account == account);
    // Clocks of two machines: a minute.
    let anew = proven.at.is_some_and(|at| at >= back.left_at.plus_secs(-60));
    let enough = match &theirs {
        Some(found) => (proven.second_factor && found.vouched) || !factors::has_code(cx, account)?,
        None => false,
    };
    let Some(found) = theirs.filter(|_| anew && enough) else {
        let locked = locks.failed(cx, Some(account))?;
        return Ok(Arrival::SignIn(locked.map_or(SignIn::Wrong, |until| SignIn::Locked { until })));
    };
    locks.forget(cx)?;
    cx.execute("UPDATE oidc_link SET last_used_at = $1 WHERE id = $2", params![cx.now, found.link])?;
    let token = sessions::renew(cx, session)?;
    cx.record("session.confirmed", "account", account.0, &json!({ "session": session, "by": Method::Oidc.code() }))?;
    Ok(Arrival::Confirmed { token })
}

/// `vouched`: the account itself says so, so what the provider says about a second factor stands in for the account's own.
fn link(cx: &mut Cx<'_>, account: AccountId, proven: &Proven, vouched: bool) -> Result<()> {
    let hash = subject_hash(cx, proven);
    cx.lock(&format!("oidc/{}", hex::encode(hash)))?;
    if let Some(found) = find(cx, proven)? {
        if found.account != account {
            return Err(Error::LinkTaken);
        }
        cx.execute("UPDATE oidc_link SET vouched = $1 WHERE id = $2", params![vouched || found.vouched, found.link])?;
        return Ok(());
    }
    let sql = "SELECT COUNT(*) AS n FROM oidc_link WHERE account_id = $1";
    if cx.query_one(sql, params![account])?.i64("n")? >= MOST_LINKS {
        return Err(Error::TooMany);
    }
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO oidc_link (id, district_id, account_id, issuer, subject_hash, vouched, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), account, &proven.issuer, hash, vouched, cx.now],
    )?;
    cx.record("oidc.linked", "account", account.0, &json!({ "link": id, "invited": !vouched }))?;
    tell(cx, account, News::LinkMade)
}

/// Links of an account, for itself and for whoever may take them away.
pub fn links(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Link>> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "SELECT id, issuer, created_at, last_used_at FROM oidc_link WHERE account_id = $1 AND district_id = $2 \
               ORDER BY created_at, id";
    let rows = cx.query(sql, params![account, cx.district()])?;
    rows.iter()
        .map(|r| {
            Ok(Link {
                id: r.uuid("id")?,
                issuer: r.text("issuer")?,
                since: r.moment("created_at")?,
                last_used: r.opt_moment("last_used_at")?,
            })
        })
        .collect()
}

/// Takes a link away: one's own (but never the last way in), or, as the security administrator, somebody's. Other devices
/// are signed out.
pub fn unlink(cx: &mut Cx<'_>, fresh: &Fresh, keep: SessionId, id: Uuid) -> Result<AccountId> {
    let me = fresh.is_of(cx)?;
    let sql = "SELECT account_id FROM oidc_link WHERE id = $1 AND district_id = $2";
    let account: AccountId = cx.query_one(sql, params![id, cx.district()])?.id("account_id")?;
    let own = account == me;
    allow(cx, if own { Action::OwnAccount } else { Action::ResetFactor }, &account_facts(account))?;
    if own && ways_in(cx, account)? <= 1 {
        return Err(Error::LastWay);
    }
    cx.execute("DELETE FROM oidc_link WHERE id = $1", params![id])?;
    sessions::revoke_all_of(cx, account, own.then_some(keep), Ended::Secret)?;
    cx.record("oidc.unlinked", "account", account.0, &json!({ "link": id }))?;
    tell(cx, account, News::LinkEnded)?;
    Ok(account)
}

/// How many ways this account has to sign in.
pub(crate) fn ways_in(cx: &mut Cx<'_>, account: AccountId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM oidc_link WHERE account_id = $1";
    let links = cx.query_one(sql, params![account])?.i64("n")?;
    let password = i64::from(password::stored(cx, account)?.is_some());
    Ok(links + password + passkeys::count(cx, account)?)
}

/// Issuers one's own account is linked with, for the page that asks to show again who one is.
pub fn own_issuers(cx: &mut Cx<'_>) -> Result<Vec<String>> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    Ok(links(cx, account)?.into_iter().map(|l| l.issuer).collect())
}

/// Invites somebody to link their account with one at a provider; an older invitation ends. The code is shown once. Like a
/// password that is set, it opens the account to whoever has it, up to the account's own second factor.
pub fn invite(cx: &mut Cx<'_>, fresh: &Fresh, account: AccountId) -> Result<SecretString> {
    fresh.is_of(cx)?;
    allow(cx, Action::ManageAccounts, &account_facts(account))?;
    if accounts::account(cx, account)?.status != AccountStatus::Active {
        return Err(Error::NotActive);
    }
    let (code, hash) = sessions::new_token(cx, "");
    let id: Uuid = cx.new_id();
    cx.execute("DELETE FROM oidc_invite WHERE account_id = $1 OR expires_at < $2", params![account, cx.now])?;
    cx.execute(
        "INSERT INTO oidc_invite (id, district_id, account_id, code_hash, issued_by, issued_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), account, hash, fresh.account(), cx.now, cx.now.plus_hours(INVITE_HOURS)],
    )?;
    cx.record("oidc.invited", "account", account.0, &json!({ "invite": id }))?;
    tell(cx, account, News::LinkInvited)?;
    Ok(code)
}

/// What an invitation is for; `None` when there is none of this code, or it is over.
pub fn invited(cx: &mut Cx<'_>, code: &str) -> Result<Option<Invited>> {
    let sql = "SELECT i.id, i.expires_at, a.login FROM oidc_invite i JOIN account a ON a.id = i.account_id \
               WHERE i.code_hash = $1 AND i.district_id = $2 AND i.expires_at > $3 AND a.status = 'active'";
    let hash = sessions::token_hash(cx, code);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district(), cx.now])? else { return Ok(None) };
    Ok(Some(Invited { id: row.uuid("id")?, login: row.text("login")?, until: row.moment("expires_at")? }))
}

/// An invitation works once. The account's own code is asked all the same: whoever made the invitation must not get past it.
fn accept(cx: &mut Cx<'_>, back: &Return, proven: &Proven, device: &str, source: &str) -> Result<Arrival> {
    let invite = back.invite.ok_or(store::Error::NotFound)?;
    let sql = "DELETE FROM oidc_invite WHERE id = $1 AND district_id = $2 AND expires_at > $3 RETURNING account_id";
    let row = cx.query_opt(sql, params![invite, cx.district(), cx.now])?.ok_or(store::Error::NotFound)?;
    let account = accounts::account(cx, row.id("account_id")?)?;
    if account.status != AccountStatus::Active {
        return Ok(Arrival::SignIn(SignIn::Inactive));
    }
    let has_code = factors::has_code(cx, account.id)?;
    link(cx, account.id, proven, !has_code)?;
    sign_in(cx, proven, device, source)
}

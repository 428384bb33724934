//! Signed-in devices. The token is random and stored only as a keyed hash; what it may do is computed from the terms
//! that run at the instant of each request, so an ended term counts from the very next click.

use super::sign_in_rules::{self, SignInRules, sign_in_rules};
use super::told::{News, tell, tell_once};
use super::{account_facts, accounts, allow, seats};
use crate::model::{Account, AccountStatus, SessionId, TermKind, codes};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Actor, Grant, Moment};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::net::IpAddr;
use store::{Cx, KeyClass, Value, params};

/// Longest life of a session in days, for the cookie; the district's rule may be shorter.
pub const LIFE_DAYS: i64 = 14;
/// Seconds between two notes of use, so that reading pages does not write each time.
const TOUCH_SECS: i64 = 300;

codes! {
    /// How somebody signed in.
    Method {
        Password = "password",
        PasswordCode = "password-code",
        Oidc = "oidc",
        OidcCode = "oidc-code",
        /// The provider says that it asked for a second factor.
        OidcFactor = "oidc-factor",
        Passkey = "passkey",
    }
}

codes! {
    /// Why a session is over; the sentence at the sign-in page is `login-ended-{code}`.
    Ended {
        SignedOut = "signed-out",
        /// One device too many: another one was signed in.
        Limit = "limit",
        Idle = "idle",
        Expired = "expired",
        /// Seats came or went: what the person may do has changed.
        Roles = "roles",
        /// The password or second factor was changed.
        Secret = "secret",
        Account = "account",
    }
}

impl Method {
    /// Signed in with a second factor that is not a code of ours.
    pub const fn brings_factor(self) -> bool {
        matches!(self, Self::OidcFactor | Self::Passkey)
    }
    /// Signed in with the account's password.
    pub const fn typed_password(self) -> bool {
        matches!(self, Self::Password | Self::PasswordCode)
    }
}

/// How and from where a session is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'a> {
    pub device: &'a str,
    /// The client's address; kept only roughly.
    pub source: &'a str,
    pub method: Method,
}

/// Where a request with a session comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    device: String,
    from: String,
}

impl Seen {
    /// `device` as told by the browser, `source` the client's address.
    pub fn new(device: &str, source: &str) -> Self {
        Self { device: label(device), from: coarse(source) }
    }

    /// Another browser, or another network of the same kind. Machines with two kinds of address (IPv4 and IPv6) use
    /// now this one, now that.
    fn is_suspicious_after(&self, last: &Self) -> bool {
        let same_kind = self.from.contains(':') == last.from.contains(':');
        self.device != last.device || (same_kind && self.from != last.from)
    }
}

/// Who a token stands for, with the rights of this instant.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub actor: Actor,
    pub session: SessionId,
    pub account: Account,
    /// Time to call [`touch`] in a write transaction.
    pub needs_touch: bool,
    /// The roles held now ask for a second factor, there is none yet, and it did not sign in with one from elsewhere.
    pub must_enrol: bool,
    /// How it signed in.
    pub method: Option<Method>,
    /// Until when the proof counts that it is really them ([`super::fresh`]).
    pub fresh_until: Option<Moment>,
    last: Seen,
}

impl Resolved {
    /// The request comes from another network or browser than the last one: [`touch`] at once.
    pub fn has_moved(&self, seen: &Seen) -> bool {
        self.last != *seen
    }
}

/// A signed-in device, for the page that lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub session: SessionId,
    pub label: String,
    /// How it signed in.
    pub method: Option<Method>,
    pub created_at: Moment,
    pub last_seen_at: Moment,
    /// Roughly where from: the network, without the last part of the address.
    pub opened_from: String,
    pub last_from: String,
    /// As the browser called itself last, when that is not what signed in.
    pub other_label: Option<String>,
}

fn label(device: &str) -> String {
    kernel::text::excerpt(&kernel::text::tidy(device), 80)
}

/// An address without its last part: enough to know one's office from somewhere else.
fn coarse(source: &str) -> String {
    match source.parse() {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.*")
        }
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
        Err(_) => String::new(),
    }
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

/// What the account may do, as a digest: a session opened with other rights has to sign in again.
fn rights(cx: &Cx<'_>, actor: &Actor) -> [u8; 32] {
    let mut held: Vec<String> = actor.grants().iter().map(|g| format!("{}:{}", g.seat, g.role.code())).collect();
    held.sort_unstable();
    held.dedup();
    cx.keyed_hash(KeyClass::Identity, format!("rights:{}", held.join(" ")).as_bytes())
}

/// A new session with a token of its own; one device too many ends the one that was used longest ago.
pub(crate) fn open(cx: &mut Cx<'_>, account: AccountId, opening: &Opening<'_>) -> Result<(SessionId, SecretString)> {
    let rules = sign_in_rules(cx)?;
    let actor = actor_of(cx, account)?;
    let (id, rights): (SessionId, _) = (cx.new_id(), rights(cx, &actor));
    let (token, hash) = new_token(cx, "");
    let seen = Seen::new(opening.device, opening.source);
    make_room(cx, account, &rules)?;
    cx.execute(
        "INSERT INTO login_session (id, district_id, account_id, token_hash, device, created_at, last_seen_at, \
         expires_at, method, opened_from, last_from, last_device, fresh_at, rights) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $9, $5, $6, $10)",
        params![
            id,
            cx.district(),
            account,
            hash,
            &seen.device,
            cx.now,
            cx.now.plus_hours(rules.life_hours),
            opening.method.code(),
            &seen.from,
            rights
        ],
    )?;
    cx.record("session.opened", "account", account.0, &json!({ "session": id, "method": opening.method.code() }))?;
    Ok((id, token))
}

/// Signs out the devices that were used longest ago until one more fits.
fn make_room(cx: &mut Cx<'_>, account: AccountId, rules: &SignInRules) -> Result<()> {
    if rules.max_sessions == 0 {
        return Ok(());
    }
    let sql = "SELECT id FROM login_session WHERE account_id = $1 AND district_id = $2 AND revoked_at IS NULL \
               AND expires_at > $3 AND last_seen_at > $4 ORDER BY last_seen_at DESC, id DESC";
    let idle = cx.now.plus_minutes(-rules.idle_minutes);
    let open = cx.query(sql, params![account, cx.district(), cx.now, idle])?;
    let room = usize::try_from(rules.max_sessions - 1).unwrap_or(0);
    for row in open.iter().skip(room) {
        end(cx, account, row.id("id")?, Ended::Limit)?;
        tell(cx, account, News::SessionLimit)?;
    }
    Ok(())
}

fn end(cx: &mut Cx<'_>, account: AccountId, session: SessionId, why: Ended) -> Result<bool> {
    let sql = "UPDATE login_session SET revoked_at = $1, ended_why = $2 WHERE id = $3 AND revoked_at IS NULL";
    let ended = cx.execute(sql, params![cx.now, why.code(), session])? > 0;
    if ended {
        cx.record("session.revoked", "account", account.0, &json!({ "session": session, "why": why.code() }))?;
        cx.signal("session", session.0);
    }
    Ok(ended)
}

/// A session with the rules of its district.
pub(crate) const SESSION_RULES: &str = "FROM login_session s LEFT JOIN sign_in_rule r ON r.district_id = s.district_id";

/// Who holds this token now; `None` when it is unknown, revoked, expired, idle for too long, opened with other rights
/// than those of now, or the account is not active. Why it ended is [`why_ended`].
pub fn resolve(cx: &mut Cx<'_>, token: &str) -> Result<Option<Resolved>> {
    Ok(look_up(cx, token)?.and_then(std::result::Result::ok))
}

/// Why this token no longer opens anything; `None` when it never did, or still does.
pub fn why_ended(cx: &mut Cx<'_>, token: &str) -> Result<Option<Ended>> {
    Ok(look_up(cx, token)?.and_then(std::result::Result::err))
}

/// Writes down that a session which was found ended is over, so that it stays so when the same rights come back.
/// Answers why it ended.
pub fn close_ended(cx: &mut Cx<'_>, token: &str) -> Result<Option<Ended>> {
    let Some(why) = why_ended(cx, token)? else { return Ok(None) };
    let hash = token_hash(cx, token);
    let sql = "UPDATE login_session SET revoked_at = $1, ended_why = $2 \
               WHERE token_hash = $3 AND district_id = $4 AND revoked_at IS NULL RETURNING id, account_id";
    if let Some(row) = cx.query_opt(sql, params![cx.now, why.code(), hash, cx.district()])? {
        let (session, account): (SessionId, AccountId) = (row.id("id")?, row.id("account_id")?);
        cx.record("session.revoked", "account", account.0, &json!({ "session": session, "why": why.code() }))?;
    }
    Ok(Some(why))
}

/// Whether a session that was resolved a while ago is still open, with the rights it was opened with: for what goes on
/// without a further request, such as a stream of news.
pub fn is_open(cx: &mut Cx<'_>, session: SessionId) -> Result<bool> {
    Ok(look_up_by(cx, "s.id", session.into())?.is_some_and(|found| found.is_ok()))
}

fn look_up(cx: &mut Cx<'_>, token: &str) -> Result<Option<std::result::Result<Resolved, Ended>>> {
    let hash = token_hash(cx, token);
    look_up_by(cx, "s.token_hash", hash.into())
}

fn look_up_by(
    cx: &mut Cx<'_>,
    column: &'static str,
    value: Value,
) -> Result<Option<std::result::Result<Resolved, Ended>>> {
    let sql = format!(
        "SELECT s.id, s.account_id, s.last_seen_at, s.expires_at, s.revoked_at, s.ended_why, s.rights, s.device, \
         s.last_from, s.last_device, s.fresh_at, s.method, f.confirmed_at, {} {SESSION_RULES} \
         LEFT JOIN second_factor f ON f.account_id = s.account_id WHERE {column} = $1 AND s.district_id = $2",
        sign_in_rules::COLUMNS
    );
    let Some(row) = cx.query_opt(&sql, &[value, cx.district().into()])? else { return Ok(None) };
    let rules = sign_in_rules::read(&row)?;
    let seen = row.moment("last_seen_at")?;
    if row.opt_moment("revoked_at")?.is_some() {
        let why = row.opt_text("ended_why")?.and_then(|code| Ended::from_code(&code));
        return Ok(Some(Err(why.unwrap_or(Ended::SignedOut))));
    }
    if row.moment("expires_at")? <= cx.now {
        return Ok(Some(Err(Ended::Expired)));
    }
    if seen.plus_minutes(rules.idle_minutes) <= cx.now {
        return Ok(Some(Err(Ended::Idle)));
    }
    let account = accounts::account(cx, row.id("account_id")?)?;
    if account.status != AccountStatus::Active {
        return Ok(Some(Err(Ended::Account)));
    }
    let actor = actor_of(cx, account.id)?;
    if row.opt_blob("rights")?.as_deref() != Some(rights(cx, &actor).as_slice()) {
        return Ok(Some(Err(Ended::Roles)));
    }
    let device = row.text("device")?;
    let method = row.opt_text("method")?.and_then(|code| Method::from_code(&code));
    let enrolled = row.opt_moment("confirmed_at")?.is_some() || method.is_some_and(Method::brings_factor);
    Ok(Some(Ok(Resolved {
        session: row.id("id")?,
        needs_touch: cx.now.secs_since(seen) >= TOUCH_SECS,
        must_enrol: !enrolled && rules.need_factor(&actor),
        method,
        fresh_until: rules.fresh_until(row.opt_moment("fresh_at")?, cx.now),
        last: Seen {
            device: row.opt_text("last_device")?.unwrap_or(device),
            from: row.opt_text("last_from")?.unwrap_or_default(),
        },
        actor,
        account,
    })))
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

/// Notes that the device is in use, and where. One that shows up in another network or as another browser loses its
/// fresh proof ([`super::fresh`]) and is told to its owner: it may be a stolen cookie.
pub fn touch(cx: &mut Cx<'_>, session: SessionId, seen: &Seen) -> Result<()> {
    let sql = "SELECT account_id, device, last_from, last_device FROM login_session WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![session, cx.district()])?;
    let account: AccountId = row.id("account_id")?;
    let device = row.opt_text("last_device")?.unwrap_or(row.text("device")?);
    let last = Seen { device, from: row.opt_text("last_from")?.unwrap_or_default() };
    cx.execute(
        "UPDATE login_session SET last_seen_at = $1, last_from = $2, last_device = $3 WHERE id = $4 AND last_seen_at <= $1",
        params![cx.now, &seen.from, &seen.device, session],
    )?;
    if seen.is_suspicious_after(&last) {
        cx.execute("UPDATE login_session SET fresh_at = NULL WHERE id = $1", params![session])?;
        let payload = json!({ "session": session, "browser": seen.device != last.device });
        cx.record("session.moved", "account", account.0, &payload)?;
        tell_once(cx, account, News::SessionMoved)?;
    }
    Ok(())
}

/// After a fresh proof: the session goes on under a new token, the old one opens nothing any more.
pub(crate) fn renew(cx: &mut Cx<'_>, session: SessionId) -> Result<SecretString> {
    let (token, hash) = new_token(cx, "");
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let sql = "UPDATE login_session SET token_hash = $1, fresh_at = $2 \
               WHERE id = $3 AND account_id = $4 AND revoked_at IS NULL";
    if cx.execute(sql, params![hash, cx.now, session, account])? == 0 {
        return Err(store::Error::NotFound.into());
    }
    Ok(token)
}

/// Signed-in devices of an account, last used first.
pub fn devices(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Device>> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    let sql = "SELECT id, device, method, created_at, last_seen_at, opened_from, last_from, last_device FROM login_session \
               WHERE account_id = $1 AND district_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND last_seen_at > $4 \
               AND rights = $5 ORDER BY last_seen_at DESC, id";
    let idle = cx.now.plus_minutes(-sign_in_rules(cx)?.idle_minutes);
    let actor = actor_of(cx, account)?;
    let rights = rights(cx, &actor);
    let rows = cx.query(sql, params![account, cx.district(), cx.now, idle, rights])?;
    rows.iter()
        .map(|r| {
            let label = r.text("device")?;
            Ok(Device {
                session: r.id("id")?,
                method: r.opt_text("method")?.and_then(|code| Method::from_code(&code)),
                created_at: r.moment("created_at")?,
                last_seen_at: r.moment("last_seen_at")?,
                opened_from: r.opt_text("opened_from")?.unwrap_or_default(),
                last_from: r.opt_text("last_from")?.unwrap_or_default(),
                other_label: r.opt_text("last_device")?.filter(|last| *last != label),
                label,
            })
        })
        .collect()
}

/// Signs out one device.
pub fn revoke(cx: &mut Cx<'_>, session: SessionId) -> Result<()> {
    let sql = "SELECT account_id FROM login_session WHERE id = $1 AND district_id = $2";
    let account: AccountId = cx.query_one(sql, params![session, cx.district()])?.id("account_id")?;
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    if end(cx, account, session, Ended::SignedOut)? && cx.actor.account_id() != Some(account) {
        tell(cx, account, News::SessionEnded)?;
    }
    Ok(())
}

/// Signs out every device of an account but `keep`.
pub fn revoke_all(cx: &mut Cx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<()> {
    allow(cx, Action::ManageSessions, &account_facts(account))?;
    revoke_all_of(cx, account, keep, Ended::SignedOut)?;
    if cx.actor.account_id() != Some(account) {
        tell(cx, account, News::SessionEnded)?;
    }
    Ok(())
}

pub(crate) fn revoke_all_of(cx: &mut Cx<'_>, account: AccountId, keep: Option<SessionId>, why: Ended) -> Result<()> {
    let sql = "UPDATE login_session SET revoked_at = $1, ended_why = $2 \
               WHERE account_id = $3 AND revoked_at IS NULL AND id <> $4";
    let keep = keep.map_or(uuid::Uuid::nil(), |s| s.0);
    if cx.execute(sql, params![cx.now, why.code(), account, keep])? > 0 {
        cx.record("session.revoked", "account", account.0, &json!({ "all": true, "why": why.code() }))?;
        cx.signal("account", account.0);
    }
    // A sign-in that waits for its second step is one of them.
    cx.execute("DELETE FROM login_step WHERE account_id = $1", params![account])?;
    // So is one that is at a provider.
    cx.execute("DELETE FROM oidc_trip WHERE account_id = $1", params![account])?;
    cx.execute("DELETE FROM passkey_challenge WHERE account_id = $1", params![account])?;
    Ok(())
}

/// Devices, keys and the calendar feed, when an account is suspended or closed.
pub(crate) fn revoke_everything(cx: &mut Cx<'_>, account: AccountId) -> Result<()> {
    revoke_all_of(cx, account, None, Ended::Account)?;
    cx.execute(
        "UPDATE api_token SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL",
        params![cx.now, account],
    )?;
    cx.execute("DELETE FROM calendar_feed WHERE account_id = $1", params![account])?;
    cx.execute("DELETE FROM oidc_invite WHERE account_id = $1", params![account])?;
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

#[cfg(test)]
mod tests {
    use super::coarse;

    #[test]
    fn addresses_are_kept_roughly() {
        assert_eq!(coarse("203.0.113.77"), "203.0.113.*");
        assert_eq!(coarse("2001:db8:1:2::"), "2001:db8:1:*");
        assert_eq!(coarse("?"), "");
    }
}

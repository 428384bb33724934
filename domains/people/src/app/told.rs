//! What happened to an account, told to the person whose account it is: on every desk page until they have seen it.
//! Whoever steals a session or is let in by an administrator cannot do it quietly.

use super::{account_facts, allow};
use crate::Result;
use crate::model::codes;
use crate::policy::Action;
use kernel::Moment;
use kernel::ids::AccountId;
use store::{Cx, params};
use uuid::Uuid;

codes! {
    /// The sentence is `account-news-{code}`.
    News {
        FactorOn = "factor-on",
        FactorOff = "factor-off",
        /// Somebody else took the second factor away.
        FactorReset = "factor-reset",
        RecoveryCodes = "recovery-codes",
        RecoveryUsed = "recovery-used",
        PasswordChanged = "password-changed",
        /// Somebody else set the password.
        PasswordReset = "password-reset",
        LoginLocked = "login-locked",
        /// A signed-in device shows up in another network or as another browser.
        SessionMoved = "session-moved",
        /// One device too many: the oldest was signed out.
        SessionLimit = "session-limit",
        /// Somebody else signed a device out.
        SessionEnded = "session-ended",
        KeyIssued = "key-issued",
        LinkMade = "link-made",
        LinkEnded = "link-ended",
        /// An administrator made an invitation to link an account at a provider.
        LinkInvited = "link-invited",
        PasskeyAdded = "passkey-added",
        PasskeyRemoved = "passkey-removed",
        /// Its counter went back: there are two of it.
        PasskeyCopied = "passkey-copied",
    }
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNews {
    pub kind: News,
    pub at: Moment,
    /// Who did it, when it was somebody else.
    pub by: Option<AccountId>,
    pub seen: bool,
}

/// Writes it down for the person.
pub(crate) fn tell(cx: &mut Cx<'_>, account: AccountId, kind: News) -> Result<()> {
    let id: Uuid = cx.new_id();
    let by = cx.actor.account_id().filter(|by| *by != account);
    cx.execute(
        "INSERT INTO account_news (id, district_id, account_id, kind, by_account, at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, cx.district(), account, kind.code(), by, cx.now],
    )?;
    cx.signal("account", account.0);
    Ok(())
}

/// As [`tell`], unless the person has not yet seen the last one of this kind.
pub(crate) fn tell_once(cx: &mut Cx<'_>, account: AccountId, kind: News) -> Result<()> {
    let sql = "SELECT 1 AS one FROM account_news WHERE account_id = $1 AND kind = $2 AND seen_at IS NULL";
    if cx.query_opt(sql, params![account, kind.code()])?.is_some() { Ok(()) } else { tell(cx, account, kind) }
}

/// How many pieces of news one has not seen.
pub fn unseen(cx: &mut Cx<'_>) -> Result<i64> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let sql = "SELECT COUNT(*) AS n FROM account_news WHERE account_id = $1 AND seen_at IS NULL";
    Ok(cx.query_one(sql, params![account])?.i64("n")?)
}

/// What happened to one's own account, newest first.
pub fn news(cx: &mut Cx<'_>, only_unseen: bool, limit: usize) -> Result<Vec<AccountNews>> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let unseen = if only_unseen { "AND seen_at IS NULL" } else { "" };
    let sql = format!(
        "SELECT kind, by_account, at, seen_at FROM account_news WHERE account_id = $1 AND district_id = $2 {unseen} \
         ORDER BY at DESC, id DESC LIMIT $3"
    );
    let rows = cx.query(&sql, params![account, cx.district(), limit.clamp(1, 100)])?;
    let read = |row: &store::Row| -> Result<Option<AccountNews>> {
        let Some(kind) = News::from_code(&row.text("kind")?) else { return Ok(None) };
        let seen = row.opt_moment("seen_at")?.is_some();
        Ok(Some(AccountNews { kind, at: row.moment("at")?, by: row.opt_id("by_account")?, seen }))
    };
    rows.iter().map(read).filter_map(Result::transpose).collect()
}

/// The person has seen everything up to `until`.
pub fn mark_seen(cx: &mut Cx<'_>, until: Moment) -> Result<()> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    allow(cx, Action::OwnAccount, &account_facts(account))?;
    let sql = "UPDATE account_news SET seen_at = $1 WHERE account_id = $2 AND seen_at IS NULL AND at <= $3";
    cx.execute(sql, params![cx.now, account, until])?;
    Ok(())
}

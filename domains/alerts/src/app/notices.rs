//! Notices on the desk: what is new for me.

use super::me;
use crate::Result;
use kernel::Moment;
use kernel::ids::{AccountId, CaseId, MatterId};
use store::{Cx, params};
use uuid::Uuid;

/// Kinds of this crate, beside the reasons of `matters::events`.
pub const OWN_KINDS: &[&str] = &["supervisor", "next_level", "verify", "mail_failed", "word_failed", "sms_failed"];

/// Kinds that are about no matter: each leads to a page of the desk.
pub const DESK_KINDS: &[(&str, &str)] = &[
    ("audit_question", "/desk/questions"),
    ("audit_answered", "/desk/admin/audit/sample"),
    ("audit_report", "/desk/questions"),
    ("audit_broken", "/desk/questions"),
    ("withhold_asked", "/desk/withheld"),
    ("withhold_decided", "/desk/withheld"),
    ("webhook_off", "/desk/admin/webhooks"),
    ("break_glass", "/desk/break-glass"),
    ("break_glass_late", "/desk/break-glass"),
    ("demand_asked", "/desk/demands"),
    ("demand_tell", "/desk/demands"),
    ("data_request_new", "/desk/data-requests"),
    ("data_request_soon", "/desk/data-requests"),
    ("data_request_due", "/desk/data-requests"),
    ("data_request_late", "/desk/questions"),
    ("data_request_second", "/desk/data-requests"),
    ("data_request_answered", "/desk/data-requests"),
    ("card_scanned", "/desk/threads"),
    ("card_old", "/desk/threads"),
    ("card_far", "/desk/threads"),
    ("card_often", "/desk/threads"),
    ("card_reported", "/desk/threads"),
    ("finder_message", "/desk/threads"),
    ("locator_sos", "/desk/locators"),
    ("locator_unanswered", "/desk/locators"),
    ("locator_untaken", "/desk/locators"),
    ("locator_over", "/desk/locators"),
    ("worry_new", "/desk/worries"),
    ("worry_again", "/desk/worries"),
    ("worry_late", "/desk/worries"),
    ("worry_over", "/desk/worries"),
    ("extra_ends", "/desk/extra-care"),
    ("team_left", "/desk/teams"),
    ("volunteer_left", "/desk/volunteers"),
    // Whose it is, nobody reads in a notice; the record opens in the name of a matter.
    ("care_changed", "/desk"),
];

/// Kinds that are about the case of a lost elder: each leads to the page of that case, which whoever helps sees less of.
pub const CASE_KINDS: &[(&str, &str)] = &[
    ("lost_new", "/desk/lost/"),
    ("lost_untaken", "/desk/lost/"),
    ("lost_asked", "/desk/lost/"),
    ("lost_called", "/desk/help-needed/"),
    ("lost_over", "/desk/help-needed/"),
    ("lost_offer", "/desk/lost/"),
    ("lost_next_contact", "/desk/lost/"),
    ("lost_look", "/desk/lost/"),
    ("lost_long", "/desk/lost/"),
    ("lost_second", "/desk/lost/"),
    ("lost_override", "/desk/lost/"),
    ("lost_conference", "/desk/lost/"),
    ("lost_word", "/desk/lost/"),
    ("lost_search_found", "/desk/lost/"),
    ("lost_search_seen", "/desk/lost/"),
    ("lost_card", "/desk/lost/"),
];

/// Where a notice leads when it is about no matter: to a page of the desk, or to the page of the case it is about.
pub fn leads_to(kind: &str, of: MatterId) -> Option<String> {
    let page = DESK_KINDS.iter().find(|(k, _)| *k == kind).map(|(_, path)| (*path).to_owned());
    page.or_else(|| is_case(kind).map(|path| format!("{path}{of}")))
}

/// The pages of such cases, when it is about one.
pub(crate) fn is_case(kind: &str) -> Option<&'static str> {
    CASE_KINDS.iter().find(|(k, _)| *k == kind).map(|(_, path)| *path)
}

/// Those of [`DESK_KINDS`] that say that something on the page has changed, and not what: they have no number.
#[cfg(test)]
pub(crate) const LIST_KINDS: &[&str] = &["extra_ends", "team_left", "volunteer_left"];

/// Signal after a new notice or a reading; the subject is the account.
pub const SIGNAL: &str = "notice";

/// One notice. Its sentence is `notice-{kind}` with the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: Uuid,
    pub kind: String,
    /// What it is about: a matter, or the case of a lost elder ([`CASE_KINDS`]).
    pub matter: MatterId,
    pub number: String,
    pub at: Moment,
    pub read_at: Option<Moment>,
}

/// My notices, newest first; `before` continues a list.
pub fn list(cx: &mut Cx<'_>, before: Option<Moment>, limit: usize) -> Result<Vec<Notice>> {
    let account = me(cx)?;
    let sql = "SELECT id, kind, matter_id, number, created_at, read_at FROM notice \
               WHERE account_id = $1 AND district_id = $2 AND created_at < $3 ORDER BY created_at DESC, id DESC LIMIT $4";
    let before = before.unwrap_or(Moment::from_micros(i64::MAX));
    cx.query(sql, params![account, cx.district(), before, limit.clamp(1, 5_000)])?
        .iter()
        .map(|r| {
            Ok(Notice {
                id: r.uuid("id")?,
                kind: r.text("kind")?,
                matter: r.id("matter_id")?,
                number: r.text("number")?,
                at: r.moment("created_at")?,
                read_at: r.opt_moment("read_at")?,
            })
        })
        .collect()
}

/// How many I have not read.
pub fn unread(cx: &mut Cx<'_>) -> Result<i64> {
    let account = me(cx)?;
    let sql = "SELECT COUNT(*) AS n FROM notice WHERE account_id = $1 AND read_at IS NULL";
    Ok(cx.query_one(sql, params![account])?.i64("n")?)
}

/// Marks my notices as read: all up to and including `until` (what the page showed).
pub fn mark_read(cx: &mut Cx<'_>, until: Moment) -> Result<u64> {
    let account = me(cx)?;
    let sql = "UPDATE notice SET read_at = $1 WHERE account_id = $2 AND read_at IS NULL AND created_at <= $3";
    let n = cx.execute(sql, params![cx.now, account, until])?;
    if n > 0 {
        cx.signal(SIGNAL, account.0);
    }
    Ok(n)
}

/// Marks what I was told about one matter as read: I opened it.
pub fn mark_matter_read(cx: &mut Cx<'_>, matter: MatterId) -> Result<u64> {
    let account = me(cx)?;
    let sql = "UPDATE notice SET read_at = $1 WHERE account_id = $2 AND matter_id = $3 AND read_at IS NULL";
    let n = cx.execute(sql, params![cx.now, account, matter])?;
    if n > 0 {
        cx.signal(SIGNAL, account.0);
    }
    Ok(n)
}

/// Likewise of the case of a lost elder.
pub fn mark_case_read(cx: &mut Cx<'_>, case: CaseId) -> Result<u64> {
    mark_matter_read(cx, MatterId(case.0))
}

/// A notice about something on the desk that is no matter ([`DESK_KINDS`]); once per key and account.
pub fn tell_desk(cx: &mut Cx<'_>, account: AccountId, kind: &str, number: &str, key: &str) -> Result<bool> {
    let none = MatterId(Uuid::nil());
    debug_assert!(leads_to(kind, none).is_some(), "{kind} leads nowhere");
    add(cx, account, kind, none, number, &format!("{kind}/{key}/{account}"))
}

/// Writes a notice once per key; `false` when it was there already.
pub(crate) fn add(
    cx: &mut Cx<'_>,
    account: AccountId,
    kind: &str,
    matter: MatterId,
    number: &str,
    key: &str,
) -> Result<bool> {
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO notice (id, district_id, account_id, kind, matter_id, number, idem_key, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (idem_key) DO NOTHING";
    let added = cx.execute(sql, params![id, cx.district(), account, kind, matter, number, key, cx.now])? > 0;
    if added {
        cx.signal(SIGNAL, account.0);
        super::push_queue::to_account(cx, account, kind, matter)?;
    }
    Ok(added)
}

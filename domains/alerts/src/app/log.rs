//! The log of deliveries of one matter, for its page: when, by which way, with what result. No addresses.

use crate::Result;
use kernel::Moment;
use kernel::ids::{AccountId, MatterId, RaiserId};
use people::policy::{Action, require};
use store::{Cx, params};

pub use super::outbox::bounced;

/// One attempt to hand a message over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLine {
    pub at: Moment,
    pub channel: String,
    /// Kind of the message; `answer` goes to a raiser.
    pub kind: String,
    /// `accepted`, `refused` or `later`.
    pub result: String,
    /// Status code or reason, without personal data.
    pub detail: String,
    pub to_account: Option<AccountId>,
    pub to_raiser: Option<RaiserId>,
}

/// Attempts, newest first. For those who may read the matter.
pub fn of_matter(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<AttemptLine>> {
    let facts = matters::app::facts(cx, matter)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    let sql = "SELECT a.at, m.channel, m.kind, a.result, a.detail, m.to_account, m.to_raiser FROM message m \
               JOIN message_attempt a ON a.message_id = m.id WHERE m.matter_id = $1 AND m.district_id = $2 \
               ORDER BY a.at DESC, a.id DESC LIMIT 200";
    cx.query(sql, params![matter, cx.district()])?
        .iter()
        .map(|r| {
            Ok(AttemptLine {
                at: r.moment("at")?,
                channel: r.text("channel")?,
                kind: r.text("kind")?,
                result: r.text("result")?,
                detail: r.text("detail")?,
                to_account: r.opt_id("to_account")?,
                to_raiser: r.opt_id("to_raiser")?,
            })
        })
        .collect()
}

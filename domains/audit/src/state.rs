//! How the chain stands now, for the first page of the audit administrator.

use crate::{Result, allow};
use kernel::Moment;
use people::policy::Action;
use store::chain::{self, KeptAnchor, Mark};
use store::{Cx, params};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainState {
    /// Sealed entries.
    pub entries: i64,
    pub block: i64,
    /// When the last block was sealed.
    pub sealed_at: Option<Moment>,
    pub head: String,
    /// The short form, as on receipts.
    pub mark: Mark,
    pub unsealed: i64,
    /// Hash of the next block.
    pub algorithm: &'static str,
    /// Newest first.
    pub anchors: Vec<KeptAnchor>,
}

pub fn state(cx: &mut Cx<'_>) -> Result<ChainState> {
    allow(cx, Action::VerifyAudit)?;
    let head = chain::head(cx)?;
    let anchors = chain::anchors(cx, 10)?;
    // Years of blocks are summed up by the last anchor.
    let (before, since) = anchors.first().map_or((0, 0), |a| (a.anchor.entries, a.anchor.block));
    let sql = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) AS n FROM seal_block WHERE district_id = $1 AND n > $2";
    let entries = before + cx.query_one(sql, params![cx.district(), since])?.i64("n")?;
    let sql = "SELECT (SELECT COUNT(*) FROM event WHERE district_id = $1 AND n > $2) \
               + (SELECT COUNT(*) FROM audit_read WHERE district_id = $1 AND n > $3) AS n";
    let unsealed = cx.query_one(sql, params![cx.district(), head.last_event, head.last_read])?.i64("n")?;
    Ok(ChainState {
        entries,
        block: head.block,
        sealed_at: (head.block > 0).then_some(head.at),
        head: head.hex(),
        mark: Mark::of(&head),
        unsealed,
        algorithm: chain::algorithm(cx)?.code(),
        anchors,
    })
}

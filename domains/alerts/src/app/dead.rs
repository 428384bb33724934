//! Dead letters: jobs that failed for good. Looked at, sent again, or given up with a reason.

use crate::{Error, Result};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::jobs::DeadLetter;
use store::{Cx, params};

fn allow(cx: &Cx<'_>) -> Result<()> {
    Ok(require(&cx.actor, cx.purpose, Action::ManageDeadLetters, &ResourceFacts::District)?)
}

/// Newest first, at most 200.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<DeadLetter>> {
    allow(cx)?;
    Ok(cx.dead_letters()?)
}

/// Gives one a fresh set of attempts, now.
pub fn retry(cx: &mut Cx<'_>, n: i64) -> Result<()> {
    allow(cx)?;
    cx.retry_dead_letter(n)?;
    let subject = cx.district().0;
    cx.record("job.retried", "job", subject, &json!({ "job": n }))?;
    Ok(())
}

/// Gives one up. The reason is kept beside the job, not in the log.
pub fn discard(cx: &mut Cx<'_>, n: i64, reason: &str) -> Result<()> {
    allow(cx)?;
    let reason = kernel::text::tidy(reason);
    if reason.is_empty() {
        return Err(Error::Invalid { field: "reason", why: "missing" });
    }
    if reason.chars().count() > 500 {
        return Err(Error::Invalid { field: "reason", why: "too-long" });
    }
    cx.discard_dead_letter(n)?;
    let sql = "INSERT INTO discard_note (job_n, district_id, at, account_id, reason) VALUES ($1, $2, $3, $4, $5)";
    cx.execute(sql, params![n, cx.district(), cx.now, cx.actor.account_id(), reason])?;
    let subject = cx.district().0;
    cx.record("job.discarded", "job", subject, &json!({ "job": n }))?;
    Ok(())
}

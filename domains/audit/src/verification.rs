//! Verifying from the desk and every night: a job with progress, and a result that stays.

use crate::{Result, allow};
use kernel::ids::DistrictId;
use kernel::{Moment, Role};
use people::policy::{Action, jobs as names};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use store::chain::{self, Against};
use store::{Cx, NewJob, Runtime, Who, params};

/// Kind of the job.
pub(crate) const VERIFY: &str = "audit.verify";
/// Progress is written down this often: after every twentieth part.
const TOLD: u64 = 20;

/// One verification.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    pub n: i64,
    /// As in the log.
    pub asked_by: String,
    pub asked_at: Moment,
    /// `waiting`, `running`, `whole`, `broken`.
    pub state: String,
    pub done: i64,
    pub entries: i64,
    pub finished_at: Option<Moment>,
    /// What [`chain::Report::json`] gave.
    pub report: Option<Value>,
}

impl Verification {
    pub fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "whole" | "broken")
    }
}

/// Asks for one now; while one is waiting or running that one is answered.
pub fn ask(cx: &mut Cx<'_>) -> Result<i64> {
    allow(cx, Action::VerifyAudit)?;
    cx.lock("verification")?;
    let sql = "SELECT n FROM audit_verification WHERE district_id = $1 AND state IN ('waiting', 'running') ORDER BY n DESC LIMIT 1";
    if let Some(row) = cx.query_opt(sql, params![cx.district()])? {
        return Ok(row.i64("n")?);
    }
    let sql = "INSERT INTO audit_verification (district_id, asked_by, asked_at, state, done, entries) \
               VALUES ($1, $2, $3, 'waiting', 0, 0) RETURNING n";
    let n = cx.query_one(sql, params![cx.district(), cx.actor.log_name(), cx.now])?.i64("n")?;
    cx.record("audit.verification", "district", cx.district().0, &json!({ "verification": n }))?;
    let key = format!("{}/{n}", cx.district());
    cx.enqueue(NewJob { kind: VERIFY, key, run_at: cx.now, payload: json!({ "verification": n }) })?;
    Ok(n)
}

/// The latest, newest first.
pub fn latest(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<Verification>> {
    allow(cx, Action::VerifyAudit)?;
    select(cx, limit)
}

/// The last result, for those who are told when the log does not verify.
pub fn last_result(cx: &mut Cx<'_>) -> Result<Option<Verification>> {
    allow(cx, Action::HearReports)?;
    Ok(select(cx, 10)?.into_iter().find(Verification::is_over))
}

fn select(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<Verification>> {
    let sql = "SELECT n, asked_by, asked_at, state, done, entries, finished_at, report FROM audit_verification \
               WHERE district_id = $1 ORDER BY n DESC LIMIT $2";
    cx.query(sql, params![cx.district(), limit])?
        .iter()
        .map(|r| {
            let report = r.opt_text("report")?.and_then(|text| serde_json::from_str(&text).ok());
            Ok(Verification {
                n: r.i64("n")?,
                asked_by: r.text("asked_by")?,
                asked_at: r.moment("asked_at")?,
                state: r.text("state")?,
                done: r.i64("done")?,
                entries: r.i64("entries")?,
                finished_at: r.opt_moment("finished_at")?,
                report,
            })
        })
        .collect()
}

/// Does it. Harmless to repeat.
pub(crate) fn run(rt: &Runtime, district: DistrictId, n: i64) -> Result<()> {
    let who = || Who::system(district, names::AUDIT);
    let note = |state: &'static str, done: u64, entries: u64| {
        let sql = "UPDATE audit_verification SET state = $1, done = $2, entries = $3 WHERE n = $4";
        let (done, entries) = (i64::try_from(done).unwrap_or(i64::MAX), i64::try_from(entries).unwrap_or(i64::MAX));
        rt.write_now(who(), move |cx| cx.execute(sql, params![state, done, entries, n]))
    };
    note("running", 0, 0)?;
    let told = AtomicU64::new(0);
    let report = chain::verify(rt, district, &Against::default(), &|p| {
        let part = p.done.saturating_mul(TOLD) / p.entries.max(1);
        if told.fetch_max(part, Ordering::Relaxed) < part {
            // Progress that could not be written is not worth failing for.
            let _ = note("running", p.done, p.entries);
        }
    })?;
    let state = if report.broken().is_some() { "broken" } else { "whole" };
    rt.write_now(who(), move |cx| {
        let entries = i64::try_from(report.entries).unwrap_or(i64::MAX);
        let sql = "UPDATE audit_verification SET state = $1, done = $2, entries = $2, finished_at = $3, report = $4 WHERE n = $5";
        cx.execute(sql, params![state, entries, cx.now, report.json().to_string(), n])?;
        let Some(first) = report.broken() else { return Ok(()) };
        let payload = json!({ "verification": n, "kind": first.code(), "faults": report.faults });
        cx.record("audit.broken", "district", district.0, &payload)?;
        let roles = [Role::AuditAdmin, Role::SecurityAdmin, Role::Coordinator];
        for account in people::app::staff::holders_of(cx, &roles)? {
            alerts::app::notices::tell_desk(cx, account, "audit_broken", first.code(), &format!("{district}/{n}"))?;
        }
        Ok(())
    })
}

//! What is done without being asked: every night an anchor, the public counts and a verification; on Mondays the sample.

use crate::{AuditConfig, Error, Result, anchors, sample, transparency, verification};
use kernel::{Moment, time};
use people::policy::jobs as names;
use serde_json::json;
use store::jobs::{Handlers, Job, JobError};
use store::{Cx, NewJob, Runtime, Who, chain};

const NIGHTLY: &str = "audit.nightly";
const SAMPLE: &str = "audit.sample";
/// Shanghai time.
const NIGHT: (i8, i8) = (0, 30);
const MONDAY_MORNING_HOURS: i64 = 6;

/// The jobs of this crate.
pub fn handlers(config: AuditConfig) -> Handlers {
    Handlers::default().on(NIGHTLY, move |rt, job| nightly(rt, job, &config)).on(SAMPLE, weekly).on(
        verification::VERIFY,
        |rt, job| {
            let n = job.payload.get("verification").and_then(serde_json::Value::as_i64);
            let n = n.ok_or_else(|| JobError::Dead("no verification in the payload".into()))?;
            Ok(verification::run(rt, job.district, n)?)
        },
    )
}

/// Enqueues the next night and the next Monday; once, at start.
pub fn ensure_timers(cx: &mut Cx<'_>) -> Result<()> {
    next_night(cx)?;
    next_monday(cx)
}

fn enqueue(cx: &mut Cx<'_>, kind: &'static str, run_at: Moment) -> Result<()> {
    let key = format!("{}/{}", cx.district(), run_at.rfc3339());
    cx.enqueue(NewJob { kind, key, run_at, payload: json!({}) })?;
    Ok(())
}

fn next_night(cx: &mut Cx<'_>) -> Result<()> {
    let at = time::next_on_the_wall(cx.now, NIGHT.0, NIGHT.1);
    enqueue(cx, NIGHTLY, at)
}

fn next_monday(cx: &mut Cx<'_>) -> Result<()> {
    let this = sample::monday(cx.now).plus_hours(MONDAY_MORNING_HOURS);
    let at = if this > cx.now { this } else { this.plus_days(7) };
    enqueue(cx, SAMPLE, at)
}

fn run<T: Send + 'static>(
    rt: &Runtime,
    job: &Job,
    f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
) -> std::result::Result<T, JobError> {
    rt.write_now(Who::system(job.district, names::AUDIT), f).map_err(JobError::from)
}

/// Each step can be repeated. The file comes last: a folder that cannot be written must not hold up the rest, and shows
/// among the dead letters.
fn nightly(rt: &Runtime, job: &Job, config: &AuditConfig) -> std::result::Result<(), JobError> {
    run(rt, job, next_night)?;
    let kept = chain::anchor_now(rt, Who::system(job.district, names::AUDIT), &job.key)?;
    let (n, mails) = (kept.n, config.mails);
    let code = run(rt, job, move |cx| {
        alerts::app::anchors::mail(cx, n, mails)?;
        transparency::count(cx)?;
        verification::ask(cx)?;
        Ok(people::app::districts::district(cx)?.map_or_else(String::new, |d| d.code))
    })?;
    if let Some(folder) = &config.folder {
        anchors::append(folder, &code, &kept.line).map_err(|e| Error::File(e.to_string()))?;
    }
    Ok(())
}

fn weekly(rt: &Runtime, job: &Job) -> std::result::Result<(), JobError> {
    run(rt, job, next_monday)?;
    chain::seal_now(rt, job.district)?;
    run(rt, job, sample::draw)?;
    Ok(())
}

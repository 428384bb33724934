//! Jobs of this crate, and what it follows in the log. What is told, `alerts` tells.

use crate::app::{alerts, cases, consents, follow, timers};
use crate::events::{self, Timer};
use crate::{Error, Result};
use store::jobs::{Handlers, Job, JobError};
use store::{Cx, Runtime, Who};
use uuid::Uuid;

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(e) => e.into(),
            // Somebody was quicker: the next time it finds what they wrote.
            e @ Error::Stale { .. } => Self::Retry(e.to_string()),
            // A rule that refuses will refuse again; the text holds codes only.
            other => Self::Dead(other.to_string()),
        }
    }
}

/// Handlers of `locators.*`, those of `alerts` left out.
pub fn handlers() -> Handlers {
    Handlers::default()
        .on(events::ESCALATE, |rt, job| timer(rt, job, |cx, t| alerts::escalate(cx, t.of)))
        .on(events::UNTAKEN, |rt, job| timer(rt, job, |cx, t| alerts::untaken(cx, t.of)))
        .on(events::SILENCE, |rt, job| timer(rt, job, timers::silence))
        .on(events::TICK, |rt, job| timer(rt, job, timers::tick))
        .on(events::REVIEW, |rt, job| {
            let id = job.payload.get("consent").and_then(|c| c.as_str()).and_then(|c| c.parse::<Uuid>().ok());
            let id = id.ok_or_else(|| JobError::Dead("no consent in the payload".into()))?;
            run(rt, job, move |cx| consents::review(cx, id))
        })
        .following(follow)
        .following(cases::follow)
}

fn timer(rt: &Runtime, job: &Job, ring: fn(&mut Cx<'_>, &Timer) -> Result<()>) -> std::result::Result<(), JobError> {
    let timer: Timer = serde_json::from_value(job.payload.clone()).map_err(|e| JobError::Dead(e.to_string()))?;
    run(rt, job, move |cx| ring(cx, &timer))
}

fn run(
    rt: &Runtime,
    job: &Job,
    f: impl FnOnce(&mut Cx<'_>) -> Result<()> + Send + 'static,
) -> std::result::Result<(), JobError> {
    rt.write_now(Who::system(job.district, crate::JOB), f).map_err(JobError::from)
}

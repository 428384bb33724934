//! The timers of this crate. What is told, `alerts` tells.

use crate::Error;
use crate::app;
use crate::events::{self, TellCrew, Timer};
use people::policy::jobs as names;
use serde::de::DeserializeOwned;
use store::jobs::{Handlers, Job, JobError};
use store::{Cx, Runtime, Who};

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(e) => e.into(),
            // A rule that refuses will refuse again; the text holds codes only.
            other => Self::Dead(other.to_string()),
        }
    }
}

/// Handlers of `lost.*`, those of `alerts` left out.
pub fn handlers() -> Handlers {
    Handlers::default()
        .on(events::UNTAKEN, |rt, job| timer(rt, job, app::untaken))
        .on(events::NEXT_CONTACT, |rt, job| timer(rt, job, app::next_contact_due))
        .on(events::LOOK, |rt, job| timer(rt, job, app::look_due))
        .on(events::LONG, |rt, job| timer(rt, job, app::long))
        .on(events::CONFERENCE, |rt, job| timer(rt, job, app::conference::call))
        .on(events::CALL_ENDS, |rt, job| timer(rt, job, app::call_ends))
        .following(appeals)
        .on(TellCrew::KIND, |rt, job| {
            let told: TellCrew = payload(job)?;
            run(rt, job, move |cx| app::crew_told(cx, &told))
        })
}

/// Ends appeals that ran out, or whose consent fell away, within a second or two. Writes only when there is something to end.
fn appeals(rt: &Runtime, district: kernel::ids::DistrictId) -> Result<(), store::Error> {
    let who = || Who::system(district, names::CLOCKS);
    let flat = |error: Error| match error {
        Error::Store(e) => e,
        other => store::Error::Setup(other.to_string()),
    };
    if rt.read_now(who(), app::appeal::to_end).map_err(flat)?.is_empty() {
        return Ok(());
    }
    rt.write_now(who(), app::appeal::tick).map_err(flat)?;
    Ok(())
}

fn timer(rt: &Runtime, job: &Job, ring: fn(&mut Cx<'_>, &Timer) -> crate::Result<()>) -> Result<(), JobError> {
    let timer: Timer = payload(job)?;
    run(rt, job, move |cx| ring(cx, &timer))
}

fn run<T: Send + 'static>(
    rt: &Runtime,
    job: &Job,
    f: impl FnOnce(&mut Cx<'_>) -> crate::Result<T> + Send + 'static,
) -> Result<T, JobError> {
    rt.write_now(Who::system(job.district, names::CLOCKS), f).map_err(JobError::from)
}

fn payload<T: DeserializeOwned>(job: &Job) -> Result<T, JobError> {
    serde_json::from_value(job.payload.clone()).map_err(|e| JobError::Dead(e.to_string()))
}

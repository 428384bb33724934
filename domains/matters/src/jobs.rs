//! The jobs of this crate. `serve` merges them after those of `people`, so that `seat.turned` is ours.

use crate::Error;
use crate::app;
use crate::events::{self, Timer};
use crate::model::DeliveryResult;
use ::store::jobs::{Handlers, Job, JobError};
use ::store::{Cx, Runtime, Who};
use people::app::turns::{SEAT_TURNED, seat_of};
use people::policy::jobs as names;

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Store(e) => e.into(),
            // A rule that refuses will refuse again; the text holds codes only.
            other => Self::Dead(other.to_string()),
        }
    }
}

/// Handlers of `matter.*` and of `seat.turned`.
pub fn handlers() -> Handlers {
    Handlers::default()
        .on(events::SWEEP, sweep)
        .on(events::RECOMPUTE, recompute)
        .on(events::EMAIL_SETTLE, |rt, job| timer(rt, job, DeliveryResult::EmailSettled))
        .on(events::LAY_OPEN, |rt, job| timer(rt, job, DeliveryResult::LayOpen))
        .on(app::data_requests::COPY_ENDS, copy_ends)
        .on(people::app::consents::REVIEW, consent_review)
        .on(people::app::consents::ASK_AGAIN, ask_again)
        .on(care::events::VISIT_TASK, visit_task)
        .on(care::events::WELFARE_OVER, welfare_over)
        .on(SEAT_TURNED, turned)
}

fn run<T: Send + 'static>(
    rt: &Runtime,
    job: &Job,
    name: &'static str,
    f: impl FnOnce(&mut Cx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, JobError> {
    rt.write_now(Who::system(job.district, name), f).map_err(JobError::from)
}

fn sweep(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    // The next look is enqueued first: a failing one must not be the last.
    run(rt, job, names::CLOCKS, app::next_sweep)?;
    while run(rt, job, names::CLOCKS, app::sweep)?.more {}
    while run(rt, job, names::CLOCKS, |cx| app::inherit(cx, None))? > 0 {}
    // What rings next may be nearer now.
    run(rt, job, names::CLOCKS, app::next_sweep)
}

fn recompute(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let class = job.payload.get("class").and_then(|c| c.as_str()).map(str::to_owned);
    run(rt, job, names::CLOCKS, move |cx| app::recompute(cx, class.as_deref())).map(drop)
}

fn timer(rt: &Runtime, job: &Job, result: DeliveryResult) -> Result<(), JobError> {
    let timer: Timer = serde_json::from_value(job.payload.clone()).map_err(|e| JobError::Dead(e.to_string()))?;
    run(rt, job, names::DELIVERY, move |cx| app::timer_ran(cx, &timer, result))
}

/// A seat changed hands: its matters go to whoever answers for them now, and listeners are told.
fn turned(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let seat = seat_of(&job.payload)?;
    while run(rt, job, names::CLOCKS, move |cx| app::inherit(cx, Some(seat)))? > 0 {}
    run(rt, job, names::CLOCKS, move |cx| {
        cx.signal("seat", seat.0);
        Ok(())
    })
}

fn copy_ends(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let id = job.payload.get("request").and_then(|r| r.as_str()).and_then(|r| r.parse().ok());
    let id = id.ok_or_else(|| JobError::Dead("no request in the payload".into()))?;
    run(rt, job, names::CLOCKS, move |cx| app::data_requests::ended(cx, id))
}

fn consent_review(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let id = job.payload.get("consent").and_then(|c| c.as_str()).and_then(|c| c.parse().ok());
    let id = id.ok_or_else(|| JobError::Dead("no consent in the payload".into()))?;
    run(rt, job, names::CLOCKS, move |cx| app::persons::review_due(cx, id))
}

fn ask_again(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let text = |name: &str| job.payload.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let (consent, person, what) = (text("consent").parse().ok(), text("person").parse().ok(), text("what"));
    let (Some(consent), Some(person)) = (consent, person) else {
        return Err(JobError::Dead("no consent in the payload".into()));
    };
    run(rt, job, names::CLOCKS, move |cx| app::persons::ask_again(cx, consent, person, &what))
}

/// What visitors found, and who was not at home: a task for whoever looks after the area.
fn visit_task(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let text = |name: &str| job.payload.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let (person, what, key) = (text("person").parse().ok(), text("what"), text("key"));
    let person = person.ok_or_else(|| JobError::Dead("no person in the payload".into()))?;
    run(rt, job, names::CLOCKS, move |cx| app::visits::visit_task(cx, person, &what, &key))
}

/// Somebody was seen to whom nobody had opened, or their care is over.
fn welfare_over(rt: &Runtime, job: &Job) -> Result<(), JobError> {
    let text = |name: &str| job.payload.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let (person, why) = (text("person").parse().ok(), text("why"));
    let person = person.ok_or_else(|| JobError::Dead("no person in the payload".into()))?;
    run(rt, job, names::CLOCKS, move |cx| app::visits::welfare_over(cx, person, &why))
}

//! Jobs of this crate: the end of somebody's care, and the day on which a consent is asked about again.

use crate::app::{consents, endings};
use kernel::ids::PersonId;
use people::app::persons::CARE_OVER;
use store::Who;
use store::jobs::{Handlers, JobError};

/// Handlers of the jobs of this crate.
pub fn handlers() -> Handlers {
    let over = Handlers::default().on(CARE_OVER, |rt, job| {
        let id = job.payload.get("person").and_then(|p| p.as_str()).and_then(|p| p.parse::<PersonId>().ok());
        let person = id.ok_or_else(|| JobError::Dead("no person in the payload".into()))?;
        rt.write_now(Who::system(job.district, "care"), move |cx| endings::care_is_over(cx, person))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    });
    over.on(consents::REVIEW, |rt, job| {
        let id = job.payload.get("consent").and_then(|c| c.as_str()).and_then(|c| c.parse::<uuid::Uuid>().ok());
        let id = id.ok_or_else(|| JobError::Dead("no consent in the payload".into()))?;
        rt.write_now(Who::system(job.district, "care"), move |cx| consents::review(cx, id))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    })
}

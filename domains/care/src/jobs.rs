//! Jobs of this crate: the end of somebody's care, and the day on which a consent is asked about again.

use crate::app::{consents, endings, extra, visits, watch};
use kernel::ids::{AreaId, DistrictId, PersonId};
use people::app::persons::CARE_OVER;
use store::jobs::{Handlers, JobError};
use store::{Runtime, Who};

/// Handlers of the jobs of this crate.
pub fn handlers() -> Handlers {
    let over = Handlers::default().on(CARE_OVER, |rt, job| {
        let id = job.payload.get("person").and_then(|p| p.as_str()).and_then(|p| p.parse::<PersonId>().ok());
        let person = id.ok_or_else(|| JobError::Dead("no person in the payload".into()))?;
        rt.write_now(Who::system(job.district, "care"), move |cx| endings::care_is_over(cx, person))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    });
    let looks = over
        .on(visits::DAILY, |rt, job| {
            // The next look is enqueued first: a failing one must not be the last.
            let flat = |e: crate::Error| JobError::Retry(e.to_string());
            rt.write_now(Who::system(job.district, "care"), visits::next_daily).map_err(flat)?;
            rt.write_now(Who::system(job.district, "care"), extra::lapse).map_err(flat)?;
            rt.write_now(Who::system(job.district, "care"), extra::warn).map_err(flat)?;
            dates(rt, job.district, None)
        })
        .on(visits::REPLAN_AREA, |rt, job| {
            let area = job.payload.get("area").and_then(|a| a.as_str()).and_then(|a| a.parse().ok());
            dates(rt, job.district, area)
        });
    let looks = looks.on(watch::RING, |rt, job| {
        let id = job.payload.get("worry").and_then(|w| w.as_str()).and_then(|w| w.parse::<uuid::Uuid>().ok());
        let at = job.payload.get("at").and_then(serde_json::Value::as_i64);
        let (Some(id), Some(at)) = (id, at) else { return Err(JobError::Dead("no worry in the payload".into())) };
        rt.write_now(Who::system(job.district, "care"), move |cx| watch::ring(cx, id, at))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    });
    let looks = looks.on(people::app::consents::HEALTH_CHANGED, |rt, job| {
        let id = job.payload.get("person").and_then(|p| p.as_str()).and_then(|p| p.parse::<PersonId>().ok());
        let person = id.ok_or_else(|| JobError::Dead("no person in the payload".into()))?;
        rt.write_now(Who::system(job.district, "care"), move |cx| visits::facts_changed(cx, person))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    });
    looks.on(consents::REVIEW, |rt, job| {
        let id = job.payload.get("consent").and_then(|c| c.as_str()).and_then(|c| c.parse::<uuid::Uuid>().ok());
        let id = id.ok_or_else(|| JobError::Dead("no consent in the payload".into()))?;
        rt.write_now(Who::system(job.district, "care"), move |cx| consents::review(cx, id))
            .map_err(|e: crate::Error| JobError::Retry(e.to_string()))
    })
}

/// People whose dates are planned in one transaction: whoever else writes does not wait for a whole district.
const AT_ONCE: usize = 400;

fn dates(rt: &Runtime, district: DistrictId, area: Option<AreaId>) -> Result<(), JobError> {
    let flat = |e: crate::Error| JobError::Retry(e.to_string());
    let people = rt.read_now(Who::system(district, "care"), move |cx| visits::with_plan(cx, area)).map_err(flat)?;
    for some in people.chunks(AT_ONCE) {
        let some = some.to_vec();
        rt.write_now(Who::system(district, "care"), move |cx| visits::replan_people(cx, &some)).map_err(flat)?;
    }
    Ok(())
}

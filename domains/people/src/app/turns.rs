//! When a seat changes hands: whoever shows it is told, and matters hand over what the seat owns.
//!
//! A job `seat.turned` with `{"seat": id}` runs at each instant at which somebody comes or goes, also when that lies in
//! the future. The handler here only tells listeners; `matters` puts its own in its place (`Handlers::merge`).

use crate::Result;
use kernel::Moment;
use kernel::ids::SeatId;
use serde_json::json;
use store::jobs::{Handlers, JobError};
use store::{Cx, NewJob, Who};
use uuid::Uuid;

/// Kind of the job.
pub const SEAT_TURNED: &str = "seat.turned";

/// Enqueues the job for each of these instants; `n` (the number of the log entry) keeps repeated changes apart.
pub(crate) fn turn(cx: &mut Cx<'_>, seat: SeatId, n: i64, at: &[Option<Moment>]) -> Result<()> {
    for at in at.iter().flatten() {
        cx.enqueue(NewJob {
            kind: SEAT_TURNED,
            key: format!("{seat}/{n}/{}", at.micros()),
            run_at: (*at).max(cx.now),
            payload: json!({ "seat": seat }),
        })?;
    }
    cx.signal("seat", seat.0);
    Ok(())
}

/// The seat of such a job.
///
/// # Errors
/// When the payload is not one of ours.
pub fn seat_of(payload: &serde_json::Value) -> std::result::Result<SeatId, JobError> {
    let id = payload.get("seat").and_then(|s| s.as_str()).and_then(|s| Uuid::parse_str(s).ok());
    id.map(SeatId).ok_or_else(|| JobError::Dead("no seat in the payload".into()))
}

/// Tells listeners that a seat changed hands.
pub fn handlers() -> Handlers {
    Handlers::default().on(SEAT_TURNED, |rt, job| {
        let seat = seat_of(&job.payload)?;
        rt.write_now(Who::system(job.district, "people"), move |cx| {
            cx.signal("seat", seat.0);
            Ok::<_, store::Error>(())
        })
        .map_err(JobError::from)
    })
}

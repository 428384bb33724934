//! The event log of a matter: what is written into it, and how its clock reads it back.

use crate::Error;
use crate::model::{ClockEvent, ClockStep, State};
use ::store::{Cx, params};
use kernel::Moment;
use kernel::ids::MatterId;
use serde_json::Value;

/// Kind of the rows in `event`.
pub(crate) const SUBJECT: &str = "matter";

/// One entry of a matter's log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    pub n: i64,
    pub at: Moment,
    /// Who, as written in the log: kind and id, never a name.
    pub actor: String,
    /// `matter.sign` and so on.
    pub kind: String,
    pub payload: Value,
}

/// All entries, oldest first.
pub(crate) fn entries(cx: &mut Cx<'_>, id: MatterId) -> Result<Vec<LogEntry>, Error> {
    let sql = "SELECT n, at, actor, kind, payload FROM event WHERE subject = $1 AND kind LIKE 'matter.%' ORDER BY n";
    cx.query(sql, params![id])?
        .iter()
        .map(|r| {
            Ok(LogEntry {
                n: r.i64("n")?,
                at: r.moment("at")?,
                actor: r.text("actor")?,
                kind: r.text("kind")?,
                payload: serde_json::from_str(&r.text("payload")?).unwrap_or_default(),
            })
        })
        .collect()
}

/// What an entry means to the clock; most mean nothing.
pub(crate) fn clock_event(at: Moment, kind: &str, payload: &Value) -> Option<ClockEvent> {
    let until = || payload.get("until").and_then(Value::as_i64).map(Moment::from_micros);
    let state = |field: &str| payload.get(field).and_then(Value::as_str).and_then(State::from_code);
    // One that was closed elsewhere ended there; an open one starts here.
    let closed = payload.get("closed_at").and_then(Value::as_i64).map(Moment::from_micros);
    let step = match kind {
        "matter.import" => match closed {
            Some(at) => return Some(ClockEvent { at, step: ClockStep::Ended }),
            None => ClockStep::Raised,
        },
        "matter.raise" => ClockStep::Raised,
        "matter.return" => ClockStep::Returned,
        "matter.assign" if state("from").is_some_and(|s| s == State::Signed || s.is_handling()) => {
            ClockStep::Reassigned
        }
        "matter.sign" => ClockStep::Signed,
        "matter.contact" if state("from") == Some(State::Signed) => ClockStep::Contacted,
        "matter.wait" => ClockStep::Waiting { until: until()? },
        "matter.park" => ClockStep::Parked { until: until()? },
        "matter.resume" => ClockStep::Resumed,
        "matter.extend" => ClockStep::Extended { until: until()? },
        "matter.submit" | "matter.reject" => ClockStep::Submitted,
        "matter.send_back" if state("to") == Some(State::Accepted) => ClockStep::RejectionLifted,
        "matter.send_back" => ClockStep::SentBack,
        "matter.answer" => ClockStep::Answered,
        "matter.close" | "matter.merge" => ClockStep::Ended,
        "matter.reopen" => ClockStep::Reopened,
        _ => return None,
    };
    Some(ClockEvent { at, step })
}

/// The clock's reading of the whole log.
pub(crate) fn clock_events(cx: &mut Cx<'_>, id: MatterId) -> Result<Vec<ClockEvent>, Error> {
    Ok(entries(cx, id)?.iter().filter_map(|e| clock_event(e.at, &e.kind, &e.payload)).collect())
}

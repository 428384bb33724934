//! What a device is asked: its place now, or how often it tells it. A row that the gateway serves while the device is connected;
//! what could not be said in time is forgotten.

use super::circle::{self, may};
use super::{pauses, permits};
use crate::model::By;
use crate::{Error, Result, events};
use kernel::Moment;
use kernel::ids::{CaseId, DistrictId, LocatorId, PersonId};
use people::app::persons::For;
use people::policy::Action;
use serde_json::json;
use store::{Cx, Runtime, Who, params};
use uuid::Uuid;

/// Minutes for which a question waits for the device.
const WAITS_MINUTES: i64 = 10;
/// Questions of one person in an hour: each costs the battery.
const PER_HOUR: i64 = 30;
/// Questions that are served in one go.
const AT_ONCE: i64 = 100;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    LocateNow,
    /// Seconds between two positions.
    Interval(u32),
}

kernel::codes! {
    /// What came of it.
    Outcome {
        /// Handed to the device.
        Sent = "sent",
        /// The protocol has no such question.
        Unable = "unable",
        /// The device was not connected in time.
        Missed = "missed",
    }
}

/// A question that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub id: Uuid,
    pub locator: LocatorId,
    pub asked: Asked,
}

/// The side of the gateway: whoever holds the connection says it to the device.
pub trait Port {
    /// `None`: the device is not connected here.
    fn say(&self, locator: LocatorId, asked: Asked) -> Option<Outcome>;
}

/// Asks a device of somebody.
///
/// # Errors
/// Whoever may not; while nothing may be kept nobody is asked where they are; an interval beyond its range; too many questions.
pub fn ask(cx: &mut Cx<'_>, person: PersonId, why: &For, binding: Uuid, asked: Asked) -> Result<Uuid> {
    let speaker = may(cx, person, why, Action::CommandLocator)?;
    write(cx, person, speaker.by, binding, asked)
}

/// The same by whoever works on the open case of a lost elder. The family sees the look that goes with it.
///
/// # Errors
/// As for [`super::desk::live_track`], and as for [`ask`].
pub fn ask_in_case(cx: &mut Cx<'_>, case: CaseId, binding: Uuid, asked: Asked) -> Result<Uuid> {
    let (person, _) = super::desk::open_in_case(cx, case)?;
    write(cx, person, By::Committee, binding, asked)
}

fn write(cx: &mut Cx<'_>, person: PersonId, by: By, binding: Uuid, asked: Asked) -> Result<Uuid> {
    let allowed = permits::permit(cx, person)?.is_some_and(|p| p.allowed());
    if !allowed || !pauses::running(cx, person)?.is_empty() {
        return Err(Error::Refused("switched-off"));
    }
    let locator = circle::running(cx, person, binding)?;
    let (command, seconds) = match asked {
        Asked::LocateNow => ("locate_now", None),
        Asked::Interval(s @ 10..=86_400) => ("interval", Some(i64::from(s))),
        Asked::Interval(_) => return Err(Error::Invalid { field: "seconds", why: "range" }),
    };
    let sql = "SELECT COUNT(*) AS n FROM locator_command WHERE locator_id = $1 AND asked_at > $2";
    if cx.query_one(sql, params![locator, cx.now.plus_hours(-1)])?.i64("n")? >= PER_HOUR {
        return Err(Error::Refused("asked-too-often"));
    }
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO locator_command (id, district_id, locator_id, binding_id, command, seconds, asked_at, by_kind, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            cx.district(),
            locator,
            binding,
            command,
            seconds,
            cx.now,
            by.code(),
            cx.now.plus_minutes(WAITS_MINUTES)
        ],
    )?;
    cx.record("locator.asked", "person", person.0, &json!({ "command": command, "binding": binding, "id": id }))?;
    cx.signal(events::COMMAND, locator.0);
    Ok(id)
}

/// Questions that wait now, for the gateway.
pub fn waiting(cx: &mut Cx<'_>) -> Result<Vec<Waiting>> {
    let sql = "SELECT id, locator_id, command, seconds FROM locator_command WHERE district_id = $1 AND sent_at IS NULL \
               AND expires_at > $2 ORDER BY expires_at, id LIMIT $3";
    let rows = cx.query(sql, params![cx.district(), cx.now, AT_ONCE])?;
    rows.iter()
        .map(|r| {
            let seconds = r.opt_i64("seconds")?.and_then(|s| u32::try_from(s).ok());
            let asked = seconds.map_or(Asked::LocateNow, Asked::Interval);
            Ok(Waiting { id: r.uuid("id")?, locator: r.id("locator_id")?, asked })
        })
        .collect()
}

/// Notes what came of a question.
pub fn done(cx: &mut Cx<'_>, id: Uuid, outcome: Outcome) -> Result<()> {
    let sql = "UPDATE locator_command SET sent_at = $1, outcome = $2 WHERE id = $3 AND sent_at IS NULL";
    cx.execute(sql, params![cx.now, outcome.code(), id])?;
    Ok(())
}

/// Serves what waits with the connections of this process; called when [`events::COMMAND`] comes and every second or two. Blocking.
///
/// # Errors
/// When the database does not answer.
pub fn serve(rt: &Runtime, district: DistrictId, port: &dyn Port) -> Result<usize> {
    let who = || Who::system(district, crate::JOB);
    let waits = rt.read_now(who(), waiting)?;
    let said: Vec<(Uuid, Outcome)> =
        waits.iter().filter_map(|w| port.say(w.locator, w.asked).map(|outcome| (w.id, outcome))).collect();
    let served = said.len();
    if served > 0 {
        rt.write_now(who(), move |cx| said.into_iter().try_for_each(|(id, outcome)| done(cx, id, outcome)))?;
    }
    Ok(served)
}

/// A question as the family reads it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedLine {
    pub asked: Asked,
    pub at: Moment,
    /// None: it still waits.
    pub outcome: Option<Outcome>,
}

/// The last questions to a device, the latest first.
///
/// # Errors
/// As for [`ask`].
pub fn asked(cx: &mut Cx<'_>, person: PersonId, why: &For, binding: Uuid) -> Result<Vec<AskedLine>> {
    may(cx, person, why, Action::CommandLocator)?;
    let locator = circle::running(cx, person, binding)?;
    let sql = "SELECT seconds, asked_at, outcome, expires_at FROM locator_command WHERE locator_id = $1 AND binding_id = $2 \
               ORDER BY asked_at DESC LIMIT 10";
    let rows = cx.query(sql, params![locator, binding])?;
    rows.iter()
        .map(|r| {
            let seconds = r.opt_i64("seconds")?.and_then(|s| u32::try_from(s).ok());
            let missed = r.moment("expires_at")? <= cx.now;
            let outcome = r.opt_text("outcome")?.and_then(|o| Outcome::from_code(&o));
            Ok(AskedLine {
                asked: seconds.map_or(Asked::LocateNow, Asked::Interval),
                at: r.moment("asked_at")?,
                outcome: outcome.or_else(|| missed.then_some(Outcome::Missed)),
            })
        })
        .collect()
}
